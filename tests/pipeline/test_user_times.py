"""A scenario that brings its own travel times."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.common.errors import InputError
from siting.pipeline.prepare import check, prepare
from siting.pipeline.run import run
from siting.results.result import Result
from siting.scenario.file import find_scenario, read_scenario


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four announced offices, with times from a file: half those of the road network."""
    folder = tmp_path_factory.mktemp("own")
    text = find_scenario("announced_only").read_text(encoding="utf-8")
    path = folder / "own.toml"
    path.write_text(f'{text}\n[travel_times]\nfile = "times.parquet"\n', encoding="utf-8")
    plain = prepare(read_scenario(find_scenario("announced_only")), progress=lambda _: None)
    pairs = plain.times.minutes.tocoo()
    pd.DataFrame(
        {
            "from": np.array(plain.times.origins)[pairs.row],
            "to": np.array(plain.times.destinations)[pairs.col],
            "minutes": pairs.data / 2,
        }
    ).to_parquet(folder / "times.parquet")
    return path


@pytest.mark.long
def test_its_times_are_used_and_its_file_is_in_the_manifest(
    scenario: Path, solved: Callable[..., Result]
) -> None:
    ours, theirs = solved("announced_only"), run(read_scenario(scenario), progress=lambda _: None)
    assert "times.parquet" in theirs.manifest["inputs"]
    # Times inside places stay, so the mean falls to a half and a little more.
    share = theirs.manifest["objective"] / ours.manifest["objective"]
    assert 0.5 < share < 0.75


def test_a_file_that_lacks_pairs_is_an_error(scenario: Path) -> None:
    short = scenario.with_name("short.parquet")
    pd.read_parquet(scenario.with_name("times.parquet")).iloc[3:].to_parquet(short)
    file = read_scenario(scenario, ['travel_times.file="short.parquet"'])
    with pytest.raises(InputError, match=r"3 of .* pairs are missing"):
        run(file, progress=lambda _: None)


def test_a_file_that_is_not_there_is_told_with_everything_else(scenario: Path) -> None:
    file = read_scenario(scenario, ['travel_times.file="none.csv"', 'network.speeds="fast"'])
    with pytest.raises(InputError) as caught:
        check(file)
    assert {fault.key for fault in caught.value.faults} == {"travel_times.file", "network.speeds"}
