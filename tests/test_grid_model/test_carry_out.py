"""Carrying a study out, keeping it, finding it again, going back to normal; and earths that stay dead."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from grid_model.abnormal import abnormal_devices, entries_with_images, return_to_normal
from grid_model.carried_out import standing_open
from grid_model.carry_out import CarryOut, SaveOutage, conflicts, load_study
from grid_model.cell_edit import SetCell
from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.history import History, MemoryJournal
from grid_model.kept_outages import ForgetOutage
from grid_model.present import present_stage
from grid_model.project import Project
from grid_model.study import OutageStudy, StudyStep, study_outage
from grid_model.study_faults import open_faults
from grid_model.study_proposal import propose
from grid_model.study_record import fingerprint
from grid_model.topology import TopologyIndex
from grid_model.tracing import trace_outage
from grid_model.wiring import SwitchState
from resources.i18n import N_
from tests.drawing import draw
from tests.test_grid_model.test_tracing import worked_case

TEN = datetime(2026, 11, 20, 10)


def step(minutes: float, action: str, devices: str = "", **more: Any) -> StudyStep:
    return StudyStep(TEN + timedelta(minutes=minutes), action, tuple(devices.split()), **more)


def history(project: Project) -> History:
    return History(project, MemoryJournal("Li"))


def study(project: Project, *steps: StudyStep, state: SwitchState = SwitchState.NORMAL) -> OutageStudy:
    return study_outage(project, steps, state)


def positions(project: Project) -> dict[str, bool]:
    switches = project.frame("switches")
    return dict(zip(switches["id"], switches["open"], strict=True))


def same(one: Project, other: Project) -> bool:
    return all(one.frame(name).equals(other.frame(name)) for name in one.tables)


def planned(project: Project) -> OutageStudy:
    """Open k2, close nothing: T4 is out for an hour."""
    return study(project, step(0, "open", "k2"), step(60, "close", "k2"))


# ------------------------------------------------------------------ carry out


def test_the_present_positions_follow_as_one_edit_and_undo_gives_the_first_state_back() -> None:
    project = worked_case()
    changed = history(project)
    changed.do(CarryOut(study(project, *propose(project, "l1", TEN)[:4]), name="树障"))
    assert {one for one, is_open in positions(changed.project).items() if is_open} == {"k1", "k2"}
    assert len(changed.journal.entries()) == 1
    changed.undo()
    assert same(changed.project, project)
    changed.redo()
    assert {one for one, is_open in positions(changed.project).items() if is_open} == {"k1", "k2"}


def test_it_can_be_carried_out_up_to_a_step() -> None:
    project = worked_case()
    changed = history(project)
    changed.do(CarryOut(study(project, *propose(project, "l1", TEN)), upto=1))
    assert positions(changed.project)["q1"]
    assert not positions(changed.project)["k1"]
    for wrong in (0, 99):
        with pytest.raises(GridError, match="no-such-stage"):
            changed.do(CarryOut(study(project, *propose(project, "l1", TEN)), upto=wrong))


def test_jumpers_cuts_and_earths_come_as_rows_and_go_again() -> None:
    project = draw(
        "s k1 a", "a l1 b", "b l2 c", "s2 k3 d", sources=["s", "s2"], points={"ub": "b", "uc": "c"}
    )
    changed = history(project)
    changed.do(
        CarryOut(
            study(
                project,
                step(0, "cut", "l1"),
                step(1, "open", "l2"),
                step(5, "jumper", "d c"),
                step(9, "earth", "b"),
            )
        )
    )
    switches = changed.project.table("switches")
    assert (switches.row("cut-1")["open"], switches.row("jumper-1")["open"]) == (True, False)
    assert switches.row("cut-2")["line"] == "l2"
    assert changed.project.frame("earths")["node"].tolist() == ["b"]
    assert changed.project.frame("earths")["outage"].tolist() == ["20261120-01"]
    back = study(changed.project, *return_to_normal(changed.project), state=SwitchState.CURRENT)
    changed.do(CarryOut(back))
    assert set(changed.project.frame("switches")["id"]) == {"k1", "k3"}
    assert not len(changed.project.frame("earths"))
    assert not abnormal_devices(changed.project)


def test_a_line_taken_out_and_one_cut_in_the_same_study_are_two_cuts() -> None:
    project = draw("s k1 a", "a l1 b", "b l2 c", sources=["s"], points={"u": "c"})
    changed = history(project)
    changed.do(CarryOut(study(project, step(0, "open", "l1"), step(5, "cut", "l2"))))
    switches = changed.project.table("switches")
    assert {one: switches.row(one)["line"] for one in ("cut-1", "cut-2")} == {"cut-1": "l2", "cut-2": "l1"}


def test_a_study_of_the_normal_state_is_carried_out_where_the_present_one_makes_no_difference() -> None:
    project = worked_case()
    made = study(project, step(0, "open", "k2"))
    changed = history(project)
    changed.do(SetCell("switches", "r1", "open", True))
    changed.do(CarryOut(made))
    assert {one for one, is_open in positions(changed.project).items() if is_open} == {"k2", "r1", "tie1"}
    assert changed.project.table("outages").row("20261120-01")["state"] == "current"
    changed.undo()
    changed.do(SetCell("switches", "tie1", "open", False))  # now nobody goes out with k2
    with pytest.raises(GridError, match="carry-out-from-normal"):
        changed.do(CarryOut(made))
    with pytest.raises(GridError, match="carry-out-from-normal"):
        changed.do(CarryOut(study(project, step(0, "close", "tie1"))))


def test_a_study_is_not_carried_out_on_another_network_than_it_was_made_of() -> None:
    project = worked_case()
    made = study(project, step(0, "open", "k2"))
    changed = history(project)
    changed.do(SetCell("ac_line_segments", "l1", "in_service", False))
    with pytest.raises(GridError, match="study-outdated"):
        changed.do(CarryOut(made))
    assert len(changed.journal.entries()) == 1


def test_where_nothing_was_done_nothing_is_carried_out() -> None:
    project = worked_case()
    with pytest.raises(GridError, match="nothing-carried-out"):
        history(project).do(CarryOut(study(project, step(0, "restore"))))


def test_a_transformer_left_open_is_open_at_present_until_a_study_closes_it() -> None:
    project = worked_case()
    changed = history(project)
    changed.do(CarryOut(study(project, step(0, "open", "t2"))))
    assert standing_open(changed.project) == (("power_transformers", "t2"),)
    [one] = abnormal_devices(changed.project)
    assert (one.table, one.id, one.position, one.outage, one.step) == (
        "power_transformers", "t2", "open", "20261120-01", 1,
    )  # fmt: skip
    normal, now = (TopologyIndex.build(changed.project, state) for state in SwitchState)
    node = changed.project.table("connectivity_nodes").position(
        changed.project.table("power_transformers").row("t2")["lv_node"]
    )
    assert (normal.supplied[node], now.supplied[node]) == (True, False)
    with pytest.raises(GridError, match="already-open"):
        study(changed.project, step(5, "open", "t2"), state=SwitchState.CURRENT)
    back = return_to_normal(changed.project)
    assert [(one.action, one.devices) for one in back] == [("close", ("power_transformers:t2",))]
    changed.do(CarryOut(study(changed.project, *back, state=SwitchState.CURRENT)))
    assert (standing_open(changed.project), abnormal_devices(changed.project)) == ((), ())
    changed.undo()
    assert standing_open(changed.project) == (("power_transformers", "t2"),)
    changed.undo()
    assert standing_open(changed.project) == ()
    assert same(changed.project, project)


def test_a_line_taken_out_is_mended_by_closing_its_cut_which_knows_its_outage() -> None:
    project = draw("s k1 a", "a l1 b", sources=["s"], points={"u": "b"})
    changed = history(project)
    changed.do(CarryOut(study(project, step(0, "open", "l1"))))
    [cut] = abnormal_devices(changed.project)
    assert (cut.id, cut.position, cut.outage, cut.step) == ("cut-1", "cut", "20261120-01", 1)
    with pytest.raises(GridError, match="cut-in-place") as refused:
        study(changed.project, step(60, "close", "l1"), state=SwitchState.CURRENT)
    assert refused.value.values["cuts"] == "cut-1"
    changed.do(CarryOut(study(changed.project, step(60, "close", "cut-1"), state=SwitchState.CURRENT)))
    assert abnormal_devices(changed.project) == ()


def test_a_whole_outage_with_its_way_back_is_recorded_with_its_actual_times() -> None:
    project = worked_case()
    changed = history(project)
    changed.do(CarryOut(study(project, *propose(project, "l1", TEN)), name="树障"))
    row = changed.project.table("outages").row("20261120-01")
    assert (row["actual_off"], row["actual_on"]) == ("2026-11-20T10:00:00", "2026-11-20T13:00:00")
    assert positions(changed.project) == positions(project)
    assert (open_faults(changed.project), abnormal_devices(changed.project)) == ((), ())
    changed.undo()
    assert same(changed.project, project)


def test_a_source_that_tripped_is_off_at_present_until_a_study_closes_it() -> None:
    project = draw("s q a", "a k1 b", sources=["s"], points={"u": "b"})
    made = study(project, *propose(project, "q", TEN))
    assert made.stages[0].trip is not None
    assert made.stages[0].trip.sources == ("@s",)
    changed = history(project)
    changed.do(CarryOut(made, upto=1))
    row = changed.project.table("outages").row("20261120-01")
    assert (row["actual_off"], row["actual_on"]) == ("2026-11-20T10:00:00", None)
    assert standing_open(changed.project) == (("energy_sources", "@s"),)
    [one] = abnormal_devices(changed.project)
    assert (one.table, one.id, one.position, one.step) == ("energy_sources", "@s", "off", 1)
    stage = present_stage(changed.project)
    assert (stage.customers_out, [fault.id for fault in stage.faults]) == (("u",), ["q"])
    with pytest.raises(GridError, match="energises-fault"):  # the only source there is
        study(changed.project, step(60, "close", "sources:@s"), state=SwitchState.CURRENT)
    assert return_to_normal(changed.project) == ()
    back = return_to_normal(changed.project, repaired=True)
    assert [(one.action, one.devices[0]) for one in back] == [
        ("repair", "switches:q"), ("close", "energy_sources:@s"),
    ]  # fmt: skip
    changed.do(CarryOut(study(changed.project, *back, state=SwitchState.CURRENT)))
    assert (standing_open(changed.project), abnormal_devices(changed.project)) == ((), ())
    assert list(present_stage(changed.project).customers_out) == []


def test_a_kept_study_of_the_present_state_begins_with_the_source_that_was_off() -> None:
    project = draw("s q a", "a k1 b", "z k2 c", sources=["s", "z"], points={"u": "b", "v": "c"})
    changed = history(project)
    changed.do(CarryOut(study(project, step(0, "fault", "k1"), step(5, "open", "sources:@z"))))
    made = study(changed.project, step(60, "close", "sources:@z"), state=SwitchState.CURRENT)
    changed.do(CarryOut(made))
    again = load_study(changed.project, "20261120-02")
    assert (again.same_network, again.differences) == (True, ())
    assert [one.id for one in again.study.stages[0].sources] == ["@z"]


def test_a_whole_outage_by_a_source_that_tripped_is_recorded_with_its_end() -> None:
    project = draw("s q a", "a k1 b", sources=["s"], points={"u": "b"})
    changed = history(project)
    changed.do(CarryOut(study(project, *propose(project, "q", TEN))))
    assert changed.project.table("outages").row("20261120-01")["actual_on"] == "2026-11-20T13:00:00"
    assert standing_open(changed.project) == ()


def test_no_record_is_deleted_that_says_what_stands_open() -> None:
    project = draw("s k1 a", "a t1 b", sources=["s"], points={"u": "b"})
    changed = history(project)
    changed.do(CarryOut(study(project, step(0, "open", "t1"))))
    with pytest.raises(GridError, match="outage-holds-present") as refused:
        changed.do(ForgetOutage("20261120-01"))
    assert refused.value.values["devices"] == "t1"


# ------------------------------------------------------------------ kept studies


def test_a_kept_study_comes_out_the_same_again() -> None:
    project = worked_case()
    made = study(project, *propose(project, "l1", TEN))
    kept = history(project)
    kept.do(SaveOutage(made, "演练"))
    again = load_study(kept.project, "20261120-01")
    assert (again.same_network, again.differences, again.carried_out) == (True, (), None)
    assert again.study.user_hours == made.user_hours
    row = kept.project.table("outages").row("20261120-01")
    assert (row["name"], row["device"], row["planned_off"]) == (
        "演练",
        "ac_line_segments:l1",
        "2026-11-20T10:00:00",
    )


def test_a_study_carried_out_from_the_present_state_comes_out_the_same_again() -> None:
    project = worked_case()
    changed = history(project)
    changed.do(SetCell("switches", "k2", "open", True))
    made = study(changed.project, step(0, "close", "tie1"), step(5, "open", "k1"), state=SwitchState.CURRENT)
    changed.do(CarryOut(made))
    again = load_study(changed.project, "20261120-01")
    assert (again.same_network, again.differences, again.carried_out) == (True, (), 2)


def test_a_changed_network_is_said_to_be_another() -> None:
    project = worked_case()
    kept = history(project)
    kept.do(SaveOutage(planned(project)))
    kept.do(SetCell("power_transformers", "t4", "in_service", False))
    again = load_study(kept.project, "20261120-01")
    assert not again.same_network
    assert set(again.differences) == {"stages", "user_hours", "customers"}


def test_an_outage_without_steps_cannot_be_played() -> None:
    project = draw("s k1 a", sources=["s"], rows={"outages": {"x": {"result": "{nonsense"}}})
    with pytest.raises(GridError, match="no-study-kept"):
        load_study(project, "x")


def test_plans_that_overlap_in_time_and_devices_or_areas_are_conflicts() -> None:
    project = worked_case()
    kept = history(project)
    kept.do(SaveOutage(planned(project), "换杆"))
    found = conflicts(kept.project, study(project, step(30, "open", "k1"), step(90, "close", "k1")))
    assert [(one.kind, one.ids, one.name) for one in found] == [("area", ("T4",), "换杆")]
    assert (found[0].start, found[0].end) == (TEN + timedelta(minutes=30), TEN + timedelta(minutes=60))
    assert {one.kind for one in conflicts(kept.project, planned(project))} == {"device", "area"}
    assert not conflicts(kept.project, planned(project), own="20261120-01")
    assert not conflicts(kept.project, study(project, step(61, "open", "k2")))


def test_a_way_back_is_not_in_the_way_of_the_outage_it_ends() -> None:
    project = worked_case()
    changed = history(project)
    changed.do(CarryOut(study(project, *propose(project, "l1", TEN)), upto=4))
    back = study(
        changed.project, *return_to_normal(changed.project, repaired=True), state=SwitchState.CURRENT
    )
    assert conflicts(changed.project, back) == []


def test_the_record_has_planned_times_when_kept_and_actual_ones_when_carried_out() -> None:
    project = worked_case()
    made = study(project, *propose(project, "l1", TEN))
    changed = history(project)
    changed.do(SaveOutage(made, "演练"))
    row = changed.project.table("outages").row("20261120-01")
    assert (row["planned_off"], row["planned_on"]) == ("2026-11-20T10:00:00", "2026-11-20T13:00:00")
    assert (row["actual_off"], row["actual_on"]) == (None, None)
    changed.do(CarryOut(made, upto=4, outage="20261120-01"))
    row = changed.project.table("outages").row("20261120-01")
    assert (row["name"], row["planned_on"]) == ("演练", "2026-11-20T13:00:00")
    assert (row["actual_off"], row["actual_on"]) == ("2026-11-20T10:00:00", None)
    assert len(changed.project.frame("outages")) == 1


def test_keeping_a_study_again_does_not_forget_that_it_was_carried_out() -> None:
    project = worked_case()
    made = study(project, *propose(project, "l1", TEN)[:4])
    changed = history(project)
    changed.do(CarryOut(made))
    changed.do(SaveOutage(made, "改名", "20261120-01"))
    assert changed.project.table("outages").row("20261120-01")["name"] == "改名"
    assert load_study(changed.project, "20261120-01").carried_out == 4
    assert [one.id for one in open_faults(changed.project)] == ["l1"]


# ------------------------------------------------------------------ abnormal state, and back


def test_what_is_abnormal_says_since_when_by_whom_and_by_which_step() -> None:
    project = worked_case()
    changed = history(project)
    changed.do(SetCell("switches", "k2", "open", True))
    changed.do(
        CarryOut(study(changed.project, step(0, "close", "tie1"), state=SwitchState.CURRENT), name="转供")
    )
    found = {one.id: one for one in abnormal_devices(changed.project, entries_with_images(changed.journal))}
    assert (found["k2"].position, found["k2"].who, found["k2"].outage) == ("open", "Li", "")
    assert found["k2"].values["id"] == "k2"
    assert (found["tie1"].position, found["tie1"].outage, found["tie1"].step) == ("closed", "20261120-01", 1)
    assert found["tie1"].step_time == "2026-11-20T10:00"


def test_the_way_back_takes_nobody_s_supply_where_a_short_loop_is_allowed() -> None:
    moved = {"k2": True, "tie1": False}
    for allowed, darkened in ((0, True), (1, False)):
        project = worked_case().edit()
        project.insert("settings", [{"id": "outage.short_loop_allowed", "value": str(allowed)}])
        project.update("switches", list(moved), open=list(moved.values()))
        steps = return_to_normal(project.project)
        back = study_outage(project.project, steps, SwitchState.CURRENT)
        assert any(stage.customers_out for stage in back.stages) == darkened
        changed = history(project.project)
        changed.do(CarryOut(back))
        assert not abnormal_devices(changed.project)


def test_an_open_fault_is_known_until_it_is_repaired_and_is_not_put_under_voltage() -> None:
    project = worked_case()
    changed = history(project)
    changed.do(CarryOut(study(project, *propose(project, "l1", TEN)[:4])))
    assert [one.id for one in open_faults(changed.project)] == ["l1"]
    assert return_to_normal(changed.project) == ()
    with pytest.raises(GridError, match="energises-fault"):
        study(changed.project, step(0, "close", "k1"), state=SwitchState.CURRENT)
    steps = return_to_normal(changed.project, repaired=True)
    changed.do(CarryOut(study(changed.project, *steps, state=SwitchState.CURRENT)))
    assert (open_faults(changed.project), abnormal_devices(changed.project)) == ((), ())
    changed.undo()
    assert [one.id for one in open_faults(changed.project)] == ["l1"]


def test_the_way_back_leaves_earths_and_closes_nothing_onto_a_fault_before_it_is_repaired() -> None:
    project = draw(
        "s q a", "a l1 b", "b k1 c", "c l2 d", "d k2 e", "e l3 f", sources=["s"], points={"u": "f"}
    )
    changed = history(project)
    steps = (step(0, "fault", "l2"), step(10, "isolate"), step(15, "open", "k2"), step(20, "earth", "l2"))
    changed.do(CarryOut(study(project, *steps)))
    assert positions(changed.project)["k2"]
    assert return_to_normal(changed.project) == ()
    actions = [one.action for one in return_to_normal(changed.project, repaired=True)]
    assert (actions[:2], set(actions[2:])) == (["repair", "unearth"], {"close"})


def test_the_way_back_feeds_no_busbar_from_behind_and_drops_each_user_once() -> None:
    project = draw(
        "s q a", "a k1 b", "b l1 c", "c !tie d", "d q2 z", sources=["s", "z"], points={"u": "a", "v": "c"}
    )
    steps = propose(project, "q", TEN)
    repaired = [one.action for one in steps].index("repair")
    order = [(one.action, *one.devices) for one in steps[repaired + 1 :]]
    assert order == [("close", "sources:@s"), ("open", "tie"), ("close", "k1")]
    back = study_outage(project, steps).stages[repaired:]
    assert [one for stage in back for one in stage.customers_out] == ["v"]


def test_a_proposal_leaves_a_tripped_breaker_that_cannot_be_operated_and_the_tie_that_feeds_behind_it() -> (
    None
):
    network = ("s q a", "a k1 b", "b l1 c", "c k2 d", "d !tie e", "e q2 z")
    project = draw(*network, sources=["s", "z"], points={"u": "d"})
    steps = propose(project, "l1", TEN, inoperable=["q"])
    operated = {device for one in steps for device in one.devices if one.action in ("open", "close")}
    assert "q" not in operated
    found = study_outage(project, steps, inoperable=["q"])
    assert (found.not_restored, "tie" in operated) == ((), True)


# ------------------------------------------------------------------ earths


def test_a_what_if_of_the_present_state_warns_of_earths_and_open_faults_it_would_put_under_voltage() -> None:
    project = draw("s q a", "a l1 b", "b k1 c", "c l2 d", sources=["s"], points={"u": "d"})
    changed = history(project)
    changed.do(
        CarryOut(study(project, step(0, "fault", "l2"), step(10, "isolate"), step(20, "earth", "nodes:d")))
    )
    found = trace_outage(changed.project, [("close", "k1")], SwitchState.CURRENT).dangers
    assert {(one.code, one.id) for one in found} == {("energises-earth", "d"), ("energises-fault", "l2")}
    assert trace_outage(changed.project, [("open", "q")], SwitchState.CURRENT).dangers == ()


class Earth:
    """Place an earth, or take it away."""

    title = N_("Set “{column}” of {id}")

    def __init__(self, node: str, *, away: bool = False) -> None:
        self.node, self.away = node, away
        self.values: dict[str, str] = {}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        draft = project.edit()
        if self.away:
            draft.delete("earths", [f"e-{self.node}"])
        else:
            draft.insert("earths", [{"id": f"e-{self.node}", "node": self.node}])
        return draft.finish()


def earthed() -> History:
    """s –k1– a –l1– b –k2– c, k1 open, b earthed."""
    changed = history(draw("s k1 a", "a l1 b", "b k2 c", sources=["s"], points={"u": "b"}))
    changed.do(SetCell("switches", "k1", "open", True))
    changed.do(Earth("b"))
    return changed


def test_no_edit_puts_an_earth_under_voltage() -> None:
    changed = earthed()
    before = changed.project
    with pytest.raises(GridError, match="energises-earth"):
        changed.do(SetCell("switches", "k1", "open", False))
    assert changed.project is before
    assert len(changed.journal.entries()) == 2
    changed.do(SetCell("switches", "k2", "open", True))


def test_no_undo_and_no_redo_puts_an_earth_under_voltage() -> None:
    changed = history(draw("s k1 a", "a l1 b", sources=["s"], points={"u": "b"}))
    changed.do(SetCell("switches", "k1", "open", True))
    changed.do(SetCell("switches", "k1", "open", False))
    changed.undo()
    # k1 open again: what redo would bring back must not meet an earth that came by another way
    project = changed.project.edit()
    project.insert("earths", [{"id": "e", "node": "b"}])
    changed._project = project.project
    with pytest.raises(GridError, match="energises-earth"):
        changed.redo()
    with pytest.raises(GridError, match="energises-earth"):
        changed.undo()
    assert positions(changed.project)["k1"]


def test_an_earth_that_is_live_already_hinders_nothing_else() -> None:
    changed = history(
        draw("s k1 a", "s k2 b", sources=["s"], rows={"earths": {"e": {"node": "a"}}}, points={"u": "b"})
    )
    changed.do(SetCell("switches", "k2", "open", True))
    assert [one.live for one in abnormal_devices(changed.project) if one.table == "earths"] == [True]


def test_a_study_of_the_present_state_knows_the_earths_that_stand() -> None:
    changed = earthed()
    with pytest.raises(GridError, match="energises-earth"):
        study(changed.project, step(0, "close", "k1"), state=SwitchState.CURRENT)
    found = study(changed.project, step(0, "unearth", "b"), step(5, "close", "k1"), state=SwitchState.CURRENT)
    changed.do(CarryOut(found))
    assert not len(changed.project.frame("earths"))


def test_the_network_s_version_changes_with_the_network_and_not_with_positions_or_jumpers() -> None:
    project = worked_case()
    version = fingerprint(project)
    assert fingerprint(worked_case()) == version
    same_network: tuple[tuple[str, str, str, Any], ...] = (
        ("switches", "k1", "open", True),
        ("switches", "k1", "name", "石桥线"),
    )
    another: tuple[tuple[str, str, str, Any], ...] = (
        ("switches", "k1", "normal_open", True),
        ("switches", "k1", "node_b", "s2"),
        ("power_transformers", "t1", "rated_kva", 315.0),
        ("customers", "c1", "transformer_area", "T2"),
        ("customers", "c1", "transformer_area", "T1"),
    )
    for table, one, column, value in same_network:
        draft = project.edit()
        draft.update(table, [one], **{column: value})
        assert fingerprint(draft.project) == version
    found = {version}
    for table, one, column, value in another:
        draft = project.edit()
        draft.update(table, [one], **{column: value})
        found.add(fingerprint(draft.project))
    assert len(found) == 1 + len(another)
    draft = project.edit()
    draft.insert("switches", [{"id": "jumper-1", "kind": "jumper", "node_a": "s1", "node_b": "s2"}])
    assert fingerprint(draft.project) == version
