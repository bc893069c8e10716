"""Many runs of one scenario with some keys changed, on Dask."""

from siting.studies.sweep.file import Sweep, find_sweep, read_sweep
from siting.studies.sweep.run import Swept, run_sweep

__all__ = ["Sweep", "Swept", "find_sweep", "read_sweep", "run_sweep"]
