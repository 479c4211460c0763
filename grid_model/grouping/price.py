"""What a plan of groups costs, which rules it breaks, and what a change by hand would cost, at once.

Every term of the objective is a sum over groups, so a change concerns only the groups it touches: the
others keep their scores. Moving an area changes the work of two managers, their place where they have no
base point, and whose territories touch; moving a manager changes two groups. The price of a change is the
same as the difference between two evaluations from scratch (the tests hold one against the other).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np

from grid_model.errors import GridError
from grid_model.grouping.area_map import AreaMap
from grid_model.grouping.describe import described_groups
from grid_model.grouping.problem import GroupingProblem
from grid_model.grouping.result import Group, Reason
from grid_model.grouping.rules import broken_by_group, broken_by_plan

Groups: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class MoveManager:
    """Put a manager into another group.

    Parameters
    ----------
    to
        Number of the group in the plan, from 0; None founds a group of his own.
    """

    manager: str
    to: int | None


@dataclass(frozen=True)
class MoveAreas:
    """Put areas under another manager; None: under nobody."""

    areas: tuple[str, ...]
    manager: str | None


Move: TypeAlias = MoveManager | MoveAreas


@dataclass(frozen=True)
class GroupScore:
    """One group of a plan in numbers, and the rules it breaks by itself."""

    group: Group
    broken: tuple[Reason, ...] = ()

    @property
    def members(self) -> tuple[str, ...]:
        """Who is in it, sorted."""
        return self.group.members

    @property
    def terms(self) -> dict[str, float]:
        """The terms of the objective by name, weighted, in minutes."""
        return self.group.terms

    @property
    def cost_min(self) -> float:
        """What the group adds to the objective."""
        return self.group.cost_min


@dataclass(frozen=True)
class Scores:
    """A plan in numbers.

    Parameters
    ----------
    groups
        In the order of the plan; empty groups have no score and are left out.
    broken
        Every rule broken: those of the groups, then managers in no group or in two.
    """

    groups: tuple[GroupScore, ...]
    broken: tuple[Reason, ...]

    @cached_property
    def terms(self) -> dict[str, float]:
        """Each term summed over the groups."""
        names = list(dict.fromkeys(name for group in self.groups for name in group.terms))
        return {name: float(sum(group.terms.get(name, 0.0) for group in self.groups)) for name in names}

    @property
    def cost_min(self) -> float:
        """The objective."""
        return float(sum(group.cost_min for group in self.groups))


@dataclass(frozen=True)
class Priced:
    """What a change by hand does to a plan.

    Parameters
    ----------
    delta
        Change of the objective in minutes; above zero the plan becomes worse.
    terms
        The same for each term.
    broken_rules
        Rules broken after the change.
    newly_broken, mended
        Those of them that held before, and those broken before that hold now.
    after
        The plan after the change.
    """

    delta: float
    terms: Mapping[str, float]
    broken_rules: tuple[Reason, ...]
    newly_broken: tuple[Reason, ...]
    mended: tuple[Reason, ...]
    after: HandPlan


@dataclass(frozen=True)
class HandPlan:
    """A plan under the planner's hand: groups, the areas below them, and what they cost.

    Make it with `of`; each change gives the next one.

    Parameters
    ----------
    groups
        Members of each group, sorted; a group that lost everybody stays as an empty one, so that the
        numbers of the others do not change.
    areas
        The areas and who answers for them; None where only managers are moved.
    """

    problem: GroupingProblem
    groups: Groups
    areas: AreaMap | None
    scores: Scores
    _by_group: tuple[GroupScore | None, ...] = field(repr=False, default=())

    @classmethod
    def of(
        cls, problem: GroupingProblem, groups: Iterable[Sequence[str]], areas: AreaMap | None = None
    ) -> HandPlan:
        """Take a plan and evaluate it."""
        members = tuple(tuple(sorted(group)) for group in groups)
        problem = areas.into(problem) if areas is not None else problem
        return _evaluated(problem, members, areas, (None,) * len(members), set(range(len(members))))

    def moved(self, moves: Iterable[Move]) -> HandPlan:
        """Make changes one after the other; only what they touch is evaluated anew.

        Raises
        ------
        GridError
            ``manager-not-planned``, ``unknown-object`` for an area, ``unknown-group-number``.
        """
        groups, areas = self.groups, self.areas
        for move in moves:
            if isinstance(move, MoveManager):
                groups = _with_manager(self.problem, groups, move)
            elif areas is None:
                raise GridError("unknown-object", table="transformer_areas", id=", ".join(move.areas[:1]))
            else:
                areas = areas.moved(move.areas, move.manager)
        problem = self.problem
        if areas is not None and areas is not self.areas:
            problem = areas.into(problem)
        touched = {
            n for n, members in enumerate(groups) if n >= len(self.groups) or members != self.groups[n]
        }
        touched |= _groups_of(groups, _differing(self.problem, problem))
        known = (*self._by_group, *(None,) * (len(groups) - len(self.groups)))
        return _evaluated(problem, groups, areas, known, touched)


def price_of(plan: HandPlan, moves: Iterable[Move]) -> Priced:
    """Say what changes by hand would cost and which rules they would break; the plan stays as it is.

    Raises
    ------
    GridError
        As `HandPlan.moved`.
    """
    after = plan.moved(moves)
    before_terms, terms = plan.scores.terms, after.scores.terms
    names = list(dict.fromkeys([*before_terms, *terms]))
    broken_before, broken = plan.scores.broken, after.scores.broken
    return Priced(
        delta=_difference(after.scores.cost_min, plan.scores.cost_min),
        terms={name: _difference(terms.get(name, 0.0), before_terms.get(name, 0.0)) for name in names},
        broken_rules=broken,
        newly_broken=tuple(one for one in broken if one not in broken_before),
        mended=tuple(one for one in broken_before if one not in broken),
        after=after,
    )


def evaluate(problem: GroupingProblem, groups: Iterable[Sequence[str]]) -> Scores:
    """Evaluate a plan from scratch: each group's terms and every broken rule."""
    return HandPlan.of(problem, groups).scores


def _evaluated(
    problem: GroupingProblem,
    groups: Groups,
    areas: AreaMap | None,
    known: Sequence[GroupScore | None],
    touched: set[int],
) -> HandPlan:
    rows = [n for n in sorted(touched) if groups[n]]
    fresh = dict(zip(rows, _scored(problem, [groups[n] for n in rows]), strict=True))
    scores = tuple(
        fresh.get(n) if n in touched else known[n] if groups[n] else None for n in range(len(groups))
    )
    there = tuple(one for one in scores if one is not None)
    found = [reason for one in there for reason in one.broken] + list(broken_by_plan(problem, groups))
    found += areas.broken() if areas is not None else ()
    broken = tuple(one for n, one in enumerate(found) if one not in found[:n])
    return HandPlan(problem, groups, areas, Scores(there, broken), scores)


def _scored(problem: GroupingProblem, groups: Sequence[tuple[str, ...]]) -> list[GroupScore]:
    return [
        GroupScore(one, broken_by_group(problem, one.members)) for one in described_groups(problem, groups)
    ]


def _with_manager(problem: GroupingProblem, groups: Groups, move: MoveManager) -> Groups:
    if move.manager not in problem.members:
        raise GridError("manager-not-planned", manager=move.manager)
    if move.to is not None and not 0 <= move.to < len(groups):
        raise GridError("unknown-group-number", number=move.to)
    without = [tuple(one for one in group if one != move.manager) for group in groups]
    if move.to is None:
        return (*without, (move.manager,))
    without[move.to] = tuple(sorted((*without[move.to], move.manager)))
    return tuple(without)


def _differing(before: GroupingProblem, after: GroupingProblem) -> set[str]:
    """Name the managers whose costs or rules may have changed between two problems."""
    if before is after:
        return set()
    if before.mean != after.mean:
        return set(after.members)
    different = before.workload != after.workload
    for name in ("minutes", "adjacency", "feeders", "villages"):
        one, other = getattr(before, name), getattr(after, name)
        if one is None or other is None or one.shape != other.shape:
            if one is not other:
                return set(after.members)
            continue
        unlike = one != other
        different = different | unlike.any(axis=1)
        if name in ("minutes", "adjacency"):
            different = different | unlike.any(axis=0)
    return {after.members[n] for n in np.flatnonzero(different)}


def _groups_of(groups: Groups, managers: set[str]) -> set[int]:
    return {n for n, members in enumerate(groups) if not managers.isdisjoint(members)}


def _difference(after: float, before: float) -> float:
    """Subtract, two unknown (infinite) costs being alike."""
    return 0.0 if after == before else after - before
