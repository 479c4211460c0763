"""Shapes come out of their bytes as they went in, however they are read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from gis.shapes import flat_shapes


def random_lines(seed: int, count: int) -> list[shapely.LineString | None]:
    chance = np.random.default_rng(seed)
    return [
        None if chance.random() < 0.2 else shapely.LineString(chance.normal(0, 9, (chance.integers(2, 9), 2)))
        for _n in range(count)
    ]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("missing", [None, float("nan")])
def test_plain_lines_are_read_as_shapely_reads_them(seed: int, missing: object) -> None:
    lines = random_lines(seed, 40)
    flat = flat_shapes(
        pd.Series([missing if one is None else shapely.to_wkb(one) for one in lines], dtype=object)
    )
    there = [n for n, one in enumerate(lines) if one is not None]
    assert flat.rows.tolist() == there
    for part, n in enumerate(there):
        assert np.array_equal(flat.part(part), shapely.get_coordinates(lines[n]))
        assert flat.boxes[part].tolist() == list(shapely.bounds(lines[n]))


@pytest.mark.parametrize(
    "odd",
    [
        shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]]),
        shapely.LineString([(0, 0, 5), (1, 1, 6)]),
        shapely.LineString(),
    ],
)
def test_one_line_of_another_kind_is_read_with_the_plain_ones(odd: shapely.Geometry) -> None:
    plain = shapely.LineString([(7, 7), (8, 9)])
    flat = flat_shapes(pd.Series([shapely.to_wkb(odd), shapely.to_wkb(plain)], dtype=object))
    assert np.array_equal(flat.part(len(flat) - 1), [[7, 7], [8, 9]])
    assert flat.rows.tolist()[-1] == 1


def test_lines_of_the_other_byte_order_are_read() -> None:
    line = shapely.LineString([(1, 2), (3, 4)])
    flat = flat_shapes(pd.Series([shapely.to_wkb(line, byte_order=0)], dtype=object))
    assert flat.part(0).tolist() == [[1, 2], [3, 4]]


def test_no_shape_at_all_is_no_part() -> None:
    assert not len(flat_shapes(pd.Series([None, None], dtype=object)))
    assert not len(flat_shapes(pd.Series([], dtype=object)))
