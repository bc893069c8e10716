"""What `siting network info` prints."""

from rich.console import Console
from rich.table import Table

from siting.network import NetworkInfo


def print_network(info: NetworkInfo, console: Console) -> None:
    """Print size, classes, parts, repairs and reference trips of a road network.

    Parameters
    ----------
    info : NetworkInfo
        The figures.
    console : Console
        Where to print.
    """
    total = sum(info.km_by_class.values())
    parts = ", ".join(f"{size:,}" for size in info.components)
    console.print(f"Road network: {info.source}", soft_wrap=True)
    console.print(f"{info.junctions:,} junctions, {info.links:,} links, {total:,.0f} km")
    console.print(f"Connected parts, in junctions: {parts}\n", soft_wrap=True)
    console.print(_classes(info))
    console.print("\n[bold]Repairs[/bold]")
    for repair in info.repairs:
        console.print(f"- {repair}", soft_wrap=True, markup=False)
    console.print()
    console.print(_trips(info))


def _classes(info: NetworkInfo) -> Table:
    table = Table("Class", title="Kilometres by class", title_justify="left", box=None)
    table.title_style = "bold"
    table.add_column("km", justify="right")
    for highway, km in info.km_by_class.items():
        table.add_row(highway, f"{km:,.0f}")
    return table


def _trips(info: NetworkInfo) -> Table:
    table = Table("Trip", title="Reference trips", title_justify="left", box=None)
    table.title_style = "bold"
    for name in ("km known", "found", "off", "min known", "found", "off"):
        table.add_column(name, justify="right")
    for check in info.trips:
        minutes = ("", "", "")
        if check.minutes is not None and check.minutes_deviation is not None:
            off = f"{check.minutes_deviation:+.1%}"
            minutes = (f"{check.minutes:.0f}", f"{check.found.minutes:.0f}", off)
        table.add_row(
            f"{check.start} - {check.end}",
            f"{check.km:.0f}",
            f"{check.found.km:.0f}",
            f"{check.km_deviation:+.1%}",
            *minutes,
        )
    return table
