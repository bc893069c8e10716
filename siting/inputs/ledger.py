"""Origin and licence of each file in data/, for the ledger."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from siting.common.errors import Fault, InputError
from siting.inputs.assumptions import ASSUMPTIONS, read_assumptions
from siting.inputs.costs import read_costs
from siting.inputs.schema import TABLES, read_table

_SCB = "Statistics Sweden (official statistics)"
_GEONAMES = "GeoNames"
_EGM = (
    "EuroGlobalMap 2019, EuroGeographics, read from the vector tiles of "
    "un-vector-tile-toolkit/inazo-static at de3bde27; mended and simplified by siting"
)


def _file(title: str, origin: str, licence_id: str, licence: str) -> dict[str, str]:
    return {"title": title, "origin": origin, "licence_id": licence_id, "licence": licence}


def _roads(title: str) -> dict[str, str]:
    return _file(
        title,
        _EGM,
        "other-at",
        "Intellectual property of European National Mapping and Cadastral Authorities, licensed "
        "on behalf of these by EuroGeographics; freely available, attribution required",
    )


def _facts(title: str, origin: str) -> dict[str, str]:
    return _file(title, origin, "other-pd", "Facts from public documents; see sources.csv")


def _ours(title: str) -> dict[str, str]:
    return _file(title, "The siting developers", "MIT", "MIT")


ORIGINS: Final = {
    "assumptions.toml": _ours("Assumptions with their ratings"),
    "candidates.csv": _file(
        "Candidates for a new office",
        f"Computed by siting from localities.csv, municipalities.csv and the roads; {_SCB}",
        "CC-BY-4.0",
        "Derived; positions from GeoNames (CC BY 4.0), attribution required",
    ),
    "costs.toml": _ours("Cost figures and the staff rule; all assumptions"),
    "decisions.csv": _facts(
        "What the government announced, ordered and closed, 2019 to 2025",
        "Press releases and news of the Government Offices and Statens servicecenter",
    ),
    "demand.csv": _file(
        "Demand points: every resident of Sweden at a place",
        f"Computed by siting from the raw tables; {_SCB}, {_GEONAMES}, {_EGM}",
        "other-at",
        "Derived; cite Statistics Sweden, GeoNames (CC BY 4.0) and EuroGeographics",
    ),
    "localities.csv": _file(
        "Localities (tätorter) of 2020",
        f"{_SCB}, through the data package swemapdata; positions of towns from {_GEONAMES}",
        "CC-BY-4.0",
        "Table CC0; positions from GeoNames under CC BY 4.0, attribution required",
    ),
    "municipalities.csv": _file(
        "Municipalities: population, region, seat",
        f"{_SCB}; Swedish Agency for Economic and Regional Growth (FA15); SKR (groups 2017); "
        f"{_GEONAMES} (seats)",
        "CC-BY-4.0",
        "Official statistics, cite the agency; seats from GeoNames under CC BY 4.0",
    ),
    "offices_2019.csv": _facts(
        "The 113 state service offices of September 2019, partly reconstructed",
        "Press releases, news and local pages named in its column source; 47 rows are assumed",
    ),
    "reference_trips.csv": _file(
        "Trips that the road network is held against",
        "Two route-planner figures quoted in public repositories, ten from general knowledge; "
        f"end points {_GEONAMES}",
        "CC-BY-4.0",
        "Facts; positions from GeoNames under CC BY 4.0",
    ),
    "road_build_log.csv": _roads("Each repair made to the road network"),
    "road_islands.csv": _ours("Inhabited islands that no road or ferry of the table reaches"),
    "road_joins.toml": _ours("Judgements on holes and detached parts of the raw road file"),
    "road_links.csv": _roads("Road links: length and class"),
    "road_nodes.csv": _roads("Road junctions: position"),
    "README.md": _ours("What each table is"),
    "sources.csv": _ours("Where each figure comes from"),
    "speeds.toml": _ours("Driving speeds and other constants of travel time"),
}
"""For each file name: title, origin, licence_id and licence."""

LEDGER = "datapackage.json"
DATA_VERSION = "2026.11"
_RATINGS = ("red", "amber", "green")
_ASSUMPTION_TEXTS = ("what", "value", "source", "effect")
_ASSUMPTION_KEYS = {"id", "rating", *_ASSUMPTION_TEXTS, *(f"{key}_sv" for key in _ASSUMPTION_TEXTS)}


def sha256(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_ledger(folder: Path, origins: Mapping[str, Mapping[str, str]]) -> None:
    """Write datapackage.json for every file in the data folder."""
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "siting-sweden",
        "title": "State service offices, people and main roads of Sweden, 2019",
        "version": DATA_VERSION,
        "resources": [_resource(folder / name, origin) for name, origin in sorted(origins.items())],
    }
    text = json.dumps(package, indent=2, ensure_ascii=False)
    (folder / LEDGER).write_text(f"{text}\n", encoding="utf-8")


def check_data(folder: Path) -> tuple[str, ...]:
    """Check every table, the assumptions log and the ledger."""
    checks: list[Callable[[Path], object]] = [partial(read_table, name) for name in TABLES]
    faults: list[Fault] = []
    for check in (*checks, _check_assumptions, read_costs, _check_ledger):
        try:
            check(folder)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return tuple(f"{item['path']}: {item['title']}" for item in _listed(folder))


def _resource(path: Path, origin: Mapping[str, str]) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "name": path.stem.replace("_", "-"),
        "path": path.name,
        "title": origin["title"],
        "version": DATA_VERSION,
        "format": path.suffix.removeprefix("."),
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256(path)}",
        "sources": [{"title": origin["origin"]}],
        "licenses": [{"name": origin["licence_id"], "title": origin["licence"]}],
    }
    schema = _schema(path)
    return resource | {"schema": schema} if schema else resource


def _schema(path: Path) -> dict[str, Any]:
    """What the ledger says of the columns of a table; nothing of other files."""
    columns = TABLES.get(path.stem, {}) if path.suffix == ".csv" else {}
    fields = [
        {"name": name, "type": column.kind, "description": column.meaning}
        for name, column in columns.items()
    ]
    return {"fields": fields, "missingValues": [""]} if fields else {}


def _check_assumptions(folder: Path) -> None:
    """Raise an error with everything that is wrong with the assumptions log."""
    path = folder / ASSUMPTIONS
    if faults := list(_assumption_faults(path)):
        raise InputError(faults)


def _assumption_faults(path: Path) -> Iterator[Fault]:
    seen: set[object] = set()
    for number, item in enumerate(read_assumptions(path), start=1):
        key = f"assumption {number} ({item.get('id', '?')})"
        for missing in sorted(_ASSUMPTION_KEYS - item.keys()):
            yield Fault(str(path), key, None, f"{missing} is missing", f"Add {missing} = …")
        for name in sorted(_ASSUMPTION_KEYS & item.keys()):
            if not (isinstance(item[name], str) and item[name].strip()):
                remedy = f'Write {name} = "…".'
                yield Fault(str(path), key, item[name], f"{name} is not a text", remedy)
        if item.get("rating") not in _RATINGS:
            remedy = "Write red, amber or green."
            yield Fault(str(path), key, item.get("rating"), "no such rating", remedy)
        if str(item.get("id")) in seen:
            yield Fault(str(path), key, item["id"], "appears twice", "Give it another id.")
        seen.add(str(item.get("id")))


def _check_ledger(folder: Path) -> None:
    if faults := list(_ledger_faults(_listed(folder), folder)):
        raise InputError(faults)


def _listed(folder: Path) -> list[dict[str, Any]]:
    """What the ledger says of each file."""
    path = folder / LEDGER

    def fault(key: str, value: object, problem: str) -> Fault:
        remedy = "Make it anew with siting data build --raw DIR, or restore the file."
        return Fault(str(path), key, value, problem, remedy)

    if not path.is_file():
        remedy = "Make it with siting data build --raw DIR."
        raise InputError([Fault(str(path), "file", LEDGER, "there is no data ledger", remedy)])
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        problem = f"the data ledger cannot be read ({error})"
        raise InputError([fault("file", LEDGER, problem)]) from error
    resources = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(resources, list) or not resources:
        raise InputError([fault("resources", resources, "the data ledger lists no files")])
    if faults := [
        fault(f"resources.{place}.{name}", None, "is no text")
        for place, item in enumerate(resources)
        for name in ("path", "title", "hash")
        if not (isinstance(item, dict) and isinstance(item.get(name), str))
    ]:
        raise InputError(faults)
    return resources


def _ledger_faults(resources: list[dict[str, Any]], folder: Path) -> Iterator[Fault]:
    remedy = "Make the data anew with siting data build --raw DIR, or restore the file."
    for item in resources:
        name, path = item["path"], folder / item["path"]
        if not path.is_file():
            yield Fault(str(path), "file", name, "the ledger lists it, but it is missing", remedy)
        elif f"sha256:{sha256(path)}" != item["hash"]:
            problem = "the file is not the listed one"
            yield Fault(str(path), "sha256", item["hash"], problem, remedy)
        if (schema := _schema(path)) and item.get("schema") != schema:
            problem = "the columns are not those of the table"
            yield Fault(str(folder / LEDGER), name, None, problem, remedy)
    listed = {LEDGER, *(item["path"] for item in resources)}
    for path in sorted(folder.iterdir()):
        if path.name not in listed:
            yield Fault(str(path), "file", path.name, "the ledger does not list it", remedy)
