"""Device symbols as small SVG pictures, for web pages."""

from __future__ import annotations

from gis.symbols import Circle, Part, symbol


def symbol_svg(name: str, size_px: int) -> str:
    """Give the symbol `name` of `gis.symbols` as an SVG element; raises `KeyError`."""
    parts = "".join(_element(part) for part in symbol(name))
    return f'<svg width="{size_px}" height="{size_px}" viewBox="-0.56 -0.56 1.12 1.12">{parts}</svg>'


def _element(part: Part) -> str:
    look = f'fill="{part.fill or "none"}" stroke="{part.line or "none"}" stroke-width="{part.width}"'
    if isinstance(part, Circle):
        return f'<circle cx="{part.x}" cy="{part.y}" r="{part.radius}" {look}/>'
    points = " ".join(f"{x:.3f},{y:.3f}" for x, y in part.points)
    return f'<{"polygon" if part.closed else "polyline"} points="{points}" {look}/>'
