"""An outage with times: isolation, restoration, user-hours, refusals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.study import OutageStudy, StudyStep, read_steps, study_outage
from tests.drawing import draw
from tests.test_grid_model.test_tracing import worked_case


def play(project: Project, *steps: tuple[str, str, str], **more: Any) -> OutageStudy:
    read = [
        StudyStep(datetime.fromisoformat(f"2026-11-20T{time}"), action, tuple(devices.split()))
        for time, action, devices in steps
    ]
    return study_outage(project, read, **more)


def test_the_worked_case_in_all_its_stages() -> None:
    study = play(
        worked_case(),
        ("10:00", "fault", "l1"),
        ("10:40", "open", "k1 k2"),
        ("10:40", "close", "q1"),
        ("11:10", "close", "tie1"),
        ("13:00", "repair", ""),
        ("13:00", "normal", ""),
    )
    out = [stage.areas for stage in study.stages]
    assert out == [
        ("T1", "T2", "T4", "T5"),
        ("T1", "T2", "T4", "T5"),
        ("T2", "T4", "T5"),
        ("T2", "T5"),
        ("T2", "T5"),
        (),
    ]
    assert [stage.backup for stage in study.stages] == [("c3",)] * 5 + [()]
    assert round(study.user_hours.mv_users, 3) == 7.833
    assert {(one.kind, one.id) for one in study.back_feed} >= {("pv", "pv5"), ("second_supply", "c3")}
    assert {one.id: one.flag for one in study.back_feed if one.kind == "pv"} == {"pv5": "over-25"}
    times = {
        one.area: (one.off.strftime("%H:%M"), one.on and one.on.strftime("%H:%M"))
        for one in study.interruptions
    }
    assert times == {
        "T1": ("10:00", "10:40"),
        "T2": ("10:00", "13:00"),
        "T4": ("10:00", "11:10"),
        "T5": ("10:00", "13:00"),
    }


def test_the_worked_case_by_its_own_proposals() -> None:
    study = play(
        worked_case(),
        ("10:00", "fault", "l1"),
        ("10:40", "isolate", ""),
        ("11:10", "restore", ""),
        ("13:00", "repair", ""),
        ("13:00", "normal", ""),
    )
    trip, isolated, restored, *_rest = study.stages
    assert [one.id for one in trip.opened] == ["q1"]
    assert ([one.id for one in isolated.opened], [one.id for one in isolated.closed]) == (
        ["k1", "k2"],
        ["q1"],
    )
    assert [(one.switch.id, one.check) for one in isolated.ties] == [("tie1", "unchecked")]
    assert [one.id for one in restored.closed] == ["tie1"]
    assert [one.id for one in restored.live_from_behind] == ["k2"]
    assert round(study.user_hours.mv_users, 3) == 7.833


def test_the_worked_case_where_k1_is_a_breaker() -> None:
    study = play(
        worked_case("b1"),
        ("10:00", "fault", "l1"),
        ("10:40", "isolate", ""),
        ("11:10", "restore", ""),
        ("13:00", "repair", ""),
        ("13:00", "normal", ""),
    )
    assert round(study.user_hours.mv_users, 3) == 7.167
    assert "T1" not in {one.area for one in study.interruptions}


def test_a_switch_marked_inoperable_is_passed_over_and_the_next_one_found() -> None:
    network = draw(
        "s q1 a", "a k1 b", "b k2 c", "c l1 d", "d k3 e", sources=["s"], points={"u": "a", "v": "b", "w": "e"}
    )
    study = play(network, ("10:00", "fault", "l1"), ("10:30", "isolate", ""), inoperable=["k2"])
    isolated = study.stages[1]
    assert isolated.isolation is not None
    assert [one.id for one in isolated.isolation.open] == ["k1"]
    assert [one.id for one in isolated.isolation.passed_over] == ["k2"]
    assert isolated.customers_back == ("u",)
    with pytest.raises(GridError, match="inoperable"):
        play(network, ("10:00", "open", "k2"), inoperable=["k2"])


def test_a_dead_end_needs_no_isolating_switch() -> None:
    network = draw("s q1 a", "a k1 b", "b l1 c", "c k2 d", sources=["s"], points={"u": "a", "v": "d"})
    isolation = play(network, ("10:00", "fault", "l1"), ("10:30", "isolate", "")).stages[1].isolation
    assert isolation is not None
    assert [one.id for one in isolation.open] == ["k1"]


def test_a_tie_that_would_carry_too_much_is_not_closed() -> None:
    network = draw(
        "s1 q1 a", "a l1 b", "b k2 c", "c t1 m", "c !tie1 d", "d q2 s2", sources=["s1", "s2"],
        areas={"T": "t1"}, points={"u": "m"},
        rows={"feeders": {"F2": {"name": "F2", "head_switch": "q2", "limit_kva": 30.0}}},
    )  # fmt: skip
    study = play(network, ("10:00", "fault", "l1"), ("10:30", "isolate", ""), ("11:00", "restore", ""))
    assert [(one.switch.id, one.check, one.margin_kva) for one in study.stages[1].ties] == [
        ("tie1", "too-much", -10.0)
    ]
    assert study.stages[2].customers_back == ()
    assert study.not_restored == ("u",)


def test_a_tie_into_the_faulted_part_is_not_proposed() -> None:
    network = draw("s1 q1 a", "a l1 b", "b !tie1 c", "c q2 s2", sources=["s1", "s2"], points={"u": "b"})
    study = play(network, ("10:00", "fault", "l1"), ("10:30", "isolate", ""), ("11:00", "restore", ""))
    assert [stage.ties for stage in study.stages] == [(), (), ()]
    assert study.not_restored == ("u",)


def test_what_is_not_back_is_counted_up_to_the_end_given() -> None:
    network = draw("s k1 a", sources=["s"], points={"u": "a", "v": "a"})
    study = play(network, ("10:00", "open", "k1"), until=datetime(2026, 11, 20, 12, 30))
    assert (study.user_hours.lv_customers, study.not_restored) == (5.0, ("u", "v"))


def test_a_fault_must_not_be_energised() -> None:
    with pytest.raises(GridError, match="energises-fault"):
        play(worked_case(), ("10:00", "fault", "l1"), ("10:05", "close", "q1"))
    play(worked_case(), ("10:00", "fault", "l1"), ("10:05", "repair", "l1"), ("10:05", "close", "q1"))


def test_an_earthed_point_must_not_be_energised() -> None:
    network = draw("s k1 a", "a l1 b", sources=["s"], points={"u": "b"})
    with pytest.raises(GridError, match="energises-earth"):
        play(network, ("10:00", "earth", "l1"))
    with pytest.raises(GridError, match="energises-earth"):
        play(network, ("10:00", "open", "k1"), ("10:05", "earth", "l1"), ("11:00", "close", "k1"))
    play(
        network,
        ("10:00", "open", "k1"),
        ("10:05", "earth", "l1"),
        ("11:00", "unearth", "l1"),
        ("11:00", "close", "k1"),
    )


def test_times_must_not_run_backwards() -> None:
    with pytest.raises(GridError, match="times-out-of-order"):
        play(worked_case(), ("10:00", "open", "k1"), ("09:00", "close", "k1"))


def test_steps_are_read_from_a_file_with_clock_times_on_the_planning_date() -> None:
    steps, more = read_steps(
        {
            "state": "current",
            "until": "12:00",
            "inoperable": ["k2"],
            "steps": [
                {"time": "9:30", "action": "open", "device": "k1"},
                {"time": "2026-11-20T10:00", "action": "close", "devices": ["k1"]},
            ],
        },
        "2026-11-20",
    )
    assert [step.time.hour for step in steps] == [9, 10]
    assert (more["until"].hour, more["state"].value, more["inoperable"]) == (12, "current", ("k2",))


@pytest.mark.parametrize("content", [
    [], {}, {"steps": ["open"]}, {"steps": [{"time": "morning", "action": "open", "device": "k1"}]},
    {"steps": [{"time": "10:00", "action": "open", "devices": [1]}]}, {"steps": [], "state": "old"},
])  # fmt: skip
def test_a_file_that_is_no_list_of_steps_is_refused(content: Any) -> None:
    with pytest.raises(GridError, match="bad-steps"):
        read_steps(content, "2026-11-20")


def test_an_unknown_action_names_the_known_ones() -> None:
    with pytest.raises(GridError, match="unknown-step"):
        play(worked_case(), ("10:00", "explode", "l1"))
    with pytest.raises(GridError, match="step-without-device"):
        play(worked_case(), ("10:00", "open", ""))
    with pytest.raises(GridError, match="no-fault"):
        play(worked_case(), ("10:00", "isolate", ""))
