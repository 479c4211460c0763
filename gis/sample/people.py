"""District managers: their areas, homes and certificates, and the grouping in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis.sample.ledger import Ledger
from gis.sample.names import person_names, phone_numbers, short
from gis.sample.plane import generator

PLANNING_DATE = "2026-11-20"
DATA_DATE = "2026-11-20"
GROUP_SIZE = 4
SCHEME = "FA01"
VEHICLES = ("皮卡", "电动皮卡", "面包车", "摩托车")


@dataclass(frozen=True)
class Station:
    """The areas of one station as people see them.

    Parameters
    ----------
    number
        Which station; identifiers count on from it.
    unit
        Its unit code.
    areas
        Numbers of its areas in the layout.
    middles
        Ground-plane places of their transformers.
    effort
        Work each area makes (arbitrary unit).
    pairs
        Which of its areas touch and can be reached from each other (positions in `areas`).
    """

    number: int
    unit: str
    areas: np.ndarray
    middles: np.ndarray
    effort: np.ndarray
    pairs: np.ndarray


def share_out(middles: np.ndarray, effort: np.ndarray, pairs: np.ndarray, count: int) -> np.ndarray:
    """Part areas into `count` connected territories of similar effort; gives the territory of each area.

    Cut in two by the straight line that parts the effort in the right proportion, again and again; then
    stray pieces join a neighbour, and areas on the border move where that evens the effort out.
    """
    owner = np.zeros(len(middles), dtype=np.int64)
    _cut(np.arange(len(middles)), middles, effort, count, 0, owner)
    beside = neighbour_lists(pairs, len(middles))
    _join_strays(owner, beside, effort, count)
    _even_out(owner, beside, effort, count)
    return owner


def _cut(
    members: np.ndarray, middles: np.ndarray, effort: np.ndarray, count: int, first: int, owner: np.ndarray
) -> None:
    if count == 1:
        owner[members] = first
        return
    spread = middles[members] - middles[members].mean(axis=0)
    axis = np.linalg.svd(spread, full_matrices=False)[2][0]
    axis = axis * np.sign(axis[int(np.argmax(np.abs(axis)))])
    order = members[np.argsort(np.round(spread @ axis, 3), kind="stable")]
    half = count // 2
    sums = np.cumsum(effort[order])
    at = int(np.clip(np.searchsorted(sums, sums[-1] * half / count), half, len(order) - (count - half)))
    _cut(order[:at], middles, effort, half, first, owner)
    _cut(order[at:], middles, effort, count - half, first + half, owner)


def neighbour_lists(pairs: np.ndarray, count: int) -> list[list[int]]:
    """Give the neighbours of each of `count` things."""
    beside: list[list[int]] = [[] for _ in range(count)]
    for a, b in pairs.tolist():
        beside[a].append(b)
        beside[b].append(a)
    return beside


def pieces(members: Sequence[int], beside: list[list[int]]) -> list[list[int]]:
    """Part `members` into connected pieces, the one with the smallest number first."""
    left = dict.fromkeys(sorted(members))
    found = []
    while left:
        stack = [next(iter(left))]
        del left[stack[0]]
        piece = []
        while stack:
            here = stack.pop()
            piece.append(here)
            for other in beside[here]:
                if other in left:
                    del left[other]
                    stack.append(other)
        found.append(sorted(piece))
    return found


def _join_strays(owner: np.ndarray, beside: list[list[int]], effort: np.ndarray, count: int) -> None:
    for _ in range(20):
        moved = False
        for one in range(count):
            parts = pieces(np.flatnonzero(owner == one).tolist(), beside)
            main = max(parts, key=lambda part: float(effort[part].sum())) if parts else []
            for part in parts:
                near = sorted({int(owner[b]) for a in part for b in beside[a]} - {one})
                if part is not main and near:
                    owner[part] = min(near, key=lambda other: (float(effort[owner == other].sum()), other))
                    moved = True
        if not moved:
            return


def _even_out(owner: np.ndarray, beside: list[list[int]], effort: np.ndarray, count: int) -> None:
    sums = np.bincount(owner, effort, count)
    for _ in range(40 * count):
        best, move = 1e-9, None
        for a, near in enumerate(beside):
            mine = int(owner[a])
            for other in {int(owner[b]) for b in near} - {mine}:
                gain = float((sums[mine] - sums[other] - effort[a]) * effort[a])
                if gain > best and _still_whole(a, owner, beside):
                    best, move = gain, (a, mine, other)
        if move is None:
            return
        a, mine, other = move
        owner[a] = other
        sums[mine] -= effort[a]
        sums[other] += effort[a]


def _still_whole(a: int, owner: np.ndarray, beside: list[list[int]]) -> bool:
    rest = [n for n in np.flatnonzero(owner == owner[a]).tolist() if n != a]
    return bool(rest) and len(pieces(rest, beside)) == 1


@dataclass(frozen=True)
class Staff:
    """The managers of one station, their base points, who has which area, which of them touch."""

    ids: list[str]
    names: list[str]
    places: np.ndarray
    of_area: np.ndarray
    pairs: np.ndarray


def hire(ledger: Ledger, seed: int, station: Station, count: int) -> Staff:
    """Write the managers of a station and say who answers for which area."""
    random = generator(seed, "people", station.number)
    of_area = share_out(station.middles, station.effort, station.pairs, count)
    ids = [f"{station.unit[-4:]}{n + 1:04d}" for n in range(count)]
    names = [str(one) for one in person_names(random, count)]
    phones = phone_numbers(random, count)
    places = np.empty((count, 2))
    for n in range(count):
        mine = np.flatnonzero(of_area == n)
        middle = np.average(station.middles[mine], axis=0, weights=station.effort[mine])
        home = mine[int(np.argmin(np.hypot(*(station.middles[mine] - middle).T)))]
        places[n] = np.round(station.middles[home] + random.uniform(-60, 60, 2), 3)
    both = np.sort(of_area[station.pairs], axis=1)
    pairs = np.unique(both[both[:, 0] != both[:, 1]], axis=0)
    ledger.rows(
        "district_managers",
        count,
        id=ids,
        name=names,
        phone=phones,
        station=station.unit,
        team="外勤班",
        vehicle=[f"{VEHICLES[int(random.integers(0, 4))]}{n + 1:02d}号" for n in range(count)],
        active=True,
        at=places,
    )
    return Staff(ids, names, places, of_area, pairs)


def stand_ins(station: Station, staff: Staff) -> np.ndarray:
    """Give for each area its stand-in: the neighbouring manager whose base point is nearest."""
    count = len(staff.ids)
    beside = neighbour_lists(staff.pairs, count)
    second = np.empty(len(station.areas), dtype=np.int64)
    for n, (mine, middle) in enumerate(zip(staff.of_area.tolist(), station.middles, strict=True)):
        others = beside[mine] or [one for one in range(count) if one != mine]
        second[n] = min(others, key=lambda other: (float(np.hypot(*(staff.places[other] - middle))), other))
    return second


def qualify(ledger: Ledger, seed: int, station: Station, staff: Staff, groups: list[list[int]]) -> None:
    """Write the certificates: all are electricians, two in three work leaders, at least two in a group."""
    random = generator(seed, "certificates", station.number)
    leads = random.random(len(staff.ids)) < 0.62
    for group in groups:
        leads[sorted(group)[:2]] = True
    for manager, code in enumerate(staff.ids):
        kinds = ["lv_electrician", "safety_exam", "work_at_height"]
        kinds += ["work_leader"] if leads[manager] else []
        kinds += ["hv_electrician"] if random.random() < 0.6 else []
        for kind in kinds:
            ledger.row(
                "qualifications",
                id=f"ZS{ledger.count('qualifications') + 1:06d}",
                manager=code,
                kind=kind,
                number=f"39T{int(random.integers(0, 10**9)):09d}",
                valid_until=_until(random, kind),
            )


def _until(random: np.random.Generator, kind: str) -> str:
    if kind == "safety_exam":
        return f"2027-{int(random.integers(1, 7)):02d}-{int(random.integers(1, 29)):02d}"
    year = int(random.integers(2027, 2032))
    return f"{year}-{int(random.integers(1, 13)):02d}-{int(random.integers(1, 29)):02d}"


def group_up(station: Station, staff: Staff) -> list[list[int]]:
    """Part the managers into groups as they grew over the years: neighbours, not the best possible."""
    count = len(staff.ids)
    number = max(1, round(count / GROUP_SIZE))
    beside = neighbour_lists(staff.pairs, count)
    owner = np.zeros(count, dtype=np.int64)
    _cut(np.arange(count), staff.places, np.ones(count), number, 0, owner)
    _join_strays(owner, beside, np.ones(count), number)
    _even_out(owner, beside, np.ones(count), number)
    return [np.flatnonzero(owner == n).tolist() for n in range(number) if (owner == n).any()]


def write_scheme(ledger: Ledger) -> None:
    """Write the grouping in force."""
    ledger.row(
        "schemes",
        id=SCHEME,
        name="现行方案",
        in_force=True,
        status="manual",
        created_on="2024-03-01",
        approved_on="2024-03-15",
        prepared_by="内勤班",
        approved_by="所长",
    )


def write_groups(
    ledger: Ledger,
    station: Station,
    staff: Staff,
    groups: list[list[int]],
    outlines: np.ndarray,
    area_ids: Sequence[str],
    villages: Sequence[str],
    town: str,
) -> None:
    """Write groups, members, grids and their outlines; every third group serves two grids."""
    titles: set[str] = set()
    for group, members in enumerate(groups):
        turn = ledger.count("mutual_aid_groups") + 1
        mine = np.flatnonzero(np.isin(staff.of_area, members))
        name = _title([villages[n] for n in station.areas[mine].tolist()], titles)
        code = f"HZ{turn:04d}"
        ledger.row(
            "mutual_aid_groups",
            id=code,
            scheme=SCHEME,
            number=f"{turn:03d}",
            name=f"{name}组",
            leader=staff.ids[members[0]],
            locked=False,
            color=turn - 1,
        )
        for one in members:
            ledger.row(
                "group_members",
                id=f"CY{ledger.count('group_members') + 1:05d}",
                scheme=SCHEME,
                mutual_aid_group=code,
                manager=staff.ids[one],
            )
        for part, owners in enumerate(_grids(members, staff, group)):
            areas = np.flatnonzero(np.isin(staff.of_area, owners))
            number = ledger.count("service_grids") + 1
            grid = f"WG{number:04d}"
            label = (
                name if part == 0 else _title([villages[n] for n in station.areas[areas].tolist()], titles)
            )
            ledger.row(
                "service_grids",
                id=grid,
                scheme=SCHEME,
                number=f"{station.unit}{number:03d}",
                name=f"{label}网格",
                mutual_aid_group=code,
                wechat_group=f"{town}{label}供电服务群",
                outline_source="generated",
                geometry=shapely.coverage_union_all(outlines[station.areas[areas]]),
            )
            ledger.rows(
                "grid_areas",
                len(areas),
                id=[f"WT{ledger.count('grid_areas') + n + 1:06d}" for n in range(len(areas))],
                scheme=SCHEME,
                service_grid=grid,
                transformer_area=[area_ids[n] for n in station.areas[areas].tolist()],
            )


def _title(villages: list[str], used: set[str]) -> str:
    """Name after the commonest village that no other one is named after."""
    for name in sorted(set(villages), key=lambda one: (-villages.count(one), one)):
        if short(name) not in used:
            used.add(short(name))
            return short(name)
    name = short(villages[0]) + NUMBERED[len(used) % len(NUMBERED)]
    used.add(name)
    return name


NUMBERED = ("东", "西", "南", "北", "中")


def _grids(members: list[int], staff: Staff, group: int) -> list[list[int]]:
    """Give the managers of each grid of a group: all together, or two neighbouring halves."""
    if group % 3 != 1 or len(members) < 4:
        return [members]
    beside = neighbour_lists(staff.pairs, len(staff.ids))
    inside = set(members)
    first = [members[0]]
    while len(first) < len(members) // 2:
        grown = sorted({b for a in first for b in beside[a]} & inside - set(first))
        grown = [one for one in grown if len(pieces(sorted(inside - {*first, one}), beside)) == 1] or grown
        if not grown:
            break
        first.append(grown[0])
    return [sorted(first), sorted(inside - set(first))]
