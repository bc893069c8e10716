"""Download an area with OSMnx, and give up in bounded time where a server does not answer."""

import io
import ipaddress
import json
import math
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import osmnx as ox
import requests
import shapely
from osmnx._errors import CacheOnlyInterruptError, InsufficientResponseError
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from siting.common.errors import Fault, InputError
from siting.common.file_limits import DOWNLOAD, DOWNLOAD_S, OUTLINE, refuse_large
from siting.common.types import Ints
from siting.network.osm.extract import Extract, Node, gather
from siting.network.osm.tags import CLASSES, FERRY, Roads

_DATABASE = b"SQLite format 3\0"
# pyogrio's errors are RuntimeErrors; nonsense in GeoJSON fails where it is first used.
_UNREADABLE = (
    *(RuntimeError, ValueError, OSError, KeyError, TypeError, AttributeError, IndexError),
    *(CRSError, ShapelyError),
)
_DEGREES = "EPSG:4326"
_REMEDIES = {
    "--bbox": "Write it like 17.8,59.2,18.3,59.5",
    "--polygon": "Name a GeoJSON or GeoPackage file with a polygon",
    "--place": "Write it as OpenStreetMap's own search finds it, or give --polygon or --bbox",
    "overpass_url": "Try later or a smaller area, or use an extract with --osm",
    "--server": "Try later: what has come is kept, and the next call goes on with it",
    "REGION": "Look up there what it has, such as asia/japan, and dates like 2024 or 2024-01-31",
    "area": "Choose a larger area or other classes with --roads",
}


def polygon_of_file(path: Path) -> shapely.Polygon | shapely.MultiPolygon:
    """Read a polygon from GeoJSON or a GeoPackage."""
    refuse_large(path, OUTLINE)
    try:
        shapes = _shapes(path).to_crs(_DEGREES)
    except _UNREADABLE as error:
        raise fault("--polygon", str(path), f"cannot be read ({error})") from error
    whole = shapely.union_all(shapes.to_numpy())
    if not isinstance(whole, shapely.Polygon | shapely.MultiPolygon) or whole.is_empty:
        raise fault("--polygon", str(path), "holds no polygon")
    return whole


def _shapes(path: Path) -> gpd.GeoSeries:
    """Shapes of a file, whose form is told by its content.

    GDAL reads many more forms, among them some that name other files, addresses and commands.
    """
    with path.open("rb") as file:
        if file.read(len(_DATABASE)) == _DATABASE:
            return gpd.read_file(path).geometry
    text = path.read_text(encoding="utf-8-sig")
    # GeoJSON of before 2016 may name another system of coordinates.
    crs = json.loads(text).get("crs") or {"properties": {"name": _DEGREES}}
    return gpd.GeoSeries([shapely.from_geojson(text)], crs=crs["properties"]["name"])


def polygon_of_box(text: str) -> shapely.Polygon:
    """Read a box."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = math.nan
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004 -- degrees
        raise fault("--bbox", text, "is not west,south,east,north in degrees")
    return shapely.box(west, south, east, north)


_OF_FETCH = frozenset({"--server", "--out", "REGION", "checksum"})
_STREAMED = {"allow_redirects": False, "stream": True}
BUSY = frozenset({429, 500, 502, 503, 504})
_LONGEST_PAUSE_S = 120.0
PART = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How patiently a server is asked.

    Parameters
    ----------
    timeout_s : float
        Seconds of silence after which a connection counts as stalled.
    tries : int
        How often to ask before giving up.
    pause_s : float
        Seconds before the second try; doubled before each further one.
    """

    timeout_s: float = 180.0
    tries: int = 4
    pause_s: float = 5.0


@dataclass(frozen=True)
class Servers(Patience):
    """Whom to ask, and how patiently.

    Parameters
    ----------
    overpass_url, nominatim_url : str
        HTTPS, or HTTP to this machine.
    """

    overpass_url: str
    nominatim_url: str


@dataclass(frozen=True)
class DownloadArea:
    """What to download: the name of a place, or a polygon.

    Parameters
    ----------
    label : str
        What it is called; the name of the place where there is no polygon.
    polygon : shapely.Polygon or shapely.MultiPolygon, optional
        WGS 84, degrees.
    """

    label: str
    polygon: shapely.Polygon | shapely.MultiPolygon | None = None


def area_of(place: str | None, polygon: Path | None, bbox: str | None) -> DownloadArea:
    """Read the area that a user means: the first of these that is given."""
    if place:
        return DownloadArea(place)
    if polygon:
        return DownloadArea(polygon.name, polygon_of_file(polygon))
    return DownloadArea(bbox or "", polygon_of_box(bbox or ""))


def download(area: DownloadArea, roads: Roads, servers: Servers) -> Extract:
    """Download the roads and ferries of an area."""
    for key in ("overpass_url", "nominatim_url"):
        check_address(key, getattr(servers, key))
    answers: list[dict[str, Any]] = []
    classes = "|".join(sorted(CLASSES[roads]))
    filters = [f'["highway"~"^({classes})$"]', f'["route"="{FERRY}"]']

    def fetch() -> shapely.Polygon | shapely.MultiPolygon:
        polygon = area.polygon or _geocode(area.label)
        with suppress(CacheOnlyInterruptError):
            ox.graph_from_polygon(polygon, custom_filter=filters)
        with suppress(CacheOnlyInterruptError):
            ox.features_from_polygon(polygon, {"type": "restriction"})
        return polygon

    with _settings(servers, answers):
        try:
            polygon = patiently(fetch, servers.overpass_url, servers)
        except (InsufficientResponseError, ValueError) as error:
            raise fault("area", area.label, f"holds no road of these classes ({error})") from error
    extract = _within(polygon, _gathered(answers, roads))
    if not len(extract.node):
        raise fault("area", area.label, "holds no road of these classes")
    return extract


def _gathered(answers: Sequence[Mapping[str, Any]], roads: Roads) -> Extract:
    """What Overpass has answered; what it says of a thing twice counts once."""
    found: dict[str, dict[int, Any]] = {"node": {}, "way": {}, "relation": {}}
    for row in (row for answer in answers for row in answer["elements"]):
        found.setdefault(row["type"], {})[row["id"]] = row
    ways = ((id_, row.get("tags", {}), row["nodes"], "") for id_, row in found["way"].items())
    rows = found["relation"].values()
    bans = ((row["tags"], [(one["role"], one["ref"]) for one in row["members"]]) for row in rows)

    def nodes_of(wanted: Ints) -> Iterator[Node]:
        for row in (found["node"][id_] for id_ in wanted.tolist() if id_ in found["node"]):
            yield row["id"], row["lon"], row["lat"], row.get("tags", {})

    dates = (str(answer.get("osm3s", {}).get("timestamp_osm_base", "")) for answer in answers)
    return gather(ways, bans, nodes_of, roads, max(dates, default=""))


def _within(area: shapely.Polygon | shapely.MultiPolygon, extract: Extract) -> Extract:
    """Keep the nodes in an area and those next to them: ways are given whole, however long."""
    inside = shapely.intersects_xy(area, extract.lon, extract.lat)
    here = np.isin(extract.refs, extract.node[inside])
    way = np.repeat(np.arange(len(extract.count)), extract.count)
    beside = here.copy()
    beside[1:] |= here[:-1] & (way[1:] == way[:-1])
    beside[:-1] |= here[1:] & (way[1:] == way[:-1])
    kept = np.isin(extract.node, extract.refs[beside])
    node, lon, lat = extract.node[kept], extract.lon[kept], extract.lat[kept]
    return replace(extract, node=node, lon=lon, lat=lat)


def _geocode(place: str) -> shapely.Polygon | shapely.MultiPolygon:
    try:
        found = ox.geocode_to_gdf(place).geometry.iloc[0]
    except (InsufficientResponseError, TypeError) as error:
        raise fault("--place", place, f"no area of that name was found ({error})") from error
    if not isinstance(found, shapely.Polygon | shapely.MultiPolygon):
        raise fault("--place", place, "no area of that name was found")
    return found


def patiently[Answer](fetch: Callable[[], Answer], url: str, patience: Patience) -> Answer:
    """Ask a server again where it gives no usable answer, after longer and longer pauses."""
    pause = patience.pause_s
    for left in reversed(range(patience.tries)):
        try:
            return fetch()
        except requests.RequestException as error:
            if not left:
                text = f"gave no usable answer in {patience.tries} tries ({error})"
                key = "overpass_url" if isinstance(patience, Servers) else "--server"
                raise fault(key, url, text) from error
            headers = {} if error.response is None else error.response.headers
            wait = headers.get("Retry-After", "")
            asked = float(wait) if wait.isdecimal() else 0.0
            time.sleep(min(max(pause, asked), _LONGEST_PAUSE_S))
            pause *= 2
    raise fault("tries", str(patience.tries), "must be at least 1")


@contextmanager
def _settings(servers: Servers, answers: list[dict[str, Any]]) -> Iterator[None]:
    """Set OSMnx up for one download; what it keeps on the way is thrown away at the end.

    It asks the servers and no more: roads are made of the answers as they are of a file.
    """
    with ExitStack() as stack:
        wanted = {
            "overpass_url": servers.overpass_url.rstrip("/"),
            "nominatim_url": servers.nominatim_url.rstrip("/"),
            "overpass_rate_limit": False,
            "doh_url_template": None,
            "requests_timeout": servers.timeout_s,
            # Nobody is asked but the hosts that were named; answers are read here, in parts.
            "requests_kwargs": {**_STREAMED, "hooks": {"response": partial(_judge, answers)}},
            "cache_folder": stack.enter_context(tempfile.TemporaryDirectory()),
            "use_cache": True,
            "cache_only_mode": True,
        }
        for name, value in wanted.items():
            stack.callback(setattr, ox.settings, name, getattr(ox.settings, name))
            setattr(ox.settings, name, value)
        yield


def _judge(
    answers: list[dict[str, Any]], response: requests.Response, **_: object
) -> requests.Response:
    """Stop OSMnx from asking again for ever, which it does where a server is busy."""
    if response.status_code in BUSY:
        raise requests.HTTPError(f"status {response.status_code}", response=response)
    if response.is_redirect:
        to = response.headers["Location"]
        remedy = "Name that server, if you trust it"
        raise fault(response.url, "status", f"the server sends us on to {to}", remedy)
    if not response.ok:
        raise fault(response.url, "status", f"the server refused ({response.status_code})")
    whole = _bounded(response)
    content = _content(whole)
    if isinstance(content, dict):
        answers.append(content)
    return whole


def _bounded(response: requests.Response) -> requests.Response:
    """The same answer with its body, unless that is too large or takes too long."""
    body, deadline = io.BytesIO(), time.monotonic() + DOWNLOAD_S
    problem = ""
    for part in response.iter_content(PART):
        if body.tell() + len(part) > DOWNLOAD:
            problem = f"the answer has more than {DOWNLOAD:,} bytes"
        elif time.monotonic() > deadline:
            problem = f"the answer is not there after {DOWNLOAD_S:,.0f} seconds"
        if problem:
            raise fault("area", response.url, problem, "Download a smaller area, or use --osm")
        body.write(part)
    body.seek(0)
    whole = requests.Response()
    whole.status_code, whole.url, whole.raw = response.status_code, response.url, body
    return whole


def _content(response: requests.Response) -> object:
    try:
        content: object = response.json()
    except requests.JSONDecodeError as error:
        text = f"the answer breaks off or is no JSON: {error}"
        raise requests.RequestException(text) from error
    remark = content.get("remark", "") if isinstance(content, dict) else ""
    if "error" in remark:
        raise requests.RequestException(remark)
    return content


def check_address(key: str, url: str, *, only_https: bool = False) -> None:
    """Refuse what is no HTTPS, but for HTTP to this machine where that may be."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    if not host or not (
        parts.scheme == "https" or (parts.scheme == "http" and here and not only_https)
    ):
        raise fault(key, url, "must be HTTPS, or HTTP to this machine", "Name an https:// one")


def fault(key: str, value: str, problem: str, remedy: str = "") -> InputError:
    """What is wrong with a download, or what was asked for."""
    advice = remedy or _REMEDIES.get(key, "Correct it")
    command = f"siting network {'fetch' if key in _OF_FETCH else 'build'}"
    return InputError([Fault(command, key, value, problem, advice)])
