"""What callers give may be of any library; nothing is matched, filled or cut short silently."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from siting.common.errors import InputError
from siting.model import (
    Closing,
    Coverage,
    Equity,
    Instance,
    Lexicographic,
    Limits,
    Mean,
    OfficeType,
    Phase,
    Quota,
    Solver,
    Spacing,
    solve,
)

# Their types name what Python itself has; here they are given what other libraries have.
within: Any = Limits
quota: Any = Quota
phase: Any = Phase
kind: Any = OfficeType
closing_of: Any = Closing
apart: Any = Spacing
solver_of: Any = Solver
in_turn: Any = Lexicographic
mean: Any = Mean
coverage: Any = Coverage
equity: Any = Equity

MINUTES = np.array([[2.0, 30, 50, 60], [40, 3, 45, 55], [50, 45, 4, 35], [60, 50, 30, 5.0]])
PEOPLE = [10, 20, 30, 40]
SITES = ["a", "b", "c", "d"]


def make(**changes: object) -> Instance:
    given: dict[str, Any] = {"times": MINUTES, "weights": PEOPLE, "site_ids": SITES} | changes
    return Instance.from_matrix(**given)


def faults(**changes: object) -> str:
    with pytest.raises(InputError) as caught:
        make(**changes)
    return str(caught.value)


LAST = [False, False, False, True]


@pytest.mark.parametrize(
    "given",
    [
        LAST,
        np.array(LAST),
        np.array(LAST, dtype=object),
        [0, 0, 0, 1],
        [0.0, 0.0, 0.0, 1.0],
        np.array([0, 0, 0, 1]),
        np.array([0, 0, 0, 1], dtype=np.uint8),
        (np.bool_(0), np.bool_(0), np.int64(0), np.float32(1)),
        pd.Series({"d": True, "a": False, "c": False, "b": False}),
        pd.Series({"d": 1, "a": 0, "c": 0, "b": 0}, dtype="Int64"),
        pd.Series({"d": True, "a": False, "c": False, "b": False}, dtype="boolean"),
        {"d": 1, "c": 0, "b": 0, "a": 0},
        {"d": np.True_, "c": False, "b": 0, "a": 0.0},
        ["d"],
        "d",
        {"d"},
        np.array(["d"]),
        pd.Series(["d"]),
        pd.Index(["d"]),
    ],
    ids=repr,
)
def test_existing_sites_are_a_mask_or_labels(given: object) -> None:
    instance = make(existing=given)
    assert instance.existing.tolist() == LAST
    answer = solve(instance, mean(), within(new_sites_max=1))
    assert (answer.new_sites, answer.objective) == (("b",), 1610.0)


@pytest.mark.parametrize("given", [None, [], (), np.array([]), pd.Series([], dtype=object)])
def test_no_site_need_exist(given: object) -> None:
    assert not make(existing=given).existing.any()


def test_numbers_that_are_no_mask_are_labels() -> None:
    labels = [101, 102, 103, 104]
    for given in ([101, 104], np.array([104, 101]), pd.Series([101, 104])):
        instance = make(site_ids=labels, existing=given)
        assert instance.existing.tolist() == [True, False, False, True]
    assert make(site_ids=range(4), existing=[1]).existing.tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([0, 0, 1], "existing = ['0']: labels occur twice"),
        ([True, False], "existing = ['False', 'True']: unknown sites"),
        ([1, 0, np.nan, 0], "existing = 'NaN': is no label"),
        ([True, False, None, False], "existing = 'NaN': is no label"),
        (pd.array([True, False, None, False]), "existing = 'NaN': is no label"),
        ([0, 1, 2, 0], "existing = ['0']: labels occur twice"),
        (pd.Series(LAST), "existing = ['0', '1', '2', '3', 'a', 'b', 'c', 'd']: labels do not"),
        (pd.Series({"c": True}), "existing = ['a', 'b', 'd']: labels do not match"),
        ({"a": 1, "b": 0, "c": 0, "x": 0}, "existing = ['d', 'x']: labels do not match"),
        (pd.Series([1, 0, 0, 0], index=["a", "a", "b", "c"]), "existing = ['a']: labels occur"),
        ({"a": 0.5, "b": 0, "c": 0, "d": 1}, "existing = ['0.0', '0.5', '1.0']: unknown sites"),
        (np.ma.array([0, 0, 0, 1], mask=[False, True, False, False]), "existing"),
    ],
)
def test_what_is_neither_mask_nor_labels_is_refused(given: object, problem: str) -> None:
    assert problem in faults(existing=given, site_ids=None if isinstance(given, list) else SITES)


COLUMNS = ["annual_cost", "one_off_cost"]


@pytest.mark.parametrize("name", COLUMNS)
def test_a_series_is_matched_by_label(name: str) -> None:
    given = pd.Series({"d": 4.0, "c": 3.0, "b": 2.0, "a": 1.0})
    for each in (given, given.astype("Float64"), dict(given), given.astype(object)):
        assert getattr(make(**{name: each}), name).tolist() == [1, 2, 3, 4]
    numbered = pd.Series([4, 3, 2, 1], index=[4, 3, 2, 1])
    found = getattr(make(site_ids=[1, 2, 3, 4], **{name: numbered}), name)
    assert found.tolist() == [1, 2, 3, 4]


def test_groups_are_matched_by_label() -> None:
    by_label = pd.Series({"d": "y", "c": "x", "b": "x", "a": "z"})
    expected = {"g": ("z", "x", "x", "y")}
    groups: object
    for groups in ({"g": by_label}, {"g": dict(by_label)}, pd.DataFrame({"g": by_label})):
        assert make(site_groups=groups).site_groups == expected
        assert make(client_ids=SITES, client_groups=groups).client_groups == expected
    for groups in ({"g": np.array(list("zxxy"))}, {"g": pd.Index(list("zxxy"))}):
        assert make(site_groups=groups).site_groups == expected


@pytest.mark.parametrize("name", ["annual_cost", "one_off_cost", "existing"])
@pytest.mark.parametrize("labels", [[1, "1", 2, 3], ["a", "a", "b", "c"], [2, 1, 3, np.int64(3)]])
def test_labels_that_are_twice_as_texts_are_refused(name: str, labels: list[object]) -> None:
    given = pd.Series([0, 1, 0, 1], index=pd.Index(labels, dtype=object))
    sites = [*sorted({str(label) for label in labels}), "z"]
    assert "labels occur twice" in faults(**{name: given}, site_ids=sites)
    assert "site_ids = " in faults(site_ids=labels)
    assert "labels occur twice" in faults(site_groups={"g": given}, site_ids=sites)


def test_pairs_that_are_twice_as_texts_are_refused() -> None:
    for ends in ([1, "1", "2"], ["1", "1", "2"], [np.int64(1), "1", 2]):
        table = pd.DataFrame({"from": ends, "to": "a", "minutes": [3.0, 4.0, 5.0]})
        with pytest.raises(InputError, match="pairs occur twice"):
            Instance.from_matrix(table, pd.Series({1: 10.0, 2: 5.0}))


def test_a_masked_time_is_no_way() -> None:
    masked = np.ma.array(MINUTES, mask=MINUTES > 50)
    expected = np.where(MINUTES > 50, np.inf, MINUTES)
    same = make(times=expected).times
    whole = np.ma.array(MINUTES.astype(int), mask=MINUTES > 50)
    rows = [np.ma.array(row, mask=row > 50) for row in MINUTES]
    hidden = np.ma.array(np.where(MINUTES > 50, np.nan, MINUTES), mask=MINUTES > 50)
    texts = np.ma.array(np.where(MINUTES > 50, np.array(None), MINUTES), mask=MINUTES > 50)
    for given in (masked, whole, rows, hidden, texts):
        times = make(times=given).times
        assert times.nnz == same.nnz < MINUTES.size
        assert times.toarray().tolist() == same.toarray().tolist()


def test_a_masked_value_is_none() -> None:
    hidden = np.ma.array([1.0, 2, 3, 4], mask=[False, False, True, False])
    for name in ("weights", *COLUMNS):
        assert f"{name} = nan: is not 0 or more" in faults(**{name: hidden})


NUMBERS: list[Callable[[np.ndarray[Any, Any]], object]] = [
    lambda given: given.astype(np.float32),
    lambda given: given.astype(np.uint8),
    lambda given: given.astype(object),
    lambda given: given.tolist(),
    lambda given: [[Decimal(str(each)) for each in row] for row in given],
    lambda given: [pd.array(row, dtype="Int64") for row in given.astype(int)],
    lambda given: [pd.Series(row) for row in given],
]


@pytest.mark.parametrize("form", NUMBERS)
def test_times_are_numbers_of_any_kind(form: Callable[[np.ndarray[Any, Any]], object]) -> None:
    assert make(times=form(MINUTES)).times.toarray().tolist() == MINUTES.tolist()


@pytest.mark.parametrize(
    "given",
    [
        np.array([[1, "x", 3, 4]] * 4, dtype=object),
        np.array([["1,5", "2", "3", "4"]] * 4),
        np.array([[1, {}, 3, 4]] * 4, dtype=object),
        [[1, 2, 3, 4], [1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4]],
        MINUTES.astype("timedelta64[m]"),
        np.array([[pd.Timedelta(minutes=3)] * 4] * 4, dtype=object),
        MINUTES.astype(np.complex128),
        MINUTES.astype("datetime64[D]"),
        "5",
        None,
        object(),
    ],
    ids=lambda given: type(given).__name__,  # an address would differ between processes
)
def test_what_is_no_number_is_refused(given: object) -> None:
    assert "times = " in faults(times=given)
    for name in ("weights", *COLUMNS):
        assert f"{name} = " in faults(**{name: given if given is not None else [None] * 4})


def test_times_of_another_shape_are_refused() -> None:
    for given in (5, [1, 2, 3, 4], MINUTES[None], np.stack([MINUTES, MINUTES]), MINUTES[:, :3], []):
        assert "times = " in faults(times=given, client_ids=list("pqrs"))


def test_a_label_that_is_missing_is_refused() -> None:
    for missing in (None, np.nan, pd.NA):
        labels = ["a", "b", missing, "d"]
        assert "site_ids = 'NaN': is no label" in faults(site_ids=labels)
        assert "client_ids = 'NaN': is no label" in faults(client_ids=labels)
        assert "site_groups.g = 'NaN': is no label" in faults(site_groups={"g": labels})
        table = pd.DataFrame({"from": labels, "to": "a", "minutes": 1.0})
        assert "times = 'NaN': is no label" in faults(times=table, client_ids=SITES)


def test_minutes_that_are_missing_are_refused() -> None:
    for missing in (None, np.nan, pd.NA):
        table = pd.DataFrame({"from": ["p", "q"], "to": "a", "minutes": [1.0, missing]})
        with pytest.raises(InputError, match="Give inf where there is no way"):
            Instance.from_matrix(table, {"p": 1, "q": 1})


def test_labels_of_a_long_table_may_be_arrays() -> None:
    table = pd.DataFrame({"from": ["p", "q"], "to": ["b", "b"], "minutes": [1, 2]})
    for labels in (np.array(["a", "b"]), pd.Series(["a", "b"]), pd.Index(["a", "b"])):
        assert Instance.from_matrix(table, {"p": 1, "q": 1}, site_ids=labels).times.nnz == 2


def test_a_square_frame_is_refused_with_how_to_make_it_long() -> None:
    square = pd.DataFrame({"a": [5.0, 20.0], "b": [25.0, 4.0]}, index=["x", "y"])
    with pytest.raises(InputError, match="of a square frame") as caught:
        Instance.from_matrix(square, [1, 1])
    remedy = str(caught.value).partition("square frame: ")[2].removesuffix(".")
    long = eval(remedy, {"frame": square})  # noqa: S307 - our own words, which have to be right
    instance = Instance.from_matrix(long, {"x": 1, "y": 1})
    assert instance.times.toarray().tolist() == square.to_numpy().tolist()


SMALL = Instance.from_matrix(
    MINUTES[:3, :3],
    [10, 20, 30],
    site_groups={"g": ["x", "x", "y"]},
    one_off_cost=[1.0, 1, 1],
    annual_cost=[1.0, 1, 1],
)
PLAN = pd.DataFrame({"p": [1, 2]})
TWO = ("1", "2")


@pytest.mark.parametrize(
    ("limits", "new"),
    [
        (within(new_sites_max=PLAN["p"].iloc[1]), TWO),
        (within(new_sites_max=np.arange(1, 3)[1]), TWO),
        (within(new_sites_max=np.array(2)), TWO),
        (within(new_sites_min=np.int64(1)), ("0", "1", "2")),
        (within(one_off_budget=np.int64(2)), TWO),
        (within(annual_budget=np.float32(2)), TWO),
        (within(max_new_per_group={"g": np.int64(1)}), TWO),
        (within(max_new_per_group=pd.Series({"g": 1})), TWO),
        (within(quotas=[quota("g", ("x",), least=np.int64(1))]), ("0", "1", "2")),
        (within(quotas=np.array([quota("g", np.array(["x"]), most=1)])), TWO),
        (within(phases=[phase("a", opened_max=np.int64(2))]), TWO),
        (within(new_sites_max=1, capacity=pd.Series({"0": 60, "1": 60, "2": 60})), ("2",)),
        (within(new_sites_max=1, capacity=pd.Series([60, 60, 60])), ("2",)),
        (within(new_sites_max=1, capacity={0: np.int64(60), 1: 60.0, 2: np.uint8(60)}), ("2",)),
        (within(new_sites_max=1, force_open=np.array(["1"])), ("1",)),
        (within(new_sites_max=1, force_open=pd.Series([1])), ("1",)),
        (within(new_sites_max=1, force_open="1"), ("1",)),
        (within(new_sites_max=1, force_shut=pd.Index(["2"])), ("1",)),
        (within(new_sites_max=np.int8(1), max_time=np.float64(45)), ("1",)),
        (within(office_types=[kind("s", np.float32(1))], annual_budget=np.int64(2)), TWO),
        (
            within(
                office_types=[kind("s", 1.0)],
                type_quotas=pd.Series({"s": (None, np.int64(2))}),
            ),
            TWO,
        ),
    ],
)
def test_limits_are_numbers_of_any_library(limits: Limits, new: tuple[str, ...]) -> None:
    assert solve(SMALL, mean(), limits).new_sites == new


def test_settings_are_numbers_of_any_library() -> None:
    answer: Any = solve
    one, towns = within(new_sites_max=1), Instance.from_matrix(MINUTES, PEOPLE, existing=["0"])
    for objective in (mean(np.float32(0)), coverage(np.int64(4)), equity(np.float64(-1))):
        assert answer(
            towns, objective, one, gap=np.float64(1e-6), time_limit=np.int64(60)
        ).new_sites
        assert answer(towns, in_turn([(objective, np.float32(0))]), one).new_sites
    assert answer(towns, mean(), one, solver=solver_of(threads=np.int64(1))).new_sites
    with pytest.raises(InputError, match="threads"):
        solver_of(threads=NAN)
    existing = Instance.from_matrix(MINUTES, PEOPLE, existing=[1, 1, 0, 0])
    closing = closing_of(np.array([0, 1]), np.int64(1), np.int64(1))
    assert len(solve(existing, mean(), within(new_sites_max=0, closing=closing)).open_sites) == 1


NAN = float("nan")


@pytest.mark.parametrize(
    ("limits", "key"),
    [
        (within(annual_budget=NAN), "annual_budget"),
        (within(one_off_budget=np.float32(NAN)), "one_off_budget"),
        (within(new_sites_max=NAN), "new_sites_max"),
        (within(new_sites_min=pd.NA), "new_sites_min"),
        (within(max_time=NAN), "max_time"),
        (within(max_time="45"), "max_time"),
        (within(new_sites_max=np.ma.masked), "new_sites_max"),
        (within(max_new_per_group={"g": NAN}), "max_new_per_group.g"),
        (within(quotas=[quota("g", ("x",), most=NAN)]), "quotas.0.most"),
        (within(capacity={"0": NAN}), "capacity.0"),
        (within(capacity={"0": "60"}), "capacity.0"),
        (within(phases=[phase("a", opened_max=1), phase("b", annual_budget=NAN)]), "phases.1."),
        (within(office_types=[kind("s", NAN)]), "office_types.0.annual_cost"),
        (within(office_types=[kind("s", 1)], type_quotas={"s": (NAN, 2)}), "type_quotas.s.0"),
        (within(closing=closing_of((), most=NAN)), "closing.most"),
        (within(spacing=apart(NAN, csr_array((3, 3)))), "spacing.least"),
        (within(spacing=apart(1, csr_array([[0, NAN, 1]] * 3))), "spacing.distances"),
        (within(capacity=pd.Series([1.0, 2.0], index=[0, "0"])), "capacity = ['0']"),
        (within(force_open=["0", None]), "force_open = 'NaN'"),
        (within(capacity=[60, 60, 60]), "capacity = [60, 60, 60]: has no labels"),
        (within(capacity=np.array([60, 60, 60])), "capacity = array([60, 60, 60]): has no labels"),
        (within(max_new_per_group=1), "max_new_per_group = 1: has no labels"),
    ],
)
def test_what_is_no_number_limits_nothing(limits: Limits, key: str) -> None:
    with pytest.raises(InputError) as caught:
        solve(SMALL, mean(), limits)
    assert str(caught.value).startswith(f"solve: limits.{key}")


@pytest.mark.parametrize("objective", [mean(NAN), coverage(NAN), equity(NAN), coverage("45")])
def test_an_objective_of_no_number_is_refused(objective: Mean | Coverage | Equity) -> None:
    with pytest.raises(InputError, match=r"solve: objective\..* is not a number"):
        solve(SMALL, objective, within(new_sites_max=1))


def test_settings_of_no_number_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        solve(SMALL, mean(), within(), gap=NAN, time_limit=NAN)
    assert [fault.key for fault in caught.value.faults] == ["gap", "time_limit"]
