"""Who may pass, by tags."""

import re
from collections import Counter
from pathlib import Path

import pytest

from siting.network.osm.access import (
    CLOSED,
    PASSED,
    Notes,
    barrier,
    in_words,
    season,
    turn_bans,
    verdict,
)
from siting.network.osm.tags import Way, read_way

DOCS = Path(__file__).parents[3] / "docs" / "roads.md"


def _read(tags: dict[str, str]) -> tuple[Way | None, Notes]:
    notes: Notes = Counter()
    return read_way({"highway": "residential"} | tags, "drive", notes), notes


def _open(tags: dict[str, str]) -> tuple[bool, bool]:
    way, _ = _read(tags)
    return (way.forward, way.backward) if way else (False, False)


@pytest.mark.parametrize("value", CLOSED.split())
@pytest.mark.parametrize("key", ["motorcar", "motor_vehicle", "vehicle", "access"])
def test_values_that_close(key: str, value: str) -> None:
    for text in (value, value.upper(), f" {value} ", f"{value};no", f"private; {value} ;"):
        assert verdict({key: text}) == "closed", text
    for text in (f"{value};yes", f"destination;{value}"):
        assert verdict({key: text}) == "open", text


@pytest.mark.parametrize(
    "value", ["yes", "destination", "permissive", "designated", "official", "unknown", "toll"]
)
def test_values_that_do_not(value: str) -> None:
    assert verdict({"access": "no", "motor_vehicle": value}) == "open"


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({}, "silent"),
        ({"access": ""}, "silent"),
        ({"access": ";"}, "silent"),
        ({"foot": "no", "bicycle": "no", "hgv": "no", "bus": "no"}, "silent"),
        ({"access:lanes": "no|yes", "motor_vehicle:lanes:forward": "no|no"}, "silent"),
        ({"access": "no", "vehicle": "yes"}, "open"),
        ({"access": "yes", "vehicle": "no"}, "closed"),
        ({"vehicle": "no", "motor_vehicle": "yes"}, "open"),
        ({"motor_vehicle": "no", "motorcar": "yes"}, "open"),
        ({"motorcar": "no", "access": "yes"}, "closed"),
    ],
)
def test_the_nearest_tag_decides(tags: dict[str, str], said: str) -> None:
    assert verdict(tags) == said


@pytest.mark.parametrize(
    ("tags", "both"),
    [
        ({"motor_vehicle:forward": "no"}, (False, True)),
        ({"vehicle:backward": "private"}, (True, False)),
        ({"access:forward": "no", "motor_vehicle": "yes"}, (True, True)),
        ({"access": "no", "access:backward": "yes"}, (False, True)),
        ({"motor_vehicle": "no", "motor_vehicle:forward": "destination"}, (True, False)),
        ({"motorcar:forward": "no", "motorcar:backward": "no"}, (False, False)),
        ({"oneway": "-1", "motor_vehicle:backward": "no"}, (False, False)),
        ({"oneway:motor_vehicle": "yes"}, (True, False)),
        ({"oneway:motorcar": "-1"}, (False, True)),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, (True, True)),
        ({"oneway": "yes", "oneway:vehicle": "no", "oneway:motorcar": "yes"}, (True, False)),
        ({"oneway": "yes", "oneway:bicycle": "no", "oneway:bus": "no"}, (True, False)),
        ({"junction": "roundabout", "oneway:motor_vehicle": "no"}, (True, True)),
        ({"oneway": "alternating"}, (True, True)),
        ({"oneway": "Yes "}, (True, False)),
    ],
)
def test_directions_of_access(tags: dict[str, str], both: tuple[bool, bool]) -> None:
    assert _open(tags) == both


@pytest.mark.parametrize(
    ("tags", "both"),
    [
        ({"motor_vehicle:conditional": "no @ (22:00-06:00)"}, (False, False)),
        ({"access:conditional": "yes @ (Jun 1-Sep 15)"}, (False, False)),
        ({"access:conditional": "no @ Nov-Apr; private @ (Sa,Su)"}, (False, False)),
        ({"vehicle:conditional": "no"}, (False, False)),
        ({"motor_vehicle": "no", "motor_vehicle:conditional": "yes @ (Su)"}, (False, False)),
        ({"motor_vehicle:forward:conditional": "no @ (07:00-09:00)"}, (False, True)),
        ({"oneway:conditional": "yes @ (07:00-09:00)"}, (True, False)),
        ({"oneway": "yes", "oneway:conditional": "-1 @ (15:00-18:00)"}, (False, False)),
        ({"oneway": "reversible"}, (False, False)),
    ],
)
def test_what_is_open_at_times_is_closed_and_counted(
    tags: dict[str, str], both: tuple[bool, bool]
) -> None:
    way, notes = _read(tags)
    assert ((way.forward, way.backward) if way else (False, False)) == both
    assert in_words(notes) == "ways closed as they are open at times only: 1 condition"


@pytest.mark.parametrize(
    "tags",
    [
        {"motor_vehicle:conditional": "no @ (weight>3.5)"},
        {"access:conditional": "no @ length > 12; no @ (axleload>10)"},
        {"motor_vehicle:conditional": "destination @ (22:00-06:00)"},
        {"motor_vehicle": "yes", "access:conditional": "no @ (Su)"},
        {"hgv:conditional": "no @ (22:00-06:00)"},
        {"maxspeed:conditional": "30 @ (07:00-17:00)"},
        {"bicycle:conditional": "no @ (winter)"},
    ],
)
def test_conditions_that_leave_cars_alone(tags: dict[str, str]) -> None:
    way, notes = _read(tags)
    assert way is not None
    assert (way.forward, way.backward, in_words(notes)) == (True, True, "none")


@pytest.mark.parametrize(
    ("tags", "closed"),
    [
        ({"seasonal": "yes"}, True),
        ({"seasonal": "winter"}, True),
        ({"ice_road": "yes"}, True),
        ({"winter_road": "yes"}, True),
        ({"surface": "ice"}, True),
        ({"surface": "snow"}, True),
        ({"seasonal": "no", "ice_road": "no", "winter_road": "no", "surface": "asphalt"}, False),
        ({"winter_service": "no"}, False),
    ],
)
def test_seasons(tags: dict[str, str], closed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert season(tags) == closed
    assert _open(tags) == (not closed, not closed)
    ferry = {"route": "ferry", "motor_vehicle": "yes", "highway": ""}
    assert _open(ferry | tags) == (not closed, not closed)
    _, notes = _read(tags | {"access": "private"})
    assert in_words(notes) == "none"


@pytest.mark.parametrize(
    ("tags", "drivable"),
    [
        ({}, True),
        ({"vehicle": "yes", "foot": "yes", "bicycle": "yes"}, True),
        ({"access": "yes", "foot": "yes"}, True),
        ({"access": "permissive", "bicycle": "designated"}, True),
        ({"access": "yes", "motor_vehicle": "no"}, False),
        ({"vehicle": "no"}, False),
        ({"access": "private"}, False),
        ({"foot": "yes"}, False),
        ({"bicycle": "designated"}, False),
        ({"motor_vehicle:conditional": "yes @ (Jun-Aug)"}, False),
        ({"foot": "yes", "motor_vehicle:forward": "yes"}, True),
    ],
)
def test_ferries_by_the_same_rules(tags: dict[str, str], drivable: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert (read_way({"route": "ferry"} | tags, "main") is not None) == drivable


def test_a_ferry_at_times_is_counted_though_it_takes_people_on_foot() -> None:
    ferry = {"route": "ferry", "foot": "yes", "motor_vehicle:conditional": "yes @ (Jun-Aug)"}
    _, notes = _read(ferry)
    assert in_words(notes) == "ways closed as they are open at times only: 1 condition"


CUTTING = ["bollard", "block", "jersey_barrier", "log", "chain", "debris", "cycle_barrier"]


@pytest.mark.parametrize("kind", [*CUTTING, "planter", "stile", "yes", "new_kind"])
def test_barriers_that_cut_unless_cars_are_let_in(kind: str) -> None:
    for tags in ({}, {"foot": "yes"}, {"access": "no"}, {"motor_vehicle": "private"}):
        assert barrier({"barrier": kind} | tags) == ("barriers that cut a way", kind)
    for tags in ({"motor_vehicle": "yes"}, {"access": "permissive"}, {"vehicle": "destination"}):
        assert barrier({"barrier": kind} | tags) == ("barriers passed", kind)
    assert barrier({"barrier": kind, "access": "yes", "locked": "yes"}) == (
        "barriers that cut a way",
        kind,
    )


@pytest.mark.parametrize("kind", [*sorted({*PASSED.split()} - {"no"}), "gate;cattle_grid"])
def test_barriers_that_cars_pass_unless_they_are_kept_out(kind: str) -> None:
    for tags in ({}, {"access": "yes"}, {"access": "no", "motorcar": "yes"}, {"locked": "no"}):
        assert barrier({"barrier": kind} | tags) == ("barriers passed", kind)
    for tags in ({"access": "private"}, {"vehicle": "no"}, {"locked": "yes"},
                 {"access:conditional": "no @ (22:00-06:00)"}):  # fmt: skip
        assert barrier({"barrier": kind} | tags) == ("barriers that cut a way", kind)


def test_a_bollard_that_sinks_is_passed() -> None:
    assert barrier({"barrier": "bollard", "bollard": "rising"}) == ("barriers passed", "bollard")
    assert barrier({"barrier": "bollard", "bollard": "removable"}) == (
        "barriers that cut a way",
        "bollard",
    )


@pytest.mark.parametrize(
    ("tags", "cuts"),
    [
        ({"highway": "crossing"}, False),
        ({"highway": "crossing", "access": "no", "foot": "yes"}, False),
        ({"barrier": "no"}, False),
        ({"motor_vehicle": "no"}, True),
        ({"ford": "yes", "motor_vehicle": "private"}, True),
        ({"motor_vehicle": "yes"}, False),
    ],
)
def test_nodes_without_a_barrier(tags: dict[str, str], cuts: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert (barrier(tags) is not None) == cuts


@pytest.mark.parametrize(
    ("tags", "heeded"),
    [
        ({"restriction": "no_left_turn"}, True),
        ({"restriction": "only_straight_on"}, True),
        ({"restriction:motorcar": "no_right_turn"}, True),
        ({"restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"}, True),
        ({"restriction": "no_left_turn", "except": "bus;psv"}, True),
        ({"restriction": "no_left_turn", "except": "psv;motorcar"}, False),
        ({"restriction:hgv": "no_left_turn"}, False),
        ({}, False),
    ],
)
def test_turn_bans_that_concern_cars(tags: dict[str, str], heeded: bool) -> None:  # noqa: FBT001 - a parameter of the test
    node, ways = [("from", 1), ("via", 7), ("to", 2)], [("from", 1), ("via", 3), ("to", 2)]
    assert turn_bans([(tags, node), (tags, ways)], {1, 2}).total() == 2 * heeded
    assert turn_bans([(tags, node)], {1, 7}).total() == 0


@pytest.mark.parametrize(
    ("text", "kph"), [("5000", None), ("151", None), ("150", 150), ("110 mph", None), ("0", None),
                      ("fast", None), ("none", None), ("-50", None), ("90", 90), ("SE:rural", 70)]
)  # fmt: skip
def test_limits_that_cannot_be_are_counted_and_ignored(text: str, kph: float | None) -> None:
    way, notes = _read({"maxspeed": text, "maxspeed:backward": "40"})
    assert way is not None
    assert (way.limit_forward == kph) == (kph is not None)
    assert way.limit_backward == 40
    assert in_words(notes) == ("none" if kph else f"speed limits ignored: 1 {text}")
    behind, _ = _read({"maxspeed": "80", "maxspeed:forward": text})
    assert behind is not None
    assert behind.limit_forward == (kph or 80)


def test_notes_begin_with_the_most_frequent() -> None:
    notes = Counter({("a", "x"): 1, ("b", "z"): 2, ("b", "y"): 2, ("a", "w"): 3000})
    assert in_words(notes) == "a: 3,000 w, 1 x; b: 2 y, 2 z"


def test_notes_show_few_words_and_nothing_that_a_terminal_obeys() -> None:
    notes = Counter({("limits", f"{kph}0000"): 1 for kph in range(10, 99)})
    assert in_words(notes).endswith("1 190000, 79 kinds more")
    assert in_words(Counter({("limits", "\x1b[31m5\n0\x00"): 1})) == "limits: 1 [31m50"


def test_each_part_of_a_limit_is_judged() -> None:
    way, notes = _read({"maxspeed": "5000; 70", "maxspeed:backward": "soon"})
    assert way is not None
    assert (way.limit_forward, way.limit_backward) == (70, 70)
    assert in_words(notes) == "speed limits ignored: 1 5000, 1 soon"


def test_the_docs_have_every_value() -> None:
    text = DOCS.read_text(encoding="utf-8")
    tables = [set(re.findall(r"`([^`]+)`", part)) for part in text.split("<!-- table -->")[1::2]]
    assert tables == [set(CLOSED.split()), set(PASSED.split())]
