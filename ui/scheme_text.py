"""Schemes in words and as the documents scripts read: the list, one of them, two compared, what is odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gis.change_list import TERMS
from grid_model.grouping.compare import Comparison, SchemeGroup, scheme_groups
from grid_model.issue import Issue, counts
from grid_model.project import Project
from grid_model.table import plain
from resources.i18n import _
from ui.group_text import persons, reason_document, reason_sentence
from ui.messages import issue_sentence
from ui.plan_text import number

if TYPE_CHECKING:
    from gis.planning import Basis
    from grid_model.grouping.price import HandPlan, Scores

FIELDS = (
    "id",
    "name",
    "in_force",
    "status",
    "objective",
    "bound",
    "created_on",
    "prepared_by",
    "checked_by",
    "approved_by",
    "approved_on",
)


def list_document(project: Project) -> dict[str, Any]:
    """Give every scheme with its approval and its numbers of groups, grids and assigned areas."""
    frame = project.frame("schemes")
    return {
        "schemes": [
            {
                **{name: plain(frame[name].iat[n]) for name in FIELDS},
                "groups": _count(project, "mutual_aid_groups", one),
                "managers": _count(project, "group_members", one),
                "grids": _count(project, "service_grids", one),
                "assigned_areas": _count(project, "area_assignments", one),
            }
            for n, one in enumerate(frame["id"])
        ]
    }


def _count(project: Project, table: str, scheme: str) -> int:
    return int((project.frame(table)["scheme"] == scheme).sum())


def list_lines(project: Project) -> tuple[str, ...]:
    """Say in the terminal which schemes there are."""
    lines = []
    for row in list_document(project)["schemes"]:
        text = _("{mark} {name} ({id}): groups {groups}, grids {grids}").format(
            mark="●" if row["in_force"] else "○",
            **{key: row[key] for key in ("name", "id", "groups", "grids")},
        )
        if row["objective"] is not None:
            text += " · " + _("cost {cost} min").format(cost=f"{row['objective']:.1f}")
        if row["in_force"]:
            text += " · " + _("in force")
        if row["approved_by"]:
            text += " · " + _("approved by {who} on {date}").format(
                who=row["approved_by"], date=row["approved_on"] or "—"
            )
        lines.append(text)
    return tuple(lines) or (_("There are no schemes; taiqu group --scheme NAME makes one."),)


# --------------------------------------------------------------------------- one scheme


def scheme_plan(project: Project, scheme: str, basis: Basis) -> HandPlan:
    """Evaluate the groups of a scheme as they stand; managers who are not planned are left out."""
    from grid_model.grouping.plan import GroupingOptions
    from grid_model.grouping.price import HandPlan

    problem = basis.problem(GroupingOptions())
    planned = set(problem.members)
    groups = scheme_groups(project, scheme).values()
    members = [[one for one in group.members if one in planned] for group in groups]
    return HandPlan.of(problem, members, basis.areas)


def scheme_document(project: Project, scheme: str, basis: Basis) -> dict[str, Any]:
    """Give a scheme with every term of every group and every rule it breaks."""
    plan = scheme_plan(project, scheme, basis)
    groups = list(scheme_groups(project, scheme).values())
    row = project.table("schemes").row(scheme)
    of_members = {one.members: one for one in plan.scores.groups}
    return {
        **{name: row[name] for name in FIELDS},
        "cost_min": number(plan.scores.cost_min),
        "terms": {name: number(value) for name, value in plan.scores.terms.items()},
        "groups": [{**_group(one), **_terms(of_members, one, plan.problem.members)} for one in groups],
        "broken": [reason_document(project, one) for one in plan.scores.broken],
    }


def _group(one: SchemeGroup) -> dict[str, Any]:
    return {"id": one.id, "number": one.number, "name": one.name, "members": list(one.members)}


def _terms(
    of_members: dict[tuple[str, ...], Any], one: SchemeGroup, planned: Sequence[str]
) -> dict[str, Any]:
    own = tuple(member for member in one.members if member in planned)
    score = of_members.get(own)
    if score is None:
        return {"terms": {}, "cost_min": None, "leader": None, "guards": []}
    return {
        "terms": {name: number(value) for name, value in score.terms.items()},
        "cost_min": number(score.cost_min),
        "mean_pair_min": number(score.group.mean_pair_min),
        "longest_pair_min": number(score.group.longest_pair_min),
        "workload": score.group.workload,
        "load_ratio": score.group.load_ratio,
        "leader": score.group.leader,
        "guards": list(score.group.guards),
    }


def scheme_lines(project: Project, scheme: str, basis: Basis) -> tuple[str, ...]:
    """Say in the terminal what a scheme holds."""
    document = scheme_document(project, scheme, basis)
    lines = [
        _("Scheme “{name}”: cost {cost} min").format(
            name=document["name"], cost=_number(document["cost_min"])
        )
    ]
    for one in document["groups"]:
        lines.append(
            _("{number} {name}: {members}; cost {cost} min").format(
                number=one["number"],
                name=one["name"],
                members=persons(project, one["members"]),
                cost=_number(one["cost_min"]),
            )
        )
    plan = scheme_plan(project, scheme, basis)
    lines += [
        _("Breaks a rule: {text}").format(text=reason_sentence(project, one)) for one in plan.scores.broken
    ]
    return tuple(lines)


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


# ------------------------------------------------------------------------- two schemes


def comparison_document(project: Project, found: Comparison) -> dict[str, Any]:
    """Give what changes from scheme `a` to scheme `b`."""
    return {
        "a": _scheme(project, found.a, found.scores_a, found.groups_a),
        "b": _scheme(project, found.b, found.scores_b, found.groups_b),
        "same_groups": [
            {"a": _group(found.groups_a[a]), "b": _group(found.groups_b[b])}
            for a, b in sorted(found.same.items())
        ],
        "founded": [_group(found.groups_b[one]) for one in found.founded],
        "dissolved": [_group(found.groups_a[one]) for one in found.dissolved],
        "movers": [{"manager": one.manager, "from": one.before, "to": one.after} for one in found.movers],
        "areas": [
            {
                "area": one.area,
                "manager_before": one.manager_before,
                "manager_after": one.manager_after,
                "stand_in_before": one.stand_in_before,
                "stand_in_after": one.stand_in_after,
                "customers": one.customers,
            }
            for one in found.areas
        ],
        "customers": list(found.customers),
    }


def _scheme(
    project: Project, scheme: str, scores: Scores | None, groups: Mapping[str, SchemeGroup]
) -> dict[str, Any]:
    name = project.table("schemes").row(scheme)["name"]
    if scores is None:
        return {"id": scheme, "name": name}
    of_members = {one.members: one for one in scores.groups}
    planned = {member for one in scores.groups for member in one.members}
    return {
        "id": scheme,
        "name": name,
        "cost_min": number(scores.cost_min),
        "terms": {term: number(value) for term, value in scores.terms.items()},
        "groups": [{**_group(one), **_terms(of_members, one, [*planned])} for one in groups.values()],
        "broken": [reason_document(project, one) for one in scores.broken],
    }


def comparison_lines(project: Project, found: Comparison) -> tuple[str, ...]:
    """Say in the terminal what changes."""
    a, b = (project.table("schemes").row(one)["name"] for one in (found.a, found.b))
    lines = [_("From “{a}” to “{b}”").format(a=a, b=b)]
    if found.scores_a is not None and found.scores_b is not None:
        before, after = found.scores_a, found.scores_b
        lines.append(
            _("Cost {before} → {after} min").format(
                before=_number(number(before.cost_min)), after=_number(number(after.cost_min))
            )
        )
        for term, label in TERMS.items():
            if before.terms.get(term) or after.terms.get(term):
                lines.append(
                    _("  {term}: {before} → {after} min").format(
                        term=_(label),
                        before=_number(number(before.terms.get(term))),
                        after=_number(number(after.terms.get(term))),
                    )
                )
    for one in found.movers:
        lines.append(
            _("{manager} moves from {before} to {after}").format(
                manager=persons(project, [one.manager]),
                before=found.groups_a[one.before].name if one.before else "—",
                after=found.groups_b[one.after].name if one.after else "—",
            )
        )
    areas = sum(one.other_manager for one in found.areas)
    lines.append(
        _(
            "Managers who change group: {movers} · areas with another manager: {areas}"
            " · their customers: {customers}"
        ).format(movers=len(found.movers), areas=areas, customers=len(found.customers))
    )
    return tuple(lines)


# ------------------------------------------------------------------------ what is odd


def check_document(project: Project, scheme: str, issues: Sequence[Issue]) -> dict[str, Any]:
    """Give every finding with the row to look at; the sentence names it."""
    from ui.objects import named_issues

    told = named_issues(project, issues)
    return {
        "scheme": scheme,
        "name": project.table("schemes").row(scheme)["name"],
        "counts": counts(issues),
        "issues": [
            {
                "severity": one.severity.value,
                "code": one.code,
                "table": one.table,
                "id": one.object_id,
                "text": issue_sentence(words),
                "details": dict(one.details),
            }
            for one, words in zip(issues, told, strict=True)
        ],
    }


def check_lines(project: Project, issues: Sequence[Issue]) -> tuple[str, ...]:
    """Say in the terminal what is odd."""
    from ui.objects import named_issues

    return tuple(issue_sentence(one) for one in named_issues(project, issues)) or (
        _("The scheme holds together."),
    )
