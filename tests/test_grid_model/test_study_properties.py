"""Random networks and random studies: what must hold whatever happens."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from grid_model.carry_out import CarryOut
from grid_model.errors import GridError
from grid_model.history import History, MemoryJournal
from grid_model.project import Project
from grid_model.study import OutageStudy, StudyStep, study_outage
from grid_model.study_proposal import Proposal, plan_fault
from grid_model.topology import SwitchState
from tests.conftest import scaled
from tests.test_grid_model.random_networks import (
    judged,
    positions,
    random_networks,
    supplied,
    supply_points,
)

TEN = datetime(2026, 11, 20, 10)
REFUSED = {
    "already-open", "already-closed", "out-of-service", "energises-fault", "energises-earth", "cut-in-place"
}  # fmt: skip


def random_study(project: Project, dice: random.Random, state: SwitchState) -> OutageStudy:
    """A few openings and closings at rising times, those left out that are refused."""
    devices = [
        f"{table}:{one}" for table in ("switches", "ac_line_segments") for one in project.frame(table)["id"]
    ]
    steps: list[StudyStep] = []
    at = TEN
    found = None
    while devices and len(steps) < 5:
        at += timedelta(minutes=dice.choice((0, 1, 7, 30)))
        for action in dice.sample(("open", "close"), 2):
            step = StudyStep(at, action, (dice.choice(devices),))
            try:
                found = study_outage(project, [*steps, step], state, until=at + timedelta(minutes=11))
            except GridError as error:
                assert error.code in REFUSED, error
                continue
            steps.append(step)
            break
        else:
            if dice.random() < 0.2:
                break
    return found or study_outage(project, [StudyStep(TEN, "repair")], state)


@pytest.mark.parametrize("seed", range(scaled(15, 600)))
def test_user_hours_are_what_counting_every_customer_and_minute_gives(seed: int) -> None:
    dice = random.Random(seed)
    project = random_networks([seed], size=8)
    state = dice.choice(list(SwitchState))
    try:
        study = random_study(project, dice, state)
    except GridError as error:
        assert error.code in ("network-without-source", "no-fault")
        return
    points = supply_points(project)
    classes = dict(
        zip(project.frame("customers")["id"], project.frame("customers")["customer_class"], strict=True)
    )
    usages = dict(
        zip(
            project.frame("transformer_areas")["id"], project.frame("transformer_areas")["usage"], strict=True
        )
    )
    closed = positions(project, state)
    before = supplied(project, closed)
    mv = lv = 0.0
    hours: dict[str, float] = {}
    for n, stage in enumerate(study.stages):
        table, name = stage.step.devices[0].split(":")
        closed = closed | {(table, name): stage.step.action == "close"}
        end = study.stages[n + 1].step.time if n + 1 < len(study.stages) else study.until
        spent = (end - stage.step.time) / timedelta(hours=1)
        now = supplied(project, closed)
        out, _partly = judged(points["customers"], before, now)
        areas, _some = judged(points["areas"], before, now)
        lv += spent * sum(classes[one] != "mv" for one in out)
        mv += spent * sum(classes[one] == "mv" for one in out)
        mv += spent * sum(usages[one] != "dedicated" for one in areas)
        for one in out:
            hours[one] = hours.get(one, 0.0) + spent
    assert study.user_hours.lv_customers == pytest.approx(lv)
    assert study.user_hours.mv_users == pytest.approx(mv)
    told = {one.id: one.hours for one in study.customers if one.status == "out"}
    assert {one: spent for one, spent in told.items() if spent} == {
        one: pytest.approx(spent) for one, spent in hours.items() if spent
    }


@pytest.mark.parametrize("seed", range(scaled(15, 600)))
def test_carrying_a_study_out_makes_the_present_follow_it_and_undo_gives_the_first_state_back(
    seed: int,
) -> None:
    dice = random.Random(seed)
    project = random_networks([seed], size=8)
    try:
        study = random_study(project, dice, SwitchState.CURRENT)
        upto = dice.randint(1, len(study.stages))
        history = History(project, MemoryJournal())
        history.do(CarryOut(study, upto))
    except GridError as error:
        assert error.code in ("network-without-source", "no-fault", "nothing-carried-out")
        return
    closed = positions(project, SwitchState.CURRENT)
    for stage in study.stages[:upto]:
        table, name = stage.step.devices[0].split(":")
        closed[table, name] = stage.step.action == "close"
    assert supplied(history.project, positions(history.project, SwitchState.CURRENT)) == supplied(
        project, closed
    )
    history.undo()
    assert all(history.project.frame(name).equals(project.frame(name)) for name in project.tables)


# ------------------------------------------------------------------ proposals


def proposals(seed: int) -> list[tuple[Project, str, Proposal]]:
    dice = random.Random(seed)
    project = random_networks([seed], size=9)
    found = []
    for table in ("ac_line_segments", "switches", "power_transformers"):
        names = project.frame(table)["id"].tolist()
        for name in dice.sample(names, min(2, len(names))):
            fault = f"{table}:{name}"
            try:
                found.append((project, fault, plan_fault(project, fault, TEN)))
            except GridError as error:
                assert error.code in ("network-without-source", "out-of-service"), error
    return found


@pytest.mark.parametrize("seed", range(scaled(25, 800)))
def test_a_proposal_can_be_played_isolates_with_no_switch_too_many_and_ends_as_it_began(seed: int) -> None:
    for project, fault, proposal in proposals(seed):
        study = study_outage(project, proposal.steps)  # raises where a step would energise the fault
        assert {stage.step.action for stage in study.stages} <= {"fault", "open", "close", "repair"}
        last = study.stages[-1]
        assert (last.faults, last.outage.operated, last.counts.lv_customers) == ((), ((), ()), 0)
        for one in proposal.isolation.open:
            assert could_feed(project, proposal, one.id), (fault, one)


def could_feed(project: Project, proposal: Proposal, switch: str) -> bool:
    """Whether a source could come to `switch` past the isolated part, over what is closed or may close."""
    closed = positions(project, SwitchState.NORMAL)
    for row in project.frame("switches").to_dict("records"):
        if row["is_operable"] and row["in_service"]:
            closed["switches", row["id"]] = True
    for one in (*proposal.isolation.open, *proposal.isolation.keep_open):
        closed[one.table, one.id] = False
    row = project.table("switches").row(switch)
    ends = {row["node_a"], row["node_b"]}
    if not row["node_b"]:
        line = project.table("ac_line_segments").row(row["line"])
        ends = {line["node_a"], line["node_b"]}
    return bool(ends & supplied(project, closed))
