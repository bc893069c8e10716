import math

import pytest

from siting.network.speeds import limit_kph


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
