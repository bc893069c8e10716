from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from siting.cli.app import app
from siting.common.errors import InputError
from siting.common.types import ConnectorRules, Points, RoadNetwork
from siting.network.load import load_road_network
from siting.network.routes import fastest_route
from siting.studies.network.compare import compare_networks


@pytest.fixture(scope="module")
def some(seats: Points) -> Points:
    return Points(seats.ids[::20], seats.lon[::20], seats.lat[::20])


def test_a_network_does_not_differ_from_itself(network: RoadNetwork, some: Points) -> None:
    found = compare_networks(network, network, some)
    near = len(some) - len(found.left_out)
    assert len(found.trips) == near * (near - 1)
    assert (found.trips[["km_off", "minutes_off"]] == 0).all(axis=None)
    assert (found.only_a, found.only_b) == (0, 0)


def test_lengths_and_times_are_those_of_single_trips(network: RoadNetwork, some: Points) -> None:
    winter = load_road_network(speeds="winter")
    trips = compare_networks(network, winter, some).trips
    where = dict(zip(some.ids, zip(some.lon, some.lat, strict=True), strict=True))
    for row in trips.iloc[::17].to_dict("records"):
        for roads, label in ((network, "a"), (winter, "b")):
            found = fastest_route(roads, where[row["from"]], where[row["to"]])
            assert row[f"km_{label}"] == pytest.approx(found.km)
            assert row[f"minutes_{label}"] == pytest.approx(found.minutes)


def test_the_summary_and_the_worst_are_of_the_table(network: RoadNetwork, some: Points) -> None:
    found = compare_networks(network, load_road_network(speeds="winter"), some)
    off = found.trips["minutes_off"]
    summary = found.summary.loc["minutes"]
    assert summary["mean"] == pytest.approx(off.mean())
    assert (summary["least"], summary["greatest"]) == (off.min(), off.max())
    assert 0.05 < summary["p50"] < 0.12
    worst = found.worst("minutes", 3)["minutes_off"].abs()
    assert worst.tolist() == sorted(off.abs(), reverse=True)[:3]


def test_pairs_that_only_one_network_joins_are_counted() -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    for node in range(3):
        graph.add_node(node, x=15 + node, y=60.0)
    for u, v in ((0, 1), (1, 0), (1, 2)):
        graph.add_edge(u, v, length=1000.0, travel_time=60.0)
    rules = ConnectorRules(4, 1.3, 40, 10)
    whole = RoadNetwork(graph, rules, "a", (), {}, "")
    less = RoadNetwork(graph.copy(), rules, "b", (), {}, "")
    less.graph.remove_edge(1, 2)
    places = Points(("p", "q", "r", "far"), np.array([15.0, 16, 17, 20]), np.full(4, 60.0))
    found = compare_networks(whole, less, places)
    assert sorted(zip(found.trips["from"], found.trips["to"], strict=True)) == [
        *(("p", "q"), ("q", "p"))
    ]
    assert (found.only_a, found.only_b, found.left_out) == (2, 0, ("far",))
    with pytest.raises(InputError, match="only 0 of 1"):
        compare_networks(whole, less, Points(("far",), np.array([20.0]), np.array([60.0])))


def test_the_command_writes_table_and_plot(tmp_path: Path, some: Points) -> None:
    points = tmp_path / "points.csv"
    pd.DataFrame({"id": some.ids, "lon": some.lon, "lat": some.lat}).to_csv(points, index=False)
    table, plot = tmp_path / "t.csv", tmp_path / "p.svg"
    options = ["--points", str(points), "--table", str(table), "--plot", str(plot)]
    speeds = ["--speeds-b", "winter"]
    result = CliRunner().invoke(
        app, ["network", "compare", "shipped", "shipped", *options, *speeds]
    )
    assert result.exit_code == 0, result.output
    assert "Time: the greatest differences" in result.output
    assert len(pd.read_csv(table)) > 100
    assert plot.read_text(encoding="utf-8").startswith("<?xml")
