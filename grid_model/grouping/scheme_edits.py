"""Schemes as a whole: renamed, copied, deleted, and put in force with the names of those who approved.

At most one scheme is in force. What it says of the areas' managers then stands on the areas themselves;
the scheme that held before keeps who answered for them, so that it can be put in force again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.grouping.schemes import fresh_ids, scheme_in_force, scheme_named
from grid_model.project import Draft, Project
from resources.i18n import N_

PARTS = ("mutual_aid_groups", "group_members", "service_grids", "grid_areas", "area_assignments")
"""The tables whose rows belong to a scheme, those that are referred to first."""

ID_PATTERNS = {
    "mutual_aid_groups": "-G{n:02d}",
    "group_members": "-M{n:04d}",
    "service_grids": "-N{n:02d}",
    "grid_areas": "-A{n:05d}",
    "area_assignments": "-P{n:05d}",
}


@dataclass(frozen=True)
class PutInForce:
    """Make one scheme the one that holds; the one in force before stays beside it.

    Where the scheme names managers of areas, the areas get them.

    Parameters
    ----------
    scheme
        Its id.
    prepared_by, checked_by, approved_by
        编制, 审核, 批准; None leaves what stands there.
    approved_on
        ISO date; None: the planning date where somebody approves.
    """

    scheme: str
    prepared_by: str | None = None
    checked_by: str | None = None
    approved_by: str | None = None
    approved_on: str | None = None
    title: str = N_("Put scheme “{scheme}” in force")

    @property
    def values(self) -> Mapping[str, str]:
        return {"scheme": self.scheme}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Switch; raises `GridError` ``unknown-object``, ``bad-value`` for a date that is none."""
        project.table("schemes").position(self.scheme)
        frame = project.frame("schemes")
        draft = project.edit()
        before = scheme_in_force(project)
        draft.update("schemes", _others_in_force(frame, self.scheme), in_force=False)
        draft.update("schemes", [self.scheme], in_force=True, **self._approval(project))
        if before != self.scheme:
            _hand_over(draft, self.scheme, before)
        return draft.finish()

    def _approval(self, project: Project) -> dict[str, Any]:
        names = {
            "prepared_by": self.prepared_by,
            "checked_by": self.checked_by,
            "approved_by": self.approved_by,
            "approved_on": self.approved_on,
        }
        given: dict[str, Any] = {key: value for key, value in names.items() if value is not None}
        if self.approved_by is not None:
            given.setdefault("approved_on", project.info.planning_date or None)
        return given


@dataclass(frozen=True)
class RenameScheme:
    """Call a scheme otherwise."""

    scheme: str
    name: str
    title: str = N_("Rename scheme to “{name}”")

    @property
    def values(self) -> Mapping[str, str]:
        return {"name": self.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Rename; raises ``scheme-without-name``, ``scheme-name-taken``, ``unknown-object``."""
        _free_name(project, self.name, self.scheme)
        draft = project.edit()
        draft.update("schemes", [self.scheme], name=self.name.strip())
        return draft.finish()


@dataclass(frozen=True)
class CopyScheme:
    """Copy a scheme with all it holds; the copy is neither in force nor approved.

    Names, numbers and colours stay, ids are new.
    """

    scheme: str
    name: str
    title: str = N_("Copy scheme to “{name}”")

    @property
    def values(self) -> Mapping[str, str]:
        return {"name": self.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Copy; raises ``scheme-without-name``, ``scheme-name-taken``, ``unknown-object``."""
        row = project.table("schemes").row(self.scheme)
        _free_name(project, self.name, None)
        draft = project.edit()
        new = next(fresh_ids(project, "schemes", "S{n}"))
        fresh = {
            "id": new,
            "name": self.name.strip(),
            "in_force": False,
            "created_on": project.info.planning_date or None,
        }
        approved = {"prepared_by": None, "checked_by": None, "approved_by": None, "approved_on": None}
        draft.insert("schemes", [{**_without_fid(row), **approved, **fresh}])
        renamed: dict[str, str] = {}
        for table in PARTS:
            _copy_rows(draft, table, self.scheme, new, renamed)
        return draft.finish()


@dataclass(frozen=True)
class DeleteScheme:
    """Delete a scheme and all it holds; never the one in force."""

    scheme: str
    name: str = ""
    title: str = N_("Delete scheme “{scheme}”")

    @property
    def values(self) -> Mapping[str, str]:
        return {"scheme": self.name or self.scheme}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Delete; raises ``scheme-in-force-stays``, ``unknown-object``."""
        row = project.table("schemes").row(self.scheme)
        if row["in_force"]:
            raise GridError("scheme-in-force-stays", scheme=row["name"])
        draft = project.edit()
        for table in reversed(PARTS):
            rows = project.frame(table)
            draft.delete(table, list(rows.loc[rows["scheme"] == self.scheme, "id"]))
        draft.delete("schemes", [self.scheme])
        return draft.finish()


def owners(project: Project, scheme: str | None) -> dict[str, str | None]:
    """Give who answers for each area under a scheme: what the scheme says, else the area itself.

    Of the scheme in force the areas themselves say it.
    """
    return _said(project, scheme, "manager")


def stand_ins(project: Project, scheme: str | None) -> dict[str, str | None]:
    """Give who stands in for each area under a scheme; see `owners`.

    A scheme that gives an area to its stand-in of today and says nobody in his place leaves it without one:
    nobody stands in for himself.
    """
    owner = owners(project, scheme)
    said = _said(project, scheme, "backup_manager")
    return {area: None if one == owner[area] else one for area, one in said.items()}


def _said(project: Project, scheme: str | None, column: str) -> dict[str, str | None]:
    frame = project.frame("transformer_areas")
    found = {
        str(area): None if pd.isna(one) else str(one)
        for area, one in zip(frame["id"], frame[column], strict=True)
    }
    if scheme is None or scheme == scheme_in_force(project):
        return found
    rows = project.frame("area_assignments")
    rows = rows.loc[(rows["scheme"] == scheme) & rows["transformer_area"].isin(frame["id"])]
    said = rows.dropna(subset=["manager"]) if column == "manager" else rows
    for area, one in zip(said["transformer_area"], said[column], strict=True):
        if not pd.isna(one):
            found[str(area)] = str(one)
    return found


def _others_in_force(frame: pd.DataFrame, scheme: str) -> list[str]:
    return list(frame.loc[frame["in_force"] & (frame["id"] != scheme), "id"])


def _hand_over(draft: Draft, scheme: str, before: str | None) -> None:
    """Give the areas the managers of the scheme; let the one before remember who had them."""
    project = draft.project
    rows = project.frame("area_assignments")
    rows = rows.loc[
        (rows["scheme"] == scheme) & rows["transformer_area"].isin(project.frame("transformer_areas")["id"])
    ]
    if not len(rows):
        return
    areas = list(rows["transformer_area"])
    if before is not None:
        _remember(draft, before, areas)
    table = draft.project.table("transformer_areas")
    now = table.frame.iloc[table.positions(areas)]
    manager = rows["manager"].where(rows["manager"].notna(), now["manager"].to_numpy())
    backup = rows["backup_manager"].where(rows["backup_manager"].notna(), now["backup_manager"].to_numpy())
    # Who stood in and takes over is no stand-in any more.
    backup = backup.mask((backup == manager).fillna(False).to_numpy(dtype=bool), None)
    draft.update("transformer_areas", areas, manager=list(manager), backup_manager=list(backup))


def _remember(draft: Draft, scheme: str, areas: list[str]) -> None:
    """Write into a scheme who answers for `areas` now."""
    project = draft.project
    table = project.table("transformer_areas")
    now = table.frame.iloc[table.positions(areas)]
    put_assignments(
        draft,
        scheme,
        {
            area: (None if pd.isna(a) else a, None if pd.isna(b) else b)
            for area, a, b in zip(areas, now["manager"], now["backup_manager"], strict=True)
        },
    )


def put_assignments(draft: Draft, scheme: str, said: Mapping[str, tuple[str | None, str | None]]) -> None:
    """Write manager and stand-in of areas into a scheme; rows that are there are changed in place."""
    project = draft.project
    rows = project.frame("area_assignments")
    rows = rows.loc[rows["scheme"] == scheme]
    have = dict(zip(rows["transformer_area"], rows["id"], strict=True))
    stay = [area for area in said if area in have]
    if stay:
        draft.update(
            "area_assignments",
            [have[area] for area in stay],
            manager=[said[area][0] for area in stay],
            backup_manager=[said[area][1] for area in stay],
        )
    fresh = fresh_ids(project, "area_assignments", scheme + ID_PATTERNS["area_assignments"])
    come = [
        {
            "id": next(fresh),
            "scheme": scheme,
            "transformer_area": area,
            "manager": said[area][0],
            "backup_manager": said[area][1],
        }
        for area in said
        if area not in have
    ]
    if come:
        draft.insert("area_assignments", come)


def _free_name(project: Project, name: str, own: str | None) -> None:
    if not name.strip():
        raise GridError("scheme-without-name")
    if scheme_named(project, name.strip()) not in (None, own):
        raise GridError("scheme-name-taken", scheme=name.strip())


def _copy_rows(draft: Draft, table: str, scheme: str, new: str, renamed: dict[str, str]) -> None:
    frame = draft.project.frame(table)
    rows = frame.loc[frame["scheme"] == scheme].drop(columns="fid").copy()
    if not len(rows):
        return
    fresh = fresh_ids(draft.project, table, new + ID_PATTERNS[table])
    ids = [next(fresh) for _row in range(len(rows))]
    renamed.update(zip(rows["id"], ids, strict=True))
    rows["id"], rows["scheme"] = ids, new
    for column in ("mutual_aid_group", "service_grid"):
        if column in rows.columns:
            rows[column] = rows[column].map(lambda one: renamed.get(one, one), na_action="ignore")
    draft.insert(table, rows)


def _without_fid(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "fid"}
