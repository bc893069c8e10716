"""Make a program smaller without changing its answer."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from siting.common.types import Bools, Floats, Ints
from siting.model.instance import entry_rows, keep_entries, nearest_minutes
from siting.model.program import Ceiling, Functional, Program, Row

# Units of limits are looked for down to this, and up to so many of it.
FINEST = 1e-6
MOST = 1e12
# How near a coefficient must be to a multiple of the finest unit, relative.
EXACT = 1e-14
# A row is counted in units if its coefficients have at most so many: with more, rounding in the
# relaxation moves its sum by as much as a unit is worth telling.
MOST_UNITS = 1_000


def tighten(program: Program) -> Program:
    """Turn rows that force or forbid options into bounds.

    A row that needs as many options as it has forces them all; a row of positive coefficients
    with the upper limit 0 forbids them.
    """
    lower, upper = program.lower.copy(), program.upper.copy()
    for row in program.rows:
        if (row.coefficients <= 0).any():
            continue
        if row.upper == 0:
            upper[row.columns] = 0
        if row.lower >= row.coefficients.sum():
            lower[row.columns] = 1
    return replace(program, lower=lower, upper=upper)


def unit_of(values: Floats) -> float:
    """Return the greatest number that all values are whole multiples of; 0 if there is none."""
    scaled = np.abs(values) / FINEST
    whole = np.rint(scaled)
    if whole.max(initial=0) > MOST or (np.abs(scaled - whole) > EXACT * whole).any():
        return 0.0
    return float(np.gcd.reduce(whole.astype(np.int64))) * FINEST


def in_whole_numbers(row: Row) -> Row:
    """Return a row with its coefficients and bounds in whole numbers, where a unit allows that.

    Costs that are all multiples of 0.7 under a budget of 55 become whole ones under 78, which is
    less than 55 / 0.7 and leaves the same choices.
    """
    unit = unit_of(row.coefficients)
    if unit == 0 or np.abs(row.coefficients).max() > MOST_UNITS * unit:
        return row
    lower = np.ceil((row.lower - row.leeway()) / unit)
    upper = np.floor((row.upper + row.leeway()) / unit)
    return replace(row, coefficients=np.rint(row.coefficients / unit), lower=lower, upper=upper)


def is_counting(row: Row) -> bool:
    """Tell whether the sum of a row is a whole number that a relaxation can tell from the next."""
    sizes = np.abs(row.coefficients)
    return len(sizes) > 1 and bool((sizes % 1 == 0).all() and sizes.max() <= MOST_UNITS)


def prune_pairs(program: Program) -> Program:
    """Drop pairs that no optimal answer needs.

    A pair is dropped if its option is no nearer than the nearest one that is open whatever is
    decided and never fills up, because sending people there instead is always possible and never
    worse. Without such an option nothing is dropped.
    """
    always = (program.lower == 1) & (program.upper == 1) & np.isinf(program.capacity)
    fixed = nearest_minutes(program.times, always)
    fallback = np.minimum(program.fallback, fixed)
    nearer = program.times.data < np.repeat(fallback, np.diff(program.times.indptr))
    times = keep_entries(program.times, nearer)
    open_ended = ended(program, np.where(fixed <= program.fallback, np.inf, program.fallback))
    return replace(program, times=times, fallback=fallback, open_ended=open_ended)


def drop_forbidden_pairs(program: Program) -> Program:
    """Drop the pairs of options that are forbidden."""
    allowed = (program.upper > 0)[program.times.indices]
    return replace(program, times=keep_entries(program.times, allowed))


def drop_dear_pairs(program: Program, ceilings: Iterable[Ceiling]) -> Program:
    """Drop pairs and fallbacks that alone, with all of a service, pass a ceiling.

    So a pair over which nobody would go does not set the scale of exponential costs.
    """
    times, fallback = program.times, program.fallback
    for functional, limit in ((each.functional, each.limit) for each in ceilings):
        if functional.transform is None or program.splits or not program.must_serve:
            continue
        counted = functional.weights > 0
        most = np.full(len(fallback), np.inf)
        most[counted] = limit / functional.weights[counted]
        times = keep_entries(times, functional.transform(times.data) <= most[entry_rows(times)])
        fallback = np.where(functional.transform(fallback) <= most, fallback, np.inf)
    return replace(program, times=times, fallback=fallback, open_ended=ended(program, fallback))


def close_lists(program: Program) -> Program:
    """Let lists end where all that is not listed costs as much as no service at all."""
    functionals = [program.goal, *(each.functional for each in program.ceilings)]
    transforms = [each.transform for each in functionals if each.transform is not None]
    if program.open_ended is None or program.must_serve:
        return program
    none = np.array(np.inf)
    costs_all = [transform(program.fallback) == transform(none) for transform in transforms]
    fallback = np.where(np.all(costs_all, axis=0), np.inf, program.fallback)
    return replace(program, fallback=fallback, open_ended=ended(program, fallback))


def ended(program: Program, fallback: Floats) -> Ints | None:
    """Return of whom options are not listed, where none matter to those without a fallback."""
    if program.open_ended is None:
        return None
    return np.where(np.isfinite(fallback), program.open_ended, -1)


def drop_useless_options(program: Program, new: Bools) -> Program:
    """Forbid new options that are nearer to nobody, where opening them can help in no other way.

    An option that a row asks for (a guarantee, a quota, a least number), or that would lower the
    goal or a limited sum, has to stay however far it is from everyone.
    """
    useless = new & (program.lower == 0)
    useless[program.times.indices] = False
    for row in program.rows:
        helps = (row.coefficients < 0) if np.isinf(row.lower) else row.coefficients != 0
        useless[row.columns[helps]] = False
    for functional in (program.goal, *(ceiling.functional for ceiling in program.ceilings)):
        useless[functional.linear < 0] = False
    return replace(program, upper=np.where(useless, 0.0, program.upper))


def merge_services(program: Program) -> tuple[Program, Ints]:
    """Join services that have the same options at the same times, and the same fallback."""
    service_of = _same_rows(program)
    count = int(service_of.max(initial=-1)) + 1
    if count == len(service_of):
        return program, service_of
    first = np.full(count, len(service_of))
    np.minimum.at(first, service_of, np.arange(len(service_of)))

    def total(values: Floats) -> Floats:
        return np.bincount(service_of, weights=values, minlength=count)

    def joined(functional: Functional) -> Functional:
        return replace(functional, weights=total(functional.weights))

    merged = replace(
        program,
        times=program.times[first],
        fallback=program.fallback[first],
        people=total(program.people),
        periods=program.periods[first],
        open_ended=None if program.open_ended is None else program.open_ended[first],
        goal=joined(program.goal),
        ceilings=tuple(Ceiling(joined(c.functional), c.limit) for c in program.ceilings),
    )
    return merged, service_of


def _same_rows(program: Program) -> Ints:
    """Return a number for each service, shared by equal ones, in order of first appearance."""
    times, splits = program.times, program.splits
    count = times.shape[0]
    own = [program.fallback.view(np.int64)]
    # A capacity holds in each phase on its own.
    own += [program.periods] if splits else []
    # Those that may not be divided may still go to different options.
    own += [np.arange(count)] if splits and program.single else []
    # What is not listed may differ.
    own += [] if program.open_ended is None else [program.open_ended]
    owns, width = np.column_stack(own).tobytes(), 8 * len(own)
    options, minutes = times.indices.tobytes(), times.data.tobytes()
    one, size = times.indices.itemsize, times.data.itemsize
    seen: dict[bytes, int] = {}
    numbers = np.empty(count, dtype=np.int64)
    for service, (begin, end) in enumerate(pairwise(times.indptr.tolist())):
        pairs = options[one * begin : one * end] + minutes[size * begin : size * end]
        key = owns[width * service : width * (service + 1)] + pairs
        numbers[service] = seen.setdefault(key, len(seen))
    return numbers
