"""The pages and tables of a comparison: `siting compare`."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from siting.common.errors import Fault
from siting.common.files import telling, write_file
from siting.report.document import (
    ALIKE,
    Block,
    Bullets,
    Column,
    Document,
    Figure,
    Grid,
    Heading,
    Kind,
    Paragraph,
    Pictures,
)
from siting.report.formats.html import as_html
from siting.report.formats.xlsx import as_xlsx
from siting.report.maps.draw import as_png, draw_map
from siting.report.tables import UNITS, columns, place, records
from siting.report.words import LANGUAGES, localised, number, sort_key, texts
from siting.results.csv import as_csv
from siting.results.measures import MEASURES
from siting.results.result import Result
from siting.studies.compare.study import Comparison, difference

_MOVED = 10
"""So many municipalities that win most, and so many that lose most, on the page."""
_PEOPLE = ("people_shorter", "people_longer")
_DECIMAL = re.compile(r"-?\d+\.\d+")
"""A figure in a scenario; whole numbers stay as they are, since a name can look like one."""


def write_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Write the comparison as HTML and XLSX in both languages, and its tables as CSV."""
    with telling(folder, "--out"):
        folder.mkdir(parents=True, exist_ok=True)
    return [
        write_file(folder / name, content, option="--out") for name, content in _files(comparison)
    ]


def _files(comparison: Comparison) -> Iterator[tuple[str, bytes]]:
    for language in LANGUAGES:
        pictures = _maps(comparison, language)
        document = write_up(comparison, language)
        yield f"comparison.{language}.html", as_html(document, pictures)
        yield f"comparison.{language}.xlsx", as_xlsx(document, pictures)
    for name, table in _tables(comparison).items():
        yield f"{name}.csv", as_csv(table)


def _tables(comparison: Comparison) -> dict[str, pd.DataFrame]:
    """Every table by the name of its file."""
    own = ("people", "scenarios", "picks", "measures")
    return {**{name: getattr(comparison, name) for name in own}, **comparison.regions}


def write_up(comparison: Comparison, language: str) -> Document:
    """Put a comparison into words and tables."""
    words = texts(language)["compare"]
    version = comparison.runs[0].manifest["versions"]["siting"]
    grids = dict(_grids(comparison, language))
    return Document(
        language=language,
        title=words["title"],
        kicker=words["kicker"],
        subtitle=words["subtitle"].format(names=", ".join(comparison.names), version=version),
        publisher=texts(language)["common"]["publisher"].format(version=version),
        date=max(run.manifest["date"] for run in comparison.runs),
        key=hashlib.sha256("\n".join(comparison.names).encode()).hexdigest()[:12],
        blocks=tuple(_blocks(comparison, grids, language)),
        appendix={words["sheets"][name]: grid for name, grid in grids.items()},
    )


def _blocks(comparison: Comparison, grids: Mapping[str, Grid], language: str) -> Iterator[Block]:
    words = texts(language)["compare"]
    if comparison.obstacles:
        yield Heading(words["obstacles"]["heading"])
        yield Paragraph(words["obstacles"]["warning"], "warning")
        yield Bullets(tuple(_obstacle(fault, words) for fault in comparison.obstacles))
    for section in ("overview", "scenarios", "picks", "measures"):
        yield Heading(words["headings"][section])
        yield grids[section]
    yield Heading(words["headings"]["regions"])
    yield replace(grids["counties"], name="all_counties")
    yield replace(_moved(grids["fa_regions"], comparison), name="moved_fa_regions")
    for name in comparison.names[1:]:
        yield from _extremes(
            grids["municipalities"], difference(name, comparison.names[0]), language
        )
    if _mapped(comparison):
        yield Heading(words["headings"]["maps"])
        yield _pictures(comparison, language)
    yield Paragraph(words["rests"], "small")


def _obstacle(fault: Fault, words: Mapping[str, Any]) -> str:
    line: str = words["obstacles"]["line"]
    return line.format(where=fault.file, key=fault.key, value=fault.value)


def _grids(comparison: Comparison, language: str) -> Iterator[tuple[str, Grid]]:
    yield "overview", _overview(comparison, language)
    yield "scenarios", _scenarios(comparison, language)
    yield "picks", _picks(comparison, language)
    yield "measures", _measures(comparison, language)
    for name in comparison.regions:
        yield name, _regions(comparison, name, language)


def _grid(name: str, heads: list[Column], rows: Sequence[Mapping[str, Any]], language: str) -> Grid:
    words = texts(language)["compare"]
    return Grid(name, words["titles"][name], heads, rows, words["notes"].get(name, ""))


def _overview(comparison: Comparison, language: str) -> Grid:
    words = texts(language)["compare"]
    rows = []
    for row, run in zip(records(comparison.people), comparison.runs, strict=True):
        people = {key: float("nan") if pd.isna(row[key]) else row[key] for key in _PEOPLE}
        title, status = localised(run.manifest, "title", language), _status(run, language)
        rows.append({**row, **people, "title": title, "status": status})
    heads = [Column(key, words["columns"][key]) for key in ("run", "title", "status")]
    heads.append(Column("new_offices", words["columns"]["new_offices"], "whole"))
    heads.append(Column("annual_cost_msek", words["columns"]["annual_cost_msek"], "number", 1))
    heads += [Column(key, words["columns"][key], "whole") for key in _PEOPLE]
    return _grid("overview", heads, rows, language)


def _status(run: Result, language: str) -> str:
    """In a word why the search ended, and the gap where it is more than the tolerance of proofs."""
    word: str = texts(language)["compare"]["status"][run.manifest["reason"]]
    gap = run.manifest["gap"]
    if run.manifest["status"] == "optimal" or gap is None:
        return word
    return f"{word} ({number(100 * gap, 4, language)} %)"


def _scenarios(comparison: Comparison, language: str) -> Grid:
    first, *others = comparison.names
    told = [
        {key: value if key == "key" else _in_words(value, language) for key, value in row.items()}
        for row in records(comparison.scenarios)
    ]
    rows = [{**row, **{name: _changed(row[first], row[name]) for name in others}} for row in told]
    heads = [Column("key", texts(language)["compare"]["columns"]["key"])]
    return _grid("scenarios", [*heads, *(Column(n, n) for n in comparison.names)], rows, language)


def _in_words(value: str, language: str) -> str:
    """The value of a key as the reader writes it: 54,5 for 54.5, yes for True."""
    words = texts(language)["common"]
    known = {"none": words["unset"], "True": words["yes"], "False": words["no"]}
    if _DECIMAL.fullmatch(value):
        digits = len(value.partition(".")[2].rstrip("0"))
        return number(float(value), digits, language)
    word: str = known.get(value, value)
    return word


def _changed(old: str, new: str) -> str:
    return "=" if old == new else f"{old} → {new}"


def _picks(comparison: Comparison, language: str) -> Grid:
    rows = []
    for row in records(comparison.picks):
        ranks = {n: "" if pd.isna(row[n]) else str(row[n]) for n in comparison.names}
        rows.append({**row, **ranks, "locality": place(row)})
    heads = [*columns(["locality", "fa_region"], language)]
    heads.append(Column("runs", texts(language)["compare"]["columns"]["runs"], "whole"))
    return _grid("picks", [*heads, *(Column(n, n) for n in comparison.names)], rows, language)


def _measures(comparison: Comparison, language: str) -> Grid:
    words, rows = texts(language), []
    for row in records(comparison.measures):
        unit_key = MEASURES.get(row["measure"], "minutes")
        (plain, change), digits = UNITS[unit_key]
        cells = {n: Figure(row[n], plain, digits + 1) for n in ("before", *comparison.names)}
        cells |= {n: Figure(row[n], change, digits + 1) for n in comparison.differences}
        unit = words["measure_units"][unit_key]
        rows.append({"measure": f"{words['measures'][row['measure']]}, {unit}", **cells})
    heads = columns(["measure"], language)
    heads.append(Column("before", words["compare"]["columns"]["before"], "figure"))
    heads += [Column(n, _minus(n, comparison), "figure") for n in _side_by_side(comparison)]
    return _grid("measures", heads, rows, language)


def _side_by_side(comparison: Comparison) -> list[str]:
    """The first run, then each other with its difference beside it."""
    pairs = zip(comparison.names[1:], comparison.differences, strict=True)
    return [comparison.names[0], *(name for pair in pairs for name in pair)]


def _regions(comparison: Comparison, name: str, language: str) -> Grid:
    table = comparison.regions[name]
    label = table.columns[1]
    heads = columns([label, "population"], language)
    for column in _side_by_side(comparison):
        kind: Kind = "change" if column in comparison.differences else "number"
        heads.append(Column(column, _minus(column, comparison), kind, 1))
    order = sort_key(language)
    rows = sorted(records(table), key=lambda row: order(row[label]))
    return _grid(name, heads, rows, language)


def _minus(column: str, comparison: Comparison) -> str:
    """The heading of a column, with a true minus where it is a difference."""
    if column not in comparison.differences:
        return column
    return (
        f"{column.removesuffix(f' - {comparison.names[0]}')} \N{MINUS SIGN} {comparison.names[0]}"
    )


def _moved(grid: Grid, comparison: Comparison) -> Grid:
    """Only the rows in which some run differs from the first."""
    rows = [row for row in grid.rows if any(abs(row[n]) >= ALIKE for n in comparison.differences)]
    return replace(grid, rows=rows)


def _extremes(grid: Grid, column: str, language: str) -> Iterator[Grid]:
    """The municipalities that win and lose most in one run."""
    words = texts(language)["compare"]
    ordered = sorted(grid.rows, key=lambda row: row[column])
    heads = [head for head in grid.columns if head.key in {"municipality", "population", column}]
    chosen = {
        "winners": [row for row in ordered if row[column] <= -ALIKE][:_MOVED],
        "losers": [row for row in reversed(ordered) if row[column] >= ALIKE][:_MOVED],
    }
    key, run = hashlib.sha256(column.encode()).hexdigest()[:6], heads[-1].title
    for kind, rows in chosen.items():
        if rows:
            yield Grid(f"{kind}-{key}", words["titles"][kind].format(run=run), heads, rows)


def _pictures(comparison: Comparison, language: str) -> Pictures:
    words = texts(language)["compare"]
    names = _map_names(comparison)
    labels = {
        name: words["alternatives"][name.partition("-")[0]].format(run=run)
        for name, run in names.items()
    }
    return Pictures(tuple(names), labels)


def _mapped(comparison: Comparison) -> bool:
    """Whether maps can be drawn: of Sweden they can."""
    return not any(run.outside_sweden for run in comparison.runs)


def _map_names(comparison: Comparison) -> dict[str, str]:
    """Each map with what stands above it: the picks of each run, then the differences."""
    picks = {f"picks-{place}": name for place, name in enumerate(comparison.names)}
    return picks | {f"change-{place}": name for place, name in enumerate(comparison.differences, 1)}


def _maps(comparison: Comparison, language: str) -> dict[str, bytes]:
    """Maps as PNG: the picks of each run, and by how much each differs from the first."""
    drawn: dict[str, bytes] = {}
    if not _mapped(comparison):
        return drawn
    for name, title in _map_names(comparison).items():
        kind, place = name.split("-")
        run = comparison.runs[int(place)]
        if kind == "change":
            run = _held_against(run, comparison.runs[0])
        figure = draw_map(run, kind, language)
        figure.texts[0].set(text=title, parse_math=False)
        drawn[name] = as_png(figure)
    return drawn


def _held_against(run: Result, first: Result) -> Result:
    """A run whose state before is the first run's answer, so that a map shows the difference."""
    mine, theirs = run.tables["municipalities"], first.tables["municipalities"]
    means = mine["municipality_code"].map(theirs.set_index("municipality_code")["mean_after"])
    tables = {**run.tables, "municipalities": mine.assign(mean_before=means)}
    return replace(run, tables=tables)
