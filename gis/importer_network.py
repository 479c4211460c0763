"""Import a network given as a folder of csv files: nodes, lines, switches, transformers, loads, sources.

Each load becomes a customer with one usage point, each transformer an area, all with their own
identifiers. A load on a node above 1 kV is a customer with a transformer of its own (MV); the others belong
to the area of the transformer that feeds them in the normal state (`DESIGN` §6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.importer_intake import Intake, Taken
from gis.importer_places import Placed, Places
from gis.importer_totals import reject_totals
from gis.readers import RawTable
from gis.readers.files import opened_text
from gis.readers.headers import normal
from grid_model import schema
from grid_model.checked import MV_ABOVE_KV
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.issue import Issue, Severity
from grid_model.project import Project
from grid_model.schema_network import PROTECTIVE_KINDS


@dataclass(frozen=True)
class _Form:
    """One file of the form: its table and the headings it must have, by column of the table."""

    table: str
    columns: Mapping[str, str]
    others: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        return (*self.columns.values(), *self.others)


FORMS: Mapping[str, _Form] = {
    "nodes.csv": _Form("connectivity_nodes", {"id": "id", "x": "x", "y": "y", "nominal_kv": "vn_kv"}),
    "lines.csv": _Form(
        "ac_line_segments",
        {
            "id": "id",
            "node_a": "from_node",
            "node_b": "to_node",
            "length_m": "length_m",
            "nominal_kv": "vn_kv",
        },
    ),
    "switches.csv": _Form(
        "switches",
        {"id": "id", "node_a": "node_a", "node_b": "node_b", "line": "line", "kind": "type"},
        ("closed",),
    ),
    "transformers.csv": _Form(
        "power_transformers", {"id": "id", "hv_node": "hv", "lv_node": "lv", "rated_kva": "sn_kva"}
    ),
    "loads.csv": _Form("usage_points", {"id": "id", "node": "node"}),
    "sources.csv": _Form("energy_sources", {"id": "id", "node": "node"}),
}
BESIDE = frozenset({"oracle_outage.csv"})
"""Reference answers that may lie beside a network; no part of it."""
KINDS_SHOWN = 8
"""Kinds of switches nobody knows that are named in one finding."""


@dataclass(frozen=True)
class NetworkRead:
    """Rows by table, what became of each file, and places still in the file's own system."""

    frames: Mapping[str, pd.DataFrame]
    taken: Sequence[Taken]
    places: Places
    issues: Sequence[Issue]


def is_network_folder(folder: Path) -> bool:
    """Whether `folder` holds a network in this form."""
    return (folder / "nodes.csv").is_file()


def read_network(
    folder: Path,
    prefix: str,
    project: Project,
    feedback: Feedback = SILENT,
    before: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> NetworkRead:
    """Read the network in `folder`; `prefix` stands before the file names shown.

    Parameters
    ----------
    before
        File of each identifier, by table, that another source of the same import has brought already.

    Raises
    ------
    GridError
        ``no-nodes-file``, ``missing-column``, ``empty-table``, and what reading raises.
    """
    if not is_network_folder(folder):
        raise GridError("no-nodes-file", folder=str(folder))
    intakes = {
        file: _intake(folder / file, prefix + file, before)
        for file in feedback.track(list(FORMS), folder.name)
    }
    present = {file: intake for file, intake in intakes.items() if intake is not None}
    if not len(present["nodes.csv"].raw):
        raise GridError("empty-table", file=prefix + "nodes.csv")
    issues = [
        Issue(Severity.WARNING, "missing-network-file", FORMS[file].table, file=prefix + file)
        for file in FORMS
        if file not in present
    ]
    issues += [
        Issue(Severity.NOTE, "file-not-read", file=prefix + path.name)
        for path in sorted(folder.glob("*.csv"))
        if path.name not in FORMS and path.name not in BESIDE
    ]
    return _Network(present, project, Places(prefix + "nodes.csv")).result(issues)


def _intake(path: Path, file: str, before: Mapping[str, Mapping[str, str]]) -> Intake | None:
    if not path.is_file():
        return None
    form = FORMS[path.name]
    try:
        raw = opened_text(path, file, header_first=True)
    except GridError as error:
        if error.code != "empty-file" or path.name == "nodes.csv":
            raise
        raw = RawTable(
            file, pd.DataFrame(columns=pd.Index(form.required), dtype="str"), np.array([], dtype=np.int64)
        )
    intake = Intake(raw, form.table, _columns(raw, form), before.get(form.table))
    if not len(raw):
        intake.note_file(Severity.NOTE, "empty-table", table=form.table)
    return intake


def _columns(raw: RawTable, form: _Form) -> dict[str, str]:
    """Find the heading of each column: those of the form must be there, others go by alias."""
    by_form = {normal(heading): heading for heading in reversed(raw.headings)}
    for needed in form.required:
        if normal(needed) not in by_form:
            raise GridError("missing-column", file=raw.file, column=needed, found=", ".join(raw.headings))
    columns = {column: by_form[normal(heading)] for column, heading in form.columns.items()}
    taken = {*columns.values(), *(by_form[normal(name)] for name in form.others)}
    for column in schema.table(form.table).columns:
        if column.name in columns or column.name in (
            "geometry",
            "attributes",
            "customer",
            "transformer_area",
            "open",
        ):
            continue
        heading = next(
            (by_form[normal(word)] for word in (column.name, *column.aliases) if normal(word) in by_form),
            None,
        )
        if heading is not None and heading not in taken:
            columns[column.name] = heading
            taken.add(heading)
    return columns


class _Network:
    """The six tables on their way in; each step leaves rows kept or rejected."""

    def __init__(self, intakes: Mapping[str, Intake], project: Project, places: Places) -> None:
        self.intakes = intakes
        self.project = project
        self.frames: dict[str, pd.DataFrame] = {}
        self.taken: list[Taken] = []
        self.places = places

    def result(self, issues: list[Issue]) -> NetworkRead:
        self._nodes()
        for step in (self._lines, self._switches, self._transformers, self._sources):
            step()
        self._loads()
        self._feeders()
        return NetworkRead(self.frames, self.taken, self.places, issues)

    def _finish(self, intake: Intake) -> pd.DataFrame:
        intake.values["attributes"] = intake.attributes()
        taken = intake.finish()
        self.taken.append(taken)
        self.frames[taken.table] = taken.frame
        return taken.frame

    def _begin(self, file: str) -> Intake | None:
        intake = self.intakes.get(file)
        if intake is not None:
            reject_totals(intake)
            intake.read_id()
            intake.read()
        return intake

    def _nodes(self) -> None:
        intake = self.intakes["nodes.csv"]
        reject_totals(intake)
        intake.read_id()
        intake.read()
        intake.reject_duplicates()
        x, y = intake.values["x"], intake.values["y"]
        intake.note(Severity.WARNING, "no-position", (x.isna() | y.isna()) & intake.kept)
        intake.note(Severity.WARNING, "no-voltage", intake.values["nominal_kv"].isna() & intake.kept)
        half = x.isna() != y.isna()
        intake.values |= {"x": x.where(~half), "y": y.where(~half)}
        frame = self._finish(intake)
        self.places.points.append(Placed.of(self.taken[-1]))
        self.known_nodes = pd.Index(frame["id"]).union(
            pd.Index(self.project.frame("connectivity_nodes")["id"])
        )

    def _reject_unknown_nodes(self, intake: Intake, *names: str, optional: bool = False) -> None:
        for name in names:
            cells = intake.values[name]
            if not optional:
                intake.reject("missing-node", cells.isna(), end=intake.columns[name])
            intake.reject("unknown-node", cells.notna() & ~cells.isin(self.known_nodes), node=cells)

    def _lines(self) -> None:
        intake = self._begin("lines.csv")
        if intake is None:
            return
        self._reject_unknown_nodes(intake, "node_a", "node_b")
        intake.reject_duplicates()
        routes = _routes(intake)
        frame = self._finish(intake)
        frame["geometry"] = pd.Series(list(routes[intake.kept]), dtype=object)
        self.places.shapes.append(Placed.of(self.taken[-1]))

    def _switches(self) -> None:
        intake = self._begin("switches.csv")
        if intake is None:
            return
        at_line_end = intake.values["node_b"].isna()
        line = intake.values["line"]
        self._reject_unknown_nodes(intake, "node_a")
        self._reject_unknown_nodes(intake, "node_b", optional=True)
        intake.reject("switch-without-end", at_line_end & line.isna())
        self._reject_strange_lines(intake, line, at_line_end)
        intake.reject_duplicates()
        self._switch_states(intake)
        self._finish(intake)

    def _reject_strange_lines(self, intake: Intake, line: pd.Series, at_line_end: pd.Series) -> None:
        stored = self.project.frame("ac_line_segments")
        lines = (
            pd.concat(
                [
                    frame[["id", "node_a", "node_b"]]
                    for frame in (self.frames.get("ac_line_segments"), stored)
                    if frame is not None
                ]
            )
            .drop_duplicates("id")
            .set_index("id")
        )
        strange = line.notna() & ~line.isin(lines.index)
        intake.reject("unknown-line", at_line_end & strange, line=line)
        intake.note(Severity.WARNING, "unknown-line", ~at_line_end & strange, line=line)
        intake.values["line"] = line.where(~strange)
        node = intake.values["node_a"]
        elsewhere = ~(
            (lines["node_a"].reindex(line).to_numpy() == node)
            | (lines["node_b"].reindex(line).to_numpy() == node)
        )
        intake.reject("switch-not-at-line", at_line_end & line.notna() & elsewhere, line=line, node=node)

    def _switch_states(self, intake: Intake) -> None:
        from gis.importer_values import truths

        heading = next(name for name in intake.raw.headings if normal(name) == "closed")
        cells = intake.cells(heading)
        closed, odd = truths(cells)
        intake.note(Severity.ERROR, "unknown-switch-state", odd | cells.isna(), value=cells)
        opened = (~closed).fillna(False).astype(bool)
        self._unknown_kinds(intake)
        kind = intake.values["kind"].fillna("unknown")
        protective = intake.values.get("is_protective", pd.Series(pd.NA, kind.index, dtype="boolean"))
        intake.values |= {
            "kind": kind,
            "normal_open": opened,
            "open": opened,
            "is_protective": protective.fillna(kind.isin(PROTECTIVE_KINDS)).astype(bool),
        }

    def _unknown_kinds(self, intake: Intake) -> None:
        """Say how many switches have no kind that is understood: whether they protect hangs on it."""
        stated = intake.values.get("is_protective")
        unknown = intake.values["kind"].isna() & intake.kept
        if stated is not None:
            unknown &= stated.isna()
        if unknown.any():
            heading = intake.columns["kind"]
            words = intake.raw.frame[heading][unknown].dropna().unique().tolist()
            found = ", ".join([*words[:KINDS_SHOWN], *(["…"] if len(words) > KINDS_SHOWN else [])])
            intake.note_file(
                Severity.WARNING,
                "unknown-switch-kinds",
                count=int(unknown.sum()),
                heading=heading,
                found=found or "-",
            )

    def _transformers(self) -> None:
        intake = self._begin("transformers.csv")
        if intake is None:
            return
        self._reject_unknown_nodes(intake, "hv_node", "lv_node")
        intake.reject_duplicates()
        intake.values["transformer_area"] = intake.values["id"]
        frame = self._finish(intake)
        area = {"id": frame["id"], "stated_kva": frame["rated_kva"]}
        self.frames["transformer_areas"] = pd.DataFrame(
            area | {"name": frame["name"]} if "name" in frame else area
        )

    def _sources(self) -> None:
        intake = self._begin("sources.csv")
        if intake is None:
            return
        self._reject_unknown_nodes(intake, "node")
        intake.reject_duplicates()
        self._finish(intake)

    def _loads(self) -> None:
        intake = self.intakes.get("loads.csv")
        if intake is None:
            return
        name = next((heading for heading in intake.raw.headings if normal(heading) == "name"), None)
        names = None if name is None else intake.cells(name)
        reject_totals(intake)
        intake.read_id()
        intake.read()
        intake.reject_duplicates()
        node = intake.values["node"]
        strange = node.isna() | ~node.isin(self.known_nodes)
        intake.note(Severity.ERROR, "load-without-node", strange & intake.kept, node=node)
        intake.values["node"] = node.where(~strange)
        customers = self._customers(intake, names)
        points = intake.finish()
        points.frame["customer"] = points.frame["id"]
        self.taken.append(points)
        self.frames["customers"] = customers[intake.kept].reset_index(drop=True)
        self.places.points.append(Placed(self.frames["customers"], "customers"))
        self.frames["usage_points"] = points.frame

    def _customers(self, intake: Intake, names: pd.Series | None) -> pd.DataFrame:
        """Make the customer of each load: class by voltage, area by what feeds it, place of its node."""
        nodes = self.frames["connectivity_nodes"].set_index("id").reindex(intake.values["node"])
        mv = pd.Series(nodes["nominal_kv"].to_numpy() > MV_ABOVE_KV)
        area = self._feeding_area(intake.values["node"]).where(~mv)
        intake.note(
            Severity.WARNING,
            "no-feeding-transformer",
            ~mv & area.isna() & intake.values["node"].notna() & intake.kept,
        )
        customers = pd.DataFrame(
            {
                "id": intake.values["id"],
                "customer_class": pd.Series(np.where(mv, "mv", "lv_resident"), dtype="str"),
                "transformer_area": area,
                "x": nodes["x"].to_numpy(),
                "y": nodes["y"].to_numpy(),
                "attributes": intake.attributes(),
            }
        )
        return customers if names is None else customers.assign(name=names)

    def _feeding_area(self, nodes: pd.Series) -> pd.Series:
        from grid_model.feeding import feeding_transformers

        return feeding_transformers(self.frames, nodes)

    def _feeders(self) -> None:
        """Make a feeder of each name the files use for one."""
        named = [frame["feeder"].dropna() for frame in self.frames.values() if "feeder" in frame]
        names = sorted(set(pd.concat(named))) if named else []
        known = set(self.project.frame("feeders")["id"])
        fresh = [name for name in names if name not in known]
        if fresh:
            self.frames["feeders"] = pd.DataFrame({"id": fresh, "name": fresh}, dtype="str")


def _routes(intake: Intake) -> npt.NDArray[Any]:
    """Read the routes (WKT) of lines as shapely lines; None where there is none or it cannot be read."""
    import shapely

    heading = next((name for name in intake.raw.headings if normal(name) in ("wkt", "geometry")), None)
    if heading is None:
        return np.full(len(intake.raw), None, dtype=object)
    cells = intake.cells(heading)
    with np.errstate(over="ignore"):
        shapes = shapely.from_wkt(
            cells.astype(object).where(cells.notna(), None).to_numpy(), on_invalid="ignore"
        )
    usable = (shapely.get_type_id(shapes) == 1) & ~shapely.is_empty(shapes)
    coordinates, own = shapely.get_coordinates(shapes, return_index=True)
    usable[own[~np.isfinite(coordinates).all(axis=1)]] = False
    intake.note(Severity.WARNING, "unreadable-route", cells.notna().to_numpy() & ~usable)
    shapes[~usable] = None
    return np.asarray(shapes, dtype=object)
