"""A planner's afternoon in the task Grids, by mouse and keys: from the search to the exported change list."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from grid_model.feedback import SILENT
from grid_model.grouping.price import MoveManager
from grid_model.grouping.scheme_edits import owners
from grid_model.grouping.schemes import scheme_in_force
from grid_model.project import Project
from resources import i18n
from tests.project_values import same_rows
from tests.test_ui.helpers import answer_file, press, texts, wait_for_jobs
from ui import grids_doing
from ui.application import Program
from ui.dialogs.approval_dialog import ApprovalDialog
from ui.dialogs.rules_dialog import RulesDialog
from ui.dialogs.scheme_dialog import CompareDialog, ReplanDialog
from ui.grouping_hand import InHand, take_in_hand
from ui.grouping_plan import Approval, Replanning, Request
from ui.main_window import MainWindow
from ui.panels.group_card import GroupCard, MemberRow
from ui.settings import Settings
from ui.style import use_style

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def shared(
    qapp: QApplication, sample_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MainWindow]:
    """One window for all these tests; each takes back what it did."""
    if not qapp.styleSheet():
        use_style(qapp)
    folder = tmp_path_factory.mktemp("grids")
    station = folder / "station.gpkg"
    shutil.copyfile(sample_file, station)
    settings = Settings(folder)
    settings.language = "en"
    program = Program(qapp, settings)
    program.window.resize(1366, 768)
    program.window.show()
    program.bench.session.open(station)
    program.bench.jobs.wait()
    qapp.processEvents()
    yield program.window
    program.window.close()
    program.end()
    i18n.use_language("en")
    program.window.deleteLater()
    program.deleteLater()
    qapp.processEvents()


@pytest.fixture
def grids(shared: MainWindow, qtbot: QtBot) -> Iterator[MainWindow]:
    """The window in the task Grids, the scheme in force measured."""
    i18n.use_language("en")
    qtbot.mouseClick(shared.top.tasks["grids"], LEFT)
    rest(shared, qtbot)
    yield shared
    desk, session = shared.bench.grouping, shared.bench.session
    desk.clear()
    wait_for_jobs(qtbot, shared)
    while session.next_undo is not None:
        session.undo()
    desk.ask(Request())
    desk.show_scheme("")
    shared.grid_tools.choose("")
    shared.bench.select("")
    shared.canvas.zoom_to_all()


def rest(window: MainWindow, qtbot: QtBot) -> None:
    """Let every job end, and every one it began."""
    for _turn in range(3):
        wait_for_jobs(qtbot, window)
        QApplication.processEvents()
    window.canvas.finish_drawing()


def project_of(window: MainWindow) -> Project:
    project = window.bench.session.project
    assert project is not None
    return project


def hand_of(window: MainWindow) -> InHand:
    hand = window.bench.grouping.hand
    assert hand is not None
    return hand


def ask_for(window: MainWindow, qtbot: QtBot, least: int, most: int) -> None:
    """Set the sizes and press the button."""
    panel = window.right.grouping
    panel.most.setValue(most)
    panel.least.setValue(least)
    press(qtbot, panel, "Propose groups")
    rest(window, qtbot)


def cards_of(window: MainWindow) -> list[GroupCard]:
    cards = window.right.grouping.cards
    assert cards is not None
    return cards.cards


def drag(qtbot: QtBot, row: MemberRow, onto: GroupCard) -> None:
    """Drag a member onto a card, stopping before it is dropped."""
    qtbot.mousePress(row, LEFT, pos=QPoint(20, 6))
    qtbot.mouseMove(row, QPoint(26, 12))
    qtbot.mouseMove(row, row.mapFromGlobal(onto.mapToGlobal(QPoint(40, 12))))


def areas_near(window: MainWindow, manager: str, count: int) -> list[str]:
    """Areas of others with a place of their own on the screen."""
    hand, canvas = hand_of(window), window.canvas
    layer = next(one for one in canvas.drawn_layers if one.name == "areas")
    assert hand.plan.areas is not None
    found = []
    for area in hand.plan.areas.areas:
        at = canvas.screen_position("transformer_areas", area)
        if at is None or hand.owner(area) == manager or at.y() < 60 or at.x() < 60:
            continue
        hit = layer.hit(canvas.view, round(at.x()), round(at.y()))
        if hit is not None and hit.id == area:
            found.append(area)
    return found[:count]


def paint(window: MainWindow, qtbot: QtBot, area: str) -> None:
    at = window.canvas.screen_position("transformer_areas", area)
    assert at is not None
    qtbot.mouseClick(window.canvas, LEFT, pos=QPoint(round(at.x()), round(at.y())))


def test_from_the_search_to_the_change_list(
    grids: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window, desk, panel = grids, grids.bench.grouping, grids.right.grouping
    first = scheme_in_force(project_of(window))
    assert any("Mean travel" in one for one in texts(panel))

    # run, look at the alternatives, pick one by mouse
    ask_for(window, qtbot, 2, 4)
    press(qtbot, panel, "Show alternatives")
    rest(window, qtbot)
    assert len(desk.choices) >= 2
    chart = panel.chart
    assert chart is not None
    other = next(n for n in range(len(desk.choices)) if n != desk.choice)
    qtbot.mouseClick(chart, LEFT, pos=chart.place(other).toPoint())
    rest(window, qtbot)
    assert desk.choice == other
    assert desk.plan is not None
    assert desk.choices[other].is_like(desk.plan.grouping)
    press(qtbot, panel, "Keep as scheme")
    rest(window, qtbot)
    kept = desk.scheme
    assert kept != first

    # paint two areas, see the price, undo
    qtbot.mouseClick(window.grid_tools.buttons["paint"], LEFT)
    manager = hand_of(window).plan.groups[0][0]
    window.grid_tools.take_manager(manager)
    before = project_of(window)
    cost = hand_of(window).plan.scores.cost_min
    one, two = areas_near(window, manager, 2)
    paint(window, qtbot, one)
    paint(window, qtbot, two)
    said = owners(project_of(window), kept)
    assert (said[one], said[two]) == (manager, manager)
    assert owners(project_of(window), first)[one] != manager, "the scheme in force stays as it is"
    rest(window, qtbot)
    fresh = take_in_hand(project_of(window), kept, SILENT)
    assert hand_of(window).plan.scores.cost_min == pytest.approx(fresh.plan.scores.cost_min)
    assert hand_of(window).plan.scores.cost_min != pytest.approx(cost)
    window.bench.session.undo()
    window.bench.session.undo()
    same_rows(project_of(window), before)
    rest(window, qtbot)
    assert hand_of(window).plan.scores.cost_min == pytest.approx(cost)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert window.grid_tools.tool == ""

    # lock a group, run again: it stays
    card = cards_of(window)[0]
    held = {member.id for member in card.facts.members}
    qtbot.mouseClick(card.lock, LEFT)
    rest(window, qtbot)
    assert cards_of(window)[0].facts.locked
    ask_for(window, qtbot, 2, 4)
    assert desk.plan is not None
    assert held in [set(group.members) for group in desk.plan.grouping.groups]
    press(qtbot, panel, "Clear")

    # compare with the one in force, put in force with names, export
    monkeypatch.setattr(grids_doing, "ask_two_schemes", lambda _parent, _project, a, b: (a, b))
    press(qtbot, panel, "Compare…")
    rest(window, qtbot)
    found = desk.comparison
    assert found is not None
    assert (found.a, found.b) == (first, kept)
    movers = {one.manager for one in found.movers}
    assert movers
    assert window.grid_tools.marks.hatched
    out = tmp_path / "changes.xlsx"
    answer_file(monkeypatch, out)
    press(qtbot, panel, "Export change list…")
    rest(window, qtbot)
    rows = list(openpyxl.load_workbook(out).worksheets[0].iter_rows(values_only=True))[1:]
    assert {row[0] for row in rows} >= movers
    press(qtbot, panel, "Back")
    approval = Approval("张编", "李审", "王批", "2026-11-20")
    monkeypatch.setattr(grids_doing, "ask_approval", lambda *_asked: approval)
    press(qtbot, panel, "Put in force…")
    row = project_of(window).table("schemes").row(kept)
    assert row["in_force"]
    names = tuple(row[one] for one in ("prepared_by", "checked_by", "approved_by", "approved_on"))
    assert names == ("张编", "李审", "王批", "2026-11-20")


def test_a_manager_dragged_to_another_card_moves_and_the_price_is_said_before(
    grids: MainWindow, qtbot: QtBot
) -> None:
    before = project_of(grids)
    source, target = cards_of(grids)[0], cards_of(grids)[1]
    row = source.rows[0]
    drag(qtbot, row, target)
    tip = grids.right.grouping.cards._tip  # type: ignore[union-attr]
    assert tip is not None
    assert tip.isVisible()
    priced = hand_of(grids).price([MoveManager(row.manager, 1)])
    assert f"{abs(priced.delta):.1f}".rstrip("0").rstrip(".") in tip.text.text()
    qtbot.mouseRelease(row, LEFT, pos=row.mapFromGlobal(target.mapToGlobal(QPoint(40, 12))))
    members = project_of(grids).frame("group_members")
    group = members.loc[members["manager"] == row.manager, "mutual_aid_group"].iloc[0]
    assert group == target.facts.id
    assert project_of(grids).table("schemes").row(grids.bench.grouping.scheme)["status"] == "manual"
    assert hand_of(grids).plan.scores.cost_min == pytest.approx(priced.after.scores.cost_min)
    grids.bench.session.undo()
    same_rows(project_of(grids), before)


def test_a_manager_dragged_on_the_map_joins_the_group_whose_land_he_is_dropped_on(
    grids: MainWindow, qtbot: QtBot
) -> None:
    canvas, hand = grids.canvas, hand_of(grids)
    manager = hand.plan.groups[0][0]
    start = canvas.screen_position("district_managers", manager)
    assert start is not None
    qtbot.mouseClick(grids.grid_tools.buttons["move"], LEFT)
    area = next(one for one in areas_near(grids, manager, 60) if hand.group_of(hand.owner(one) or "") == 1)
    end = canvas.screen_position("transformer_areas", area)
    assert end is not None
    qtbot.mousePress(canvas, LEFT, pos=start.toPoint() - QPoint(0, 8))
    qtbot.mouseMove(canvas, end.toPoint() - QPoint(9, 0))
    qtbot.mouseMove(canvas, end.toPoint())
    tip = grids.grid_tools.hand._tip
    assert tip.isVisible()
    assert "min" in tip.text.text()
    qtbot.mouseRelease(canvas, LEFT, pos=end.toPoint())
    assert manager in hand_of(grids).plan.groups[1]
    qtbot.mouseClick(grids.grid_tools.buttons["move"], LEFT)


def test_a_stroke_paints_every_area_it_crosses_as_one_step(grids: MainWindow, qtbot: QtBot) -> None:
    canvas, before = grids.canvas, project_of(grids)
    hand = hand_of(grids)
    manager = hand.plan.groups[0][0]
    qtbot.mouseClick(grids.grid_tools.buttons["paint"], LEFT)
    grids.grid_tools.take_manager(manager)
    one, two = areas_near(grids, manager, 40)[0], areas_near(grids, manager, 40)[-1]
    ends = [canvas.screen_position("transformer_areas", area) for area in (one, two)]
    assert ends[0] is not None
    assert ends[1] is not None
    qtbot.mousePress(canvas, LEFT, pos=ends[0].toPoint())
    qtbot.mouseMove(canvas, ends[1].toPoint())
    touched = set(grids.grid_tools.marks.filled[0])
    assert {one, two} < touched, "nothing between is skipped however fast the hand"
    canvas.screenshot()
    qtbot.mouseRelease(canvas, LEFT, pos=ends[1].toPoint())
    said = owners(project_of(grids), hand.scheme)
    assert {said[area] for area in touched} == {manager}
    grids.bench.session.undo()
    same_rows(project_of(grids), before)


def test_what_cannot_be_leads_to_the_persons_and_is_cleared(grids: MainWindow, qtbot: QtBot) -> None:
    ask_for(grids, qtbot, 4, 4)
    panel = grids.right.grouping
    assert "Not possible" in texts(panel)
    press(qtbot, panel, "Mark them on the map")
    assert grids.bench.selection.table == "district_managers"
    assert len(grids.bench.selection.ids) == 6
    grids.bench.select("")
    press(qtbot, panel, "Clear")
    assert grids.bench.grouping.plan is None


def test_the_chart_is_worked_by_keys(grids: MainWindow, qtbot: QtBot) -> None:
    desk, panel = grids.bench.grouping, grids.right.grouping
    ask_for(grids, qtbot, 2, 4)
    press(qtbot, panel, "Show alternatives")
    rest(grids, qtbot)
    assert panel.chart is not None
    was = desk.choice
    panel.chart.setFocus()
    qtbot.keyClick(panel.chart, Qt.Key.Key_Right)
    qtbot.keyClick(panel.chart, Qt.Key.Key_Return)
    rest(grids, qtbot)
    assert desk.choice == (was + 1) % len(desk.choices)
    assert "Proved unbeaten" in texts(panel) or "Proved optimal" in texts(panel)


def test_a_change_of_a_proposal_keeps_it_as_a_scheme_first(grids: MainWindow, qtbot: QtBot) -> None:
    ask_for(grids, qtbot, 2, 4)
    desk = grids.bench.grouping
    manager = hand_of(grids).plan.groups[0][0]
    menu = grids.right.grouping.cards.member_menu(manager)  # type: ignore[union-attr]
    move = next(act for act in menu.actions() if act.text().startswith("Move to"))
    assert "min)" in move.text()
    move.trigger()
    assert desk.plan is None
    assert manager not in hand_of(grids).plan.groups[0]
    grids.bench.session.undo()
    grids.bench.session.undo()
    assert len(project_of(grids).frame("schemes")) == 1
    assert desk.scheme == scheme_in_force(project_of(grids))


def test_a_check_lists_what_does_not_hold_together(grids: MainWindow, qtbot: QtBot) -> None:
    from grid_model.grouping.editing import PaintAreas

    desk, hand = grids.bench.grouping, hand_of(grids)
    assert hand.plan.areas is not None
    area = hand.plan.areas.areas[0]
    assert grids.bench.session.do(PaintAreas(desk.scheme, (area,), None)) is not None
    grids.commands.refresh()
    grids.commands.by_name["check-scheme"].trigger()
    rest(grids, qtbot)
    found = {(one.code, one.object_id) for one in grids.bench.grouping.findings.found or ()}
    assert ("area-unassigned", area) in found
    assert grids.bottom.page is not None


def test_somebody_who_leaves_is_planned_for_with_little_change(
    grids: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = grids.bench.grouping
    gone = hand_of(grids).plan.groups[0][-1]
    desk.set_sizes(2, 4)
    asked = Replanning(without=(gone,))
    monkeypatch.setattr(grids_doing, "ask_replan", lambda *_asked: asked)
    grids.commands.refresh()
    grids.commands.by_name["replan"].trigger()
    rest(grids, qtbot)
    assert desk.plan is not None
    assert desk.choices
    assert all(gone not in group.members for group in desk.plan.grouping.groups)
    assert desk.plan.takeovers
    press(qtbot, grids.right.grouping, "Keep as scheme")
    rest(grids, qtbot)
    assert gone not in owners(project_of(grids), desk.scheme).values()


def test_copies_are_renamed_and_deleted_and_the_one_in_force_stays(
    grids: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui.dialogs import ask

    desk, first = grids.bench.grouping, grids.bench.grouping.scheme
    monkeypatch.setattr(ask, "text", lambda *_asked: "Trial")
    grids_doing.copy_scheme(grids)
    assert desk.scheme_name() == "Trial"
    monkeypatch.setattr(ask, "text", lambda *_asked: "Trial two")
    grids_doing.rename_scheme(grids)
    assert desk.scheme_name() == "Trial two"
    monkeypatch.setattr(ask, "yes", lambda *_asked: True)
    grids_doing.delete_scheme(grids)
    assert desk.scheme == first
    grids_doing.delete_scheme(grids)
    assert desk.scheme == first, "the scheme in force is refused"


def test_the_roster_is_written_masked(
    grids: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "roster.xlsx"
    answer_file(monkeypatch, out)
    grids_doing.export_roster(grids)
    rest(grids, qtbot)
    book = openpyxl.load_workbook(out)
    names = [row[1] for row in book.worksheets[1].iter_rows(min_row=2, values_only=True) if row[0]]
    assert any(str(name).endswith("*") for name in names)


def test_the_dialogs_give_back_what_was_put_in(grids: MainWindow) -> None:
    project = project_of(grids)
    rules = RulesDialog(project, Request().with_preset("mountain"), grids)
    assert rules.answer().weights == ()
    rules.weights["change_min"].setValue(60.0)
    rules.limited.setChecked(True)
    rules.seconds.setValue(5)
    assert rules.answer().weights == (("change_min", 60.0),)
    assert rules.answer().time_limit_s == 5.0
    approval = ApprovalDialog(project, "Trial", Approval(prepared_by="A"), grids)
    assert approval.answer() == Approval(prepared_by="A")
    approval.approved.setText(" B ")
    assert approval.answer() == Approval("A", "", "B", "2026-11-20")
    same = CompareDialog(project, "FA01", "FA01", grids)
    assert not same.same.isHidden()
    people = ReplanDialog(project, "81010001", grids)
    assert people.answer() == Replanning(without=("81010001",))
    people.kind.setCurrentIndex(1)
    assert people.answer().temporary


def test_locked_areas_are_not_painted_and_the_tip_says_so(grids: MainWindow, qtbot: QtBot) -> None:
    hand = hand_of(grids)
    manager, other = hand.plan.groups[0][0], hand.plan.groups[1][0]
    menu = grids.right.grouping.cards.member_menu(other)  # type: ignore[union-attr]
    next(act for act in menu.actions() if act.text() == "Lock his areas to him").trigger()
    assert hand_of(grids).plan.areas is not None
    assert set(hand_of(grids).locked_areas) == set(hand_of(grids).plan.areas.areas_of(other))  # type: ignore[union-attr]
    qtbot.mouseClick(grids.grid_tools.buttons["paint"], LEFT)
    grids.grid_tools.take_manager(manager)
    before = project_of(grids)
    area = next(one for one in areas_near(grids, manager, 99) if hand.owner(one) == other)
    at = grids.canvas.screen_position("transformer_areas", area)
    assert at is not None
    qtbot.mousePress(grids.canvas, LEFT, pos=at.toPoint())
    assert "Locked" in grids.grid_tools.hand._tip.text.text()
    qtbot.mouseRelease(grids.canvas, LEFT, pos=at.toPoint())
    assert project_of(grids) is before
    assert grids.messages.isVisible()


def test_areas_and_stand_ins_are_shared_out_into_schemes_that_are_then_shown(
    grids: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui.dialogs import ask
    from ui.dialogs.scheme_assign import AssignDialog

    def shares(_parent: object, project: Project, base: str) -> object:
        dialog = AssignDialog(project, base)
        dialog.measure.setCurrentIndex(1)
        dialog.seconds.setValue(2)
        return dialog.answer()

    monkeypatch.setattr(grids_doing, "ask_assign", shares)
    first = grids.bench.grouping.scheme
    grids_doing.assign_areas(grids)
    rest(grids, qtbot)
    made = grids.bench.grouping.scheme
    assert made != first
    assert None not in owners(project_of(grids), made).values()
    monkeypatch.setattr(ask, "text", lambda *_asked: "B")
    grids_doing.find_stand_ins(grids)
    rest(grids, qtbot)
    assert grids.bench.grouping.scheme_name() == "B"
    rows = project_of(grids).frame("area_assignments")
    assert rows.loc[rows["scheme"] == grids.bench.grouping.scheme, "backup_manager"].notna().any()


def test_the_cards_are_printed_as_pdf(
    grids: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ui import outputs

    out = tmp_path / "cards.pdf"
    answer_file(monkeypatch, out)
    monkeypatch.setattr(outputs, "open_outside", lambda _path: None)
    grids_doing.print_group_cards(grids)
    rest(grids, qtbot)
    assert out.read_bytes().startswith(b"%PDF")


def test_a_group_is_explained_and_each_rule_priced(grids: MainWindow, qtbot: QtBot) -> None:
    from ui.dialogs.scheme_group import GroupDialog

    hand = hand_of(grids)
    dialog = GroupDialog(project_of(grids), hand, 0, "Group", grids.bench.go_to, grids)
    told = [one.text() for one in dialog.findChildren(QLabel)]
    assert sum("is guarded by" in one for one in told) == len(hand.plan.groups[0])
    at = hand.plan.problem.positions(hand.plan.groups[0])
    minutes = hand.plan.problem.minutes[at[0], at[1]]
    assert any(one == f"{minutes:.1f}".rstrip("0").rstrip(".") for one in told)
    ask_for(grids, qtbot, 2, 4)
    press(qtbot, grids.right.grouping, "What does each rule cost?")
    rest(grids, qtbot)
    assert any("What each rule costs:" in one for one in texts(grids.right.grouping))


def test_a_card_bears_the_colours_of_its_grids_on_the_map(grids: MainWindow) -> None:
    from gis.tints import grid_tints

    project, scheme = project_of(grids), grids.bench.grouping.scheme
    rows = project.frame("service_grids")
    for card in cards_of(grids):
        own = rows.loc[(rows["scheme"] == scheme) & (rows["mutual_aid_group"] == card.facts.id), "id"]
        assert set(card.facts.tints) == {grid_tints(project, scheme)[one] for one in own}


def test_a_scheme_nobody_is_on_duty_for_says_so(grids: MainWindow, qtbot: QtBot) -> None:
    people = project_of(grids).frame("district_managers")["id"]

    class OffDuty:
        title, values = "off duty", {}  # type: ignore[var-annotated]

        def apply(self, project: Project) -> object:
            draft = project.edit()
            draft.update("district_managers", list(people), active=False)
            return draft.finish()

    assert grids.bench.session.do(OffDuty()) is not None  # type: ignore[arg-type]
    rest(grids, qtbot)
    assert grids.bench.grouping.hand is None
    assert any("on duty" in one for one in texts(grids.right.grouping))


def test_a_plan_made_before_somebody_was_deleted_is_forgotten_with_a_word(
    grids: MainWindow, qtbot: QtBot
) -> None:
    from grid_model.delete import DeleteObjects

    desk = grids.bench.grouping
    desk.set_sizes(2, 4)
    desk.propose()
    one = str(project_of(grids).frame("district_managers")["id"].iloc[0])
    told: list[str] = []
    grids.bench.session.warned.connect(told.append)
    assert grids.bench.session.do(DeleteObjects("district_managers", (one,), True)) is not None
    rest(grids, qtbot)
    assert desk.plan is None
    assert told
