"""What a person chooses for a print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gis.masking import MASKED, Disclosure

if TYPE_CHECKING:
    from grid_model.study import OutageStudy
    from grid_model.tracing import OutageTrace

AUTO = "auto"
BASE_MAP_TEMPLATES = ("station-map", "grid-book", "cover-map", "outage-sheet")
"""Pages for work inside that may have base maps below; a page for posting never has."""


@dataclass(frozen=True)
class PrintOptions:
    """Choices for a print.

    Parameters
    ----------
    paper
        One of `gis.pages.sheet.PAPERS`.
    orientation
        ``auto`` (the one with the larger scale), ``landscape`` or ``portrait``.
    scheme
        Id or name of the grouping; empty for the one in force.
    state
        Switch state that is drawn: ``normal`` or ``current``.
    title
        Instead of the template's own.
    version
        Version of the map; empty for the scheme's name and date.
    prepared_by
        Who draws it (制图); empty for who prepared the scheme.
    trace
        The outage, for the sheets that show one.
    base_map
        Files of base maps to lay below the maps of `BASE_MAP_TEMPLATES`, the lowest first; ``FILE@CRS`` where
        the file does not say its coordinate system.
    study
        The same with times: the map shows its largest extent, tables its course.
    checks
        Of a study: what was found before it is kept, heaviest first: how much it weighs, and the sentence.
    device
        Names of what opens or fails, for its title.
    """

    paper: str = "A3"
    orientation: str = AUTO
    scheme: str = ""
    state: str = "normal"
    title: str = ""
    version: str = ""
    base_map: tuple[str, ...] = ()
    prepared_by: str = ""
    disclosure: Disclosure = MASKED
    trace: OutageTrace | None = None
    device: str = ""
    study: OutageStudy | None = None
    checks: tuple[tuple[str, str], ...] = ()
