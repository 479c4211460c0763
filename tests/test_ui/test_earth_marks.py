"""Where the map draws an earth: at its node, or on the line beside the switch at its end."""

from __future__ import annotations

from datetime import datetime

from grid_model.study import StudyStep, study_outage
from tests.drawing import draw
from ui.outage_answer import answer_of
from ui.outage_plan import Plan

TEN = datetime(2026, 11, 20, 10)


def test_an_earth_beyond_a_switch_is_drawn_on_the_line_and_not_at_the_node() -> None:
    places = {"B": {"x": 0.0, "y": 0.0}, "C": {"x": 100.0, "y": 0.0}}
    network = draw(
        "S q B", "B l2 C", "B e2@l2", sources=["S"], points={"u": "C"}, rows={"connectivity_nodes": places}
    )
    steps = (StudyStep(TEN, "open", ("e2",)), StudyStep(TEN, "earth", ("l2",)))
    answer = answer_of(Plan(steps=steps), study_outage(network, steps))
    marks = [one.points for one in answer.overlays[-1].spots if one.kind == "earth"]
    assert marks == [((15.0, 0.0),), ((100.0, 0.0),)]
