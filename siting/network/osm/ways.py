"""Cut ways where they meet, make links of the pieces, and keep the part that is connected."""

from dataclasses import dataclass, replace

import numpy as np
import osmnx as ox
import pandas as pd

from siting.common.types import Bools, Floats, Ints, Points
from siting.network.connectors import core_parts, nearest, tree_of
from siting.network.link_times import parts_of
from siting.network.osm.extract import Extract

COLUMNS = (
    *("u", "v", "osmid", "length", "highway", "ref", "name", "oneway", "maxspeed", "duration"),
    "through",
)


@dataclass(frozen=True)
class Streets:
    """A road network as two tables.

    Parameters
    ----------
    nodes : pandas.DataFrame
        Columns osmid (ascending), x, y (degrees): the ends of the links.
    links : pandas.DataFrame
        One row a direction: u, v (osmid of the nodes), osmid (of the way), length (metres),
        highway, ref, name ("" where there is none), oneway, maxspeed (km/h) and duration (minutes,
        of ferries), NaN where not known, through ("yes" or ""); in order of u, v and length.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame


def make_links(extract: Extract) -> Streets:
    """Cut ways at the nodes they share with others, and give each direction a link."""
    (extract, pieces), ways = _cut(extract), extract.ways
    way, metres = pieces["way"].to_numpy(), pieces["metres"].to_numpy()
    nodes, (tail, head) = _with_barriers(extract, pieces[["tail", "head"]].to_numpy().T)
    osmid = nodes["osmid"].to_numpy()
    whole = np.bincount(way, metres, minlength=len(ways))[way]
    links = ways.iloc[way]
    links = links.assign(
        u=osmid[tail],
        v=osmid[head],
        length=metres,
        oneway=links["forward"] != links["backward"],
        duration=links["duration"] * metres / whole,
        through=np.where(links["through"], "yes", ""),
    )
    ahead = links[links["forward"]].rename(columns={"limit_forward": "maxspeed"})
    turned = {"u": "v", "v": "u", "limit_backward": "maxspeed"}
    back = links[links["backward"]].rename(columns=turned)
    kept = nodes.iloc[np.unique([tail, head])].sort_values("osmid", ignore_index=True)
    return Streets(kept, in_order(pd.concat([ahead, back], join="inner")))


def _with_barriers(extract: Extract, ends: Ints) -> tuple[pd.DataFrame, Ints]:
    """Nodes, and the rows among them where pieces end: by itself wherever a barrier cuts."""
    node, ends = extract.node, ends.copy()
    barred = np.isin(node[ends], extract.cut)
    row = np.append(np.arange(len(node)), ends[barred])
    # OpenStreetMap itself has no ids below zero.
    fresh = -1 - np.abs(node).max(initial=0) - np.arange(len(row) - len(node))
    ends[barred] = len(node) + np.arange(len(fresh))
    axes = {"x": extract.lon[row], "y": extract.lat[row]}
    return pd.DataFrame({"osmid": np.append(node, fresh), **axes}), ends


def in_order(links: pd.DataFrame) -> pd.DataFrame:
    """Sort links by their ends, so that the order of the file does not matter."""
    return links.sort_values(["u", "v", "length", "osmid"], ignore_index=True)[list(COLUMNS)]


_LONGEST_M = 3000.0
"""As in the network that ships: places between far junctions are tied to the road beside them."""


def _cut(extract: Extract) -> tuple[Extract, pd.DataFrame]:
    """Pieces of ways, cut at every node that two of them share: way, tail, head (rows), metres.

    Long ones are cut at waypoints as well, which come behind the nodes.
    """
    way = np.repeat(np.arange(len(extract.count)), extract.count)
    place = np.searchsorted(extract.node, extract.refs)
    place[place == len(extract.node)] = 0
    known = extract.node[place] == extract.refs
    # A step leads from one position in the list of nodes to the next of the same way.
    step = np.flatnonzero((way[1:] == way[:-1]) & known[1:] & known[:-1])
    tail, head = place[step], place[step + 1]
    moves = tail != head
    step, tail, head = step[moves], tail[moves], head[moves]
    first = np.append(True, (np.diff(step) != 1) | (way[step[1:]] != way[step[:-1]]))
    visits = np.bincount(np.concatenate([tail, head[np.append(first[1:], True)]]))
    starts = np.flatnonzero(first | (visits[tail] > 1) | np.isin(extract.node[tail], extract.cut))
    metres = ox.distance.great_circle(
        extract.lat[tail], extract.lon[tail], extract.lat[head], extract.lon[head]
    )
    length, last = np.add.reduceat(metres, starts), np.append(starts[1:], len(step)) - 1
    long = ~extract.ways["through"].to_numpy()[way[step[starts]]] & (length > _LONGEST_M)
    count = np.where(long, np.ceil(length / _LONGEST_M), 1).astype(np.int64)
    piece, end = np.repeat(np.arange(len(starts)), count), np.cumsum(count)
    nth, along = np.arange(len(piece)) - (end - count)[piece], np.cumsum(metres) - metres
    new, each = np.flatnonzero(nth), (length / count)[piece]
    at = (along[starts][piece] + nth * each)[new]
    here = np.searchsorted(along, at, side="right") - 1
    share, begin, finish = (at - along[here]) / metres[here], tail[starts][piece], head[last][piece]
    begin[new] = finish[new - 1] = len(extract.node) + np.arange(len(new))
    axes = ((axis, axis[tail[here]], axis[head[here]]) for axis in (extract.lon, extract.lat))
    lon, lat = (np.append(axis, one * (1 - share) + other * share) for axis, one, other in axes)
    fresh = -1 - np.abs(extract.node).max(initial=0) - np.arange(len(new))
    cut = {"way": way[step[starts]][piece], "tail": begin, "head": finish, "metres": each}
    extract = replace(extract, node=np.append(extract.node, fresh), lon=lon, lat=lat)
    return extract, pd.DataFrame(cut)[begin != finish]


@dataclass(frozen=True)
class CutOff:
    """What lies off the largest strongly connected part.

    Parameters
    ----------
    parts : int
        Strongly connected parts besides it; a node at the end of a one-way street is one.
    nodes : int
        Their nodes.
    km : float
        Kilometres of links that are not in it, each direction.
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
    """Keep what is connected both ways, part by part; tell what lies off the largest."""
    nodes, links = streets.nodes, streets.links
    number = nodes["osmid"].to_numpy()
    tail, head = (np.searchsorted(number, links[end].to_numpy()) for end in "uv")
    size = np.bincount(part := parts_of(len(nodes), tail, head, one_way=True))
    main, kept = part == size.argmax(), core_parts(len(nodes), tail, head) >= 0
    inside, both = (each[tail] & each[head] for each in (main, kept))
    lost = _nearest_is_lost(nodes["x"].to_numpy(), nodes["y"].to_numpy(), main, places)
    cut_off = CutOff(
        parts=len(size) - 1,
        nodes=int((~main).sum()),
        km=float(links["length"].to_numpy()[~inside].sum()) / 1000,
        places=places.some(lost).ids,
        people=int(people[lost].sum()),
    )
    whole = Streets(nodes[kept].reset_index(drop=True), links[both].reset_index(drop=True))
    return whole, cut_off


def _nearest_is_lost(x: Floats, y: Floats, kept: Bools, places: Points) -> Ints:
    """Rows of the places in the box around the nodes whose nearest node is not kept."""
    axes = ((places.lon, x), (places.lat, y))
    in_box = [(nodes.min() <= place) & (place <= nodes.max()) for place, nodes in axes]
    rows = np.flatnonzero(np.logical_and(*in_box))
    _, node = nearest(tree_of(x, y), places.some(rows))
    lost: Ints = rows[~kept[node]]
    return lost
