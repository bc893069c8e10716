"""Each limit on cases small enough to check by hand."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.sparse import csr_array

from siting.errors import InfeasibleError, InputError
from siting.model import (
    Closing,
    Cost,
    Instance,
    Limits,
    Mean,
    OfficeType,
    Phase,
    Quota,
    Spacing,
    Target,
    solve,
)

type Line = Callable[..., Instance]


def test_quota_counts_forced_sites(line: Line) -> None:
    instance = line(
        [0, 50], [0, 49, 51], weights=[9, 1], site_groups={"kind": ["city", "rural", "rural"]}
    )
    limits = Limits(new_sites_max=2, quotas=[Quota("kind", ("rural",), least=2)])
    assert solve(instance, Mean(), limits).new_sites == ("1", "2")
    forced = Limits(force_open=["1"], quotas=[Quota("kind", ("rural",), most=1)])
    assert solve(instance, Mean(), forced).new_sites == ("0", "1")


def test_closing_takes_what_harms_least_and_says_what_it_saves(line: Line) -> None:
    instance = line([0, 1, 30], [0, 1, 30], existing=[True] * 3, annual_cost=[3, 4, 5])
    limits = Limits(closing=Closing(("0", "1", "2"), least=1, most=1))
    solution = solve(instance, Mean(), limits)
    assert (solution.closed_sites, solution.annual_saving) == (("1",), 4)
    assert solution.objective == 1
    use = solution.limits[0]
    assert (use.used, use.limit, use.slack) == (1, 1, 0)


def test_what_closing_saves_may_pay_for_a_new_site(line: Line) -> None:
    instance = line([0, 20], [0, 1, 20], existing=[True, True, False], annual_cost=[2, 2, 2])
    closing = Closing(("0", "1"))
    stay = solve(instance, Mean(), Limits(closing=closing, annual_budget=0))
    move = solve(
        instance, Mean(), Limits(closing=closing, annual_budget=0, closing_frees_budget=True)
    )
    assert (stay.new_sites, stay.closed_sites) == ((), ())
    assert (move.new_sites, move.closed_sites) == (("2",), ("1",))
    assert move.limits[0].used == 0


def test_cost_counts_what_closing_saves(line: Line) -> None:
    instance = line([0], [0, 1], existing=[True, True], annual_cost=[2, 3])
    solution = solve(instance, Cost([Target(1, 0)]), Limits(closing=Closing(("0", "1"))))
    assert (solution.objective, solution.closed_sites) == (-3, ("1",))


def test_spacing_keeps_new_sites_apart(line: Line) -> None:
    distances = csr_array(np.array([[0.0, 2, 0], [0, 0, 0], [0, 0, 0]]))
    instance = line([0, 2, 9], [0, 2, 9], weights=[5, 4, 1])
    limits = Limits(new_sites_max=2, spacing=Spacing(3, distances))
    assert solve(instance, Mean(), Limits(new_sites_max=2)).new_sites == ("0", "1")
    assert solve(instance, Mean(), limits).new_sites == ("0", "2")


def test_no_one_is_sent_too_far(line: Line) -> None:
    instance = line([0, 9], [0, 5], weights=[99, 1])
    one = Limits(new_sites_max=1)
    assert solve(instance, Mean(), one).new_sites == ("0",)
    assert solve(instance, Mean(), Limits(new_sites_max=1, max_time=5)).new_sites == ("1",)
    with pytest.raises(InfeasibleError) as caught:
        solve(instance, Mean(), Limits(new_sites_max=1, max_time=4))
    assert ("max_time", "no one is sent further than 4 minutes") in caught.value.clash


def test_full_sites_send_people_on_and_split_demand(line: Line) -> None:
    instance = line([0], [0, 10], weights=[4], existing=[True, True])
    solution = solve(instance, Mean(), Limits(capacity={"0": 1}))
    assert solution.splits
    assert solution.objective == 30
    assert solution.shares.toarray().tolist() == [[0.25, 0.75]]
    assert solution.assignment.tolist() == [1]


def test_too_little_room_is_a_clash(line: Line) -> None:
    instance = line([0], [0, 1], weights=[4])
    with pytest.raises(InfeasibleError) as caught:
        solve(instance, Mean(), Limits(capacity={"0": 1, "1": 2}, new_sites_min=1))
    assert caught.value.clash[0] == ("capacity", "2 sites serve no more people than they can")


def test_office_types_are_chosen_for_their_room_and_price(line: Line) -> None:
    instance = line([0, 40], [0, 40], weights=[9, 2])
    types = [OfficeType("small", 1, capacity=2), OfficeType("large", 4, capacity=20)]
    solution = solve(instance, Mean(), Limits(office_types=types, annual_budget=5))
    assert solution.office_types == {"0": "large", "1": "small"}
    assert solution.objective == 0
    none_large = Limits(office_types=types, type_quotas={"large": (None, 0)})
    with pytest.raises(InfeasibleError):
        solve(instance, Mean(), none_large)


def test_what_opens_stays_open_and_no_budget_is_exceeded(line: Line) -> None:
    instance = line([0, 10, 30], [0, 10, 30], weights=[1, 2, 4], annual_cost=[1, 1, 1],
                    one_off_cost=[4, 4, 4])  # fmt: skip
    phases = [Phase("2020", one_off_budget=4, annual_budget=1), Phase("2021", one_off_budget=8)]
    solution = solve(instance, Mean(), Limits(phases=phases))
    assert solution.opened_in == {"0": "2021", "1": "2021", "2": "2020"}
    # The first year all go to 30; in the second everyone has a site.
    assert solution.objective == (30 + 40) / 2
    at_once = solve(instance, Mean(), Limits(phases=[Phase("2020"), Phase("2021")]))
    assert at_once.objective == 0


def test_phases_weigh_by_their_years(line: Line) -> None:
    instance = line([0, 10], [0, 10], weights=[3, 1])
    phases = [Phase("short", opened_max=1, years=1), Phase("long", opened_max=1, years=9)]
    assert solve(instance, Mean(), Limits(phases=phases)).objective == pytest.approx(1)


def test_faults_of_limits(line: Line) -> None:
    instance = line([0], [0], existing=[False])
    limits = Limits(
        quotas=[Quota("kind", ("a",))],
        closing=Closing(("0",)),
        spacing=Spacing(1, csr_array((2, 2))),
        capacity={"0": -1},
        type_quotas={"huge": (1, None)},
        phases=[Phase("a", years=0), Phase("a")],
    )
    with pytest.raises(InputError) as caught:
        solve(instance, Mean(), limits)
    assert [fault.key for fault in caught.value.faults] == [
        "quota", "quota", "type_quota", "closing", "spacing", "capacity", "phases",
        "phases.a.years",
    ]  # fmt: skip
