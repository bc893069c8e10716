"""The municipalities that a scenario is limited to."""

from collections.abc import Iterator, Sequence

import pandas as pd

from siting.errors import Fault, near_matches


def municipalities_in_area(
    municipalities: pd.DataFrame,
    counties: Sequence[str],
    names: Sequence[str],
    file: str,
) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """Rows of the municipalities that counties and names mean.

    Parameters
    ----------
    municipalities : DataFrame
        The table of that name.
    counties : sequence of str
        Names, or codes of two digits.
    names : sequence of str
        Names or codes of municipalities.
    file : str
        The scenario, for the faults.

    Returns
    -------
    DataFrame
        Those in any of the counties or of these names; all where neither is given, or where none
        of what is given could be found.
    tuple of Fault
        One for each that could not.
    """
    table = municipalities.assign(county_code=municipalities["code"].str[:2])
    wanted = (
        ("area.counties", counties, ("county", "county_code")),
        ("area.municipalities", names, ("name", "code")),
    )
    chosen = pd.Series(data=False, index=table.index)
    faults: list[Fault] = []
    for key, items, columns in wanted:
        for column in columns:
            chosen |= table[column].isin(items)
        faults += _unknown(items, table[list(columns)], file, key)
    area = municipalities[chosen] if chosen.any() else municipalities
    return area, tuple(faults)


def _unknown(items: Sequence[str], known: pd.DataFrame, file: str, key: str) -> Iterator[Fault]:
    labels = {str(label) for column in known for label in known[column]}
    for item in items:
        if item not in labels:
            remedy = near_matches(item, sorted(labels)) or "data/municipalities.csv lists them."
            yield Fault(file, key, item, "there is none of that name or code", remedy)
