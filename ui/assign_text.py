"""An assignment of areas to managers, or of stand-ins, in words and as the document scripts read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grid_model.grouping.result import Reason
from grid_model.project import Project
from resources.i18n import N_, _
from ui.group_text import persons, reason_document, reason_sentence
from ui.plan_text import number

if TYPE_CHECKING:
    from gis.planning import Basis
    from grid_model.grouping.assign import AreaAssignment, AssignProblem
    from grid_model.grouping.stand_ins import StandIns

MEASURES = {
    "workload": N_("workload index"),
    "customers": N_("customers"),
    "areas": N_("areas"),
}


def assignment_document(
    project: Project, problem: AssignProblem, found: AreaAssignment, measure: str, scheme: str
) -> dict[str, Any]:
    """Give what ``taiqu assign --json`` prints; its keys are documented in ``docs/command-line.md``."""
    before = problem.areas
    return {
        "status": found.status,
        "objective": found.objective,
        "bound": found.bound,
        "gap": found.gap,
        "terms": dict(found.terms),
        "measure": measure,
        "managers": [
            {
                "id": one.manager,
                "areas": list(one.areas),
                "customers": one.customers,
                "load": one.load,
                "ratio": one.ratio,
                "mean_min": one.mean_min,
                "longest_min": one.longest_min,
                "gained": list(one.gained),
                "lost": list(one.lost),
            }
            for one in found.loads
        ],
        "assignments": dict(sorted(found.manager_of.items())),
        "changed": [
            {"area": one, "from": before.manager_of(one), "to": found.manager_of[one]}
            for one in found.changed
            if one in found.manager_of
        ],
        "why": [reason_sentence(project, one) for one in found.why],
        "rules": [reason_document(project, one) for one in found.why],
        "cut_by": found.cut_by,
        "scheme": scheme if scheme and found.manager_of else None,
    }


def assignment_lines(
    project: Project, problem: AssignProblem, found: AreaAssignment, measure: str, scheme: str
) -> tuple[str, ...]:
    """Say in the terminal who gets what."""
    if found.status == "infeasible":
        why = [reason_sentence(project, one) for one in found.why]
        return (_("There is no assignment that keeps every limit:"), *(f"  {one}" for one in why))
    values = {
        "areas": len(found.manager_of),
        "managers": len(found.loads),
        "cost": f"{found.objective:.1f}",
        "bound": f"{found.bound:.1f}",
        "gap": f"{100 * (found.gap or 0.0):.1f}",
        "changed": len(found.changed),
        "measure": _(MEASURES[measure]),
    }
    pattern = (
        _(
            "{areas} areas for {managers} managers by {measure}, proved best: cost {cost} min;"
            " {changed} change hands."
        )
        if found.status == "optimal"
        else _(
            "{areas} areas for {managers} managers by {measure}: cost {cost} min, none costs less than"
            " {bound} min (gap {gap} %); {changed} change hands."
        )
    )
    lines = [pattern.format(**values)]
    for one in found.loads:
        lines.append(
            _(
                "{manager}: areas {areas}, customers {customers}, load {ratio} %, mean way {mean} min;"
                " gets {gained}, gives {lost}"
            ).format(
                manager=persons(project, [one.manager]),
                areas=len(one.areas),
                customers=one.customers,
                ratio=f"{100 * one.ratio:.0f}",
                mean=f"{one.mean_min:.0f}",
                gained=len(one.gained),
                lost=len(one.lost),
            )
        )
    return (*lines, _kept(scheme))


def stand_ins_document(project: Project, basis: Basis, found: StandIns, scheme: str) -> dict[str, Any]:
    """Give what ``taiqu assign --stand-ins --json`` prints."""
    return {
        "objective": found.objective,
        "gap": found.gap,
        "stand_ins": dict(sorted(found.stand_in_of.items())),
        "minutes": {area: number(value) for area, value in sorted(found.minutes.items())},
        "loads": dict(sorted(found.loads.items())),
        "outside": list(found.outside),
        "without": list(found.without),
        "scheme": scheme or None,
    }


def stand_ins_lines(project: Project, basis: Basis, found: StandIns, scheme: str) -> tuple[str, ...]:
    """Say in the terminal who stands in for how many areas."""
    count: dict[str, int] = {}
    for one in found.stand_in_of.values():
        count[one] = count.get(one, 0) + 1
    lines = [
        _("Stand-ins for {areas} areas (gap at most {gap} %):").format(
            areas=len(found.stand_in_of), gap=f"{100 * found.gap:.1f}"
        )
    ]
    for manager, areas in sorted(count.items()):
        ways = [found.minutes[area] for area, one in found.stand_in_of.items() if one == manager]
        lines.append(
            _("{manager}: stands in for {areas} areas, mean way {mean} min").format(
                manager=persons(project, [manager]), areas=areas, mean=f"{sum(ways) / len(ways):.0f}"
            )
        )
    for code, areas_of in (("nobody-can-stand-in", found.without), ("stand-ins-outside", found.outside)):
        if areas_of:
            reason = Reason(code, (), {"count": len(areas_of), "areas": areas_of})
            lines.append(_("Note: {text}").format(text=reason_sentence(project, reason)))
    return (*lines, _kept(scheme))


def _kept(scheme: str) -> str:
    if scheme:
        return _("Kept as scheme “{scheme}”.").format(scheme=scheme)
    return _("Nothing was written; --scheme NAME keeps the result.")
