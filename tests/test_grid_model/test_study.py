"""An outage with times: isolation, restoration, user-hours, refusals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.study import OutageStudy, Stage, StudyStep, read_steps, steps_document, study_outage
from grid_model.study_picture import Fed, painted
from grid_model.study_proposal import ProposalTimes, propose
from grid_model.study_reliability import reliability
from grid_model.wiring import Device
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
    with pytest.raises(GridError, match="earth-live"):
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
    with pytest.raises(GridError, match=r"bad-steps?-?"):
        read_steps(content, "2026-11-20")


def test_that_nobody_loses_supply_is_said_of_what_was_live_only() -> None:
    network = draw("s q a", "a k1 b", "b k2 c", "c k3 d", sources=["s"], points={"u": "b"})
    found = play(network, ("10:00", "open", "k3"), ("10:05", "open", "q"), ("10:10", "open", "k1"))
    assert [stage.notes for stage in found.stages] == [("nothing-downstream",), (), ()]


def test_an_unknown_action_names_the_known_ones() -> None:
    with pytest.raises(GridError, match="unknown-step"):
        play(worked_case(), ("10:00", "explode", "l1"))
    with pytest.raises(GridError, match="step-without-device"):
        play(worked_case(), ("10:00", "open", ""))
    with pytest.raises(GridError, match="no-fault"):
        play(worked_case(), ("10:00", "isolate", ""))


# ------------------------------------------------------------------ customers, figures, pictures


def test_each_customer_has_class_basis_times_and_reason() -> None:
    study = by_proposal()
    told = {one.id: (one.status, one.basis, one.off, one.on, round(one.hours, 3)) for one in study.customers}
    ten, end = datetime(2026, 11, 20, 10), datetime(2026, 11, 20, 13)
    assert told == {
        "c1": ("out", "topology", ten, datetime(2026, 11, 20, 10, 40), 0.667),
        "c2": ("out", "topology", ten, end, 3.0),
        "c4": ("out", "topology", ten, datetime(2026, 11, 20, 11, 10), 1.167),
        "c5": ("out", "topology", ten, end, 3.0),
        "c3": ("backup", "topology", ten, end, 0.0),
    }
    reason = study.reasons(["c5", "c3"])
    assert [one.id for one in reason["c5"].path] == ["t5", "r1", "l1", "k1", "q1"]
    assert reason["c5"].open_point == reason["c3"].open_point == Device("switches", "q1")


def test_a_reason_names_what_was_open_when_the_customer_first_lost_supply() -> None:
    network = draw("s k1 a", "a k2 b", sources=["s"], points={"u": "a", "v": "b"})
    study = play(network, ("10:00", "open", "k2"), ("11:00", "open", "k1"))
    found = study.reasons(["u", "v"])
    assert [str(found[one].open_point) for one in ("u", "v")] == ["switches:k1", "switches:k2"]


def test_customers_that_cannot_be_judged_are_listed_where_their_area_is_out_and_counted_everywhere() -> None:
    network = draw(
        "s k1 a", "a t1 m", "z k2 y", sources=["s"], areas={"T": "t1"},
        points={"u": "m", "v": "y", "w": "y", "x": ""},
        customers={"v": {"transformer_area": "T"}, "x": {}},
    )  # fmt: skip
    study = play(network, ("10:00", "open", "k1"))
    assert [(one.id, one.status, one.basis) for one in study.customers] == [
        ("u", "out", "topology"), ("v", "unknown", "topology"),
    ]  # fmt: skip
    assert (study.unknown, study.unlinked) == (3, 1)


def test_what_comes_back_within_the_minute_was_not_out() -> None:
    network = draw("s k1 a", sources=["s"], points={"u": "a"})
    study = play(network, ("10:00", "open", "k1"), ("10:00", "close", "k1"), ("11:00", "open", "k1"))
    assert [one.spells for one in study.customers] == [((datetime(2026, 11, 20, 11), None),)]
    assert [(one.area, one.on) for one in study.interruptions] == []


def test_two_spells_are_two_and_one_without_a_break_is_one() -> None:
    network = draw("s k1 a", "a k2 b", sources=["s"], points={"u": "b"})
    study = play(
        network, ("10:00", "open", "k1"), ("11:00", "close", "k1"), ("11:00", "open", "k2"),
        ("12:00", "close", "k2"), ("13:00", "open", "k2"), ("13:30", "close", "k2"),
    )  # fmt: skip
    (one,) = study.customers
    assert [(off.hour, on and on.hour) for off, on in one.spells] == [(10, 12), (13, 13)]
    assert one.hours == 2.5


def station(public: int, dedicated: int, more: int) -> Project:
    """`public` and `dedicated` users behind k1, the last 7 of them behind k2 too, `more` others elsewhere."""
    users = public + dedicated
    places = ["a" if n < users - 7 else "b" for n in range(users)] + ["s"] * more
    kinds = ["dedicated" if n < dedicated else "public" for n in range(users)] + ["public"] * more
    drawn = [f"{place} t{n} m{n}" for n, place in enumerate(places)]
    return draw(
        "s k1 a", "a k2 b", *drawn, sources=["s"],
        areas={f"T{n}": f"t{n}" for n in range(len(places))},
        points={f"c{n}": f"m{n}" for n, kind in enumerate(kinds) if kind == "dedicated"},
        customers={f"c{n}": {"customer_class": "mv"} for n, kind in enumerate(kinds) if kind == "dedicated"},
        rows={"transformer_areas": {f"T{n}": {"usage": kind} for n, kind in enumerate(kinds)}},
    )  # fmt: skip


def test_the_counting_example_of_the_field_gives_its_figures() -> None:
    """`DOMAIN` §5.2: 12 public and 3 dedicated off 09:00, 8 back 12:00, 7 back 15:30, of 180."""
    study = play(
        station(12, 3, 165), ("09:00", "open", "k1"), ("12:00", "open", "k2"), ("12:00", "close", "k1"),
        ("15:30", "close", "k2"),
    )  # fmt: skip
    figures = reliability(study)
    assert study.user_hours.mv_users == 69.5
    assert (figures.users, figures.interruptions) == (180, 15)
    assert round(figures.saidi_h or 0, 3) == 0.386
    assert round(figures.saifi or 0, 3) == 0.083
    assert figures.caidi_h == pytest.approx(69.5 / 15)
    assert figures.asai_loss == pytest.approx(69.5 / 180 / 8760)


def test_short_interruptions_do_not_count_towards_the_figures() -> None:
    study = play(station(8, 0, 2), ("09:00", "open", "k1"), ("09:03", "close", "k1"))
    assert (reliability(study).interruptions, reliability(study).momentary) == (0, 8)
    study = play(station(8, 0, 2), ("09:00", "open", "k1"), ("09:04", "close", "k1"))
    assert (reliability(study).interruptions, reliability(study).momentary) == (8, 0)


def by_proposal(k1: str = "k1", **more: Any) -> OutageStudy:
    project = worked_case(k1)
    return study_outage(project, propose(project, "l1", datetime(2026, 11, 20, 10), **more))


def test_the_map_shows_what_is_dead_isolated_restored_and_live_from_behind() -> None:
    study = by_proposal()
    befores: list[Stage | None] = [None, *study.stages]
    pictures = [painted(one, before) for before, one in zip(befores, study.stages, strict=False)]
    isolated, restored = pictures[2], pictures[3]
    assert {one for _table, one in isolated.isolated} == {"l1", "r1", "t2", "t3", "t5"}
    assert isolated.fault == {("ac_line_segments", "l1")}
    assert isolated.restored["power_transformers", "t1"] == Fed("q1", "")
    assert isolated.areas_out == {"T2", "T4", "T5"}
    assert isolated.areas_partly == {"T3"}
    assert restored.restored["power_transformers", "t4"] == Fed("q2", "tie1")
    assert restored.live_from_behind == {("switches", "k2")}
    assert (set(restored.opened), set(restored.closed)) == (
        {("switches", "k1"), ("switches", "k2")}, {("switches", "tie1")},
    )  # fmt: skip
    assert pictures[-1].dead == frozenset()


def test_the_map_shows_loops_and_what_is_earthed() -> None:
    study = play(
        worked_case(), ("10:00", "close", "tie1"), ("10:05", "open", "k2"), ("10:06", "open", "q1"),
        ("10:10", "earth", "l1"),
    )  # fmt: skip
    assert ("switches", "tie1") in painted(study.stages[0]).looped
    last = painted(study.stages[-1])
    assert ("switches", "k1") in last.earthed
    assert ("power_transformers", "t4") not in last.earthed
    assert len(last.earthed_places) == 2


# ------------------------------------------------------------------ proposals and refusals


def test_a_proposal_is_explicit_steps_with_the_times_of_the_settings() -> None:
    steps = propose(worked_case(), "l1", datetime(2026, 11, 20, 10))
    assert [(f"{one.time:%H:%M}", one.action, one.devices) for one in steps] == [
        ("10:00", "fault", ("l1",)),
        ("10:40", "open", ("k1", "k2")),
        ("10:40", "close", ("q1",)),
        ("11:10", "close", ("tie1",)),
        ("13:00", "repair", ()),
        ("13:00", "close", ("k1",)),
        ("13:00", "open", ("tie1",)),
        ("13:00", "close", ("k2",)),
    ]


def test_the_times_of_a_proposal_can_be_given_and_must_not_run_backwards() -> None:
    steps = propose(worked_case(), "l1", datetime(2026, 11, 20, 10), times=ProposalTimes(10, 20, 60, 5))
    assert [f"{one.time:%H:%M}" for one in steps[:5]] == ["10:00", "10:10", "10:10", "10:20", "11:00"]
    with pytest.raises(GridError, match="bad-times"):
        propose(worked_case(), "l1", datetime(2026, 11, 20, 10), times=ProposalTimes(30, 20, 60, 5))


def test_a_source_that_tripped_is_put_back_once_the_fault_is_isolated() -> None:
    network = draw("s k1 a", "a k2 b", "b l1 c", sources=["s"], points={"u": "a", "v": "c"})
    steps = propose(network, "l1", datetime(2026, 11, 20, 10))
    assert [(one.action, one.devices) for one in steps[1:3]] == [
        ("open", ("k2",)),
        ("close", ("sources:@s",)),
    ]
    study = study_outage(network, steps)
    assert study.stages[0].customers_out == ("u", "v")
    assert study.stages[2].customers_back == ("u",)


def test_a_breaker_that_trips_by_itself_closes_again_when_a_fault_is_isolated() -> None:
    study = play(worked_case(), ("10:00", "trip", "q1"), ("10:05", "fault", "l1"), ("10:40", "isolate", ""))
    assert [one.id for one in study.stages[2].closed] == ["q1"]


@pytest.mark.parametrize(("steps", "code"), [
    ([("10:00", "trip", "k1")], "not-protective"),
    ([("10:00", "trip", "q1"), ("10:01", "trip", "q1")], "already-open"),
    ([("10:00", "fault", "l1"), ("10:01", "fault", "l1")], "already-faulted"),
    ([("10:00", "fault", "l1"), ("10:01", "repair", "l1"), ("10:02", "repair", "l1")], "no-fault"),
    ([("10:00", "fault", "l1"), ("10:01", "repair", "k2")], "not-faulted"),
    ([("10:00", "unearth", "l1")], "not-earthed"),
    ([("10:00", "open", "q1"), ("10:01", "earth", "l1"), ("10:02", "earth", "l1")], "already-earthed"),
    ([("10:00", "earth", "nowhere")], "unknown-place"),
    ([("10:00", "open", "nothing")], "unknown-device"),
    ([("10:00", "open", "tie1")], "already-open"),
    ([("10:00", "close", "k1")], "already-closed"),
])  # fmt: skip
def test_a_step_that_contradicts_the_state_is_refused(steps: list[tuple[str, str, str]], code: str) -> None:
    with pytest.raises(GridError, match=code):
        play(worked_case(), *steps)


def test_a_network_without_a_source_is_refused() -> None:
    with pytest.raises(GridError, match="network-without-source"):
        play(draw("s k1 a", sources=["!s"], points={"u": "a"}), ("10:00", "open", "k1"))


def test_opening_what_feeds_nobody_is_noted() -> None:
    network = draw("s k1 a", "a k2 b", sources=["s"], points={"u": "a"})
    assert play(network, ("10:00", "open", "k2")).stages[0].notes == ("nothing-downstream",)


def test_restoring_does_not_energise_what_is_earthed() -> None:
    network = draw(
        "s1 q1 a", "a k1 b", "b !tie1 c", "c q2 s2", sources=["s1", "s2"], points={"u": "a", "v": "b"}
    )
    study = play(network, ("10:00", "open", "q1"), ("10:05", "earth", "a"), ("11:00", "restore", ""))
    restored = study.stages[2].restoration
    assert restored is not None
    assert [(one.action, one.device.id) for one in restored.operations] == [("open", "k1"), ("close", "tie1")]
    assert study.not_restored == ("u",)


def test_what_feeds_back_says_in_which_part_it_lies() -> None:
    study = by_proposal()
    assert {one.id: one.where for one in study.back_feed} == {
        "pv5": "isolated",
        "c3": "isolated",
        "tie1": "dead",
    }
    earthed = play(worked_case(), ("10:00", "open", "k1 k2"), ("10:10", "earth", "l1"))
    assert {one.where for one in earthed.back_feed if one.id == "pv5"} == {"earthed"}


def test_two_faults_are_isolated_together() -> None:
    network = draw(
        "s q1 a", "a k1 b", "b l1 c", "a k2 d", "d l2 e", sources=["s"], points={"u": "a", "v": "c", "w": "e"}
    )
    study = play(network, ("10:00", "fault", "l1"), ("10:05", "fault", "l2"), ("10:30", "isolate", ""))
    isolation = study.stages[2].isolation
    assert isolation is not None
    assert [one.id for one in isolation.open] == ["k1", "k2"]
    assert study.stages[2].customers_back == ("u",)


def test_restoring_over_a_tie_that_is_closed_is_refused() -> None:
    with pytest.raises(GridError, match="already-closed"):
        play(worked_case(), ("10:00", "fault", "l1"), ("10:40", "isolate", ""), ("11:00", "restore", "q1"))


def test_a_step_of_a_file_may_name_its_devices_as_the_documents_do() -> None:
    rows = [
        {"time": "10:00", "action": "open", "ids": ["k1"]},
        {"at": "10:00:30", "action": "open", "id": "k2"},
        {"time": "10:05", "action": "jumper", "devices": ["a", "b"], "id": "J9"},
    ]
    steps, _more = read_steps({"steps": rows}, "2026-11-20")
    assert [one.devices for one in steps] == [("k1",), ("k2",), ("a", "b")]
    assert (steps[1].time.second, steps[2].temporary) == (30, "J9")
    assert read_steps(steps_document(steps), "")[0] == steps


def test_the_site_has_all_part_or_none_of_its_supply() -> None:
    study = by_proposal()
    states = [study.supply_state(stage.n) for stage in study.stages]
    assert states == ["03", "03", "02", "02", "02", "01", "02", "01"]
