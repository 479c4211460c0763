"""Views of the map a person kept: places, scales and layers to come back to, in the project (``map_views``).

Files of earlier versions kept them among the settings. They are shown from there until a view is kept,
renamed or forgotten; that edit moves them all, and nothing is ever written to the old place.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gis.display import DisplayPlane
from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Draft, Project
from resources.i18n import N_
from ui.map.view import SCREEN_M_PER_PIXEL
from ui.session import Session

TABLE = "map_views"
OLD_PREFIX = "view:"
OLD_WIDTH_PX = 830.0
"""How wide the map of a 1366×768 window is: an old view, kept as a rectangle, gets its scale by it."""

NO_SCALE = 10_000.0
"""Scale of a view that has none, as one entered in the table."""


@dataclass(frozen=True)
class KeptView:
    """A part of the map by name.

    Parameters
    ----------
    x, y
        Middle of the view in project coordinates.
    scale
        Denominator: 10000 stands for 1:10 000.
    shown, hidden
        Names of layers (of base maps their files' names) that were shown and hidden then; a layer in
        neither stays as it is.
    """

    name: str
    x: float
    y: float
    scale: float
    shown: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


def views_of(project: Project) -> list[KeptView]:
    """List the views that have a place, by name."""
    found = {view.name: view for view in _old_views(project)}
    found |= {view.name: view for view in _views(project)}
    return sorted(found.values(), key=lambda view: view.name)


def _views(project: Project) -> list[KeptView]:
    frame = project.frame(TABLE)
    return [
        KeptView(
            str(one), float(x), float(y), NO_SCALE if math.isnan(scale) else float(scale), *_layers(layers)
        )
        for one, x, y, scale, layers in zip(
            *(frame[name] for name in ("id", "x", "y", "scale", "layers")), strict=True
        )
        if math.isfinite(x) and math.isfinite(y)
    ]


def _layers(text: object) -> tuple[frozenset[str], frozenset[str]]:
    """Read which layers were shown and hidden; what has no meaning says nothing."""
    try:
        kept = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        kept = None
    lists = [kept.get(name) for name in ("shown", "hidden")] if isinstance(kept, dict) else [None, None]
    shown, hidden = (
        frozenset(one for one in names if isinstance(one, str)) if isinstance(names, list) else frozenset()
        for names in lists
    )
    return shown, hidden - shown


def _old_views(project: Project) -> list[KeptView]:
    """Read the views among the settings; one that cannot be read stays there untouched."""
    rows = project.frame("settings")
    found = []
    for one, value in zip(rows["id"].astype(str), rows["value"], strict=True):
        extent = _extent(value) if one.startswith(OLD_PREFIX) else None
        if extent is not None:
            found.append(_of_extent(one.removeprefix(OLD_PREFIX), extent, project.geographic))
    return found


def _extent(text: object) -> tuple[float, float, float, float] | None:
    try:
        west, south, east, north = (float(one) for one in json.loads(str(text)))
    except (TypeError, ValueError):
        return None
    return (west, south, east, north) if all(map(math.isfinite, (west, south, east, north))) else None


def _of_extent(name: str, extent: tuple[float, float, float, float], geographic: bool) -> KeptView:
    west, south, east, north = extent
    x, y = (west + east) / 2, (south + north) / 2
    plane = DisplayPlane.around(x, y, geographic=geographic)
    width_m = max(abs(east - west) * plane.metres_per_x, 20.0)
    return KeptView(name, x, y, max(1.0, round(width_m / OLD_WIDTH_PX / SCREEN_M_PER_PIXEL)))


def _move_old(draft: Draft) -> None:
    """Move the views of earlier versions out of the settings; a newer one of the same name stays."""
    old = _old_views(draft.project)
    new = [view for view in old if view.name not in draft.project.table(TABLE)]
    if new:
        draft.insert(TABLE, [row_of(view) for view in new])
    if old:
        draft.delete("settings", [OLD_PREFIX + view.name for view in old])


def row_of(view: KeptView) -> dict[str, Any]:
    """Write a view as a row."""
    layers = {"shown": sorted(view.shown), "hidden": sorted(view.hidden)}
    return {
        "id": view.name,
        "scale": view.scale,
        "x": round(view.x, 8),
        "y": round(view.y, 8),
        "layers": json.dumps(layers, ensure_ascii=False) if view.shown or view.hidden else None,
    }


@dataclass(frozen=True, slots=True)
class KeepView:
    """Keep a view, in the place of one of the same name."""

    view: KeptView
    title: str = N_("Keep the view {name}")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"name": self.view.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit."""
        draft = project.edit()
        _move_old(draft)
        row = row_of(self.view)
        if self.view.name in draft.project.table(TABLE):
            draft.update(TABLE, [row.pop("id")], **row)
        else:
            draft.insert(TABLE, [row])
        return draft.finish()


@dataclass(frozen=True, slots=True)
class RenameView:
    """Give a view another name; raises `GridError` ``view-name-taken``."""

    name: str
    new_name: str
    title: str = N_("Rename the view {name}")
    values: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", {"name": self.name})

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; the name is the key of the row, so it is written anew."""
        draft = project.edit()
        _move_old(draft)
        table = draft.project.table(TABLE)
        if self.new_name in table:
            raise GridError("view-name-taken", name=self.new_name)
        row = {key: value for key, value in table.row(self.name).items() if key != "fid"}
        draft.delete(TABLE, [self.name])
        draft.insert(TABLE, [{**row, "id": self.new_name}])
        return draft.finish()


@dataclass(frozen=True, slots=True)
class ForgetView:
    """Forget a view."""

    name: str
    title: str = N_("Forget the view {name}")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"name": self.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit."""
        draft = project.edit()
        _move_old(draft)
        draft.delete(TABLE, [self.name])
        return draft.finish()


class Views:
    """The views of the open project; where it is only read, those kept in this session beside them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._own: dict[str, KeptView | None] = {}
        session.project_changed.connect(self._on_project)

    def _on_project(self, _project: Project | None, changes: Changes | None) -> None:
        if changes is None:
            self._own.clear()

    def kept(self) -> list[KeptView]:
        """List them by name."""
        project = self._session.project
        if project is None:
            return []
        found: dict[str, KeptView | None] = {view.name: view for view in views_of(project)}
        found |= self._own
        return sorted((view for view in found.values() if view is not None), key=lambda view: view.name)

    def keep(self, view: KeptView) -> None:
        """Keep a view; an edit like any other, so it can be undone."""
        if self._session.reading:
            self._own[view.name] = view
        else:
            self._session.do(KeepView(view))

    def rename(self, view: KeptView, new_name: str) -> None:
        """Give a view another name."""
        if not self._session.reading:
            self._session.do(RenameView(view.name, new_name))
        elif new_name not in (one.name for one in self.kept()):
            self._own |= {view.name: None, new_name: replace(view, name=new_name)}

    def forget(self, view: KeptView) -> None:
        """Forget a view."""
        if self._session.reading:
            self._own[view.name] = None
        else:
            self._session.do(ForgetView(view.name))
