"""Tables show, sort, filter and copy without copying rows; words are sorted as people expect."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from grid_model import schema
from ui.tables.clipboard import as_lines
from ui.tables.column_index import ColumnIndex
from ui.tables.editors import read_value
from ui.tables.frame_model import FrameModel, Shown
from ui.tables.pages import count_text, number_text, plain_text


def write(value: object) -> str:
    return "" if value is None or value != value else str(value)


@pytest.fixture
def model(qapp: object) -> FrameModel:
    frame = pd.DataFrame(
        {
            "id": pd.Series(["a", "b", "c", "d"], dtype="str"),
            "name": pd.Series(["石桥村#10公变", "石桥村#2公变", None, "安村#1公变"], dtype="str"),
            "kva": [200.0, np.nan, 50.0, 100.0],
        }
    )
    made = FrameModel()
    made.show_rows(
        frame,
        [Shown("id", "Code", write), Shown("name", "Name", write), Shown("kva", "kVA", write, right=True)],
    )
    return made


def column(model: FrameModel, at: int) -> list[str]:
    return [model.data(model.index(row, at)) for row in range(model.rowCount())]


def test_the_model_keeps_qts_rules(model: FrameModel, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model)


def test_words_are_sorted_by_sound_and_number_and_missing_ones_stand_last(model: FrameModel) -> None:
    model.sort(1)
    assert column(model, 1) == ["安村#1公变", "石桥村#2公变", "石桥村#10公变", ""]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert column(model, 1) == ["石桥村#10公变", "石桥村#2公变", "安村#1公变", ""]


def test_numbers_are_sorted_as_numbers(model: FrameModel) -> None:
    model.sort(2)
    assert column(model, 0) == ["c", "d", "a", "b"]
    model.sort(-1)
    assert column(model, 0) == ["a", "b", "c", "d"]


def test_the_filter_looks_into_every_column_and_keeps_the_order(model: FrameModel) -> None:
    model.sort(2)
    model.filter("公变")
    assert column(model, 0) == ["d", "a", "b"]
    model.filter("")
    assert model.rowCount() == 4


def test_a_filter_text_is_no_pattern(model: FrameModel) -> None:
    model.filter("石.村")
    assert model.rowCount() == 0


def test_equal_values_keep_their_order() -> None:
    values = pd.Series(["b", "a", "b", "a"], dtype="str")
    assert ColumnIndex(values, None).order(False).tolist() == [1, 3, 0, 2]
    assert ColumnIndex(values, None).order(True).tolist() == [0, 2, 1, 3]


def test_chosen_cells_are_copied_as_a_spreadsheet_takes_them(model: FrameModel) -> None:
    assert as_lines(model, (0, 1), (0, 2)) == "a\t200\nb\t"
    assert as_lines(model, (0,), (0, 2), headings=True) == "Code\tkVA\na\t200"


def test_half_a_million_rows_are_shown_sorted_and_filtered_without_a_copy(qapp: object) -> None:
    rows = 500_000
    frame = pd.DataFrame(
        {
            "id": pd.Series(np.arange(rows).astype(str), dtype="str"),
            "kva": np.arange(rows, 0, -1) + 0.5,
        }
    )
    model = FrameModel()
    model.show_rows(frame, [Shown("id", "Code", write), Shown("kva", "kVA", write)])
    assert model.frame is frame
    model.sort(1)
    assert model.data(model.index(0, 0)) == str(rows - 1)
    model.filter("499998.5")
    assert model.rowCount() == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("200", 200.0),
        ("２００", 200.0),
        ("1 250", 1250.0),
        ("1,250", 1250.0),
        ("", None),
        ("  ", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: float | None) -> None:
    stated = schema.table("transformer_areas").column("stated_kva")
    assert read_value(stated, text) == value


def test_a_date_has_to_be_one() -> None:
    until = schema.table("qualifications").column("valid_until")
    assert read_value(until, "2027-06-30") == "2027-06-30"
    with pytest.raises(ValueError, match="next year"):
        read_value(until, "next year")


def test_a_missing_value_of_any_kind_is_written_as_nothing() -> None:
    for missing in (None, np.nan, pd.NA):
        assert plain_text(missing) == ""
        assert count_text(missing) == ""
        assert number_text(1)(missing) == ""
    assert count_text(np.int64(1204)) == "1\u00a0204"
    assert number_text(1)(2.25) == "2.2"
