"""From the raw road file to the two small tables that ship; needs the extra ``build``."""

from siting.network.shipped.build import RoadBuild, build_road_tables, write_road_tables
from siting.network.shipped.waypoints import points_along_roads

__all__ = ["RoadBuild", "build_road_tables", "points_along_roads", "write_road_tables"]
