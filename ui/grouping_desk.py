"""The planning of groups and grids in the window: what is asked, the plans that came, the scheme in hand.

On screen is either a proposal (not in the project yet) or a scheme of the project. Whatever is done by hand
to a proposal first keeps it as a scheme; every gesture is one edit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.project import Edit, Project
from resources.i18n import _
from ui.grouping_findings import SchemeFindings
from ui.grouping_hand import SCHEME_TABLES, InHand, followed, only_owners_changed, take_in_hand, under_rules
from ui.grouping_plan import (
    PREVIEW_NAME,
    Approval,
    ByHand,
    Choice,
    Preview,
    Proposal,
    PutPlan,
    Replanning,
    Request,
    alternatives,
    chosen_proposal,
    free_scheme_name,
    proposed,
    replanned,
)
from ui.jobs import Job
from ui.session import Session

if TYPE_CHECKING:
    import pandas as pd

    from gis.planning import Basis
    from grid_model.grouping.compare import Comparison
    from grid_model.grouping.plan import GroupingOptions
    from grid_model.grouping.price import Move, Priced
    from grid_model.grouping.rule_prices import RulePrice

R = TypeVar("R")


class GroupingDesk(QObject):
    """The plans under way."""

    changed = Signal()
    """Another plan, another scheme, another figure."""
    keeping = Signal(str)
    """A proposal was kept as the scheme of this id."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._side_job: Job | None = None
        self._basis: Basis | None = None
        self._before: Project | None = None
        self._preview: tuple[Proposal, Project, Preview] | None = None
        self._hand: InHand | None = None
        self._scheme = ""
        self._wanted = False
        self.request = Request()
        self.plan: Proposal | None = None
        self.choices: tuple[Choice, ...] = ()
        self.choice = -1
        self.comparison: Comparison | None = None
        self.trouble: GridError | None = None
        """Why the scheme on screen cannot be measured."""
        self.prices: tuple[RulePrice, ...] | None = None
        """What each rule costs, where that was asked for of the proposal on screen."""
        self.findings = SchemeFindings(session, self)
        """What does not hold together in the scheme on screen."""
        self.changed.connect(self._follow_findings)
        session.project_changed.connect(self._on_project)

    @property
    def busy(self) -> bool:
        """Whether something asked for is being worked out."""
        return self._job is not None

    # -------------------------------------------------------------------- asking

    def set_sizes(self, least: int, most: int) -> None:
        """Choose how many managers a group may have."""
        self.request = replace(self.request, min_size=least, max_size=most)

    def ask(self, request: Request) -> None:
        """Choose sizes, weights and limits."""
        self.request = request
        self.changed.emit()

    def rule_options(self) -> GroupingOptions:
        """Sizes asked for and the scheme whose locks hold: what rules are held against."""
        project = self._session.project
        assert project is not None
        return self.request.options(project, self.scheme_name())

    def propose(self) -> None:
        """Look for the best groups, beside the window; locks of the scheme on screen hold."""
        project, request, basis = self._session.project, self.request, self._basis
        base = self.scheme_name()

        def done(found: Proposal) -> None:
            self.plan, self.choices, self.choice, self.comparison = found, (), -1, None
            self.prices = None
            if found.plan.basis.project is self._session.project:
                self._basis = found.plan.basis

        if project is not None:
            self._run(
                _("Proposing groups"),
                lambda feedback: proposed(project, request, feedback, base, basis),
                done,
            )

    def seek_alternatives(self, plans: int = 7) -> None:
        """Look for plans between short ways, even work and little change."""
        plan = self.plan
        if plan is None or not plan.grouping.groups:
            return

        def done(found: tuple[Choice, ...]) -> None:
            self.choices = found
            self.choice = next((n for n, one in enumerate(found) if one.is_like(plan.grouping)), -1)

        self._run(_("Looking for alternatives"), lambda feedback: alternatives(plan, plans, feedback), done)

    def pick(self, number: int) -> None:
        """Take one of the alternatives as the proposal."""
        plan = self.plan
        if plan is None or not 0 <= number < len(self.choices) or number == self.choice:
            return
        choice = self.choices[number]

        def done(found: Proposal) -> None:
            self.plan, self.choice, self.prices = found, number, None

        self._run(_("Drawing the plan"), lambda feedback: chosen_proposal(plan, choice, feedback), done)

    def price_rules(self) -> None:
        """Work out what each rule costs: the plan without it."""
        plan = self.plan
        if plan is None or not plan.grouping.groups:
            return

        def work(feedback: Feedback) -> tuple[RulePrice, ...]:
            from grid_model.grouping.rule_prices import rule_prices

            return rule_prices(plan.plan.problem, plan.grouping, feedback)

        def done(found: tuple[RulePrice, ...]) -> None:
            self.prices = found

        self._run(_("Pricing the rules"), work, done)

    def replan(self, asked: Replanning) -> None:
        """Plan anew because somebody leaves, is away or comes, with little change."""
        project, request = self._session.project, self.request
        if project is None:
            return

        def done(found: tuple[Proposal, tuple[Choice, ...]]) -> None:
            self.plan, self.choices = found
            self.prices = None
            self.choice, self.comparison = (0 if self.choices else -1), None

        self._run(
            _("Planning with little change"),
            lambda feedback: replanned(project, asked, request, feedback),
            done,
        )

    def compare(self, a: str, b: str) -> None:
        """Compare two schemes."""
        project, basis = self._session.project, self._basis

        def work(feedback: Feedback) -> Comparison:
            from gis.replanning import compare

            assert project is not None
            return compare(project, a, b, feedback, basis)

        def done(found: Comparison) -> None:
            self.comparison = found

        if project is not None and a != b:
            self._run(_("Comparing the schemes"), work, done)

    def end_comparison(self) -> None:
        """Go back to the scheme."""
        self.comparison = None
        self.changed.emit()

    def cancel(self) -> None:
        """Ask the search to stop."""
        if self._job is not None:
            self._job.cancel()

    def run(self, title: str, work: Callable[[Feedback], R], done: Callable[[R], None]) -> None:
        """Do other long work of the task, one at a time."""
        self._run(title, work, done)

    def _run(self, title: str, work: Callable[[Feedback], R], done: Callable[[R], None]) -> None:
        if self._job is not None:
            return

        def finish(result: R) -> None:
            if self._job is job:
                self._job = None
                done(result)
                self._see_whether_it_fits()
                self.changed.emit()

        self._job = job = self._session.run(
            title, work, finish, lambda error: self._give_up(job, error), lambda: self._give_up(job, None)
        )
        self.changed.emit()

    def _see_whether_it_fits(self) -> None:
        """Forget a plan made on a project that has changed since in a way the plan cannot follow."""
        project = self._session.project
        if self.plan is not None and project is not None and not self._still_fits(project):
            self.plan, self.choices, self.choice = None, (), -1
            self._session.warned.emit(_("The project changed meanwhile; propose the groups again."))

    def _give_up(self, job: Job, error: Exception | None) -> None:
        if self._job is job:
            self._job = None
            self.changed.emit()
            if error is not None:
                self._session.problem.emit(error)

    # -------------------------------------------------------------------- schemes

    @property
    def scheme(self) -> str:
        """Id of the scheme on screen: the one chosen, else the one in force; empty where there is none."""
        project = self._session.project
        if project is None:
            return ""
        if self._scheme in project.table("schemes"):
            return self._scheme
        from grid_model.grouping.schemes import scheme_in_force

        ids = project.frame("schemes")["id"]
        return scheme_in_force(project) or (str(ids.iloc[-1]) if len(ids) else "")

    def scheme_name(self) -> str:
        """Name of the scheme on screen; empty where there is none."""
        project, scheme = self._session.project, self.scheme
        return str(project.table("schemes").row(scheme)["name"]) if project is not None and scheme else ""

    def show_scheme(self, scheme: str) -> None:
        """Show a scheme of the project; a proposal is forgotten."""
        self._scheme, self.comparison = scheme, None
        if self.plan is not None:
            self.clear()
        else:
            self.changed.emit()
        self._take()

    def do(self, edit: Edit) -> bool:
        """Make an edit; say whether it could be done."""
        return self._session.do(edit) is not None

    # ----------------------------------------------------------------- in the hand

    def want(self, wanted: bool) -> None:
        """Hear whether somebody looks at the groups; then the scheme's figures are worked out."""
        self._wanted = wanted
        self._take()
        self._follow_findings()

    def _follow_findings(self) -> None:
        """Let the findings follow the scheme on screen; while it is measured anew the last ones stay."""
        hand = self.hand
        if hand is not None and hand.scheme:
            self.findings.follow(hand)
        elif self.plan is not None or not self._wanted or self.scheme != self.findings.scheme or self.trouble:
            self.findings.forget()

    @property
    def hand(self) -> InHand | None:
        """The plan on screen with its price; None where it is not measured (yet)."""
        if self.plan is not None:
            return self.plan.hand if self.plan.grouping.groups else None
        return self._hand if self._hand is not None and self._hand.scheme == self.scheme else None

    def _take(self) -> None:
        """Measure the scheme on screen, beside the window, where that was not done."""
        project, scheme, basis = self._session.project, self.scheme, self._basis
        if not self._wanted or project is None or not scheme or self._side_job is not None:
            return
        if self._hand is not None and self._hand.scheme == scheme:
            return
        self.trouble = None

        def end() -> bool:
            ours = self._side_job is job
            if ours:
                self._side_job = None
            return ours

        def finish(found: InHand) -> None:
            if end() and self._session.project is project:
                self._hand = found
                self.changed.emit()
            if self.scheme != scheme or self._session.project is not project:
                self._take()

        def fail(error: Exception) -> None:
            if not end():
                return
            if isinstance(error, GridError):
                self.trouble = error
                self.changed.emit()
            else:
                self._session.problem.emit(error)

        self._side_job = job = self._session.jobs.run(
            _("Measuring the scheme"),
            lambda feedback: take_in_hand(project, scheme, feedback, basis),
            finish,
            fail,
            lambda: _ignore(end()),
            asked=False,
        )

    def price(self, moves: Sequence[Move]) -> Priced | None:
        """Say what a change by hand would cost; None where the plan is not measured yet.

        Raises
        ------
        GridError
            As `grid_model.grouping.price.price_of`.
        """
        return self.hand.price(moves) if self.hand is not None else None

    def move_managers(self, managers: Sequence[str], group: int | None) -> bool:
        """Put managers into the group of this number; None founds a group of them."""
        from gis.planning import grid_outliner
        from grid_model.grouping.editing import MoveManagers

        hand = self._kept()
        if hand is None:
            return False
        target = hand.groups[group] if group is not None else None
        shape = grid_outliner(hand.basis.outlines)
        return self.do(ByHand(MoveManagers(hand.scheme, tuple(managers), target, shape), hand.scheme))

    def paint(self, areas: Sequence[str], manager: str) -> bool:
        """Put areas under a manager."""
        from gis.planning import grid_outliner
        from grid_model.grouping.editing import PaintAreas

        hand = self._kept()
        if hand is None:
            return False
        shape = grid_outliner(hand.basis.outlines)
        return self.do(ByHand(PaintAreas(hand.scheme, tuple(areas), manager, shape), hand.scheme))

    def lock(self, group: int, locked: bool) -> bool:
        """Lock a group, or unlock it."""
        from grid_model.grouping.editing import LockGroups

        hand = self._kept()
        return hand is not None and self.do(LockGroups((hand.groups[group],), locked))

    def merge(self, group: int, other: int) -> bool:
        """Put the members of `other` into `group`."""
        hand = self.hand
        return hand is not None and self.move_managers(hand.plan.groups[other], group)

    # ------------------------------------------------------------------------ grids

    def grid_of(self, area: str) -> str:
        """Id of the grid of the scheme on screen an area stands in; empty where it is in none."""
        rows = self._grid_rows("transformer_area", area)
        return str(rows["service_grid"].iloc[0]) if rows is not None and len(rows) else ""

    def areas_of_grid(self, grid: str) -> tuple[str, ...]:
        """Areas of a grid of the scheme on screen, sorted."""
        rows = self._grid_rows("service_grid", grid)
        return tuple(sorted(rows["transformer_area"])) if rows is not None else ()

    def _grid_rows(self, column: str, one: str) -> pd.DataFrame | None:
        project = self._session.project
        if project is None:
            return None
        rows = project.frame("grid_areas")
        return rows[(rows["scheme"] == self.scheme) & (rows[column] == one)]

    def split_grid(self, grid: str, areas: Sequence[str]) -> bool:
        """Make some areas of a grid a grid of their own, of the same group."""
        from gis.planning import grid_outliner
        from grid_model.grouping.editing import SplitGrid

        hand = self._kept()
        if hand is None:
            return False
        return self.do(SplitGrid(grid, tuple(areas), shape=grid_outliner(hand.basis.outlines)))

    def merge_grids(self, grids: Sequence[str]) -> bool:
        """Make grids of one group one; the first goes on."""
        from gis.planning import grid_outliner
        from grid_model.grouping.editing import MergeGrids

        hand = self._kept()
        if hand is None:
            return False
        return self.do(MergeGrids(tuple(grids), grid_outliner(hand.basis.outlines)))

    def _kept(self) -> InHand | None:
        """What is in hand as a scheme of the project: a proposal is kept first."""
        if self.plan is not None and not self.keep():
            return None
        return self.hand

    # ----------------------------------------------------------------- the proposal

    def preview(self) -> Preview | None:
        """Give the project with the proposal in it, for the map; None where there is no valid proposal."""
        project, plan = self._session.project, self.plan
        if project is None or plan is None or not plan.grouping.groups:
            return None
        if self._preview is None or self._preview[0] is not plan or self._preview[1] is not project:
            self._preview = (plan, project, Preview.of(project, plan))
        return self._preview[2]

    def put(self, in_force: bool, approval: Approval = Approval(), name: str = "") -> bool:  # noqa: B008
        """Put the proposal into the project as a scheme, in force or beside the others."""
        project, plan = self._session.project, self.plan
        if project is None or plan is None:
            return False
        name = name or free_scheme_name(project)
        if not self.do(PutPlan(plan.edit(name), name, in_force, approval)):
            return False
        self._take_as_scheme(plan, name)
        self._session.noticed.emit(
            (_("Scheme “{name}” holds now.") if in_force else _("Kept as scheme “{name}”.")).format(name=name)
        )
        return True

    def keep(self) -> bool:
        """Keep the proposal as a scheme and go on with that."""
        return self.put(in_force=False)

    def _take_as_scheme(self, plan: Proposal, name: str) -> None:
        """Show the scheme a proposal became; it is measured already, unless areas changed hands."""
        from grid_model.grouping.schemes import scheme_named
        from ui.grouping_hand import proposal_in_hand

        project = self._session.project
        assert project is not None
        self._scheme = scheme_named(project, name) or ""
        self.plan, self.comparison, self.prices = None, None, None
        self.choices, self.choice = (), -1
        if not plan.takeovers:
            self._hand = proposal_in_hand(plan.plan, self._scheme, project)
        self.keeping.emit(self._scheme)
        self.changed.emit()
        self._take()

    def clear(self) -> None:
        """Forget the proposal."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.plan, self.choices, self.choice, self.comparison = None, (), -1, None
        self._preview, self.prices = None, None
        self.changed.emit()
        self._take()

    def take_over(self, other: GroupingDesk) -> None:
        """Go on where another desk was."""
        self.request, self.plan = other.request, other.plan
        self.choices, self.choice, self.comparison = other.choices, other.choice, other.comparison
        self._scheme, self._hand, self._basis = other._scheme, other._hand, other._basis
        self.changed.emit()

    # ----------------------------------------------------------------- the project

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        before, self._before = self._before, project
        if project is None or changes is None or before is None:
            self._hand, self._basis, self._scheme = None, None, ""
            self.clear()
            return
        self._refresh_basis(before, project, changes)
        if self.comparison is not None and changes.tables & (SCHEME_TABLES | {"transformer_areas"}):
            self.comparison = None
        if self.plan is not None and not self._still_fits(project):
            self.clear()
        else:
            self.changed.emit()
            self._take()

    def _refresh_basis(self, before: Project, project: Project, changes: Changes) -> None:
        """Keep of what was worked out what is still true."""
        if changes.tables <= SCHEME_TABLES | {"grouping_rules"} and self._basis is not None:
            self._basis = replace(self._basis, project=project)
        else:
            self._basis = None
        if changes.tables == {"grouping_rules"} and self._hand is not None:
            self._hand = under_rules(self._hand, project)
            return
        small = changes.tables <= SCHEME_TABLES | {"transformer_areas"}
        if self._hand is not None:
            fits = small and only_owners_changed(before, project)
            self._hand = followed(self._hand, project) if fits else None

    def _still_fits(self, project: Project) -> bool:
        """Whether the proposal can still be put into the project after an edit."""
        assert self.plan is not None
        if not self.plan.grouping.groups:
            return True
        managers = project.table("district_managers")
        if any(one not in managers for group in self.plan.grouping.groups for one in group.members):
            return False
        try:
            self.plan.edit(PREVIEW_NAME).apply(project)
        except GridError:
            return False
        return True


def _ignore(_ended: bool) -> None:
    """Nobody minds when what was not asked for stops."""
