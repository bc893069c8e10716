import math
from collections import Counter

import pytest

from siting.network.osm.tags import Roads, duration_minutes, read_way


@pytest.mark.parametrize(
    ("tags", "both"),
    [
        ({}, (True, True)),
        ({"oneway": "no"}, (True, True)),
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "1"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "reverse"}, (False, True)),
        ({"junction": "roundabout"}, (True, False)),
        ({"junction": "circular"}, (True, False)),
        ({"highway": "motorway"}, (True, False)),
        ({"highway": "motorway", "oneway": "no"}, (True, True)),
    ],
)
def test_directions(tags: dict[str, str], both: tuple[bool, bool]) -> None:
    way = read_way({"highway": "primary"} | tags, "main")
    assert way is not None
    assert (way.forward, way.backward) == both


@pytest.mark.parametrize(
    ("highway", "first"),
    [
        ("motorway", "main"),
        ("tertiary_link", "main"),
        ("residential", "drive"),
        ("living_street", "drive"),
        ("service", "all"),
        ("footway", None),
        ("construction", None),
    ],
)
def test_each_choice_of_roads_holds_the_one_before(highway: str, first: str | None) -> None:
    choices: tuple[Roads, ...] = ("main", "drive", "all")
    wanted = [read_way({"highway": highway}, roads) is not None for roads in choices]
    assert wanted == [first is not None and choices.index(first) <= row for row in range(3)]


@pytest.mark.parametrize(
    ("tags", "drivable"),
    [
        ({"access": "no"}, False),
        ({"access": "private"}, False),
        ({"access": "no", "motor_vehicle": "yes"}, True),
        ({"access": "permissive"}, True),
        ({"motor_vehicle": "no"}, False),
        ({"vehicle": "no"}, False),
        ({"motor_vehicle": "no", "motorcar": "designated"}, True),
        ({"area": "yes"}, False),
        ({"service": "parking_aisle"}, False),
    ],
)
def test_what_is_closed_to_cars(tags: dict[str, str], drivable: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert (read_way({"highway": "residential"} | tags, "drive") is not None) == drivable


def test_limits_differ_by_direction() -> None:
    tags = {"highway": "primary", "maxspeed": "80", "maxspeed:backward": "SE:urban"}
    way = read_way(tags, "main")
    assert way is not None
    assert (way.limit_forward, way.limit_backward) == (80, 50)


def test_ferries_take_cars_unless_they_speak_of_people_on_foot() -> None:
    ferry = {"route": "ferry", "duration": "0:35", "name": "Ljusteröleden"}
    way = read_way(ferry, "main")
    assert way is not None
    assert (way.highway, way.duration, way.backward) == ("ferry", 35, True)
    assert read_way(ferry | {"foot": "yes"}, "main") is None
    assert read_way(ferry | {"foot": "yes", "motor_vehicle": "yes"}, "main") is not None
    assert read_way(ferry | {"motorcar": "no"}, "main") is None
    assert read_way({"route": "bus"}, "main") is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("15", 15), ("0:35", 35), ("01:05", 65), ("1:05:30", 65.5), ("PT1H5M", 65), ("PT45M", 45)],
)
def test_durations(text: str, minutes: float) -> None:
    assert duration_minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "soon", "0", "00:00", "P", "1 day"])
def test_durations_that_say_nothing(text: str) -> None:
    assert math.isnan(duration_minutes(text))


def test_ways_that_differ_in_names_alone_are_read_alike_and_counted_each() -> None:
    notes: Counter[tuple[str, str]] = Counter()
    tags = {"highway": "primary", "maxspeed": "fast;70", "winter_road": "no"}
    names: tuple[dict[str, str], ...] = ({"name": "A"}, {"name": "B", "ref": "7"}, {})
    ways = [read_way(tags | more, "drive", notes) for more in names]
    assert [(way.ref, way.name, way.limit_forward) for way in ways if way] == [
        ("", "A", 70),
        ("7", "B", 70),
        ("", "", 70),
    ]
    assert notes == {("speed limits ignored", "fast"): 3}
    for _ in range(2):
        assert read_way({**tags, "winter_road": "yes"}, "drive", notes) is None
    assert sum(notes.values()) == 5
    assert read_way({"highway": "service"}, "drive") is None
    assert read_way({"highway": "service"}, "all") is not None
