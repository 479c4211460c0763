"""Say who would lose supply if two devices were lost at once (N-2), and who only because both are.

Two devices that harm nobody alone can part a loop together; so a pair's loss is no sum of single ones.
Each pair is followed as a what-if, which looks only at the part of the network it touches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grid_model.customers import Consumers
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.tracing import Outage
from grid_model.wiring import Device, SwitchState, Wiring

TABLES = ("customers", "areas", "transformers", "pv_units")
"""What can be lost, as `Outage.judged` names it."""

Rows = dict[str, np.ndarray]
"""Row numbers by table, sorted."""


@dataclass(frozen=True)
class PairLoss:
    """What is lost with two devices.

    Parameters
    ----------
    devices
        The two.
    losses
        What is lost with both: a number for each of `ranking.MEASURES`.
    beyond_single
        What of it is lost with neither of them alone. Where the two singles have nothing in common this
        is what the pair loses beyond their sum; what one device loses below the other is not counted twice.
    """

    devices: tuple[Device, Device]
    losses: Mapping[str, float]
    beyond_single: Mapping[str, float]


def pair_losses(
    project: Project,
    pairs: Sequence[tuple[str, str]],
    state: SwitchState = SwitchState.NORMAL,
    feedback: Feedback = SILENT,
) -> tuple[PairLoss, ...]:
    """Give the loss of each pair of devices, in the order of `pairs`.

    Parameters
    ----------
    pairs
        Identifiers, or ``table:identifier`` where several devices have it.

    Raises
    ------
    GridError
        ``unknown-device``, ``ambiguous-device``, ``already-open``, ``out-of-service``,
        ``pair-of-one`` for a device named twice, ``network-without-source``.
    """
    outage = Outage.of(project, state)
    wiring = outage.before.wiring
    devices = [_two_devices(wiring, pair) for pair in pairs]
    alone: dict[Device, Rows] = {}
    for device in dict.fromkeys(one for pair in devices for one in pair):
        alone[device] = _lost(outage.with_opened([device]))
    found = []
    for first, second in feedback.track(devices):
        both = _lost(outage.with_opened([first, second]))
        beyond = {
            name: np.setdiff1d(rows, np.union1d(alone[first][name], alone[second][name]))
            for name, rows in both.items()
        }
        consumers = outage.consumers
        found.append(PairLoss((first, second), counted(consumers, both), counted(consumers, beyond)))
    return tuple(found)


def _two_devices(wiring: Wiring, pair: tuple[str, str]) -> tuple[Device, Device]:
    first, second = (wiring.find(one) for one in pair)
    if first == second:
        raise GridError("pair-of-one", id=first.id)
    return first, second


def _lost(outage: Outage) -> Rows:
    return {name: outage.judged(name).out for name in TABLES}


def counted(consumers: Consumers, rows: Rows) -> dict[str, float]:
    """Count rows that are out by each of `ranking.MEASURES`."""
    customers, areas = rows["customers"], rows["areas"]
    return {
        "lv_customers": int(consumers.lv_customers[customers].sum()),
        "mv_users": int(consumers.mv_customers[customers].sum() + consumers.public_areas[areas].sum()),
        "rated_kva": round(float(consumers.rated_kva[rows["transformers"]].sum()), 6),
        "important": int(consumers.important[customers].sum()),
        "pv_kw": round(float(consumers.pv_kw[rows["pv_units"]].sum()), 6),
        "transformer_areas": len(areas),
    }
