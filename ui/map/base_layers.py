"""Base maps from files on the screen: pictures, tiles and drawings below everything else.

They are read beside the window and drawn in small pieces, like every layer. A picture is kept at full,
half, quarter … size, so that a view far away does not touch every pixel; of tiles only those in sight
are read, and the latest are kept.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QByteArray, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QImageIOHandler, QImageReader, QPainter, QPen, QTransform

from gis import basemap
from gis.basemap import TileStore
from gis.control_points import ControlPoints
from gis.crs import SourceCrs, to_project
from gis.display import DisplayPlane, Plane
from gis.geotiff import TiffTags, read_tags
from gis.shapes import FlatShapes, boxes_of
from grid_model.errors import GridError
from grid_model.project import Project
from resources.i18n import _
from ui.map.detail import Levels
from ui.map.layer import Layer
from ui.map.outage_layers import stroked
from ui.map.overlay import MapState
from ui.map.paint import pen, swatch
from ui.map.view import SCREEN_M_PER_PIXEL, MapView

MOST_PIXELS = 60_000_000
"""Pixels of a picture held in memory (240 MB, and a third more for its smaller copies)."""

MOST_WHOLE_PIXELS = 120_000_000
"""Whatever is no JPEG has to be read whole before it can be made smaller."""

PIECE_PX = 256
"""Side of the pieces a picture is drawn in."""

KEPT_TILES = 160
TILES_IN_VIEW = 4.0
"""How many times smaller than its pixels the coarsest tiles are drawn, at most."""

PARENTS = 4
"""A missing tile is taken out of a coarser one, up to so many zooms up."""

DRAWING_COLOR = "#7A8594"


class BaseMapLayer(Layer):
    """One base map.

    Attributes
    ----------
    path, crs
        The file, and its coordinate system as `gis.crs.read_crs` takes it.
    problem
        Why it cannot be shown, once that is known.
    box
        West, south, east, north in project coordinates, once it is read.
    large_scale
        Whether it is as detailed as `DOMAIN` §11 warns of.
    remark
        What its tooltip says of its place, where that is less than certain.
    """

    is_base_map = True
    slow = True

    def __init__(self, path: Path, crs: str) -> None:
        super().__init__()
        self.path = path
        self.crs = crs
        self.name = f"base-map:{path}"
        self.label = path.name
        self.problem: GridError | None = None
        self.box: tuple[float, float, float, float] | None = None
        self.large_scale = False
        self.remark = ""

    def build(self, project: Project, plane: DisplayPlane) -> None:
        """Read the file; what is wrong with it is kept as `problem`."""
        self.problem = None
        try:
            self.read(basemap.source_of(self.crs, project.geographic), plane, project.geographic)
        except GridError as error:
            self.problem = error

    def read(self, source: SourceCrs, plane: Plane, geographic: bool) -> None:
        """Read the file; raises `GridError`."""
        raise NotImplementedError

    def _lies(self, places: np.ndarray) -> None:
        """Keep the box around places in project coordinates."""
        low, high = np.nanmin(places, axis=0), np.nanmax(places, axis=0)
        self.box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    def icon(self) -> QIcon:
        """A small map."""
        return swatch("#D9E4CF", "#7A8594", 1.2)


def make_layer(path: Path, crs: str) -> BaseMapLayer:
    """Make the layer of a file; raises `GridError` where it is no kind of base map."""
    kinds = {"picture": PictureLayer, "tiles": TileLayer, "drawing": DrawingLayer}
    return kinds[basemap.kind_of(path)](path, crs)


class MissingLayer(BaseMapLayer):
    """A base map whose file is gone; it stays in the list until it is taken out."""

    def read(self, source: SourceCrs, plane: Plane, geographic: bool) -> None:
        """There is nothing to read."""
        raise GridError("base-map-gone", file=self.path.name, folder=str(self.path.parent))

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """There is nothing to draw."""
        return iter(())


# ------------------------------------------------------------------ pictures


class PictureLayer(BaseMapLayer):
    """A picture with a world file, or a GeoTIFF."""

    def __init__(self, path: Path, crs: str) -> None:
        super().__init__(path, crs)
        self._sizes: list[QImage] = []
        self._corners: list[np.ndarray] = []
        """For each size the corners of its pieces in metres (rows + 1, columns + 1, 2)."""
        self._metres_per_px = 1.0

    def read(self, source: SourceCrs, plane: Plane, geographic: bool) -> None:
        """Read the picture and make its smaller copies."""
        place = basemap.picture_place(self.path)
        if place.points is not None:
            off = basemap.residual_m(self.path, place.points, source, plane)
            self.remark = _placed_by(place.points, off)
        image, shrunk = read_picture(self.path)
        first = shrunk
        sizes, corners = [image], [self._grid(image, shrunk, place, source, plane)]
        while max(image.width(), image.height()) > 2 * PIECE_PX:
            image = _halved(_even(image))
            shrunk = shrunk * 2.0
            sizes.append(image)
            corners.append(self._grid(image, shrunk, place, source, plane))
        across = corners[0][0, -1] - corners[0][0, 0]
        self._metres_per_px = float(np.hypot(*across)) / sizes[0].width()
        self._sizes, self._corners = sizes, corners
        self._lies(self._places(sizes[0], first, place, source).reshape(-1, 2))
        assert self.box is not None
        km2 = basemap.extent_km2(*self.box, geographic)
        self.large_scale = basemap.is_large_scale(km2, self._metres_per_px)

    def _grid(
        self,
        image: QImage,
        shrunk: np.ndarray,
        place: basemap.PicturePlace,
        source: SourceCrs,
        plane: Plane,
    ) -> np.ndarray:
        places = self._places(image, shrunk, place, source)
        return plane.metres(places.reshape(-1, 2)).reshape(places.shape)

    def _places(
        self, image: QImage, shrunk: np.ndarray, place: basemap.PicturePlace, source: SourceCrs
    ) -> np.ndarray:
        """Give the corners of the pieces in project coordinates (rows + 1, columns + 1, 2)."""
        columns, rows = _edges(image.width()), _edges(image.height())
        pixels = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2) * shrunk
        ground = place.ground(pixels)
        places = np.column_stack(to_project(ground[:, 0], ground[:, 1], source))
        return places.reshape(len(rows), len(columns), 2)

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """Draw piece by piece, out of the copy whose pixels fit the screen's."""
        if not self._sizes:
            return
        ratio = painter.device().devicePixelRatioF()
        finer = math.log2(max(view.metres_per_px / ratio / self._metres_per_px, 1.0))
        n = min(int(finer + 0.2), len(self._sizes) - 1)
        image, corners = self._sizes[n], self._corners[n]
        for row, column in _pieces_in_view(corners, view):
            x, y = column * PIECE_PX, row * PIECE_PX
            width, height = min(PIECE_PX, image.width() - x), min(PIECE_PX, image.height() - y)
            here = view.to_px(corners[row : row + 2, column : column + 2].reshape(-1, 2))
            across, down = (here[1] - here[0]) / width, (here[2] - here[0]) / height
            with_seam = QRectF(0, 0, min(width + 1, image.width() - x), min(height + 1, image.height() - y))
            before = painter.transform()
            painter.setTransform(QTransform(*across, *down, *here[0]), True)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
            painter.drawImage(with_seam, image, with_seam.translated(x, y))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setTransform(before)
            yield


def _placed_by(points: ControlPoints, off: float | None) -> str:
    """Say what a picture was placed by, and how well."""
    count = len(points.pixels)
    if off is None:
        return _("Placed by {count} ground control points, none to prove it by").format(count=count)
    told = (
        _("Placed by {count} ground control points (bent), root mean square error {metres} m")
        if points.bent
        else _("Placed by {count} ground control points, root mean square error {metres} m")
    )
    return told.format(count=count, metres=f"{off:.1f}")


def _edges(length: int) -> np.ndarray:
    return np.append(np.arange(0, length, PIECE_PX, dtype=float), float(length))


def _pieces_in_view(corners: np.ndarray, view: MapView) -> Iterator[tuple[int, int]]:
    around = np.stack([corners[:-1, :-1], corners[1:, :-1], corners[:-1, 1:], corners[1:, 1:]])
    low, high = around.min(axis=0), around.max(axis=0)
    west, south, east, north = view.box
    seen = (low[..., 0] <= east) & (high[..., 0] >= west) & (low[..., 1] <= north) & (high[..., 1] >= south)
    for row, column in np.argwhere(seen):
        yield int(row), int(column)


def read_picture(path: Path) -> tuple[QImage, np.ndarray]:
    """Read a picture; a very large one smaller. Gives it and how many columns and rows became one (2).

    Raises `GridError` ``base-map-unreadable``, ``base-map-too-large``, ``base-map-packed``.
    """
    tags = read_tags(path) if path.suffix.lower() in basemap.TIFFS else None
    if tags is not None and tags.compression in TO_PILLOW:
        return _shrunk(_read_by_pillow(path))
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)  # a JPEG that somebody named .png is read all the same
    reader.setAutoTransform(False)  # a world file speaks of the picture as it is stored
    size = reader.size()
    pixels = size.width() * size.height()
    scales = reader.supportsOption(QImageIOHandler.ImageOption.ScaledSize)
    if pixels > MOST_WHOLE_PIXELS and not scales:
        raise GridError("base-map-too-large", file=path.name, width=size.width(), height=size.height())
    reader.setAllocationLimit(MOST_WHOLE_PIXELS * 4 // 1_000_000)
    small = _small(size)
    if small != size:
        reader.setScaledSize(small)
    image = reader.read()
    if image.isNull():
        raise _unreadable(path, tags)
    if tags is not None and not tags.see_through and image.hasAlphaChannel():
        image = _opaque(image)
    times = np.array([size.width() / small.width(), size.height() / small.height()])
    return _kept(image), times


TO_QT = frozenset({"none", "CCITT", "LZW", "DEFLATE", "PackBits"})
TO_PILLOW = frozenset({"JPEG", "ZSTD", "LZMA"})
"""Which reader knows which packing of a TIFF."""


def _unreadable(path: Path, tags: TiffTags | None) -> GridError:
    if tags is not None and tags.compression not in TO_QT:
        return GridError("base-map-packed", file=path.name, compression=tags.compression)
    return GridError("base-map-unreadable", file=path.name)


def _read_by_pillow(path: Path) -> QImage:
    """Read a TIFF with the TIFF library that Pillow brings along; the interpreter is free meanwhile."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the size is checked here
    try:
        with Image.open(path) as picture:
            width, height = picture.size
            if width * height > MOST_WHOLE_PIXELS:
                raise GridError("base-map-too-large", file=path.name, width=width, height=height)
            colors = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, KeyError) as error:
        raise GridError("base-map-unreadable", file=path.name) from error
    pixels = colors.tobytes()
    return _kept(QImage(pixels, width, height, 4 * width, QImage.Format.Format_RGBA8888))


def _small(size: QSize) -> QSize:
    """Give the size a picture is held at."""
    pixels = size.width() * size.height()
    if pixels <= MOST_PIXELS:
        return size
    factor = math.ceil(math.sqrt(pixels / MOST_PIXELS))
    return QSize(max(1, size.width() // factor), max(1, size.height() // factor))


def _shrunk(image: QImage) -> tuple[QImage, np.ndarray]:
    """Make a very large picture smaller once it is read."""
    times = np.ones(2)
    while image.width() * image.height() > MOST_PIXELS:
        image, times = _halved(_even(image)), times * 2.0
    return image, times


def _opaque(image: QImage) -> QImage:
    """Take away a channel that is no transparency, whatever the reader took it for."""
    opaque = image.convertToFormat(QImage.Format.Format_ARGB32)
    opaque.reinterpretAsFormat(QImage.Format.Format_RGB32)
    return opaque


def _kept(image: QImage) -> QImage:
    clear = image.hasAlphaChannel()
    kind = QImage.Format.Format_ARGB32_Premultiplied if clear else QImage.Format.Format_RGB32
    return image.convertToFormat(kind)


def _even(image: QImage) -> QImage:
    """Repeat the last column and row of a picture where their number is odd, so that it can be halved."""
    width, height = image.width(), image.height()
    if width % 2 == 0 and height % 2 == 0:
        return image
    even = image.copy(0, 0, width + width % 2, height + height % 2)
    painter = QPainter(even)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    if width % 2:
        painter.drawImage(QPoint(width, 0), image, QRect(width - 1, 0, 1, height))
    if height % 2:
        painter.drawImage(QPoint(0, height), image, QRect(0, height - 1, width, 1))
    painter.end()
    return even


def _halved(image: QImage) -> QImage:
    """Make a picture half as large, a strip at a time so that the window is not held meanwhile."""
    width, height = image.width() // 2, image.height() // 2
    half = QImage(width, height, image.format())
    half.fill(Qt.GlobalColor.transparent)
    painter = QPainter(half)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    for top in range(0, height, PIECE_PX):
        strip = image.copy(0, 2 * top, 2 * width, 2 * min(PIECE_PX, height - top))
        small = strip.scaled(
            width,
            strip.height() // 2,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        painter.drawImage(QPointF(0, top), small)
    painter.end()
    return half


# --------------------------------------------------------------------- tiles


class TileLayer(BaseMapLayer):
    """MBTiles with pictures."""

    def __init__(self, path: Path, crs: str) -> None:
        super().__init__(path, crs)
        self._store: TileStore | None = None
        self._source = SourceCrs(crs)
        self._plane: Plane = DisplayPlane()
        self._kept: OrderedDict[tuple[int, int, int], QImage | None] = OrderedDict()

    def read(self, source: SourceCrs, plane: Plane, geographic: bool) -> None:
        """Open the file and see how far its tiles reach."""
        if not geographic:
            raise GridError("base-map-plane")
        store = TileStore(self.path)
        west, south, east, north = store.bounds()
        self._store, self._source, self._plane = store, source, plane
        corners = basemap.tiles_to_project(np.array([[west, south], [east, north]]), source)
        self._lies(corners)
        latitude = (south + north) / 2
        coarsest = basemap.tile_metres_per_px(store.zooms[0], latitude)
        self.max_denominator = coarsest * TILES_IN_VIEW / SCREEN_M_PER_PIXEL
        finest = basemap.tile_metres_per_px(store.zooms[1], latitude)
        assert self.box is not None
        self.large_scale = basemap.is_large_scale(basemap.extent_km2(*self.box, geographic), finest)

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """Draw tile by tile."""
        if self._store is None:
            return
        ratio = painter.device().devicePixelRatioF()
        zoom = self._zoom(view.metres_per_px / ratio)
        west, south, east, north = view.box
        seen = [self._plane.project_xy(x, y) for x in (west, east) for y in (north, south)]
        tiles = basemap.tiles_at(zoom, basemap.tiles_from_project(np.array(seen), self._source))
        first, last = tiles.min(axis=0), tiles.max(axis=0)
        limit = 2**zoom - 1
        columns = range(max(int(first[0]), 0), min(int(last[0]), limit) + 1)
        for row in range(max(int(first[1]), 0), min(int(last[1]), limit) + 1):
            for column in columns:
                image, part = self._tile(zoom, column, row)
                if image is not None:
                    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
                    if isinstance(self._plane, DisplayPlane):
                        painter.drawImage(self._target(view, ratio, zoom, column, row), image, part)
                    else:
                        self._draw_turned(painter, view, (zoom, column, row), image, part)
                yield

    def _zoom(self, metres_per_px: float) -> int:
        """The coarsest tiles whose pixels are not much larger than the screen's."""
        assert self._store is not None and self.box is not None
        whole = basemap.tile_metres_per_px(0, (self.box[1] + self.box[3]) / 2)
        wanted = math.ceil(math.log2(whole / metres_per_px) - 0.4)
        low, high = self._store.zooms
        return min(max(wanted, low), high)

    def _target(self, view: MapView, ratio: float, zoom: int, column: int, row: int) -> QRectF:
        """Where a tile lies on the screen, on whole pixels so that neighbours meet."""
        degrees = basemap.tile_corners(zoom, np.array([[column, row], [column + 1, row + 1]]))
        places = basemap.tiles_to_project(degrees, self._source)
        a, b = np.round(view.to_px(self._plane.metres(places)) * ratio) / ratio
        return QRectF(QPointF(*a), QPointF(*b))

    def _draw_turned(
        self, painter: QPainter, view: MapView, tile: tuple[int, int, int], image: QImage, part: QRectF
    ) -> None:
        """Draw a tile by three of its corners: in a zone tiles stand a little askew."""
        zoom, column, row = tile
        corners = np.array([[column, row], [column + 1, row], [column, row + 1]])
        places = basemap.tiles_to_project(basemap.tile_corners(zoom, corners), self._source)
        a, across, down = view.to_px(self._plane.metres(places))
        before = painter.transform()
        side = part.width()
        painter.setTransform(QTransform(*((across - a) / side), *((down - a) / side), *a), True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawImage(QRectF(0, 0, side + 0.5, side + 0.5), image, part)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setTransform(before)

    def _tile(self, zoom: int, column: int, row: int) -> tuple[QImage | None, QRectF]:
        """Give a tile, or the part of a coarser one where it is missing."""
        assert self._store is not None
        for up in range(min(PARENTS, zoom - self._store.zooms[0]) + 1):
            image = self._image(zoom - up, column >> up, row >> up)
            if image is not None:
                side = image.width() / 2**up
                left, top = (column % 2**up) * side, (row % 2**up) * side
                return image, QRectF(left, top, side, side)
        return None, QRectF()

    def _image(self, zoom: int, column: int, row: int) -> QImage | None:
        key = (zoom, column, row)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        self._kept[key] = self._read_tile(*key)
        while len(self._kept) > KEPT_TILES:
            self._kept.popitem(last=False)
        return self._kept[key]

    def _read_tile(self, zoom: int, column: int, row: int) -> QImage | None:
        """Read a tile; one that cannot be read counts as missing, and the panel says so."""
        assert self._store is not None
        try:
            data = self._store.tile(zoom, column, row)
        except GridError as error:
            self.problem = error
            return None
        if data is None:
            return None
        image = QImage.fromData(QByteArray(data))
        if image.isNull():
            self.problem = GridError("base-map-bad-tile", file=self.path.name, zoom=zoom)
            return None
        return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


# ------------------------------------------------------------------ drawings


class DrawingLayer(BaseMapLayer):
    """Shapefile, GeoJSON, GeoPackage, DXF or vector MBTiles, drawn as thin lines and dots."""

    knobs = frozenset({"color", "size"})
    slow = True

    def __init__(self, path: Path, crs: str) -> None:
        super().__init__(path, crs)
        empty = np.zeros((0, 2))
        self._lines = Levels(
            FlatShapes(empty, np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros((0, 4)))
        )
        self._points = empty

    def read(self, source: SourceCrs, plane: Plane, geographic: bool) -> None:
        """Read the shapes."""
        found = basemap.read_drawing(self.path, source)
        corners = np.concatenate([found.lines.points, found.points])
        self._lies(corners)
        assert self.box is not None
        km2 = basemap.extent_km2(*self.box, geographic)
        self.large_scale = basemap.is_large_scale(km2, corners=len(corners))
        points = plane.metres(found.lines.points)
        boxes = boxes_of(points, found.lines.starts) if len(found.lines) else found.lines.boxes
        self._lines = Levels(FlatShapes(points, found.lines.starts, found.lines.rows, boxes))
        self._points = plane.metres(found.points)

    def zoom_levels(self) -> Levels:
        """Give the zoom levels of its lines."""
        return self._lines

    def _stroke(self) -> QPen:
        return self.dressed(pen(DRAWING_COLOR, 1.0))

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """Draw lines, then points."""
        level = self._lines.at(view.metres_per_px)
        near = level.touching(view.box) if len(level.parts) else np.zeros(0, dtype=np.int64)
        yield
        yield from stroked(painter, view, level, near, [self._stroke()])
        west, south, east, north = view.box
        x, y = self._points[:, 0], self._points[:, 1]
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        cells = np.unique(np.round(view.to_px(self._points[inside]) / 2), axis=0) * 2
        yield
        for n, (at_x, at_y) in enumerate(cells):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._stroke().color())
            painter.drawRect(QRectF(at_x - 1, at_y - 1, 2, 2))
            if n % 200 == 199:
                yield
        yield

    def icon(self) -> QIcon:
        """A stroke."""
        return swatch(line=self.look.color or DRAWING_COLOR, width=1.4, as_line=True)
