"""Roads to travel times: the graph, its speeds, how places are tied to it, and the matrix."""

from siting.network.cache import cached_travel_times
from siting.network.calibrate import Calibration, FittedTrip, calibrate
from siting.network.compare import Comparison, compare_networks
from siting.network.far import refuse_far_places
from siting.network.info import NetworkInfo, TripCheck, network_info
from siting.network.load import load_road_network, network_files, no_network
from siting.network.matrix import travel_times
from siting.network.matrix_file import read_travel_times
from siting.network.reference import ReferenceTrip, read_reference_trips
from siting.network.search import Workers
from siting.network.speeds import Speeds, read_speeds, speed_profiles
from siting.network.trip import Trip, trip

__all__ = [
    "Calibration",
    "Comparison",
    "FittedTrip",
    "NetworkInfo",
    "ReferenceTrip",
    "Speeds",
    "Trip",
    "TripCheck",
    "Workers",
    "cached_travel_times",
    "calibrate",
    "compare_networks",
    "load_road_network",
    "network_files",
    "network_info",
    "no_network",
    "read_reference_trips",
    "read_speeds",
    "read_travel_times",
    "refuse_far_places",
    "speed_profiles",
    "travel_times",
    "trip",
]
