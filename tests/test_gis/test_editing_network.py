"""Lines edited by hand stay joined: who is supplied changes only where the edit says so."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis.editing.devices import InsertSwitch, InsertTransformer, MovePlace
from gis.editing.lines import DrawLine, JoinLines, MoveLineEnd, ReshapeLine, SplitLine
from gis.editing.places import Anchor, route_of
from gis.sample import make_sample
from grid_model.delete import DeleteObjects, deletion_of, dependents
from grid_model.errors import GridError
from grid_model.history import History
from grid_model.project import Edit, Project
from grid_model.topology import TopologyIndex
from grid_model.tracing import trace_outage
from tests.conftest import scaled
from tests.drawing import draw
from tests.project_values import same_rows


def network() -> Project:
    """s –q– a ––l1–– b ––l2–– c –t1– u on a line from west to east, 100 m a line."""
    project = draw(
        "s q a", "a l1 b", "b l2 c", "c t1 u",
        sources=["s"], points={"c1": "u"}, areas={"A": "t1"},
    )  # fmt: skip
    places = {"s": (0, 0), "a": (0, 0), "b": (100, 0), "c": (200, 0), "u": (200, 0)}
    draft = project.edit()
    for node, (x, y) in places.items():
        draft.update("connectivity_nodes", [node], x=float(x), y=float(y), nominal_kv=10.0)
    draft.update("ac_line_segments", ["l1", "l2"], length_m=120.0, nominal_kv=10.0)
    draft.insert("poles", [{"id": "P", "x": 100.0, "y": 0.0}])
    return draft.finish()[0]


def done(project: Project, *edits: Edit) -> Project:
    for edit in edits:
        project = edit.apply(project)[0]
    return project


def supplied(project: Project) -> set[str]:
    index = TopologyIndex.build(project)
    ids = project.frame("connectivity_nodes")["id"].tolist()
    return {one for one, live in zip(ids, index.supplied, strict=False) if live}


def lost(project: Project, device: str) -> int:
    return trace_outage(project, [("open", device)]).counts.lv_customers


def line(project: Project, one: str) -> dict[str, object]:
    return project.table("ac_line_segments").row(one)


# ---------------------------------------------------------------------------- lines


def test_a_split_line_still_conducts_and_its_stated_length_is_shared() -> None:
    after = done(network(), SplitLine("l1", 25, 3))
    new = after.frame("ac_line_segments")["id"].tolist()[-1]
    assert line(after, "l1")["length_m"] == pytest.approx(30.0)
    assert line(after, new)["length_m"] == pytest.approx(90.0)
    assert line(after, "l1")["node_b"] == line(after, new)["node_a"]
    assert line(after, new)["nominal_kv"] == 10.0
    assert supplied(after) >= {"a", "b", "c", "u"}
    assert lost(after, new) == lost(after, "l1") == 1


def test_a_switch_at_the_far_end_of_a_split_line_goes_with_that_end() -> None:
    project = draw("s q a", "a l1 b", "b k1@l1", "b l2 c", sources=["s"], points={"c1": "c"})
    draft = project.edit()
    for n, node in enumerate(["s", "a", "b", "c"]):
        draft.update("connectivity_nodes", [node], x=100.0 * n, y=0.0)
    after = done(draft.finish()[0], SplitLine("l1", 150, 0))
    new = after.frame("ac_line_segments")["id"].tolist()[-1]
    assert after.table("switches").row("k1")["line"] == new
    opened = after.edit()
    opened.update("switches", ["k1"], normal_open=True)
    dead = {"b", "c"} - supplied(opened.finish()[0])
    assert dead == {"b", "c"}


def test_joining_is_the_way_back_from_a_split() -> None:
    first = network()
    split = done(first, SplitLine("l1", 40, 0))
    node = split.frame("connectivity_nodes")["id"].tolist()[-1]
    after = done(split, JoinLines(node))
    assert len(after.frame("ac_line_segments")) == 2
    assert line(after, "l1")["node_b"] == "b"
    assert line(after, "l1")["length_m"] == pytest.approx(120.0)
    assert route_of(after, "l1")[[0, -1]].tolist() == [[0, 0], [100, 0]]


def test_lines_are_not_joined_where_something_else_is_connected() -> None:
    with pytest.raises(GridError) as refused:
        done(network(), DrawLine(Anchor(100, 0, node="b"), Anchor(100, 90)), JoinLines("b"))
    assert refused.value.code == "not-two-lines"
    with pytest.raises(GridError) as refused:
        done(network(), JoinLines("c"))
    assert refused.value.code == "not-two-lines"
    draft = network().edit()
    draft.insert("usage_points", [{"id": "x", "customer": "c1", "node": "b"}])
    with pytest.raises(GridError) as refused:
        done(draft.finish()[0], JoinLines("b"))
    assert refused.value.code == "node-in-use"
    draft = network().edit()
    draft.update("ac_line_segments", ["l2"], model="LGJ-35")
    with pytest.raises(GridError) as refused:
        done(draft.finish()[0], JoinLines("b"))
    assert refused.value.code == "lines-differ"


def test_a_line_drawn_to_another_one_is_joined_to_it_there() -> None:
    edit = DrawLine(Anchor(50, 0, line="l1"), Anchor(50, 80), ((60, 40),), {"id": "new", "nominal_kv": 10.0})
    after = done(network(), edit)
    assert len(after.frame("ac_line_segments")) == 4
    assert {str(line(after, "new")["node_a"]), str(line(after, "new")["node_b"])} <= supplied(after)
    assert line(after, "new")["length_m"] == pytest.approx(2 * np.hypot(10, 40), abs=0.01)


def test_a_line_needs_a_length() -> None:
    for end in (Anchor(0, 0, node="a"), Anchor(0.1, 0)):
        with pytest.raises(GridError) as refused:
            done(network(), DrawLine(Anchor(0, 0, node="a"), end))
        assert refused.value.code == "line-without-length"


def test_a_reshaped_line_keeps_its_ends_and_its_stated_length_grows_with_the_route() -> None:
    after = done(network(), ReshapeLine("l1", ((50, 50),)))
    assert route_of(after, "l1").tolist() == [[0, 0], [50, 50], [100, 0]]
    assert line(after, "l1")["length_m"] == pytest.approx(120 * np.sqrt(2), abs=0.01)


def test_an_end_taken_elsewhere_parts_what_it_fed() -> None:
    after = done(network(), MoveLineEnd("l2", "a", Anchor(100, 50)))
    assert supplied(after).isdisjoint({"c", "u"})
    again = done(after, MoveLineEnd("l2", "a", Anchor(50, 0, line="l1")))
    assert {"c", "u"} <= supplied(again)


# ---------------------------------------------------------------------------- devices


def test_a_switch_in_a_line_parts_it_when_it_opens() -> None:
    after = done(network(), InsertSwitch("l1", 60, 0, {"id": "K", "kind": "breaker"}))
    assert {"b", "c", "u"} <= supplied(after)
    assert lost(after, "K") == 1
    assert after.table("switches").row("K")["is_protective"] is True


@pytest.mark.parametrize("x", [0.0, 100.0])
def test_a_switch_at_the_end_of_a_line_stands_between_it_and_the_node(x: float) -> None:
    after = done(network(), InsertSwitch("l1", x, 0, {"id": "K"}))
    assert len(after.frame("ac_line_segments")) == 2
    opened = after.edit()
    opened.update("switches", ["K"], normal_open=True)
    assert supplied(opened.finish()[0]).isdisjoint({"c", "u"})


def test_a_new_transformer_area_is_fed_at_once() -> None:
    edit = InsertTransformer(
        30, 0, line="l1",
        transformer={"id": "T", "rated_kva": 100.0}, area={"id": "B", "name": "青禾村#2公变"},
    )  # fmt: skip
    after = done(network(), edit)
    assert after.table("power_transformers").row("T")["transformer_area"] == "B"
    assert trace_outage(after, [("open", "q")]).transformer_areas == ("A", "B")


def test_a_pole_takes_along_what_stands_on_it() -> None:
    after = done(network(), MovePlace("poles", "P", 100, 40))
    assert (after.table("connectivity_nodes").row("b")["x"], after.table("poles").row("P")["y"]) == (100, 40)
    assert route_of(after, "l1").tolist() == [[0, 0], [100, 40]]
    drawn = done(network(), ReshapeLine("l1", ((50, 5),)), MovePlace("poles", "P", 100, 40))
    assert route_of(drawn, "l1").tolist() == [[0, 0], [50, 5], [100, 40]]
    stated = line(drawn, "l1")["length_m"]
    assert isinstance(stated, float)
    assert stated > 120


# ---------------------------------------------------------------------------- delete


def test_deleting_says_what_goes_with_it_and_what_stays_without() -> None:
    project = network()
    found = deletion_of(project, "connectivity_nodes", ["c"])
    assert found.rows == {
        "connectivity_nodes": ("c",),
        "ac_line_segments": ("l2",),
        "power_transformers": ("t1",),
    }
    with pytest.raises(GridError) as refused:
        done(project, DeleteObjects("connectivity_nodes", ("c",)))
    assert refused.value.code == "has-dependents"
    after = done(project, DeleteObjects("connectivity_nodes", ("c",), with_dependents=True))
    assert not len(after.frame("power_transformers"))
    assert "A" in after.table("transformer_areas")


def test_a_switch_goes_with_either_of_its_nodes() -> None:
    assert deletion_of(network(), "connectivity_nodes", ["a"]).rows["switches"] == ("q",)
    assert deletion_of(network(), "connectivity_nodes", ["s"]).rows["switches"] == ("q",)


def test_who_refers_to_an_area_is_listed() -> None:
    found = dependents(network(), "transformer_areas", ["A"])
    assert {(one.table, one.goes_too) for one in found} == {("power_transformers", False)}


# ---------------------------------------------------------------------------- any sequence


def random_edit(project: Project, chance: np.random.Generator) -> Edit:
    lines = project.frame("ac_line_segments")
    one = str(lines["id"].iloc[int(chance.integers(len(lines)))])
    route = route_of(project, one)
    at = int(chance.integers(len(route) - 1))
    x, y = (route[at] + (route[at + 1] - route[at]) * chance.random()).tolist()
    dx, dy = (chance.normal(0, 1e-4, 2)).tolist()
    row = project.table("ac_line_segments").row(one)
    match chance.choice(["split", "switch", "transformer", "move", "reshape", "branch", "join"]):
        case "split":
            return SplitLine(one, x, y)
        case "switch":
            return InsertSwitch(one, x, y, {"kind": str(chance.choice(["breaker", "fuse", "disconnector"]))})
        case "transformer":
            return InsertTransformer(x, y, line=one, area={"name": "新台区"})
        case "move":
            return MovePlace("connectivity_nodes", row["node_a"], x + dx, y + dy)
        case "reshape":
            return ReshapeLine(one, ((x + dx, y + dy),))
        case "branch":
            return DrawLine(
                Anchor(x, y, line=one), Anchor(x + dx, y + dy), (), {"nominal_kv": row["nominal_kv"]}
            )
    return JoinLines(str(row["node_b"]))


@pytest.mark.parametrize("seed", range(scaled(2, 60)))
def test_any_sequence_of_edits_keeps_supply_and_can_be_taken_back(seed: int) -> None:
    """None of these edits parts anything, so everybody who had supply keeps it."""
    first = make_sample("small", 1)
    before = trace_outage(first, [("open", "switches:" + _head(first))]).counts
    history, chance, made = History(first), np.random.default_rng(seed), 0
    for _turn in range(30):
        try:
            history.do(random_edit(history.project, chance))
        except GridError:
            continue
        made += 1
    assert made >= 10
    nodes = set(first.frame("connectivity_nodes")["id"]) & set(
        history.project.frame("connectivity_nodes")["id"]
    )
    assert supplied(first) & nodes <= supplied(history.project)
    after = trace_outage(history.project, [("open", "switches:" + _head(first))]).counts
    assert (after.lv_customers, after.rated_kva) == (before.lv_customers, before.rated_kva)
    for wkb in history.project.frame("ac_line_segments")["geometry"].dropna():
        assert shapely.from_wkb(wkb).length > 0
    while history.next_undo:
        history.undo()
    same_rows(history.project, first)


def _head(project: Project) -> str:
    return str(project.frame("feeders")["head_switch"].iloc[0])


def test_a_switch_at_the_end_of_a_line_goes_with_it_and_no_node_stays_alone() -> None:
    project = draw("s k a", "a l1 b", "b k1@l1", sources=["s"])
    found = deletion_of(project, "ac_line_segments", ["l1"])
    assert found.rows == {"ac_line_segments": ("l1",), "switches": ("k1",)}
    assert found.loose == ("b",)
    after = done(project, DeleteObjects("ac_line_segments", ("l1",), with_dependents=True))
    assert sorted(after.frame("connectivity_nodes")["id"]) == ["a", "s"]
