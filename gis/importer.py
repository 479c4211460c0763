"""Bring files into the project: read, map columns, check, and commit as one step that can be undone.

No row is dropped in silence: for every file read = kept + rejected, and each finding says whether its row
was kept. The result is an edit (`ApplyImport`) that the history makes, and the counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from gis.importer_apply import ApplyImport, Difference
from gis.importer_columns import ORDER, TABLE_KINDS, recognise
from gis.importer_intake import Taken
from gis.importer_links import join_pending
from gis.importer_network import NetworkRead, read_network
from gis.importer_outlines import has_areas, read_outlines
from gis.importer_places import Places, draw_straight, settle, shifted
from gis.importer_roads import LINE_KINDS, asked_lines, line_table, read_lines, wanted_of_osm
from gis.importer_tables import TableRead, read_table, sheets_of
from gis.readers import RawTable, read_tables
from gis.readers.endings import is_osm
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.issue import Issue, Severity
from grid_model.project import GEOGRAPHIC, Project

KINDS = ("auto", "network-csv", *TABLE_KINDS, "outlines", *LINE_KINDS)
"""What a source may be; ``auto`` finds out by what is in it."""


OUTLINE = "outline"
"""Marks a layer of polygons, whose table is found by matching."""


@dataclass(frozen=True)
class Layout:
    """What one table of a file holds, where a person has said so.

    Parameters
    ----------
    table
        Table of the project.
    columns
        Heading for each column; None: by alias.
    """

    table: str
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True)
class ImportOptions:
    """How to read the sources.

    Parameters
    ----------
    kind
        One of `KINDS`.
    crs
        ``EPSG:…``, ``GCJ-02``, ``BD-09``; empty: as the file states, else found out (see `importer_places`).
    table
        For outlines: the table they belong to; empty: found out by matching.
    data_date
        ISO date of the data, stated on lists and pages; empty: unknown, the project keeps its own.
    layouts
        What tables of files hold, by `RawTable.place`; the others are told by their headings.
    """

    kind: str = "auto"
    crs: str = ""
    table: str = ""
    data_date: str = ""
    layouts: Mapping[str, Layout] = field(default_factory=dict)


@dataclass(frozen=True)
class Imported:
    """What was read, and the edit that brings it into the project.

    Parameters
    ----------
    edit
        Made by the history; until then the project is untouched.
    read, kept, rejected
        Rows by file; read = kept + rejected for each.
    issues
        Every finding.
    differences
        How the rows compare with the project's, by table.
    """

    edit: ApplyImport
    read: Mapping[str, int]
    kept: Mapping[str, int]
    rejected: Mapping[str, int]
    issues: tuple[Issue, ...]
    differences: Mapping[str, Difference]


@dataclass
class Batch:
    """What the sources have given so far."""

    frames: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    places: list[Places] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def before(self, table: str) -> dict[str, str]:
        """Give the file of each identifier brought so far."""
        return {one: taken.file for taken in self.taken if taken.table == table for one in taken.frame["id"]}

    def add(self, read: TableRead) -> None:
        """Put in the rows of one table."""
        for table, frame in {read.taken.table: read.taken.frame, **read.derived}.items():
            self.frames.setdefault(table, []).append(frame)
        self.taken.append(read.taken)
        self.places.append(read.places)


def import_sources(
    project: Project,
    sources: Sequence[Path],
    options: ImportOptions = ImportOptions(),
    feedback: Feedback = SILENT,
) -> Imported:
    """Read `sources` (files, or folders with a network) for `project`.

    Raises
    ------
    GridError
        Where a source cannot be read at all: ``missing-file``, ``no-nodes-file``, ``wrong-encoding``,
        ``missing-column``, ``password-protected``, ``mixed-coordinates`` and others; nothing was changed.
    """
    if not sources:
        raise GridError("no-source")
    if options.kind not in KINDS:
        raise GridError("unknown-import-kind", kind=options.kind, kinds=", ".join(KINDS))
    if options.data_date:
        _check_date(options.data_date)
    batch = Batch()
    prefixes = _prefixes(sources)
    raws: list[tuple[RawTable, str]] = []
    for source in feedback.track(list(sources)):
        raws += _read_source(project, source, prefixes[source], options, batch, feedback)
    raws.sort(
        key=lambda pair: ORDER.index(pair[1]) if pair[1] in ORDER else -1
    )  # outlines find their rows last
    for raw, table in raws:
        if table in ORDER:
            layout = options.layouts.get(raw.place, Layout(table))
            batch.add(read_table(raw, table, project, batch.frames, batch.before(table), layout.columns))
        elif table in LINE_KINDS:
            batch.add(read_lines(raw, table, project, batch.before(table)))
    for raw, table in raws:
        if table == OUTLINE:
            batch.add(_outlines(raw, options, project, batch))
    return _finished(project, batch, sources, options)


def _check_date(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise GridError("bad-data-date", value=text) from None


def _prefixes(sources: Sequence[Path]) -> dict[Path, str]:
    """What stands before file names so that files of the same name can be told apart."""
    folders = [source for source in sources if source.is_dir()]
    names = Counter(source.name for source in sources)
    return {
        source: (f"{source.name}/" if len(folders) > 1 else "")
        if source in folders
        else (f"{source.resolve().parent.name}/" if names[source.name] > 1 else "")
        for source in sources
    }


def _read_source(
    project: Project, source: Path, prefix: str, options: ImportOptions, batch: Batch, feedback: Feedback
) -> list[tuple[RawTable, str]]:
    """Read one source: a network goes into `batch` at once, tables are given back with what they hold."""
    if not source.exists():
        raise GridError("missing-file", file=str(source))
    folder = source.parent if options.kind == "network-csv" and source.is_file() else source
    if folder.is_dir():
        if options.kind not in ("auto", "network-csv"):
            raise GridError("is-a-folder", file=str(source))
        before = {table: batch.before(table) for table in batch.frames}
        _add_network(read_network(folder, prefix, project, feedback, before), batch)
        return []
    raws = read_tables(source, prefix + source.name)
    if is_osm(source):
        raws = wanted_of_osm(list(raws), options.kind)
    return _recognised(raws, options, batch)


def _recognised(raws: Sequence[RawTable], options: ImportOptions, batch: Batch) -> list[tuple[RawTable, str]]:
    """Tell what each table of a file holds; the rows of a sheet that cannot be told are rejected."""
    alone = len(raws) == 1
    told = [(raw, _told(raw, options, alone)) for raw in raws if len(raw) or raw.unreadable or alone]
    for raw in raws:
        if len(raws) > 1 and not (len(raw) or raw.unreadable):
            empty = Issue(Severity.NOTE, "empty-table", file=raw.file, details={"sheet": raw.sheet})
            batch.taken.append(Taken(raw.file, "", pd.DataFrame({"id": []}), 0, 0, (*raw.findings, empty)))
    if not told:
        raise GridError("empty-table", file=raws[0].file)
    found = [(raw, table) for raw, table in told if table is not None]
    if not found:
        raise GridError("unrecognised-file", file=raws[0].file, found=sheets_of(raws))
    for raw, table in told:
        if table is None:
            rows = len(raw) + raw.unreadable
            issue = Issue(
                Severity.WARNING,
                "unrecognised-table",
                file=raw.file,
                row_kept=False,
                details={"sheet": raw.sheet, "count": rows, "found": ", ".join(raw.headings[:12])},
            )
            batch.taken.append(Taken(raw.file, "", pd.DataFrame({"id": []}), 0, rows, (issue,)))
    return found


def _told(raw: RawTable, options: ImportOptions, alone: bool) -> str | None:
    if raw.place in options.layouts:
        table = options.layouts[raw.place].table
        if table not in (*ORDER, *LINE_KINDS):
            raise GridError("unknown-import-kind", kind=table, kinds=", ".join((*ORDER, *LINE_KINDS)))
        return table
    if options.kind == "outlines":
        return OUTLINE if raw.shapes is not None else None
    if options.kind in TABLE_KINDS:
        return TABLE_KINDS[options.kind] if len(raw) or not raw.sheet else None
    if options.kind in LINE_KINDS:
        return asked_lines(raw, options.kind, alone)
    return OUTLINE if has_areas(raw) else line_table(raw) or recognise(raw)


def _outlines(raw: RawTable, options: ImportOptions, project: Project, batch: Batch) -> TableRead:
    table = options.table
    if not table:
        from gis.importer_outlines import find_table

        table = find_table(raw, project, batch.frames)
    brought = {taken.file for taken in batch.taken if taken.table == table and "geometry" in taken.frame}
    before = {one: file for one, file in batch.before(table).items() if file in brought}
    return read_outlines(raw, table, project, batch.frames, before)


def _add_network(network: NetworkRead, batch: Batch) -> None:
    for table, frame in network.frames.items():
        batch.frames.setdefault(table, []).append(frame)
    batch.taken += network.taken
    batch.places.append(network.places)
    batch.issues += network.issues


def _finished(project: Project, batch: Batch, sources: Sequence[Path], options: ImportOptions) -> Imported:
    settled = settle(project, batch.places, options.crs)
    issues = [*settled.issues, *batch.issues, *(issue for taken in batch.taken for issue in taken.issues)]
    for table, rows in join_pending(project, batch.frames).items():
        batch.frames.setdefault(table, []).append(rows)
    frames = {table: _united(parts) for table, parts in batch.frames.items()}
    _draw_routes(project, frames, issues)
    if settled.crs == GEOGRAPHIC:
        issues += shifted(project, frames)
    kept, rejected = Counter[str](), Counter[str]()
    for taken in batch.taken:
        kept[taken.file] += taken.kept
        rejected[taken.file] += taken.rejected
    files = tuple(dict.fromkeys(taken.file for taken in batch.taken))
    edit = ApplyImport(frames, tuple(issues), files, _info(project, settled.crs, sources, options))
    return Imported(
        edit,
        {file: kept[file] + rejected[file] for file in files},
        {file: kept[file] for file in files},
        {file: rejected[file] for file in files},
        tuple(issues),
        edit.differences(project),
    )


def _united(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the rows of several files for one table together; a later file fills what is open."""
    if len(parts) == 1:
        return parts[0]
    whole = pd.concat(
        [part.astype({name: "boolean" for name in part if part[name].dtype == bool}) for part in parts],
        ignore_index=True,
    )
    if whole["id"].is_unique:
        return whole
    order = whole.drop_duplicates("id")["id"]
    return whole.groupby("id", sort=False).first().reindex(order).reset_index()


def _draw_routes(project: Project, frames: Mapping[str, pd.DataFrame], issues: list[Issue]) -> None:
    lines, nodes = frames.get("ac_line_segments"), frames.get("connectivity_nodes")
    if lines is None or nodes is None or not len(lines):
        return
    drawn = draw_straight(lines, nodes)
    if drawn:
        issues.append(Issue(Severity.NOTE, "drawn-straight", "ac_line_segments", details={"count": drawn}))


def _info(project: Project, crs: str, sources: Sequence[Path], options: ImportOptions) -> dict[str, str]:
    info = {"crs": crs} if crs != project.info.crs else {}
    if not project.info.name:
        info["name"] = sources[0].resolve().stem if sources[0].is_file() else sources[0].resolve().name
    if options.data_date:
        info["data_date"] = options.data_date
        if not project.info.planning_date:
            info["planning_date"] = options.data_date
    return info
