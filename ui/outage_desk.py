"""The outage under study: the planner's steps, what they do, and which step the map shows.

A study never touches the project. Steps and answer live here until they are cleared or another project is
opened; an edit of the network plays them anew. Only `carry_out` and `keep` change the project, each as one
edit that can be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from grid_model.carried_out import standing_open
from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.project import Edit, Project
from grid_model.study_steps import ManualEntry, StudyStep
from resources.i18n import _
from ui.jobs import Job
from ui.map.overlay import OutageOverlay
from ui.outage_answer import Answer, Played, Refusal, answer_of, play
from ui.outage_plan import Plan, PlanMemory, morning
from ui.ranking_desk import DEVICE_TABLES, TRACED_TABLES
from ui.session import Session

if TYPE_CHECKING:
    from grid_model.study_record import PlanRecord
    from ui.bench import Selection

PLAY_MS = 1600
"""How long each step stays on the map while the study plays."""


@dataclass(frozen=True)
class Prepared:
    """An edit that was worked out beside the window, so that making it does not hold the window."""

    edit: Any
    base: Project
    made: tuple[Project, Changes]

    @property
    def title(self) -> str:
        """Of the edit."""
        return str(self.edit.title)

    @property
    def values(self) -> Any:
        """Of the edit."""
        return self.edit.values

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Give what was worked out; where the project has moved on, work it out again."""
        if project is self.base:
            return self.made
        made: tuple[Project, Changes] = self.edit.apply(project)
        return made


class OutageDesk(QObject):
    """The simulation under way."""

    changed = Signal()
    """Steps or answer changed."""
    under_way = Signal()
    """Work began or ended; steps may be others already while the answer is still the old one."""
    shown_changed = Signal()
    """The map is to show another step."""
    answered = Signal()
    """A question a person asked was just answered (not: the answer made anew after an edit)."""
    carried_out = Signal()
    """The present positions follow the study now."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._memory = PlanMemory()
        self.result: Answer | None = None
        self.refusal: Refusal | None = None
        self.by_hand: GridError | None = None
        self.standing: OutageOverlay | None = None
        self.shown = 0
        self._clock = QTimer(self)
        self._clock.setInterval(PLAY_MS)
        self._clock.timeout.connect(self._next)
        session.project_changed.connect(self._on_project)

    # -------------------------------------------------------------- what it is

    @property
    def plan(self) -> Plan:
        """What the planner wrote."""
        return self._memory.plan

    @property
    def steps(self) -> tuple[StudyStep, ...]:
        """The steps, those that cannot be done among them."""
        return self.plan.steps

    @property
    def state(self) -> str:
        """``normal`` or ``current``: the positions the first step starts from."""
        return self.plan.state

    @property
    def busy(self) -> bool:
        """Whether an answer is being worked out."""
        return self._job is not None

    @property
    def fresh(self) -> bool:
        """Whether the answer is about the steps as they stand; while they are being played it is not."""
        return self.result is not None and self.result.plan.steps == self.steps

    @property
    def overlay(self) -> OutageOverlay | None:
        """What the map shows; before the first step what stands otherwise than normal now, if anything."""
        if self.result is not None and self.shown:
            return self.result.overlays[self.shown - 1]
        return self.standing if not self.steps and self.state == "current" else None

    def set_standing(self, overlay: OutageOverlay | None) -> None:
        """Know what stands otherwise than normal, for the map while nothing is studied."""
        if overlay is not self.standing:
            self.standing = overlay
            if not self.steps:
                self.changed.emit()

    @property
    def has_open_fault(self) -> bool:
        """Whether something failed and nobody has done anything about it yet."""
        actions = [step.action for step in self.steps]
        return "fault" in actions and not {"isolate", "open", "repair"} & set(
            actions[actions.index("fault") :]
        )

    def device_chosen(self, selection: Selection) -> str | None:
        """Give the device under the hand as ``table:id``, None where it is none."""
        one = selection.single
        return f"{selection.table}:{one}" if one is not None and selection.table in DEVICE_TABLES else None

    def is_open(self, table: str, one: str) -> bool:
        """Whether a device stands open after the step that is shown."""
        overlay = self.overlay
        if overlay is not None and (table, one) in overlay.opened:
            return True
        if overlay is not None and (table, one) in overlay.closed:
            return False
        project = self._session.project
        if project is None or one not in project.table(table):
            return False
        if table != "switches":
            return self.state == "current" and (table, one) in standing_open(project)
        return bool(project.table(table).row(one)["normal_open" if self.state == "normal" else "open"])

    def title(self, project: Project) -> str:
        """Name what was operated first, or the study where it is kept."""
        from ui import objects

        if self.plan.name:
            return self.plan.name
        named = next((step.devices[0] for step in self.steps if step.devices), "")
        bare = named.rpartition(":")[2]
        found = next((table for table in DEVICE_TABLES if bare in project.table(table)), "")
        return objects.object_name(project, found, bare) if found else bare

    # ------------------------------------------------------------- the steps

    def add(self, action: str, *devices: str, **more: Any) -> None:
        """Put a step behind the one that is shown; `more` as in `StudyStep`."""
        project = self._session.project
        if project is None:
            return
        at = self.shown if self.result is not None and self.refusal is None else len(self.steps)
        self.ask(self.plan.with_step(at, action, devices, morning(project), **more), show=at + 1)

    def insert(self, at: int, step: StudyStep) -> None:
        """Put a ready step in at place `at`."""
        plan = self.plan
        self.ask(replace(plan, steps=(*plan.steps[:at], step, *plan.steps[at:])), show=at + 1)

    def drop(self, at: int) -> None:
        """Take the step at place `at` out."""
        self.ask(self.plan.without(at))

    def move(self, source: int, place: int) -> None:
        """Move a step to another place; the times stay in their order."""
        if 0 <= place < len(self.steps) and place != source:
            self.ask(self.plan.moved(source, place), show=place + 1)

    def edit(self, at: int, step: StudyStep) -> None:
        """Put another step in the place of one."""
        self.ask(self.plan.with_edited(at, step), show=at + 1)

    def mark_inoperable(self, switch: str, inoperable: bool = True) -> None:
        """Mark a switch (its identifier); a proposal nobody changed is made anew."""
        plan = self.plan.marked(f"switches:{switch}", inoperable)
        if plan.is_proposal:
            self.propose(plan)
        else:
            self.ask(plan)

    def set_until(self, until: datetime | None) -> None:
        """Count who is not back up to a moment; None: up to the last step."""
        self.ask(replace(self.plan, until=until), show=self.shown)

    def set_manual(self, entries: Sequence[ManualEntry]) -> None:
        """Put what the planner adds by hand in the place of what was added so far."""
        self.ask(replace(self.plan, manual=tuple(entries)), show=self.shown)

    def set_state(self, state: str) -> None:
        """Start from the ``normal`` or the ``current`` positions; an unchanged proposal is made anew."""
        if state == self.state:
            return
        plan = replace(self.plan, state=state)
        if plan.is_proposal:
            self.propose(plan)
        else:
            self.ask(plan)

    def clear(self) -> None:
        """Forget steps and answer; undo of the list brings the steps back."""
        self.ask(Plan(state=self.state, inoperable=()))

    @property
    def can_undo(self) -> bool:
        """Whether a change of the list can be taken back."""
        return bool(self._memory.before)

    @property
    def can_redo(self) -> bool:
        """Whether a change of the list can be brought back."""
        return bool(self._memory.after)

    def undo(self) -> None:
        """Take back the last change of the list."""
        if self._memory.undo():
            self._play(show=len(self.steps), asked=False)

    def redo(self) -> None:
        """Bring back a change of the list."""
        if self._memory.redo():
            self._play(show=len(self.steps), asked=False)

    # ------------------------------------------------------------ the answer

    def ask(self, plan: Plan, show: int | None = None) -> None:
        """Go on with another plan and play it; `show` is the step to be shown then."""
        if self._session.project is not None and self._memory.put(plan):
            self._play(len(plan.steps) if show is None else show, asked=True)

    def _play(self, show: int, asked: bool) -> None:
        self.pause()
        self._stop()
        project, plan = self._session.project, self.plan
        if project is None or not plan.steps:
            self.result, self.refusal, self.by_hand, self.shown = None, None, None, 0
            self.changed.emit()
            return

        def done(played: Played) -> None:
            self._take(played, show)
            if asked:
                self.answered.emit()

        self._run(_("Tracing the outage"), lambda feedback: play(project, plan, feedback), done)

    def _take(self, played: Played, show: int) -> None:
        self.result, self.refusal, self.by_hand = played.answer, played.refusal, played.by_hand
        last = len(played.answer.overlays) if played.answer is not None else 0
        self.shown = min(max(show, 0), last)
        self.changed.emit()

    def _run(self, title: str, work: Any, done: Any) -> None:
        """Run what only one at a time can be: a later question takes the place of an earlier one."""
        self._stop()

        def finish(found: Any) -> None:
            if self._job is job:
                self._job = None
                done(found)

        def give_up(error: Exception | None) -> None:
            if self._job is job:
                self._job = None
                self.under_way.emit()
                if error is not None:
                    self._session.problem.emit(error)

        self._job = job = self._session.run(title, work, finish, give_up, lambda: give_up(None))
        self.under_way.emit()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    # -------------------------------------------------------------- the film

    @property
    def playing(self) -> bool:
        """Whether the steps follow one another on the map."""
        return self._clock.isActive()

    def show(self, n: int) -> None:
        """Show the state after step `n`; 0: before the first one."""
        last = len(self.result.overlays) if self.result is not None else 0
        n = min(max(n, 0), last)
        if n != self.shown:
            self.shown = n
            self.shown_changed.emit()

    def start(self) -> None:
        """Play the steps on the map, from the beginning where the last one is shown."""
        if self.result is None:
            return
        if self.shown >= len(self.result.overlays):
            self.show(0)
        self._clock.start()
        self.shown_changed.emit()

    def pause(self) -> None:
        """Stay where it is."""
        if self.playing:
            self._clock.stop()
            self.shown_changed.emit()

    def _next(self) -> None:
        if self.result is None or self.shown >= len(self.result.overlays):
            self.pause()
            return
        self.show(self.shown + 1)
        if self.result is not None and self.shown >= len(self.result.overlays):
            self.pause()

    # -------------------------------------------------------------- proposals

    def propose(self, plan: Plan | None = None) -> None:
        """Propose how to isolate the fault, bring the rest back, and go back to normal after the repair."""
        project, wanted = self._session.project, plan or self.plan
        if project is None or not wanted.steps:
            return

        def work(feedback: Feedback) -> tuple[Plan, Played]:
            from ui.outage_proposal import proposed

            made = proposed(project, wanted, feedback)
            return made, play(project, made, feedback)

        def done(found: tuple[Plan, Played]) -> None:
            self._memory.put(found[0])
            self._take(found[1], telling_step(found[1]))
            self.answered.emit()

        self._run(_("Looking for the best way to restore supply"), work, done)

    def return_to_normal(self, repaired: bool = False) -> None:
        """Propose the way back to the normal positions, as steps from the present ones."""
        project = self._session.project
        if project is None:
            return

        def work(feedback: Feedback) -> tuple[Plan, Played]:
            from grid_model.abnormal import return_to_normal
            from grid_model.study_faults import open_faults

            steps = return_to_normal(project, morning(project), repaired=repaired)
            faults = open_faults(project)
            if not steps and faults:
                raise GridError("repair-first", devices=", ".join(one.id for one in faults))
            made = Plan(steps, state="current", name=_("Return to normal"), proposed=())
            return made, play(project, made, feedback)

        def done(found: tuple[Plan, Played]) -> None:
            self._memory.put(found[0])
            self._take(found[1], telling_step(found[1]))
            self.answered.emit()

        self._run(_("Looking for the way back to normal"), work, done)

    # ------------------------------------------------------- into the project

    def carry_out(self, upto: int | None = None) -> None:
        """Let the present positions follow the study up to a step (the one shown), as one edit."""
        from grid_model.carry_out import CarryOut

        if self.result is None:
            return
        plan = self.plan
        edit = CarryOut(self.result.study, upto or self.shown or None, plan.name, plan.outage)

        def done(made: Changes | None) -> None:
            if made is not None:
                self.ask(Plan(state="current"))
                self.carried_out.emit()

        self._make(_("Carrying out the outage study"), edit, done)

    def keep(self, name: str, record: PlanRecord | None = None) -> None:
        """Keep the study in the project; a name another one has is refused with a sentence.

        Parameters
        ----------
        record
            What is kept beside it: its class, when it was announced, what the checks found.
        """
        from grid_model.carry_out import SaveOutage, new_outage_id
        from grid_model.kept_outages import refuse_taken_name

        project = self._session.project
        if self.result is None or project is None:
            return
        outage = self.plan.outage or new_outage_id(project, self.result.study)
        there = outage if outage in project.table("outages") else ""
        try:
            refuse_taken_name(project, name, there)
        except GridError as error:
            self._session.problem.emit(error)
            return

        def done(made: Changes | None) -> None:
            if made is not None:
                self._memory.plan = replace(self.plan, name=name, outage=outage)
                self.changed.emit()
                self._session.noticed.emit(_("Kept as “{name}” ({number}).").format(name=name, number=outage))

        assert self.result is not None
        edit = SaveOutage(self.result.study, name, there)
        if record is not None:
            edit = replace(edit, record=record)
        self._make(_("Keeping the outage study"), edit, done)

    def renamed(self, outage: str, name: str) -> None:
        """Take note that a kept study has another name, where it is the one at hand."""
        if self.plan.outage == outage:
            self._memory.plan = replace(self.plan, name=name)
            self.changed.emit()

    def _make(self, title: str, edit: Any, done: Any) -> None:
        """Work an edit out beside the window, then make it."""
        project = self._session.project
        assert project is not None

        def work(_feedback: Feedback) -> Edit:
            return Prepared(edit, project, edit.apply(project))

        self._run(title, work, lambda prepared: done(self._session.do(prepared)))

    def open_kept(self, outage: str) -> None:
        """Play a kept study again, from where it began then."""
        project = self._session.project
        if project is None:
            return
        name = project.table("outages").row(outage)["name"] or outage

        def work(feedback: Feedback) -> tuple[Plan, Answer, Any]:
            from grid_model.carry_out import load_study

            found = load_study(project, outage)
            study = found.study
            ends = study.until if study.until > study.steps[-1].time else None
            plan = Plan(
                study.steps, study.state.value, study.inoperable, ends, str(name), outage,
                manual=study.manual.entries,
            )  # fmt: skip
            return plan, answer_of(plan, study, feedback), found

        def done(made: tuple[Plan, Answer, Any]) -> None:
            plan, answer, found = made
            self._memory.put(plan)
            self._take(Played(answer), telling_step(Played(answer)))
            self.answered.emit()
            if not found.same_network or found.differences:
                told = _(
                    "“{name}” was made on an earlier state of the network; it is played on the present one."
                )
                self._session.warned.emit(told.format(name=name))

        self._run(_("Opening the outage study"), work, done)

    # ---------------------------------------------------------------- events

    def take_over(self, other: OutageDesk) -> None:
        """Go on where another desk was."""
        self._memory, self.result, self.refusal = other._memory, other.result, other.refusal
        self.shown, self.by_hand = other.shown, other.by_hand
        self.changed.emit()

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        if changes is None:
            self._stop()
            self._memory = PlanMemory()
            self._play(show=0, asked=False)
        elif project is not None and changes.touches(*TRACED_TABLES, "earths", "outages"):
            if self.steps:
                last = self.result is not None and self.shown == len(self.result.overlays)
                self._play(show=len(self.steps) if last else self.shown, asked=False)
            else:
                self.changed.emit()


def telling_step(played: Played) -> int:
    """Give the step of a proposal that tells most: what is still out when all is done before the repair.

    Where nobody is out then, the one after which most are; 0 where nothing could be played.
    """
    stages = played.answer.study.stages if played.answer is not None else ()
    if not stages:
        return 0
    repair = next((n for n, one in enumerate(stages) if one.step.action in ("repair", "normal")), len(stages))
    out = [(one.counts.lv_customers, one.counts.mv_users) for one in stages]
    if repair and any(out[repair - 1]):
        return repair
    return out.index(max(out)) + 1 if any(map(any, out)) else len(stages)


def spoken_times(steps: Sequence[StudyStep]) -> list[str]:
    """Write the time of each step: the hour, and the day where it is another than the step before's."""
    found = []
    day: datetime | None = None
    for step in steps:
        same = day is not None and step.time.date() == day.date()
        first = day is None
        found.append(step.time.strftime("%H:%M" if same or first else "%m-%d %H:%M"))
        day = step.time
    return found
