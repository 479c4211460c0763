"""Territories that share a border are neighbours; barriers cut them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis.neighbourhood import neighbourhood
from grid_model.project import GEOGRAPHIC, Project
from grid_model.territory import Territory
from tests.test_gis.territories import box, line, managers, squares, station


def pairs(territory: Territory) -> set[str]:
    return {border.a + border.b for border in territory.neighbours}


def drawn(drawing: str, **more: object) -> Project:
    letters = "".join(sorted(set(drawing) - set(". \n")))
    return station(transformer_areas=squares(drawing), **({"district_managers": managers(letters)} | more))  # type: ignore[arg-type]


def test_areas_side_by_side_make_neighbours_corners_do_not() -> None:
    found = neighbourhood(drawn("AB CD"))
    assert pairs(found) == {"AB", "AC", "BD", "CD"}
    assert found.source == "outlines"
    assert [border.length_m for border in found.neighbours] == pytest.approx([1000] * 4, abs=5)


def test_borders_of_several_areas_add_up() -> None:
    (border,) = neighbourhood(drawn("AB AB AB")).neighbours
    assert border.length_m == pytest.approx(3000, abs=10)


def test_a_gap_within_the_tolerance_still_joins_a_wider_one_parts() -> None:
    rows = managers("AB")
    for gap, joined in ((1.5, True), (5.0, False)):
        areas = [
            {"id": "a", "manager": "A", "geometry": box(0, 0)},
            {"id": "b", "manager": "B", "geometry": box(1000 + gap, 0)},
        ]
        found = neighbourhood(station(transformer_areas=areas, district_managers=rows))
        assert bool(found.neighbours) is joined


def test_a_border_shorter_than_the_setting_makes_no_neighbours() -> None:
    areas = [
        {"id": "a", "manager": "A", "geometry": box(0, 0)},
        {"id": "b", "manager": "B", "geometry": box(1000, 970)},
    ]
    rows = managers("AB")
    assert not neighbourhood(station(transformer_areas=areas, district_managers=rows)).neighbours
    low = [{"id": "territory.min_shared_border_m", "value": "20"}]
    assert neighbourhood(station(transformer_areas=areas, district_managers=rows, settings=low)).neighbours


def test_a_river_along_the_border_cuts_it_one_across_does_not() -> None:
    along = [{"id": "r", "kind": "river", "geometry": line((1010, -100), (1010, 1100))}]
    found = neighbourhood(drawn("AB", barriers=along))
    assert not found.neighbours
    (cut,) = found.cut
    assert (cut.a, cut.b, cut.barriers) == ("A", "B", ("r",)) and cut.cut_m == pytest.approx(1000, abs=10)
    across = [{"id": "r", "kind": "river", "geometry": line((0, 500), (2000, 500))}]
    (border,) = neighbourhood(drawn("AB", barriers=across)).neighbours
    assert border.length_m == pytest.approx(1000 - 60, abs=10) and border.barriers == ("r",)


def test_a_bridge_is_a_gap_in_the_river() -> None:
    banks = [
        {"id": "r1", "kind": "river", "geometry": line((1000, -100), (1000, 400))},
        {"id": "r2", "kind": "river", "geometry": line((1000, 600), (1000, 1100))},
    ]
    (border,) = neighbourhood(drawn("AB", barriers=banks)).neighbours
    assert border.length_m == pytest.approx(200, abs=10)


RIVER = [{"id": "r", "kind": "river", "geometry": line((1000, -100), (1000, 1100))}]


def test_a_crossing_keeps_those_neighbours_whom_a_river_parts() -> None:
    ferry = {"id": "ferry", "x": 1000.0, "y": 500.0}
    (border,) = neighbourhood(drawn("AB", barriers=RIVER, crossings=[ferry])).neighbours
    assert (border.a, border.b, border.crossings, border.barriers) == ("A", "B", ("ferry",), ("r",))
    assert border.length_m == 0 and border.cut_m == pytest.approx(1000, abs=10)
    assert not neighbourhood(drawn("AB", barriers=RIVER, crossings=[ferry])).cut


def test_a_crossing_joins_only_territories_within_its_reach() -> None:
    #   the ferry lies 300 m west of the river, within B's territory's reach only when that is 300 m
    far = {"id": "ferry", "x": 700.0, "y": 500.0}
    assert not neighbourhood(drawn("AB", barriers=RIVER, crossings=[far])).neighbours
    near = far | {"reach_m": 301.0}
    assert pairs(neighbourhood(drawn("AB", barriers=RIVER, crossings=[near]))) == {"AB"}
    usual = [{"id": "territory.crossing_reach_m", "value": "301"}]
    assert pairs(neighbourhood(drawn("AB", barriers=RIVER, crossings=[far], settings=usual))) == {"AB"}


def test_a_crossing_joins_territories_that_do_not_touch() -> None:
    pass_ = [{"id": "pass", "x": 1500.0, "y": 500.0, "reach_m": 500.0}]
    found = neighbourhood(drawn("A.B", crossings=pass_))
    assert [(one.a, one.b, one.length_m, one.crossings) for one in found.neighbours] == [
        ("A", "B", 0.0, ("pass",))
    ]
    nowhere = [{"id": "pass", "reach_m": 500.0}]
    assert not neighbourhood(drawn("A.B", crossings=nowhere)).neighbours


def test_planning_by_hand_sees_the_same_neighbours_across_a_crossing() -> None:
    from gis.area_map import area_map
    from gis.outlines import area_outlines
    from grid_model.workload import workload

    crossings = [
        {"id": "ferry", "x": 1000.0, "y": 500.0},
        {"id": "pass", "x": 2500.0, "y": 500.0, "reach_m": 600.0},
    ]
    project = drawn("AB.C", barriers=RIVER, crossings=crossings)
    found = neighbourhood(project)
    assert pairs(found) == {"AB", "BC"}
    by_hand = area_map(project, area_outlines(project), workload(project))
    assert by_hand.managers == found.managers
    assert (by_hand.adjacency == found.adjacency()).all()
    np.testing.assert_allclose(by_hand.minutes, found.minutes)


def test_where_three_territories_meet_a_crossing_joins_every_pair() -> None:
    bridge = [{"id": "q", "x": 1000.0, "y": 1000.0}]
    found = neighbourhood(drawn("AB C.", crossings=bridge))
    assert pairs(found) == {"AB", "AC", "BC"}
    assert {one.crossings for one in found.neighbours} == {("q",)}


def test_two_rivers_and_a_ridge_leave_an_island_of_one_manager() -> None:
    ridge = {"id": "b", "kind": "ridge", "geometry": line((-100, 1000), (1100, 1000))}
    found = neighbourhood(drawn("AB CD", barriers=[RIVER[0], ridge]))
    #   D stands at (1000…2000, 0…1000): the river parts C from D, the ridge A from C; B and D still touch
    assert pairs(found) == {"AB", "BD"}
    assert {one.a + one.b for one in found.cut} == {"AC", "CD"}


def test_managers_not_on_duty_take_no_part() -> None:
    away = managers("ABC", B={"active": False})
    found = neighbourhood(drawn("ABC", district_managers=away))
    assert found.managers == ("A", "C") and not found.neighbours


def test_a_manager_stands_at_his_base_point_else_at_the_centre_of_his_customers() -> None:
    customers = [
        {"id": "1", "transformer_area": "A00", "x": 100.0, "y": 100.0},
        {"id": "2", "transformer_area": "A00", "x": 200.0, "y": 100.0},
        {"id": "3", "transformer_area": "A01", "x": 600.0, "y": 400.0},
        {"id": "4", "transformer_area": "A01", "x": 600.0, "y": 0.0, "status": "closed"},
    ]
    project = drawn("AB A.", customers=customers, district_managers=managers("AB", B={"x": 7.0, "y": 8.0}))
    found = neighbourhood(project)
    #   two customers at (150, 100), one at (600, 400)
    assert (found.x_m[0], found.y_m[0]) == pytest.approx((300, 200))
    assert (found.x_m[1], found.y_m[1]) == (7.0, 8.0)


def test_minutes_are_the_straight_line_times_the_terrain_at_thirty_km_an_hour() -> None:
    places = managers("AB", A={"x": 0.0, "y": 0.0}, B={"x": 3000.0, "y": 4000.0})
    flat = neighbourhood(drawn("AB", district_managers=places))
    assert flat.minutes[0, 1] == pytest.approx(5 * 1.3 / 30 * 60)
    assert flat.minutes[0, 0] == 0
    hilly = [one | {"terrain": "mountain"} for one in squares("AB")]
    steep = neighbourhood(station(transformer_areas=hilly, district_managers=places))
    assert steep.minutes[0, 1] == pytest.approx(5 * 1.6 / 30 * 60)


def test_travel_can_come_from_elsewhere_and_of_a_pair_the_slower_direction_counts() -> None:
    one_way = np.array([[0.0, 3.0], [8.0, 0.0]])
    found = neighbourhood(drawn("AB"), travel=lambda _x, _y: one_way)
    assert found.minutes is one_way
    assert found.pair_minutes[0, 1] == found.pair_minutes[1, 0] == 8.0


def test_a_manager_without_land_is_a_neighbour_where_he_stands() -> None:
    guest = managers("ABCG", G={"x": 500.0, "y": 500.0})
    assert pairs(neighbourhood(drawn("ABC", district_managers=guest))) == {"AB", "BC", "AG", "BG"}


def test_of_outlines_equally_near_the_first_by_number_is_stood_on() -> None:
    people = managers("ABCDX", X={"x": 500.0, "y": 500.0})  # in the gap, as far from the one above as beside
    for drawing, host in (("BCD .A.", "A"), ("ACD .B.", "A"), ("CBD .A.", "A"), ("BAD .C.", "B")):
        found = neighbourhood(station(transformer_areas=squares(drawing), district_managers=people))
        around = {pair.replace(host, "") for pair in pairs(found) if host in pair} - {"X"}
        assert {pair.replace("X", "") for pair in pairs(found) if "X" in pair} == {host, *around}


def test_a_border_is_as_long_whichever_row_comes_first() -> None:
    sliding = shapely.Polygon(
        [(993, 200), (2000, 0), (2000, 1000), (1002, 700)]
    )  # overlaps, and leaves a gap
    areas = [
        {"id": "a", "manager": "A", "geometry": box(0, 0)},
        {"id": "b", "manager": "B", "geometry": bytes(shapely.to_wkb(shapely.multipolygons([sliding])))},
    ]
    found = [
        neighbourhood(station(transformer_areas=rows, district_managers=managers("AB"))).neighbours
        for rows in (areas, areas[::-1])
    ]
    assert found[0] and found[0] == found[1]


def test_without_any_land_base_points_decide() -> None:
    corners = {"A": (0, 0), "B": (1000, 0), "C": (0, 1000), "D": (5000, 5000)}
    rows = managers("ABCDE", **{one: {"x": float(x), "y": float(y)} for one, (x, y) in corners.items()})
    found = neighbourhood(station(district_managers=rows))
    assert found.source == "positions"
    assert pairs(found) >= {"AB", "AC", "BC", "BD", "CD"} and "AD" not in pairs(found)
    assert found.placeless == ("E",) and np.isinf(found.minutes[4, 0])


def test_two_managers_at_one_place_are_neighbours() -> None:
    rows = managers("ABC", A={"x": 0.0, "y": 0.0}, B={"x": 0.0, "y": 0.0}, C={"x": 900.0, "y": 0.0})
    assert pairs(neighbourhood(station(district_managers=rows))) == {"AB", "AC", "BC"}


def test_areas_without_outlines_get_them_from_their_customers() -> None:
    areas = [{"id": letter, "manager": letter} for letter in "ABC"]
    customers = [
        {"id": f"{letter}{n}", "transformer_area": letter, "x": 1000.0 * k + 100 * (n % 3), "y": 100.0 * n}
        for k, letter in enumerate("ABC")
        for n in range(9)
    ]
    found = neighbourhood(
        station(transformer_areas=areas, district_managers=managers("ABC"), customers=customers)
    )
    assert found.source == "generated" and pairs(found) == {"AB", "BC"}


def test_longitude_and_latitude_are_measured_in_metres() -> None:
    # Near 113° E, 28.4° N: 0.01° of latitude are 1 108 m, of longitude 979 m.
    areas = [
        {"id": n, "manager": n, "geometry": bytes(shapely.to_wkb(shapely.multipolygons([shapely.box(*at)])))}
        for n, at in {"A": (113.00, 28.40, 113.01, 28.41), "B": (113.01, 28.40, 113.02, 28.41)}.items()
    ]
    places = managers("AB", A={"x": 113.0, "y": 28.4}, B={"x": 113.01, "y": 28.4})
    found = neighbourhood(station(GEOGRAPHIC, transformer_areas=areas, district_managers=places))
    assert found.neighbours[0].length_m == pytest.approx(1108, rel=0.01)
    assert found.minutes[0, 1] == pytest.approx(0.979 * 1.3 / 30 * 60, rel=0.01)
