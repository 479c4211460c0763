"""Follow a switching step by step and say who it leaves in the dark, who is back and what runs in a loop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from grid_model.back_feed import BackFeed, back_feed
from grid_model.customers import Basis, Consumers, SupplyPoints, fed
from grid_model.earthing import Danger, under_voltage
from grid_model.errors import GridError
from grid_model.faults import Trip, trip
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.topology import Loop, TopologyIndex
from grid_model.wiring import BranchKind, Device, SwitchState


@dataclass(frozen=True)
class Step:
    """One thing that is done or happens: ``open``, ``close`` or ``fault``, to the device named."""

    action: str
    device: str


@dataclass(frozen=True)
class OutageCounts:
    """How much is out, both ways of counting (`DOMAIN` §5.2); partly supplied ones are not in it.

    Parameters
    ----------
    mv_users
        中压用户: each public area 1, each customer at medium voltage 1.
    lv_customers
        低压用户: metered customers at low voltage.
    rated_kva
        Transformers in service whose low-voltage side went dead.
    pv_kw
        PV whose connection went dead.
    important
        Customers of both kinds with a grade, a sensitive kind or life support.
    """

    mv_users: int = 0
    lv_customers: int = 0
    residents: int = 0
    nonresidents: int = 0
    transformer_areas: int = 0
    rated_kva: float = 0.0
    pv_kw: float = 0.0
    important: int = 0


@dataclass(frozen=True)
class StepResult:
    """The state after one step.

    Parameters
    ----------
    action
        ``open``, ``close``, ``trip``.
    devices
        What was operated.
    fault
        For a trip: where the fault is.
    tripped_sources
        Sources that had to trip themselves, no protective device standing before them.
    counts
        Out after this step, against the state before the first one.
    customers_out, customers_back
        Customers who lost or got back supply by this step.
    loops
        What runs in a loop after this step.
    """

    n: int
    action: str
    devices: tuple[Device, ...]
    fault: Device | None
    tripped_sources: tuple[str, ...]
    counts: OutageCounts
    customers_out: tuple[str, ...]
    customers_back: tuple[str, ...]
    loops: tuple[Loop, ...]


@dataclass(frozen=True)
class OutageTrace:
    """Who is out after the last step and was not before the first; identifiers and numbers only.

    Parameters
    ----------
    opened, closed
        What stands otherwise than before the first step.
    transformer_areas, partly_out
        Areas all of whose supplied transformers are dead; areas some of whose are.
    customers, customers_basis
        Customers out, important ones first, then in table order, and the `Basis` of each.
    backup, backup_basis
        Customers who lost some of their supplies, but not all (备供).
    already_out
        Customers with supply in the normal state who had none before the first step.
    unknown
        Customers without a path to a source even in the normal state (未判定), unlinked ones among them.
    unlinked
        How many customers have neither a node nor an area with a transformer.
    dangers
        Earthed nodes and open faults that a step put under voltage, of the present state.
    """

    state: SwitchState
    steps: tuple[StepResult, ...]
    opened: tuple[Device, ...]
    closed: tuple[Device, ...]
    tripped_sources: tuple[str, ...]
    counts: OutageCounts
    transformer_areas: tuple[str, ...]
    partly_out: tuple[str, ...]
    customers: tuple[str, ...]
    customers_basis: tuple[Basis, ...]
    backup: tuple[str, ...]
    backup_basis: tuple[Basis, ...]
    already_out: tuple[str, ...]
    unknown: tuple[str, ...]
    unlinked: int
    back_feed: tuple[BackFeed, ...]
    loops: tuple[Loop, ...]
    dangers: tuple[Danger, ...] = ()


def trace_outage(
    project: Project,
    steps: Sequence[Step | tuple[str, str]],
    state: SwitchState = SwitchState.NORMAL,
    feedback: Feedback = SILENT,
) -> OutageTrace:
    """Find what loses supply when `steps` happen one after another.

    Out is what had a closed path to a source before the first step and has none after the last; so an
    area fed from both ends stays lit when one end opens. PV and own generators never count as supply.

    Raises
    ------
    GridError
        ``unknown-device``, ``ambiguous-device``, ``already-open``, ``already-closed``,
        ``out-of-service``, ``network-without-source``, ``no-steps``.
    """
    if not steps:
        raise GridError("no-steps")
    outage = Outage.of(project, state)
    results: list[StepResult] = []
    dangers: dict[Danger, None] = {}
    for step in feedback.track([one if isinstance(one, Step) else Step(*one) for one in steps]):
        before = outage
        outage, operated, tripped = outage.after(step)
        results.append(_step_result(len(results) + 1, step, before, outage, operated, tripped))
        if state is SwitchState.CURRENT:
            dangers |= dict.fromkeys(one for one in outage.dangers if one not in before.dangers)
    return replace(_trace(outage, tuple(results)), dangers=tuple(dangers))


def _step_result(
    n: int, step: Step, before: Outage, after: Outage, operated: tuple[Device, ...], tripped: Trip | None
) -> StepResult:
    out, was = after.judged("customers").out, before.judged("customers").out
    return StepResult(
        n,
        step.action if tripped is None else "trip",
        operated,
        None if tripped is None else tripped.fault,
        () if tripped is None else tripped.sources,
        after.counts,
        after.customer_ids(np.setdiff1d(out, was)),
        after.customer_ids(np.setdiff1d(was, out)),
        after.loops,
    )


def trace_of(outage: Outage) -> OutageTrace:
    """Say who is out in a state that was reached some other way, such as by the steps of a study."""
    return _trace(outage, ())


def _trace(outage: Outage, results: tuple[StepResult, ...]) -> OutageTrace:
    customers, areas = outage.judged("customers"), outage.judged("areas")
    out, backup = outage.by_importance(customers.out), outage.by_importance(customers.partly)
    basis = outage.consumers.basis
    opened, closed = outage.operated
    return OutageTrace(
        outage.before.state,
        results,
        opened,
        closed,
        tuple(source for one in results for source in one.tripped_sources),
        outage.counts,
        outage.ids("transformer_areas", areas.out),
        outage.ids("transformer_areas", areas.partly),
        outage.ids("customers", out),
        tuple(Basis(one) for one in basis[out]),
        outage.ids("customers", backup),
        tuple(Basis(one) for one in basis[backup]),
        outage.ids("customers", outage.already_out),
        outage.ids("customers", outage.unknown),
        outage.consumers.unlinked,
        back_feed(
            outage.project,
            outage.consumers,
            outage.before,
            outage.after_topology.closed,
            outage.supply[1],
            outage.dead_nodes,
            customers.partly,
        ),
        outage.loops,
    )


@dataclass(frozen=True)
class Judged:
    """Rows of one table that lost all, or some, of the supply they had; row numbers, sorted."""

    out: np.ndarray
    partly: np.ndarray


@dataclass(frozen=True, eq=False)
class Outage:
    """The network before the first step and after some steps, as arrays."""

    project: Project
    consumers: Consumers
    before: TopologyIndex
    after_topology: TopologyIndex

    @classmethod
    def of(cls, project: Project, state: SwitchState) -> Outage:
        """Begin with nothing operated; raises ``network-without-source`` where no source is in service."""
        topology = TopologyIndex.build(project, state)
        topology.require_source()
        return cls(project, Consumers.of(project), topology, topology)

    # ------------------------------------------------------------------ steps

    def after(self, step: Step) -> tuple[Outage, tuple[Device, ...], Trip | None]:
        """Do one step; gives the next state, what was operated and, for a fault, how it tripped."""
        device = self.before.wiring.find(step.device)
        if step.action == "open":
            return self.with_opened([device]), (device,), None
        if step.action == "close":
            return self.with_closed([device]), (device,), None
        if step.action == "fault":
            tripped = trip(self.project, self.after_topology, device)
            return self.with_tripped(tripped), tripped.devices, tripped
        raise GridError("unknown-step", action=step.action, actions="open, close, fault")

    def with_opened(self, devices: Iterable[Device]) -> Outage:
        """Open switches, or take lines and transformers out; raises ``already-open``, ``out-of-service``."""
        wiring, closed = self.before.wiring, self.after_topology.closed
        branches = []
        for device in devices:
            own = wiring.branches(device)
            self._refuse_out_of_service(device, own)
            if not closed[own].any():
                raise GridError("already-open", id=device.id)
            branches.extend(own.tolist())
        return self._with(self.after_topology.operated(opened=branches))

    def with_closed(self, devices: Iterable[Device]) -> Outage:
        """Close switches, or put lines and transformers back; raises ``already-closed``."""
        wiring, closed = self.before.wiring, self.after_topology.closed
        branches = []
        for device in devices:
            own = wiring.branches(device)
            self._refuse_out_of_service(device, own)
            if closed[own].any():
                raise GridError("already-closed", id=device.id)
            branches.extend(own.tolist())
        return self._with(self.after_topology.operated(closed=branches))

    def with_tripped(self, tripped: Trip) -> Outage:
        """Let protective devices and sources trip."""
        opened = [int(branch) for device in tripped.devices for branch in self.before.wiring.branches(device)]
        return self._with(self.after_topology.operated(opened=[*opened, *tripped.source_branches]))

    def _refuse_out_of_service(self, device: Device, branches: np.ndarray) -> None:
        if not self.before.wiring.in_service[branches].any():
            raise GridError("out-of-service", id=device.id)

    @property
    def at_the_beginning(self) -> Outage:
        """The state before the first step."""
        return self._with(self.before)

    def _with(self, topology: TopologyIndex) -> Outage:
        return Outage(self.project, self.consumers, self.before, topology)

    # ------------------------------------------------------------------ what it did

    @cached_property
    def supply(self) -> tuple[np.ndarray, np.ndarray]:
        """Nodes that lost supply, and which nodes have it now."""
        change = self.before.resupply(self.after_topology)
        after = self.before.supplied.copy()
        after[change.nodes] = change.after
        return change.lost, after

    @cached_property
    def dangers(self) -> tuple[Danger, ...]:
        """What must stay dead at present and is live now."""
        return under_voltage(self.project, self.before.wiring, self.after_topology.closed, self.supply[1])

    @property
    def dead_nodes(self) -> np.ndarray:
        """Nodes that lost supply."""
        return self.supply[0]

    @cached_property
    def _judged(self) -> dict[str, Judged]:
        return {}

    def judged(self, name: str) -> Judged:
        """Judge the ``customers``, ``areas``, ``transformers`` or ``pv_units``."""
        if name not in self._judged:
            points: SupplyPoints = getattr(self.consumers, name)
            lost, after = self.supply
            rows = points.rows_at(lost)
            alive = points.count(rows, after) > 0
            self._judged[name] = Judged(rows[~alive], rows[alive])
        return self._judged[name]

    @cached_property
    def counts(self) -> OutageCounts:
        """Count what is out, both ways."""
        consumers = self.consumers
        customers, areas = self.judged("customers").out, self.judged("areas").out
        low, residents = (
            int(consumers.lv_customers[customers].sum()),
            int(consumers.residents[customers].sum()),
        )
        return OutageCounts(
            int(consumers.public_areas[areas].sum()) + int(consumers.mv_customers[customers].sum()),
            low,
            residents,
            low - residents,
            len(areas),
            round(float(consumers.rated_kva[self.judged("transformers").out].sum()), 6),
            round(float(consumers.pv_kw[self.judged("pv_units").out].sum()), 6),
            int(consumers.important[customers].sum()),
        )

    @cached_property
    def loops(self) -> tuple[Loop, ...]:
        """What runs in a loop now; opening alone makes none where there was none."""
        made = self.after_topology.closed & ~self.before.closed
        if not made.any() and not len(self.before.tree.chords):
            return ()
        return self.after_topology.loops()

    @cached_property
    def operated(self) -> tuple[tuple[Device, ...], tuple[Device, ...]]:
        """Devices that stand open, and closed, otherwise than before the first step."""
        now, was = self.after_topology.closed, self.before.closed
        device = self.before.wiring.kind != BranchKind.SOURCE
        return self._devices(was & ~now & device), self._devices(now & ~was & device)

    def _devices(self, branches: np.ndarray) -> tuple[Device, ...]:
        return tuple(dict.fromkeys(self.before.wiring.devices(np.flatnonzero(branches))))

    # ------------------------------------------------------------------ the other classes

    @cached_property
    def _fed_before(self) -> np.ndarray:
        return fed(self.consumers.customers, self.before.supplied)

    @cached_property
    def _fed_normally(self) -> np.ndarray:
        if self.before.state is SwitchState.NORMAL:
            return self._fed_before
        return fed(self.consumers.customers, TopologyIndex.build(self.project, SwitchState.NORMAL).supplied)

    @property
    def already_out(self) -> np.ndarray:
        """Customers with supply in the normal state and none before the first step."""
        return np.flatnonzero(self.consumers.active & self._fed_normally & ~self._fed_before)

    @property
    def unknown(self) -> np.ndarray:
        """Customers with supply neither in the normal state nor before the first step."""
        return np.flatnonzero(self.consumers.active & ~self._fed_normally & ~self._fed_before)

    # ------------------------------------------------------------------ names

    def ids(self, table: str, rows: np.ndarray) -> tuple[str, ...]:
        """Give the identifiers of rows."""
        return tuple(self.project.frame(table)["id"].iloc[rows].tolist())

    def customer_ids(self, rows: np.ndarray) -> tuple[str, ...]:
        """Give the identifiers of customers, important ones first."""
        return self.ids("customers", self.by_importance(rows))

    def by_importance(self, rows: np.ndarray) -> np.ndarray:
        """Sort customer rows by importance, then table order."""
        return rows[np.argsort(self.consumers.rank[rows], kind="stable")]
