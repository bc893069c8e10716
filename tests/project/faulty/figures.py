"""costs.toml, speeds.toml, assumptions.toml, the data ledger and sweep files."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from siting.common.package import data_folder
from siting.inputs.assumptions import ASSUMPTIONS, assumed
from siting.inputs.costs import read_costs
from siting.inputs.ledger import LEDGER, check_data
from siting.network.speeds import read_speeds
from siting.studies.sweep.file import read_sweep
from tests.project.faulty.case import Case

_FIGURES = ("-1", '"x"', "nan", "inf", "true", "[]", "12,5")


def _figures(name: str, read: Callable[[Path], object], skip: tuple[str, ...]) -> Iterator[Case]:
    """Each figure of a file in turn, and each line with a figure left out."""
    text = (data_folder() / name).read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    table, done = "", set()
    for number, line in enumerate(lines):
        if line.startswith("["):
            table = line.partition("]")[0].lstrip("[")
        found = re.match(r"(\w+) = [-\d.]+", line)
        if not found or table.startswith(skip):
            continue
        key = f"{table}.{found[1]}"
        # One road class stands for all.
        if (kind := re.sub(r"class\.\w+", "class", key)) in done:
            continue
        done.add(kind)
        for value in _FIGURES:
            content = "".join([*lines[:number], f"{found[1]} = {value}\n", *lines[number + 1 :]])
            toml = value == "12,5"
            yield Case(
                f"{name}: {key} = {value}",
                {name: content.encode()},
                read,
                name,
                f"line {number + 1}" if toml else key,
                value.strip('"') if value not in ("true", "[]") else "",
                "Write 12.5" if toml else "",
            )
        content = "".join([*lines[:number], *lines[number + 1 :]])
        optional = ("waiting", "limit_km", "annual.msek_per_office")
        if not any(name in key for name in optional) and not key.endswith(".factor"):
            yield Case(f"{name}: no {key}", {name: content.encode()}, read, name, key, "missing")


def _costs() -> Iterator[Case]:
    yield from _figures("costs.toml", read_costs, ())
    text = (data_folder() / "costs.toml").read_text(encoding="utf-8")
    for old, new, key, value in (
        ("[annual]", "[anual]", "anual", "no such key"),
        ('rating = "red"', 'rating = "bad"', "rating", "bad"),
        ("[visits]", "[[visits]]", "visits", "visits"),
        ("staff = 1\n", "staff = 1.5\n", "office_types.flexi.staff", "1.5"),
        ("least_staff = 2 ", "least_staff = 0 ", "staff_rule.least_staff", "0"),
        ("people_per_staff =", "people =", "staff_rule.people", "no such key"),
    ):
        content = text.replace(old, new, 1).encode()
        yield Case(
            f"costs.toml: {new}", {"costs.toml": content}, read_costs, "costs.toml", key, value
        )
    yield from _broken("costs.toml", read_costs)


def _speeds(folder: Path) -> object:
    return [read_speeds(folder, name) for name in ("default", "winter")]


def _all_speeds() -> Iterator[Case]:
    yield from _figures("speeds.toml", _speeds, ())
    text = (data_folder() / "speeds.toml").read_text(encoding="utf-8")
    for old, new, key, value in (
        ('based_on = "default"', 'based_on = "nothing"', "network.speeds", "nothing"),
        ('based_on = "default"', 'based_on = "winter"', "network.speeds", "winter"),
        ("[default.access]", "[default.acces]", "default.acces", "no such key"),
        ("[default.access]", "[other.access]", "default", "access"),
        ("[default.class.unclassified]", "[default.class.unclassifyed]", "default", "unclassified"),
        ("factor = 0.9", "factor = 0", "winter.factor", "0"),
        ("kph = 100", "kmh = 100", "default.class.motorway.kmh", "no such key"),
        ("[default]\n", "winters = 3\n[default]\n", "winters", "3"),
    ):
        content = text.replace(old, new, 1).encode()
        name = f"speeds.toml: {new}"
        yield Case(name, {"speeds.toml": content}, _speeds, "speeds.toml", key, value)
    yield from _broken("speeds.toml", _speeds)


def _broken(name: str, read: Callable[[Path], object]) -> Iterator[Case]:
    contents = {"empty": b"", "Latin-1": "# Å".encode("latin-1"), "cut off": b"[a", "NUL": b"\0"}
    for what, content in contents.items():
        yield Case(f"{name}: {what}", {name: content}, read, name if what != "empty" else "", "")
    yield Case(f"{name}: not there", {f"{name}.bak": b""}, read, name, "file", "No such file")


def _check_data(folder: Path) -> object:
    """Check a data folder whose other files are those that ship."""
    whole = folder / "data"
    for path in data_folder().iterdir():
        if not (whole / path.name).exists() and not path.name.startswith("road_"):
            shutil.copy(path, whole)
    try:
        return check_data(whole)
    finally:
        for path in whole.iterdir():
            if path.read_bytes() == _shipped(path.name):
                path.unlink()


def _shipped(name: str) -> bytes:
    path = data_folder() / name
    return path.read_bytes() if path.is_file() else b""


def _assumptions() -> Iterator[Case]:
    text = (data_folder() / ASSUMPTIONS).read_text(encoding="utf-8")

    def read(folder: Path) -> object:
        return assumed(folder / ASSUMPTIONS, "drawn_offices")

    for what, content, key in (
        ("another id", text.replace('"drawn_offices"', '"offices"'), "drawn_offices"),
        ("no figures", re.sub(r"figures = .*\n", "", text), "drawn_offices"),
        ("figures as text", re.sub(r"figures = .*\n", 'figures = "1.75"\n', text), "drawn_offices"),
        ("no list", "assumption = 3\n", "assumption"),
        ("another list", "[[asumption]]\nid = 'a'\n", "assumption"),
    ):
        name = f"{ASSUMPTIONS}: {what}"
        yield Case(name, {ASSUMPTIONS: content.encode()}, read, ASSUMPTIONS, key)
    yield from _broken(ASSUMPTIONS, read)


def _ledger() -> Iterator[Case]:
    text = (data_folder() / LEDGER).read_text(encoding="utf-8")
    package = json.loads(text)
    first = package["resources"][0]
    contents = {
        "no JSON": (text[:-20], "file", "cannot be read"),
        "empty": ("", "file", "cannot be read"),
        "a list": ("[]", "resources", "no files"),
        "no resources": ('{"name": "x"}', "resources", "no files"),
        "a resource without a path": (
            json.dumps({**package, "resources": [{**first, "path": None}]}),
            "resources.0.path",
            "no text",
        ),
        "a resource that is none": (
            json.dumps({**package, "resources": [3]}),
            "resources.0.path",
            "no text",
        ),
    }
    for what, (content, key, value) in contents.items():
        name = f"{LEDGER}: {what}"
        yield Case(name, {f"data/{LEDGER}": content.encode()}, _check_data, LEDGER, key, value)


_SWEEP = """[sweep]
title = "t"
source = "s"
rationale = "r"
base = "base.toml"
[grid]
limits.new_offices_max = [1, 2]
"""
_BASE = '[scenario]\ntitle = "t"\nauthor = "a"\ndate = 2026-01-01\nsource = "s"\nrationale = "r"\n'


def _sweeps() -> Iterator[Case]:
    changes = (
        ('title = "t"\n', "", "sweep.title", "missing"),
        ('title = "t"', "title = 3", "sweep.title", "3"),
        ('base = "base.toml"\n', "", "sweep.base", "missing"),
        ('base = "base.toml"', 'base = "gone.toml"', "file", "gone.toml"),
        ('base = "base.toml"', 'base = "nothing"', "SCENARIO", "nothing"),
        ("[grid]\nlimits.new_offices_max = [1, 2]", "", "file", "[grid] or [[runs]]"),
        ("[1, 2]", "[]", "grid.limits.new_offices_max", "()"),
        ("[1, 2]", "3", "grid.limits.new_offices_max", "3"),
        ("[1, 2]", "[1, 1,5]", "runs", "new_offices_max=1"),
        ("[1, 2]", "[1, 2,5", "", ""),
        ("[1, 2]", "[1, 1]", "runs", "new_offices_max=1"),
        ("[grid]", "[gird]", "gird", "no such key"),
        ("[1, 2]", f"{list(range(20_000))}", "grid", "20,000 runs"),
        ("[1, 2]", f"{[[0]] * 101}\nlimits.min = {[0] * 100}", "grid", "10,100 runs"),
        ("[grid]", "[[runs]]\nset.limits.x = 1\n[grid]", "runs.0.name", "missing"),
        ("[grid]", '[[runs]]\nname = "a b/c"\n[grid]', "runs.0.name", "a b/c"),
        ("[grid]", '[[runs]]\nname = ".."\n[grid]', "runs.0.name", ".."),
        ("[grid]", '[[runs]]\nname = "a"\n[[runs]]\nname = "A"\n[grid]', "runs", "A"),
        ("[grid]", '[[runs]]\nname = "a"\nset = 3\n[grid]', "runs.0.set", "3"),
        ("[sweep]", "sweep = 3\n[sweeps]", "sweep", "3"),
    )
    for old, new, key, value in changes:
        files = {"s.toml": _SWEEP.replace(old, new, 1).encode(), "base.toml": _BASE.encode()}
        name = f"s.toml: {old[:20]!r} -> {new[:40]!r}"
        yield Case(name, files, lambda folder: read_sweep(folder / "s.toml"), "", key, value)
    yield from _broken("s.toml", lambda folder: read_sweep(folder / "s.toml"))


def figure_cases() -> Iterator[Case]:
    """All of this module."""
    yield from _costs()
    yield from _all_speeds()
    yield from _assumptions()
    yield from _ledger()
    yield from _sweeps()
