"""The loss of every device at once: nobody counted twice, nobody missed."""

from __future__ import annotations

from typing import Any

import pytest

from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.ranking import REASONS, DeviceRanking, rank_devices
from grid_model.topology import Device, SwitchState
from tests.drawing import draw


def losses(project: Project, measure: str = "lv_customers") -> dict[str, Any]:
    ranking = rank_devices(project)
    return {one.id: ranking.loss(one)[measure] for one in ranking.devices()}


def reason(ranking: DeviceRanking, table: str, device: str) -> str:
    return REASONS[ranking.reason[ranking.number(Device(table, device))]]


def test_what_hangs_below_a_device_is_lost_with_it() -> None:
    network = draw("s k1 a", "a l1 b", "a l2 c", sources=["s"], points={"ua": "a", "ub": "b", "uc": "c"})
    assert losses(network) == {"k1": 3, "l1": 1, "l2": 1}


def test_a_device_in_a_loop_harms_nobody_and_says_so() -> None:
    network = draw("s k1 a", "a l1 b", "b l2 c", "c l3 a", sources=["s"], points={"u": "c"})
    assert losses(network) == {"k1": 1, "l1": 0, "l2": 0, "l3": 0}
    ranking = rank_devices(network)
    assert reason(ranking, "ac_line_segments", "l2") == "in_loop"
    assert reason(ranking, "switches", "k1") == ""


def test_open_devices_and_dead_ones_lose_nothing_and_say_so() -> None:
    network = draw("s k1 a", "a !k2 b", "b l1 c", "a !l2 d", sources=["s"], points={"u": "c"})
    ranking = rank_devices(network)
    assert [reason(ranking, "switches", one) for one in ("k1", "k2")] == ["", "open"]
    assert [reason(ranking, "ac_line_segments", one) for one in ("l1", "l2")] == ["no_supply", "open"]
    assert set(losses(network).values()) == {0}


def test_parallel_branches_are_a_loop() -> None:
    assert losses(draw("s l1 a", "s l2 a", "a l3 b", sources=["s"], points={"u": "b"})) == {
        "l1": 0,
        "l2": 0,
        "l3": 1,
    }


def test_a_dual_fed_customer_is_lost_only_where_both_its_ways_part() -> None:
    network = draw("s k0 r", "r k1 a", "r k2 b", sources=["s"], points={"u": ["a", "b"]})
    assert losses(network) == {"k0": 1, "k1": 0, "k2": 0}
    network = draw("s1 k1 a", "s2 k2 b", sources=["s1", "s2"], points={"u": ["a", "b"]})
    assert losses(network) == {"k1": 0, "k2": 0}


def test_an_area_with_two_transformers_counts_once_where_they_part() -> None:
    network = draw("s k0 r", "r k1 a", "r k2 b", "a t1 c", "b t2 d", sources=["s"], areas={"T": ["t1", "t2"]})
    assert losses(network, "mv_users") == {"k0": 1, "k1": 0, "k2": 0, "t1": 0, "t2": 0}
    assert losses(network, "rated_kva") == {"k0": 200, "k1": 100, "k2": 100, "t1": 100, "t2": 100}


def test_a_line_and_its_end_switches_lose_the_same() -> None:
    network = draw("s k0 a", "a l1 b", "a k1@l1", "b k2@l1", sources=["s"], points={"ua": "a", "ub": "b"})
    assert losses(network) == {"k0": 2, "k1": 1, "k2": 1, "l1": 1}


def test_a_transformer_with_three_windings_loses_both_its_sides() -> None:
    network = draw("s k0 a", "a t1 b c", sources=["s"], points={"ub": "b", "uc": "c", "both": ["b", "c"]})
    assert losses(network) == {"k0": 3, "t1": 3}
    network = draw(
        "s k0 a",
        "a t1 b c",
        "b k2 s2",
        sources=["s", "s2"],
        points={"ub": "b", "uc": "c", "both": ["b", "c"]},
    )
    assert losses(network)["t1"] == 1


def test_the_worst_come_first_and_equal_ones_in_table_order() -> None:
    network = draw("s k9 a", "a k2 b", "b k1 c", sources=["s"], points={"ua": "a", "uc": "c"})
    ranking = rank_devices(network)
    assert [ranking.device(n).id for n in ranking.order] == ["k9", "k2", "k1"]


def test_both_states_can_be_ranked() -> None:
    network = draw("s k1 a", "a k2 b", sources=["s"], points={"u": "b"}, now={"k2": True})
    device = Device("switches", "k1")
    assert rank_devices(network).loss(device)["lv_customers"] == 1
    assert rank_devices(network, SwitchState.CURRENT).loss(device)["lv_customers"] == 0


def test_a_network_without_a_source_is_refused_as_in_a_trace() -> None:
    with pytest.raises(GridError, match="network-without-source"):
        rank_devices(draw("s k1 a", sources=["!s"]))
