"""Restore over several ties at the price of the fewest user-hours: a small exact search.

What is dead and healthy is cut into *blocks* at its section switches. A move closes one tie into a set of
blocks, after opening the section switches that part it from the rest; so the network stays radial and no
tie or feeder takes more than its known limit. Moves follow one another, an operation takes its time (the
setting ``outage.operation_minutes``), and whoever is not brought back waits for the repair. The search
tries every such order, leaving out what cannot be better than what it has. Where there are too many, the
best found so far is given and called a heuristic one. A part that has supply again is not moved again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from grid_model.customers import SupplyPoints
from grid_model.feedback import SILENT, Feedback
from grid_model.restoration import Limits, candidate_ties, operable_branches
from grid_model.settings import setting, whole
from grid_model.wiring import BranchKind, Device

if TYPE_CHECKING:
    from grid_model.tracing import Outage

EPSILON = 1e-9
SLIGHT = 1e-7
"""What a customer at low voltage weighs where MV users count: among plans equal for these, fewer are left."""
POLISH = 300
"""States looked at for a plan that is as quick and has fewer operations or more margin."""
SETS_LIMIT = 4_000
"""Sets of blocks tried behind one tie before the search is called a heuristic one."""


@dataclass(frozen=True)
class Operation:
    """One switch that is opened or closed (``open``, ``close``)."""

    action: str
    device: Device


@dataclass(frozen=True)
class TieUse:
    """What one tie takes over.

    Parameters
    ----------
    kva
        Rated power of the transformers it brings back.
    users
        Users it brings back, counted as the search counts.
    check
        ``fits``, or ``unchecked`` where no limit is known.
    margin_kva
        What is left of the tightest known limit when everything is done.
    """

    switch: Device
    kva: float
    users: int
    check: str
    margin_kva: float | None


@dataclass(frozen=True)
class Restoration:
    """How the healthy rest is brought back.

    Parameters
    ----------
    operations
        In their order: section switches that open, ties that close.
    ties
        What each tie takes, in the order they close.
    method
        ``exact``, or ``heuristic`` where there were too many combinations to try them all.
    tried
        States the search looked at.
    users, left
        Users brought back, and users who must wait for the repair; ``mv`` or ``lv`` users as `count` says.
    user_minutes
        User-minutes from the first operation to the repair, those of the users left included.
    """

    operations: tuple[Operation, ...]
    ties: tuple[TieUse, ...]
    method: str
    tried: int
    users: int
    left: int
    user_minutes: float
    count: str = "mv"


@dataclass(frozen=True)
class _Move:
    """Close `tie` into `blocks` after opening `opens`."""

    tie: int
    blocks: frozenset[int]
    opens: tuple[int, ...]
    kva: float
    uses: tuple[int, ...]


@dataclass(frozen=True)
class _State:
    """What has been done so far; `cost` counts only users who are back."""

    live: frozenset[int] = frozenset()
    opened: frozenset[int] = frozenset()
    moves: tuple[_Move, ...] = ()
    taken: tuple[float, ...] = ()
    resources: tuple[tuple[int, tuple[int, ...]], ...] = ()
    operations: int = 0
    cost: float = 0.0


@dataclass(eq=False)
class Restorer:
    """The dead part as blocks, the switches between them, and who is in them.

    Parameters
    ----------
    block
        Block of each node, −1 for nodes with supply.
    joins
        Closed section switches between two blocks: branch, block, block.
    ties
        Open switches that may close: branch, block, block; −1 is the live network.
    users
        For each set of blocks in which a user could come back, how much these users weigh together.
    room
        What each resource (a tie's branch, or −2 − the feeder's first switch) can still take; only known
        ones.
    """

    outage: Outage
    block: np.ndarray
    kva: np.ndarray
    barred: frozenset[int]
    joins: tuple[tuple[int, int, int], ...]
    ties: tuple[tuple[int, int, int], ...]
    users: dict[frozenset[int], float]
    room: dict[int, float]
    feeder: dict[int, int]
    demand: float
    minutes: float
    horizon: float
    limit: int
    count: str
    tried: int = 0
    complete: bool = True
    _neighbours: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    _seen: dict[tuple[frozenset[Any], frozenset[int]], list[tuple[int, float]]] = field(default_factory=dict)
    _best: tuple[tuple[object, ...], _State] | None = None

    @classmethod
    def of(
        cls,
        outage: Outage,
        forbidden: np.ndarray,
        banned: Collection[Device] = (),
        inoperable: Collection[str] = (),
        *,
        only: Collection[Device] | None = None,
        count: str = "mv",
        horizon: float | None = None,
        operation_minutes: float | None = None,
        limit: int | None = None,
    ) -> Restorer:
        """Cut what is dead into blocks.

        Parameters
        ----------
        forbidden
            Nodes that must not come under voltage.
        banned
            Switches that must stay open.
        only
            The ties to choose from; all where not given.
        count
            ``mv`` or ``lv``: whose hours are to be few.
        horizon
            Minutes from the first operation to the repair; by the settings where not given.
        operation_minutes
            Minutes one operation takes; by the settings where not given.
        limit
            States to try before the best found is given as it is.
        """
        project, now, before = outage.project, outage.after_topology, outage.before
        wiring, consumers = now.wiring, outage.consumers
        operable = operable_branches(project, now, inoperable)
        splits = operable & section_switches(outage) & now.closed & wiring.can_conduct
        block, blocks = _blocks(outage, splits)
        branches = np.flatnonzero(splits)
        ends = np.sort(np.stack([block[wiring.a[branches]], block[wiring.b[branches]]]), axis=0)
        part = (ends[0] >= 0) & (ends[0] != ends[1])
        joins = [(int(at), int(a), int(b)) for at, a, b in zip(branches[part], *ends[:, part], strict=True)]
        found = candidate_ties(project, now, before, banned, inoperable)
        if only is not None:
            allowed = {int(at) for one in only for at in wiring.branches(one)}
            found = found[np.isin(found, list(allowed))]
        live = now.supplied
        ties = []
        for at in found:
            a, b = int(wiring.a[at]), int(wiring.b[at])
            sides = (-1 if live[a] else int(block[a]), -1 if live[b] else int(block[b]))
            if sides[0] != sides[1]:
                ties.append((int(at), *sides))
        limits = Limits(project, now, consumers)
        room, feeder = {}, {}
        for at, _a, _b in ties:
            own = limits.of_tie(at)
            if own is not None:
                room[at] = own
            for end in (int(wiring.a[at]), int(wiring.b[at])):
                if live[end]:
                    key = -2 - limits.feeder_of(end)
                    feeder[at] = key
                    free = limits.of_feeder(limits.feeder_of(end))
                    if free is not None:
                        room[key] = free
        kva = np.zeros(blocks)
        transformers = consumers.transformers
        at_blocks = block[transformers.nodes]
        inside = at_blocks >= 0
        np.add.at(kva, at_blocks[inside], consumers.rated_kva[transformers.owner[inside]])
        waits = float(
            setting(project, "outage.repair_minutes") - setting(project, "outage.restoration_minutes")
        )
        restorer = cls(
            outage, block, kva,
            frozenset(int(one) for one in np.unique(block[forbidden]) if one >= 0),
            tuple(joins), tuple(ties), _users(outage, block, count), room, feeder, limits.demand,
            float(setting(project, "outage.operation_minutes"))
            if operation_minutes is None
            else operation_minutes,
            max(waits, 0.0) if horizon is None else horizon,
            whole(project, "outage.search_limit") if limit is None else limit, count,
        )  # fmt: skip
        for at, a, b in joins:
            restorer._neighbours.setdefault(a, []).append((b, at))
            restorer._neighbours.setdefault(b, []).append((a, at))
        return restorer

    @cached_property
    def _joined(self) -> tuple[int, ...]:
        """Blocks beside a section switch or a tie; nothing else can come back."""
        beside = {block for _at, a, b in (*self.joins, *self.ties) for block in (a, b) if block >= 0}
        return tuple(sorted(beside))

    # ------------------------------------------------------------------ the search

    def best(self, feedback: Feedback = SILENT) -> Restoration:
        """Find what loses the fewest user-minutes; among equals the fewest operations, then known limits."""
        self._explore(_State(), feedback)
        state = _State() if self._best is None else self._best[1]
        return self._told(state)

    def _explore(self, first: _State, feedback: Feedback) -> None:
        """Depth first, most promising moves first, without recursion."""
        stack = [first]
        while stack:
            if self.tried >= self.limit:
                self.complete = False
                return
            state = stack.pop()
            if self._known_better(state):
                continue
            self.tried += 1
            if not self.tried % 50:
                feedback.report(self.tried / self.limit)
            self._consider(state)
            spare = EPSILON if self.tried <= POLISH else -EPSILON
            if self._bound(state) > self._best_cost() + spare:
                continue
            following = [self._after(state, move) for move in self._moves(state)]
            following.sort(key=self._promise, reverse=True)
            stack.extend(following)

    def _promise(self, state: _State) -> tuple[float, int, bool, float, tuple[int, ...]]:
        """Most users for each operation first; of equals those within a known limit, then more margin."""
        last = state.moves[-1]
        gained = self._waiting(state.live - last.blocks) - self._waiting(state.live)
        operations = 1 + len(last.opens)
        taken = dict(zip(self.room, state.taken, strict=True))
        known = [self.room[one] - taken[one] for one in last.uses if one in self.room]
        names = tuple(move.tie for move in state.moves)
        return -gained / operations, operations, not known, -min(known, default=0.0), names

    def _known_better(self, state: _State) -> bool:
        """Whether the same parts were fed the same way before, as soon and at no higher price."""
        known = self._seen.setdefault((frozenset(state.resources), state.opened), [])
        if any(one[0] <= state.operations and one[1] <= state.cost + EPSILON for one in known):
            return True
        known.append((state.operations, state.cost))
        return False

    def _waiting(self, live: frozenset[int]) -> float:
        return sum(users for blocks, users in self.users.items() if not blocks & live)

    def _counted(self, live: frozenset[int]) -> int:
        """Users who wait, without the slight weight of the others."""
        return sum(int(users + EPSILON) for blocks, users in self.users.items() if not blocks & live)

    def _total(self, state: _State) -> float:
        return state.cost + self._waiting(state.live) * self.horizon

    @cached_property
    def _groups(self) -> tuple[tuple[frozenset[int], float, int], ...]:
        """Who could come back: blocks, weight, and the piece they lie in; −1 where in several.

        A *piece* is what hangs together over closed section switches.
        """
        piece = self._pieces
        found = []
        for blocks, weight in self.users.items():
            own = {piece[one] for one in blocks if one in self._within_reach}
            if own:
                found.append((blocks, weight, own.pop() if len(own) == 1 else -1))
        return tuple(found)

    @cached_property
    def _pieces(self) -> dict[int, int]:
        """The piece of every block that stands beside a section switch or a tie."""
        found: dict[int, int] = {}
        for block in self._joined:
            if block not in found:
                found |= dict.fromkeys(self._reach(_State(), block), block)
        return found

    @cached_property
    def _within_reach(self) -> frozenset[int]:
        """Blocks that could be fed over some ties, whatever their limits."""
        near: dict[int, list[int]] = {}
        for _at, a, b in (*self.joins, *self.ties):
            near.setdefault(a, []).append(b)
            near.setdefault(b, []).append(a)
        seen, front = {-1}, [-1]
        while front:
            for other in near.get(front.pop(), ()):
                if other not in seen and other not in self.barred:
                    seen.add(other)
                    front.append(other)
        return frozenset(seen - {-1})

    def _bound(self, state: _State) -> float:
        """What it costs at least: a move brings back users of one piece, and each takes an operation."""
        pieces: dict[int, float] = {}
        waiting = self._waiting(state.live)
        for blocks, weight, piece in self._groups:
            if not blocks & state.live:
                pieces[piece] = pieces.get(piece, 0.0) + weight
        reachable = sum(pieces.values())
        cost = state.cost + (waiting - reachable) * self.horizon
        cost += pieces.pop(-1, 0.0) * min(state.operations * self.minutes, self.horizon)
        for n, weight in enumerate(sorted(pieces.values(), reverse=True)):
            cost += weight * min((state.operations + n) * self.minutes, self.horizon)
        return cost

    def _best_cost(self) -> float:
        return float("inf") if self._best is None else float(self._best[0][0])  # type: ignore[arg-type]

    def _consider(self, state: _State) -> None:
        uses = self._uses(state)
        unchecked = sum(one.check == "unchecked" for one in uses)
        margin = min((one.margin_kva for one in uses if one.margin_kva is not None), default=0.0)
        names = tuple(move.tie for move in state.moves)
        key = (round(self._total(state), 8), state.operations, unchecked, -margin, names)
        if self._best is None or key < self._best[0]:
            self._best = (key, state)

    def _after(self, state: _State, move: _Move) -> _State:
        operations = state.operations + len(move.opens) + 1
        at = min((operations - 1) * self.minutes, self.horizon)
        live = state.live | move.blocks
        gained = self._waiting(state.live) - self._waiting(live)
        taken = dict(zip(self.room, state.taken or (0.0,) * len(self.room), strict=True))
        for resource in move.uses:
            if resource in taken:
                taken[resource] += self.demand * move.kva
        return _State(
            live,
            state.opened | frozenset(move.opens),
            (*state.moves, move),
            tuple(round(one, 6) for one in taken.values()),
            (*state.resources, *((one, move.uses) for one in sorted(move.blocks))),
            operations,
            state.cost + gained * at,
        )

    # ------------------------------------------------------------------ the moves

    def _moves(self, state: _State) -> Iterator[_Move]:
        behind = dict(state.resources)
        for at, a, b in self.ties:
            for near, far in ((a, b), (b, a)):
                if far < 0 or far in state.live or far in self.barred or at in state.opened:
                    continue
                uses: tuple[int, ...]
                if near == -1:
                    uses = (at, self.feeder[at])
                elif near in state.live:
                    uses = (at, *behind[near])
                else:
                    continue
                yield from self._moves_into(state, at, far, uses)

    def _moves_into(self, state: _State, tie: int, entry: int, uses: tuple[int, ...]) -> Iterator[_Move]:
        taken = dict(zip(self.room, state.taken or (0.0,) * len(self.room), strict=True))
        free = min((self.room[one] - taken[one] for one in uses if one in self.room), default=float("inf"))
        whole_part = self._reach(state, entry)
        barred = bool(whole_part & self.barred)
        waiting = [one for one in self._joined if one not in state.live and one not in self.barred]
        if not barred and self.demand * float(self.kva[waiting].sum()) <= free + EPSILON:
            # It could take everything that is dead: to part anything would only cost operations.
            sets: Iterator[frozenset[int]] = iter([whole_part])
        else:
            sets = self._sets(state, entry, free)
        for blocks in sets:
            kva = float(self.kva[sorted(blocks)].sum())
            opens = {
                at
                for one in blocks
                for other, at in self._neighbours.get(one, ())
                if other not in blocks and at not in state.opened
            }
            yield _Move(tie, blocks, tuple(sorted(opens)), kva, uses)

    def _reach(self, state: _State, entry: int) -> frozenset[int]:
        """Blocks joined with `entry` over section switches that are closed."""
        seen, front = {entry}, [entry]
        while front:
            for other, at in self._neighbours.get(front.pop(), ()):
                if other not in seen and at not in state.opened:
                    seen.add(other)
                    front.append(other)
        return frozenset(seen)

    def _sets(self, state: _State, entry: int, free: float) -> Iterator[frozenset[int]]:
        """Connected sets of blocks around `entry` that are allowed and fit, largest first."""
        if self.demand * float(self.kva[entry]) > free + EPSILON:
            return
        found = {frozenset([entry])}
        front = list(found)
        while front and len(found) < SETS_LIMIT:
            one = front.pop()
            load = float(self.kva[sorted(one)].sum())
            for block in sorted(one):
                for other, at in self._neighbours.get(block, ()):
                    if other in one or other in self.barred or at in state.opened:
                        continue
                    if self.demand * (load + float(self.kva[other])) > free + EPSILON:
                        continue
                    larger = one | {other}
                    if larger not in found:
                        found.add(larger)
                        front.append(larger)
        if front:
            self.complete = False
        yield from sorted(found, key=lambda one: (-len(one), sorted(one)))

    # ------------------------------------------------------------------ what is told

    def _uses(self, state: _State) -> list[TieUse]:
        wiring = self.outage.before.wiring
        taken = dict(zip(self.room, state.taken or (0.0,) * len(self.room), strict=True))
        live: frozenset[int] = frozenset()
        found = []
        for move in state.moves:
            gained = self._counted(live) - self._counted(live | move.blocks)
            live |= move.blocks
            known = [self.room[one] - taken[one] for one in move.uses if one in self.room]
            found.append(
                TieUse(
                    wiring.device(move.tie), move.kva, gained, "fits" if known else "unchecked",
                    round(min(known), 6) if known else None,
                )
            )  # fmt: skip
        return found

    def _user_minutes(self, state: _State) -> float:
        live: frozenset[int] = frozenset()
        operations, total = 0, 0.0
        for move in state.moves:
            operations += len(move.opens) + 1
            gained = self._counted(live) - self._counted(live | move.blocks)
            live |= move.blocks
            total += gained * min((operations - 1) * self.minutes, self.horizon)
        return total + self._counted(live) * self.horizon

    def _told(self, state: _State) -> Restoration:
        wiring = self.outage.before.wiring
        operations = [
            operation
            for move in state.moves
            for operation in (
                *(Operation("open", wiring.device(at)) for at in move.opens),
                Operation("close", wiring.device(move.tie)),
            )
        ]
        everybody, left = self._counted(frozenset()), self._counted(state.live)
        return Restoration(
            tuple(operations), tuple(self._uses(state)), "exact" if self.complete else "heuristic",
            self.tried, everybody - left, left, round(self._user_minutes(state), 6), self.count,
        )  # fmt: skip


def section_switches(outage: Outage) -> np.ndarray:
    """Tell which branches can part a dead piece: switches at medium voltage that are no fuses."""
    wiring = outage.before.wiring
    found = np.zeros(len(wiring.kind), dtype=bool)
    switches = outage.project.frame("switches")
    kv = outage.project.frame("connectivity_nodes")["nominal_kv"].to_numpy(dtype=float)
    kv = np.concatenate([kv, np.full(wiring.node_count - len(kv), np.nan)])
    own = np.flatnonzero(wiring.kind == BranchKind.SWITCH)
    low = (kv[wiring.a[own]] < 1.0) & (kv[wiring.b[own]] < 1.0)
    found[own] = (switches["kind"] != "fuse").to_numpy(dtype=bool) & ~low
    return found


def _blocks(outage: Outage, splits: np.ndarray) -> tuple[np.ndarray, int]:
    """Number the parts without supply that nothing in `splits` divides; −1 for nodes with supply."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    now, wiring = outage.after_topology, outage.before.wiring
    dead = np.flatnonzero(~now.supplied)
    number = np.full(wiring.node_count, -1, dtype=np.int64)
    number[dead] = np.arange(len(dead))
    joins = np.flatnonzero(now.closed & wiring.can_conduct & ~splits)
    joins = joins[(number[wiring.a[joins]] >= 0) & (number[wiring.b[joins]] >= 0)]
    graph = csr_matrix(
        (np.ones(len(joins)), (number[wiring.a[joins]], number[wiring.b[joins]])),
        shape=(len(dead), len(dead)),
    )
    count, label = connected_components(graph, directed=False) if len(dead) else (0, number[:0])
    block = np.full(wiring.node_count, -1, dtype=np.int64)
    block[dead] = label
    return block, int(count)


def _users(outage: Outage, block: np.ndarray, count: str) -> dict[frozenset[int], float]:
    """Group who is out by the blocks in which each could come back, and weigh them.

    Where MV users count, a customer at low voltage weighs next to nothing, yet not nothing.
    """
    consumers = outage.consumers
    customers, areas = outage.judged("customers").out, outage.judged("areas").out
    low = customers[consumers.lv_customers[customers]]
    groups: list[tuple[SupplyPoints, np.ndarray, float]] = [
        (consumers.customers, low, 1.0 if count == "lv" else SLIGHT)
    ]
    if count != "lv":
        groups += [
            (consumers.areas, areas[consumers.public_areas[areas]], 1.0),
            (consumers.customers, customers[consumers.mv_customers[customers]], 1.0),
        ]
    supplied_before = outage.before.supplied
    found: dict[frozenset[int], float] = {}
    for points, rows, weight in groups:
        nodes, owner = points.points_of(rows)
        had = supplied_before[nodes] & (block[nodes] >= 0)
        pairs = np.unique(np.stack([owner[had], block[nodes[had]]]), axis=1)
        for at in np.split(pairs[1], np.flatnonzero(np.diff(pairs[0])) + 1):
            key = frozenset(at.tolist())
            if key:
                found[key] = found.get(key, 0.0) + weight
    return found
