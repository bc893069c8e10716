"""Write the golden tables anew, after a change of figures that was looked at and wanted."""

from pathlib import Path

from siting.pipeline import run
from siting.scenario_file import find_scenario, read_scenario

NAMES = ("remaining_offices", "announced_only", "fa_guarantee_only")

if __name__ == "__main__":
    for name in NAMES:
        folder = Path(__file__).parent / "golden" / name
        folder.mkdir(parents=True, exist_ok=True)
        result = run(read_scenario(find_scenario(name)), progress=lambda _: None)
        for table in ("sites", "access"):
            path = folder / f"{table}.csv"
            result.tables[table].to_csv(path, index=False, float_format="%.6f", lineterminator="\n")
