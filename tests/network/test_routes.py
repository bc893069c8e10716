import networkx as nx
import numpy as np
import pytest

from siting.common.types import ConnectorRules, Points, RoadNetwork
from siting.network.matrix import travel_times
from siting.network.routes import fastest_route


def test_a_trip_takes_what_the_matrix_says(network: RoadNetwork, seats: Points) -> None:
    minutes = travel_times(network, seats, seats).minutes.toarray()
    for start, end in ((0, 289), (100, 3), (180, 250), (17, 17)):
        found = fastest_route(
            network, (seats.lon[start], seats.lat[start]), (seats.lon[end], seats.lat[end])
        )
        assert found.minutes == pytest.approx(minutes[start, end])


def test_the_length_is_that_of_the_fastest_way_not_of_the_shortest() -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(0, x=15.0, y=60.0)
    graph.add_node(1, x=16.0, y=60.0)
    graph.add_edge(0, 1, length=60_000.0, travel_time=3600.0)
    graph.add_edge(0, 1, length=90_000.0, travel_time=3000.0)
    network = RoadNetwork(graph, ConnectorRules(4, 1.3, 40, 10), "test", (), {}, "")
    there = fastest_route(network, (15.0, 60.0), (16.0, 60.0))
    assert (there.minutes, there.km) == pytest.approx((50.0, 90.0))
    assert np.isinf(fastest_route(network, (16.0, 60.0), (15.0, 60.0)).km)


def test_near_places_need_no_junction(network: RoadNetwork) -> None:
    # Arjeplog lies 21 km from the nearest junction of the table.
    start, end = (17.88606, 66.05173), (17.88606, 66.06972)
    assert fastest_route(network, start, end).km == pytest.approx(1.3 * 2.0, rel=0.01)
