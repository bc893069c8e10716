"""Each limit on cases small enough to check by hand."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.sparse import csr_array

from siting.common.errors import ClashingLimit, InfeasibleError, InputError
from siting.model import (
    Closing,
    Cost,
    Different,
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
    solution = solve(instance, Mean(), limits)
    assert solution.new_sites == ("0", "2")
    assert (solution.limits[1].label, solution.limits[1].used) == ("0 and 1", 1)


def test_no_one_is_sent_too_far(line: Line) -> None:
    instance = line([0, 9], [0, 5], weights=[99, 1])
    one = Limits(new_sites_max=1)
    assert solve(instance, Mean(), one).new_sites == ("0",)
    assert solve(instance, Mean(), Limits(new_sites_max=1, max_time=5)).new_sites == ("1",)
    with pytest.raises(InfeasibleError) as caught:
        solve(instance, Mean(), Limits(new_sites_max=1, max_time=4))
    expected = ClashingLimit("max_time", "no one is sent further than 4 minutes")
    assert expected in caught.value.clash


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
    expected = ClashingLimit("capacity", "no site serves more people than its capacity")
    assert caught.value.clash[0] == expected


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
    use = solution.limits[0]
    assert (use.label, use.kind, use.limit, use.used) == ("2020", "annual_budget", 1, 1)
    at_once = solve(instance, Mean(), Limits(phases=[Phase("2020"), Phase("2021")]))
    assert at_once.objective == 0


def test_phases_weigh_by_their_years(line: Line) -> None:
    instance = line([0, 10], [0, 10], weights=[3, 1])
    phases = [Phase("short", opened_max=1, years=1), Phase("long", opened_max=1, years=9)]
    assert solve(instance, Mean(), Limits(phases=phases)).objective == pytest.approx(1)


def test_the_tightest_means_of_the_phases_are_named(line: Line) -> None:
    instance = line([0, 9], [0, 9], annual_cost=[1, 1], one_off_cost=[1, 1])
    for phase, kind in (
        (Phase("2020", annual_budget=2, one_off_budget=3, opened_max=4), "annual_budget"),
        (Phase("2020", annual_budget=3, one_off_budget=2, opened_max=4), "one_off_budget"),
        (Phase("2020", annual_budget=4, one_off_budget=3, opened_max=2), "opened_max"),
    ):
        [use] = solve(instance, Mean(), Limits(phases=[phase])).limits
        assert (use.label, use.kind, use.limit, use.used, use.slack) == ("2020", kind, 2, 2, 0)


def test_capacities_hold_in_each_phase(line: Line) -> None:
    instance = line([0, 9], [0, 9], weights=[3, 2], existing=[True, False])
    phases = [Phase("2020", opened_max=0), Phase("2021")]
    full = Limits(phases=phases, capacity={"0": 4})
    with pytest.raises(InfeasibleError) as caught:
        solve(instance, Mean(), full)
    assert [limit.key for limit in caught.value.clash] == [
        "capacity",
        "phases",
        "everyone_served",
    ]
    enough = Limits(phases=phases, capacity={"0": 5})
    assert solve(instance, Mean(), enough).objective == 9


def test_limits_say_in_plain_words_what_they_ask() -> None:
    limits = Limits(
        new_sites_max=3,
        new_sites_min=1,
        annual_budget=2.5,
        one_off_budget=7,
        max_new_per_group={"county": 2},
        at_least_one_per_group=["county"],
        at_least_one_in={"kind": ("x", "y")},
        force_open=["a", "b"],
        force_shut=["c"],
        quotas=[Quota("kind", ("x", "y"), 1, 2), Quota("kind", ("x",), most=2)],
        closing=Closing(("d", "e"), 1),
        closing_frees_budget=True,
        spacing=Spacing(3, csr_array((1, 1))),
        max_time=45,
        capacity={"a": 9, "b": 8},
        office_types=[OfficeType("large", 1)],
        type_quotas={"large": (1, None)},
        phases=[Phase("2020"), Phase("2021")],
        different=[Different((("a",), ("b",)), 2)],
    )
    assert [(part.name, part.sentence()) for part in limits.parts()] == [
        ("new_sites_max", "at most 3 new"),
        ("new_sites_min", "at least 1 new"),
        ("annual_budget", "new sites, less what closing saves, cost at most 2.5 a year"),
        ("one_off_budget", "opening new sites costs at most 7"),
        ("force_open", "must be open: a, b"),
        ("force_shut", "must be shut: c"),
        ("max_new_per_group", "at most 2 new in each county"),
        ("at_least_one_per_group", "at least one site in each county"),
        ("at_least_one_per_group", "at least one site in kind x"),
        ("at_least_one_per_group", "at least one site in kind y"),
        ("quota", "at least 1 and at most 2 new in kind x, y"),
        ("quota", "at most 2 new in kind x"),
        ("type_quota", "at least 1 new of type large"),
        ("closing", "of 2 that may close, 1 to 2 do"),
        ("spacing", "no two new sites nearer than 3"),
        ("max_time", "no one is sent further than 45 minutes"),
        ("capacity", "no site serves more people than its capacity"),
        ("phases", "the budgets of the phases 2020, 2021"),
        ("different", "at least 2 sites otherwise than in 2 other answers"),
    ]


def test_faults_of_limits(line: Line) -> None:
    instance = line([0], [0], existing=[False], site_groups={"region": ["b"]})
    limits = Limits(
        quotas=[Quota("kind", ("a",)), Quota("region", ("a", "b"), least=1)],
        closing=Closing(("0",)),
        spacing=Spacing(1, csr_array((2, 2))),
        capacity={"0": -1, "z": 1},
        type_quotas={"huge": (1, None)},
        phases=[Phase("a", years=0), Phase("a")],
    )
    with pytest.raises(InputError) as caught:
        solve(instance, Mean(), limits)
    assert str(caught.value).splitlines() == [
        "limits: quota = 'kind': unknown grouping of sites. Known: region.",
        "limits: quota = None: has no number. Give least or most.",
        "limits: quota = ['a']: unknown groups. Name groups of sites.",
        "limits: type_quota = 'huge': unknown office type. Correct it.",
        "limits: closing = ['0']: are not open. Name existing sites.",
        "limits: spacing = (2, 2): is not sites x sites. Give all sites.",
        "limits: capacity = ['z']: unknown sites. Name sites of the instance.",
        "limits: capacity = [('0', -1)]: is not 0 or more. Give people.",
        "limits: phases = ['a', 'a']: names occur twice. Give each its own.",
        "limits: phases.a.years = 0: is not positive. Give the years that it lasts.",
    ]


def test_a_group_must_have_a_site_and_an_existing_one_will_do() -> None:
    near = Instance.from_matrix(
        np.array([[1.0, 2.0, 3.0, 9.0]]),
        [1],
        existing=[1, 0, 0, 0],
        site_groups={"town": ["p", "q", "q", "r"]},
        client_groups={"town": ["s"]},
    )
    for town, new in {"p": (), "q": ("1",), "r": ("3",)}.items():
        limits = Limits(new_sites_max=1, at_least_one_in={"town": [town]})
        assert solve(near, Mean(), limits).new_sites == new
    both = Limits(new_sites_max=2, at_least_one_in={"town": ["q", "r"]})
    assert solve(near, Mean(), both).new_sites == ("1", "3")
    for town in ("s", "nowhere"):
        with pytest.raises(InfeasibleError) as caught:
            solve(near, Mean(), Limits(new_sites_max=2, at_least_one_in={"town": [town]}))
        (clash,) = caught.value.clash
        assert (clash.group, clash.labels) == ("town", (town,))
    with pytest.raises(InputError, match="unknown grouping"):
        solve(near, Mean(), Limits(at_least_one_in={"land": ["p"]}))
    with pytest.raises(InfeasibleError, match="at least one site in town r"):
        solve(near, Mean(), Limits(new_sites_max=0, at_least_one_in={"town": ["p", "r"]}))
