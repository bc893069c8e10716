"""Find the places, offices, municipalities and regions that the names in a scenario mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import pandas as pd

from siting.common.errors import Fault
from siting.common.tables.hints import alike, remedy_for
from siting.inputs.candidates import seat_codes

type Wanted = Literal["all", "place", "town", "office"]
"""All places of the municipality that is named, or one place, town or office; by the name of a
town a locality is meant first, and the seat of its municipality where none bears it."""
OFFICE_NAMES = {"office_id": "locality_code", "office": "locality"}
"""What the columns of candidates are called in a table of offices."""
_MEANS = '{}: "{}" means {} of the candidates'
_NONE = "there is none of that name or code"
_OUTSIDE = ("it lies outside the area", "Leave it out, or widen [area].")
_LISTED = "The tables list them."
_TOWN = "Leave it empty for the seat of the municipality, or give lon and lat."
_SMALL = ("it is too small for a candidate", "Leave it out, or take it into candidates.include.")
_SMALL_ANYWAY = (_SMALL[0], "Leave it out: no office can open there.")


@cache
def fold(name: object) -> str:
    """A name as it is compared: capitals, spaces and ways to write a letter do not matter."""
    return alike(name).casefold()


@dataclass(frozen=True)
class Finder:
    """Finds what names mean, and gathers what is wrong with them and what is worth telling.

    Parameters
    ----------
    file : str
        Where the names stand.
    municipalities : DataFrame
        All of them.
    within : Series of str
        Codes of those that the scenario is about.
    everywhere : DataFrame
        Places that exist, in the columns of candidates, also those outside and those too small.
    listed_in : str
        The file of the municipalities.
    candidates : DataFrame, optional
        Of which it is told how many a region has.
    faults : list of Fault
    meanings : list of str
    """

    file: str
    municipalities: pd.DataFrame
    within: "pd.Series[str]"
    everywhere: pd.DataFrame
    listed_in: str
    candidates: pd.DataFrame | None = None
    faults: list[Fault] = field(default_factory=list)
    meanings: list[str] = field(default_factory=list)

    def places(
        self, names: Sequence[str], key: str, table: pd.DataFrame, wanted: Wanted
    ) -> tuple[str, ...]:
        """Codes of the places in a table that names mean."""
        codes: dict[str, None] = {}
        for name in names:
            found = self._meant(name, table, wanted)
            owners = found["municipality_code"].nunique() if wanted == "all" else len(found)
            if owners == 1:
                codes |= dict.fromkeys(found["locality_code"])
                self.meanings.extend([_MEANS.format(key, name, len(found))] * (wanted == "all"))
            elif owners > 1:
                choices = ", or ".join(
                    map('"{}" or "{}"'.format, found["full"], found["locality_code"])
                )
                self.refuse(key, name, "it means more than one", f"Write {choices}.")
            elif wanted != "office" and len(
                elsewhere := self._meant(name, self.everywhere, wanted)
            ):
                if wanted == "town":
                    there = " and ".join(elsewhere["full"])
                    self.refuse(key, name, "it lies in another municipality", f"There is {there}.")
                    continue
                outside = not elsewhere["municipality_code"].isin(self.within).any()
                small = _SMALL_ANYWAY if key == "candidates.exclude" else _SMALL
                self.refuse(key, name, *(_OUTSIDE if outside else small))
            else:
                known = [
                    *table["locality"],
                    *(self.everywhere["locality"] if wanted in ("all", "place") else ()),
                    *self.municipalities["name"],
                    *self.municipalities["code"],
                ]
                self.refuse(
                    key,
                    name,
                    _NONE,
                    remedy_for(name, known, _TOWN if wanted == "town" else _LISTED),
                )
        return tuple(codes)

    def regions(self, names: Sequence[str], key: str, columns: Sequence[str]) -> pd.DataFrame:
        """The municipalities of the regions that names mean, by what these columns hold."""
        chosen = pd.Series(data=False, index=self.municipalities.index)
        for name in names:
            bears = _bears(name, self.municipalities, *columns)
            chosen |= bears
            codes = self.municipalities.loc[bears, "code"]
            if codes.empty:
                known = self.municipalities[list(columns)].to_numpy().ravel()
                remedy = remedy_for(name, known, f"{self.listed_in} lists them.")
                self.refuse(key, name, _NONE, remedy)
            elif not codes.isin(self.within).any():
                self.refuse(key, name, *_OUTSIDE)
            elif self.candidates is not None:
                count = self.candidates["municipality_code"].isin(codes).sum()
                self.meanings.append(_MEANS.format(key, name, count))
        return self.municipalities[chosen]

    def _meant(self, name: str, places: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
        """The rows of places that a name means, with their full names, as Kil (Nacka)."""
        named = self.municipalities[_bears(name, self.municipalities, "code", "name")]
        owners = places["municipality_code"].map(self.municipalities.set_index("code")["name"])
        table = places.assign(full=places["locality"] + " (" + owners.fillna("") + ")")
        by_itself, bare = (
            _bears(name, table, "locality_code", "full"),
            _bears(name, table, "locality"),
        )
        region = table["municipality_code"].isin(named["code"])
        seat = table["locality_code"].isin(seat_codes(named, table))
        order = {
            "all": (region, bare),
            "place": (bare | seat,),
            "town": (bare, seat),
            "office": (bare, region),
        }[wanted]
        return next((table[each] for each in (by_itself, *order) if each.any()), table[:0])

    def refuse(self, key: str, name: str, problem: str, remedy: str) -> None:
        """Gather a fault."""
        self.faults.append(Fault(self.file, key, name, problem, remedy))


def _bears(name: str, table: pd.DataFrame, *columns: str) -> "pd.Series[bool]":
    """Which rows bear a name in one of these columns."""
    return (table[list(columns)].map(fold) == fold(name)).any(axis=1)
