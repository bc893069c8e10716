"""Find the place or office that a name in a scenario means."""

from collections.abc import Iterable, Sequence

import pandas as pd

from siting.common.errors import Fault, near_matches
from siting.inputs.candidates import seat_codes


class Unknown(Exception):  # noqa: N818 - carries a remedy to the caller, never reaches the user
    """A name that means nothing, or too much."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def find_all(
    names: Sequence[str], finder: "PlaceFinder | OfficeFinder", file: str, key: str
) -> tuple[tuple[str, ...], list[Fault]]:
    """Codes for names, and a fault for each name that has none."""
    codes, faults = [], []
    for name in names:
        try:
            codes.append(finder.find(name))
        except Unknown as unknown:
            faults.append(Fault(file, key, name, unknown.problem, unknown.remedy))
    return tuple(dict.fromkeys(codes)), faults


class PlaceFinder:
    """Names of places: a candidate, else the seat of the municipality of that name.

    Parameters
    ----------
    places : DataFrame
        Candidates: locality_code, locality, municipality_code, lon, lat.
    municipalities : DataFrame
        The table of that name.
    """

    def __init__(self, places: pd.DataFrame, municipalities: pd.DataFrame) -> None:
        self._places = places
        self._municipalities = municipalities
        self._municipality_name = dict(
            zip(municipalities["code"], municipalities["name"], strict=True)
        )

    def find(self, name: str) -> str:
        """The code of the place."""
        if name in set(self._places["locality_code"]):
            return name
        bare, municipality = _split(name)
        found = self._places[self._places["locality"] == bare]
        if municipality:
            owner = found["municipality_code"].map(self._municipality_name)
            found = found[owner == municipality]
        if len(found) == 1:
            return str(found["locality_code"].iloc[0])
        if len(found) > 1:
            raise Unknown("there is more than one such place", self._which(found))
        return self._seat(name)

    def _seat(self, name: str) -> str:
        match = self._municipalities[self._municipalities["name"] == name]
        codes = seat_codes(match, self._places)
        if codes.empty:
            known = [*self._places["locality"], *self._municipalities["name"]]
            remedy = near_matches(name, known) or "The table of candidates lists the places."
            raise Unknown("no candidate and no municipality has this name", remedy)
        return str(codes.iloc[0])

    def _which(self, found: pd.DataFrame) -> str:
        owners = found["municipality_code"].map(self._municipality_name)
        pairs = zip(found["locality"], owners, found["locality_code"], strict=True)
        choices = [f'"{place} ({owner})" or "{code}"' for place, owner, code in pairs]
        return f"Write {', or '.join(choices)}."


class OfficeFinder:
    """Existing offices by office_id, or by name where it is the only one.

    Parameters
    ----------
    offices : DataFrame
        office_id, office and, if known, municipality.
    """

    def __init__(self, offices: pd.DataFrame) -> None:
        self._offices = offices

    def find(self, name: str) -> str:
        """The office_id."""
        ids, names = self._offices["office_id"], self._offices["office"]
        if name in set(ids):
            return name
        found = ids[names == name]
        if len(found) > 1:
            raise Unknown("there is more than one such office", f"Write one of {_listed(found)}.")
        if found.empty:
            remedy = near_matches(name, names) or "The office table lists ids and names."
            raise Unknown("there is no such existing office", remedy)
        return str(found.iloc[0])


def _split(name: str) -> tuple[str, str]:
    """Split "Name (Municipality)" into its parts."""
    if name.endswith(")") and " (" in name:
        bare, _, owner = name[:-1].rpartition(" (")
        return bare, owner
    return name, ""


def _listed(items: Iterable[str]) -> str:
    return ", ".join(map(str, items))
