"""What the commands about roads print."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from siting.network.osm.build import Built
from siting.studies.network.calibrate import Calibration
from siting.studies.network.info import NetworkInfo

_PLACES_SHOWN = 10
_SHORT_KM = 100.0
"""Below this whole kilometres are too coarse."""


def print_network(info: NetworkInfo, console: Console) -> None:
    """Print size, classes, parts, repairs and reference trips of a road network."""
    total = sum(info.km_by_class.values())
    parts = ", ".join(f"{size:,}" for size in info.components)
    console.print(f"Road network: {info.source}", soft_wrap=True)
    size = f"{info.junctions:,} junctions, {info.waypoints:,} waypoints, {info.links:,} links"
    console.print(f"{size}, {_km(total, total)}")
    console.print(f"Connected parts, in junctions and waypoints: {parts}\n", soft_wrap=True)
    console.print(_classes(info))
    heading = "Repairs" if info.source == "shipped" else "Origin"
    console.print(f"\n[bold]{heading}[/bold]")
    for repair in info.repairs:
        console.print(f"- {repair}", soft_wrap=True, markup=False)
    if info.trips:
        console.print()
        console.print(_trips(info))


def print_calibration(fit: Calibration, profile: str, console: Console) -> None:
    """Print fitted speeds, how well they fit, and the profile to copy into data/speeds.toml."""
    how = "each class by itself" if fit.by_class else "one factor for all classes"
    console.print(f"Fitted: {how}, {len(fit.trips)} trips\n")
    console.print(_fitted_trips(fit))
    for name, error in fit.errors().items():
        console.print(f"Root mean square deviation {name}: {error:.1%}")
    classes = ", ".join(fit.undetermined) or "nothing"
    console.print(f"\nThe trips do not determine: {classes}\n", soft_wrap=True)
    console.print("For data/speeds.toml:\n")
    for line in fit.as_profile(profile):
        console.print(line, markup=False)


def _fitted_trips(fit: Calibration) -> Table:
    table = Table("Trip", box=None)
    for name in ("min known", "before", "off", "after", "off", "left out", "off"):
        table.add_column(name, justify="right")
    for trip in fit.trips:
        known = trip.reference.minutes or float("nan")
        cells = [f"{known:.0f}"]
        for minutes in (trip.before, trip.after, trip.left_out):
            if minutes is None:
                cells += ["", ""]
            else:
                cells += [f"{minutes:.0f}", f"{minutes / known - 1:+.1%}"]
        table.add_row(trip.reference.name, *cells)
    return table


def print_built(built: Built, path: Path, console: Console) -> None:
    """Print what was built, and what was cut off."""
    streets, lost = built.streets, built.cut_off
    for name, text in built.about.items():
        console.print(f"{name}: {text or 'not known'}", soft_wrap=True, markup=False)
    km = streets.links["length"].sum() / 1000
    size = f"{len(streets.nodes):,} nodes, {len(streets.links):,} links, {km:,.1f} km"
    console.print(f"{size}; a street in both directions is two links", soft_wrap=True)
    console.print(
        f"Cut off, since not every place can be reached from there and back: {lost.nodes:,} nodes "
        f"in {lost.parts:,} parts, {lost.km:,.1f} km of links, {lost.people:,} residents"
        if lost.nodes
        else "Nothing is cut off: every node can be reached from every other",
        soft_wrap=True,
    )
    if lost.places:
        more = f" and {len(lost.places) - _PLACES_SHOWN:,} more"
        shown = ", ".join(lost.places[:_PLACES_SHOWN])
        tail = more if len(lost.places) > _PLACES_SHOWN else ""
        console.print(f"Places that live there: {shown}{tail}", soft_wrap=True, markup=False)
    console.print(f"Wrote {path}", soft_wrap=True, markup=False)


def _classes(info: NetworkInfo) -> Table:
    table = Table("Class", title="Kilometres by class", title_justify="left", box=None)
    table.title_style = "bold"
    table.add_column("km", justify="right")
    total = sum(info.km_by_class.values())
    for highway, km in info.km_by_class.items():
        table.add_row(highway, _km(km, total).removesuffix(" km"))
    return table


def _km(km: float, total: float) -> str:
    return f"{km:,.{0 if total >= _SHORT_KM else 1}f} km"


def _trips(info: NetworkInfo) -> Table:
    table = Table("Trip", title="Reference trips", title_justify="left", box=None)
    table.title_style = "bold"
    for name in ("km known", "found", "off", "min known", "found", "off"):
        table.add_column(name, justify="right")
    for check in info.trips:
        known, found = check.reference, check.found
        table.add_row(
            known.name,
            *_compared(known.km, found.km, check.km_deviation),
            *_compared(known.minutes, found.minutes, check.minutes_deviation),
        )
    return table


def _compared(known: float | None, found: float, deviation: float | None) -> tuple[str, str, str]:
    if known is None or deviation is None:
        return "", f"{found:.0f}", ""
    return f"{known:.0f}", f"{found:.0f}", f"{deviation:+.1%}"
