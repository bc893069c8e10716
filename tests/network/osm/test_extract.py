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
