"""Say which rules stand in the way where no grouping exists, naming the persons.

First the plain causes, each of which alone blocks every plan: rules that contradict each other, a locked
group that breaks a rule, sizes that cannot cover the managers, a manager or a few without enough
neighbours, too few who may lead or guard. Where none of them is it, the fewest rules that cannot hold
together are sought (`conflict`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.candidates import (
    Candidates,
    candidates,
    longest_pair,
    qualified,
    without_rules,
)
from grid_model.grouping.conflict import conflict
from grid_model.grouping.problem import GroupingProblem, Lock
from grid_model.grouping.result import Reason


def contradictions(problem: GroupingProblem) -> tuple[Reason, ...]:
    """Find rules of the user that cannot hold together whatever the neighbourhood is."""
    return (
        *_together_and_apart(problem),
        *_across_stations(problem),
        *_locks_among_themselves(problem),
        *_leaders(problem),
        *_fixed(problem),
        *_large_towns(problem),
        *(reason for lock in problem.locks for reason in _lock_breaks(problem, lock)),
    )


def explain(
    problem: GroupingProblem, station: str = "", feedback: Feedback = SILENT, end: float | None = None
) -> tuple[Reason, ...]:
    """Say why one station without contradictions has no plan.

    Parameters
    ----------
    station
        Named in the reasons where there are several.
    end
        Moment of `time.monotonic` after which rules are no more left out, and the answer says so.
    """
    # What a town must keep is settled before sizes are eased or managers left out.
    problem = problem.settled()
    reasons = list(plain_causes(problem)) or conflict(problem, feedback, end)
    named = [Reason("in-station", (), {"station": station})] if station else []
    return (*named, *reasons)


def plain_causes(problem: GroupingProblem, station: str = "") -> tuple[Reason, ...]:
    """Find causes that each block every plan of a station by themselves; empty where there is none."""
    reasons = _plain(problem)
    if not reasons and problem.locks:
        locked = {one for lock in problem.locks for one in lock.members}
        reasons = _plain(problem.part(one for one in problem.members if one not in locked))
        if reasons:
            names = ", ".join(lock.group for lock in problem.locks)
            reasons = [Reason("locks-leave-rest", (), {"groups": names}), *reasons]
    named = [Reason("in-station", (), {"station": station})] if station and reasons else []
    return (*named, *reasons)


def coverable(managers: int, smallest: int, largest: int) -> bool:
    """Whether a number of managers can be parted into groups of these sizes."""
    return managers == 0 or -(-managers // largest) <= managers // smallest


# ---------------------------------------------------------------- contradictions


def _together_and_apart(problem: GroupingProblem) -> list[Reason]:
    reasons = []
    for block in _blocks(problem.must_share()):
        if len(block) > problem.max_size:
            values = {"count": len(block), "maximum": problem.max_size}
            reasons.append(Reason("together-too-many", block, values))
        for rule in problem.apart:
            both = tuple(one for one in block if one in rule)
            if len(both) > 1:
                reasons.append(Reason("together-and-apart", both))
        leading = tuple(one for one in block if one in problem.fixed_leaders)
        if len(leading) > 1:
            reasons.append(Reason("leaders-together", leading))
    return reasons


def _blocks(rules: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Join the must-together rules that share a manager."""
    blocks: list[set[str]] = []
    for rule in rules:
        joined = set(rule)
        for block in [one for one in blocks if one & joined]:
            joined |= block
            blocks.remove(block)
        blocks.append(joined)
    return sorted(tuple(sorted(block)) for block in blocks)


def _across_stations(problem: GroupingProblem) -> list[Reason]:
    if problem.across_stations:
        return []
    station = dict(zip(problem.members, problem.stations, strict=True))
    reasons = [
        Reason("together-across-stations", block)
        for block in _blocks((*problem.together, *(one.members for one in problem.fixed)))
        if len({station[one] for one in block}) > 1
    ]
    reasons += [
        Reason("lock-across-stations", lock.members, {"group": lock.group})
        for lock in problem.locks
        if len({station[one] for one in lock.members}) > 1
    ]
    return reasons


def _locks_among_themselves(problem: GroupingProblem) -> list[Reason]:
    reasons = []
    for n, lock in enumerate(problem.locks):
        for other in problem.locks[n + 1 :]:
            both = tuple(sorted(set(lock.members) & set(other.members)))
            if both and set(lock.members) != set(other.members):
                reasons.append(Reason("locks-overlap", both, {"group": lock.group, "other": other.group}))
    return reasons


def _lock_breaks(problem: GroupingProblem, lock: Lock) -> list[Reason]:
    """Say which rules a locked group breaks."""
    at = problem.positions(set(lock.members))
    alone = Candidates(at.astype(np.int32)[None, :], np.array([len(at)]))
    values: dict[str, object] = {"group": lock.group, "count": len(at)}
    reasons = []
    if not problem.min_size <= len(at) <= problem.max_size:
        sizes = {"minimum": problem.min_size, "maximum": problem.max_size}
        reasons.append(Reason("lock-size", lock.members, values | sizes))
    if len(_components(problem.adjacency[np.ix_(at, at)])) > 1:
        reasons.append(Reason("lock-not-connected", lock.members, values))
    if problem.qualifications_known and not qualified(problem, alone)[0]:
        reasons.append(Reason("lock-unqualified", lock.members, values))
    if problem.hard_pair_minutes and longest_pair(problem, alone)[0] > problem.max_pair_minutes:
        reasons.append(Reason("lock-too-far", lock.members, values | {"limit": problem.max_pair_minutes}))
    for block in _blocks(problem.must_share()):
        outside = tuple(one for one in block if one not in lock.members)
        if outside and len(outside) < len(block):
            reasons.append(Reason("lock-parts-together", block, values))
    for rule in problem.apart:
        inside = tuple(one for one in sorted(set(rule)) if one in lock.members)
        if len(inside) > 1:
            reasons.append(Reason("lock-holds-apart", inside, values))
    leading = tuple(one for one in sorted(set(problem.fixed_leaders)) if one in lock.members)
    if len(leading) > 1:
        reasons.append(Reason("lock-holds-leaders", leading, values))
    for town in problem.towns:
        own = set(lock.members) & set(town.members)
        if not problem.in_one_group(town) and own and own != set(lock.members):
            strangers = tuple(one for one in lock.members if one not in own)
            reasons.append(Reason("lock-mixes-town", strangers, values | {"town": town.name}))
    return reasons


def _leaders(problem: GroupingProblem) -> list[Reason]:
    """Find persons who are to lead but may not."""
    if not problem.qualifications_known:
        return []
    at = problem.positions(set(problem.fixed_leaders))
    return [Reason("leader-unqualified", (problem.members[n],)) for n in at if not problem.leaders[n]]


def _fixed(problem: GroupingProblem) -> list[Reason]:
    """Find blocks that hold managers fixed to different groups."""
    reasons = []
    for block in _blocks((*problem.must_share(), *(lock.members for lock in problem.locks))):
        own = [one for one in problem.fixed if set(one.members) <= set(block)]
        if len(own) > 1:
            both = tuple(sorted({*own[0].members, *own[1].members}))
            reasons.append(Reason("fixed-in-two", both, {"group": own[0].group, "other": own[1].group}))
    return reasons


def _large_towns(problem: GroupingProblem) -> list[Reason]:
    """Find towns that must be a union of groups and cannot."""
    reasons = []
    for town in problem.towns:
        if problem.in_one_group(town):
            continue
        own = tuple(sorted(set(town.members)))
        values: dict[str, object] = {"town": town.name, **_sizes(problem, len(own))}
        if not coverable(len(own), problem.min_size, problem.max_size):
            reasons.append(Reason("town-cannot-be-covered", own, values))
        for block in _blocks(problem.must_share()):
            if set(block) & set(own) and not set(block) <= set(own):
                reasons.append(Reason("together-leaves-town", block, values))
    return reasons


# ------------------------------------------------------------------ plain causes


def _plain(problem: GroupingProblem) -> list[Reason]:
    """Find causes that each block every plan by themselves, the most basic ones first."""
    n = len(problem)
    if not coverable(n, problem.min_size, problem.max_size):
        return [Reason("sizes-cannot-cover", problem.members, _sizes(problem, n))]
    if lost := _out_of_reach(problem):
        return [Reason("manager-out-of-reach", lost, _sizes(problem, len(lost)))]
    parts = _components(problem.adjacency)
    reasons = [reason for part in parts for reason in _component(problem, part)]
    return reasons or _everyone_has_a_group(problem)


def _sizes(problem: GroupingProblem, count: int) -> dict[str, object]:
    return {"count": count, "minimum": problem.min_size, "maximum": problem.max_size}


def _out_of_reach(problem: GroupingProblem) -> tuple[str, ...]:
    """Find managers from whom no way to any other is known: the travel of a group with one has no price."""
    if problem.min_size < 2:
        return ()
    minutes = problem.pair_minutes
    known = np.isfinite(minutes).sum(axis=1) - np.isfinite(minutes.diagonal())
    return tuple(problem.members[n] for n in np.flatnonzero(known == 0))


def _component(problem: GroupingProblem, at: np.ndarray) -> list[Reason]:
    """Say why the managers `at`, who have no neighbours but each other, cannot be covered."""
    members = tuple(problem.members[n] for n in at)
    if len(at) == 1 and problem.min_size > 1:
        return [Reason("isolated-manager", members, _sizes(problem, 1))]
    if not coverable(len(at), problem.min_size, problem.max_size):
        return [Reason("island-of-managers", members, _sizes(problem, len(at)))]
    leading = tuple(one for one in members if one in problem.fixed_leaders)
    most = len(at) // problem.min_size
    if len(leading) > most:
        return [
            Reason("too-many-leaders", leading, {"leaders": len(leading), "count": len(at), "groups": most})
        ]
    if not problem.qualifications_known:
        return []
    return _too_few_qualified(problem, at, whole=len(at) == len(problem))


def _too_few_qualified(problem: GroupingProblem, at: np.ndarray, whole: bool) -> list[Reason]:
    needed = -(-len(at) // problem.max_size)
    members = () if whole else tuple(problem.members[n] for n in at)
    reasons = []
    leaders = tuple(problem.members[n] for n in at if problem.leaders[n])
    guards = tuple(problem.members[n] for n in at if problem.guards[n])
    if len(leaders) < needed:
        values = {"needed": needed, "leaders": len(leaders), "count": len(at)}
        reasons.append(Reason("too-few-leaders", leaders, values | {"among": members}))
    if len(guards) < 2 * needed:
        values = {"needed": 2 * needed, "guards": len(guards), "count": len(at), "groups": needed}
        reasons.append(Reason("too-few-guards", guards, values | {"among": members}))
    return reasons


def _everyone_has_a_group(problem: GroupingProblem) -> list[Reason]:
    """Find managers whom no possible group holds where one kind of rule alone is to blame."""
    listed = _listed(problem), _listed(without_rules(problem))
    if listed[0] is None or listed[1] is None:
        return []
    lonely, plain = _uncovered(problem, listed[0]), listed[1]
    if not len(lonely):
        return []
    by_code: dict[str, list[str]] = {}
    for n in lonely:
        of_his = plain.only((plain.members == n).any(axis=1))
        by_code.setdefault(_what_takes_away(problem, of_his), []).append(problem.members[n])
    values = {"minimum": problem.min_size, "maximum": problem.max_size, "limit": problem.max_pair_minutes}
    reasons = [Reason(code, tuple(own), values) for code, own in sorted(by_code.items()) if code]
    return reasons or _together_out_of_reach(problem, plain)


def _listed(problem: GroupingProblem) -> Candidates | None:
    """List the groups that keep the rules; None where they are too many."""
    try:
        return candidates(problem)
    except GridError as error:
        if error.code != "too-many-candidates":
            raise
        return None


def _uncovered(problem: GroupingProblem, found: Candidates) -> np.ndarray:
    return np.setdiff1d(np.arange(len(problem)), found.members)


def _what_takes_away(problem: GroupingProblem, of_his: Candidates) -> str:
    """Name the rule that takes away every group of a manager; empty where no single kind does."""
    if not len(of_his):
        return "manager-without-group"
    if problem.qualifications_known and not qualified(problem, of_his).any():
        return "manager-without-qualified-group"
    far = problem.hard_pair_minutes and not (longest_pair(problem, of_his) <= problem.max_pair_minutes).any()
    return "manager-without-near-group" if far else ""


def _together_out_of_reach(problem: GroupingProblem, plain: Candidates) -> list[Reason]:
    """Find managers who must share a group but whom no set of neighbours of the sizes holds."""
    values = {"minimum": problem.min_size, "maximum": problem.max_size}
    return [
        Reason("together-out-of-reach", block, values)
        for block in _blocks(problem.must_share())
        if not (np.isin(plain.members, problem.positions(block)).sum(axis=1) == len(block)).any()
    ]


def _components(adjacency: np.ndarray) -> list[np.ndarray]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    count, label = connected_components(csr_array(adjacency), directed=False)
    return [np.flatnonzero(label == one) for one in range(count)]
