"""Maps of a run in SWEREF 99 TM: offices, present travel time, change.

Colours run from light to dark in steps of lightness, so that they hold for colour-blind readers
and in grey; what gets worse is hatched besides.
"""

import io
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from PIL import Image

from siting.inputs.boundaries import located, municipal_boundaries
from siting.report.document import MAPS
from siting.report.maps import palette, sweden
from siting.report.words import texts, whole
from siting.results.result import Result

_SIZE_INCHES = (2.7, 5.7)
"""About as wide as a map stands on paper, so that its letters keep their size there."""
_DPI = 187
_LEGEND = (0.015, 0.945)
"""Top left corner of the legend, as shares of the picture: west of Lapland, below the title."""
_WHITE = "white"
_MARKERS: Mapping[str, tuple[str, int, str | None, float]] = {
    "existing": ("o", 9, _WHITE, 0.3),
    "closed": ("x", 16, None, 1.0),
    "announced": ("s", 24, palette.INK, 0.6),
    "new": ("^", 30, _WHITE, 0.4),
}
"""The mark of an office by its status: shape, size, edge and how wide that is."""
_SCALE_KM = 200
_COLOURS = 32
_LONG_DECIMALS = re.compile(rb"(\d\.\d\d)\d+")
"""Decimals beyond a hundredth of a point, which nobody can see."""


def draw_maps(result: Result, language: str, salt: str) -> dict[str, dict[str, bytes]]:
    """Draw every map of a run; each as svg and png."""
    return {name: drawn(draw_map(result, name, language), salt) for name in MAPS}


def drawn(figure: Figure, salt: str) -> dict[str, bytes]:
    """A picture as svg and as png; ids in the SVG are made from the salt."""
    # Texts stay texts in the SVG: smaller, and they can be searched and read out.
    with mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none"}):
        svg = _saved(figure, "svg", metadata={"Date": None})
    return {"svg": _LONG_DECIMALS.sub(rb"\1", svg), "png": as_png(figure)}


def as_png(figure: Figure) -> bytes:
    """A map as PNG with few colours, at a third of the size that all of them take.

    They are chosen for what differs most, so that the few dots of a small mark keep theirs.
    """
    with Image.open(io.BytesIO(_saved(figure, "png", dpi=_DPI))) as image, io.BytesIO() as stream:
        few = image.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE)
        few.save(stream, format="png", optimize=True)
        return stream.getvalue()


def draw_map(result: Result, name: str = "picks", language: str = "en") -> Figure:
    """Draw one map.

    Parameters
    ----------
    result : Result
        The run.
    name : str
        picks, before or change.
    language : str
        "sv" or "en".

    Returns
    -------
    matplotlib.figure.Figure
        Without a window; notebooks show it by itself.

    Raises
    ------
    InputError
        If the run is about another country, whose outlines are not known.
    """
    sweden.refuse_outside_sweden(result, "maps")
    words = texts(language)["maps"]
    figure = Figure(figsize=_SIZE_INCHES)
    axes = figure.add_axes((0.01, 0.05, 0.98, 0.885))
    {"picks": _picks, "before": _before, "change": _change}[name](axes, result, language)
    sweden.region_lines().plot(ax=axes, color=palette.REGION_EDGE, linewidth=0.35)
    _furnish(axes, language)
    title: dict[str, Any] = {"fontsize": 7, "weight": "bold", "color": palette.INK, "va": "top"}
    source: dict[str, Any] = {"fontsize": 4.6, "color": palette.FAINT, "va": "bottom"}
    figure.text(0.02, 0.99, words[name], wrap=True, **title)
    figure.text(0.02, 0.008, words["attribution"], wrap=True, **source)
    return figure


def _saved(figure: Figure, kind: str, **options: Any) -> bytes:  # noqa: ANN401 - of savefig
    with io.BytesIO() as stream:
        figure.savefig(stream, format=kind, **options)
        return stream.getvalue()


def _picks(axes: Axes, result: Result, language: str) -> None:
    _paint(axes, palette.LAND)
    offices = located(result.tables["offices"])
    words = texts(language)["maps"]
    handles = []
    for order, (status, (marker, size, edge, width)) in enumerate(_MARKERS.items(), start=3):
        part = offices[offices["status"] == status]
        if part.empty:
            continue
        look: dict[str, Any] = {"marker": marker, "color": palette.OFFICES[status]}
        points = part.geometry.x, part.geometry.y
        axes.scatter(*points, size, zorder=order, edgecolors=edge, lw=width, **look)
        label = f"{words[status]} ({whole(len(part), language)})"
        handles.append(Line2D([], [], ls="", label=label, markersize=np.sqrt(size), **look))
    _ranks(axes, offices, result.tables["sites"])
    _legend(axes, handles, words["legend_offices"])


_SIDES = ((1, 1, "left"), (-1, 1, "right"), (1, -3, "left"), (-1, -3, "right"))
"""Where the rank of an office may stand: to the right and left of it, above its foot and below."""
_RANK: Mapping[str, Any] = {"fontsize": 5.2, "weight": "bold", "color": palette.INK, "zorder": 9}
_ASIDE = 22_000
_UP = 8_000
"""Metres from an office to the middle of its rank."""


def _ranks(axes: Axes, offices: gpd.GeoDataFrame, sites: pd.DataFrame) -> None:
    ranks = dict(zip(sites["locality_code"], sites["rank"], strict=True))
    ranked = offices[offices["code"].isin(ranks)]
    x, y = ranked.geometry.x.to_numpy(), ranked.geometry.y.to_numpy()
    for code, east, north in zip(ranked["code"], x, y, strict=True):
        others = (x != east) | (y != north)
        # The first side that no other office lies at, or else the emptiest.
        room = [
            np.hypot(x - east - right * _ASIDE, y - north - up * _UP)[others].min(initial=_ASIDE)
            for right, up, _ in _SIDES
        ]
        right, up, anchor = _SIDES[int(np.argmax(room))]
        axes.annotate(
            str(ranks[code]),
            (east, north),
            xytext=(2.6 * right, 1.4 * up),
            textcoords="offset points",
            ha=anchor,
            path_effects=[withStroke(linewidth=1.1, foreground=_WHITE)],
            **_RANK,
        )


def _before(axes: Axes, result: Result, language: str) -> None:
    words, scale = texts(language)["maps"], palette.MINUTES
    _fill(axes, _by_municipality(result, "mean_before"), scale)
    labels = _labels("", scale.bounds, language)
    _legend(axes, list(map(_patch, scale.colours, labels)), words["legend_minutes"])


def _labels(prefix: str, bounds: Sequence[float], language: str) -> list[str]:
    """The classes of a scale in words: below its first bound, between two, above its last."""
    words = texts(language)["maps"]
    below, between, above = (words[f"{prefix}{name}"] for name in ("below", "between", "above"))
    low, *_, high = shown = [whole(bound, language) for bound in bounds]
    middle = (between.format(low=a, high=b) for a, b in pairwise(shown))
    return [below.format(high=low), *middle, above.format(low=high)]


def _change(axes: Axes, result: Result, language: str) -> None:
    words = texts(language)["maps"]
    labels = [words["unchanged"], *_labels("shorter_", palette.CUT.bounds[2:], language)]
    fall = _by_municipality(result, "mean_before") - _by_municipality(result, "mean_after")
    _fill(axes, fall, palette.CUT)
    longer, *shorter = palette.CUT.colours
    handles = list(map(_patch, shorter, labels))
    rising = fall.index[fall < palette.CUT.bounds[0]]
    if len(rising):
        look: dict[str, Any] = {"facecolor": longer, "edgecolor": palette.INK, "hatch": "////"}
        municipal_boundaries().reindex(rising).plot(ax=axes, linewidth=0.2, **look)
        handles.append(Patch(lw=0.3, label=words["longer"], **look))
    _legend(axes, handles, words["legend_change"])


def _patch(colour: str, label: str) -> Patch:
    return Patch(facecolor=colour, edgecolor=palette.EDGE, lw=0.3, label=label)


def _by_municipality(result: Result, column: str) -> "pd.Series[float]":
    return result.tables["municipalities"].set_index("municipality_code")[column]


def _fill(axes: Axes, values: "pd.Series[float]", scale: palette.Scale) -> None:
    colours = np.array(scale.colours)[np.digitize(values, scale.bounds)]
    codes = municipal_boundaries().index
    _paint(axes, pd.Series(colours, values.index).reindex(codes).fillna(_WHITE))


def _paint(axes: Axes, colours: "str | pd.Series[str]") -> None:
    look = {"edgecolor": palette.EDGE, "linewidth": 0.2}
    municipal_boundaries().plot(ax=axes, color=colours, **look)


def _legend(axes: Axes, handles: list[Any], title: str) -> None:
    legend = axes.legend(
        handles=handles,
        title=title,
        loc="upper left",
        bbox_to_anchor=_LEGEND,
        bbox_transform=axes.figure.transFigure,
        fontsize=6,
        title_fontsize=6.5,
        frameon=False,
        borderaxespad=0.2,
        alignment="left",
    )
    legend.get_title().set_fontweight("bold")


def _furnish(axes: Axes, language: str) -> None:
    """A scale, the same ground for every map, and no axes."""
    west, south, east, north = municipal_boundaries().total_bounds
    margin = 12_000
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - margin, north + margin)
    axes.set_aspect("equal")
    axes.set_axis_off()
    start, level, length = east - _SCALE_KM * 1000, south + 60_000, _SCALE_KM * 1000
    bar: dict[str, Any] = {"color": palette.INK, "lw": 1.2, "solid_capstyle": "butt"}
    axes.plot([start, start + length], [level, level], **bar)
    label = texts(language)["maps"]["scale"].format(km=whole(_SCALE_KM, language))
    caption: dict[str, Any] = {"fontsize": 5.5, "ha": "center", "color": palette.INK}
    axes.text(start + length / 2, level + 12_000, label, **caption)
