"""The offices of 2024: those of 2019, and what was decided since."""

import pandas as pd

ADDS = ("announced", "ordered")
"""Decisions that add an office; what is proposed or opened adds none of its own."""
CLOSES = "closing decided"
_LAST_MONTH = "2024-12"
_TOLD = ["source", "month"]


def offices_2024(
    offices: pd.DataFrame,
    decisions: pd.DataFrame,
    municipalities: pd.DataFrame,
    districts: pd.DataFrame,
) -> pd.DataFrame:
    """Add each office that was announced or ordered by the end of 2024 to those of 2019.

    It is documented where a later row says that one opened or is to close there, else deduced: the
    orders make up the 149 offices that are stated for 2024.
    """
    before = offices.drop(columns="existed_2019").assign(since="2019")
    in_time = decisions["decision"].isin(ADDS) & (decisions["month"] <= _LAST_MONTH)
    added = decisions[in_time].rename(columns={"month": "since"})
    added = _placed(_founded(added.reset_index(drop=True), decisions), municipalities, districts)
    unknown = added["municipality_code"].isin(offices["municipality_code"]) & (added["note"] == "")
    added.loc[unknown, "office"] += " (" + added["since"] + ")"
    added.loc[unknown, "note"] = "where in the town is not known"
    first = len(before) + 1
    added["office_id"] = [f"o{number:03d}" for number in range(first, first + len(added))]
    return pd.concat([before, added[before.columns]], ignore_index=True)


def _founded(added: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Source and evidence: the first later row that says the office was there, else the order."""
    own = added.assign(evidence="deduced", source_date=added["since"])
    there = decisions[decisions["decision"].isin(["opened", CLOSES])]
    for row, code, since in own[["municipality_code", "since"]].itertuples():
        later = there[(there["municipality_code"] == code) & (there["month"] > since)]
        if len(later):
            told = later.iloc[0][_TOLD].to_list()
            own.loc[row, ["evidence", "source", "source_date"]] = ["documented", *told]
    return own


def _placed(
    added: pd.DataFrame, municipalities: pd.DataFrame, districts: pd.DataFrame
) -> pd.DataFrame:
    """Name and position: of the district that a page names, else of the municipality's seat."""
    seats = municipalities.set_index("code").loc[added["municipality_code"]].reset_index()
    at_seat = {"office": seats["seat"], "lon": seats["seat_lon"], "lat": seats["seat_lat"]}
    placed = added.assign(**at_seat, position="municipal seat", note="")
    for row in districts.to_dict("records"):
        here = placed["since"] == row["month"]
        here &= placed["municipality_code"] == row["municipality_code"]
        known = {name: row[name] for name in ("office", "lon", "lat", "source", "note")}
        known |= {"position": "district, approximate", "evidence": "documented"}
        placed.loc[here, list(known)] = list(known.values())
    return placed
