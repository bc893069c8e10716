"""Times are read in three forms; nothing is aligned or filled silently."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from siting.errors import InputError
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


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"times": np.array([[np.nan, -1.0]]), "weights": [1]}, ["times", "times"]),
        ({"weights": [1]}, ["weights", "weights"]),
        ({"weights": [0, 0]}, ["weights"]),
        ({"weights": {"p": 1, "x": 1}, "client_ids": ["p", "q"]}, ["weights", "weights"]),
        ({"annual_cost": {"a": 1}, "site_ids": ["a", "b"]}, ["annual_cost"]),
        ({"one_off_cost": [-1, 0]}, ["one_off_cost"]),
        ({"existing": ["z"], "site_ids": ["a", "b"]}, ["existing"]),
        ({"site_ids": ["a", "a"]}, ["site_ids"]),
        ({"site_groups": {"county": ["x"]}}, ["site_groups.county"]),
        ({"client_ids": ["p"]}, ["weights", "weights", "times"]),
        ({"times": LONG.rename(columns={"to": "till"}), "site_ids": ["a", "b"]}, ["times"]),
        (
            {"times": pd.concat([LONG, LONG]), "weights": {"p": 1, "r": 1}},
            ["times.from", "times"],
        ),
    ],
)
def test_faults_are_found_all_at_once(changes: dict[str, object], keys: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        Instance.from_matrix(**({"times": DENSE, "weights": [1, 1]} | changes))  # type: ignore[arg-type] # wrong on purpose
    assert [(fault.file, fault.key) for fault in caught.value.faults] == [
        ("instance", key) for key in keys
    ]
