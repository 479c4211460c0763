"""The network as it stands now against the normal state: as the study that was carried out left it."""

from __future__ import annotations

from datetime import datetime

import pytest

from grid_model.carry_out import CarryOut
from grid_model.history import History, MemoryJournal
from grid_model.present import present_stage
from grid_model.study import StudyStep, study_outage
from grid_model.study_picture import painted
from grid_model.study_proposal import propose
from grid_model.wiring import Device
from tests.test_grid_model.test_tracing import worked_case

TEN = datetime(2026, 11, 20, 10)


@pytest.mark.parametrize("upto", range(1, 9))
def test_what_a_study_left_when_carried_out_is_what_stands_now(upto: int) -> None:
    project = worked_case()
    study = study_outage(project, propose(project, "l1", TEN))
    assert len(study.stages) == 8
    changed = History(project, MemoryJournal("Li"))
    if upto == 8:  # everything stands as before: nothing to carry out
        now, left = present_stage(project), study.stages[-1]
    else:
        changed.do(CarryOut(study, upto=upto))
        now, left = present_stage(changed.project), study.stages[upto - 1]
    assert now.counts == left.counts
    assert (now.areas, now.faults, now.loops) == (left.areas, left.faults, left.loops)
    assert set(now.live_from_behind) == set(left.live_from_behind)
    assert set(now.customers_out) == set(left.outage.customer_ids(left.outage.judged("customers").out))
    seen, drawn = painted(now), painted(left)
    for name in ("dead", "isolated", "fault", "opened", "closed", "areas_out", "areas_partly"):
        assert getattr(seen, name) == getattr(drawn, name), name


def test_in_the_normal_state_nobody_is_out_and_nothing_stands_otherwise() -> None:
    stage = present_stage(worked_case())
    assert stage.counts.lv_customers == 0
    assert (stage.opened, stage.closed, stage.faults, stage.earthed) == ((), (), (), ())


def test_an_earth_carried_out_is_known_at_present() -> None:
    project = worked_case()
    steps = [*propose(project, "l1", TEN)[:2]]
    study = study_outage(project, [*steps, StudyStep(TEN.replace(hour=11), "earth", ("l1",))])
    changed = History(project, MemoryJournal("Li"))
    changed.do(CarryOut(study))
    stage = present_stage(changed.project)
    assert stage.faults == (Device("ac_line_segments", "l1"),)
    assert set(stage.earthed) == set(study.stages[-1].earthed)
    assert painted(stage).earthed == painted(study.stages[-1]).earthed
