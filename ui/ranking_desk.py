"""What the loss of every single device would do, worked out beside the window while somebody looks at it.

The losses belong to one project value and one switch state. While they are wanted (the task Outage is on)
an edit of the network has them worked out anew; else they are let go until they are wanted again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
from PySide6.QtCore import QObject, QTimer, Signal

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.project import Project
from resources.i18n import _
from ui.jobs import Job
from ui.map.overlay import LossPicture
from ui.session import Session

if TYPE_CHECKING:
    from grid_model.ranking import DeviceRanking
    from grid_model.topology import Loop

DEVICE_TABLES = ("switches", "ac_line_segments", "power_transformers")
"""What can be opened, taken out or fail."""

TRACED_TABLES = (
    "switches",
    "ac_line_segments",
    "power_transformers",
    "energy_sources",
    "connectivity_nodes",
    "usage_points",
    "customers",
    "transformer_areas",
    "pv_units",
)
"""An edit of one of these makes an answer stale."""

PAUSE_MS = 400
"""Edits that follow one another so fast are waited for before the losses are worked out anew."""


@dataclass(frozen=True)
class Impact:
    """What is lost with one device (`grid_model.ranking`).

    Parameters
    ----------
    reason
        Empty where its loss harms somebody or nobody hangs on it, else ``in_loop``, ``no_supply``, ``open``.
    place
        Place among all devices, the worst one 1; devices with equal losses share a place.
    devices
        How many devices were judged.
    """

    lv_customers: int
    mv_users: int
    rated_kva: float
    important: int
    pv_kw: float
    reason: str
    place: int
    devices: int

    @property
    def harms(self) -> bool:
        """Whether anybody loses supply with it."""
        return bool(self.lv_customers or self.mv_users or self.rated_kva)


@dataclass(frozen=True, eq=False)
class Losses:
    """The losses of every device in one state.

    Parameters
    ----------
    frame
        One row for each device with a loss, worst first: its measures, ``table``, ``id``, ``name``.
    loops
        What runs in a loop.
    picture
        The loss of each line and switch by table row, for the map.
    """

    ranking: DeviceRanking
    frame: pd.DataFrame
    loops: tuple[Loop, ...]
    picture: LossPicture

    def impact(self, table: str, one: str) -> Impact | None:
        """Give what is lost with one device; None where it is none or was not there."""
        from grid_model.ranking import REASONS
        from grid_model.wiring import Device

        if table not in DEVICE_TABLES or one not in self.ranking.topology.wiring.tables[table]:
            return None
        number = self.ranking.number(Device(table, one))
        losses = {name: values[number] for name, values in self.ranking.losses.items()}
        worse = self.ranking.losses["lv_customers"] > losses["lv_customers"]
        return Impact(
            lv_customers=int(losses["lv_customers"]),
            mv_users=int(losses["mv_users"]),
            rated_kva=float(losses["rated_kva"]),
            important=int(losses["important"]),
            pv_kw=float(losses["pv_kw"]),
            reason=REASONS[int(self.ranking.reason[number])],
            place=int(worse.sum()) + 1,
            devices=len(self.ranking),
        )


def work_out(project: Project, state: str, feedback: Feedback) -> Losses:
    """Judge every device and find the loops; raises `GridError` ``network-without-source``."""
    from grid_model.ranking import MEASURES, rank_devices
    from grid_model.wiring import SwitchState

    ranking = rank_devices(project, SwitchState(state), feedback)
    return Losses(ranking, _listed(project, ranking, MEASURES), ranking.topology.loops(), _picture(ranking))


def _listed(project: Project, ranking: DeviceRanking, measures: tuple[str, ...]) -> pd.DataFrame:
    """List the devices with a loss, worst first, table by table at once rather than row by row."""
    from ui import objects

    every = pd.concat(
        [
            pd.DataFrame(
                {
                    "table": table,
                    "id": project.frame(table)["id"].to_numpy(dtype=object),
                    "name": objects.names_of(project, table, project.frame(table)["id"]).to_numpy(
                        dtype=object
                    ),
                }
            )
            for table in DEVICE_TABLES
        ],
        ignore_index=True,
    )
    rows = every.assign(**{name: ranking.losses[name] for name in measures}).iloc[ranking.order]
    harmful = (rows[list(measures)] > 0).any(axis=1)
    return rows[harmful].reset_index(drop=True)


def _picture(ranking: DeviceRanking) -> LossPicture:
    """Cut the losses into tables and those of lines and switches."""
    import numpy as np

    from grid_model.ranking import IN_LOOP

    sizes = [len(ranking.topology.wiring.tables[name]) for name in DEVICE_TABLES]
    ends = np.cumsum([0, *sizes])

    def of(table: str) -> dict[str, np.ndarray]:
        at = DEVICE_TABLES.index(table)
        return {name: values[ends[at] : ends[at + 1]] for name, values in ranking.losses.items()}

    def looped(table: str) -> np.ndarray:
        at = DEVICE_TABLES.index(table)
        found: np.ndarray = ranking.reason[ends[at] : ends[at + 1]] == IN_LOOP
        return found

    return LossPicture(of("ac_line_segments"), of("switches"), looped("ac_line_segments"), looped("switches"))


class RankingDesk(QObject):
    """The losses of the open project, as long as somebody looks at them."""

    changed = Signal()
    """The losses are there, gone, or being worked out."""
    ranked = Signal()
    """The losses a person asked for were just worked out."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._wanted = False
        self._asked = False
        self.state = "normal"
        self.found: Losses | None = None
        self.stopped = ""
        """Why there are none though they are wanted: ``cancelled``, or the code of what hinders it."""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._keep_up)
        session.project_changed.connect(self._on_project)

    @property
    def busy(self) -> bool:
        """Whether they are being worked out."""
        return self._job is not None

    @property
    def frame(self) -> pd.DataFrame | None:
        """The list of devices with a loss, None where it was not worked out."""
        return self.found.frame if self.found is not None else None

    def want(self, wanted: bool) -> None:
        """Keep the losses up to date from now on, or no longer."""
        self._wanted = wanted
        if wanted:
            self._keep_up()

    def ask(self) -> None:
        """Work the losses out because a person asks; they come to the front when they are there."""
        self._asked = True
        if self.found is not None and not self._pause.isActive():
            self._tell()
        elif self._job is None:
            self._start()
        else:
            self._job.asked = True

    def set_state(self, state: str) -> None:
        """Judge the ``normal`` or the ``current`` positions of the switches."""
        if state != self.state:
            self.state = state
            self._refresh()

    def take_over(self, other: RankingDesk) -> None:
        """Go on where another desk was."""
        self._forget()
        self.state, self.found = other.state, other.found
        self.changed.emit()
        self._keep_up()

    def _keep_up(self) -> None:
        if (self._wanted or self._asked) and self.found is None and self._job is None and not self.stopped:
            self._start()

    def _start(self) -> None:
        project, state = self._session.project, self.state
        if project is None:
            return
        self._pause.stop()
        self.stopped = ""

        def done(found: Losses) -> None:
            if self._job is job:
                self._job, self.found = None, found
                self.changed.emit()
                self._tell()

        def failed(error: Exception) -> None:
            if self._job is job:
                self._give_up(error.code if isinstance(error, GridError) else "mistake")
                if self._asked or not isinstance(error, GridError):
                    self._asked = False
                    self._session.problem.emit(error)

        def cancelled() -> None:
            if self._job is job:
                self._asked = False
                self._give_up("cancelled")

        title = _("Working out the loss of every device")

        def work(feedback: Feedback) -> Losses:
            return work_out(project, state, feedback)

        if self._asked:
            self._job = job = self._session.run(title, work, done, failed, cancelled)
        else:  # nobody misses what they did not ask for when its project is closed meanwhile
            self._job = job = self._session.jobs.run(title, work, done, failed, cancelled, asked=False)
        self.changed.emit()

    def _give_up(self, why: str) -> None:
        self._job, self.stopped = None, why
        self.changed.emit()

    def _tell(self) -> None:
        if self._asked:
            self._asked = False
            self.ranked.emit()

    def _forget(self) -> None:
        at_work, self._job, self.found, self.stopped = self._job, None, None, ""
        if at_work is not None:
            at_work.cancel()

    def _refresh(self) -> None:
        """Let go of what is stale; work it out anew where it is wanted, after a short pause."""
        had = self.found is not None or self.busy
        self._asked = self._asked and had
        self._forget()
        self.changed.emit()
        if self._wanted or self._asked:
            self._pause.start()

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        if changes is None:
            self._asked = False
            self._forget()
            self.changed.emit()
            if project is not None:
                self._keep_up()
        elif project is not None and changes.touches(*TRACED_TABLES, "outages"):
            self._refresh()
