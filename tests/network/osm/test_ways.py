"""From a small file with every difficulty to links."""

from pathlib import Path

import numpy as np
import pytest
from osmnx.distance import great_circle

from siting.common.errors import InputError
from siting.network.osm.build import build_from_file
from siting.network.osm.extract import read_extract
from siting.network.osm.ways import Streets, make_links

# Nodes lie on the equator, 0.01 degrees apart, id k at k / 100 degrees; 99 is not in the file.
WAYS = """
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/>
  <tag k="highway" v="primary"/><tag k="ref" v="E4"/><tag k="maxspeed" v="90"/></way>
<way id="2"><nd ref="3"/><nd ref="5"/><nd ref="6"/>
  <tag k="highway" v="residential"/><tag k="oneway" v="yes"/></way>
<way id="3"><nd ref="6"/><nd ref="7"/><nd ref="1"/>
  <tag k="highway" v="residential"/><tag k="oneway" v="-1"/></way>
<way id="4"><nd ref="4"/><nd ref="8"/><nd ref="99"/><nd ref="9"/>
  <tag k="highway" v="residential"/></way>
<way id="5"><nd ref="4"/><nd ref="10"/><nd ref="11"/>
  <tag k="route" v="ferry"/><tag k="duration" v="00:30"/></way>
<way id="6"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way>
<way id="7"><nd ref="12"/><nd ref="13"/><nd ref="14"/><nd ref="12"/>
  <tag k="highway" v="residential"/></way>
<way id="8"><nd ref="15"/><nd ref="15"/><nd ref="16"/><tag k="highway" v="residential"/></way>
"""


def _write(folder: Path, ways: str = WAYS, name: str = "small.osm") -> Path:
    nodes = "".join(f'<node id="{k}" lon="{k / 100}" lat="0"/>' for k in range(1, 17))
    path = folder / name
    path.write_text(f'<osm version="0.6">{nodes}{ways}</osm>')
    return path


def _metres(*nodes: int) -> float:
    east = np.array(nodes) / 100
    return float(great_circle(0 * east[1:], east[1:], 0 * east[1:], east[:-1]).sum())


@pytest.fixture(autouse=True)
def _no_waypoints(monkeypatch: pytest.MonkeyPatch) -> None:
    """The map is large, so that its figures are easy to follow."""
    monkeypatch.setattr("siting.network.osm.ways._LONGEST_M", np.inf)


@pytest.fixture
def streets(tmp_path: Path) -> Streets:
    return make_links(read_extract(_write(tmp_path), "drive"))


def test_ways_are_cut_where_others_meet_them(streets: Streets) -> None:
    links = streets.links.set_index(["u", "v"])
    there = {(1, 3), (3, 4), (3, 6), (1, 6), (4, 8), (4, 11), (15, 16)}
    back = {(3, 1), (4, 3), (8, 4), (11, 4), (16, 15)}
    assert set(links.index) == there | back
    assert links.loc[(1, 3), "length"] == pytest.approx(_metres(1, 2, 3))
    assert links.loc[(1, 6), "length"] == pytest.approx(_metres(1, 7, 6))
    assert links.loc[(3, 6), "oneway"]
    assert not links.loc[(1, 3), "oneway"]
    labels = links.loc[(3, 4), ["osmid", "highway", "ref", "maxspeed"]]
    assert list(labels) == [1, "primary", "E4", 90]
    assert links["duration"].dropna().to_dict() == {(4, 11): 30.0, (11, 4): 30.0}
    assert streets.nodes["osmid"].tolist() == [1, 3, 4, 6, 8, 11, 15, 16]


def test_a_ferry_shares_its_time_out_over_its_pieces(tmp_path: Path) -> None:
    calls = '<way id="9"><nd ref="10"/><nd ref="16"/><tag k="highway" v="residential"/></way>'
    links = make_links(read_extract(_write(tmp_path, WAYS + calls), "drive")).links
    duration = links.set_index(["u", "v"])["duration"]
    assert duration[(4, 10)] == pytest.approx(30 * 6 / 7)
    assert duration[(10, 11)] == pytest.approx(30 / 7)


def test_each_part_is_kept_as_far_as_it_is_connected_both_ways_and_all_off_the_largest_told(
    tmp_path: Path,
) -> None:
    built = build_from_file(_write(tmp_path), "drive")
    assert built.streets.nodes["osmid"].tolist() == [1, 3, 4, 8, 11, 15, 16]
    assert (built.cut_off.parts, built.cut_off.nodes) == (2, 3)
    lost = _metres(3, 5, 6) + _metres(1, 7, 6) + 2 * _metres(15, 16)
    assert built.cut_off.km == pytest.approx(lost / 1000)


def test_the_order_of_the_ways_does_not_matter(tmp_path: Path) -> None:
    ways = WAYS.strip().split("</way>")[:-1]
    turned = "".join(f"{way}</way>" for way in reversed(ways))
    one, two = (
        make_links(read_extract(_write(tmp_path, text, name), "drive"))
        for text, name in ((WAYS, "one.osm"), (turned, "two.osm"))
    )
    assert one.links.equals(two.links)
    assert one.nodes.equals(two.nodes)


@pytest.mark.parametrize("roads", ["main", "drive"])
def test_a_file_without_such_roads_is_an_error(tmp_path: Path, roads: str) -> None:
    foot = '<way id="6"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way>'
    with pytest.raises(InputError, match="holds no road"):
        build_from_file(_write(tmp_path, foot), roads)  # type: ignore[arg-type] # from the list above


def test_ways_without_positions_are_an_error(tmp_path: Path) -> None:
    lost = '<way id="1"><nd ref="91"/><nd ref="92"/><tag k="highway" v="primary"/></way>'
    with pytest.raises(InputError, match="no position"):
        build_from_file(_write(tmp_path, lost), "main")
