"""The table of all shipped scenarios, as it stands in results/README.md."""

from collections.abc import Iterable

from siting.report.result import RunResult
from siting.report.wording import number, percent, whole

_HEAD = """\
# Results of the shipped scenarios

Made by `make results`; a test fails when they drift from the code. Minutes are those of one trip
per resident to the nearest office, one way; costs are assumptions. Each folder holds the tables
(CSV), the manifest, the briefing and its maps. The long table of demand points
(assignment.parquet) is not kept here: `siting run NAME` makes it, and only the GeoPackage and the
numbers of people in a comparison need it. Texts in a CSV that begin with = + - @ have an apostrophe
in front, so that no spreadsheet takes them for formulas; `siting.report.result.read_result` takes
it away again.

"""
_COLUMNS = (
    "Scenario",
    "Answer",
    "New offices",
    "MSEK a year",
    "Mean before, min",
    "Mean after, min",
    "Within 45 min before, %",
    "Within 45 min after, %",
    "Beyond 60 min after, people",
    "Briefing",
)


def overview(results: Iterable[RunResult]) -> str:
    """Markdown with one row a result.

    Parameters
    ----------
    results : iterable of RunResult
        In the order of the rows.

    Returns
    -------
    str
        The table, with its line ends.
    """
    rows = [_COLUMNS, tuple("---" for _ in _COLUMNS), *map(_row, results)]
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(result: RunResult) -> tuple[str, ...]:
    manifest = result.manifest
    measures = result.tables["access"].set_index("measure").to_dict("index")
    mean, share = measures["mean"], measures["share45"]
    briefings = [f"[{code}]({result.name}/briefing.{code}.html)" for code in ("sv", "en")]
    return (
        f"[{manifest['scenario']['scenario']['title']}]({result.name}/sites.csv)",
        str(manifest["status"]),
        whole(len(result.tables["sites"]), "en"),
        number(manifest["cost"]["annual_msek"], 1, "en"),
        number(mean["before"], 2, "en"),
        number(mean["after"], 2, "en"),
        percent(share["before"], 1, "en"),
        percent(share["after"], 1, "en"),
        whole(manifest["summary"]["people_beyond_60_after"], "en"),
        " ".join(briefings),
    )
