"""The commands about roads: `siting network …`."""

import typer
from rich.console import Console

# Commands import what they need when they are called, so that --help answers at once.
# ruff: noqa: PLC0415

network_app = typer.Typer(help="Look at the road network.", no_args_is_help=True)


@network_app.callback()
def _options() -> None:
    """Look at the road network."""


@network_app.command("info")
def show_network() -> None:
    """Print size, repairs and reference trips of the road network that ships."""
    from siting.network import load_road_network, network_info, read_reference_trips
    from siting.report.network import print_network
    from siting.shipped import data_folder

    trips = read_reference_trips(data_folder() / "reference_trips.csv")
    print_network(network_info(load_road_network(), trips), Console(highlight=False))
