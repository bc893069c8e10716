"""Time of the draws of `siting robustness` with one worker and with two, in one run.

Seconds of the processor are given too: where others use the machine as well, only these tell
whether two workers do the same work as one.

Usage: python -m tests.benchmarks.robustness [DRAWS]
"""

import resource
import sys
import time

DRAWS = 60


def main() -> None:
    """Print seconds for each number of workers, and how many times as fast two are."""
    # Workers import this file anew, and are not to wait for what they never use.
    from siting.draws import draw_worlds, solve_worlds  # noqa: PLC0415
    from siting.ground import lay_ground, redraw_of  # noqa: PLC0415
    from siting.scenario_file import find_scenario, read_scenario  # noqa: PLC0415
    from siting.shipped import data_folder  # noqa: PLC0415

    count = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    file = read_scenario(find_scenario("remaining_offices"))
    started = time.perf_counter()
    opening, ground = lay_ground(file, data_folder(), _nothing)
    print(f"roads, travel times and tables: {time.perf_counter() - started:.1f} s")  # noqa: T201 - a script
    redraw = redraw_of(opening.prepared, data_folder(), rule=True)
    worlds = draw_worlds(ground, redraw, count, 1)
    seconds, work, answers = {}, {}, {}
    for workers in (1, 2):
        started, before = time.perf_counter(), _processor()
        answers[workers], _ = solve_worlds(ground, worlds, workers, _nothing)
        seconds[workers] = time.perf_counter() - started
        work[workers] = _processor() - before
        print(  # noqa: T201 - a script
            f"{count} draws, {workers} workers: {seconds[workers]:.1f} s, "
            f"{seconds[workers] / count:.2f} s a draw; {work[workers]:.1f} s of the processor"
        )
    same = "the same" if answers[1] == answers[2] else "DIFFERENT"
    print(f"two are {seconds[1] / seconds[2]:.2f} times as fast; answers are {same}")  # noqa: T201 - a script
    print(f"two need {work[2] / work[1] - 1:+.0%} of the processor")  # noqa: T201 - a script


def _processor() -> float:
    """Seconds of the processor, of this process and those that have ended."""
    mine, theirs = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def _nothing(_: str) -> None:
    """Tell nobody."""


if __name__ == "__main__":
    main()
