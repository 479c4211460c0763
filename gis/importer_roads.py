"""Import roads and barriers: lines of GeoPackage, GeoJSON, Shapefile and OpenStreetMap extracts.

The class of a road is told by the words of OpenStreetMap (``highway``, ``fclass``) and of the road
authority (国道, 省道, 县道, 乡道, 村道), else by its number (G107, S208, X003, Y012, C045). What is driven
only against its drawing (``oneway=-1``) is turned round. Footways and what is not built yet are no roads.

A line of several parts becomes a row for each; a row without a number of its own is numbered by its place
in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.importer_columns import map_columns
from gis.importer_intake import Intake, Taken
from gis.importer_places import Placed, Places
from gis.importer_tables import TableRead
from gis.importer_values import choice_words, codes, truths
from gis.readers import RawTable
from gis.readers.headers import forms, normal
from gis.readers.osm import BARRIERS
from grid_model import schema
from grid_model.errors import GridError
from grid_model.issue import Severity
from grid_model.project import Project
from grid_model.settings import setting

LINE_KINDS: Mapping[str, str] = {"roads": "roads", "barriers": "barriers"}
"""Kinds of import that are lines."""

CLASS_WORDS = frozenset(
    normal(word)
    for word in ("road_class", "highway", "fclass", "道路等级", "公路等级", "行政等级", "道路类别")
)
"""Headings that only roads have."""
NAMES = {
    "roads": ("roads", "road", "道路", "公路", "路网"),
    "barriers": ("barriers", "barrier", "river", "waterway", "ridge", "河流", "水系", "山脊", "界线", "边界"),
}
"""What layers and files of each are called."""
NUMBERS = ("ref", "路线编号", "路线代码", "道路编号", "路线", "route")
"""Headings of road numbers."""
NO_ROADS = frozenset(
    (
        "footway",
        "path",
        "steps",
        "cycleway",
        "pedestrian",
        "bridleway",
        "corridor",
        "platform",
        "construction",
        "proposed",
        "planned",
        "abandoned",
        "razed",
        "raceway",
        "elevator",
        "via_ferrata",
        "rest_area",
        "services",
        "bus_stop",
        "no",
        "步行道",
        "人行道",
        "在建",
        "规划",
    )
)
"""Words for what nobody drives on."""
BY_LETTER = {"G": "trunk", "S": "trunk", "X": "county", "Y": "township", "C": "village", "Z": "village"}
"""Class by the letter of a road number (GB/T 917)."""


def has_lines(raw: RawTable) -> bool:
    """Whether `raw` holds lines."""
    if raw.shapes is None:
        return False
    import shapely

    return bool(np.isin(shapely.get_type_id(raw.shapes), (1, 5)).any())


def line_table(raw: RawTable) -> str | None:
    """Tell by headings and names which lines `raw` holds; None where they do not say."""
    if not has_lines(raw):
        return None
    if any(form in CLASS_WORDS for heading in raw.headings for form in forms(heading)):
        return "roads"
    told = normal(raw.sheet or raw.file.rsplit(".", 1)[0])
    return next((table for table, words in NAMES.items() if any(word in told for word in words)), None)


def asked_lines(raw: RawTable, kind: str, alone: bool) -> str | None:
    """Tell whether `raw` holds lines of the kind asked for: the only table, or one that looks like it.

    Raises
    ------
    GridError
        ``no-lines`` where a file with one table holds none.
    """
    table = LINE_KINDS[kind]
    if alone:
        areal = table == "barriers" and raw.shapes is not None
        if not (has_lines(raw) or areal):
            raise GridError("no-lines", file=raw.place)
        return table
    return table if line_table(raw) == table else None


def wanted_of_osm(raws: list[RawTable], kind: str) -> list[RawTable]:
    """Leave out of an extract what was not asked for: rivers and ridges come only as ``barriers``."""
    return [raw for raw in raws if (raw.sheet == BARRIERS) == (kind == "barriers")]


def read_lines(raw: RawTable, table: str, project: Project, before: Mapping[str, str]) -> TableRead:
    """Take the lines of `raw` into the table `table`; `before` as in `importer_tables.read_table`.

    Raises
    ------
    GridError
        ``empty-table``.
    """
    if not len(raw):
        raise GridError("empty-table", file=raw.place)
    intake = Intake(raw, table, map_columns(table, raw.headings), before)
    for name in ("geometry", "one_way"):
        if name in intake.columns:
            intake.used.add(intake.columns[name])
    one_way = intake.columns.pop("one_way", "")
    intake.columns.pop("geometry", None)
    _number(intake)
    lines = _lines(intake)
    if table == "roads":
        _class(intake)
        lines = _directed(intake, lines, one_way)
    intake.read()
    if table == "roads":
        _limit(intake, project)
    elif "kind" not in intake.columns or intake.values["kind"].isna().all():
        intake.values["kind"] = _kind_by_name(raw)
    if "attributes" in intake.schema.by_name:
        intake.values["attributes"] = intake.attributes()
    intake.reject_duplicates()
    taken = _parted(intake.finish(), lines[intake.kept])
    return TableRead(taken, Places(raw.place, raw.crs, shapes=[Placed.of(taken)]))


def _number(intake: Intake) -> None:
    """Take the numbers of the file where every row has one of its own, else number by row."""
    raw = intake.raw
    heading = intake.columns.get("id")
    if heading is not None:
        cells = intake.cells(heading)
        if cells.notna().all() and cells.is_unique:
            intake.take_id(cells)
            return
        intake.used.discard(heading)
        del intake.columns["id"]
    stem = raw.file.rsplit("/", 1)[-1].rsplit(".", 1)[0] + (f"-{raw.sheet}" if raw.sheet else "")
    intake.take_id(pd.Series([f"{stem}-{row}" for row in raw.rows.tolist()], dtype="str"))
    intake.note_file(Severity.NOTE, "numbered-by-row", count=len(raw))


def _lines(intake: Intake) -> npt.NDArray[Any]:
    """Bring the shapes to lines, the parts that follow each other joined; reject what is none."""
    import shapely

    given = intake.raw.shapes
    shapes = np.array(shapely.force_2d(given), dtype=object)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    kind = shapely.get_type_id(shapes)
    if intake.schema.name == "barriers":  # a river drawn as water: its banks
        areal = np.isin(kind, (3, 6)) & ~missing
        shapes[areal] = shapely.boundary(shapes[areal])
        if areal.any():
            intake.note_file(Severity.NOTE, "banks-of-area", count=int(areal.sum()))
    several = shapely.get_type_id(shapes) == 5
    shapes[several] = shapely.line_merge(shapes[several], directed=True)
    ids = intake.values["id"]
    intake.reject("shape-missing", missing, value=ids)
    straight = np.isin(shapely.get_type_id(shapes), (1, 5)) & (shapely.length(shapes) > 0)
    intake.reject("not-a-line", ~straight & ~missing, value=ids)
    return shapes


def _class(intake: Intake) -> None:
    """Tell the class by its word, else by the road's number; leave out what nobody drives on."""
    column = intake.schema.column("road_class")
    heading = intake.columns.get("road_class")
    empty = pd.Series(np.nan, range(len(intake.raw)), dtype="str")
    cells = intake.cells(heading) if heading is not None else empty
    found, odd = codes(cells, column)
    no_road = cells.isin(NO_ROADS)
    if heading is not None and "osm_id" in intake.raw.headings and heading in ("highway", "fclass"):
        no_road |= cells.isna()  # an extract of all ways
    if no_road.any():
        intake.note_file(Severity.NOTE, "not-a-road", count=int((no_road & intake.kept).sum()))
        intake.kept &= ~no_road.to_numpy(dtype=bool)
    found = found.fillna(_class_by_number(intake))
    intake.note(
        Severity.NOTE,
        "unknown-choice",
        odd & ~no_road & found.isna() & intake.kept,
        table="roads",
        column="road_class",
        value=cells,
    )
    intake.values["road_class"] = found


def _class_by_number(intake: Intake) -> pd.Series:
    """Give the class each road's number stands for; missing where it has none."""
    words = {normal(word) for word in NUMBERS}
    headings = [one for one in intake.raw.headings if any(form in words for form in forms(one))]
    headings += [one for one in (intake.columns.get("name"),) if one is not None]
    found = pd.Series(np.nan, range(len(intake.raw)), dtype="str")
    for heading in headings:
        parts = intake.raw.frame[heading].str.extract(r"^\s*([GSXYCZ])(\d+)", expand=True)
        by_letter = parts[0].map(BY_LETTER).astype("str")
        # National and provincial motorways have one, two or four digits; highways have three.
        fast = parts[0].isin(["G", "S"]) & parts[1].str.len().isin([1, 2, 4])
        found = found.fillna(by_letter.where(~fast, "motorway"))
    return found


def _directed(intake: Intake, lines: npt.NDArray[Any], heading: str) -> npt.NDArray[Any]:
    """Read which roads are one-way; those driven against their drawing are turned round."""
    import shapely

    raw = intake.raw
    cells = raw.frame[heading] if heading else pd.Series(np.nan, range(len(raw)), dtype="str")
    words = cells.str.casefold().str.strip()
    geofabrik = "fclass" in raw.headings
    forward = {"ft", "f"} if geofabrik else {"ft"}
    against = {"-1", "-1.0", "reverse", "tf"} | ({"t"} if geofabrik else set())
    both = {"reversible", "alternating", "b"}
    turned = words.isin(against).to_numpy(dtype=bool)
    values, odd = truths(cells.where(~words.isin(against | forward | both)))
    intake.note(
        Severity.WARNING, "not-yes-or-no", odd & intake.kept, table="roads", column="one_way", value=cells
    )
    one_way = values.fillna(False).to_numpy(dtype=bool) | words.isin(forward | against).to_numpy(dtype=bool)
    if "junction" in raw.headings:
        one_way |= raw.frame["junction"].isin(["roundabout", "circular"]).to_numpy(dtype=bool)
    if "highway" in raw.headings:  # where it says nothing, a motorway is one-way
        one_way |= ((raw.frame["highway"] == "motorway") & cells.isna()).to_numpy(dtype=bool)
    turn = turned & intake.kept
    if turn.any():
        lines[turn] = shapely.reverse(lines[turn])
        intake.note_file(Severity.NOTE, "road-turned-round", count=int(turn.sum()))
    intake.values["one_way"] = pd.Series(one_way, dtype="boolean")
    return lines


def _limit(intake: Intake, project: Project) -> None:
    """Take a speed limit as the speed where it is below what the class is driven at."""
    if "maxspeed" not in intake.raw.headings:
        return
    limit = pd.to_numeric(intake.raw.frame["maxspeed"], errors="coerce")
    classes = {one.code for one in intake.schema.column("road_class").choices}
    usual = {one: setting(project, f"travel.speed_{one}_kmh") for one in classes}
    binding = limit.where((limit > 0) & (limit < intake.values["road_class"].map(usual)))
    own = intake.values.get("speed_kmh", pd.Series(np.nan, range(len(intake.raw)), dtype="float64"))
    intake.values["speed_kmh"] = own.fillna(binding)


def _kind_by_name(raw: RawTable) -> pd.Series:
    """Give the kind of barrier the layer or the file is named after."""
    told = normal(f"{raw.file.rsplit('.', 1)[0]}{raw.sheet}")
    words = choice_words(schema.table("barriers").column("kind"))
    longest = sorted(words, key=len, reverse=True)
    found = next((words[word] for word in longest if word and word in told), None)
    return pd.Series([found] * len(raw.rows), dtype="str")


def _parted(taken: Taken, lines: npt.NDArray[Any]) -> Taken:
    """Give each part of a line a row of its own, numbered after the first."""
    import shapely

    parts, row = shapely.get_parts(lines, return_index=True)
    frame = taken.frame.iloc[row].reset_index(drop=True)
    frame["geometry"] = pd.Series(list(parts), dtype=object)
    turn = pd.Series(row).groupby(row).cumcount().to_numpy() + 1
    frame["id"] = frame["id"].where(
        turn == 1, frame["id"] + "-" + pd.Series(turn, dtype="int64").astype("str")
    )
    if "length_m" in frame:
        share = shapely.length(parts) / shapely.length(lines)[row]
        frame["length_m"] = frame["length_m"] * share
    rows = None if taken.rows is None else taken.rows[row]
    return replace(taken, frame=frame, rows=rows)
