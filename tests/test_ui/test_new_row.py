"""A row made by hand in the window: typed, checked beside the field, there and chosen, undone in one step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from grid_model.project import Project
from resources import i18n
from tests.project_values import same, same_rows
from tests.test_ui.helpers import LEFT
from ui.dialogs.new_row_dialog import NewRowDialog
from ui.main_window import MainWindow
from ui.messages import title_of

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def in_form(act: Callable[[NewRowDialog], None]) -> list[Exception]:
    """Act on the form that opens next; what fails in it closes it and is given back."""
    failed: list[Exception] = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, NewRowDialog)
        try:
            act(dialog)
        except Exception as error:  # noqa: BLE001 - else the form would stay open for ever
            failed.append(error)
        if dialog.isVisible():
            dialog.reject()

    QTimer.singleShot(0, answer)
    return failed


def make(qtbot: QtBot, window: MainWindow, table: str, act: Callable[[NewRowDialog], None]) -> None:
    """Open a table, ask for a new row by the keys, and act on the form."""
    window.bottom.open(table)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    failed = in_form(act)
    qtbot.keyClick(window, Qt.Key.Key_N, CONTROL | SHIFT)
    if failed:
        raise failed[0]


def type_into(qtbot: QtBot, field: QWidget, text: str) -> None:
    """Write over what stands in a field."""
    into = field.lineEdit() if isinstance(field, QComboBox) else field
    assert into is not None
    into.setFocus()
    into.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(into, text)
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.hide()


def now(window: MainWindow) -> Project:
    found = window.bench.session.project
    assert found is not None
    return found


def fill_manager(qtbot: QtBot, dialog: NewRowDialog, one: str = "X901") -> None:
    type_into(qtbot, dialog.fields["id"], one)
    type_into(qtbot, dialog.fields["name"], "Wang Fang")


def test_a_manager_is_typed_and_stands_chosen_in_the_table(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    def act(dialog: NewRowDialog) -> None:
        assert not dialog.go.isEnabled()
        assert [one.name for one in dialog.columns[:2]] == ["id", "name"]
        fill_manager(qtbot, dialog)
        type_into(qtbot, dialog.fields["phone"], "13900000000")
        assert dialog.go.isEnabled()
        qtbot.keyClick(dialog.fields["phone"], Qt.Key.Key_Return)
        assert not dialog.isVisible()

    make(qtbot, window, "district_managers", act)
    row = now(window).table("district_managers").row("X901")
    assert (row["name"], row["phone"], row["active"], row["x"], row["y"]) == (
        "Wang Fang",
        "13900000000",
        True,
        None,
        None,
    )
    page = window.bottom.page
    assert page is not None and page.name == "district_managers"
    assert page.object_at(int(page.view.chosen_positions()[0])) == ("district_managers", "X901")
    assert window.bench.selection.single == "X901"
    after = now(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    same_rows(now(window), project)
    assert window.bench.selection.single is None
    qtbot.keyClick(window, Qt.Key.Key_Y, CONTROL)
    same_rows(now(window), after)


def test_the_file_holds_the_row_after_reopening(qtbot: QtBot, window: MainWindow) -> None:
    session = window.bench.session
    path = session.path
    assert isinstance(path, Path)
    manager = str(now(window).frame("district_managers")["id"].iloc[0])

    def act(dialog: NewRowDialog) -> None:
        type_into(qtbot, dialog.fields["id"], "C-9001")
        type_into(qtbot, dialog.fields["manager"], manager)
        kind = dialog.fields["kind"]
        kind.setFocus()
        qtbot.keyClick(kind, Qt.Key.Key_Down)
        type_into(qtbot, dialog.fields["valid_until"], "2028/1/5")
        qtbot.mouseClick(dialog.go, LEFT)

    make(qtbot, window, "qualifications", act)
    memory = now(window)
    row = memory.table("qualifications").row("C-9001")
    assert (row["manager"], row["kind"], row["valid_until"]) == (manager, "work_leader", "2028-01-05")
    session.close()
    with qtbot.waitSignal(session.project_changed, timeout=20_000):
        session.open(path)
    same(now(window), memory)


def test_what_is_wrong_is_said_beside_its_field_while_it_is_typed(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    taken = str(project.frame("district_managers")["id"].iloc[0])

    def act(dialog: NewRowDialog) -> None:
        assert not any(told.text() for told in dialog.told.values())
        fill_manager(qtbot, dialog, taken)
        assert taken in dialog.told["id"].text()
        assert not dialog.go.isEnabled() and taken in dialog.go.toolTip()
        qtbot.keyClick(dialog.fields["name"], Qt.Key.Key_Return)
        assert dialog.isVisible()
        type_into(qtbot, dialog.fields["id"], "X901")
        assert dialog.told["id"].text() == "" and dialog.go.isEnabled()
        for name, bad, good in (
            ("station", "nowhere", ""),
            ("x", "east", "106.1"),
            ("y", "106", "30.1"),
        ):
            type_into(qtbot, dialog.fields[name], bad)
            assert bad in dialog.told[name].text() and not dialog.go.isEnabled()
            field = dialog.fields[name]
            if good:
                type_into(qtbot, field, good)
            else:
                qtbot.keyClick(field, Qt.Key.Key_A, CONTROL)
                qtbot.keyClick(field, Qt.Key.Key_Delete)
            assert dialog.told[name].text() == ""
        type_into(qtbot, dialog.fields["name"], " ")
        assert dialog.told["name"].text() and not dialog.go.isEnabled()
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)

    make(qtbot, window, "district_managers", act)
    assert now(window) is project


def test_the_suggested_number_is_the_next_one(qtbot: QtBot, window: MainWindow, project: Project) -> None:
    seen: list[str] = []

    def act(dialog: NewRowDialog) -> None:
        field = dialog.fields["id"]
        assert not isinstance(field, QComboBox)
        seen.append(field.text())
        assert dialog.focusWidget() is dialog.fields["name"]
        qtbot.keyClicks(dialog.fields["name"], "Wang")
        qtbot.keyClick(dialog.fields["name"], Qt.Key.Key_Return)

    make(qtbot, window, "district_managers", act)
    ids = sorted(project.frame("district_managers")["id"])
    assert seen[0] > ids[-1] and len(seen[0]) == len(ids[-1])
    assert seen[0] in now(window).table("district_managers")


def test_a_row_the_filter_would_hide_is_shown_and_that_is_said(qtbot: QtBot, window: MainWindow) -> None:
    window.bottom.open("district_managers")
    window.bottom.filter.setText("no such person")
    qtbot.keyClick(window.bottom.filter, Qt.Key.Key_Return)

    def act(dialog: NewRowDialog) -> None:
        fill_manager(qtbot, dialog)
        qtbot.mouseClick(dialog.go, LEFT)

    make(qtbot, window, "district_managers", act)
    page = window.bottom.page
    assert page is not None and len(page.view.chosen_positions()) == 1
    assert window.bottom.filter.text() == ""
    assert "X901" in window.messages.text.text() and "filters" in window.messages.text.text()


def test_button_and_menu_of_a_row_offer_it(qtbot: QtBot, window: MainWindow) -> None:
    window.bottom.open("villages")
    page = window.bottom.page
    assert page is not None
    assert "New row…" in [one.text() for one in page.row_menu(0).actions()]
    assert "Villages" in window.commands.by_name["new-row"].text()
    titles: list[str] = []
    failed = in_form(lambda dialog: titles.append(dialog.windowTitle()))
    qtbot.mouseClick(window.bottom.new_row, LEFT)
    assert not failed and titles == ["New row: Villages"]


@pytest.mark.parametrize("table", ["switches", "ac_line_segments", "service_grids", "outages", "issues"])
def test_what_is_drawn_or_made_by_commands_is_not_made_as_a_row(window: MainWindow, table: str) -> None:
    window.bottom.open(table)
    action = window.commands.by_name["new-row"]
    assert not action.isEnabled() and "not made by hand" in action.toolTip()
    assert not window.bottom.new_row.isEnabled()
    assert window.bottom.new_row.toolTip() == action.toolTip()


def test_a_project_that_is_only_read_takes_no_row(qtbot: QtBot, window: MainWindow) -> None:
    session, path = window.bench.session, window.bench.session.path
    assert path is not None
    session.close()
    with qtbot.waitSignal(session.project_changed, timeout=20_000):
        session.open(path, reading=True)
    window.bottom.open("customers")
    assert not window.commands.by_name["new-row"].isEnabled()


def test_a_meter_of_one_of_thousands_of_customers_is_typed_by_number(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    customer = str(project.frame("customers")["id"].iloc[-1])

    def act(dialog: NewRowDialog) -> None:
        field = dialog.fields["customer"]
        assert not isinstance(field, QComboBox) and field.placeholderText() == "Customer number"
        type_into(qtbot, dialog.fields["id"], "X901")
        type_into(qtbot, field, customer + "9")
        assert customer + "9" in dialog.told["customer"].text() and not dialog.go.isEnabled()
        qtbot.keyClick(field, Qt.Key.Key_Backspace)
        qtbot.keyClick(field, Qt.Key.Key_Return)

    make(qtbot, window, "usage_points", act)
    assert now(window).table("usage_points").row("X901")["customer"] == customer


def test_a_reference_is_typed_by_a_name_only_one_bears(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    station = project.frame("stations").iloc[0]

    def act(dialog: NewRowDialog) -> None:
        fill_manager(qtbot, dialog)
        field = dialog.fields["station"]
        assert isinstance(field, QComboBox)
        field.setEditText(str(station["name"]))
        qtbot.mouseClick(dialog.go, LEFT)

    make(qtbot, window, "district_managers", act)
    assert now(window).table("district_managers").row("X901")["station"] == station["id"]


def test_it_speaks_chinese(qtbot: QtBot, window: MainWindow) -> None:
    i18n.use_language("zh_CN")
    seen: list[str] = []

    def act(dialog: NewRowDialog) -> None:
        type_into(qtbot, dialog.fields["x"], "106.1")
        seen.extend((dialog.windowTitle(), dialog.go.text(), dialog.told["y"].text()))
        type_into(qtbot, dialog.fields["y"], "30.1")
        type_into(qtbot, dialog.fields["name"], "W")
        qtbot.mouseClick(dialog.go, LEFT)

    make(qtbot, window, "district_managers", act)
    assert seen[:2] == ["新增台区经理", "确定"] and "不能为空" in seen[2]
    assert window.commands.by_name["new-row"].text() == "新增台区经理(&N)…"
    assert window.messages.text.text().startswith("已新增")
    entry = window.bench.session.next_undo
    assert entry is not None and title_of(entry.title, entry.values).startswith("新增台区经理“")
