"""What the tests of the model share."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import settings

from siting.model import Instance

settings.register_profile("siting", deadline=None, derandomize=True, database=None)
settings.load_profile("siting")


@pytest.fixture
def line() -> Callable[..., Instance]:
    """Return a maker of an instance on a line: clients and sites at positions, minutes apart."""

    def make(clients: list[float], sites: list[float], **rest: object) -> Instance:
        times = np.abs(np.subtract.outer(np.array(clients), np.array(sites)))
        weights = rest.pop("weights", np.ones(len(clients)))
        return Instance.from_matrix(times, weights, **rest)  # type: ignore[arg-type] # rest is for from_matrix

    return make
