"""Times are read in three forms; nothing is aligned or filled silently."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from siting.common.errors import InputError
from siting.model import Instance

DENSE = np.array([[0.0, 5.0], [np.inf, 2.0]])
LONG = pd.DataFrame({"from": ["p", "p", "q"], "to": ["a", "b", "b"], "minutes": [0.0, 5.0, 2.0]})
SPARSE = csr_array((np.array([0.0, 5.0, 2.0]), np.array([0, 1, 1]), np.array([0, 2, 3])))


@pytest.mark.parametrize("times", [DENSE, SPARSE, LONG], ids=["dense", "sparse", "long"])
def test_three_forms_give_the_same_times(times: object) -> None:
    instance = Instance.from_matrix(times, {"p": 1, "q": 2}, site_ids=["a", "b"])  # type: ignore[arg-type] # one of the three
    assert instance.client_ids == ("p", "q")
    assert instance.times.indptr.tolist() == [0, 2, 3]
    assert instance.times.indices.tolist() == [0, 1, 1]
    assert instance.times.data.tolist() == [0, 5, 2]


def test_labels_of_a_long_table_may_be_numbers() -> None:
    table = pd.DataFrame({"from": [1, 2], "to": [7, 8], "minutes": [3.0, 4.0]})
    instance = Instance.from_matrix(table, pd.Series({1: 10.0, 2: 20.0}))
    assert (instance.client_ids, instance.site_ids) == (("1", "2"), ("7", "8"))
    assert instance.times.toarray().tolist() == [[3, 0], [0, 4]]


def test_a_stored_infinity_cannot_be_reached() -> None:
    times = csr_array((np.array([1.0, np.inf]), np.array([0, 1]), np.array([0, 2])))
    assert Instance.from_matrix(times, [1]).times.nnz == 1


def test_the_arrays_cannot_be_written_to() -> None:
    weights = np.array([1.0, 1.0])
    instance = Instance.from_matrix(DENSE, weights)
    with pytest.raises(ValueError, match="read-only"):
        instance.weights[0] = 2
    with pytest.raises(ValueError, match="read-only"):
        instance.times.data[0] = 2
    weights[0] = 3
    assert instance.weights[0] == 1


def test_labelled_values_are_taken_by_label() -> None:
    costs = pd.Series({"b": 2.0, "a": 1.0})
    instance = Instance.from_matrix(DENSE, [1, 1], site_ids=["a", "b"], annual_cost=costs)
    assert instance.annual_cost.tolist() == [1, 2]


def test_whole_numbers_become_floats() -> None:
    times = np.array([[0, 5], [3, 2]])
    instance = Instance.from_matrix(times, [1, 2], annual_cost={"0": 1, "1": 2})
    for array in (instance.times.data, instance.weights, instance.annual_cost):
        assert array.dtype == np.float64


NAME_THEM = (
    "Name them from, to and minutes; of a square frame: "
    'frame.rename_axis("from").reset_index().melt("from", var_name="to", value_name="minutes").'
)
NOBODY = "weights = 0: nobody lives anywhere. Give people."


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        (
            {"times": np.array([[np.nan, -1.0]]), "weights": [1]},
            [
                "times = '1 NaN': is not a time. Give inf where there is no way.",
                "times = -1.0: is negative. Give minutes of 0 or more.",
            ],
        ),
        (
            {"one_off_cost": [1, np.inf]},
            ["one_off_cost = inf: is not 0 or more. Give finite numbers."],
        ),
        (
            {"times": np.array([[-1.0, 1.0]]), "weights": [1]},
            ["times = -1.0: is negative. Give minutes of 0 or more."],
        ),
        ({"weights": [1]}, ["weights = (1,): should have the shape (2,). Give one each.", NOBODY]),
        ({"weights": [0, 0]}, [NOBODY]),
        (
            {"weights": {"p": 1, "x": 1}, "client_ids": ["p", "q"]},
            ["weights = ['q', 'x']: labels do not match. Give each once, or an array."],
        ),
        (
            {"annual_cost": {"a": 1}, "site_ids": ["a", "b"]},
            ["annual_cost = ['b']: labels do not match. Give each once, or an array."],
        ),
        (
            {"one_off_cost": [-1, 0]},
            ["one_off_cost = -1.0: is not 0 or more. Give finite numbers."],
        ),
        (
            {"existing": ["z"], "site_ids": ["a", "b"]},
            ["existing = ['z']: unknown sites. Name sites, or give a truth value for each."],
        ),
        (
            {"client_ids": ["p", "p"], "site_ids": ["a", "a"]},
            [
                "client_ids = ['p']: labels occur twice. Make each label unique.",
                "site_ids = ['a']: labels occur twice. Make each label unique.",
            ],
        ),
        (
            {"site_groups": {"county": ["x"]}, "client_groups": {"kind": ["x"]}},
            [
                "site_groups.county = 1: should have 2 labels. Give one each.",
                "client_groups.kind = 1: should have 2 labels. Give one each.",
            ],
        ),
        (
            {"client_ids": ["p"]},
            [
                "weights = (2,): should have the shape (1,). Give one each.",
                NOBODY,
                "times = (2, 2): should have the shape (1, 2). Give clients x sites.",
            ],
        ),
        (
            {"times": LONG.rename(columns={"to": "till"}), "site_ids": ["a", "b"]},
            [f"times = ['to']: columns are missing or occur twice. {NAME_THEM}"],
        ),
        (
            {
                "times": pd.concat([LONG, LONG.head(1)]),
                "weights": {"p": 1, "r": 1},
                "site_ids": ["b", "c"],
            },
            [
                "times.from = ['q']: unknown labels. Correct them.",
                "times.to = ['a']: unknown labels. Correct them.",
                "times = [['p', 'a']]: pairs occur twice. Keep one row a pair.",
            ],
        ),
    ],
)
def test_faults_are_found_all_at_once(changes: dict[str, object], faults: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        Instance.from_matrix(**({"times": DENSE, "weights": [1, 1]} | changes))  # type: ignore[arg-type] # wrong on purpose
    assert str(caught.value).splitlines() == [f"instance: {fault}" for fault in faults]
