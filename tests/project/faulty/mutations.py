"""What can befall a table on its way through spreadsheets, mail and scripts; with a fixed seed."""

import io
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyogrio

from tests.project.faulty.case import Case, Row, changed, rows_of, text_of

_NO_NUMBERS = {  # what stands there, and what the remedy must say
    "tolv": "Write",
    "": "Write",
    "NaN": "Write",
    "12,5": "Write 12.5",
    "1 234": "Write 1234",
    "1e400": "Write",
    "12.5.1": "Write",
    "2019-01-02": "Write",
    "True": "Write",
    "#N/A": "Write",
}
_SAVE = "Save it as XLSX, or as 'CSV UTF-8' with commas"
_TRIED = 4
"""How many of these stand in each column of numbers; all do in some column of every table."""


@dataclass(frozen=True)
class Kind:
    """A kind of table, with a faultless example.

    Parameters
    ----------
    name : str
        Path of the file within the folder of a case.
    text : str
        The example.
    read : callable
        Reads the folder of a case.
    numbers : mapping of str to tuple of str
        Columns of numbers, each with numbers that are out of its range.
    labels : tuple of str
        Columns of texts that must not be empty.
    unique : tuple of str
        Columns in which no two rows may be alike.
    codes : tuple of str
        Columns of codes that begin with 0 in the first row.
    others : mapping of str to bytes
        Files beside it.
    may_be_empty : tuple of str
        Columns of numbers that may be empty or missing.
    forms : tuple of str
        Other endings that the reader knows.
    optional : tuple of str
        Columns that may be missing.
    """

    name: str
    text: str
    read: Callable[[Path], object]
    numbers: Mapping[str, tuple[str, ...]]
    labels: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    others: Mapping[str, bytes] = field(default_factory=dict)
    may_be_empty: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    def case(self, what: str, content: bytes | str, key: str, value: str = "", **more: str) -> Case:
        """A case with this content in place of the example."""
        whole = content if isinstance(content, bytes) else content.encode()
        files = {**self.others, self.name: whole}
        return Case(f"{self.name}: {what}", files, self.read, self.name, key, value, **more)


def mutations(kind: Kind) -> Iterator[Case]:
    """Every faulty input that is made of one kind of table."""
    rows = rows_of(kind.text)
    dice = random.Random(kind.name)  # noqa: S311 - a fixed seed, and no secret
    yield from _columns(kind, rows)
    yield from _cells(kind, rows, dice)
    yield from _structure(kind, rows, dice)
    yield from _encodings(kind)


def _columns(kind: Kind, rows: list[Row]) -> Iterator[Case]:
    needed = [*kind.labels, *(name for name in kind.numbers if name not in kind.may_be_empty)]
    for name in dict.fromkeys([*needed, *kind.codes, *kind.unique]):
        place = rows[0].index(name)
        if name not in kind.optional:
            short = [fields[:place] + fields[place + 1 :] for fields in rows]
            yield kind.case(f"no column {name}", text_of(short), f"column {name}", "missing")
        twice = [[*fields, fields[place]] for fields in rows]
        yield kind.case(f"column {name} twice", text_of(twice), f"column {name}", name)


def _cells(kind: Kind, rows: list[Row], dice: random.Random) -> Iterator[Case]:
    for name, off in kind.numbers.items():
        for value, remedy in dice.sample([*_NO_NUMBERS.items()], _TRIED):
            if value == "" and name in kind.may_be_empty:
                continue
            row = dice.randint(2, len(rows))
            content = text_of(changed(rows, row, name, value))
            key = f"row {row}, column {name}"
            yield kind.case(f"{name} = {value!r}", content, key, value, remedy=remedy)
        for value in off:
            row = dice.randint(2, len(rows))
            content = text_of(changed(rows, row, name, value))
            shown = value.removeprefix("-") if value.startswith("-") else value
            yield kind.case(f"{name} = {value}", content, f"row {row}, column", shown)
    for name in kind.labels:
        for value in dice.sample(["", "  "], 1):
            row = dice.randint(2, len(rows))
            content = text_of(changed(rows, row, name, value))
            yield kind.case(f"{name} = {value!r}", content, f"row {row}, column {name}")
    for name in kind.unique:
        first = rows[1][rows[0].index(name)]
        content = text_of(changed(rows, 3, name, first))
        yield kind.case(f"{name} twice", content, f"row 3, column {name}", first)
    for name in kind.codes:
        code = rows[1][rows[0].index(name)]
        for value in (code.lstrip("0"), f"{code.lstrip('0')}.0"):
            content = text_of(changed(rows, 2, name, value))
            key = f"row 2, column {name}"
            yield kind.case(f"{name} = {value}", content, key, value, remedy=f"Write {code}")
        content = text_of(changed(rows, 2, name, "9999x"))
        yield kind.case(f"{name} unknown", content, f"row 2, column {name}", "9999x")


def _structure(kind: Kind, rows: list[Row], dice: random.Random) -> Iterator[Case]:
    text, last = text_of(rows), len(rows)
    header, *lines = text.splitlines(keepends=True)
    row = dice.randint(2, last)
    if len(rows[0]) > 1:
        header_only = ";".join(rows[0]) + "\n" + "".join(lines)
        yield kind.case("semicolons in the header", header_only, "row 2", "")
        yield kind.case("tabs in the header", header_only.replace(";", "\t"), "row 2", "")
    yield kind.case("empty", b"", "file", "empty")
    yield kind.case("header only", header, "file", "no row below")
    yield kind.case("blank lines only", "\n\n\n", "row 1", "no header")
    yield kind.case("no header", "".join(lines), "column")
    short = [*lines]
    short[row - 2] = ",".join(rows[row - 1][:-1]) + "\n"
    shown = rows[row - 1][0].partition(",")[0]
    if not any("," in cell for cell in rows[row - 1]):
        yield kind.case("a field short", header + "".join(short), f"row {row}", shown)
    long = [*lines]
    long[row - 2] = long[row - 2].rstrip("\n") + ",5\n"
    yield kind.case(
        "a comma too many", header + "".join(long), f"row {row}", shown, remedy="decimal comma"
    )
    blank = [*lines]
    blank.insert(row - 2, "\n")
    yield kind.case("an empty row", header + "".join(blank), f"row {row}", "empty")
    opened = [*lines]
    opened[row - 2] = f'"{lines[row - 2]}'
    yield kind.case("a quote that opens", header + "".join(opened), f"row {row}", "quotation")
    closed = [*lines]
    closed[row - 2] = lines[row - 2].rstrip("\n") + '"\n'
    yield kind.case("a quote that closes", header + "".join(closed), f"row {row}", "quotation")
    yield kind.case("NUL", text.replace("\n", "\n\0", 1), "row 2", "NUL")
    yield kind.case("ESC", text.replace("\n", "\n\x1b[2J", 1), "row 2", "U+001B")
    yield kind.case("binary", bytes(range(1, 256)) * 4, "row")


def _encodings(kind: Kind) -> Iterator[Case]:
    text = kind.text
    for name in ("utf-16", "utf-16-le", "utf-16-be"):
        key = "file" if name == "utf-16" else "row 1"
        value = "UTF-16" if name == "utf-16" else "NUL"
        yield kind.case(name, text.encode(name), key, value, remedy=_SAVE)
    wide = text.rstrip("\n").replace("\n", "\nÅ", 1) if "," in text else text
    two = wide.encode("latin-1") + "é".encode()
    yield kind.case("latin-1 and UTF-8", two, "row 2", "Å", remedy=_SAVE)
    yield kind.case("cp850", wide.encode("cp850"), "row 2", "", remedy=_SAVE)


def in_other_forms(kind: Kind) -> Iterator[Case]:
    """Faults of workbooks, of Parquet and of files of a GIS, for readers that know them."""
    for form in kind.forms:
        name = f"{kind.name.removesuffix('.csv')}.{form}"
        other = Kind(name, kind.text, kind.read, kind.numbers, others=kind.others)
        table = pd.read_csv(io.StringIO(kind.text), dtype=str, keep_default_na=False)
        typed = table.assign(
            **{name: pd.to_numeric(table[name]) for name in kind.numbers if name in table}
        )
        # The positions of a GIS are no columns, and it counts rows without a header.
        at, positions = ("row 1", {"lon", "lat"}) if form == "geojson" else ("row 2", set())
        number = next((each for each in kind.numbers if each not in positions), None)
        contents = [*_codes_as_numbers(kind, table, typed)]
        contents += [] if number is None else _broken_numbers(number, table, typed)
        for what, frame, key, value, remedy in contents:
            # Truths are written as 1 and 0 there, and 2.5 is a number whatever was written.
            fine = form == "ods" and what in {"truths", "a comma"}
            if not fine and not (what == "a column short" and number in kind.optional):
                key = key.replace("row 2", at)  # noqa: PLW2901 - the same place
                yield other.case(what, as_bytes(frame, form), key, value, remedy=remedy)
        none = as_bytes(typed[:0], form)
        yield other.case("header only", none, "file", "empty" if form == "ods" else "no row")
        yield other.case("broken", b"PK\x03\x04 no workbook, PAR1 no Parquet", "file", "no table")
        yield other.case("empty", b"", "file", "no table")
        yield other.case("cut off", as_bytes(typed, form)[:-100], "file", "no table")


type _Content = tuple[str, pd.DataFrame, str, str, str]


def _broken_numbers(number: str, table: pd.DataFrame, typed: pd.DataFrame) -> list[_Content]:
    key = f"row 2, column {number}"
    mixed = table.assign(**{number: ["1,5", *["2.5"] * (len(table) - 1)]})
    return [
        ("a column short", typed.drop(columns=number), f"column {number}", "missing", "Add"),
        ("a text", table.assign(**{number: "tolv"}), key, "tolv", "Write"),
        ("a comma", mixed, key, "1,5", "Write 1.5"),
        ("no value", typed.assign(**{number: float("nan")}), key, "", ""),
        ("truths", typed.assign(**{number: True}), key, "True", "Write"),
    ]


def _codes_as_numbers(kind: Kind, table: pd.DataFrame, typed: pd.DataFrame) -> Iterator[_Content]:
    for code in kind.codes:
        bare = typed.assign(**{code: pd.to_numeric(table[code])})
        meant = table[code].iloc[0]
        said = f"row 2, column {code}", str(int(meant)), f"Write {meant}"
        yield ("codes as numbers", bare, *said)
        yield ("codes as floats", bare.astype({code: float}), *said)


def as_bytes(table: pd.DataFrame, form: str) -> bytes:
    """A table as a file."""
    out = io.BytesIO()
    if form in {"xlsx", "xlsm"}:
        table.to_excel(out, index=False, engine="openpyxl")
    elif form == "parquet":
        table.to_parquet(out, index=False)
    elif form == "geojson":
        return _geojson(table)
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"t.{form}"
            pyogrio.write_dataframe(table, path)
            return path.read_bytes()
    return out.getvalue()


def _geojson(table: pd.DataFrame) -> bytes:
    """Points with the other columns as their properties."""
    features = []
    for row in json.loads(table.to_json(orient="records")):
        place = [float(row.pop(name)) for name in ("lon", "lat")]
        geometry = {"type": "Point", "coordinates": place}
        features.append({"type": "Feature", "geometry": geometry, "properties": row})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()
