"""The curve of a frontier, or the front of two aims, as a picture."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from siting.common.files import write_file
from siting.report.maps.draw import drawn
from siting.results.result import Result
from siting.scenario.limits import VARIED
from siting.studies.frontier.page import aim_in_words

_SIZE_INCHES = (6.4, 4.0)
_INK, _GREY, _BLUE = "#1c1c1a", "#77776f", "#0b4f8a"


def write_curve(study: Result, folder: Path) -> None:
    """Draw the curve into the folder of its study, as each kind of picture."""
    for kind, content in drawn(draw_curve(study), study.name).items():
        write_file(folder / f"frontier.{kind}", content)


def draw_curve(study: Result) -> Figure:
    """Draw the mean against what varies."""
    figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=_INK, labelsize=8)
    axes.grid(axis="y", color="#e4e4de", lw=0.6)
    axes.set_axisbelow(True)
    table = study.tables["frontier"]
    if "over" in study.manifest:
        _draw_steps(axes, table, VARIED[study.manifest["over"]])
    else:
        _draw_front(axes, table, study)
    axes.set_ylabel("Mean travel time, minutes", fontsize=9)
    return figure


def _draw_steps(axes: Axes, table: pd.DataFrame, limit: str) -> None:
    solved = table[table["status"].isin(["optimal", "feasible"])]
    axes.plot(solved["step"], solved["mean"], color=_GREY, lw=0.9, zorder=1)
    kept = solved["nested"].to_numpy(dtype=np.bool_)
    for chosen, face, label in (
        (kept, _BLUE, "opens all that the step before opens"),
        (~kept, "white", "gives up some of it"),
    ):
        at = solved[chosen]
        axes.scatter(
            at["step"], at["mean"], s=22, facecolor=face, edgecolor=_BLUE, label=label, zorder=2
        )
    present = float(table["mean"].iloc[0])
    axes.axhline(present, color=_GREY, lw=0.8, ls=(0, (4, 3)))
    axes.annotate(
        f"today {present:.2f}", (1, present), xycoords=("axes fraction", "data"), fontsize=8,
        ha="right", va="bottom", color=_GREY,
    )  # fmt: skip
    axes.set_xlabel(f"At most, {limit}", fontsize=9)
    axes.legend(fontsize=8, frameon=False, loc="upper right", bbox_to_anchor=(1, 0.93))


def _draw_front(axes: Axes, table: pd.DataFrame, study: Result) -> None:
    facts, points = study.manifest, table.iloc[1:]
    second = points["second"].to_numpy(dtype=np.float64)
    if facts["second"] == "coverage":
        second = 100 * (1 - second / facts["people"])
        axes.set_xlabel(f"People within {facts['within']:g} minutes, %", fontsize=9)
    else:
        axes.invert_xaxis()
        axes.set_xlabel(f"{aim_in_words(facts).capitalize()}, minutes", fontsize=9)
    label = "a sample of the front" if facts["sample"] else "the front, whole"
    axes.plot(second, points["objective"], color=_GREY, lw=0.7, ls=(0, (2, 2)), zorder=1)
    axes.scatter(second, points["objective"], s=22, color=_BLUE, label=label, zorder=2)
    axes.legend(fontsize=8, frameon=False, loc="upper left")
