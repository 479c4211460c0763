"""Import tables of customers, managers, areas and the like from sheets and text files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from gis.importer_columns import map_columns, others_like
from gis.importer_intake import Intake, Taken
from gis.importer_links import LINKED, Lookup, link, match_customers
from gis.importer_places import Placed, Places
from gis.importer_totals import reject_totals
from gis.importer_values import damaged, narrow
from gis.readers import RawTable
from gis.readers.headers import COORDINATE_PAIR, column_words, forms, normal
from grid_model import schema
from grid_model.errors import GridError
from grid_model.issue import Severity
from grid_model.project import Project
from grid_model.schema import Shape
from resources.i18n import _

CODE_AND_NAME = r"([0-9A-Za-z]+)\s*[|｜\-—:：]\s*(.*[^0-9A-Za-z\s].*)"
"""``编号|名称`` or ``编号-名称`` in one cell."""

PAIR = r"\s*[(（]?(-?\d+(?:\.\d+)?)\s*[,，;；、\s]\s*(-?\d+(?:\.\d+)?)[)）]?\s*"


METERING: Mapping[str, tuple[str, ...]] = {
    "meter_number": schema.table("usage_points").column("meter_number").aliases,
    "meter_box": ("计量箱编号", "计量箱条码", "表箱", "计量箱", "表箱编号"),
    "phases": schema.table("usage_points").column("phases").aliases,
}
"""Headings of a table of customers that tell about their usage point."""


@dataclass(frozen=True)
class TableRead:
    """The rows of one raw table, and their places in the file's own system.

    Parameters
    ----------
    derived
        Rows of other tables that these rows speak of: usage points and meter boxes of customers.
    """

    taken: Taken
    places: Places
    derived: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def read_table(
    raw: RawTable,
    table: str,
    project: Project,
    frames: Mapping[str, list[pd.DataFrame]],
    before: Mapping[str, str],
    columns: Mapping[str, str] | None = None,
) -> TableRead:
    """Take the rows of `raw` into the table `table`.

    Parameters
    ----------
    frames
        Rows of the import so far, which references may name.
    before
        File of each identifier another file has brought already.
    columns
        Heading for each column; default: by alias.

    Raises
    ------
    GridError
        ``missing-column``, ``empty-table``.
    """
    columns = dict(map_columns(table, raw.headings) if columns is None else columns)
    columns.pop("geometry", None)  # shapes come from shapes, not from cells
    intake = Intake(raw, table, columns, before)
    if not len(raw) and not raw.unreadable:
        raise GridError("empty-table", file=raw.place)
    reject_totals(intake)
    names = _identify(intake, project)
    intake.reject_duplicates()
    _join_phones(intake)
    intake.read()
    if names is not None:
        intake.values["name"] = names if "name" not in intake.values else intake.values["name"].fillna(names)
    _note_damage(intake)
    lookups = {target: Lookup.of(project, frames, target) for target in _targets(table)}
    pending = link(intake, lookups, project)
    if table == "customers":
        _areas_by_name(intake, lookups["transformer_areas"], pending)
    if table == "qualifications" and "id" not in columns:
        _number_qualifications(intake)
    _place(intake)
    metering = _metering(intake) if table == "customers" else None
    if "attributes" in intake.schema.by_name:
        intake.values["attributes"] = intake.attributes(pending)
    taken = intake.finish()
    places = Places(raw.place, raw.crs)
    if "x" in taken.frame:
        places.points.append(Placed.of(taken))
    return TableRead(
        taken, places, {} if metering is None else _usage_points(metering, taken, lookups["junctions"])
    )


def _metering(intake: Intake) -> pd.DataFrame | None:
    """Take the cells that tell about usage points, None where the file has none."""
    found = {}
    for name, words in METERING.items():
        known = {normal(word) for word in words}
        heading = next(
            (
                one
                for one in intake.raw.headings
                if one not in intake.used and any(form in known for form in forms(one))
            ),
            None,
        )
        if heading is not None:
            found[name] = intake.cells(heading)
    if not found:
        return None
    for name in ("meter_number", "meter_box"):
        if name in found:
            damage = damaged(found[name])
            at = {"table": "usage_points", "column": name, "value": found[name]}
            intake.note(Severity.ERROR, "damaged-identifier", damage & intake.kept, **at)
    return pd.DataFrame(found)[intake.kept].reset_index(drop=True)


def _usage_points(metering: pd.DataFrame, taken: Taken, boxes: Lookup) -> dict[str, pd.DataFrame]:
    """Make a usage point of the customer's number for each customer with a meter, and boxes not known yet."""
    told = metering.notna().any(axis=1)
    ids = taken.frame["id"]
    points = metering.assign(id=ids, customer=ids)[told].reset_index(drop=True)
    derived = {"usage_points": points}
    if "meter_box" in metering:
        area = taken.frame.get("transformer_area", pd.Series(np.nan, ids.index, dtype="str"))
        fresh = pd.DataFrame({"id": metering["meter_box"], "transformer_area": area}).dropna(subset="id")
        fresh = fresh[~fresh["id"].isin(boxes.ids)].drop_duplicates("id", ignore_index=True)
        derived["junctions"] = fresh.assign(kind=pd.Series("meter_box", fresh.index, dtype="str"))
    return {table: frame for table, frame in derived.items() if len(frame)}


def _targets(table: str) -> list[str]:
    more = ["junctions"] if table == "customers" else []
    return [schema.table(table).column(name).references for name in LINKED.get(table, ())] + more


def _identify(intake: Intake, project: Project) -> pd.Series | None:
    """Read the identifiers: narrow digits, older customer numbers; give the names that stood beside them."""
    table = intake.schema.name
    if table == "qualifications" and "id" not in intake.columns:
        intake.take_id(_qualification_ids(intake))
        return None
    if "id" not in intake.columns and table == "transformer_areas" and "name" in intake.columns:
        intake.columns["id"] = intake.columns.pop("name")
    if "id" not in intake.columns:
        raise _missing(intake, "id")
    cells = intake.cells(intake.columns["id"])
    ids = narrow(cells)
    parted = ids.str.contains(r"[|｜\-—:：]", na=False)
    parts = (
        ids.where(parted).str.extract(f"^{CODE_AND_NAME}$")
        if parted.any()
        else pd.DataFrame({0: ids, 1: ids})
    )
    both = parts[0].notna() & parted
    ids = parts[0].where(both, ids)
    if both.any():
        intake.note_file(Severity.NOTE, "split-code", count=int(both.sum()))
    intake.take_id(ids)
    intake.note(
        Severity.NOTE, "identifier-narrowed", (ids != cells) & ids.notna() & ~both & intake.kept, value=cells
    )
    if table == "customers":
        _known_numbers(intake, project)
    return parts[1].where(both) if both.any() and "name" in intake.schema.by_name else None


def _number_qualifications(intake: Intake) -> None:
    """Number certificates by their holder and kind, however the file wrote them."""
    parts = [
        intake.values[name].fillna(intake.raw.frame[intake.columns[name]]) for name in ("manager", "kind")
    ]
    intake.values["id"] = parts[0] + ":" + parts[1]
    intake.reject_duplicates()


def _missing(intake: Intake, column: str) -> GridError:
    found = ", ".join(intake.raw.headings)
    return GridError(
        "missing-column", file=intake.raw.place, table=intake.schema.name, column=column, found=found
    )


def _qualification_ids(intake: Intake) -> pd.Series:
    for name in ("manager", "kind"):
        if name not in intake.columns:
            raise _missing(intake, name)
    return intake.raw.frame[intake.columns["manager"]] + ":" + intake.raw.frame[intake.columns["kind"]]


def _known_numbers(intake: Intake, project: Project) -> None:
    old = intake.columns.get("old_id")
    ids = intake.values["id"]
    known = match_customers(
        ids, None if old is None else narrow(intake.cells(old)), project.frame("customers")
    )
    other = known.ne(ids) & ids.notna() & intake.kept
    intake.note(Severity.NOTE, "known-by-older-number", other, value=ids, known=known)
    intake.values["id"] = known.where(ids.notna())


def _join_phones(intake: Intake) -> None:
    """Put several columns of phones into one cell, parted by ``|``."""
    if "phone" not in intake.columns:
        return
    more = others_like(intake.schema.name, "phone", intake.raw.headings, intake.columns)
    phone = narrow(intake.cells(intake.columns["phone"]))
    for heading in more:
        other = narrow(intake.cells(heading))
        both = phone.notna() & other.notna() & (phone != other)
        phone = phone.fillna(other).where(~both, phone + "|" + other)
    intake.values["phone"] = phone


def _note_damage(intake: Intake) -> None:
    """Report identifiers beside the key that were damaged, and numbers shorter than all others."""
    for name in ("old_id", "meter_number", "transformer_area", "number", "phone"):
        if name in intake.values and name in intake.columns:
            intake.note_damage(name)
    ids = intake.values["id"].where(intake.kept)
    digits = ids.str.fullmatch(r"\d+", na=False)
    length = ids[digits].str.len()
    if len(length) >= 20:
        usual = int(length.mode().iloc[0])
        if (length == usual).mean() >= 0.8:
            short = digits & (ids.str.len() < usual)
            intake.note(Severity.WARNING, "short-identifier", short.fillna(False), value=ids, usual=usual)


def _areas_by_name(intake: Intake, lookup: Lookup, pending: dict[str, pd.Series]) -> None:
    """Link customers that name their area only by its name, where one area alone has it."""
    words = {normal(word) for word in ("台区名称", "台区", "TG_NAME", "resrc_supl_name")}
    heading = next(
        (
            one
            for one in intake.raw.headings
            if one not in intake.columns.values() and any(form in words for form in forms(one))
        ),
        None,
    )
    if heading is None:
        return
    names = intake.raw.frame[heading]
    area = intake.values.get("transformer_area", pd.Series(np.nan, names.index, dtype="str"))
    meaning = {name: lookup.find(name) for name in names.dropna().unique()}
    found = names.map(meaning).astype("str") if meaning else names
    waiting = area.isna() & (
        True if "transformer_area" not in pending else pending["transformer_area"].isna()
    )
    linked = waiting & found.notna() & intake.kept
    if linked.any():
        intake.note_file(Severity.WARNING, "linked-by-name", count=int(linked.sum()))
    lost = waiting & names.notna() & found.isna()
    at = {"table": "customers", "column": "transformer_area", "value": names}
    ambiguous = names.isin(lookup.ambiguous)
    intake.note(Severity.WARNING, "ambiguous-name", lost & ambiguous & intake.kept, **at)
    intake.note(Severity.WARNING, "unknown-area-of-customer", lost & ~ambiguous & intake.kept, **at)
    if lost.any():
        before = pending.get("transformer_area", pd.Series(np.nan, names.index, dtype="str"))
        pending["transformer_area"] = before.fillna(names.where(lost))
    intake.values["transformer_area"] = area.fillna(found.where(linked))


def _place(intake: Intake) -> None:
    """Read the places of the rows: two columns, one cell ``lon,lat``, or points of the file."""
    if intake.schema.shape is not Shape.POINT:
        _note_coordinates(intake)
        return
    if "x" not in intake.values or "y" not in intake.values:
        _place_otherwise(intake)
    if "x" not in intake.values:
        intake.note_file(Severity.NOTE, "no-position-columns")
        return
    x, y = intake.values["x"], intake.values["y"]
    half = x.isna() != y.isna()
    intake.values |= {"x": x.where(~half), "y": y.where(~half)}
    intake.note(Severity.WARNING, "no-position", (x.isna() | y.isna()) & intake.kept)


def _note_coordinates(intake: Intake) -> None:
    """Say that coordinates have no place in a table without points, and what gives its rows one."""
    axes = schema.table("customers")
    words = {normal(word) for name in ("x", "y") for word in column_words(axes.column(name))}
    words |= {normal(word) for word in COORDINATE_PAIR}
    found = [
        heading
        for heading in intake.raw.headings
        if heading not in intake.used and any(form in words for form in forms(heading))
    ]
    if found:
        code = (
            "coordinates-of-areas" if intake.schema.name == "transformer_areas" else "coordinates-not-placed"
        )
        intake.note_file(Severity.WARNING, code, headings=", ".join(found))


def _place_otherwise(intake: Intake) -> None:
    for axis in ("x", "y"):
        intake.values.pop(axis, None)
    words = {normal(word) for word in COORDINATE_PAIR}
    heading = next((one for one in intake.raw.headings if any(form in words for form in forms(one))), None)
    if heading is not None:
        cells = intake.cells(heading)
        parts = narrow(cells).str.extract(f"^{PAIR}$")
        intake.values |= {
            "x": pd.to_numeric(parts[0]).astype("float64"),
            "y": pd.to_numeric(parts[1]).astype("float64"),
        }
        intake.note(Severity.WARNING, "not-a-position", cells.notna() & parts[0].isna(), value=cells)
    elif intake.raw.shapes is not None:
        import shapely

        points = intake.raw.shapes
        if (shapely.get_type_id(points) == 0).any():  # x and y of what is no point are missing
            intake.values |= {"x": pd.Series(shapely.get_x(points)), "y": pd.Series(shapely.get_y(points))}


def sheets_of(raws: Sequence[RawTable]) -> str:
    """List the headings of several sheets, for a sentence."""
    return _("; ").join(", ".join(raw.headings[:12]) for raw in raws)
