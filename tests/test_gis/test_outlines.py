"""Outlines made from customers are a coverage: no gaps, no overlaps, every place in its own area."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis.grids import check_grids, grid_plans, grid_shape
from gis.outlines import AreaOutlines, PutOutlines, area_outlines
from grid_model.project import GEOGRAPHIC, Project
from tests.test_gis.territories import box, line, managers, squares, station

BOUNDARY = {"id": "S", "name": "供电所", "geometry": box(0, 0, 4000, 3000)}


def customers(seed: int, areas: int, each: int = 30, spread: float = 250) -> list[dict[str, object]]:
    """Customers in clusters, one cluster for each area, all within the boundary."""
    random = np.random.default_rng(seed)
    middles = random.uniform((300, 300), (3700, 2700), (areas, 2))
    points = np.clip(middles[:, None] + random.normal(0, spread, (areas, each, 2)), 20, (3980, 2980))
    return [
        {"id": f"{a}-{n}", "transformer_area": f"T{a}", "x": float(x), "y": float(y)}
        for a, own in enumerate(points)
        for n, (x, y) in enumerate(own)
    ]


def areas(count: int) -> list[dict[str, object]]:
    return [{"id": f"T{n}", "manager": f"m{n}"} for n in range(count)]


def assert_coverage(found: AreaOutlines, land_m2: float) -> None:
    shapes = found.shapes[~shapely.is_missing(found.shapes)]
    assert shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(land_m2, rel=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_the_land_is_shared_out_without_gaps_or_overlaps(seed: int) -> None:
    project = station(transformer_areas=areas(8), customers=customers(seed, 8), stations=[BOUNDARY])
    found = area_outlines(project)
    assert found.generated.all() and not found.placeless
    assert_coverage(found, 12e6)


def test_every_customer_lives_in_the_outline_of_his_area() -> None:
    rows = customers(1, 6)
    settings = [{"id": "outline.thin_m", "value": "0.1"}, {"id": "outline.simplify_m", "value": "0"}]
    project = station(transformer_areas=areas(6), customers=rows, stations=[BOUNDARY], settings=settings)
    found = area_outlines(project)
    shape = dict(zip(found.ids, found.shapes, strict=True))
    for row in rows:
        assert shapely.distance(shape[str(row["transformer_area"])], shapely.Point(row["x"], row["y"])) < 0.01


def test_outlines_follow_village_borders() -> None:
    # Two villages; the customers of T0 stand near the border, those of T1 far from it.
    villages = [
        {"id": "west", "name": "西村", "geometry": box(0, 0, 1000, 3000)},
        {"id": "east", "name": "东村", "geometry": box(1000, 0, 3000, 3000)},
    ]
    rows = [
        {"id": "1", "transformer_area": "T0", "x": 950.0, "y": 1500.0},
        {"id": "2", "transformer_area": "T1", "x": 3500.0, "y": 1500.0},
    ]
    project = station(transformer_areas=areas(2), customers=rows, stations=[BOUNDARY], villages=villages)
    found = area_outlines(project)
    assert shapely.area(found.shapes[0]) == pytest.approx(3e6, rel=1e-6)
    assert_coverage(found, 12e6)
    without = area_outlines(station(transformer_areas=areas(2), customers=rows, stations=[BOUNDARY]))
    assert shapely.area(without.shapes[0]) > 6e6


def test_a_river_right_through_parts_the_outlines() -> None:
    river = [{"id": "r", "kind": "river", "geometry": line((1000, -10), (1000, 3010))}]
    rows = [
        {"id": "1", "transformer_area": "T0", "x": 950.0, "y": 1500.0},
        {"id": "2", "transformer_area": "T1", "x": 3500.0, "y": 1500.0},
    ]
    found = area_outlines(
        station(transformer_areas=areas(2), customers=rows, stations=[BOUNDARY], barriers=river)
    )
    assert shapely.area(found.shapes[0]) == pytest.approx(3e6, rel=1e-6)


def test_outlines_that_are_there_stay_and_the_others_fill_what_they_leave() -> None:
    drawn = areas(3)
    drawn[0] |= {"geometry": box(0, 0, 1500, 3000), "outline_source": "drawn"}
    found = area_outlines(station(transformer_areas=drawn, customers=customers(2, 3), stations=[BOUNDARY]))
    assert list(found.generated) == [False, True, True]
    assert shapely.equals(found.shapes[0], shapely.box(0, 0, 1500, 3000))
    assert shapely.area(found.shapes).sum() == pytest.approx(12e6, rel=1e-6)
    assert shapely.area(shapely.union_all(found.shapes)) == pytest.approx(12e6, rel=1e-6)


def test_without_a_boundary_a_hull_around_the_customers_is_shared_out() -> None:
    rows = customers(3, 4)
    found = area_outlines(station(transformer_areas=areas(4), customers=rows))
    assert shapely.coverage_is_valid(found.shapes)
    land = shapely.union_all(found.shapes)
    points = shapely.points([[row["x"], row["y"]] for row in rows])
    assert shapely.contains(land, points).all() and shapely.area(land) < 16e6


def test_an_area_without_customers_grows_from_its_transformer_one_without_any_place_is_listed() -> None:
    transformer = [
        {"id": "t", "hv_node": "n", "lv_node": "n", "transformer_area": "T1", "x": 3000.0, "y": 1000.0}
    ]
    rows = [{"id": "1", "transformer_area": "T0", "x": 500.0, "y": 1500.0}]
    found = area_outlines(
        station(
            transformer_areas=areas(3), customers=rows, power_transformers=transformer, stations=[BOUNDARY]
        )
    )
    assert found.placeless == ("T2",) and found.shapes[2] is None
    assert_coverage(found, 12e6)
    assert set(found.km2) == {"T0", "T1"}


def test_a_customer_without_a_place_stands_at_his_node() -> None:
    project = station(
        transformer_areas=areas(2),
        customers=[{"id": "1", "transformer_area": "T0"}, {"id": "2", "transformer_area": "T1"}],
        usage_points=[{"id": "u1", "customer": "1", "node": "a"}, {"id": "u2", "customer": "2", "node": "b"}],
        connectivity_nodes=[{"id": "a", "x": 1000.0, "y": 1500.0}, {"id": "b", "x": 3000.0, "y": 1500.0}],
        stations=[BOUNDARY],
    )
    found = area_outlines(project)
    assert [round(shapely.area(one) / 1e6, 3) for one in found.shapes] == [6, 6]


def test_a_customer_a_little_outside_the_boundary_still_gets_land() -> None:
    rows = [
        {"id": "1", "transformer_area": "T0", "x": -100.0, "y": 1500.0},
        {"id": "2", "transformer_area": "T1", "x": 3500.0, "y": 1500.0},
    ]
    found = area_outlines(station(transformer_areas=areas(2), customers=rows, stations=[BOUNDARY]))
    assert not found.placeless
    assert_coverage(found, 12e6)


def test_back_in_degrees_the_outlines_are_still_a_coverage() -> None:
    random = np.random.default_rng(4)
    points = random.uniform((113.0, 28.0), (113.05, 28.04), (60, 2))
    rows = [
        {"id": str(n), "transformer_area": f"T{n % 5}", "x": float(x), "y": float(y)}
        for n, (x, y) in enumerate(points[np.lexsort(points.T)])
    ]
    boundary = {"id": "S", "name": "供电所", "geometry": bytes(
        shapely.to_wkb(shapely.multipolygons([shapely.box(113.0, 28.0, 113.05, 28.04)])))}  # fmt: skip
    found = area_outlines(
        station(GEOGRAPHIC, transformer_areas=areas(5), customers=rows, stations=[boundary])
    )
    degrees = shapely.from_wkb(found.wkb())
    assert shapely.coverage_is_valid(degrees)
    assert (shapely.get_type_id(degrees) == 6).all()


def test_generated_outlines_are_written_and_marked_drawn_ones_stay() -> None:
    drawn = areas(3)
    drawn[0] |= {"geometry": box(0, 0, 1500, 3000), "outline_source": "drawn"}
    project = station(transformer_areas=drawn, customers=customers(2, 3), stations=[BOUNDARY])
    after, changes = PutOutlines(area_outlines(project)).apply(project)
    rows = after.frame("transformer_areas")
    assert list(rows["outline_source"]) == ["drawn", "generated", "generated"]
    assert rows["geometry"].notna().all() and rows["geometry"].iloc[0] == drawn[0]["geometry"]
    assert len(changes.fids("transformer_areas")) == 2
    again = area_outlines(after)
    assert not again.generated.any() and list(again.marked) == [False, True, True]


def test_nothing_to_start_from_gives_no_outlines() -> None:
    assert area_outlines(station(transformer_areas=areas(2))).placeless == ("T0", "T1")
    assert area_outlines(station()).ids == ()


# ------------------------------------------------------------------------ grids


def drawn_grids() -> tuple[Project, AreaOutlines]:
    project = station(transformer_areas=squares("AAB ACB AAB"), district_managers=managers("ABC"))
    return project, area_outlines(project)


def test_a_grid_is_the_union_of_its_areas_with_its_holes_and_parts() -> None:
    _project, outlines = drawn_grids()
    ring = [one for one in outlines.ids if one.startswith("A")]
    found = grid_shape(outlines, ring)
    assert (found.parts, found.holes, round(found.km2, 6)) == (1, 0, 5)
    apart = grid_shape(outlines, ["A00", "B22"])
    assert (apart.parts, apart.holes, round(apart.km2, 6)) == (2, 0, 2)
    around = grid_shape(outlines, [one for one in outlines.ids if not one.startswith("C")])
    assert (around.parts, around.holes, round(around.km2, 6)) == (1, 1, 8)
    shape = shapely.from_wkb(around.wkb)
    assert shapely.get_type_id(shape) == 6 and shapely.area(shape) == 8e6


def test_outlines_that_are_no_coverage_are_joined_all_the_same() -> None:
    overlapping = [
        {"id": "a", "manager": "A", "geometry": box(0, 0, 1200, 1000)},
        {"id": "b", "manager": "A", "geometry": box(1000, 0)},
    ]
    found = grid_shape(area_outlines(station(transformer_areas=overlapping)), ["a", "b"])
    assert found.parts == 1 and found.km2 == pytest.approx(2.0)


def test_each_group_gets_one_grid_with_every_area_of_its_members() -> None:
    project, outlines = drawn_grids()
    plans, shapes = grid_plans(project, outlines, {0: ("A", "C"), 1: ("B",)})
    assert [(plan.group, len(plan.areas)) for plan in plans] == [(0, 6), (1, 3)]
    assert [plan.outline_source for plan in plans] == ["imported", "imported"]
    assert sum(shape.km2 for shape in shapes) == pytest.approx(9)
    assert check_grids(project, [plan.areas for plan in plans]).sound


def test_a_grid_with_a_generated_outline_is_marked_as_generated() -> None:
    stored = squares("AB")
    stored[0] |= {"outline_source": "generated"}
    project = station(transformer_areas=stored, district_managers=managers("AB"))
    plans, _shapes = grid_plans(project, area_outlines(project), {0: ("A",), 1: ("B",)})
    assert [plan.outline_source for plan in plans] == ["generated", "imported"]


def test_areas_in_no_grid_in_two_and_without_manager_are_found() -> None:
    project = station(
        transformer_areas=[{"id": "a", "manager": "A"}, {"id": "b"}, {"id": "c", "manager": "gone"}],
        district_managers=managers("A"),
    )
    found = check_grids(project, [["a", "b"], ["b"]])
    assert (found.without_grid, found.in_several, found.without_manager) == (("c",), ("b",), ("b", "c"))
    assert not found.sound
