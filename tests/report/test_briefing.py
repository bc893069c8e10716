"""What a briefing says is what the tables hold, in every format."""

import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import lxml.html
import openpyxl
import pandas as pd
import pytest

from siting.report.document import Bullets, Document, Grid, Paragraph, shown
from siting.report.formats.docx import as_docx
from siting.report.formats.html import as_html
from siting.report.formats.pdf import as_pdf
from siting.report.formats.xlsx import as_xlsx
from siting.report.summary import summary
from siting.report.tables import limit_name, picks
from siting.report.words import goal_in_words, number, percent, sort_key, texts, whole
from siting.results.limits import UsedLimit
from siting.results.result import Result
from siting.scenario.limits import limit_of
from tests.support.briefings import Show, Shown

type Rows = list[list[str]]


@pytest.fixture(scope="module")
def page(shown: Shown) -> dict[str, Rows]:
    """Every table of the HTML page, by name: rows of cells without the heading."""
    tree = lxml.html.fromstring(as_html(shown.document, shown.pictures))
    return {
        re.search(r"grid-(\w+)", box.get("class", "")).group(1): [  # type: ignore[union-attr]
            [cell.text_content() for cell in row.iter("td")] for row in box.iter("tr")
        ][1:]
        for box in tree.find_class("table")
    }


def _csv(kept: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(kept / f"{name}.csv", dtype={"municipality_code": str, "fa_code": str})


def test_the_picks_are_those_of_the_csv(page: dict[str, Rows], shown: Shown, kept: Path) -> None:
    language = shown.document.language
    sites = _csv(kept, "sites")
    assert len(page["picks"]) == len(sites) > 4
    for cells, row in zip(page["picks"], sites.to_dict("records"), strict=True):
        assert cells[0] == str(row["rank"])
        assert cells[1].startswith(row["locality"])
        assert cells[2] == row["fa_region"]
        assert cells[4:8] == [
            number(row["annual_cost_msek"], 1, language),
            whole(row["people_nearest"], language),
            whole(row["person_minutes_saved"], language),
            number(row["loss_if_left_out_minutes"], 3, language),
        ]


def test_why_gives_the_minutes_of_those_who_go_there(
    page: dict[str, Rows], shown: Shown, kept: Path
) -> None:
    language = shown.document.language
    offices = _csv(kept, "offices").set_index("code")
    for cells, row in zip(page["picks"], _csv(kept, "sites").to_dict("records"), strict=True):
        office = offices.loc[row["locality_code"]]
        minutes = [number(office[f"mean_{side}"], 1, language) for side in ("before", "after")]
        assert cells[8].endswith(f"{minutes[0]} → {minutes[1]} min")
        decided = texts(language)["brief"]["picks"]["why_announced"]
        assert cells[8].startswith(decided) == row["forced"]


def test_measures_and_regions_are_those_of_the_csv(
    page: dict[str, Rows], shown: Shown, kept: Path
) -> None:
    language = shown.document.language
    for cells, row in zip(page["access"], _csv(kept, "access").to_dict("records"), strict=True):
        if row["measure"].startswith("share"):
            assert cells[2:4] == [percent(row[side], 1, language) for side in ("before", "after")]
        else:
            digits = 3 if row["measure"] == "gini" else 1
            assert cells[2:4] == [number(row[s], digits, language) for s in ("before", "after")]
    for name, key in (("counties", "county"), ("fa_regions", "fa_region")):
        table = _csv(kept, name).set_index(key).to_dict("index")
        names = [cells[0] for cells in page[name]]
        assert names == sorted(names, key=sort_key(language))
        for cells in page[name]:
            region = table[cells[0]]
            assert cells[1:] == [
                whole(region["population"], language),
                number(region["mean_before"], 1, language),
                number(region["mean_after"], 1, language),
                percent(region["share45_before"], 1, language),
                percent(region["share45_after"], 1, language),
            ]
    assert len(page["counties"]) == 21


def test_every_fa_region_that_is_left_out_is_unchanged(page: dict[str, Rows], kept: Path) -> None:
    table = _csv(kept, "fa_regions").set_index("fa_region")
    rest = table.drop([cells[0] for cells in page["fa_regions"]])
    assert 0 < len(rest) < 60
    assert (rest["mean_before"] - rest["mean_after"]).abs().max() < 0.05


def test_the_extremes_are_the_extremes(page: dict[str, Rows], kept: Path) -> None:
    table = _csv(kept, "municipalities").set_index("municipality")
    fall = table["mean_before"] - table["mean_after"]
    gaining = [cells[0] for cells in page["gaining"]]
    assert gaining == list(fall.nlargest(10).index)
    worst = [cells[0].removesuffix(" *") for cells in page["worst_off"]]
    assert worst == list(table["mean_after"].nlargest(10).index)


def test_the_sentences_hold_the_figures(shown: Shown, kept: Path) -> None:
    language, manifest = shown.document.language, shown.result.manifest
    text = _running_text(shown.document)
    access = _csv(kept, "access").set_index("measure").to_dict("index")
    summary = manifest["summary"]
    for figure in (
        number(access["mean"]["before"], 1, language),
        number(access["mean"]["after"], 1, language),
        percent(access["share45"]["after"], 1, language),
        whole(summary["people_gaining"], language),
        whole(summary["people_beyond_60_after"], language),
        number(manifest["cost"]["annual_msek"], 1, language),
        number(manifest["objective"], 4, language),
        *(whole(count, language) for count in manifest["evidence"].values()),
    ):
        assert figure in text
    for place in _csv(kept, "sites")["locality"][:3]:
        assert place in text


def _running_text(document: Document) -> str:
    parts = [document.title, document.subtitle]
    for block in document.blocks:
        if isinstance(block, Paragraph):
            parts.append(block.text)
        elif isinstance(block, Bullets):
            parts += block.items
    return "\n".join(parts)


def test_there_is_no_english_in_the_swedish_one(show: Show, result: Result) -> None:
    document = show(result, "sv").document
    said = [_running_text(document)]
    for block in (*document.blocks, *document.appendix.values()):
        if isinstance(block, Grid):
            said += [block.title, block.note, *(column.title for column in block.columns)]
            said += [
                str(row[column.key])
                for row in block.rows
                for column in block.columns
                if column.is_text
            ]
    # Names of files, keys and scenarios are the same in every language.
    prose = re.sub(r"\S*_\S*", "", " ".join(said).lower())
    words = set(re.findall(r"[^\W\d_]+", prose))
    assert not words & {"the", "of", "and", "is", "office", "offices", "minutes", "with", "new"}
    assert {"och", "servicekontor", "restiden"} <= words


@pytest.mark.parametrize("change", ["gap_reached", "time_limit"])
def test_an_answer_that_is_not_proved_says_so(show: Show, result: Result, change: str) -> None:
    unproved = {"status": "feasible", "reason": change, "gap": 0.0123, "ties_decided": False}
    manifest = dict(result.manifest) | unproved
    text = _running_text(show(replace(result, manifest=manifest), "en").document)
    assert "not proved to be the best there is" in text
    assert "bettered by at most 1.2300 per cent" in text
    assert "exactly as good" in text
    assert "proved to be the best: no other" not in text


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_certificate_is_named_with_its_checksum(
    show: Show, result: Result, language: str
) -> None:
    assert "certificate.json.gz" not in _running_text(show(result, language).document)
    manifest = dict(result.manifest) | {"certificate": {"sha256": "0af3", "instance_sha256": "1"}}
    text = _running_text(show(replace(result, manifest=manifest), language).document)
    assert "certificate.json.gz (SHA-256 0af3)" in text
    assert "siting verify" in text


def test_a_run_that_opens_and_limits_nothing_still_has_a_briefing(
    show: Show, result: Result
) -> None:
    tables = dict(result.tables)
    tables["sites"] = tables["sites"].iloc[:0]
    tables["offices"] = tables["offices"].query("status == 'existing'")
    for name in ("municipalities", "fa_regions", "counties"):
        tables[name] = tables[name].assign(mean_after=tables[name]["mean_before"])
    summary = dict(result.manifest["summary"]) | {"people_gaining": 0}
    manifest = dict(result.manifest) | {"summary": summary, "limits": {}, "evidence": {}}
    nothing = show(Result("nothing", "run", manifest, tables), "en")
    text = _running_text(nothing.document)
    for sentence in ("no new office opens", "sets no limits", "falls in no municipality"):
        assert sentence in text
    for render in (as_html, as_docx, as_xlsx, as_pdf):
        assert render(nothing.document, nothing.pictures)


def test_closing_phases_and_exceptions_are_told(show: Show, result: Result) -> None:
    tables = dict(result.tables)
    offices = tables["offices"].copy()
    offices.loc[[0, 1], "status"] = "closed"
    tables["offices"] = offices
    phase = {"phase": 1, "name": "2020", "years": 1.0, "opened": 4, "annual_msek": 6.3}
    scenario = dict(result.manifest["scenario"]) | {"closing": {"max": 2}}
    losing = {"people_losing": 1234, "mean_of_losing_before": 8.04, "mean_of_losing_after": 12.0}
    manifest = dict(result.manifest) | {
        "scenario": scenario,
        "closed": list(offices["code"][:2]),
        "cost": dict(result.manifest["cost"]) | {"annual_saving_msek": 10.0},
        "summary": dict(result.manifest["summary"]) | losing,
        "phases": [phase | {"one_off_msek": 10.26, "mean_minutes": 13.86}],
        "unreached": {"people": 37371, "demand_points": ["a"]},
        "splits": True,
    }
    document = show(Result("more", "run", manifest, tables), "en").document
    text = _running_text(document)
    for sentence in (
        "Which of them should close",
        "2\N{NO-BREAK SPACE}existing service offices close (Hallunda and Huddinge)",
        "assumed to save 10.0 million",
        "1,234 residents get a longer trip, 12.0 instead of 8.0 minutes",
        "37,371 residents can be reached in time by no office",
        "do not always go to the nearest one",
    ):
        assert sentence in text
    grid = next(b for b in document.blocks if isinstance(b, Grid) and b.name == "phases")
    assert [shown(grid.rows[0][c.key], c, "en") for c in grid.columns] == [
        *("2020", "4", "6.3", "10.3", "13.9")
    ]


@pytest.mark.parametrize(
    ("objective", "own"),
    [
        ({"kind": "equity", "epsilon": -1.0}, None),
        ({"kind": "mean"}, None),
        ({"kind": "equity", "epsilon": -2.0}, "-2"),
        ({"kind": "equity", "epsilon": -0.25, "order": []}, "-0.25"),
        (
            {
                "kind": "lexicographic",
                "order": [{"kind": "equity", "epsilon": each} for each in (-0.5, -3.0)],
            },
            "-3 and -0.5",
        ),
    ],
)
def test_a_measure_at_another_aversion_than_the_objective_is_told_as_such(
    show: Show, result: Result, objective: dict[str, Any], own: str | None
) -> None:
    scenario = dict(result.manifest["scenario"]) | {"objective": objective}
    other = replace(result, manifest=dict(result.manifest) | {"scenario": scenario})
    sentence = "epsilon = -1, so that results can be compared; the objective has its own"
    for document in (show(other, "en").document, summary(other, Path(), "en")):
        text = _running_text(document)
        assert f"{sentence}, {own}." in text if own else "epsilon" not in text


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_key_that_had_no_value_is_said_in_words(
    show: Show, result: Result, language: str
) -> None:
    changes = ["limits.spacing_km: None -> 50", "limits.annual_budget_msek: 55 -> 'none'"]
    manifest = dict(result.manifest) | {"overrides": changes}
    text = _running_text(show(replace(result, manifest=manifest), language).document)
    words = texts(language)["common"]
    assert f"limits.spacing_km: {words['unset']} → 50" in text
    assert f"limits.annual_budget_msek: 55 → {words['default']}" in text
    assert "None" not in text


def test_picks_without_a_loss_are_ranked_by_what_they_save(result: Result) -> None:
    sites = result.tables["sites"].assign(loss_if_left_out_minutes=float("nan"))
    grid = picks(replace(result, tables={**result.tables, "sites": sites}), "sv")
    assert "loss_if_left_out_minutes" not in {column.key for column in grid.columns}
    assert grid.note.startswith("Rangen följer den sparade tiden")
    assert picks(result, "sv").note.startswith("Rangen följer hur mycket medelrestiden")


@pytest.mark.parametrize(
    ("objective", "clause"),
    [
        ({"kind": "coverage", "within_minutes": 45.0}, "inom 45 minuter"),
        (
            {"kind": "cost", "targets": [{"share": 0.995, "within_minutes": 60, "each": "county"}]},
            "minst 99,5 procent av invånarna ska nå ett kontor inom 60 minuter i varje län, till",
        ),
        (
            {"kind": "lexicographic", "order": [{"kind": "worst"}, {"kind": "equity"}]},
            "i första hand den längsta restiden",
        ),
    ],
)
def test_every_objective_has_its_words(objective: dict[str, Any], clause: str) -> None:
    assert clause in goal_in_words(objective, "sv")
    assert goal_in_words(objective, "en")


def test_limits_that_appear_twice_are_told_apart() -> None:
    quota, every = limit_of("quota"), limit_of("max_new_per_group")
    assert limit_name(UsedLimit(quota, 1, {}), "sv") == "Kvot för nya kontor"
    assert limit_name(UsedLimit(quota, 2, {}), "sv") == "Kvot för nya kontor (2)"
    assert limit_name(UsedLimit(every, 1, {}), "en") == "Most new offices in one municipality"


def test_numbers_in_the_workbook_are_those_of_the_csv(shown: Shown, kept: Path) -> None:
    words = texts(shown.document.language)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(shown.document, shown.pictures)))
    for name in ("sites", "municipalities", "fa_regions", "counties", "offices"):
        table = _csv(kept, name)
        rows = list(book[words["workbook"][name]].iter_rows(min_row=3, values_only=True))
        heads = [words["tables"][column] for column in table]
        assert list(rows[0]) == heads
        found = pd.DataFrame(rows[1 : len(table) + 1], columns=list(table))
        for column in table.select_dtypes("number"):
            pd.testing.assert_series_equal(
                found[column].astype(float), table[column].astype(float), rtol=1e-12
            )
    sheet = book[words["scopes"]["nation"]["sheet"]]
    measures = sheet.iter_rows(min_row=4, max_row=13, values_only=True)
    expected = _csv(kept, "access")[["before", "after", "change"]].to_numpy()
    assert [list(row[2:5]) for row in measures] == expected.tolist()


def test_the_document_holds_the_tables_of_the_page(shown: Shown, page: dict[str, Rows]) -> None:
    word = docx.Document(io.BytesIO(as_docx(shown.document, shown.pictures)))
    tables = [
        [[cell.text for cell in row.cells] for row in table.rows][1:]
        for table in word.tables
        if len(table.rows) > 1
    ]
    assert tables == list(page.values())
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert all(line in text for line in _running_text(shown.document).split("\n"))


def test_the_pages_for_print_hold_the_figures_of_the_page(
    shown: Shown, page: dict[str, Rows], tmp_path: Path
) -> None:
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext (poppler-utils) is not at hand to read a PDF")
    path = tmp_path / "briefing.pdf"
    path.write_bytes(as_pdf(shown.document, shown.pictures))
    done = subprocess.run(  # noqa: S603 - a reader found on the path, a file of our own
        [reader, "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    assert 2 <= done.stdout.count("\f") <= 4
    spaced = re.sub(r"\s+", " ", done.stdout)
    for name in ("picks", "access", "counties", "worst_off"):
        for cells in page[name]:
            for cell in cells[2:8]:
                assert re.sub(r"\s+", " ", cell).split(" - ")[0] in spaced or "-" in cell
