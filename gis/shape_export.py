"""Write a table with its shapes for other programs: GeoPackage, GeoJSON, Shapefile.

A Shapefile cuts headings after ten bytes, three Chinese characters. Nothing is lost all the same: the full
headings stand in ``NAME.fields.csv`` beside it, and reading such a Shapefile gives them back.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gis.files import output_error
from gis.readers.spatial import FIELDS_SUFFIX, FULL_NAMES
from gis.sheets import Sheet
from grid_model import schema
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.schema import Shape, TableSchema
from resources.i18n import _

DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".shp": "ESRI Shapefile"}
GEOMETRIES = {Shape.POINT: "Point", Shape.LINE: "LineString", Shape.AREA: "MultiPolygon"}
LOCAL_PLANE = 'LOCAL_CS["Local plane",UNIT["metre",1]]'

FIELD_BYTES = 10
TEXT_BYTES = 254
"""What a heading and a text of a Shapefile hold, in UTF-8."""


def write_shapes(
    path: Path,
    sheet: Sheet,
    about: TableSchema,
    shapes: Sequence[bytes | None],
    geographic: bool,
    feedback: Feedback = SILENT,
) -> bool:
    """Write the rows of `sheet` with their shapes, whole or not at all.

    Parameters
    ----------
    about
        The table the rows are of.
    shapes
        WKB of each row in project coordinates; None where a row has no place.
    geographic
        Whether these are CGCS2000 degrees; else metres of a local plane.

    Returns
    -------
    shortened
        Whether headings had to be cut; they stand in full in ``NAME.fields.csv``.

    Raises
    ------
    GridError
        ``bad-output-name``, ``geojson-needs-degrees``, ``shapefile-text-too-long``, ``cannot-write`` and
        what `gis.files.output_error` says.
    """
    suffix = path.suffix.lower()
    if suffix not in DRIVERS:
        raise GridError("bad-output-name", file=str(path), suffix=" / ".join(DRIVERS))
    if suffix == ".geojson" and not geographic:
        raise GridError("geojson-needs-degrees")
    if suffix == ".shp":
        _refuse_long_texts(path, sheet)
    names = short_names(sheet.headings) if suffix == ".shp" else _unlike(sheet.headings)
    feedback.report(None, path.name)
    try:
        with tempfile.TemporaryDirectory(prefix=".taiqu-", dir=path.parent) as folder:
            beside = Path(folder) / path.name
            _write(beside, sheet, about, names, shapes, geographic)
            if names != list(sheet.headings) and suffix == ".shp":
                _write_names(beside, names, sheet.headings)
            _take_places(Path(folder), path)
    except OSError as error:
        raise output_error(path, error) from error
    return suffix == ".shp" and names != list(sheet.headings)


NODE_OF = {"switches": ("node_a",), "power_transformers": ("hv_node", "lv_node"), "junctions": ("node",)}
"""Where a device without a place of its own stands."""


def shapes_of(project: Project, table: str, positions: Sequence[int]) -> list[bytes | None]:
    """Give the WKB of some rows in project coordinates; None where a row has no place.

    Devices without a place of their own stand at their node, lines without a route run straight.
    """
    import shapely

    rows = project.frame(table).iloc[list(positions)]
    if schema.table(table).shape is Shape.POINT:
        at = rows[["x", "y"]].to_numpy(dtype=float, copy=True)
        for column in NODE_OF.get(table, ()):
            lacking = ~np.isfinite(at).all(axis=1)
            at[lacking] = _places(project, rows[column])[lacking]
        return _wkb(shapely.points(at), np.isfinite(at).all(axis=1))
    found = [one if isinstance(one, bytes) else None for one in rows["geometry"]]
    if table == "ac_line_segments":
        ends = np.stack([_places(project, rows[end]) for end in ("node_a", "node_b")], axis=1)
        known = np.isfinite(ends).all(axis=(1, 2))
        straight = _wkb(shapely.linestrings(np.where(known[:, None, None], ends, 0.0)), known)
        found = [own if own is not None else other for own, other in zip(found, straight, strict=True)]
    return found


def _places(project: Project, nodes: pd.Series) -> np.ndarray:
    """Give the places (n, 2) of nodes; NaN where one is unknown or has none."""
    at = project.table("connectivity_nodes").positions(nodes.fillna("").astype(str).tolist())
    places = project.frame("connectivity_nodes")[["x", "y"]].to_numpy(dtype=float)
    found: np.ndarray = np.vstack([places, [[np.nan, np.nan]]])[at]
    return found


def _wkb(shapes: np.ndarray, known: np.ndarray) -> list[bytes | None]:
    import shapely

    return [one if there else None for one, there in zip(shapely.to_wkb(shapes), known, strict=True)]


def short_names(headings: Sequence[str]) -> list[str]:
    """Cut headings to the bytes a Shapefile holds, each one unlike the others."""
    names: list[str] = []
    taken: set[str] = set()
    for heading in headings:
        name, n = _cut(heading, FIELD_BYTES), 1
        while not name or name.casefold() in taken:
            n += 1
            name = _cut(heading, FIELD_BYTES - len(str(n))) + str(n)
        taken.add(name.casefold())
        names.append(name)
    return names


def _unlike(headings: Sequence[str]) -> list[str]:
    """Number headings that another one equals but for capitals: a database has each name once."""
    names: list[str] = []
    for heading in headings:
        name, n = heading, 1
        while name.casefold() in {"fid", "geom", *(one.casefold() for one in names)}:
            n += 1
            name = f"{heading} ({n})"
        names.append(name)
    return names


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode("utf-8", "ignore").strip()


def _refuse_long_texts(path: Path, sheet: Sheet) -> None:
    for number, row in enumerate(sheet.rows, 1):
        for heading, cell in zip(sheet.headings, row, strict=True):
            if isinstance(cell, str) and len(cell.encode()) > TEXT_BYTES:
                raise GridError(
                    "shapefile-text-too-long",
                    file=path.name,
                    row=number,
                    column=heading,
                    text=cell[:20],
                    most=TEXT_BYTES,
                )


def _write(
    path: Path,
    sheet: Sheet,
    about: TableSchema,
    names: Sequence[str],
    shapes: Sequence[bytes | None],
    geographic: bool,
) -> None:
    from pyogrio.errors import DataLayerError, DataSourceError
    from pyogrio.raw import write

    cells = list(zip(*sheet.rows, strict=True)) if sheet.rows else [()] * len(names)
    columns = [_column(one) for one in cells]
    suffix = path.suffix.lower()
    degrees = "EPSG:4326" if suffix == ".geojson" else "EPSG:4490"  # counted as equal (`DOMAIN` §3.5)
    try:
        write(
            path,
            np.array([*shapes, None], dtype=object)[:-1],
            [values for values, _missing in columns],
            list(names),
            field_mask=[missing for _values, missing in columns],
            layer=sheet.title,
            driver=DRIVERS[suffix],
            geometry_type=GEOMETRIES[about.shape],
            crs=degrees if geographic else LOCAL_PLANE,
            **_options(suffix, sheet),
        )
    except (DataSourceError, DataLayerError, RuntimeError) as error:
        raise GridError("cannot-write", file=str(path.name), reason=str(error)) from error


def _options(suffix: str, sheet: Sheet) -> Mapping[str, Any]:
    if suffix == ".shp":
        return {"encoding": "UTF-8"}
    said = " · ".join(sheet.foot)
    if suffix == ".gpkg":
        return {"layer_options": {"DESCRIPTION": said}}
    return {"layer_options": {"DESCRIPTION": said, "COORDINATE_PRECISION": "8"}}


def _column(cells: Sequence[str | float | None]) -> tuple[np.ndarray, np.ndarray]:
    """Give the values of a column, and where there are none."""
    missing = np.array([cell is None for cell in cells], dtype=bool)
    if any(isinstance(cell, (int, float)) for cell in cells):
        return np.array([np.nan if cell is None else float(cell) for cell in cells]), missing
    return np.array(["" if cell is None else str(cell) for cell in cells], dtype=object), missing


def _write_names(path: Path, names: Sequence[str], headings: Sequence[str]) -> None:
    with path.with_suffix(FIELDS_SUFFIX).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(FULL_NAMES)
        writer.writerows(zip(names, headings, strict=True))


PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", FIELDS_SUFFIX)


def _take_places(folder: Path, path: Path) -> None:
    """Put what was written in the place of what was there, parts of an older Shapefile too."""
    made = {one.name for one in folder.iterdir()}
    if path.suffix.lower() == ".shp":
        for one in (path.with_suffix(part) for part in (*PARTS, ".qix", ".sbn", ".sbx")):
            if one.name not in made:
                one.unlink(missing_ok=True)
    for name in sorted(made, key=lambda one: one == path.name):
        os.replace(folder / name, path.with_name(name))


def told(path: Path) -> str:
    """Say where the headings stand in full."""
    return _(
        "A Shapefile holds only {bytes} bytes of a heading; the full ones stand in {file}, which belongs to "
        "it. A GeoPackage keeps them as they are."
    ).format(bytes=FIELD_BYTES, file=path.with_suffix(FIELDS_SUFFIX).name)
