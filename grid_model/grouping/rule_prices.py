"""What each rule costs: the objective without it.

A rule is left out, everything else stays, and the problem is solved again; the difference to the plan
with the rule is its price. Sizes are eased by one manager instead of left out. What is too large to
answer, or takes too long, stays open; the price is then None, never a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.problem import GroupingProblem, Town
from grid_model.grouping.result import Grouping, Reason
from grid_model.grouping.solve import solve_grouping

SECONDS = 20.0
"""Longest search for one rule."""


@dataclass(frozen=True)
class RulePrice:
    """One rule and what it costs.

    Parameters
    ----------
    rule
        Its sentence stands in `ui.messages.REASONS`.
    without
        Objective without it; None where that could not be found out.
    price
        What the plan costs more for the rule; 0: it costs nothing. None where unknown.
    proved
        Whether `without` is proved; else the price is at least this.
    """

    rule: Reason
    without: float | None
    price: float | None
    proved: bool = True


def rules_of(problem: GroupingProblem) -> tuple[tuple[Reason, GroupingProblem], ...]:
    """List every rule that holds with the problem without it, the user's own first."""
    found: list[tuple[Reason, GroupingProblem]] = []

    def add(code: str, members: Sequence[str], eased: GroupingProblem, **values: object) -> None:
        found.append((Reason(code, tuple(members), values), eased))

    for rule in problem.together:
        left = tuple(one for one in problem.together if one != rule)
        add("rule-together", rule, replace(problem, together=left))
    for rule in problem.apart:
        left = tuple(one for one in problem.apart if one != rule)
        add("rule-apart", rule, replace(problem, apart=left))
    for lock in problem.locks:
        left_locks = tuple(one for one in problem.locks if one != lock)
        add("rule-locked", lock.members, replace(problem, locks=left_locks), group=lock.group)
    for one in problem.fixed:
        left_fixed = tuple(other for other in problem.fixed if other != one)
        add("rule-fixed", one.members, replace(problem, fixed=left_fixed), group=one.group)
    for leader in problem.fixed_leaders:
        others = tuple(other for other in problem.fixed_leaders if other != leader)
        add("rule-leader", (leader,), replace(problem, fixed_leaders=others))
    for town in problem.towns:
        towns = tuple(other for other in problem.towns if other != town)
        add("rule-town", town.members, replace(problem, towns=towns), town=town.name)
    if problem.hard_pair_minutes:
        eased = replace(problem, hard_pair_minutes=False)
        add("rule-pair-minutes", (), eased, limit=problem.max_pair_minutes)
    if problem.qualifications_known:
        add("rule-qualified", (), replace(problem, qualifications_known=False))
    if problem.min_size > 1:
        eased = replace(problem, min_size=problem.min_size - 1)
        add("rule-min-size", (), eased, minimum=problem.min_size)
    eased = replace(problem, max_size=problem.max_size + 1, towns=_as_they_were(problem))
    add("rule-max-size", (), eased, maximum=problem.max_size)
    if not problem.across_stations and len(set(problem.stations)) > 1:
        add("rule-stations", (), replace(problem, across_stations=True))
    return tuple(found)


def _as_they_were(problem: GroupingProblem) -> tuple[Town, ...]:
    """A town keeps its rule where the sizes are eased."""
    return tuple(replace(one, in_one=problem.in_one_group(one)) for one in problem.towns)


def rule_prices(
    problem: GroupingProblem,
    grouping: Grouping,
    feedback: Feedback = SILENT,
    seconds: float = SECONDS,
    known: dict[str, RulePrice] | None = None,
) -> tuple[RulePrice, ...]:
    """Price every rule of a problem that has a plan, the dearest first.

    Parameters
    ----------
    grouping
        The plan with every rule; its objective is what prices are measured by.
    seconds
        Longest search for one rule.
    known
        Prices found before for the same problem and plan, by `key_of` the rule; what is found is added, so
        that a search that was cancelled goes on where it stopped.

    Raises
    ------
    GridError
        ``no-grouping-to-keep`` where there is no plan.
    Cancelled
        Where somebody asked to stop.
    """
    if grouping.objective is None:
        raise GridError("no-grouping-to-keep")
    known = {} if known is None else known
    found = []
    for rule, eased in feedback.track(rules_of(problem)):
        key = key_of(rule)
        if key not in known:
            known[key] = _priced(rule, eased, grouping.objective, seconds, feedback)
        found.append(known[key])
    return tuple(sorted(found, key=lambda one: (one.price is None, -(one.price or 0.0))))


def key_of(rule: Reason) -> str:
    """Name a rule so that it can be looked up."""
    return f"{rule.code} {rule.managers} {sorted(rule.values.items())}"


def _priced(
    rule: Reason, eased: GroupingProblem, objective: float, seconds: float, feedback: Feedback
) -> RulePrice:
    try:
        without = solve_grouping(eased, feedback, seconds)
    except GridError as error:
        if error.code not in ("too-many-candidates", "no-plan-in-time"):
            raise
        return RulePrice(rule, None, None, False)
    if without.objective is None:  # easing a rule never makes a plan impossible
        raise RuntimeError(f"no plan without {rule.code}")
    return RulePrice(
        rule, without.objective, max(0.0, objective - without.objective), without.status == "optimal"
    )
