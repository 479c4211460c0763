"""A table written with its shapes is read back whole, a Shapefile's cut headings too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from gis.readers.spatial import read_shapes
from gis.shape_export import shapes_of, short_names, told, write_shapes
from gis.sheets import Sheet
from grid_model import schema
from grid_model.errors import GridError
from tests.drawing import draw
from tests.little_station import little_station

PROJECT = little_station()
HEADINGS = ["台区编号", "台区编码旧", "台区编制日期", "容量（kVA）", "备注"]
ROWS: list[list[str | float | None]] = [
    ["0000000001", "a", "2026-01-01", 100.0, None],
    ["0000000002", None, "2026-01-02", None, "石桥村#2公变"],
]


def areas() -> list[bytes | None]:
    return shapes_of(PROJECT, "transformer_areas", [0, 1])


def written(path: Path, geographic: bool = True, rows: list[list[str | float | None]] = ROWS) -> bool:
    sheet = Sheet("台区", HEADINGS, rows, ["数据日期 2026-11-20"])
    return write_shapes(path, sheet, schema.table("transformer_areas"), areas(), geographic)


@pytest.mark.parametrize("name", ["台区.gpkg", "台区.geojson", "台区.shp"])
def test_headings_values_and_shapes_come_back(tmp_path: Path, name: str) -> None:
    assert written(tmp_path / name) == name.endswith(".shp")
    (read,) = read_shapes(tmp_path / name, name)
    assert list(read.frame) == HEADINGS
    assert read.frame["台区编号"].tolist() == ["0000000001", "0000000002"]
    assert read.frame["容量（kVA）"].iloc[0] == "100"
    assert read.frame["备注"].iloc[1] == "石桥村#2公变"
    assert read.frame["备注"].isna().iloc[0]
    assert read.shapes is not None
    for found, wanted in zip(read.shapes, shapely.from_wkb(areas()), strict=True):
        assert shapely.symmetric_difference(found, wanted).area < 1e-9
    assert "4490" in read.crs or "4326" in read.crs or "CGCS2000" in read.crs.replace(" ", "")


def test_a_shapefile_has_fields_of_ten_bytes_and_its_full_headings_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "areas.shp"
    written(path)
    fields = pyogrio.read_info(path)["fields"].tolist()
    assert fields == short_names(HEADINGS)
    assert all(len(one.encode()) <= 10 for one in fields)
    assert len(set(fields)) == 5
    beside = (tmp_path / "areas.fields.csv").read_text("utf-8-sig").splitlines()
    assert beside[0] == "field,heading"
    assert beside[1:] == [f"{one},{full}" for one, full in zip(fields, HEADINGS, strict=True)]
    assert "areas.fields.csv" in told(path)


def test_headings_that_fit_need_no_file_beside_and_an_old_one_goes(tmp_path: Path) -> None:
    path = tmp_path / "areas.shp"
    written(path)
    sheet = Sheet("areas", ["id"], [["1"], ["2"]])
    assert not write_shapes(path, sheet, schema.table("transformer_areas"), areas(), True)
    assert not (tmp_path / "areas.fields.csv").exists()
    (read,) = read_shapes(path, path.name)
    assert list(read.frame) == ["id"]


def test_a_list_of_names_that_is_none_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "areas.shp"
    written(path)
    (tmp_path / "areas.fields.csv").write_text("something else", "utf-8")
    with pytest.raises(GridError, match="bad-field-names"):
        read_shapes(path, path.name)


def test_a_text_too_long_for_a_shapefile_is_refused_and_what_was_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "areas.shp"
    written(path)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    with pytest.raises(GridError) as refused:
        written(path, rows=[ROWS[0], [*ROWS[1][:4], "很" * 85]])
    assert refused.value.code == "shapefile-text-too-long"
    assert (refused.value.values["row"], refused.value.values["column"]) == (2, "备注")
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before
    assert not written(tmp_path / "areas.gpkg", rows=[ROWS[0], [*ROWS[1][:4], "很" * 85]])


def test_a_plane_of_its_own_is_written_as_one_and_not_as_geojson(tmp_path: Path) -> None:
    with pytest.raises(GridError, match="geojson-needs-degrees"):
        written(tmp_path / "a.geojson", geographic=False)
    written(tmp_path / "a.gpkg", geographic=False)
    (read,) = read_shapes(tmp_path / "a.gpkg", "a.gpkg")
    from gis import crs

    assert crs.read_crs(read.crs).name == "LOCAL"


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp"])
def test_a_place_that_cannot_be_is_written_as_it_stands(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"areas{suffix}"
    sheet = Sheet("areas", ["id"], [["1"], ["2"]])
    wrong = [shapely.Point(3_400_000.0, 500_000.0).wkb, None]
    write_shapes(path, sheet, schema.table("customers"), wrong, True)
    (read,) = read_shapes(path, path.name)
    assert read.shapes is not None
    assert read.shapes[0].x == 3_400_000.0
    assert read.shapes[1] is None


def test_a_folder_that_is_gone_and_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GridError, match="output-folder-missing"):
        written(tmp_path / "gone" / "a.gpkg")
    with pytest.raises(GridError, match="bad-output-name"):
        written(tmp_path / "a.tab")


def test_short_names_differ_but_for_capitals_too() -> None:
    assert short_names(["transformer_area", "transformer_room", "Transform", "transformer"]) == [
        "transforme",
        "transform2",
        "Transform",
        "transform3",
    ]


def test_devices_stand_at_their_node_lines_without_a_route_run_straight_others_have_none() -> None:
    project = draw("s1 k1 a", "a l1 b", sources=["s1"])
    nodes = project.frame("connectivity_nodes")
    assert shapes_of(project, "switches", [0]) == [None]
    assert shapes_of(project, "ac_line_segments", [0]) == [None]
    draft = project.edit()
    for n, one in enumerate(nodes["id"]):
        draft.update("connectivity_nodes", [one], x=float(n), y=2.0)
    placed, _changes = draft.finish()
    (point,) = shapely.from_wkb(np.array(shapes_of(placed, "switches", [0]), dtype=object))
    assert point.y == 2.0
    (line,) = shapely.from_wkb(np.array(shapes_of(placed, "ac_line_segments", [0]), dtype=object))
    assert len(line.coords) == 2
