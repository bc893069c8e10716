"""Downloads with OSMnx's own client from a server of our own."""

import json
import time
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import networkx as nx
import osmnx as ox
import pytest
import shapely
from typer.testing import CliRunner

from siting.cli.app import app
from siting.common.errors import InputError
from siting.network.osm.build import Built, build_from_area
from siting.network.osm.download import DownloadArea, Servers, area_of
from siting.network.osm.files import read_network, to_graph

BOX = "24.935,60.160,24.960,60.175"


def _servers(overpass: SimpleNamespace) -> Servers:
    return Servers(overpass.url, overpass.url, timeout_s=1.0, tries=3, pause_s=0.01)


@pytest.fixture
def box() -> DownloadArea:
    return area_of(None, None, BOX)


def test_a_download_is_the_same_network_as_the_file(
    overpass: SimpleNamespace, box: DownloadArea, built: Built
) -> None:
    again = build_from_area(box, "drive", _servers(overpass))
    assert again.about["date"] == "2020-05-01T00:00:00Z"
    assert "ODbL" in again.about["licence"]
    downloaded, read = (to_graph(one.streets, one.about) for one in (again, built))
    inside = sorted(set(downloaded) & set(read))
    assert len(inside) > 300
    # Ways that both hold whole are alike: length, direction, limit, class.
    labels = ("length", "highway", "oneway", "maxspeed", "name")
    same, other = (
        {
            (u, v, row["osmid"]): [row.get(name) for name in labels]
            for u, v, row in one.edges(data=True)
        }
        for one in (downloaded, read)
    )
    shared = same.keys() & other.keys()
    assert len(shared) > 0.8 * len(same)
    for link in shared:
        assert same[link][0] == pytest.approx(other[link][0], rel=1e-9)
        assert same[link][1:] == other[link][1:]


@pytest.mark.parametrize("option", ["--place", "--polygon", "--bbox"])
def test_the_command_downloads_and_writes(
    overpass: SimpleNamespace, tmp_path: Path, option: str
) -> None:
    outline = tmp_path / "outline.geojson"
    shape = shapely.box(*map(float, BOX.split(",")))
    gpd.GeoDataFrame(geometry=[shape], crs=4326).to_file(outline)
    value = {"--place": "Helsinki", "--polygon": str(outline), "--bbox": BOX}[option]
    out = tmp_path / "roads.parquet"
    urls = ["--overpass-url", overpass.url, "--nominatim-url", overpass.url]
    result = CliRunner().invoke(app, ["network", "build", str(out), option, value, *urls])
    assert result.exit_code == 0, result.output
    assert "ODbL" in result.output
    graph = read_network(out)
    parts = [graph.subgraph(part) for part in nx.weakly_connected_components(graph)]
    assert all(map(nx.is_strongly_connected, parts))
    assert {path.name for path in tmp_path.iterdir()} == {"outline.geojson", "roads.parquet"}


@pytest.mark.parametrize("trouble", ["429", "504", "stall", "truncated", "remark"])
def test_trouble_that_passes_is_waited_out(
    overpass: SimpleNamespace, box: DownloadArea, trouble: str
) -> None:
    overpass.troubles += [trouble, trouble]
    assert len(build_from_area(box, "main", _servers(overpass)).streets.links) > 0
    assert overpass.troubles == []


@pytest.mark.parametrize("trouble", ["429", "504", "stall", "truncated", "remark"])
def test_trouble_that_stays_ends_in_a_clear_error(
    overpass: SimpleNamespace,
    box: DownloadArea,
    trouble: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    overpass.troubles += [trouble] * 9
    started = time.monotonic()
    with pytest.raises(InputError, match="no usable answer in 3 tries"):
        build_from_area(box, "drive", _servers(overpass))
    assert time.monotonic() - started < 10
    assert len(overpass.asked) == 3
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_is_not_asked_again(overpass: SimpleNamespace, box: DownloadArea) -> None:
    overpass.troubles += ["400"]
    with pytest.raises(InputError, match="refused"):
        build_from_area(box, "drive", _servers(overpass))
    assert len(overpass.asked) == 1


@pytest.mark.parametrize("status", ["302", "307", "308"])
def test_redirects_are_not_followed_wherever_they_lead(
    overpass: SimpleNamespace, box: DownloadArea, status: str
) -> None:
    for elsewhere in ("http://other.example/", overpass.elsewhere):
        overpass.elsewhere, overpass.asked[:] = elsewhere, []
        overpass.troubles += [status]
        with pytest.raises(InputError, match=f"sends us on to {elsewhere}"):
            build_from_area(box, "drive", _servers(overpass))
        assert len(overpass.asked) == 1


def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    overpass: SimpleNamespace, box: DownloadArea, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siting.network.osm.download.DOWNLOAD", 20_000)
    with pytest.raises(InputError, match="more than 20,000 bytes"):
        build_from_area(box, "drive", _servers(overpass))
    assert len(overpass.asked) == 1


def test_an_answer_that_never_ends_is_given_up(
    overpass: SimpleNamespace, box: DownloadArea, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siting.network.osm.download.DOWNLOAD_S", 0.0)
    with pytest.raises(InputError, match="is not there after 0 seconds"):
        build_from_area(box, "drive", _servers(overpass))


@pytest.mark.parametrize(
    "content",
    [
        '<OGRVRTDataSource><OGRVRTLayer name="other"/></OGRVRTDataSource>',
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector read other.geojson"}',
        '<?xml version="1.0"?><kml/>',
        "[1, 2]",
        '{"type": "Polygon", "coordinates": "none"}',
    ],
)
def test_an_outline_of_another_form_is_refused(tmp_path: Path, content: str) -> None:
    shape = shapely.box(1, 2, 3, 4)
    gpd.GeoDataFrame(geometry=[shape], crs=4326).to_file(tmp_path / "other.geojson")
    path = tmp_path / "outline.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        area_of(None, path, None)


def test_outlines_are_read_in_their_own_coordinates(tmp_path: Path) -> None:
    shape = gpd.GeoSeries([shapely.box(18, 59, 18.1, 59.1)], crs=4326)
    plain = json.loads(shape.to_json())["features"][0]["geometry"]
    (tmp_path / "geometry.geojson").write_text(json.dumps(plain), encoding="utf-8")
    shape.to_file(tmp_path / "degrees.geojson")
    shape.to_crs(3006).to_file(tmp_path / "metres.geojson")
    shape.to_crs(3006).to_file(tmp_path / "metres.gpkg")
    for path in sorted(tmp_path.iterdir()):
        polygon = area_of(None, path, None).polygon
        assert polygon is not None
        assert polygon.symmetric_difference(shape[0]).area < 1e-7


def test_an_empty_area_is_an_error(overpass: SimpleNamespace, box: DownloadArea) -> None:
    overpass.troubles += ["empty", "empty"]
    with pytest.raises(InputError, match="no road"):
        build_from_area(box, "drive", _servers(overpass))


def test_an_unknown_place_is_an_error(overpass: SimpleNamespace) -> None:
    with pytest.raises(InputError, match="no area of that name"):
        build_from_area(DownloadArea("Nowhere"), "drive", _servers(overpass))


def test_what_is_asked_for_has_barriers_and_turn_bans(
    overpass: SimpleNamespace, box: DownloadArea
) -> None:
    before = build_from_area(box, "drive", _servers(overpass))
    asked = " ".join(overpass.asked)
    for words in ('["highway"~', '["route"="ferry"]', "relation['type'='restriction']"):
        assert words in asked
    # Nodes come with their tags, which `out skel` would leave out.
    assert all(query.endswith("out;") for query in overpass.asked)
    from_, to = before.streets.links["osmid"].unique()[:2].tolist()
    members = [
        {"type": "way", "ref": from_, "role": "from"},
        {"type": "node", "ref": 1, "role": "via"},
        {"type": "way", "ref": to, "role": "to"},
    ]
    tags = {"type": "restriction", "restriction": "no_u_turn"}
    overpass.bans = [{"type": "relation", "id": 7, "members": members, "tags": tags}]
    streets = before.streets
    shut = streets.links["u"].value_counts().index[0]
    overpass.tags = {shut: {"barrier": "jersey_barrier"}}
    after = build_from_area(box, "drive", _servers(overpass))
    assert "turn bans not kept: 1 no_u_turn" in after.about["notes"]
    assert "1 jersey_barrier" in after.about["notes"]
    assert shut not in after.streets.nodes["osmid"].tolist()


def test_settings_of_osmnx_are_as_before(overpass: SimpleNamespace, box: DownloadArea) -> None:
    before = (ox.settings.overpass_url, ox.settings.use_cache, ox.settings.requests_kwargs)
    build_from_area(box, "main", _servers(overpass))
    after = (ox.settings.overpass_url, ox.settings.use_cache, ox.settings.requests_kwargs)
    assert before == after


@pytest.mark.parametrize("url", ["http://overpass.example/api", "ftp://127.0.0.1/api", "nonsense"])
def test_only_https_or_this_machine(box: DownloadArea, url: str) -> None:
    with pytest.raises(InputError, match="HTTPS"):
        build_from_area(box, "drive", Servers(url, "https://nominatim.example"))


@pytest.mark.parametrize("box", ["1,2,3", "3,2,1,4", "a,b,c,d", "0,0,0,0"])
def test_boxes_that_are_none(box: str) -> None:
    with pytest.raises(InputError, match="west,south,east,north"):
        area_of(None, None, box)


def test_a_polygon_file_without_polygon_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "points.geojson"
    gpd.GeoDataFrame(geometry=[shapely.Point(1, 2)], crs=4326).to_file(path)
    with pytest.raises(InputError, match="no polygon"):
        area_of(None, path, None)
    with pytest.raises(InputError, match="cannot be read"):
        area_of(None, tmp_path / "missing.gpkg", None)


def test_exactly_one_source(tmp_path: Path) -> None:
    for given in ([], ["--bbox", BOX, "--place", "Helsinki"]):
        result = CliRunner().invoke(app, ["network", "build", str(tmp_path / "r.parquet"), *given])
        assert isinstance(result.exception, InputError)
