"""Say for every switch, line and transformer at once who would lose supply if it alone were lost (N-1).

A device whose loss harms somebody is a bridge of the network: what hangs below it is an interval of the
walk, and what is lost is a difference of two prefix sums. A customer with several supplies, or an area
with several transformers, is lost only with all of them: it counts where the ways to its supplied
points part, at their lowest common ancestor, and so is never counted twice.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grid_model.customers import Consumers, SupplyPoints
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.supply_tree import SupplyTree
from grid_model.topology import TopologyIndex
from grid_model.wiring import DEVICE_TABLES, Device, SwitchState

EXACT = 1_000_000
"""Parts of a kVA or kW that sums are kept in, as integers: differences of prefix sums stay exact."""

MEASURES = ("lv_customers", "mv_users", "rated_kva", "important", "pv_kw", "transformer_areas")
"""What is counted, worst first: devices are sorted by these in this order."""

POWERS = ("rated_kva", "pv_kw")
"""Measures that are powers; the others are whole numbers."""

OTHERS = MEASURES[1:]
"""All but the customers at low voltage."""

HARMS, IN_LOOP, NO_SUPPLY, OPEN = range(4)
"""Why a device's loss is what it is: it parts something; another path stands beside it; it carries no
supply; it is open or out of service already."""

REASONS = ("", "in_loop", "no_supply", "open")
"""Codes of the reasons, by number."""


@dataclass(frozen=True, eq=False)
class DeviceRanking:
    """The loss of every device: switches, then line segments, then transformers, each in table order.

    Parameters
    ----------
    topology
        The network in the state that was ranked.
    losses
        An array over the devices for each of `MEASURES`.
    reason
        For each device `HARMS`, `IN_LOOP`, `NO_SUPPLY` or `OPEN`.
    """

    topology: TopologyIndex
    losses: Mapping[str, np.ndarray]
    reason: np.ndarray

    def __len__(self) -> int:
        return len(self.reason)

    @cached_property
    def order(self) -> np.ndarray:
        """Numbers of the devices, worst first; equal ones in table order."""
        return np.lexsort([-self.losses[name] for name in reversed(MEASURES)])

    @cached_property
    def _first(self) -> np.ndarray:
        return np.cumsum([0, *(len(self.topology.wiring.tables[name]) for name in DEVICE_TABLES)])

    def number(self, device: Device) -> int:
        """Give the number of `device`; raises `GridError` ``unknown-object``."""
        table = DEVICE_TABLES.index(device.table)
        return int(self._first[table]) + self.topology.wiring.tables[device.table].position(device.id)

    def device(self, number: int) -> Device:
        """Give the device of that number."""
        table = int(np.searchsorted(self._first, number, side="right")) - 1
        name = DEVICE_TABLES[table]
        ids = self.topology.wiring.tables[name].frame["id"]
        return Device(name, str(ids.iat[number - int(self._first[table])]))

    def devices(self) -> list[Device]:
        """Give all devices by number."""
        tables = self.topology.wiring.tables
        return [Device(name, one) for name in DEVICE_TABLES for one in tables[name].frame["id"]]

    def loss(self, device: Device) -> dict[str, float]:
        """Give what is lost with `device`: a number for each of `MEASURES`."""
        number = self.number(device)
        return {name: self.losses[name][number].item() for name in MEASURES}


def rank_devices(
    project: Project, state: SwitchState = SwitchState.NORMAL, feedback: Feedback = SILENT
) -> DeviceRanking:
    """Give the loss of every single device in `state`; equal to tracing them one by one.

    A device in a loop, an open one and one without supply lose nothing.

    Raises
    ------
    GridError
        ``network-without-source``: nobody has supply, so nothing could be lost.
    """
    topology = TopologyIndex.build(project, state)
    topology.require_source()
    return rank_index(topology, Consumers.of(project), feedback)


def rank_index(topology: TopologyIndex, consumers: Consumers, feedback: Feedback = SILENT) -> DeviceRanking:
    """Give the loss of every single device in any state of the network, a what-if too."""
    feedback.report(0.0)
    tree = topology.tree
    feedback.report(0.5)
    sums = LossSums.of(consumers, tree)
    losses, reason = _single_branches(topology, sums)
    _three_windings(topology, sums, losses, reason)
    feedback.report(1.0)
    return DeviceRanking(topology, losses, reason)


@dataclass(frozen=True, eq=False)
class LossSums:
    """Sums along the walk: what hangs below a position is the difference of two of them.

    Customers at low voltage stand at nearly every node and are summed node by node. All else stands at
    few nodes and is summed over these: most devices have none of it below them.

    Parameters
    ----------
    customers
        Low-voltage customers before each position.
    places
        How many places with anything else stand before each position.
    others
        For each of the other `MEASURES` the sum over the places before each place; powers in parts of
        `EXACT`.
    """

    customers: np.ndarray
    places: np.ndarray
    others: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, consumers: Consumers, tree: SupplyTree) -> LossSums:
        """Sum along the walk."""
        count = len(tree.order)
        standing = _standing(consumers, len(tree.position))
        dense = standing.customers[tree.order]
        sparse = [(tree.position[standing.nodes], standing.weights)]
        for points, measures in _measures(consumers):
            rows, at = _meeting_points(points, tree)
            if "lv_customers" in measures:
                np.add.at(dense, at, measures["lv_customers"][rows].astype(dense.dtype))
            sparse.append((at, _weights(measures, rows)))
        position, weights = (np.concatenate(column) for column in zip(*sparse, strict=True))
        live = np.flatnonzero(position >= 0)
        live = live[np.argsort(position[live])]
        sums = np.concatenate([np.zeros((1, len(OTHERS)), dtype=np.int64), np.cumsum(weights[live], axis=0)])
        return cls(
            _prefix_sums(dense),
            _prefix_sums(np.bincount(position[live], minlength=count).astype(np.int32)),
            {name: np.ascontiguousarray(sums[:, n]) for n, name in enumerate(OTHERS)},
        )

    def below(self, start: int, end: int) -> dict[str, int]:
        """Give what hangs between two positions, powers in parts of `EXACT`."""
        first, last = self.places[start], self.places[end]
        found = {name: int(sums[last] - sums[first]) for name, sums in self.others.items()}
        return {"lv_customers": int(self.customers[end] - self.customers[start])} | found


def _prefix_sums(values: np.ndarray) -> np.ndarray:
    total = np.zeros(len(values) + 1, dtype=np.int32)
    np.cumsum(values, out=total[1:])
    return total


@dataclass(frozen=True, eq=False)
class _Standing:
    """What stands at each node, of rows with one supply point; the same for every state of the network."""

    customers: np.ndarray
    nodes: np.ndarray
    weights: np.ndarray


_STANDING: weakref.WeakKeyDictionary[Consumers, _Standing] = weakref.WeakKeyDictionary()


def _standing(consumers: Consumers, node_count: int) -> _Standing:
    known = _STANDING.get(consumers)
    if known is None or len(known.customers) != node_count:
        known = _STANDING[consumers] = _summed_by_node(consumers, node_count)
    return known


def _summed_by_node(consumers: Consumers, node_count: int) -> _Standing:
    dense = np.zeros(node_count, dtype=np.int32)
    nodes, weights = [], []
    for points, measures in _measures(consumers):
        if "lv_customers" in measures:
            counts = np.bincount(
                points.lone_nodes, measures["lv_customers"][points.lone], minlength=node_count
            )
            dense += counts.astype(np.int32)
        nodes.append(points.lone_nodes)
        weights.append(_weights(measures, points.lone))
    every, weight = np.concatenate(nodes), np.concatenate(weights)
    some = np.flatnonzero(weight.any(axis=1))
    place, of_place = np.unique(every[some], return_inverse=True)
    total = np.zeros((len(place), len(OTHERS)), dtype=np.int64)
    np.add.at(total, of_place, weight[some])
    return _Standing(dense, place, total)


def _measures(consumers: Consumers) -> list[tuple[SupplyPoints, dict[str, np.ndarray]]]:
    """Give what each row counts for, by kind of supply points; powers in parts of `EXACT`."""

    def exact(power: np.ndarray) -> np.ndarray:
        return np.asarray(np.rint(power * EXACT), dtype=np.int64)

    areas = np.ones(len(consumers.areas), dtype=np.int64)
    return [
        (
            consumers.customers,
            {
                "lv_customers": consumers.lv_customers,
                "mv_users": consumers.mv_customers,
                "important": consumers.important,
            },
        ),
        (consumers.areas, {"mv_users": consumers.public_areas, "transformer_areas": areas}),
        (consumers.transformers, {"rated_kva": exact(consumers.rated_kva)}),
        (consumers.pv_units, {"pv_kw": exact(consumers.pv_kw)}),
    ]


def _weights(measures: Mapping[str, np.ndarray], rows: np.ndarray) -> np.ndarray:
    """Give a row for each of `rows` and a column for each of `OTHERS`."""
    found = np.zeros((len(rows), len(OTHERS)), dtype=np.int64)
    for n, name in enumerate(OTHERS):
        if name in measures:
            found[:, n] = measures[name][rows]
    return found


def _meeting_points(points: SupplyPoints, tree: SupplyTree) -> tuple[np.ndarray, np.ndarray]:
    """Give the rows with several points and supply, and below which position their supplied points hang."""
    nodes, owner = points.several
    position = tree.position[nodes]
    fed = position >= 0
    owner, position = owner[fed], position[fed]
    if not len(owner):
        return owner, position
    first = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
    lowest, highest = np.minimum.reduceat(position, first), np.maximum.reduceat(position, first)
    return owner[first], tree.common_ancestors(lowest, highest)


def _single_branches(topology: TopologyIndex, sums: LossSums) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Judge every device as the one branch it is (the first winding's for a transformer).

    The sums are taken in the order of the walk, where what hangs below a branch lies beside it.
    """
    wiring, tree = topology.wiring, topology.tree
    count = sum(len(wiring.tables[name]) for name in DEVICE_TABLES)
    branch, end = tree.parent_branch[1:].astype(np.intp), tree.end[1:].astype(np.intp)
    covered = np.flatnonzero(tree.cover[1:])
    reason = np.full(len(topology.closed), NO_SUPPLY, dtype=np.int8)
    reason[np.flatnonzero(~topology.closed)] = OPEN
    reason[branch] = HARMS
    reason[tree.chords] = IN_LOOP
    reason[branch[covered]] = IN_LOOP

    lost = sums.customers[end] - sums.customers[1:-1]
    lost[covered] = 0
    losses = {"lv_customers": np.zeros(len(topology.closed), dtype=np.int32)}
    losses["lv_customers"][branch] = lost
    first, last = sums.places[1:-1], sums.places[end]
    differs = last > first
    differs[covered] = False
    some = np.flatnonzero(differs)
    first, last, branch = first[some], last[some], branch[some]
    for name, total in sums.others.items():
        lost = total[last] - total[first]
        losses[name] = np.zeros(len(topology.closed), dtype=np.float64 if name in POWERS else np.int32)
        losses[name][branch] = lost / EXACT if name in POWERS else lost
    return {name: found[:count] for name, found in losses.items()}, reason[:count]


def _three_windings(
    topology: TopologyIndex,
    sums: LossSums,
    losses: dict[str, np.ndarray],
    reason: np.ndarray,
) -> None:
    """Judge the transformers with three windings: all windings are lost, so the node they meet at is."""
    wiring, tree = topology.wiring, topology.tree
    first = sum(len(wiring.tables[name]) for name in DEVICE_TABLES[:2])
    for row in np.flatnonzero(wiring.star >= 0):
        number, star = first + int(row), int(tree.position[wiring.star[row]])
        if star < 0:
            reason[number] = NO_SUPPLY if topology.closed[number] else OPEN
            continue
        parted = _parted_windings(topology, wiring.branches_of_row("power_transformers", int(row)), star)
        reason[number] = HARMS if parted else IN_LOOP
        lost = [sums.below(start, end) for start, end in parted]
        for name in MEASURES:
            total = sum(one[name] for one in lost)
            losses[name][number] = total / EXACT if name in POWERS else total


def _parted_windings(topology: TopologyIndex, own: np.ndarray, star: int) -> list[tuple[int, int]]:
    """Find the intervals that hang on the star point alone; the whole of it where all its windings do."""
    tree, wiring = topology.tree, topology.wiring
    ends = tree.position[np.where(wiring.a[own] == tree.order[star], wiring.b[own], wiring.a[own])]
    children = [
        int(end)
        for end, branch in zip(ends, own, strict=True)
        if tree.parent_branch[end] == branch and end > star
    ]
    own_chords = tree.chord_low[np.isin(tree.chords, own) & (tree.chord_high == star)]
    parted = []
    for child in children:
        inside = ((own_chords >= child) & (own_chords < tree.end[child])).sum()
        if tree.cover[child] - inside == 0:
            parted.append((child, int(tree.end[child])))
    whole = bool(children) and len(parted) == len(children)
    return [(star, int(tree.end[star]))] if whole else parted
