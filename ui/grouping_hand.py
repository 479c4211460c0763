"""A plan under the planner's hand: groups, who answers for which area, and what every change costs at once.

It belongs to a scheme of the project, or to the proposal on screen. An edit of the scheme is followed without
working everything out anew: only owners, members and locks are read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from grid_model.project import Project
from resources.i18n import _

if TYPE_CHECKING:
    from gis.planning import Basis, Plan
    from grid_model.feedback import Feedback
    from grid_model.grouping.price import GroupScore, HandPlan, Move, Priced
    from grid_model.grouping.problem import GroupingProblem, Lock

SCHEME_TABLES = frozenset(
    {
        "schemes",
        "mutual_aid_groups",
        "group_members",
        "service_grids",
        "grid_areas",
        "area_assignments",
        "info",
        "map_views",
        "layer_styles",
        "saved_traces",
    }
)
"""Edits of these tables change nothing of outlines, neighbours, ways, work and certificates."""

OWNERS = ("manager", "backup_manager")
"""Columns of an area that a scheme may change."""


@dataclass(frozen=True)
class InHand:
    """One plan with its price.

    Parameters
    ----------
    scheme
        Id of the scheme; empty for the proposal.
    groups
        Id of each group, in the order of the plan; empty texts for the proposal.
    locked
        Which groups are locked, in the same order.
    """

    scheme: str
    basis: Basis
    plan: HandPlan
    groups: tuple[str, ...]
    locked: tuple[bool, ...]

    def group_of(self, manager: str) -> int | None:
        """Number of the group a manager is in."""
        return next((n for n, members in enumerate(self.plan.groups) if manager in members), None)

    def areas_of_group(self, number: int) -> tuple[str, ...]:
        """Areas that members of a group answer for."""
        areas = self.plan.areas
        return (
            ()
            if areas is None
            else tuple(area for one in self.plan.groups[number] for area in areas.areas_of(one))
        )

    def owner(self, area: str) -> str | None:
        """Who answers for an area; None for an area that is not known either."""
        areas = self.plan.areas
        return areas.manager_of(area) if areas is not None and area in areas.at else None

    @property
    def locked_areas(self) -> tuple[str, ...]:
        """Areas that are locked to their manager."""
        areas = self.plan.areas
        return () if areas is None else tuple(areas.areas[n] for n in np.flatnonzero(areas.locked))

    def score(self, number: int) -> GroupScore | None:
        """The score of a group; None for one that lost everybody."""
        members = self.plan.groups[number]
        return next((one for one in self.plan.scores.groups if one.members == members), None)

    def price(self, moves: Iterable[Move]) -> Priced:
        """Say what changes would cost; raises what `price_of` raises."""
        from grid_model.grouping.price import price_of

        return price_of(self.plan, moves)

    @cached_property
    def covered(self) -> Mapping[int, tuple[int, int]]:
        """How many areas of each group two qualified members reach inside the promise, of how many."""
        reached, group = self._reached
        numbers = range(len(self.plan.groups))
        return {n: (int((reached & (group == n)).sum()), int((group == n).sum())) for n in numbers}

    def uncovered(self, number: int) -> tuple[str, ...]:
        """Areas of a group that two qualified members do not reach inside the promise."""
        reached, group = self._reached
        areas = self.plan.areas
        return (
            ()
            if areas is None
            else tuple(areas.areas[n] for n in np.flatnonzero(~reached & (group == number)))
        )

    @cached_property
    def _reached(self) -> tuple[np.ndarray, np.ndarray]:
        return _reached(self)

    @cached_property
    def figures(self) -> Figures:
        """The plan in a few numbers."""
        return Figures.of(self)


@dataclass(frozen=True)
class Figures:
    """A plan in a few numbers; minutes, shares, counts.

    Parameters
    ----------
    load
        Work of the busiest group over the mean of as many managers.
    covered, areas
        Areas that two qualified members reach inside the promise, of how many.
    """

    groups: int
    managers: int
    cost_min: float
    travel_min: float
    longest_min: float
    load: float
    far_pairs: int
    covered: int
    areas: int

    @classmethod
    def of(cls, hand: InHand) -> Figures:
        """Count."""
        groups = [one.group for one in hand.plan.scores.groups]
        pairs = [len(group.members) * (len(group.members) - 1) / 2 for group in groups]
        travel = sum(group.mean_pair_min * count for group, count in zip(groups, pairs, strict=True))
        return cls(
            len(groups),
            sum(len(group.members) for group in groups),
            hand.plan.scores.cost_min,
            travel / sum(pairs) if sum(pairs) else 0.0,
            max((group.longest_pair_min for group in groups), default=0.0),
            max((group.load_ratio for group in groups), default=1.0),
            sum(len(group.far_pairs) for group in groups),
            sum(done for done, _all in hand.covered.values()),
            sum(every for _done, every in hand.covered.values()),
        )


def _reached(hand: InHand) -> tuple[np.ndarray, np.ndarray]:
    """Tell of each area whether two qualified persons of its group are there in time, and its group (−1)."""
    from gis.cover import CLASSES, NEEDED
    from grid_model.settings import setting

    areas = hand.plan.areas
    if areas is None:
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64)
    project, basis = hand.basis.project, hand.basis
    classes = project.frame("transformer_areas").set_index("id")["service_class"].reindex(list(areas.areas))
    promise = {one: setting(project, f"response.{one}_min") for one in CLASSES}
    limit = classes.fillna("rural").map(promise).to_numpy(dtype=float)
    number = {one: n for n, members in enumerate(hand.plan.groups) for one in members}
    group = np.array([number.get(one, -1) for one in areas.managers], dtype=np.int64)
    fit = np.array([not basis.able.known or one in basis.able.guards for one in areas.managers], dtype=bool)
    at = np.where(areas.owner >= 0, group[areas.owner], -1)
    there = (basis.area_minutes <= limit[:, None]) & fit[None, :] & (group[None, :] == at[:, None])
    return there.sum(axis=1) >= NEEDED, at


def take_in_hand(project: Project, scheme: str, feedback: Feedback, basis: Basis | None = None) -> InHand:
    """Evaluate a scheme as it stands; managers who are not on duty are left out.

    Parameters
    ----------
    basis
        Of the project as it stands, where it is known.

    Raises
    ------
    GridError
        ``no-managers``, ``unknown-object``.
    """
    from gis.replanning import scheme_basis
    from grid_model.grouping.plan import GroupingOptions
    from grid_model.grouping.price import HandPlan

    feedback.report(None, _("Measuring the scheme"))
    own = scheme_basis(project, scheme, feedback, basis)
    ids, members, locked = _groups(project, scheme, own.territory.managers)
    problem = _with_locks(own.problem(GroupingOptions()), ids, members, locked)
    made = InHand(scheme, own, HandPlan.of(problem, members, own.areas), ids, locked)
    made = followed(made, project) or made  # with the locks of this scheme's areas
    made.figures  # noqa: B018 - worked out here, beside the window
    return made


def proposal_in_hand(plan: Plan, scheme: str = "", project: Project | None = None) -> InHand:
    """Take a proposal into the hand; with `scheme` as the scheme of `project` it was just kept as."""
    if scheme and project is not None:
        ids, members, locked = _groups(project, scheme, plan.basis.territory.managers)
        order = {members_of: n for n, members_of in enumerate(members)}
        at = [order[group.members] for group in plan.grouping.groups]
        kept = tuple(ids[n] for n in at)
        basis = replace(plan.basis, project=project)
        return InHand(scheme, basis, plan.in_hand(), kept, tuple(locked[n] for n in at))
    none = ("",) * len(plan.grouping.groups)
    locks = tuple(bool(group.locked) for group in plan.grouping.groups)
    return InHand("", plan.basis, plan.in_hand(), none, locks)


def followed(hand: InHand, project: Project) -> InHand | None:
    """Bring what is in hand up to an edit of its scheme; None where it has to be taken anew."""
    from grid_model.grouping.area_map import NOBODY
    from grid_model.grouping.price import HandPlan
    from grid_model.grouping.scheme_edits import owners

    areas = hand.plan.areas
    if areas is None or hand.scheme not in project.table("schemes"):
        return None
    said = owners(project, hand.scheme)
    if set(said) != set(areas.areas):
        return None
    place = {one: n for n, one in enumerate(areas.managers)}
    owner = np.array([place.get(said[one] or "", NOBODY) for one in areas.areas], dtype=np.int64)
    if (owner != areas.owner).any():
        areas = areas.owned(owner)
    rows = project.frame("area_assignments")
    held = set(rows.loc[(rows["scheme"] == hand.scheme) & rows["locked"], "transformer_area"])
    locked_areas = np.array([one in held for one in areas.areas], dtype=bool)
    if (locked_areas != areas.locked).any():
        areas = replace(areas, locked=locked_areas)
    ids, members, locked = _groups(project, hand.scheme, hand.plan.problem.members)
    problem = _with_locks(hand.plan.problem, ids, members, locked)
    basis = replace(hand.basis, project=project)
    if areas is hand.plan.areas or not np.isnan(areas.base_x_m).any():  # nobody's place has changed
        basis.__dict__["area_minutes"] = hand.basis.area_minutes
    return InHand(hand.scheme, basis, HandPlan.of(problem, members, areas), ids, locked)


def under_rules(hand: InHand, project: Project) -> InHand | None:
    """Hold what is in hand against the rules of grouping as they are; None where it is taken anew."""
    from grid_model.grouping.plan import GroupingOptions

    basis = replace(hand.basis, project=project)
    basis.__dict__["area_minutes"] = hand.basis.area_minutes
    plan = replace(hand.plan, problem=basis.problem(GroupingOptions()))
    return followed(replace(hand, basis=basis, plan=plan), project)


def only_owners_changed(before: Project, after: Project) -> bool:
    """Whether the areas of two states differ in nothing but who answers for them."""
    one, other = before.frame("transformer_areas"), after.frame("transformer_areas")
    if len(one) != len(other):
        return False
    columns = [name for name in one.columns if name not in OWNERS]
    return bool(one[columns].equals(other[columns]))


def _groups(
    project: Project, scheme: str, planned: Iterable[str]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[bool, ...]]:
    from grid_model.grouping.compare import scheme_groups

    on_duty = set(planned)
    groups = list(scheme_groups(project, scheme).values())
    table = project.table("mutual_aid_groups")
    members = tuple(tuple(sorted(one for one in group.members if one in on_duty)) for group in groups)
    locked = tuple(bool(table.row(group.id)["locked"]) for group in groups)
    return tuple(group.id for group in groups), members, locked


def _with_locks(
    problem: GroupingProblem,
    ids: Iterable[str],
    members: Iterable[tuple[str, ...]],
    locked: Iterable[bool],
) -> GroupingProblem:
    from grid_model.grouping.problem import Lock

    locks: tuple[Lock, ...] = tuple(
        Lock(one, own) for one, own, held in zip(ids, members, locked, strict=True) if held and own
    )
    return replace(problem, locks=locks)
