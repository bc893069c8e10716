"""Everybody is placed, nobody twice, in whole persons."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.inputs.demand import build_demand, inside_minutes, share_out

MUNICIPALITIES = pd.DataFrame(
    {
        "code": ["0001", "0002", "0003"],
        "name": ["Ett", "Två", "Tre"],
        "population_2019": [1000, 500, 40],
        "seat_lon": [15.0, 15.2, 15.9],
        "seat_lat": [60.0, 60.0, 60.0],
    }
)
LOCALITIES = pd.DataFrame(
    {
        "code": ["0001T1", "0001T2", "0002T1"],
        "name": ["Stad", "By", "Ort"],
        "municipality_code": ["0001", "0001", "0002"],
        "population_2020": [900, 300, 200],
        "area_km2": [4.0, 1.0, 1.0],
        "lon": [15.0, 15.1, 15.3],
        "lat": [60.0, 60.1, 60.1],
    }
)
CROSSING = pd.DataFrame({"locality_code": ["0001T1"], "neighbour_code": ["0002"], "people": [180]})


def _places(codes: list[str], lon: list[float], lat: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"municipality_code": codes, "lon": lon, "lat": lat})


JUNCTIONS = _places(["0002"] * 6 + ["0003"] * 4, [15.5 + k / 100 for k in range(10)], [60.3] * 10)
ALONG = _places(["0003"] * 7, [16.0 + k / 50 for k in range(7)], [60.4] * 7)


@pytest.fixture(scope="module")
def demand() -> pd.DataFrame:
    return build_demand(MUNICIPALITIES, LOCALITIES, CROSSING, JUNCTIONS, ALONG)


def test_each_municipality_sums_to_its_population(demand: pd.DataFrame) -> None:
    sums = demand.groupby("municipality_code")["people"].sum().to_dict()
    assert sums == {"0001": 1000, "0002": 500, "0003": 40}


def test_the_largest_locality_is_cut_by_the_excess(demand: pd.DataFrame) -> None:
    people = demand.set_index("demand_id")["people"]
    assert people["0001T1"] == 700
    assert people["0001T2"] == 300


def test_crossing_people_live_at_the_neighbours_seat_on_their_share_of_the_area(
    demand: pd.DataFrame,
) -> None:
    row = demand.set_index("demand_id").loc["0001T1-0002"]
    assert (row["kind"], row["people"], row["lon"], row["lat"]) == ("crossing", 180, 15.2, 60.0)
    assert row["inside_minutes"] == pytest.approx(inside_minutes(np.array([4.0 * 180 / 900]))[0])


def test_rural_people_are_spread_over_junctions_ties_to_the_first(demand: pd.DataFrame) -> None:
    rural = demand[(demand["municipality_code"] == "0002") & (demand["kind"] == "rural")]
    assert rural["people"].tolist() == [20] * 6
    assert rural["demand_id"].tolist() == [f"R0002-000{k}" for k in range(1, 7)]
    assert (rural["inside_minutes"] == 0).all()


def test_too_few_junctions_give_way_to_points_along_the_roads(demand: pd.DataFrame) -> None:
    rural = demand[demand["municipality_code"] == "0003"]
    assert rural["lat"].unique().tolist() == [60.4]
    assert rural["people"].tolist() == [6, 6, 6, 6, 6, 5, 5]


def test_without_any_road_the_rural_people_live_at_the_seat() -> None:
    demand = build_demand(MUNICIPALITIES, LOCALITIES, CROSSING, JUNCTIONS, ALONG.iloc[:0])
    few = demand[demand["municipality_code"] == "0003"]
    assert few[["lon", "lat"]].drop_duplicates().to_numpy().tolist() == [[15.9, 60.0]]


def test_junctions_inside_a_locality_carry_nobody() -> None:
    inside = _places(["0002"], [15.3], [60.1005])
    demand = build_demand(
        MUNICIPALITIES, LOCALITIES, CROSSING, pd.concat([inside, JUNCTIONS]), ALONG
    )
    assert 60.1005 not in demand["lat"].to_numpy()


def test_more_people_in_places_than_residents_is_refused() -> None:
    too_many = CROSSING.assign(people=400)
    with pytest.raises(ValueError, match="0002"):
        build_demand(MUNICIPALITIES, LOCALITIES, too_many, JUNCTIONS, ALONG)


def test_mean_minutes_inside_a_disc_match_a_simulation() -> None:
    rng = np.random.default_rng(1)
    xy = rng.uniform(-1, 1, (400_000, 2))
    distance = np.hypot(*xy.T)
    mean_km = distance[distance <= 1].mean() * 3
    minutes = 60 * 1.3 * mean_km / 30
    assert inside_minutes(np.array([9 * np.pi]))[0] == pytest.approx(minutes, rel=2e-3)


@given(st.integers(0, 10**6), st.lists(st.floats(0.01, 100), min_size=1, max_size=30))
def test_shares_are_whole_sum_up_and_miss_the_exact_share_by_less_than_one(
    total: int, weights: list[float]
) -> None:
    parts = share_out(total, np.array(weights))
    exact = total * np.array(weights) / sum(weights)
    assert parts.sum() == total
    assert (np.abs(parts - exact) < 1).all()
