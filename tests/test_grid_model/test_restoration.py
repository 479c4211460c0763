"""Restoring over several ties: the search finds what trying every order of operations finds."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import numpy as np
import pytest

from grid_model.errors import Cancelled
from grid_model.feedback import Feedback
from grid_model.project import Project
from grid_model.restoration_search import Restoration, Restorer
from grid_model.topology import SwitchState
from grid_model.tracing import Outage
from grid_model.wiring import Device
from tests.conftest import scaled
from tests.drawing import draw

MINUTES, HORIZON, DEMAND = 5.0, 110.0, 0.4


def switches(*names: str) -> list[Device]:
    return [Device("switches", one) for one in names]


def restored(project: Project, forbidden: tuple[str, ...] = (), **more: Any) -> tuple[Outage, Restoration]:
    """Open the head breaker q1, then restore; `forbidden` names nodes that must stay dead."""
    outage = Outage.of(project, SwitchState.NORMAL).with_opened(switches("q1"))
    nodes: list[int] = []
    if forbidden:
        nodes = project.table("connectivity_nodes").positions(list(forbidden)).tolist()
    banned = switches("q1")
    return outage, Restorer.of(outage, np.array(nodes, dtype=np.int64), banned, **more).best()


# ------------------------------------------------------------------ trying everything


class Everything:
    """Every order of single operations that takes nobody's supply, makes no loop and keeps the limits."""

    def __init__(self, project: Project, forbidden: frozenset[str]) -> None:
        self.forbidden = forbidden
        rows = project.frame("switches").to_dict("records")
        self.switches = {row["id"]: (row["node_a"], row["node_b"]) for row in rows}
        self.normal = {row["id"]: not row["normal_open"] for row in rows}
        self.lines = [
            (row["hv_node"], row["lv_node"]) for row in project.frame("power_transformers").to_dict("records")
        ]
        self.kva = {
            row["lv_node"]: row["rated_kva"] for row in project.frame("power_transformers").to_dict("records")
        }
        self.limits = {
            row["head_switch"]: row["limit_kva"]
            for row in project.frame("feeders").to_dict("records")
            if row["limit_kva"] == row["limit_kva"]
        }
        self.usable = sorted(one for one in self.switches if one[0] != "q")

    def fed(self, closed: frozenset[str]) -> dict[str, str] | None:
        """Which feeder each node hangs on; None where two meet or a loop was made."""
        near: dict[str, list[tuple[str, str]]] = {}
        ways = [(one, *self.switches[one]) for one in closed] + [
            (f"line{n}", a, b) for n, (a, b) in enumerate(self.lines)
        ]
        for name, a, b in ways:
            near.setdefault(a, []).append((name, b))
            near.setdefault(b, []).append((name, a))
        found: dict[str, str] = {}
        for head in sorted(one for one in closed if one[0] == "q"):
            front = [(head, self.switches[head][1])]
            found[self.switches[head][0]] = head
            while front:
                over, node = front.pop()
                if node in found:
                    return None
                found[node] = head
                front += [(name, to) for name, to in near.get(node, ()) if name != over]
        return found

    def allowed(self, closed: frozenset[str], before: dict[str, str]) -> dict[str, str] | None:
        now = self.fed(closed)
        if now is None or not set(before) <= set(now) or self.forbidden & set(now):
            return None
        for head, limit in self.limits.items():
            load = sum(kva for node, kva in self.kva.items() if now.get(node) == head)
            if DEMAND * load > limit + 1e-9:
                return None
        return now

    def best(self) -> float:
        start = frozenset(one for one, is_closed in self.normal.items() if is_closed and one != "q1")
        users = sorted(self.kva)

        @cache
        def least(closed: frozenset[str], done: int) -> float:
            before = self.fed(closed)
            assert before is not None
            waiting = sum(node not in before for node in users)
            found = waiting * HORIZON
            if done * MINUTES >= HORIZON or done > 7 or not waiting:
                return found
            for one in self.usable:
                following = closed ^ {one}
                now = self.allowed(following, before)
                if now is not None:
                    gained = sum(node in now and node not in before for node in users)
                    found = min(found, gained * done * MINUTES + least(following, done + 1))
            return found

        return least(start, 0)


def dead_feeder(dice: random.Random) -> Project:
    """A feeder behind q1 with a few sections, and one to three others that can help."""
    nodes = [f"n{n}" for n in range(dice.randint(2, 5))]
    branches = ["s1 q1 n0"]
    branches += [f"{nodes[dice.randrange(n)]} k{n} {nodes[n]}" for n in range(1, len(nodes))]
    helpers = range(2, dice.choice((3, 4, 4)) + 1)
    branches += [f"s{n} q{n} h{n}" for n in helpers]
    branches += [
        f"h{dice.choice(list(helpers))} !tie{n} {dice.choice(nodes)}" for n in range(dice.randint(1, 3))
    ]
    if len(nodes) > 2 and dice.random() < 0.5:
        a, b = dice.sample(nodes, 2)
        branches.append(f"{a} !ties {b}")
    sizes, areas = {}, {}
    for n, node in enumerate(nodes):
        for m in range(dice.choice((0, 1, 1, 2, 3))):
            name = f"t{n}_{m}"
            branches.append(f"{node} {name} v{n}_{m}")
            areas[f"T{n}_{m}"] = name
            sizes[name] = {"rated_kva": float(dice.choice((50, 100, 200)))}
    limits = {
        f"F{n}": {
            "name": f"F{n}",
            "head_switch": f"q{n}",
            "limit_kva": dice.choice((None, 40.0, 80.0, 120.0, 400.0)),
        }
        for n in helpers
    }
    return draw(
        *branches,
        sources=["s1", *(f"s{n}" for n in helpers)],
        areas=areas,
        rows={"feeders": limits, "power_transformers": sizes},
    )


@pytest.mark.parametrize("seed", range(scaled(30, 1500)))
def test_the_search_finds_what_trying_everything_finds(seed: int) -> None:
    dice = random.Random(seed)
    project = dead_feeder(dice)
    forbidden = tuple(dice.sample(["n0", "n1"], dice.choice((0, 0, 1))))
    outage, found = restored(project, forbidden)
    assert found.method == "exact"
    assert found.user_minutes == pytest.approx(Everything(project, frozenset(forbidden)).best())
    for operation in found.operations:
        act = outage.with_opened if operation.action == "open" else outage.with_closed
        outage = act([operation.device])
    assert outage.counts.mv_users == found.left
    assert not outage.loops


# ------------------------------------------------------------------ rules, one by one


def two_ties(limit_2: float | None, limit_3: float | None) -> Project:
    """s1 –q1– a –k1– b, each with 200 kVA; tie2 at a from F2, tie3 at b from F3."""
    feeders = {
        "F2": {"name": "F2", "head_switch": "q2", "limit_kva": limit_2},
        "F3": {"name": "F3", "head_switch": "q3", "limit_kva": limit_3},
    }
    sizes = {"t1": {"rated_kva": 200.0}, "t2": {"rated_kva": 200.0}}
    return draw(
        "s1 q1 a", "a k1 b", "a t1 x", "b t2 y", "s2 q2 c", "c !tie2 a", "s3 q3 d", "d !tie3 b",
        sources=["s1", "s2", "s3"], areas={"A": "t1", "B": "t2"},
        rows={"feeders": feeders, "power_transformers": sizes},
    )  # fmt: skip


def operations(found: Restoration) -> list[str]:
    return [f"{one.action} {one.device.id}" for one in found.operations]


def test_one_tie_is_enough_where_it_can_take_everything() -> None:
    _outage, found = restored(two_ties(160.0, 500.0))
    assert operations(found) == ["close tie3"]
    assert [(one.switch.id, one.check, one.margin_kva) for one in found.ties] == [("tie3", "fits", 340.0)]


def test_the_dead_part_is_split_where_no_tie_can_take_it_whole() -> None:
    _outage, found = restored(two_ties(100.0, 100.0))
    assert operations(found) == ["open k1", "close tie2", "close tie3"]
    assert (found.users, found.left, found.user_minutes) == (2, 0, 1 * 5.0 + 1 * 10.0)


def test_a_known_limit_is_taken_before_an_unknown_one() -> None:
    _outage, found = restored(two_ties(None, 500.0))
    assert operations(found) == ["close tie3"]
    _outage, found = restored(two_ties(None, None))
    assert [one.check for one in found.ties] == ["unchecked"]


def test_what_fits_nowhere_waits_for_the_repair() -> None:
    _outage, found = restored(two_ties(10.0, 20.0))
    assert (operations(found), found.users, found.left) == ([], 0, 2)
    assert found.user_minutes == 2 * HORIZON


def test_an_earthed_part_is_parted_before_the_rest_comes_back() -> None:
    _outage, found = restored(two_ties(500.0, 500.0), ("a",))
    assert operations(found) == ["open k1", "close tie3"]


def test_a_search_cut_short_says_that_it_is_a_heuristic_one() -> None:
    _outage, found = restored(two_ties(100.0, 100.0), limit=2)
    assert found.method == "heuristic"
    assert found.users >= 1


def test_only_the_ties_that_are_named_are_closed() -> None:
    _outage, found = restored(two_ties(500.0, 500.0), only=switches("tie2"))
    assert operations(found) == ["close tie2"]


def test_lv_customers_can_be_what_counts() -> None:
    project = draw(
        "s1 q1 z", "z k1 a", "z k2 b", "a t1 x", "b t2 y", "b t3 w", "s2 q2 c", "c !tie2 a", "c !tie3 b",
        sources=["s1", "s2"], areas={"A": "t1", "B": "t2", "C": "t3"},
        points={f"u{n}": "x" for n in range(5)} | {"v": "y", "w": "w"},
        rows={"feeders": {"F2": {"name": "F2", "head_switch": "q2", "limit_kva": 90.0}}},
    )  # fmt: skip
    project = project.edit().project
    _outage, by_areas = restored(project)
    assert [one.switch.id for one in by_areas.ties] == ["tie3"]
    _outage, by_customers = restored(project, count="lv")
    assert [one.switch.id for one in by_customers.ties] == ["tie2"]


def test_a_search_can_be_stopped() -> None:
    ties = [f"h !tie{n} n{n}" for n in range(12)]
    parts = [text for n in range(12) for text in (f"s1 q{n + 10} n{n}", f"n{n} t{n} v{n}")]
    limits = {"F": {"name": "F", "head_switch": "q2", "limit_kva": 250.0}}
    project = draw(
        "s2 q2 h", *parts, *ties, sources=["s1", "s2"], areas={f"T{n}": f"t{n}" for n in range(12)},
        rows={"feeders": limits},
    )  # fmt: skip
    heads = switches(*(f"q{n + 10}" for n in range(12)))
    outage = Outage.of(project, SwitchState.NORMAL).with_opened(heads)
    found = Restorer.of(outage, np.array([], dtype=np.int64), heads, limit=120).best()
    assert (found.method, found.users) == ("heuristic", 6)
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        Restorer.of(outage, np.array([], dtype=np.int64), heads).best(feedback)
