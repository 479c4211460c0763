"""Build the 0.4 kV network of the public areas: streets, low poles, branch boxes, meter boxes.

Streets start at the transformer, first along its roads, then across the gaps between them; side
streets leave every third pole. Poles stand only well inside the outline of their area and within the
supply radius, so that every box lies in its own area.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from gis.sample.demand import Demand
from gis.sample.ledger import Ledger, Paths
from gis.sample.medium_voltage import Site
from gis.sample.names import padded
from gis.sample.plane import Plane, generator
from gis.sample.roads import Cut, Lanes, Roads

ARMS = 4
ALONG = 11
SIDES = (1, 4, 7)
DEEP = 5
FIRST_M, BEYOND_M, STEP_M = 31.0, 64.0, 41.0
"""Where a street's first pole stands, where it does if the transformer stands in its way, and the next."""
SHORTEST_M, LONGEST_M = 31.0, 72.0
MARGIN_M = 26.0
"""How far poles keep from the outline of their area; a box stands at most 18 m from its pole."""
RADIUS_M = 455.0
APART_M = 36.0
BOXES_PER_POLE = 6
CUSTOMERS_PER_BOX = 2.22
LARGEST_BOX = 12
LETTERS = "甲乙丙丁"


@dataclass(frozen=True)
class Streets:
    """Places where low poles may stand, for each arm of each public site.

    Parameters
    ----------
    site
        Which site (row of the sites) each candidate belongs to.
    arm
        Number of its street at the transformer, 0..3.
    parent
        Candidate before it, −1 for the first of an arm.
    place
        Ground-plane place of the pole.
    middle, across
        Middle of the street there and unit direction across it.
    rank
        Lower is built first; always higher than the parent's.
    lane
        Number of its street, the same along a street.
    along
        Drawing-plane distance of its arm's place from the transformer.
    road
        Edge of the road graph the arm follows, −1 where it is a street of its own.
    point
        Point of the road graph at the transformer.
    """

    site: np.ndarray
    arm: np.ndarray
    parent: np.ndarray
    place: np.ndarray
    middle: np.ndarray
    across: np.ndarray
    rank: np.ndarray
    lane: np.ndarray
    along: np.ndarray
    road: np.ndarray
    point: np.ndarray


@dataclass(frozen=True)
class Poles:
    """The low poles built: like `Streets`, with parents renumbered, the node and the area of each."""

    site: np.ndarray
    area: np.ndarray
    arm: np.ndarray
    parent: np.ndarray
    place: np.ndarray
    across: np.ndarray
    node: np.ndarray


@dataclass(frozen=True)
class Boxes:
    """Meter boxes: area (in the layout), place, node, identifier, customers in each."""

    area: np.ndarray
    place: np.ndarray
    node: np.ndarray
    ids: np.ndarray
    customers: np.ndarray


@dataclass(frozen=True)
class LowVoltage:
    """What was built on the low-voltage side of a station."""

    boxes: Boxes
    poles: Poles
    lanes: Lanes


def build_low_voltage(
    ledger: Ledger,
    seed: int,
    station: int,
    plane: Plane,
    roads: Roads,
    demand: Demand,
    outlines: np.ndarray,
    sites: list[Site],
    area_ids: Sequence[str],
    area_names: Sequence[str],
) -> LowVoltage:
    """Build the low-voltage side of every public site of a station."""
    random = generator(seed, "low-voltage", station)
    public = [site for site in sites if not demand.dedicated[site.area]]
    area = np.array([site.area for site in public])
    streets = _streets(random, plane, roads, public, area)
    inside = _standing(streets, public, outlines)
    wanted = np.clip(np.round(0.21 * demand.customers[area] / demand.transformers[area]) + 3, 6, 70).astype(
        int
    )
    chosen = _chosen(streets, inside, wanted)
    outlets = _outlets(ledger, public, area_names, streets, chosen)
    poles = _write_poles(ledger, streets, chosen, public, outlets, demand, area_ids, area_names)
    boxes = _write_boxes(ledger, random, poles, public, demand, area_ids, area_names)
    return LowVoltage(boxes, poles, _lanes(plane, roads, streets, chosen))


def _lanes(plane: Plane, roads: Roads, streets: Streets, chosen: np.ndarray) -> Lanes:
    """Give the streets in use as lines, and where they leave the roads."""
    cuts: list[Cut] = []
    lines: list[np.ndarray] = []
    corners = np.unique(streets.parent[chosen][_turning_off(streets, chosen)])
    corner = np.zeros(len(streets.site), dtype=bool)
    corner[corners] = True
    for n in corners[streets.road[corners] >= 0].tolist():
        edge = int(streets.road[n])
        share = float(streets.along[n] / roads.length_m[edge])
        high = int(streets.point[n]) == int(roads.edges[edge, 1])
        cuts.append(Cut(edge, 1 - share if high else share, streets.middle[n]))
    starts = np.flatnonzero(np.diff(streets.lane[chosen], prepend=-1))
    for members in np.split(chosen, starts[1:]):
        first = int(members[0])
        if streets.lane[first] % 8 == 0 and streets.road[first] >= 0:
            continue  # this street is the road itself
        before = int(streets.parent[first])
        start = plane.bend(roads.points[streets.point[[first]]])[0] if before < 0 else streets.middle[before]
        line = np.concatenate([start[None], streets.middle[members]])
        inner = np.flatnonzero(corner[members]) + 1
        for low, high_end in pairwise([0, *inner[inner < len(line) - 1].tolist(), len(line) - 1]):
            lines.append(line[low : high_end + 1])
    return Lanes(cuts, lines)


def _turning_off(streets: Streets, chosen: np.ndarray) -> np.ndarray:
    """Mark the poles that are the first of a side street."""
    parent = streets.parent[chosen]
    first: np.ndarray = (parent >= 0) & (streets.lane[chosen] != streets.lane[np.maximum(parent, 0)])
    return first


def _turns(public: list[Site]) -> np.ndarray:
    """Number the transformers of each area: 0 for the first, 1 for a second beside it."""
    seen: dict[int, int] = {}
    turns = []
    for site in public:
        turns.append(seen.get(site.area, 0))
        seen[site.area] = turns[-1] + 1
    return np.array(turns)


def _arms(roads: Roads, point: int) -> tuple[list[float], list[int]]:
    """Give four directions and their roads: those that leave a point, then the middles of the widest gaps."""
    mine = np.flatnonzero((roads.edges == point).any(axis=1))
    others = roads.edges[mine].sum(axis=1) - point
    way = roads.points[others] - roads.points[point]
    sorted_roads = sorted(zip(np.arctan2(way[:, 1], way[:, 0]).tolist(), mine.tolist(), strict=True))[:ARMS]
    angles = [angle for angle, _ in sorted_roads]
    if len(angles) == 1:
        angles.append(angles[0] + np.pi)
    while len(angles) < ARMS:
        ordered = np.sort(np.mod(angles, 2 * np.pi))
        gaps = np.diff(np.append(ordered, ordered[0] + 2 * np.pi))
        widest = int(np.argmax(gaps))
        angles.append(float(ordered[widest] + gaps[widest] / 2))
    return angles, [edge for _, edge in sorted_roads] + [-1] * (ARMS - len(sorted_roads))


def _streets(
    random: np.random.Generator, plane: Plane, roads: Roads, public: list[Site], area: np.ndarray
) -> Streets:
    """Lay streets out on the drawing plane; a second transformer takes every other arm."""
    turn = _turns(public)
    point = np.searchsorted(roads.areas, area)
    arms = [_arms(roads, int(one)) for one in point]
    angle, road = np.array([one for one, _ in arms]), np.array([one for _, one in arms])
    count = len(area)
    along = np.arange(ALONG)
    arm_index = np.concatenate([along, np.tile(np.repeat(SIDES, DEEP), 2)])
    deep = np.concatenate([np.zeros(ALONG, int), np.tile(np.tile(np.arange(1, DEEP + 1), len(SIDES)), 2)])
    side = np.concatenate([np.zeros(ALONG), np.repeat([1.0, -1.0], len(SIDES) * DEEP)])
    each = len(arm_index)
    before = np.where(deep == 0, arm_index - 1, np.where(deep == 1, arm_index, np.arange(each) - 1))
    way = np.stack([np.cos(angle), np.sin(angle)], axis=-1)[:, :, None, :]
    stretch, turned = _bent_ways(plane, roads.points[point], way[:, :, 0, :])
    outward = np.array([np.arctan2(*site.outward[::-1]) for site in public])
    first = np.where(np.cos(turned - outward[:, None]) > 0.6, BEYOND_M, FIRST_M) / stretch
    step = STEP_M * random.uniform(0.9, 1.08, (count, ARMS, 1))
    far = first[..., None] + arm_index * step
    off = side * deep * step
    across = np.stack([-way[..., 1], way[..., 0]], axis=-1)
    curl = random.uniform(-1.0, 1.0, (count, ARMS, 1)) * 0.00035
    spot = (
        roads.points[point][:, None, None, :]
        + way * far[..., None]
        + across * (off + curl * far**2 * (deep > 0))[..., None]
    )
    place = plane.bend(spot.reshape(-1, 2))
    ahead = plane.bend((spot + np.where((deep == 0)[:, None], way, across) * 4.0).reshape(-1, 2)) - place
    normal = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.hypot(*ahead.T)[:, None]
    eager = random.uniform(0.8, 1.3, (count, ARMS, 1)) * np.array([1.0, 1.0, 1.25, 1.45])[None, :, None]
    shy = random.uniform(0.6, 1.9, (count, ARMS, 2 * len(SIDES)))
    street = np.concatenate([np.zeros(ALONG, int), np.repeat(np.arange(2 * len(SIDES)), DEEP)])
    rank = eager * (far + deep * STEP_M * shy[:, :, street]) + 1e-6 * np.arange(each)
    rank = (
        rank
        + np.where((np.arange(ARMS)[None, :] % 2 == turn[:, None]) | ~_paired(area)[:, None], 0.0, np.inf)[
            ..., None
        ]
    )
    lane = (
        np.where(deep == 0, 0, street + 1)[None, None, :]
        + 8 * (np.arange(count)[:, None] * ARMS + np.arange(ARMS)[None, :])[..., None]
    )
    base = (np.arange(count)[:, None] * ARMS + np.arange(ARMS)[None, :])[..., None] * each
    parent = np.where(before < 0, -1, base + before)
    shape = (count, ARMS, each)

    def flat(values: np.ndarray) -> np.ndarray:
        return np.broadcast_to(values, shape).reshape(-1)

    return Streets(
        site=flat(np.arange(count)[:, None, None]),
        arm=flat(np.arange(ARMS)[None, :, None]),
        parent=parent.reshape(-1),
        place=np.round(place + normal * 5.0, 3),
        middle=place,
        across=normal,
        rank=rank.reshape(-1),
        lane=flat(lane),
        along=flat(far),
        road=flat(road[..., None]),
        point=flat(point[:, None, None]),
    )


def _bent_ways(plane: Plane, start: np.ndarray, way: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give how much longer on the ground a way of 30 m is than on the drawing plane, and where it leads."""
    here = np.broadcast_to(start[:, None, :], way.shape)
    ahead = plane.bend((here + 30.0 * way).reshape(-1, 2)) - plane.bend(here.reshape(-1, 2))
    shape = way.shape[:2]
    return (np.hypot(*ahead.T) / 30.0).reshape(shape), np.arctan2(ahead[:, 1], ahead[:, 0]).reshape(shape)


def _paired(area: np.ndarray) -> np.ndarray:
    """Mark the sites that share their area with another one."""
    _, inverse, counts = np.unique(area, return_inverse=True, return_counts=True)
    paired: np.ndarray = counts[inverse] > 1
    return paired


def _standing(streets: Streets, public: list[Site], outlines: np.ndarray) -> np.ndarray:
    """Mark candidates inside their outline with a margin and within the supply radius."""
    area = np.array([site.area for site in public])
    numbers, index = np.unique(area, return_inverse=True)
    shrunk = shapely.buffer(outlines[numbers], -MARGIN_M, quad_segs=2)
    shapely.prepare(shrunk)
    home = np.array([site.place for site in public])[streets.site]
    away = np.hypot(*(streets.place - home).T)
    before = np.where(streets.parent[:, None] >= 0, streets.place[streets.parent], home)
    span = np.hypot(*(streets.place - before).T)
    standing: np.ndarray = np.isfinite(streets.rank) & (away < RADIUS_M) & (away > 26) & (span < LONGEST_M)
    standing &= (span > SHORTEST_M) | (streets.parent < 0)
    at = np.flatnonzero(standing)
    standing[at] = shapely.contains_xy(
        shrunk[index[streets.site[at]]], streets.place[at, 0], streets.place[at, 1]
    )
    return standing


def _connected(streets: Streets, alive: np.ndarray) -> np.ndarray:
    """Keep candidates whose whole way to the transformer is kept."""
    kept = alive.copy()
    while True:
        lost = kept & (streets.parent >= 0) & ~kept[streets.parent]
        if not lost.any():
            return kept
        kept[lost] = False


def _chosen(streets: Streets, inside: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Choose the poles to build: not on top of each other, nearest first, as many as wanted for each site."""
    from scipy.spatial import cKDTree

    alive = _connected(streets, inside)
    at = np.flatnonzero(alive)
    pairs = cKDTree(streets.place[at]).query_pairs(APART_M, output_type="ndarray")
    a, b = at[pairs[:, 0]], at[pairs[:, 1]]
    strangers = (streets.parent[a] != b) & (streets.parent[b] != a)
    a, b = a[strangers], b[strangers]
    first = np.where(streets.rank[a] < streets.rank[b], a, b)
    alive[a + b - first] = False
    alive = _connected(streets, alive)
    at = np.flatnonzero(alive)
    order = at[np.lexsort((streets.rank[at], streets.site[at]))]
    starts = np.searchsorted(streets.site[order], np.arange(len(wanted)))
    turn = np.arange(len(order)) - starts[streets.site[order]]
    return np.sort(order[turn < wanted[streets.site[order]]])


@dataclass(frozen=True)
class Outlets:
    """Node (count, 4) and place (count, 4, 2) of the outlet of each arm; node −1 where an arm is not used."""

    node: np.ndarray
    place: np.ndarray


def _outlets(
    ledger: Ledger, public: list[Site], area_names: Sequence[str], streets: Streets, chosen: np.ndarray
) -> Outlets:
    """Build behind each transformer the main switch, the busbar and one outlet switch for each arm in use."""
    count = len(public)
    titles = [
        area_names[site.area] + (f"{turn + 1}号变" if turn else "")
        for site, turn in zip(public, _turns(public).tolist(), strict=True)
    ]
    place = np.array([site.place for site in public])
    outward = np.array([site.outward for site in public])
    bus_place = np.round(place + outward * 4.4, 3)
    bus = ledger.nodes(bus_place, 0.4, [f"{title}低压母线" for title in titles])
    first = ledger.count("switches")
    ledger.rows(
        "switches",
        count,
        id=padded("KD", np.arange(first + 1, first + count + 1), 9),
        name=[f"{title}低压总开关" for title in titles],
        kind="breaker",
        node_a=np.array([site.lv_node for site in public]),
        node_b=bus,
        feeder=[site.feeder for site in public],
        rated_a=630.0,
        is_protective=True,
        at=np.round(place + outward * 3.2, 3),
    )
    used = np.zeros((count, ARMS), dtype=bool)
    used[streets.site[chosen], streets.arm[chosen]] = True
    site, arm = np.nonzero(used)
    turn = np.cumsum(used, axis=1)[site, arm] - 1
    angle = np.arctan2(outward[site, 1], outward[site, 0]) + np.radians(-105 + 70 * turn)
    spot = np.round(bus_place[site] + 2.4 * np.column_stack([np.cos(angle), np.sin(angle)]), 3)
    nodes = ledger.nodes(spot, 0.4, None)
    first = ledger.count("switches")
    ledger.rows(
        "switches",
        len(site),
        id=padded("KD", np.arange(first + 1, first + len(site) + 1), 9),
        name=[
            f"{area_names[public[s].area]}{LETTERS[a]}线开关"
            for s, a in zip(site.tolist(), arm.tolist(), strict=True)
        ],
        kind="breaker",
        node_a=bus[site],
        node_b=nodes,
        feeder=[public[s].feeder for s in site.tolist()],
        rated_a=250.0,
        is_protective=True,
        at=np.round((bus_place[site] + spot) / 2, 3),
    )
    outlets = Outlets(np.full((count, ARMS), -1), np.zeros((count, ARMS, 2)))
    outlets.node[site, arm] = nodes
    outlets.place[site, arm] = spot
    return outlets


def _write_poles(
    ledger: Ledger,
    streets: Streets,
    chosen: np.ndarray,
    public: list[Site],
    outlets: Outlets,
    demand: Demand,
    area_ids: Sequence[str],
    area_names: Sequence[str],
) -> Poles:
    """Write low poles, in towns branch boxes at the heads of the streets, and the lines between them."""
    number = np.full(len(streets.site), -1)
    number[chosen] = np.arange(len(chosen))
    site, arm, place = streets.site[chosen], streets.arm[chosen], streets.place[chosen]
    parent = np.where(streets.parent[chosen] >= 0, number[streets.parent[chosen]], -1)
    area = np.array([one.area for one in public])[site]
    street = site * ARMS + arm
    order = np.arange(len(chosen)) - np.searchsorted(street, street) + 1
    names = [
        f"{area_names[a]}{LETTERS[r]}线#{n:02d}杆"
        for a, r, n in zip(area.tolist(), arm.tolist(), order.tolist(), strict=True)
    ]
    node = ledger.nodes(place, 0.4, names)
    box = (parent < 0) & (demand.service[area] == "urban")
    _write_branch_boxes(ledger, box, node, place, area, arm, area_ids, area_names)
    poles = np.flatnonzero(~box)
    first = ledger.count("poles")
    feeders = np.array([one.feeder for one in public], dtype=object)
    ledger.rows(
        "poles",
        len(poles),
        id=padded("GD", np.arange(first + 1, first + len(poles) + 1), 9),
        name=[names[n] for n in poles.tolist()],
        number=[f"{n:02d}" for n in order[poles].tolist()],
        order_on_line=order[poles],
        nominal_kv=0.4,
        feeder=feeders[site[poles]],
        at=place[poles],
    )
    head = parent < 0
    start_node = np.where(head, outlets.node[site, arm], node[parent])
    start = np.where(head[:, None], outlets.place[site, arm], place[parent])
    _write_spans(ledger, names, start_node, node, start, place, box, feeders[site], area, area_ids)
    return Poles(site, area, arm, parent, place, streets.across[chosen], node)


def _write_branch_boxes(
    ledger: Ledger,
    box: np.ndarray,
    node: np.ndarray,
    place: np.ndarray,
    area: np.ndarray,
    arm: np.ndarray,
    area_ids: Sequence[str],
    area_names: Sequence[str],
) -> None:
    at = np.flatnonzero(box)
    first = ledger.count("junctions")
    ledger.rows(
        "junctions",
        len(at),
        id=padded("FZ", np.arange(first + 1, first + len(at) + 1), 9),
        name=[
            f"{area_names[a]}{LETTERS[r]}线分支箱"
            for a, r in zip(area[at].tolist(), arm[at].tolist(), strict=True)
        ],
        kind="branch_box",
        node=node[at],
        transformer_area=[area_ids[a] for a in area[at].tolist()],
        phases="ABC",
        at=place[at],
    )


def _write_spans(
    ledger: Ledger,
    names: Sequence[str],
    a: np.ndarray,
    b: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    cable: np.ndarray,
    feeders: np.ndarray,
    area: np.ndarray,
    area_ids: Sequence[str],
) -> None:
    first, count = ledger.count("ac_line_segments"), len(a)
    ledger.rows(
        "ac_line_segments",
        count,
        id=padded("XD", np.arange(first + 1, first + count + 1), 8),
        name=[name.replace("杆", "导线") for name in names],
        node_a=a,
        node_b=b,
        nominal_kv=0.4,
        construction=np.where(cable, "cable", "overhead").tolist(),
        model=np.where(cable, "YJV22-4×70", "BS-JKLYJ-4×50").tolist(),
        limit_a=np.where(cable, 200.0, 160.0),
        feeder=feeders,
        transformer_area=[area_ids[n] for n in area.tolist()],
        path=Paths.straight(start, end),
    )


def _write_boxes(
    ledger: Ledger,
    random: np.random.Generator,
    poles: Poles,
    public: list[Site],
    demand: Demand,
    area_ids: Sequence[str],
    area_names: Sequence[str],
) -> Boxes:
    """Hang meter boxes on the poles: a service drop to the wall, a short lead to the box."""
    site_area = np.array([one.area for one in public])
    area_of_pole = site_area[poles.site]
    order = np.argsort(area_of_pole, kind="stable")
    areas = np.unique(site_area)
    starts = np.searchsorted(area_of_pole[order], np.append(areas, areas[-1] + 1))
    pole, slot, sizes = [], [], []
    for n, area in enumerate(areas.tolist()):
        mine = order[starts[n] : starts[n + 1]]
        size = _box_sizes(random, int(demand.customers[area]), len(mine) * BOXES_PER_POLE)
        turn = np.arange(len(size))
        shuffled = random.permutation(len(mine))
        pole.append(mine[shuffled[turn % len(mine)]])
        slot.append(turn // len(mine))
        sizes.append(size)
    at, turn, customers = np.concatenate(pole), np.concatenate(slot), np.concatenate(sizes)
    wall, place = _house(random, poles, at, turn)
    area = area_of_pole[at]
    service = ledger.nodes(wall, 0.4, None)
    node = ledger.nodes(place, 0.4, None)
    first, count = ledger.count("junctions"), len(at)
    ids = np.array(padded("JL", np.arange(first + 1, first + count + 1), 10), dtype=object)
    owner = [area_ids[n] for n in area.tolist()]
    tags = np.arange(count) - np.searchsorted(area, area, side="left") + 1
    names = [f"{area_names[a]}{n:03d}号表箱" for a, n in zip(area.tolist(), tags.tolist(), strict=True)]
    phases = np.where(customers > 3, "ABC", np.array(["A", "B", "C"])[random.integers(0, 3, count)])
    ledger.rows(
        "junctions",
        count,
        id=ids,
        name=names,
        kind="meter_box",
        node=node,
        transformer_area=owner,
        phases=phases.tolist(),
        at=place,
    )
    feeders = np.array([one.feeder for one in public], dtype=object)[poles.site[at]]
    first = ledger.count("ac_line_segments")
    for word, model, a, b, start, end in (
        ("接户线", "BS-JKLYJ-4×25", poles.node[at], service, poles.place[at], wall),
        ("进户线", "BV-16", service, node, wall, place),
    ):
        first = ledger.count("ac_line_segments")
        ledger.rows(
            "ac_line_segments",
            count,
            id=padded("XD", np.arange(first + 1, first + count + 1), 8),
            name=[name.replace("号表箱", f"号{word}") for name in names],
            node_a=a,
            node_b=b,
            nominal_kv=0.4,
            construction="overhead",
            model=model,
            limit_a=80.0,
            feeder=feeders,
            transformer_area=owner,
            path=Paths.straight(start, end),
        )
    return Boxes(area, place, node, ids, customers)


def _box_sizes(random: np.random.Generator, customers: int, room: int) -> np.ndarray:
    """Part the customers of an area among boxes of 1-12, most of them small; `room` is for so many boxes."""
    usual = min(round(customers / CUSTOMERS_PER_BOX), room)
    count = max(usual, -(-customers // LARGEST_BOX))
    size = np.ones(count, dtype=np.int64)
    weight = random.gamma(0.55, 1.0, count) + 0.02
    left = customers - count
    while left > 0:
        open_boxes = size < LARGEST_BOX
        share = weight * open_boxes
        size = np.minimum(size + random.multinomial(left, share / share.sum()), LARGEST_BOX)
        left = customers - int(size.sum())
    return size


def _house(
    random: np.random.Generator, poles: Poles, at: np.ndarray, turn: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give the wall and the box of each house: to either side of the street, never where another one is."""
    side = np.where(turn % 2 == 0, 1.0, -1.0)
    lean = np.radians(np.array([-38.0, 0.0, 38.0])[(turn // 2) % 3] + random.uniform(-8, 8, len(at)))
    across = poles.across[at] * side[:, None]
    way = np.column_stack(
        [
            across[:, 0] * np.cos(lean) - across[:, 1] * np.sin(lean),
            across[:, 0] * np.sin(lean) + across[:, 1] * np.cos(lean),
        ]
    )
    far = random.uniform(8.5, 15.0, len(at))[:, None]
    return np.round(poles.place[at] + way * far, 3), np.round(poles.place[at] + way * (far + 2.4), 3)
