import tomllib
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from typer.testing import CliRunner

from siting.cli.app import app
from siting.common.errors import InputError
from siting.common.package import data_folder
from siting.common.toml import read_toml
from siting.common.types import ConnectorRules, RoadNetwork
from siting.network.link_times import add_times
from siting.network.load import load_road_network
from siting.network.routes import ReferenceTrip, fastest_route, read_reference_trips
from siting.network.speeds import AccessFigures, Speeds, read_speeds
from siting.scenario.file import find_scenario, read_scenario
from siting.studies.network.calibrate import calibrate

SPEEDS = Speeds(
    "p",
    {"primary": 80, "tertiary": 50, "unclassified": 50, "ferry": 10},
    {"ferry": 20},
    AccessFigures(radius_km=4, detour=1.3, kph=40, water_kph=10, far_km=10, most_streets=8),
)
RULES = ConnectorRules(0.001, 1.3, 40, 10)


def _road(classes: list[str]) -> RoadNetwork:
    """A road along 60 degrees north of links of 20 km, one of each class."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    for node in range(len(classes) + 1):
        graph.add_node(node, x=15 + node / 10, y=60.0)
    for node, highway in enumerate(classes):
        graph.add_edge(node, node + 1, length=20_000.0, highway=highway)
    add_times(graph, SPEEDS)
    return RoadNetwork(graph, RULES, "test", (), {}, "")


def _trip(start: int, end: int, minutes: float | None) -> ReferenceTrip:
    return ReferenceTrip(
        str(start), str(end), (15 + start / 10, 60.0), (15 + end / 10, 60.0), None, minutes
    )


def test_one_factor_for_the_shipped_network_within_4_per_cent() -> None:
    trips = read_reference_trips(data_folder() / "reference_trips.csv")
    speeds = read_speeds(data_folder())
    found = calibrate(load_road_network(), speeds, trips)
    assert not found.by_class
    assert len(set(found.factors.values())) == 1
    assert len(found.trips) == 2
    for row in found.trips:
        assert row.reference.minutes is not None
        assert abs(row.after / row.reference.minutes - 1) <= 0.04
        assert abs(row.after / row.reference.minutes - 1) < abs(
            row.before / row.reference.minutes - 1
        )
    assert "ferry" not in found.factors
    # Two trips cannot tell six classes apart.
    assert {"residential", "primary", "tertiary"} <= set(found.undetermined)


def test_true_speeds_are_found_again_from_enough_trips() -> None:
    network = _road(["primary", "tertiary", "primary", "tertiary", "ferry"])
    # Truth: primary a fifth slower, tertiary a tenth faster, the ferry as it says.
    minutes = [15 / 0.8, 24 / 1.1, 15 / 0.8, 24 / 1.1, 140]
    spans = [(0, 1), (1, 2), (0, 2), (0, 3), (1, 4), (0, 4), (2, 5)]
    trips = [_trip(start, end, sum(minutes[start:end])) for start, end in spans]
    found = calibrate(network, SPEEDS, [*trips, _trip(0, 5, None)])
    assert found.by_class
    assert found.factors["primary"] == pytest.approx(0.8, rel=1e-4)
    assert found.factors["tertiary"] == pytest.approx(1.1, rel=1e-4)
    assert found.undetermined == ("unclassified",)
    for row in found.trips:
        assert row.after == pytest.approx(row.reference.minutes, rel=1e-4)
        assert row.left_out == pytest.approx(row.reference.minutes, rel=1e-4)


def test_classes_that_always_go_together_are_not_determined() -> None:
    network = _road(["primary", "tertiary"])
    trips = [_trip(0, 2, 45.0 + k) for k in range(6)]
    found = calibrate(network, SPEEDS, trips)
    assert set(found.undetermined) == {"primary", "tertiary", "unclassified"}
    assert found.factors["primary"] == found.factors["tertiary"]


def test_speeds_stay_within_bounds() -> None:
    network = _road(["primary"])
    found = calibrate(network, SPEEDS, [_trip(0, 1, 1.0)] * 3)
    assert found.factors["primary"] == pytest.approx(2)


def test_the_error_of_a_trip_left_out_is_that_of_a_fit_without_it() -> None:
    network = _road(["primary", "primary"])
    odd = [_trip(0, 1, 18.0), _trip(1, 2, 18.0), _trip(0, 2, 45.0)]
    found = calibrate(network, SPEEDS, odd)
    assert found.trips[2].left_out == pytest.approx(36.0)
    assert calibrate(network, SPEEDS, odd[:1]).trips[0].left_out is None


def test_the_fastest_way_is_sought_anew() -> None:
    # By the profile the primary road is faster; driven as slowly as the trips say, the other is.
    network = _road(["primary", "primary"])
    graph = network.graph.copy()
    graph.add_node(9, x=15.2, y=60.1)
    graph.add_edge(0, 9, length=15_000.0, highway="tertiary")
    graph.add_edge(9, 2, length=15_000.0, highway="tertiary")
    add_times(graph, SPEEDS)
    network = replace(network, roads=graph)
    links = [_trip(0, 1, 30.0), _trip(1, 2, 30.0)] * 3
    branch = [replace(_trip(0, 2, 18.0), end_at=(15.2, 60.1))] * 3
    found = calibrate(network, SPEEDS, [*links, *branch, _trip(0, 2, 36.0)])
    assert found.trips[-1].before == pytest.approx(30)
    assert found.trips[0].after == pytest.approx(30, rel=1e-3)
    assert found.trips[-1].after == pytest.approx(36, rel=1e-3)


def test_trips_without_road_or_time_are_errors() -> None:
    network = _road(["primary"])
    with pytest.raises(InputError, match="no trip has a time"):
        calibrate(network, SPEEDS, [_trip(0, 1, None)])
    with pytest.raises(InputError, match="uses no road"):
        calibrate(network, SPEEDS, [_trip(0, 1, 15.0), _trip(1, 0, 15.0)])
    assert np.isfinite(calibrate(network, SPEEDS, [_trip(0, 1, 15.0)]).trips[0].after)


def test_the_table_that_it_writes_can_stand_in_a_scenario_and_gives_the_fitted_times() -> None:
    reference = data_folder() / "reference_trips.csv"
    result = CliRunner().invoke(app, ["network", "calibrate", str(reference)])
    assert result.exit_code == 0, result.output
    table = tomllib.loads(result.output.partition("For a scenario:")[2])
    shipped = read_toml(find_scenario("remaining_offices"))
    file = read_scenario({"scenario": shipped["scenario"], **table})
    assert not file.faults
    asked = file.scenario.network.speeds
    speeds = read_speeds(data_folder(), asked.based_on, asked.kph)
    network = load_road_network(speeds=speeds)
    for known in read_reference_trips(reference):
        if known.minutes is not None:
            found = fastest_route(network, known.start_at, known.end_at).minutes
            assert abs(found / known.minutes - 1) <= 0.04


def test_the_table_names_each_class() -> None:
    network = _road(["primary", "tertiary"])
    trips = [_trip(0, 1, 20.0)] * 3 + [_trip(1, 2, 24.0)] * 3
    lines = calibrate(network, SPEEDS, trips).as_table("default")
    table = tomllib.loads("\n".join(lines))["network"]["speeds"]
    assert table["based_on"] == "default"
    assert table["primary"] == pytest.approx(60, abs=0.1)
    assert table["tertiary"] == pytest.approx(50, abs=0.1)
