"""Where a road crosses a barrier the planner may have a crossing made, once for each bridge."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from gis.crossings import PutCrossings, crossings_of_roads
from gis.neighbourhood import neighbourhood
from gis.project_file import open_for_reading, save_new
from grid_model.project import Project
from tests.test_gis.territories import line, managers, squares, station

Row: TypeAlias = dict[str, object]
RIVER: Row = {"id": "r", "kind": "river", "geometry": line((1000, -100), (1000, 1100))}
ROAD: Row = {"id": "X1", "name": "石桥路", "road_class": "county", "geometry": line((0, 500), (2000, 500))}


def project(*roads: Row, barriers: Sequence[Row] = (RIVER,), crossings: Sequence[Row] = ()) -> Project:
    return station(
        transformer_areas=squares("AB"),
        district_managers=managers("AB"),
        roads=roads,
        barriers=barriers,
        crossings=crossings,
    )


def test_a_road_across_a_river_makes_a_crossing_that_keeps_neighbours() -> None:
    before = project(ROAD)
    assert not neighbourhood(before).neighbours
    (row,) = made = crossings_of_roads(before)
    assert row == {"id": "X1@1", "name": "石桥路", "reach_m": 100.0, "x": 1000.0, "y": 500.0}
    after = PutCrossings(made).apply(before)[0]
    (border,) = neighbourhood(after).neighbours
    assert border.crossings == ("X1@1",)
    assert crossings_of_roads(after) == ()


def test_both_banks_of_a_river_are_one_bridge_and_two_rivers_two() -> None:
    bank = RIVER | {"id": "bank", "geometry": line((1100, -100), (1100, 1100))}
    (row,) = crossings_of_roads(project(ROAD, barriers=[RIVER, bank]))
    assert (row["x"], row["reach_m"]) == (1050, 150)
    far = RIVER | {"id": "far", "geometry": line((1800, -100), (1800, 1100))}
    assert [row["id"] for row in crossings_of_roads(project(ROAD, barriers=[RIVER, far]))] == ["X1@1", "X1@2"]


def test_a_motorway_and_a_road_along_the_river_make_none() -> None:
    assert crossings_of_roads(project(ROAD | {"road_class": "motorway"})) == ()
    along = ROAD | {"geometry": line((1000, 0), (1000, 900))}
    assert crossings_of_roads(project(along)) == ()
    assert crossings_of_roads(project()) == () and crossings_of_roads(project(ROAD, barriers=[])) == ()


def test_a_crossing_that_is_there_already_is_enough() -> None:
    near: Row = {"id": "ferry", "x": 1000.0, "y": 560.0}
    assert crossings_of_roads(project(ROAD, crossings=[near])) == ()
    far: Row = {"id": "ferry", "x": 1000.0, "y": 900.0}
    assert len(crossings_of_roads(project(ROAD, crossings=[far]))) == 1


def test_the_command_adds_crossings_only_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ui.cli import main

    path = tmp_path / "p.gpkg"
    save_new(path, project(ROAD))
    assert main(["roads", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["crossings"] == []
    assert not len(open_for_reading(path).frame("crossings"))
    assert main(["roads", str(path), "--crossings", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["crossings"] == ["X1@1"]
    assert open_for_reading(path).frame("crossings")["id"].tolist() == ["X1@1"]
