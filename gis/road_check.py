"""What a planner should know of an imported road network before trusting its times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis.neighbourhood import neighbourhood
from gis.outlines import area_outlines
from gis.travel import Travel, area_places, area_times
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project


@dataclass(frozen=True)
class RoadCheck:
    """How roads hang together and who is on them.

    Parameters
    ----------
    roads
        Roads with a route.
    km
        Their length as driven: stated where that is believed.
    edges, junctions
        Pieces of road, and their ends.
    parts
        Length in km of each network that hangs together, longest first.
    fragments
        Roads of networks so short that places are not brought on to them; sorted.
    odd_lengths
        Roads whose stated length cannot be true; sorted.
    managers_off_road, areas_off_road
        Too far from any road; sorted.
    apart
        Pairs of managers without a road between them, ``a < b``; sorted.
    unreached
        Areas on a road that no manager has a way to; sorted.
    """

    roads: int
    km: float
    edges: int
    junctions: int
    parts: tuple[float, ...]
    fragments: tuple[str, ...]
    odd_lengths: tuple[str, ...]
    managers_off_road: tuple[str, ...]
    areas_off_road: tuple[str, ...]
    apart: tuple[tuple[str, str], ...]
    unreached: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every manager and area is reached along the roads."""
        return not (self.managers_off_road or self.areas_off_road or self.apart or self.unreached)


def check_roads(project: Project, feedback: Feedback = SILENT) -> RoadCheck | None:
    """Look at the roads of a project; None where it has none or travels straight by its settings."""
    outlines = area_outlines(project, feedback)
    travel = Travel.of(project, outlines.plane, feedback)
    network = travel.network
    if network is None:
        return None
    territory = neighbourhood(project, outlines, travel, feedback)
    times = area_times(project, territory, outlines.plane, travel, feedback)
    roads, areas = (project.frame(table)["id"] for table in ("roads", "transformer_areas"))
    known = np.isfinite(area_places(project, outlines.plane).xy).all(axis=1)
    unreached = known & ~times.off_road_targets & ~times.by_road.any(axis=0) & bool(territory.managers)
    part = network.part_of_line
    km = network.length_m / 1000
    return RoadCheck(
        roads=len(np.unique(network.row_of_line)),
        km=float(km.sum()),
        edges=len(network.graph),
        junctions=network.graph.nodes,
        parts=tuple(sorted(np.bincount(part, weights=km).tolist(), reverse=True)),
        fragments=_named(roads, network.row_of_line[network.fragment]),
        odd_lengths=_named(roads, network.odd_lengths),
        managers_off_road=territory.travel.off_road,
        areas_off_road=_named(areas, np.flatnonzero(times.off_road_targets)),
        apart=territory.travel.no_way,
        unreached=_named(areas, np.flatnonzero(unreached)),
    )


def _named(ids: object, rows: np.ndarray) -> tuple[str, ...]:
    names = np.asarray(ids, dtype=object)[np.unique(rows)]
    return tuple(sorted(str(one) for one in names))
