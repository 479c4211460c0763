"""Base maps lie below everything, where they belong, and are remembered on this computer for each project."""

from __future__ import annotations

import json
import sqlite3
import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QDialog, QLabel
from pytestqt.qtbot import QtBot

from gis import basemap, crs
from gis.display import ZonePlane
from gis.pages.items import Areas, Clip, Underlay
from gis.pages.options import PrintOptions
from gis.pages.templates import make_pages
from grid_model.errors import GridError
from grid_model.tracing import trace_outage
from tests.test_ui.helpers import wait_for_jobs
from ui.dialogs import ask
from ui.dialogs.base_map_dialog import BaseMapDialog, choices
from ui.main_window import MainWindow
from ui.map import base_layers
from ui.map.layer import LayerLook
from ui.map.overlay import MapState
from ui.panels import layers_base_maps
from ui.panels.layers_base_maps import KeptBaseMap
from ui.underlay_painter import forget, paint_underlay

RED, BLUE, GREEN = "#ff0000", "#0000ff", "#00aa00"


def show_only_base_maps(window: MainWindow) -> None:
    names = [one.name for one in window.canvas.drawn_layers if not one.is_base_map]
    window.left.layers.desk.show_all(
        [one for one in names if window.left.layers.desk.layer(one).label], False
    )
    window.canvas.finish_drawing()


def color_at(window: MainWindow, x: float, y: float) -> str:
    """The colour the finished map shows at a place in project coordinates."""
    east, north = window.canvas.plane.metres(np.array([[x, y]]))[0]
    px = window.canvas.view.to_px(np.array([[east, north]]))[0]
    return window.canvas.screenshot().pixelColor(int(px[0]), int(px[1])).name()


def near(found: str, wanted: str) -> bool:
    a, b = QColor(found), QColor(wanted)
    return max(abs(a.red() - b.red()), abs(a.green() - b.green()), abs(a.blue() - b.blue())) < 30


def halves(path: Path, width: int = 600, height: int = 400) -> Path:
    """A picture, red in the west and blue in the east."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(RED))
    for x in range(width // 2, width):
        for y in range(height):
            image.setPixelColor(x, y, QColor(BLUE))
    assert image.save(str(path))
    return path


def box(window: MainWindow) -> tuple[float, float, float, float]:
    """A rectangle around the middle of the station, in degrees."""
    plane = window.canvas.plane
    return plane.x0 - 0.03, plane.y0 - 0.02, plane.x0 + 0.03, plane.y0 + 0.02


def picture(window: MainWindow, folder: Path) -> Path:
    """A picture in degrees over that rectangle."""
    west, south, east, north = box(window)
    path = halves(folder / "photo.png")
    a, e = (east - west) / 600, (south - north) / 400
    (folder / "photo.pgw").write_text("\n".join(map(repr, (a, 0.0, 0.0, e, west + a / 2, north + e / 2))))
    return path


def maps(window: MainWindow) -> list[str]:
    return [one.label for one in window.left.layers.base_maps.layers]


def add(
    qtbot: QtBot, window: MainWindow, path: Path, monkeypatch: pytest.MonkeyPatch, system: str = ""
) -> None:
    """Add a base map through the menu, answering with a file and, where asked, a coordinate system."""
    monkeypatch.setattr(ask, "file_to_open", lambda *_about: path)

    def run(dialog: BaseMapDialog) -> int:
        assert system, "the coordinate system was asked for"
        dialog.crs.setCurrentText(system)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(BaseMapDialog, "exec", run)
    window.commands.by_name["add-base-map"].trigger()
    wait_for_jobs(qtbot, window)
    window.canvas.finish_drawing()


def test_a_picture_lies_where_its_world_file_says_below_everything(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    west, south, east, north = box(window)
    add(qtbot, window, picture(window, tmp_path), monkeypatch, "EPSG:4490")
    assert maps(window) == ["photo.png"]
    assert window.canvas.drawn_layers[0].is_base_map
    assert window.left.layers.tree.names[-1] == window.canvas.drawn_layers[0].name
    show_only_base_maps(window)
    middle = (south + north) / 2
    for scale in (20_000, 120_000):
        window.canvas.look_at((west + east) / 2, middle, scale)
        assert near(color_at(window, (west + east) / 2 - 0.002, middle), RED)
        assert near(color_at(window, (west + east) / 2 + 0.002, middle), BLUE)
    window.canvas.look_at(west, north, 20_000)
    assert near(color_at(window, west + 0.001, north - 0.001), RED)
    assert not near(color_at(window, west - 0.001, north - 0.001), RED)
    assert not near(color_at(window, west + 0.001, north + 0.001), RED)


def test_what_would_only_cover_a_base_map_makes_way_for_it(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(qtbot, window, picture(window, tmp_path), monkeypatch, "EPSG:4490")
    plane = window.canvas.plane
    window.canvas.look_at(plane.x0 - 0.01, plane.y0, 20_000)
    shot = window.canvas.screenshot()
    colors = [shot.pixelColor(x, y) for x in range(90, 210, 4) for y in range(90, 210, 4)]
    assert sum(one.red() > 180 and one.blue() < 100 for one in colors) > len(colors) / 2
    window.canvas.zoom_to_all()
    legend = window.canvas.legend(window.left.layers.desk.layer("base"))
    assert [entry.text for entry in legend.entries] in ([], ["Water"])


def test_a_picture_in_metres_of_a_zone_lies_right_to_a_pixel(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plane = window.canvas.plane
    number = crs.zone_epsg(plane.x0)
    x, y = crs.project(np.array([plane.x0]), np.array([plane.y0]), crs.central_meridian(plane.x0))
    path = halves(tmp_path / "zone.jpg")
    (tmp_path / "zone.jgw").write_text(f"10 0 0 -10 {x[0] - 2995} {y[0] + 1995}")
    add(qtbot, window, path, monkeypatch, f"EPSG:{number}")
    show_only_base_maps(window)
    for lift in (-0.01, 0.0, 0.01):  # the seam runs north in the zone, a little askew on the map
        window.canvas.look_at(plane.x0, plane.y0 + lift, 10_000)
        seam = crs.unproject(x, y + lift * 111_000, crs.central_meridian(plane.x0))
        for shift, color in ((-25, RED), (25, BLUE)):
            at = float(seam[0][0]) + shift / plane.metres_per_x
            assert near(color_at(window, at, float(seam[1][0])), color)


def test_neighbouring_pieces_of_a_picture_leave_no_seam(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = QImage(700, 600, QImage.Format.Format_RGB32)
    image.fill(QColor(GREEN))
    image.save(str(tmp_path / "plain.png"))
    plane = window.canvas.plane
    # turned by some degrees, as a scan is
    a, b = 0.0001, 0.00001
    (tmp_path / "plain.pgw").write_text(f"{a} {-b} {-b} {-a} {plane.x0 - 0.03} {plane.y0 + 0.03}")
    add(qtbot, window, tmp_path / "plain.png", monkeypatch, "CGCS2000")
    show_only_base_maps(window)
    for scale in (17_000, 61_000):
        window.canvas.look_at(plane.x0, plane.y0, scale)
        shot = window.canvas.screenshot()
        middle = shot.copy(shot.width() // 2 - 90, shot.height() // 2 - 90, 180, 180)
        assert {middle.pixelColor(x, y).name() for x in range(180) for y in range(180)} == {GREEN}


def png(color: str) -> bytes:
    image = QImage(256, 256, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def tile_file(window: MainWindow, path: Path, zoom: int = 14) -> tuple[Path, float]:
    """Tiles around the middle of the station, red ones and blue ones in turn; a longitude between two."""
    plane = window.canvas.plane
    column, row = (int(one) for one in basemap.tiles_at(zoom, np.array([[plane.x0, plane.y0]]))[0])
    file = sqlite3.connect(path)
    file.execute("CREATE TABLE metadata (name text, value text)")
    file.execute("CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
    file.execute("INSERT INTO metadata VALUES ('format', 'png')")
    pictures = png(RED), png(BLUE)
    for x in range(column - 3, column + 4):
        for y in range(row - 3, row + 4):
            data = pictures[(x - column) % 2]
            file.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (zoom, x, 2**zoom - 1 - y, data))
    file.commit()
    file.close()
    edge = basemap.tile_corners(zoom, np.array([[column + 1, row]]))[0]
    return path, float(edge[0])


@pytest.mark.parametrize("system", [basemap.WEB_MERCATOR, "GCJ-02"])
def test_tiles_lie_where_they_belong_shifted_ones_too(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    path, edge = tile_file(window, tmp_path / "tiles.mbtiles")
    add(qtbot, window, path, monkeypatch, system)
    show_only_base_maps(window)
    plane = window.canvas.plane
    source = crs.read_crs(system)
    place = basemap.tiles_to_project(np.array([[edge, plane.y0]]), source)[0]
    for scale in (5_000, 40_000):
        window.canvas.look_at(float(place[0]), float(place[1]), scale)
        assert near(color_at(window, place[0] - 0.001, place[1]), RED)
        assert near(color_at(window, place[0] + 0.001, place[1]), BLUE)


def test_tiles_that_would_be_too_many_are_not_drawn(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _edge = tile_file(window, tmp_path / "tiles.mbtiles")
    add(qtbot, window, path, monkeypatch, basemap.WEB_MERCATOR)
    layer = window.left.layers.base_maps.layers[0]
    window.canvas.set_scale_denominator(2_000_000)
    assert not layer.shows_at(window.canvas.view)
    row = window.left.layers.tree.row(layer.name)
    assert row is not None
    assert "zoom in" in row.dim


def test_a_drawing_that_says_its_system_is_laid_on_without_a_question(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plane = window.canvas.plane
    line = [[plane.x0 - 0.02, plane.y0], [plane.x0 + 0.02, plane.y0]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": line}}
    path = tmp_path / "parcels.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    add(qtbot, window, path, monkeypatch)
    show_only_base_maps(window)
    window.left.layers.base_maps.look(window.canvas.drawn_layers[0].name, LayerLook(color=RED, size=5.0))
    window.canvas.look_at(plane.x0, plane.y0, 10_000)
    assert near(color_at(window, plane.x0, plane.y0), RED)


def test_a_map_that_cannot_be_read_is_refused_and_leaves_nothing_behind(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    (tmp_path / "bad.pgw").write_text("1 0 0 -1 0 0")
    add(qtbot, window, tmp_path / "bad.png", monkeypatch, "EPSG:4490")
    assert "bad.png" in window.messages.text.text()
    assert maps(window) == []
    (tmp_path / "nowhere.png").write_bytes(b"")
    add(qtbot, window, tmp_path / "nowhere.png", monkeypatch)
    assert "nowhere.pgw" in window.messages.text.text()
    assert maps(window) == []
    assert window.bench.session.next_undo is None


def test_base_maps_are_remembered_for_the_project_and_one_that_is_gone_is_told_of_once(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = picture(window, tmp_path)
    add(qtbot, window, path, monkeypatch, "EPSG:4490")
    name = window.canvas.drawn_layers[0].name
    window.left.layers.base_maps.look(name, LayerLook(opacity=0.5, far=50_000.0))
    tree = window.left.layers.tree
    tree.choose(name)
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_Space)
    session = window.bench.session
    assert session.next_undo is None  # nothing of it is in the project
    session.close()
    assert maps(window) == []
    with qtbot.waitSignal(session.project_changed, timeout=20_000):
        session.open(station)
    layer = window.left.layers.base_maps.layers[0]
    assert (layer.path, layer.crs, layer.visible) == (path, "EPSG:4490", False)
    assert layer.look == LayerLook(opacity=0.5, far=50_000.0)
    session.close()
    path.unlink()
    with qtbot.waitSignals([session.project_changed, session.warned], timeout=20_000):
        session.open(station)
    assert maps(window) == ["photo.png"]
    row = tree.row(name)
    assert row is not None
    window.left.layers.base_maps.show(name, True)
    window.canvas.finish_drawing()
    row = tree.row(name)
    assert row is not None
    assert "photo.png" in row.dim
    window.left.layers.base_maps.remove(name)
    assert maps(window) == []


def test_the_order_among_base_maps_is_theirs_alone(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(qtbot, window, picture(window, tmp_path), monkeypatch, "EPSG:4490")
    path, _edge = tile_file(window, tmp_path / "tiles.mbtiles")
    add(qtbot, window, path, monkeypatch, basemap.WEB_MERCATOR)
    assert maps(window) == ["photo.png", "tiles.mbtiles"]
    tree = window.left.layers.tree
    tree.choose(tree.names[-2])  # the upper of the two
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert maps(window) == ["photo.png", "tiles.mbtiles"]  # nothing of the project comes below
    qtbot.keyClick(tree, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert maps(window) == ["tiles.mbtiles", "photo.png"]
    menu = window.left.layers.menu(tree.names[-1])
    next(one for one in menu.actions() if one.text() == "Remove this base map").trigger()
    assert maps(window) == ["photo.png"]
    menu.deleteLater()


def test_a_detailed_map_over_a_large_area_is_warned_of(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basemap, "DETAILED_M_PER_PX", 20.0)  # a real one has a thousand million pixels
    add(qtbot, window, picture(window, tmp_path), monkeypatch, "EPSG:4490")
    assert "25 km²" in window.messages.text.text()
    assert maps(window) == ["photo.png"]


def test_a_very_large_picture_is_held_smaller_and_lies_the_same(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_layers, "MOST_PIXELS", 30_000)
    west, south, east, north = box(window)
    add(qtbot, window, picture(window, tmp_path), monkeypatch, "EPSG:4490")
    layer = window.left.layers.base_maps.layers[0]
    assert layer.box == pytest.approx((west, south, east, north), abs=1e-6)
    assert layer._sizes[0].width() <= 200  # type: ignore[attr-defined]


@pytest.mark.parametrize("packing", ["jpeg", "lzma", "tiff_adobe_deflate", "packbits"])
def test_a_geotiff_of_another_program_is_read_however_its_pixels_are_packed(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packing: str
) -> None:
    west, south, east, north = box(window)
    path = geotiff(tmp_path / "photo.tif", (west, south, east, north), compression=packing)
    add(qtbot, window, path, monkeypatch)  # it says its system: nobody is asked
    layer = window.left.layers.base_maps.layers[0]
    assert layer.problem is None
    assert layer.box == pytest.approx((west, south, east, north), abs=1e-9)
    show_only_base_maps(window)
    middle = (south + north) / 2
    window.canvas.look_at((west + east) / 2, middle, 20_000)
    assert near(color_at(window, (west + east) / 2 - 0.002, middle), RED)
    assert near(color_at(window, (west + east) / 2 + 0.002, middle), BLUE)


def geotiff(
    path: Path,
    where: tuple[float, float, float, float],
    points: Sequence[tuple[float, float, float, float]] | None = None,
    **options: object,
) -> Path:
    """A GeoTIFF in degrees, red in the west and blue in the east, written by libtiff.

    `points`, column, row, longitude and latitude of each, place it instead of scale and corner.
    """
    from PIL import Image
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    west, south, east, north = where
    pixels = np.zeros((400, 600, 3), dtype=np.uint8)
    pixels[:, :300, 0] = pixels[:, 300:, 2] = 255
    tags = ImageFileDirectory_v2()
    placing: list[tuple[int, int, tuple[float, ...]]] = [
        (33550, 12, ((east - west) / 600, (north - south) / 400, 0.0)),
        (33922, 12, (0.0, 0.0, 0.0, west, north, 0.0)),
    ]
    if points is not None:
        ties = tuple(float(n) for c, r, x, y in points for n in (c, r, 0, x, y, 0))
        placing = [(33922, 12, ties)]
    for number, kind, values in (
        *placing,
        (34735, 3, (1, 1, 0, 1, 2048, 0, 1, 4490)),
    ):
        tags[number] = values
        tags.tagtype[number] = kind
    Image.fromarray(pixels).save(path, tiffinfo=tags, **options)
    return path


@pytest.mark.parametrize(("off", "shown"), [(0.0, True), (0.01, False)])
def test_a_scan_with_control_points_lies_right_and_tells_its_error_or_is_refused(
    qtbot: QtBot,
    window: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    off: float,
    shown: bool,
) -> None:
    west, south, east, north = box(window)
    corners = [
        (0, 0, west, north),
        (600, 0, east, north),
        (600, 400, east, south),
        (0, 400, west + off, south),
    ]
    path = geotiff(tmp_path / "scan.tif", (west, south, east, north), points=corners)
    add(qtbot, window, path, monkeypatch)
    if not shown:
        assert "ground control points only to" in window.messages.text.text()
        return
    layer = window.left.layers.base_maps.layers[0]
    assert layer.box == pytest.approx((west, south, east, north), abs=1e-9)
    assert "4 ground control points, root mean square error 0.0 m" in window.left.layers._tip(layer)
    show_only_base_maps(window)
    middle = (south + north) / 2
    window.canvas.look_at((west + east) / 2, middle, 20_000)
    assert near(color_at(window, (west + east) / 2 - 0.002, middle), RED)
    assert near(color_at(window, (west + east) / 2 + 0.002, middle), BLUE)


def test_a_tiff_packed_in_an_unknown_way_is_refused_by_its_name(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = geotiff(tmp_path / "photo.tif", box(window))
    whole = path.read_bytes()
    plain, lerc = struct.pack("<HHIHH", 259, 3, 1, 1, 0), struct.pack("<HHIHH", 259, 3, 1, 34887, 0)
    assert whole.count(plain) == 1
    path.write_bytes(whole.replace(plain, lerc))
    add(qtbot, window, path, monkeypatch)
    assert "LERC" in window.messages.text.text()
    assert maps(window) == []


def test_a_picture_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = b""
    for name, content in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 99)), (b"IEND", b"")):
        data += struct.pack(">I", len(content)) + name + content
        data += struct.pack(">I", zlib.crc32(name + content))
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)
    with pytest.raises(GridError, match="base-map-too-large"):
        base_layers.read_picture(path)


def test_a_map_far_from_the_network_is_warned_of(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    west, south, east, north = box(window)
    add(qtbot, window, geotiff(tmp_path / "far.tif", (west, south - 9, east, north - 9)), monkeypatch)
    assert "far.tif" in window.messages.text.text()
    assert "coordinate system" in window.messages.text.text()
    assert maps(window) == ["far.tif"]


def test_base_maps_are_printed_below_the_map_where_the_panel_says_so(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(qtbot, window, picture(window, tmp_path), monkeypatch, "EPSG:4490")
    window.bench.set_task("print")
    panel = window.right.print
    wait_for_jobs(qtbot, window)
    assert panel.options["base_map"] == (f"{tmp_path / 'photo.png'}@EPSG:4490",)
    with_map = panel._picture
    panel.below.click()
    wait_for_jobs(qtbot, window)
    assert "base_map" not in panel.options
    without = panel._picture
    assert with_map is not None
    assert without is not None
    assert reddish(with_map) > 5 * max(reddish(without), 20)
    panel.choose("public-map")
    wait_for_jobs(qtbot, window)
    assert "base_map" not in panel.options
    assert any("not printed" in one.text() for one in panel.findChildren(QLabel))


def reddish(image: QImage) -> int:
    """Count the pixels of a page that are paler red, as the west of the picture becomes."""
    found = 0
    for x in range(0, image.width(), 3):
        for y in range(0, image.height(), 3):
            color = image.pixelColor(x, y)
            found += color.red() > 200 and 60 < color.green() < 175 and abs(color.green() - color.blue()) < 12
    return found


@pytest.mark.parametrize("kind", ["picture", "tiles"])
def test_on_paper_a_base_map_lies_where_the_map_has_the_same_place(
    window: MainWindow, tmp_path: Path, kind: str
) -> None:
    project = window.bench.session.project
    assert project is not None
    west, _south, east, _north = box(window)
    if kind == "picture":
        file, seam, system = picture(window, tmp_path), (west + east) / 2, "EPSG:4490"
    else:
        file, seam = tile_file(window, tmp_path / "tiles.mbtiles", 13)
        system = basemap.WEB_MERCATOR
    pages = make_pages(project, "station-map", PrintOptions(base_map=(f"{file}@{system}",)))
    (underlay,) = [one for item in pages[0].items if isinstance(item, Clip) for one in item.items
                   if isinstance(one, Underlay)]  # fmt: skip
    image = QImage(800, 600, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paint_underlay(painter, replace(underlay, x=0.0, y=0.0, width=80.0, height=60.0), 10.0)
    painter.end()
    plane, middle = ZonePlane(underlay.meridian), window.canvas.plane.y0
    for shift, red in ((-25.0, True), (25.0, False)):
        at = plane.metres(np.array([[seam, middle]]))[0] + (shift * underlay.scale / 10_000, 0.0)
        x = 400 + (at[0] - underlay.east) * 10_000 / underlay.scale
        y = 300 - (at[1] - underlay.north) * 10_000 / underlay.scale
        assert 0 <= x < 800
        assert 0 <= y < 600
        color = image.pixelColor(round(x), round(y))
        assert (color.red() > color.blue() + 60) is red
        assert min(color.red(), color.green(), color.blue()) > 90  # pale
    forget()


@pytest.mark.parametrize("template", ["cover-map", "outage-sheet"])
def test_below_every_sheet_that_may_have_one_a_base_map_lies_lowest_and_fills_let_it_through(
    window: MainWindow, tmp_path: Path, template: str
) -> None:
    project = window.bench.session.project
    assert project is not None
    head = str(project.frame("feeders")["head_switch"].iloc[0])
    options = PrintOptions(
        base_map=(f"{picture(window, tmp_path)}@EPSG:4490",), trace=trace_outage(project, [("open", head)])
    )
    for plain_options, below in ((options, 1), (replace(options, base_map=()), 0)):
        pages = make_pages(project, template, plain_options)
        (cut,) = [one for one in pages[0].items if isinstance(one, Clip)][:1]
        lying = [n for n, one in enumerate(cut.items) if isinstance(one, Underlay)]
        assert lying == [0] * below
        fills = [one for one in cut.items if isinstance(one, Areas) and one.fill and one.pen]
        assert fills
        assert all((one.opacity < 1) == bool(below) for one in fills)


def test_a_base_map_that_is_gone_or_says_no_system_is_told_before_anything_is_printed(
    window: MainWindow, tmp_path: Path
) -> None:
    project = window.bench.session.project
    assert project is not None
    for written, code in (
        (f"{tmp_path / 'gone.png'}@EPSG:4490", "base-map-gone"),
        (str(picture(window, tmp_path)), "base-map-needs-crs"),
        (f"{picture(window, tmp_path)}@nonsense", "unknown-crs"),
    ):
        with pytest.raises(GridError, match=code):
            make_pages(project, "grid-book", PrintOptions(base_map=(written,)))
    with pytest.raises(GridError, match="base-map-not-here"):
        make_pages(project, "public-map", PrintOptions(base_map=(f"{picture(window, tmp_path)}@EPSG:4490",)))


def test_what_is_remembered_is_read_back_and_nonsense_is_left_out() -> None:
    kept = [KeptBaseMap(Path("/a/图.png"), "GCJ-02", False, LayerLook(0.3, 1000.0, 10.0, "", "#112233", 2.0))]
    assert layers_base_maps.read(layers_base_maps.written(kept)) == kept
    for text in ("", "null", "{}", "[1]", '[{"crs": "x"}]', "nothing"):
        assert layers_base_maps.read(text) == []


def test_the_system_of_the_project_is_offered_first_and_a_wrong_one_is_not_taken(window: MainWindow) -> None:
    codes = [code for code, _words in choices(114.2, "")]
    assert codes[:3] == ["EPSG:4547", "EPSG:4526", "EPSG:4490"]
    assert choices(114.2, "EPSG:3857")[0][0] == "EPSG:3857"
    assert [code for code, _words in choices(None, "")] == ["LOCAL"]
    dialog = BaseMapDialog(Path("map.dxf"), 114.2, "", window)
    dialog.crs.setCurrentText("EPSG:4610")
    dialog._take()
    assert dialog.told.text()
    assert dialog.result() != QDialog.DialogCode.Accepted
    dialog.crs.setCurrentText("4547")
    dialog._take()
    assert dialog.result() == QDialog.DialogCode.Accepted
    dialog.deleteLater()


def test_base_maps_are_drawn_in_small_pieces(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(qtbot, window, picture(window, tmp_path), monkeypatch, "EPSG:4490")
    layer = window.left.layers.base_maps.layers[0]
    window.canvas.look_at(window.canvas.plane.x0, window.canvas.plane.y0, 20_000)
    target = QImage(800, 600, QImage.Format.Format_RGB32)
    painter = QPainter(target)
    before = painter.transform()
    assert sum(1 for _piece in layer.paint(painter, window.canvas.view, MapState())) >= 4
    assert painter.transform() == before
    painter.end()
