"""What the commands about roads print and draw."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from siting.common.files import replace_file, telling
from siting.network.osm.build import Built
from siting.studies.network.calibrate import Calibration
from siting.studies.network.compare import MEASURES, NetworkComparison
from siting.studies.network.info import NetworkInfo

_PLACES_SHOWN = 10
_SHORT_KM = 100.0
"""Below this whole kilometres are too coarse."""


def _say(console: Console, *lines: str) -> None:
    """Print lines as they are, however long."""
    console.print("\n".join(lines), soft_wrap=True, markup=False)


def _table(first: str, *figures: str, title: str | None = None) -> Table:
    table = Table(first, title=title, title_justify="left", title_style="bold", box=None)
    for name in figures:
        table.add_column(name, justify="right")
    return table


def print_network(info: NetworkInfo, console: Console) -> None:
    """Print size, classes, parts, repairs and reference trips of a road network."""
    total = sum(info.km_by_class.values())
    parts = ", ".join(f"{size:,}" for size in info.components)
    size = f"{info.junctions:,} junctions, {info.waypoints:,} waypoints, {info.links:,} links"
    _say(
        console,
        f"Road network: {info.source}",
        f"{size}, {_km(total, total)}",
        f"Connected parts, in junctions and waypoints: {parts}\n",
    )
    classes = _table("Class", "km", title="Kilometres by class")
    for highway, km in info.km_by_class.items():
        classes.add_row(highway, _km(km, total).removesuffix(" km"))
    console.print(classes)
    heading = "Repairs" if info.source == "shipped" else "Origin"
    console.print(f"\n[bold]{heading}[/bold]")
    for repair in info.repairs:
        _say(console, f"- {repair}")
    if info.trips:
        console.print()
        console.print(_trips(info))


def _km(km: float, total: float) -> str:
    return f"{km:,.{0 if total >= _SHORT_KM else 1}f} km"


def _trips(info: NetworkInfo) -> Table:
    figures = ("km known", "found", "off", "min known", "found", "off")
    table = _table("Trip", *figures, title="Reference trips")
    for check in info.trips:
        known, found = check.reference, check.found
        km = _compared(known.km, found.km, check.km_deviation)
        table.add_row(
            known.name, *km, *_compared(known.minutes, found.minutes, check.minutes_deviation)
        )
    return table


def _compared(known: float | None, found: float, deviation: float | None) -> tuple[str, str, str]:
    if known is None or deviation is None:
        return "", f"{found:.0f}", ""
    return f"{known:.0f}", f"{found:.0f}", f"{deviation:+.1%}"


def print_calibration(fit: Calibration, profile: str, console: Console) -> None:
    """Print fitted speeds, how well they fit, and the profile to copy into data/speeds.toml."""
    how = "each class by itself" if fit.by_class else "one factor for all classes"
    _say(console, f"Fitted: {how}, {len(fit.trips)} trips\n")
    console.print(_fitted_trips(fit))
    for name, error in fit.errors().items():
        _say(console, f"Root mean square deviation {name}: {error:.1%}")
    classes = ", ".join(fit.undetermined) or "nothing"
    _say(console, f"\nThe trips do not determine: {classes}\n", "For data/speeds.toml:\n")
    _say(console, *fit.as_profile(profile))


def _fitted_trips(fit: Calibration) -> Table:
    table = _table("Trip", "min known", "before", "off", "after", "off", "left out", "off")
    for trip in fit.trips:
        known = trip.reference.minutes or float("nan")
        cells = [f"{known:.0f}"]
        for minutes in (trip.before, trip.after, trip.left_out):
            found = None if minutes is None else (f"{minutes:.0f}", f"{minutes / known - 1:+.1%}")
            cells += found or ("", "")
        table.add_row(trip.reference.name, *cells)
    return table


def print_built(built: Built, path: Path, console: Console) -> None:
    """Print what was built, and what was cut off."""
    streets, lost = built.streets, built.cut_off
    km = streets.links["length"].sum() / 1000
    size = f"{len(streets.nodes):,} nodes, {len(streets.links):,} links, {km:,.1f} km"
    more = len(lost.places) - _PLACES_SHOWN
    shown = ", ".join(lost.places[:_PLACES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
    _say(
        console,
        *(f"{name}: {text or 'not known'}" for name, text in built.about.items()),
        f"{size}; a street in both directions is two links",
        f"Cut off, since not every place can be reached from there and back: {lost.nodes:,} nodes "
        f"in {lost.parts:,} parts, {lost.km:,.1f} km of links, {lost.people:,} residents"
        if lost.nodes
        else "Nothing is cut off: every node can be reached from every other",
        *([f"Places that live there: {shown}"] if lost.places else []),
        f"Wrote {path}",
    )


_WORST = 10
_BINS = 60
_TITLES = {"km": "Length", "minutes": "Time"}


def print_comparison(found: NetworkComparison, names: tuple[str, str], console: Console) -> None:
    """Print the distribution of differences and the worst of them."""
    _say(
        console,
        f"a: {names[0]}\nb: {names[1]}",
        f"{len(found.trips):,} trips; {found.only_a:,} only in a, {found.only_b:,} in b",
    )
    if found.left_out:
        _say(console, f"{len(found.left_out):,} places far from a road of one of them are left out")
    _say(console, "\nShare by which b is greater than a")
    table = Table("", *found.summary.columns, box=None)
    for name, row in found.summary.iterrows():
        table.add_row(_TITLES[str(name)], *(f"{value:+.1%}" for value in row))
    console.print(table)
    for measure in MEASURES:
        _say(console, f"\n{_TITLES[measure]}: the greatest differences")
        console.print(_worst(found, measure))


def _worst(found: NetworkComparison, measure: str) -> Table:
    table = Table("From", "To", f"{measure} a", f"{measure} b", "off", box=None)
    columns = ["from", "to", f"{measure}_a", f"{measure}_b", f"{measure}_off"]
    for start, end, a, b, off in found.worst(measure, _WORST)[columns].itertuples(index=False):
        table.add_row(start, end, f"{a:.1f}", f"{b:.1f}", f"{off:+.1%}")
    return table


def draw_comparison(found: NetworkComparison, path: Path) -> None:
    """Draw how the differences are distributed."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - of the extra report; only this draws

    figure = Figure(figsize=(8, 3.5), layout="constrained")
    for axes, measure in zip(figure.subplots(1, 2), MEASURES, strict=True):
        axes.hist(100 * found.trips[f"{measure}_off"], bins=_BINS, color="#2f6690")
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set(title=_TITLES[measure], xlabel="b greater than a by, %", ylabel="trips")
        axes.yaxis.set_major_formatter("{x:,.0f}")
    dated = {"Date": None} if path.suffix == ".svg" else None
    with telling(path, "--plot"):
        replace_file(path, lambda aside: figure.savefig(aside, metadata=dated))
