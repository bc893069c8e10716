"""A location problem as arrays and labels: who travels where, and how long it takes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, issparse

from siting.common.errors import Fault, InputError, refuse_all
from siting.common.types import Bools, Floats, Ints
from siting.model.listing import Listing


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

    Unlike `entry_rows` it needs no memory for the others. The positions are in order.
    """
    return np.repeat(np.arange(matrix.shape[0]), np.diff(np.searchsorted(positions, matrix.indptr)))


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
    starts = np.searchsorted(positions, times.indptr)
    filled = np.flatnonzero(np.diff(starts))
    if len(filled):
        nearest[filled] = np.minimum.reduceat(times.data[positions], starts[filled])
    return nearest


type Matrix = NDArray[Any] | csr_array | pd.DataFrame
type Labelled = Sequence[float] | NDArray[Any] | pd.Series | Mapping[str, float]
type Labels = Iterable[object]
type Grouped = Mapping[str, Sequence[object] | pd.Series]

LONG_TABLE = ("from", "to", "minutes")
_MELT = 'frame.rename_axis("from").reset_index().melt("from", var_name="to", value_name="minutes")'


class Faults(list[Fault]):
    """What is wrong with what a caller gives, all of it."""

    def note(self, key: str, value: object, problem: str, remedy: str) -> None:
        """Add a fault."""
        self.append(Fault("instance", key, value, problem, remedy))


def read_numbers(key: str, given: object, faults: Faults, masked: float = np.nan) -> Floats:
    """Return numbers of any kind as floats; a missing one is NaN."""
    try:
        array = np.ma.asarray(given)
        if array.dtype.kind not in "biufOU":
            raise TypeError(f"they are of the type {array.dtype}")  # noqa: TRY301 - told below with the others
        known = np.where(pd.isna(array.data), np.nan, array.data).astype(np.float64)
    except (TypeError, ValueError) as error:
        faults.note(key, type(given).__name__, f"are not numbers ({error})", "Give numbers alone.")
        raise InputError(faults) from error
    return np.where(np.ma.getmaskarray(array), masked, known)


def read_times(
    times: Matrix | Floats, client_ids: Sequence[str], site_ids: Sequence[str], faults: Faults
) -> csr_array:
    """Return times as sparse minutes; a missing entry cannot be reached."""
    shape = (len(client_ids), len(site_ids))
    if isinstance(times, pd.DataFrame):
        found = _from_long_table(times, client_ids, site_ids, faults)
    elif issparse(times):
        found = csr_array(times).astype(np.float64, copy=True)
    else:
        found = _from_dense(times.reshape(len(times), times.size // max(len(times), 1)))
    if found.shape != shape:
        faults.note("times", found.shape, f"should have the shape {shape}", "Give clients x sites.")
        return csr_array(shape, dtype=np.float64)
    found.sort_indices()
    _check_times(found.data, faults)
    return keep_entries(found, np.isfinite(found.data))


def _from_dense(dense: Floats) -> csr_array:
    # csr_array(dense) would lose the zeros, which are real times.
    reached = ~np.isposinf(dense)
    return from_entries(dense[reached], np.nonzero(reached)[1], reached.sum(axis=1), dense.shape)


def _from_long_table(
    table: pd.DataFrame, client_ids: Sequence[str], site_ids: Sequence[str], faults: Faults
) -> csr_array:
    shape = (len(client_ids), len(site_ids))
    missing = [name for name in LONG_TABLE if list(table.columns).count(name) != 1]
    if missing:
        remedy = f"Name them from, to and minutes; of a square frame: {_MELT}."
        faults.note("times", missing, "columns are missing or occur twice", remedy)
        return csr_array(shape, dtype=np.float64)
    ends = table[["from", "to"]]
    if ends.isna().to_numpy().any():
        faults.note("times", "NaN", "is no label", "Name both ends of each row.")
    # As the labels of clients and sites are, so that numbers meet their own.
    ends = ends.astype(str)
    rows = pd.Index(client_ids).get_indexer(pd.Index(ends["from"]))
    columns = pd.Index(site_ids).get_indexer(pd.Index(ends["to"]))
    known = (rows >= 0) & (columns >= 0)
    for key, found in (("from", rows), ("to", columns)):
        strangers = sorted(set(ends[key][found < 0]))
        if strangers:
            faults.note(f"times.{key}", strangers, "unknown labels", "Correct them.")
    twice = ends.duplicated().to_numpy()
    if twice.any():
        pairs = ends[twice].to_numpy().tolist()
        faults.note("times", pairs, "pairs occur twice", "Keep one row a pair.")
    minutes = read_numbers("times.minutes", table["minutes"], faults)
    kept = known & ~twice
    return csr_array(coo_array((minutes[kept], (rows[kept], columns[kept])), shape=shape))


def _check_times(values: Floats, faults: Faults) -> None:
    if count := int(np.isnan(values).sum()):
        faults.note("times", f"{count} NaN", "is not a time", "Give inf where there is no way.")
    if (values < 0).any():
        faults.note("times", float(np.nanmin(values)), "is negative", "Give minutes of 0 or more.")


def as_texts(key: str, given: Labels, faults: Faults) -> list[str]:
    """Return labels as texts; a missing one is a fault."""
    labels = list(given)
    if pd.Series(labels, dtype=object).isna().any():
        faults.note(key, "NaN", "is no label", "Give a label, such as a name or code.")
    return [str(label) for label in labels]


def read_labels(key: str, given: Labels | None, count: int, faults: Faults) -> list[str]:
    """Return unique labels of clients or sites, numbered from 0 where none are given."""
    if given is None:
        width = len(str(max(count - 1, 0)))
        return [f"{number:0{width}d}" for number in range(count)]
    labels = as_texts(key, given, faults)
    doubled = sorted(label for label, times in Counter(labels).items() if times > 1)
    if doubled:
        faults.note(key, doubled, "labels occur twice", "Make each label unique.")
    return labels


def _in_order(key: str, given: Labels, labels: Sequence[str], faults: Faults) -> Labels:
    """Return values in the order of the labels, which a mapping or Series must carry exactly."""
    if not isinstance(given, pd.Series | Mapping):
        return given
    texts = read_labels(key, given.keys(), 0, faults)
    values = dict(zip(texts, (value for _, value in given.items()), strict=True))
    if wrong := sorted(set(labels) ^ set(values)):
        faults.note(key, wrong, "labels do not match", "Give each once, or an array.")
    return [values.get(label, 0) for label in labels]


def read_values(key: str, given: Labelled | None, labels: Sequence[str], faults: Faults) -> Floats:
    """Return one number of 0 or more a label; absent means 0 for all.

    A mapping or Series must carry exactly the labels; nothing is filled.
    """
    if given is None:
        return np.zeros(len(labels))
    values = read_numbers(key, _in_order(key, given, labels, faults), faults)
    if values.shape != (len(labels),):
        faults.note(key, values.shape, f"should have the shape ({len(labels)},)", "Give one each.")
        return np.zeros(len(labels))
    refused = values[~(np.isfinite(values) & (values >= 0))]
    if refused.size:
        faults.note(key, float(refused[0]), "is not 0 or more", "Give finite numbers.")
    return values


def read_groups(
    key: str, given: Grouped | None, labels: Sequence[str], faults: Faults
) -> dict[str, tuple[str, ...]]:
    """Return groupings, each with one group label a point."""
    groups = {}
    for name, members in ({} if given is None else given).items():
        whole = f"{key}.{name}"
        found = as_texts(whole, _in_order(whole, members, labels, faults), faults)
        if len(found) != len(labels):
            problem = f"should have {len(labels)} labels"
            faults.note(whole, len(found), problem, "Give one each.")
        groups[str(name)] = tuple(found)
    return groups


type Groups = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Instance:
    """Clients, sites, and the time from each client to each site.

    Make one with `from_matrix`, which checks it. The arrays cannot be written to.

    Parameters
    ----------
    client_ids, site_ids : tuple of str
        Unique labels.
    weights : ndarray of float, shape (clients,)
        People at each client. A client of weight 0 has no bearing on anything.
    times : scipy.sparse.csr_array, shape (clients, sites)
        Minutes; a pair without an entry cannot be travelled, a stored 0 takes no time.
    existing : ndarray of bool, shape (sites,)
        Which sites are open already. They stay open unless a limit says otherwise.
    annual_cost, one_off_cost : ndarray of float, shape (sites,)
        Money a year, and money once, in one unit. For an existing site the annual cost is what
        closing it would save.
    site_groups, client_groups : mapping of str to tuple of str
        Name of a grouping to the group of each site or client.
    listing : Listing, optional
        Where the times come from, if they are only those that were asked for yet.
    """

    client_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    weights: Floats
    times: csr_array
    existing: Bools
    annual_cost: Floats
    one_off_cost: Floats
    site_groups: Groups = field(default_factory=dict)
    client_groups: Groups = field(default_factory=dict)
    listing: Listing | None = None

    # long: half of it says what its parameters mean
    @classmethod
    def from_matrix(  # noqa: PLR0913 - all but two are optional and named
        cls,
        times: Matrix,
        weights: Labelled,
        *,
        existing: Labels | Labelled | None = None,
        annual_cost: Labelled | None = None,
        one_off_cost: Labelled | None = None,
        client_ids: Labels | None = None,
        site_ids: Labels | None = None,
        site_groups: Grouped | None = None,
        client_groups: Grouped | None = None,
    ) -> Self:
        """Make an instance from a matrix of travel times.

        Parameters
        ----------
        times : ndarray, scipy sparse array, or pandas.DataFrame
            Minutes, clients x sites: dense (inf or masked where there is no way), sparse (a missing
            entry cannot be travelled, a stored 0 takes no time), or a long table with the columns
            ``from``, ``to``, ``minutes``.
        weights : sequence of float, pandas.Series, or mapping
            People at each client. A Series or mapping is matched by its labels, here and below,
            which must be exactly the clients' or sites'. Labels are compared as texts.
        existing : sequence of bool, of 0 and 1, or of str, pandas.Series, or mapping, optional
            One truth value a site, or the labels of those that are open. None are by default.
        annual_cost, one_off_cost : sequence of float, pandas.Series, or mapping, optional
            One a site, 0 by default.
        client_ids, site_ids : sequence of str, optional
            Labels. By default those of labelled weights, and those of the long table in order;
            otherwise numbers from 0.
        site_groups, client_groups : mapping of str to sequence of str or pandas.Series, optional
            Groupings, each with one group a site or client.

        Returns
        -------
        Instance
            The instance, checked.

        Raises
        ------
        InputError
            If anything is wrong, with all faults at once.

        Examples
        --------
        >>> minutes = np.array([[5, 40], [30, np.inf]])
        >>> instance = Instance.from_matrix(minutes, weights=[100, 50], site_ids=["a", "b"])
        >>> instance.times.nnz, instance.site_ids
        (3, ('a', 'b'))
        """
        faults = Faults()
        if not isinstance(times, pd.DataFrame) and not issparse(times):
            times = np.atleast_2d(read_numbers("times", times, faults, masked=np.inf))
        client_count, site_count = _counts(times, weights)
        if client_ids is None and isinstance(weights, pd.Series | Mapping):
            client_ids = weights.keys()
        if site_ids is None and isinstance(times, pd.DataFrame) and "to" in times:
            site_ids = sorted(set(times["to"].astype(str)))
        clients = read_labels("client_ids", client_ids, client_count, faults)
        sites = read_labels("site_ids", site_ids, site_count, faults)
        people = read_values("weights", weights, clients, faults)
        if not people.any():
            faults.note("weights", 0, "nobody lives anywhere", "Give people.")
        instance = cls(
            client_ids=tuple(clients),
            site_ids=tuple(sites),
            weights=people,
            times=read_times(times, clients, sites, faults),
            existing=_read_existing(existing, sites, faults),
            annual_cost=read_values("annual_cost", annual_cost, sites, faults),
            one_off_cost=read_values("one_off_cost", one_off_cost, sites, faults),
            site_groups=read_groups("site_groups", site_groups, sites, faults),
            client_groups=read_groups("client_groups", client_groups, clients, faults),
        )
        refuse_all(faults)
        instance.freeze()
        return instance

    def freeze(self) -> None:
        """Forbid writing to the arrays."""
        arrays = (self.weights, self.existing, self.annual_cost, self.one_off_cost)
        for array in (*arrays, self.times.data, self.times.indices, self.times.indptr):
            array.setflags(write=False)


def _counts(times: Matrix, weights: Labelled) -> tuple[int, int]:
    if isinstance(times, pd.DataFrame):
        return len(weights), 0
    return times.shape[0], times.shape[-1]


def _read_existing(
    given: Labels | Labelled | None, site_ids: Sequence[str], faults: Faults
) -> Bools:
    given = pd.Series(given) if isinstance(given, Mapping) else given
    listed = [given] if isinstance(given, str) else list(() if given is None else given)
    binary = all(isinstance(each, Real | np.bool_) and each in (0, 1) for each in listed)
    if binary and listed and (isinstance(given, pd.Series) or len(listed) == len(site_ids)):
        return read_values("existing", cast("Labelled", given), site_ids, faults).astype(np.bool_)
    named = read_labels("existing", listed, 0, faults)
    remedy = "Name sites, or give a truth value for each."
    if strangers := sorted(set(named) - set(site_ids)):
        faults.note("existing", strangers, "unknown sites", remedy)
    return np.isin(np.asarray(site_ids, dtype=np.str_), np.asarray(named, dtype=np.str_))
