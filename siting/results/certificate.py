"""Certificates as files: written, and checked against what their result says of them."""

import gzip
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from siting.common.errors import Fault, InputError, SitingError, file_fault
from siting.common.file_limits import CERTIFICATE, UNPACKED_CERTIFICATE, refuse_large
from siting.model.solving.certificate import Certificate
from siting.results.result import find_result, read_manifest
from siting.results.verify import Proved, RefusedError, proved

CERTIFICATE_FILE = "certificate.json.gz"


class UnprovedError(SitingError):
    """A certificate from which its claim does not follow."""

    exit_code = 1


def certificate_bytes(certificate: Certificate) -> bytes:
    """Return a certificate as its file holds it, the same bytes each time."""
    text = json.dumps(asdict(certificate), separators=(",", ":"), allow_nan=False)
    return gzip.compress(text.encode(), mtime=0)


def checksums(packed: bytes) -> dict[str, str]:
    """Return the checksums of a certificate and of the instance in it, for the manifest."""
    return _checksums(packed, _content(packed))


def verify(target: str) -> list[Proved]:
    """Check the certificate of a result, or one by itself, without any solver.

    Parameters
    ----------
    target : str
        A result's folder, or its name in results/; or the path of a certificate.

    Returns
    -------
    list of Proved
        What follows, for each stage.

    Raises
    ------
    InputError
        If there is no certificate, or none that can be read.
    UnprovedError
        If what it claims does not follow, or it is not the one that the result names.
    """
    alone = Path(target).is_file()
    path = Path(target) if alone else find_result(target) / CERTIFICATE_FILE
    try:
        refuse_large(path, CERTIFICATE)
        packed = path.read_bytes()
        content = _content(packed)
    except (OSError, EOFError, ValueError, RecursionError) as error:
        problem = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        remedy = "Make it anew: siting run SCENARIO --certificate."
        raise InputError([file_fault(path, problem, remedy)]) from error
    try:
        if not alone:
            _compare(path.parent, _checksums(packed, content))
        return proved(content)
    except RefusedError as error:
        raise UnprovedError(f"{path}: not proved: {error}.") from error
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as error:
        raise UnprovedError(
            f"{path}: not proved: it is no whole certificate ({error!r})."
        ) from error


def _compare(folder: Path, found: Mapping[str, str]) -> None:
    told = read_manifest(folder).get("certificate")
    if not told:
        problem, remedy = "names no certificate", "Run it anew with --certificate."
        raise InputError(
            [Fault(str(folder / "manifest.json"), "certificate", told, problem, remedy)]
        )
    for key, value in found.items():
        if told.get(key) != value:
            raise RefusedError(f"its checksum {key} is not the one that manifest.json has")


def _content(packed: bytes) -> Any:  # noqa: ANN401 - nothing is known of it yet
    """Return what a certificate holds, with decimals as texts, so that none is rounded."""
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
        text = file.read(UNPACKED_CERTIFICATE + 1)
    if len(text) > UNPACKED_CERTIFICATE:
        raise ValueError(f"unpacked it has more than {UNPACKED_CERTIFICATE:,} bytes")
    return json.loads(text, parse_float=str)


def _checksums(packed: bytes, content: Mapping[str, Any]) -> dict[str, str]:
    instance = [content["sites"], *(stage["instance"] for stage in content["stages"])]
    text = json.dumps(instance, sort_keys=True, separators=(",", ":"))
    parts = {"sha256": packed, "instance_sha256": text.encode()}
    return {key: hashlib.sha256(part).hexdigest() for key, part in parts.items()}
