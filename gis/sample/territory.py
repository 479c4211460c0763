"""Where villages and transformer areas lie: a coverage of the station without gaps or overlaps.

Stations are convex cells of the land, villages Voronoi cells within a station, transformer areas
Voronoi cells within a village; rivers cut them, and what lies on the far bank joins its neighbour
there. Borders are noded once and bent once, so neighbours share every point.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis.sample.plane import Plane, generator
from gis.sample.sizes import AREA_KM2, Size, apportion
from gis.sample.terrain import Rivers, make_rivers

BORDER_STEPS_M = (45.0, 25.0, 14.0, 8.0)
"""Distance of points along borders before bending; a shorter one where bent borders would cross."""


@dataclass(frozen=True)
class Layout:
    """Stations, villages and the middles of transformer areas on the drawing plane.

    Parameters
    ----------
    land
        The land of all stations.
    station_centres, station_cells
        One for each station.
    village_centres, village_station, is_town
        One for each village; the town (镇) of a station is its first village.
    seeds, seed_village
        One for each transformer area: where its transformer stands.
    """

    land: shapely.Geometry
    rivers: Rivers
    station_centres: np.ndarray
    station_cells: np.ndarray
    village_centres: np.ndarray
    village_cells: np.ndarray
    village_station: np.ndarray
    is_town: np.ndarray
    seeds: np.ndarray
    seed_village: np.ndarray

    @property
    def seed_station(self) -> np.ndarray:
        """The station of each transformer area."""
        return np.asarray(self.village_station[self.seed_village])


def lay_out(seed: int, size: Size) -> Layout:
    """Choose where everything is."""
    random = generator(seed, "layout")
    land = _blob(random, size.areas * AREA_KM2 * 1e6, 1.35 if size.stations > 1 else 1.12)
    _, south, _, north = land.bounds
    rivers = make_rivers(seed, south, north, 3 if size.stations > 1 else 1)
    centres, cells = _stations(random, land, size.stations)
    villages: list[np.ndarray] = []
    village_cells: list[shapely.Geometry] = []
    owner, towns, counts = [], [], []
    for station, areas in enumerate(size.share(size.areas)):
        number = max(3, round(areas / size.areas_per_village))
        places = rivers.clear_of(_spread(random, cells[station], number), 330)
        middle = shapely.get_coordinates(shapely.centroid(cells[station]))
        places = places[np.argsort(np.hypot(*(places - middle).T), kind="stable")]
        villages.append(places)
        village_cells.extend(_cells(places, cells[station]))
        owner += [station] * number
        towns += [True] + [False] * (number - 1)
        weights = random.uniform(0.7, 1.3, number) * np.where(np.arange(number) == 0, 1.9, 1.0)
        counts += apportion(areas, weights, 3).tolist()
    village_centres = np.concatenate(villages)
    seeds, seed_village = [], []
    for village, count in enumerate(counts):
        seeds.append(
            _place_areas(
                generator(seed, "areas", village),
                village_centres[village],
                village_cells[village],
                rivers,
                count,
                towns[village],
            )
        )
        seed_village += [village] * count
    return Layout(
        land,
        rivers,
        centres,
        np.array(cells, dtype=object),
        village_centres,
        np.array(village_cells, dtype=object),
        np.array(owner),
        np.array(towns),
        np.concatenate(seeds),
        np.array(seed_village),
    )


def _blob(random: np.random.Generator, area_m2: float, stretch: float) -> shapely.Polygon:
    """Make a rounded convex outline of the given area, wider than high by `stretch`²."""
    angle = np.linspace(0, 2 * np.pi, 73)[:-1]
    radius = (
        1
        + 0.06 * np.cos(2 * angle + random.uniform(0, 6.28))
        + 0.045 * np.cos(3 * angle + random.uniform(0, 6.28))
    )
    ring = np.column_stack([radius * np.cos(angle) * stretch, radius * np.sin(angle) / stretch])
    raw = shapely.Polygon(ring).convex_hull
    ring = shapely.get_coordinates(raw) * np.sqrt(area_m2 / raw.area)
    return shapely.Polygon(np.round(ring, 2))


def _stations(
    random: np.random.Generator, land: shapely.Geometry, count: int
) -> tuple[np.ndarray, list[shapely.Geometry]]:
    """Part the land into `count` stations of much the same size."""
    if count == 1:
        return shapely.get_coordinates(land.centroid), [land]
    centres = _spread(random, land, count, rounds=30)
    return centres, _cells(centres, land)


def _cells(centres: np.ndarray, land: shapely.Geometry) -> list[shapely.Geometry]:
    """Give the Voronoi cell of each centre, cut to the land, in the order of the centres."""
    if len(centres) == 1:
        return [land]
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=land.buffer(5000))
    )
    owner = shapely.STRtree(cells).query(shapely.points(centres), predicate="intersects")
    ordered = np.empty(len(centres), dtype=object)
    ordered[owner[0]] = cells[owner[1]]
    return list(shapely.intersection(ordered, land))


def _inside(random: np.random.Generator, cell: shapely.Geometry, count: int) -> np.ndarray:
    """Give points strewn evenly over a cell, `count` or a few more."""
    west, south, east, north = cell.bounds
    tries = random.uniform((west, south), (east, north), (int(count * 2.2) + 20, 2))
    return np.asarray(tries[shapely.contains_xy(cell, tries)])


def _spread(random: np.random.Generator, cell: shapely.Geometry, count: int, rounds: int = 4) -> np.ndarray:
    """Give `count` points spread over a cell, neither in rows nor in heaps (Lloyd's iteration, cut short)."""
    from scipy.spatial import cKDTree

    strewn = _inside(random, cell, 220 * count)
    points = strewn[:count].copy()
    for _ in range(rounds):
        _, nearest = cKDTree(points).query(strewn)
        sums = np.column_stack([np.bincount(nearest, strewn[:, axis], count) for axis in (0, 1)])
        points = sums / np.bincount(nearest, minlength=count)[:, None]
    return np.round(points, 1)


def _place_areas(
    random: np.random.Generator,
    centre: np.ndarray,
    cell: shapely.Geometry,
    rivers: Rivers,
    count: int,
    town: bool,
) -> np.ndarray:
    """Give the middles of a village's areas: the first at its heart, others around it and in hamlets."""
    core = cell.buffer(-125)
    apart = 225.0 if town else 245.0
    tries = np.concatenate([centre[None], _hamlets(random, centre, cell, count, town, apart)])
    tries = tries[shapely.contains_xy(core, tries) & (rivers.distance_m(tries) > 150)]
    for distance in apart * np.linspace(0.9 if town else 1.1, 0.75, 5):
        chosen = _apart(tries, count, distance)
        if len(chosen) == count:
            return np.round(chosen, 1)
    wider = np.concatenate([tries, _inside(random, cell.buffer(-60), count * 60)])
    for distance in np.linspace(190, 60, 14):  # a cramped village: closer together
        chosen = _apart(wider, count, distance)
        if len(chosen) == count:
            break
    return np.round(chosen, 1)


def _hamlets(
    random: np.random.Generator,
    centre: np.ndarray,
    cell: shapely.Geometry,
    count: int,
    town: bool,
    apart: float,
) -> np.ndarray:
    """Strew places around the heart of a village, around a few hamlets, and anywhere."""
    strewn = _inside(random, cell, count * 40)
    hearts = np.concatenate([centre[None], strewn[: 1 + count // 5]])
    weights = np.array([(3.0 if town else 1.5) * len(hearts) / 2] + [1.0] * (len(hearts) - 1))
    heart = random.choice(len(hearts), count * 40, p=weights / weights.sum())
    size = apart * 0.52 * np.sqrt(count * weights / weights.sum())
    near = hearts[heart] + random.normal(0, 1, (count * 40, 2)) * size[heart][:, None]
    anywhere = random.random(count * 40) < (0.08 if town else 0.2)
    return np.where(anywhere[:, None], _tiled(strewn, count * 40), near)


def _tiled(points: np.ndarray, count: int) -> np.ndarray:
    return points[np.arange(count) % len(points)]


def _apart(tries: np.ndarray, count: int, distance_m: float) -> np.ndarray:
    """Take points in turn that keep the distance from those taken before."""
    taken = np.empty((count, 2))
    have = 0
    for point in tries:
        if have == count:
            break
        if have == 0 or ((taken[:have] - point) ** 2).sum(axis=1).min() >= distance_m**2:
            taken[have] = point
            have += 1
    return taken[:have]


@dataclass(frozen=True)
class Coverage:
    """Outlines on the ground plane that share every point of their borders.

    Parameters
    ----------
    areas, villages, stations
        Outlines in the order of the layout.
    pairs, border_m
        Which transformer areas touch (smaller number first) and along how many metres.
    banks
        Strip between rivers in which each area lies.
    """

    areas: np.ndarray
    villages: np.ndarray
    stations: np.ndarray
    pairs: np.ndarray
    border_m: np.ndarray
    banks: np.ndarray


def cover(layout: Layout, plane: Plane) -> Coverage:
    """Draw the outlines of transformer areas, villages and stations."""
    faces, bent = _bent_faces(layout, plane)
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    owner = _owners(layout, inside)
    bank = layout.rivers.bank(inside)
    seed_bank = layout.rivers.bank(layout.seeds)
    left, right, border = _touching(faces)
    owner = _join_far_banks(owner, bank, seed_bank, left, right, border)
    areas = _unite(bent, owner, len(layout.seeds))
    villages = _unite(areas, layout.seed_village, len(layout.village_centres))
    stations = _unite(villages, layout.village_station, len(layout.station_cells))
    pairs, metres = _neighbours(owner, left, right, border)
    return Coverage(areas, villages, stations, pairs, metres, seed_bank)


def _bent_faces(layout: Layout, plane: Plane) -> tuple[np.ndarray, np.ndarray]:
    """Give the pieces of land between all borders and rivers, on the drawing plane and on the ground.

    Where a river grazes a border, chords of the bent lines can cross: then points are set closer.
    """
    noded = _noded_borders(layout)
    for step in BORDER_STEPS_M:
        parts = shapely.segmentize(noded, step)
        faces = np.array(shapely.get_parts(shapely.polygonize(parts)), dtype=object)
        bent = shapely.transform(faces, plane.bend)
        if shapely.is_valid(bent).all() and shapely.coverage_is_valid(bent):
            return faces, bent
    raise RuntimeError("borders of the sample cross")


def _noded_borders(layout: Layout) -> np.ndarray:
    """Give all borders and rivers as lines that meet only at their ends."""
    lines = [shapely.boundary(layout.village_cells)]
    for village, cell in enumerate(layout.village_cells):
        seeds = layout.seeds[layout.seed_village == village]
        if len(seeds) > 1:
            edges = shapely.voronoi_polygons(
                shapely.MultiPoint(seeds), extend_to=cell.buffer(3000), only_edges=True
            )
            lines.append(np.array([edges.intersection(cell)], dtype=object))
    west, _, east, _ = layout.land.bounds
    x = np.arange(west - 100, east + 101, 60.0)
    rivers = [
        shapely.LineString(np.column_stack([x, layout.rivers.y(n, x)]))
        for n in range(len(layout.rivers.levels))
    ]
    lines.append(np.array([river.intersection(layout.land) for river in rivers], dtype=object))
    noded = shapely.union_all(np.concatenate(lines), grid_size=0.01)
    return np.array(shapely.get_parts(shapely.line_merge(noded)), dtype=object)


def _owners(layout: Layout, points: np.ndarray) -> np.ndarray:
    """Give the transformer area each point belongs to: nearest station, then village, then area."""
    from scipy.spatial import cKDTree

    owner = np.empty(len(points), dtype=np.int64)
    _, station = cKDTree(layout.station_centres).query(points)
    for s in range(len(layout.station_centres)):
        here = np.flatnonzero(station == s)
        villages = np.flatnonzero(layout.village_station == s)
        _, nearest = cKDTree(layout.village_centres[villages]).query(points[here])
        for n, village in enumerate(villages):
            seeds = np.flatnonzero(layout.seed_village == village)
            mine = here[nearest == n]
            if len(mine):
                _, closest = cKDTree(layout.seeds[seeds]).query(points[mine])
                owner[mine] = seeds[closest]
    return owner


def _touching(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the pairs of faces that share a border and its length, metres."""
    points, owner = shapely.get_coordinates(shapely.boundary(faces), return_index=True)
    keys = np.round(points * 1000).astype(np.int64)
    _, key = np.unique(keys, axis=0, return_inverse=True)
    key = key.reshape(-1)
    same = owner[1:] == owner[:-1]
    a, b = key[:-1][same], key[1:][same]
    length = np.hypot(*(points[1:] - points[:-1])[same].T)
    face = owner[1:][same]
    edge = np.minimum(a, b) * (key.max() + 1) + np.maximum(a, b)
    order = np.argsort(edge, kind="stable")
    edge, face, length = edge[order], face[order], length[order]
    twice = np.flatnonzero(edge[1:] == edge[:-1])
    return _added_up(face[twice], face[twice + 1], length[twice])


def _added_up(
    left: np.ndarray, right: np.ndarray, length: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    low, high = np.minimum(left, right), np.maximum(left, right)
    apart = low != high
    low, high, length = low[apart], high[apart], length[apart]
    if not len(low):
        return low, high, length
    key = low * (high.max() + 1) + high
    unique, inverse = np.unique(key, return_inverse=True)
    return unique // (high.max() + 1), unique % (high.max() + 1), np.bincount(inverse, length)


def _join_far_banks(
    owner: np.ndarray,
    bank: np.ndarray,
    seed_bank: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    border: np.ndarray,
) -> np.ndarray:
    """Give land beyond the river to the neighbour on its own bank with the longest common border."""
    owner = owner.copy()
    settled = bank == seed_bank[owner]
    while not settled.all():
        best = np.zeros(len(owner))
        give = np.full(len(owner), -1)
        for a, b, metres in zip(
            np.concatenate([left, right]), np.concatenate([right, left]), np.tile(border, 2), strict=True
        ):
            if not settled[a] and settled[b] and bank[a] == bank[b] and metres > best[a]:
                best[a], give[a] = metres, owner[b]
        moved = give >= 0
        if not moved.any():
            raise RuntimeError("land beyond a river has no neighbour on its bank")
        owner[moved] = give[moved]
        settled |= moved
    return owner


def _unite(shapes: np.ndarray, owner: np.ndarray, count: int) -> np.ndarray:
    """Unite the shapes of each owner; points of the borders stay as they are."""
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(count + 1))
    united = np.empty(count, dtype=object)
    for n in range(count):
        mine = shapes[order[starts[n] : starts[n + 1]]]
        united[n] = mine[0] if len(mine) == 1 else shapely.coverage_union_all(mine)
    return united


def _neighbours(
    owner: np.ndarray, left: np.ndarray, right: np.ndarray, border: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    low, high, metres = _added_up(owner[left], owner[right], border)
    return np.column_stack([low, high]), metres
