"""What does not hold together in a scheme: areas in no grid or in two, managers in no group, land in pieces.

Every finding names the row to look at, so that the map can go there. Shapes that overlap are found in
`gis.scheme_checks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grid_model.grouping.area_map import AreaMap
from grid_model.grouping.scheme_edits import owners
from grid_model.issue import Issue, Severity
from grid_model.project import Project


@dataclass(frozen=True)
class SchemeView:
    """One scheme with what several checks need; sets are by id.

    Parameters
    ----------
    scheme
        Its id.
    areas
        Which areas touch; None leaves out what needs it.
    """

    project: Project
    scheme: str
    areas: AreaMap | None = None

    @cached_property
    def grids_of_area(self) -> dict[str, tuple[str, ...]]:
        """Grids each area stands in."""
        return self._joined("grid_areas", "transformer_area", "service_grid")

    @cached_property
    def groups_of_manager(self) -> dict[str, tuple[str, ...]]:
        """Groups each manager stands in."""
        return self._joined("group_members", "manager", "mutual_aid_group")

    @cached_property
    def group_of_grid(self) -> dict[str, str | None]:
        """Group that serves each grid."""
        rows = self.project.frame("service_grids")
        rows = rows.loc[rows["scheme"] == self.scheme]
        groups = rows["mutual_aid_group"].where(rows["mutual_aid_group"].notna(), None)
        return dict(zip(rows["id"], groups.astype(object), strict=True))

    @cached_property
    def owner(self) -> dict[str, str | None]:
        """Who answers for each area."""
        return owners(self.project, self.scheme)

    def _joined(self, table: str, key: str, value: str) -> dict[str, tuple[str, ...]]:
        rows = self.project.frame(table)
        rows = rows.loc[rows["scheme"] == self.scheme]
        found: dict[str, list[str]] = {}
        for one, other in zip(rows[key], rows[value], strict=True):
            found.setdefault(str(one), []).append(str(other))
        return {one: tuple(sorted(others)) for one, others in found.items()}


def scheme_issues(project: Project, scheme: str, areas: AreaMap | None = None) -> tuple[Issue, ...]:
    """Find what does not hold together in a scheme, the gravest first; empty where it is sound.

    Parameters
    ----------
    scheme
        Its id; raises `GridError` ``unknown-object``.
    areas
        Which areas touch, for land in pieces.
    """
    project.table("schemes").position(scheme)
    view = SchemeView(project, scheme, areas)
    rules = (_areas_and_grids, _managers_and_groups, _groups_and_grids, _areas_and_groups, _pieces)
    found = [issue for rule in rules for issue in rule(view)]
    weight = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    return tuple(sorted(found, key=lambda one: weight[one.severity]))


def _areas_and_grids(view: SchemeView) -> Iterator[Issue]:
    for area in sorted(view.project.frame("transformer_areas")["id"]):
        grids = view.grids_of_area.get(area, ())
        if view.owner[area] is None:
            yield Issue(Severity.ERROR, "area-unassigned", "transformer_areas", area)
        if not grids:
            yield Issue(Severity.ERROR, "area-in-no-grid", "transformer_areas", area)
        elif len(grids) > 1:
            details = {"grids": ", ".join(grids)}
            yield Issue(Severity.ERROR, "area-in-several-grids", "transformer_areas", area, details)


def _managers_and_groups(view: SchemeView) -> Iterator[Issue]:
    people = view.project.frame("district_managers")
    for manager, active in sorted(zip(people["id"], people["active"], strict=True)):
        groups = view.groups_of_manager.get(manager, ())
        if active and not groups:
            yield Issue(Severity.ERROR, "manager-in-no-group", "district_managers", manager)
        if len(groups) > 1:
            details = {"groups": ", ".join(groups)}
            yield Issue(Severity.ERROR, "manager-in-several-groups", "district_managers", manager, details)
        if groups and not active:
            yield Issue(Severity.WARNING, "member-not-on-duty", "district_managers", manager)


def _groups_and_grids(view: SchemeView) -> Iterator[Issue]:
    rows = view.project.frame("mutual_aid_groups")
    rows = rows.loc[rows["scheme"] == view.scheme].sort_values("id")
    members: dict[str, set[str]] = {}
    for manager, groups in view.groups_of_manager.items():
        for group in groups:
            members.setdefault(group, set()).add(manager)
    for group, leader in zip(rows["id"], rows["leader"], strict=True):
        own = members.get(group, set())
        if not own:
            yield Issue(Severity.ERROR, "group-without-members", "mutual_aid_groups", group)
        elif isinstance(leader, str) and leader not in own:
            details = {"leader": leader}
            yield Issue(Severity.WARNING, "leader-not-in-group", "mutual_aid_groups", group, details)
    filled = {grid for grids in view.grids_of_area.values() for grid in grids}
    known = set(rows["id"])
    for grid, served_by in sorted(view.group_of_grid.items()):
        if grid not in filled:
            yield Issue(Severity.WARNING, "grid-without-areas", "service_grids", grid)
        if served_by not in known:
            yield Issue(Severity.ERROR, "grid-without-group", "service_grids", grid)


def _areas_and_groups(view: SchemeView) -> Iterator[Issue]:
    """An area lies in a grid of its manager's group (a grid's managers are derived, `DESIGN` §2)."""
    for area, grids in sorted(view.grids_of_area.items()):
        manager = view.owner.get(area)
        own = view.groups_of_manager.get(manager or "", ())
        group = view.group_of_grid.get(grids[0])
        if manager and len(own) == 1 and group is not None and group != own[0]:
            details = {"manager": manager, "group": own[0], "grid": grids[0]}
            yield Issue(Severity.WARNING, "area-outside-its-group", "transformer_areas", area, details)


def _pieces(view: SchemeView) -> Iterator[Issue]:
    areas = view.areas
    if areas is None:
        return
    place = {one: n for n, one in enumerate(areas.managers)}
    owner = np.array([place.get(view.owner.get(one) or "", -1) for one in areas.areas], dtype=np.int64)
    owned = areas.owned(owner)
    for n, manager in enumerate(areas.managers):
        apart = [areas.areas[k] for k in owned.outlying(n)]
        if apart:
            details = {"areas": ", ".join(apart[:10]), "count": len(apart)}
            yield Issue(Severity.WARNING, "territory-not-connected", "district_managers", manager, details)
    grids = sorted({grids[0] for grids in view.grids_of_area.values()})
    number = {grid: n for n, grid in enumerate(grids)}
    of_area = [number.get(view.grids_of_area.get(one, ("",))[0], -1) for one in areas.areas]
    labelled = areas.owned(np.array(of_area, dtype=np.int64))
    for grid, n in number.items():
        apart = [areas.areas[k] for k in labelled.outlying(n)]
        if apart:
            details = {"areas": ", ".join(apart[:10]), "count": len(apart)}
            yield Issue(Severity.WARNING, "grid-not-connected", "service_grids", grid, details)
