"""Origin and licence of each file in data/, for the ledger."""

from typing import Final

_SCB = "Statistics Sweden (official statistics)"
_GEONAMES = "GeoNames"
_OWN = "The siting developers"
_EGM = (
    "EuroGlobalMap 2019, EuroGeographics, read from the vector tiles of "
    "un-vector-tile-toolkit/inazo-static at de3bde27; mended and simplified by siting"
)


def _file(title: str, origin: str, licence_id: str, licence: str) -> dict[str, str]:
    return {"title": title, "origin": origin, "licence_id": licence_id, "licence": licence}


def _roads(title: str) -> dict[str, str]:
    return _file(
        title,
        _EGM,
        "other-at",
        "Intellectual property of European National Mapping and Cadastral Authorities, licensed "
        "on behalf of these by EuroGeographics; freely available, attribution required",
    )


def _facts(title: str, origin: str) -> dict[str, str]:
    return _file(title, origin, "other-pd", "Facts from public documents; see sources.csv")


def _own(title: str) -> dict[str, str]:
    return _file(title, _OWN, "MIT", "MIT")


ORIGINS: Final = {
    "assumptions.toml": _own("Assumptions with their ratings"),
    "candidates.csv": _file(
        "Candidates for a new office",
        f"Computed by siting from localities.csv, municipalities.csv and the roads; {_SCB}",
        "CC-BY-4.0",
        "Derived; positions from GeoNames (CC BY 4.0), attribution required",
    ),
    "costs.toml": _own("Cost figures and the staff rule; all assumptions"),
    "decisions.csv": _facts(
        "What the government announced, ordered and closed, 2019 to 2025",
        "Press releases and news of the Government Offices and Statens servicecenter",
    ),
    "demand.csv": _file(
        "Demand points: every resident of Sweden at a place",
        f"Computed by siting from the raw tables; {_SCB}, {_GEONAMES}, {_EGM}",
        "other-at",
        "Derived; cite Statistics Sweden, GeoNames (CC BY 4.0) and EuroGeographics",
    ),
    "localities.csv": _file(
        "Localities (tätorter) of 2020",
        f"{_SCB}, through the data package swemapdata; positions of towns from {_GEONAMES}",
        "CC-BY-4.0",
        "Table CC0; positions from GeoNames under CC BY 4.0, attribution required",
    ),
    "municipalities.csv": _file(
        "Municipalities: population, region, seat",
        f"{_SCB}; Swedish Agency for Economic and Regional Growth (FA15); SKR (groups 2017); "
        f"{_GEONAMES} (seats)",
        "CC-BY-4.0",
        "Official statistics, cite the agency; seats from GeoNames under CC BY 4.0",
    ),
    "offices_2019.csv": _facts(
        "The 113 state service offices of September 2019, partly reconstructed",
        "Press releases, news and local pages named in its column source; 47 rows are assumed",
    ),
    "reference_trips.csv": _file(
        "Trips that the road network is held against",
        "Two route-planner figures quoted in public repositories, ten from general knowledge; "
        f"end points {_GEONAMES}",
        "CC-BY-4.0",
        "Facts; positions from GeoNames under CC BY 4.0",
    ),
    "road_build_log.csv": _roads("Each repair made to the road network"),
    "road_islands.csv": _own("Inhabited islands that no road or ferry of the table reaches"),
    "road_joins.toml": _own("Judgements on holes and detached parts of the raw road file"),
    "road_links.csv": _roads("Road links: length and class"),
    "road_nodes.csv": _roads("Road junctions: position"),
    "README.md": _own("What each table is"),
    "sources.csv": _own("Where each figure comes from"),
    "speeds.toml": _own("Driving speeds and other constants of travel time"),
}
"""For each file name: title, origin, licence_id and licence."""
