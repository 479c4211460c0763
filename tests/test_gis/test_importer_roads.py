"""Roads, barriers and crossings out of map files: classes, directions, parts, what is no road."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gis.measuring import MetricPlane
from gis.roads import road_network
from grid_model.errors import GridError
from grid_model.project import Project
from tests.test_gis.osm_pbf import pbf
from tests.test_gis.test_importer_outlines import shapes
from tests.test_gis.test_importer_tables import imported, save, told


def lines(path: Path, fields: dict[str, list[Any]], geometry: list[Any] | None = None) -> Path:
    count = len(next(iter(fields.values())))
    made = [shapely.LineString([(113 + n / 100, 28), (113 + n / 100, 28.01)]) for n in range(count)]
    return shapes(path, fields, made if geometry is None else geometry)


def column(project: Project, name: str, table: str = "roads") -> list[Any]:
    cells = project.frame(table)[name].astype(object)
    return cells.where(cells.notna(), None).tolist()


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp"])
def test_roads_are_known_by_their_class_in_the_words_of_maps_and_of_the_authority(
    tmp_path: Path, ending: str
) -> None:
    words = ["国道", "省道", "县道", "乡道", "村道", "primary_link", "residential", "track", "motorway"]
    # A shapefile cuts headings after ten bytes.
    heading = "highway" if ending == "shp" else "道路等级"
    path = lines(tmp_path / f"net.{ending}", {heading: words, "名称": [f"路{n}" for n in range(9)]})
    found, project = imported([path])
    classes = ["trunk", "trunk", "county", "township", "village", "trunk", "village", "track", "motorway"]
    assert column(project, "road_class") == classes
    assert column(project, "name")[0] == "路0" and found.rejected == {path.name: 0}


def test_a_road_without_a_class_has_that_of_its_number() -> None:
    import pandas as pd

    from gis.importer_intake import Intake
    from gis.importer_roads import _class_by_number
    from gis.readers import RawTable

    numbers = ["G107", "G70", "G7011", "S208", "S26", "X003", "Y012", "C045", "ABC", None]
    frame = pd.DataFrame({"路线编号": pd.Series(numbers, dtype="str")})
    intake = Intake(RawTable("r.shp", frame, np.arange(1, 11)), "roads", {})
    found = _class_by_number(intake).astype(object)
    wanted = [
        "trunk",
        "motorway",
        "motorway",
        "trunk",
        "motorway",
        "county",
        "township",
        "village",
        None,
        None,
    ]
    assert found.where(found.notna(), None).tolist() == wanted


def test_what_nobody_drives_on_is_left_out_and_counted(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "r.gpkg", {"osm_id": ["1", "2", "3"], "highway": ["footway", "tertiary", "steps"]}
    )
    found, project = imported([path])
    assert column(project, "id") == ["2"]
    assert (found.read, found.kept, found.rejected) == ({"r.gpkg": 3}, {"r.gpkg": 1}, {"r.gpkg": 2})
    assert [issue.details["count"] for issue in found.issues if issue.code == "not-a-road"] == [2]


def test_one_way_roads_of_openstreetmap_are_driven_as_they_say(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "r.gpkg",
        {
            "osm_id": list("123456"),
            "highway": ["tertiary"] * 4 + ["motorway", "tertiary"],
            "oneway": ["yes", "-1", "no", None, None, "reversible"],
            "junction": [None, None, None, "roundabout", None, None],
        },
    )
    found, project = imported([path])
    assert column(project, "one_way") == [True, True, False, True, True, False]
    routes = shapely.from_wkb(project.frame("roads")["geometry"].to_numpy(dtype=object))
    south = [shapely.get_coordinates(route)[0, 1] for route in routes]
    assert south == [28, 28.01, 28, 28, 28, 28]
    assert [issue.details["count"] for issue in found.issues if issue.code == "road-turned-round"] == [1]
    assert not told(found, "not-yes-or-no")


def test_one_way_roads_of_geofabrik_shapefiles_go_forward_against_and_both(tmp_path: Path) -> None:
    path = lines(tmp_path / "r.shp", {"fclass": ["tertiary"] * 3, "oneway": ["F", "T", "B"]})
    _found, project = imported([path])
    assert column(project, "one_way") == [True, True, False]


def test_a_speed_limit_counts_where_it_is_below_the_class(tmp_path: Path) -> None:
    fields = {"highway": ["primary", "primary", "track"], "maxspeed": ["40", "100", "walk"]}
    _found, project = imported([lines(tmp_path / "r.gpkg", fields)])
    assert column(project, "speed_kmh") == [40.0, None, None]


def test_roads_without_numbers_of_their_own_are_numbered_by_row_and_found_again(tmp_path: Path) -> None:
    path = lines(tmp_path / "net.gpkg", {"highway": ["track", "primary"], "id": ["7", "7"]})
    found, project = imported([path])
    assert column(project, "id") == ["net-1", "net-2"]
    assert [issue.details["count"] for issue in found.issues if issue.code == "numbered-by-row"] == [2]
    again, project = imported([path], project)
    assert len(project.frame("roads")) == 2 and again.differences["roads"].same == 2


def test_a_line_of_several_parts_becomes_a_row_for_each_with_its_share_of_the_length(tmp_path: Path) -> None:
    apart = shapely.MultiLineString([[(113, 28), (113, 28.01)], [(113.1, 28), (113.1, 28.03)]])
    joined = shapely.MultiLineString([[(113.2, 28), (113.2, 28.01)], [(113.2, 28.01), (113.2, 28.02)]])
    fields: dict[str, list[Any]] = {
        "osm_id": ["a", "j"],
        "highway": ["track"] * 2,
        "length_m": [4400.0, 2200.0],
    }
    found, project = imported([lines(tmp_path / "r.gpkg", fields, [apart, joined])])
    assert column(project, "id") == ["a", "a-2", "j"]
    assert column(project, "length_m") == pytest.approx([1100, 3300, 2200])
    assert found.kept == {"r.gpkg": 2} and found.read == {"r.gpkg": 2}


def test_what_is_no_line_is_rejected_and_a_file_without_lines_refused(tmp_path: Path) -> None:
    fields: dict[str, list[Any]] = {"osm_id": ["p", "n", "l"], "highway": ["track"] * 3}
    line = shapely.LineString([(113, 28), (113, 28.01)])
    path = lines(tmp_path / "r.gpkg", fields, [shapely.Point(113, 28), None, line])
    found, project = imported([path], kind="roads")
    assert column(project, "id") == ["l"]
    assert told(found, "not-a-line") == [("p", 1, False)] and told(found, "shape-missing") == [
        ("n", 2, False)
    ]
    with pytest.raises(GridError, match="no-lines"):
        imported([save(tmp_path, "r.csv", "编号,道路等级\n1,国道\n")], kind="roads")


def test_roads_in_metres_come_to_the_projects_coordinates(tmp_path: Path) -> None:
    line = shapely.LineString([(400_000, 3_140_000), (401_000, 3_140_000)])
    path = shapes(tmp_path / "r.gpkg", {"highway": ["track"]}, [line], "EPSG:4547")
    _found, project = imported([path])
    plane = MetricPlane.of(project)
    network = road_network(project, plane)
    assert network is not None and shapely.length(network.lines)[0] == pytest.approx(1000, rel=0.001)


def test_rivers_ridges_and_borders_become_barriers(tmp_path: Path) -> None:
    path = lines(tmp_path / "x.gpkg", {"类型": ["河流", "山脊线", "镇界"], "名称": ["清水河", None, None]})
    _found, project = imported([path], kind="barriers")
    assert column(project, "kind", "barriers") == ["river", "ridge", "border"]
    assert column(project, "name", "barriers") == ["清水河", None, None]
    _found, project = imported([lines(tmp_path / "清水河流.geojson", {"code": ["1"]})])
    assert column(project, "kind", "barriers") == ["river"]


def test_of_a_river_drawn_as_water_the_banks_are_taken(tmp_path: Path) -> None:
    path = lines(tmp_path / "r.gpkg", {"名称": ["清水河"]}, [shapely.box(113, 28, 113.1, 28.01)])
    found, project = imported([path], kind="barriers")
    (bank,) = shapely.from_wkb(project.frame("barriers")["geometry"].to_numpy(dtype=object))
    assert shapely.get_type_id(bank) == 1 and len(shapely.get_coordinates(bank)) == 5
    assert [issue.code for issue in found.issues if issue.code == "banks-of-area"]


def test_crossings_come_from_tables_and_from_points(tmp_path: Path) -> None:
    csv = save(tmp_path, "桥.csv", "桥梁编号,桥名,经度,纬度,作用距离\nQ1,石桥,113.1,28.1,80\n")
    _found, project = imported([csv], kind="crossings", crs="EPSG:4490")
    assert project.table("crossings").row("Q1")["reach_m"] == 80
    points = shapes(tmp_path / "q.gpkg", {"桥梁编号": ["Q2"], "桥名": ["新桥"]}, [shapely.Point(113.2, 28.2)])
    _found, project = imported([points], project)
    assert project.table("crossings").row("Q2")["x"] == 113.2


OSM = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6">
<node id="1" lat="28.0" lon="113.0"/><node id="2" lat="28.01" lon="113.0"/>
<node id="3" lat="28.02" lon="113.0"/><node id="4" lat="28.01" lon="113.01"/>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="tertiary"/>
<tag k="name" v="石桥路"/><tag k="oneway" v="-1"/><tag k="maxspeed" v="20"/></way>
<way id="11"><nd ref="2"/><nd ref="4"/><tag k="highway" v="track"/></way>
<way id="12"><nd ref="1"/><nd ref="4"/><tag k="waterway" v="river"/><tag k="name" v="清水河"/></way>
<way id="13"><nd ref="3"/><nd ref="4"/><tag k="natural" v="ridge"/></way>
<way id="14"><nd ref="3"/><nd ref="4"/><tag k="power" v="line"/></way>
</osm>
"""


def test_an_extract_of_openstreetmap_gives_roads_and_when_asked_barriers(tmp_path: Path) -> None:
    path = save(tmp_path, "m.osm", OSM)
    found, project = imported([path])
    assert column(project, "id") == ["10", "11"] and column(project, "name")[0] == "石桥路"
    assert column(project, "one_way") == [True, False] and column(project, "speed_kmh") == [20.0, None]
    assert found.read == {"m.osm": 2} and not len(project.frame("barriers"))
    network = road_network(project, MetricPlane.of(project))
    assert network is not None and (len(network.graph), network.graph.nodes) == (3, 4)
    _found, project = imported([path], project, kind="barriers")
    assert dict(zip(column(project, "id", "barriers"), column(project, "kind", "barriers"), strict=True)) == {
        "12": "river",
        "13": "ridge",
    }


def test_an_extract_in_the_binary_form_reads_alike(tmp_path: Path) -> None:
    (tmp_path / "m.osm.pbf").write_bytes(
        pbf(
            {1: (113.0, 28.0), 2: (113.0, 28.01), 3: (113.0, 28.02), 4: (113.01, 28.01)},
            {
                10: ([1, 2, 3], {"highway": "tertiary", "name": "石桥路", "oneway": "-1"}),
                11: ([2, 4], {"highway": "track"}),
                12: ([1, 4], {"waterway": "river"}),
            },
        )
    )
    _found, project = imported([tmp_path / "m.osm.pbf"])
    assert column(project, "id") == ["10", "11"] and column(project, "name")[0] == "石桥路"
    assert column(project, "one_way") == [True, False]
    _found, project = imported([tmp_path / "m.osm.pbf"], project, kind="barriers")
    assert column(project, "kind", "barriers") == ["river"]


def test_a_file_that_only_claims_to_be_an_extract_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(GridError, match="damaged-shapes"):
        imported([save(tmp_path, "m.osm", "no map")])
    (tmp_path / "m.pbf").write_bytes(b"no map either")
    with pytest.raises(GridError, match="damaged-shapes"):
        imported([tmp_path / "m.pbf"])
