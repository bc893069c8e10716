import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from siting.network.shipped.build import add_waypoints
from siting.network.shipped.lines import RawGraph

XY = np.array([[0.0, 0.0], [0.0, 7000.0], [9000.0, 0.0]])


def _link(u: int, v: int, line: LineString, kind: str = "road") -> dict[str, object]:
    label = {"highway": "primary", "ref": "7", "name": "", "kind": kind}
    return {"u": u, "v": v, "length_m": round(line.length, 1), **label, "line": line}


BENT = LineString([(0, 0), (4000, 0), (4000, 4000)])
SHORT = LineString([XY[0], XY[0] + (0, 2999)])
FERRY = LineString(XY[[0, 2]])
GRAPH = RawGraph(
    XY, pd.DataFrame([_link(0, 1, BENT), _link(0, 1, SHORT), _link(0, 2, FERRY, "ferry")])
)


def test_a_long_road_is_cut_into_equal_pieces_on_its_line() -> None:
    split = add_waypoints(GRAPH, 3000)
    np.testing.assert_allclose(split.xy[3:], [[8000 / 3, 0], [4000, 4000 / 3]])
    roads = split.links[split.links["kind"] == "road"]
    ends = roads[["u", "v"]].to_numpy().tolist()
    assert ends == [[0, 1], [0, 3], [1, 4], [3, 4]]
    assert roads["length_m"].tolist() == [2999.0, 2666.7, 2666.7, 2666.6]


def test_ferries_and_repairs_of_the_network_stay_whole() -> None:
    for kind in ("ferry", "join", "land_tie", "water_tie"):
        whole = RawGraph(XY, pd.DataFrame([_link(0, 2, FERRY, kind)]))
        split = add_waypoints(whole, 3000)
        assert len(split.xy) == 3
        pd.testing.assert_frame_equal(split.links, whole.links.drop(columns="line"))


@pytest.mark.parametrize("longest_m", [100.0, 777.7, 3000.0, 8000.0])
def test_pieces_add_up_and_lie_in_a_chain(longest_m: float) -> None:
    split = add_waypoints(RawGraph(XY, pd.DataFrame([_link(0, 1, BENT)])), longest_m)
    metres = split.links["length_m"]
    assert metres.sum() == pytest.approx(8000, abs=1e-6)
    assert metres.max() - metres.min() <= 0.1 + 1e-9
    assert metres.max() <= longest_m + 0.05
    degree = np.bincount(split.links[["u", "v"]].to_numpy().ravel())
    assert sorted(degree[[0, 1]]) == [1, 1]
    assert (degree[3:] == 2).all()
    steps = split.xy[split.links["v"]] - split.xy[split.links["u"]]
    # Straight distance equals length but where the road bends.
    assert np.sum(np.hypot(*steps.T) < metres - 0.2) <= 1
