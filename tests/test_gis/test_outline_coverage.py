"""Whatever is drawn already and wherever customers live: outlines fill the station, none over another."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.outline_check import check_outlines
from gis.outlines import area_outlines
from gis.project_file import open_for_reading, save_new
from grid_model.project import Project
from tests.conftest import scaled
from tests.test_gis.territories import box, line, station

WIDE, HIGH = 4000.0, 3000.0
BOUNDARY = {"id": "S", "name": "供电所", "geometry": box(0, 0, WIDE, HIGH)}


def sound(project: Project) -> None:
    """The union is the station, and no two outlines share land."""
    found = area_outlines(project)
    shapes = found.shapes[~shapely.is_missing(found.shapes)]
    assert shapely.is_valid(shapes).all()
    assert shapely.area(shapely.union_all(shapes)) == pytest.approx(WIDE * HIGH, rel=1e-6)
    assert shapely.area(shapes).sum() == pytest.approx(WIDE * HIGH, rel=1e-6)
    for a, b in combinations(shapes, 2):
        assert shapely.area(shapely.intersection(a, b)) < 1e-2
    made = found.shapes[found.generated]
    assert shapely.coverage_is_valid(made)
    check = check_outlines(project, found)
    assert check.is_coverage and check.outside_m2 == 0


@st.composite
def stations(draw: st.DrawFn) -> Project:
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    count = draw(st.integers(1, 7))
    spread = draw(st.sampled_from([0.0, 60.0, 400.0]))
    ids = [f"T{n}" for n in range(count)]
    middles = random.uniform((100, 100), (WIDE - 100, HIGH - 100), (count, 2))
    customers, lines = [], []
    for area, middle in zip(ids, middles, strict=True):
        for n in range(draw(st.integers(1, 6))):
            x, y = np.clip(middle + random.normal(0, spread, 2), 1, (WIDE - 1, HIGH - 1))
            customers.append({"id": f"{area}-{n}", "transformer_area": area, "x": float(x), "y": float(y)})
        if draw(st.booleans()):
            ends = np.clip(middle + random.normal(0, 300, (3, 2)), 1, (WIDE - 1, HIGH - 1))
            route = line(*((float(x), float(y)) for x, y in ends))
            lines.append(
                {"id": f"L{area}", "node_a": "n", "node_b": "n", "nominal_kv": 0.4, "transformer_area": area}
                | {"geometry": route}
            )
    areas: list[dict[str, object]] = [{"id": area} for area in ids]
    if draw(st.booleans()) and count > 1:  # one is drawn already
        areas[0] |= {"geometry": box(0, 0, 700, 900), "outline_source": "drawn"}
    villages = [
        {"id": "w", "name": "西", "geometry": box(0, 0, 1500, HIGH)},
        {"id": "e", "name": "东", "geometry": box(1500, 0, WIDE - 1500, HIGH)},
    ]
    river = {"id": "r", "kind": "river", "geometry": line((-10, 1000), (2000, 1700), (WIDE + 10, 1200))}
    return station(
        transformer_areas=areas,
        customers=customers,
        ac_line_segments=lines,
        stations=[BOUNDARY],
        villages=villages if draw(st.booleans()) else [],
        barriers=[river] if draw(st.booleans()) else [],
    )


@settings(max_examples=scaled(25, 500))
@given(stations())
def test_outlines_fill_the_station_and_none_lies_over_another(project: Project) -> None:
    sound(project)


def test_low_voltage_lines_draw_land_to_their_area() -> None:
    #   both transformers stand in the west; the line of T0 runs along the northern half to the east
    lines = [
        {"id": "L", "node_a": "a", "node_b": "b", "nominal_kv": 0.4, "transformer_area": "T0"}
        | {"geometry": line((500, 2200), (3500, 2200))}
    ]
    customers = [
        {"id": "0", "transformer_area": "T0", "x": 500.0, "y": 2200.0},
        {"id": "1", "transformer_area": "T1", "x": 500.0, "y": 800.0},
        {"id": "2", "transformer_area": "T1", "x": 3500.0, "y": 800.0},
    ]
    areas = [{"id": "T0"}, {"id": "T1"}]
    project = station(
        transformer_areas=areas, customers=customers, ac_line_segments=lines, stations=[BOUNDARY]
    )
    found = area_outlines(project)
    assert shapely.contains_properly(found.shapes[0], shapely.Point(3400, 2300))
    without = station(transformer_areas=areas, customers=customers, stations=[BOUNDARY])
    assert not shapely.intersects(area_outlines(without).shapes[0], shapely.Point(3400, 2300))
    straight = [lines[0] | {"geometry": None}]
    nodes = [{"id": "a", "x": 500.0, "y": 2200.0}, {"id": "b", "x": 3500.0, "y": 2200.0}]
    routeless = station(
        transformer_areas=areas,
        customers=customers,
        ac_line_segments=straight,
        connectivity_nodes=nodes,
        stations=[BOUNDARY],
    )
    assert shapely.area(area_outlines(routeless).shapes[0]) == pytest.approx(shapely.area(found.shapes[0]))


def test_a_customer_with_wrong_coordinates_makes_no_land_of_his_own() -> None:
    customers = [
        {"id": str(n), "transformer_area": f"T{n % 2}", "x": 1000.0 + 2000 * (n % 2), "y": 100.0 * n}
        for n in range(20)
    ]
    stray = {"id": "x", "transformer_area": "T0", "x": 90_000.0, "y": 90_000.0}
    project = station(
        transformer_areas=[{"id": "T0"}, {"id": "T1"}], customers=[*customers, stray], stations=[BOUNDARY]
    )
    sound(project)


def test_a_village_without_any_place_is_shared_out_to_the_nearest_places_around() -> None:
    villages = [
        {"id": "w", "name": "西", "geometry": box(0, 0, 1000, HIGH)},
        {"id": "m", "name": "中", "geometry": box(1000, 0, 1200, HIGH)},
        {"id": "e", "name": "东", "geometry": box(2200, 0, WIDE - 2200, HIGH)},
    ]
    random = np.random.default_rng(3)
    x = np.r_[random.uniform(10, 990, 20), random.uniform(2210, 3990, 20)]
    y = random.uniform(10, HIGH - 10, 40)
    customers = [
        {"id": str(n), "transformer_area": f"T{n % 6}", "x": float(x[n]), "y": float(y[n])} for n in range(40)
    ]
    settings = [{"id": "outline.simplify_m", "value": "0"}, {"id": "outline.thin_m", "value": "0.1"}]
    project = station(
        transformer_areas=[{"id": f"T{n}"} for n in range(6)],
        customers=customers,
        stations=[BOUNDARY],
        villages=villages,
        settings=settings,
    )
    sound(project)
    found = area_outlines(project)
    for at in random.uniform((1001, 0), (2199, HIGH), (200, 2)):
        nearest = int(np.argmin(np.hypot(x - at[0], y - at[1])))
        assert shapely.distance(found.shapes[nearest % 6], shapely.Point(at)) < 0.01


def test_slivers_between_drawn_outlines_stay_and_are_reported_as_gaps() -> None:
    areas: list[dict[str, object]] = [
        {"id": "a", "geometry": box(0, 0, 1000, HIGH), "outline_source": "drawn"},
        {"id": "b", "geometry": box(1001.5, 0, 998.5, HIGH), "outline_source": "drawn"},
        {"id": "c"},
    ]
    customers = [{"id": "1", "transformer_area": "c", "x": 3000.0, "y": 1000.0}]
    project = station(transformer_areas=areas, customers=customers, stations=[BOUNDARY])
    found = area_outlines(project)
    check = check_outlines(project, found)
    assert not check.islands and shapely.equals(found.shapes[2], shapely.box(2000, 0, WIDE, HIGH))
    ((x, _y, m2),) = check.gaps
    assert 1000 < x < 1001.5 and m2 == pytest.approx(1.5 * HIGH)


def test_islands_holes_overlaps_and_what_lies_outside_are_found() -> None:
    ring = shapely.difference(shapely.box(0, 0, WIDE, HIGH), shapely.box(1000, 1000, 2000, 2000))
    two = shapely.MultiPolygon([shapely.box(1000, 1000, 2000, 1900), shapely.box(5000, 0, 5100, 100)])
    areas = [
        {"id": "ring", "geometry": bytes(shapely.to_wkb(shapely.MultiPolygon([ring])))},
        {"id": "two", "geometry": bytes(shapely.to_wkb(two))},
        {"id": "over", "geometry": box(1500, 1500, 1000, 100)},
    ]
    project = station(transformer_areas=areas, stations=[BOUNDARY])
    check = check_outlines(project, area_outlines(project))
    assert check.islands == (("two", 2),) and check.enclosing == (("ring", 1),)
    assert [(a, b, round(m2)) for a, b, m2 in check.overlaps] == [
        ("over", "ring", 50_000),
        ("over", "two", 50_000),
    ]
    assert [round(m2) for _x, _y, m2 in check.gaps] == [100_000]
    assert check.outside_m2 == pytest.approx(10_000) and not check.is_coverage


def test_where_drawn_outlines_leave_nothing_new_ones_get_nothing() -> None:
    whole: dict[str, object] = {"id": "a", "geometry": box(0, 0, WIDE, HIGH), "outline_source": "drawn"}
    areas: list[dict[str, object]] = [whole, {"id": "b"}]
    customers = [{"id": "1", "transformer_area": "b", "x": 3000.0, "y": 1000.0}]
    found = area_outlines(station(transformer_areas=areas, customers=customers, stations=[BOUNDARY]))
    assert found.placeless == ("b",) and not found.generated.any()


# ------------------------------------------------------------ the command


def command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    from ui.cli import main

    code = main(["outlines", *words])
    return code, capsys.readouterr().out


def saved(tmp_path: Path) -> Path:
    customers = [
        {"id": str(n), "transformer_area": f"T{n % 2}", "x": 1000.0 + 2000 * (n % 2), "y": 100.0 * n}
        for n in range(1, 20)
    ]
    path = tmp_path / "p.gpkg"
    areas = [{"id": "T0"}, {"id": "T1"}]
    save_new(path, station(transformer_areas=areas, customers=customers, stations=[BOUNDARY]))
    return path


def test_the_command_only_shows_unless_told_to_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path)
    code, out = command(capsys, str(path), "--json")
    told = json.loads(out)
    assert (code, told["generated"], told["kept"], told["written"]) == (0, 2, 0, False)
    assert told["coverage"] and not told["gaps"] and not told["placeless"]
    assert open_for_reading(path).frame("transformer_areas")["geometry"].isna().all()
    code, out = command(capsys, str(path))
    assert "--write keeps the outlines" in out and "leave no gaps" in out


def test_the_command_writes_and_makes_anew_only_what_was_generated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path)
    assert json.loads(command(capsys, str(path), "--write", "--json")[1])["written"]
    rows = open_for_reading(path).frame("transformer_areas")
    assert rows["outline_source"].tolist() == ["generated"] * 2 and rows["geometry"].notna().all()
    assert json.loads(command(capsys, str(path), "--write", "--json")[1])["generated"] == 0
    again = json.loads(command(capsys, str(path), "--again", "--write", "--json")[1])
    assert (again["generated"], again["kept"]) == (2, 0)


def test_an_area_without_any_place_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path)
    from gis.project_file import opened_for_editing
    from tests.project_values import Step

    with opened_for_editing(path) as history:
        history.do(Step(lambda draft: draft.insert("transformer_areas", [{"id": "nowhere"}]), "Add", {}))
    code, out = command(capsys, str(path), "--json")
    assert code == 1 and json.loads(out)["placeless"] == ["nowhere"]
