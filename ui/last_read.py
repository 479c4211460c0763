"""Read a project once for several commands on the same file, as long as nobody changes it.

A script that calls `ui.cli.main` in a loop asks about one file again and again. A project never changes,
so the one read last serves again while the file is the same: same place, size and time, and the same
change counter, which SQLite raises with every commit. With a journal beside it the file is read anew.
"""

from __future__ import annotations

from pathlib import Path

from grid_model.feedback import Feedback
from grid_model.project import Project

COUNTER = slice(24, 28)
"""Bytes of SQLite's file change counter (SQLite file format, 1.3.7)."""

Stamp = tuple[str, int, int, int, bytes]

_last: tuple[Stamp, Project] | None = None


def read_project(path: Path, feedback: Feedback) -> Project:
    """Give the project at `path` as it stands now; raises as `gis.project_file.open_for_reading`."""
    global _last
    from gis.project_file import open_for_reading

    stamp = _stamp(path)
    if stamp is not None and _last is not None and _last[0] == stamp:
        return _last[1]
    _last = None
    project = open_for_reading(path, feedback)
    if stamp is not None and stamp == _stamp(path):
        _last = (stamp, project)
    return project


def _stamp(path: Path) -> Stamp | None:
    """Tell one content of a file from another; None where that cannot be told."""
    try:
        if any(path.with_name(path.name + tail).exists() for tail in ("-journal", "-wal")):
            return None
        with path.open("rb") as file:
            counter = file.read(COUNTER.stop)[COUNTER]
        found = path.stat()
    except (OSError, ValueError):  # reading it will say what is wrong; "." and "/" have no name
        return None
    return str(path.resolve()), found.st_ino, found.st_size, found.st_mtime_ns, counter
