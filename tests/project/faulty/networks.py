"""Saved road networks and extracts of OpenStreetMap."""

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from siting.network.load import load_road_network
from siting.network.osm.extract import read_extract
from tests.project.faulty.case import Case

_GRAPHML = Path(__file__).parents[3] / "docs" / "examples" / "nullia" / "roads.graphml"
_OSM = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6"><node id="1" lat="60.1" lon="24.9" version="1"/>
<node id="2" lat="60.2" lon="24.9" version="1"/>
<way id="7" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>
"""


def _graphml() -> Iterator[Case]:
    text = _GRAPHML.read_text(encoding="utf-8")

    def read(folder: Path) -> object:
        return load_road_network(folder / "roads.graphml")

    def case(what: str, content: str | bytes, key: str, value: str = "") -> Case:
        whole = content if isinstance(content, bytes) else content.encode()
        files = {"roads.graphml": whole}
        return Case(f"roads.graphml: {what}", files, read, "roads.graphml", key, value)

    x, length = '<data key="d1">0.09</data>', '<data key="d4">'
    for value in ("east", "0,09", ""):
        changed = text.replace(x, f'<data key="d1">{value}</data>', 1)
        yield case(f"x = {value!r}", changed, "file", "not a saved road network")
    for value in ("nan", "inf", "1800", "-200", "674032"):
        changed = text.replace(x, f'<data key="d1">{value}</data>', 1)
        yield case(f"x = {value}", changed, "node x, y", "1")
    yield case("a node without x", text.replace(x, "", 1), "node x, y", "1")
    for value in ("nan", "inf", "-3", "1e300"):
        changed = text.replace(length, f"{length}{value}</data><!--", 1).replace(
            "</data>", "</data>", 1
        )
        place = changed.index("<!--")
        end = changed.index("</data>", place)
        changed = changed[:place] + changed[end + len("</data>") :]
        yield case(f"length = {value}", changed, "edge length", "1")
    place = text.index(length)
    end = text.index("</data>", place) + len("</data>")
    yield case("a link without length", text[:place] + text[end:], "edge length", "1")
    words = text[:place] + '<data key="d4">far</data>' + text[end:]
    yield case("length = far", words, "file", "not a saved road network")
    place = text.index('<data key="d5">')
    end = text.index("</data>", place) + len("</data>")
    yield case("a link without a class", text[:place] + text[end:], "edge highway", "1")
    for kind in ("footway", "cycleway", "bus_guideway"):
        whole = re.sub(r'(<data key="d5">)[^<]*', rf"\g<1>{kind}", text)
        yield case(f"nothing but {kind}", whole, "edges", "0")
    yield case("cut off", text[: len(text) // 2], "file", "not a saved road network")
    yield case("empty", b"", "file", "not a saved road network")
    yield case("a page", "<html></html>", "file", "not a saved road network")
    yield case("binary", bytes(range(256)), "file", "not a saved road network")
    entity = text.replace("?>", '?><!DOCTYPE g [<!ENTITY a "b">]>', 1)
    yield case("entities", entity, "file", "entities")
    place = text.index("<edge")
    yield case("no links", text[:place] + "</graph></graphml>", "edges", "0")


_NODES = pd.DataFrame({"osmid": [1, 2], "x": [11.0, 11.1], "y": [58.0, 58.1]})
_LINKS = pd.DataFrame(
    {
        "u": [1, 2],
        "v": [2, 1],
        "osmid": [7, 7],
        "length": [900.0, 900.0],
        "highway": ["primary", "primary"],
        "ref": ["", ""],
        "name": ["", ""],
        "oneway": [False, False],
        "maxspeed": [70.0, float("nan")],
        "duration": [float("nan")] * 2,
    }
)


def _parquet() -> Iterator[Case]:
    nodes, links = _NODES, _LINKS

    def case(what: str, content: bytes, key: str, value: str = "") -> Case:
        def read(folder: Path) -> object:
            return load_road_network(folder / "roads.parquet")

        files = {"roads.parquet": content}
        return Case(f"roads.parquet: {what}", files, read, "roads.parquet", key, value)

    none = "not a saved road network"
    wrong: tuple[tuple[str, Any, str], ...]
    wrong = (
        ("x", [float("nan"), 11.1], "nodes, x, y"),
        ("x", [674032.0, 11.1], "nodes, x, y"),
        ("y", [float("inf"), 58.1], "nodes, x, y"),
        ("x", ["east", "west"], "file"),
        ("osmid", [2, 1], "file"),
        ("osmid", [1, 1], "file"),
        ("osmid", [1, None], "file"),
        ("osmid", ["a", "b"], "file"),
    )
    for name, value, key in wrong:
        yield case(f"nodes {name} = {value}", _saved(nodes.assign(**{name: value}), links), key)
    wrong = (
        ("length", [float("nan"), 1.0], "links, length"),
        ("length", [-1.0, 1.0], "links, length"),
        ("length", [float("inf"), 1.0], "links, length"),
        ("length", ["far", "near"], "file"),
        ("u", [9, 2], "file"),
        ("v", [2, None], "file"),
        ("highway", [None, "primary"], "links, highway"),
        ("highway", ["footway", "primary"], "links, highway"),
        ("highway", ["cycleway", "steps"], "links, highway"),
        ("maxspeed", [-70.0, 70.0], "links, maxspeed"),
        ("maxspeed", [0.0, 70.0], "links, maxspeed"),
        ("duration", [-1.0, 3.0], "links, duration"),
        ("duration", ["x", "y"], "file"),
    )
    for name, value, key in wrong:
        yield case(f"links {name} = {value}", _saved(nodes, links.assign(**{name: value})), key)
    for name in ("x", "osmid"):
        yield case(f"no nodes {name}", _saved(nodes.drop(columns=name), links), "file", none)
    for name, key, said in (
        *(("u", "file", none), ("v", "file", none)),
        *((name, f"links, {name}", "links have no") for name in ("length", "highway")),
    ):
        yield case(f"no links {name}", _saved(nodes, links.drop(columns=name)), key, said)
    yield case("no links", _saved(nodes, links[:0]), "links", "0")
    yield case("cut off", _saved(nodes, links)[:-40], "file", none)
    yield case("empty", b"", "file", none)
    out = io.BytesIO()
    nodes.to_parquet(out)
    yield case("a table", out.getvalue(), "file", none)
    yield case("another origin", _saved(nodes, links, about=b"3 {"), "file", none)


def _saved(nodes: pd.DataFrame, links: pd.DataFrame, about: bytes | None = None) -> bytes:
    def packed(table: pd.DataFrame) -> pa.Array:
        struct = pa.Table.from_pandas(table, preserve_index=False).to_struct_array()
        whole = pa.concat_arrays(struct.chunks) if struct.num_chunks else pa.array([], struct.type)
        return pa.ListArray.from_arrays(pa.array([0, len(whole)], pa.int32()), whole)

    table = pa.table({"nodes": packed(nodes), "links": packed(links)})
    about = json.dumps({"source": "made"}).encode() if about is None else about
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({b"siting": about}), out)
    return out.getvalue()


def _extracts() -> Iterator[Case]:
    def reader(name: str) -> Callable[[Path], object]:
        return lambda folder: read_extract(folder / name, "drive")

    for name, what, content, value in (
        ("a.osm", "cut off", _OSM[:200].encode(), "cannot be read"),
        ("a.osm", "empty", b"", ""),
        ("a.osm", "a page", b"<html></html>", ""),
        ("a.osm", "no roads", _OSM.replace("highway", "building").encode(), "no road"),
        ("a.osm", "a latitude", _OSM.replace('lat="60.1"', 'lat="north"').encode(), "cannot be"),
        ("a.osm", "an id", _OSM.replace('way id="7"', 'way id="x"').encode(), "cannot be read"),
        ("a.osm", "a reference", _OSM.replace('ref="1"', 'ref="x"').encode(), "cannot be read"),
        ("a.osm", "entities", b'<!DOCTYPE o [<!ENTITY a "b">]>' + _OSM[38:].encode(), "entities"),
        ("a.osm.pbf", "no PBF", b"\0\0\0\rnothing here", "cannot be read"),
        ("a.osm.pbf", "empty", b"", ""),
        ("a.osm.bz2", "no bz2", _OSM.encode(), "cannot be read"),
        ("a.txt", "another ending", _OSM.encode(), "no extract"),
    ):
        yield Case(f"{name}: {what}", {name: content}, reader(name), name, "--osm", value)


def network_cases() -> Iterator[Case]:
    """All of this module."""
    yield from _graphml()
    yield from _parquet()
    yield from _extracts()
