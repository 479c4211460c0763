"""From a project to a grouping problem: sizes and weights from settings, rules and locks from tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grid_model.errors import GridError
from grid_model.grouping.presets import presets, weights_of
from grid_model.grouping.problem import GroupingProblem, Lock, Town, Weights
from grid_model.naming import rule_members
from grid_model.project import Project
from grid_model.qualification import Qualifications
from grid_model.settings import setting, whole
from grid_model.territory import Territory, areas_by_manager
from grid_model.workload import Workload

WEIGHTS = {
    "travel": "group.travel_weight",
    "imbalance_min": "group.imbalance_weight_min",
    "size_min": "group.size_weight_min",
    "longest": "group.longest_weight",
    "change_min": "group.change_weight_min",
    "feeder_min": "group.feeder_weight_min",
    "village_min": "group.village_weight_min",
}
"""The setting behind each weight of the objective."""


@dataclass(frozen=True)
class GroupingOptions:
    """What a planner may ask for beyond settings and rules of the project; None takes the setting.

    Parameters
    ----------
    together, apart
        Sets of manager ids; they hold beside the project's own rules.
    leaders
        Managers who each lead a group.
    whole_towns
        Names of towns that may not be split.
    locks
        Ids of mutual-aid groups to keep, beside those marked as locked in the base scheme.
    keeps
        Ids of mutual-aid groups whose members stay together while others may join.
    base_scheme
        Name of the scheme whose locked groups hold and from which change is counted; empty, or where there
        is none of that name: the one in force.
    hard_pair_minutes
        Forbids pairs farther apart than this.
    weights
        Instead of the settings, by the names of `Weights`.
    project_rules
        Whether the rules of the table ``grouping_rules`` hold.
    """

    min_size: int | None = None
    max_size: int | None = None
    target_size: int | None = None
    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    leaders: tuple[str, ...] = ()
    whole_towns: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    base_scheme: str = ""
    hard_pair_minutes: float | None = None
    across_stations: bool = False
    weights: tuple[tuple[str, float], ...] = ()
    project_rules: bool = True


@dataclass(frozen=True)
class ProjectRules:
    """The rules of the table ``grouping_rules`` that hold and name managers on duty.

    Parameters
    ----------
    idle
        Ids of rules that hold but cannot be applied: fewer than two of their managers are on duty, or the
        town has no manager; sorted.
    """

    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    leaders: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()


def grouping_problem(
    project: Project, territory: Territory, work: Workload, able: Qualifications, options: GroupingOptions
) -> GroupingProblem:
    """Put together what the planner needs.

    Raises
    ------
    GridError
        ``bad-group-sizes`` and ``group-sizes-beyond-limits``; ``manager-not-planned`` for a rule that names
        nobody on duty; ``unknown-object`` for a lock that is no group; ``unknown-town``.
    """
    smallest, largest = _sizes(project, options)
    managers = territory.managers
    _known(project, managers, (*options.together, *options.apart, options.leaders))
    rules = project_rules(project, managers) if options.project_rules else ProjectRules()
    by_town = managers_of_towns(project, managers)
    for town in options.whole_towns:
        if town not in by_town:
            raise GridError("unknown-town", town=town, towns="、".join(sorted(by_town)) or "—")
    limit = options.hard_pair_minutes
    stations = project.frame("district_managers").set_index("id")["station"].reindex(list(managers))
    return GroupingProblem.of(
        managers,
        stations=tuple(stations.fillna("")),
        base=_base(project, managers, options.base_scheme),
        minutes=territory.minutes,
        adjacency=territory.adjacency(),
        workload=work.managers["index"].reindex(list(managers)).to_numpy(dtype=float),
        leaders=np.array([one in able.leaders for one in managers], dtype=bool),
        guards=np.array([one in able.guards for one in managers], dtype=bool),
        qualifications_known=able.known,
        min_size=smallest,
        max_size=largest,
        target_size=options.target_size or whole(project, "group.target_size"),
        together=_once(options.together, rules.together),
        apart=_once(options.apart, rules.apart),
        fixed_leaders=tuple(sorted({*options.leaders, *rules.leaders})),
        towns=tuple(Town(one, by_town[one]) for one in sorted({*options.whole_towns, *rules.towns})),
        locks=_locks(project, set(managers), options),
        fixed=_members_of(project, set(managers), set(options.keeps)),
        feeders=_areas_by(project, managers, "feeder"),
        villages=_areas_by(project, managers, "village"),
        weights=_weights(project, options),
        max_pair_minutes=setting(project, "group.max_pair_minutes") if limit is None else limit,
        hard_pair_minutes=limit is not None,
        across_stations=options.across_stations,
        max_candidates=whole(project, "group.max_candidates"),
    )


def project_rules(project: Project, managers: Sequence[str]) -> ProjectRules:
    """Read the rules that hold; of the managers named, those among `managers` (on duty)."""
    on_duty = set(managers)
    by_town = managers_of_towns(project, managers)
    together: list[tuple[str, ...]] = []
    apart: list[tuple[str, ...]] = []
    leaders: list[str] = []
    towns: list[str] = []
    idle: list[str] = []
    rows = project.frame("grouping_rules")
    for row in rows[rows["active"]].sort_values("id").to_dict("records"):
        members = tuple(sorted(set(rule_members(row["members"])) & on_duty))
        if row["kind"] in ("together", "apart") and len(members) > 1:
            (together if row["kind"] == "together" else apart).append(members)
        elif row["kind"] == "leader" and members:
            leaders += members
        elif row["kind"] == "whole_town" and row["town"] in by_town:
            towns.append(row["town"])
        else:
            idle.append(row["id"])
    return ProjectRules(tuple(together), tuple(apart), tuple(leaders), tuple(towns), tuple(idle))


def managers_of_towns(project: Project, managers: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Give those of `managers` who belong to each town: most of their customers live there.

    An area without customers counts as one; a manager without an area in a known town is in none.
    """
    town_of = project.frame("villages").set_index("id")["town"].dropna().to_dict()
    village_of = project.frame("transformer_areas").set_index("id")["village"].dropna().to_dict()
    customers = project.frame("customers")
    count = customers.loc[customers["status"] == "active", "transformer_area"].value_counts().to_dict()
    found: dict[str, list[str]] = {}
    for manager, areas in zip(managers, areas_by_manager(project, managers), strict=True):
        weight: Counter[str] = Counter()
        for area in areas:
            if town := town_of.get(village_of.get(area)):
                weight[town] += max(1, count.get(area, 0))
        if weight:
            most = min(weight, key=lambda town: (-weight[town], town))
            found.setdefault(most, []).append(manager)
    return {town: tuple(sorted(own)) for town, own in sorted(found.items())}


def _once(*rules: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Join rules; one that stands twice counts once."""
    return tuple(dict.fromkeys(tuple(sorted(set(one))) for some in rules for one in some))


def _base(project: Project, managers: Sequence[str], name: str) -> tuple[str, ...]:
    """Give the group of each manager in the base scheme, empty where he had none."""
    scheme = base_scheme(project, name)
    if scheme is None:
        return ()
    rows = project.frame("group_members")
    rows = rows.loc[rows["scheme"] == scheme]
    group_of = dict(zip(rows["manager"], rows["mutual_aid_group"], strict=True))
    return tuple(group_of.get(one, "") for one in managers)


def _areas_by(project: Project, managers: Sequence[str], column: str) -> np.ndarray:
    """Count each manager's areas by feeder or village: one row per manager."""
    labels = project.frame("transformer_areas").set_index("id")[column].dropna()
    codes = {one: n for n, one in enumerate(sorted(set(labels)))}
    number = {area: codes[label] for area, label in labels.items()}
    found = np.zeros((len(managers), len(codes)))
    for n, areas in enumerate(areas_by_manager(project, managers)):
        for area in areas:
            if area in number:
                found[n, number[area]] += 1
    return found


def _weights(project: Project, options: GroupingOptions) -> Weights:
    return replace(weights_of(project), **dict(options.weights))


def with_preset(options: GroupingOptions, name: str) -> GroupingOptions:
    """Fill in what is not asked for with the sizes and weights of a preset; raises ``KeyError``."""
    values = presets()[name].settings
    sizes = {size: int(values[f"group.{size}"]) for size in ("min_size", "max_size", "target_size")}
    given = {size: value for size in sizes if (value := getattr(options, size)) is not None}
    weights = {weight: float(values[behind]) for weight, behind in WEIGHTS.items()}
    return replace(options, **(sizes | given), weights=tuple((weights | dict(options.weights)).items()))


def _sizes(project: Project, options: GroupingOptions) -> tuple[int, int]:
    smallest = whole(project, "group.min_size") if options.min_size is None else options.min_size
    largest = whole(project, "group.max_size") if options.max_size is None else options.max_size
    low, high = whole(project, "group.hard_min_size"), whole(project, "group.hard_max_size")
    if smallest > largest:
        raise GridError("bad-group-sizes", minimum=smallest, maximum=largest)
    if smallest < low or largest > high:
        raise GridError("group-sizes-beyond-limits", minimum=smallest, maximum=largest, low=low, high=high)
    return smallest, largest


def _known(project: Project, managers: Iterable[str], rules: Iterable[tuple[str, ...]]) -> None:
    on_duty = set(managers)
    for one in sorted({one for rule in rules for one in rule}):
        project.table("district_managers").position(one)
        if one not in on_duty:
            raise GridError("manager-not-planned", manager=one)


def _locks(project: Project, on_duty: set[str], options: GroupingOptions) -> tuple[Lock, ...]:
    """Find the groups to keep; of their members those on duty."""
    groups = project.table("mutual_aid_groups")
    for one in (*options.locks, *options.keeps):
        groups.position(one)
    frame = groups.frame
    base = base_scheme(project, options.base_scheme)
    locked = set(frame.loc[frame["locked"] & (frame["scheme"] == base), "id"])
    return _members_of(project, on_duty, {*options.locks, *locked})


def _members_of(project: Project, on_duty: set[str], groups: set[str]) -> tuple[Lock, ...]:
    """Give groups with their members on duty; one that has none is left out."""
    members = project.frame("group_members")
    found = []
    for group in sorted(groups):
        own = members.loc[members["mutual_aid_group"] == group, "manager"]
        kept = tuple(sorted(set(own) & on_duty))
        if kept:
            found.append(Lock(group, kept))
    return tuple(found)


def base_scheme(project: Project, name: str = "") -> str | None:
    """Give the id of the scheme called `name`, else of the one in force, None where there is neither."""
    frame = project.frame("schemes")
    for rows in (frame.loc[frame["name"] == name], frame.loc[frame["in_force"]]):
        if len(rows):
            return str(rows["id"].iloc[0])
    return None
