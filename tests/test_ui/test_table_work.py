"""Work in a table: filter by field and by what is chosen, copy and paste, lay out columns, survive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from grid_model import schema
from grid_model.cell_edit import SetCell
from grid_model.changes import Changes
from grid_model.expression import Expression
from grid_model.project import Project, ProjectInfo
from grid_model.schema import Kind
from tests.test_ui.helpers import LEFT
from ui.application import Program
from ui.dialogs.crash import CrashDialog, CrashHook
from ui.main_window import MainWindow
from ui.tables.conditions import Between, Containing, Filled, OneOf
from ui.tables.expression_dialog import ExpressionDialog, quoted
from ui.tables.field_filter import FieldFilter
from ui.tables.pages import AttributePage


def page_of(window: MainWindow, table: str) -> AttributePage:
    window.bottom.open(table)
    page = window.bottom.page
    assert isinstance(page, AttributePage)
    assert page.name == table
    return page


def at(page: AttributePage, column: str) -> int:
    return [one.name for one in page.model.columns].index(column)


def shown(page: AttributePage, column: str) -> list[str]:
    return [
        str(page.model.data(page.model.index(row, at(page, column)))) for row in range(page.model.rowCount())
    ]


def stand_on(page: AttributePage, row: int, column: str) -> None:
    page.view.setCurrentIndex(page.model.index(row, at(page, column)))


def paste(qtbot: QtBot, page: AttributePage, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


@dataclass(frozen=True)
class DeleteRow:
    """An edit that takes one row away."""

    table: str
    id: str
    title: str = "Delete a row"

    @property
    def values(self) -> Mapping[str, str]:
        return {}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        draft = project.edit()
        draft.delete(self.table, [self.id])
        return draft.finish()


# ------------------------------------------------------------------- filters


def test_values_of_a_field_are_chosen_in_a_dialog_and_taken_off_by_their_chip(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = page_of(window, "switches")
    kinds = shown(page, "kind")
    dialog = FieldFilter(page.model, at(page, "kind"), page)
    qtbot.addWidget(dialog)
    first = dialog.values.item(0)
    assert first.text().startswith(max(set(kinds), key=kinds.count))
    first.setCheckState(Qt.CheckState.Checked)
    qtbot.mouseClick(dialog.go, LEFT)
    wanted = max(set(kinds), key=kinds.count)
    assert set(shown(page, "kind")) == {wanted}
    assert page.model.rowCount() == kinds.count(wanted)
    chips = [one for one in window.bottom.conditions.findChildren(QPushButton) if one.objectName() == "chip"]
    assert wanted in chips[-1].text()
    qtbot.mouseClick(chips[-1], LEFT)
    assert page.model.rowCount() == len(kinds)
    assert not window.bottom.conditions.isVisible()


def test_a_range_is_asked_for_numbers_and_nonsense_is_refused(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "power_transformers")
    values = window.bench.session.project.frame("power_transformers")["rated_kva"]  # type: ignore[union-attr]
    dialog = FieldFilter(page.model, at(page, "rated_kva"), page)
    qtbot.addWidget(dialog)
    qtbot.keyClicks(dialog.least, "many")
    qtbot.mouseClick(dialog.go, LEFT)
    assert dialog.result() == 0
    assert page.model.rowCount() == len(values)
    dialog.least.clear()
    qtbot.keyClicks(dialog.least, "200")
    qtbot.keyClicks(dialog.most, "400")
    qtbot.mouseClick(dialog.go, LEFT)
    assert page.model.rowCount() == int(((values >= 200) & (values <= 400)).sum()) > 0


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        (OneOf("id", "Code", ("a", "")), lambda one: one in ("a", "")),
        (Containing("name", "Name", "KG"), lambda one: "kg" in one.lower()),
    ],
)
def test_conditions_agree_with_a_plain_look_at_what_is_shown(
    window: MainWindow, condition: Any, rule: Callable[[str], bool]
) -> None:
    page = page_of(window, "switches")
    before = shown(page, condition.column)
    page.model.put_condition(condition)
    assert shown(page, condition.column) == [one for one in before if rule(one)]


def test_conditions_add_up_and_empty_and_filled_part_the_rows(window: MainWindow) -> None:
    page = page_of(window, "customers")
    everyone = page.model.rowCount()
    page.model.put_condition(Filled("importance", "Important grade", True))
    filled = page.model.rowCount()
    page.model.put_condition(Between("contract_kva", "kVA", 50, None))
    both = page.model.rowCount()
    assert 0 < both < filled < everyone
    page.model.drop_condition("contract_kva")
    page.model.put_condition(Filled("importance", "Important grade", False))
    assert page.model.rowCount() == everyone - filled


def test_only_what_is_chosen_on_the_map_is_listed(window: MainWindow) -> None:
    page = page_of(window, "transformer_areas")
    ids = page.model.frame["id"].tolist()[3:6]
    window.bench.select("transformer_areas", *ids)
    window.bottom.show_only_chosen()
    assert shown(page, "id") == ids
    window.bottom.drop_filters()
    assert page.model.rowCount() == len(page.model.frame)


def test_several_rows_chosen_are_several_objects_under_the_hand(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "transformer_areas")
    page.view.selectRow(2)
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert set(window.bench.selection.ids) == set(page.model.frame["id"].iloc[2:4])


# ------------------------------------------------------------ copy and paste


def test_a_block_is_pasted_as_one_edit_and_undone_as_one(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "power_transformers")
    session = window.bench.session
    before = page.model.frame[["name", "rated_kva"]]
    for name in (one.name for one in page.model.columns):
        page.view.setColumnHidden(at(page, name), name not in ("name", "rated_kva"))
    page.view.arrange(("name", "rated_kva"), {})
    stand_on(page, 1, "name")
    paste(qtbot, page, "甲变\t１６0\r\n乙变\t1,250\r\n")
    frame = page.model.frame
    assert frame["name"].iloc[1:3].tolist() == ["甲变", "乙变"]
    assert frame["rated_kva"].iloc[1:3].tolist() == [160.0, 1250.0]
    assert session.next_undo is not None
    session.undo()
    assert page.model.frame[list(before.columns)].equals(before)
    assert session.next_undo is None


def test_a_bad_value_refuses_the_whole_block_and_names_row_and_column(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = page_of(window, "power_transformers")
    before = page.model.frame
    stand_on(page, 0, "rated_kva")
    paste(qtbot, page, "200\nviel\n315")
    assert page.model.frame.equals(before)
    assert window.bench.session.next_undo is None
    told = window.messages.text.text()
    assert "line 2" in told
    assert "viel" in told
    assert "Rated power" in told
    assert before["id"].iloc[1] in told


def test_all_that_does_not_fit_is_named_line_by_line(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "power_transformers")
    page.view.arrange(("rated_kva", "usage"), {})
    for name in (one.name for one in page.model.columns):
        page.view.setColumnHidden(at(page, name), name not in ("rated_kva", "usage"))
    before = page.model.frame
    stand_on(page, 0, "rated_kva")
    paste(qtbot, page, "viel\tPublic\n200\tnothing\nmehr\tPublic")
    assert page.model.frame.equals(before)
    told = window.messages.text.text()
    assert told.index("line 1") < told.index("line 2") < told.index("line 3")
    assert "3 values" in told
    for word in ("viel", "nothing", "mehr", "Rated power"):
        assert word in told


def test_one_value_fills_every_chosen_row(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "transformer_areas")
    managers = window.bench.session.project.frame("district_managers")  # type: ignore[union-attr]
    stand_on(page, 0, "manager")
    page.view.setFocus()
    for _row in range(2):
        qtbot.keyClick(page.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    paste(qtbot, page, str(managers["name"].iloc[2]))
    assert set(page.model.frame["manager"].iloc[:3]) == {managers["id"].iloc[2]}


def test_what_was_copied_is_pasted_back_without_a_change(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "ac_line_segments")
    before = page.model.frame
    page.view.selectRow(0)
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(page.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = QGuiApplication.clipboard().text()
    assert len(text.splitlines()) == 2
    page.view.setCurrentIndex(page.model.index(0, page.view.visible_columns()[0]))
    paste(qtbot, page, text)
    assert page.model.frame.equals(before)
    assert window.bench.session.next_undo is None
    assert not window.messages.isVisible() or "refused" not in window.messages.text.text()


def test_a_column_that_is_not_edited_here_refuses_another_value(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "switches")
    stand_on(page, 0, "id")
    paste(qtbot, page, "another")
    assert window.bench.session.next_undo is None
    assert "cannot be changed" in window.messages.text.text()


def test_a_block_that_reaches_beyond_the_table_is_refused(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "stations")
    stand_on(page, page.model.rowCount() - 1, "name")
    paste(qtbot, page, "a\nb")
    assert window.bench.session.next_undo is None
    assert "reaches beyond" in window.messages.text.text()


# ------------------------------------------------------------------- columns


def test_order_width_and_hiding_of_columns_come_back(window: MainWindow, program: Program) -> None:
    page = page_of(window, "feeders")
    heading = page.view.horizontalHeader()
    heading.moveSection(heading.visualIndex(at(page, "name")), 0)
    heading.resizeSection(at(page, "name"), 222)
    page._show_column(at(page, "id"), False)
    window.bottom._forget_pages()
    window.bottom.arrange()
    again = page_of(window, "feeders")
    assert again is not page
    assert again.model.columns[again.view.visible_columns()[0]].name == "name"
    assert again.view.horizontalHeader().sectionSize(at(again, "name")) == 222
    assert again.view.isColumnHidden(at(again, "id"))
    again.lay_out_as_at_first()
    assert not again.view.isColumnHidden(at(again, "id"))
    assert program.settings.columns("feeders") is None


def test_the_export_follows_the_columns_as_they_stand(window: MainWindow) -> None:
    from ui.doing import sheet_of

    page = page_of(window, "feeders")
    project = window.bench.session.project
    assert project is not None
    heading = page.view.horizontalHeader()
    heading.moveSection(heading.visualIndex(at(page, "name")), 0)
    sheet = sheet_of(page, "Feeders", project, "normal")
    assert sheet.headings[0] == page.model.columns[at(page, "name")].heading


# ------------------------------------------------------------------ mistakes


def test_a_mistake_while_a_cell_is_written_opens_the_crash_dialog_and_the_window_lives(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    page = page_of(window, "feeders")
    seen: list[str] = []
    hook = CrashHook()
    monkeypatch.setattr("sys.excepthook", hook._caught)
    monkeypatch.setattr("sys.__excepthook__", lambda *_what: None)
    monkeypatch.setattr(CrashDialog, "exec", lambda self: seen.append(self.details.toPlainText()))

    def broken(_value: object) -> str:
        raise ZeroDivisionError("13800000000")

    columns = [one if one.name != "name" else type(one)("name", "Name", broken) for one in page.model.columns]
    page.model.show_rows(page.model.frame, columns)
    page.view.fit_columns()
    page.view.viewport().repaint()
    qtbot.waitUntil(lambda: bool(seen))
    QApplication.processEvents()
    assert len(seen) == 1, "told once, not for every cell"
    assert "ZeroDivisionError" in seen[0]
    assert "13800000000" not in seen[0]
    assert page.model.data(page.model.index(0, at(page, "name"))) == "?"
    caplog.clear()
    page.reload()
    assert "?" not in shown(page, "name")


def test_choosing_every_row_of_a_long_table_takes_no_time(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "customers")
    asked = 0
    flags = page.model.flags

    def counted(index: Any) -> Any:
        nonlocal asked
        asked += 1
        return flags(index)

    page.model.flags = counted  # type: ignore[method-assign]
    page.view.selectAll()
    QApplication.processEvents()
    assert len(page.view.chosen_rows()) == page.model.rowCount()
    assert asked < page.model.rowCount(), "no row is asked just because all are chosen"


def test_the_menu_of_a_heading_sorts_and_hides(window: MainWindow) -> None:
    page = page_of(window, "switches")
    menu = page.heading_menu(at(page, "name"))
    texts = {action.text(): action for action in menu.actions()}
    texts["Sort descending"].trigger()
    names = [one for one in shown(page, "name") if one]
    assert names[0] >= names[-1]
    texts["Hide this column"].trigger()
    assert page.view.isColumnHidden(at(page, "name"))
    assert page.view.mapToGlobal(QPoint(0, 0)) is not None
    assert np.array_equal(np.sort(page.model.order), np.arange(len(page.model.frame)))


# ------------------------------------------------------------------ validity


@pytest.mark.parametrize(
    ("text", "kept"), [("1e20", False), ("-1", False), ("2000001", False), ("63000", True)]
)
def test_a_capacity_beyond_any_transformer_is_refused_with_the_range(
    window: MainWindow, text: str, kept: bool
) -> None:
    page = page_of(window, "power_transformers")
    cell = page.model.index(0, at(page, "rated_kva"))
    assert page.model.setData(cell, text) == kept
    if not kept:
        assert "0 – 2 000 000" in window.messages.text.text()
        assert window.bench.session.next_undo is None


def test_every_number_with_a_unit_has_limits() -> None:
    open_ended = [
        f"{table.name}.{column.name}"
        for table in schema.tables().values()
        for column in table.columns
        if column.unit and column.kind in (Kind.REAL, Kind.INTEGER) and table.name != "schemes"
        if column.minimum is None or column.maximum is None
    ]
    assert open_ended == []


def test_an_import_leaves_a_number_beyond_its_limits_empty_and_says_so(tmp_path: Path) -> None:
    from gis.importer import import_sources

    source = tmp_path / "areas.csv"
    source.write_text("台区编号,台区名称,容量\nT1,甲台区,1e20\nT2,乙台区,200\n", encoding="utf-8")
    outcome = import_sources(Project.empty(ProjectInfo(name="x")), [source])
    after, _changes = outcome.edit.apply(Project.empty(ProjectInfo(name="x")))
    assert after.frame("transformer_areas")["stated_kva"].isna().tolist() == [True, False]
    assert "number-outside" in [issue.code for issue in outcome.issues]


# --------------------------------------------------------------- expressions


def test_rows_are_chosen_by_an_expression_and_what_is_wrong_is_said_while_typing(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = page_of(window, "power_transformers")
    dialog = ExpressionDialog(page)
    qtbot.addWidget(dialog)
    dialog.text.clear()
    qtbot.keyClicks(dialog.text, "rated_kva >")
    assert not dialog.choose.isEnabled()
    assert not dialog.filter.isEnabled()
    assert dialog.told.text()
    assert "expression-" not in dialog.told.text()
    qtbot.keyClicks(dialog.text, " 200")
    wanted = page.model.frame.loc[page.model.frame["rated_kva"] > 200, "id"].tolist()
    assert dialog.told.text().startswith(str(len(wanted)))
    qtbot.mouseClick(dialog.choose, LEFT)
    assert set(window.bench.selection.ids) == set(wanted)


def test_an_expression_filters_and_is_asked_again_after_an_edit(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "feeders")
    name = str(page.model.frame["name"].iloc[0])
    dialog = ExpressionDialog(page)
    qtbot.addWidget(dialog)
    dialog.text.setPlainText(f"name == {quoted(name)}")
    qtbot.mouseClick(dialog.filter, LEFT)
    assert shown(page, "name") == [name]
    page.model.setData(page.model.index(0, at(page, "name")), "another")
    assert shown(page, "name") == []
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert shown(page, "name") == [name]
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert shown(page, "name") == []
    window.bottom.drop_filters()
    assert "another" in shown(page, "name")


def test_a_filter_over_names_of_another_table_follows_an_edit_of_that_table(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = page_of(window, "transformer_areas")
    feeder = str(page.model.frame["feeder"].dropna().iloc[0])
    dialog = ExpressionDialog(page)
    qtbot.addWidget(dialog)
    dialog.text.setPlainText('feeder contains "新建线"')
    qtbot.mouseClick(dialog.filter, LEFT)
    assert page.model.rowCount() == 0
    window.bench.session.do(SetCell("feeders", feeder, "name", "10kV新建线"))
    assert page.model.rowCount() == int((page.model.frame["feeder"] == feeder).sum()) > 0


def test_only_what_was_chosen_stays_listed_when_other_rows_come_and_go(window: MainWindow) -> None:
    page = page_of(window, "feeders")
    ids = page.model.frame["id"].tolist()
    window.bench.select("feeders", ids[-1])
    window.bottom.show_only_chosen()
    assert shown(page, "id") == [ids[-1]]
    session = window.bench.session
    session.do(DeleteRow("feeders", ids[0]))
    assert len(page.model.frame) == len(ids) - 1
    assert shown(page, "id") == [ids[-1]]
    session.undo()
    assert page.model.frame["id"].tolist() == ids
    assert shown(page, "id") == [ids[-1]]
    session.do(DeleteRow("feeders", ids[-1]))
    assert shown(page, "id") == []


@pytest.mark.parametrize("text", ['10kV"甲"线', "it's", "a\\b", '"', "“引号”"])
def test_a_value_with_quotes_is_put_in_so_that_it_is_found(text: str) -> None:
    project = Project.of(ProjectInfo(), {"feeders": pd.DataFrame({"id": ["1", "2"], "name": [text, "x"]})})
    assert Expression.parse(f"name == {quoted(text)}", "feeders").mask(project).tolist() == [True, False]


def test_fields_and_values_are_put_in_by_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "switches")
    dialog = ExpressionDialog(page)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.text.clear()
    rows = [dialog.fields.item(row).data(0x100) for row in range(dialog.fields.count())]
    dialog.fields.setCurrentRow(rows.index("feeder"))
    qtbot.keyClick(dialog.fields, Qt.Key.Key_Return)
    qtbot.keyClicks(dialog.text, "== ")
    assert dialog.values.count()
    dialog.values.setCurrentRow(0)
    qtbot.keyClick(dialog.values, Qt.Key.Key_Return)
    assert dialog.text.toPlainText().startswith('feeder == "')
    assert dialog.filter.isEnabled(), dialog.told.text()


def test_pasting_while_the_map_has_the_focus_changes_no_table(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "feeders")
    stand_on(page, 0, "name")
    QGuiApplication.clipboard().setText("by mistake")
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert window.bench.session.next_undo is None
    assert "Click the cell" in window.messages.text.text()


def test_signs_nobody_sees_and_line_breaks_do_not_come_along_with_what_is_pasted(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = page_of(window, "power_transformers")
    stand_on(page, 0, "name")
    paste(qtbot, page, '"甲\n乙\x07变\x1f\x00"')
    assert page.model.frame["name"].iloc[0] == "甲 乙 变"
