"""Every resident lives in one cell of the grid, and the cells of a municipality add up."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from siting.inputs.grid import INSIDE_MINUTES, as_demand, build_grid
from siting.inputs.schema import read_table
from siting.pipeline.prepare import prepare
from siting.scenario.file import find_scenario, read_scenario

AREAS = gpd.GeoDataFrame(
    {"code": ["0001", "0002"]}, geometry=[box(0, 0, 2000, 2000), box(2000, 0, 4000, 2000)], crs=3006
)


def _cells(people: list[float]) -> pd.DataFrame:
    """Cells of 1 km from west to east, the last off the coast."""
    east = np.arange(len(people)) * 1000 + 500
    return pd.DataFrame(
        {
            "cell": [f"CRS3035RES1000mN3586000E{4000 + k}000" for k in range(len(people))],
            "sweref99tm_e": east,
            "sweref99tm_n": 500,
            "lon": east / 1e5,
            "lat": 60.0,
            "pop2019_est": people,
        }
    )


@given(
    st.lists(st.floats(0.01, 900), min_size=4, max_size=6),
    st.integers(1, 5000),
    st.integers(1, 5000),
)
def test_whole_persons_add_up_in_each_municipality(
    people: list[float], first: int, second: int
) -> None:
    municipalities = pd.DataFrame({"code": ["0001", "0002"], "population_2019": [first, second]})
    made = build_grid(_cells(people), AREAS, municipalities)
    assert made.groupby("municipality_code")["people"].sum().to_dict() == {
        "0001": first,
        "0002": second,
    }
    assert (made["people"] > 0).all()
    assert made["demand_id"].is_unique


def test_a_cell_off_the_coast_belongs_to_the_nearest_municipality() -> None:
    municipalities = pd.DataFrame({"code": ["0001", "0002"], "population_2019": [20, 30]})
    made = build_grid(_cells([1, 1, 1, 1, 1]), AREAS, municipalities).set_index("demand_id")
    assert made.loc["N3586E4004", "municipality_code"] == "0002"
    assert made["people"].tolist() == [10, 10, 10, 10, 10]


def test_cells_without_people_are_left_out() -> None:
    municipalities = pd.DataFrame({"code": ["0001", "0002"], "population_2019": [7, 9]})
    made = build_grid(_cells([3, 0, 0.001, 4]), AREAS, municipalities)
    assert made["demand_id"].tolist() == ["N3586E4000", "N3586E4003"]


def test_the_cells_that_ship_hold_every_resident(data: Path) -> None:
    cells, municipalities = (
        read_table(name, data) for name in ("demand_grid_1km", "municipalities")
    )
    assert len(cells) == 111_018
    assert cells["people"].sum() == 10_327_589
    sums = cells.groupby("municipality_code")["people"].sum()
    assert sums.to_dict() == municipalities.set_index("code")["population_2019"].to_dict()
    assert (data / "demand_grid_1km.parquet").stat().st_size <= 4e6


def test_the_time_inside_a_cell_is_that_of_a_square() -> None:
    rng = np.random.default_rng(1)
    metres = np.hypot(*(rng.uniform(-500, 500, (2, 1_000_000))))
    assert pytest.approx(60 * 1.3 * metres.mean() / 1000 / 30, rel=1e-3) == INSIDE_MINUTES


def test_a_scenario_asks_for_the_grid() -> None:
    asked = read_scenario(find_scenario("announced_only"), ["demand.points=grid_1km"])
    file = read_scenario(asked.path, ["demand.points=grid_1km", 'area.counties=["09"]', *_PLAIN])
    problem = prepare(file, progress=lambda _: None)
    assert set(problem.demand["kind"]) == {"cell"}
    assert set(problem.demand["name"]) == {"Gotland"}
    assert problem.demand["people"].sum() == 59_686
    assert "demand_grid_1km.parquet" in problem.files
    assert "demand.csv" not in problem.files
    # The staff that ships was counted on localities.
    assert not problem.inputs.shipped_people


_PLAIN = ("offices.open=[]", "limits.new_offices_max=1")


def test_cells_take_the_columns_of_other_demand_points(data: Path) -> None:
    tables = {name: read_table(name, data) for name in ("demand_grid_1km", "municipalities")}
    made = as_demand(tables["demand_grid_1km"], tables["municipalities"])
    assert list(made.columns) == list(read_table("demand", data).columns)
    assert made["name"].notna().all()
