"""Read the journal of a project file without opening the file for editing: newest entries first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from gis.project_connection import connect
from gis.project_errors import explained
from gis.project_file import place_of
from gis.project_journal import read_entries, read_images
from grid_model.history import Entry


def entries_newest_first(path: Path) -> Iterator[Entry]:
    """Give what changed rows, each entry with its images, which are read only when asked for.

    Raises
    ------
    GridError
        Where the file cannot be read, as `gis.project_file.open_for_reading`.
    """
    path = place_of(path)
    with explained(path), closing(connect(path)) as connection:
        for entry in reversed(read_entries(connection)):
            if entry.action != "note":
                yield replace(entry, images=read_images(connection, entry.number))
