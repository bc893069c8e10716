"""Times that are told by and by: what a source of them promises, and how far it was asked."""

from dataclasses import dataclass
from typing import Protocol

from scipy.sparse import csr_array

from siting.common.types import Floats, Ints


class TimeSource(Protocol):
    """What tells times row by row, the least first, so that no one needs the whole matrix."""

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of clients and of sites."""

    def nearest(self, clients: Ints, count: int) -> tuple[csr_array, Floats]:
        """Return the times of clients to about so many of their nearest sites, and the floors.

        A row holds all sites below its floor, and no others; the floor is inf where the row is
        whole, which it is if the count is that of the sites.

        Parameters
        ----------
        clients : ndarray of int, shape (k,)
            Rows that are asked for.
        count : int
            About how many sites of each.

        Returns
        -------
        tuple of scipy.sparse.csr_array, shape (k, sites), and ndarray of float, shape (k,)
            The times, and the floors.
        """


@dataclass(frozen=True, eq=False)
class Listing:
    """How much of a source an instance holds.

    Parameters
    ----------
    source : TimeSource
    floor : ndarray of float, shape (clients,)
        All sites nearer than this are listed; inf where the row is whole.
    asked : ndarray of int, shape (clients,)
        For how many sites the source was asked.
    """

    source: TimeSource
    floor: Floats
    asked: Ints
