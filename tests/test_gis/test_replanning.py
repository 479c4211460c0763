"""Somebody leaves, comes or is ill: the stand-in takes over first, and few change their group."""

from __future__ import annotations

import pytest

from gis.planning import planning_basis
from gis.replanning import assign, assign_problem, choose_stand_ins, replan, scheme_basis
from gis.sample import make_sample
from gis.scheme_checks import check_scheme
from grid_model.errors import GridError
from grid_model.feedback import SILENT
from grid_model.grouping.editing import PutAssignment
from grid_model.grouping.scheme_edits import CopyScheme, owners
from grid_model.grouping.schemes import scheme_named
from grid_model.history import History
from grid_model.project import Project

GONE = "81010003"


@pytest.fixture(scope="module")
def sample() -> Project:
    return make_sample("small", 1, SILENT)


def areas_of(project: Project, manager: str) -> set[str]:
    rows = project.frame("transformer_areas")
    return set(rows.loc[rows["manager"] == manager, "id"])


def test_while_somebody_is_ill_his_stand_ins_cover_and_his_areas_stay_his(sample: Project) -> None:
    found = replan(sample, (GONE,), temporary=True)
    rows = sample.frame("transformer_areas").set_index("id")
    assert {one.area for one in found.takeovers} == areas_of(sample, GONE)
    assert all(one.after == rows.at[one.area, "backup_manager"] for one in found.takeovers)
    assert found.options and all(one.plan.grouping.status == "optimal" for one in found.options)
    kept, _changes = found.as_scheme("病假方案").apply(sample)
    scheme = scheme_named(kept, "病假方案")
    assert owners(kept, scheme) == owners(sample, None)
    members = kept.frame("group_members")
    assert GONE not in set(members.loc[members["scheme"] == scheme, "manager"])


def test_who_leaves_is_followed_by_stand_ins_and_mates_and_few_change_group() -> None:
    sample = make_sample("typical", 1, SILENT)
    found = replan(sample, (GONE,))
    assert {one.area for one in found.takeovers} == areas_of(sample, GONE)
    assert all(one.before == GONE and one.after != GONE for one in found.takeovers)
    least, *others = found.options
    assert all(least.left_mates < one.left_mates and least.cost_min > one.cost_min for one in others)
    assert least.left_mates <= 3
    history = History(sample)
    history.do(found.as_scheme("调整方案"))
    scheme = scheme_named(history.project, "调整方案")
    assert scheme is not None
    said = owners(history.project, scheme)
    assert {one.area: said[one.area] for one in found.takeovers} == {
        one.area: one.after for one in found.takeovers
    }
    # He is still in the table; that he is in no group is said.
    issues = check_scheme(history.project, scheme, found.basis.outlines)
    assert [(one.code, one.object_id) for one in issues if one.severity.value == "error"] == [
        ("manager-in-no-group", GONE)
    ]
    history.undo()
    assert history.project.frame("area_assignments").empty


def test_who_comes_gets_areas_around_him(sample: Project) -> None:
    draft = sample.edit()
    row = sample.table("district_managers").row(GONE)
    new = {**row, "id": "81019999", "name": "新来", "active": False}
    draft.insert("district_managers", [{name: value for name, value in new.items() if name != "fid"}])
    project, _changes = draft.finish()
    found = replan(project, joining=("81019999",))
    got = [one for one in found.takeovers if one.after == "81019999"]
    assert got and all(one.why == "joined" for one in got)
    assert any("81019999" in group.members for group in found.options[0].plan.grouping.groups)


def test_strange_persons_are_refused(sample: Project) -> None:
    with pytest.raises(GridError, match="unknown-object"):
        replan(sample, ("nobody",))
    with pytest.raises(GridError, match="manager-on-duty"):
        replan(sample, joining=(GONE,))


def test_everybody_has_a_stand_in_of_his_group_where_that_is_possible(sample: Project) -> None:
    basis = planning_basis(sample)
    found = choose_stand_ins(basis)
    owned = {one: manager for one, manager in owners(sample, None).items() if manager is not None}
    assert set(found.stand_in_of) == set(owned) and not found.without
    assert all(owned[area] != one and one in basis.able.guards for area, one in found.stand_in_of.items())
    assert len(found.outside) < len(owned) / 5
    loads = [one for name, one in found.loads.items() if name in basis.able.guards]
    assert max(loads) < 1.6 * sum(loads) / len(loads)


def test_areas_are_assigned_within_limits_connected_and_kept_under_a_scheme(sample: Project) -> None:
    basis = planning_basis(sample)
    problem = assign_problem(basis)
    found = assign(problem, time_limit_s=2.0)
    assert found.objective is not None and found.bound is not None and found.bound <= found.objective
    assert found.status == ("feasible" if found.cut_by else "optimal")
    assert all(0.6 <= load.ratio <= 1.25 for load in found.loads)
    project, _changes = CopyScheme("FA01", "重新分派").apply(sample)
    scheme = scheme_named(project, "重新分派")
    assert scheme is not None
    project, _changes = PutAssignment(scheme, found.manager_of).apply(project)
    there = scheme_basis(project, scheme, basis=basis)
    assert there.areas.broken() == ()
    assert sorted(there.areas.areas_of(found.loads[0].manager)) == sorted(found.loads[0].areas)
