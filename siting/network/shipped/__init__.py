"""From the raw road file to the two small tables that ship; needs the extra ``build``."""

from siting.network.shipped.points import points_along_roads
from siting.network.shipped.tables import RoadTables, build_road_tables, write_road_tables

__all__ = ["RoadTables", "build_road_tables", "points_along_roads", "write_road_tables"]
