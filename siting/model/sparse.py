"""What is done with sparse times, in which a stored 0 is a time and a missing entry is not."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from siting.common.types import Bools, Floats, Ints


def from_entries(
    data: Floats, columns: NDArray[np.integer], counts: Ints, shape: tuple[int, int]
) -> csr_array:
    """Return a sparse array from its entries, row after row, and their number in each row."""
    starts = np.concatenate([[0], np.cumsum(counts)])
    return csr_array((data, columns, starts), shape=shape)


def entry_rows(matrix: csr_array) -> Ints:
    """Return the row of each stored entry."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def rows_at(matrix: csr_array, positions: Ints) -> Ints:
    """Return the row of the stored entries at some positions.

    Unlike `entry_rows` it needs no memory for the others.
    """
    return np.searchsorted(matrix.indptr, positions, side="right") - 1


def keep_entries(matrix: csr_array, kept: Bools) -> csr_array:
    """Return the matrix with only some of its stored entries."""
    if kept.all():
        return matrix
    positions = np.flatnonzero(kept)
    counts = np.diff(np.searchsorted(positions, matrix.indptr))
    return from_entries(matrix.data[positions], matrix.indices[positions], counts, matrix.shape)


def row_minima(times: csr_array) -> Floats:
    """Return the least stored time of each row; inf where there is none."""
    nearest = np.full(times.shape[0], np.inf)
    filled = np.flatnonzero(np.diff(times.indptr))
    if len(filled):
        nearest[filled] = np.minimum.reduceat(times.data, times.indptr[filled])
    return nearest


def nearest_minutes(times: csr_array, chosen: Bools) -> Floats:
    """Return the least stored time of each row over the chosen columns; inf if there is none."""
    nearest = np.full(times.shape[0], np.inf)
    positions = np.flatnonzero(chosen[times.indices])
    if not len(positions):
        return nearest
    rows = rows_at(times, positions)
    firsts = np.flatnonzero(np.diff(rows, prepend=-1))
    nearest[rows[firsts]] = np.minimum.reduceat(times.data[positions], firsts)
    return nearest
