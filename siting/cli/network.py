"""The commands about roads: `siting network …`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from siting.cli import options
from siting.common.errors import Fault, InputError
from siting.common.package import data_folder

if TYPE_CHECKING:
    from siting.common.types import Points
    from siting.network.osm.build import Residents


# Commands import what they need when they are called, so that --help answers at once.
# ruff: noqa: PLC0415

OVERPASS_URL = "https://overpass-api.de/api"
NOMINATIM_URL = "https://nominatim.openstreetmap.org"
EXTRACTS_URL = "https://download.geofabrik.de"
_SOURCE = '"shipped", or a network that was built before.'
_TRIPS = "CSV with from, from_lon, from_lat, to, to_lon, to_lat and minutes of known trips."

network_app = typer.Typer(help="Build and judge road networks.", no_args_is_help=True)


@network_app.command("info")
def show_network(
    source: Annotated[str, Argument(help=_SOURCE)] = "shipped",
    *,
    speeds: Annotated[str, Option(help="Profile in data/speeds.toml.")] = "default",
    language: options.Language = "en",
) -> None:
    """Print size, repairs and reference trips of a road network."""
    from siting.network.load import load_road_network
    from siting.network.routes import read_reference_trips
    from siting.studies.network.info import network_info
    from siting.studies.network.page import tell_network

    trips = read_reference_trips(data_folder() / "reference_trips.csv")
    network = load_road_network(source, speeds=speeds)
    options.show(tell_network(network_info(network, trips), language))


@network_app.command("build")
def build_network(  # noqa: PLR0913 - one parameter an option
    out: Annotated[Path, Argument(help="Where to: a .graphml or a .parquet file.")],
    *,
    place: Annotated[str | None, Option(help="Download this place.")] = None,
    polygon: Annotated[Path | None, Option(help="Download what this file outlines.")] = None,
    bbox: Annotated[
        str | None, Option(metavar="W,S,E,N", help="Download this box, in degrees.")
    ] = None,
    osm: Annotated[
        Path | None, Option(help="Read this extract: .osm, .osm.bz2 or .osm.pbf.")
    ] = None,
    graphml: Annotated[Path | None, Option(help="Read this graph of OSMnx.")] = None,
    roads: options.Roads = "drive",
    overpass_url: Annotated[str, Option(help="Server to download from.")] = OVERPASS_URL,
    nominatim_url: Annotated[str, Option(help="Server that finds places.")] = NOMINATIM_URL,
    timeout: options.Timeout = 180,
    tries: options.Tries = 4,
    language: options.Language = "en",
) -> None:
    """Build a road network from OpenStreetMap."""
    from siting.network.osm.build import (
        build_from_area,
        build_from_file,
        build_from_graphml,
        save_network,
    )
    from siting.network.osm.download import Servers, area_of
    from siting.network.osm.files import check_target
    from siting.network.speeds import read_speeds
    from siting.studies.network.page import tell_built

    check_target(out)
    ways = {"--place": place, "--polygon": polygon, "--bbox": bbox, "--osm": osm}
    _check_only_one({**ways, "--graphml": graphml})
    who = _residents()
    if osm:
        built = build_from_file(osm, roads, who)
    elif graphml:
        built = build_from_graphml(graphml, who)
    else:
        servers = Servers(overpass_url, nominatim_url, timeout_s=timeout, tries=tries)
        area = area_of(place, polygon, bbox)
        built = build_from_area(area, roads, servers, who)
    save_network(built, out, read_speeds(data_folder()))
    options.show(tell_built(built, out, language))


@network_app.command("fetch")
def fetch_network(  # noqa: PLR0913 - one parameter an option
    region: Annotated[str, Argument(help="Such as sweden, or asia/japan.")],
    *,
    date: Annotated[str, Option(help="A year or day; default: the latest.")] = "",
    server: Annotated[str, Option(help="Server of extracts.")] = EXTRACTS_URL,
    out: Annotated[Path | None, Option(help="Where to; default: your own folder.")] = None,
    roads: options.Roads = "drive",
    yes: Annotated[bool, Option("--yes", help="Do not ask.")] = False,
    default: Annotated[bool, Option("--default", help="For scenarios that name none.")] = False,
    timeout: options.Timeout = 180,
    tries: options.Tries = 4,
    language: options.Language = "en",
) -> None:
    """Download an extract of OpenStreetMap, and build a road network from it."""
    from siting.network.osm.download import Patience
    from siting.network.osm.fetch import download_extract, find_extract
    from siting.network.osm.files import check_target
    from siting.scenario.user import networks_folder
    from siting.studies.network.page import tell_offer

    name = f"{region.strip('/').replace('/', '-')}-{date or 'latest'}"
    check_target(out := out or networks_folder() / f"{name}.parquet")
    offer = find_extract(region, date, server, Patience(timeout_s=timeout, tries=tries))
    if not yes:
        options.agree(tell_offer(offer, out, language))
    extract = out.with_name(offer.url.rpartition("/")[2])
    with options.progress_on_terminal() as progress:
        download_extract(offer, extract, progress)
    typer.echo(f"Building {out}", err=True)
    build_network(out, osm=extract, roads=roads, language=language)
    extract.unlink()
    if default:
        choose_network(str(out), language=language)


@network_app.command("default")
def choose_network(
    source: Annotated[str | None, Argument(help=_SOURCE)] = None,
    *,
    language: options.Language = "en",
) -> None:
    """Set or print the road network of scenarios that name none."""
    from siting.network.load import load_road_network
    from siting.report.words import study_texts
    from siting.scenario.user import default_network, set_default_network

    if source:
        load_road_network(source)
        set_default_network(source)
    typer.echo(study_texts("network", language)["default"].format(source=default_network()))


@network_app.command("calibrate")
def calibrate_network(
    reference: Annotated[Path, Argument(help=_TRIPS)],
    *,
    source: Annotated[str, Option(help=_SOURCE)] = "shipped",
    speeds: Annotated[str, Option(help="Profile to start from.")] = "default",
    language: options.Language = "en",
) -> None:
    """Fit speeds to known travel times, and print them for a scenario."""
    from siting.network.load import load_road_network
    from siting.network.routes import read_reference_trips
    from siting.network.speeds import read_speeds
    from siting.studies.network.calibrate import calibrate
    from siting.studies.network.page import tell_calibration

    trips = read_reference_trips(reference)
    network = load_road_network(source, speeds=speeds)
    fit = calibrate(network, read_speeds(data_folder(), speeds), trips)
    options.show(tell_calibration(fit, speeds, language))


@network_app.command("compare")
def compare(  # noqa: PLR0913 - one parameter an option
    first: Annotated[str, Argument(metavar="A", help='"shipped", or a built network.')],
    second: Annotated[str, Argument(metavar="B", help='"shipped", or a built network.')],
    *,
    points: Annotated[
        str, Option(help='"seats", or a CSV file with the columns id, lon and lat.')
    ] = "seats",
    speeds: Annotated[str, Option(help="Profile of both.")] = "default",
    speeds_b: Annotated[str | None, Option(help="Profile of B, where another.")] = None,
    table: Annotated[Path | None, Option(help="Write every trip to this CSV file.")] = None,
    plot: Annotated[Path | None, Option(help="Draw the distribution: .svg, .png.")] = None,
    language: options.Language = "en",
) -> None:
    """Compare lengths and times of trips on two networks."""
    from siting.common.files import write_file
    from siting.network.load import load_road_network
    from siting.results.csv import guarded
    from siting.studies.network.compare import compare_networks
    from siting.studies.network.page import draw_comparison, tell_comparison

    ours = load_road_network(first, speeds=speeds)
    theirs = load_road_network(second, speeds=speeds_b or speeds)
    found = compare_networks(ours, theirs, _places(points))
    options.show(tell_comparison(found, first, second, language))
    if table:
        text = guarded(found.trips).to_csv(index=False, lineterminator="\n")
        write_file(table, text.encode(), option="--table")
    if plot:
        draw_comparison(found, plot, language)


def _places(points: str) -> "Points":
    from siting.common.tables.columns import read_points

    if points == "seats":
        return read_points(data_folder() / "municipalities.csv", "name", "seat_lon", "seat_lat")
    return read_points(Path(points))


def _check_only_one(ways: Mapping[str, object]) -> None:
    given = [name for name, value in ways.items() if value]
    if len(given) != 1:
        problem = "a network is built from exactly one of these"
        remedy = f"Give one of {', '.join(ways)}"
        chosen = ", ".join(given) or None
        raise InputError([Fault("siting network build", "source", chosen, problem, remedy)])


def _residents() -> "Residents":
    """Where people live by the shipped tables, to tell how many of them are cut off."""
    from siting.inputs.schema import read_table
    from siting.inputs.select import points
    from siting.network.osm.build import Residents

    demand = read_table("demand", data_folder())
    people = demand["people"].to_numpy(dtype="int64")
    return Residents(points(demand, "demand_id"), people)
