"""Know what is connected to what and who has supply, in the normal state, the current one or a what-if.

`TopologyIndex` is the compiled network in one state of its switches. A what-if is an overlay: `operated`
gives the same network with some branches opened or closed, `resupply` says for such an overlay which
nodes gain or lose supply by looking only at the part of the network it touches. Where the whole state
after a switching is wanted, the walk before it is brought up to date (`grid_model.supply_change`).
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.supply_change import brought_up_to_date, walked
from grid_model.supply_paths import SupplyPaths, outermost
from grid_model.supply_tree import Adjacency, SupplyTree, slices
from grid_model.wiring import BRANCH_TABLES, BranchKind, Device, SwitchState, Wiring, compile_wiring

if TYPE_CHECKING:
    import networkx

__all__ = ["BranchKind", "Device", "Loop", "Resupply", "SwitchState", "TopologyIndex", "Wiring"]


@dataclass(frozen=True)
class Loop:
    """A part of the network in which every branch has another path beside it (合环).

    Parameters
    ----------
    devices
        Its members, in branch order; losing any one of them alone harms nobody.
    sources
        Sources it joins; two or more: feeders run in parallel.
    circuits
        How many devices at least must open until nothing runs in a loop.
    """

    devices: tuple[Device, ...]
    sources: tuple[str, ...]
    circuits: int

    @property
    def switches(self) -> tuple[str, ...]:
        """Identifiers of the switches that could open it."""
        return tuple(one.id for one in self.devices if one.table == "switches")


@dataclass(frozen=True, eq=False)
class Resupply:
    """What a what-if does to supply: nodes outside `nodes` keep what they have.

    Parameters
    ----------
    nodes
        The nodes looked at, each once.
    before, after
        Whether each had and has supply.
    """

    nodes: np.ndarray
    before: np.ndarray
    after: np.ndarray

    @property
    def lost(self) -> np.ndarray:
        """Nodes that had supply and have none."""
        return np.compress(self.before & ~self.after, self.nodes)

    @property
    def gained(self) -> np.ndarray:
        """Nodes that had none and have it."""
        return np.compress(self.after & ~self.before, self.nodes)


@dataclass(frozen=True, eq=False)
class Walked:
    """A walk that is there already, and the branches that were closed in it."""

    closed: np.ndarray
    tree: SupplyTree


class _Walks:
    """The last walks over one wiring: the next state mostly differs from one of them in few switches."""

    KEPT = 2

    def __init__(self) -> None:
        self._last: deque[Walked] = deque(maxlen=self.KEPT)

    def nearest(self, closed: np.ndarray) -> Walked | None:
        """Give the walk in which the fewest branches stand otherwise."""
        return min(tuple(self._last), key=lambda one: np.count_nonzero(one.closed != closed), default=None)

    def note(self, walked: Walked) -> None:
        """Remember a walk."""
        self._last.append(walked)


@dataclass(frozen=True, eq=False)
class TopologyIndex:
    """The network in one state of its switches.

    Parameters
    ----------
    wiring
        The compiled network; shared by all states.
    state
        The state it was built in or is an overlay on.
    closed
        Which branches are closed and in service. One that lacks an end, or goes from a node to itself,
        can be closed and still conducts nothing.
    """

    wiring: Wiring
    state: SwitchState
    closed: np.ndarray = field(repr=False)
    _base: Walked | None = field(default=None, repr=False)
    _walks: _Walks | None = field(default=None, repr=False)

    @classmethod
    def build(cls, project: Project, state: SwitchState = SwitchState.NORMAL) -> TopologyIndex:
        """Compile the network of `project`; the same project is compiled once for each state.

        An edit that does not touch the network's wiring (a name, a switch's position) keeps the wiring,
        and the walk goes on from that of a state with nearly the same positions.
        """
        return _CACHE.get(project, state)

    @cached_property
    def tree(self) -> SupplyTree:
        """The walk from the sources; nodes without supply are not in it.

        What hangs below what does not depend on what was walked before; the order of the islands does.
        """
        base = self._base if self._walks is None else self._walks.nearest(self.closed)
        if base is None:
            tree = walked(self.wiring, self.closed)
        else:
            tree = brought_up_to_date(self.wiring, base.tree, base.closed, self.closed)
        if self._walks is not None:
            self._walks.note(Walked(self.closed, tree))
        return tree

    @property
    def _known_walk(self) -> Walked | None:
        """The nearest walk that needs no work."""
        return Walked(self.closed, self.tree) if "tree" in self.__dict__ else self._base

    def require_source(self) -> None:
        """Refuse a network in which no source is in service: `GridError` ``network-without-source``."""
        sources = self.wiring.kind == BranchKind.SOURCE
        if not (self.wiring.in_service & self.wiring.can_conduct & sources).any():
            raise GridError("network-without-source")

    @cached_property
    def supplied(self) -> np.ndarray:
        """Whether each node has a closed path to a source."""
        found = np.asarray(self.tree.position >= 0, dtype=bool)
        found.flags.writeable = False
        return found

    def operated(self, opened: Iterable[int] = (), closed: Iterable[int] = ()) -> TopologyIndex:
        """Give the same network with the branches `opened` opened, then `closed` closed.

        A branch out of service stays as it is.
        """
        mask = self.closed.copy()
        mask[np.asarray(list(opened), dtype=np.int64)] = False
        back = np.asarray(list(closed), dtype=np.int64)
        mask[back] = self.wiring.in_service[back]
        mask.flags.writeable = False
        return TopologyIndex(self.wiring, self.state, mask, self._known_walk)

    # ------------------------------------------------------------------ what-ifs

    def resupply(self, overlay: TopologyIndex) -> Resupply:
        """Say who gains and who loses supply in `overlay`, an index of the same wiring.

        Only what hangs below an opened branch of the walk can lose supply, and only the dead islands at
        the ends of a closed branch can gain it; the rest of the network is not looked at.
        """
        differs = np.flatnonzero(self.closed != overlay.closed)
        was_closed = self.closed[differs]
        opened, closed = differs[was_closed], differs[~was_closed]
        below = self.lower_end(opened)
        tops = outermost(np.unique(below[below >= 0]), self.tree.end)
        hanging = np.take(self.tree.order, slices(tops, self.tree.end[tops])[0])
        if not len(closed) and not self.tree.cover[tops].any():  # no other way leads to what hangs below
            return Resupply(hanging, np.ones(len(hanging), dtype=bool), np.zeros(len(hanging), dtype=bool))
        nodes = np.concatenate([hanging, self._dead_islands(closed)])
        before = self.supplied[nodes]
        if not len(nodes):
            return Resupply(nodes, before, before)
        return Resupply(nodes, before, self._reached(nodes, overlay.closed))

    def lower_end(self, branches: np.ndarray) -> np.ndarray:
        """Position below each branch of the walk, −1 for branches off it or without supply."""
        tree = self.tree
        at = np.maximum(tree.position[self.wiring.a[branches]], tree.position[self.wiring.b[branches]])
        known = (self.wiring.a[branches] >= 0) & (self.wiring.b[branches] >= 0)
        return np.where(known & (at > 0) & (tree.parent_branch[at] == branches), at, -1)

    @cached_property
    def _islands(self) -> tuple[np.ndarray, Adjacency]:
        """Label of each node without supply (−1 with supply), and the nodes of each label as slices."""
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import connected_components

        dead = np.flatnonzero(~self.supplied)
        number = np.full(self.wiring.node_count, -1, dtype=np.int32)
        number[dead] = np.arange(len(dead), dtype=np.int32)
        branches = np.flatnonzero(self.closed & self.wiring.can_conduct)
        branches = branches[number[self.wiring.a[branches]] >= 0]
        ends = (number[self.wiring.a[branches]], number[self.wiring.b[branches]])
        graph = csr_matrix((np.ones(len(branches)), ends), shape=(len(dead), len(dead)))
        count, label = connected_components(graph, directed=False) if len(dead) else (0, number[:0])
        of_node = np.full(self.wiring.node_count, -1, dtype=np.int32)
        of_node[dead] = label
        by_label = np.argsort(label, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(label, minlength=count))]).astype(np.int64)
        return of_node, Adjacency(start, dead[by_label].astype(np.int32), by_label)

    def _dead_islands(self, closed: np.ndarray) -> np.ndarray:
        """Nodes of the islands without supply that the closed branches touch."""
        if not len(closed):
            return np.array([], dtype=np.int32)
        label, members = self._islands
        touched = np.unique(label[np.concatenate([self.wiring.a[closed], self.wiring.b[closed]])])
        touched = touched[touched >= 0]
        return np.take(members.nodes, members.entries_of(touched)[0])

    def _reached(self, nodes: np.ndarray, closed: np.ndarray) -> np.ndarray:
        """Whether each of `nodes` has supply over `closed`, where all other nodes keep theirs."""
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import connected_components

        number = np.full(self.wiring.node_count, -1, dtype=np.int32)
        number[nodes] = np.arange(len(nodes), dtype=np.int32)
        entry, owner = self.wiring.adjacency.entries_of(nodes)
        passes = closed[self.wiring.adjacency.branches[entry]]
        owner, neighbour = owner[passes], self.wiring.adjacency.nodes[entry[passes]]
        inside = number[neighbour] >= 0
        graph = csr_matrix(
            (np.ones(int(inside.sum())), (owner[inside], number[neighbour[inside]])),
            shape=(len(nodes), len(nodes)),
        )
        count, label = connected_components(graph, directed=False)
        live = np.zeros(count, dtype=bool)
        live[label[owner[~inside & self.supplied[neighbour]]]] = True
        return np.asarray(live[label], dtype=bool)

    # ------------------------------------------------------------------ what the walk tells

    @cached_property
    def paths(self) -> SupplyPaths:
        """The way from each node to its source."""
        return SupplyPaths(self.wiring, self.tree, self.closed)

    @property
    def sources(self) -> np.ndarray:
        """Row of the source that feeds each node, the nearest where several do; −1 without supply."""
        return self.paths.sources

    @property
    def first_switches(self) -> np.ndarray:
        """Row of the first switch on each node's way from its source, −1 where there is none."""
        return self.paths.first_switches

    def feeder_of_nodes(self, project: Project) -> dict[int, str]:
        """Give the nodes' feeders by number of their first switch's row: the feeder's id, else the switch's.

        Without a feeder table a feeder is named by the first switch below its source (`DESIGN` §3).
        """
        used = np.zeros(len(self.wiring.tables["switches"]) + 1, dtype=bool)
        used[self.first_switches] = True
        rows = np.flatnonzero(used[:-1])
        names = dict(zip(rows.tolist(), self.wiring.ids("switches", rows), strict=True))
        feeders = project.frame("feeders")
        named = dict(zip(feeders["head_switch"], feeders["id"], strict=True))
        return {row: str(named.get(switch, switch)) for row, switch in names.items()}

    def bridges(self) -> np.ndarray:
        """Branches with no other path beside them: losing one parts all that hangs below it."""
        tree = self.tree
        bridge = np.zeros(len(self.closed), dtype=bool)
        bridge[tree.parent_branch[1:]] = tree.cover[1:] == 0
        bridge[self.wiring.offsets["energy_sources"] :] = False
        return np.flatnonzero(bridge)

    def loops(self) -> tuple[Loop, ...]:
        """List the loops, each as large as it goes; loops that share only a source are told apart."""
        tree = self.tree
        if not len(tree.chords):
            return ()
        label: dict[int, int] = {}
        # A covered branch belongs with the covered branch above it, else it begins a new loop. Two
        # branches below the same node are one loop too: both bridge over what lies above.
        covered = np.flatnonzero(tree.cover > 0)
        members: dict[int, list[int]] = {}
        for at, above, branch in zip(
            covered.tolist(), tree.parent[covered].tolist(), tree.parent_branch[covered].tolist(), strict=True
        ):
            label[at] = at if above == 0 else label.get(above, above)
            members.setdefault(label[at], []).append(branch)
        chords: dict[int, int] = {}
        for branch, low in zip(tree.chords.tolist(), tree.chord_low.tolist(), strict=True):
            members[label[low]].append(branch)
            chords[label[low]] = chords.get(label[low], 0) + 1
        order = sorted(((one, sorted(found)) for one, found in members.items()), key=lambda pair: pair[1])
        every = np.array([branch for _one, branches in order for branch in branches], dtype=np.int64)
        devices = iter(self.wiring.devices(every))
        found = [_loop([next(devices) for _branch in branches], chords[one]) for one, branches in order]
        return tuple(loop for loop in found if loop.devices)

    # ------------------------------------------------------------------ the public graph view

    def to_networkx(self, *, only_closed: bool = False) -> networkx.MultiGraph:
        """Give the network as a bare networkx graph, a what-if too; `grid_model.graph_view` has them all.

        Parameters
        ----------
        only_closed
            Leave out what does not conduct.
        """
        from grid_model.graph_view import graph_of

        return graph_of(self, only_closed=only_closed)


def _loop(members: list[Device], circuits: int) -> Loop:
    source = BRANCH_TABLES[BranchKind.SOURCE]
    devices = dict.fromkeys(members)
    return Loop(
        tuple(one for one in devices if one.table != source),
        tuple(one.id for one in devices if one.table == source),
        circuits,
    )


class _Cache:
    """The indexes of the projects in use, and the last wirings."""

    KEPT = 2

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[int, tuple[weakref.ref[Project], dict[SwitchState, TopologyIndex]]] = {}
        self._wirings: list[tuple[Wiring, _Walks]] = []

    def get(self, project: Project, state: SwitchState) -> TopologyIndex:
        """Give the index of `project`, compiled at most once."""
        with self._lock:
            key = id(project)
            if key not in self._found or self._found[key][0]() is not project:
                self._found[key] = (weakref.ref(project, lambda _gone: self._found.pop(key, None)), {})
            states = self._found[key][1]
            if state not in states:
                wiring, walks = self._wiring(project)
                states[state] = TopologyIndex(wiring, state, wiring.closed(project, state), None, walks)
            return states[state]

    def _wiring(self, project: Project) -> tuple[Wiring, _Walks]:
        for known in self._wirings:
            if known[0].fits(project):
                return known
        compiled = (compile_wiring(project), _Walks())
        self._wirings = [compiled, *self._wirings[: self.KEPT - 1]]
        return compiled


_CACHE = _Cache()
