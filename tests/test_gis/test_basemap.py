"""A base map lies where its file says; one that says nothing is asked about, a damaged one is refused."""

from __future__ import annotations

import contextlib
import json
import math
import sqlite3
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gis import basemap, crs
from gis.display import ZonePlane
from gis.geotiff import read_tags
from grid_model.errors import GridError

GEO, ZONE = crs.read_crs("EPSG:4490"), crs.read_crs("EPSG:4547")


def refusal(code: str) -> Any:
    return pytest.raises(GridError, match=code)


def tiff(
    path: Path, tags: dict[int, tuple[str, tuple[Any, ...]]], big: bool = False, order: str = "<"
) -> Path:
    """Write a TIFF that has only tags; `tags` gives the struct letter and the values of each."""
    kinds = {"H": 3, "d": 12}
    place = 16 if big else 8
    entries, data = b"", b""
    after = place + (8 + 20 * len(tags) if big else 2 + 12 * len(tags)) + 8
    for tag, (letter, values) in sorted(tags.items()):
        raw = struct.pack(order + letter * len(values), *values)
        inline = 8 if big else 4
        if len(raw) <= inline:
            where = raw.ljust(inline, b"\0")
        else:
            where = struct.pack(order + ("Q" if big else "I"), after + len(data))
            data += raw
        entries += struct.pack(order + ("HHQ" if big else "HHI"), tag, kinds[letter], len(values)) + where
    head = b"II" if order == "<" else b"MM"
    if big:
        head += struct.pack(order + "HHHQ", 43, 8, 0, place)
        body = struct.pack(order + "Q", len(tags)) + entries
    else:
        head += struct.pack(order + "HI", 42, place)
        body = struct.pack(order + "H", len(tags)) + entries
    path.write_bytes((head + body).ljust(after, b"\0") + data)
    return path


def geo_tags(epsg: int, key: int = 3072, raster: int = 1) -> dict[int, tuple[str, tuple[Any, ...]]]:
    return {
        33550: ("d", (2.0, 4.0, 0.0)),
        33922: ("d", (0.0, 0.0, 0.0, 500_000.0, 3_300_000.0, 0.0)),
        34735: ("H", (1, 1, 0, 2, 1025, 0, 1, raster, key, 0, 1, epsg)),
    }


def test_a_world_file_speaks_of_the_middle_of_a_pixel(tmp_path: Path) -> None:
    (tmp_path / "map.jpg").write_bytes(b"")
    (tmp_path / "map.jgw").write_text("2\n0\n0\n-4\n1001\n1998\n")
    place = basemap.picture_place(tmp_path / "map.jpg")
    # the middle of the first pixel lies at 1001, 1998; it is 2 wide and 4 high
    assert place.ground(np.array([[0.5, 0.5], [0.0, 0.0], [10.0, 5.0]])).tolist() == [
        [1001.0, 1998.0],
        [1000.0, 2000.0],
        [1020.0, 1980.0],
    ]


@pytest.mark.parametrize("name", ["MAP.JGW", "map.jpgw", "map.wld"])
def test_a_world_file_is_found_under_any_of_its_names(tmp_path: Path, name: str) -> None:
    (tmp_path / "map.jpg").write_bytes(b"")
    (tmp_path / name).write_text("1 0 0 -1 0.5 -0.5")
    assert basemap.picture_place(tmp_path / "map.jpg").matrix == (1, 0, 0, 0, -1, 0)


@pytest.mark.parametrize("text", ["", "1 2 3", "a b c d e f", "0 0 0 0 0 0", "nan 0 0 -1 0 0", "一\n"])
def test_a_world_file_without_six_sensible_numbers_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "map.png").write_bytes(b"")
    (tmp_path / "map.pgw").write_text(text, encoding="utf-8")
    with refusal("base-map-bad-world-file"):
        basemap.picture_place(tmp_path / "map.png")


def test_a_picture_without_a_place_is_refused_and_the_sentence_names_the_file_to_add(tmp_path: Path) -> None:
    (tmp_path / "map.png").write_bytes(b"")
    with refusal("base-map-no-place") as told:
        basemap.stated_crs(tmp_path / "map.png")
    assert told.value.values["world"] == "map.pgw"


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_geotiff_says_where_it_lies_and_in_which_system(tmp_path: Path, big: bool, order: str) -> None:
    path = tiff(tmp_path / "map.tif", geo_tags(4547), big, order)
    assert basemap.stated_crs(path) == "EPSG:4547"
    assert basemap.picture_place(path).matrix == (2, 0, 500_000, 0, -4, 3_300_000)


def test_in_a_geotiff_whose_points_are_pixels_the_tie_is_the_middle_of_one(tmp_path: Path) -> None:
    path = tiff(tmp_path / "map.tif", geo_tags(4490, 2048, raster=2))
    assert basemap.stated_crs(path) == "EPSG:4490"
    assert basemap.picture_place(path).matrix == (2, 0, 499_999, 0, -4, 3_300_002)


def test_a_projection_of_its_own_in_a_geotiff_is_asked_about(tmp_path: Path) -> None:
    path = tiff(tmp_path / "map.tif", geo_tags(32767))
    assert basemap.stated_crs(path) == ""


@pytest.mark.parametrize("content", [b"", b"II", b"II*\0\xff\xff\xff\xff", b"no tiff at all, but longer"])
def test_a_damaged_tiff_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "map.tif").write_bytes(content)
    with refusal("base-map-unreadable"):
        basemap.stated_crs(tmp_path / "map.tif")


def mbtiles(path: Path, tiles: dict[tuple[int, int, int], bytes], **metadata: str) -> Path:
    """Write an MBTiles file; rows of `tiles` count from the north."""
    file = sqlite3.connect(path)
    file.execute("CREATE TABLE metadata (name text, value text)")
    file.execute(
        "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)"
    )
    file.executemany("INSERT INTO metadata VALUES (?, ?)", metadata.items())
    rows = [(z, x, 2**z - 1 - y, data) for (z, x, y), data in tiles.items()]
    file.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    file.commit()
    file.close()
    return path


def test_tiles_are_found_by_rows_counted_from_the_north(tmp_path: Path) -> None:
    path = mbtiles(tmp_path / "map.mbtiles", {(3, 6, 3): b"here", (2, 3, 1): b"above"}, format="png")
    with basemap.TileStore(path) as store:
        assert (store.zooms, store.is_vector) == ((2, 3), False)
        assert store.tile(3, 6, 3) == b"here"
        assert store.tile(3, 6, 4) is None
        west, south, east, north = store.bounds()
    assert (west, east) == (90.0, 135.0)
    assert (south, north) == pytest.approx((0.0, 40.9799), abs=1e-3)


def test_an_empty_or_damaged_tile_file_is_refused(tmp_path: Path) -> None:
    with refusal("base-map-empty"):
        basemap.TileStore(mbtiles(tmp_path / "empty.mbtiles", {}))
    (tmp_path / "bad.mbtiles").write_bytes(b"nothing of the sort" * 100)
    with refusal("base-map-unreadable"):
        basemap.kind_of(tmp_path / "bad.mbtiles")


def test_places_and_tiles_are_each_others_reverse() -> None:
    places = np.array([[113.2, 30.1], [-20.0, -60.0], [0.0, 0.0]])
    assert basemap.tile_corners(9, basemap.tiles_at(9, places)) == pytest.approx(places, abs=1e-9)


def test_tiles_of_phone_maps_are_shifted_to_where_things_are() -> None:
    source, place = crs.read_crs("GCJ-02"), np.array([[113.2, 30.1]])
    shown = basemap.tiles_from_project(place, source)
    assert 0.003 < np.abs(shown - place).max() < 0.01  # some hundred metres
    assert basemap.tiles_to_project(shown, source) == pytest.approx(place, abs=1e-9)
    web = crs.read_crs(basemap.WEB_MERCATOR)
    assert basemap.tiles_to_project(place, web).tolist() == place.tolist()


def geojson(path: Path, *shapes: Any) -> Path:
    features: list[Any] = [
        {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(one) if one else None}
        for one in shapes
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_a_drawing_gives_lines_rings_and_points_and_passes_over_what_has_no_shape(tmp_path: Path) -> None:
    ring = shapely.box(113, 30, 113.1, 30.1).difference(shapely.box(113.04, 30.04, 113.06, 30.06))
    lines = shapely.MultiLineString([[(113, 30), (114, 31)], [(113, 30), (113, 31), (114, 32)]])
    path = geojson(tmp_path / "map.geojson", ring, lines, shapely.MultiPoint([(113, 30), (114, 31)]), None)
    assert basemap.stated_crs(path) == "EPSG:4326"
    found = basemap.read_drawing(path, GEO)
    assert sorted(np.diff(found.lines.starts).tolist()) == [2, 3, 5, 5]
    assert sorted(found.points.tolist()) == [[113, 30], [114, 31]]


def test_a_dxf_says_no_system_and_is_placed_in_the_one_it_is_told(tmp_path: Path) -> None:
    import geopandas

    path = tmp_path / "map.dxf"
    with pytest.warns(UserWarning, match="crs"):
        geopandas.GeoDataFrame(
            geometry=[shapely.LineString([(500_000, 3_300_000), (500_000, 3_301_000)])]
        ).to_file(path, driver="DXF")
    assert basemap.stated_crs(path) == ""
    points = basemap.read_drawing(path, ZONE).lines.points
    assert points[:, 0] == pytest.approx([114.0, 114.0])
    assert points[0, 1] == pytest.approx(29.81855, abs=1e-4)


def test_a_drawing_without_shapes_or_one_that_is_damaged_is_refused(tmp_path: Path) -> None:
    with refusal("base-map-empty"):
        basemap.read_drawing(geojson(tmp_path / "none.geojson", None), GEO)
    (tmp_path / "bad.shp").write_bytes(b"no shapefile")
    with refusal("base-map-unreadable"):
        basemap.stated_crs(tmp_path / "bad.shp")


def test_a_drawing_with_too_many_corners_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basemap, "MOST_POINTS", 4)
    with refusal("base-map-too-detailed"):
        basemap.read_drawing(geojson(tmp_path / "map.geojson", shapely.box(0, 0, 1, 1)), GEO)


def line_file(path: Path, **options: Any) -> Path:
    """A line near 114.2, 30.55 with a Chinese field, written by GDAL."""
    import geopandas as gpd

    frame = gpd.GeoDataFrame(
        {"名称": ["青禾河"]},
        geometry=[shapely.LineString([(114.15, 30.52), (114.25, 30.56)])],
        crs="EPSG:4326",
    )
    frame.to_crs(options.pop("to", "EPSG:4326")).to_file(path, **options)
    return path


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_a_shapefile_is_laid_on_whatever_the_letters_of_its_table(tmp_path: Path, encoding: str) -> None:
    path = line_file(tmp_path / "河流.shp", encoding=encoding)
    assert path.with_suffix(".cpg").read_text().startswith(encoding)
    assert "4326" in basemap.stated_crs(path)
    found = basemap.read_drawing(path, GEO)
    assert found.lines.boxes == pytest.approx(np.array([[114.15, 30.52, 114.25, 30.56]]))


def test_a_shapefile_without_prj_is_asked_about_and_one_without_its_index_names_it(tmp_path: Path) -> None:
    path = line_file(tmp_path / "zone.shp", to="EPSG:4547")
    path.with_suffix(".prj").unlink()
    assert basemap.stated_crs(path) == ""
    assert basemap.read_drawing(path, ZONE).lines.boxes == pytest.approx(
        np.array([[114.15, 30.52, 114.25, 30.56]]), abs=1e-7
    )
    path.with_suffix(".shx").unlink()
    with refusal("base-map-lacks-part") as refused:
        basemap.stated_crs(path)
    assert refused.value.values["part"] == "zone.shx"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("v.gpkg", {"to": "EPSG:4547"}),
        ("v.geojson", {}),
        ("v.kml", {"driver": "KML"}),
        ("v.mbtiles", {"driver": "MBTiles", "MINZOOM": 8, "MAXZOOM": 13}),
    ],
)
def test_drawings_of_other_programs_lie_where_they_belong(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    path = line_file(tmp_path / name, **options)
    assert basemap.kind_of(path) == "drawing"
    found = basemap.read_drawing(path, basemap.source_of(basemap.stated_crs(path), True))
    low, high = found.lines.boxes[:, :2].min(axis=0), found.lines.boxes[:, 2:].max(axis=0)
    assert (*low, *high) == pytest.approx((114.15, 30.52, 114.25, 30.56), abs=1e-4)


def test_a_geopackage_of_pictures_says_so(tmp_path: Path) -> None:
    path = tmp_path / "photo.gpkg"
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT)")
        file.execute("INSERT INTO gpkg_contents VALUES ('photo', 'tiles')")
        file.commit()
    with refusal("base-map-pictures"):
        basemap.stated_crs(path)


def test_heights_are_no_picture(tmp_path: Path) -> None:
    with refusal("base-map-deep") as refused:
        basemap.stated_crs(tiff(tmp_path / "dem.tif", {**geo_tags(4547), 258: ("H", (16,))}))
    assert refused.value.values["bits"] == 16


def test_a_tiff_tells_how_its_pixels_are_packed_and_which_channel_is_transparency(tmp_path: Path) -> None:
    tags = {**geo_tags(4547), 258: ("H", (8, 8, 8, 8)), 259: ("H", (34887,)), 338: ("H", (0,))}
    found = read_tags(tiff(tmp_path / "a.tif", tags))
    assert (found.bits, found.compression, found.see_through) == (8, "LERC", False)
    assert read_tags(tiff(tmp_path / "b.tif", {**tags, 338: ("H", (2,))})).see_through


def test_a_file_of_another_kind_and_one_that_is_gone_are_refused(tmp_path: Path) -> None:
    (tmp_path / "map.docx").write_bytes(b"")
    with refusal("base-map-kind"):
        basemap.kind_of(tmp_path / "map.docx")
    with refusal("base-map-gone"):
        basemap.kind_of(tmp_path / "map.png")


def test_a_plane_of_its_own_and_a_system_on_the_earth_do_not_mix() -> None:
    assert basemap.source_of("EPSG:4547", geographic=True) == ZONE
    assert basemap.source_of("LOCAL", geographic=False).name == "LOCAL"
    for text, geographic in (("LOCAL", True), ("EPSG:4547", False)):
        with refusal("base-map-plane"):
            basemap.source_of(text, geographic)


def test_detail_is_warned_of_only_over_a_large_area() -> None:
    side = math.sqrt(26) / 111.32  # degrees of a square of 26 km² at the equator
    large = basemap.extent_km2(0, 0, side, side, geographic=True)
    assert large == pytest.approx(26, rel=0.02)
    assert basemap.is_large_scale(large, metres_per_px=0.2)
    assert not basemap.is_large_scale(large, metres_per_px=0.5)
    assert not basemap.is_large_scale(24, metres_per_px=0.1)
    assert basemap.is_large_scale(large, corners=100_000)
    assert not basemap.is_large_scale(large, corners=10_000)


# ----------------------------------------------------------- ground control points


def by_points(path: Path, points: np.ndarray, epsg: int = 4547, key: int = 3072, raster: int = 1) -> Path:
    """A GeoTIFF that knows its place by control points alone: column, row, x, y of each."""
    ties = [number for c, r, x, y in points.tolist() for number in (c, r, 0.0, x, y, 0.0)]
    tags = geo_tags(epsg, key, raster)
    return tiff(path, {33922: ("d", tuple(ties)), 34735: tags[34735]})


def placed(pixels: np.ndarray, bend: float = 0.0) -> np.ndarray:
    """A picture of 2 m a pixel, turned by a tenth, in a zone; `bend` metres at its edges."""
    c, r = pixels[:, 0], pixels[:, 1]
    curve = bend * (r / 4_000.0) ** 2
    return np.column_stack([pixels, 500_000 + 2 * c + 0.2 * r + curve, 3_300_000 + 0.2 * c - 2 * r])


GRID = np.array([[c, r] for c in (10.0, 1_990.0, 3_900.0) for r in (10.0, 1_300.0, 2_600.0, 3_990.0)])
PLANE = ZonePlane(114)


def error_of(path: Path, source: crs.SourceCrs = ZONE) -> float | None:
    points = basemap.picture_place(path).points
    assert points is not None
    return basemap.residual_m(path, points, source, PLANE)


@pytest.mark.parametrize("raster", [1, 2])
def test_four_corners_place_a_picture_and_prove_it(tmp_path: Path, raster: int) -> None:
    corners = placed(np.array([[0.0, 0.0], [4_000, 0], [4_000, 3_000], [0, 3_000]]))
    path = by_points(tmp_path / "scan.tif", corners, raster=raster)
    assert basemap.stated_crs(path) == "EPSG:4547"
    place = basemap.picture_place(path)
    half = 0.5 if raster == 2 else 0.0  # a point of such a file is the middle of a pixel
    some = np.array([[123.0, 456.0], [4_000.0, 0.0]])
    assert place.ground(some + half) == pytest.approx(placed(some)[:, 2:], abs=1e-6)
    assert error_of(path) == pytest.approx(0.0, abs=1e-3)


def test_three_points_place_a_picture_and_prove_nothing(tmp_path: Path) -> None:
    path = by_points(tmp_path / "scan.tif", placed(GRID[[0, 3, 8]]))
    assert basemap.picture_place(path).ground(GRID) == pytest.approx(placed(GRID)[:, 2:], abs=1e-6)
    assert error_of(path) is None


def test_the_error_told_is_that_of_the_points_in_metres_whatever_the_system(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    noise = random.normal(0.0, 4.0, (len(GRID), 2))
    points = placed(GRID)
    points[:, 2:] += noise
    metres = error_of(by_points(tmp_path / "a.tif", points))
    assert metres is not None
    assert 2.0 < metres < 8.0
    degrees = points.copy()
    degrees[:, 2:] = np.column_stack(crs.to_project(points[:, 2], points[:, 3], ZONE))
    assert error_of(by_points(tmp_path / "b.tif", degrees, 4490, 2048), GEO) == pytest.approx(metres, rel=0.1)


def test_a_bent_scan_is_bent_back_where_enough_points_prove_it(tmp_path: Path) -> None:
    place = basemap.picture_place(by_points(tmp_path / "a.tif", placed(GRID, bend=60.0)))
    assert place.points is not None
    assert place.points.bent
    between = np.array([[1_000.0, 2_000.0], [3_000.0, 700.0]])
    assert place.ground(between) == pytest.approx(placed(between, bend=60.0)[:, 2:], abs=1e-4)
    noisy = placed(GRID)
    noisy[:, 2:] += np.random.default_rng(1).normal(0.0, 2.0, (len(GRID), 2))
    straight = basemap.picture_place(by_points(tmp_path / "b.tif", noisy)).points
    assert straight is not None
    assert not straight.bent, "noise is no bend"


def test_a_point_far_off_is_named_and_the_picture_refused(tmp_path: Path) -> None:
    points = placed(GRID[:9])
    points[4, 2] += 900.0
    path = by_points(tmp_path / "scan.tif", points)
    with refusal("base-map-points-off") as told:
        error_of(path)
    assert (told.value.values["column"], told.value.values["row"]) == tuple(GRID[4])


@pytest.mark.parametrize("which", [[0, 1], [0, 1, 2, 3], [0, 0, 0]])
def test_too_few_points_or_points_on_a_line_are_refused(tmp_path: Path, which: list[int]) -> None:
    path = by_points(tmp_path / "scan.tif", placed(GRID[which]))
    with refusal("base-map-few-points"):
        basemap.stated_crs(path)
