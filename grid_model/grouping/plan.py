"""From a project to a grouping problem: sizes and weights from its settings, locks from its schemes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from grid_model.errors import GridError
from grid_model.grouping.problem import GroupingProblem, Lock, Weights
from grid_model.project import Project
from grid_model.qualification import Qualifications
from grid_model.settings import setting, whole
from grid_model.territory import Territory
from grid_model.workload import Workload


@dataclass(frozen=True)
class GroupingOptions:
    """What a planner may ask for beyond the settings; None takes the setting.

    Parameters
    ----------
    together, apart
        Sets of manager ids.
    locks
        Ids of mutual-aid groups to keep, beside those marked as locked in the base scheme.
    base_scheme
        Name of the scheme whose locked groups hold; empty: the one in force.
    hard_pair_minutes
        Forbids pairs farther apart than this.
    """

    min_size: int | None = None
    max_size: int | None = None
    target_size: int | None = None
    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    locks: tuple[str, ...] = ()
    base_scheme: str = ""
    hard_pair_minutes: float | None = None
    across_stations: bool = False


def grouping_problem(
    project: Project, territory: Territory, work: Workload, able: Qualifications, options: GroupingOptions
) -> GroupingProblem:
    """Put together what the planner needs.

    Raises
    ------
    GridError
        ``bad-group-sizes`` and ``group-sizes-beyond-limits``; ``manager-not-planned`` for a rule that names
        nobody on duty; ``unknown-object`` for a lock that is no group.
    """
    smallest, largest = _sizes(project, options)
    managers = territory.managers
    _known(project, managers, (*options.together, *options.apart))
    limit = options.hard_pair_minutes
    stations = project.frame("district_managers").set_index("id")["station"].reindex(list(managers))
    return GroupingProblem.of(
        managers,
        stations=tuple(stations.fillna("")),
        minutes=territory.minutes,
        adjacency=territory.adjacency(),
        workload=work.managers["index"].reindex(list(managers)).to_numpy(dtype=float),
        leaders=np.array([one in able.leaders for one in managers], dtype=bool),
        guards=np.array([one in able.guards for one in managers], dtype=bool),
        qualifications_known=able.known,
        min_size=smallest,
        max_size=largest,
        target_size=options.target_size or whole(project, "group.target_size"),
        together=options.together,
        apart=options.apart,
        locks=_locks(project, set(managers), options),
        weights=Weights(
            travel=setting(project, "group.travel_weight"),
            imbalance_min=setting(project, "group.imbalance_weight_min"),
            size_min=setting(project, "group.size_weight_min"),
        ),
        max_pair_minutes=setting(project, "group.max_pair_minutes") if limit is None else limit,
        hard_pair_minutes=limit is not None,
        across_stations=options.across_stations,
        max_candidates=whole(project, "group.max_candidates"),
    )


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
            raise GridError("manager-not-planned", id=one)


def _locks(project: Project, on_duty: set[str], options: GroupingOptions) -> tuple[Lock, ...]:
    """Find the groups to keep; of their members those on duty."""
    groups = project.table("mutual_aid_groups")
    for one in options.locks:
        groups.position(one)
    frame = groups.frame
    base = _base_scheme(project, options.base_scheme)
    wanted = frame["id"].isin(options.locks) | (frame["locked"] & (frame["scheme"] == base))
    members = project.frame("group_members")
    locks = []
    for group in sorted(frame.loc[wanted, "id"]):
        own = members.loc[members["mutual_aid_group"] == group, "manager"]
        kept = tuple(sorted(set(own) & on_duty))
        if kept:
            locks.append(Lock(group, kept))
    return tuple(locks)


def _base_scheme(project: Project, name: str) -> str | None:
    """Give the id of the scheme called `name`, else of the one in force, None where there is neither."""
    frame = project.frame("schemes")
    for rows in (frame.loc[frame["name"] == name], frame.loc[frame["in_force"]]):
        if len(rows):
            return str(rows["id"].iloc[0])
    return None
