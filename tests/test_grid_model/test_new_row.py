"""A row made by hand: what its table holds is taken and kept, what does not fit is refused by its column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grid_model import schema
from grid_model.errors import GridError
from grid_model.history import History
from grid_model.new_row import BY_HAND, NewRow, refusals, suggested_id
from grid_model.project import Project
from grid_model.table import plain
from tests import project_values
from tests.conftest import scaled
from tests.project_values import INFO, same, same_rows, small_project

MANAGER = {"id": "m1", "name": "李明"}


def with_people() -> Project:
    draft = small_project().edit()
    draft.insert("district_managers", [MANAGER])
    return draft.finish()[0]


@st.composite
def new_rows(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A row that its table may hold, references to rows of `with_people` or none."""
    table = schema.table(draw(st.sampled_from(sorted(BY_HAND))))
    cells = dict(draw(project_values.rows(table, 1))[0])
    del cells["fid"]
    cells["id"] = draw(project_values.texts.filter(lambda one: bool(one.strip())))
    project = with_people()
    for column in table.columns[1:]:
        if column.references:
            ids = project.frame(column.references)["id"].tolist()
            cells[column.name] = draw(st.sampled_from(ids if column.required else [None, *ids]))
        elif column.required and not cells[column.name]:
            cells[column.name] = draw(
                st.sampled_from(column.codes) if column.codes else project_values.texts.filter(bool)
            )
    if "x" in cells:
        placed = cells["x"] is not None and cells["y"] is not None
        cells["x"], cells["y"] = (cells["x"], cells["y"] / 2) if placed else (None, None)
    return table.name, cells


@given(new_rows())
@settings(max_examples=scaled(40, 500))
def test_what_a_table_holds_is_taken_and_one_undo_takes_it_back(made: tuple[str, dict[str, Any]]) -> None:
    table, cells = made
    start = with_people()
    history = History(start)
    if cells["id"] in start.table(table):
        assert refusals(start, table, cells)["id"].code == "duplicate-id"
        return
    history.do(NewRow(table, cells))
    row = history.project.table(table).row(cells["id"])
    for column in schema.table(table).columns:
        wanted = cells[column.name]
        wanted = None if wanted == "" else wanted
        assert plain(row[column.name]) == (column.default if wanted is None else wanted), column.name
    after = history.project
    history.undo()
    same_rows(history.project, start)
    history.redo()
    same_rows(history.project, after)


@given(made=st.lists(new_rows(), min_size=1, max_size=3, unique_by=lambda one: (one[0], one[1]["id"])))
@settings(max_examples=scaled(8, 60))
def test_the_file_holds_what_the_memory_holds(
    made: list[tuple[str, dict[str, Any]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from gis.project_file import ProjectFile, open_for_reading, save_new

    path = Path(tmp_path_factory.mktemp("row")) / "p.gpkg"
    save_new(path, with_people())
    file = ProjectFile.open(path)
    for table, cells in made:
        if cells["id"] not in file.history.project.table(table):
            file.history.do(NewRow(table, cells))
    memory = file.history.project
    file.close()
    same(open_for_reading(path), memory)


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"id": ""}, "id", "missing-id"),
        ({"id": " "}, "id", "missing-id"),
        ({}, "id", "missing-id"),
        ({"id": "m1"}, "id", "duplicate-id"),
        ({"name": None}, "name", "value-needed"),
        ({"name": ""}, "name", "value-needed"),
        ({"station": "S9"}, "station", "no-such-target"),
        ({"x": "east", "y": 30.0}, "x", "bad-value"),
        ({"x": 30.0, "y": 106.0}, "y", "number-out-of-range"),
        ({"x": 106.0}, "y", "value-needed"),
        ({"colour": "red"}, "colour", "unknown-column"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_column_and_nothing_changes(
    cells: dict[str, Any], column: str, code: str
) -> None:
    history = History(with_people())
    before = history.project
    whole = {"name": "王芳", **({"id": "m2"} if cells else {}), **cells}
    assert {name: error.code for name, error in refusals(before, "district_managers", whole).items()} == {
        column: code
    }
    with pytest.raises(GridError) as refused:
        history.do(NewRow("district_managers", whole))
    assert refused.value.code == code
    assert history.project is before


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"kind": None}, "kind", "value-needed"),
        ({"kind": "driver"}, "kind", "bad-choice"),
        ({"valid_until": "next year"}, "valid_until", "bad-value"),
        ({"manager": None}, "manager", "value-needed"),
    ],
)
def test_choices_and_dates_are_checked_as_in_a_cell(cells: dict[str, Any], column: str, code: str) -> None:
    whole = {"id": "c1", "manager": "m1", "kind": "work_leader", **cells}
    assert [(name, one.code) for name, one in refusals(with_people(), "qualifications", whole).items()] == [
        (column, code)
    ]


def test_a_required_column_left_out_gets_its_default_where_there_is_one() -> None:
    after, _changes = NewRow("customers", {"id": "0099"}).apply(with_people())
    assert after.table("customers").row("0099")["customer_class"] == "lv_resident"
    assert [*refusals(with_people(), "qualifications", {"id": "c1"})] == ["manager", "kind"]


def test_the_journal_names_table_and_row() -> None:
    history = History(with_people())
    history.do(NewRow("district_managers", {"id": "m2", "name": "王芳"}))
    entry = history.next_undo
    assert entry is not None and dict(entry.values) == {"table": "district_managers", "id": "m2"}


@pytest.mark.parametrize(
    ("ids", "suggested"),
    [
        ((), ""),
        (("张", "李"), ""),
        (("M001", "M009", "M004"), "M010"),
        (("7", "9"), "10"),
        (("C-99", "C-98"), "C-100"),
        (("C-99", "C-98", "C-100"), "C-101"),
        (("A1", "M01", "M02", "x"), "M03"),
        (("\n8",), "\n9"),
    ],
)
def test_a_suggested_id_continues_the_numbering(ids: tuple[str, ...], suggested: str) -> None:
    draft = Project.empty(INFO).edit()
    draft.insert("district_managers", [{"id": one, "name": "某"} for one in ids])
    assert suggested_id(draft.project, "district_managers") == suggested


def test_numbers_the_marketing_system_gives_are_not_made_up() -> None:
    assert suggested_id(small_project(), "customers") == ""
