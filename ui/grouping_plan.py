"""A proposal of groups and its alternatives: how they are asked for, worked out, shown and kept."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from grid_model.changes import Changes
from grid_model.feedback import Feedback
from grid_model.project import Edit, Project
from resources.i18n import N_, _
from ui.grouping_hand import InHand, proposal_in_hand

if TYPE_CHECKING:
    from gis.planning import Basis, Plan
    from gis.replanning import Replan
    from grid_model.grouping.frontier import FrontierPlan
    from grid_model.grouping.plan import GroupingOptions
    from grid_model.grouping.replan import Takeover
    from grid_model.grouping.result import Grouping, Reason

PREVIEW_NAME = "\u200b"
"""Name of the scheme in a preview; no scheme in a project is called so."""


@dataclass(frozen=True)
class Request:
    """What a planner asks of the groups.

    Parameters
    ----------
    preset
        Name of the preset whose weights hold; empty: the settings of the project.
    weights
        Weights instead of those, by the names of `grid_model.grouping.problem.Weights`.
    hard_pair_minutes
        Forbids pairs farther apart; None: they are only reported.
    little_change
        Whether every manager who leaves his group costs much.
    time_limit_s
        Ends the search; None: until the plan is proved.
    """

    min_size: int = 3
    max_size: int = 5
    preset: str = ""
    weights: tuple[tuple[str, float], ...] = ()
    hard_pair_minutes: float | None = None
    across_stations: bool = False
    little_change: bool = False
    time_limit_s: float | None = None

    def with_preset(self, name: str) -> Request:
        """Take sizes and weights of a preset; without a name the settings' weights."""
        from grid_model.grouping.presets import presets

        if not name:
            return replace(self, preset="", weights=())
        values = presets()[name].settings
        return replace(
            self,
            preset=name,
            weights=(),
            min_size=int(values["group.min_size"]),
            max_size=int(values["group.max_size"]),
        )

    def options(self, project: Project, base: str = "") -> GroupingOptions:
        """Bring it into the planner's form.

        Parameters
        ----------
        base
            Name of the scheme whose locked groups hold.
        """
        from grid_model.grouping.plan import GroupingOptions, with_preset
        from grid_model.settings import setting

        weights = dict(self.weights)
        if self.little_change:
            weights.setdefault("change_min", setting(project, "replan.change_weight_min"))
        made = GroupingOptions(
            min_size=self.min_size,
            max_size=self.max_size,
            hard_pair_minutes=self.hard_pair_minutes,
            across_stations=self.across_stations,
            base_scheme=base,
            weights=tuple(weights.items()),
        )
        return with_preset(made, self.preset) if self.preset else made


@dataclass(frozen=True)
class Replanning:
    """Who leaves, is away for a while, or comes."""

    without: tuple[str, ...] = ()
    joining: tuple[str, ...] = ()
    temporary: bool = False


@dataclass(frozen=True)
class Approval:
    """Who prepared, checked and approved a scheme, and when; empty texts where it is not said."""

    prepared_by: str = ""
    checked_by: str = ""
    approved_by: str = ""
    approved_on: str = ""


@dataclass(frozen=True)
class Proposal:
    """What came of a request.

    Parameters
    ----------
    names
        What each group would be called, in the order of the grouping.
    seconds
        How long the search took.
    replan, option
        Where it was planned because of somebody who leaves or comes: what came of that, and which of its
        plans this is.
    on_frontier
        Whether it is proved that no valid plan is as good in ways, evenness and change and better in one.
    """

    request: Request
    plan: Plan
    names: tuple[str, ...]
    seconds: float
    replan: Replan | None = None
    option: int = 0
    on_frontier: bool = False

    @property
    def grouping(self) -> Grouping:
        """The groups, or why there are none."""
        return self.plan.grouping

    @property
    def takeovers(self) -> tuple[Takeover, ...]:
        """Areas that change hands with it, for good."""
        return self.replan.takeovers if self.replan is not None and not self.replan.temporary else ()

    @cached_property
    def hand(self) -> InHand:
        """The plan with its price."""
        return proposal_in_hand(self.plan)

    def edit(self, name: str) -> Edit:
        """Give the edit that keeps it as a scheme."""
        if self.replan is not None:
            return self.replan.as_scheme(name, self.option)
        return self.plan.as_scheme(name)


@dataclass(frozen=True)
class PutPlan:
    """Put a proposal into the project, and in force where wanted, in one step."""

    put: Edit
    name: str
    in_force: bool
    approval: Approval = Approval()

    @property
    def title(self) -> str:
        """What was done."""
        return N_("Put grouping “{scheme}” in force") if self.in_force else N_("Keep grouping “{scheme}”")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"scheme": self.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises what `PutScheme` raises."""
        from grid_model.grouping.schemes import scheme_named

        after, changes = self.put.apply(project)
        scheme = scheme_named(after, self.name)
        if not self.in_force or scheme is None:
            return after, changes
        final, more = in_force(scheme, self.approval).apply(after)
        return final, Changes((*changes.steps, *more.steps))


def in_force(scheme: str, approval: Approval) -> Edit:
    """Give the edit that puts a scheme in force with the names of those who approved it."""
    from grid_model.grouping.scheme_edits import PutInForce

    return PutInForce(
        scheme,
        approval.prepared_by or None,
        approval.checked_by or None,
        approval.approved_by or None,
        approval.approved_on or None,
    )


@dataclass(frozen=True)
class ByHand:
    """A change of a scheme by hand: what was proved of it no longer holds, and it says so."""

    edit: Edit
    scheme: str

    @property
    def title(self) -> str:
        """What was done."""
        return self.edit.title

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return self.edit.values

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises what it raises."""
        after, changes = self.edit.apply(project)
        row = after.table("schemes").row(self.scheme)
        if row["status"] not in ("optimal", "feasible"):
            return after, changes
        draft = after.edit()
        draft.update("schemes", [self.scheme], status="manual", objective=None, bound=None)
        final, more = draft.finish()
        return final, Changes((*changes.steps, *more.steps))


@dataclass(frozen=True)
class Preview:
    """The project as it would be with the proposal, for the map only."""

    project: Project
    changes: Changes
    scheme: str

    @classmethod
    def of(cls, project: Project, plan: Proposal) -> Preview:
        """Put the proposal into a copy."""
        after, changes = plan.edit(PREVIEW_NAME).apply(project)
        schemes = after.frame("schemes")
        return cls(after, changes, str(schemes.loc[schemes["name"] == PREVIEW_NAME, "id"].iloc[0]))


# ---------------------------------------------------------------------- alternatives


@dataclass(frozen=True)
class Choice:
    """One of the plans to choose from.

    Parameters
    ----------
    travel_min, balance_min
        Minutes of the objective's terms of travel, and of uneven work and sizes.
    movers
        Managers who change group against the scheme in force.
    default
        Whether it is the best by the weights asked for.
    gap
        Where it is not proved: how far it may be from the best for its weights; None where that is unknown.
    """

    grouping: Grouping
    travel_min: float
    balance_min: float
    movers: int
    proved: bool
    default: bool
    option: int = -1
    gap: float | None = 0.0

    def is_like(self, grouping: Grouping) -> bool:
        """Whether these are the same groups."""
        return {one.members for one in self.grouping.groups} == {one.members for one in grouping.groups}


def alternatives(plan: Proposal, plans: int, feedback: Feedback) -> tuple[Choice, ...]:
    """Find plans between short ways, even work and little change; each proved unless time is limited."""
    from grid_model.grouping.frontier import frontier

    found = frontier(plan.plan.problem, plans, feedback, plan.request.time_limit_s)
    old = _groups_in_force(plan.plan.basis.project)
    return tuple(_choice(one, old) for one in found)


def _choice(one: FrontierPlan, old: Mapping[str, frozenset[str]]) -> Choice:
    return Choice(
        one.grouping,
        one.axes["travel"],
        one.axes["balance"],
        movers(old, [group.members for group in one.grouping.groups]),
        one.proved,
        one.default,
        gap=one.gap,
    )


def movers(old: Mapping[str, frozenset[str]], new: Sequence[Iterable[str]]) -> int:
    """Count the managers who are in another group than before; groups are matched by shared members."""
    from grid_model.grouping.schemes import matched

    groups = [frozenset(one) for one in new]
    pairs = matched(groups, old)
    stay = sum(len(groups[n] & old[one]) for n, one in pairs.items())
    had = set().union(*old.values()) if old else set()
    return len(had & set().union(*groups)) - stay if groups else 0


def _groups_in_force(project: Project) -> dict[str, frozenset[str]]:
    from grid_model.grouping.compare import scheme_groups
    from grid_model.grouping.schemes import scheme_in_force

    scheme = scheme_in_force(project)
    if scheme is None:
        return {}
    return {one: frozenset(group.members) for one, group in scheme_groups(project, scheme).items()}


# --------------------------------------------------------------------------- working


def proposed(
    project: Project, request: Request, feedback: Feedback, base: str = "", basis: Basis | None = None
) -> Proposal:
    """Work out a proposal; raises `GridError`.

    Parameters
    ----------
    base
        Name of the scheme whose locked groups hold.
    basis
        Of the project as it stands, where it is known.
    """
    from gis.planning import plan_groups

    begun = time.perf_counter()
    asked = request.options(project, base)
    plan = plan_groups(project, asked, feedback, request.time_limit_s, basis)
    seconds = time.perf_counter() - begun
    return _measured(Proposal(request, plan, names_of(project, plan), seconds))


def chosen_proposal(plan: Proposal, choice: Choice, feedback: Feedback) -> Proposal:
    """Make a proposal of one of the alternatives."""
    from gis.planning import plan_of

    project = plan.plan.basis.project
    if plan.replan is not None:
        drawn = plan.replan.options[choice.option].plan
        return _measured(replace(plan, plan=drawn, names=names_of(project, drawn), option=choice.option))
    status = "optimal" if choice.default and choice.proved else choice.grouping.status
    grouping = replace(choice.grouping, status=status)
    drawn = plan_of(plan.plan.basis, plan.plan.options, plan.plan.problem, grouping, feedback)
    made = Proposal(plan.request, drawn, names_of(project, drawn), plan.seconds, on_frontier=choice.proved)
    return _measured(made)


def replanned(
    project: Project, asked: Replanning, request: Request, feedback: Feedback
) -> tuple[Proposal, tuple[Choice, ...]]:
    """Plan with least change because somebody leaves, is away or comes; the plan with least change first."""
    from gis.planning import plan_groups
    from gis.replanning import replan
    from grid_model.grouping.frontier import axes_of

    begun = time.perf_counter()
    options = request.options(project)
    found = replan(
        project,
        asked.without,
        asked.joining,
        temporary=asked.temporary,
        options=options,
        feedback=feedback,
        time_limit_s=request.time_limit_s,
    )
    if not found.options:  # the plan says why
        plan = plan_groups(found.basis.project, options, feedback, request.time_limit_s, found.basis)
        return Proposal(request, plan, (), time.perf_counter() - begun), ()
    old = _groups_in_force(project)
    choices = []
    for n, one in enumerate(found.options):
        groups = one.plan.grouping.groups
        axes = axes_of(groups)
        count = movers(old, [group.members for group in groups])
        proved = one.plan.grouping.status == "optimal"
        choices.append(
            Choice(one.plan.grouping, axes["travel"], axes["balance"], count, proved, n == 0, option=n)
        )
    first = found.options[0].plan
    proposal = Proposal(
        request, first, names_of(found.basis.project, first), time.perf_counter() - begun, found
    )
    return _measured(proposal), tuple(choices)


def _measured(plan: Proposal) -> Proposal:
    """Work out the figures here, beside the window."""
    if plan.grouping.groups:
        plan.hand.figures  # noqa: B018
    return plan


def names_of(project: Project, plan: Plan) -> tuple[str, ...]:
    """Say what each group of a plan would be called."""
    if not plan.grouping.groups:
        return ()
    after, _changes = plan.as_scheme(PREVIEW_NAME).apply(project)
    scheme = after.frame("schemes").loc[after.frame("schemes")["name"] == PREVIEW_NAME, "id"].iloc[0]
    members = after.frame("group_members")
    members = members[members["scheme"] == scheme]
    group_of = dict(zip(members["manager"], members["mutual_aid_group"], strict=True))
    groups = after.table("mutual_aid_groups")
    return tuple(str(groups.row(group_of[group.members[0]])["name"]) for group in plan.grouping.groups)


def free_scheme_name(project: Project) -> str:
    """Give a name no scheme of the project has, such as Scheme 2."""
    taken = set(project.frame("schemes")["name"])
    number = len(taken) + 1
    while _("Scheme {number}").format(number=number) in taken:
        number += 1
    return _("Scheme {number}").format(number=number)


def notes_of(plan: Proposal) -> tuple[Reason, ...]:
    """What a planner should know about a proposal."""
    more = plan.replan.notes if plan.replan is not None else ()
    return (*plan.plan.notes, *more)
