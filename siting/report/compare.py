"""What `siting network compare` prints and draws."""

from pathlib import Path

from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from siting.aside import replace_file, telling
from siting.network import Comparison
from siting.network.compare import MEASURES

_WORST = 10
_BINS = 60
_TITLES = {"km": "Length", "minutes": "Time"}


def print_comparison(found: Comparison, names: tuple[str, str], console: Console) -> None:
    """Print the distribution of differences and the worst of them.

    Parameters
    ----------
    found : Comparison
        The differences.
    names : tuple of str
        What the two networks are called.
    console : Console
        Where to print.
    """
    console.print(f"a: {names[0]}\nb: {names[1]}", soft_wrap=True, markup=False)
    console.print(f"{len(found.trips):,} trips; {found.only_a:,} only in a, {found.only_b:,} in b")
    if found.left_out:
        console.print(f"{len(found.left_out):,} places far from a road of one of them are left out")
    console.print("\nShare by which b is greater than a")
    table = Table("", *found.summary.columns, box=None)
    for name, row in found.summary.iterrows():
        table.add_row(_TITLES[str(name)], *(f"{value:+.1%}" for value in row))
    console.print(table)
    for measure in MEASURES:
        console.print(f"\n{_TITLES[measure]}: the greatest differences")
        console.print(_worst(found, measure))


def _worst(found: Comparison, measure: str) -> Table:
    table = Table("From", "To", f"{measure} a", f"{measure} b", "off", box=None)
    columns = ["from", "to", f"{measure}_a", f"{measure}_b", f"{measure}_off"]
    for start, end, a, b, off in found.worst(measure, _WORST)[columns].itertuples(index=False):
        table.add_row(start, end, f"{a:.1f}", f"{b:.1f}", f"{off:+.1%}")
    return table


def draw_comparison(found: Comparison, path: Path) -> None:
    """Draw how the differences are distributed.

    Parameters
    ----------
    found : Comparison
        The differences.
    path : Path
        Where to; its ending says the kind of picture.
    """
    figure = Figure(figsize=(8, 3.5), layout="constrained")
    for axes, measure in zip(figure.subplots(1, 2), MEASURES, strict=True):
        axes.hist(100 * found.trips[f"{measure}_off"], bins=_BINS, color="#2f6690")
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set(title=_TITLES[measure], xlabel="b greater than a by, %", ylabel="trips")
        axes.yaxis.set_major_formatter("{x:,.0f}")
    dated = {"Date": None} if path.suffix == ".svg" else None
    with telling(path, "--plot"):
        replace_file(path, lambda aside: figure.savefig(aside, metadata=dated))
