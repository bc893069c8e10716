"""Make the results of every shipped scenario anew: `make results`."""

from collections.abc import Iterator
from pathlib import Path

from siting.aside import write_file
from siting.pipeline import run
from siting.report.brief import write_briefing
from siting.report.overview import overview
from siting.report.result import RunResult
from siting.report.write import write_result
from siting.scenario_file import read_scenario
from siting.shipped import data_folder, scenario_folder


def make_results(results: Path) -> Iterator[Path]:
    """Run every shipped scenario and write its results, and the table of them all.

    Parameters
    ----------
    results : Path
        Folder of all results; those of the same names in it are replaced.

    Yields
    ------
    Path
        Each result's folder when it is there, and README.md last.

    Raises
    ------
    SitingError
        If a shipped scenario has no answer.
    """
    made: list[RunResult] = []
    for path in sorted(scenario_folder().glob("*.toml")):
        result = run(read_scenario(path), progress=lambda _: None)
        folder = write_result(result, results)
        write_briefing(result, folder, data_folder())
        made.append(result)
        yield folder
    readme = results / "README.md"
    yield write_file(readme, overview(made).encode())


if __name__ == "__main__":
    for written in make_results(Path("results")):
        print(written)  # noqa: T201 - progress of a make target
