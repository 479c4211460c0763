"""One cell at a time: what does not fit is refused, what does can be taken back."""

from __future__ import annotations

import pytest

from grid_model.cell_edit import SetCell
from grid_model.errors import GridError
from grid_model.history import History
from grid_model.project import Project, ProjectInfo


@pytest.fixture
def history() -> History:
    draft = Project.empty(ProjectInfo()).edit()
    draft.insert("district_managers", [{"id": "m1", "name": "李明"}])
    draft.insert(
        "transformer_areas", [{"id": "0001", "name": "石桥村#1公变", "stated_kva": 200.0, "manager": "m1"}]
    )
    return History(draft.project)


def area(history: History) -> dict[str, object]:
    return history.project.table("transformer_areas").row("0001")


def test_a_value_is_set_and_taken_back(history: History) -> None:
    history.do(SetCell("transformer_areas", "0001", "stated_kva", 315.0))
    assert area(history)["stated_kva"] == 315.0
    history.undo()
    assert area(history)["stated_kva"] == 200.0


def test_an_emptied_cell_holds_nothing(history: History) -> None:
    history.do(SetCell("transformer_areas", "0001", "manager", ""))
    assert area(history)["manager"] is None


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("usage", None, "value-needed"),
        ("usage", "shared", "bad-choice"),
        ("manager", "m9", "no-such-target"),
        ("stated_kva", -1.0, "number-out-of-range"),
        ("id", "0002", "id-fixed"),
        ("colour", "red", "unknown-column"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(
    history: History, column: str, value: object, code: str
) -> None:
    before = history.project
    with pytest.raises(GridError) as refused:
        history.do(SetCell("transformer_areas", "0001", column, value))
    assert refused.value.code == code
    assert history.project is before
