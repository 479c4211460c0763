"""Colours and hatches of map and pages (`DOMAIN` §10), as plain values that any painter can use.

Colours are ``#RRGGBB``. Nothing is told by colour alone: dead lines are dashed, open switches hollow,
grids hatched and labelled.
"""

from __future__ import annotations

from dataclasses import dataclass

INK = "#1F2733"
MUTED_INK = "#5B6675"
PAPER = "#FFFFFF"
GROUND = "#F4F4F2"
HALO = "#FFFFFF"
ACCENT = "#1F6FD0"

DEAD = "#7F858C"
EARTHED = "#8B5A2B"
RESTORED = "#2E8B57"
LIVE_FROM_BEHIND = "#D98200"
DEAD_AREA = "#C9CDD4"

SWITCH_CLOSED = "#D2232A"
SWITCH_OPEN = "#1E8E4E"

AREA_FILL = "#EAF2E6"
AREA_LINE = "#B4BAB2"
VILLAGE_LINE = "#A58FB5"
STATION_LINE = "#5B6675"
WATER = "#C4DFEF"
HILL = "#E9E7DA"
WOOD = "#DCE9D3"
BUILT_UP = "#E6E1DC"
ROAD = "#D9C9A8"
ROAD_CASING = "#B9A985"

GRADE_COLORS = {"special": "#D2232A", "first": "#E8792B", "second": "#D9A400", "temporary": "#6C7A89"}
"""Stars of important customers by grade (GB/T 29328)."""

BASE_COLORS = {"water": WATER, "hill": HILL, "wood": WOOD, "built_up": BUILT_UP}

ROAD_WIDTHS_PX = {
    "motorway": 4.6,
    "trunk": 4.0,
    "county": 3.2,
    "township": 2.4,
    "village": 1.6,
    "track": 1.0,
}

ROAD_DENOMINATORS = {
    "motorway": float("inf"),
    "trunk": float("inf"),
    "county": 600_000.0,
    "township": 250_000.0,
    "village": 90_000.0,
    "track": 40_000.0,
}
"""Smaller scales than 1:this do not show roads of a class on the screen."""


def voltage_color(nominal_kv: float) -> str:
    """Give the colour of a line by its voltage; 20 kV counts with 10 kV, unknown is ink."""
    for limit, color in ((1.0, "#996633"), (25.0, "#B94842"), (70.0, "#C8A000"), (160.0, "#F04155")):
        if nominal_kv <= limit:
            return color
    return "#800080" if nominal_kv == nominal_kv else MUTED_INK


@dataclass(frozen=True, slots=True)
class Tint:
    """How one service grid, group or manager is told from its neighbours, in colour and in print.

    Parameters
    ----------
    fill, line
        Light fill and strong outline.
    hatch
        ``none``, ``diagonal``, ``back_diagonal``, ``horizontal``, ``vertical``, ``cross``,
        ``diagonal_cross`` or ``dots``.
    """

    fill: str
    line: str
    hatch: str


TINTS = (
    Tint("#E8DFF1", "#7A4BA3", "none"),
    Tint("#DDEED8", "#3B8A34", "diagonal"),
    Tint("#D5E6F5", "#256FB3", "back_diagonal"),
    Tint("#FBE6CC", "#B8741A", "horizontal"),
    Tint("#F8DBDE", "#B23A4A", "vertical"),
    Tint("#D6EEEC", "#1F8079", "cross"),
    Tint("#F3EDC4", "#8F7F12", "diagonal_cross"),
    Tint("#F6DBEC", "#A63A85", "dots"),
    Tint("#E3E5C9", "#6B7320", "diagonal"),
    Tint("#DCE0F4", "#4653A8", "horizontal"),
    Tint("#EFDFD2", "#8C5A33", "back_diagonal"),
    Tint("#D9E9E0", "#39735A", "vertical"),
)


def tint(number: int) -> Tint:
    """Give the tint of a colour number; numbers past the palette begin again with another hatch."""
    base = TINTS[number % len(TINTS)]
    turn = number // len(TINTS)
    if not turn:
        return base
    hatches = (
        "none",
        "diagonal",
        "back_diagonal",
        "horizontal",
        "vertical",
        "cross",
        "diagonal_cross",
        "dots",
    )
    return Tint(base.fill, base.line, hatches[(hatches.index(base.hatch) + turn) % len(hatches)])
