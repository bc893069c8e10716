"""Names that look like markup or formulas, or are very long, do no harm anywhere."""

import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import docx
import geopandas as gpd
import lxml.html
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from siting.cli.app import app
from siting.report.formats.docx import as_docx
from siting.report.formats.gpkg import write_geopackage
from siting.report.formats.html import as_html
from siting.report.formats.pdf import as_pdf
from siting.report.formats.xlsx import as_xlsx
from siting.report.words import texts
from siting.results.csv import as_csv, guarded, unguarded
from siting.results.result import Result, read_result
from siting.results.write import write_result
from tests.support.briefings import Shown


def test_html_shows_them_as_they_are(harm: Shown, harmful_names: tuple[str, ...]) -> None:
    html = as_html(harm.document, harm.pictures)
    tree = lxml.html.fromstring(html)
    assert not list(tree.iter("script"))
    cells = [cell.text_content() for cell in tree.iter("td")]
    for name in harmful_names:
        assert name in cells
    assert tree.findtext(".//h1") == harmful_names[0]


def test_a_notebook_shows_them_as_they_are(harmful: Result, harmful_names: tuple[str, ...]) -> None:
    tree = lxml.html.fromstring(harmful._repr_html_())
    assert not list(tree.iter("script"))
    cells = [cell.text_content() for cell in tree.iter("td")]
    assert harmful_names[0] in cells
    assert tree.findtext(".//h3") == harmful_names[0]


def test_a_workbook_holds_them_as_texts(harm: Shown, harmful_names: tuple[str, ...]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(harm.document, harm.pictures)))
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
            assert all(cell.hyperlink is None for cell in row)
    cells = {cell.value for cell in book[texts("sv")["workbook"]["sites"]]["D"]}
    assert set(harmful_names) <= cells


def test_a_document_holds_them_as_texts(harm: Shown, harmful_names: tuple[str, ...]) -> None:
    word = docx.Document(io.BytesIO(as_docx(harm.document, harm.pictures)))
    places = [row.cells[1].text for row in word.tables[0].rows]
    assert places[1 : len(harmful_names) + 1] == list(harmful_names)


def test_pages_for_print_hold_them_as_texts(harm: Shown, tmp_path: Path) -> None:
    path = tmp_path / "briefing.pdf"
    path.write_bytes(as_pdf(harm.document, harm.pictures))
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext (poppler-utils) is not at hand to read a PDF")
    done = subprocess.run(  # noqa: S603 - a reader found on the path, a file of our own
        [reader, str(path), "-"], capture_output=True, text=True, check=True
    )
    assert '<script>alert("1")</script>' in done.stdout.replace("\n", "")
    assert "*bold*" in done.stdout


def test_tables_read_back_as_they_were_and_hold_no_formula(
    harmful: Result, harmful_names: tuple[str, ...], tmp_path: Path
) -> None:
    folder = write_result(harmful, tmp_path)
    back = read_result(folder)
    for name, table in harmful.tables.items():
        pd.testing.assert_frame_equal(back.tables[name], table, check_dtype=False)
    raw = pd.read_csv(folder / "sites.csv", dtype=str)
    written = list(raw["locality"][: len(harmful_names)])
    assert not [name for name in written if name[0] in "=+-@"]
    assert written[3] == "'+1234"


def test_what_is_already_quoted_reads_back_too() -> None:
    table = pd.DataFrame(
        {"name": ["'=1", "''+x", "'plain", "", "NA", "\t=1"], "figure": [-1.0] * 6}
    )
    assert list(guarded(table)["name"]) == ["''=1", "'''+x", "'plain", "", "NA", "'\t=1"]
    assert list(guarded(table)["figure"]) == [-1.0] * 6
    pd.testing.assert_frame_equal(unguarded(guarded(table)), table, check_dtype=False)


def test_headings_and_what_follows_a_semicolon_are_no_formulas_either() -> None:
    cells = ["0114;=1+1", "a;'=1", "a\n@b", "x\r-y", "a; = b", "1-2", ";", "a;b;+c;-d"]
    table = pd.DataFrame({"=1+1": cells, "plain - =2": cells})
    shown = guarded(table)
    assert list(shown) == ["'=1+1", "plain - =2"]
    assert list(shown["'=1+1"]) == [
        *("0114;'=1+1", "a;''=1", "a\n'@b", "x\r'-y", "a; = b", "1-2", ";", "a;b;'+c;'-d")
    ]
    pd.testing.assert_frame_equal(unguarded(shown), table)
    for text in as_csv(table).decode().replace('"', "").splitlines():
        assert not [part for part in text.replace(",", ";").split(";") if part[:1] in set("=+-@")]


def test_tables_of_studies_and_sweeps_are_guarded(tmp_path: Path) -> None:
    names = pd.DataFrame({"site": ["=1+1", "a"], "sites": ["b;=2", "+c"]})
    folder = write_result(
        Result("harmful-frontier", "frontier", {"study": "frontier"}, {"steps": names}), tmp_path
    )
    assert (folder / "steps.csv").read_text(encoding="utf-8") == "site,sites\n'=1+1,b;'=2\na,'+c\n"
    pd.testing.assert_frame_equal(unguarded(pd.read_csv(folder / "steps.csv", dtype=str)), names)


def test_trips_of_two_networks_are_guarded(tmp_path: Path) -> None:
    points, out = tmp_path / "points.csv", tmp_path / "trips.csv"
    rows = ["id,lon,lat", "=1+1,18.06,59.33", "@b,17.64,59.86"]
    points.write_text("\n".join(rows), encoding="utf-8")
    command = ["network", "compare", "shipped", "shipped"]
    done = CliRunner().invoke(app, [*command, "--points", str(points), "--table", str(out)])
    assert done.exit_code == 0, done.output
    text = out.read_text(encoding="utf-8")
    assert "'=1+1" in text
    assert not [part for part in re.split(r"[,\n]", text) if re.match(r"[=@]", part)]


def test_a_geopackage_holds_them_as_texts(
    harmful: Result, harmful_names: tuple[str, ...], whole: Path, data: Path, tmp_path: Path
) -> None:
    points = {"assignment": read_result(whole).tables["assignment"]}
    run = replace(harmful, tables={**harmful.tables, **points})
    sites = gpd.read_file(write_geopackage(run, tmp_path, data), layer="sites")
    assert set(harmful_names) <= set(sites["place"])
