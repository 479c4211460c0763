"""What failed and is not repaired stays dead: no edit, undo, redo or study puts it under voltage."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import networkx as nx
import pytest

from grid_model.abnormal import abnormal_devices, return_to_normal
from grid_model.carry_out import CarryOut, SaveOutage
from grid_model.cell_edit import SetCell
from grid_model.delete import DeleteObjects
from grid_model.earthing import dangers_at_present
from grid_model.errors import GridError
from grid_model.history import History, MemoryJournal
from grid_model.kept_outages import ForgetOutage
from grid_model.project import Project
from grid_model.study import OutageStudy, StudyStep, study_outage
from grid_model.study_faults import open_faults
from grid_model.wiring import SwitchState
from tests.conftest import scaled
from tests.drawing import draw
from tests.test_grid_model.test_earths_at_line_ends import (
    REFUSED,
    inner_graph,
    live_by_hand,
    with_line_end_switches,
)

TEN = datetime(2026, 11, 20, 10)
NOW = SwitchState.CURRENT


def step(minutes: float, action: str, devices: str = "", **more: Any) -> StudyStep:
    return StudyStep(TEN + timedelta(minutes=minutes), action, tuple(devices.split()), **more)


def history(project: Project) -> History:
    return History(project, MemoryJournal("Li"))


def play(project: Project, *steps: StudyStep, state: SwitchState = SwitchState.NORMAL) -> OutageStudy:
    return study_outage(project, steps, state)


def street() -> Project:
    """S –q– A –k1– B –l1– C –k2– D –tie (open)– Z; l1 will fail."""
    return draw(
        "S q A", "A k1 B", "B l1 C", "C k2 D", "D !tie E", "E q2 Z",
        sources=["S", "Z"], points={"u": "A", "v": "C", "w": "D"},
    )  # fmt: skip


def isolated() -> History:
    """l1 failed and is isolated by k1 and k2; D is fed over the tie."""
    changed = history(street())
    steps = (step(0, "fault", "l1"), step(30, "isolate"), step(40, "close", "tie"))
    changed.do(CarryOut(play(changed.project, *steps)))
    return changed


# ------------------------------------------------------------------ every way of closing


@pytest.mark.parametrize("edit", [
    SetCell("switches", "k1", "open", False),
    SetCell("switches", "k2", "open", False),
    DeleteObjects("outages", ("20261120-01",)),
    ForgetOutage("20261120-01"),
])  # fmt: skip
def test_no_edit_closes_onto_a_fault_that_is_not_repaired(edit: Any) -> None:
    changed = isolated()
    before = changed.project
    with pytest.raises(GridError, match=r"energises-open-fault|outage-has-open-fault") as refused:
        changed.do(edit)
    if refused.value.code == "energises-open-fault":
        assert refused.value.values == {"id": "l1", "outage": "20261120-01"}
    assert changed.project is before
    assert len(changed.journal.entries()) == 1


def test_what_does_not_reach_the_fault_is_switched_as_ever() -> None:
    changed = isolated()
    changed.do(SetCell("switches", "tie", "open", True))
    changed.do(SetCell("switches", "k2", "open", False))  # D is dead now: the fault meets nothing
    with pytest.raises(GridError, match="energises-open-fault"):
        changed.do(SetCell("switches", "tie", "open", False))


def test_no_undo_and_no_redo_closes_onto_a_fault_that_came_since() -> None:
    changed = history(street())
    changed.do(SetCell("switches", "k1", "open", True))
    changed.do(SetCell("switches", "k2", "open", True))
    changed.do(SetCell("switches", "k2", "open", False))
    changed.undo()
    other = isolated().project.frame("outages").drop(columns="fid").to_dict("records")
    draft = changed.project.edit()
    draft.insert("outages", other)
    changed._project = draft.project  # as another program would
    for again in (changed.undo, changed.undo):  # k2 closes onto dead ground, then k1 would feed it
        try:
            again()
        except GridError as error:
            assert error.code == "energises-open-fault"
            break
    else:
        pytest.fail("undo closed onto the fault")
    assert open_faults(changed.project)
    assert dangers_at_present(changed.project) == ()


def test_a_new_line_or_jumper_in_the_tables_does_not_reach_the_fault_either() -> None:
    changed = isolated()

    class Row:
        title, values = "Set “{column}” of {id}", {"column": "", "id": ""}

        def __init__(self, table: str, row: dict[str, Any]) -> None:
            self.table, self.row = table, row

        def apply(self, project: Project) -> Any:
            draft = project.edit()
            draft.insert(self.table, [self.row])
            return draft.finish()

    jumper = {"id": "j", "kind": "jumper", "node_a": "A", "node_b": "B"}
    for table, row in (
        ("ac_line_segments", {"id": "l9", "node_a": "A", "node_b": "C"}),
        ("switches", jumper),
        ("energy_sources", {"id": "G", "node": "C"}),
    ):
        with pytest.raises(GridError, match="energises-open-fault"):
            changed.do(Row(table, row))
    changed.do(Row("switches", jumper | {"open": True}))
    with pytest.raises(GridError, match="energises-fault"):
        play(changed.project, step(60, "jumper", "nodes:A nodes:B"), state=NOW)


def test_after_the_repair_is_carried_out_everything_may_close() -> None:
    changed = isolated()
    changed.do(CarryOut(play(changed.project, step(90, "repair"), state=NOW)))
    changed.do(SetCell("switches", "tie", "open", True))
    changed.do(SetCell("switches", "k1", "open", False))
    changed.undo()
    changed.undo()
    changed.undo()
    with pytest.raises(GridError, match="energises-open-fault"):
        changed.do(SetCell("switches", "k1", "open", False))


def test_a_study_of_the_normal_state_is_not_carried_out_onto_a_fault() -> None:
    """Every switch stands as normal, yet a line that is normally dead has failed."""
    project = draw("S q A", "A !k1 B", "B l1 C", sources=["S"], points={"u": "A"})
    closing = play(project, step(60, "close", "k1"))
    changed = history(project)
    changed.do(CarryOut(play(project, step(0, "fault", "l1"))))
    with pytest.raises(GridError, match="energises-fault"):
        changed.do(CarryOut(closing))


# ------------------------------------------------------------------ what the records know


def test_the_record_carried_out_last_counts_though_its_row_is_older() -> None:
    """A plan kept first and carried out last: its fault is open, whatever was repaired between."""
    project = street()
    drill = play(project, step(600, "fault", "l1"), step(630, "isolate"))
    changed = history(project)
    changed.do(SaveOutage(drill, "演练"))
    changed.do(CarryOut(play(project, step(0, "fault", "l1"), step(30, "isolate"))))
    back = play(changed.project, *return_to_normal(changed.project, repaired=True), state=NOW)
    changed.do(CarryOut(back))
    assert open_faults(changed.project) == ()
    changed.do(CarryOut(drill, outage="20261120-01"))
    assert [one.id for one in open_faults(changed.project)] == ["l1"]
    with pytest.raises(GridError, match="energises-open-fault"):
        changed.do(SetCell("switches", "k1", "open", False))


def test_the_record_of_a_repair_is_not_deleted_before_that_of_its_fault() -> None:
    changed = isolated()
    changed.do(CarryOut(play(changed.project, step(90, "repair"), state=NOW)))
    repair = str(changed.project.frame("outages")["id"].iloc[-1])
    for edit in (ForgetOutage(repair), DeleteObjects("outages", (repair,))):
        with pytest.raises(GridError, match="outage-holds-present"):
            changed.do(edit)
    changed.do(DeleteObjects("outages", ("20261120-01", repair)))
    assert open_faults(changed.project) == ()


def test_a_failed_line_that_was_taken_out_is_cut_at_both_ends() -> None:
    """In the study it strikes nothing any more, so both of its ends may be live."""
    project = street()
    steps = (step(0, "fault", "l1"), step(10, "open", "l1"), step(20, "close", "q"), step(30, "close", "tie"))
    changed = history(project)
    changed.do(CarryOut(play(project, *steps)))
    cuts = {one.id for one in abnormal_devices(changed.project) if one.position == "cut"}
    assert cuts == {"cut-1", "cut-2"}
    assert dangers_at_present(changed.project) == ()
    for cut in cuts:
        with pytest.raises(GridError, match="energises-open-fault"):
            changed.do(SetCell("switches", cut, "open", False))
    back = return_to_normal(changed.project, repaired=True)
    changed.do(CarryOut(play(changed.project, *back, state=NOW)))
    assert (abnormal_devices(changed.project), open_faults(changed.project)) == ((), ())


# ------------------------------------------------------------------ whatever happens


def struck_by_hand(project: Project) -> list[str]:
    """Devices with an open fault that are under voltage at present, by a graph of the rows alone."""
    graph, _places = inner_graph(project)
    live = nx.node_connected_component(graph, "root")
    ends = graph.graph["ends"]
    return [str(one) for one in open_faults(project) if ends.get((one.table, one.id), set()) & live]


def random_steps(project: Project, dice: random.Random) -> list[StudyStep]:
    switches, lines, transformers = (
        list(project.frame(name)["id"]) for name in ("switches", "ac_line_segments", "power_transformers")
    )
    sources = [f"sources:{one}" for one in project.frame("energy_sources")["id"]]
    nodes = [f"nodes:{one}" for one in project.frame("connectivity_nodes")["id"]]
    found = []
    for n in range(dice.randint(3, 10)):
        action = dice.choice(
            ("fault", "fault", "isolate", "open", "close", "close", "repair", "jumper", "cut", "earth",
             "unearth", "restore", "normal")
        )  # fmt: skip
        match action:
            case "isolate" | "restore" | "normal":
                named: list[str] = []
            case "repair":
                named = dice.choice([[], [dice.choice([*lines, *switches])]]) if lines else []
            case "fault":
                named = [dice.choice([*lines, *lines, *switches, *transformers])]
            case "jumper":
                named = dice.sample(nodes, 2)
            case "cut":
                named = [dice.choice(lines)] if lines else []
            case "earth" | "unearth":
                named = [dice.choice(nodes)]
            case _:
                named = [dice.choice([*switches, *switches, *switches, *lines, *transformers, *sources])]
        if named or action in ("isolate", "restore", "normal", "repair"):
            found.append(step(n, action, " ".join(named)))
    return found


ALSO = REFUSED | {
    "already-faulted", "not-faulted", "energises-open-fault", "outage-has-open-fault", "outage-holds-present",
    "has-dependents", "jumper-voltages", "carry-out-from-normal", "study-outdated",
}  # fmt: skip


def accepted(project: Project, steps: list[StudyStep]) -> OutageStudy | None:
    """The longest study of those steps, each of which is left out where it is refused."""
    done: list[StudyStep] = []
    found = None
    for one in steps:
        try:
            found = study_outage(project, [*done, one], NOW)
        except GridError as error:
            assert error.code in ALSO, error
            continue
        done.append(one)
    return found


def random_edit(changed: History, dice: random.Random) -> None:
    project = changed.project
    switches, outages = project.frame("switches"), project.frame("outages")
    match dice.choice(("switch",) * 4 + ("study",) * 4 + ("undo", "redo", "delete", "forget", "service")):
        case "switch" if len(switches):
            one = switches.iloc[dice.randrange(len(switches))]
            changed.do(SetCell("switches", one["id"], "open", not one["open"]))
        case "study":
            if (found := accepted(project, random_steps(project, dice))) is not None:
                changed.do(CarryOut(found, upto=dice.randint(1, len(found.stages))))
        case "redo":
            changed.redo()
        case "delete" if len(switches):
            changed.do(DeleteObjects("switches", (str(switches["id"].iloc[dice.randrange(len(switches))]),)))
        case "forget" if len(outages):
            changed.do(ForgetOutage(str(outages["id"].iloc[dice.randrange(len(outages))])))
        case "service":
            table = dice.choice(("ac_line_segments", "switches", "power_transformers"))
            rows = project.frame(table)
            if len(rows):
                row = rows.iloc[dice.randrange(len(rows))]
                changed.do(SetCell(table, row["id"], "in_service", not row["in_service"]))
        case _:
            changed.undo()


@pytest.mark.parametrize("seed", range(scaled(8, 600)))
def test_neither_fault_nor_earth_is_ever_live_whatever_is_done_and_undone(seed: int) -> None:
    dice = random.Random(seed)
    changed = history(with_line_end_switches(seed, dice))
    began = set(struck_by_hand(changed.project))
    assert not began
    for _n in range(12):
        try:
            random_edit(changed, dice)
        except GridError as error:
            assert error.code in ALSO, error
        assert struck_by_hand(changed.project) == []
        assert live_by_hand(changed.project) == []
        assert dangers_at_present(changed.project) == ()
