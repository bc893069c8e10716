r"""Sites that fill up: rows from prices of services, and how a choice divides people.

Let each service i be paid D_i per unit of its weight. An open option earns w_i (D_i - c_ij) from
those whom it serves, and at most what those bring who are worth most to it until it is full:

    sum_i w_i theta_i  >=  sum_i w_i D_i  -  sum_j y_j E_j(D),
    E_j(D) = max { sum_i w_i (D_i - c_ij) z_i : sum_i people_i z_i <= u_j, 0 <= z_i <= 1 }

At the dual values of dividing people among the options of a choice, this is what they cost. A row
is added for each part of the country that no open option joins to another, and only where the
nearest options are overfull: elsewhere the cuts for options without end are exact. Prices at which
as few as possible stay unserved, with costs of 0, give rows that say that there is room.

Source: Geoffrion and Graves, Management Science 20 (1974), for the division as a problem of its
own; Geoffrion, Mathematical Programming Study 2 (1974), for the bound from prices.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components

from siting.common.types import Bools, Floats, Ints
from siting.model.instance import entry_rows
from siting.model.program import Program, Split
from siting.model.solving.classic import split_of
from siting.model.solving.decomposition.costs import VIOLATION, SortedCosts

# A share of an option below this opens nothing.
NOTHING = 1e-9


@dataclass(frozen=True, eq=False)
class Division:
    """Pairs of services and places with room, among which people are divided.

    Parameters
    ----------
    rows, places : ndarray of int, shape (pairs,)
    people : ndarray of float, shape (pairs,)
        What all of the service takes up.
    most : ndarray of float, shape (pairs,)
        Which part of the service may go there.
    room : ndarray of float, shape (places,)
    """

    rows: Ints
    places: Ints
    people: Floats
    most: Floats
    room: Floats

    def of_least_cost(self, costs: Floats, must: Bools) -> tuple[Floats, Floats] | None:
        """Return the part of each pair, and the dual value of each row; None without room.

        Some rows must be served as a whole, the others as far as it pays; shapes (pairs,) and
        (rows,).
        """
        used, served = _by(self.rows, np.ones(len(self.rows)))
        if must.sum() > must[used].sum():
            return None
        if not len(used):
            return np.zeros(0), np.zeros(len(must))
        places, loads = _by(self.places, self.people)
        filling, held = np.isfinite(self.room[places]), must[used]
        limits = [np.ones(len(used)), self.room[places][filling], -np.ones(int(held.sum()))]
        found = linprog(  # type: ignore[call-overload] # bounds may be an array
            costs,
            A_ub=vstack([served, loads[filling], -served[held]]),
            b_ub=np.concatenate(limits),
            bounds=np.stack([np.zeros(len(costs)), self.most], axis=1),
            method="highs-ds",
        )
        if found.x is None:
            return None
        duals, prices = found.ineqlin.marginals, np.zeros(len(must))
        prices[used] = duals[: len(used)]
        prices[used[held]] -= duals[len(duals) - len(limits[2]) :]
        return found.x, prices


def _by(numbers: Ints, values: Floats) -> tuple[Ints, csr_array]:
    """Return which numbers there are, and a matrix with a row of values for each."""
    found, row = np.unique(numbers, return_inverse=True)
    columns = np.arange(len(numbers))
    return found, csr_array(coo_array((values, (row, columns)), shape=(len(found), len(numbers))))


def divided(program: Program, chosen: Bools) -> Split | None:
    """Return how people are divided among the options chosen at least cost; None without room."""
    times, transform = program.times, program.goal.transform
    if transform is None:
        raise ValueError("a goal without costs divides nobody")
    pairs = np.flatnonzero(chosen[times.indices])
    rows, options = entry_rows(times)[pairs], times.indices[pairs]
    division = Division(
        rows,
        program.periods[rows] * len(chosen) + options,
        program.people[rows],
        np.ones(len(pairs)),
        _room(program, chosen.astype(np.float64)),
    )
    alone = np.isinf(program.fallback) & np.bool_(program.must_serve)
    instead = np.where(alone, 0.0, transform(program.fallback))
    costs = program.goal.weights[rows] * (transform(times.data[pairs]) - instead[rows])
    found = division.of_least_cost(costs, alone)
    if found is None:
        return None
    shares = np.zeros(len(times.data))
    shares[pairs] = found[0]
    return split_of(program, chosen, shares)


def _room(program: Program, chosen: Floats) -> Floats:
    """Return the room of each place, which is an option in a period."""
    room, fills = program.capacity.copy(), np.isfinite(program.capacity)
    room[fills] *= chosen[fills]
    return np.tile(room, int(program.periods.max(initial=0)) + 1)


@dataclass(frozen=True, eq=False)
class Worth:
    """What services are to weigh, and cost, in a bound.

    Parameters
    ----------
    weights, fallback : ndarray of float, shape (rows,)
    costs : ndarray of float, shape (entries,)
    of_group : ndarray of float, shape (groups,)
        What each group's cost variable counts.
    """

    weights: Floats
    fallback: Floats
    costs: Floats
    of_group: Floats


class Room:
    """What the options of a program can hold, beside its costs.

    Parameters
    ----------
    program : Program
    costs : SortedCosts
    first : int
        The master's column of the first cost variable.
    """

    def __init__(self, program: Program, costs: SortedCosts, first: int) -> None:
        self.program = program
        self.costs = costs
        self.first = first
        self.rows = costs.rows()
        periods = program.periods[costs.services][self.rows]
        self.places = periods * len(program.lower) + costs.options
        self.people = program.people[costs.services]
        alone = np.isinf(costs.fallback)
        nothing, one = np.zeros_like(costs.costs), np.ones_like(costs.fallback)
        served = Worth(self.people * alone, one, nothing, np.zeros_like(costs.group_weights))
        paid = Worth(costs.weights, costs.fallback, costs.costs, costs.group_weights)
        self.worths = [served, paid] if alone.any() else [paid]

    def cuts(self, columns: Floats) -> tuple[Floats, csr_array]:
        """Return the rows that a choice and its costs break: least sums, and coefficients."""
        chosen = columns[: len(self.program.lower)]
        least, matrix = np.zeros(0), csr_array((0, len(columns)))
        entries = np.flatnonzero(chosen[self.costs.options] > NOTHING)
        room, most = _room(self.program, chosen), chosen[self.costs.options[entries]]
        part_of = self._parts(entries, self._overfull(entries, most, room))
        inside = part_of[self.rows[entries]] >= 0
        division = self._division(entries[inside], most[inside], room)
        for worth in self.worths if inside.any() else []:
            prices = self._prices(entries[inside], division, worth)
            if prices is None:
                break
            least, matrix = self._bounds(prices, worth, part_of, len(columns))
            broken = least - matrix @ columns > VIOLATION * np.maximum(1.0, np.abs(least))
            least, matrix = least[broken], matrix[broken]
            if len(least):
                break
        return least, matrix

    def _overfull(self, entries: Ints, most: Floats, room: Floats) -> Bools:
        """Tell which places hold too few if everyone goes to the nearest, shape (places,)."""
        rows, places = self.rows[entries], self.places[entries]
        total = np.cumsum(most)
        before = total - most
        before -= before[np.searchsorted(rows, rows)]
        load = self.people[rows] * np.clip(1 - before, 0, most)
        loads = np.bincount(places, weights=load, minlength=len(room))
        return loads > room + VIOLATION * np.maximum(1.0, room)

    def _parts(self, entries: Ints, overfull: Bools) -> Ints:
        """Return the part of each row; -1 where no place of its part is overfull."""
        groups = len(self.costs.group_weights)
        ends = self.costs.group[self.rows[entries]], groups + self.places[entries]
        size = groups + len(overfull)
        joined = coo_array((np.ones(len(entries)), ends), shape=(size, size))
        part = connected_components(joined, directed=False)[1]
        concerned = np.isin(part[self.costs.group], part[groups + np.flatnonzero(overfull)])
        numbers = np.full(len(concerned), -1)
        numbers[concerned] = np.unique(part[self.costs.group[concerned]], return_inverse=True)[1]
        return numbers

    def _division(self, entries: Ints, most: Floats, room: Floats) -> Division:
        rows = self.rows[entries]
        return Division(rows, self.places[entries], self.people[rows], most, room)

    def _prices(self, entries: Ints, division: Division, worth: Worth) -> Floats | None:
        """Return prices of the rows at which dividing them costs most; None without room."""
        alone, weighs = np.isinf(worth.fallback), worth.weights > 0
        here = np.bincount(division.rows, minlength=len(alone)) > 0
        prices: Floats = np.where(alone, 0.0, worth.fallback)
        saved = worth.weights[division.rows] * (worth.costs[entries] - prices[division.rows])
        found = division.of_least_cost(saved, alone & here)
        if found is None:
            return None
        prices[weighs] += found[1][weighs] / worth.weights[weighs]
        return prices

    def _bounds(
        self, prices: Floats, worth: Worth, part_of: Ints, width: int
    ) -> tuple[Floats, csr_array]:
        """Return for each part the row of these prices, for a unit of weight."""
        earned = worth.weights[self.rows] * (prices[self.rows] - worth.costs)
        at = np.flatnonzero((earned > 0) & (part_of[self.rows] >= 0))
        part, taken = part_of[self.rows[at]], self._taken(at, earned, part_of)
        groups = self.costs.group
        group, firsts = np.unique(groups, return_index=True)
        of_group = part_of[firsts]
        group, of_group = group[of_group >= 0], of_group[of_group >= 0]
        values = np.concatenate([earned[at] * taken, worth.of_group[group]])
        ends = (
            np.concatenate([part, of_group]),
            np.concatenate([self.costs.options[at], self.first + group]),
        )
        shape = int(part_of.max()) + 1, width
        matrix = csr_array(coo_array((values, ends), shape=shape))
        concerned = part_of >= 0
        unit = np.bincount(part_of[concerned], worth.weights[concerned])
        least = np.bincount(part_of[concerned], (worth.weights * prices)[concerned])
        unit = np.where(unit > 0, unit, 1.0)
        return least / unit, csr_array(matrix / unit[:, None])

    def _taken(self, at: Ints, earned: Floats, part_of: Ints) -> Floats:
        """Return which part each place takes of those who are worth most to it until it is full."""
        rows, places = self.rows[at], self.places[at]
        people = self.people[rows]
        key = part_of[rows] * (int(self.places.max()) + 1) + places
        order = np.lexsort((-earned[at] / people, key))
        key = key[order]
        before = np.cumsum(people[order]) - people[order]
        before -= before[np.searchsorted(key, key)]
        taken = np.empty(len(at))
        capacity = self.program.capacity[self.costs.options[at]]
        taken[order] = np.clip((capacity[order] - before) / people[order], 0.0, 1.0)
        return taken
