"""What an outage study lays over the map: identifiers and, by row of a table, numbers; nothing drawn yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

NO_ROWS = np.zeros(0, dtype=np.int8)


class Fate(IntEnum):
    """What became of a line; from `FED` on it is restored by the feed of number ``fate − FED``."""

    PLAIN = 0
    DEAD = 1
    LOOPED = 2
    FROM_BEHIND = 3
    FAULT = 4
    EARTHED = 5
    FED = 6


@dataclass(frozen=True, slots=True)
class Spot:
    """A mark at a place of its own, in project coordinates.

    Parameters
    ----------
    kind
        ``fault``, ``earth``, ``jumper``, ``cut`` or ``from-behind``: a switch whose far side is live.
    points
        Where: one place, or the two ends of a jumper.
    """

    kind: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class OutageOverlay:
    """What is dead, what came back and by whom, and the devices that were operated.

    Parameters
    ----------
    areas, partly_out_areas
        Transformer areas out, and those of which only some transformers are.
    area_feeds
        Number of the feed that restored an area, by the area.
    lines
        `Fate` of each row of ``ac_line_segments``; empty where nothing is laid over the lines.
    transformers
        Which rows of ``power_transformers`` are dead; empty as above.
    opened, closed
        ``(table, id)`` of what was opened, failed or closed; marked on the map.
    feeds
        What restores, by number: its feeder, and the tie it comes over (empty where it is fed as before).
    spots
        Faults, earths and jumpers.
    """

    areas: frozenset[str] = frozenset()
    partly_out_areas: frozenset[str] = frozenset()
    area_feeds: Mapping[str, int] = field(default_factory=dict)
    lines: np.ndarray = field(default_factory=lambda: NO_ROWS)
    transformers: np.ndarray = field(default_factory=lambda: NO_ROWS)
    opened: tuple[tuple[str, str], ...] = ()
    closed: tuple[tuple[str, str], ...] = ()
    feeds: tuple[tuple[str, str], ...] = ()
    spots: tuple[Spot, ...] = ()

    def fates(self, table_rows: np.ndarray) -> np.ndarray | None:
        """Give the fate of those rows of the lines; None where nothing is laid over them."""
        return _taken(self.lines, table_rows)

    def dead_transformers(self, table_rows: np.ndarray) -> np.ndarray | None:
        """Tell which of those rows of the transformers are dead; None where nothing is known of them."""
        return _taken(self.transformers, table_rows)


def _taken(values: np.ndarray, rows: np.ndarray) -> np.ndarray | None:
    """Give the values at `rows`; None where they belong to a table of another length."""
    if not len(values) or (len(rows) and int(rows.max()) >= len(values)):
        return None
    found: np.ndarray = values[rows]
    return found


LOSS_MEASURES = ("lv_customers", "mv_users", "rated_kva")
"""What lines and switches can be coloured by."""

LOSS_BREAKS: dict[str, tuple[int, ...]] = {
    "lv_customers": (1, 50, 200, 500, 1000),
    "mv_users": (1, 3, 10, 20, 40),
    "rated_kva": (1, 500, 2000, 5000, 10000),
}
"""Where the classes of loss begin, mildest first."""


@dataclass(frozen=True, slots=True, eq=False)
class LossPicture:
    """What the loss of each line and switch alone would do, by row of its table.

    Parameters
    ----------
    lines, switches
        Losses by measure.
    looped_lines, looped_switches
        Which stand in a loop: their loss harms nobody.
    """

    lines: Mapping[str, np.ndarray]
    switches: Mapping[str, np.ndarray]
    looped_lines: np.ndarray
    looped_switches: np.ndarray

    def classes(self, table: str, measure: str, table_rows: np.ndarray) -> np.ndarray | None:
        """Give the class of those rows: 0 nothing lost, 1 to 5 by `LOSS_BREAKS`, 6 in a loop."""
        values, looped = (
            (self.lines, self.looped_lines)
            if table == "ac_line_segments"
            else (self.switches, self.looped_switches)
        )
        taken, in_loop = _taken(values[measure], table_rows), _taken(looped, table_rows)
        if taken is None or in_loop is None:
            return None
        found = np.searchsorted(np.array(LOSS_BREAKS[measure]), taken, side="right")
        found[in_loop] = LOOP_CLASS
        return found


LOOP_CLASS = 6


@dataclass(frozen=True, slots=True, eq=False)
class LoopPicture:
    """The members of one loop, shown on the map: rows of lines and switches."""

    lines: np.ndarray
    switches: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class TracePicture:
    """What a trace found: rows of lines and switches, rows of switches at its edge, its places.

    Parameters
    ----------
    starts
        Where it starts and leads to, in project coordinates.
    """

    lines: np.ndarray
    switches: np.ndarray
    edge: np.ndarray
    starts: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class MapState:
    """What the layers are drawn by besides the project.

    Parameters
    ----------
    area_fill
        ``none``, ``manager``, ``group``, ``grid`` or ``outage``.
    scheme
        Scheme whose groups and grids are shown; empty: the one in force.
    outage
        What a study lays over the map.
    switch_state
        ``normal`` or ``current``: which position of the switches is drawn.
    losses, loss_measure
        What colours lines and switches by their loss, where that is shown, and by which of `LOSS_MEASURES`.
    loop
        The loop that is shown.
    trace
        What a trace found.
    over_base_map
        Whether a base map from a file lies below: what would only cover it is left out.
    """

    area_fill: str = "none"
    scheme: str = ""
    outage: OutageOverlay | None = None
    switch_state: str = "normal"
    losses: LossPicture | None = None
    loss_measure: str = "lv_customers"
    loop: LoopPicture | None = None
    trace: TracePicture | None = None
    over_base_map: bool = False
