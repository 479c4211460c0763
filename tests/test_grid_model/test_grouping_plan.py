"""From a project to a grouping problem: sizes from settings, locks from schemes, persons on duty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from grid_model.errors import GridError
from grid_model.grouping import GroupingProblem
from grid_model.grouping.plan import GroupingOptions, grouping_problem
from grid_model.project import Project, ProjectInfo
from grid_model.qualification import qualifications
from grid_model.territory import Border, Territory, managers_on_duty
from grid_model.workload import workload

SCHEMES: dict[str, list[dict[str, object]]] = {
    "schemes": [{"id": "S1", "name": "现行", "in_force": True}, {"id": "S2", "name": "草案"}],
    "mutual_aid_groups": [
        {"id": "G1", "scheme": "S1", "name": "一", "locked": True},
        {"id": "G2", "scheme": "S1", "name": "二"},
        {"id": "G3", "scheme": "S2", "name": "三", "locked": True},
    ],
    "group_members": [
        {"id": f"{group}{one}", "scheme": scheme, "mutual_aid_group": group, "manager": one}
        for scheme, group, own in (("S1", "G1", "abc"), ("S1", "G2", "def"), ("S2", "G3", "bcd"))
        for one in own
    ],
}


def made(
    options: GroupingOptions, away: str = "", **frames: Sequence[Mapping[str, object]]
) -> GroupingProblem:
    rows = [{"id": one, "name": one, "active": one not in away} for one in "abcdef"]
    tables = {name: pd.DataFrame(list(own)) for name, own in (frames | {"district_managers": rows}).items()}
    project = Project.of(ProjectInfo(), tables)
    managers = managers_on_duty(project)
    n = len(managers)
    borders = tuple(Border(a, b, 100.0) for a, b in pairwise(managers))
    territory = Territory(managers, np.zeros(n), np.zeros(n), np.zeros((n, n)), borders)
    return grouping_problem(project, territory, workload(project), qualifications(project), options)


def test_sizes_and_weights_come_from_the_settings() -> None:
    rows = [{"id": "group.max_size", "value": "6"}, {"id": "group.size_weight_min", "value": "7"}]
    problem = made(GroupingOptions(), settings=rows)
    assert (problem.min_size, problem.max_size, problem.target_size) == (3, 6, 4)
    assert problem.weights.size_min == 7.0 and not problem.hard_pair_minutes
    assert made(GroupingOptions(max_size=4), settings=rows).max_size == 4


def test_sizes_beyond_the_limits_are_refused() -> None:
    with pytest.raises(GridError, match="group-sizes-beyond-limits"):
        made(GroupingOptions(min_size=1))
    with pytest.raises(GridError, match="group-sizes-beyond-limits"):
        made(GroupingOptions(max_size=9))
    with pytest.raises(GridError, match="bad-group-sizes"):
        made(GroupingOptions(min_size=6))


def test_locked_groups_of_the_scheme_in_force_hold_and_others_on_request() -> None:
    def locks(options: GroupingOptions, away: str = "") -> list[tuple[str, str]]:
        return [(one.group, "".join(one.members)) for one in made(options, away, **SCHEMES).locks]

    assert locks(GroupingOptions()) == [("G1", "abc")]
    assert locks(GroupingOptions(locks=("G2",))) == [("G1", "abc"), ("G2", "def")]
    assert locks(GroupingOptions(base_scheme="草案")) == [("G3", "bcd")]
    assert locks(GroupingOptions(base_scheme="新的")) == [("G1", "abc")]
    assert locks(GroupingOptions(), away="b") == [("G1", "ac")]
    with pytest.raises(GridError, match="unknown-object"):
        locks(GroupingOptions(locks=("G9",)))


def test_rules_for_persons_unknown_or_not_on_duty_are_refused() -> None:
    with pytest.raises(GridError, match="unknown-object"):
        made(GroupingOptions(together=(("a", "nobody"),)))
    with pytest.raises(GridError, match="manager-not-planned"):
        made(GroupingOptions(apart=(("a", "b"),)), away="b")


def test_a_limit_given_makes_the_pair_rule_hard() -> None:
    problem = made(GroupingOptions(hard_pair_minutes=12.5))
    assert problem.hard_pair_minutes and problem.max_pair_minutes == 12.5
