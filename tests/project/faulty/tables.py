"""Tables that ship, tables of one's own, travel times, trips and roads."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from siting.common.package import data_folder
from siting.common.tables.columns import read_points
from siting.common.types import Points
from siting.inputs.read import UserFiles, read_regions
from siting.inputs.schema import read_table
from siting.network.routes import read_reference_trips
from siting.network.shipped.tables import read_road_tables
from siting.network.times_file import read_travel_times
from tests.project.faulty.case import Case, head
from tests.project.faulty.mutations import Kind, in_other_forms, mutations

_POSITION = {"lon": ("2.5", "-17.9", "1800"), "lat": ("12.1", "-59.3", "91")}
_COUNT = ("-1", "2.5")
_SHARES = ("1.01", "-0.5", "7.06")


def shipped_tables() -> Iterator[Kind]:
    """The tables of `siting.inputs.schema.TABLES`."""
    seat = {"seat_lon": _POSITION["lon"], "seat_lat": _POSITION["lat"]}
    municipalities: dict[str, tuple[str, ...]] = {
        "population_2019": ("0", *_COUNT),
        "share_75plus_2017": _SHARES,
        "share_tertiary_2017": _SHARES,
        "land_km2": ("0", "-1"),
        **seat,
    }
    named = ("name", "county", "fa_code", "fa_name", "seat")
    yield _shipped("municipalities", municipalities, named, ("code",), ("code",))
    figures = {"population_2020": _COUNT, "area_km2": ("0", "-1"), **_POSITION}
    code = ("municipality_code",)
    yield _shipped("localities", figures, ("name", "position"), ("code",), code)
    figures = {"people": ("0", *_COUNT), **_POSITION, "inside_minutes": ("-1",)}
    yield _shipped("demand", figures, ("name",), ("demand_id",), code)
    figures = {"population": _COUNT, **_POSITION, "people_nearer": _COUNT, "staff": ("0", "1.5")}
    yield _shipped("candidates", figures, ("locality",), ("locality_code",), code)
    yield _shipped("offices_2019", _POSITION, ("office", "position"), ("office_id",), code)
    yield _shipped("decisions", {}, ("municipality", "source"))
    ends = {f"{end}_{axis}": off for end in ("from", "to") for axis, off in _POSITION.items()}
    yield _shipped("reference_trips", {**ends, "km": ("0", "-1")}, ("from", "to", "source"))
    yield _shipped("sources", {}, ("what", "reference", "accessed"), ("id",))


def _shipped(
    name: str,
    numbers: Mapping[str, tuple[str, ...]],
    labels: tuple[str, ...],
    unique: tuple[str, ...] = (),
    codes: tuple[str, ...] = (),
) -> Kind:
    text = head(data_folder() / f"{name}.csv", 4)
    return Kind(
        f"{name}.csv", text, lambda folder: read_table(name, folder), numbers, labels, unique, codes
    )


def _own() -> UserFiles:
    municipalities = pd.DataFrame({"code": ["0114", "0180", "2480"]})
    return UserFiles(municipalities, "data/municipalities.csv", outside_sweden=False)


def user_tables() -> Iterator[Kind]:
    """The files that docs/own_files.md describes."""
    forms = ("xlsx", "parquet", "xlsm", "ods", "geojson")
    code = ("municipality_code",)
    yield Kind(
        "own_demand.csv",
        "id,lon,lat,people,municipality_code,name,kind,inside_minutes\n"
        "c1,17.91,59.51,412,0114,Väsby,cell,1\nc2,18.06,59.33,99.5,0180,Söder,cell,1.5\n",
        lambda folder: _own().demand(next(folder.glob("own_demand.*"))),
        {**_POSITION, "people": ("-1",), "inside_minutes": ("-2",)},
        ("id", "name", "kind"),
        ("id",),
        code,
        forms=forms,
        optional=("name", "kind", "inside_minutes", "municipality_code"),
    )
    yield Kind(
        "own_offices.csv",
        "office_id,office,municipality_code,lon,lat,evidence\n"
        "a,Väsby,0114,17.914,59.518,assumed\nb,Kista,0180,17.94,59.4,documented\n",
        lambda folder: _own().offices(next(folder.glob("own_offices.*"))),
        _POSITION,
        ("office_id", "office"),
        ("office_id",),
        code,
        forms=forms,
        optional=code,
    )
    money = ("-0.5",)
    yield Kind(
        "user_candidates.csv",
        "id,name,lon,lat,municipality_code,population,staff,annual_cost_msek,one_off_cost_msek\n"
        "p1,Hamnen,17.9,59.5,0114,1200,2,1.4,2.5\np2,Ön,18.1,59.32,0180,800,3,2.1,2.75\n",
        lambda folder: _own().candidates(next(folder.glob("user_candidates.*"))),
        {
            **_POSITION,
            "population": _COUNT,
            "staff": _COUNT,
            "annual_cost_msek": money,
            "one_off_cost_msek": money,
        },
        ("id", "name"),
        ("id",),
        code,
        may_be_empty=("staff", "annual_cost_msek", "one_off_cost_msek"),
        forms=forms,
        optional=("population", *code),
    )
    yield Kind(
        "own_regions.csv",
        "municipality_code,municipality,county_code,county,seat_lon,seat_lat\n"
        "091,Helsinki,01,Uusimaa,24.94,60.17\n049,Espoo,01,Uusimaa,24.66,60.2\n",
        lambda folder: read_regions(next(folder.glob("own_regions.*"))),
        {"seat_lon": ("181", "-200"), "seat_lat": ("90.5", "-91")},
        ("municipality", "municipality_code", "county", "county_code"),
        ("municipality_code",),
        forms=forms[:4],
    )


def _read_times(path: Path, homes: tuple[str, ...], sites: tuple[str, ...]) -> object:
    """Travel times between places that all lie at one spot."""
    here = np.zeros(2)
    ends = (Points(homes, here, here), Points(sites, here, here))
    return read_travel_times(path, *ends, here, strict=True, gaps=False)


def network_tables() -> Iterator[Kind]:
    """Travel times, trips and places."""
    pairs = "from,to,minutes\n0114TB1,0180TC1,12.5\n0114TB1,b,7\n2,0180TC1,31\n2,b,inf\n"
    yield Kind(
        "times.csv",
        pairs,
        lambda folder: _read_times(
            next(folder.glob("times.*")), ("0114TB1", "2"), ("0180TC1", "b")
        ),
        {"minutes": ("-0.5", "-inf")},
        ("from", "to"),
        forms=("xlsx", "parquet", "xlsm", "ods"),
    )
    ends = {f"{end}_lon": ("181", "-200") for end in ("from", "to")}
    ends |= {f"{end}_lat": ("90.5", "-91") for end in ("from", "to")}
    yield Kind(
        "trips.csv",
        "from,from_lon,from_lat,to,to_lon,to_lat,km,minutes\n"
        "A,18.07,59.33,B,11.97,57.71,473,306\nB,11.97,57.71,C,13,55.6,272,180\n",
        lambda folder: read_reference_trips(next(folder.glob("trips.*"))),
        {**ends, "km": ("0", "-5"), "minutes": ("0", "-5")},
        ("from", "to"),
        may_be_empty=("km", "minutes"),
        forms=("parquet",),
    )
    yield Kind(
        "places.csv",
        "id,lon,lat\nx,18.07,59.33\ny,11.97,57.71\n",
        lambda folder: read_points(folder / "places.csv"),
        {"lon": ("181", "-200"), "lat": ("90.5", "-91")},
        ("id",),
        ("id",),
    )


_ROADS = {
    "road_nodes.csv": "node,lon,lat,kind\n0,11.1,58.9,junction\n1,11.2,58.9,junction\n",
    "road_links.csv": "u,v,length_m,highway,ref,name,kind\n0,1,197.7,primary,E6,,road\n"
    "1,0,200.0,primary,,,road\n",
    "road_islands.csv": "name,lon,lat,radius_km,why\nÖn,11.79,57.64,1.2,boats\n"
    "Holmen,11.8,57.7,1,boats\n",
    "road_build_log.csv": "repair,ref,near,lon,lat,gap_m,network_m,why\n"
    "hole,751,Ellös,11.5,58.2,5782,55345,a ferry\nhole,,Holm,11.6,58.3,120,,a gap\n",
}


def road_tables() -> Iterator[Kind]:
    """The road tables that ship."""
    east, north = ("181", "-200"), ("90.5", "-91")
    figures: dict[str, dict[str, tuple[str, ...]]] = {
        "road_nodes.csv": {"node": (), "lon": east, "lat": north},
        "road_links.csv": {"u": ("7",), "v": ("7",), "length_m": ("-1",)},
        "road_islands.csv": {"lon": east, "lat": north, "radius_km": ("-1",)},
        "road_build_log.csv": {"gap_m": ("-1",)},
    }
    labels = {
        "road_nodes.csv": ("kind",),
        "road_links.csv": ("highway", "kind"),
        "road_islands.csv": ("name",),
        "road_build_log.csv": ("repair", "near", "why"),
    }
    for name, text in _ROADS.items():
        others = {other: content.encode() for other, content in _ROADS.items() if other != name}
        unique = ("node",) if name == "road_nodes.csv" else ()
        yield Kind(name, text, read_road_tables, figures[name], labels[name], unique, others=others)


def special_cells() -> Iterator[Case]:
    """Faults that only one table can have."""
    demand, offices, candidates, regions = user_tables()
    times, _, _ = network_tables()
    text = offices.text
    yield offices.case("evidence", text.replace("assumed", "sure"), "column evidence", "sure")
    swapped = text.replace("lon,lat", "lat,lon")
    yield offices.case("lon and lat swapped", swapped, "columns lon, lat", "are swapped")
    nobody = demand.text.replace(",412,", ",0,").replace(",99.5,", ",0,")
    yield demand.case("nobody", nobody, "column people", "nobody")
    half = regions.text.replace(",county,", ",land,")
    yield regions.case("half a level", half, "column county", "missing")
    at_sea = candidates.text.replace(",municipality_code,", ",kommun,").replace("18.1,", "20.9,")
    yield candidates.case("at sea", at_sea, "row 3, columns lon, lat", "outside every")
    for old, new, key in (
        ("2,b,inf\n", "", "columns from, to"),
        ("2,b,inf\n", "2,b,inf\n2,b,3\n", "row 6, columns from, to"),
        ("0114TB1,b", "0114TB1 ,c", "columns from, to"),
    ):
        yield times.case(f"{old!r} -> {new!r}", times.text.replace(old, new), key)
    zeros = times.text.replace("0114TB1", "114").replace("0180TC1", "180")

    def read(folder: Path) -> object:
        return _read_times(folder / "times.csv", ("0114", "2"), ("0180", "b"))

    for key, code in (("row 2, column from", "0114"), ("row 2, column to", "0180")):
        yield Case(
            f"times.csv: zeros lost, {code}",
            {"times.csv": zeros.encode(), code: b""},
            read,
            "times.csv",
            key,
            code.lstrip("0"),
            f"Write {code}",
        )
    decisions = next(kind for kind in shipped_tables() if kind.name == "decisions.csv")
    for month in ("2019-9", "2019-13", "september 2019", ""):
        content = decisions.text.replace("2019-09", month, 1)
        yield decisions.case(f"month {month}", content, "row 2, column month", month)
    content = decisions.text.replace("announced", "invented", 1)
    yield decisions.case("decision", content, "row 2, column decision", "invented")
    strange = decisions.text.replace("detail", "details", 1)
    yield decisions.case("a column of another name", strange, "column detail", "missing")
    yield from _outside_sweden()
    for kind in (demand, offices, candidates):
        yield from _foreign(kind)


def _foreign(kind: Kind) -> Iterator[Case]:
    """A table as other tools write it, with one fault."""
    table = pd.read_csv(io.StringIO(kind.text), dtype=str, keep_default_na=False)
    swedish = table.assign(**{name: table[name].str.replace(".", ",") for name in kind.numbers})
    first = next(iter(kind.numbers))

    def case(what: str, frame: pd.DataFrame, key: str, value: str, remedy: str) -> Case:
        content = frame.to_csv(index=False, sep=";").encode("cp1252")
        return kind.case(f"Swedish, {what}", content, key, value, remedy=remedy)

    mixed = swedish.assign(**{first: [table[first][0], *swedish[first][1:]]})
    yield case("a point", mixed, "row 3", swedish[first][1], "Write")
    yield case("a column short", swedish.drop(columns=first), f"column {first}", "missing", "Add")
    yield case("a text", swedish.assign(**{first: "tolv"}), "row 2", "tolv", "Write a number")
    east, north = ("e", "n") if first == "lon" else (first, "n")
    metres = {"RT 90": (1.62e6, 6.58e6), "zone": (150e3, 6.58e6), "mercator": (2e6, 8.2e6)}
    for system, (lon, lat) in metres.items():
        frame = table.rename(columns={"lon": east, "lat": north}).assign(**{east: lon, north: lat})
        content = frame.to_csv(index=False)
        yield kind.case(f"metres, {system}", content, "columns e, n", "metres", remedy="Convert")
    degrees = table.assign(lon=674000, lat=6580000).to_csv(index=False)
    yield kind.case(
        "metres for degrees", degrees, "columns lon, lat", "SWEREF 99 TM", remedy="Call"
    )
    for count in {"people", "population"} & {*table.columns}:
        for value in ("1,500", "1.500"):
            content = table.assign(**{count: value}).to_csv(index=False)
            key = f"row 2, column {count}"
            yield kind.case(f"{count} {value}", content, key, value, remedy="Write 1500 or 1.5.")
    for ending in ("xls", "kml", "zip", "dbf"):
        name = kind.name.replace("csv", ending)
        other = Kind(name, kind.text, kind.read, kind.numbers)
        yield other.case("a kind that is not read", kind.text, "file", "are not read")
    for ending in ("gpkg", "shp", "geojson", "ods", "xlsm"):
        other = Kind(kind.name.replace("csv", ending), kind.text, kind.read, kind.numbers)
        yield other.case("text", kind.text, "file", "no ")
        yield other.case("no byte", b"", "file", "no ")


def _outside_sweden() -> Iterator[Case]:
    """Regions that have lost their zeros while the demand has not."""
    regions = pd.DataFrame({"code": ["91", "49"]})

    def read(folder: Path) -> object:
        own = UserFiles(regions, "regions.csv", outside_sweden=True)
        return own.demand(folder / "demand.csv")

    text = "id,lon,lat,people,municipality_code\na,24.9,60.1,3,091\n"
    yield Case(
        "demand.csv: the regions have lost their zeros",
        {"demand.csv": text.encode()},
        read,
        "demand.csv",
        "row 2, column municipality_code",
        "091",
        "regions.csv that lacks it",
    )


def table_cases() -> Iterator[Case]:
    """All of this module."""
    for kind in (*shipped_tables(), *user_tables(), *network_tables(), *road_tables()):
        yield from mutations(kind)
        yield from in_other_forms(kind)
    yield from special_cells()
