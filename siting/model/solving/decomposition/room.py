r"""Sites that fill up: rows from prices of services, and how a choice divides people.

Let each service i be paid D_i per unit of its weight. An open option earns w_i (D_i - c_ij) from
those whom it serves, and at most what those bring who are worth most to it until it is full:

    sum_i w_i theta_i  >=  sum_i w_i D_i  -  sum_j y_j E_j(D),
    E_j(D) = max { sum_i w_i (D_i - c_ij) z_i : sum_i people_i z_i <= u_j, 0 <= z_i <= 1 }

At the dual values of dividing people among the options of a choice, this is what they cost. A row
is added for each part of the country that no open option joins to another, and only where the
nearest options are overfull: elsewhere the cuts for options without end are exact. Everyone has a
fallback that never fills up.

Source: Geoffrion and Graves, Management Science 20 (1974), for the division as a problem of its
own; Geoffrion, Mathematical Programming Study 2 (1974), for the bound from prices.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components

from siting.common.errors import StoppedError
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

    def of_least_cost(self, costs: Floats, count: int) -> tuple[Floats, Floats]:
        """Return the part of each pair that pays, and the dual value of each of so many rows."""
        prices = np.zeros(count)
        if not len(costs):
            return np.zeros(0), prices
        used, served = _by(self.rows, np.ones(len(self.rows)))
        places, loads = _by(self.places, self.people)
        filling = np.isfinite(self.room[places])
        found = linprog(  # type: ignore[call-overload] # bounds may be an array
            costs,
            A_ub=vstack([served, loads[filling]]),
            b_ub=np.concatenate([np.ones(len(used)), self.room[places][filling]]),
            bounds=np.stack([np.zeros(len(costs)), self.most], axis=1),
            method="highs-ds",
        )
        if found.x is None:
            raise StoppedError(f"The solver highs broke down ({found.message}).")
        prices[used] = found.ineqlin.marginals[: len(used)]
        return found.x, prices


def _by(numbers: Ints, values: Floats) -> tuple[Ints, csr_array]:
    """Return which numbers there are, and a matrix with a row of values for each."""
    found, row = np.unique(numbers, return_inverse=True)
    columns = np.arange(len(numbers))
    return found, csr_array(coo_array((values, (row, columns)), shape=(len(found), len(numbers))))


def divided(program: Program, chosen: Bools) -> Split:
    """Return how people are divided among the options chosen at least cost."""
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
    saved = transform(times.data[pairs]) - transform(program.fallback)[rows]
    shares = np.zeros(len(times.data))
    weighed = program.goal.weights[rows] * saved
    shares[pairs], _ = division.of_least_cost(weighed, len(program.fallback))
    return split_of(program, chosen, shares)


def _room(program: Program, chosen: Floats) -> Floats:
    """Return the room of each place, which is an option in a period."""
    room, fills = program.capacity.copy(), np.isfinite(program.capacity)
    room[fills] *= chosen[fills]
    return np.tile(room, int(program.periods.max(initial=0)) + 1)


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

    def cuts(self, columns: Floats) -> tuple[Floats, csr_array]:
        """Return the rows that a choice and its costs break: least sums, and coefficients."""
        chosen = columns[: len(self.program.lower)]
        entries = np.flatnonzero(chosen[self.costs.options] > NOTHING)
        room, most = _room(self.program, chosen), chosen[self.costs.options[entries]]
        part_of = self._parts(entries, self._overfull(entries, most, room))
        inside = part_of[self.rows[entries]] >= 0
        if not inside.any():
            return np.zeros(0), csr_array((0, len(columns)))
        prices = self._prices(entries[inside], most[inside], room)
        least, matrix = self._bounds(prices, part_of, len(columns))
        broken = least - matrix @ columns > VIOLATION * np.maximum(1.0, np.abs(least))
        return least[broken], matrix[broken]

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

    def _prices(self, entries: Ints, most: Floats, room: Floats) -> Floats:
        """Return prices of the rows at which dividing them costs most."""
        costs, rows = self.costs, self.rows[entries]
        division = Division(rows, self.places[entries], self.people[rows], most, room)
        saved = costs.weights[rows] * (costs.costs[entries] - costs.fallback[rows])
        _, duals = division.of_least_cost(saved, len(costs.fallback))
        prices: Floats = costs.fallback + duals / costs.weights
        return prices

    def _bounds(self, prices: Floats, part_of: Ints, width: int) -> tuple[Floats, csr_array]:
        """Return for each part the row of these prices, for a unit of weight."""
        costs, concerned = self.costs, part_of >= 0
        earned = costs.weights[self.rows] * (prices[self.rows] - costs.costs)
        at = np.flatnonzero((earned > 0) & concerned[self.rows])
        group, firsts = np.unique(costs.group[concerned], return_index=True)
        parts = part_of[self.rows[at]], part_of[concerned][firsts]
        taken = earned[at] * self._taken(at, earned, part_of)
        ends = np.concatenate(parts), np.concatenate([costs.options[at], self.first + group])
        values = np.concatenate([taken, costs.group_weights[group]])
        shape = int(part_of.max()) + 1, width
        unit = np.bincount(part_of[concerned], costs.weights[concerned])
        least = np.bincount(part_of[concerned], (costs.weights * prices)[concerned])
        matrix = csr_array(coo_array((values, ends), shape=shape))
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
