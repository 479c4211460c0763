"""What the map shows of one stage of a study: sets of branches by table and identifier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grid_model.earth_places import EarthPlace
from grid_model.study import Stage
from grid_model.topology import TopologyIndex
from grid_model.tracing import Outage
from grid_model.wiring import BranchKind

Named = tuple[str, str]
"""Table and identifier."""


@dataclass(frozen=True)
class Fed:
    """From where something has supply again.

    Parameters
    ----------
    feeder
        The feeder's identifier, else its first switch's; empty where a source has no switch.
    tie
        The switch, closed since the first step, over which it comes; empty where it is fed as before.
    """

    feeder: str
    tie: str


@dataclass(frozen=True)
class StagePicture:
    """Sets of ``(table, id)``; branches are switches, lines and transformers.

    Parameters
    ----------
    dead
        Branches that lost supply at both ends.
    restored
        Branches live over another way than before the first step, or live again since `before`.
    looped
        Branches that run in a loop.
    live_from_behind
        Opened devices whose far side is live.
    earthed
        Branches joined with an earthed node over what is closed.
    isolated
        Branches joined with a fault over what is closed.
    fault
        Faulted devices.
    earthed_places
        Where earths stand.
    areas_out, areas_partly
        Identifiers of areas.
    opened, closed
        What stands open, and closed, otherwise than before the first step.
    """

    dead: frozenset[Named] = frozenset()
    restored: Mapping[Named, Fed] = field(default_factory=dict)
    looped: frozenset[Named] = frozenset()
    live_from_behind: frozenset[Named] = frozenset()
    earthed: frozenset[Named] = frozenset()
    isolated: frozenset[Named] = frozenset()
    fault: frozenset[Named] = frozenset()
    earthed_places: tuple[EarthPlace, ...] = ()
    areas_out: frozenset[str] = frozenset()
    areas_partly: frozenset[str] = frozenset()
    opened: frozenset[Named] = frozenset()
    closed: frozenset[Named] = frozenset()


def painted(stage: Stage, before: Stage | None = None) -> StagePicture:
    """Say what the map shows after `stage`; what came back is seen against `before`, the stage before."""
    outage = stage.outage
    dead_nodes = _mask(outage, outage.dead_nodes)
    opened, closed = outage.operated
    return StagePicture(
        dead=_named(outage, _inside(outage, dead_nodes)),
        restored=_restored(outage, None if before is None else before.outage),
        looped=frozenset((one.table, one.id) for loop in outage.loops for one in loop.devices),
        live_from_behind=frozenset((one.table, one.id) for one in stage.live_from_behind),
        earthed=_named(outage, _inside(outage, stage.moment.earthed_part)),
        isolated=_named(outage, _inside(outage, stage.moment.faulted_part)),
        fault=frozenset((one.table, one.id) for one in stage.faults),
        earthed_places=stage.earthed,
        areas_out=frozenset(stage.areas),
        areas_partly=frozenset(outage.ids("transformer_areas", outage.judged("areas").partly)),
        opened=frozenset((one.table, one.id) for one in opened),
        closed=frozenset((one.table, one.id) for one in closed),
    )


def _mask(outage: Outage, nodes: np.ndarray) -> np.ndarray:
    found = np.zeros(outage.before.wiring.node_count, dtype=bool)
    found[nodes] = True
    return found


def _inside(outage: Outage, nodes: np.ndarray) -> np.ndarray:
    """Branches that conduct and lie between two of the nodes."""
    wiring = outage.before.wiring
    inside = wiring.can_conduct & (wiring.kind != BranchKind.SOURCE)
    return np.flatnonzero(inside & nodes[wiring.a] & nodes[wiring.b])


def _named(outage: Outage, branches: np.ndarray) -> frozenset[Named]:
    return frozenset((one.table, one.id) for one in outage.before.wiring.devices(branches))


def _restored(outage: Outage, earlier: Outage | None) -> dict[Named, Fed]:
    """Branches fed by another feeder, or over a switch closed since, or dead in `earlier` and live now."""
    first, now, wiring = outage.before, outage.after_topology, outage.before.wiring
    if first is now or (earlier is not None and earlier.after_topology is now):
        return {}
    tie = _last_closed(first, now)
    changed = now.supplied & first.supplied & ((now.first_switches != first.first_switches) | (tie >= 0))
    if earlier is not None:
        changed |= now.supplied & _mask(outage, earlier.dead_nodes)
    branches = _inside(outage, changed)
    feeders = now.feeder_of_nodes(outage.project)
    names = dict(
        zip(np.unique(tie[tie >= 0]).tolist(), wiring.devices(np.unique(tie[tie >= 0])), strict=True)
    )
    found = {}
    for branch, device in zip(branches.tolist(), wiring.devices(branches), strict=True):
        node = int(wiring.b[branch])
        over = names.get(int(tie[node]))
        found[device.table, device.id] = Fed(
            feeders.get(int(now.first_switches[node]), ""), "" if over is None else over.id
        )
    return found


def _last_closed(first: TopologyIndex, now: TopologyIndex) -> np.ndarray:
    """For each node, the nearest branch towards its source that was open before the first step; else −1."""
    tree = now.tree
    at = np.full(len(tree.order), -1, dtype=np.int64)
    made = now.closed & ~first.closed
    own = tree.parent_branch
    marks = np.flatnonzero((own >= 0) & made[np.maximum(own, 0)])
    for position in marks:  # in the walk's order: what hangs lower overwrites what hangs above
        at[position : tree.end[position]] = own[position]
    found = np.full(now.wiring.node_count, -1, dtype=np.int64)
    found[tree.order] = at
    return found
