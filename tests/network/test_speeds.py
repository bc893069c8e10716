from pathlib import Path

import pytest

from siting.errors import InputError
from siting.network import read_speeds, speed_profiles
from siting.shipped import data_folder


def test_the_default_profile_is_slower_on_lesser_roads() -> None:
    kph = read_speeds(data_folder()).kph
    order = ["motorway", "trunk", "primary", "secondary", "tertiary", "unclassified"]
    speeds = [kph[name] for name in order]
    assert speeds == sorted(speeds, reverse=True)
    assert speed_profiles(data_folder()) == ("default",)


def test_a_misspelt_profile_is_answered_with_the_near_one() -> None:
    with pytest.raises(InputError, match="Choose one of: default"):
        read_speeds(data_folder(), "defualt")


def test_all_bad_figures_are_reported_at_once(data_copy: Path) -> None:
    path = data_copy / "speeds.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("kph = 100", "kph = 0").replace("detour = 1.3", "detour = nan")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_speeds(data_copy)
    assert [fault.key for fault in caught.value.faults] == [
        "default.class.motorway.kph",
        "default.access.detour",
    ]
