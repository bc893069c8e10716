"""Road networks from OpenStreetMap."""

from siting.network.osm.build import (
    Built,
    Residents,
    build_from_area,
    build_from_file,
    build_from_graphml,
    check_target,
    save_network,
)
from siting.network.osm.download import DownloadArea, Servers, area_of

__all__ = [
    "Built",
    "DownloadArea",
    "Residents",
    "Servers",
    "area_of",
    "build_from_area",
    "build_from_file",
    "build_from_graphml",
    "check_target",
    "save_network",
]
