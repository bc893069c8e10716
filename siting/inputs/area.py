"""The municipalities that a scenario is limited to."""

from collections.abc import Iterator, Sequence

import pandas as pd

from siting.errors import Fault, near_matches
from siting.slips import lost_zero, zero_remedy


def municipalities_in_area(
    municipalities: pd.DataFrame,
    counties: Sequence[str],
    names: Sequence[str],
    files: tuple[str, str],
) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """Rows of the municipalities that counties and names mean.

    Parameters
    ----------
    municipalities : DataFrame
        The table of that name, with county_code.
    counties : sequence of str
        Names, or codes of two digits.
    names : sequence of str
        Names or codes of municipalities.
    files : tuple of str
        For the faults: the scenario, and the file that lists the municipalities.

    Returns
    -------
    DataFrame
        Those in any of the counties or of these names; all where neither is given, or where none
        of what is given could be found.
    tuple of Fault
        One for each that could not.
    """
    wanted = (
        ("area.counties", counties, ("county", "county_code")),
        ("area.municipalities", names, ("name", "code")),
    )
    chosen = pd.Series(data=False, index=municipalities.index)
    faults: list[Fault] = []
    for key, items, columns in wanted:
        for column in columns:
            chosen |= municipalities[column].isin(items)
        faults += _unknown(items, municipalities[list(columns)], files, key)
    area = municipalities[chosen] if chosen.any() else municipalities
    return area, tuple(faults)


def _unknown(
    items: Sequence[str], known: pd.DataFrame, files: tuple[str, str], key: str
) -> Iterator[Fault]:
    file, listed_in = files
    labels = {str(label) for column in known for label in known[column]}
    for item in items:
        if item not in labels:
            meant = lost_zero(item, sorted(labels))
            remedy = near_matches(item, sorted(labels)) or f"{listed_in} lists them."
            remedy = remedy if meant is None else zero_remedy(meant, typed=True)
            yield Fault(file, key, item, "there is none of that name or code", remedy)
