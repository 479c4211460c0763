"""Write names on a map without one lying on another.

Greedy by priority: the most important label takes its best free place first; a label without a free place
is left out and counted, unless it must stand: then it stands where it covers least. A name may have further
places to try, and smaller letters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gis.pages.items import Item, Rect, Text
from gis.pages.measure import ASCENT, LINE, width

CELL_MM = 8.0


@dataclass(frozen=True, slots=True)
class Label:
    """A name that wants a place.

    Parameters
    ----------
    x, y
        What it names, in mm on the sheet.
    lines
        Text, size in mm, colour and bold of each line.
    priority
        Lower comes first.
    gap_mm
        Distance to keep from the point; 0 for the name of an area, which stands on its point.
    must
        Whether it stands even where nothing is free.
    room
        The label may move this far (mm) from the point of an area.
    spots
        Further middles (x, y) in mm to try, in this order: places inside the area that is named.
    shrink
        Sizes of the letters to try, as shares of their size.
    kind
        What is named, where somebody tells which were left out.
    """

    x: float
    y: float
    lines: tuple[tuple[str, float, str, bool], ...]
    priority: int
    gap_mm: float = 0.0
    must: bool = False
    room: float = 6.0
    spots: tuple[tuple[float, float], ...] = ()
    shrink: tuple[float, ...] = (1.0,)
    kind: str = ""

    def smaller(self, share: float) -> Label:
        """The same name in smaller letters."""
        if share == 1.0:
            return self
        lines = tuple((text, size * share, color, bold) for text, size, color, bold in self.lines)
        return replace(self, lines=lines)

    @property
    def width(self) -> float:
        return max(width(text, size) * (1.04 if bold else 1) for text, size, _color, bold in self.lines)

    @property
    def height(self) -> float:
        return sum(size * LINE for _text, size, _color, _bold in self.lines) - 0.2 * self.lines[-1][1]


@dataclass(frozen=True, slots=True)
class Placed:
    """A label and the rectangle it was given."""

    label: Label
    rect: Rect
    align: str

    @property
    def beside(self) -> Rect:
        """What it takes from others: with a space at either end, so that no two read as one."""
        space = 0.4 * self.label.lines[0][1]
        return Rect(self.rect.x - space, self.rect.y, self.rect.width + 2 * space, self.rect.height)

    def items(self, halo: str) -> Iterator[Item]:
        """Give the texts."""
        x = {
            "left": self.rect.x,
            "center": self.rect.x + self.rect.width / 2,
            "right": self.rect.right,
        }[self.align]
        y = self.rect.y
        for text, size, color, bold in self.label.lines:
            yield Text(x, y + size * (ASCENT + 0.08), text, size, color, self.align, bold, halo)
            y += size * LINE


class Crowd:
    """What is taken on the map, found quickly by place."""

    def __init__(self, inside: Rect) -> None:
        self._inside = inside
        self._cells: dict[tuple[int, int], list[Rect]] = defaultdict(list)

    def add(self, rect: Rect) -> None:
        """Take a place."""
        for cell in _cells(rect):
            self._cells[cell].append(rect)

    def is_free(self, rect: Rect) -> bool:
        """Whether a place lies inside the map and touches nothing taken."""
        return self._inside.holds(rect) and not any(
            rect.touches(other) for cell in _cells(rect) for other in self._cells.get(cell, ())
        )

    def overlap(self, rect: Rect) -> float:
        """Give how much of a place is taken already, in mm²; what lies outside the map counts tenfold."""
        taken = 0.0
        for other in {o for cell in _cells(rect) for o in self._cells.get(cell, ())}:
            wide = min(rect.right, other.right) - max(rect.x, other.x)
            high = min(rect.bottom, other.bottom) - max(rect.y, other.y)
            taken += max(wide, 0) * max(high, 0)
        wide = min(rect.right, self._inside.right) - max(rect.x, self._inside.x)
        high = min(rect.bottom, self._inside.bottom) - max(rect.y, self._inside.y)
        outside = rect.width * rect.height - max(wide, 0) * max(high, 0)
        return taken + 10 * outside


def _cells(rect: Rect) -> Iterator[tuple[int, int]]:
    for column in range(int(rect.x // CELL_MM), int(rect.right // CELL_MM) + 1):
        for row in range(int(rect.y // CELL_MM), int(rect.bottom // CELL_MM) + 1):
            yield column, row


def place_labels(labels: Iterable[Label], crowd: Crowd) -> tuple[list[Placed], list[Label]]:
    """Give every label a free place; the second list holds those that found none.

    Equal priorities go by place from top to bottom, so the same map always gets the same labels.
    """
    placed, left_out = [], []
    for label in sorted(labels, key=lambda one: (one.priority, one.y, one.x, one.lines)):
        sizes = [label.smaller(share) for share in label.shrink]
        chosen = next((place for one in sizes for place in _places(one) if crowd.is_free(place.rect)), None)
        if chosen is None and label.must:
            chosen = min(_places(sizes[-1]), key=lambda place: crowd.overlap(place.rect))
        if chosen is None:
            left_out.append(label)
        else:
            crowd.add(chosen.beside)
            placed.append(chosen)
    return placed, left_out


def _places(label: Label) -> Iterator[Placed]:
    wide, high, gap = label.width, label.height, label.gap_mm
    x, y = label.x, label.y
    if not gap:
        for dx, dy in _around(label.room):
            yield Placed(label, Rect(x - wide / 2 + dx, y - high / 2 + dy, wide, high), "center")
        for left, top in label.spots:
            yield Placed(label, Rect(left - wide / 2, top - high / 2, wide, high), "center")
        return
    middle = y - high / 2
    near = gap * 0.75
    corners: Sequence[tuple[float, float, str]] = (
        (x + gap, middle, "left"),
        (x - gap - wide, middle, "right"),
        (x - wide / 2, y - gap - high, "center"),
        (x - wide / 2, y + gap, "center"),
        (x + near, y - near - high, "left"),
        (x + near, y + near, "left"),
        (x - near - wide, y - near - high, "right"),
        (x - near - wide, y + near, "right"),
    )
    for left, top, align in corners:
        yield Placed(label, Rect(left, top, wide, high), align)


def _around(room: float) -> Iterator[tuple[float, float]]:
    """Steps away from the middle of an area, nearest first."""
    yield 0.0, 0.0
    for ring in (0.3, 0.6, 1.0):
        r = room * ring
        for dx, dy in ((0, -1), (0, 1), (1, 0), (-1, 0), (0.8, -0.8), (-0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)):
            yield dx * r, dy * r
