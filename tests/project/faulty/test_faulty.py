"""Every faulty input is refused by naming file, place, value and remedy; nothing is fixed."""

import hashlib
import random
from collections import Counter
from pathlib import Path

import pytest

from siting.common.errors import SitingError
from tests.project.faulty.benchmark_files import bench_cases
from tests.project.faulty.brought import brought_cases
from tests.project.faulty.case import Case
from tests.project.faulty.figures import figure_cases
from tests.project.faulty.networks import network_cases
from tests.project.faulty.results import result_cases
from tests.project.faulty.scenarios import scenario_cases
from tests.project.faulty.tables import table_cases
from tests.project.reliability.faults import fault

CASES = [
    *table_cases(),
    *scenario_cases(),
    *figure_cases(),
    *network_cases(),
    *result_cases(),
    *bench_cases(),
    *brought_cases(),
]
_SHOWN = 400
"""Cases of an ordinary run, drawn with a fixed seed; the others are for the long run."""
_DRAWN = set(random.Random(7).sample(range(len(CASES)), _SHOWN))  # noqa: S311 - a fixed seed, and no secret


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def test_there_are_as_many_as_promised() -> None:
    names = Counter(case.name for case in CASES)
    assert [name for name, count in names.items() if count > 1] == []
    distinct = {(case.name.partition(":")[0], tuple(case.files.items())) for case in CASES}
    assert len(distinct) >= 3000


@fault(
    "The input is faulty: a wrong type, a column or key that is missing or twice, a code twice or "
    "without its zero, a decimal comma, NaN, a number below zero or too large, another encoding",
    f"{len(CASES):,} different scenario files, tables, networks, results and instances, each with "
    f"one fault; {_SHOWN} of them, drawn with a fixed seed, in an ordinary run, and all of them by "
    "`make test-all`",
    "an error that names file, row or key, column, value and remedy, exit code 2; nothing is "
    "fixed silently, and no file is changed",
)
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=() if number in _DRAWN else pytest.mark.long)
        for number, case in enumerate(CASES)
    ],
)
def test_it_is_refused(case: Case, tmp_path: Path) -> None:
    for name, content in case.files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    before = _digest(tmp_path)
    with pytest.raises(SitingError) as caught:
        case.read(tmp_path)
    assert caught.value.exit_code == 2
    faults = getattr(caught.value, "faults", ())
    assert faults
    for each in faults:
        assert each.remedy.strip().endswith((".", "…", "?", ")"))
        assert each.problem.strip()
    named = [
        each
        for each in faults
        if case.file in each.file
        and case.key in each.key
        and case.value in f"{each.value} {each.problem}"
        and case.remedy in each.remedy
    ]
    assert named, "\n".join(map(str, faults))
    assert _digest(tmp_path) == before
