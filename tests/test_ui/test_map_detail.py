"""Zoom levels leave out what no screen can show, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from gis.shapes import FlatShapes, boxes_of
from ui.map import detail
from ui.map.detail import Levels, Places, _touch


def shapes(*parts: list[tuple[float, float]]) -> FlatShapes:
    points = np.array([point for part in parts for point in part], dtype=float).reshape(-1, 2)
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return FlatShapes(points, starts, np.arange(len(parts)), boxes_of(points, starts))


def random_walks(seed: int, count: int) -> FlatShapes:
    chance = np.random.default_rng(seed)
    parts = [
        np.cumsum(chance.normal(0, chance.choice([0.1, 3, 40]), (chance.integers(2, 60), 2)), axis=0)
        for _part in range(count)
    ]
    return shapes(*[list(map(tuple, part + chance.uniform(-5000, 5000, 2))) for part in parts])


def test_a_near_view_shows_every_point() -> None:
    whole = shapes([(0, 0), (10, 0), (10, 10)], [(5, 5), (6, 5)])
    level = Levels(whole).at(0.01)
    assert level.points is whole.points
    assert level.parts.tolist() == [0, 1]


def test_what_lies_in_one_half_pixel_is_left_out_and_the_rest_keeps_its_ends() -> None:
    whole = shapes([(0, 0), (1, 0), (2, 1), (900, 0)], [(50, 50), (51, 51)], [(0, 0), (64, 64), (1, 1)])
    level = Levels(whole).at(64.0)
    assert level.parts.tolist() == [0, 2]
    assert level.points.tolist() == [[0, 0], [900, 0], [0, 0], [64, 64], [1, 1]]
    assert level.starts.tolist() == [0, 2, 5]


@pytest.mark.parametrize("seed", range(20))
def test_no_point_left_out_is_farther_than_a_pixel_from_one_that_stays(seed: int) -> None:
    whole, scale = random_walks(seed, 30), float(np.random.default_rng(seed).uniform(0.2, 200))
    level = Levels(whole).at(scale)
    shown = set(level.parts.tolist())
    for part in range(len(whole)):
        own = whole.part(part)
        if part not in shown:
            assert (np.ptp(own, axis=0) <= scale / 2 + 1e-9).all()
            continue
        at = int(np.flatnonzero(level.parts == part)[0])
        kept = level.points[level.starts[at] : level.starts[at + 1]]
        assert (kept[0] == own[0]).all() and (kept[-1] == own[-1]).all()
        nearest = np.hypot(*(own[:, None] - kept[None]).transpose(2, 0, 1)).min(axis=1)
        assert nearest.max() <= scale


def test_nothing_to_draw_has_levels_too() -> None:
    empty = FlatShapes(
        np.zeros((0, 2)), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros((0, 4))
    )
    assert not len(Levels(empty).at(5.0).parts)


@pytest.mark.parametrize("seed", range(25))
def test_boxes_are_found_by_place_as_by_looking_through_all(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = int(chance.integers(1, 5000))
    low = chance.uniform(-1000, 1000, (count, 2)) * (1, chance.choice([0, 0.001, 1, 50]))
    size = chance.choice([0.0, 1.0, 30.0, 3000.0], count, p=[0.2, 0.5, 0.29, 0.01])[:, None] * chance.random(
        (count, 2)
    )
    boxes = np.hstack([low, low + size])
    places = Places(boxes)
    for _view in range(10):
        corner = chance.uniform(-1500, 1500, 2)
        span = chance.choice([0.0, 10.0, 500.0, 9000.0], 2)
        box = (*corner.tolist(), *(corner + span).tolist())
        assert places.touching(box).tolist() == np.flatnonzero(_touch(boxes, box)).tolist()


def rings(seed: int, count: int) -> FlatShapes:
    """Wavy outlines, each closed."""
    chance = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, 400)
    found = []
    for middle in chance.uniform(-5000, 5000, (count, 2)):
        away = 300 + np.cumsum(chance.normal(0, 1.5, 400))
        ring = middle + away[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
        ring[-1] = ring[0]
        found.append(list(map(tuple, ring)))
    return shapes(*found)


@pytest.mark.parametrize("scale", [1.0, 3.0, 10.0, 40.0])
def test_a_smoothed_outline_runs_within_a_pixel_of_the_true_one_and_stays_closed(scale: float) -> None:
    import shapely

    whole = rings(5, 12)
    level = Levels(whole, smooth=True).at(scale)
    plain = Levels(whole).at(scale)
    if scale >= 3.0:
        assert len(level.points) < len(plain.points)
    for n, part in enumerate(level.parts.tolist()):
        kept = level.points[level.starts[n] : level.starts[n + 1]]
        assert (kept[0] == kept[-1]).all()
        line, own = shapely.linestrings(kept), shapely.linestrings(whole.part(part))
        assert shapely.hausdorff_distance(own, line) <= scale


def test_until_a_level_of_many_points_is_made_a_finer_one_serves() -> None:
    whole = rings(6, 60)
    levels = Levels(whole, smooth=True)
    assert len(whole.points) > detail.MADE_AT_ONCE
    assert levels.at(40.0) is levels.whole and levels.lacks(40.0)
    levels.prepare(3.0)
    assert levels.at(40.0) is levels.at(3.0)
    assert levels.at(1.5) is levels.whole, "a coarser one would show"
    for _step in levels.ahead(40.0, farthest=100.0):
        pass
    assert not levels.lacks(40.0) and len(levels.at(40.0).points) < len(levels.at(3.0).points)
    assert levels.lacks(150.0), "no view is that far"


def test_smoothing_in_slices_is_smoothing_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rings(7, 30)
    at_once = Levels(whole, smooth=True).at(8.0)
    monkeypatch.setattr(detail, "SMOOTHED_AT_ONCE", 900)
    sliced = Levels(whole, smooth=True).at(8.0)
    assert np.array_equal(sliced.points, at_once.points)
    assert np.array_equal(sliced.starts, at_once.starts)
