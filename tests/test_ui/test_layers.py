"""The list of layers: order, look and filter are edits of the project; the legend tells what is drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from grid_model.expression import Expression
from grid_model.project import LOCAL, Project, ProjectInfo
from tests.test_ui.helpers import wait_for_jobs
from ui.application import Program
from ui.dialogs.layer_dialog import LayerDialog
from ui.main_window import MainWindow
from ui.map.layer import LayerLook
from ui.map.stack import ordered
from ui.panels import layers_styles as styles
from ui.panels.layers_tree import LayerTree, Row
from ui.scale_box import ScaleBox
from ui.scales import read_scale, scale_text
from ui.views import KeepView, KeptView, views_of

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def tree(window: MainWindow) -> LayerTree:
    return window.left.layers.tree


def layer(window: MainWindow, name: str):  # type: ignore[no-untyped-def]
    return window.left.layers.desk.layer(name)


def drawn(window: MainWindow) -> list[str]:
    """The layers as they lie on the map, the top one first."""
    return [one.name for one in reversed(window.canvas.drawn_layers) if one.label]


def row(window: MainWindow, name: str) -> Row:
    found = tree(window).row(name)
    assert found is not None
    return found


def project_of(window: MainWindow) -> Project:
    project = window.bench.session.project
    assert project is not None
    return project


def middle(window: MainWindow, name: str) -> QPoint:
    item = tree(window).item(name)
    assert item is not None
    return tree(window).visualItemRect(item).center()


def drag(qtbot: QtBot, window: MainWindow, name: str, to: QPoint) -> None:
    view = tree(window).viewport()
    begin = middle(window, name)
    qtbot.mousePress(view, LEFT, NONE, begin)
    for share in (0.3, 0.7, 1.0):
        qtbot.mouseMove(view, begin + (to - begin) * share)
        _held(view, begin + (to - begin) * share)
    qtbot.mouseRelease(view, LEFT, NONE, to)


def _held(view, at: QPoint) -> None:  # type: ignore[no-untyped-def]
    """A move with the button held: the test library's own move holds none."""
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(at),
        QPointF(view.mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        LEFT,
        NONE,
    )
    QApplication.sendEvent(view, event)


def answer(monkeypatch: pytest.MonkeyPatch, fill: Callable[[LayerDialog], None], agree: bool = True) -> None:
    """Answer the next layer dialog."""

    def run(dialog: LayerDialog) -> int:
        fill(dialog)
        return QDialog.DialogCode.Accepted if agree else QDialog.DialogCode.Rejected

    monkeypatch.setattr(LayerDialog, "exec", run)


# ----------------------------------------------------------------- order


def test_a_layer_dragged_below_another_is_drawn_below_it_and_undo_puts_it_back(
    qtbot: QtBot, window: MainWindow
) -> None:
    before = drawn(window)
    assert tree(window).names.index("substations") < tree(window).names.index("roads")
    below = middle(window, "roads") + QPoint(0, 11)
    drag(qtbot, window, "substations", below)
    names = drawn(window)
    assert names.index("substations") == names.index("roads") + 1
    assert tree(window).names == [one for one in names if one in tree(window).names]
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert drawn(window) == before
    assert not len(project_of(window).frame("layer_styles"))


def test_alt_with_arrows_moves_a_layer_among_those_listed(qtbot: QtBot, window: MainWindow) -> None:
    names = tree(window).names
    tree(window).choose(names[2])
    tree(window).setFocus()
    qtbot.keyClick(tree(window), Qt.Key.Key_Down, ALT)
    assert tree(window).names[2:4] == [names[3], names[2]]
    qtbot.keyClick(tree(window), Qt.Key.Key_Up, ALT)
    assert tree(window).names == names
    tree(window).choose(names[0])
    qtbot.keyClick(tree(window), Qt.Key.Key_Up, ALT)  # there is nothing above
    assert tree(window).names == names


def test_what_lies_over_the_lines_stays_there_whatever_the_order(window: MainWindow) -> None:
    layers = window.canvas.drawn_layers
    fixed = {n: one.name for n, one in enumerate(layers) if not one.label}
    turned = ordered(layers, [one.name for one in reversed(layers) if one.label])
    assert {n: one.name for n, one in enumerate(turned) if not one.label} == fixed
    assert sorted(one.name for one in turned) == sorted(one.name for one in layers)


# ------------------------------------------------- visibility, look, filter


def test_space_hides_a_layer_as_an_edit_that_a_reopened_project_remembers(
    qtbot: QtBot, window: MainWindow, program: Program, station: Path
) -> None:
    tree(window).choose("mv_lines")
    tree(window).setFocus()
    qtbot.keyClick(tree(window), Qt.Key.Key_Space)
    assert not layer(window, "mv_lines").visible
    assert window.bench.session.next_undo is not None
    session = window.bench.session
    session.close()
    with qtbot.waitSignal(session.project_changed, timeout=20_000):
        session.open(station)
    wait_for_jobs(qtbot, window)
    assert not layer(window, "mv_lines").visible
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert layer(window, "mv_lines").visible


def test_layers_of_a_task_follow_it_until_a_person_chooses(qtbot: QtBot, window: MainWindow) -> None:
    window.bench.set_task("grids")
    assert layer(window, "grids").visible
    window.bench.set_task("data")
    assert not layer(window, "grids").visible
    assert window.bench.session.next_undo is None  # the task is no edit
    window.left.layers.desk.show("grids", True)
    for task in ("outage", "print", "data"):
        window.bench.set_task(task)
        assert layer(window, "grids").visible
    window.left.layers.desk.reset("grids")
    assert not layer(window, "grids").visible


def test_the_dialog_changes_the_look_as_one_edit_and_cancel_leaves_it(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(dialog: LayerDialog) -> None:
        dialog.opacity.setValue(40)
        dialog.far.setCurrentText("1:20000")
        dialog.near.setCurrentText("1/500")
        dialog._set_color("#123456")
        dialog.width_factor.setValue(2)

    before = layer(window, "mv_lines").look
    answer(monkeypatch, fill, agree=False)
    window.left.layers.ask("mv_lines")
    assert layer(window, "mv_lines").look == before
    answer(monkeypatch, fill)
    window.left.layers.ask("mv_lines")
    wanted = LayerLook(0.4, 20_000.0, 500.0, "", "#123456", 2.0)
    assert layer(window, "mv_lines").look == wanted
    assert styles.styles_of(project_of(window))["mv_lines"].look == wanted
    window.canvas.set_scale_denominator(30_000)
    assert not layer(window, "mv_lines").shows_at(window.canvas.view)
    window.canvas.set_scale_denominator(10_000)
    assert layer(window, "mv_lines").shows_at(window.canvas.view)
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert layer(window, "mv_lines").look == before


def test_a_look_changes_the_picture_and_reset_brings_it_back(window: MainWindow) -> None:
    plain = window.canvas.screenshot()
    window.left.layers.desk.look("mv_lines", LayerLook(color="#00FF00", size=3.0))
    green = window.canvas.screenshot()
    assert green != plain
    window.left.layers.desk.reset_all()
    assert window.canvas.screenshot() == plain


FILTERS = (
    ("switches", "switches", 'kind == "breaker"'),
    ("transformers", "power_transformers", "rated_kva > 200"),
    ("mv_lines", "ac_line_segments", "length_m > 100"),
    ("areas", "transformer_areas", 'usage == "dedicated"'),
    ("roads", "roads", 'road_class == "village"'),
)


def test_a_filter_leaves_only_the_rows_it_holds_for(window: MainWindow) -> None:
    project = project_of(window)
    for name, _table, condition in FILTERS:
        window.left.layers.desk.look(name, LayerLook(filter=condition))
    window.canvas.finish_drawing()
    for name, table, condition in FILTERS:
        kept = set(project.frame(table)["id"][Expression.parse(condition, table).mask(project)])
        one = layer(window, name)
        drawn_ids = set(one.ids[one.shapes.rows]) if hasattr(one, "shapes") else set(one.ids)
        assert drawn_ids
        assert drawn_ids <= kept
        assert len(kept) < len(project.frame(table))


def test_the_dialog_counts_what_a_filter_leaves_and_takes_no_wrong_one(window: MainWindow) -> None:
    one = layer(window, "transformers")
    dialog = LayerDialog(one, "Transformers", window.bench.session.project, lambda _look: None, window)
    dialog.filter.setText("rated_kva > 0")
    assert "rows" in dialog.told.text()
    assert dialog.ok.isEnabled()
    dialog.filter.setText("rated_kva >")
    assert not dialog.ok.isEnabled()
    assert dialog.told.text()
    dialog.deleteLater()


def test_a_filter_that_lost_its_meaning_hides_nothing(window: MainWindow) -> None:
    before = len(layer(window, "transformers").ids)
    window.left.layers.desk.look("transformers", LayerLook(filter="no_such_column > 1"))
    window.canvas.finish_drawing()
    assert len(layer(window, "transformers").ids) == before


def test_in_a_project_that_is_only_read_styles_last_for_the_session(
    qtbot: QtBot, program: Program, station: Path
) -> None:
    session, window = program.bench.session, program.window
    with qtbot.waitSignal(session.project_changed, timeout=20_000):
        session.open(station, reading=True)
    window.left.layers.desk.show("mv_lines", False)
    window.left.layers.desk.step("roads", 3)
    window.left.keep_view("Here")
    assert not layer(window, "mv_lines").visible
    assert [view.name for view in window.left.views.views.kept()] == ["Here"]
    assert not len(project_of(window).frame("layer_styles"))
    session.close()
    with qtbot.waitSignal(session.project_changed, timeout=20_000):
        session.open(station, reading=True)
    assert layer(window, "mv_lines").visible
    assert window.left.views.views.kept() == []


def test_styles_written_by_hand_into_the_table_do_no_harm() -> None:
    import pandas as pd

    rows = pd.DataFrame(
        {
            "id": ["mv_lines", "roads", "areas", "gone"],
            "opacity": [0.5, None, None, None],
            "style": ['{"color": "red", "size": 1e9}', "[1]", "not json", None],
            "visible": [False, False, True, True],
        }
    )
    project = Project.of(ProjectInfo("Test", crs=LOCAL), {"layer_styles": rows})
    found = styles.styles_of(project)
    assert found["mv_lines"].look == LayerLook(opacity=0.5, size=styles.MOST_SIZE)
    assert found["roads"].look == found["areas"].look == LayerLook()


# ------------------------------------------------------------------ legend


def test_a_layer_that_is_not_drawn_is_dimmed_and_says_why(qtbot: QtBot, window: MainWindow) -> None:
    window.canvas.set_scale_denominator(100_000)
    window.canvas.finish_drawing()
    window.left.layers.read_legends()
    assert "zoom in" in row(window, "lv_lines").dim
    assert row(window, "mv_lines").dim == ""
    window.left.layers.desk.look("mv_lines", LayerLook(near=200_000.0))
    assert "zoom out" in row(window, "mv_lines").dim
    window.canvas.look_at(window.canvas.plane.x0 + 3.0, window.canvas.plane.y0)
    window.canvas.finish_drawing()
    window.left.layers.read_legends()
    assert "Nothing of it" in row(window, "substations").dim


def test_the_legend_lists_only_what_is_in_view(qtbot: QtBot, window: MainWindow) -> None:
    window.bench.set_task("grids")
    window.canvas.finish_drawing()
    window.left.layers.read_legends()
    names = [one.text for one in row(window, "areas").legend.entries]
    grids = set(project_of(window).frame("service_grids")["name"])
    assert set(names) <= grids
    assert len(names) > 1
    window.canvas.zoom_to_object(
        "transformer_areas", str(project_of(window).frame("transformer_areas")["id"].iloc[0])
    )
    window.canvas.set_scale_denominator(2_000)
    window.canvas.finish_drawing()
    window.left.layers.read_legends()
    nearer = [one.text for one in row(window, "areas").legend.entries]
    assert set(nearer) < set(names)


def test_the_legend_is_read_by_itself_after_a_picture(qtbot: QtBot, window: MainWindow) -> None:
    window.canvas.set_scale_denominator(12_000)
    qtbot.waitUntil(lambda: row(window, "mv_lines").legend.count > 0, timeout=10_000)


def test_every_symbol_on_the_map_has_a_name(window: MainWindow) -> None:
    from grid_model.schema_network import SWITCH_KINDS
    from ui.map.legend import symbol_text

    names = [f"switch_{kind.code}_{word}" for kind in SWITCH_KINDS for word in ("open", "closed")]
    names += ["transformer_public", "transformer_dedicated_dead", "sensitive", "important_first", "pv"]
    names += ["meter_box", "ring_main_unit", "generator"]
    for name in names:
        assert symbol_text(name) != name


def test_the_menu_of_a_layer_opens_its_table(qtbot: QtBot, window: MainWindow) -> None:
    seen: list[str] = []

    def choose() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        seen.extend(action.text().split("\t")[0] for action in menu.actions() if action.text())
        next(action for action in menu.actions() if action.text() == "Show in the table").trigger()
        menu.close()

    QTimer.singleShot(200, choose)
    tree(window).customContextMenuRequested.emit(middle(window, "roads"))
    assert seen[0] == "Hide"
    assert {"Move up", "Move down", "How it is shown…", "As at first"} <= set(seen)
    assert window.bottom.page is not None
    assert window.bottom.page.name == "roads"


def test_all_layers_are_hidden_and_shown_as_one_step(qtbot: QtBot, window: MainWindow) -> None:
    menu = window.left.layers.more_menu()
    next(one for one in menu.actions() if one.text() == "Hide all").trigger()
    listed = tree(window).names
    assert not any(layer(window, name).visible for name in listed)
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert layer(window, "mv_lines").visible
    menu.deleteLater()


# ------------------------------------------------------------------- views


def test_a_view_is_gone_to_renamed_and_forgotten_by_keyboard(qtbot: QtBot, window: MainWindow) -> None:
    views = window.left.views
    window.canvas.set_scale_denominator(8_000)
    window.canvas.pan(120, 40)
    seen = window.canvas.extent()
    window.left.keep_view("Center")
    window.canvas.zoom_to_all()
    views.setFocus()
    views.setCurrentRow(1)
    qtbot.keyClick(views, Qt.Key.Key_Return)
    assert window.canvas.extent() == pytest.approx(seen, abs=1e-5)
    qtbot.keyClick(views, Qt.Key.Key_F2)
    editor = views.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, "Market")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [view.name for view in views.views.kept()] == ["Market"])
    views.setCurrentRow(1)
    qtbot.keyClick(views, Qt.Key.Key_Delete)
    assert views.count() == 1
    for _step in range(3):
        qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert not len(project_of(window).frame("map_views"))


def test_a_name_that_is_taken_is_refused_with_a_sentence(qtbot: QtBot, window: MainWindow) -> None:
    views = window.left.views
    window.left.keep_view("A")
    window.left.keep_view("B")
    views.item(2).setText("A")
    qtbot.waitUntil(lambda: "another name" in window.messages.text.text())
    assert views.item(2).text() == "B"
    assert [view.name for view in views.views.kept()] == ["A", "B"]


def test_a_view_brings_back_the_layers_shown_then_and_the_project_does_not_change(
    qtbot: QtBot, window: MainWindow
) -> None:
    views, panel = window.left.views, window.left.layers
    panel.desk.show("mv_lines", False)
    window.left.keep_view("No lines")
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)  # the view
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)  # the layer
    assert layer(window, "mv_lines").visible
    qtbot.keyClick(window, Qt.Key.Key_Y, CONTROL)
    window.left.keep_view("No lines")
    panel.desk.show("mv_lines", True)
    panel.desk.show("transformers", False)
    before = window.bench.session.next_undo
    views.itemActivated.emit(views.item(1))
    assert not layer(window, "mv_lines").visible
    assert layer(window, "transformers").visible
    assert window.bench.session.next_undo == before  # to look elsewhere is no edit
    panel.desk.show("mv_lines", True)  # as the project has it: no edit either
    assert layer(window, "mv_lines").visible
    assert window.bench.session.next_undo == before
    views.itemActivated.emit(views.item(0))
    assert not layer(window, "transformers").visible  # the whole station, as the project has it


def test_a_view_can_take_over_what_is_shown_now(window: MainWindow) -> None:
    views = window.left.views
    window.left.keep_view("Here")
    window.left.layers.desk.show("transformers", False)
    menu = views.menu(views.item(1))
    next(one for one in menu.actions() if "shown now" in one.text()).trigger()
    menu.deleteLater()
    assert "transformers" in views.views.kept()[0].hidden
    assert len(views.views.kept()) == 1


@pytest.mark.parametrize("text", ["", "?", "[]", '{"shown": 5}', '{"hidden": [1, null]}'])
def test_layers_of_a_view_written_by_hand_do_no_harm(text: str) -> None:
    import pandas as pd

    rows = {"id": ["A"], "x": [1.0], "y": [2.0], "scale": [500.0], "layers": [text]}
    project = Project.of(ProjectInfo("Test", crs=LOCAL), {"map_views": pd.DataFrame(rows)})
    assert views_of(project) == [KeptView("A", 1.0, 2.0, 500.0)]


def test_views_of_older_files_are_shown_and_move_with_the_first_edit() -> None:
    import pandas as pd

    rows = {
        "id": ["view:West", "view:East", "view:broken"],
        "value": ["[0, 0, 1000, 500]", "[5, 5, 9, 9]", "?"],
    }
    project = Project.of(ProjectInfo("Test", crs=LOCAL), {"settings": pd.DataFrame(rows)})
    assert [(view.name, view.x, view.y) for view in views_of(project)] == [
        ("East", 7.0, 7.0),
        ("West", 500.0, 250.0),
    ]
    after, _changes = KeepView(KeptView("East", 1.0, 2.0, 500.0)).apply(project)
    assert [(view.name, view.x, view.scale) for view in views_of(after)] == [
        ("East", 1.0, 500.0),
        ("West", 500.0, pytest.approx(4554, abs=1)),
    ]
    assert after.frame("settings")["id"].tolist() == ["view:broken"]


# ---------------------------------------------------------- scale, overview


@pytest.mark.parametrize(
    ("text", "denominator"),
    [
        ("1:5000", 5000),
        ("1：5000", 5000),
        ("1/5000", 5000),
        ("5000", 5000),
        ("1:25 000", 25_000),
        ("1:2.5万", 25_000),
        ("1:0", None),
        ("", None),
        ("近", None),
        ("1:inf", None),
        ("1:-5", None),
    ],
)
def test_a_scale_is_read_as_people_write_it(text: str, denominator: float | None) -> None:
    assert read_scale(text) == denominator
    if denominator is not None:
        assert read_scale(scale_text(denominator)) == denominator


def test_a_scale_written_into_the_box_is_gone_to(qtbot: QtBot, window: MainWindow) -> None:
    box = window.status.scale
    qtbot.keyClick(window, Qt.Key.Key_M, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "1:5000")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert window.canvas.scale_denominator() == pytest.approx(5000)
    assert read_scale(box.text()) == 5000
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "near")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert window.canvas.scale_denominator() == pytest.approx(5000)
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert read_scale(box.text()) == 5000


def test_without_a_project_there_is_no_scale_to_write(program: Program, qtbot: QtBot, station: Path) -> None:
    box = program.window.statusBar().findChild(ScaleBox)
    assert box is not None
    assert not box.isVisible()
    with qtbot.waitSignal(program.bench.session.project_changed, timeout=20_000):
        program.bench.session.open(station)
    assert box.isVisible()


def test_the_box_tells_the_scale_while_nobody_writes_in_it(qtbot: QtBot, window: MainWindow) -> None:
    before = window.status.scale.text()
    event = QWheelEvent(
        QPointF(200, 200),
        QPointF(window.canvas.mapToGlobal(QPoint(200, 200))),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(window.canvas, event)
    assert window.status.scale.text() != before


def test_the_overview_shows_the_view_and_a_click_goes_there(qtbot: QtBot, window: MainWindow) -> None:
    overview = window.overview
    window.canvas.zoom_to_all()
    assert not overview.isVisible()  # the map itself shows everything
    window.canvas.set_scale_denominator(5_000)
    window.canvas.finish_drawing()
    assert overview.isVisible()
    overview.finish_drawing()
    assert len({overview.grab().toImage().pixel(x, 60) for x in range(5, 160)}) > 3
    at = QPoint(60, 50)
    qtbot.mouseClick(overview, LEFT, NONE, at)
    frame = overview.frame()
    assert (frame.center() - QPointF(at)).manhattanLength() < 1.5
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert not overview.isVisible()
    assert not window.bench.settings.show_overview
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert overview.isVisible()
