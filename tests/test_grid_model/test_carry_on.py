"""An outage is carried out as it happens, part by part: the end is the same as in one go."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from grid_model.abnormal import abnormal_devices
from grid_model.carried_out import recorded_result, standing_open
from grid_model.carry_out import CarryOut, SaveOutage, load_study
from grid_model.cell_edit import SetCell
from grid_model.earth_places import earths_of
from grid_model.errors import GridError
from grid_model.history import History, MemoryJournal
from grid_model.project import Project
from grid_model.study import OutageStudy, StudyStep, study_outage
from grid_model.study_faults import open_faults
from grid_model.study_proposal import propose
from grid_model.wiring import SwitchState
from tests.conftest import scaled
from tests.drawing import draw
from tests.test_grid_model.test_earths_at_line_ends import with_line_end_switches
from tests.test_grid_model.test_faults_stay_dead import ALSO, accepted, random_steps
from tests.test_grid_model.test_tracing import worked_case
from ui.outage_answer import play
from ui.outage_plan import Plan

TEN = datetime(2026, 11, 20, 10)
OUTAGE = "20261120-01"


def step(minutes: float, action: str, devices: str = "", **more: Any) -> StudyStep:
    return StudyStep(TEN + timedelta(minutes=minutes), action, tuple(devices.split()), **more)


def history(project: Project) -> History:
    return History(project, MemoryJournal("Li"))


def stands(project: Project) -> tuple[object, ...]:
    """What stands at present, cuts and jumpers by their places."""
    rows = project.frame("switches")[["id", "kind", "node_a", "node_b", "line", "open"]].fillna("")
    switches = [
        tuple(row[1:] if row[1] in ("cut", "jumper") else row)
        for row in rows.itertuples(index=False, name=None)
    ]
    return (
        sorted(switches, key=str),
        set(earths_of(project)),
        set(open_faults(project)),
        standing_open(project),
    )


def record(project: Project, outage: str) -> dict[str, Any]:
    """What the row of the outage says, without what differs by how it was come to."""
    row = project.table("outages").row(outage)
    result = recorded_result(row["result"])
    done = result["carried_out"]
    return {
        "times": (row["actual_off"], row["actual_on"]),
        "stages": [
            stage | {"opened": sorted(stage["opened"]), "closed": sorted(stage["closed"])}
            for stage in result["stages"]
        ],
        "hours": result["user_hours"],
        "done": {name: done[name] for name in ("upto", "devices", "faults", "repaired", "open")},
    }


# ------------------------------------------------------------------ as it happens


def test_the_worked_case_is_carried_out_trip_isolation_transfer_and_repair_one_after_another() -> None:
    project = worked_case()
    made = study_outage(project, propose(project, "l1", TEN))
    parts, whole = history(project), history(project)
    parts.do(SaveOutage(made, "树障"))
    for upto in (1, 2, 4, 8):
        parts.do(CarryOut(load_study(parts.project, OUTAGE).study, upto, outage=OUTAGE))
        whole.do(CarryOut(made, upto, outage=OUTAGE))
        assert stands(parts.project) == stands(whole.project)
        assert record(parts.project, OUTAGE) == record(whole.project, OUTAGE)
        whole.undo()
    assert (abnormal_devices(parts.project), open_faults(parts.project)) == ((), ())
    assert len(parts.project.frame("outages")) == 1
    assert parts.project.table("outages").row(OUTAGE)["name"] == "树障"
    for _part in range(5):
        parts.undo()
    assert all(parts.project.frame(name).equals(project.frame(name)) for name in project.tables)


def test_what_was_switched_elsewhere_meanwhile_is_in_nobody_s_way_unless_it_changes_who_is_out() -> None:
    project = draw(
        "S q A", "A k1 B", "B l1 C", "C k2 D", "D !tie E", "E q2 Z", "Z k7 F",
        sources=["S", "Z"], points={"u": "A", "v": "C", "w": "D", "x": "F"},
    )  # fmt: skip
    steps = (step(0, "fault", "l1"), step(30, "isolate"), step(40, "close", "tie"))
    made = study_outage(project, steps)
    changed = history(project)
    changed.do(CarryOut(made, 2, outage=OUTAGE))
    changed.do(SetCell("switches", "k7", "open", True))
    changed.do(CarryOut(made, 3, outage=OUTAGE))
    switches = changed.project.table("switches")
    assert {one for one in switches.frame["id"] if switches.row(one)["open"]} == {"k1", "k2", "k7"}
    changed.undo()
    changed.do(SetCell("switches", "q2", "open", True))
    with pytest.raises(GridError, match="carry-out-from-normal"):
        changed.do(CarryOut(made, 3, outage=OUTAGE))


def test_where_its_own_switches_stand_otherwise_by_now_it_is_not_gone_on_with() -> None:
    project = worked_case()
    made = study_outage(project, propose(project, "l1", TEN))
    changed = history(project)
    changed.do(CarryOut(made, 3, outage=OUTAGE))
    changed.do(SetCell("switches", "q1", "open", True))
    with pytest.raises(GridError, match="carried-out-changed") as refused:
        changed.do(CarryOut(made, 4, outage=OUTAGE))
    assert refused.value.values == {"n": 3, "devices": "q1"}
    changed.undo()
    changed.do(CarryOut(made, 4, outage=OUTAGE))


def test_the_steps_to_come_may_be_others_than_were_planned() -> None:
    """Those done may not: then it is another outage."""
    project = worked_case()
    steps = list(propose(project, "l1", TEN))
    changed = history(project)
    changed.do(CarryOut(study_outage(project, steps), 3, outage=OUTAGE))
    others = [*steps[:3], step(200, "repair"), step(205, "close", "k1 k2")]
    changed.do(CarryOut(study_outage(project, others), outage=OUTAGE))
    assert (abnormal_devices(changed.project), open_faults(changed.project)) == ((), ())
    assert changed.project.table("outages").row(OUTAGE)["actual_on"] == "2026-11-20T13:25:00"


def test_a_line_taken_out_a_jumper_and_an_earth_go_again_in_a_later_part() -> None:
    project = draw(
        "s k1 a", "a l1 b", "b l2 c", "s2 k3 d", sources=["s", "s2"], points={"ub": "b", "uc": "c"}
    )
    steps = (
        step(0, "open", "k1"), step(1, "open", "l1"), step(2, "cut", "l2"), step(3, "jumper", "d c"),
        step(4, "earth", "b"), step(50, "unearth", "b"), step(51, "open", "jumper-1"),
        step(52, "close", "cut-1"), step(53, "close", "l1"), step(54, "close", "k1"),
    )  # fmt: skip
    made = study_outage(project, steps)
    for first in range(1, len(steps)):
        changed = history(project)
        changed.do(CarryOut(made, first, outage=OUTAGE))
        changed.do(CarryOut(made, outage=OUTAGE))
        assert abnormal_devices(changed.project) == (), first
        assert set(changed.project.frame("switches")["id"]) == {"k1", "k3"}, first


def test_a_cut_that_stood_before_stays_when_its_line_is_taken_out_and_put_back() -> None:
    project = draw("s k1 a", "a l1 b", "b k2 c", sources=["s"], points={"u": "c"})
    changed = history(project)
    changed.do(CarryOut(study_outage(project, [step(0, "cut", "l1")]), outage="before"))
    steps = [step(10, "open", "l1"), step(20, "open", "k2"), step(30, "close", "k2")]
    made = study_outage(changed.project, steps, SwitchState.CURRENT)
    cuts = []
    for upto in (1, 2, 3):
        changed.do(CarryOut(made, upto, outage=OUTAGE))
        switches = changed.project.frame("switches")
        cuts.append(set(switches["id"][switches["kind"] == "cut"]))
    assert cuts == [{"cut-1", "cut-2"}] * 3


@pytest.mark.parametrize("first", [1, 2])
def test_what_stood_before_and_was_taken_away_is_known_when_the_outage_is_opened_or_gone_on_with(
    first: int,
) -> None:
    project = draw("s k1 a", "a l1 b", "z k2 c", sources=["s", "z"], points={"u": "b"})
    changed = history(project)
    changed.do(
        CarryOut(study_outage(project, [step(0, "cut", "l1"), step(5, "jumper", "c b")]), outage="before")
    )
    steps = [step(60, "open", "jumper-1"), step(70, "close", "cut-1"), step(80, "open", "k2")]
    made = study_outage(changed.project, steps, SwitchState.CURRENT)
    changed.do(CarryOut(made, first, outage=OUTAGE))
    changed.do(CarryOut(made, 3, outage=OUTAGE))
    assert set(changed.project.frame("switches")["id"]) == {"k1", "k2"}
    again = load_study(changed.project, OUTAGE)
    assert (again.same_network, again.differences, again.carried_out) == (True, (), 3)


# ------------------------------------------------------------------ whatever happens


PUT_BACK = 594
"""Where a cut of before is taken away and put back by the outage, so that rows stand in another order."""


@pytest.mark.parametrize("seed", sorted({*range(scaled(6, 600)), PUT_BACK}))
def test_in_parts_or_in_one_go_the_end_is_the_same(seed: int) -> None:
    dice = random.Random(seed)
    project = with_line_end_switches(seed, dice)
    if (before := accepted(project, random_steps(project, dice)[:3])) is not None and dice.random() < 0.5:
        began = history(project)
        _try(began, before, None, "before")
        project = began.project
    made = accepted(project, random_steps(project, dice))
    if made is None:
        return
    parts, whole = history(project), history(project)
    ways = sorted(dice.sample(range(1, len(made.stages) + 1), dice.randint(1, len(made.stages))))
    if not _try(whole, made, ways[-1], "X"):
        return
    for upto in ways:
        if not _try(parts, made, upto, "X"):
            assert upto != ways[-1]
    assert stands(parts.project) == stands(whole.project)
    assert record(parts.project, "X") == record(whole.project, "X")


def _try(changed: History, study: OutageStudy, upto: int | None, outage: str) -> bool:
    try:
        changed.do(CarryOut(study, upto, outage=outage))
    except GridError as error:
        assert error.code in ALSO - {"carried-out-changed"}, error
        return False
    return True


def test_random_studies_are_of_both_states() -> None:
    """The cases above mean something: some begin where faults, earths and cuts stand already."""
    found = 0
    for seed in range(10):
        dice = random.Random(seed)
        project = with_line_end_switches(seed, dice)
        made = accepted(project, random_steps(project, dice))
        found += made is not None and made.state is SwitchState.CURRENT and len(made.stages) > 2
    assert found > 3


def test_steps_changed_by_hand_are_played_from_where_the_outage_began() -> None:
    project = worked_case()
    changed = history(project)
    changed.do(SetCell("switches", "r1", "open", True))
    steps = tuple(propose(project, "l1", TEN))
    made = study_outage(changed.project, steps, SwitchState.CURRENT)
    changed.do(CarryOut(made, 3, outage=OUTAGE))
    others = Plan((*made.steps[:3], step(90, "close", "tie1")), state="current", outage=OUTAGE)
    played = play(changed.project, others)
    assert played.refusal is None and played.answer is not None
    assert played.answer.study.stages[3].counts == made.stages[3].counts
    assert play(changed.project, Plan(others.steps, state="current")).refusal is not None
    changed.do(SetCell("switches", "q1", "open", True))
    refusal = play(changed.project, others).refusal
    assert refusal is not None and refusal.error.code == "carried-out-changed"
