"""How many mutants of model/, results/ and studies/ the tests notice: python -m tools.mutants.

All of them would take days. Of each module a sample is drawn with a fixed seed, and tried until the
time is up, the quickest first. Prints a table; mutants/ keeps everything: what has been tried is
not tried again, `mutmut results` lists the survivors and `mutmut show NAME` shows each.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mutmut.stats import status_by_exit_code

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "mutants"
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("model", "results", "studies")
    for path in (ROOT / "siting" / folder).rglob("*.py")
)
NOTICED = ("killed", "timeout", "segfault", "caught by type check")
COMMAND = (
    str(Path(sys.executable).with_name("mutmut")),
    *("run", "--max-children", str(os.cpu_count() or 1)),
)


def verdicts(module: str) -> dict[str, str]:
    """Every mutant of a module with what is known of it."""
    meta = KEPT / f"{module}.meta"
    if not meta.is_file():  # nothing in it can be mutated
        return {}
    codes: dict[str, int | None] = json.loads(meta.read_text())["exit_code_by_key"]
    return {name: status_by_exit_code[code] for name, code in sorted(codes.items())}


def untried(verdict: str) -> bool:
    """Whether a mutant is still to be tried."""
    return verdict in ("not checked", "check was interrupted by user")


def try_out(mutants: list[str], deadline: float) -> None:
    """Run the tests on some mutants, until the deadline."""
    KEPT.mkdir(exist_ok=True)
    with (
        (KEPT / "run.log").open("w", encoding="utf-8") as log,
        subprocess.Popen(  # noqa: S603 - the project's own tool
            [*COMMAND, *mutants], cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        ) as process,
    ):
        try:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(1.0, deadline - time.monotonic()))
        finally:  # each verdict has been written when it was found; the workers end too
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def samples(modules: list[str], size: int, seed: int) -> Iterator[tuple[str, list[str]]]:
    """Draw some mutants of each module; what is drawn of one does not depend on the others."""
    for module in modules:
        known = list(verdicts(module))
        rng = random.Random(f"{seed} {module}")  # noqa: S311 - a sample, no secret
        yield module, sorted(rng.sample(known, min(size, len(known))))


def row(name: str, counts: Counter[str], total: int) -> str:
    """Write one line of the table."""
    noticed = sum(counts[status] for status in NOTICED)
    tried = sum(counts.values())
    share = f"{100 * noticed / tried:.0f} %" if tried else ""
    return f"| {name} | {total} | {tried} | {noticed} | {share} |\n"


def main() -> None:
    """Draw, try and tell."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "modules", nargs="*", default=MODULES, help="such as siting/model/solving/tie_breaking.py"
    )
    options.add_argument("--sample", type=int, default=20, help="mutants of each module")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--minutes", type=float, default=60)
    asked = options.parse_args()
    deadline = time.monotonic() + 60 * asked.minutes
    if not (KEPT / "mutmut-stats.json").is_file():  # the first call makes all mutants
        try_out(["siting.model.solving.search.*"], deadline)
    if not (KEPT / "mutmut-stats.json").is_file():
        sys.exit(f"The tests do not pass, or the time was too short: see {KEPT / 'run.log'}.")
    drawn = dict(samples(asked.modules, asked.sample, asked.seed))
    known = {module: verdicts(module) for module in drawn}
    if left := [name for module in drawn for name in drawn[module] if untried(known[module][name])]:
        try_out(left, deadline)
    sys.stdout.write("| module | mutants | tried | noticed | score |\n|---|---|---|---|---|\n")
    whole: Counter[str] = Counter()
    for module, names in drawn.items():
        now = verdicts(module)
        counts = Counter(now[name] for name in names if not untried(now[name]))
        if names:
            sys.stdout.write(row(module, counts, len(now)))
        whole += counts
    sys.stdout.write(row("all of these", whole, sum(map(len, known.values()))))


if __name__ == "__main__":
    main()
