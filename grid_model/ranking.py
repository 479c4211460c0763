"""Say for every switch, line and transformer at once who would lose supply if it alone were lost (N-1).

A device whose loss harms somebody is a bridge of the network: what hangs below it is an interval of the
walk, and what is lost is a difference of two prefix sums. A customer with several supplies, or an area
with several transformers, is lost only with all of them: it counts where the ways to its supplied
points part, at their lowest common ancestor, and so is never counted twice.
"""

from __future__ import annotations

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
    totals = _totals(consumers, tree)
    losses, reason = _single_branches(topology, totals)
    _three_windings(topology, totals, losses, reason)
    feedback.report(1.0)
    scaled = {
        name: losses[name] / EXACT if name in ("rated_kva", "pv_kw") else losses[name] for name in MEASURES
    }
    return DeviceRanking(topology, scaled, reason)


def _totals(consumers: Consumers, tree: SupplyTree) -> dict[str, np.ndarray]:
    """Prefix sums over the walk for each measure: what hangs below ``p`` is ``total[end[p]] - total[p]``."""
    customers, at_customers = _meeting_points(consumers.customers, tree)
    areas, at_areas = _meeting_points(consumers.areas, tree)
    transformers, at_transformers = _meeting_points(consumers.transformers, tree)
    units, at_units = _meeting_points(consumers.pv_units, tree)
    count = len(tree.order)

    def total(*parts: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        weights = [np.bincount(at, weights=weight, minlength=count) for at, weight in parts]
        return np.concatenate([[0], np.cumsum(np.rint(sum(weights)).astype(np.int64))])

    mv, public = consumers.mv_customers[customers], consumers.public_areas[areas]
    return {
        "lv_customers": total((at_customers, consumers.lv_customers[customers])),
        "mv_users": total((at_customers, mv), (at_areas, public)),
        "rated_kva": total((at_transformers, consumers.rated_kva[transformers] * EXACT)),
        "important": total((at_customers, consumers.important[customers])),
        "pv_kw": total((at_units, consumers.pv_kw[units] * EXACT)),
        "transformer_areas": total((at_areas, np.ones(len(areas)))),
    }


def _meeting_points(points: SupplyPoints, tree: SupplyTree) -> tuple[np.ndarray, np.ndarray]:
    """Give the rows with supply, and the position below which all their supplied points hang."""
    position = tree.position[points.nodes]
    fed = position >= 0
    owner, position = points.owner[fed], position[fed]
    if not len(owner):
        return owner, position
    first = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
    lowest, highest = np.minimum.reduceat(position, first), np.maximum.reduceat(position, first)
    return owner[first], tree.common_ancestors(lowest, highest)


def _single_branches(
    topology: TopologyIndex, totals: Mapping[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Judge every device as the one branch it is (the first winding's for a transformer).

    The sums are taken in the order of the walk, where what hangs below a branch lies beside it.
    """
    wiring, tree = topology.wiring, topology.tree
    count = sum(len(wiring.tables[name]) for name in DEVICE_TABLES)
    reason = np.full(len(topology.closed), NO_SUPPLY, dtype=np.int8)
    reason[~topology.closed] = OPEN
    reason[tree.chords] = IN_LOOP
    reason[tree.parent_branch[1:]] = np.where(tree.cover[1:] > 0, IN_LOOP, HARMS)
    bridges = np.flatnonzero(tree.cover == 0)[1:]
    branches, end = tree.parent_branch[bridges], tree.end[bridges]
    losses = {}
    for name, total in totals.items():
        lost = np.zeros(len(topology.closed), dtype=np.int64)
        lost[branches] = total[end] - total[bridges]
        losses[name] = lost[:count]
    return losses, reason[:count]


def _three_windings(
    topology: TopologyIndex,
    totals: Mapping[str, np.ndarray],
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
        for name, total in totals.items():
            losses[name][number] = sum(total[end] - total[start] for start, end in parted)


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
