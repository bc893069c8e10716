"""What a run keeps to and rests on, as grids: limits, assumptions and input files."""

import re

from siting.inputs.sources import SHIPPED_OFFICES
from siting.report.blocks import Column, Figure, Grid
from siting.report.grids import columns
from siting.report.result import RunResult
from siting.report.wording import texts


def limits(result: RunResult, language: str) -> Grid:
    """How far each limit is used; money with a decimal, counts without.

    Parameters
    ----------
    result, language : RunResult, str
        The run; "sv" or "en".

    Returns
    -------
    Grid
        One row a limit: used, limit and slack.
    """
    words = texts(language)
    parts = ("used", "limit", "slack")
    rows = []
    for name, use in result.manifest["limits"].items():
        where = use.get("where", "") if name.startswith("phases") else ""
        money = name.endswith("_msek") or where.endswith("_budget")
        digits = 1 if money or any(use[part] % 1 for part in parts) else 0
        cells = {part: Figure(use[part], "number", digits) for part in parts}
        title = limit_name(name, language) + of_phase(where, language)
        rows.append({"limit_name": title, **cells})
    heads = [Column("limit_name", words["tables"]["limit_name"])]
    heads += [Column(part, words["tables"][part], "figure") for part in parts]
    return Grid("limits", words["brief"]["limits"]["title"], heads, rows)


def limit_name(key: str, language: str) -> str:
    """A limit in words; of a limit that stands several times, the later ones are numbered.

    Parameters
    ----------
    key, language : str, str
        As in the manifest, such as quotas_2; "sv" or "en".

    Returns
    -------
    str
        The key itself if there are no words for it.
    """
    kind, number_of = re.fullmatch(r"(.*?)(?:_(\d+))?", key).groups()  # type: ignore[union-attr] # it matches all
    name: str = texts(language)["limits"].get(kind, key)
    return f"{name} ({number_of})" if number_of else name


def of_phase(where: str, language: str) -> str:
    """Which limit of which phase it is.

    Parameters
    ----------
    where, language : str, str
        As in the manifest, such as "2021 opened_max"; "sv" or "en".

    Returns
    -------
    str
        To follow the name of the limit, in brackets; empty where it is of no phase.
    """
    phase, _, kind = where.rpartition(" ")
    return f" ({phase}, {texts(language)['phase_limits'][kind]})" if where else ""


def brought(result: RunResult) -> frozenset[str]:
    """What a run took from files of the user's: demand, offices, roads, times.

    Parameters
    ----------
    result : RunResult
        The run.

    Returns
    -------
    frozenset of str
        Such as an entry of the assumptions log is about.
    """
    scenario = result.manifest["scenario"]
    times = bool(scenario["travel_times"].get("file"))
    own = {
        "demand": bool(scenario["demand"].get("file")),
        "offices": scenario["offices"]["existing"] not in SHIPPED_OFFICES,
        "roads": times or scenario["network"]["source"] != "shipped",
        "times": times,
    }
    return frozenset(name for name, given in own.items() if given)


def assumptions(result: RunResult, log: list[dict[str, str]], language: str) -> Grid:
    """The assumptions that the run rests on, the worst rated first.

    Parameters
    ----------
    result, log, language : RunResult, list of dict of str to str, str
        The run; from `siting.inputs.assumptions.read_assumptions`; "sv" or "en".

    Returns
    -------
    Grid
        Without those about what the run took from files of the user's.
    """
    entries = [entry for entry in log if entry.get("about") not in brought(result)]
    words = texts(language)
    order = list(words["ratings"])
    ranked = sorted(entries, key=lambda entry: order.index(entry["rating"]))
    suffix = "_sv" if language == "sv" else ""
    keys = ("what", "value", "source", "effect")
    rows = [
        {key: entry[f"{key}{suffix}"] for key in keys}
        | {"rating": words["ratings"][entry["rating"]], "mark": entry["rating"]}
        for entry in ranked
    ]
    titles = words["tables"]
    heads = [Column("rating", titles["rating"], "mark"), *columns(list(keys), language)]
    brief = words["brief"]["assumptions"]
    return Grid("assumptions", brief["title"], heads, rows, brief["note"])


def inputs(result: RunResult, language: str) -> Grid:
    """Files with their checksums.

    Parameters
    ----------
    result, language : RunResult, str
        The run; "sv" or "en".

    Returns
    -------
    Grid
        SHA-256 of each file, by its name in the manifest.
    """
    found = result.manifest["inputs"].items()
    rows = [{"file": name, "checksum": checksum} for name, checksum in found]
    title = texts(language)["brief"]["repeat"]["inputs"]
    return Grid("inputs", title, columns(["file", "checksum"], language), rows)
