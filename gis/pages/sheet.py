"""The sheet of paper and its division: title above, the map, a panel beside or below it, a foot."""

from __future__ import annotations

from dataclasses import dataclass

from gis.pages.items import Rect
from grid_model.errors import GridError

PAPERS = {
    "A4": (210.0, 297.0, 0.84),
    "A3": (297.0, 420.0, 1.0),
    "A2": (420.0, 594.0, 1.25),
    "A1": (594.0, 841.0, 1.55),
    "A0": (841.0, 1189.0, 1.95),
}
"""Short side, long side in mm, and by how much texts and symbols grow."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One size of paper in one orientation.

    Parameters
    ----------
    unit
        By how much texts, lines and symbols grow against A3.
    """

    width: float
    height: float
    unit: float

    @classmethod
    def of(cls, paper: str, *, landscape: bool) -> Sheet:
        """Take a paper size by name; raises `GridError` ``unknown-paper``."""
        if paper.upper() not in PAPERS:
            raise GridError("unknown-paper", paper=paper, papers=", ".join(PAPERS))
        short, long, unit = PAPERS[paper.upper()]
        return cls(long, short, unit) if landscape else cls(short, long, unit)

    @property
    def landscape(self) -> bool:
        return self.width > self.height

    @property
    def inner(self) -> Rect:
        """The sheet without its margins; the left one leaves room for binding."""
        left, other = 12 * self.unit, 8 * self.unit
        return Rect(left, other, self.width - left - other, self.height - 2 * other)

    @property
    def title(self) -> Rect:
        """Where the title stands."""
        inner = self.inner
        return Rect(inner.x, inner.y, inner.width, 13 * self.unit)

    @property
    def foot(self) -> Rect:
        """Where provenance and page number stand."""
        inner = self.inner
        high = 5.5 * self.unit
        return Rect(inner.x, inner.bottom - high, inner.width, high)

    @property
    def body(self) -> Rect:
        """Between title and foot."""
        inner = self.inner
        top = self.title.bottom
        return Rect(inner.x, top, inner.width, self.foot.y - 1.5 * self.unit - top)

    def split(self, panel_mm: float) -> tuple[Rect, Rect]:
        """Part the body into map and panel: beside it on a landscape sheet, below it on a portrait one."""
        body, gap = self.body, 4 * self.unit
        if self.landscape:
            wide = panel_mm * self.unit
            return (
                Rect(body.x, body.y, body.width - wide - gap, body.height),
                Rect(body.right - wide, body.y, wide, body.height),
            )
        high = panel_mm * self.unit
        return (
            Rect(body.x, body.y, body.width, body.height - high - gap),
            Rect(body.x, body.bottom - high, body.width, high),
        )
