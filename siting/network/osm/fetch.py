"""Download an extract of OpenStreetMap: going on where it broke off, checked, and whole or not."""

import hashlib
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

import requests

from siting.common.files import locked, telling
from siting.common.signals import Progress
from siting.network.osm.download import BUSY, PART, Patience, check_address, fault, patiently

_REGION = re.compile(r"[a-z0-9][\w-]*(/[\w-]+)*(\.osm\.pbf)?", re.ASCII)
_DATE = re.compile(r"(?:20)?(\d\d)(?:-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01]))?", re.ASCII)
_CHECKSUM = re.compile(rb"\s*([0-9a-fA-F]{32})\b")
_GONE, _NO_SUCH_RANGE = 404, 416
_WITH_NETWORK = 2
"""Room for an extract and the network that is made of it, in sizes of the extract."""
MB = 1_000_000


@dataclass(frozen=True)
class Offer:
    """An extract that a server has.

    Parameters
    ----------
    url : str
        Its address.
    size : int
        Bytes.
    version : str
        What the server tells this version of the file by; "" where it does not.
    md5 : str
        Its checksum.
    patience : Patience
        How patiently the server is asked.
    """

    url: str
    size: int
    version: str
    md5: str
    patience: Patience


def find_extract(region: str, date: str, server: str, patience: Patience) -> Offer:
    """What a server has of a region, at a date or the latest."""
    region, found = region.lower().strip("/"), _DATE.fullmatch(date or "240101")
    if not _REGION.fullmatch(region) or not found:
        raise fault("REGION", f"{region} {date}", "is no region, or at no day")
    day = "".join(found.groups("01")) if date else "latest"
    file = region if region.endswith(".pbf") else f"{region}-{day}.osm.pbf"
    check_address("--server", server)
    # Names without a folder are looked for in Europe first.
    for folder in ("europe/", "") if "/" not in region else ("",):
        url = f"{server.rstrip('/')}/{folder}{file}"
        with patiently(partial(_ask, url, patience, {}), url, patience) as answer:
            size, tag = (answer.headers.get(key, "") for key in ("Content-Length", "ETag"))
            # A tag that is weak may stand for several versions.
            version = tag if tag.startswith('"') else answer.headers.get("Last-Modified", "")
            if answer.ok and size.isdecimal():
                return Offer(url, int(size), version, _checksum(url, patience), patience)
    raise fault("REGION", file, f"there is no such extract at {server}")


def download_extract(offer: Offer, target: Path, progress: Progress) -> None:
    """Download what is not there yet, and put it in place once its checksum is right."""
    part = target.with_name(f"{target.name}.{offer.md5}.part")
    with telling(target, "--out"):
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target):
            if target.is_file() and _md5(target) == offer.md5:
                return
            for other in {*target.parent.glob(f"{target.name}.*.part")} - {part}:
                other.unlink()
            _check_space(offer, part)
            more = partial(_append, offer, part, progress)
            while not patiently(more, offer.url, offer.patience):
                """Something has come before it broke off."""
            progress(f"Checking {target.name}")
            # It may have been changed since, and the checksum with it.
            if _md5(part) not in {offer.md5, _checksum(offer.url, offer.patience)}:
                part.unlink()
                problem = "differs from that of what was downloaded, which is thrown away"
                raise fault("checksum", offer.url, problem, "Download it again")
            part.replace(target)


def _check_space(offer: Offer, part: Path) -> None:
    needed = offer.size * _WITH_NETWORK - _size(part)
    if needed > (free := shutil.disk_usage(part.parent).free):
        problem = f"{needed / MB:,.0f} MB are needed there, and {free / MB:,.0f} MB are free"
        remedy = "Free space, name a file elsewhere with --out, or choose a smaller region"
        raise fault("--out", str(part.parent), problem, remedy)


def _append(offer: Offer, part: Path, progress: Progress) -> bool:
    """Go on with a download; say whether it has come to its end."""
    if (have := _size(part)) == offer.size:
        return True
    rest = {"Range": f"bytes={have}-", "If-Range": offer.version} if have else {}
    with _ask(offer.url, offer.patience, rest) as answer:
        goes_on = answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if not answer.ok:
            part.unlink(missing_ok=True)
            raise requests.HTTPError(f"status {answer.status_code}", response=answer)
        with part.open("ab" if goes_on else "wb") as file:
            try:
                for piece in answer.iter_content(PART):
                    file.write(piece)
                    done, whole = file.tell() // MB, offer.size // MB
                    progress(f"Downloading {offer.url}: {done:,} of {whole:,} MB")
            except requests.RequestException:
                if file.tell() <= have:
                    raise
                return False
    return True


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _ask(url: str, patience: Patience, headers: Mapping[str, str]) -> requests.Response:
    asked = {"Accept-Encoding": "identity", **headers}
    hooks = {"response": _judge}
    return requests.get(url, headers=asked, timeout=patience.timeout_s, stream=True, hooks=hooks)


def _judge(answer: requests.Response, **_: object) -> None:
    """Give up where asking again is of no use; from HTTPS no redirect leads to HTTP."""
    if answer.is_redirect:
        to = urljoin(answer.url, answer.headers["Location"])
        check_address("--server", to, only_https=answer.url.startswith("https"))
    elif answer.status_code in BUSY:
        raise requests.HTTPError(f"status {answer.status_code}", response=answer)
    elif not answer.ok and answer.status_code not in {_GONE, _NO_SUCH_RANGE}:
        raise fault("--server", answer.url, f"the server refused ({answer.status_code})")


def _checksum(url: str, patience: Patience) -> str:
    """The checksum that lies beside a file."""

    def read() -> bytes:
        with _ask(f"{url}.md5", patience, {}) as answer:
            return next(answer.iter_content(PART), b"") if answer.ok else b""

    found = _CHECKSUM.match(patiently(read, url, patience))
    if found is None:
        remedy = "Download it by yourself, check it, and use siting network build OUT --osm FILE"
        raise fault("checksum", f"{url}.md5", "there is none", remedy)
    return found[1].decode().lower()


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).hexdigest()
