"""Traces: which way they go, what stops them, what they list and add up; on networks drawn in a line."""

from __future__ import annotations

from typing import Any

import pytest

from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.history import History
from grid_model.project import Project
from grid_model.saved_traces import ForgetTrace, SaveTrace, saved_names, saved_trace
from grid_model.topology import SwitchState, TopologyIndex
from grid_model.trace_configuration import (
    SUMS,
    Condition,
    Direction,
    Measure,
    TraceConfiguration,
    TraceKind,
    TraceSum,
)
from grid_model.trace_sums import trace_sums
from grid_model.traces import TraceResult, run_trace
from tests.drawing import draw
from ui.messages import ERRORS, sentence

K = TraceKind


def station() -> Project:
    """Two feeders that meet at an open tie, a fuse and a transformer on each, lengths in m, a PV unit.

    ::

        s1 - q1 - a - l1 - b - k2 - c - l2 - d - !tie - e - l4 - f - q5 - s2
                           |             |                        |
                           f3 - t3 - l3  t6 - l6                  t7 - g
    """
    lengths = {"l1": 100.0, "l2": 250.0, "l3": 40.0, "l4": 300.0, "l6": 60.0}
    return draw(
        "s1 q1 a", "a l1 b", "b k2 c", "c l2 d", "d !tie e", "e l4 f", "f q5 s2",
        "b f3 x", "x t3 y", "y l3 z", "d t6 u", "u l6 v", "f t7 g",
        sources=["s1", "s2"],
        areas={"A3": "t3", "A6": "t6", "A7": "t7"},
        points={"c1": "z", "c2": "z", "c3": "v", "c4": ["v", "g"], "c5": "d"},
        customers={
            "c1": {"importance": "first"},
            "c5": {"customer_class": "mv"},
            "c6": {"transformer_area": "A7"},
            "c9": {},
        },
        pv={"p1": {"rated_kw": 30.0, "node": "z"}},
        rows={
            "ac_line_segments": {one: {"length_m": m, "nominal_kv": 0.4 if one in ("l3", "l6") else 10.0}
                                 for one, m in lengths.items()},
            "power_transformers": {"t3": {"rated_kva": 200.0}, "t6": {"usage": "public"},
                                   "t7": {"rated_kva": None}},
            "feeders": {"F1": {"name": "青禾线", "head_switch": "q1"}},
            "connectivity_nodes": {"c": {"nominal_kv": 10.0}},
        },
    )  # fmt: skip


STATION = station()


def trace(kind: TraceKind, *starts: str, project: Project = STATION, **more: Any) -> TraceResult:
    for name in ("barrier_conditions", "stops", "enters", "filters", "wanted"):
        more[name] = tuple(Condition.parse(one) for one in more.get(name, ()))
    return run_trace(project, TraceConfiguration(kind, starts, **more))


def ids(result: TraceResult) -> str:
    return " ".join(one.id for one in result.devices)


def edge(result: TraceResult) -> dict[str, str]:
    return {one.device.id: one.reason for one in result.edge}


# ------------------------------------------------------------------ the kinds


def test_downstream_is_what_hangs_below_with_depth_and_distance() -> None:
    found = trace(K.DOWNSTREAM, "k2")
    assert ids(found) == "k2 l2 t6 l6"
    assert found.depth.tolist() == [0, 1, 2, 3]
    assert found.distance_m.tolist() == [0.0, 0.0, 250.0, 250.0]
    assert edge(found) == {"tie": "open"}
    assert found.ids("transformer_areas") == ("A6",)
    assert found.ids("customers") == ("c3", "c4", "c5")


def test_downstream_of_a_node_and_of_several_places() -> None:
    assert ids(trace(K.DOWNSTREAM, "connectivity_nodes:d")) == "t6 l6"
    assert sorted(ids(trace(K.DOWNSTREAM, "f3", "t6")).split()) == ["f3", "l3", "l6", "t3", "t6"]


def test_upstream_leads_to_the_source_and_to_nothing_beside() -> None:
    found = trace(K.UPSTREAM, "t6")
    assert ids(found) == "t6 l2 k2 l1 q1"
    assert found.distance_m.tolist() == [0.0, 0.0, 250.0, 250.0, 350.0]
    assert edge(found) == {"tie": "open", "@s1": "source"}


def test_connected_is_everything_that_hangs_together_but_not_through_a_source() -> None:
    assert ids(trace(K.CONNECTED, "k2")).split()[0] == "k2"
    assert sorted(ids(trace(K.CONNECTED, "k2")).split()) == [
        "f3",
        "k2",
        "l1",
        "l2",
        "l3",
        "l6",
        "q1",
        "t3",
        "t6",
    ]
    both = draw("s k1 a", "s k2 b", sources=["s"])
    assert ids(trace(K.CONNECTED, "k1", project=both)) == "k1 k2"  # over the busbar
    apart = draw("s k1 a", "x k2 b", sources=["s", "x"])
    assert ids(trace(K.CONNECTED, "k1", project=apart)) == "k1"


def test_connected_of_an_open_switch_begins_on_both_sides() -> None:
    found = trace(K.CONNECTED, "tie")
    assert len(found.devices) == len(STATION.frame("switches")) + 8
    assert edge(found) == {"@s1": "source", "@s2": "source"}


def test_the_feeder_is_everything_below_its_first_switch_whatever_place_is_named() -> None:
    for place in ("l2", "customers:c1", "transformer_areas:A6", "feeders:F1", "q1", "connectivity_nodes:a"):
        found = trace(K.FEEDER, place)
        assert sorted(ids(found).split()) == ["f3", "k2", "l1", "l2", "l3", "l6", "q1", "t3", "t6"], place
        assert found.feeder == "F1"
    assert trace(K.FEEDER, "t7").feeder == "q5"


def test_a_path_names_what_lies_between_in_order() -> None:
    found = trace(K.PATH, "customers:c1", target="customers:c3")
    assert ids(found) == "l3 t3 f3 k2 l2 t6 l6"
    assert found.distance_m.tolist() == [0.0, 40.0, 40.0, 40.0, 40.0, 290.0, 290.0]
    assert found.length_m == 350.0
    found = trace(K.PATH, "q1", target="t6")
    assert (ids(found), found.depth.tolist()) == ("q1 l1 k2 l2 t6", [0, 1, 2, 3, 4])


def test_the_shorter_of_two_ways_is_taken_and_by_devices_where_a_length_is_unknown() -> None:
    lengths = {"l1": 500.0, "l2": 100.0, "l3": 100.0, "l4": 100.0}
    ring = draw(
        "s q1 a", "a l1 d", "a l2 b", "b l3 c", "c l4 d", "d l5 e", sources=["s"],
        rows={"ac_line_segments": {one: {"length_m": m} for one, m in {**lengths, "l5": 1.0}.items()}},
    )  # fmt: skip
    found = trace(K.PATH, "q1", target="connectivity_nodes:e", project=ring)
    assert (ids(found), found.measure) == ("q1 l2 l3 l4 l5", Measure.LENGTH)
    found = trace(K.PATH, "q1", target="connectivity_nodes:e", project=ring, measure=Measure.BRANCHES)
    assert ids(found) == "q1 l1 l5"
    draft = ring.edit()
    draft.update("ac_line_segments", ["l2"], length_m=None)
    found = trace(K.PATH, "q1", target="connectivity_nodes:e", project=draft.finish()[0])
    assert (ids(found), found.measure, found.unknown_lengths) == ("q1 l1 l5", Measure.BRANCHES, 1)


def test_a_path_does_not_lead_through_an_open_switch_a_barrier_or_a_source() -> None:
    by_node = {"target": "t6", "barriers": ("connectivity_nodes:b",)}
    for more in ({"target": "t7"}, {"target": "t6", "barriers": ("k2",)}, by_node):
        with pytest.raises(GridError) as error:
            trace(K.PATH, "t3", **more)
        assert error.value.code == "trace-no-path"
    two = draw("s1 k1 a", "s2 k2 b", sources=["s1", "s2"])
    with pytest.raises(GridError):
        trace(K.PATH, "k1", target="k2", project=two)


def test_a_path_in_a_part_without_supply() -> None:
    dark = draw("s !k1 a", "a k2 b", "b k3 c", sources=["s"])
    assert ids(trace(K.PATH, "connectivity_nodes:a", target="k3", project=dark)) == "k2 k3"


def test_loops_come_with_the_switches_that_could_open_them() -> None:
    network = draw(
        "s q1 a", "a k1 b", "b l1 c", "c k2 a", "c k9 d", sources=["s"],
        rows={"switches": {"k2": {"is_operable": False}}},
    )  # fmt: skip
    found = trace(K.LOOPS, project=network)
    (loop,) = found.loops
    assert (loop.loop.switches, loop.openable) == (("k1", "k2"), ("k1",))
    assert ids(found) == "k1 k2 l1"
    assert len(trace(K.LOOPS, "l1", project=network).loops) == 1
    assert len(trace(K.LOOPS, "connectivity_nodes:c", project=network).loops) == 1
    assert trace(K.LOOPS, "k9", project=network).loops == ()
    assert trace(K.LOOPS, "k1", project=network, inoperable=("k1",)).loops[0].openable == ()


def test_in_a_loop_there_is_neither_up_nor_down() -> None:
    network = draw("s q1 a", "a k1 b", "a k2 c", "b l1 c", "c k3 d", sources=["s"])
    assert sorted(ids(trace(K.DOWNSTREAM, "k1", project=network)).split()) == ["k1", "k2", "k3", "l1"]
    assert sorted(ids(trace(K.UPSTREAM, "k3", project=network)).split()) == ["k1", "k2", "k3", "l1", "q1"]
    assert sorted(ids(trace(K.UPSTREAM, "connectivity_nodes:b", project=network)).split()) == [
        "k1",
        "k2",
        "l1",
        "q1",
    ]


def test_the_next_devices_are_the_nearest_of_their_kind() -> None:
    found = trace(K.NEXT, "q1", count=2)
    assert (ids(found), found.distance_m.tolist()) == ("k2 f3", [100.0, 100.0])
    assert ids(trace(K.NEXT, "customers:c3", direction=Direction.UPSTREAM)) == "k2"
    wanted = ("switches where is_protective",)
    assert ids(trace(K.NEXT, "t6", direction=Direction.UPSTREAM, wanted=wanted)) == "q1"
    assert ids(trace(K.NEXT, "t6", direction=Direction.BOTH, wanted=wanted, count=9)) == "f3 q1"
    assert ids(trace(K.NEXT, "q1", wanted=("transformers",), count=3)) == "t3 t6"
    assert ids(trace(K.NEXT, "q1", wanted=("transformers",), measure=Measure.BRANCHES)) == "t3"
    assert ids(trace(K.NEXT, "t3")) == ""


def test_the_isolation_set_leaves_out_dead_ends_and_passes_over_what_cannot_be_operated() -> None:
    found = trace(K.ISOLATION, "l1")
    assert edge(found) == {"q1": "to-open", "k2": "to-open", "f3": "back-feed"}
    assert found.passed_over == ()
    found = trace(K.ISOLATION, "l1", inoperable=("k2",))
    assert edge(found) == {"q1": "to-open", "f3": "back-feed", "tie": "open"}
    assert [one.id for one in found.passed_over] == ["k2"]
    assert found.ids("customers") == ("c3", "c4", "c5")
    assert edge(trace(K.ISOLATION, "connectivity_nodes:b")) == edge(trace(K.ISOLATION, "l1"))
    assert edge(trace(K.ISOLATION, "l1", inoperable=("q1",)))["@s1"] == "source"


def test_what_lies_between_the_two_sides_of_an_open_switch_has_no_source_of_its_own() -> None:
    network = draw("s q1 a", "a k1 b", "b k2 c", "c k3 e", "b !k9 e", sources=["s"])
    found = trace(K.ISOLATION, "k9", project=network)
    assert edge(found) == {"k1": "to-open", "k2": "dead-end", "k3": "dead-end"}


def test_supply_may_come_round_through_a_part_without_any() -> None:
    """Behind k2 a tie leads to a dead part, and another one from there to the second source."""
    ties = ("c !k5 x", "x l2 y", "y !k6 z", "z q2 s2")
    network = draw("s q1 a", "a l1 b", "b k2 c", "b k3 d", *ties, sources=["s", "s2"])
    found = trace(K.ISOLATION, "l1", project=network)
    assert edge(found) == {"q1": "to-open", "k2": "to-open", "k3": "dead-end"}
    blocked = draw(
        "s q1 a", "a l1 b", "b k2 c", "b k3 d", *ties, sources=["s", "s2"],
        rows={"switches": {"k6": {"is_operable": False}}},
    )  # fmt: skip
    assert edge(trace(K.ISOLATION, "l1", project=blocked))["k2"] == "dead-end"


def test_an_isolation_tells_a_dead_end_with_a_unit_that_can_feed_back() -> None:
    for kind in ("pv", "battery", "generator"):
        pv = {"g": {"kind": kind, "rated_kw": 10.0, "node": "d"}}
        network = draw("s q1 a", "a l1 b", "b k2 c", "b k3 d", sources=["s"], pv=pv)
        found = trace(K.ISOLATION, "l1", project=network)
        assert edge(found) == {"q1": "to-open", "k2": "dead-end", "k3": "back-feed"}


def test_the_present_state_differs_from_the_normal_one() -> None:
    network = draw("s k1 a", "a k2 b", "b k3 c", sources=["s"], now={"k2": True})
    assert ids(trace(K.DOWNSTREAM, "k1", project=network)) == "k1 k2 k3"
    found = trace(K.DOWNSTREAM, "k1", project=network, state=SwitchState.CURRENT)
    assert (ids(found), edge(found)) == ("k1", {"k2": "open"})


def test_a_what_if_can_be_traced() -> None:
    index = TopologyIndex.build(STATION)
    k2, tie = (int(index.wiring.branches(index.wiring.find(one))[0]) for one in ("k2", "tie"))
    after = index.operated(opened=[k2], closed=[tie])
    found = run_trace(STATION, TraceConfiguration(K.UPSTREAM, ("t6",)), topology=after)
    assert ids(found) == "t6 tie l4 q5"
    below = TraceConfiguration(K.DOWNSTREAM, ("tie",), sums=(TraceSum("rated_kva"),))
    assert [one.value for one in trace_sums(run_trace(STATION, below, topology=after))] == [100.0]


def test_a_transformer_of_three_windings_is_one_device() -> None:
    network = draw("s k1 a", "a t1 b c", "b l1 d", "c l2 e", sources=["s"])
    found = trace(K.DOWNSTREAM, "k1", project=network)
    assert (ids(found), found.depth.tolist()) == ("k1 t1 l1 l2", [0, 1, 3, 3])
    assert ids(trace(K.DOWNSTREAM, "k1", project=network, barriers=("t1",))) == "k1 t1"
    assert ids(trace(K.UPSTREAM, "l2", project=network)) == "l2 t1 k1"
    assert sorted(ids(trace(K.DOWNSTREAM, "t1", project=network)).split()) == ["l1", "l2", "t1"]
    assert ids(trace(K.PATH, "l1", target="l2", project=network)) == "l1 t1 l2"


def test_a_switch_at_the_end_of_a_line_stands_before_it() -> None:
    network = draw("s k1 a", "a l1 b", "a k2@l1", sources=["s"], now={"k2": True})
    assert ids(trace(K.DOWNSTREAM, "k1", project=network)) == "k1 k2 l1"
    assert edge(trace(K.DOWNSTREAM, "k1", project=network, state=SwitchState.CURRENT)) == {"k2": "open"}


# ------------------------------------------------ barriers, stops, queue conditions, filters


def test_a_barrier_is_the_edge_and_nothing_behind_it_is_found() -> None:
    found = trace(K.DOWNSTREAM, "q1", barriers=("k2",))
    assert ids(found) == "q1 l1 k2 f3 t3 l3"
    assert edge(found) == {"k2": "barrier"}
    found = trace(K.DOWNSTREAM, "q1", barrier_conditions=("switches where kind == 'fuse'", "transformers"))
    assert ids(found) == "q1 l1 k2 f3 l2 t6"
    assert edge(found) == {"f3": "barrier", "t6": "barrier", "tie": "open"}
    assert found.ids("customers") == ("c5",)


def test_a_node_can_be_a_barrier() -> None:
    found = trace(K.DOWNSTREAM, "q1", barriers=("connectivity_nodes:d",))
    assert sorted(ids(found).split()) == ["f3", "k2", "l1", "l2", "l3", "q1", "t3"]
    assert edge(found) == {"d": "barrier"}
    assert found.ids("customers") == ("c1", "c2", "c5")  # d is the edge, and c5 is connected there
    by_condition = trace(K.DOWNSTREAM, "q1", barrier_conditions=("nodes where nominal_kv == 10",))
    assert edge(by_condition) == {"c": "barrier"}
    assert sorted(ids(by_condition).split()) == ["f3", "k2", "l1", "l3", "q1", "t3"]


def test_a_condition_does_not_hold_the_walk_at_its_start() -> None:
    assert "l1" in ids(trace(K.DOWNSTREAM, "q1", barrier_conditions=("switches",)))
    assert "l1" in ids(trace(K.DOWNSTREAM, "q1", stops=("switches",)))
    around = trace(K.CONNECTED, "k2", stops=("switches",))
    assert edge(around) == {"q1": "stop", "f3": "stop", "tie": "open"}
    around = trace(K.CONNECTED, "k2", barrier_conditions=("switches",))
    assert edge(around) == {"q1": "barrier", "f3": "barrier", "tie": "open"}
    at_c = trace(K.DOWNSTREAM, "connectivity_nodes:c", barrier_conditions=("nodes where nominal_kv == 10",))
    assert ids(at_c) == "l2 t6 l6"
    with pytest.raises(GridError) as error:
        trace(K.DOWNSTREAM, "q1", barriers=("q1",))
    assert error.value.code == "trace-start-barrier"


def test_a_stop_ends_the_walk_past_a_device_that_is_found() -> None:
    found = trace(K.DOWNSTREAM, "q1", stops=("switches",))
    assert ids(found) == "q1 l1 k2 f3"
    assert edge(found) == {"k2": "stop", "f3": "stop"}


def test_a_queue_condition_says_what_may_be_entered() -> None:
    found = trace(K.DOWNSTREAM, "q1", enters=("switches where not is_protective",))
    assert ids(found) == "q1 l1 k2 l2 t6 l6"
    assert edge(found) == {"tie": "open"}  # what is not entered is no edge
    found = trace(K.DOWNSTREAM, "q1", enters=("lines where nominal_kv > 1", "lines where id == 'l6'"))
    assert ids(found) == "q1 l1 k2 f3 l2 t3 t6 l6"


def test_a_filter_narrows_the_list_of_its_table_and_nothing_else() -> None:
    plain = trace(K.DOWNSTREAM, "q1")
    found = trace(
        K.DOWNSTREAM, "q1", filters=("switches where kind == 'fuse'", "customers where importance == '一级'")
    )
    assert ids(found) == "l1 f3 l2 t3 t6 l3 l6"
    assert (found.ids("customers"), len(plain.ids("customers"))) == (("c1",), 5)
    assert trace_sums(found) != ()
    assert [one.value for one in trace_sums(found)] == [one.value for one in trace_sums(plain)]
    only = trace(K.DOWNSTREAM, "q1", filters=("switches where is_protective",), show=("switches",))
    assert ids(only) == "q1 f3"
    assert only.depth[only.listed].tolist() == [0, 2]


# ------------------------------------------------------------------ sums


def sums(result: TraceResult) -> dict[str, float]:
    return {one.asked.measure: one.value for one in trace_sums(result)}


def test_sums_count_both_ways_and_by_voltage() -> None:
    found = trace(K.DOWNSTREAM, "q1")
    assert sums(found) == {
        "rated_kva": 300.0, "mv_users": 3, "lv_customers": 4, "important": 1, "transformer_areas": 2,
        "pv_kw": 30.0, "line_km": 0.45, "devices": 9,
    }  # fmt: skip
    (km,) = (one for one in trace_sums(found) if one.asked.measure == "line_km")
    assert km.by_kv == ((10.0, 0.35), (0.4, 0.1))


def test_a_sum_may_have_a_condition() -> None:
    asked = (
        "rated_kva where usage == 'public'", "rated_kva", "line_km where nominal_kv < 1",
        "mv_users where customers: customer_class == 'mv'", "devices where switches: is_protective",
        "lv_customers where importance is empty",
    )  # fmt: skip
    found = trace(K.DOWNSTREAM, "q1", sums=tuple(TraceSum.parse(one) for one in asked))
    assert [one.value for one in trace_sums(found)] == [100.0, 300.0, 0.1, 1, 2, 3]


def test_what_has_no_known_value_is_counted() -> None:
    found = trace(K.DOWNSTREAM, "q5", sums=(TraceSum("rated_kva"),))
    assert [(one.value, one.unknown, one.unit) for one in trace_sums(found)] == [(0.0, 1, "kVA")]


# ------------------------------------------------------------------ what cannot be done


@pytest.mark.parametrize(("kind", "starts", "more", "code"), [
    (K.DOWNSTREAM, ("nothing",), {}, "trace-unknown-place"),
    (K.DOWNSTREAM, (), {}, "trace-no-start"),
    (K.PATH, ("q1",), {}, "trace-no-target"),
    (K.PATH, ("q1",), {"target": "q1"}, "trace-same-place"),
    (K.PATH, ("q1", "k2"), {"target": "t3"}, "trace-one-start"),
    (K.UPSTREAM, ("q1",), {"target": "t3"}, "trace-needless-target"),
    (K.DOWNSTREAM, ("tie",), {}, "trace-start-open"),
    (K.FEEDER, ("connectivity_nodes:s1",), {}, "trace-no-feeder"),
    (K.UPSTREAM, ("customers:c9",), {}, "trace-place-unlinked"),
    (K.NEXT, ("q1",), {"count": 0}, "trace-bad-count"),
    (K.UPSTREAM, ("q1",), {"filters": ("poles where number == '1'",)}, "trace-wrong-table"),
    (K.UPSTREAM, ("q1",), {"stops": ("customers",)}, "trace-wrong-table"),
    (K.UPSTREAM, ("q1",), {"show": ("customers",)}, "trace-wrong-table"),
])  # fmt: skip
def test_what_cannot_be_traced_is_said_in_one_sentence(
    kind: TraceKind, starts: tuple[str, ...], more: dict[str, Any], code: str
) -> None:
    with pytest.raises(GridError) as error:
        trace(kind, *starts, **more)
    assert error.value.code == code
    assert "\n" not in sentence(error.value)
    assert "{" not in sentence(error.value)


def test_a_place_without_supply_and_a_network_without_source() -> None:
    dark = draw("s !k1 a", "a k2 b", sources=["s"])
    for kind in (K.DOWNSTREAM, K.UPSTREAM, K.FEEDER, K.NEXT):
        with pytest.raises(GridError) as error:
            trace(kind, "k2", project=dark)
        assert error.value.code == "trace-start-unsupplied"
        with pytest.raises(GridError) as error:
            trace(kind, "k2", project=draw("a k2 b", sources=[]))
        assert error.value.code == "network-without-source"
    assert ids(trace(K.CONNECTED, "k2", project=dark)) == "k2"


def test_the_same_id_in_two_tables_has_to_be_written_with_its_table() -> None:
    network = draw(
        "s k1 a", "a l1 b", sources=["s"], rows={"ac_line_segments": {"k1": {"node_a": "a", "node_b": "b"}}}
    )
    with pytest.raises(GridError) as error:
        trace(K.CONNECTED, "k1", project=network)
    assert error.value.code == "ambiguous-device"
    assert ids(trace(K.UPSTREAM, "lines:k1", project=network)) == "k1 l1 k1"  # the two run side by side


@pytest.mark.parametrize(("written", "code"), [
    ("barriers where id == 1", "expression-needs-quotes"),
    ("nothing where id == 'x'", "trace-unknown-table"),
    ("switches where", "expression-empty"),
    ("switches where )", "expression-unexpected"),
])  # fmt: skip
def test_a_condition_that_cannot_be_read_is_refused(written: str, code: str) -> None:
    with pytest.raises(GridError) as error:
        Condition.parse(written)
    assert error.value.code == code
    assert code in ERRORS


@pytest.mark.parametrize(("written", "code"), [
    ("horses", "trace-unknown-sum"),
    ("rated_kva where", "expression-empty"),
    ("mv_users where poles: number == '1'", "trace-sum-table"),
    ("pv_kw where kynd == 'pv'", "expression-unknown-name"),
])  # fmt: skip
def test_a_sum_that_cannot_be_read_is_refused(written: str, code: str) -> None:
    with pytest.raises(GridError) as error:
        TraceSum.parse(written)
    assert error.value.code == code
    assert code in ERRORS


def test_tables_go_by_title_and_short_name_in_both_languages() -> None:
    assert Condition.parse("开关 其中 类型 == 断路器".replace("断路器", "'断路器'")) == Condition(
        "switches", "类型 == '断路器'"
    )
    assert Condition.parse("Line segments where length_m > 3").table == "ac_line_segments"
    assert Condition.parse("transformers") == Condition("power_transformers")


def test_cancelling_stops_a_trace() -> None:
    from grid_model.errors import Cancelled

    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        run_trace(STATION, TraceConfiguration(K.DOWNSTREAM, ("q1",)), feedback)
    assert run_trace(STATION, TraceConfiguration(K.DOWNSTREAM, ("q1",)), SILENT).devices


# ------------------------------------------------------------------ kept by name

FULL = TraceConfiguration(
    K.NEXT, ("q1", "customers:c1"), state=SwitchState.CURRENT, direction=Direction.BOTH, count=7,
    wanted=(Condition("switches", "kind == 'fuse'"), Condition("power_transformers")),
    measure=Measure.BRANCHES, barriers=("k2", "connectivity_nodes:d"),
    barrier_conditions=(Condition("ac_line_segments", "length_m > 200"),),
    stops=(Condition("switches", "is_tie"),),
    enters=(Condition("connectivity_nodes", "nominal_kv is empty"),),
    inoperable=("k2",), filters=(Condition("customers", "importance == '一级'"),), show=("switches",),
    sums=(*map(TraceSum, SUMS), TraceSum.parse("mv_users where customers: life_support")),
)  # fmt: skip


@pytest.mark.parametrize(
    "configuration", [FULL, TraceConfiguration(K.LOOPS), TraceConfiguration(K.PATH, ("a",), "b")]
)
def test_a_configuration_is_the_same_after_it_was_written(configuration: TraceConfiguration) -> None:
    assert TraceConfiguration.from_json(configuration.to_json()) == configuration


def test_traces_are_kept_by_name_and_undone() -> None:
    history = History(STATION)
    history.do(SaveTrace("日常 daily", FULL))
    history.do(SaveTrace("up", TraceConfiguration(K.UPSTREAM, ("t3",))))
    assert saved_names(history.project) == ("up", "日常 daily")
    assert saved_trace(history.project, "日常 daily") == FULL
    history.do(SaveTrace("up", TraceConfiguration(K.UPSTREAM, ("t6",))))
    assert saved_trace(history.project, "up").starts == ("t6",)
    history.undo()
    assert saved_trace(history.project, "up").starts == ("t3",)
    history.do(ForgetTrace("up"))
    assert saved_names(history.project) == ("日常 daily",)
    history.undo()
    assert run_trace(history.project, saved_trace(history.project, "up")).devices[0].id == "t3"


@pytest.mark.parametrize("text", [
    "", "{", "[]", "null", "{}", '{"kind": "sideways"}', '{"kind": 3}', '{"kind": "loops", "colour": "red"}',
    '{"kind": "loops", "count": "3"}', '{"kind": "loops", "count": true}', '{"kind": "loops", "starts": "a"}',
    '{"kind": "loops", "starts": [1]}', '{"kind": "loops", "filters": ["switches where ("]}', "[" * 100_000,
    '{"kind": "path"}', '{"kind": "loops", "checked": 1}',
])  # fmt: skip
def test_a_damaged_configuration_is_refused_with_its_name(text: str) -> None:
    draft = STATION.edit()
    draft.insert("saved_traces", [{"id": "old", "configuration": text}])
    project = draft.finish()[0]
    with pytest.raises(GridError) as error:
        saved_trace(project, "old")
    assert error.value.code == "saved-trace-damaged"
    assert "old" in sentence(error.value)
    assert saved_names(ForgetTrace("old").apply(project)[0]) == ()


def test_what_is_not_saved_is_said_with_what_is() -> None:
    with pytest.raises(GridError) as error:
        saved_trace(STATION, "x")
    assert error.value.code == "no-saved-traces"
    project, _changes = SaveTrace("up", TraceConfiguration(K.UPSTREAM, ("t3",))).apply(STATION)
    with pytest.raises(GridError) as error:
        saved_trace(project, "x")
    assert "up" in sentence(error.value)
    with pytest.raises(GridError):
        SaveTrace(" ", FULL).apply(STATION)
    with pytest.raises(GridError):
        SaveTrace("bad", TraceConfiguration(K.PATH, ("a",))).apply(STATION)
