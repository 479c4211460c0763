"""What stands between two steps of a study, and what each step makes of it.

A step that contradicts the state, or that would put a fault or an earthed point under voltage, is
refused; the moment before it stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from grid_model.earth_places import EarthPlace, all_nodes_of, earths_of, nodes_of
from grid_model.earthing import striking
from grid_model.errors import GridError
from grid_model.faults import Trip, protective_branches, trip
from grid_model.restoration import Isolation, TieProposal, isolate, tie_proposals, together
from grid_model.restoration_search import Restoration, Restorer
from grid_model.study_faults import open_faults
from grid_model.study_places import find_device, find_earth_places
from grid_model.study_return import joined_with
from grid_model.study_steps import ACTIONS, StudyStep
from grid_model.tracing import Outage
from grid_model.wiring import Device, SwitchState


@dataclass(frozen=True, eq=False)
class Moment:
    """Everything that stands between two steps.

    Parameters
    ----------
    outage
        The network before the first step, and now.
    before_fault
        The network just before the first fault.
    faults
        Devices that failed and are not repaired.
    tripped
        What tripped and was not closed again: protective devices, and sources without one.
    bounds
        Switches around the faults that must stay open.
    earthed
        Places that are earthed.
    trip, isolation, ties, restoration
        What the last step found.
    known_faults
        What had failed before the first step: faults of studies carried out.
    """

    outage: Outage
    before_fault: Outage
    faults: tuple[Device, ...] = ()
    tripped: tuple[Device, ...] = ()
    bounds: tuple[Device, ...] = ()
    earthed: frozenset[EarthPlace] = frozenset()
    inoperable: frozenset[str] = frozenset()
    trip: Trip | None = None
    isolation: Isolation | None = None
    ties: tuple[TieProposal, ...] = ()
    restoration: Restoration | None = field(default=None)
    known_faults: tuple[Device, ...] = ()

    @classmethod
    def first(cls, outage: Outage, inoperable: Collection[str]) -> Moment:
        """Begin; from the present state, with what is earthed and faulted at present."""
        marked = frozenset(find_device(outage.before.wiring, one).id for one in inoperable)
        earthed: frozenset[EarthPlace] = frozenset()
        faults: tuple[Device, ...] = ()
        if outage.before.state is SwitchState.CURRENT:
            wiring = outage.before.wiring
            earthed = frozenset(
                one for one in earths_of(outage.project) if nodes_of(outage.project, wiring, one)
            )
            faults = open_faults(outage.project)
        return cls(outage, outage, faults, inoperable=marked, earthed=earthed, known_faults=faults)

    def after(self, step: StudyStep) -> Moment:
        """Do one step.

        Raises
        ------
        GridError
            ``unknown-step``, ``step-without-device``, ``unknown-device``, ``ambiguous-device``,
            ``unknown-place``, ``already-open``, ``already-closed``, ``out-of-service``, ``inoperable``,
            ``cut-in-place``, ``not-protective``, ``already-faulted``, ``no-fault``, ``not-faulted``,
            ``already-earthed``, ``not-earthed``, ``earth-live``, ``earth-between-switches``,
            ``energises-fault``, ``energises-earth``, ``device-twice``.
        """
        if step.action not in ACTIONS:
            raise GridError("unknown-step", action=step.action, actions=", ".join(ACTIONS))
        plain = replace(self, trip=None, isolation=None, ties=(), restoration=None)
        later = _DO[step.action](plain, step)
        refuse_danger(self, later)
        return later

    def find(self, step: StudyStep) -> tuple[Device, ...]:
        """Find the devices a step names; raises ``device-twice`` where it names one twice."""
        wiring = self.outage.before.wiring
        found = [find_device(wiring, one) for one in step.devices]
        twice = next((one for n, one in enumerate(found) if one in found[:n]), None)
        if twice is not None:
            raise GridError("device-twice", id=twice.id)
        return tuple(found)

    def places(self, step: StudyStep) -> tuple[EarthPlace, ...]:
        """Find the places to earth that a step names."""
        outage = self.outage
        wiring, closed = outage.before.wiring, outage.after_topology.closed
        found = [find_earth_places(outage.project, wiring, one, closed) for one in step.devices]
        return tuple(dict.fromkeys(place for own in found for place in own))

    @cached_property
    def earthed_nodes(self) -> np.ndarray:
        """Nodes of the wiring that are earthed, inner ones among them; sorted."""
        return all_nodes_of(self.outage.project, self.outage.before.wiring, self.earthed)

    def closed(self, device: Device) -> bool:
        """Whether a device is closed now."""
        return bool(self.outage.after_topology.closed[self.outage.before.wiring.branches(device)].any())

    @property
    def faulted_part(self) -> np.ndarray:
        """Whether each node is joined with a fault over what is closed."""
        wiring = self.outage.before.wiring
        own = [wiring.branches(one) for one in self.faults]
        ends = [nodes[branches] for branches in own for nodes in (wiring.a, wiring.b)]
        return self._joined(np.concatenate(ends) if ends else np.array([], dtype=np.int64))

    @property
    def earthed_part(self) -> np.ndarray:
        """Whether each node is joined with an earthed one over what is closed."""
        return self._joined(self.earthed_nodes)

    def _joined(self, start: np.ndarray) -> np.ndarray:
        return joined_with(self.outage.before.wiring, self.outage.after_topology.closed, start)

    @property
    def forbidden(self) -> np.ndarray:
        """Nodes that must not come under voltage: those of closed faulted devices, and earthed ones."""
        wiring = self.outage.before.wiring
        ends = [self.earthed_nodes]
        for fault in self.faults:
            own = striking(wiring, self.outage.after_topology.closed, fault)
            ends += [wiring.a[own], wiring.b[own]]
        return np.unique(np.concatenate(ends)).astype(np.int64)


# ---------------------------------------------------------------------------- the steps


def _fault(moment: Moment, step: StudyStep) -> Moment:
    found = moment
    for device in moment.find(step):
        if device in found.faults:
            raise GridError("already-faulted", id=device.id)
        tripped = trip(found.outage.project, found.outage.after_topology, device)
        sources = tuple(Device("energy_sources", one) for one in tripped.sources)
        found = replace(
            found,
            before_fault=found.outage if not found.faults else found.before_fault,
            outage=found.outage.with_tripped(tripped),
            faults=(*found.faults, device),
            tripped=(*found.tripped, *tripped.devices, *sources),
            trip=tripped,
        )
    return found


def _trip(moment: Moment, step: StudyStep) -> Moment:
    """A protective device opens by itself; whatever made it trip, isolating closes it again."""
    devices = moment.find(step)
    protective = protective_branches(moment.outage.project, moment.outage.after_topology)
    for device in devices:
        if not protective[moment.outage.before.wiring.branches(device)].any():
            raise GridError("not-protective", id=device.id)
    return replace(moment, outage=moment.outage.with_opened(devices), tripped=(*moment.tripped, *devices))


def _open(moment: Moment, step: StudyStep) -> Moment:
    devices = moment.find(step)
    _refuse_inoperable(moment, devices)
    return replace(moment, outage=moment.outage.with_opened(devices))


def _close(moment: Moment, step: StudyStep) -> Moment:
    devices = moment.find(step)
    _refuse_inoperable(moment, devices)
    _refuse_cut(moment, devices)
    return _again(replace(moment, outage=moment.outage.with_closed(devices)))


def _again(moment: Moment) -> Moment:
    """Forget what tripped once it is closed."""
    return replace(moment, tripped=tuple(one for one in moment.tripped if not moment.closed(one)))


def _isolate(moment: Moment, _step: StudyStep) -> Moment:
    """Open around every fault, then close again what tripped and bounds no fault."""
    if not moment.faults:
        raise GridError("no-fault")
    outage, bounds = moment.outage, set(moment.bounds)
    found = []
    for fault in moment.faults:
        isolation = isolate(
            outage.project,
            moment.before_fault.after_topology,
            outage.after_topology,
            fault,
            moment.inoperable,
        )
        if isolation.open:
            outage = outage.with_opened(isolation.open)
        bounds |= {*isolation.open, *isolation.keep_open}
        found.append(isolation)
    opened = replace(moment, outage=outage, bounds=tuple(sorted(bounds)), isolation=together(found))
    for device in moment.tripped:
        if device in bounds or opened.closed(device) or device.id in moment.inoperable:
            continue
        attempt = replace(opened, outage=opened.outage.with_closed([device]))
        if _danger(opened, attempt) is None:
            opened = attempt
    return _again(replace(opened, ties=ties_now(opened)))


def ties_now(moment: Moment) -> tuple[TieProposal, ...]:
    """List the ties that could bring dead parts back now."""
    return tie_proposals(
        moment.outage.project,
        moment.outage.after_topology,
        moment.outage.before,
        moment.forbidden,
        moment.bounds,
        moment.inoperable,
    )


def _restore(moment: Moment, step: StudyStep) -> Moment:
    """Do what loses the fewest user-hours; with devices, over these ties only."""
    only = moment.find(step) or None
    for device in only or ():
        _refuse_inoperable(moment, (device,))
        if moment.closed(device):
            raise GridError("already-closed", id=device.id)
    found = Restorer.of(moment.outage, moment.forbidden, moment.bounds, moment.inoperable, only=only).best()
    outage = moment.outage
    for operation in found.operations:
        devices = [operation.device]
        outage = outage.with_opened(devices) if operation.action == "open" else outage.with_closed(devices)
    restored = replace(moment, outage=outage, restoration=found)
    return replace(restored, ties=ties_now(restored))


def _earth(moment: Moment, step: StudyStep) -> Moment:
    places, outage = moment.places(step), moment.outage
    named = ", ".join(step.devices)
    if not places:
        raise GridError("unknown-place", id=named)
    nodes = all_nodes_of(outage.project, outage.before.wiring, places)
    if np.isin(nodes, moment.earthed_nodes).all():
        raise GridError("already-earthed", id=named)
    live = outage.supply[1]
    for place in places:
        if live[list(nodes_of(outage.project, outage.before.wiring, place))].any():
            raise GridError("earth-live", id=named, node=str(place))
    return replace(moment, earthed=moment.earthed | frozenset(places))


def _unearth(moment: Moment, step: StudyStep) -> Moment:
    project, wiring = moment.outage.project, moment.outage.before.wiring
    nodes = all_nodes_of(project, wiring, moment.places(step))
    gone = frozenset(one for one in moment.earthed if np.isin(nodes_of(project, wiring, one), nodes).any())
    if not gone:
        raise GridError("not-earthed", id=", ".join(step.devices))
    return replace(moment, earthed=moment.earthed - gone)


def _temporary(moment: Moment, step: StudyStep) -> Moment:
    device = Device("switches", step.temporary)
    if step.action == "jumper":
        return replace(moment, outage=moment.outage.with_closed([device]))
    return replace(moment, outage=moment.outage.with_opened([device]))


def _repair(moment: Moment, step: StudyStep) -> Moment:
    if not moment.faults:
        raise GridError("no-fault")
    devices = moment.find(step)
    for device in devices:
        if device not in moment.faults:
            raise GridError("not-faulted", id=device.id)
    left = tuple(one for one in moment.faults if devices and one not in devices)
    return replace(moment, faults=left, bounds=() if not left else moment.bounds)


def _normal(moment: Moment, _step: StudyStep) -> Moment:
    return replace(moment, outage=moment.outage.at_the_beginning, tripped=(), bounds=())


_DO: Mapping[str, Callable[[Moment, StudyStep], Moment]] = {
    "fault": _fault,
    "trip": _trip,
    "open": _open,
    "close": _close,
    "isolate": _isolate,
    "restore": _restore,
    "earth": _earth,
    "unearth": _unearth,
    "jumper": _temporary,
    "cut": _temporary,
    "repair": _repair,
    "normal": _normal,
}


# ---------------------------------------------------------------------------- refusals


def _refuse_inoperable(moment: Moment, devices: tuple[Device, ...]) -> None:
    for device in devices:
        if device.table == "switches" and device.id in moment.inoperable:
            raise GridError("inoperable", id=device.id)


def _refuse_cut(moment: Moment, devices: tuple[Device, ...]) -> None:
    """A line that was taken out and carried out is parted by a cut: it is the cut that closes."""
    switches = moment.outage.project.frame("switches")
    for device in devices:
        if device.table != "ac_line_segments" or not moment.closed(device):
            continue
        own = switches["id"][(switches["line"] == device.id) & (switches["kind"] == "cut")].tolist()
        cuts = [one for one in own if not moment.closed(Device("switches", one))]
        if cuts:
            raise GridError("cut-in-place", id=device.id, cuts=", ".join(cuts))


def refuse_danger(before: Moment, after: Moment) -> None:
    """Refuse a fault or an earthed node under voltage: ``energises-fault``, ``energises-earth``."""
    danger = _danger(before, after)
    if danger is not None:
        raise danger


def _danger(before: Moment, after: Moment) -> GridError | None:
    live = after.outage.supply[1]
    for fault in after.faults:
        if _under_voltage(after.outage, fault) and not (
            fault in before.faults and _under_voltage(before.outage, fault)
        ):
            return GridError("energises-fault", id=fault.id)
    was_live = before.outage.supply[1]
    for place in sorted(after.earthed):
        own = list(nodes_of(after.outage.project, after.outage.before.wiring, place))
        if live[own].any() and not (place in before.earthed and was_live[own].any()):
            return GridError("energises-earth", node=str(place))
    return None


def _under_voltage(outage: Outage, fault: Device) -> bool:
    live, wiring = outage.supply[1], outage.before.wiring
    own = striking(wiring, outage.after_topology.closed, fault)
    return bool((live[wiring.a[own]] | live[wiring.b[own]]).any())
