"""Keep the part of a network in which everything reaches everything."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from siting.network.access import on_sphere
from siting.network.osm.links import Streets
from siting.types import Bools, Floats, Ints, Points


@dataclass(frozen=True)
class CutOff:
    """What the largest strongly connected part leaves out.

    Parameters
    ----------
    parts : int
        Strongly connected parts left out; a node at the end of a one-way street is one.
    nodes : int
        Nodes left out.
    km : float
        Kilometres of links left out, each direction.
    places : tuple of str
        Places for which one of these nodes is the nearest.
    people : int
        Their residents.
    """

    parts: int
    nodes: int
    km: float
    places: tuple[str, ...] = ()
    people: int = 0


def largest_part(streets: Streets, places: Points, people: Ints) -> tuple[Streets, CutOff]:
    """Keep the largest strongly connected part.

    Parameters
    ----------
    streets : Streets
        Nodes and links.
    places : Points
        Where people live, n of them.
    people : ndarray of int, shape (n,)
        How many.

    Returns
    -------
    streets : Streets
        The part with the most nodes.
    cut_off : CutOff
        What lies outside it. Places outside the box around the network are not looked at.
    """
    nodes, links = streets.nodes, streets.links
    number = nodes["osmid"].to_numpy()
    tail, head = (np.searchsorted(number, links[end].to_numpy()) for end in "uv")
    arcs = coo_array((np.ones(len(tail)), (tail, head)), shape=(len(nodes), len(nodes)))
    parts, label = connected_components(arcs.tocsr(), connection="strong")
    kept = label == np.bincount(label).argmax()
    inside = kept[tail] & kept[head]
    lost = _nearest_is_lost(nodes["x"].to_numpy(), nodes["y"].to_numpy(), kept, places)
    cut_off = CutOff(
        parts=parts - 1,
        nodes=int((~kept).sum()),
        km=float(links["length"].to_numpy()[~inside].sum()) / 1000,
        places=tuple(places.ids[row] for row in lost.tolist()),
        people=int(people[lost].sum()),
    )
    whole = Streets(nodes[kept].reset_index(drop=True), links[inside].reset_index(drop=True))
    return whole, cut_off


def _nearest_is_lost(x: Floats, y: Floats, kept: Bools, places: Points) -> Ints:
    """Rows of the places in the box around the nodes whose nearest node is not kept."""
    in_box = (
        (places.lon >= x.min())
        & (places.lon <= x.max())
        & (places.lat >= y.min())
        & (places.lat <= y.max())
    )
    rows = np.flatnonzero(in_box)
    tree = cKDTree(on_sphere(x, y))
    nearest = np.asarray(tree.query(on_sphere(places.lon[rows], places.lat[rows]))[1], dtype=int)
    lost: Ints = rows[~kept[nearest]]
    return lost
