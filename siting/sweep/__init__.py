"""Many runs of one scenario with some keys changed, on Dask."""

from siting.sweep.carry_out import Swept, run_sweep
from siting.sweep.file import Sweep, find_sweep, read_sweep

__all__ = ["Sweep", "Swept", "find_sweep", "read_sweep", "run_sweep"]
