import bz2
from pathlib import Path

import osmium
import pytest

from siting.common.errors import InputError
from siting.network.osm.build import Built, build_from_file


def test_all_three_forms_of_a_file_give_the_same_network(
    helsinki: Path, built: Built, tmp_path: Path
) -> None:
    plain = tmp_path / "helsinki.osm"
    with osmium.SimpleWriter(plain) as writer:
        for thing in osmium.FileProcessor(helsinki):
            writer.add(thing)
    packed = tmp_path / "helsinki.osm.bz2"
    packed.write_bytes(bz2.compress(plain.read_bytes(), 1))
    for path in (plain, packed):
        again = build_from_file(path, "drive")
        assert again.streets.links.equals(built.streets.links)
        assert again.streets.nodes.equals(built.streets.nodes)


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.99])
def test_a_truncated_pbf_is_an_error(helsinki: Path, tmp_path: Path, kept: float) -> None:
    content = helsinki.read_bytes()
    path = tmp_path / "half.osm.pbf"
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(InputError):
        build_from_file(path, "drive")


def test_xml_with_entities_is_refused_for_them_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "bomb.osm"
    content = (
        '<osm version="0.6"><node id="1" lon="0" lat="0"/><node id="2" lon="1" lat="0"/>'
        '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/>'
        '<tag k="name" v="&lol;"/></way></osm>'
    )
    path.write_text(f'<!DOCTYPE osm [<!ENTITY lol "lol">]>{content}')
    with pytest.raises(InputError) as caught:
        build_from_file(path, "main")
    (fault,) = caught.value.faults
    assert "XML entities are not supported" in fault.problem
    path.write_text(content.replace("&lol;", "lol"))
    assert set(build_from_file(path, "main").streets.links["name"]) == {"lol"}


def test_another_fault_says_nothing_of_entities(tmp_path: Path) -> None:
    path = tmp_path / "half.osm"
    path.write_text('<osm version="0.6"><node id="1" lon="0"')
    with pytest.raises(InputError) as caught:
        build_from_file(path, "main")
    assert "entit" not in str(caught.value)


@pytest.mark.parametrize("name", ["roads.txt", "missing.osm.pbf"])
def test_what_is_no_extract_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "roads.txt").write_text("no map")
    with pytest.raises(InputError, match="no extract"):
        build_from_file(tmp_path / name, "drive")


def test_garbage_is_an_error(tmp_path: Path) -> None:
    for name in ("g.osm.pbf", "g.osm", "g.osm.bz2"):
        path = tmp_path / name
        path.write_bytes(b"\x00garbage" * 99)
        with pytest.raises(InputError, match="cannot be read"):
            build_from_file(path, "drive")


def _map(path: Path, nodes: str, ways: str) -> Path:
    whole = f'<osm version="0.6">{nodes}{ways}</osm>'
    if path.suffix == ".bz2":
        path.write_bytes(bz2.compress(whole.encode()))
    else:
        path.write_text(whole)
    return path


def _nodes(*numbers: int, more: str = "") -> str:
    return "".join(
        f'<node id="{n}" {more} version="1" lon="{abs(n) / 100}" lat="0"/>' for n in numbers
    )


def _way(number: int, *refs: int, more: str = "", tags: str = "") -> str:
    inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    highway = '<tag k="highway" v="primary"/>'
    return f'<way id="{number}" {more} version="1">{inside}{highway}{tags}</way>\n'


@pytest.mark.parametrize("name", ["roads.osm", "roads.osm.bz2"])
@pytest.mark.parametrize(
    "more", ['action="delete"', "action='delete'", 'visible="false"', 'user="x" action = "delete"']
)
def test_what_was_deleted_or_is_not_visible_is_not_there(
    tmp_path: Path, name: str, more: str
) -> None:
    ways = _way(1, 1, 2) + _way(2, 2, 3, more=more) + _way(3, 2, 4, 5)
    path = _map(tmp_path / name, _nodes(1, 2, 3, 5) + _nodes(4, more=more), ways)
    assert build_from_file(path, "main").streets.nodes["osmid"].tolist() == [1, 2]


def test_what_was_changed_or_only_named_like_that_is_there(tmp_path: Path) -> None:
    note = '<tag k="note" v="action=&quot;delete&quot; delete"/>'
    ways = _way(1, 1, 2, more='action="modify"') + _way(2, 2, 3, more='user="delete"', tags=note)
    path = _map(tmp_path / "roads.osm", _nodes(1, 2, 3), ways)
    assert build_from_file(path, "main").streets.nodes["osmid"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("signs", [(-1, -1, -1), (-1, 1, 1), (1, -1, 1)])
def test_ids_below_zero_are_ids(tmp_path: Path, signs: tuple[int, ...]) -> None:
    first, second, third = (sign * number for sign, number in zip(signs, (1, 2, 3), strict=True))
    barrier = '<node id="-9" version="1" lon="1" lat="1"><tag k="barrier" v="bollard"/></node>'
    ways = _way(-5, first, second) + _way(6, second, third)
    path = _map(tmp_path / "roads.osm", _nodes(first, second, third) + barrier, ways)
    built = build_from_file(path, "main")
    assert built.streets.nodes["osmid"].tolist() == sorted([first, second, third])
    assert built.about["notes"] == "none"


def test_a_barrier_cuts_each_road_that_meets_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siting.network.osm.ways._LONGEST_M", 1e9)
    bollard = '<node id="2" version="1" lon="0.02" lat="0"><tag k="barrier" v="bollard"/></node>'
    ways = _way(1, 1, 2, 3) + _way(2, 2, 4) + _way(3, 1, 5, 3) + _way(4, 4, 6, 1)
    path = _map(tmp_path / "roads.osm", _nodes(1, 3, 4, 5, 6) + bollard, ways)
    built = build_from_file(path, "main")
    assert built.about["notes"] == "barriers that cut a way: 1 bollard"
    nodes, links = built.streets.nodes, built.streets.links
    # Three dead ends at the bollard, none of them the node itself.
    ends = nodes[nodes["x"] == 0.02]["osmid"].tolist()
    assert len(ends) == 3
    assert 2 not in ends
    assert links.groupby("u").size()[ends].tolist() == [1, 1, 1]
    assert len(links) == 2 * 5


def test_barriers_do_not_depend_on_the_order_of_the_file(tmp_path: Path) -> None:
    bollard = '<node id="2" version="1" lon="0.02" lat="0"><tag k="barrier" v="log"/></node>'
    ways = [_way(1, 1, 2, 3), _way(2, 4, 2, 5), _way(3, 1, 4), _way(4, 5, 3)]
    first, second = (
        build_from_file(
            _map(tmp_path / f"{row}.osm", _nodes(1, 3, 4, 5) + bollard, "".join(one)), "main"
        )
        for row, one in enumerate((ways, ways[::-1]))
    )
    assert first.streets.links.equals(second.streets.links)
    assert first.streets.nodes.equals(second.streets.nodes)


def test_turn_bans_of_the_roads_are_counted(tmp_path: Path) -> None:
    def ban(number: int, way: int, kind: str, more: str = "") -> str:
        members = '<member type="way" ref="1" role="from"/><member type="node" ref="2" role="via"/>'
        members += f'<member type="way" ref="{way}" role="to"/>'
        tags = f'<tag k="type" v="restriction"/><tag k="restriction" v="{kind}"/>'
        return f'<relation id="{number}" {more} version="1">{members}{tags}</relation>\n'

    ways = _way(1, 1, 2) + _way(2, 2, 3)
    bans = ban(1, 2, "no_left_turn") + ban(2, 2, "only_straight_on") + ban(3, 2, "no_left_turn")
    bans += ban(4, 9, "no_left_turn") + ban(5, 2, "no_left_turn", 'action="delete"')
    path = _map(tmp_path / "roads.osm", _nodes(1, 2, 3), ways + bans)
    notes = build_from_file(path, "main").about["notes"]
    assert notes == "turn bans not kept: 2 no_left_turn, 1 only_straight_on"
