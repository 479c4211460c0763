"""Import outlines of areas, villages, stations and service grids from GeoPackage, GeoJSON and Shapefile.

A shape belongs to the row whose number or name one of its fields holds; a village, a station or an area
with a number of its own may be new. A shape that fits nothing is rejected with a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from gis.importer_columns import map_columns
from gis.importer_intake import Intake
from gis.importer_links import Lookup
from gis.importer_places import Placed, Places
from gis.importer_tables import TableRead
from gis.importer_values import narrow
from gis.readers import RawTable
from gis.readers.headers import forms, normal
from grid_model import schema
from grid_model.errors import GridError
from grid_model.issue import Severity
from grid_model.project import Project

OUTLINED = ("transformer_areas", "villages", "stations", "service_grids")
"""Tables with outlines, in the order they are tried."""

AREA_NUMBERS = frozenset(
    normal(word) for word in ("台区编号", "台区编码", "台区号", "TG_NO", "resrc_supl_code")
)
"""Headings whose numbers make a new area; a bare ``id`` may be a drawing's own number."""


def has_areas(raw: RawTable) -> bool:
    """Whether `raw` holds polygons."""
    if raw.shapes is None:
        return False
    import shapely

    return bool(np.isin(shapely.get_type_id(raw.shapes), (3, 6)).any())


def read_outlines(
    raw: RawTable,
    table: str,
    project: Project,
    frames: Mapping[str, list[pd.DataFrame]],
    before: Mapping[str, str],
) -> TableRead:
    """Take the shapes of `raw` as outlines of `table` (empty: of the table most of them fit).

    Raises
    ------
    GridError
        ``unknown-outline-table``, ``empty-table``.
    """
    if table and table not in OUTLINED:
        raise GridError("unknown-outline-table", table=table, tables=", ".join(OUTLINED))
    if not len(raw):
        raise GridError("empty-table", file=raw.place)
    if not table:
        table = find_table(raw, project, frames)
    intake = Intake(raw, table, map_columns(table, raw.headings), before)
    intake.columns.pop("geometry", None)
    ids, words = _identified(intake, Lookup.of(project, frames, table))
    intake.values["id"] = ids
    intake.reject("shape-without-match", ids.isna(), value=words)
    shapes = _areas(intake, words)
    intake.reject_duplicates()
    return _finished(intake, shapes, project, ids)


def find_table(raw: RawTable, project: Project, frames: Mapping[str, list[pd.DataFrame]]) -> str:
    """Choose the table whose numbers or names most shapes hold; else the one their headings speak of."""
    lookups = {table: Lookup.of(project, frames, table) for table in OUTLINED}
    hits = {table: int(_matches(raw, lookup).notna().sum()) for table, lookup in lookups.items()}
    best = max(OUTLINED, key=lambda table: hits[table])
    if hits[best]:
        return best
    headings = {form for heading in raw.headings for form in forms(heading)}
    if headings & AREA_NUMBERS:
        return "transformer_areas"
    words = {table: {normal(word) for word in (*schema.table(table).aliases, table)} for table in OUTLINED}
    told = normal(raw.sheet or raw.file.rsplit(".", 1)[0])
    for one in OUTLINED:
        if any(word in told for word in words[one]):
            return one
    return "stations" if len(raw) == 1 else "villages"


def _matches(raw: RawTable, lookup: Lookup) -> pd.Series:
    """Give the row each shape belongs to, by the field that finds most."""
    best = pd.Series(np.nan, range(len(raw)), dtype="str")
    for heading in raw.headings:
        cells = narrow(raw.frame[heading])
        meaning = {cell: lookup.find(cell) for cell in cells.dropna().unique()}
        found = cells.map(meaning).astype("str") if meaning else best
        if found.notna().sum() > best.notna().sum():
            best = found
    return best


def _identified(intake: Intake, lookup: Lookup) -> tuple[pd.Series, pd.Series]:
    """Give the identifier of each shape and the word it goes by in the file."""
    raw, table = intake.raw, intake.schema.name
    ids = _matches(raw, lookup)
    heading = intake.columns.get("id") or intake.columns.get("name")
    words = raw.frame[heading] if heading else pd.Series(np.nan, range(len(raw)), dtype="str")
    if "id" in intake.columns:
        own = narrow(intake.cells(intake.columns["id"]))
        speaks = table != "transformer_areas" or any(
            form in AREA_NUMBERS for form in forms(intake.columns["id"])
        )
        if speaks and table != "service_grids":
            ids = ids.fillna(own)
    if table == "stations" and len(raw) == 1 and ids.isna().all():
        only = next(iter(lookup.ids)) if len(lookup.ids) == 1 else None
        word = words.iloc[0] if isinstance(words.iloc[0], str) else raw.file.rsplit(".", 1)[0]
        ids = pd.Series([only or word], dtype="str")
    return ids, words.fillna(pd.Series(raw.rows.astype(str)))


def _areas(intake: Intake, words: pd.Series) -> Any:
    """Bring the shapes to valid polygons of several parts; reject what is no area."""
    import shapely

    given = (
        intake.raw.shapes if intake.raw.shapes is not None else np.full(len(intake.raw), None, dtype=object)
    )
    shapes = np.array(shapely.force_2d(given), dtype=object)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    intake.reject("shape-missing", empty, value=words)
    crossed = ~empty & ~shapely.is_valid(shapes)
    if crossed.any():
        shapes[crossed] = shapely.make_valid(shapes[crossed], method="structure", keep_collapsed=False)
        intake.note(Severity.NOTE, "shape-repaired", crossed & intake.kept)
    for n in np.flatnonzero(~empty):
        parts = [
            part for part in shapely.get_parts(shapely.get_parts(shapes[n])) if part.geom_type == "Polygon"
        ]
        shapes[n] = shapely.MultiPolygon(parts) if parts else None
    intake.reject("not-an-area", shapely.is_missing(shapes) & ~empty, value=words)
    return shapes


def _finished(intake: Intake, shapes: Any, project: Project, ids: pd.Series) -> TableRead:
    table = intake.schema.name
    known = ids.isin(project.frame(table)["id"])
    for name in ("name", "town", "number"):
        if name in intake.columns:
            intake.values[name] = intake.cells(intake.columns[name]).where(~known)
    if table in ("villages", "stations"):  # a name they must have
        intake.values["name"] = intake.values.get("name", pd.Series(np.nan, ids.index, dtype="str")).fillna(
            ids.where(~known)
        )
    if "attributes" in intake.schema.by_name:
        intake.values["attributes"] = intake.attributes().where(~known)
    taken = intake.finish()
    if "outline_source" in intake.schema.by_name:
        taken.frame["outline_source"] = pd.Series("imported", taken.frame.index, dtype="str")
    taken.frame["geometry"] = pd.Series(list(shapes[intake.kept]), dtype=object)
    return TableRead(taken, Places(intake.raw.place, intake.raw.crs, shapes=[Placed.of(taken)]))
