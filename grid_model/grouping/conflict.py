"""The fewest rules that cannot hold together, where no single cause blocks every plan.

Rules are first left out one after the other (deletion filter): those that remain cannot do without each
other. Then fewer are sought by way of their opposite: each set of rules that does have a plan leaves some
out, and every set in conflict holds at least one of those; the fewest rules that hit all such sets seen so
far either have a plan, which shows one more set, or are the answer (Ignatiev, Previti, Liffiton and
Marques-Silva, CP 2015).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import numpy as np

from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.candidates import NOBODY, Candidates
from grid_model.grouping.costs import costs
from grid_model.grouping.cover import Patience, cheapest_few, has_plan, listed
from grid_model.grouping.problem import GroupingProblem
from grid_model.grouping.result import Reason

Rule = tuple[str, int]
"""Kind of a rule, and its place among those of its kind."""

MOST_QUESTIONS = 150
"""Questions for a plan in the search for fewer rules than the deletion filter leaves."""
MOST_RULES = 14
"""Rules beyond which fewer are not sought; those named still need each other."""


def conflict(problem: GroupingProblem, feedback: Feedback = SILENT, end: float | None = None) -> list[Reason]:
    """Name rules that cannot hold together, as few as can be, and who stays over.

    Parameters
    ----------
    problem
        Of one station, settled, without a plan.
    end
        Moment of `time.monotonic` at which the search ends; what is left over then may hold rules that are
        not needed, and a second reason says so.
    """
    patience = Patience(feedback, end)
    questions = _Questions(problem, patience)
    kept, sure = _needed(questions, feedback)
    if sure:
        kept = _fewest(questions, kept)
    values = {"rules": tuple(_shown(problem, one) for one in kept), "sure": sure}
    found = [Reason("rules-cannot-hold-together", _left_over(problem, patience), values)]
    return found if sure else [*found, Reason("conflict-cut-short", (), {"late": patience.late})]


class _Questions:
    """Which sets of rules have a plan; what follows from earlier answers is not asked again."""

    def __init__(self, problem: GroupingProblem, patience: Patience) -> None:
        self._problem = problem
        self._patience = patience
        self._with: list[frozenset[Rule]] = []
        self._without: list[frozenset[Rule]] = []
        self.rules = _rules(problem)
        self.asked = 0

    def has_plan(self, rules: Iterable[Rule]) -> bool | None:
        """Whether a plan keeps `rules`; None where that is too much to find out."""
        asked = frozenset(rules)
        if any(asked <= one for one in self._with):
            return True
        if any(asked >= one for one in self._without):
            return False
        self.asked += 1
        answer = has_plan(_eased(self._problem, asked), self._patience)
        if answer is not None:
            (self._with if answer else self._without).append(asked)
        return answer


def _needed(questions: _Questions, feedback: Feedback) -> tuple[list[Rule], bool]:
    """Leave out rules one by one; give those that must stay, and whether every question was answered."""
    kept = list(questions.rules)
    sure = True
    for rule in feedback.track(questions.rules):
        answer = questions.has_plan(one for one in kept if one != rule)
        if answer is None:
            sure = False
        elif not answer:
            kept.remove(rule)
    return kept, sure


def _fewest(questions: _Questions, kept: list[Rule]) -> list[Rule]:
    """Seek fewer rules in conflict than `kept`; give `kept` where that is not answered in time."""
    rules = questions.rules
    if len(rules) > MOST_RULES:
        return kept
    hit: list[frozenset[Rule]] = []
    for size in range(1, len(kept)):
        # The planner's own rules first: where sets are equally few, they say more than the usual ones.
        for few in combinations(tuple(reversed(rules)), size):
            if any(one.isdisjoint(few) for one in hit):
                continue
            answer = questions.has_plan(few)
            if answer is None or questions.asked > MOST_QUESTIONS:
                return kept
            if not answer:
                return [one for one in rules if one in few]
            hit.append(_left_out(questions, few))
    return kept


def _left_out(questions: _Questions, few: Iterable[Rule]) -> frozenset[Rule]:
    """Add rules to a set that has a plan while it has one; give those that cannot join."""
    held = list(few)
    out = []
    for rule in questions.rules:
        if rule in held:
            continue
        if questions.has_plan([*held, rule]):
            held.append(rule)
        else:
            out.append(rule)
    return frozenset(out)


def _rules(problem: GroupingProblem) -> list[Rule]:
    """List the rules in the order they are tried to be left out; the user's own come last."""
    rules = [("qualified", 0)] if problem.qualifications_known else []
    rules += [("pair-minutes", 0)] if problem.hard_pair_minutes else []
    rules += [("min-size", 0), ("max-size", 0), ("connected", 0)]
    rules += [("apart", n) for n in range(len(problem.apart))]
    rules += [("together", n) for n in range(len(problem.together))]
    rules += [("leader", n) for n in range(len(problem.fixed_leaders))]
    rules += [("town", n) for n in range(len(problem.towns))]
    rules += [("fixed", n) for n in range(len(problem.fixed))]
    rules += [("locked", n) for n in range(len(problem.locks))]
    return rules


def _eased(problem: GroupingProblem, rules: frozenset[Rule]) -> GroupingProblem:
    """Give the problem with nothing to keep but `rules`."""
    n = len(problem)
    return replace(
        problem,
        qualifications_known=("qualified", 0) in rules,
        hard_pair_minutes=("pair-minutes", 0) in rules,
        min_size=problem.min_size if ("min-size", 0) in rules else 1,
        max_size=problem.max_size if ("max-size", 0) in rules else max(n, problem.max_size),
        adjacency=problem.adjacency if ("connected", 0) in rules else ~np.eye(n, dtype=bool),
        apart=tuple(one for k, one in enumerate(problem.apart) if ("apart", k) in rules),
        together=tuple(one for k, one in enumerate(problem.together) if ("together", k) in rules),
        fixed_leaders=tuple(one for k, one in enumerate(problem.fixed_leaders) if ("leader", k) in rules),
        towns=tuple(one for k, one in enumerate(problem.towns) if ("town", k) in rules),
        fixed=tuple(one for k, one in enumerate(problem.fixed) if ("fixed", k) in rules),
        locks=tuple(one for k, one in enumerate(problem.locks) if ("locked", k) in rules),
    )


def _shown(problem: GroupingProblem, rule: Rule) -> Reason:
    kind, n = rule
    match kind:
        case "apart":
            return Reason("rule-apart", problem.apart[n])
        case "together":
            return Reason("rule-together", problem.together[n])
        case "locked":
            return Reason("rule-locked", problem.locks[n].members, {"group": problem.locks[n].group})
        case "fixed":
            return Reason("rule-fixed", problem.fixed[n].members, {"group": problem.fixed[n].group})
        case "leader":
            return Reason("rule-leader", (problem.fixed_leaders[n],))
        case "town":
            return Reason("rule-town", problem.towns[n].members, {"town": problem.towns[n].name})
    values = {"minimum": problem.min_size, "maximum": problem.max_size, "limit": problem.max_pair_minutes}
    return Reason(f"rule-{kind}", (), values)


def _left_over(problem: GroupingProblem, patience: Patience) -> tuple[str, ...]:
    """Name the managers who stay over when as many as possible are put into valid groups."""
    found = listed(problem, patience)
    if found is None or patience.late:
        return ()
    n = len(problem)
    single = np.full((n, max(1, found.members.shape[1])), NOBODY, dtype=np.int32)
    single[:, 0] = np.arange(n)
    both = Candidates(
        np.concatenate([found.members.reshape(-1, single.shape[1]), single]),
        np.r_[found.sizes, np.ones(n, dtype=np.int64)],
    )
    # What the groups cost only leads the solver: all of a plan's cost less than one left over.
    price = costs(problem, found).total
    price = np.where(np.isfinite(price), price, price[np.isfinite(price)].max(initial=1.0))
    price = 0.5 * price / max(float((price / found.sizes).max(initial=0.0)) * n, 1e-9)
    chosen = cheapest_few(both, np.r_[price, np.ones(n)], n, patience)
    return tuple(problem.members[row - len(found)] for row in chosen if row >= len(found))
