"""Build the 10 kV network: substations, poles, line segments, switches, ties, distribution transformers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from gis.sample.demand import Demand
from gis.sample.feeders import Feeder, Tie
from gis.sample.ledger import Ledger
from gis.sample.names import short
from gis.sample.plane import Plane
from gis.sample.roads import Roads
from grid_model.schema_network import PROTECTIVE_KINDS

SPAN_M = 62.0
SLOTS_M = (9.0, -9.0, 16.0, -16.0, 23.0, -23.0, 30.0, -30.0, 37.0, -37.0)
"""Distance of the first, second, … feeder beside the same road from its middle."""

JUMPER_M = 2.4
"""Distance between the two sides of a pole-mounted switch."""

NUMERALS = ("", "二", "三", "四", "五", "六", "七", "八", "九", "十")


@dataclass(frozen=True, slots=True)
class Pole:
    """Identifier and name of a pole."""

    id: str
    name: str


@dataclass(frozen=True)
class Site:
    """One distribution transformer as built.

    Parameters
    ----------
    area, feeder
        Number of the transformer area in the layout; identifier of the feeder.
    place, outward
        Ground-plane place of the transformer and the unit direction from the line to it.
    hv_node, lv_node
        Numbers of its nodes.
    """

    area: int
    feeder: str
    place: np.ndarray
    outward: np.ndarray
    hv_node: int
    lv_node: int


@dataclass
class MediumVoltage:
    """The 10 kV network of one station as it is built."""

    ledger: Ledger
    plane: Plane
    roads: Roads
    demand: Demand
    area_ids: Sequence[str]
    area_names: Sequence[str]
    villages: Sequence[str]
    budget_h: float | None = None
    """User-hours a month for each area that planned outages of its feeder may cost; None sets no budgets."""
    sites: list[Site] = field(default_factory=list)
    backups: dict[int, int] = field(default_factory=dict)
    """Second-supply node of a dedicated customer, by area."""
    _poles: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    _beside: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    _at: dict[int, list[int]] = field(default_factory=dict)
    joints: dict[tuple[int, int], int] = field(default_factory=dict)
    _places: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)
    _ids: list[str] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)
    _numbers: dict[int, int] = field(default_factory=dict)
    _tees: dict[tuple[int, int], Pole] = field(default_factory=dict)
    """The T-pole of each feeder at each point."""
    _switches: dict[int, int] = field(default_factory=dict)
    _named: dict[int, int] = field(default_factory=dict)
    _branches: dict[int, dict[str, int]] = field(default_factory=dict)
    section_switches: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    """Section switches of each feeder: the point behind, the identifier."""
    tie_switches: list[tuple[Tie, str]] = field(default_factory=list)

    # -- where things stand -------------------------------------------------------------------

    def _edge(self, a: int, b: int) -> tuple[np.ndarray, np.ndarray]:
        """Give the places of the poles between two points (from a to b) and the unit normals of the road."""
        low, high = min(a, b), max(a, b)
        if (low, high) not in self._poles:
            start, end = self.roads.points[low], self.roads.points[high]
            spans = max(2, int(np.ceil(np.hypot(*(end - start)) / SPAN_M)))
            share = np.arange(0, spans + 1)[:, None] / spans
            along = self.plane.bend(start + share * (end - start))
            way = along[2:] - along[:-2]
            normal = np.column_stack([-way[:, 1], way[:, 0]]) / np.hypot(*way.T)[:, None]
            self._poles[low, high] = along[1:-1], normal
        places, normal = self._poles[low, high]
        return (places, normal) if a == low else (places[::-1], normal[::-1])

    def _run(self, feeder: int, a: int, b: int) -> np.ndarray:
        """Give the poles of a feeder between two points, beside the road in the feeder's own lane."""
        lane = self._beside.setdefault((min(a, b), max(a, b)), [])
        if feeder not in lane:
            lane.append(feeder)
        places, normal = self._edge(a, b)
        return np.round(places + normal * SLOTS_M[lane.index(feeder) % len(SLOTS_M)], 3)

    def _place(self, feeder: int, point: int) -> np.ndarray:
        """Give where a feeder's T-pole stands at a point: each feeder to another side."""
        key = (feeder, point)
        if key not in self._places:
            lanes = self._at.setdefault(point, [])
            lanes.append(feeder)
            turn = len(lanes) - 1
            angle = self.direction(point) + turn * 2.4  # the golden angle: no two the same
            middle = self.plane.bend(self.roads.points[point][None])[0]
            self._places[key] = np.round(
                middle + (12.0 + 0.8 * turn) * np.array([np.cos(angle), np.sin(angle)]), 3
            )
        return self._places[key]

    def direction(self, point: int) -> float:
        """Give the direction of the widest gap between the roads at a point, radians."""
        mine = self.roads.edges[(self.roads.edges == point).any(axis=1)]
        others = np.where(mine[:, 0] == point, mine[:, 1], mine[:, 0])
        here = self.roads.points[point]
        way = self.roads.points[others] - here
        ahead = self.plane.bend(here + 30.0 * way / np.hypot(*way.T)[:, None]) - self.plane.bend(here[None])
        angles = np.sort(np.arctan2(ahead[:, 1], ahead[:, 0]))
        gaps = np.diff(np.append(angles, angles[0] + 2 * np.pi))
        widest = int(np.argmax(gaps))
        return float(angles[widest] + gaps[widest] / 2)

    # -- feeders ------------------------------------------------------------------------------

    def build(
        self,
        feeders: list[Feeder],
        ids: list[str],
        names: list[str],
        substations: dict[int, str],
        ties: list[Tie],
        second: list[Tie],
    ) -> None:
        """Build every feeder, then the ties and the second supplies."""
        self._ids, self._names = ids, names
        for number, feeder in enumerate(feeders):  # at its own areas a feeder stands nearest the transformer
            for point in sorted(feeder.own):
                self._place(number, point)
        busbars = {point: self._substation(point, code) for point, code in substations.items()}
        for number, feeder in enumerate(feeders):
            self._feeder(number, feeder, busbars[feeder.substation], substations[feeder.substation])
        for tie in ties:
            self._tie(tie)
        for one in second:
            self._second_supply(one)

    def _substation(self, point: int, code: str) -> int:
        place = self.plane.bend(self.roads.points[point][None])[0]
        self.ledger.row(
            "energy_sources",
            id=f"DY{code[-6:]}",
            name="10kV母线",
            node=(node := self.ledger.node(place, 10.0, "10kV母线")),
            substation=code,
        )
        return node

    def _feeder(self, number: int, feeder: Feeder, busbar: int, substation: str) -> None:
        ledger, name = self.ledger, self._names[number]
        middle = self.plane.bend(self.roads.points[feeder.substation][None])[0]
        self._numbers[number] = 0
        start = self._place(number, feeder.substation)
        trunk = name
        pole = self._pole(number, trunk, 1, start)
        self._tees[number, feeder.substation] = pole
        joint = ledger.node(start, 10.0, pole.name)
        self.joints[number, feeder.substation] = joint
        word = name[4:7] if name[4:7].isdigit() else "100"
        breaker = self._switch(
            number, "breaker", busbar, joint, (start + middle) / 2, f"{name}{word}开关", 630.0
        )
        ledger.row(
            "feeders",
            id=self._ids[number],
            name=name,
            substation=substation,
            head_switch=breaker,
            nominal_kv=10.0,
            limit_kva=float(np.ceil(sum(self._kva(one) for one in feeder.own) * 0.8 / 500) * 500),
            outage_budget=None if self.budget_h is None else 5.0 * round(len(feeder.own) * self.budget_h / 5),
        )
        state = {feeder.substation: (trunk, 1)}
        since = {feeder.substation: 0}
        step = max(4, round(len(feeder.own) / 3.4))
        for point in feeder.order():
            for child in feeder.children[point]:
                self._branch(number, feeder, point, child, state, since, step)

    def _branch(
        self,
        number: int,
        feeder: Feeder,
        point: int,
        child: int,
        state: dict[int, tuple[str, int]],
        since: dict[int, int],
        step: int,
    ) -> None:
        """Build the line from a kept point to the next one behind `child`, with its switch."""
        if point not in state:  # passed without a T-point: built from the kept point before it
            return
        way = [point, child]
        while child not in feeder.own and len(feeder.children[child]) == 1:
            child = feeder.children[child][0]
            way.append(child)
        main = feeder.children[point][0] == way[1]
        line, last = state[point]
        if not main:
            line, last = self._branch_name(number, child), 0
        kind = self._kind(number, feeder, point, way[1], main, since[point], step)
        since[child] = (0 if kind else since[point]) + (child in feeder.own)
        places = np.concatenate(
            [
                self._run(number, a, b)
                if b == way[-1]
                else np.concatenate([self._run(number, a, b), self._place(number, b)[None]])
                for a, b in pairwise(way)
            ]
        )
        end = self._place(number, child)
        poles = [self._pole(number, line, last + n + 1, place) for n, place in enumerate([*places, end])]
        node = self.ledger.node(end, 10.0, poles[-1].name)
        self._tees[number, child] = poles[-1]
        self.joints[number, child] = node
        state[child] = (line, last + len(poles))
        first, path = self.joints[number, point], [self._place(number, point), *places, end]
        if kind:
            first, path = self._switched(number, kind, first, path, self._tees[number, point], line)
            if main:
                self.section_switches.setdefault(number, []).append((way[1], self._last_switch(number)))
        self._line(number, first, node, path, f"{poles[0].name}-#{last + len(poles):03d}", main)
        if child in feeder.own:
            self._transformers(number, child, node, end)

    def _kind(
        self, number: int, feeder: Feeder, point: int, child: int, main: bool, since: int, step: int
    ) -> str:
        """Choose the switch at the head of a line: sections on the main line, fuses before small branches."""
        if point == feeder.substation:
            return ""
        behind = feeder.load[child]
        if main:
            return (
                ("load_break_switch", "breaker")[(number + since) % 3 == 0]
                if since >= step and behind >= 2
                else ""
            )
        if behind >= 5:
            return ("breaker", "load_break_switch")[(point + number) % 2]
        return "fuse" if behind >= 2 else ("disconnector" if (point + number) % 9 == 0 else "")

    def _branch_name(self, number: int, point: int) -> str:
        village = self.villages[min(point, len(self.villages) - 1)]
        used = self._branches.setdefault(number, {})
        turn = used[village] = used.get(village, -1) + 1
        more = NUMERALS[turn] if turn < len(NUMERALS) else f"{turn + 1}"
        return f"{self._names[number]}{short(village)}{more}支线"

    def _pole(self, number: int, line: str, order: int, place: np.ndarray) -> Pole:
        self._numbers[number] += 1
        pole = Pole(f"GT{self._ids[number][2:]}{self._numbers[number]:04d}", f"{line}#{order:03d}杆")
        self.ledger.row(
            "poles",
            id=pole.id,
            name=pole.name,
            number=f"{order:03d}",
            order_on_line=order,
            nominal_kv=10.0,
            feeder=self._ids[number],
            at=place,
        )
        return pole

    def _switch(
        self,
        number: int,
        kind: str,
        a: int,
        b: int,
        place: np.ndarray,
        name: str = "",
        rated_a: float = 630.0,
        pole: Pole | None = None,
        opened: bool = False,
    ) -> str:
        self._switches[number] = self._switches.get(number, 0) + 1
        if not name:
            turn = self._named[number] = self._named.get(number, 0) + 1
            name = f"{self._names[number]}{turn:03d}开关"
        code = self._last_switch(number)
        self.ledger.row(
            "switches",
            id=code,
            name=name,
            kind=kind,
            node_a=a,
            node_b=b,
            feeder=self._ids[number],
            normal_open=opened,
            open=opened,
            is_tie=opened,
            rated_a=rated_a,
            is_protective=kind in PROTECTIVE_KINDS,
            pole=pole.id if pole else None,
            at=np.round(place, 3),
        )
        return code

    def _last_switch(self, number: int) -> str:
        return f"KG{self._ids[number][2:]}{self._switches[number]:03d}"

    def _switched(
        self, number: int, kind: str, first: int, path: list[np.ndarray], pole: Pole, line: str
    ) -> tuple[int, list[np.ndarray]]:
        """Put a switch on the first pole of a line; the line then begins behind it."""
        way = path[1] - path[0]
        place = np.round(path[0] + way / np.hypot(*way) * JUMPER_M, 3)
        node = self.ledger.node(place, 10.0)
        name = f"{line}跌落式熔断器" if kind == "fuse" else ""
        self._switch(number, kind, first, node, (path[0] + place) / 2, name, 100.0 if name else 630.0, pole)
        return node, [place, *path[1:]]

    def _line(self, number: int, a: int, b: int, path: list[np.ndarray], name: str, main: bool) -> None:
        self.ledger.row(
            "ac_line_segments",
            id=f"XD{self.ledger.count('ac_line_segments') + 1:08d}",
            name=name,
            node_a=a,
            node_b=b,
            nominal_kv=10.0,
            construction="overhead",
            model="JKLYJ-10/150" if main else "JKLYJ-10/70",
            limit_a=400.0 if main else 250.0,
            feeder=self._ids[number],
            path=np.array(path),
        )

    # -- transformers -------------------------------------------------------------------------

    def _kva(self, point: int) -> float:
        area = self.roads.areas[point]
        return float(self.demand.kva[area] * self.demand.transformers[area])

    def _transformers(self, number: int, point: int, joint: int, pole: np.ndarray) -> None:
        area = int(self.roads.areas[point])
        angle = self.direction(point)
        outward = np.array([np.cos(angle), np.sin(angle)])
        beside = np.array([-outward[1], outward[0]])
        for n in range(int(self.demand.transformers[area])):
            place = pole + outward * 13.0 + beside * 14.0 * n
            self._transformer(number, point, area, n, joint, pole, place, outward)

    def _transformer(
        self,
        number: int,
        point: int,
        area: int,
        turn: int,
        joint: int,
        pole: np.ndarray,
        place: np.ndarray,
        outward: np.ndarray,
    ) -> None:
        ledger = self.ledger
        place = np.round(place, 3)
        way = (place - pole) / np.hypot(*(place - pole))
        below = np.round(pole + way * JUMPER_M, 3)
        dedicated, kva = bool(self.demand.dedicated[area]), float(self.demand.kva[area])
        fuse = ledger.node(below, 10.0)
        kind = "breaker" if dedicated and kva >= 400 else "fuse"
        title = self.area_names[area] + (f"{turn + 1}号变" if turn else "")
        name = f"{title}跌落式熔断器" if kind == "fuse" else ""
        tee = self._tees[number, point]
        self._switch(number, kind, joint, fuse, (pole + below) / 2, name, 100.0 if name else 400.0, tee)
        high = ledger.node(place, 10.0)
        self._line(number, fuse, high, [below, place], f"{title}引下线", False)
        low = ledger.node(np.round(place + outward * 2.0, 3), 0.4)
        ledger.row(
            "power_transformers",
            id=f"PD_39050000_{10001 + ledger.count('power_transformers')}",
            name=title,
            hv_node=high,
            lv_node=low,
            rated_kva=kva,
            usage="dedicated" if dedicated else "public",
            transformer_area=self.area_ids[area],
            feeder=self._ids[number],
            model=f"S{(11, 13, 20)[area % 3]}-M-{kva:.0f}/10",
            vector_group="Dyn11",
            pole=tee.id,
            at=place,
        )
        self.sites.append(Site(area, self._ids[number], place, outward, high, low))

    # -- ties and second supplies -------------------------------------------------------------

    def _tie(self, tie: Tie) -> None:
        path = [
            self._place(tie.feeder_a, tie.point_a),
            *self._run(tie.feeder_a, tie.point_a, tie.point_b),
            self._place(tie.feeder_b, tie.point_b),
        ]
        middle = len(path) // 2
        way = path[middle] - path[middle - 1]
        step = way / np.hypot(*way) * JUMPER_M / 2
        before, after = np.round(path[middle] - step, 3), np.round(path[middle] + step, 3)
        line = self._branch_name(tie.feeder_a, tie.point_b).removesuffix("支线") + "联络支线"
        poles = [self._pole(tie.feeder_a, line, n + 1, place) for n, place in enumerate(path[1:-1])]
        nodes = self.ledger.nodes(np.array([before, after]), 10.0, [poles[middle - 1].name] * 2)
        self._line(
            tie.feeder_a,
            self.joints[tie.feeder_a, tie.point_a],
            int(nodes[0]),
            [*path[:middle], before],
            f"{poles[0].name}-#{middle:03d}",
            True,
        )
        self._line(
            tie.feeder_b,
            int(nodes[1]),
            self.joints[tie.feeder_b, tie.point_b],
            [after, *path[middle + 1 :]],
            f"{poles[middle - 1].name}-#{len(poles):03d}",
            True,
        )
        code = self._switch(
            tie.feeder_a,
            "load_break_switch",
            int(nodes[0]),
            int(nodes[1]),
            path[middle],
            pole=poles[middle - 1],
            opened=True,
        )
        self.tie_switches.append((tie, code))

    def transfer(self, feeders: list[Feeder]) -> tuple[str, str] | None:
        """Find a section that its tie can feed: the switch to open and the tie to close."""
        for tie, code in self.tie_switches:
            for number, point in ((tie.feeder_a, tie.point_a), (tie.feeder_b, tie.point_b)):
                behind = feeders[number].way_back(point)
                for head, section in reversed(self.section_switches.get(number, [])):
                    if head in behind:
                        return section, code
        return None

    def _second_supply(self, one: Tie) -> None:
        """Lead a second feeder to a dedicated customer: metered at 10 kV, never joined to the first."""
        area = int(self.roads.areas[one.point_b])
        site = next(site for site in self.sites if site.area == area)
        end = np.round(site.place + np.array([site.outward[1], -site.outward[0]]) * 9.0, 3)
        path = [
            self._place(one.feeder_a, one.point_a),
            *self._run(one.feeder_a, one.point_a, one.point_b),
            end,
        ]
        line = self._branch_name(one.feeder_a, one.point_b).removesuffix("支线") + "备用支线"
        poles = [self._pole(one.feeder_a, line, n + 1, place) for n, place in enumerate(path[1:])]
        key = one.feeder_a, one.point_a
        first, path = self._switched(one.feeder_a, "breaker", self.joints[key], path, self._tees[key], line)
        node = self.ledger.node(end, 10.0, poles[-1].name)
        self._line(one.feeder_a, first, node, path, f"{poles[0].name}-#{len(poles):03d}", False)
        self.backups[area] = node
