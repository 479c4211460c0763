"""A plan of mutual-aid groups in words and as the document scripts read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from grid_model import schema
from grid_model.grouping.result import Group, Reason
from grid_model.grouping.schemes import PutScheme
from grid_model.naming import PARTING, called, rule_members
from grid_model.project import Project
from grid_model.workload import PARTS
from resources.i18n import _, ngettext
from ui.messages import REASONS

if TYPE_CHECKING:
    import pandas as pd

    from gis.planning import Plan


MOST_NAMED = 20
"""Persons that a sentence names one by one."""


def group_document(project: Project, plan: Plan, scheme: str = "") -> dict[str, Any]:
    """Give what ``taiqu group --json`` prints; its keys are documented in ``docs/command-line.md``."""
    grouping = plan.grouping
    return {
        "status": grouping.status,
        "objective": grouping.objective,
        "bound": grouping.bound,
        "gap": grouping.gap,
        "terms": {
            name: float(sum(group.terms[name] for group in grouping.groups))
            for name in (grouping.groups[0].terms if grouping.groups else ())
        },
        "groups": [
            _group(plan, n, group, row)
            for n, (group, row) in enumerate(zip(grouping.groups, _rows(project, plan, scheme), strict=True))
        ],
        "why": [reason_sentence(project, reason) for reason in grouping.why],
        "rules": [reason_document(project, reason) for reason in grouping.why],
        "notes": [reason_document(project, reason) for reason in plan.notes],
        "parameters": plan.parameters,
        "candidates": grouping.candidates,
        "cut_by": grouping.cut_by,
        "scheme": scheme if scheme and grouping.groups else None,
    }


def _rows(project: Project, plan: Plan, scheme: str) -> list[dict[str, Any]]:
    """Give the row each group has, or would have, in the project: its id, number and name."""
    if not plan.grouping.groups:
        return []
    put: PutScheme = plan.as_scheme(scheme or "?")
    after, _changes = put.apply(project)
    own = after.frame("schemes").loc[after.frame("schemes")["name"] == put.name, "id"].iloc[0]
    members = after.frame("group_members")
    members = members.loc[members["scheme"] == own]
    group_of = dict(zip(members["manager"], members["mutual_aid_group"], strict=True))
    groups = after.table("mutual_aid_groups")
    return [groups.row(group_of[group.members[0]]) for group in plan.grouping.groups]


def _group(plan: Plan, n: int, group: Group, row: dict[str, Any]) -> dict[str, Any]:
    grid = next((at for at, one in enumerate(plan.grids) if one.group == n), None)
    shape = plan.shapes[grid] if grid is not None else None
    return {
        "id": row["id"],
        "number": row["number"],
        "name": row["name"],
        "station": group.station,
        "members": list(group.members),
        "size": len(group.members),
        **group.terms,
        "cost_min": group.cost_min,
        "mean_pair_min": group.mean_pair_min,
        "longest_pair_min": group.longest_pair_min,
        "longest_pair": list(group.longest_pair),
        "far_pairs": [list(pair) for pair in group.far_pairs],
        "workload": group.workload,
        "workload_parts": _parts(plan.work.managers, group.members),
        "managers": [
            {"id": one, "workload": float(plan.work.managers.at[one, "index"])}
            | _parts(plan.work.managers, (one,))
            for one in group.members
        ],
        "grid_workload": float(plan.work.areas["index"].reindex(_grid_areas(plan, grid)).sum()),
        "load_ratio": group.load_ratio,
        "leader": group.leader,
        "guards": list(group.guards),
        "locked": bool(group.locked),
        "areas": _grid_areas(plan, grid),
        "area_km2": shape.km2 if shape else 0.0,
        "grid_parts": shape.parts if shape else 0,
        "grid_holes": shape.holes if shape else 0,
    }


def _parts(work: pd.DataFrame, ids: Sequence[str]) -> dict[str, float]:
    """Sum what work is made of, part by part (`grid_model.workload.PARTS`), over some managers."""
    return {name: float(work[name].reindex(list(ids)).sum()) for name in PARTS}


def _grid_areas(plan: Plan, grid: int | None) -> list[str]:
    return list(plan.grids[grid].areas) if grid is not None else []


def reason_document(project: Project, reason: Reason) -> dict[str, Any]:
    """Give a reason as the documents hold it: its code, the persons, the sentence, what it names."""
    return {
        "code": reason.code,
        "managers": list(reason.managers),
        "text": reason_sentence(project, reason),
        **{
            name: [reason_document(project, one) if isinstance(one, Reason) else one for one in value]
            if isinstance(value, tuple)
            else value
            for name, value in reason.values.items()
        },
    }


def group_lines(project: Project, plan: Plan, scheme: str = "") -> tuple[str, ...]:
    """Say in the terminal what was found."""
    grouping = plan.grouping
    if grouping.status == "infeasible":
        why = [reason_sentence(project, reason) for reason in grouping.why]
        return (
            _("There is no grouping that keeps every rule:"),
            *(f"  {one}" for one in why),
            *_notes(project, plan),
        )
    lines = [headline(plan)]
    for group, row in zip(grouping.groups, _rows(project, plan, scheme), strict=True):
        lines.append(_line(project, group, row))
    if scheme:
        lines.append(_("Kept as scheme “{scheme}”.").format(scheme=scheme))
    else:
        lines.append(_("Nothing was written; --scheme NAME keeps the result."))
    return (*lines, *_notes(project, plan))


def headline(plan: Plan) -> str:
    """Say in one sentence how good the plan is."""
    grouping = plan.grouping
    counted = ngettext("{n} group", "{n} groups", len(grouping.groups)).format(n=len(grouping.groups))
    values = {
        "groups": counted,
        "managers": len(plan.problem),
        "cost": f"{grouping.objective:.1f}",
        "bound": f"{grouping.bound or 0.0:.1f}",
        "gap": f"{100 * (grouping.gap or 0.0):.1f}",
    }
    if grouping.status == "optimal":
        return _("{managers} managers in {groups}, proved best: cost {cost} min.").format(**values)
    if grouping.bound is None:
        return _("{managers} managers in {groups}: cost {cost} min.").format(**values)
    return _(
        "{managers} managers in {groups}: cost {cost} min; none costs less than {bound} min (gap {gap} %)."
    ).format(**values)


def _line(project: Project, group: Group, row: dict[str, Any]) -> str:
    return _(
        "{number} {name}: {members}; work leader {leader}; longest way {longest} min; load {load} %"
    ).format(
        number=row["number"],
        name=row["name"],
        members=persons(project, group.members),
        leader=persons(project, [group.leader] if group.leader else []),
        longest=f"{group.longest_pair_min:.0f}",
        load=f"{100 * group.load_ratio:.0f}",
    )


def _notes(project: Project, plan: Plan) -> list[str]:
    return [_("Note: {text}").format(text=reason_sentence(project, reason)) for reason in plan.notes]


def reason_sentence(project: Project, reason: Reason) -> str:
    """Say a reason in the language in use, naming persons, groups, areas and rules.

    Managers are named in full: their names and phones stand on every notice board (`DOMAIN` §10).
    """
    values: dict[str, Any] = {name: _told(project, name, value) for name, value in reason.values.items()}
    if "other" in values and values["other"] == values.get("group"):  # of two schemes, perhaps
        values |= {one: f"{values[one]} ({reason.values[one]})" for one in ("group", "other")}
    shown = persons(project, reason.managers[:MOST_NAMED])
    if len(reason.managers) > MOST_NAMED:
        shown = _("{managers} and others, {count} in all").format(managers=shown, count=len(reason.managers))
    return _(REASONS[reason.code]).format(managers=shown, **values)


def _told(project: Project, name: str, value: Any) -> Any:
    """Write one of the values of a reason as people read it."""
    if isinstance(value, tuple):
        return _told_list(project, name, value)
    if name == "station":
        return _station(project, str(value))
    if name in ("group", "other"):
        return groups_called(project, [str(value)])
    if name == "ids":
        return _("; ").join(rule_words(project, one) for one in str(value).split(PARTING))
    if name == "groups" and isinstance(value, str):
        return groups_called(project, value.split(PARTING))
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value


def _told_list(project: Project, name: str, value: tuple[Any, ...]) -> Any:
    if name == "rules":
        return _("; ").join(reason_sentence(project, one) for one in value)
    if name == "areas":
        return _listed(called(project, "transformer_areas", str(one)) for one in value)
    if name == "certificates":
        return _certificates(project, value)
    if name == "among":
        return persons(project, value) if value else _("all")
    return value


def _certificates(project: Project, ended: tuple[tuple[str, str], ...]) -> str:
    """Name whose certificates of which kinds, such as 赵丽 (81010001) 高压电工证."""
    kinds = {one.code: one.label for one in schema.table("qualifications").column("kind").choices}
    people = list(dict.fromkeys(one for one, _kind in ended))
    told = []
    for one in people[:MOST_NAMED]:
        own = _(", ").join(_(kinds.get(kind, kind)) for whose, kind in ended if whose == one)
        told.append(_("{person} {kinds}").format(person=persons(project, [one]), kinds=own))
    if len(people) > MOST_NAMED:
        told.append(_("{count} persons in all").format(count=len(people)))
    return _("; ").join(told)


def groups_called(project: Project, ids: Iterable[str]) -> str:
    """Name groups; what is no group of the project, such as a scheme's id, is called as it is."""
    return _(", ").join(f"“{called(project, 'mutual_aid_groups', one)}”" for one in ids)


def rule_words(project: Project, rule: str) -> str:
    """Say what a rule kept in the project demands: its kind and whom it names; the id where it is gone."""
    rules = project.table("grouping_rules")
    if rule not in rules:
        return rule
    row = rules.row(rule)
    labels = {one.code: one.label for one in rules.schema.column("kind").choices}
    people = persons(project, rule_members(row["members"]))
    kind = _(labels.get(str(row["kind"]), str(row["kind"])))
    return _("{kind}: {whom}").format(kind=kind, whom=str(row["town"] or "") or people)


def persons(project: Project, ids: Iterable[str]) -> str:
    """Name managers: 赵丽 (81010001), …; a dash for nobody."""
    table = project.table("district_managers")
    named = [f"{table.row(one)['name']} ({one})" if one in table else one for one in ids]
    return _(", ").join(named) or "—"


def _listed(ids: Iterable[str]) -> str:
    """List ids, at most ten of them."""
    found = list(ids)
    more = ["…"] if len(found) > 10 else []
    return _(", ").join([*found[:10], *more])


def _station(project: Project, station: str) -> str:
    stations = project.table("stations")
    return str(stations.row(station)["name"]) if station in stations else (station or _("no station"))
