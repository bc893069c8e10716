"""Solve an instance with spopt; runs by itself, in an environment that has spopt and not siting.

It prints the objective recomputed from the sites that spopt gives, what spopt says of it, the
seconds and the peak megabytes.
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pulp  # spopt needs a PuLP below 4, which still carries CBC
from spopt.locate import PCenter, PMedian  # type: ignore[import-not-found] # is in that environment only


def main(arrays: Path, problem: str, p: int, time_limit: float) -> None:
    """Solve an instance and print one line: objective, what spopt says, seconds, megabytes."""
    data = np.load(arrays, allow_pickle=False)
    times, weights, existing = data["times"], data["weights"], data["existing"]
    began = time.perf_counter()
    fixed = np.flatnonzero(existing)
    # spopt counts predefined sites among the p.
    count = p + len(fixed)
    forced = {"predefined_facilities_arr": existing} if len(fixed) else {}
    if problem == "p-center":
        model = PCenter.from_cost_matrix(times, p_facilities=count, **forced)
    else:
        model = PMedian.from_cost_matrix(times, weights, p_facilities=count, **forced)
    solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=time_limit)  # type: ignore[attr-defined] # of PuLP below 4
    said, value = "optimal", "none"
    try:
        model = model.solve(solver)
    except RuntimeError:
        said = "none"
    opened = [j for j, y in enumerate(model.fac_vars) if (y.value() or 0) > 0.5]  # noqa: PLR2004 - rounds a binary
    if opened and said != "none":
        nearest = times[:, opened].min(axis=1)
        value = repr(float(nearest.max() if problem == "p-center" else weights @ nearest))
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{value} {said} {seconds:.3f} {peak:.1f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
