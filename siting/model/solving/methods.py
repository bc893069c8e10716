"""Solve a program in the way that suits its size."""

from dataclasses import replace

from siting.model.program import Program
from siting.model.solving.classic import SolverAnswer, solve_classic
from siting.model.solving.decomposition import solve_decomposed
from siting.model.solving.search import Search

# Up to here PuLP's model is built and solved faster than the cut loop needs to start.
FEW_PAIRS = 2_000


def way_for(program: Program, search: Search) -> str:
    """Return "classic" or "decomposition", whichever suits the size, limits and solver."""
    small = program.times.nnz <= FEW_PAIRS
    only_classic = program.splits or search.solver.name != "highs"
    return "classic" if small or only_classic else "decomposition"


def solve_flat(program: Program, search: Search, method: str | None = None) -> SolverAnswer:
    """Return the options with the least goal."""
    way = way_for(program, search) if method is None or program.splits else method
    solve = {"classic": solve_classic, "decomposition": solve_decomposed}[way]
    return replace(solve(program, search), method=way)
