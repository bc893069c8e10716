import math
from pathlib import Path

import pytest

from siting.common.errors import InputError
from siting.common.package import data_folder
from siting.network.load import load_road_network
from siting.network.speeds import limit_kph, read_speeds, speed_profiles


def test_the_default_profile_is_slower_on_lesser_roads() -> None:
    kph = read_speeds(data_folder()).kph
    order = ["motorway", "trunk", "primary", "secondary", "tertiary", "unclassified"]
    order += ["residential", "service", "living_street"]
    speeds = [kph[name] for name in order]
    assert speeds == sorted(speeds, reverse=True)


def test_winter_and_care_slow_every_road_and_no_ferry() -> None:
    assert speed_profiles(data_folder()) == ("default", "winter", "cautious", "limits")
    default, winter, cautious, limits = (
        read_speeds(data_folder(), name) for name in speed_profiles(data_folder())
    )
    for name, kph in default.kph.items():
        slower = 1.0 if "ferry" in name else 0.9
        assert winter.kph[name] == pytest.approx(slower * kph)
        assert cautious.kph[name] <= winter.kph[name]
    assert winter.access == default.access
    assert winter.waiting_minutes == default.waiting_minutes
    assert default.limits is None
    assert limits.limits is not None
    assert limits.kph == default.kph


def test_a_profile_changes_the_fingerprint() -> None:
    prints = {load_road_network(speeds=name).fingerprint for name in ("default", "winter")}
    assert len(prints) == 2


def test_a_profile_may_say_some_things_itself(data_copy: Path) -> None:
    path = data_copy / "speeds.toml"
    more = '[own]\nbased_on = "winter"\nfactor = 0.5\n[own.class.primary]\nkph = 33\n'
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{more}", encoding="utf-8")
    own, default = read_speeds(data_copy, "own"), read_speeds(data_copy)
    assert own.kph["primary"] == 33
    assert own.kph["trunk"] == pytest.approx(0.45 * default.kph["trunk"])


def test_a_misspelt_profile_is_answered_with_the_near_one() -> None:
    with pytest.raises(InputError, match="Choose one of: default"):
        read_speeds(data_folder(), "defualt")


@pytest.mark.parametrize("base", ["wnter", "own"])
def test_a_base_that_is_none_is_an_error(data_copy: Path, base: str) -> None:
    path = data_copy / "speeds.toml"
    more = f'[own]\nbased_on = "{base}"\n'
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{more}", encoding="utf-8")
    with pytest.raises(InputError, match="no such speed profile"):
        read_speeds(data_copy, "own")


def test_all_bad_figures_are_reported_at_once(data_copy: Path) -> None:
    path = data_copy / "speeds.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("kph = 100", "kph = 0").replace("detour = 1.3", 'detour = "far"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_speeds(data_copy)
    assert [fault.key for fault in caught.value.faults] == [
        "default.class.motorway.kph",
        "default.access.detour",
    ]


@pytest.mark.parametrize(
    ("value", "kph"),
    [
        ("50", 50),
        ("50 km/h", 50),
        ("30 mph", 48.28032),
        ("30mph", 48.28032),
        ("10 knots", 18.52),
        ("SE:rural", 70),
        ("SE:urban", 50),
        ("FI:rural", 80),
        ("walk", 7),
        ("50;70", 60),
        ("50 | 30 mph", 49.14016),
        ("70;none", 70),
        ("62,5", 62.5),
        (["50", "SE:rural"], 60),
        (40, 40),
        (40.0, 40),
    ],
)
def test_limits_that_say_something(value: object, kph: float) -> None:
    assert limit_kph(value) == pytest.approx(kph)


@pytest.mark.parametrize(
    "value",
    ["", "none", "signals", "variable", "XX:rural", "fast", "0", "-50", 0, -1.0, [], math.nan],
)
def test_limits_that_say_nothing(value: object) -> None:
    assert math.isnan(limit_kph(value))


@pytest.mark.parametrize("value", ["50", "31.5", '"slow"'])
def test_the_old_name_of_the_speed_up_to_which_junctions_cost_time_is_refused_with_the_new_one(
    data_copy: Path, value: str
) -> None:
    path = data_copy / "speeds.toml"
    text = path.read_text(encoding="utf-8")
    new, old = "delayed_up_to_kph = 50\n", f"urban_kph = {value}\n"
    path.write_text(text.replace(new, old), encoding="utf-8")
    with pytest.raises(InputError, match="no such key") as caught:
        read_speeds(data_copy, "limits")
    keys = {fault.key: fault.remedy for fault in caught.value.faults}
    assert "delayed_up_to_kph" in keys["limits.limits.urban_kph"]
    assert "delayed_up_to_kph" in keys["limits.limits.delayed_up_to_kph"]
