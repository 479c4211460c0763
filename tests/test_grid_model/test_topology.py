"""What is connected to what: sources, feeders, loops and states, each on a network drawn in a line."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from grid_model.project import Project
from grid_model.topology import Device, SwitchState, TopologyIndex
from grid_model.tracing import trace_outage
from tests.drawing import draw


def supplied(project: Project, state: SwitchState = SwitchState.NORMAL) -> set[str]:
    index = TopologyIndex.build(project, state)
    names = project.frame("connectivity_nodes")["id"]
    return set(names[index.supplied[: len(names)]])


def test_the_states_differ_where_a_switch_stands_otherwise_now() -> None:
    network = draw("s k1 a", "a k2 b", sources=["s"], now={"k2": True})
    assert supplied(network) == {"s", "a", "b"}
    assert supplied(network, SwitchState.CURRENT) == {"s", "a"}


def test_an_empty_project_has_no_supply() -> None:
    assert not TopologyIndex.build(draw(sources=[])).supplied[:-1].any()


def test_two_sources_on_one_island_feed_it_together() -> None:
    network = draw("s1 l1 a", "a l2 s2", sources=["s1", "s2"])
    index = TopologyIndex.build(network)
    assert supplied(network) == {"s1", "a", "s2"}
    assert len(index.bridges()) == 0
    assert [loop.sources for loop in index.loops()] == [("@s1", "@s2")]


def test_two_loops_that_share_only_the_source_are_told_apart() -> None:
    network = draw("s k1 a", "s l1 a", "x k2 b", "x l2 b", sources=["s", "x"])
    assert [loop.devices for loop in TopologyIndex.build(network).loops()] == [
        (Device("switches", "k1"), Device("ac_line_segments", "l1")),
        (Device("switches", "k2"), Device("ac_line_segments", "l2")),
    ]


def test_a_loop_counts_how_many_devices_must_open() -> None:
    network = draw("s k1 a", "a l1 b", "b l2 c", "c l3 a", "a l4 c", sources=["s"])
    (loop,) = TopologyIndex.build(network).loops()
    assert ([one.id for one in loop.devices], loop.circuits) == (["l1", "l2", "l3", "l4"], 2)


def test_a_second_source_on_the_same_node_is_no_loop() -> None:
    network = draw("s k1 a", sources=["s"], rows={"energy_sources": {"more": {"node": "s"}}})
    assert TopologyIndex.build(network).loops() == ()


def test_a_feeder_is_named_by_the_first_switch_below_its_source_or_by_the_table() -> None:
    network = draw(
        "s k1 a",
        "s k2 b",
        "a k3 c",
        sources=["s"],
        rows={"feeders": {"F1": {"name": "one", "head_switch": "k1"}}},
    )
    index = TopologyIndex.build(network)
    names = index.feeder_of_nodes(network)
    of = {
        node: names.get(int(row), "")
        for node, row in zip(network.frame("connectivity_nodes")["id"], index.first_switches, strict=False)
    }
    assert of == {"s": "", "a": "F1", "b": "k2", "c": "F1"}


def test_each_node_knows_the_source_that_feeds_it() -> None:
    network = draw("s1 k1 a", "s2 k2 b", "c l1 d", sources=["s1", "s2"])
    rows = TopologyIndex.build(network).sources
    of = dict(zip(network.frame("connectivity_nodes")["id"], rows.tolist(), strict=False))
    assert (of["a"], of["b"], of["c"]) == (0, 1, -1)


def test_a_what_if_leaves_the_index_as_it_is() -> None:
    index = TopologyIndex.build(draw("s k1 a", sources=["s"]))
    overlay = index.operated(opened=[0])
    assert (index.closed[0], overlay.closed[0]) == (True, False)
    with pytest.raises(ValueError, match="read-only"):
        index.closed[0] = False


def test_depths_and_ancestors_of_a_walk() -> None:
    index = TopologyIndex.build(draw("s k1 a", "a l1 b", "a l2 c", "c l3 d", sources=["s"]))
    tree = index.tree
    position = {node: int(tree.position[n]) for n, node in enumerate(["s", "a", "b", "c", "d"])}
    assert [int(tree.depth[position[one]]) for one in "sabcd"] == [1, 2, 3, 3, 4]
    pairs = [("b", "d", "a"), ("c", "d", "c"), ("b", "b", "b"), ("s", "d", "s")]
    low = np.array([min(position[one], position[other]) for one, other, _meet in pairs])
    high = np.array([max(position[one], position[other]) for one, other, _meet in pairs])
    assert tree.common_ancestors(low, high).tolist() == [position[meet] for *_pair, meet in pairs]


def test_the_network_is_compiled_once_and_kept_where_an_edit_does_not_touch_it() -> None:
    network = draw("s k1 a", sources=["s"], points={"u": "a"})
    index = TopologyIndex.build(network)
    assert TopologyIndex.build(network) is index
    draft = network.edit()
    draft.update("switches", ["k1"], open=True, name="K1")
    renamed, _changes = draft.finish()
    assert TopologyIndex.build(renamed, SwitchState.CURRENT).wiring is index.wiring
    draft = network.edit()
    draft.insert("ac_line_segments", [{"id": "l9", "node_a": "a", "node_b": "s"}])
    longer, _changes = draft.finish()
    assert TopologyIndex.build(longer).wiring is not index.wiring
    assert len(TopologyIndex.build(longer).loops()) == 1


def test_an_index_goes_with_its_project() -> None:
    network = draw("s k1 a", sources=["s"])
    index = weakref.ref(TopologyIndex.build(network))
    del network
    gc.collect()
    assert index() is None


def test_an_edited_project_is_traced_like_a_new_one() -> None:
    """Rows that were put in lie in chunks of their own behind the old ones."""
    draft = draw("s k1 a", sources=["s"], points={"u": "a"}).edit()
    draft.insert("connectivity_nodes", [{"id": "b"}, {"id": "c"}])
    draft.insert("ac_line_segments", [{"id": "l1", "node_a": "a", "node_b": "b"}])
    draft.insert("ac_line_segments", [{"id": "l2", "node_a": "b", "node_b": "c"}])
    draft.insert("customers", [{"id": "v"}])
    draft.insert("usage_points", [{"id": "v", "customer": "v", "node": "c"}])
    project, _changes = draft.finish()
    assert trace_outage(project, [("open", "k1")]).customers == ("u", "v")
    draft = project.edit()
    draft.delete("ac_line_segments", ["l1"])
    parted, _changes = draft.finish()
    assert trace_outage(parted, [("open", "k1")]).customers == ("u",)
    assert trace_outage(parted, [("open", "k1")]).unknown == ("v",)
