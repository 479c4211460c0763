"""Small invented territories on a local plane in metres, for the tests of outlines and neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import shapely

from grid_model.project import LOCAL, Project, ProjectInfo


def station(crs: str = LOCAL, **frames: Sequence[Mapping[str, object]]) -> Project:
    """Make a project of rows by table name."""
    tables = {name: pd.DataFrame(list(rows)) for name, rows in frames.items() if rows}
    return Project.of(ProjectInfo(crs=crs, planning_date="2026-11-20"), tables)


def box(x: float, y: float, width: float = 1000, height: float = 1000) -> bytes:
    """Give a rectangle as MULTIPOLYGON bytes."""
    return bytes(shapely.to_wkb(shapely.multipolygons([shapely.box(x, y, x + width, y + height)])))


def line(*points: tuple[float, float]) -> bytes:
    return bytes(shapely.to_wkb(shapely.linestrings(points)))


def squares(drawing: str, side: float = 1000) -> list[dict[str, object]]:
    """Draw areas as a map of letters, a square each; the letter is the manager.

    Rows of the drawing run from north to south; a dot is no area.
    """
    rows = drawing.split()
    return [
        {
            "id": f"{letter}{column}{row}",
            "manager": letter,
            "geometry": box(column * side, (len(rows) - row - 1) * side, side, side),
            "outline_source": "drawn",
        }
        for row, letters in enumerate(rows)
        for column, letter in enumerate(letters)
        if letter != "."
    ]


def managers(letters: str, **more: Mapping[str, object]) -> list[dict[str, object]]:
    return [{"id": one, "name": f"经理{one}", **more.get(one, {})} for one in letters]
