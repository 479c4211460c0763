"""Deleting by hand: what depends on the objects is listed first, and one undo brings everything back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from grid_model.project import Project
from tests.project_values import same_rows
from tests.test_ui.helpers import LEFT
from ui.dialogs.delete_dialog import DeleteDialog
from ui.main_window import MainWindow
from ui.tables.pages import AttributePage

DELETE = Qt.Key.Key_Delete


def in_dialog(seen: list[str], act: Callable[[DeleteDialog], None]) -> None:
    """Read the dialog that opens next, then act on it."""

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, DeleteDialog)
        root = dialog.list.invisibleRootItem()
        groups = [root.child(n) for n in range(root.childCount())]
        seen.extend(one.text(0) for one in groups if one is not None)
        act(dialog)

    QTimer.singleShot(0, answer)


def in_table(qtbot: QtBot, window: MainWindow, table: str, rows: list[int]) -> AttributePage:
    """Choose rows of a table by clicks."""
    window.bottom.open(table)
    page = window.bottom.page
    assert isinstance(page, AttributePage)
    column = page.view.visible_columns()[0]
    for n, row in enumerate(rows):
        keys = Qt.KeyboardModifier.ControlModifier if n else Qt.KeyboardModifier.NoModifier
        index = page.model.index(row, column)
        page.view.scrollTo(index)
        qtbot.mouseClick(page.view.viewport(), LEFT, keys, page.view.visualRect(index).center())
    return page


def open_project(window: MainWindow) -> Project:
    found = window.bench.session.project
    assert found is not None
    return found


def test_a_row_is_deleted_by_the_key_after_its_dependents_were_listed(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    page = in_table(qtbot, window, "customers", [0])
    one = window.bench.selection.ids[0]
    seen: list[str] = []
    in_dialog(seen, lambda dialog: qtbot.keyClick(dialog, Qt.Key.Key_Escape))
    qtbot.keyClick(page.view, DELETE)
    assert open_project(window) is project
    assert any("Usage points" in text for text in seen)
    in_dialog(seen, lambda dialog: qtbot.mouseClick(dialog.go, LEFT))
    qtbot.keyClick(page.view, DELETE)
    after = open_project(window)
    assert one not in after.table("customers")
    assert not (after.frame("usage_points")["customer"] == one).any()
    assert window.bench.selection.ids == ()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    same_rows(open_project(window), project)


def test_rows_that_only_lose_their_reference_are_listed_and_stay(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    areas = project.frame("transformer_areas")
    manager = str(areas["manager"].dropna().iloc[0])
    window.bench.select("district_managers", manager)
    seen: list[str] = []
    in_dialog(seen, lambda dialog: qtbot.keyClick(dialog.go, Qt.Key.Key_Return))
    qtbot.keyClick(window.canvas, DELETE)
    after = open_project(window)
    assert manager not in after.table("district_managers")
    assert len(after.frame("transformer_areas")) == len(areas)
    assert any("Stays" in text and "Transformer areas" in text for text in seen)
    assert any("Group members" in text for text in seen)
    window.bench.session.undo()
    same_rows(open_project(window), project)


def test_several_rows_of_a_filtered_table_are_deleted_and_no_other(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    window.bottom.open("poles")
    page = window.bottom.page
    assert isinstance(page, AttributePage)
    page.view.horizontalHeader().setSortIndicator(
        page.view.visible_columns()[0], Qt.SortOrder.DescendingOrder
    )
    page = in_table(qtbot, window, "poles", [1, 3])
    wanted = {str(page.model.frame["id"].iat[page.model.position(row)]) for row in (1, 3)}
    window.bench.select("switches", str(project.frame("switches")["id"].iloc[0]))  # chosen elsewhere since
    in_dialog([], lambda dialog: qtbot.mouseClick(dialog.go, LEFT))
    qtbot.keyClick(page.view, DELETE)
    after = open_project(window)
    assert set(project.frame("poles")["id"]) - set(after.frame("poles")["id"]) == wanted
    assert len(after.frame("switches")) == len(project.frame("switches"))


def test_what_is_deleted_while_it_is_looked_at_leaves_the_panel(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    window.bench.set_task("outage")
    one = str(project.frame("power_transformers")["id"].iloc[3])
    window.bench.go_to("power_transformers", one)
    window.bench.outage.add("open", f"power_transformers:{one}")
    in_dialog([], lambda dialog: qtbot.mouseClick(dialog.go, LEFT))
    qtbot.keyClick(window.canvas, DELETE)
    window.canvas.finish_drawing()
    QApplication.processEvents()
    assert one not in open_project(window).table("power_transformers")
    assert window.bench.selection.ids == ()
    window.bench.session.undo()
    same_rows(open_project(window), project)


def test_a_field_that_is_being_written_keeps_the_key(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    window.bench.select("switches", str(project.frame("switches")["id"].iloc[0]))
    window.bottom.filter.setFocus()
    window.bottom.filter.setText("ab")
    window.bottom.filter.setCursorPosition(0)
    qtbot.keyClick(window.bottom.filter, DELETE)
    assert window.bottom.filter.text() == "b"
    assert open_project(window) is project


def test_a_project_that_is_only_read_loses_nothing(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    session, path = window.bench.session, window.bench.session.path
    assert path is not None
    session.close()
    with qtbot.waitSignal(session.project_changed, timeout=20_000):
        session.open(path, reading=True)
    window.bench.select("switches", str(project.frame("switches")["id"].iloc[0]))
    assert not window.commands.by_name["delete-chosen"].isEnabled()
    qtbot.keyClick(window.canvas, DELETE)
    assert len(open_project(window).frame("switches")) == len(project.frame("switches"))


@pytest.mark.parametrize("table", ["schemes", "mutual_aid_groups", "settings"])
def test_what_has_a_command_of_its_own_is_not_deleted_as_a_row(window: MainWindow, table: str) -> None:
    frame = open_project(window).frame(table)
    if len(frame):
        window.bench.select(table, str(frame["id"].iloc[0]))
    assert not window.commands.by_name["delete-chosen"].isEnabled()


def test_the_menu_of_a_row_and_of_the_map_offer_it(window: MainWindow, qtbot: QtBot) -> None:
    page = in_table(qtbot, window, "switches", [0])
    assert "Delete…" in [one.text() for one in page.row_menu(page.model.position(0)).actions()]
    assert window.commands.by_name["delete-chosen"].isEnabled()
    shown: list[str] = []

    def read() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        shown.extend(one.text() for one in menu.actions())
        menu.close()

    place = window.canvas.screen_position("switches", window.bench.selection.ids[0])
    assert place is not None
    QTimer.singleShot(0, read)
    qtbot.mouseClick(window.canvas, Qt.MouseButton.RightButton, pos=place.toPoint())
    assert "&Delete…" in shown


def test_nodes_that_nothing_is_connected_to_any_more_go_with_the_line(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    from gis.editing.lines import DrawLine
    from gis.editing.places import Anchor

    start = project.frame("connectivity_nodes").iloc[0]
    end = Anchor(float(start["x"]) + 0.001, float(start["y"]))
    session = window.bench.session
    session.do(DrawLine(Anchor(float(start["x"]), float(start["y"]), str(start["id"])), end))
    drawn = open_project(window)
    assert len(drawn.frame("connectivity_nodes")) == len(project.frame("connectivity_nodes")) + 1
    window.bench.select("ac_line_segments", str(drawn.frame("ac_line_segments")["id"].iloc[-1]))
    seen: list[str] = []
    in_dialog(seen, lambda dialog: qtbot.mouseClick(dialog.go, LEFT))
    qtbot.keyClick(window.canvas, DELETE)
    assert seen == ["Deleted with it, connected to nothing any more: Nodes, 1"]
    for table in ("connectivity_nodes", "ac_line_segments"):
        assert open_project(window).frame(table)["id"].tolist() == project.frame(table)["id"].tolist()
    session.undo()
    same_rows(open_project(window), drawn)
