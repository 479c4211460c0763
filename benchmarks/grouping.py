"""Mutual-aid groups: time to proof over growing sizes, and the same instances given to other programs."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from benchmarks.grouping_instances import Instance, invented
from benchmarks.grouping_peers import PEERS, Peer
from benchmarks.measuring import shown, table
from grid_model.grouping import Grouping, solve_grouping
from grid_model.grouping.candidates import longest_pair, qualified
from grid_model.grouping.connected import pieces
from grid_model.grouping.costs import costs
from grid_model.grouping.describe import as_candidates

SIZES = ((40, 3, 5), (100, 3, 5), (450, 3, 5), (2000, 3, 5))
LARGE = ((450, 2, 8),)
LIMIT_S = 120.0
"""Time limit of the largest sizes; the smaller ones run to proof."""
PEER_SIZES = (40, 100, 450)


def section(large: bool) -> str:
    """Measure everything and write the tables; `large` adds groups of up to eight among 450."""
    return "\n".join((_sizes((*SIZES, *LARGE) if large else SIZES), _peers(PEER_SIZES)))


# --------------------------------------------------------------------------- sizes


def _sizes(sizes: tuple[tuple[int, int, int], ...]) -> str:
    rows = []
    for count, smallest, largest in sizes:
        instance = invented(count, smallest, largest)
        limit = LIMIT_S if count > 1000 else None
        begun = time.perf_counter()
        found = solve_grouping(instance.problem, time_limit_s=limit)
        seconds = time.perf_counter() - begun
        rows.append(
            (
                f"{count:,}",
                f"{smallest}–{largest}",
                f"{found.candidates:,}",
                shown(seconds),
                found.status,
                f"{found.objective or 0.0:,.1f}",
                f"{found.bound or 0.0:,.1f}",
                f"{100 * (found.gap or 0.0):.2f} %",
            )
        )
    head = ("managers", "sizes", "groups looked at", "time", "status", "minutes", "bound", "gap")
    notes = (
        "One station each, invented managers, neighbours by Delaunay's triangles, some not qualified. "
        f"2 000 managers have a limit of {LIMIT_S:.0f} s, the others run to proof."
    )
    return table("Mutual-aid groups", head, rows, notes)


# --------------------------------------------------------------------------- peers


@dataclass(frozen=True)
class Judged:
    """A partition looked at by the rules of Taiqu."""

    groups: int
    wrong_size: int
    torn: int
    unqualified: int
    far: int
    cost: float

    @property
    def broken(self) -> int:
        """Rules broken: wrong sizes, groups that do not hang together, unqualified groups."""
        return self.wrong_size + self.torn + self.unqualified


def judged(instance: Instance, labels: np.ndarray) -> Judged:
    """Count the rules a partition breaks, and price it by the same objective."""
    problem = instance.problem
    groups = [np.flatnonzero(labels == one) for one in np.unique(labels)]
    found = as_candidates(problem, [[problem.members[n] for n in one] for one in groups])
    near = [np.flatnonzero(row).tolist() for row in problem.adjacency]
    return Judged(
        groups=len(groups),
        wrong_size=int(((found.sizes < problem.min_size) | (found.sizes > problem.max_size)).sum()),
        torn=sum(len(pieces(near, one.tolist())) > 1 for one in groups),
        unqualified=int((~qualified(problem, found)).sum()),
        far=int((longest_pair(problem, found) > problem.max_pair_minutes).sum()),
        cost=float(costs(problem, found).total.sum()),
    )


def labels_of(instance: Instance, grouping: Grouping) -> np.ndarray:
    """Number the groups of a grouping by member."""
    at = {one: n for n, one in enumerate(instance.problem.members)}
    labels = np.zeros(len(at), dtype=int)
    for number, group in enumerate(grouping.groups):
        labels[[at[one] for one in group.members]] = number
    return labels


def _peers(sizes: tuple[int, ...]) -> str:
    rows: list[tuple[str, ...]] = []
    missing: list[str] = []
    for count in sizes:
        instance = invented(count, 3, 5)
        begun = time.perf_counter()
        ours = labels_of(instance, solve_grouping(instance.problem))
        seconds = time.perf_counter() - begun
        best = judged(instance, ours)
        rows.append(_row(count, "Taiqu", best, seconds, best.cost))
        for peer in PEERS:
            rows += _peer_rows(instance, count, peer, best.cost, missing)
    head = (
        "managers",
        "program",
        "groups",
        "wrong size",
        "torn apart",
        "not qualified",
        "rules broken",
        "over 30 min",
        "minutes",
        "against Taiqu",
        "time",
    )
    notes = (
        "The same managers, neighbours and objective for all; sizes 3–5, as many groups as Taiqu's plan has "
        "where a number is asked for. None of the others knows qualifications or Taiqu's objective: they "
        "minimise differences of place (max-p, SKATER, Ward, k-means) or maximise modularity (Louvain, "
        "neighbours weighted by nearness). A group larger than allowed can be cheap: look at both."
    )
    if missing:
        notes += " Not here: " + "; ".join(sorted(set(missing))) + "."
    return table("Groups beside other programs", head, rows, notes)


def _peer_rows(
    instance: Instance, count: int, peer: Peer, best: float, missing: list[str]
) -> list[tuple[str, ...]]:
    if count > peer.most:
        missing.append(f"{peer.name} for {count} managers (more than {peer.most} take it too long)")
        return []
    begun = time.perf_counter()
    try:
        labels = peer.run(instance)
    except ImportError as error:
        missing.append(f"{peer.name} ({error.name} is not installed: pip install taiqu[bench])")
        return []
    return [_row(count, peer.name, judged(instance, labels), time.perf_counter() - begun, best)]


def _row(count: int, name: str, found: Judged, seconds: float, best: float) -> tuple[str, ...]:
    return (
        f"{count:,}",
        name,
        str(found.groups),
        str(found.wrong_size),
        str(found.torn),
        str(found.unqualified),
        str(found.broken),
        str(found.far),
        f"{found.cost:,.0f}",
        f"{100 * (found.cost / best - 1):+.1f} %",
        shown(seconds),
    )
