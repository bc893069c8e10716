"""Roads to travel times: the graph, its speeds, how places are tied to it, and the matrix."""

from siting.network.cache import cached_travel_times
from siting.network.connectors import refuse_far_places
from siting.network.load import load_road_network, network_files, no_network
from siting.network.matrix import Workers, travel_times
from siting.network.routes import ReferenceTrip, Trip, read_reference_trips, trip
from siting.network.speeds import Speeds, read_speeds, speed_profiles
from siting.network.times_file import read_travel_times

__all__ = [
    "ReferenceTrip",
    "Speeds",
    "Trip",
    "Workers",
    "cached_travel_times",
    "load_road_network",
    "network_files",
    "no_network",
    "read_reference_trips",
    "read_speeds",
    "read_travel_times",
    "refuse_far_places",
    "speed_profiles",
    "travel_times",
    "trip",
]
