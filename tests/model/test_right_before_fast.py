"""Instances on which equity's scale, a bound or the rule among ties once went wrong."""

from typing import Literal

import numpy as np
import pytest

from siting.model import Closing, Coverage, Equity, Instance, Lexicographic, Limits, Mean, solve

type Method = Literal["classic", "decomposition"]
BOTH = pytest.mark.parametrize("method", ["classic", "decomposition"])


@BOTH
def test_a_pair_over_which_nobody_goes_does_not_set_the_scale(method: Method) -> None:
    far = 2000.0
    minutes = np.array(
        [[5, 30, 12, far], [30, 5, 14, far], [22, 25, 3, far], [28, 9, 19, far], [far, far, far, 1]]
    )
    people = [100.0, 300, 200, 150, 50]
    instance = Instance.from_matrix(minutes, people, site_ids=list("abcd"), existing=["a", "d"])
    limits = Limits(new_sites_max=1, closing=Closing(("a", "d"), 0, 1))
    found = solve(instance, Equity(), limits, method=method)
    assert (found.status, found.open_sites) == ("optimal", ("a", "b", "d"))
    assert found.objective == pytest.approx(10.827519016149774, rel=1e-12)
    assert found.objective is not None
    assert found.bound <= found.objective


@BOTH
def test_where_someone_has_to_go_far_all_the_same(method: Method) -> None:
    minutes = np.array([[9.0, 2.0], [20_000.0, 20_000.0]])
    instance = Instance.from_matrix(minutes, [3, 1])
    found = solve(instance, Equity(kappa=-0.2), Limits(new_sites_max=1), method=method)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(20_000 - np.log(4) / 0.2)


def test_a_later_equity_of_nothing_has_no_bound_above_it() -> None:
    instance = Instance.from_matrix(np.array([[0.0, 7.0], [7.0, 0.0]]), [2, 5])
    stages = Lexicographic([(Mean(), 0.1), (Equity(kappa=-0.05), 0.0)])
    found = solve(instance, stages, Limits())
    assert [(stage.objective, stage.bound) for stage in found.stages] == [(0, 0), (0, 0)]


def test_of_two_sites_at_one_place_the_cheaper_opens() -> None:
    once = np.array(
        [
            [19.931098786305643, 24.731506665737033, 28.85619391488996, 34.04778458461806],
            [4.000278290409501, 7.882135320350237, 18.239139007461183, 19.769132825535017],
            [23.358856297730906, 15.44185452474575, 35.06628782348793, 31.02897674411712],
            [35.25914753516326, 28.013879757926794, 41.81621454376181, 34.82366260968016],
        ]
    )
    instance = Instance.from_matrix(
        once[:, [0, 1, 2, 3, 0, 1]],
        [457.403, 0.0, 840.084, 62.2],
        site_ids=["s04", "s05", "s03", "s00", "s02", "s01"],
        annual_cost=[0.2, 0.1, 0.0, 0.3, 0.0, 0.1],
    )
    found = solve(instance, Coverage(35.25914753516326), Limits(new_sites_max=1))
    assert (found.status, found.open_sites, found.ties_decided) == ("optimal", ("s02",), True)


@BOTH
def test_two_new_sites_where_five_do_no_better(method: Method) -> None:
    rows = [
        [20.1, 18.1, 18.4, 20.9, 23.3, 14.9, 31.1, 45.2],
        [14.5, 48.0, 27.9, 37.7, 24.9, 36.7, 65.2, 59.1],
        [23.3, 9.6, 25.8, 20.7, 45.1, 24.3, 18.3, 26.7],
        [56.0, 40.3, 22.8, 40.8, 12.8, 26.4, 9.5, 88.3],
    ]
    instance = Instance.from_matrix(
        np.array(rows),
        [907.438, 513.835, 608.092, 18.103],
        existing=["s03"],
        site_ids=["s03", "s06", "s07", "s00", "s02", "s04", "s05", "s01"],
        site_groups={"county": list("bbaabbaa")},
        client_groups={"county": list("aaaa")},
    )
    limits = Limits(
        new_sites_min=0,
        annual_budget=1.2,
        at_least_one_per_group=["county"],
        force_shut=["s04", "s00"],
        closing=Closing(("s03",), 1, 1),
        closing_frees_budget=True,
    )
    found = solve(instance, Coverage(48.0), limits, method=method)
    assert (found.new_sites, found.ties_decided) == (("s01", "s02"), True)


@BOTH
def test_an_answer_a_little_beyond_an_earlier_stage_is_none(method: Method) -> None:
    # Without the first site the first stage is worse by less than a millionth, and costs far less.
    minutes = np.array([[0.0, 0.0], [1.0, 1.1]])
    instance = Instance.from_matrix(minutes, [1e5, 3], annual_cost=[4, 1], site_ids=["a", "b"])
    stages = Lexicographic([(Equity(kappa=-0.01), 0.0), (Mean(cost_weight=100), 0.0)])
    found = solve(instance, stages, Limits(), method=method)
    assert (found.status, found.open_sites) == ("optimal", ("a",))


def test_whom_no_site_reaches_is_not_covered_under_capacities() -> None:
    minutes = np.array([[30, 4, 21], [45, 16, 5], [np.inf, np.inf, np.inf]])
    instance = Instance.from_matrix(
        minutes, [500, 300, 200], existing=["o"], site_ids=["o", "one", "two"]
    )
    room = dict.fromkeys(instance.site_ids, 100_000.0)
    for limits in (Limits(new_sites_max=2), Limits(new_sites_max=2, capacity=room)):
        found = solve(instance, Coverage(20), limits)
        assert (found.status, found.new_sites, found.objective) == ("optimal", ("one",), 800)
        assert found.unreached == ("2",)
