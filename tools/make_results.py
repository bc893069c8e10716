"""Make the results of every shipped scenario anew: `make results`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from siting.common.files import write_file
from siting.common.package import data_folder, scenario_folder
from siting.pipeline.run import run
from siting.report.words import number, percent, whole
from siting.report.write import write_briefing
from siting.results.result import Result
from siting.results.write import write_result
from siting.scenario.file import read_scenario
from siting.studies.companions import trust_by_language

SAMPLE = "remaining_offices"
"""The scenario whose briefing is kept, so that it can be read without running anything."""
_HEAD = f"""\
# Results of the shipped scenarios

Made by `make results`; a test fails when they drift from the code. Minutes are those of one trip
per resident to the nearest office, one way; costs are assumptions. Each folder holds the tables
(CSV) and the manifest. As a sample the briefing of the main question is kept, in
[Swedish]({SAMPLE}/briefing.sv.html) and [English]({SAMPLE}/briefing.en.html);
`siting brief results/NAME` makes any other, with its maps. The long table of demand points
(assignment.parquet) is not kept: `siting run NAME` makes it, and only the GeoPackage and the
numbers of people in a comparison need it. Texts in a CSV that begin with = + - @ have an apostrophe
in front, so that no spreadsheet takes them for formulas; `siting.read_result` takes it away again.

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
)


def overview(results: Iterable[Result]) -> str:
    """Markdown with one row a result, in their order."""
    rows = [_COLUMNS, tuple("---" for _ in _COLUMNS), *map(_row, results)]
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(result: Result) -> tuple[str, ...]:
    manifest = result.manifest
    measures = result.tables["access"].set_index("measure").to_dict("index")
    mean, share = measures["mean"], measures["share45"]
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
    )


def make_results(results: Path) -> Iterator[Path]:
    """Run every shipped scenario and give each folder written, and README.md, the table of all."""
    made: list[Result] = []
    for path in sorted(scenario_folder().glob("*.toml")):
        result = run(read_scenario(path), progress=lambda _: None)
        folder = write_result(result, results)
        write_briefing(result, folder, data_folder(), trust=trust_by_language(result, folder))
        made.append(result)
        yield folder
    readme = results / "README.md"
    yield write_file(readme, overview(made).encode())


if __name__ == "__main__":
    for written in make_results(Path("results")):
        print(written)  # noqa: T201 - progress of a make target
