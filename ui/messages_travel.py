"""The sentences for roads, travel, outlines and cover; `ui.messages` takes them into its one table."""
# ruff: noqa: E501 - a sentence stands on one line

from __future__ import annotations

from collections.abc import Mapping

from resources.i18n import N_

TRAVEL_ERRORS: Mapping[str, str] = {
    "no-lines": N_(
        "“{file}” holds no lines; roads and barriers come from GeoPackage, Shapefile, GeoJSON or OpenStreetMap files."
    ),
    "no-roads": N_(
        "The project has no roads to travel on, or its setting “travel.use_roads” is 0; import roads with --kind roads."
    ),
    "no-areas-placed": N_(
        "No transformer area has an outline, customers or a transformer in a known place; import these first."
    ),
}
"""What cannot be done."""

TRAVEL_ISSUES: Mapping[str, str] = {
    "not-a-line": N_("{file}, row {row}: the shape of “{value}” is no line"),
    "not-a-road": N_("{file}: footways and the like are no roads to drive on and were not taken: {count}"),
    "numbered-by-row": N_("{file}: the rows have no numbers of their own and were numbered by row: {count}"),
    "road-turned-round": N_("{file}: one-way roads drawn against their direction were turned round: {count}"),
    "banks-of-area": N_("{file}: of areas of water their banks were taken: {count}"),
}
"""What an import finds."""

TRAVEL_REASONS: Mapping[str, str] = {
    "managers-off-road": N_(
        "Farther than {limit} m from any road; straight lines stand in for their travel: {managers}."
    ),
    "roads-apart": N_(
        "No road leads between {count} pairs; straight lines stand in for their travel. The managers: {managers}."
    ),
}
"""What a plan says about its travel times."""
