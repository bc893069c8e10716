"""Time and memory of the main scenario, with a cold and a warm cache: make bench."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_KIB_PER_MIB = 1024
_WARM_RUNS = 3


def _run(cache: Path, results: Path, *options: str) -> dict[str, float]:
    """Run the main scenario in a process of its own; give seconds by stage and peak memory."""
    environment = {**os.environ, "SITING_CACHE_DIR": str(cache)}
    command = [sys.executable, "-m", "siting", "run", "remaining_offices", "--quiet", *options]
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own program with arguments of our own
        [*command, "--results", str(results)], env=environment, stdout=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"siting run ended with {process.returncode}")
    manifest = results / "remaining_offices" / "run.json"
    seconds: dict[str, float] = json.loads(manifest.read_text(encoding="utf-8"))["seconds"]
    return {
        **seconds,
        "process": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss / _KIB_PER_MIB,
    }


def main() -> None:
    """Print one line a run: seconds of each stage, of the whole process, and peak memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        where = (folder / "cache", folder / "results")
        runs = {"cold": _run(*where, "--no-brief")}
        for number in range(1, _WARM_RUNS + 1):
            runs[f"warm {number}"] = _run(*where, "--no-brief")
        runs["briefing"] = _run(*where)
    columns = list(runs["cold"])
    print("run      " + "".join(f"{column:>10}" for column in columns))  # noqa: T201 - its purpose
    for label, figures in runs.items():
        cells = "".join(f"{figures[column]:10.2f}" for column in columns)
        print(f"{label:9}{cells}")  # noqa: T201 - its purpose


if __name__ == "__main__":
    main()
