"""Maps can be read in grey, lie where they should, and say where they come from."""

import io
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from PIL import Image

from siting.common.errors import InputError
from siting.inputs.boundaries import located, municipal_boundaries
from siting.report.formats.gpkg import write_geopackage
from siting.report.maps.draw import draw_map, draw_maps, drawn
from siting.report.maps.palette import CUT, MINUTES
from siting.report.words import texts
from siting.results.result import Result, read_result


def _lightness(colour: str) -> float:
    """Relative luminance (WCAG 2)."""
    parts = np.array(to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("colours", [MINUTES.colours, CUT.colours[1:]])
def test_classes_differ_in_grey(colours: tuple[str, ...]) -> None:
    steps = [_lightness(colour) for colour in colours]
    assert steps == sorted(steps, reverse=True)
    assert all((a + 0.05) / (b + 0.05) > 1.2 for a, b in pairwise(steps))


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_map_has_title_legend_scale_and_attribution(result: Result, language: str) -> None:
    words = texts(language)["maps"]
    maps = draw_maps(result, language, "salt")
    for name, picture in maps.items():
        # A text that is too long for the picture goes on in an element of its own.
        written = " ".join(re.findall(r"<text [^>]*>([^<]*)</text>", picture["svg"].decode()))
        for text in (words[name], words["scale"].format(km="200"), words["attribution"]):
            assert text in written
        with Image.open(io.BytesIO(picture["png"])) as image:
            assert image.size == (504, 1065)
            assert len(image.convert("RGB").getcolors() or []) > 5
    assert f"{words['existing']} (113)" in maps["picks"]["svg"].decode()
    assert words["unchanged"] in maps["change"]["svg"].decode()
    ranks = {text.get_text() for text in draw_map(result, "picks", language).axes[0].texts}
    assert set(result.tables["sites"]["rank"].astype(str)) <= ranks


def test_no_rank_hides_a_new_office(result: Result) -> None:
    figure = draw_map(result, "picks", "en")
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call] # not typed
    figure.draw(renderer)
    axes = figure.axes[0]
    offices = located(result.tables["offices"])
    new = offices[offices["code"].isin(result.tables["sites"]["locality_code"])].geometry
    marks = axes.transData.transform(np.column_stack([new.x, new.y]))
    ranks = [text for text in axes.texts if text.get_text().isdigit()]
    assert len(ranks) == len(new)
    hidden = [
        text.get_text()
        for text in ranks
        if any(text.get_window_extent(renderer).contains(*mark) for mark in marks)
    ]
    assert hidden == []


def test_what_gets_worse_is_told_apart(result: Result) -> None:
    table = result.tables["municipalities"].copy()
    longer = texts("en")["maps"]["longer"]
    assert longer not in drawn(draw_map(result, "change", "en"), "s")["svg"].decode()
    table.loc[0, "mean_after"] = 99.0
    worse = replace(result, tables=dict(result.tables) | {"municipalities": table})
    assert longer in drawn(draw_map(worse, "change", "en"), "s")["svg"].decode()


def test_positions_are_in_sweref_99_tm() -> None:
    # On the central meridian and the equator, the false easting by definition.
    point = located(pd.DataFrame({"lon": [15.0], "lat": [0.0]})).geometry[0]
    assert (point.x, point.y) == pytest.approx((500_000, 0), abs=1e-6)
    assert municipal_boundaries().crs.to_epsg() == 3006
    assert len(municipal_boundaries()) == 290


def test_every_office_lies_in_its_municipality_or_near_it(result: Result) -> None:
    offices = located(result.tables["offices"])
    homes = municipal_boundaries().loc[offices["municipality_code"]].geometry
    assert offices.geometry.distance(homes, align=False).max() < 5_000


def test_the_geopackage_holds_the_tables_as_layers(whole: Path, data: Path, tmp_path: Path) -> None:
    result = read_result(whole)
    path = write_geopackage(result, tmp_path, data)
    layers = {name: gpd.read_file(path, layer=name) for name in gpd.list_layers(path)["name"]}
    assert set(layers) == {"sites", "municipalities", "demand_points"}
    assert all(layer.crs.to_epsg() == 3006 for layer in layers.values())
    assert not any(layer.geometry.is_empty.any() for layer in layers.values())
    points, assignment = layers["demand_points"], result.tables["assignment"]
    pd.testing.assert_frame_equal(
        points[assignment.columns], assignment, check_dtype=False, rtol=1e-12
    )
    known = layers["municipalities"].drop(columns="geometry")
    pd.testing.assert_frame_equal(
        known, result.tables["municipalities"], check_dtype=False, check_like=True
    )
    sites = layers["sites"]
    assert len(sites) == len(result.tables["offices"])
    assert list(sites["rank"].dropna().sort_values()) == list(result.tables["sites"]["rank"])


def test_a_geopackage_needs_the_demand_points_of_the_run(
    whole: Path, data: Path, tmp_path: Path
) -> None:
    result = read_result(whole)
    assignment = result.tables["assignment"].assign(demand_id="nowhere")
    strange = replace(result, tables=dict(result.tables) | {"assignment": assignment})
    with pytest.raises(InputError, match="6032 demand points of the result have no position"):
        write_geopackage(strange, tmp_path, data)
