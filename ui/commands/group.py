"""``taiqu group``: the best mutual-aid groups of neighbouring managers, proved, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_

if TYPE_CHECKING:
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
    lock: tuple[str, ...] = parameter(
        N_("Keep the members of a group as they are"),
        default=(),
        flag="--lock",
        metavar="GROUP",
        repeat=True,
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


def options(parameters: GroupParameters) -> GroupingOptions:
    """Bring what was asked for into the planner's form; raises `GridError` where it cannot be read."""
    from grid_model.grouping.plan import GroupingOptions

    for name in ("target_size", "hard_pair_minutes", "time_limit"):
        value = getattr(parameters, name)
        if value is not None and not 0 < value < float("inf"):
            raise GridError("not-above-zero", flag=f"--{name.replace('_', '-')}", value=value)
    return GroupingOptions(
        min_size=parameters.min_size,
        max_size=parameters.max_size,
        target_size=parameters.target_size,
        together=tuple(_persons(one) for one in parameters.must_together),
        apart=tuple(_persons(one) for one in parameters.must_apart),
        locks=parameters.lock,
        base_scheme=parameters.scheme,
        hard_pair_minutes=parameters.hard_pair_minutes,
        across_stations=parameters.across_stations,
    )


def _persons(text: str) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(one.strip() for one in text.replace("，", ",").split(",") if one.strip()))
    if len(named) < 2:
        raise GridError("rule-needs-two", rule=text)
    return named


def run(project: Project, parameters: GroupParameters, feedback: Feedback) -> Outcome:
    """Plan the groups; the edit keeps them as a scheme where one is named."""
    from gis.planning import plan_groups
    from grid_model.grouping.schemes import scheme_in_force, scheme_named
    from ui.group_text import group_document, group_lines

    own = scheme_named(project, parameters.scheme)
    if own is not None and own == scheme_in_force(project):
        raise GridError("scheme-in-force", scheme=parameters.scheme)
    plan = plan_groups(project, options(parameters), feedback, parameters.time_limit)
    infeasible = plan.grouping.status == "infeasible"
    return Outcome(
        group_document(project, plan, parameters.scheme),
        group_lines(project, plan, parameters.scheme),
        findings=infeasible,
        edit=plan.as_scheme(parameters.scheme) if parameters.scheme and not infeasible else None,
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
