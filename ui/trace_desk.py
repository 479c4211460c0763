"""The trace under the hand: what was found, what the map shows of it, and traces kept by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from PySide6.QtCore import QObject, Signal

from grid_model.carried_out import standing_open
from grid_model.changes import Changes
from grid_model.feedback import Feedback
from grid_model.project import Project
from grid_model.wiring import BRANCH_TABLES
from resources.i18n import _
from ui.jobs import Job
from ui.map.overlay import TracePicture
from ui.ranking_desk import TRACED_TABLES
from ui.session import Session

if TYPE_CHECKING:
    from grid_model.trace_configuration import TraceConfiguration
    from grid_model.trace_sums import SumFound
    from grid_model.traces import TraceResult

Extent = tuple[float, float, float, float]


class TraceDesk(QObject):
    """One trace at a time; it goes when the network changes."""

    changed = Signal()
    """The result is there, gone, or being worked out."""
    answered = Signal()
    """What a person asked for was just found."""
    wanted = Signal()
    """Somebody wants to trace from `start`."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self.start = ""
        """Where the next trace starts, as ``table:id``."""
        self.name = ""
        """What the trace is kept as; empty where it is not."""
        self.result: TraceResult | None = None
        self.sums: tuple[SumFound, ...] = ()
        self.frame: pd.DataFrame | None = None
        """The devices found, one row each: ``table``, ``id``, ``distance_m``, ``depth``."""
        self.picture: TracePicture | None = None
        self.stale = False
        """Whether the network has changed since."""
        self._open: tuple[tuple[str, str], ...] = ()
        session.project_changed.connect(self._on_project)

    @property
    def busy(self) -> bool:
        """Whether a trace is under way."""
        return self._job is not None

    def begin(self, start: str) -> None:
        """Turn to the page of traces with a place to start from."""
        self.start = start
        self.wanted.emit()

    def run(self, configuration: TraceConfiguration, name: str = "") -> None:
        """Do a trace beside the window; `name` where it is a kept one."""
        project = self._session.project
        if project is None:
            return
        if self._job is not None:
            self._job.cancel()

        def work(feedback: Feedback) -> tuple[TraceResult, tuple[SumFound, ...], pd.DataFrame, TracePicture]:
            from grid_model.trace_sums import trace_sums
            from grid_model.traces import run_trace

            found = run_trace(project, configuration, feedback)
            return found, trace_sums(found), frame_of(found), picture_of(found)

        def done(found: tuple[TraceResult, tuple[SumFound, ...], pd.DataFrame, TracePicture]) -> None:
            if self._job is job:
                self._job, self.stale, self.name = None, False, name
                self.result, self.sums, self.frame, self.picture = found
                self.changed.emit()
                self.answered.emit()

        def give_up(error: Exception | None) -> None:
            if self._job is job:
                self._job = None
                self.changed.emit()
                if error is not None:
                    self._session.problem.emit(error)

        self._job = job = self._session.run(
            _("Tracing the network"), work, done, give_up, lambda: give_up(None)
        )
        self.changed.emit()

    def clear(self) -> None:
        """Take the trace off the map."""
        self.result, self.sums, self.frame, self.picture = None, (), None, None
        self.stale, self.name = False, ""
        self.changed.emit()

    # ------------------------------------------------------------- kept by name

    def keep(self, name: str) -> None:
        """Keep the trace under `name`; one of that name is replaced."""
        from grid_model.saved_traces import SaveTrace

        if self.result is None:
            return
        if self._session.do(SaveTrace(name, self.result.configuration)) is not None:
            self.name = name
            self.changed.emit()

    def rename(self, name: str, to: str) -> None:
        """Give a kept trace another name."""
        from grid_model.saved_traces import RenameTrace

        if self._session.do(RenameTrace(name, to)) is not None and self.name == name:
            self.name = to
            self.changed.emit()

    def forget(self, name: str) -> None:
        """Take a kept trace out of the project."""
        from grid_model.saved_traces import ForgetTrace

        if self._session.do(ForgetTrace(name)) is not None and self.name == name:
            self.name = ""
            self.changed.emit()

    def take_over(self, other: TraceDesk) -> None:
        """Go on where another desk was."""
        self.start, self.name, self.stale = other.start, other.name, other.stale
        self.result, self.sums, self.frame, self.picture = (
            other.result,
            other.sums,
            other.frame,
            other.picture,
        )
        self.changed.emit()

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        were, self._open = self._open, standing_open(project) if project is not None else ()
        if changes is None:
            self.start = ""
            self.clear()
        elif self.result is not None and (changes.touches(*TRACED_TABLES) or were != self._open):
            self.clear()
            self.stale = True
            self.changed.emit()


def frame_of(result: TraceResult) -> pd.DataFrame:
    """List the devices found that the filters leave, in the order of the trace."""
    wiring = result.topology.wiring
    at = result.listed
    branches = result.branches[at]
    kinds, rows = wiring.kind[branches], wiring.row[branches]
    ids = np.empty(len(branches), dtype=object)
    names = np.empty(len(branches), dtype=object)
    tables = np.empty(len(branches), dtype=object)
    for kind, table in enumerate(BRANCH_TABLES):
        own = np.flatnonzero(kinds == kind)
        frame = result.project.frame(table)
        tables[own] = table
        ids[own] = frame["id"].to_numpy(dtype=object)[rows[own]]
        names[own] = frame["name"].fillna("").to_numpy(dtype=object)[rows[own]]
    return pd.DataFrame(
        {
            "table": pd.Series(tables, dtype="str"),
            "id": pd.Series(ids, dtype="str"),
            "name": pd.Series(names, dtype="str"),
            "distance_m": np.asarray(result.distance_m, dtype=float)[at],
            "depth": np.asarray(result.depth)[at],
        }
    )


def picture_of(result: TraceResult) -> TracePicture:
    """Give the rows of what was found, of the switches at its edge, and where it starts and leads to."""
    project = result.project
    edge = [one.device.id for one in result.edge if one.device.table == "switches"]
    rows = project.table("switches").positions(edge) if edge else np.zeros(0, dtype=np.int64)
    configuration = result.configuration
    written = [*configuration.starts, *([configuration.target] if configuration.target else [])]
    places = (_place_of(project, one) for one in written)
    wiring, own = result.topology.wiring, result.branches[result.listed]
    kinds = wiring.kind[own]

    def of(table: str) -> np.ndarray:
        found: np.ndarray = np.unique(wiring.row[own[kinds == BRANCH_TABLES.index(table)]])
        return found

    return TracePicture(
        of("ac_line_segments"),
        of("switches"),
        np.asarray(rows, dtype=np.int64),
        tuple(one for one in places if one is not None),
    )


def _place_of(project: Project, written: str) -> tuple[float, float] | None:
    """Give the place of what a trace starts from, None where it has none of its own."""
    from grid_model.trace_configuration import TABLE_NAMES
    from ui import objects
    from ui.outage_answer import middle_of

    table, colon, one = written.rpartition(":")
    known = [TABLE_NAMES.get(table, table)] if colon else [*PLACED]
    for name in known:
        if name in project.tables and one in project.table(name):
            if name in BRANCH_TABLES:
                return middle_of(project, name, one)
            return objects.place_of(project, name, one)
    return None


PLACED = (*BRANCH_TABLES, "connectivity_nodes", "transformer_areas", "customers")
"""Tables a start may be of; an identifier alone is looked for in this order."""


def extent_of(project: Project, picture: TracePicture) -> Extent | None:
    """Give the rectangle around the ends of the lines and switches found."""
    nodes = project.table("connectivity_nodes")
    ids: list[str] = []
    for table, rows in (("ac_line_segments", picture.lines), ("switches", picture.switches)):
        found = project.frame(table).iloc[rows]
        ids += [one for name in ("node_a", "node_b") for one in found[name].dropna().tolist()]
    at = np.asarray(nodes.positions(ids), dtype=np.int64) if ids else np.zeros(0, dtype=np.int64)
    points = nodes.frame[["x", "y"]].to_numpy(dtype=float)[at[at >= 0]]
    points = points[~np.isnan(points).any(axis=1)]
    if not len(points):
        return None
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return float(west), float(south), float(east), float(north)
