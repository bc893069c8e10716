"""The ledger of data/: where each file comes from, and whether it is still the one that was listed.

Titles, origins and licences stand in datapackage.json alone; an entry for a new file has an empty
hash until `siting data build` has filled it in.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from siting.common.errors import Fault, InputError, gathering, refuse_all
from siting.inputs.assumptions import ASSUMPTIONS, read_assumptions
from siting.inputs.costs import read_costs
from siting.inputs.schema import TABLES, read_table

LEDGER = "datapackage.json"
_RATINGS = ("red", "amber", "green")
_ASSUMPTION_TEXTS = ("what", "value", "source", "effect")
_ASSUMPTION_KEYS = {"id", "rating", *_ASSUMPTION_TEXTS, *(f"{key}_sv" for key in _ASSUMPTION_TEXTS)}


def sha256(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refresh_ledger(folder: Path) -> None:
    """Write size, checksum and columns of each listed file anew; the rest is written by hand."""
    package = _read_ledger(folder)
    for item in package["resources"]:
        item.update(_measured(folder / item["path"], package.get("version")))
    text = json.dumps(package, indent=2, ensure_ascii=False)
    (folder / LEDGER).write_text(f"{text}\n", encoding="utf-8")


def check_data(folder: Path) -> tuple[str, ...]:
    """Check every table, the assumptions log and the ledger."""
    faults: list[Fault] = []
    for name in TABLES:
        with gathering(faults):
            read_table(name, folder)
    with gathering(faults):
        faults += _assumption_faults(folder / ASSUMPTIONS)
    with gathering(faults):
        read_costs(folder)
    with gathering(faults):
        faults += _ledger_faults(_read_ledger(folder)["resources"], folder)
    refuse_all(faults)
    return tuple(f"{item['path']}: {item['title']}" for item in _read_ledger(folder)["resources"])


def _measured(path: Path, version: object) -> dict[str, Any]:
    # Readers of packages count no bytes of Parquet, and would call the number wrong.
    text = {"encoding": "utf-8", "bytes": path.stat().st_size}
    return {
        "name": path.stem.replace("_", "-"),
        "version": version,
        "format": path.suffix.removeprefix("."),
        **({} if path.suffix == ".parquet" else text),
        "hash": f"sha256:{sha256(path)}",
        **_schema(path),
    }


def _schema(path: Path) -> dict[str, Any]:
    """What the ledger says of the columns of a table; nothing of other files."""
    columns = TABLES.get(path.stem, {}) if path.suffix in {".csv", ".parquet"} else {}
    fields = [
        {"name": name, "type": column.kind, "description": column.meaning}
        for name, column in columns.items()
    ]
    return {"schema": {"fields": fields, "missingValues": [""]}} if fields else {}


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


def _read_ledger(folder: Path) -> dict[str, Any]:
    """What the ledger says, with path, title and hash for each file in its resources."""
    path = folder / LEDGER

    def refused(*found: tuple[str, object, str]) -> InputError:
        return InputError(Fault(str(path), *each, "Restore the file.") for each in found)

    if not path.is_file():
        raise refused(("file", LEDGER, "there is no data ledger"))
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise refused(("file", LEDGER, f"the data ledger cannot be read ({error})")) from error
    resources = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(resources, list) or not resources:
        raise refused(("resources", resources, "the data ledger lists no files"))
    lacking = [
        (f"resources.{place}.{name}", None, "is no text")
        for place, item in enumerate(resources)
        for name in ("path", "title", "hash")
        if not (isinstance(item, dict) and isinstance(item.get(name), str))
    ]
    if lacking:
        raise refused(*lacking)
    return dict(package)


def _ledger_faults(resources: list[dict[str, Any]], folder: Path) -> Iterator[Fault]:
    remedy = "Make the data anew with siting data build --raw DIR, or restore the file."
    for item in resources:
        name, path = item["path"], folder / item["path"]
        if not path.is_file():
            yield Fault(str(path), "file", name, "the ledger lists it, but it is missing", remedy)
        elif f"sha256:{sha256(path)}" != item["hash"]:
            problem = "the file is not the listed one"
            yield Fault(str(path), "sha256", item["hash"], problem, remedy)
        if item | _schema(path) != item:
            problem = "the columns are not those of the table"
            yield Fault(str(folder / LEDGER), name, None, problem, remedy)
    listed = {LEDGER, *(item["path"] for item in resources)}
    for path in sorted(folder.iterdir()):
        if path.name not in listed:
            yield Fault(str(path), "file", path.name, "the ledger does not list it", remedy)
