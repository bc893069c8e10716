"""What the commands about roads print and draw."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from siting.common.files import replace_file, telling
from siting.network.osm.build import Built
from siting.studies.network.calibrate import Calibration, FittedTrip
from siting.studies.network.compare import MEASURES, NetworkComparison
from siting.studies.network.info import NetworkInfo, TripCheck

_PLACES_SHOWN = 10
_SHORT_KM = 100.0
"""Below this whole kilometres are too coarse."""


def _say(console: Console, *lines: str) -> None:
    """Print lines as they are, however long."""
    console.print("\n".join(lines), soft_wrap=True, markup=False)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], title: str | None = None) -> Table:
    """A table of texts in the first column and figures in the others."""
    table = Table(heads[0], title=title, title_justify="left", title_style="bold", box=None)
    for name in heads[1:]:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*row)
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
    classes = ((name, _km(km, total).removesuffix(" km")) for name, km in info.km_by_class.items())
    console.print(_table(("Class", "km"), classes, "Kilometres by class"))
    heading = "Repairs" if info.source == "shipped" else "Origin"
    console.print(f"\n[bold]{heading}[/bold]")
    _say(console, *(f"- {repair}" for repair in info.repairs))
    if info.trips:
        console.print()
        heads = ("Trip", "km known", "found", "off", "min known", "found", "off")
        console.print(_table(heads, map(_trip, info.trips), "Reference trips"))


def _km(km: float, total: float) -> str:
    return f"{km:,.{0 if total >= _SHORT_KM else 1}f} km"


def _trip(check: TripCheck) -> tuple[str, ...]:
    known, found = check.reference, check.found
    return known.name, *_compared(known.km, found.km), *_compared(known.minutes, found.minutes)


def _compared(known: float | None, found: float) -> tuple[str, str, str]:
    if known is None:
        return "", f"{found:.0f}", ""
    return f"{known:.0f}", f"{found:.0f}", f"{found / known - 1:+.1%}"


def print_calibration(fit: Calibration, profile: str, console: Console) -> None:
    """Print fitted speeds, how well they fit, and the profile to copy into data/speeds.toml."""
    how = "each class by itself" if fit.by_class else "one factor for all classes"
    _say(console, f"Fitted: {how}, {len(fit.trips)} trips\n")
    heads = ("Trip", "min known", "before", "off", "after", "off", "left out", "off")
    console.print(_table(heads, map(_fitted, fit.trips)))
    for name, error in fit.errors().items():
        _say(console, f"Root mean square deviation {name}: {error:.1%}")
    classes = ", ".join(fit.undetermined) or "nothing"
    _say(console, f"\nThe trips do not determine: {classes}\n", "For data/speeds.toml:\n")
    _say(console, *fit.as_profile(profile))


def _fitted(trip: FittedTrip) -> list[str]:
    known = trip.reference.minutes or float("nan")
    cells = [trip.reference.name, f"{known:.0f}"]
    for minutes in (trip.before, trip.after, trip.left_out):
        cells += ["", ""] if minutes is None else [f"{minutes:.0f}", f"{minutes / known - 1:+.1%}"]
    return cells


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
    shares = (
        (_TITLES[str(name)], *map("{:+.1%}".format, row)) for name, row in found.summary.iterrows()
    )
    console.print(_table(("", *found.summary.columns), shares))
    for measure in MEASURES:
        _say(console, f"\n{_TITLES[measure]}: the greatest differences")
        keys = ["from", "to", *(f"{measure}_{end}" for end in ("a", "b", "off"))]
        rows = found.worst(measure, _WORST)[keys].itertuples(index=False)
        worst = (
            (f"{start} - {end}", f"{a:.1f}", f"{b:.1f}", f"{off:+.1%}")
            for start, end, a, b, off in rows
        )
        console.print(_table(("Trip", f"{measure} a", f"{measure} b", "off"), worst))


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
