"""Tell which switches around a place must open to isolate it: those behind which a source is, or may come."""

from __future__ import annotations

import numpy as np

from grid_model.customers import Consumers
from grid_model.project import Project
from grid_model.restoration import behind
from grid_model.study_return import joined_with
from grid_model.topology import TopologyIndex
from grid_model.trace_walk import Mask

LIVE, DEAD = -1, -2
"""What a node outside the part is, that hangs below none of its switches: with supply, without."""


def feeding_switches(
    topology: TopologyIndex, zone: Mask, around: np.ndarray, operable: Mask, whole: bool
) -> Mask:
    """Tell which of the closed switches `around` the nodes of `zone` have a source behind them.

    A source counts over what is closed and over open switches that may close, as in
    `grid_model.restoration.behind`. Where the part is `whole` (in one piece, bounded by nothing but those
    switches) and none of them stands in a loop, the intervals of the supply tree tell, without a look at the
    whole network: above the part is the source; what hangs below one of its switches is an interval, and an
    open switch joins it to another or to the rest.
    """
    tree, wiring = topology.tree, topology.wiring
    at = topology.lower_end(around)
    if not whole or (at < 0).any() or tree.cover[at].any():
        return behind(topology, zone, around, operable)
    upper = zone[tree.order[at]]
    starts = np.sort(at[~upper])
    ties = np.flatnonzero(wiring.can_conduct & ~topology.closed & operable)
    ties = ties[~zone[wiring.a[ties]] & ~zone[wiring.b[ties]]]
    one, other = (_hangs_below(topology, starts, end[ties]) for end in (wiring.a, wiring.b))
    joins = np.maximum(one, other) >= 0  # one that stays within an interval does no harm
    if (np.minimum(one, other)[joins] == DEAD).any():  # supply may come round through a part without any
        return behind(topology, zone, around, operable)
    fed = _fed(len(starts), one[joins], other[joins])
    return np.asarray(upper | fed[np.searchsorted(starts, at) % max(len(starts), 1)])


def with_units(
    project: Project, topology: TopologyIndex, zone: Mask, around: np.ndarray, helps: Mask
) -> Mask:
    """Tell which of the switches `around` without a source behind them have PV, storage or a generator there.

    Parameters
    ----------
    helps
        For each of `around`, whether a source is behind it: those are left out.
    """
    found = np.zeros(len(around), dtype=bool)
    points = Consumers.of(project).pv_units
    wiring, outside = topology.wiring, topology.closed.copy()
    outside[around] = False
    for n in np.flatnonzero(~helps):
        a, b = int(wiring.a[around[n]]), int(wiring.b[around[n]])
        beyond = joined_with(wiring, outside, np.array([b if zone[a] else a]))
        found[n] = not (zone & beyond).any() and len(points.rows_at(np.flatnonzero(beyond))) > 0
    return found


def _hangs_below(topology: TopologyIndex, starts: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Give for each node the number of the interval of `starts` it is in, else `LIVE` or `DEAD`."""
    tree = topology.tree
    position = tree.position[nodes]
    number = np.searchsorted(starts, position, side="right") - 1
    inside = number >= 0
    inside[inside] = position[inside] < tree.end[starts[number[inside]]]
    return np.where(inside, number, np.where(position >= 0, LIVE, DEAD))


def _fed(count: int, one: np.ndarray, other: np.ndarray) -> Mask:
    """Tell which of `count` intervals the joins lead to what is live; one more where there are none."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    ends = [np.where(end == LIVE, count, end) for end in (one, other)]
    graph = csr_matrix((np.ones(len(one)), (ends[0], ends[1])), shape=(count + 1, count + 1))
    part = connected_components(graph, directed=False)[1]
    return np.asarray(part == part[count])
