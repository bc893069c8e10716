"""Find the place, office or municipality that a name in a scenario means."""

from collections.abc import Callable, Sequence

import pandas as pd

from siting.common.errors import Fault, near_matches
from siting.common.tables.hints import remedy_for
from siting.inputs.candidates import seat_codes
from siting.scenario.schema import Area


class UnknownNameError(Exception):
    """A name that means nothing, or too much: problem and remedy of the fault of `find_all`."""


def find_all(
    names: Sequence[str], find: Callable[[str], str], file: str, key: str
) -> tuple[tuple[str, ...], list[Fault]]:
    """Codes for names, and a fault for each name that has none."""
    codes, faults = [], []
    for name in names:
        try:
            codes.append(find(name))
        except UnknownNameError as unknown:
            faults.append(Fault(file, key, name, *unknown.args))
    return tuple(dict.fromkeys(codes)), faults


def find_place(name: str, places: pd.DataFrame, municipalities: pd.DataFrame) -> str:
    """The code of a candidate; or of the one that stands for the municipality of that name."""
    if name in set(places["locality_code"]):
        return name
    owners = places["municipality_code"].map(municipalities.set_index("code")["name"])
    bare, owner = _split(name)
    found = places[(places["locality"] == bare) & ((owners == owner) | (owner == ""))]
    if len(found) > 1:
        pairs = zip(found["locality"], owners[found.index], found["locality_code"], strict=True)
        choices = [f'"{place} ({owner})" or "{code}"' for place, owner, code in pairs]
        remedy = f"Write {', or '.join(choices)}."
        raise UnknownNameError("there is more than one such place", remedy)
    if found.empty:
        return _seat(name, places, municipalities)
    return str(found["locality_code"].iloc[0])


def _seat(name: str, places: pd.DataFrame, municipalities: pd.DataFrame) -> str:
    codes = seat_codes(municipalities[municipalities["name"] == name], places)
    if codes.empty:
        known = [*places["locality"], *municipalities["name"]]
        remedy = near_matches(name, known) or "The table of candidates lists the places."
        raise UnknownNameError("no candidate and no municipality has this name", remedy)
    return str(codes.iloc[0])


def find_office(name: str, offices: pd.DataFrame) -> str:
    """The office_id of an office; its name will do where it is the only one that bears it."""
    ids, names = offices["office_id"], offices["office"]
    if name in set(ids):
        return name
    found = ids[names == name]
    if len(found) > 1:
        remedy = f"Write one of {', '.join(found)}."
        raise UnknownNameError("there is more than one such office", remedy)
    if found.empty:
        remedy = near_matches(name, names) or "The office table lists ids and names."
        raise UnknownNameError("there is no such existing office", remedy)
    return str(found.iloc[0])


def municipalities_in_area(
    municipalities: pd.DataFrame, area: Area, file: str, listed_in: str
) -> tuple[pd.DataFrame, list[Fault]]:
    """Rows of the municipalities that a scenario is about, and a fault for each unknown name."""
    chosen = pd.Series(data=False, index=municipalities.index)
    faults = []
    for key, names, columns in (
        ("area.counties", area.counties, ["county", "county_code"]),
        ("area.municipalities", area.municipalities, ["name", "code"]),
    ):
        labels = municipalities[columns]
        chosen |= labels.isin(names).any(axis=1)
        known = set(labels.to_numpy().ravel())
        for name in names:
            if name not in known:
                problem = "there is none of that name or code"
                remedy = remedy_for(name, known, f"{listed_in} lists them.")
                faults.append(Fault(file, key, name, problem, remedy))
    return municipalities[chosen] if chosen.any() else municipalities, faults


def _split(name: str) -> tuple[str, str]:
    """Split "Name (Municipality)" into its parts."""
    if name.endswith(")") and " (" in name:
        bare, _, owner = name[:-1].rpartition(" (")
        return bare, owner
    return name, ""
