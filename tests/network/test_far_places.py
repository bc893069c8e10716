"""Places far outside the network are never tied to it without a word."""

from dataclasses import replace

import numpy as np
import pytest

from siting.common.errors import InputError
from siting.common.types import Points, RoadNetwork
from siting.network.connectors import refuse_far_places


def _points(*places: tuple[float, float]) -> Points:
    lon, lat = np.array(places, dtype=np.float64).reshape(-1, 2).T
    return Points(tuple(f"p{row}" for row in range(len(places))), lon, lat)


STOCKHOLM, PARIS, LYON = (18.07, 59.33), (2.35, 48.86), (4.84, 45.76)


def test_far_places_are_named_with_how_many_live_there(network: RoadNetwork) -> None:
    homes = _points(STOCKHOLM, PARIS, LYON)
    with pytest.raises(InputError) as caught:
        refuse_far_places(network, homes, _points(STOCKHOLM), np.array([5.0, 7.0, 1000.0]))
    (fault,) = caught.value.faults
    assert "p1 (" in str(fault.value)
    assert "p2 (" in str(fault.value)
    assert "50 km" in fault.problem
    assert "1,007 people" in fault.problem
    assert "network.limit_km" in fault.remedy


def test_sites_count_too_and_swapped_positions_are_recognised(network: RoadNetwork) -> None:
    homes, site = _points(STOCKHOLM), _points(STOCKHOLM[::-1])
    with pytest.raises(InputError, match="longitude and latitude are swapped"):
        refuse_far_places(network, homes, site, np.ones(1))


def test_near_places_and_networks_without_a_limit_pass(network: RoadNetwork) -> None:
    refuse_far_places(network, _points(STOCKHOLM), _points(STOCKHOLM), np.ones(1))
    free = replace(network, rules=replace(network.rules, limit_km=np.inf))
    refuse_far_places(free, _points(PARIS), _points(PARIS), np.ones(1))
