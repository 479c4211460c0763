"""Outlines and points out of map files: whose they are, their coordinates, phone maps, broken shapes."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from grid_model.project import LOCAL, Project
from tests.test_gis.test_importer_tables import AREAS, MANAGERS, imported, save, told


@pytest.fixture
def station(tmp_path: Path) -> Project:
    """A project with four managers and two areas."""
    return imported([save(tmp_path, "m.csv", MANAGERS), save(tmp_path, "a.csv", AREAS)])[1]


def shapes(
    path: Path, fields: dict[str, list[Any]], geometry: list[Any], crs: str | None = "EPSG:4490"
) -> Path:
    import geopandas

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        geopandas.GeoDataFrame(fields, geometry=geometry, crs=crs).to_file(path, engine="pyogrio")
    return path


def outline(project: Project, table: str, one: str) -> Any:
    return shapely.from_wkb(project.table(table).row(one)["geometry"])


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
@pytest.mark.parametrize(
    "field", [{"TG_NO": ["0000000001", "0000000002"]}, {"which": ["王村#1公变", "王村#2公变"]}]
)
def test_outlines_find_their_area_by_number_or_name(
    tmp_path: Path, station: Project, ending: str, field: dict[str, list[Any]]
) -> None:
    path = shapes(
        tmp_path / f"o.{ending}",
        field,
        [shapely.box(113, 28, 113.1, 28.1), shapely.box(113.1, 28, 113.2, 28.1)],
    )
    found, project = imported([path], station)
    assert outline(project, "transformer_areas", "0000000001").equals(
        shapely.MultiPolygon([shapely.box(113, 28, 113.1, 28.1)])
    )
    assert project.table("transformer_areas").row("0000000002")["outline_source"] == "imported"
    assert project.table("transformer_areas").row("0000000001")["name"] == "王村#1公变"
    assert found.rejected == {path.name: 0}


def test_outlines_that_fit_nothing_are_rejected_and_crossed_ones_repaired(
    tmp_path: Path, station: Project
) -> None:
    crossed = shapely.Polygon([(113, 28), (113.1, 28.1), (113.1, 28), (113, 28.1)])
    path = shapes(
        tmp_path / "o.gpkg",
        {"id": ["0000000001", "7", "0000000002"]},
        [crossed, shapely.box(0, 0, 1, 1), None],
    )
    found, project = imported([path], station)
    assert told(found, "shape-without-match") == [("", 2, False)]
    assert told(found, "shape-repaired") == [("0000000001", 1, True)]
    assert told(found, "shape-missing") == [("0000000002", 3, False)]
    assert outline(project, "transformer_areas", "0000000001").is_valid
    assert found.rejected == {"o.gpkg": 2}


def test_a_station_boundary_and_villages_may_be_new(tmp_path: Path) -> None:
    station = shapes(tmp_path / "供电所.geojson", {"name": ["青禾供电所"]}, [shapely.box(113, 28, 114, 29)])
    villages = shapes(
        tmp_path / "村界.gpkg",
        {"code": ["421223100201", "421223100202"], "name": ["石桥村", "河东村"]},
        [shapely.box(113, 28, 113.5, 29), shapely.box(113.5, 28, 114, 29)],
    )
    _found, project = imported([station, villages])
    assert project.frame("stations")["name"].tolist() == ["青禾供电所"]
    assert project.frame("villages")[["id", "name"]].to_numpy().tolist() == [
        ["421223100201", "石桥村"],
        ["421223100202", "河东村"],
    ]


def test_outlines_are_brought_to_the_projects_coordinates(tmp_path: Path, station: Project) -> None:
    from gis.crs import to_gcj02

    field = {"TG_NO": ["0000000001"]}
    plane = shapes(
        tmp_path / "plane.gpkg", field, [shapely.box(400_000, 3_140_000, 401_000, 3_141_000)], "EPSG:4547"
    )
    _found, project = imported([plane], station)
    assert shapely.box(112, 28, 114, 29).contains(outline(project, "transformer_areas", "0000000001"))
    x, y = to_gcj02(pd.Series([113.2]).to_numpy(), pd.Series([28.4]).to_numpy())
    phone = shapes(
        tmp_path / "phone.geojson", field, [shapely.box(float(x[0]), float(y[0]), 113.3, 28.5)], "EPSG:4326"
    )
    _found, project = imported([phone], station, crs="GCJ-02")
    left, bottom, *_rest = outline(project, "transformer_areas", "0000000001").bounds
    assert (left, bottom) == pytest.approx((113.2, 28.4), abs=1e-5)


@pytest.mark.parametrize(("moved", "suspected"), [("together", True), ("apart", False), ("little", False)])
def test_points_that_all_moved_like_a_phone_map_are_suspected(
    tmp_path: Path, moved: str, suspected: bool
) -> None:
    import numpy as np

    from gis.crs import to_gcj02

    x, y = np.linspace(113.2, 113.25, 8), np.linspace(28.4, 28.45, 8)

    def table(name: str, lon: Any, lat: Any) -> Path:
        rows = "".join(f"{n:03d},{a:.7f},{b:.7f}\n" for n, (a, b) in enumerate(zip(lon, lat, strict=True)))
        return save(tmp_path, name, "户号,经度,纬度\n" + rows)

    project = imported([table("a.csv", x, y)], crs="EPSG:4490")[1]
    sign = np.where(np.arange(8) % 2, 1, -1)
    there = {"together": to_gcj02(x, y), "apart": (x + 0.004 * sign, y), "little": (x + 0.0001, y)}[moved]
    found, _project = imported([table("b.csv", *there)], project, crs="EPSG:4490")
    assert bool(told(found, "shifted-like-phone-map")) == suspected
    found, _project = imported([table("c.csv", *to_gcj02(x, y))], project, crs="GCJ-02")
    assert not told(found, "shifted-like-phone-map")


def test_shapes_without_a_system_that_are_no_degrees_make_a_local_plane(
    tmp_path: Path, station: Project
) -> None:
    path = shapes(tmp_path / "o.gpkg", {"TG_NO": ["0000000001"]}, [shapely.box(0, 0, 500, 500)], None)
    _found, project = imported([path], station)
    assert project.info.crs == LOCAL


def test_customers_given_as_points_get_their_place(tmp_path: Path, station: Project) -> None:
    path = shapes(
        tmp_path / "c.gpkg", {"户号": ["001"], "台区编号": ["0000000001"]}, [shapely.Point(113.2, 28.4)]
    )
    _found, project = imported([path], station)
    row = project.table("customers").row("001")
    assert (row["x"], row["y"], row["transformer_area"]) == (113.2, 28.4, "0000000001")


def test_the_border_and_villages_of_a_real_county_import(taiqu_data: Path) -> None:
    _found, project = imported(
        [taiqu_data / "china_chongyang" / "421223.fence.geojson"], table="stations", crs="GCJ-02"
    )
    assert len(project.frame("stations")) == 1
    assert outline(project, "stations", project.frame("stations")["id"].iloc[0]).area > 0.1
