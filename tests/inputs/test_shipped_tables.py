"""What the tables that ship must hold, whoever changes them."""

from pathlib import Path

import pandas as pd
import pytest

from siting.inputs.candidates import LEAST_POPULATION, candidate_places
from siting.inputs.schema import TABLES, read_table

FA_REGIONS_WITHOUT_OFFICE = {"Torsby", "Vansbro", "Storuman", "Åsele"}


@pytest.fixture(scope="module")
def tables(data: Path) -> dict[str, pd.DataFrame]:
    return {name: read_table(name, data) for name in TABLES}


def test_demand_is_the_population_of_2019(tables: dict[str, pd.DataFrame]) -> None:
    assert tables["demand"]["people"].sum() == 10_327_589
    municipalities = tables["municipalities"].set_index("code")["population_2019"]
    sums = tables["demand"].groupby("municipality_code")["people"].sum()
    pd.testing.assert_series_equal(
        sums, municipalities.reindex(sums.index), check_names=False, check_dtype=False
    )
    assert len(sums) == 290


def test_the_five_municipalities_of_border_crossing_localities_are_cut(
    tables: dict[str, pd.DataFrame],
) -> None:
    local = tables["demand"].query("kind == 'locality'").set_index("demand_id")["people"]
    whole = tables["localities"].set_index("code")
    cut = whole.loc[local.index][local < whole.loc[local.index, "population_2020"]]
    owners = set(cut["municipality_code"])
    assert owners == {"0115", "0163", "0180", "1280", "1480"}
    assert len(cut) == 5


def test_office_table_is_the_one_that_is_known(tables: dict[str, pd.DataFrame]) -> None:
    offices = tables["offices_2019"]
    assert len(offices) == 113
    assert offices["municipality_code"].nunique() == 105
    grades = offices["evidence"].value_counts().to_dict()
    assert grades == {"documented": 58, "assumed": 47, "deduced": 8}


def test_every_fa_region_but_four_has_an_office(tables: dict[str, pd.DataFrame]) -> None:
    municipalities = tables["municipalities"].set_index("code")
    assert municipalities["fa_code"].nunique() == 60
    with_office = municipalities.loc[tables["offices_2019"]["municipality_code"], "fa_name"]
    assert set(municipalities["fa_name"]) - set(with_office) == FA_REGIONS_WITHOUT_OFFICE


def test_candidates_are_what_the_rule_gives(tables: dict[str, pd.DataFrame]) -> None:
    candidates = tables["candidates"]
    places = candidate_places(tables["municipalities"], tables["localities"], LEAST_POPULATION)
    pd.testing.assert_frame_equal(candidates[places.columns], places)
    assert candidates["municipality_code"].nunique() == 290
    assert (candidates["staff"] >= 2).all()


def test_all_candidates_of_a_municipality_have_the_same_staff(
    tables: dict[str, pd.DataFrame],
) -> None:
    by_municipality = tables["candidates"].groupby("municipality_code")
    assert (by_municipality["staff"].min() == by_municipality["staff"].max()).all()
    greatest = by_municipality["people_nearer"].max()
    staff = by_municipality["staff"].first()
    assert (staff == (greatest / 12_909).apply(lambda s: max(2, -int(-s // 1)))).all()


def test_codes_are_strings_with_their_zeros(tables: dict[str, pd.DataFrame]) -> None:
    assert "0114" in set(tables["municipalities"]["code"])
    assert tables["demand"]["municipality_code"].str.len().eq(4).all()


def test_land_borders_are_marked_on_both_sides_of_the_north(
    tables: dict[str, pd.DataFrame],
) -> None:
    border = tables["municipalities"].set_index("name")["land_border"]
    assert border["Kiruna"] == "NO FI"
    assert border["Haparanda"] == "FI"
    assert border["Åre"] == "NO"
    assert border["Stockholm"] == ""
    assert (border != "").sum() == 24
