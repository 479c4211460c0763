"""Keep a grouping as a scheme beside the others.

Names, numbers and colours stay from plan to plan: new groups are matched with those of the scheme in
force by the members they share, and grids by the areas they share. A scheme of the same name that is not
in force is replaced; ids of groups and grids that live on in it stay.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
import pandas as pd

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.grouping.names import grid_names, group_names, unused
from grid_model.grouping.result import Grouping
from grid_model.project import Draft, Project
from resources.i18n import N_


@dataclass(frozen=True)
class GridPlan:
    """One service grid to be written.

    Parameters
    ----------
    group
        Number of its group in the grouping, from 0.
    areas
        Area ids.
    outline
        MULTIPOLYGON (WKB) in the project's coordinates, None where no area has an outline.
    outline_source
        ``generated``, ``imported`` or None.
    """

    group: int
    areas: tuple[str, ...]
    outline: bytes | None = None
    outline_source: str | None = None


@dataclass(frozen=True)
class PutScheme:
    """Write a grouping and its grids as the scheme called `name`; replaces one of that name not in force.

    Raises when applied
    -------------------
    GridError
        ``scheme-in-force`` where the scheme of that name is in force; ``no-grouping-to-keep`` where the
        grouping is infeasible; ``scheme-without-name``.
    """

    name: str
    grouping: Grouping
    grids: tuple[GridPlan, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    title: str = N_("Keep grouping as scheme “{scheme}”")

    @property
    def values(self) -> Mapping[str, str]:
        return {"scheme": self.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        if not self.name.strip():
            raise GridError("scheme-without-name")
        if not self.grouping.groups:
            raise GridError("no-grouping-to-keep")
        draft = project.edit()
        scheme = _put_scheme_row(draft, self)
        groups = _put_groups(draft, scheme, self.grouping)
        _put_members(draft, scheme, self.grouping, groups)
        grids = _put_grids(draft, scheme, self.grids, groups)
        _put_areas(draft, scheme, self.grids, grids)
        return draft.finish()


def scheme_named(project: Project, name: str) -> str | None:
    """Give the id of the scheme called `name`, None where there is none."""
    frame = project.frame("schemes")
    found = frame.loc[frame["name"] == name, "id"]
    return str(found.iloc[0]) if len(found) else None


def find_scheme(project: Project, wanted: str) -> str:
    """Give the id of the scheme of this id or name; raises `GridError` ``unknown-scheme``."""
    frame = project.frame("schemes")
    found = frame.loc[(frame["id"] == wanted) | (frame["name"] == wanted), "id"]
    if not len(found):
        names = "、".join(frame["name"].fillna(frame["id"])) or "—"
        raise GridError("unknown-scheme", scheme=wanted, schemes=names)
    return str(found.iloc[-1])


def scheme_in_force(project: Project) -> str | None:
    """Give the id of the scheme in force, None where there is none."""
    frame = project.frame("schemes")
    found = frame.loc[frame["in_force"], "id"]
    return str(found.iloc[0]) if len(found) else None


# --------------------------------------------------------------------- matching


def matched(new: Sequence[frozenset[str]], old: Mapping[str, frozenset[str]]) -> dict[int, str]:
    """Pair new sets with old ones so that as much as possible stays; at least half of the new must.

    Equal chances go to the old set with the lower id, so the result is the same on every run.
    """
    from scipy.optimize import linear_sum_assignment

    ids = sorted(old)
    if not new or not ids:
        return {}
    shared = np.array([[len(one & old[name]) for name in ids] for one in new], dtype=float)
    # A touch more for pairs that are alike as a whole, and for lower ids, keeps the choice unique.
    size = np.array([[len(one | old[name]) for name in ids] for one in new], dtype=float)
    order = np.linspace(0.0, 1e-6, len(ids))[None, :]
    rows, columns = linear_sum_assignment(-(shared + 0.1 * shared / np.maximum(size, 1) - order))
    return {
        int(n): ids[k] for n, k in zip(rows, columns, strict=True) if 2 * shared[n, k] >= max(1, len(new[n]))
    }


def _sets(frame: pd.DataFrame, scheme: str | None, owner: str, member: str) -> dict[str, frozenset[str]]:
    rows = frame.loc[frame["scheme"] == scheme]
    return {str(one): frozenset(own) for one, own in rows.groupby(owner)[member]}


# ----------------------------------------------------------------------- writing


def _put_scheme_row(draft: Draft, put: PutScheme) -> str:
    project = draft.project
    own = scheme_named(project, put.name)
    if own is not None and project.table("schemes").row(own)["in_force"]:
        raise GridError("scheme-in-force", scheme=put.name)
    values = {
        "status": put.grouping.status if put.grouping.status in ("optimal", "feasible") else "manual",
        "objective": put.grouping.objective,
        "bound": put.grouping.bound,
        "parameters": json.dumps(dict(put.parameters), ensure_ascii=False, sort_keys=True),
        "created_on": project.info.planning_date or None,
    }
    if own is None:
        own = next(fresh_ids(project, "schemes", "S{n}"))
        draft.insert("schemes", [{"id": own, "name": put.name, **values}])
    else:
        approved = {"prepared_by": None, "checked_by": None, "approved_by": None, "approved_on": None}
        draft.update("schemes", [own], **values, **approved)
    return own


def _put_groups(draft: Draft, scheme: str, grouping: Grouping) -> list[str]:
    """Write the groups; give the id of each in the order of the grouping."""
    project = draft.project
    members = project.frame("group_members")
    new = [frozenset(group.members) for group in grouping.groups]
    own = matched(new, _sets(members, scheme, "mutual_aid_group", "manager"))
    model = _models(project, new, scheme, members, own)
    fresh = fresh_ids(project, "mutual_aid_groups", f"{scheme}-G{{n:02d}}")
    numbers = _free([_row(project, "mutual_aid_groups", one)["number"] for one in model.values()])
    colours = _colors(project, len(new), model)
    names = _names(project, grouping, model)
    rows = []
    for n, group in enumerate(grouping.groups):
        like = _row(project, "mutual_aid_groups", model[n]) if n in model else {}
        row: dict[str, Any] = {
            "id": own.get(n) or next(fresh),
            "scheme": scheme,
            "number": like.get("number") or next(numbers),
            "name": names[n],
            "leader": group.leader,
            "locked": bool(group.locked),
            "color": colours[n],
        }
        rows.append(row)
    _replace(draft, "mutual_aid_groups", scheme, rows)
    return [str(row["id"]) for row in rows]


def _models(
    project: Project, new: Sequence[frozenset[str]], scheme: str, members: pd.DataFrame, own: dict[int, str]
) -> dict[int, str]:
    """Find for each new group the old one whose name, number and colour it goes on with."""
    in_force = scheme_in_force(project)
    if in_force is None or in_force == scheme:
        return own
    return matched(new, _sets(members, in_force, "mutual_aid_group", "manager"))


def colors_of_groups(project: Project, groups: Sequence[frozenset[str]]) -> list[int]:
    """Give the colours that groups would bear as a new scheme: those of the groups they go on from."""
    return _colors(project, len(groups), _models(project, groups, "", project.frame("group_members"), {}))


def _colors(project: Project, count: int, model: Mapping[int, str]) -> list[int]:
    old = {n: _row(project, "mutual_aid_groups", one)["color"] for n, one in model.items()}
    free = _free_numbers(old.values())
    return [int(old[n]) if old.get(n) is not None else next(free) for n in range(count)]


def _put_members(draft: Draft, scheme: str, grouping: Grouping, groups: Sequence[str]) -> None:
    frame = draft.project.frame("group_members")
    rows = frame.loc[frame["scheme"] == scheme]
    have = dict(zip(rows["manager"], rows["id"], strict=True))
    fresh = fresh_ids(draft.project, "group_members", f"{scheme}-M{{n:04d}}")
    wanted = [
        {"id": have.get(one) or next(fresh), "scheme": scheme, "mutual_aid_group": groups[n], "manager": one}
        for n, group in enumerate(grouping.groups)
        for one in group.members
    ]
    _replace(draft, "group_members", scheme, wanted)


def _put_grids(draft: Draft, scheme: str, grids: Sequence[GridPlan], groups: Sequence[str]) -> list[str]:
    """Write the grids; give the id of each in the order given."""
    project = draft.project
    areas = project.frame("grid_areas")
    new = [frozenset(grid.areas) for grid in grids]
    own = matched(new, _sets(areas, scheme, "service_grid", "transformer_area"))
    in_force = scheme_in_force(project)
    model = (
        own
        if in_force in (None, scheme)
        else matched(new, _sets(areas, in_force, "service_grid", "transformer_area"))
    )
    model = {n: one for n, one in model.items() if _goes_on(project, one, groups[grids[n].group])}
    fresh = fresh_ids(project, "service_grids", f"{scheme}-N{{n:02d}}")
    kept = [_row(project, "service_grids", one) for one in model.values()]
    numbers = _grid_numbers(project, [row["number"] for row in kept])
    count = Counter(grid.group for grid in grids)
    named = {n: one for n, one in model.items() if _keeps_name(project, one, count[grids[n].group])}
    taken = {_row(project, "service_grids", one)["name"] for one in named.values()}
    rows = []
    for n, grid in enumerate(grids):
        like = _row(project, "service_grids", model[n]) if n in model else {}
        group = str(_row(project, "mutual_aid_groups", groups[grid.group])["name"] or "")
        names = grid_names(project, grid.areas, n + 1, group, count[grid.group] == 1)
        name = (like.get("name") if n in named else None) or unused(names, taken)
        taken.add(name)
        rows.append(
            {
                "id": own.get(n) or next(fresh),
                "scheme": scheme,
                "number": like.get("number") or next(numbers),
                "name": name,
                "mutual_aid_group": groups[grid.group],
                "wechat_group": like.get("wechat_group"),
                "outline_source": grid.outline_source,
                "geometry": grid.outline,
            }
        )
    _replace(draft, "service_grids", scheme, rows)
    return [str(row["id"]) for row in rows]


def _put_areas(draft: Draft, scheme: str, grids: Sequence[GridPlan], ids: Sequence[str]) -> None:
    frame = draft.project.frame("grid_areas")
    rows = frame.loc[frame["scheme"] == scheme]
    have = dict(zip(rows["transformer_area"], rows["id"], strict=True))
    fresh = fresh_ids(draft.project, "grid_areas", f"{scheme}-A{{n:05d}}")
    wanted = [
        {
            "id": have.get(one) or next(fresh),
            "scheme": scheme,
            "service_grid": grid_id,
            "transformer_area": one,
        }
        for grid, grid_id in zip(grids, ids, strict=True)
        for one in grid.areas
    ]
    _replace(draft, "grid_areas", scheme, wanted)


def _replace(draft: Draft, table: str, scheme: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make `rows` the rows of a scheme: same ids are changed in place, others come and go."""
    frame = draft.project.frame(table)
    have = set(frame.loc[frame["scheme"] == scheme, "id"])
    wanted = {row["id"] for row in rows}
    draft.delete(table, sorted(have - wanted))
    stay = [row for row in rows if row["id"] in have]
    if stay:
        columns = {name: [row[name] for row in stay] for name in stay[0] if name != "id"}
        draft.update(table, [row["id"] for row in stay], **columns)
    come = [dict(row) for row in rows if row["id"] not in have]
    if come:
        draft.insert(table, come)


def _row(project: Project, table: str, one: str) -> dict[str, Any]:
    return project.table(table).row(one)


def fresh_ids(project: Project, table: str, pattern: str) -> Iterator[str]:
    """Give ids nobody has, counting up."""
    holder = project.table(table)
    return (one for one in (pattern.format(n=n) for n in count(1)) if one not in holder)


def _free(taken: Iterable[Any]) -> Iterator[str]:
    used = {str(one) for one in taken if one is not None}
    width = max([len(one) for one in used if one.isdigit()], default=2)
    return (one for one in (f"{n:0{width}d}" for n in count(1)) if one not in used)


def _free_numbers(taken: Iterable[Any]) -> Iterator[int]:
    used = {int(one) for one in taken if one is not None}
    return (n for n in count() if n not in used)


def _grid_numbers(project: Project, taken: Iterable[Any]) -> Iterator[str]:
    """Count grids behind the station's code, as 网格编号 usually does; plain where there are several."""
    stations = project.frame("stations")["id"]
    prefix = str(stations.iloc[0]) if len(stations) == 1 else ""
    used = {str(one) for one in taken if one is not None}
    return (one for one in (f"{prefix}{n:03d}" for n in count(1)) if one not in used)


# ------------------------------------------------------------------------- names


def _names(project: Project, grouping: Grouping, model: Mapping[int, str]) -> list[str]:
    """Name the groups: as before where they go on, else after the village most of their customers live in."""
    taken = {str(_row(project, "mutual_aid_groups", one)["name"]) for one in model.values()}
    owned = project.frame("transformer_areas")
    names = []
    for n, group in enumerate(grouping.groups):
        if n in model:
            names.append(str(_row(project, "mutual_aid_groups", model[n])["name"]))
            continue
        areas = list(owned.loc[owned["manager"].isin(group.members), "id"])
        name = unused(group_names(project, areas, n + 1), taken)
        taken.add(name)
        names.append(name)
    return names


def _keeps_name(project: Project, grid: str, count: int) -> bool:
    """Whether an old grid's name still fits: the only grid of a group bears the name of that group."""
    rows = project.frame("service_grids")
    old = _row(project, "service_grids", grid)["mutual_aid_group"]
    return count > 1 or not old or int((rows["mutual_aid_group"] == old).sum()) == 1


def _goes_on(project: Project, grid: str, group: str) -> bool:
    """Whether an old grid belonged to a group of the same name; else its name would mislead."""
    old = _row(project, "service_grids", grid)["mutual_aid_group"]
    if not old or old not in project.table("mutual_aid_groups"):
        return True
    name_of = {one: _row(project, "mutual_aid_groups", one)["name"] for one in (old, group)}
    return bool(name_of[old] == name_of[group])
