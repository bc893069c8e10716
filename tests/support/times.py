"""Travel times as tests write them, and as the program takes them."""

import numpy as np
from scipy.sparse import csr_array

from siting.common.package import data_folder
from siting.common.types import Floats
from siting.network.matrix import stored
from siting.pipeline.prepare import travel_times
from siting.pipeline.problem import Problem, dense


def sparse(minutes: Floats) -> csr_array:
    """Store every finite time, zeros too."""
    return stored(np.asarray(minutes))


def every_time(problem: Problem) -> Floats:
    """All times of a problem, also those that cannot matter; infinite where there is no way."""
    found = travel_times(problem.file, problem.inputs, data_folder(None), lambda _: None)
    return dense(found.minutes)
