"""``taiqu group``: the best mutual-aid groups of neighbouring managers, proved, or why there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Edit, Project
from grid_model.settings import setting
from resources.i18n import N_, _

if TYPE_CHECKING:
    from gis.cover import Cover
    from gis.planning import Plan
    from grid_model.grouping.frontier import FrontierPlan
    from grid_model.grouping.plan import GroupingOptions


@dataclass(frozen=True)
class GroupParameters:
    """Sizes, rules, and the scheme the result is kept as; what is not given comes from the settings."""

    min_size: int | None = parameter(
        N_("Fewest managers in a group"), flag="--min-size", metavar="N", number=int
    )
    max_size: int | None = parameter(
        N_("Most managers in a group"), flag="--max-size", metavar="N", number=int
    )
    target_size: int | None = parameter(
        N_("Managers a group should have"), flag="--target-size", metavar="N", number=int
    )
    must_together: tuple[str, ...] = parameter(
        N_("Managers that must share a group, parted by commas"),
        default=(),
        flag="--must-together",
        metavar="A,B",
        repeat=True,
    )
    must_apart: tuple[str, ...] = parameter(
        N_("Managers of whom no two may share a group, parted by commas"),
        default=(),
        flag="--must-apart",
        metavar="A,B",
        repeat=True,
    )
    leader: tuple[str, ...] = parameter(
        N_("Manager who leads a group"), default=(), flag="--leader", metavar="ID", repeat=True
    )
    whole_town: tuple[str, ...] = parameter(
        N_("Town that may not be split"), default=(), flag="--whole-town", metavar="NAME", repeat=True
    )
    lock: tuple[str, ...] = parameter(
        N_("Keep the members of a group as they are"),
        default=(),
        flag="--lock",
        metavar="GROUP",
        repeat=True,
    )
    keep: tuple[str, ...] = parameter(
        N_("Keep the members of a group together; others may join"),
        default=(),
        flag="--keep",
        metavar="GROUP",
        repeat=True,
    )
    no_project_rules: bool = parameter(
        N_("Leave the rules kept in the project out"), default=False, flag="--no-project-rules"
    )
    hard_pair_minutes: float | None = parameter(
        N_("Longest travel allowed between two members"),
        flag="--hard-pair-minutes",
        metavar="MIN",
        unit="min",
        number=float,
    )
    across_stations: bool = parameter(
        N_("Let groups cross the stations' borders"), default=False, flag="--across-stations"
    )
    preset: str = parameter(
        N_("Sizes and weights that suit the land"),
        default="",
        flag="--preset",
        choices=("plain", "hill", "mountain", "town"),
    )
    weight: tuple[str, ...] = parameter(
        N_("Weight of a term of the objective instead of the setting, such as change_min=60"),
        default=(),
        flag="--weight",
        metavar="NAME=VALUE",
        repeat=True,
    )
    base: str = parameter(
        N_("Scheme from which change is counted; else the one in force"),
        default="",
        flag="--base",
        metavar="NAME",
    )
    least_change: bool = parameter(
        N_("Let as few managers as possible leave their group"), default=False, flag="--least-change"
    )
    without: tuple[str, ...] = parameter(
        N_("Plan without a manager who leaves; others take over his areas"),
        default=(),
        flag="--without",
        metavar="ID",
        repeat=True,
    )
    joining: tuple[str, ...] = parameter(
        N_("Plan with a manager who is not on duty yet"),
        default=(),
        flag="--with",
        metavar="ID",
        repeat=True,
    )
    temporary: bool = parameter(
        N_("Those left out are away for a while: stand-ins cover their areas"),
        default=False,
        flag="--temporary",
    )
    frontier: int | None = parameter(
        N_("Show so many plans between short ways, even work and little change (3 to 9)"),
        flag="--frontier",
        metavar="N",
        number=int,
    )
    take: int | None = parameter(
        N_("Keep plan number N of the frontier instead of the best by the weights asked for"),
        flag="--take",
        metavar="N",
        number=int,
    )
    rule_prices: bool = parameter(
        N_("Say what each rule costs: the objective without it"), default=False, flag="--rule-prices"
    )
    time_limit: float | None = parameter(
        N_("Give the best plan found by then, with its bound; without it the plan is proved"),
        flag="--time-limit",
        metavar="SECONDS",
        unit="s",
        number=float,
    )
    scheme: str = parameter(
        N_("Keep the result as a scheme of this name; without it nothing is written"),
        default="",
        flag="--scheme",
        metavar="NAME",
    )


def options(project: Project, parameters: GroupParameters) -> GroupingOptions:
    """Bring what was asked for into the planner's form; raises `GridError` where it cannot be read."""
    from grid_model.grouping.plan import GroupingOptions, base_scheme, with_preset
    from ui.naming_typed import group_typed, manager_typed

    for name in ("target_size", "hard_pair_minutes", "time_limit"):
        value = getattr(parameters, name)
        if value is not None and not 0 < value < float("inf"):
            raise GridError("not-above-zero", flag=f"--{name.replace('_', '-')}", value=value)
    base = base_scheme(project, parameters.base or parameters.scheme)
    made = GroupingOptions(
        min_size=parameters.min_size,
        max_size=parameters.max_size,
        target_size=parameters.target_size,
        together=tuple(_persons(project, one) for one in parameters.must_together),
        apart=tuple(_persons(project, one) for one in parameters.must_apart),
        leaders=tuple(manager_typed(project, one) for one in parameters.leader),
        whole_towns=parameters.whole_town,
        locks=tuple(group_typed(project, base, one) for one in parameters.lock),
        keeps=tuple(group_typed(project, base, one) for one in parameters.keep),
        base_scheme=parameters.base or parameters.scheme,
        hard_pair_minutes=parameters.hard_pair_minutes,
        across_stations=parameters.across_stations,
        weights=tuple(_weight(one) for one in parameters.weight),
        project_rules=not parameters.no_project_rules,
    )
    return with_preset(made, parameters.preset) if parameters.preset else made


def _weight(text: str) -> tuple[str, float]:
    """Read one weight; raises `GridError` ``bad-weight``."""
    from grid_model.grouping.plan import WEIGHTS

    name, _sign, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if name.strip() not in WEIGHTS or not 0 <= number < float("inf"):
        raise GridError("bad-weight", weight=text, names=", ".join(WEIGHTS))
    return name.strip(), number


def _persons(project: Project, text: str) -> tuple[str, ...]:
    from ui.naming_typed import manager_typed

    typed = [one.strip() for one in text.replace("，", ",").replace("、", ",").split(",")]
    named = tuple(dict.fromkeys(manager_typed(project, one) for one in typed if one))
    if len(named) < 2:
        raise GridError("rule-needs-two", managers=", ".join(named) or "—")
    return named


def run(project: Project, parameters: GroupParameters, feedback: Feedback) -> Outcome:
    """Plan the groups; the edit keeps them as a scheme where one is named."""
    from grid_model.grouping.schemes import find_scheme, scheme_in_force, scheme_named

    own = scheme_named(project, parameters.scheme)
    if own is not None and own == scheme_in_force(project):
        raise GridError("scheme-in-force", scheme=parameters.scheme)
    if parameters.base:
        find_scheme(project, parameters.base)
    if parameters.temporary and not parameters.without:
        raise GridError("temporary-without-whom")
    if parameters.take is not None and parameters.frontier is None:
        raise GridError("take-of-what")
    if parameters.frontier is not None and (parameters.without or parameters.joining):
        raise GridError("one-at-a-time", flags="--frontier, --without, --with")
    if parameters.without or parameters.joining:
        return _replanned(project, parameters, feedback)
    return _planned(project, parameters, feedback)


def _planned(project: Project, parameters: GroupParameters, feedback: Feedback) -> Outcome:
    from gis.planning import plan_groups
    from ui.plan_text import frontier_document, frontier_lines

    asked = options(project, parameters)
    if parameters.least_change:
        weight = setting(project, "replan.change_weight_min")
        asked = replace(asked, weights=tuple({"change_min": weight, **dict(asked.weights)}.items()))
    plan = plan_groups(project, asked, feedback, parameters.time_limit)
    plans: tuple[FrontierPlan, ...] | None = None
    if parameters.frontier is not None:
        from grid_model.grouping.frontier import frontier

        plans = frontier(plan.problem, parameters.frontier, feedback, parameters.time_limit)
        plan = _taken(plan, plans, parameters, feedback)
    keep = bool(parameters.scheme) and bool(plan.grouping.groups)
    edit = plan.as_scheme(parameters.scheme) if keep else None
    document = {} if plans is None else {"frontier": frontier_document(plans)}
    lines = frontier_lines(plans) if plans else []
    return _outcome(project, plan, parameters, edit, document, lines, feedback)


def _taken(
    plan: Plan, plans: Sequence[FrontierPlan], parameters: GroupParameters, feedback: Feedback
) -> Plan:
    """Take a plan of the frontier where one is asked for."""
    from gis.planning import plan_of

    if parameters.take is None or not plans:
        return plan
    if not 1 <= parameters.take <= len(plans):
        raise GridError("bad-take", plans=len(plans), take=parameters.take)
    chosen = plans[parameters.take - 1].grouping
    return plan_of(plan.basis, plan.options, plan.problem, chosen, feedback)


def _replanned(project: Project, parameters: GroupParameters, feedback: Feedback) -> Outcome:
    """Plan without or with somebody: with least change, else as cheap as possible."""
    from gis.replanning import replan
    from ui.group_text import reason_document, reason_sentence
    from ui.naming_typed import manager_typed
    from ui.plan_text import replan_document, replan_lines

    found = replan(
        project,
        tuple(manager_typed(project, one) for one in parameters.without),
        tuple(manager_typed(project, one) for one in parameters.joining),
        temporary=parameters.temporary,
        options=options(project, parameters),
        feedback=feedback,
        time_limit_s=parameters.time_limit,
    )
    document = {"replan": replan_document(project, found)}
    if not found.options:
        why = [reason_sentence(project, reason) for reason in found.why]
        return Outcome(
            {
                "status": "infeasible",
                "groups": [],
                "why": why,
                "rules": [reason_document(project, reason) for reason in found.why],
                "scheme": None,
                **document,
            },
            (_("There is no grouping that keeps every rule:"), *(f"  {one}" for one in why)),
            findings=True,
        )
    chosen = 0 if parameters.least_change else len(found.options) - 1
    edit = found.as_scheme(parameters.scheme, chosen) if parameters.scheme else None
    plan = found.options[chosen].plan
    return _outcome(project, plan, parameters, edit, document, replan_lines(project, found), feedback)


def _outcome(
    project: Project,
    plan: Plan,
    parameters: GroupParameters,
    edit: Edit | None,
    more: dict[str, Any],
    more_lines: list[str],
    feedback: Feedback,
) -> Outcome:
    """Tell about a plan, with what was asked for beside it."""
    from ui.group_text import group_document, group_lines
    from ui.plan_text import (
        details_lines,
        plan_details,
        rule_prices_document,
        rule_prices_lines,
    )

    document = group_document(project, plan, parameters.scheme)
    lines = list(group_lines(project, plan, parameters.scheme))
    if plan.grouping.groups:
        details = plan_details(plan, plan_cover(plan, feedback))
        for group, detail in zip(document["groups"], details, strict=True):
            group.update(detail)
        lines += details_lines(project, plan, details)
    if parameters.rule_prices and plan.grouping.groups:
        from grid_model.grouping.rule_prices import rule_prices

        prices = rule_prices(plan.problem, plan.grouping, feedback)
        document["rule_prices"] = rule_prices_document(project, prices)
        lines += rule_prices_lines(project, prices)
    return Outcome(
        {**document, **more},
        (*more_lines, *lines),
        findings=plan.grouping.status == "infeasible",
        edit=edit,
    )


def plan_cover(plan: Plan, feedback: Feedback) -> Cover:
    """Find who reaches each area first with the groups of a plan."""
    from gis.cover import cover

    groups = {one: n for n, group in enumerate(plan.grouping.groups) for one in group.members}
    return cover(
        plan.basis.project,
        outlines=plan.outlines,
        territory=plan.territory,
        able=plan.able,
        groups=groups,
        feedback=feedback,
    )


OPERATION = Operation(
    "group",
    N_("Form mutual-aid groups"),
    N_("The best groups of neighbouring managers within the rules, proved, and the grids they serve"),
    GroupParameters,
    "ui.commands.group:run",
    project="write",
    writes="scheme",
)
