"""Bring files into the project: read, map columns, check, and commit as one step that can be undone.

No row is dropped in silence: for every file read = kept + rejected, and each finding says whether its row
was kept. The result is an edit (`ApplyImport`) that the history makes, and the counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from gis.importer_apply import ApplyImport, Difference
from gis.importer_intake import Taken
from gis.importer_network import NetworkRead, is_network_folder, read_network
from gis.importer_places import Places, draw_straight, settle
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.issue import Issue, Severity
from grid_model.project import Project

KINDS = ("auto", "network-csv", "customers", "managers", "areas", "outlines")
"""What a source may be; ``auto`` finds out by what is in it."""


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
    """

    kind: str = "auto"
    crs: str = ""
    table: str = ""
    data_date: str = ""


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
    batch = Batch()
    prefixes = _prefixes(sources)
    for source in feedback.track(list(sources)):
        _read_source(project, source, prefixes[source], options, batch, feedback)
    return _finished(project, batch, sources, options)


def _prefixes(sources: Sequence[Path]) -> dict[Path, str]:
    """What stands before file names so that files of two folders can be told apart."""
    folders = [source for source in sources if source.is_dir()]
    return {source: f"{source.name}/" if source in folders and len(folders) > 1 else "" for source in sources}


def _read_source(
    project: Project, source: Path, prefix: str, options: ImportOptions, batch: Batch, feedback: Feedback
) -> None:
    if not source.exists():
        raise GridError("missing-file", file=str(source))
    folder = source.parent if options.kind == "network-csv" and source.is_file() else source
    if folder.is_dir():
        if options.kind not in ("auto", "network-csv"):
            raise GridError("is-a-folder", file=str(source))
        if not is_network_folder(folder):
            raise GridError("no-nodes-file", folder=str(folder))
        _add_network(read_network(folder, prefix, project, feedback), batch)
        return
    raise GridError("unknown-file-kind", file=source.name, kinds="")


def _add_network(network: NetworkRead, batch: Batch) -> None:
    for table, frame in network.frames.items():
        batch.frames.setdefault(table, []).append(frame)
    batch.taken += network.taken
    batch.places.append(network.places)
    batch.issues += network.issues


def _finished(project: Project, batch: Batch, sources: Sequence[Path], options: ImportOptions) -> Imported:
    settled = settle(project, batch.places, options.crs)
    issues = [*settled.issues, *batch.issues, *(issue for taken in batch.taken for issue in taken.issues)]
    frames = {table: _united(parts) for table, parts in batch.frames.items()}
    _draw_routes(project, frames, issues)
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
    """Put the rows of several files for one table together; of the same identifier the first stays."""
    if len(parts) == 1:
        return parts[0]
    return pd.concat(parts, ignore_index=True).drop_duplicates("id", ignore_index=True)


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
