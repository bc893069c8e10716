"""An instance under its limits, before it is said what is to be least."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, vstack

from siting.common.types import Bools, Floats, Ints
from siting.model import presolve
from siting.model.instance import Instance, entry_rows, keep_entries, nearest_minutes
from siting.model.limits.base import Limit, site_mask
from siting.model.limits.limits import Limits
from siting.model.limits.sites import Capacity, Closing, ForceShut, MaxTime
from siting.model.options import Options, make_options
from siting.model.program import Ceiling, Functional, Program, Row, Transform, sum_row
from siting.model.warmth import Warmth


@dataclass(frozen=True, eq=False)
class Formulation:
    """Options, services and linear limits; from it programs with goals are made.

    Parameters
    ----------
    options : Options
    program : Program
        Pruned, with a goal of nothing; one service a client with people and phase.
    clients, periods : ndarray of int, shape (services,)
        Client and phase of each service.
    weights : ndarray of float, shape (services,)
        People times the phase's share of the years.
    present : ndarray of float, shape (clients,)
        Minutes to the nearest existing site; inf without.
    centre : float
        The time from which exponential costs are counted: the longest that can come up, or better
        one that is known to be about that of the best answer.
    pairs : int
        Pairs there were before any was pruned.
    """

    options: Options
    program: Program
    clients: Ints
    periods: Ints
    weights: Floats
    present: Floats
    centre: float
    pairs: int

    @property
    def instance(self) -> Instance:
        """Return the instance, whose weights are the people of each client."""
        return self.options.instance

    def functional(self, transform: Transform, weights: Floats | None = None) -> Functional:
        """Return a weighted sum over all services, or over some by other weights."""
        weights = self.weights if weights is None else weights
        return Functional(np.zeros(len(self.options)), weights, transform)

    def of_any_answer(self, ceilings: Sequence[Ceiling]) -> Program:
        """Return the program in which every answer that keeps to the limits is as good."""
        nothing = Functional(np.zeros(len(self.options)), np.zeros_like(self.weights))
        return self.with_goal(nothing, ceilings)[0]

    def with_goal(self, goal: Functional, ceilings: Sequence[Ceiling] = ()) -> tuple[Program, Ints]:
        """Return the program with a goal, and the service in it of each service here."""
        program = replace(self.program, goal=goal, ceilings=tuple(ceilings))
        program = presolve.close_lists(presolve.drop_dear_pairs(program, ceilings))
        return presolve.merge_services(presolve.drop_useless_options(program, self.options.new))


NOTHING = Warmth()


# long: half of it says what its parameters mean
def make_formulation(  # noqa: PLR0913 - all but three are named
    instance: Instance,
    limits: Limits,
    parts: Sequence[Limit],
    *,
    serve_all: bool,
    start: Sequence[str] = (),
    warmth: Warmth = NOTHING,
) -> Formulation:
    """Put an instance under limits."""
    options = _options(instance, limits, parts)
    farthest = min([np.inf, *(part.minutes for part in parts if isinstance(part, MaxTime))])
    years = np.array([phase.years for phase in limits.phases] or [1.0])
    within = bool(np.isfinite(farthest))
    reached = np.diff(instance.times.indptr) > 0
    counted = np.flatnonzero((instance.weights > 0) & (reached | np.bool_(not serve_all)))
    clients = np.tile(counted, len(years))
    periods = np.repeat(np.arange(len(years)), len(counted))
    people = instance.weights[clients]
    everyone = len(counted) == len(instance.client_ids)
    of_clients = instance.times if everyone else instance.times[counted]
    times, fallback, pairs = _service_times(options, of_clients, len(years), farthest)
    fallback, open_ended = _floors(instance, clients, farthest, fallback)
    rows = [row for part in parts for row in part.rows(options)]
    points = warmth.on(options)
    program = Program(
        lower=options.lower,
        upper=options.upper,
        rows=(*_one_option_a_site(options, rows), *rows),
        times=times,
        fallback=fallback,
        people=people,
        periods=periods,
        capacity=options.capacity,
        must_serve=serve_all or within,
        goal=Functional(np.zeros(len(options)), np.zeros(len(clients))),
        hint=_hint(options, start) if start else None,
        points=points,
        open_ended=open_ended,
        single=any(part.single for part in parts if isinstance(part, Capacity)),
    )
    program = presolve.prune_pairs(presolve.drop_forbidden_pairs(presolve.tighten(program)))
    ends = np.concatenate([program.times.data, program.fallback[np.isfinite(program.fallback)]])
    return Formulation(
        options=options,
        program=program,
        clients=clients,
        periods=periods,
        weights=people * (years / years.sum())[periods],
        present=nearest_minutes(instance.times, instance.existing),
        centre=float(ends.max(initial=0.0)),
        pairs=pairs,
    )


def _options(instance: Instance, limits: Limits, parts: Sequence[Limit]) -> Options:
    may_shut = np.zeros(len(instance.site_ids), dtype=np.bool_)
    capacity = np.full(len(instance.site_ids), np.inf)
    for part in parts:
        if isinstance(part, ForceShut | Closing):
            may_shut |= site_mask(instance, part.sites)
        if isinstance(part, Capacity):
            capacity = part.of_sites(instance)
    return make_options(
        instance,
        may_shut=may_shut,
        capacity=capacity,
        types=limits.office_types,
        phases=max(1, len(limits.phases)),
    )


def _hint(options: Options, start: Sequence[str]) -> Bools:
    """Return the first option of each site that is named, and those that are forced."""
    first = np.diff(options.site, prepend=-1) > 0
    return (options.lower > 0) | (first & site_mask(options.instance, start)[options.site])


def _one_option_a_site(options: Options, others: Sequence[Row]) -> list[Row]:
    """Return a row for each site with several options, unless another row says as much of more."""
    counts = np.bincount(options.site, minlength=len(options.instance.site_ids))
    unsaid = counts > 1
    for row in others if unsaid.any() else ():
        if row.upper == 1 and np.isinf(row.lower) and (row.coefficients == 1).all():
            sites, members = np.unique(options.site[row.columns], return_counts=True)
            unsaid[sites[members == counts[sites]]] = False
    return [sum_row("", options.site == site, upper=1) for site in np.flatnonzero(unsaid)]


def _floors(
    instance: Instance, clients: Ints, farthest: float, fallback: Floats
) -> tuple[Floats, Ints | None]:
    """Return fallbacks with what sites that are not listed take at the least, and whose these are.

    What lies beyond the farthest that is allowed, or beyond a site that stays, is of no use.
    """
    if instance.listing is None:
        return fallback, None
    floor = instance.listing.floor[clients]
    matters = (floor <= farthest) & (floor < fallback)
    return np.where(matters, floor, fallback), np.where(matters, clients, -1)


def _service_times(
    options: Options, of_clients: csr_array, phases: int, farthest: float
) -> tuple[csr_array, Floats, int]:
    """Return minutes of services x options: an option serves from its phase on.

    Pairs no nearer than an office that stays and never fills up are left out from the start,
    before each is repeated for every phase and kind; their minutes are the fallback. And how many
    pairs there would be with them.
    """
    near = keep_entries(of_clients, of_clients.data <= farthest)
    repeated = (phases - options.phase) * np.bincount(near.indices, minlength=near.shape[1])[
        options.site
    ]
    stays = np.zeros(near.shape[1], dtype=np.bool_)
    stays[options.site[(options.lower == 1) & np.isinf(options.capacity)]] = True
    fallback = nearest_minutes(near, stays)
    near = keep_entries(near, near.data < fallback[entry_rows(near)])
    if not np.array_equal(options.site, np.arange(near.shape[1])):
        near = csr_array(near[:, options.site])
    running = [keep_entries(near, options.phase[near.indices] <= phase) for phase in range(phases)]
    times = running[0] if phases == 1 else csr_array(vstack(running, format="csr"))
    return times, np.tile(fallback, phases), int(repeated.sum())
