"""An earth on the line itself, beyond the switch at its end: placed, kept, carried out, never live."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import networkx as nx
import pytest

from grid_model.abnormal import abnormal_devices, return_to_normal
from grid_model.carry_out import CarryOut, load_study
from grid_model.cell_edit import SetCell
from grid_model.changes import Changes
from grid_model.delete import DeleteObjects
from grid_model.earth_places import EarthPlace
from grid_model.earthing import live_earths
from grid_model.errors import GridError
from grid_model.history import History, MemoryJournal
from grid_model.project import Project
from grid_model.study import OutageStudy, StudyStep, study_outage
from grid_model.study_places import find_nodes
from grid_model.tracing import trace_outage
from grid_model.wiring import SwitchState
from tests.conftest import scaled
from tests.drawing import draw
from tests.test_grid_model.random_networks import random_networks

TEN = datetime(2026, 11, 20, 10)


def step(minutes: float, action: str, devices: str = "", **more: Any) -> StudyStep:
    return StudyStep(TEN + timedelta(minutes=minutes), action, tuple(devices.split()), **more)


def history(project: Project) -> History:
    return History(project, MemoryJournal("Li"))


def play(project: Project, *steps: StudyStep, state: SwitchState = SwitchState.NORMAL) -> OutageStudy:
    return study_outage(project, steps, state)


def between() -> Project:
    """S –q– B –[e2 l2 e3]– C –k– D –q2– Z, fed from both ends; e2 and e3 stand on l2, k is open."""
    return draw(
        "S q B", "B l2 C", "B e2@l2", "C e3@l2", "C !k D", "D q2 Z",
        sources=["S", "Z"], points={"u": "C", "v": "B"},
        rows={
            "connectivity_nodes": {"B": {"x": 0.0, "y": 0.0}, "C": {"x": 100.0, "y": 0.0}},
            "switches": {one: {"kind": "disconnector"} for one in ("e2", "e3")},
        },
    )  # fmt: skip


OUT = (step(0, "open", "e2"), step(5, "open", "e3"))


# ------------------------------------------------------------------ what a step names


@pytest.mark.parametrize(("devices", "places"), [
    ("l2", {("B", "l2"), ("C", "l2")}),
    ("l2@B", {("B", "l2")}),
    ("lines:l2@C", {("C", "l2")}),
    ("l2@b", {("C", "l2")}),
    ("e3@b", {("C", "l2")}),
    ("e3", {("C", ""), ("C", "l2")}),
    ("e3@a nodes:C", {("C", "")}),
])  # fmt: skip
def test_a_line_s_end_is_earthed_beyond_the_switch_there(devices: str, places: set[tuple[str, str]]) -> None:
    found = play(between(), *OUT, step(10, "earth", devices))
    assert set(found.stages[-1].earthed) == {EarthPlace(*one) for one in places}


def test_what_is_open_on_both_sides_is_earthed_though_the_nodes_beside_it_are_live() -> None:
    found = play(between(), *OUT, step(10, "close", "k"), step(15, "earth", "l2"))
    assert found.stages[-1].counts.lv_customers == 0
    with pytest.raises(GridError, match="earth-live"):
        play(between(), *OUT, step(10, "close", "k"), step(15, "earth", "nodes:C"))
    with pytest.raises(GridError, match="earth-live"):
        play(between(), step(0, "open", "e3"), step(10, "earth", "l2"))


def test_without_a_switch_at_its_end_the_line_s_end_is_the_node() -> None:
    network = draw("S k1 A", "A l1 B", sources=["S"])
    found = play(network, step(0, "open", "k1"), step(5, "earth", "l1@B"))
    assert found.stages[-1].earthed == (EarthPlace("B"),)


def test_a_cut_line_is_earthed_beside_the_live_node_it_was_cut_from() -> None:
    network = draw("S k1 A", "A l1 B", sources=["S"])
    found = play(network, step(0, "cut", "l1@a"), step(5, "earth", "l1@a"))
    assert found.stages[-1].earthed == (EarthPlace("A", "l1"),)
    with pytest.raises(GridError, match="energises-earth"):
        play(network, *found.steps, step(9, "close", "cut-1"))


def test_an_end_that_a_letter_and_a_node_s_name_give_differently_is_refused() -> None:
    with pytest.raises(GridError, match="ambiguous-end"):
        play(draw("S k1 b", "b l1 a", sources=["S"]), step(0, "open", "k1"), step(5, "earth", "l1@b"))


def test_the_place_between_two_switches_at_one_end_is_told_to_have_no_name() -> None:
    network = draw("S k1 A", "A l1 B", "A e1@l1", "A e2@l1", sources=["S"])
    with pytest.raises(GridError, match="earth-between-switches"):
        play(network, step(0, "open", "k1"), step(5, "earth", "e1"))
    found = play(network, step(0, "open", "e2"), step(5, "earth", "e2@b"))
    assert found.stages[-1].earthed == (EarthPlace("A", "l1"),)


@pytest.mark.parametrize("devices", ["l2@b D", "e3", "e3@b D", "l2 D"])
def test_no_jumper_lies_between_a_line_and_the_switch_at_its_end(devices: str) -> None:
    with pytest.raises(GridError, match="jumper-behind-switch"):
        play(between(), *OUT, step(10, "jumper", devices))
    assert find_nodes(between(), "l2@C") == ("C",)


# ------------------------------------------------------------------ nothing puts it under voltage


@pytest.mark.parametrize("more", [
    [step(20, "close", "e2")],
    [step(20, "close", "e3"), step(25, "close", "k")],
    [step(20, "close", "k"), step(25, "close", "e3")],
    [step(20, "close", "e3"), step(25, "jumper", "D C")],
    [step(20, "normal")],
])  # fmt: skip
def test_no_step_puts_the_earthed_line_under_voltage(more: list[StudyStep]) -> None:
    with pytest.raises(GridError, match="energises-earth") as refused:
        play(between(), *OUT, step(10, "earth", "l2"), *more)
    assert refused.value.values["node"] in ("l2@B", "l2@C")
    freed = [step(15, "unearth", "l2"), *more]
    play(between(), *OUT, step(10, "earth", "l2"), *freed)


def test_restoring_goes_round_the_earthed_line() -> None:
    found = play(between(), *OUT, step(10, "earth", "l2"), step(20, "restore"))
    assert [one.id for one in found.stages[-1].closed] == ["k"]
    assert found.stages[-1].counts.lv_customers == 0


def carried_out() -> History:
    changed = history(between())
    changed.do(CarryOut(play(changed.project, *OUT, step(10, "earth", "l2"))))
    return changed


def test_it_is_carried_out_as_rows_and_no_edit_undo_or_redo_makes_it_live() -> None:
    changed = carried_out()
    rows = changed.project.frame("earths")[["node", "line"]].to_dict("records")
    assert rows == [{"node": "B", "line": "l2"}, {"node": "C", "line": "l2"}]
    with pytest.raises(GridError, match="energises-earth"):
        changed.do(SetCell("switches", "e2", "open", False))
    changed.do(SetCell("switches", "k", "open", False))  # node C live, the line beyond e3 not
    with pytest.raises(GridError, match="energises-earth"):
        changed.do(SetCell("switches", "e3", "open", False))
    with pytest.raises(GridError, match="energises-earth"):
        changed.do(DeleteObjects("switches", ("e3",)))
    changed.undo()
    changed.redo()
    assert live_earths(changed.project) == ()


def test_undo_does_not_close_onto_an_earth_that_came_since() -> None:
    changed = history(between())
    changed.do(SetCell("switches", "e3", "open", True))
    changed.do(SetCell("switches", "e2", "open", True))
    project = changed.project.edit()
    project.insert("earths", [{"id": "e", "node": "C", "line": "l2"}])
    changed._project = project.project  # as another program would
    with pytest.raises(GridError, match="energises-earth"):
        changed.undo()


def test_it_stands_in_the_list_and_the_way_back_takes_it_off() -> None:
    changed = carried_out()
    earths = [one for one in abnormal_devices(changed.project) if one.table == "earths"]
    assert [(one.node, one.line, one.live) for one in earths] == [("B", "l2", False), ("C", "l2", False)]
    steps = return_to_normal(changed.project)
    assert (steps[0].action, steps[0].devices) == ("unearth", ("lines:l2@B", "lines:l2@C"))
    changed.do(CarryOut(play(changed.project, *steps, state=SwitchState.CURRENT)))
    assert abnormal_devices(changed.project) == ()


def test_a_kept_study_of_the_present_state_begins_with_it_again() -> None:
    changed = carried_out()
    made = play(
        changed.project, step(60, "close", "k"), step(65, "unearth", "l2@B"), state=SwitchState.CURRENT
    )
    changed.do(CarryOut(made))
    outage = str(changed.project.frame("outages")["id"].iloc[-1])
    back = play(
        changed.project, step(90, "unearth", "l2"), step(95, "close", "e2"), state=SwitchState.CURRENT
    )
    changed.do(CarryOut(back))
    again = load_study(changed.project, outage)
    assert (again.same_network, again.differences) == (True, ())
    assert again.study.stages[0].earthed == (EarthPlace("B", "l2"), EarthPlace("C", "l2"))
    assert again.study.stages[1].earthed == (EarthPlace("C", "l2"),)


def test_a_what_if_warns_where_it_would_put_it_under_voltage() -> None:
    found = trace_outage(carried_out().project, [("close", "k"), ("close", "e3")], SwitchState.CURRENT)
    assert {(one.code, one.id) for one in found.dangers} == {
        ("energises-earth", "l2@B"), ("energises-earth", "l2@C")
    }  # fmt: skip


def test_a_line_that_was_taken_out_and_earthed_is_earthed_on_both_sides_of_its_cut() -> None:
    changed = history(between())
    changed.do(CarryOut(play(changed.project, *OUT, step(6, "open", "l2"), step(10, "earth", "l2@B"))))
    with pytest.raises(GridError, match="energises-earth"):
        changed.do(SetCell("switches", "e2", "open", False))


# ------------------------------------------------------------------ whatever happens


def inner_graph(project: Project) -> tuple[nx.Graph, Callable[[str, str], set[Any]]]:
    """Draw what conducts at present from the rows alone, with a node of its own behind each line-end switch.

    Returns
    -------
    graph
        Sources hang on the node ``root``; its attribute ``ends`` gives the nodes at the ends of each device.
    places
        Which nodes of the graph an earth at a node and a line stands for.
    """
    graph = nx.Graph(ends={})
    graph.add_node("root")
    graph.add_nodes_from(project.frame("connectivity_nodes")["id"])
    lines = {row["id"]: row for row in project.frame("ac_line_segments").to_dict("records")}
    ends: dict[tuple[str, str], list[Any]] = {}
    beyond: dict[tuple[str, str], list[Any]] = {}
    for name, row in lines.items():
        for end in ("node_a", "node_b"):
            ends[name, end], beyond[name, end] = [row[end]], []
    for row in project.frame("switches").to_dict("records"):
        closed = row["in_service"] and not row["open"]
        a: Any
        b: Any
        if isinstance(row["node_b"], str):
            a, b = row["node_a"], row["node_b"]
        else:
            line = lines[row["line"]]
            far = line["node_a"] != row["node_a"] == line["node_b"]
            key = (row["line"], "node_b" if far else "node_a")
            a, b = ends[key][-1], ("inner", *key, len(ends[key]))
            ends[key].append(b)
            beyond[key] = [*beyond[key], b] if row["kind"] == "cut" else [b]
            graph.add_node(b)
        if row["in_service"]:
            graph.graph["ends"]["switches", row["id"]] = {a, b}
        if closed:
            graph.add_edge(a, b)
    for name, row in lines.items():
        if row["in_service"]:
            both = ends[name, "node_a"][-1], ends[name, "node_b"][-1]
            graph.add_edge(*both)
            graph.graph["ends"]["ac_line_segments", name] = set(both)
    off = left_open(project)
    for row in project.frame("power_transformers").to_dict("records"):
        if row["in_service"] and f"power_transformers:{row['id']}" not in off:
            graph.add_edge(row["hv_node"], row["lv_node"])
            if isinstance(row["tv_node"], str):
                graph.add_edge(row["hv_node"], row["tv_node"])
            graph.graph["ends"]["power_transformers", row["id"]] = {row["hv_node"], row["lv_node"]}
    for row in project.frame("energy_sources").to_dict("records"):
        if row["in_service"] and f"energy_sources:{row['id']}" not in off:
            graph.add_edge("root", row["node"])

    def places(node: str, line: str) -> set[Any]:
        own = [
            one
            for end in ("node_a", "node_b")
            if line in lines and lines[line][end] == node
            for one in (beyond[line, end] or [node])
        ]
        return set(own) or {node}

    return graph, places


def left_open(project: Project) -> set[str]:
    """Transformers and sources that the record with the largest number says to stand open."""
    found = [json.loads(text).get("carried_out") for text in project.frame("outages")["result"].dropna()]
    last = max(filter(None, found), key=lambda done: int(done["number"]), default=None)
    return set(last["open"]) if last else set()


def live_by_hand(project: Project) -> list[tuple[str, str]]:
    """Earths under voltage at present, by the graph."""
    graph, places = inner_graph(project)
    live = nx.node_connected_component(graph, "root")
    rows = project.frame("earths")
    named = zip(rows["node"], rows["line"].fillna(""), strict=True)
    return [(node, line) for node, line in named if places(node, line) & live]


class Rows:
    """Put an earth in, or take all away, as an import or a table edit does."""

    title = "Set “{column}” of {id}"

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.values: dict[str, str] = {}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        draft = project.edit()
        if self.rows:
            draft.insert("earths", self.rows)
        else:
            draft.delete("earths", project.frame("earths")["id"].tolist())
        return draft.finish()


REFUSED = {
    "already-open", "already-closed", "out-of-service", "energises-fault", "energises-earth", "earth-live",
    "already-earthed", "not-earthed", "earth-between-switches", "jumper-behind-switch", "jumper-same-node",
    "cut-in-place", "nothing-carried-out", "no-fault", "nothing-to-undo",
    "nothing-to-redo", "unknown-place", "network-without-source",
}  # fmt: skip


def with_line_end_switches(seed: int, dice: random.Random) -> Project:
    """A random network in which most lines have switches at their ends, some two at one end."""
    project = random_networks([seed, seed + 1], size=5)
    draft = project.edit()
    rows: list[dict[str, Any]] = []
    for line in project.frame("ac_line_segments").to_dict("records"):
        for node in dice.choices((line["node_a"], line["node_b"]), k=dice.choice((0, 1, 2, 2, 3))):
            is_open = dice.random() < 0.4
            more = {"open": is_open, "normal_open": is_open, "kind": "disconnector"}
            rows.append({"id": f"d{len(rows)}", "node_a": node, "line": line["id"], **more})
    if rows:
        draft.insert("switches", rows)
    return draft.project


def random_steps(project: Project, dice: random.Random) -> list[StudyStep]:
    lines, nodes = (
        list(project.frame("ac_line_segments")["id"]),
        list(project.frame("connectivity_nodes")["id"]),
    )
    switches = list(project.frame("switches")["id"])
    ends = [*lines, *(f"{one}@{end}" for one in lines for end in "ab"), *(f"nodes:{one}" for one in nodes)]
    found = []
    named: tuple[str, ...]
    for n in range(dice.randint(4, 14)):
        action = dice.choice(
            ("open", "open", "open", "earth", "earth", "earth", "close", "cut", "unearth", "jumper")
        )
        if action in ("open", "close"):
            named = (dice.choice([*switches, *switches, *lines]),) if switches or lines else ()
        elif action == "cut":
            named = (dice.choice(ends[: 3 * len(lines)]),) if lines else ()
        elif action == "jumper":
            named = (dice.choice(ends), dice.choice(ends))
        else:
            named = (dice.choice([*ends[: 3 * len(lines)], *ends]),)
        if named:
            found.append(step(n, action, " ".join(named)))
    return found


def accepted(project: Project, steps: list[StudyStep]) -> OutageStudy | None:
    """The longest study of those steps, each of which is left out where it is refused."""
    done: list[StudyStep] = []
    found = None
    for one in steps:
        try:
            found = study_outage(project, [*done, one], SwitchState.CURRENT)
        except GridError as error:
            assert error.code in REFUSED, error
            continue
        done.append(one)
    return found


def random_edit(changed: History, dice: random.Random) -> None:
    """Do one thing at random: switch, earth, carry out, undo, redo."""
    project = changed.project
    switches, lines = project.frame("switches"), project.frame("ac_line_segments")
    match dice.choice(("switch", "switch", "study", "study", "study", "undo", "redo", "row", "delete")):
        case "switch" if len(switches):
            one = switches.iloc[dice.randrange(len(switches))]
            changed.do(SetCell("switches", one["id"], "open", not one["open"]))
        case "study":
            if (found := accepted(project, random_steps(project, dice))) is not None:
                changed.do(CarryOut(found))
        case "undo":
            changed.undo()
        case "redo":
            changed.redo()
        case "row" if len(lines):
            line = lines.iloc[dice.randrange(len(lines))]
            end = dice.choice(("node_a", "node_b"))
            changed.do(Rows([{"id": f"r{dice.random()}", "node": line[end], "line": line["id"]}]))
        case "delete" if len(switches):
            changed.do(DeleteObjects("switches", (str(switches["id"].iloc[dice.randrange(len(switches))]),)))
        case _:
            changed.do(Rows([]))


@pytest.mark.parametrize("seed", range(scaled(5, 600)))
def test_an_earthed_place_is_never_live_whatever_is_switched_earthed_cut_and_undone(seed: int) -> None:
    dice = random.Random(seed)
    changed = history(with_line_end_switches(seed, dice))
    for _n in range(12):
        try:
            random_edit(changed, dice)
        except GridError as error:
            assert error.code in REFUSED, error
        assert live_by_hand(changed.project) == []
        assert live_earths(changed.project) == ()


@pytest.mark.parametrize("seed", range(scaled(6, 600)))
def test_every_stage_of_a_study_leaves_dead_what_is_earthed(seed: int) -> None:
    """Each stage is put into rows and read by the graph."""
    dice = random.Random(seed)
    project = with_line_end_switches(seed, dice)
    found = accepted(project, random_steps(project, dice))
    if found is not None:
        for stage in found.stages:
            assert live_by_hand(_as_rows(found.project, stage)) == []


def _as_rows(project: Project, stage: Any) -> Project:
    """The state after a stage as a project of its own: positions, lines taken out, earths."""
    outage = stage.outage
    closed = outage.after_topology.closed
    draft = project.edit()
    for table, column in (("switches", "open"), ("ac_line_segments", "in_service")):
        ids = project.frame(table)["id"].tolist()
        first = outage.before.wiring.offsets[table]
        now = closed[first : first + len(ids)]
        if ids:
            draft.update(table, ids, **{column: (~now if column == "open" else now).tolist()})
    draft.delete("earths", project.frame("earths")["id"].tolist())
    if stage.earthed:
        draft.insert(
            "earths",
            [
                {"id": f"x{n}", "node": one.node, "line": one.line or None}
                for n, one in enumerate(stage.earthed)
            ],
        )
    return draft.project
