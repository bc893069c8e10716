"""The pages and tables of a comparison: `siting compare`."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from siting.common.files import telling, write_file
from siting.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Grid,
    Heading,
    Kind,
    Paragraph,
    Pictures,
)
from siting.report.formats.html import as_html
from siting.report.formats.xlsx import as_xlsx
from siting.report.maps.draw import as_png, draw_map
from siting.report.tables import columns, measured, place, records
from siting.report.words import LANGUAGES, localised, number, sort_key, texts
from siting.results.csv import as_csv
from siting.results.measures import MEASURES
from siting.results.result import Result
from siting.results.tables import ALIKE
from siting.studies.compare.study import PEOPLE, Comparison, difference

_MOVED = 10
"""So many municipalities that win most, and so many that lose most, on the page."""
_NARROW = 22
"""Width of columns on a terminal, where what is longer is broken."""
_DECIMAL = re.compile(r"-?\d+\.\d+")
"""A figure in a scenario; whole numbers stay as they are, since a name can look like one."""


def write_comparison(comparison: Comparison, folder: Path | str) -> list[Path]:
    """Write the comparison as HTML and XLSX in both languages, and its tables as CSV.

    Parameters
    ----------
    comparison : Comparison
        What `siting.compare` gave.
    folder : Path or str
        Where to write them; it is made if it is not there.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    folder = Path(folder)
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
    own = ("people", "scenarios", "picks", "measures")
    tables = {**{name: getattr(comparison, name) for name in own}, **comparison.regions}
    yield from ((f"{name}.csv", as_csv(table)) for name, table in tables.items())


def write_up(comparison: Comparison, language: str) -> Document:
    """Put a comparison into words and tables."""
    words = texts(language)["compare"]
    version = comparison.runs[0].manifest["versions"]["siting"]
    parts = (_overview, _scenarios, _picks, _measures)
    tables = [part(comparison, language) for part in parts]
    tables += [_regions(comparison, name, language) for name in comparison.regions]
    grids = {grid.name: grid for grid in tables}
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


def tell_comparison(comparison: Comparison, language: str = "en") -> Document:
    """Put into a few words and tables what differs, narrow enough for a terminal."""
    blocks = list(_warning(comparison, language))
    for grid in (part(comparison, language) for part in (_overview, _scenarios, _measures)):
        heads = [replace(head, width=_NARROW) for head in grid.columns if head.key != "title"]
        blocks.append(replace(grid, columns=heads))
    return Document(language, "", tuple(blocks))


def _warning(comparison: Comparison, language: str) -> Iterator[Block]:
    words = texts(language)["compare"]
    if comparison.obstacles:
        section = words["obstacles"]
        yield Heading(section["heading"])
        yield Paragraph(section["warning"], "warning")
        lines = (
            section["line"].format(where=fault.file, key=fault.key, value=fault.value)
            for fault in comparison.obstacles
        )
        yield Bullets(tuple(lines))


def _blocks(comparison: Comparison, grids: Mapping[str, Grid], language: str) -> Iterator[Block]:
    words = texts(language)["compare"]
    yield from _warning(comparison, language)
    for section in ("overview", "scenarios", "picks", "measures"):
        yield Heading(words["headings"][section])
        yield grids[section]
    yield Heading(words["headings"]["regions"])
    yield replace(grids["counties"], name="all_counties")
    yield replace(_moved(grids["fa_regions"], comparison), name="moved_fa_regions")
    for column in comparison.differences:
        yield from _extremes(grids["municipalities"], column, words["titles"])
    if names := _map_names(comparison):
        yield Heading(words["headings"]["maps"])
        section = words["alternatives"]
        yield Pictures(
            {name: section[name.split("-")[0]].format(run=run) for name, run in names.items()}
        )
    yield Paragraph(words["rests"], "small")


def _grid(
    name: str, heads: Iterable[Column], rows: Sequence[Mapping[str, Any]], language: str
) -> Grid:
    words = texts(language)["compare"]
    return Grid(name, words["titles"][name], list(heads), rows, words["notes"].get(name, ""))


def _columns(keys: Sequence[str], language: str) -> list[Column]:
    """Columns of other tables bear the same heading here, but where it is set in `compare`."""
    words = texts(language)
    return columns(keys, {**words["tables"], **words["compare"]["columns"]})


def _overview(comparison: Comparison, language: str) -> Grid:
    runs = comparison.runs
    table = comparison.people.astype(dict.fromkeys(PEOPLE, float)).assign(
        title=[localised(run.manifest, "title", language) for run in runs],
        status=[_status(run, language) for run in runs],
    )
    keys = ("run", "title", "status", "new_offices", "annual_cost_msek", *PEOPLE)
    return _grid("overview", _columns(keys, language), records(table), language)


def _status(run: Result, language: str) -> str:
    """In a word why the search ended, and the gap where it is more than the tolerance of proofs."""
    word: str = texts(language)["compare"]["status"][run.manifest["reason"]]
    gap = run.manifest["gap"]
    if run.manifest["status"] == "optimal" or gap is None:
        return word
    return f"{word} ({number(100 * gap, 4, language)} %)"


def _scenarios(comparison: Comparison, language: str) -> Grid:
    first, *others = comparison.names
    # No key of a scenario is a figure or one of these words.
    rows = records(comparison.scenarios.map(lambda text: _in_words(text, language)))
    rows = [{**row, **{name: _changed(row[first], row[name]) for name in others}} for row in rows]
    heads = (*_columns(["key"], language), *(Column(name, name) for name in comparison.names))
    return _grid("scenarios", heads, rows, language)


def _in_words(value: str, language: str) -> str:
    """The value of a key as the reader writes it: 54,5 for 54.5, yes for True."""
    words = texts(language)["common"]
    known = {"none": words["unset"], "True": words["yes"], "False": words["no"]}
    if _DECIMAL.fullmatch(value):
        digits = len(value.partition(".")[2].rstrip("0"))
        return number(float(value), digits, language)
    return str(known.get(value, value))


def _changed(old: str, new: str) -> str:
    return "=" if old == new else f"{old} → {new}"


def _picks(comparison: Comparison, language: str) -> Grid:
    names = list(comparison.names)
    ranks = comparison.picks[names].astype("string").fillna("")
    rows = [{**row, "locality": place(row)} for row in records(comparison.picks.assign(**ranks))]
    heads = _columns(["locality", "fa_region", "runs"], language)
    return _grid("picks", (*heads, *(Column(name, name) for name in names)), rows, language)


def _measures(comparison: Comparison, language: str) -> Grid:
    words, rows = texts(language), []
    values, changes = ("before", *comparison.names), comparison.differences
    for row in records(comparison.measures):
        measure = MEASURES[row["measure"]]
        cells = measured(row, measure.short + 1, values=values, changes=changes)
        name, sign = words["measures"][row["measure"]], words["measure_units"][measure.unit]
        rows.append({"measure": f"{name}, {sign}", **cells})
    heads = _columns(["measure", "before"], language)
    heads += [Column(*head, "figure") for head in _side_by_side(comparison).items()]
    return _grid("measures", heads, rows, language)


def _side_by_side(comparison: Comparison) -> dict[str, str]:
    """The first run, then each other with its difference beside it: columns and headings."""
    first, *others = comparison.names
    titles = {first: first}
    for name in others:
        titles |= {name: name, difference(name, first): f"{name} \N{MINUS SIGN} {first}"}
    return titles


def _regions(comparison: Comparison, name: str, language: str) -> Grid:
    table = comparison.regions[name]
    label = table.columns[1]
    heads = _columns([label, "population"], language)
    for column, title in _side_by_side(comparison).items():
        kind: Kind = "change" if column in comparison.differences else "number"
        heads.append(Column(column, title, kind, 1))
    order = sort_key(language)
    rows = sorted(records(table), key=lambda row: order(row[label]))
    return _grid(name, heads, rows, language)


def _moved(grid: Grid, comparison: Comparison) -> Grid:
    """Only the rows in which some run differs from the first."""
    rows = [row for row in grid.rows if any(abs(row[n]) >= ALIKE for n in comparison.differences)]
    return replace(grid, rows=rows)


def _extremes(grid: Grid, column: str, titles: Mapping[str, str]) -> Iterator[Grid]:
    """The municipalities that win and lose most in one run."""
    ordered = sorted(grid.rows, key=lambda row: row[column])
    heads = [head for head in grid.columns if head.key in {"municipality", "population", column}]
    chosen = {
        "winners": [row for row in ordered if row[column] <= -ALIKE][:_MOVED],
        "losers": [row for row in reversed(ordered) if row[column] >= ALIKE][:_MOVED],
    }
    key, run = hashlib.sha256(column.encode()).hexdigest()[:6], heads[-1].title
    for kind, rows in chosen.items():
        if rows:
            yield Grid(f"{kind}-{key}", titles[kind].format(run=run), heads, rows)


def _map_names(comparison: Comparison) -> dict[str, str]:
    """Each map with what stands above it: the picks of each run, then the differences.

    There are none of other countries than Sweden.
    """
    if any(run.outside_sweden for run in comparison.runs):
        return {}
    picks = {f"picks-{place}": name for place, name in enumerate(comparison.names)}
    return picks | {f"change-{place}": name for place, name in enumerate(comparison.differences, 1)}


def _maps(comparison: Comparison, language: str) -> dict[str, bytes]:
    """Maps as PNG: the picks of each run, and by how much each differs from the first."""
    drawn: dict[str, bytes] = {}
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
