"""The figures that stand in the assumptions log alone are those that it gives in words."""

from pathlib import Path

import pytest

from siting.inputs.assumptions import ASSUMPTIONS, assumed, read_assumptions


@pytest.mark.parametrize("name", ["drawn_offices", "drawn_candidates"])
def test_figures_are_those_in_words_in_both_languages(data: Path, name: str) -> None:
    path = data / ASSUMPTIONS
    entry = next(entry for entry in read_assumptions(path) if entry["id"] == name)
    for figures in assumed(path, name).values():
        for figure in figures if isinstance(figures, list) else [figures]:
            assert f"{figure:,}" in entry["value"]
            swedish = f"{figure:,}".replace(",", " ").replace(".", ",")
            assert swedish in entry["value_sv"].replace("\u00a0", " ")
