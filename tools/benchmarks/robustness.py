"""Time of the draws of `siting robustness` with one worker and with two, in one run.

Usage: python -m tools.benchmarks.robustness [DRAWS]
"""

import sys
import time

# Workers import this file anew, and are not to wait for what they never use.
# ruff: noqa: PLC0415

DRAWS = 60


def main() -> None:
    """Print seconds for each number of workers, and how many times as fast two are."""
    from siting.common.package import data_folder
    from siting.common.parallel import worker_context
    from siting.scenario.file import find_scenario, read_scenario
    from siting.studies.offices import redraw_of
    from siting.studies.robustness.solve import (
        compute_shared,
        make_draws,
        solve_draw,
        solve_draws,
    )

    count = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    file = read_scenario(find_scenario("remaining_offices"))
    started = time.perf_counter()
    worker_context(solve_draw)  # as the command does, so that it gets ready meanwhile
    problem, shared = compute_shared(file, data_folder(), _nothing)
    print(f"roads, travel times and tables: {time.perf_counter() - started:.1f} s")  # noqa: T201 - a script
    redraw = redraw_of(problem, data_folder(), rule=True)
    draws = make_draws(shared, redraw, count, 1)
    seconds, answers = {}, {}
    for workers in (1, 2):
        started = time.perf_counter()
        answers[workers], _ = solve_draws(shared, draws, workers, _nothing)
        seconds[workers] = time.perf_counter() - started
        each = seconds[workers] / count
        print(f"{count} draws, {workers} workers: {seconds[workers]:.1f} s, {each:.2f} s a draw")  # noqa: T201 - a script
    same = "the same" if answers[1] == answers[2] else "DIFFERENT"
    print(f"two are {seconds[1] / seconds[2]:.2f} times as fast; answers are {same}")  # noqa: T201 - a script


def _nothing(_: str) -> None:
    """Tell nobody."""


if __name__ == "__main__":
    main()
