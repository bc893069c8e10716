"""The folders that files named in a scenario may lie in.

A scenario may come from somebody else. Whatever it names is read from its own folder, from the
data folder, from that of fetched networks, or from a folder that whoever runs it allows; links are
followed before that is judged.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from siting.common.errors import Fault
from siting.common.tables.file import TableFile
from siting.scenario.file import ScenarioFile
from siting.scenario.schema import OwnTable, Scenario
from siting.scenario.user import networks_folder

SHIPPED_OFFICES = ("offices_2019", "offices_2024")
_SHIPPED_ROADS = "shipped"
_OUTSIDE = (
    "lies outside the folder of the scenario and the data folder",
    "Move it into the scenario's folder, or allow its own with --allow FOLDER.",
)
_NO_NAME = ("no file can have this name: it holds a null character", "Write the path of a file.")


def outside(file: ScenarioFile, data: Path) -> list[Fault]:
    """What a scenario names that may not be read."""
    folders = (file.path.parent, data, networks_folder(), *file.allow)
    return [
        Fault(str(file.path), key, name, *(_NO_NAME if "\0" in name else _OUTSIDE))
        for key, name in named_files(file.scenario).items()
        if not _lies_whole_in(TableFile(file.path.parent / name), folders)
    ]


def _lies_whole_in(table: TableFile, folders: Iterable[Path]) -> bool:
    """Whether all files of a table do; one that lies elsewhere is not looked at."""
    return lies_in(table.path, folders) and all(lies_in(part, folders) for part in table.parts)


def lies_in(path: Path, folders: Iterable[Path]) -> bool:
    """Whether a file lies in one of the folders or below, once all links are followed."""
    try:
        whole = path.resolve()
        return any(whole.is_relative_to(folder.resolve()) for folder in folders)
    except (OSError, RuntimeError, ValueError):  # links in a circle; a name that no file can have
        return False


def named_files(scenario: Scenario) -> dict[str, str]:
    """Each path in a scenario by its key; none where the shipped table or roads are meant."""
    offices, roads = scenario.offices.existing, scenario.network.source
    paths = {
        "regions.file": scenario.regions.file,
        "demand.file": scenario.demand.file,
        "candidates.file": scenario.candidates.file,
        "offices.existing": None if offices in SHIPPED_OFFICES else offices,
        "network.source": None if roads == _SHIPPED_ROADS else roads,
        "travel_times.file": scenario.travel_times.file,
    }
    return {key: name for key, name in paths.items() if name is not None}


def own_tables(file: ScenarioFile) -> dict[str, TableFile]:
    """The user's tables that a scenario names, by key."""
    tables = {}
    for key, name in named_files(file.scenario).items():
        section = getattr(file.scenario, key.partition(".")[0])
        if isinstance(section, OwnTable):
            path = file.path.parent / name
            tables[key] = TableFile(path, section.sheet or "", section.header_row)
    return tables


def idle_sheets(file: ScenarioFile) -> Iterator[Fault]:
    """Sheets and header rows of files that a scenario does not name."""
    own = {key.partition(".")[0] for key in own_tables(file)}
    for table, section in file.scenario:
        if isinstance(section, OwnTable) and table not in own:
            for key in OwnTable.model_fields.keys() & section.model_dump(exclude_defaults=True):
                problem, remedy = "there is no file beside it", "Name the file, or leave it out."
                yield Fault(
                    str(file.path), f"{table}.{key}", getattr(section, key), problem, remedy
                )
