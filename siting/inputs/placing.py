"""Offices that a table gives by municipality and locality, and not by position."""

from collections.abc import Iterable, Mapping

import pandas as pd

from siting.inputs.candidates import seat_codes
from siting.inputs.names import Finder, fold

_WORDS = {
    **dict.fromkeys(("office", "name", "kontor", "servicekontor", "kontorsnamn"), "office"),
    **dict.fromkeys(("municipality_code", "kommunkod", "municipality", "kommun"), "municipality"),
    **dict.fromkeys(("locality", "place", "town", "ort", "tätort"), "locality"),
}
_COLUMNS = ("office_id", "office", "municipality", "locality", "lon", "lat")
_HALF = ("one of the two is empty", "Write both, or none of them.")
_NEITHER = ("it says neither municipality nor locality", "Write the municipality.")


def heads_of(header: Iterable[object]) -> dict[str, str]:
    """What a header calls office, municipality and locality, in English or in Swedish."""
    return {_WORDS[fold(head)]: str(head) for head in header if fold(head) in _WORDS}


def place_offices(
    table: pd.DataFrame, heads: Mapping[str, str], finder: Finder
) -> tuple[pd.DataFrame, list[str]]:
    """Find the place that each row names, and say which; a position in the table goes before."""
    table = table.rename(columns={head: column for column, head in heads.items()})
    table = table.reindex(columns=[*dict.fromkeys((*_COLUMNS, *table.columns))])
    lost = table["lon"].isna()
    for row in table.index[lost != table["lat"].isna()]:
        finder.refuse(f"row {row + 2}, columns lon, lat", "", *_HALF)
    named = table[["municipality", "locality"]].astype(object).fillna("")
    named = named.assign(locality=named["locality"].where(lost, ""))
    codes = [_code(finder, heads, *row) for row in named.itertuples()]
    places = finder.everywhere.set_index("locality_code").reindex(codes).set_index(table.index)
    owner = places["municipality_code"]
    ids = owner + "-" + (owner.groupby(owner).cumcount() + 1).astype(str)
    town = owner.map(finder.municipalities.set_index("code")["name"])
    where = (places["locality"] + " (" + town + ")").where(lost, "its lon and lat")
    told = "row " + (table.index + 2).astype(str) + ": " + table["office"] + " lies at " + where
    found = places.assign(office_id=ids)[["lon", "lat", "municipality_code", "office_id"]]
    own = table.drop(columns=["municipality", "locality"])
    return own.mask(own == "").combine_first(found), told.dropna().tolist()


def _code(
    finder: Finder, heads: Mapping[str, str], row: int, municipality: str, locality: str
) -> str:
    """The place that a row names: its locality, or else the seat of its municipality."""
    key = {column: f"row {row + 2}, column {head}" for column, head in heads.items()}
    inside = finder.everywhere
    if municipality.strip():
        owner = finder.regions([municipality], key["municipality"], ("name", "code"))
        inside = inside[inside["municipality_code"].isin(owner["code"])]
        if owner.empty or not locality.strip():
            return "".join(seat_codes(owner, inside))
    if locality.strip():
        return "".join(finder.places([locality], key["locality"], inside, "town"))
    finder.refuse(key.get("municipality", f"row {row + 2}"), "", *_NEITHER)
    return ""
