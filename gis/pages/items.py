"""What a page is made of: text, lines, areas and symbols, placed in millimetres.

The origin is the upper left corner of the sheet, y points down. Items are painted in order, later ones
over earlier ones. Colours are ``#RRGGBB``. No Qt here: the same page is painted on screen, printer and PDF.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line is drawn; `dash` gives stroke and gap in mm in turn, empty for a solid line."""

    color: str
    width_mm: float = 0.2
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text.

    Parameters
    ----------
    x, y
        Point on the baseline: its left end, middle or right end by `align`.
    size_mm
        Height of the em square; a Chinese character is this wide.
    halo
        Colour of the rim that parts the text from what lies under it; empty for none.
    """

    x: float
    y: float
    text: str
    size_mm: float
    color: str = "#1F2733"
    align: str = "left"
    bold: bool = False
    halo: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Many lines in one pen: points (n, 2) and where each line begins, one more entry at the end."""

    points: np.ndarray
    starts: np.ndarray
    pen: Pen


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """Many areas in one style.

    Parameters
    ----------
    points
        Corners (n, 2) of all rings.
    starts
        Where each ring begins in `points`; one more entry at the end.
    firsts
        Which ring each area begins with, in `starts`; one more entry at the end. Rings of one area after
        the first are holes (even-odd rule).
    fill
        Empty for none.
    pen
        None for no outline.
    opacity
        Of the fill; 1 hides what lies under it.
    """

    points: np.ndarray
    starts: np.ndarray
    firsts: np.ndarray
    fill: str = ""
    pen: Pen | None = None
    opacity: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Symbols:
    """One symbol of `gis.symbols` at many places (n, 2), as wide and high as `size_mm`."""

    name: str
    points: np.ndarray
    size_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Dots:
    """Filled dots at many places (n, 2)."""

    points: np.ndarray
    radius_mm: float
    color: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    pen: Pen | None = None


@dataclass(frozen=True, slots=True)
class Clip:
    """Items of which only what lies inside a rectangle is painted."""

    x: float
    y: float
    width: float
    height: float
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Underlay:
    """Base maps under a map; their files are read by whoever paints the page.

    Parameters
    ----------
    east, north
        Metres at the middle of the place, in the zone of `meridian` (0: a local plane).
    scale
        Denominator.
    maps
        File and coordinate system of each, the lowest first.
    """

    x: float
    y: float
    width: float
    height: float
    east: float
    north: float
    scale: int
    meridian: int
    maps: tuple[tuple[str, str], ...]


Item: TypeAlias = Text | Lines | Areas | Symbols | Dots | Box | Clip | Underlay


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet.

    Parameters
    ----------
    title
        What the sheet is, for the preview and the document's outline.
    """

    width_mm: float
    height_mm: float
    items: tuple[Item, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Rect:
    """A place on the sheet."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def inset(self, by: float) -> Rect:
        """Give the rectangle smaller by `by` on every side."""
        return Rect(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)

    def touches(self, other: Rect) -> bool:
        """Whether two rectangles overlap."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )

    def holds(self, other: Rect) -> bool:
        """Whether `other` lies wholly inside."""
        return (
            self.x <= other.x
            and other.right <= self.right
            and self.y <= other.y
            and other.bottom <= self.bottom
        )


def rule(x1: float, y1: float, x2: float, y2: float, pen: Pen) -> Lines:
    """Give one straight line."""
    return Lines(np.array([[x1, y1], [x2, y2]]), np.array([0, 2]), pen)


def texts(items: tuple[Item, ...]) -> list[Text]:
    """List every text of some items, clipped ones included, in the order they are painted."""
    found: list[Text] = []
    for item in items:
        if isinstance(item, Text):
            found.append(item)
        elif isinstance(item, Clip):
            found.extend(texts(item.items))
    return found
