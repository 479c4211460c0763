"""The main job by mouse and keyboard: open, zoom, click a switch, ask what if, count, export, edit, undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from grid_model.errors import GridError
from grid_model.tracing import trace_outage
from tests.test_ui.helpers import LEFT, answer_file, button, click_on_map, press, texts, wait_for_jobs
from ui.actions import ACTIONS, shortcut_list
from ui.application import Program
from ui.dialogs.help_dialogs import in_columns
from ui.dialogs.preview_dialog import PreviewDialog
from ui.main_window import MainWindow
from ui.tables.pages import AttributePage


def a_section_switch(window: MainWindow) -> str:
    """A load switch in the middle of a feeder, with customers behind it."""
    project = window.bench.session.project
    assert project is not None
    switches = project.frame("switches")
    load = switches[(switches["kind"] == "load_break_switch") & ~switches["normal_open"]]
    for one in load["id"]:
        if trace_outage(project, [("open", f"switches:{one}")]).counts.lv_customers:
            return str(one)
    raise AssertionError("the sample has no load switch with customers behind it")


def type_into_search(qtbot: QtBot, window: MainWindow, text: str) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.top.search.hasFocus()
    qtbot.keyClicks(window.top.search, text)
    qtbot.keyClick(window.top.search, Qt.Key.Key_Return)


def test_the_start_page_leads_into_a_project(program: Program, qtbot: QtBot, station: Path) -> None:
    window = program.window
    assert window.pages.currentWidget() is window.start
    assert not window.commands.by_name["save-as"].isEnabled()
    with qtbot.waitSignal(program.bench.session.project_changed, timeout=20_000):
        program.bench.session.open(station)
    assert window.pages.currentWidget() is not window.start
    assert "青禾镇供电所" in window.windowTitle()
    assert program.settings.recent == [station]


def test_a_dropped_project_file_is_opened(program: Program, qtbot: QtBot, station: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(station))])
    drop = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(program.bench.session.project_changed, timeout=20_000):
        program.window.dropEvent(drop)
    assert program.bench.session.path == station


def test_a_missing_file_is_said_in_one_sentence_and_nothing_else_happens(
    program: Program, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(program.bench.jobs.failed, timeout=20_000):
        program.bench.session.open(tmp_path / "nowhere.gpkg")
    assert program.window.messages.isVisible()
    assert "nowhere.gpkg" in program.window.messages.text.text()
    assert program.bench.session.project is None


def test_what_if_a_switch_opens_is_counted_as_the_model_counts(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = window.bench.session.project
    assert project is not None
    one = a_section_switch(window)
    feeder = str(project.table("switches").row(one)["feeder"])

    type_into_search(qtbot, window, feeder)
    assert window.bench.selection.table == "feeders"
    far = window.canvas.scale_denominator()
    window.bench.go_to("switches", one)
    window.canvas.zoom_in()
    assert window.canvas.scale_denominator() < far
    window.bench.select("")
    window.canvas.finish_drawing()

    click_on_map(qtbot, window, "switches", one)
    assert window.bench.selection.table == "switches"
    assert window.bench.selection.ids == (one,)
    press(qtbot, window.right.object, "What if it opens")
    wait_for_jobs(qtbot, window)

    counts = trace_outage(project, [("open", f"switches:{one}")]).counts
    shown = texts(window.right.outage)
    for label, number in (
        ("MV users", counts.mv_users),
        ("LV customers", counts.lv_customers),
        ("Areas out", counts.transformer_areas),
    ):
        assert shown[shown.index(label) + 1].replace("\u00a0", "") == str(number)
    assert "What-if · normal state" in shown
    assert window.bottom.page is not None
    assert window.bottom.page.name == "outage-customers"
    assert not project.table("switches").row(one)["open"], "a what-if never changes the record"

    out = tmp_path / "list.xlsx"
    answer_file(monkeypatch, out)
    press(qtbot, window.right.outage, "Export customer list")
    wait_for_jobs(qtbot, window)
    import openpyxl

    book = openpyxl.load_workbook(out, read_only=True)
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell}
    book.close()
    listed = trace_outage(project, [("open", f"switches:{one}")]).customers
    assert set(listed) <= cells, "customer numbers stand whole, as text"

    press(qtbot, window.right.outage, "Clear")
    assert window.bench.outage.result is None
    assert "outage-customers" not in window.bottom.shown_names()


def test_a_second_step_can_be_added_and_taken_out(window: MainWindow, qtbot: QtBot) -> None:
    project = window.bench.session.project
    assert project is not None
    one = a_section_switch(window)
    ties = project.frame("switches").query("normal_open")
    window.bench.set_task("outage")
    window.bench.select("switches", one)
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    wait_for_jobs(qtbot, window)
    window.bench.select("switches", str(ties["id"].iloc[0]))
    assert button(window.right.object, "What if it closes").isEnabled()
    press(qtbot, window.right.object, "What if it closes")
    wait_for_jobs(qtbot, window)
    assert [step.action for step in window.bench.outage.steps] == ["open", "close"]
    window.bench.outage.drop(1)
    wait_for_jobs(qtbot, window)
    assert [step.action for step in window.bench.outage.steps] == ["open"]


def test_a_cell_is_edited_in_place_saved_and_undone_by_ctrl_z(window: MainWindow, qtbot: QtBot) -> None:
    session = window.bench.session
    page = window.bottom.page
    assert isinstance(page, AttributePage)
    assert page.name == "transformer_areas"
    column = [one.name for one in page.model.columns].index("name")
    index = page.model.index(0, column)
    before = page.model.data(index)
    page.view.setCurrentIndex(index)
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_F2)
    editor = page.view.viewport().findChild(QLineEdit)
    assert editor is not None
    editor.setText("")
    qtbot.keyClicks(editor, "Area of the test")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.model.data(index) == "Area of the test", timeout=2_000)
    assert session.next_undo is not None
    qtbot.waitUntil(lambda: "saved" in window.status.saved.text(), timeout=5_000)
    assert session.saved

    page.view.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.model.data(index) == before
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert page.model.data(index) == "Area of the test"


def test_a_word_where_a_number_belongs_is_refused_in_one_sentence(window: MainWindow) -> None:
    page = window.bottom.page
    assert isinstance(page, AttributePage)
    column = [one.name for one in page.model.columns].index("stated_kva")
    index = page.model.index(0, column)
    before = page.model.data(index)
    assert not page.model.setData(index, "many")
    assert "many" in window.messages.text.text()
    for strange in ("1e400", "-inf", "nan", "ＮａＮ"):
        window.messages.hide()
        assert not page.model.setData(index, strange), strange
        assert strange in window.messages.text.text()
        assert window.messages.isVisible()
    assert not page.model.setData(index, "-5")
    assert page.model.data(index) == before
    assert window.bench.session.next_undo is None


@pytest.mark.parametrize("value", [617.1309, 1234567.0, 1 / 3, 5e-7])
def test_a_number_looked_at_in_its_editor_stays_as_exact_as_it_was(
    window: MainWindow, qtbot: QtBot, value: float
) -> None:
    page = window.bottom.page
    assert isinstance(page, AttributePage)
    index = page.model.index(0, [one.name for one in page.model.columns].index("stated_kva"))
    assert page.model.setData(index, repr(value))
    made = window.bench.session.next_undo
    page.view.scrollTo(index)
    page.view.setCurrentIndex(index)
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_F2)
    editor = page.view.viewport().findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert page.model.value(index) == value
    assert window.bench.session.next_undo is made


def test_clicking_a_row_selects_on_the_map_and_back(window: MainWindow, qtbot: QtBot) -> None:
    page = window.bottom.page
    assert isinstance(page, AttributePage)
    area = str(page.model.frame["id"].iat[2])
    place = page.view.visualRect(page.model.index(2, 1)).center()
    qtbot.mouseClick(page.view.viewport(), LEFT, pos=place)
    assert window.bench.selection.ids == (area,)
    assert window.right.currentWidget() is window.right.object
    other = str(page.model.frame["id"].iat[0])
    QApplication.processEvents()
    window.canvas.setFocus()
    window.bench.select("transformer_areas", other)
    assert page.view.chosen_positions() == [0]


def test_clicking_nothing_goes_back_to_the_task(window: MainWindow, qtbot: QtBot) -> None:
    window.bench.select("switches", a_section_switch(window))
    assert window.right.currentWidget() is window.right.object
    qtbot.mouseClick(window.canvas, LEFT, pos=QPoint(4, 4))
    assert window.right.currentWidget() is window.right.overview


def test_names_are_masked_until_a_purpose_is_given(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui import doing
    from ui.dialogs import ask

    window.bottom.open("customers")
    page = window.bottom.page
    assert isinstance(page, AttributePage)
    names = page.model.frame["name"]
    person = next(at for at, name in enumerate(names) if isinstance(name, str) and len(name) == 3)

    def shown() -> str:
        column = [one.name for one in page.model.columns].index("name")
        return str(page.model.data(page.model.index(page.model.row_of(person), column)))

    assert shown() == names.iat[person][0] + "**"
    monkeypatch.setattr(ask, "purpose", lambda _parent, _question: "")
    doing.show_personal(window)
    assert shown().endswith("**"), "no purpose, no names"
    monkeypatch.setattr(ask, "purpose", lambda _parent, _question: "calling the sick")
    doing.show_personal(window)
    assert shown() == names.iat[person]
    file = window.bench.session._file
    assert file is not None
    assert file.journal.entries()[-1].values["purpose"] == "calling the sick"


def test_groups_are_proposed_and_put_in_force_in_one_step(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui import grids_doing
    from ui.grouping_plan import Approval

    monkeypatch.setattr(grids_doing, "ask_approval", lambda *_asked: Approval(approved_by="王所长"))
    window.top.tasks["grids"].setFocus()
    qtbot.mouseClick(window.top.tasks["grids"], LEFT)
    panel = window.right.grouping
    panel.least.setValue(2)
    panel.most.setValue(4)
    press(qtbot, panel, "Propose groups")
    wait_for_jobs(qtbot, window)
    plan = window.bench.grouping.plan
    assert plan is not None
    assert plan.grouping.status == "optimal"
    assert all(2 <= len(group.members) <= 4 for group in plan.grouping.groups)
    assert "Proved optimal" in texts(panel)
    press(qtbot, panel, "Put in force…")
    project = window.bench.session.project
    assert project is not None
    schemes = project.frame("schemes")
    assert schemes["in_force"].sum() == 1
    assert schemes.loc[schemes["in_force"], "status"].iloc[0] == "optimal"
    count = len(schemes)
    window.bench.session.undo()
    project = window.bench.session.project
    assert project is not None
    assert len(project.frame("schemes")) == count - 1


def test_what_cannot_be_grouped_says_why(window: MainWindow, qtbot: QtBot) -> None:
    window.bench.set_task("grids")
    window.bench.grouping.set_sizes(4, 4)
    window.right.grouping.refresh()
    press(qtbot, window.right.grouping, "Propose groups")
    wait_for_jobs(qtbot, window)
    plan = window.bench.grouping.plan
    assert plan is not None
    assert plan.grouping.status == "infeasible"
    assert any("4" in text and "6" in text for text in texts(window.right.grouping))


def test_the_table_is_exported_as_it_is_shown(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import openpyxl

    window.bottom.open("customers")
    page = window.bottom.page
    assert page is not None
    out = tmp_path / "customers.xlsx"
    answer_file(monkeypatch, out)
    page.model.filter("1号")
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    wait_for_jobs(qtbot, window)
    book = openpyxl.load_workbook(out)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0][0] == "Customer number"
    first = str(page.model.frame["id"].iat[page.model.position(0)])
    assert rows[1][0] == first
    says = [str(row[0]) for row in book.worksheets[-1].iter_rows(values_only=True)]
    assert any("unlinked customers" in line for line in says)


def test_a_table_with_places_is_exported_as_a_shapefile_whose_full_headings_are_told_of(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyogrio

    window.bottom.open("power_transformers")
    page = window.bottom.page
    assert page is not None
    out = tmp_path / "transformers.shp"
    answer_file(monkeypatch, out)
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    wait_for_jobs(qtbot, window)
    assert pyogrio.read_info(out)["features"] == page.model.rowCount()
    assert "transformers.fields.csv" in window.messages.text.text()


def test_the_language_is_switched_without_losing_anything(
    program: Program, qtbot: QtBot, window: MainWindow
) -> None:
    one = a_section_switch(window)
    window.bench.select("switches", one)
    window.bench.outage.add("open", f"switches:{one}")
    wait_for_jobs(qtbot, window)
    window.bench.set_task("outage")
    program.change_language("zh_CN")
    fresh = program.window
    assert fresh is not window
    assert fresh.top.tasks["outage"].text() == "停电"
    assert "模拟 · 正常方式" in texts(fresh.right.outage)
    assert fresh.bench.outage.result is not None
    fresh.bottom.open("transformer_areas")
    page = fresh.bottom.page
    assert isinstance(page, AttributePage)
    column = [shown.name for shown in page.model.columns].index("name")
    assert page.model.setData(page.model.index(0, column), "改名")
    qtbot.waitUntil(lambda: fresh.bench.session.saved, timeout=5_000)
    assert program.settings.language == "zh_CN"


def test_a_choice_is_set_from_a_list(window: MainWindow, qtbot: QtBot) -> None:
    page = window.bottom.page
    assert isinstance(page, AttributePage)
    column = [one.name for one in page.model.columns].index("manager")
    index = page.model.index(0, column)
    before = page.model.value(index)
    page.view.scrollTo(index)
    page.view.edit(index)
    combo = page.view.viewport().findChild(QComboBox)
    assert combo is not None
    other = next(at for at in range(combo.count()) if combo.itemData(at) not in ("", before))
    combo.setCurrentIndex(other)
    combo.activated.emit(other)
    assert page.model.value(index) == combo.itemData(other)


def test_every_command_is_in_a_menu_and_has_its_own_keys(window: MainWindow) -> None:
    in_menus = {action for menu in window.menus.values() for action in menu.actions()}
    assert set(window.commands.by_name.values()) <= in_menus
    keys = [
        one.shortcut().toString() for one in window.commands.by_name.values() if one.shortcut().toString()
    ]
    assert len(keys) == len(set(keys))


def test_tasks_turn_by_keyboard(window: MainWindow) -> None:
    for key, task in ((Qt.Key.Key_3, "outage"), (Qt.Key.Key_2, "grids"), (Qt.Key.Key_1, "data")):
        QTest.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert window.bench.task == task
        assert window.top.tasks[task].isChecked()


def test_the_first_sheet_is_previewed_and_every_sheet_on_request(window: MainWindow, qtbot: QtBot) -> None:
    window.bench.set_task("print")
    panel = window.right.print
    wait_for_jobs(qtbot, window)
    assert panel.findChildren(QLabel, "preview")
    panel.choose("grid-book")
    wait_for_jobs(qtbot, window)
    press(qtbot, panel, "Preview…")
    wait_for_jobs(qtbot, window)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, PreviewDialog)
    wait_for_jobs(qtbot, window)
    first = dialog.sheet.pixmap().toImage()
    assert not first.isNull()
    qtbot.keyClick(dialog, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: bool(dialog.sheet.pixmap().toImage() != first), timeout=10_000)
    assert "2" in dialog.count.text()
    dialog.accept()


def test_the_sheet_of_an_outage_is_offered_while_there_is_one(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui import outputs

    shown: list[Path] = []
    monkeypatch.setattr(outputs, "open_outside", shown.append)
    window.bench.outage.add("open", f"switches:{a_section_switch(window)}")
    wait_for_jobs(qtbot, window)
    window.bench.set_task("outage")
    window.right.show_task()
    press(qtbot, window.right.outage, "Print")
    wait_for_jobs(qtbot, window)
    assert window.right.print.template == "outage-sheet"
    out = tmp_path / "outage.pdf"
    answer_file(monkeypatch, out)
    press(qtbot, window.right.print, "Print to PDF…")
    wait_for_jobs(qtbot, window)
    assert out.read_bytes().startswith(b"%PDF")
    assert shown == [out]
    window.bench.outage.clear()
    window.right.print.refresh()
    assert window.right.print.template == "station-map"


def test_an_empty_project_has_something_to_say_everywhere(
    program: Program, qtbot: QtBot, tmp_path: Path
) -> None:
    from gis.project_file import save_new
    from grid_model.project import Project, ProjectInfo

    path = tmp_path / "empty.gpkg"
    save_new(path, Project.empty(ProjectInfo(name="Nothing yet")))
    with qtbot.waitSignal(program.bench.session.project_changed, timeout=20_000):
        program.bench.session.open(path)
    window = program.window
    for task in ("grids", "outage", "print", "data"):
        window.bench.set_task(task)
        wait_for_jobs(qtbot, window)
        assert texts(window.right)
    press(qtbot, window.right.overview, "Check data")
    wait_for_jobs(qtbot, window)
    window.bench.ranking.ask()
    wait_for_jobs(qtbot, window)
    assert "source" in window.messages.text.text() or window.bench.ranking.frame is not None
    assert window.bench.session.next_undo is None


def test_a_view_is_kept_in_the_project_and_gone_with_undo(window: MainWindow) -> None:
    window.canvas.zoom_in()
    seen = window.canvas.extent()
    window.left.keep_view("Center")
    window.canvas.zoom_to_all()
    views = window.left.views
    views.itemClicked.emit(views.item(1))
    assert views.item(1).text() == "Center"
    assert window.canvas.extent() == pytest.approx(seen, abs=2e-3)
    window.bench.session.undo()
    QApplication.processEvents()
    assert views.count() == 1


def test_save_as_goes_on_in_the_copy(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gis.project_file import open_for_reading
    from ui import doing

    session = window.bench.session
    first = session.path
    copy = tmp_path / "copy.gpkg"
    answer_file(monkeypatch, copy)
    doing.save_as(window)
    wait_for_jobs(qtbot, window)
    assert session.path == copy
    page = window.bottom.page
    assert isinstance(page, AttributePage)
    at = [one.name for one in page.model.columns].index("name")
    page.model.setData(page.model.index(0, at), "Only in the copy")
    qtbot.waitUntil(lambda: session.saved, timeout=5_000)
    assert first is not None
    assert "Only in the copy" not in set(open_for_reading(first).frame("transformer_areas")["name"])
    assert "Only in the copy" in set(open_for_reading(copy).frame("transformer_areas")["name"])


def test_findings_without_a_row_number_are_listed_in_words(
    program: Program, qtbot: QtBot, tmp_path: Path
) -> None:
    from gis.project_file import save_new
    from grid_model.project import Project, ProjectInfo

    draft = Project.empty(ProjectInfo(name="Findings")).edit()
    issue = {"id": "1", "code": "duplicate-customer", "severity": "warning", "file": "a.csv", "details": "{}"}
    draft.insert("issues", [issue])
    path = tmp_path / "findings.gpkg"
    save_new(path, draft.project)
    with qtbot.waitSignal(program.bench.session.project_changed, timeout=20_000):
        program.bench.session.open(path)
    bottom = program.window.bottom
    bottom.open("issues-found")
    QApplication.processEvents()
    assert bottom.page is not None
    model = bottom.page.model
    row = [model.data(model.index(0, at)) for at in range(model.columnCount())]
    assert row[0] == "Warning"
    assert "a.csv" in row


def test_a_refusal_names_the_device_and_not_only_its_identifier(window: MainWindow) -> None:
    project = window.bench.session.project
    assert project is not None
    row = project.frame("switches").iloc[3]
    for code in (str(row["id"]), f"switches:{row['id']}"):
        window.tell_problem(GridError("already-open", id=code))
        assert f"{row['name']} {row['id']}" in window.messages.text.text()


def test_closed_accounts_that_are_not_counted_are_said(window: MainWindow) -> None:
    project = window.bench.session.project
    assert project is not None
    closed = int((project.frame("customers")["status"] != "active").sum())
    assert closed
    assert any(f"{closed} account" in text for text in texts(window.right.overview))


def test_a_proposal_that_cannot_be_is_cleared_by_a_button(window: MainWindow, qtbot: QtBot) -> None:
    window.bench.set_task("grids")
    window.bench.grouping.set_sizes(5, 5)
    window.bench.grouping.propose()
    wait_for_jobs(qtbot, window)
    plan = window.bench.grouping.plan
    assert plan is not None
    assert plan.grouping.status == "infeasible"
    press(qtbot, window.right.grouping, "Clear")
    assert window.bench.grouping.plan is None


def test_shortcuts_of_every_command_stand_in_the_list_and_in_even_columns() -> None:
    listed = {keys for lines in shortcut_list().values() for _title, keys in lines}
    assert listed == {QKeySequence(one.shortcut).toString() for one in ACTIONS if one.shortcut}
    columns = in_columns({"a": 10, "b": 9, "c": 3, "d": 3, "e": 4}, 3)
    assert [name for column in columns for name in column] == ["a", "b", "c", "d", "e"]
    assert len(columns) == 3
