"""Write golden tables and the README's output anew, after a change that was looked at and wanted.

Call it as: python -m tests.write_golden
"""

from pathlib import Path

from siting.pipeline import run
from siting.report.result import RunResult
from siting.scenario_file import find_scenario, read_scenario
from tests.shown import FENCE, README, shown_by_run

NAMES = ("remaining_offices", "announced_only", "fa_guarantee_only")


def write_tables(result: RunResult) -> None:
    """Write the golden tables of one scenario."""
    folder = Path(__file__).parent / "golden" / result.name
    folder.mkdir(parents=True, exist_ok=True)
    for table in ("sites", "access"):
        path = folder / f"{table}.csv"
        result.tables[table].to_csv(path, index=False, float_format="%.6f", lineterminator="\n")


def write_readme(result: RunResult) -> None:
    """Put the output of the main scenario into the README."""
    before, _, after = README.read_text(encoding="utf-8").split(FENCE, 2)
    README.write_text(FENCE.join((before, f"{shown_by_run(result)}\n", after)), encoding="utf-8")


if __name__ == "__main__":
    results = {
        name: run(read_scenario(find_scenario(name)), progress=lambda _: None) for name in NAMES
    }
    for result in results.values():
        write_tables(result)
    write_readme(results["remaining_offices"])
