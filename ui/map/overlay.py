"""What an outage study lays over the map, as identifiers only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutageOverlay:
    """What is dead, and the devices that were operated.

    Parameters
    ----------
    areas, partly_out_areas
        Transformer areas newly out, and those of which only some transformers are.
    lines, transformers, switches
        Branches without supply.
    opened
        ``(table, id)`` of what was opened or failed; marked on the map.
    closed
        ``(table, id)`` of what was closed.
    """

    areas: frozenset[str] = frozenset()
    partly_out_areas: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    transformers: frozenset[str] = frozenset()
    switches: frozenset[str] = frozenset()
    opened: tuple[tuple[str, str], ...] = ()
    closed: tuple[tuple[str, str], ...] = ()


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
    """

    area_fill: str = "none"
    scheme: str = ""
    outage: OutageOverlay | None = None
    switch_state: str = "normal"
