"""Device symbols as plain shapes, drawn alike on the map, on paper and in the legend (`DOMAIN` §10).

A symbol fits a square of side 1 around the origin, y pointing down. Painters scale it; strokes are
given in the same unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from gis import theme


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle; empty colours are not drawn."""

    x: float
    y: float
    radius: float
    fill: str = ""
    line: str = ""
    width: float = 0.09


@dataclass(frozen=True, slots=True)
class Path:
    """A line through points, or a closed shape where `fill` is given or `closed` is true."""

    points: tuple[tuple[float, float], ...]
    fill: str = ""
    line: str = ""
    width: float = 0.09
    closed: bool = True


Part: TypeAlias = Circle | Path
Symbol: TypeAlias = tuple[Part, ...]


def _square(half: float, fill: str, line: str, width: float = 0.12) -> Path:
    return Path(((-half, -half), (half, -half), (half, half), (-half, half)), fill, line, width)


def _star(radius: float, fill: str, line: str) -> Path:
    points = []
    for n in range(10):
        r = radius if n % 2 == 0 else radius * 0.42
        angle = math.pi * n / 5 - math.pi / 2
        points.append((r * math.cos(angle), r * math.sin(angle)))
    return Path(tuple(points), fill, line, 0.06)


def switch_symbol(kind: str, is_open: bool) -> Symbol:
    """Give the symbol of a switch: closed filled red, open hollow green; the shape says the kind."""
    color = theme.SWITCH_OPEN if is_open else theme.SWITCH_CLOSED
    fill = theme.PAPER if is_open else color
    if kind in ("breaker", "recloser"):
        extra: Symbol = (
            (Circle(0, 0, 0.13, theme.PAPER if not is_open else color),) if kind == "recloser" else ()
        )
        return (_square(0.38, fill, color), *extra)
    if kind == "load_break_switch":
        return (Circle(0, 0, 0.40, fill, color, 0.12),)
    if kind == "disconnector":
        tip = (0.30, -0.36) if is_open else (0.44, 0.0)
        return (
            Circle(-0.36, 0, 0.12, color),
            Circle(0.36, 0, 0.12, fill, color, 0.08),
            Path(((-0.36, 0.0), tip), "", color, 0.14, closed=False),
        )
    if kind == "fuse":
        return (Path(((-0.46, 0.16), (0.30, -0.40), (0.46, -0.16), (-0.30, 0.40)), fill, color, 0.10),)
    return (Path(((0, -0.44), (0.44, 0), (0, 0.44), (-0.44, 0)), fill, color, 0.12),)


@cache
def symbol(name: str) -> Symbol:
    """Give a symbol by name; raises `KeyError`.

    Names: ``substation``, ``transformer_public``, ``transformer_dedicated`` (each also with ``_dead``),
    ``pole``, ``ring_main_unit``, ``branch_box``, ``meter_box``, ``pv``, ``battery``, ``generator``,
    ``manager``, ``important_<grade>``, ``sensitive``, ``switch_<kind>_open`` and ``switch_<kind>_closed``.
    """
    if name.startswith("switch_"):
        kind, _, state = name.removeprefix("switch_").rpartition("_")
        return switch_symbol(kind, state == "open")
    if name.startswith("important_"):
        return (_star(0.5, theme.GRADE_COLORS[name.removeprefix("important_")], "#FFFFFF"),)
    if name.startswith("transformer_"):
        dead = name.endswith("_dead")
        color = theme.DEAD if dead else theme.voltage_color(10)
        rings: tuple[Part, ...] = (
            Circle(-0.16, 0, 0.27, theme.PAPER, color, 0.10),
            Circle(0.16, 0, 0.27, "", color, 0.10),
        )
        if "dedicated" not in name:
            return rings
        square: tuple[Part, ...] = (_square(0.5, theme.PAPER, color, 0.07),)
        return square + rings
    others: dict[str, Symbol] = {
        "substation": (
            Circle(0, 0, 0.46, theme.PAPER, theme.voltage_color(35), 0.10),
            Circle(0, 0, 0.24, theme.PAPER, theme.voltage_color(10), 0.12),
        ),
        "pole": (Circle(0, 0, 0.30, theme.PAPER, theme.MUTED_INK, 0.12),),
        "ring_main_unit": (
            Path(
                ((-0.45, -0.32), (0.45, -0.32), (0.45, 0.32), (-0.45, 0.32)),
                theme.PAPER,
                theme.voltage_color(10),
                0.10,
            ),
            Path(((-0.30, 0.0), (0.30, 0.0)), "", theme.voltage_color(10), 0.14, closed=False),
        ),
        "branch_box": (_square(0.34, "#F4E9DC", theme.voltage_color(0.4), 0.12),),
        "meter_box": (_square(0.28, theme.PAPER, theme.voltage_color(0.4), 0.12),),
        "pv": (
            Path(((-0.28, -0.34), (0.48, -0.34), (0.28, 0.34), (-0.48, 0.34)), "#F2A33A", "#8A5A00", 0.07),
            Path(((-0.38, 0.0), (0.38, 0.0)), "", "#8A5A00", 0.06, closed=False),
            Path(((0.10, -0.34), (-0.10, 0.34)), "", "#8A5A00", 0.06, closed=False),
        ),
        "battery": (
            _square(0.36, "#CFE3F7", "#2B6CB0", 0.08),
            Path(((-0.18, 0.0), (0.18, 0.0)), "", "#2B6CB0", 0.1, closed=False),
        ),
        "generator": (Circle(0, 0, 0.42, "#EFE3F7", "#6B3FA0", 0.08), Circle(0, 0, 0.12, "#6B3FA0")),
        "manager": (
            Path(((-0.30, 0.02), (0.30, 0.02), (0.0, 0.5)), theme.ACCENT),
            Circle(0, -0.14, 0.34, theme.ACCENT, theme.PAPER, 0.07),
            Circle(0, -0.14, 0.13, theme.PAPER),
        ),
        "sensitive": (Path(((0, -0.42), (0.42, 0.34), (-0.42, 0.34)), "#F4C430", "#7A5B00", 0.08),),
    }
    return others[name]
