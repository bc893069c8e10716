"""The levels of regions that places are grouped by, once for scenario, model, tables and texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Level:
    """One level of regions.

    Parameters
    ----------
    code, name : str
        The columns that hold its code and its name wherever places are described; a level without
        names of its own has "".
    table : str
        The table of a result with a row for each region; "" for none.
    source, source_name : str
        The columns of its code and its name in municipalities.csv; "" where it has no name.
    digits : int
        Of its codes in Sweden; 0 where they are no numbers.
    title : str
        What stands before a name in an English sentence.
    """

    code: str
    name: str
    table: str
    source: str
    source_name: str
    digits: int = 0
    title: str = ""


NamedLevel = Literal["county", "fa_region", "municipality"]
"""Those that have names of their own."""
AnyLevel = Literal["municipality", "county", "fa_region", "skr_group"]
LEVELS: Mapping[str, Level] = {
    "municipality": Level("municipality_code", "municipality", "municipalities", "code", "name", 4),
    "fa_region": Level(
        "fa_code", "fa_region", "fa_regions", "fa_code", "fa_name", 2, "the FA region "
    ),
    "county": Level("county_code", "county", "counties", "county_code", "county", 2),
    "skr_group": Level("skr_group", "", "", "skr_group_2017", ""),
}
"""Each level by the name that it has in a scenario."""
COLUMN_OF_SOURCE = {level.source: level.code for level in LEVELS.values()} | {
    level.source_name: level.name for level in LEVELS.values() if level.name
}
"""What each column of municipalities.csv is called wherever places are described."""
TABLE_LEVELS = {level.table: level for level in LEVELS.values() if level.table}
"""Those that a result has a table of, by its name."""
