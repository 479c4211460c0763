"""The land of the sample: rivers with their bridges, hills, and how high it is anywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis.sample.ledger import Ledger
from gis.sample.plane import Plane, generator

BRIDGE_GAP_M = 260.0
"""How much of the river barrier is left open at a bridge: there, neighbours on both banks meet."""


@dataclass(frozen=True)
class Rivers:
    """Rivers from west to east, each a curve y(x) on the drawing plane.

    Parameters
    ----------
    levels
        Mean y of each river, from south to north.
    waves
        For each river rows of amplitude, wave number, phase.
    """

    levels: np.ndarray
    waves: np.ndarray

    def y(self, number: int, x: np.ndarray) -> np.ndarray:
        """Give where river `number` is at `x`."""
        y = np.full(np.shape(x), self.levels[number])
        for amplitude, along, phase in self.waves[number]:
            y = y + amplitude * np.sin(along * x + phase)
        return y

    def bank(self, points: np.ndarray) -> np.ndarray:
        """Number the strips between the rivers: how many rivers lie south of each point."""
        return sum(
            ((points[:, 1] > self.y(n, points[:, 0])).astype(np.int64) for n in range(len(self.levels))),
            np.zeros(len(points), dtype=np.int64),
        )

    def distance_m(self, points: np.ndarray) -> np.ndarray:
        """Give roughly how far each point is from the nearest river (measured north-south)."""
        away = [np.abs(points[:, 1] - self.y(n, points[:, 0])) for n in range(len(self.levels))]
        return np.asarray(np.min(away, axis=0))

    def clear_of(self, points: np.ndarray, distance_m: float) -> np.ndarray:
        """Shift points that lie nearer than `distance_m` to a river away from it."""
        moved = points.copy()
        for n in range(len(self.levels)):
            off = moved[:, 1] - self.y(n, moved[:, 0])
            near = np.abs(off) < distance_m
            moved[near, 1] += (np.where(off >= 0, 1.0, -1.0) * distance_m - off)[near]
        return moved


def make_rivers(seed: int, south: float, north: float, rows: int) -> Rivers:
    """Let one river flow through each row of stations between the heights `south` and `north`."""
    random = generator(seed, "rivers")
    height = (north - south) / rows
    levels = south + height * (np.arange(rows) + 0.5) + random.uniform(-0.12, 0.12, rows) * height
    waves = [
        [
            (random.uniform(260, 420), 2 * np.pi / random.uniform(6500, 9500), random.uniform(0, 6.28)),
            (random.uniform(90, 140), 2 * np.pi / random.uniform(2300, 3100), random.uniform(0, 6.28)),
        ]
        for _ in range(rows)
    ]
    return Rivers(levels, np.array(waves))


@dataclass(frozen=True)
class Hills:
    """Round hills on the drawing plane: centres (n, 2), heights and radii, metres."""

    centres: np.ndarray
    heights: np.ndarray
    radii: np.ndarray

    def height_m(self, points: np.ndarray) -> np.ndarray:
        """Give the height above the valley at each point."""
        from scipy.spatial import cKDTree

        height = np.zeros(len(points))
        near = cKDTree(points).query_ball_point(self.centres, 3 * self.radii)
        for n, at in enumerate(near):
            at = np.sort(np.array(at, dtype=np.int64))
            away = ((points[at] - self.centres[n]) ** 2).sum(axis=1)
            height[at] += self.heights[n] * np.exp(-away / (2 * self.radii[n] ** 2))
        return height


def make_hills(seed: int, land: shapely.Geometry, rivers: Rivers, villages: np.ndarray) -> Hills:
    """Raise hills away from the rivers and from the hearts of the villages."""
    from scipy.spatial import cKDTree

    random = generator(seed, "hills")
    west, south, east, north = land.bounds
    wanted = int(land.area / 5.5e6) + 4
    points = random.uniform((west - 800, south - 800), (east + 800, north + 800), (wanted * 6, 2))
    away, _ = cKDTree(villages).query(points)
    far = rivers.distance_m(points)
    heights = np.clip(40 + 0.055 * far + random.normal(0, 50, len(points)), 50, 520)
    radii = np.clip(random.normal(560, 150, len(points)), 330, 900)
    good = (away > 620) & (far > 700)
    chosen: list[int] = []
    for n in np.flatnonzero(good):
        if all(np.hypot(*(points[n] - points[m])) > 0.9 * (radii[n] + radii[m]) for m in chosen[-220:]):
            chosen.append(int(n))
        if len(chosen) >= wanted:
            break
    return Hills(points[chosen], heights[chosen], radii[chosen])


def write_land(
    ledger: Ledger,
    seed: int,
    plane: Plane,
    rivers: Rivers,
    hills: Hills,
    land: shapely.Geometry,
    bridges: np.ndarray,
) -> None:
    """Write hills and water as base map features and the rivers as barriers, open at the `bridges` (n, 2)."""
    random = generator(seed, "land")
    _write_hills(ledger, random, plane, hills)
    west, _, east, _ = land.bounds
    x = np.arange(west - 1500, east + 1501, 30.0)
    names = ("清水河", "白鹭江", "松溪")
    for n in range(len(rivers.levels)):
        course = plane.bend(np.column_stack([x, rivers.y(n, x)]))
        name = names[n % len(names)]
        ledger.row(
            "base_features",
            id=f"SX{n + 1:03d}",
            name=name,
            kind="water",
            height_m=None,
            geometry=_river_area(course, random),
        )
        _write_barrier(
            ledger, n, name, shapely.LineString(course), shapely.transform(land, plane.bend), bridges
        )
    _write_ponds(ledger, random, plane, rivers, hills, land)


def _river_area(course: np.ndarray, random: np.random.Generator) -> shapely.Geometry:
    """Give the water between two winding banks 25-45 m from the middle."""
    direction = np.gradient(course, axis=0)
    across = np.column_stack([-direction[:, 1], direction[:, 0]]) / np.hypot(*direction.T)[:, None]
    s = np.arange(len(course)) * 30.0
    left, right = (33 + 8 * np.sin(s / random.uniform(300, 500) + random.uniform(0, 6)) for _ in range(2))
    banks = np.concatenate([course + across * left[:, None], (course - across * right[:, None])[::-1]])
    return shapely.make_valid(shapely.Polygon(np.round(banks, 2))).buffer(0)


def _write_barrier(
    ledger: Ledger,
    number: int,
    name: str,
    course: shapely.LineString,
    land: shapely.Geometry,
    bridges: np.ndarray,
) -> None:
    near = [
        shapely.Point(one).buffer(BRIDGE_GAP_M / 2)
        for one in bridges
        if course.distance(shapely.Point(one)) < 150
    ]
    pieces = course.intersection(land.buffer(60)).difference(shapely.union_all(near))
    for n, piece in enumerate(shapely.get_parts(pieces)):
        ledger.row(
            "barriers",
            id=f"PZ{number + 1:02d}{n + 1:02d}",
            name=name,
            kind="river",
            path=shapely.get_coordinates(piece),
        )


def _write_hills(ledger: Ledger, random: np.random.Generator, plane: Plane, hills: Hills) -> None:
    angle = np.linspace(0, 2 * np.pi, 49)[:-1]
    number = 0
    for centre, height, radius in zip(hills.centres, hills.heights, hills.radii, strict=True):
        shape = sum(
            random.uniform(-0.5, 0.5) / k**1.2 * np.cos(k * angle + random.uniform(0, 6.28))
            for k in (2, 3, 5, 7)
        )
        for level in (40, 120, 220, 340):
            if height < level + 25:
                break
            reach = radius * np.sqrt(2 * np.log(height / level))
            ring = reach * (1 + 0.42 * shape)
            outline = plane.bend(centre + np.column_stack([ring * np.cos(angle), ring * np.sin(angle)]))
            number += 1
            kind = "wood" if level == 40 else "hill"
            ledger.row(
                "base_features",
                id=f"SD{number:05d}",
                name=None,
                kind=kind,
                height_m=level,
                geometry=shapely.Polygon(outline),
            )


def _write_ponds(
    ledger: Ledger,
    random: np.random.Generator,
    plane: Plane,
    rivers: Rivers,
    hills: Hills,
    land: shapely.Geometry,
) -> None:
    """Scatter a few ponds and a reservoir over the valley floor."""
    west, south, east, north = land.bounds
    points = random.uniform((west, south), (east, north), (int(land.area / 1.2e6), 2))
    low = (
        (hills.height_m(points) < 30) & (rivers.distance_m(points) > 250) & shapely.contains_xy(land, points)
    )
    angle = np.linspace(0, 2 * np.pi, 17)[:-1]
    for n, centre in enumerate(points[low]):
        size = 18 + 70 * random.random() ** 3
        ring = size * (
            1
            + 0.3 * np.cos(2 * angle + random.uniform(0, 6))
            + 0.12 * np.cos(3 * angle + random.uniform(0, 6))
        )
        outline = plane.bend(centre + np.column_stack([ring * np.cos(angle), ring * np.sin(angle)]))
        ledger.row(
            "base_features",
            id=f"ST{n + 1:05d}",
            name=None,
            kind="water",
            height_m=None,
            geometry=shapely.Polygon(outline),
        )


def write_built_up(ledger: Ledger, owner: np.ndarray, places: np.ndarray) -> None:
    """Write the built-up land around the low poles (`places`) of each owner."""
    groups, index = np.unique(owner, return_inverse=True)
    order = np.argsort(index, kind="stable")
    dots = shapely.multipoints(places[order], indices=index[order])
    land = shapely.simplify(shapely.buffer(dots, 36.0, quad_segs=2), 5.0)
    first = ledger.count("base_features")
    ledger.rows(
        "base_features",
        len(groups),
        id=[f"JM{first + n + 1:06d}" for n in range(len(groups))],
        kind="built_up",
        geometry=land,
    )
