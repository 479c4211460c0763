"""From a project to a grouping problem: sizes from settings, locks from schemes, persons on duty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from grid_model.errors import GridError
from grid_model.grouping import GroupingProblem
from grid_model.grouping.plan import GroupingOptions, grouping_problem, project_rules
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


RULES: list[dict[str, object]] = [
    {"id": "R1", "kind": "together", "members": '["b", "a"]'},
    {"id": "R2", "kind": "apart", "members": '["c", "d", "e"]'},
    {"id": "R3", "kind": "leader", "members": '["f"]'},
    {"id": "R4", "kind": "apart", "members": '["a", "f"]', "active": False},
    {"id": "R5", "kind": "whole_town", "town": "青禾镇"},
    {"id": "R6", "kind": "whole_town", "town": "nowhere"},
    {"id": "R7", "kind": "together", "members": '["a"]'},
    {"id": "R8", "kind": "apart", "members": "a, b"},
]


def _areas(managers: str, village: str, feeder: str) -> list[dict[str, object]]:
    return [{"id": f"T{one}", "manager": one, "village": village, "feeder": feeder} for one in managers]


TOWNS: dict[str, list[dict[str, object]]] = {
    "villages": [
        {"id": "v1", "name": "石桥村", "town": "青禾镇"},
        {"id": "v2", "name": "柳洲村", "town": "柳洲镇"},
    ],
    "transformer_areas": [
        *_areas("abc", "v1", "F1"),
        *_areas("def", "v2", "F2"),
        {"id": "Tc2", "manager": "c", "village": "v2", "feeder": "F2"},
    ],
    "customers": [{"id": f"{n:010d}", "transformer_area": "Tc2"} for n in range(3)],
}


def test_the_projects_rules_hold_beside_those_asked_for() -> None:
    asked = GroupingOptions(together=(("a", "b"), ("d", "e")), leaders=("a",))
    problem = made(asked, "", grouping_rules=RULES, **TOWNS)
    assert problem.together == (("a", "b"), ("d", "e"))
    assert problem.apart == (("c", "d", "e"),)
    assert problem.fixed_leaders == ("a", "f")
    assert [(one.name, one.members) for one in problem.towns] == [("青禾镇", ("a", "b"))]
    without = made(replace(asked, project_rules=False), "", grouping_rules=RULES, **TOWNS)
    assert without.apart == () and without.fixed_leaders == ("a",) and without.towns == ()


def test_a_rule_counts_only_who_is_on_duty_and_says_where_it_cannot_be_applied() -> None:
    tables = {"grouping_rules": RULES, **TOWNS}
    frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    frames["district_managers"] = pd.DataFrame([{"id": one, "name": one} for one in "abcdef"])
    found = project_rules(Project.of(ProjectInfo(), frames), tuple("acde"))
    assert found.together == () and found.apart == (("c", "d", "e"),) and found.leaders == ()
    assert found.idle == ("R1", "R3", "R6", "R7", "R8") and found.towns == ("青禾镇",)


def test_a_town_that_does_not_exist_is_refused() -> None:
    with pytest.raises(GridError, match="unknown-town"):
        made(GroupingOptions(whole_towns=("nowhere",)), "", **TOWNS)


def test_change_is_counted_from_the_base_scheme_and_feeders_by_areas() -> None:
    problem = made(GroupingOptions(weights=(("change_min", 9.0),)), "", **SCHEMES, **TOWNS)
    assert problem.base == ("G1", "G1", "G1", "G2", "G2", "G2")
    assert problem.weights.change_min == 9.0 and problem.weights.travel == 1.0
    assert problem.feeders is not None and problem.feeders[2].tolist() == [1 / 3, 1 / 4]
    assert made(GroupingOptions(base_scheme="草案"), "", **SCHEMES).base == ("", "G3", "G3", "G3", "", "")
    assert [
        (one.group, one.members) for one in made(GroupingOptions(keeps=("G2",)), "", **SCHEMES).fixed
    ] == [("G2", ("d", "e", "f"))]
