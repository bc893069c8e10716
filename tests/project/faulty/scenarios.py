"""Scenario files and --set: every key of every table, with values that it cannot have."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from siting.common.errors import InputError
from siting.pipeline.prepare import check
from siting.scenario.file import read_scenario
from siting.scenario.schema import json_schema
from tests.project.faulty.case import Case

HEAD = {"title": '"t"', "author": '"a"', "date": "2026-01-01", "source": '"s"', "rationale": '"r"'}
_NULLIA = Path(__file__).parents[3] / "docs" / "examples" / "nullia"
# By type in the schema: what stands there, and what a fault must show of it.
_WRONG: Mapping[str, tuple[tuple[str, str], ...]] = {
    "string": (("3", "3"), ("true", "True"), ('""', ""), ("[1]", "1"), ("0.5", "0.5")),
    "integer": (
        ("2.5", "2.5"),
        ('"3"', "3"),
        ("true", "True"),
        ("-1", "-1"),
        ("1" + "0" * 12, "1"),
    ),
    "number": (
        ('"12,5"', "12,5"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("true", "True"),
        ("1e300", "1"),
    ),
    "boolean": (("1", "1"), ('"yes"', "yes"), ("0.0", "0")),
    "array": (("3", "3"), ('"x"', "x"), ("{a = 1}", "a"), ("[[1]]", "1")),
    "object": (("3", "3"), ("[]", ""), ('"x"', "x"), ("{a = -1}", "-1")),
    "enum": (('"zzz"', "zzz"), ("3", "3"), ("[]", "")),
    "date": (('"2026-01-01"', "2026-01-01"), ("3", "3"), ("2026-01-01T10:00:00", "2026")),
}
_NO_TOML = {
    "a decimal comma": ("[limits]\nannual_budget_msek = 12,5\n", "12,5", "Write 12.5"),
    "a decimal comma in braces": (
        "[objective]\ntargets = [{ share = 0,9, within_minutes = 45 }]\n",
        "0,9",
        "Write 0.9",
    ),
    "a code without quotes": ("[area]\nmunicipalities = [0114]\n", "0114", 'Write "0114"'),
    "a text without quotes": ("[demand]\nweight = population\n", "population", "quotes"),
    "a lost quote": ('[offices]\nexisting = "offices\n', "existing", "quotation mark"),
    "a key twice": ("[limits]\nspacing_km = 1\nspacing_km = 2\n", "spacing_km", "key = value"),
    "a table twice": (
        "[limits]\n[limits] # again\n",
        "limits",
        "The table [limits] appears twice: put these keys under the one that is there.",
    ),
    "a bracket short": ("[limits\n", "limits", "key = value"),
    "a colon": ("[limits]\nspacing_km: 3\n", "spacing_km", "key = value"),
    "a date that is none": ("[a]\nb = 2026-13-41\n", "2026-13-41", "key = value"),
    "a control sign": ('[a]\nb = "\x01"\n', "", ""),
}


def _read(folder: Path, *overrides: str) -> None:
    file = read_scenario(folder / "mine.toml", overrides)
    if file.faults:
        raise InputError(file.faults)


def _case(what: str, content: str | bytes, key: str, value: str = "", remedy: str = "") -> Case:
    whole = content if isinstance(content, bytes) else content.encode()
    return Case(f"mine.toml: {what}", {"mine.toml": whole}, _read, "mine.toml", key, value, remedy)


def _head(**changes: str | None) -> str:
    keys = {**HEAD, **changes}
    lines = [f"{key} = {value}\n" for key, value in keys.items() if value is not None]
    return "[scenario]\n" + "".join(lines)


def _kind_of(schema: Mapping[str, Any]) -> str:
    kinds = [part for part in schema.get("anyOf", [schema]) if part.get("type") != "null"]
    part = kinds[0]
    if "enum" in part or "const" in part:
        return "enum"
    if part.get("format") == "date":
        return "date"
    return str(part.get("type", "object"))


def keys_by_kind() -> Iterator[tuple[str, str, str]]:
    """Each table and key of the schema with its kind; lists of tables are left to others."""
    schema = json.loads(json_schema())
    for table, reference in schema["properties"].items():
        name = str(reference.get("$ref", "")).rpartition("/")[2]
        for key, part in schema["$defs"].get(name, {}).get("properties", {}).items():
            yield table, key, _kind_of(part)


def _wrong_values() -> Iterator[Case]:
    for table, key, kind in keys_by_kind():
        for number, (value, shown) in enumerate(_WRONG[kind]):
            lines = (
                _head(**{key: value}) if table == "scenario" else f"[{table}]\n{key} = {value}\n"
            )
            text = lines if table == "scenario" else _head() + lines
            place = f"{table}.{key}"
            yield _case(f"{place} = {value}", text, place, shown)
            if number % 2 == 0 and value not in ("{a = -1}", "2026-01-01T10:00:00"):
                yield _override(f"{place}={value}", place, shown)
        wrong = f"{key}x"
        base = (
            _head(**{wrong: "1"}) if table == "scenario" else f"{_head()}[{table}]\n{wrong} = 1\n"
        )
        yield _case(f"{table}.{wrong}", base, f"{table}.{wrong}", "no such key", "Did you mean")


def _override(text: str, key: str, value: str = "", remedy: str = "") -> Case:
    return Case(
        f"--set: {text}",
        {"mine.toml": _head().encode(), "override": text.encode()},
        lambda folder: _read(folder, (folder / "override").read_text(encoding="utf-8")),
        "--set",
        key,
        value,
        remedy,
    )


def _overrides() -> Iterator[Case]:
    for text in ("limits", "limits.=3", "new_offices_max=3", "=3", "", "limits.new_offices_max"):
        yield _override(text, "override", text, "table.key=value")
    yield _override("limits.new_offices_max=3,5", "limits.new_offices_max", "3,5", "Write 3.5")
    yield _override("limits.spacing_km=12,5", "limits.spacing_km", "12,5", "Write 12.5")
    for share, meant in (("90", "0.9"), ("12.5", "0.125")):
        text = f"objective.targets=[{{share = {share}, within_minutes = 30}}]"
        remedy = f"Write {meant}: a share is from 0 to 1. It means"
        yield _override(text, "objective.targets.0.share", share, remedy)
    yield _override("limit.spacing_km=1", "limit", "no such key", "limits")
    yield _override("limits.spacing=1", "limits.spacing", "no such key", "spacing_km")
    yield _override("limits.max_minutes=3\nx = 4", "limits.max_minutes", "3")
    yield _override("limits.max_minutes=" + "[" * 5000, "limits.max_minutes", "[[")
    yield _override("limits.max_minutes=" + "9" * 5000, "limits.max_minutes", "999")
    yield _override("area.counties=[1]", "area.counties.0", "1", "quotes")


def _whole_files() -> Iterator[Case]:
    for name in HEAD:
        yield _case(f"no {name}", _head(**{name: None}), f"scenario.{name}", "missing", "Add")
    for name, (text, value, remedy) in _NO_TOML.items():
        yield _case(name, _head() + text, "line", value, remedy)
    yield _case("UTF-16", _head().encode("utf-16"), "file", "UTF-8")
    yield _case("Latin-1", _head(title='"Å"').encode("latin-1"), "file", "UTF-8")
    yield _case("NUL", _head() + "\0", "line")
    escape = _head().replace('title = "', 'title = "\\u001b[2J')
    yield _case("a command to the terminal", escape, "scenario.title", "U+001B")
    yield _case("empty", "", "scenario", "missing", "Add")
    yield _case("deep", "a = " + "[" * 5000, "file")
    yield _case("a number without end", f"a = {'9' * 5000}", "file", "valid TOML")
    yield _case("another file", "<html></html>", "line", "html")
    for table in json.loads(json_schema())["properties"]:
        yield _case(
            f"{table} = 3", f"{table} = 3\n" + _head(), table if table != "scenario" else ""
        )
        yield _case(f"[{table}s]", f"{_head()}[{table}z]\n", f"{table}z", "no such key", "mean")


_TOGETHER = {  # a text, and the key and value that have to be named
    "coverage alone": ('[objective]\nkind = "coverage"\n', "objective", "within_minutes"),
    "coverage with a text": (
        '[objective]\nkind = "coverage"\nwithin_minutes = "45"\n',
        "objective.within_minutes",
        "45",
    ),
    "cost alone": ('[objective]\nkind = "cost"\n', "objective", "targets"),
    "nothing in order": ('[objective]\nkind = "lexicographic"\n', "objective", "order"),
    "closing": ("[closing]\nmin = 3\nmax = 2\n", "closing", "greater"),
    "closing text": ('[closing]\nmin = 3\nmax = "9"\n', "closing.max", "9"),
    "a quota of nothing": (
        '[[limits.quotas]]\ngroup = "county"\nlabels = ["01"]\n',
        "limits.quotas.0",
        "min or max",
    ),
    "a quota of none": (
        '[[limits.quotas]]\ngroup = "county"\nlabels = []\nmin = 1\n',
        "limits.quotas.0.labels",
        "",
    ),
    "a group": (
        '[[limits.quotas]]\ngroup = "land"\nlabels = ["01"]\nmin = 1\n',
        "limits.quotas.0.group",
        "land",
    ),
    "a label as a number": (
        '[[limits.quotas]]\ngroup = "county"\nlabels = [1]\nmin = 1\n',
        "limits.quotas.0.labels.0",
        "1",
    ),
    "a share": (
        '[objective]\nkind = "cost"\ntargets = [{share = 90, within_minutes = 45}]\n',
        "objective.targets.0.share",
        "90",
    ),
    "a target without time": (
        '[objective]\nkind = "cost"\ntargets = [{share = 0.9}]\n',
        "objective.targets.0.within_minutes",
        "missing",
    ),
    "a stage": (
        '[objective]\nkind = "lexicographic"\norder = [{kind = "best"}]\n',
        "objective.order.0.kind",
        "best",
    ),
    "a stage of coverage": (
        '[objective]\nkind = "lexicographic"\norder = [{kind = "coverage"}]\n',
        "objective.order.0",
        "within_minutes",
    ),
    "a phase without a name": ("[[phases]]\nyears = 1\n", "phases.0.name", "missing"),
    "a phase of no years": ('[[phases]]\nname = "a"\nyears = 0\n', "phases.0.years", "0"),
    "phases as a table": ('[phases]\nname = "a"\n', "phases", "a"),
    "a kind's number": ("[office_types]\nmin = {small = 1.5}\n", "office_types.min.small", "1.5"),
    "a gap of 1": ("[solver]\ngap = 1\n", "solver.gap", "1"),
    "no threads": ("[solver]\nthreads = 0\n", "solver.threads", "0"),
}


def _together() -> Iterator[Case]:
    """Keys that are right by themselves and wrong together, or within lists of tables."""
    for name, (text, key, value) in _TOGETHER.items():
        yield _case(name, _head() + text, key, value)


_GONE = {
    "demand.file": "gone.csv",
    "candidates.file": "gone.xlsx",
    "offices.existing": "gone.parquet",
    "regions.file": "gone.csv",
}
_ZERO = "Write 01: codes are written with their zeros."


_NAMED: Mapping[str, tuple[str, str, str]] = {
    'offices.open=["Eastbai"]': ("offices.open", "Eastbai", "Eastbay"),
    'offices.open=["westhafen"]': ("offices.open", "westhafen", "Westhaven"),
    'offices.open=["4"]': ("offices.open", "4", "Write 04"),
    'offices.any_of=["Westhafen"]': ("offices.any_of", "Westhafen", "Westhaven"),
    'offices.any_of=["1"]': ("offices.any_of", "1", _ZERO),
    "offices.any_of=[1]": ("offices.any_of.0", "1", ""),
    'offices.shut=["k9"]': ("offices.shut", "k9", ""),
    'offices.shut=["Eastbay"]': ("offices.shut", "Eastbay", ""),
    'offices.shut=["Midvale offise"]': ("offices.shut", "offise", "Midvale office"),
    'closing.keep=["k9"]': ("closing.keep", "k9", ""),
    'candidates.include=["p99"]': ("candidates.include", "p99", ""),
    'candidates.exclude=["Eastbay"]': ("candidates.exclude", "Eastbay", "one of the two"),
    'candidates.exclude=["Nowhere"]': ("candidates.exclude", "Nowhere", ""),
    'candidates.exclude=["Westhafen"]': ("candidates.exclude", "Westhafen", "Westhaven"),
    'candidates.exclude=["2"]': ("candidates.exclude", "2", "Write 02"),
    "candidates.min_population=5": ("candidates.min_population", "5", "Leave"),
    'area.counties=["D"]': ("area.counties", "D", "regions.csv"),
    'area.municipalities=["1"]': ("area.municipalities", "1", _ZERO),
    'area.municipalities=["Westhafen"]': ("area.municipalities", "Westhafen", "Westhaven"),
    "network.speeds=fast": ("network.speeds", "fast", "Known"),
    "network.speeds.primry=80": ("network.speeds.primry", "80", "primary"),
    "network.speeds.primary=50 mph": ("network.speeds.primary", "50 mph", "50 mph are 80"),
    "network.speeds.primary=-80": ("network.speeds.primary", "-80", "km/h"),
    "network.speeds.primary=0": ("network.speeds.primary", "0", "km/h"),
    "network.speeds.limits.factor=0.8": ("network.speeds.limits", "default", "limits"),
    "costs.annual.msek_per_staff=700000": ("msek_per_staff", "700000", "0.7 is 700,000"),
    "costs.annual.msek_per_staff=0.8 MSEK": ("msek_per_staff", "0.8 MSEK", "MSEK"),
    "costs.one_off.msek_per_office=-2": ("msek_per_office", "-2", "MSEK"),
    "costs.staff_rule.people_per_staff=0": ("people_per_staff", "0", "People"),
    "costs.office_types.large.staff=8": ("costs.office_types.large.annual_msek", "", "Add"),
    "costs.per_staff=1": ("costs.per_staff", "1", "Known"),
    "network.source=gone.graphml": ("network.source", "gone.graphml", "path"),
    "travel_times.file=gone.csv": ("travel_times.file", "gone.csv", "path"),
    "network.source=demand.csv": ("network.source", "demand.csv", ".graphml"),
    "travel_times.file=offices.csv": ("column minutes", "missing", "Add"),
    'demand.file="a\\u0000b.csv"': ("", "U+0000", ""),
    "regions.file=nullia.toml": ("column municipality_code", "missing", "Add"),
    "demand.weight=age_75_plus": ("demand.weight", "age_75_plus", "column people"),
    "limits.fa_region_guarantee=true": ("fa_region_guarantee", "fa_region", "columns"),
    'office_types.use=["tiny"]': ("office_types.use", "tiny", "Known"),
    "office_types.max={small = 3}": ("office_types.max", "small", "Known"),
    'limits.quotas=[{group = "county", labels = ["Z"], min = 1}]': (
        "limits.quotas.0.labels",
        "Z",
        "",
    ),
    'limits.quotas=[{group = "municipality", labels = ["Westhafen"], min = 1}]': (
        "limits.quotas.0.labels",
        "Westhafen",
        "Westhaven",
    ),
    'limits.quotas=[{group = "category", labels = ["seats"], min = 1}]': (
        "limits.quotas.0.labels",
        "seats",
        "seat",
    ),
    'limits.quotas=[{group = "municipality", labels = ["1"], min = 1}]': (
        "limits.quotas.0.labels",
        "1",
        _ZERO,
    ),
}
"""What a scenario of the example country may be told to name, with key, value and remedy."""


def _named_things() -> Iterator[Case]:
    """Names that mean nothing, in the example country; these go through siting check."""
    base = (_NULLIA / "nullia.toml").read_text(encoding="utf-8")
    files = {path.name: path.read_bytes() for path in _NULLIA.iterdir() if path.name != "README.md"}
    gone = {f"{key}={name}": (key, name, "relative to the") for key, name in _GONE.items()}
    changes = {**gone, **_NAMED}
    for text, (key, value, remedy) in changes.items():
        yield Case(
            f"nullia.toml: {text}",
            {**files, "nullia.toml": base.encode(), "override": text.encode()},
            lambda folder: check(
                read_scenario(
                    folder / "nullia.toml", [(folder / "override").read_text(encoding="utf-8")]
                )
            ),
            "",
            key,
            value,
            remedy,
        )


def scenario_cases() -> Iterator[Case]:
    """All of this module."""
    yield from _whole_files()
    yield from _wrong_values()
    yield from _together()
    yield from _overrides()
    yield from _named_things()
