"""How a person wants the layers of the map shown, kept in the project (table ``layer_styles``).

Each change is one edit that can be undone. A row bears the name of a layer; where a column says nothing
the layer is as at first.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grid_model.changes import Changes
from grid_model.project import Project
from resources.i18n import N_
from ui.map.layer import PLAIN_LOOK, LayerLook

TABLE = "layer_styles"
LEAST_SIZE, MOST_SIZE = 0.25, 5.0
COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """How one layer is shown.

    Parameters
    ----------
    place
        Its turn, the lowest first; None: as at first.
    visible
        Whether it is shown; None where nobody said: as at first, or as the task has it.
    look
        Opacity, scales, filter, colour and size.
    """

    place: int | None = None
    visible: bool | None = None
    look: LayerLook = PLAIN_LOOK


AS_AT_FIRST = LayerStyle()


def styles_of(project: Project) -> dict[str, LayerStyle]:
    """Read the styles kept in a project, by name of the layer; what has no meaning is left out."""
    return {str(row["id"]): _style(row) for row in project.frame(TABLE).to_dict("records")}


def _style(row: Mapping[Any, Any]) -> LayerStyle:
    kept = _read(row["style"])
    place, opacity = _number(row["place"]), _number(row["opacity"])
    color, size = kept.get("color"), kept.get("size")
    look = LayerLook(
        opacity=1.0 if opacity is None else opacity,
        far=_number(row["min_scale"]),
        near=_number(row["max_scale"]),
        filter=row["filter"] if isinstance(row["filter"], str) else "",
        color=color if isinstance(color, str) and COLOR.fullmatch(color) else "",
        size=min(max(float(size), LEAST_SIZE), MOST_SIZE) if isinstance(size, (int, float)) else 1.0,
    )
    visible = bool(row["visible"]) if kept.get("visibility") == "chosen" else None
    return LayerStyle(None if place is None else int(place), visible, look)


def _read(text: object) -> dict[str, Any]:
    """Read a style; one that is no JSON object says nothing."""
    if not isinstance(text, str):
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _number(value: object) -> float | None:
    if not isinstance(value, (int, float)) or math.isnan(value):
        return None
    return float(value)


def row_of(style: LayerStyle) -> dict[str, Any]:
    """Write a style as the columns of its row."""
    kept: dict[str, Any] = {}
    if style.visible is not None:
        kept["visibility"] = "chosen"
    if style.look.color:
        kept["color"] = style.look.color
    if style.look.size != 1.0:
        kept["size"] = round(style.look.size, 3)
    return {
        "place": style.place,
        "visible": style.visible is not False,
        "opacity": None if style.look.opacity == 1.0 else round(style.look.opacity, 3),
        "min_scale": style.look.far,
        "max_scale": style.look.near,
        "filter": style.look.filter or None,
        "style": json.dumps(kept) if kept else None,
    }


@dataclass(frozen=True, slots=True)
class SetLayerStyles:
    """Show layers in other styles; one that is as at first needs no row."""

    styles: Mapping[str, LayerStyle]
    title: str = N_("Change how layer {layer} is shown")
    values: Mapping[str, str] = field(default_factory=dict)

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit."""
        draft = project.edit()
        table = project.table(TABLE)
        for name, style in self.styles.items():
            if style == AS_AT_FIRST:
                if name in table:
                    draft.delete(TABLE, [name])
            elif name in table:
                draft.update(TABLE, [name], **row_of(style))
            else:
                draft.insert(TABLE, [{"id": name, **row_of(style)}])
        return draft.finish()


def showing(name: str, label: str, style: LayerStyle, visible: bool) -> SetLayerStyles:
    """Show or hide a layer."""
    title = N_("Show layer {layer}") if visible else N_("Hide layer {layer}")
    return SetLayerStyles({name: replace(style, visible=visible)}, title, {"layer": label})


def looking(name: str, label: str, style: LayerStyle, look: LayerLook) -> SetLayerStyles:
    """Give a layer another look."""
    return SetLayerStyles({name: replace(style, look=look)}, values={"layer": label})


def moving(
    label: str, order: Sequence[str], first: Sequence[str], styles: Mapping[str, LayerStyle]
) -> SetLayerStyles:
    """Put the layers into `order`, the lowest first; `first` is the order they have at first."""
    plain = list(order) == list(first)
    changed = {
        name: replace(styles.get(name, AS_AT_FIRST), place=None if plain else n)
        for n, name in enumerate(order)
    }
    return SetLayerStyles(changed, N_("Move layer {layer}"), {"layer": label})


def resetting(name: str, label: str, style: LayerStyle) -> SetLayerStyles:
    """Show a layer as at first, where it stands."""
    return SetLayerStyles(
        {name: LayerStyle(place=style.place)}, N_("Show layer {layer} as at first"), {"layer": label}
    )


def resetting_all(styles: Mapping[str, LayerStyle]) -> SetLayerStyles:
    """Show every layer as at first, in the order it has at first."""
    return SetLayerStyles(dict.fromkeys(styles, AS_AT_FIRST), N_("Show all layers as at first"))
