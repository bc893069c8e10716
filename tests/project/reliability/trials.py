"""Try what can befall a run, and print what happened as JSON.

Called as python -m tests.project.reliability.trials.

With --kills and --signals more are tried, as `make soak` does.
"""

import argparse
import json
import locale
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from siting.common.files import lock_path, restore
from tests.project.reliability.forked import Ended, Process, call, nothing, start

ROOT = Path(__file__).resolve().parents[3]
NULLIA = ROOT / "docs" / "examples" / "nullia"
SEED = 1
MACHINE = "run.json"
"""The file of a result that tells how long it took."""


@dataclass(frozen=True)
class Case:
    """A command whose result is known, and the folder where it is tried."""

    folder: Path
    arguments: tuple[str, ...]
    name: str
    right: dict[str, bytes]
    seconds: float

    @property
    def result(self) -> Path:
        return self.folder / "results" / self.name

    def start(self, before: Callable[[], object] = nothing) -> Process:
        return start(self.folder, *self.arguments, before=before)

    def call(self, before: Callable[[], object] = nothing) -> Ended:
        return call(self.folder, *self.arguments, before=before)

    def wrong(self) -> list[str]:
        """The files of the result that are not as they should be."""
        found = files(self.result)
        return sorted(
            name for name in found | self.right if found.get(name) != self.right.get(name)
        )

    def left_over(self) -> list[str]:
        """Hidden files beside and in the result."""
        return sorted(path.name for path in (self.folder / "results").rglob(".*"))


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MACHINE and not path.name.startswith(".")
    }


def make_case(folder: Path, scenario: Path | str, *options: str) -> Case:
    """Run a command undisturbed, to know what is right."""
    folder.mkdir(parents=True)
    arguments = ("run", str(scenario), *options)
    begun = time.monotonic()
    done = call(folder, *arguments)
    seconds = time.monotonic() - begun
    if done.code:
        raise RuntimeError(done.err)
    name = Path(scenario).stem
    return Case(folder, arguments, name, files(folder / "results" / name), seconds)


@dataclass
class Killed:
    """What came of killing runs."""

    kills: int = 0
    while_writing: int = 0
    damaged: list[str] = field(default_factory=list)
    wrong_after: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)


def kill_runs(case: Case, count: int) -> Killed:
    """Kill runs at random moments, and every second one at a random step of its writing.

    After each, the result that stands there is whole; the next run gives the right one and leaves
    nothing beside it. Every third time there was no result before.
    """
    rng, seen = random.Random(SEED), Killed()  # noqa: S311 - the same moments each time
    steps = _steps(case)
    while seen.kills < count:
        if seen.kills % 3 == 2:
            shutil.rmtree(case.result)
        if seen.kills % 2:
            case.start(_dying_at(rng.randint(1, steps))).wait()
            seen.while_writing += 1
        else:
            process = case.start()
            process.wait(seconds=rng.uniform(0, case.seconds))
            if not process.kill():
                continue
        seen.kills += 1
        _look(case, seen)
        _progress(seen)
    return seen


def _look(case: Case, seen: Killed) -> None:
    restore(case.result)
    # A new result without its briefing yet is whole, and what stands in it is right.
    there = files(case.result)
    seen.damaged += [name for name in there if there[name] != case.right.get(name)]
    done = case.call()
    seen.wrong_after += case.wrong() if done.code == 0 else [done.err]
    seen.left_over += case.left_over()


_STEPS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.truncate")
"""Python tells of these before it asks the system to do them."""


def _steps(case: Case) -> int:
    """How often a run is about to change something in the folder of results, or to look at it."""
    counted = case.folder / "steps"
    number = os.open(counted, os.O_CREAT | os.O_WRONLY)
    case.call(lambda: _at_each_step(lambda: os.write(number, b".")))
    os.close(number)
    return counted.stat().st_size


def _dying_at(step: int) -> Callable[[], None]:
    left = [step]

    def count() -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    return lambda: _at_each_step(count)


def _at_each_step(call: Callable[[], object]) -> None:
    def heard(event: str, arguments: tuple[object, ...]) -> None:
        if event in _STEPS and "results" in str(arguments[0]):
            call()

    sys.addaudithook(heard)


def _progress(seen: Killed) -> None:
    sys.stderr.write(f"{seen}\n")


@dataclass
class Signalled:
    """What came of sending SIGINT and SIGTERM."""

    sent: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    slowest_s: float = 0.0
    lines: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)


def signal_runs(case: Case, count: int) -> Signalled:
    """Send both signals in turn at random moments."""
    rng, seen = random.Random(SEED), Signalled()  # noqa: S311 - as above
    said = set()
    while seen.sent < count:
        number = (signal.SIGINT, signal.SIGTERM)[seen.sent % 2]
        process = case.start()
        process.wait(process.listens)
        process.wait(seconds=rng.uniform(0, case.seconds))
        if process.ended():
            continue
        begun = time.monotonic()
        process.send(number)
        done = process.end()
        if done.code == 0:
            # It was done already when the signal came.
            continue
        seen.sent += 1
        seen.slowest_s = max(seen.slowest_s, round(time.monotonic() - begun, 2))
        key = f"{number.name} {done.code}"
        seen.codes[key] = seen.codes.get(key, 0) + 1
        said.add(done.err)
        there = files(case.result)
        seen.damaged += [name for name in there if there[name] != case.right.get(name)]
        seen.left_over += case.left_over()
    seen.lines = sorted(said)
    return seen


@dataclass(frozen=True)
class Together:
    """What came of runs at the same time: exit codes, what was said, and what is wrong."""

    codes: list[int]
    said: list[str]
    wrong: list[str]
    left_over: list[str]


def run_same(case: Case, count: int) -> Together:
    """Start runs of the same result at once."""
    done = [process.end() for process in [case.start() for _ in range(count)]]
    return _together(done, case.wrong(), case.left_over())


def run_different(case: Case, count: int) -> Together:
    """Start runs of different results at once, with one cache, that is empty."""
    for entry in Path(os.environ["SITING_CACHE_DIR"]).glob("*"):
        entry.unlink()
    names = [f"{case.name}_{number}" for number in range(count)]
    for name in names:
        (case.folder / name).mkdir()
    started = [start(case.folder / name, *case.arguments) for name in names]
    done = [process.end() for process in started]
    results = [case.folder / name / "results" / case.name for name in names]
    wrong = [str(result) for result in results if files(result) != case.right]
    left = [path.name for result in results for path in result.parent.rglob(".*")]
    return _together(done, wrong, left)


def _together(done: Sequence[Ended], wrong: list[str], left_over: list[str]) -> Together:
    said = sorted({each.err for each in done if each.code})
    return Together(sorted(each.code for each in done), said, wrong, left_over)


@dataclass(frozen=True)
class ChangedRun:
    """How one run in changed surroundings ended, and which files of its result are wrong."""

    code: int
    err: str
    wrong: list[str]


def with_jumping_clock(case: Case) -> ChangedRun:
    """Let the clock jump by days, back and forth, at every look."""

    def before() -> None:
        rng, real = random.Random(SEED), time.time  # noqa: S311 - as above
        time.time = lambda: real() + rng.uniform(-1e7, 1e7)

    return _run_changed(case, before)


def with_decimal_comma(case: Case) -> ChangedRun | None:
    """Set a locale with a decimal comma, made for this; None where it cannot be made."""
    made = case.folder / "locales"
    made.mkdir()
    tool = shutil.which("localedef")
    if tool is None:
        return None
    command = [tool, "--no-archive", "-i", "sv_SE", "-f", "UTF-8", str(made / "sv_SE.UTF-8")]
    if subprocess.run(command, capture_output=True, check=False).returncode:  # noqa: S603 - a tool of the system
        return None

    def before() -> None:
        os.environ |= {"LOCPATH": str(made), "LC_ALL": "sv_SE.UTF-8"}
        locale.setlocale(locale.LC_ALL, "")
        if locale.localeconv()["decimal_point"] != ",":
            raise RuntimeError("the locale has no decimal comma")

    return _run_changed(case, before)


def _run_changed(case: Case, before: Callable[[], object]) -> ChangedRun:
    shutil.rmtree(case.result)
    for entry in Path(os.environ["SITING_CACHE_DIR"]).glob("*"):
        entry.unlink()
    done = case.call(before)
    return ChangedRun(done.code, done.err, case.wrong())


def with_windows_files(folder: Path, right: dict[str, bytes]) -> ChangedRun:
    """Read tables and scenario with a BOM and Windows line ends, below a path with å, ä, ö."""
    place = folder / "Åre och Östersunds kommun (1)" / "på väg"
    shutil.copytree(NULLIA, place)
    for path in [*place.glob("*.csv"), *place.glob("*.toml")]:
        text = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text)
    done = call(place, "run", str(place / "nullia.toml"), "--no-brief")
    found = files(place / "results" / "nullia")
    # The manifest has the checksums of other bytes, and so has to differ.
    names = (found.keys() | right.keys()) - {"manifest.json"}
    wrong = sorted(name for name in names if found.get(name) != right.get(name))
    return ChangedRun(done.code, done.err, wrong)


def after_lost_swap(case: Case) -> list[str]:
    """Leave a folder as a kill between the two renames does, and read it; then run again."""
    case.result.rename(case.result.with_name(f".{case.name}-abcdefgh-old"))
    (case.folder / "results" / f".{case.name}-abcdefgh").mkdir()
    lock_path(case.result).write_text("{}", encoding="utf-8")
    seen = call(case.folder, "compare", case.name, case.name, "--out", "beside")
    wrong = [] if seen.code == 0 else [seen.err]
    return [*wrong, *case.wrong(), *case.left_over()]


@contextmanager
def workplace() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        os.environ["SITING_CACHE_DIR"] = str(Path(name) / "cache")
        yield Path(name)


def quick(kills: int, signals: int) -> dict[str, object]:
    """Everything once, in a small country."""
    with workplace() as folder:
        case = make_case(folder / "bare", NULLIA / "nullia.toml", "--no-brief")
        brief = make_case(folder / "brief", NULLIA / "nullia.toml")
        comma = with_decimal_comma(case)
        return {
            "killed": asdict(kill_runs(brief, kills)),
            "signalled": asdict(signal_runs(brief, signals)),
            "same": asdict(run_same(case, 8)),
            "different": asdict(run_different(case, 8)),
            "clock": asdict(with_jumping_clock(case)),
            "comma": comma and asdict(comma),
            "windows": asdict(with_windows_files(folder, case.right)),
            "swap": after_lost_swap(case),
        }


def soak(kills: int, signals: int) -> dict[str, object]:
    """Kill and signal runs of a scenario of Sweden, without and with its briefing."""
    with workplace() as folder:
        case = make_case(folder / "bare", "announced_only", "--no-brief")
        brief = make_case(folder / "brief", "announced_only")
        of_brief = max(1, kills // 10)
        return {
            "killed": asdict(kill_runs(case, kills - of_brief)),
            "killed_brief": asdict(kill_runs(brief, of_brief)),
            "signalled": asdict(signal_runs(case, signals - signals // 4)),
            "signalled_brief": asdict(signal_runs(brief, signals // 4)),
            "same": asdict(run_same(case, 8)),
            "different": asdict(run_different(case, 8)),
        }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--signals", type=int, default=4)
    parser.add_argument("--soak", type=Path, help="Try in Sweden, and write what happened here.")
    asked = parser.parse_args()
    made = (soak if asked.soak else quick)(asked.kills, asked.signals)
    text = json.dumps(made, indent=2, ensure_ascii=False)
    if asked.soak:
        asked.soak.write_text(f"{text}\n", encoding="utf-8")
    sys.stdout.write(f"{text}\n")
