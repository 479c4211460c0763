"""Who is out, who has another supply, who was out before: every rule on a network drawn in a line."""

from __future__ import annotations

import pytest

from grid_model.customers import Basis
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.topology import Device, SwitchState
from grid_model.tracing import OutageTrace, trace_outage
from tests.drawing import draw


def opened(project: Project, *devices: str, state: SwitchState = SwitchState.NORMAL) -> OutageTrace:
    return trace_outage(project, [("open", one) for one in devices], state)


def test_the_tail_up_to_the_open_tie_goes_dark() -> None:
    #   s1 --k1-- a --l1-- b --tie (open)-- c --k2-- s2
    network = draw(
        "s1 k1 a",
        "a l1 b",
        "b !tie c",
        "c k2 s2",
        sources=["s1", "s2"],
        points={"u1": "a", "u2": "b", "u3": "c"},
    )
    assert opened(network, "l1").customers == ("u2",)
    assert opened(network, "k1").customers == ("u1", "u2")


def test_an_area_fed_from_both_ends_stays_lit_when_one_end_opens() -> None:
    network = draw("s1 k1 a", "a tie b", "b k2 s2", sources=["s1", "s2"], points={"u1": "a", "u2": "b"})
    assert opened(network, "k1").customers == ()
    assert opened(network, "k1", "k2").customers == ("u1", "u2")


def test_one_of_two_parallel_lines_harms_nobody_and_both_do() -> None:
    network = draw("s k1 a", "a l1 b", "a l2 b", sources=["s"], points={"u": "b"})
    assert opened(network, "l1").customers == ()
    assert opened(network, "l1", "l2").customers == ("u",)


def test_a_branch_from_a_node_to_itself_is_nothing() -> None:
    network = draw("s k1 a", "a l1 a", sources=["s"], points={"u": "a"})
    assert opened(network, "k1").customers == ("u",)
    trace = opened(network, "l1")
    assert (trace.customers, trace.opened) == ((), (Device("ac_line_segments", "l1"),))


def test_a_line_conducts_only_while_the_switches_at_both_its_ends_are_closed() -> None:
    network = draw("s k0 a", "a l1 b", "a k1@l1", "b k2@l1", "b k3@l1", sources=["s"], points={"u": "b"})
    for switch in ("k1", "k2", "k3", "l1"):
        assert opened(network, switch).customers == ("u",)
    network = draw("s k0 a", "a l1 b", "a k1@l1", "b !k2@l1", sources=["s"], points={"u": "b"})
    assert opened(network, "k1").customers == ()
    assert opened(network, "k0").unknown == ("u",)


def test_a_line_end_switch_leaves_the_other_lines_at_its_node_alone() -> None:
    network = draw("s k0 a", "a l1 b", "a l2 c", "a k1@l1", sources=["s"], points={"ub": "b", "uc": "c"})
    assert opened(network, "k1").customers == ("ub",)


def test_what_is_out_of_service_never_conducts_and_cannot_be_switched() -> None:
    network = draw("s k1 a", "a !l1 b", sources=["s"], points={"u": "b"})
    assert opened(network, "k1").unknown == ("u",)
    for step in ("open", "close"):
        with pytest.raises(GridError, match="out-of-service"):
            trace_outage(network, [(step, "l1")])


def test_a_source_out_of_service_feeds_nobody() -> None:
    network = draw("s1 k1 a", "a k2 s2", sources=["s1", "!s2"], points={"u": "a"})
    assert opened(network, "k1").customers == ("u",)
    with pytest.raises(GridError, match="network-without-source"):
        opened(draw("s k a", sources=["!s"], points={"u": "a"}), "k")


def test_a_transformer_taken_out_darkens_what_hangs_below_it() -> None:
    network = draw("s k1 a", "a t1 b", "b l1 c", sources=["s"], points={"u": "c"}, areas={"T1": "t1"})
    trace = opened(network, "t1")
    assert (trace.customers, trace.transformer_areas, trace.counts.rated_kva) == (("u",), ("T1",), 100.0)
    trace = opened(network, "l1")
    assert (trace.customers, trace.transformer_areas, trace.counts.rated_kva) == (("u",), (), 0.0)


def test_a_transformer_with_three_windings_feeds_two_sides_and_parts_all_when_out() -> None:
    network = draw("s k1 a", "a t1 b c", "b l1 d", "c l2 e", sources=["s"], points={"ud": "d", "ue": "e"})
    assert opened(network, "t1").customers == ("ud", "ue")
    assert opened(network, "l2").customers == ("ue",)
    #   the low side held from elsewhere: only the third winding's side goes dark
    network = draw(
        "s k1 a", "a t1 b c", "b l1 d", "d k2 s2", sources=["s", "s2"], points={"ud": "d", "uc": "c"}
    )
    assert opened(network, "t1").customers == ("uc",)


def test_a_customer_with_two_supplies_is_out_only_when_both_are_dead() -> None:
    network = draw("s1 k1 a", "s2 k2 b", sources=["s1", "s2"], points={"u": ["a", "b"]})
    trace = opened(network, "k1")
    assert (trace.customers, trace.backup, trace.counts.lv_customers) == ((), ("u",), 0)
    assert opened(network, "k1", "k2").customers == ("u",)


def test_a_supply_that_never_was_does_not_hold_a_customer() -> None:
    network = draw("s1 k1 a", "b l1 c", sources=["s1"], points={"u": ["a", "b"]})
    assert opened(network, "k1").customers == ("u",)


def test_an_area_is_out_when_all_its_supplied_transformers_are_dead_and_partly_out_before() -> None:
    network = draw("s k1 a", "a k2 b", "a t1 c", "b t2 d", sources=["s"], areas={"T": ["t1", "t2"]})
    trace = opened(network, "k2")
    assert (trace.transformer_areas, trace.partly_out, trace.counts.transformer_areas) == ((), ("T",), 0)
    assert trace.counts.rated_kva == 100.0
    assert opened(network, "k1").transformer_areas == ("T",)


def test_a_usage_point_without_node_follows_the_transformers_of_its_area() -> None:
    network = draw(
        "s k1 a",
        "a t1 b",
        sources=["s"],
        areas={"T": "t1"},
        points={"u": ""},
        customers={"u": {"transformer_area": "T"}, "v": {"transformer_area": "T"}, "w": {}},
    )
    trace = opened(network, "k1")
    assert trace.customers == ("u", "v")
    assert trace.customers_basis == (Basis.AREA, Basis.AREA)
    assert (trace.unknown, trace.unlinked) == (("w",), 1)


def test_a_closed_customer_counts_nowhere() -> None:
    network = draw(
        "s k1 a", sources=["s"], points={"u": "a", "v": "a"}, customers={"u": {"status": "closed"}}
    )
    trace = opened(network, "k1")
    assert (trace.customers, trace.unknown, trace.counts.lv_customers) == (("v",), (), 1)


def test_what_the_present_state_left_dark_was_out_already() -> None:
    network = draw(
        "s k1 a",
        "a k2 b",
        "x l1 y",
        sources=["s"],
        points={"ua": "a", "ub": "b", "uy": "y"},
        now={"k2": True},
    )
    trace = opened(network, "k1", state=SwitchState.CURRENT)
    assert (trace.customers, trace.already_out, trace.unknown) == (("ua",), ("ub",), ("uy",))
    assert opened(network, "k1").customers == ("ua", "ub")


def test_both_ways_of_counting() -> None:
    network = draw(
        "s k1 a",
        "a t1 b",
        "a t2 c",
        "a t3 d",
        sources=["s"],
        areas={"T1": "t1", "T2": "t2", "T3": "t3"},
        points={"u1": "b", "u2": "b", "shop": "b", "mill": "d"},
        customers={
            "shop": {"customer_class": "lv_nonresident"},
            "mill": {"customer_class": "mv", "importance": "second"},
        },
        rows={"transformer_areas": {"T3": {"usage": "dedicated"}}},
        pv={
            "p1": {"kind": "pv", "rated_kw": 30.0, "node": "b"},
            "g1": {"kind": "generator", "rated_kw": 50.0, "node": "d"},
        },
    )
    counts = opened(network, "k1").counts
    assert (counts.mv_users, counts.lv_customers, counts.residents, counts.nonresidents) == (3, 3, 2, 1)
    assert (counts.transformer_areas, counts.rated_kva, counts.pv_kw, counts.important) == (3, 300.0, 30.0, 1)


def test_pv_never_supplies() -> None:
    network = draw(
        "s k1 a", sources=["s"], points={"u": "a"}, pv={"p": {"kind": "pv", "rated_kw": 500.0, "node": "a"}}
    )
    trace = opened(network, "k1")
    assert trace.customers == ("u",)
    assert [(one.kind, one.id) for one in trace.back_feed] == [("pv", "p")]


def test_important_customers_come_first() -> None:
    network = draw(
        "s k1 a",
        sources=["s"],
        points={"u1": "a", "u2": "a", "u3": "a", "u4": "a"},
        customers={
            "u2": {"sensitive_kind": "hospital"},
            "u3": {"importance": "second"},
            "u4": {"importance": "special"},
        },
    )
    assert opened(network, "k1").customers == ("u4", "u3", "u2", "u1")


def test_steps_happen_in_the_order_written() -> None:
    network = draw("s1 k1 a", "a !tie b", "b k2 s2", sources=["s1", "s2"], points={"u": "a"})
    trace = trace_outage(network, [("open", "k1"), ("close", "tie")])
    assert [(step.customers_out, step.customers_back) for step in trace.steps] == [(("u",), ()), ((), ("u",))]
    assert trace.customers == ()
    assert (trace.opened, trace.closed) == ((Device("switches", "k1"),), (Device("switches", "tie"),))
    with pytest.raises(GridError, match="already-closed"):
        trace_outage(network, [("close", "tie"), ("close", "tie")])
    with pytest.raises(GridError, match="already-open"):
        trace_outage(network, [("open", "k1"), ("open", "k1")])


def test_closing_a_tie_between_live_parts_makes_a_loop_that_is_named() -> None:
    network = draw("s1 k1 a", "a !tie b", "b k2 s2", "a k3 c", sources=["s1", "s2"])
    loops = trace_outage(network, [("close", "tie")]).loops
    assert [(loop.switches, loop.sources) for loop in loops] == [(("k1", "tie", "k2"), ("@s1", "@s2"))]
    assert trace_outage(network, [("close", "tie"), ("open", "k2")]).loops == ()


def test_what_was_taken_out_can_be_put_back() -> None:
    network = draw("s k1 a", "a l1 b", sources=["s"], points={"u": "b"})
    assert trace_outage(network, [("open", "l1"), ("close", "l1")]).customers == ()


def test_nothing_downstream_is_zeros() -> None:
    trace = opened(draw("s k1 a", "a k2 b", sources=["s"], points={"u": "a"}), "k2")
    assert (trace.customers, trace.counts.mv_users, trace.counts.lv_customers) == ((), 0, 0)


def test_a_name_that_several_devices_have_must_say_its_table() -> None:
    network = draw(
        "s k1 a",
        "a l1 b",
        sources=["s"],
        points={"u": "b"},
        rows={"ac_line_segments": {"k1": {"node_a": "a", "node_b": "b"}}},
    )
    with pytest.raises(GridError, match="ambiguous-device") as failure:
        opened(network, "k1")
    assert failure.value.values["devices"] == "switches:k1, ac_line_segments:k1"
    assert opened(network, "switches:k1").customers == ("u",)
    assert opened(network, "ac_line_segments:k1").customers == ()
    with pytest.raises(GridError, match="unknown-device"):
        opened(network, "k9")
    with pytest.raises(GridError, match="unknown-device"):
        opened(network, "switches:l1")


def test_nothing_done_is_refused() -> None:
    with pytest.raises(GridError, match="no-steps"):
        trace_outage(draw("s k1 a", sources=["s"]), [])


# ------------------------------------------------------------------ faults

WORKED = (
    "s1 q1 n1", "n1 t1 m1", "n1 {k1} n2", "n2 l1 n3", "n3 t2 m2", "n3 t3 m3", "n3 r1 n4", "n4 t5 m5",
    "n3 k2 n5", "n5 t4 m4", "n5 !tie1 n6", "n6 q2 s2", "n6 t3b m3b",
)  # fmt: skip


def worked_case(k1: str = "k1") -> Project:
    """`DOMAIN` §5.2: S1–QF1–[T1]–K1–[T2, T3; fuse R1→T5]–K2–[T4]–L1 (tie)–F2, T3 also fed by F2."""
    return draw(
        *(branch.format(k1=k1) for branch in WORKED),
        sources=["s1", "s2"],
        areas={"T1": "t1", "T2": "t2", "T3": ["t3", "t3b"], "T4": "t4", "T5": "t5"},
        points={"c1": "m1", "c2": "m2", "c3": ["m3", "m3b"], "c4": "m4", "c5": "m5"},
        customers={"c3": {"customer_class": "mv", "transformer_area": "T3"}},
        rows={
            "transformer_areas": {"T3": {"usage": "dedicated"}},
            "power_transformers": {"t5": {"rated_kva": 200.0}},
            "switches": {"r1": {"kind": "fuse", "is_protective": True}},
        },
        pv={"pv5": {"kind": "pv", "rated_kw": 60.0, "transformer_area": "T5"}},
    )


def test_the_worked_case_trips_at_the_outgoing_breaker() -> None:
    trace = trace_outage(worked_case(), [("fault", "l1")])
    assert [one.id for one in trace.opened] == ["q1"]
    assert trace.customers == ("c1", "c2", "c4", "c5")
    assert trace.backup == ("c3",)
    assert (trace.transformer_areas, trace.partly_out) == (("T1", "T2", "T4", "T5"), ("T3",))
    assert trace.counts.mv_users == 4


def test_the_worked_case_keeps_t1_where_k1_is_a_breaker() -> None:
    trace = trace_outage(worked_case("b1"), [("fault", "l1")])
    assert [one.id for one in trace.opened] == ["b1"]
    assert trace.customers == ("c2", "c4", "c5")
    assert trace.backup == ("c3",)


def test_the_worked_case_lists_pv_and_second_supply() -> None:
    found = {(one.kind, one.id): one for one in trace_outage(worked_case(), [("fault", "l1")]).back_feed}
    assert found["pv", "pv5"].share == pytest.approx(0.30)
    assert found["pv", "pv5"].flag == "over-25"
    assert ("second_supply", "c3") in found
    assert ("tie", "tie1") in found
    assert ("tie", "q1") not in found


def test_a_fault_below_a_fuse_trips_the_fuse_only() -> None:
    trace = trace_outage(worked_case(), [("fault", "t5")])
    assert ([one.id for one in trace.opened], trace.customers) == (["r1"], ("c5",))


def test_a_source_without_protection_before_it_trips_itself_and_this_is_said() -> None:
    network = draw("s k1 a", "a l1 b", sources=["s"], points={"u": "a", "v": "s"})
    trace = trace_outage(network, [("fault", "l1")])
    assert (trace.tripped_sources, trace.opened, trace.customers) == (("@s",), (), ("u", "v"))


def test_a_breaker_does_not_clear_a_fault_in_itself() -> None:
    network = draw("s q1 a", "a q2 b", "b l1 c", sources=["s"], points={"ua": "a", "uc": "c"})
    trace = trace_outage(network, [("fault", "q2")])
    assert ([one.id for one in trace.opened], trace.customers) == (["q1"], ("ua", "uc"))


def test_a_fault_fed_from_both_ends_trips_both() -> None:
    network = draw(
        "s1 q1 a", "a l1 b", "b q2 s2", "b f3 c", sources=["s1", "s2"], points={"u": "a", "v": "c"}
    )
    trace = trace_outage(network, [("fault", "l1")])
    assert [one.id for one in trace.opened] == ["q1", "q2"]
    assert trace.customers == ("u", "v")


def test_a_fault_where_nothing_conducts_trips_nothing() -> None:
    network = draw("s q1 a", "a !l1 b", sources=["s"], points={"u": "a"})
    trace = trace_outage(network, [("fault", "l1")])
    assert (trace.opened, trace.customers, trace.counts.lv_customers) == ((), (), 0)


def test_a_fault_on_a_line_from_a_node_to_itself_trips_like_any_other() -> None:
    #   s --q1-- a --l1-- a (itself), u1 at a
    project = draw("s q1 a", "a l1 a", sources=["s"], points={"u1": "a"})
    traced = trace_outage(project, [("fault", "l1")])
    assert traced.customers == ("u1",)
    assert [str(one) for one in traced.opened] == ["switches:q1"]
