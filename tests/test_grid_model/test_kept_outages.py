"""Kept studies as a list: times, cost, conflicts; renamed, deleted, and no name twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from grid_model.carry_out import CarryOut, SaveOutage
from grid_model.errors import GridError
from grid_model.history import History, MemoryJournal
from grid_model.kept_outages import ForgetOutage, RenameOutage, kept_outages, refuse_taken_name
from grid_model.project import Project
from grid_model.study import OutageStudy, StudyStep, study_outage
from grid_model.study_proposal import propose
from tests.project_values import same_rows
from tests.test_grid_model.test_tracing import worked_case

TEN = datetime(2026, 11, 20, 10)


def opened(project: Project, switch: str, minutes: float = 0) -> OutageStudy:
    """A switch opens for an hour."""
    at = TEN + timedelta(minutes=minutes)
    steps = [StudyStep(at, "open", (switch,)), StudyStep(at + timedelta(hours=1), "close", (switch,))]
    return study_outage(project, steps)


def kept(*studies: tuple[OutageStudy, str]) -> History:
    changed = History(worked_case(), MemoryJournal("Li"))
    for study, name in studies:
        changed.do(SaveOutage(study, name))
    return changed


def test_the_list_tells_times_cost_and_the_latest_first() -> None:
    project = worked_case()
    study = study_outage(project, propose(project, "l1", TEN))
    changed = kept((opened(project, "k2"), "早"), (study, "l1 树障"))
    first, second = kept_outages(changed.project)
    assert (first.name, second.name) == ("l1 树障", "早")
    assert first.mv_hours == pytest.approx(study.user_hours.mv_users, abs=1e-6)
    assert (first.off, first.on) == ("2026-11-20T10:00:00", "2026-11-20T13:00:00")
    assert (first.steps, first.carried_out, first.withdrawn) == (8, 0, False)


def test_plans_that_meet_in_time_and_place_are_each_others_conflicts_and_others_are_not() -> None:
    project = worked_case()
    study = study_outage(project, propose(project, "l1", TEN))
    changed = kept(
        (study, "fault"), (opened(project, "k2", 30), "meets"), (opened(project, "k2", 600), "later")
    )
    by_name = {one.name: one for one in kept_outages(changed.project)}
    assert by_name["fault"].conflicts == (by_name["meets"].id,)
    assert by_name["meets"].conflicts == (by_name["fault"].id,)
    assert by_name["later"].conflicts == ()
    changed.do(CarryOut(opened(project, "k2", 30), 1, "meets", by_name["meets"].id))
    carried = {one.name: one for one in kept_outages(changed.project)}
    assert carried["meets"].carried_out == 1
    assert carried["fault"].conflicts == (), "what is being done is no plan any more"


def test_a_name_is_changed_and_none_is_given_twice() -> None:
    project = worked_case()
    changed = kept((opened(project, "k2"), "one"), (opened(project, "k2", 600), "two"))
    two, one = kept_outages(changed.project)
    changed.do(RenameOutage(two.id, " three "))
    assert kept_outages(changed.project)[0].name == "three"
    with pytest.raises(GridError) as caught:
        changed.do(RenameOutage(two.id, "one"))
    assert (caught.value.code, caught.value.values) == ("outage-name-taken", {"name": "one", "id": one.id})
    with pytest.raises(GridError, match="outage-name-missing"):
        changed.do(RenameOutage(two.id, " "))
    refuse_taken_name(changed.project, "one", one.id)
    changed.undo()
    assert kept_outages(changed.project)[0].name == "two"


def test_a_kept_study_is_deleted_and_comes_back_by_undo() -> None:
    changed = kept((opened(worked_case(), "k2"), "one"))
    before = changed.project
    changed.do(ForgetOutage(kept_outages(before)[0].id))
    assert kept_outages(changed.project) == ()
    changed.undo()
    same_rows(changed.project, before)


def test_a_record_that_alone_knows_an_open_fault_is_not_deleted() -> None:
    project = worked_case()
    study = study_outage(project, propose(project, "l1", TEN))
    changed = History(project, MemoryJournal("Li"))
    changed.do(CarryOut(study, 3, "l1"))
    [one] = kept_outages(changed.project)
    with pytest.raises(GridError) as caught:
        changed.do(ForgetOutage(one.id))
    assert caught.value.code == "outage-has-open-fault"
    assert "l1" in str(caught.value.values["devices"])
    changed.undo()
    changed.do(CarryOut(study, 5, "l1"))
    changed.do(ForgetOutage(kept_outages(changed.project)[0].id))
    assert kept_outages(changed.project) == (), "repaired: it can go"
