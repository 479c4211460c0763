"""Points on lines, jumpers and cuts: where a step happens and what is put in for a time."""

from __future__ import annotations

import struct
from datetime import datetime
from typing import Any

import pytest

from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.study import OutageStudy, StudyStep, read_steps, steps_document, study_outage
from grid_model.study_picture import painted
from grid_model.study_places import find_nodes, place_on_line
from tests.drawing import draw

DAY = "2026-11-20"


def step(time: str, action: str, devices: str = "", **more: Any) -> StudyStep:
    return StudyStep(datetime.fromisoformat(f"{DAY}T{time}"), action, tuple(devices.split()), **more)


def play(project: Project, *steps: StudyStep, **more: Any) -> OutageStudy:
    return study_outage(project, steps, **more)


def chain() -> Project:
    """s –k1– a –l1– b –k2– c and, apart, s2 –k3– d."""
    return draw(
        "s k1 a", "a l1 b", "b k2 c", "s2 k3 d",
        sources=["s", "s2"], points={"ub": "b", "uc": "c"},
        rows={
            "connectivity_nodes": {"a": {"x": 0.0, "y": 0.0}, "b": {"x": 300.0, "y": 0.0}},
            "ac_line_segments": {"l1": {"length_m": 600.0}},
        },
    )  # fmt: skip


# ------------------------------------------------------------------ places


def test_a_place_is_a_node_an_end_of_a_device_or_all_its_ends() -> None:
    network = chain()
    assert find_nodes(network, "b") == ("b",)
    assert find_nodes(network, "nodes:b") == ("b",)
    assert find_nodes(network, "l1") == ("a", "b")
    assert find_nodes(network, "lines:l1@b") == ("b",)
    with pytest.raises(GridError, match="unknown-place"):
        find_nodes(network, "l1@c")


def test_a_point_on_a_line_is_measured_from_node_a_by_the_line_s_own_length() -> None:
    place = place_on_line(chain(), "l1", at_m=150.0)
    assert place is not None
    assert (place.x, place.y, place.length_m) == (75.0, 0.0, 600.0)
    nearest = place_on_line(chain(), "l1", xy=(200.0, 40.0))
    assert nearest is not None
    assert (nearest.at_m, nearest.x) == (400.0, 200.0)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("order", "mark"), [("<", 1), (">", 0)])
def test_a_route_is_followed_from_node_a_whichever_way_it_was_drawn(
    turned: bool, order: str, mark: int
) -> None:
    points = [(0.0, 0.0), (0.0, 100.0), (300.0, 100.0)]
    points = points[::-1] if turned else points
    shape = struct.pack(f"{order}BII", mark, 2, 3) + b"".join(
        struct.pack(f"{order}dd", *one) for one in points
    )
    network = draw(
        "s k1 a", "a l1 b", sources=["s"],
        rows={
            "connectivity_nodes": {"a": {"x": 0.0, "y": 0.0}, "b": {"x": 300.0, "y": 100.0}},
            "ac_line_segments": {"l1": {"geometry": shape}},
        },
    )  # fmt: skip
    place = place_on_line(network, "l1", at_m=150.0)
    assert place is not None
    assert (place.x, place.y, place.length_m) == (50.0, 100.0, 400.0)


def test_a_fault_at_a_point_fails_the_whole_segment_and_keeps_the_point() -> None:
    study = play(chain(), step("10:00", "fault", "l1", xy=(200.0, 40.0)))
    stage = study.stages[0]
    assert stage.customers_out == ("ub", "uc")
    assert stage.step.at_m == 400.0
    assert stage.place is not None
    assert stage.place.x == 200.0
    assert ("ac_line_segments", "l1") in painted(stage).fault


@pytest.mark.parametrize(("wrong", "code"), [
    (step("10:00", "fault", "l1", at_m=601.0), "place-beyond-line"),
    (step("10:00", "fault", "k1", at_m=1.0), "place-needs-line"),
])  # fmt: skip
def test_a_point_that_is_on_no_line_is_refused(wrong: StudyStep, code: str) -> None:
    with pytest.raises(GridError, match=code):
        play(chain(), wrong)


def test_a_point_farther_from_its_line_than_a_kilometre_is_refused_with_the_distance() -> None:
    with pytest.raises(GridError, match="place-far-from-line") as refused:
        play(chain(), step("10:00", "fault", "l1", xy=(150.0, 1234.0)))
    assert (refused.value.values["metres"], refused.value.values["farthest"]) == (1234, 1000)
    play(chain(), step("10:00", "fault", "l1", xy=(150.0, 990.0)))


@pytest.mark.parametrize("length", [None, 0.0])
def test_a_distance_along_a_line_of_unknown_length_is_refused_and_its_beginning_is_not(
    length: float | None,
) -> None:
    network = draw(
        "s k1 a",
        "a l1 b",
        sources=["s"],
        points={"u": "b"},
        rows={"ac_line_segments": {"l1": {"length_m": length}}},
    )
    for action in ("fault", "cut"):
        with pytest.raises(GridError, match="line-of-unknown-length") as refused:
            play(network, step("10:00", action, "l1", at_m=120.0))
        assert refused.value.values["at_m"] == 120.0
        found = play(network, step("10:00", action, "l1", at_m=0.0))
        assert found.stages[0].customers_out == ("u",)
    cut = play(network, step("10:00", "cut", "l1@b"))
    assert cut.project.table("switches").row("cut-1")["node_a"] == "b"


def test_where_there_is_no_length_the_route_is_measured() -> None:
    network = draw(
        "s k1 a", "a l1 b", sources=["s"],
        rows={"connectivity_nodes": {"a": {"x": 0.0, "y": 0.0}, "b": {"x": 300.0, "y": 0.0}}},
    )  # fmt: skip
    place = place_on_line(network, "l1", at_m=120.0)
    assert place is not None
    assert (place.x, place.length_m) == (120.0, 300.0)


# ------------------------------------------------------------------ jumpers


def test_a_jumper_joins_two_nodes_until_it_is_opened() -> None:
    study = play(
        chain(),
        step("10:00", "open", "k1"),
        step("10:30", "jumper", "d b"),
        step("12:00", "open", "jumper-1"),
    )
    assert [stage.counts.lv_customers for stage in study.stages] == [2, 0, 2]
    assert [one.id for one in study.stages[1].closed] == ["jumper-1"]
    assert study.stages[1].step.temporary == "jumper-1"


def test_a_jumper_that_is_not_in_place_is_no_tie_to_keep_open() -> None:
    study = play(chain(), step("10:00", "open", "k1"), step("10:30", "jumper", "d b"))
    assert {one.id for one in study.back_feed if one.kind == "tie"} == set()


def test_a_jumper_over_one_device_bridges_it() -> None:
    study = play(chain(), step("10:00", "open", "k2"), step("10:30", "jumper", "k2"))
    assert [stage.counts.lv_customers for stage in study.stages] == [1, 0]


def test_the_project_itself_gets_no_jumper() -> None:
    network = chain()
    play(network, step("10:00", "open", "k1"), step("10:30", "jumper", "d b"))
    assert set(network.frame("switches")["id"]) == {"k1", "k2", "k3"}


@pytest.mark.parametrize(("devices", "code"), [
    ("d", "jumper-ends"), ("d b c", "jumper-ends"), ("b b", "jumper-same-node"),
    ("d nowhere", "unknown-place"), ("", "step-without-device"),
])  # fmt: skip
def test_a_jumper_needs_two_different_places(devices: str, code: str) -> None:
    with pytest.raises(GridError, match=code):
        play(chain(), step("10:30", "jumper", devices))


def test_a_jumper_does_not_join_two_voltages() -> None:
    kv = {"connectivity_nodes": {"b": {"nominal_kv": 10.0}, "d": {"nominal_kv": 0.4}}}
    network = draw("s k1 a", "a l1 b", "s2 k3 d", sources=["s", "s2"], rows=kv)
    with pytest.raises(GridError, match="jumper-voltages"):
        play(network, step("10:30", "jumper", "b d"))


def test_a_jumper_that_would_put_an_earth_under_voltage_is_refused() -> None:
    with pytest.raises(GridError, match="energises-earth"):
        play(
            chain(),
            step("10:00", "open", "k1"),
            step("10:10", "earth", "l1"),
            step("10:30", "jumper", "d b"),
        )


def test_two_jumpers_get_names_of_their_own_and_a_taken_one_is_left_alone() -> None:
    network = draw(
        "s k1 a", "a k2 b", "c k3 d", sources=["s"], points={"u": "b", "v": "d"},
        rows={"switches": {"jumper-1": {"node_a": "a", "node_b": "b", "normal_open": True, "open": True}}},
    )  # fmt: skip
    study = play(
        network, step("10:00", "open", "k2"), step("10:05", "jumper", "a b"), step("10:06", "jumper", "a c")
    )
    assert [one.step.temporary for one in study.stages] == ["", "jumper-2", "jumper-3"]


def test_a_jumper_of_a_later_step_is_no_tie_and_a_removed_one_is_not_put_back() -> None:
    study = play(
        chain(),
        step("10:00", "open", "k1"),
        step("10:20", "restore"),
        step("10:30", "jumper", "d b"),
        step("10:40", "open", "jumper-1"),
        step("10:50", "restore"),
    )
    assert [one.ties for one in study.stages] == [()] * 5
    assert [one.counts.lv_customers for one in study.stages] == [2, 2, 0, 2, 2]


def test_a_jumper_in_place_is_taken_off_to_isolate_a_fault() -> None:
    study = play(
        chain(),
        step("10:00", "open", "k1"),
        step("10:30", "jumper", "d b"),
        step("11:00", "fault", "k2"),
        step("11:10", "isolate"),
    )
    isolation = study.stages[3].isolation
    assert isolation is not None
    assert [one.id for one in isolation.open] == ["jumper-1"]


# ------------------------------------------------------------------ cuts


def test_a_cut_parts_a_line_and_closing_it_mends_the_line() -> None:
    study = play(chain(), step("10:00", "cut", "l1"), step("11:00", "close", "cut-1"))
    assert [stage.counts.lv_customers for stage in study.stages] == [2, 0]


def test_a_cut_stands_at_the_nearer_end_of_the_line() -> None:
    for devices, more, node in (
        ("l1", {"at_m": 500.0}, "b"),
        ("l1@b", {}, "b"),
        ("l1", {"at_m": 100.0}, "a"),
    ):
        study = play(chain(), step("10:00", "cut", devices, **more))
        assert study.project.table("switches").row("cut-1")["node_a"] == node


def test_a_cut_of_a_later_step_isolates_nothing_before_it_is_made() -> None:
    network = draw("s q1 a", "a l1 b", "b l2 c", sources=["s"], points={"u": "a", "v": "c"})
    study = play(
        network,
        step("10:00", "fault", "l2"),
        step("10:10", "isolate"),
        step("10:30", "cut", "l1"),
        step("10:40", "close", "q1"),
    )
    isolation = study.stages[1].isolation
    assert isolation is not None
    assert (isolation.open, isolation.passed_over) == ((), ())
    assert [one.counts.lv_customers for one in study.stages] == [2, 2, 2, 1]


def test_only_a_line_can_be_cut() -> None:
    with pytest.raises(GridError, match="cut-needs-line"):
        play(chain(), step("10:00", "cut", "k1"))


def test_line_end_switches_hold_beside_a_cut() -> None:
    network = draw("s k0 a", "a l1 b", "a k1@l1", "b k2@l1", sources=["s"], points={"u": "b"})
    study = play(
        network, step("10:00", "cut", "l1@b"), step("10:10", "open", "k1"), step("10:20", "close", "cut-1")
    )
    assert [stage.counts.lv_customers for stage in study.stages] == [1, 1, 1]


# ------------------------------------------------------------------ the file


def test_steps_go_into_a_file_and_come_back() -> None:
    steps = [
        step("10:00", "fault", "l1", at_m=12.5, note="树障"),
        step("10:10", "jumper", "d b", temporary="jumper-7"),
        step("10:20", "fault", "l1", xy=(1.5, 2.5)),
    ]
    read, more = read_steps(steps_document(steps, inoperable=["k2"]), DAY)
    assert read == steps
    assert more["inoperable"] == ("k2",)


@pytest.mark.parametrize("row", [
    {"at_m": -1}, {"at_m": "12"}, {"at_m": True}, {"x": 1.0}, {"x": 1.0, "y": "2"}, {"at_m": float("nan")},
])  # fmt: skip
def test_a_place_in_the_file_that_is_no_number_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(GridError, match="bad-step-place"):
        read_steps({"steps": [{"time": "10:00", "action": "fault", "device": "l1", **row}]}, DAY)
