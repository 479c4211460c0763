"""Managers are moved by dragging their card onto another card or onto the map, or by keys; grids by areas."""
# ruff: noqa: F811 - the fixtures of the window in the task Grids

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from grid_model.grouping.price import MoveManager
from grid_model.project import Draft
from tests.project_values import same_rows
from tests.test_ui.helpers import LEFT
from tests.test_ui.test_grids_story import (  # noqa: F401
    areas_near,
    cards_of,
    grids,
    hand_of,
    project_of,
    rest,
    shared,
)
from tests.test_ui.test_plan_commands import _Made
from ui.dialogs.move_dialog import MoveDialog
from ui.main_window import MainWindow
from ui.panels.group_card import MemberRow


def land_of(window: MainWindow, group: int) -> QPoint:
    """A place of the screen on land of a group."""
    hand = hand_of(window)
    for area in areas_near(window, "", 99):
        owner = hand.owner(area)
        if owner is not None and hand.group_of(owner) == group:
            at = window.canvas.screen_position("transformer_areas", area)
            assert at is not None
            return window.canvas.mapToGlobal(at.toPoint())
    raise AssertionError("no land in sight")


def drag_to(qtbot: QtBot, row: MemberRow, place: QPoint) -> None:
    """Take a card and drag it to a place of the screen, without dropping it."""
    qtbot.mousePress(row, LEFT, pos=QPoint(20, 6))
    qtbot.mouseMove(row, QPoint(30, 12))
    qtbot.mouseMove(row, row.mapFromGlobal(place))


def in_dialog(act: Callable[[MoveDialog], None]) -> None:
    def work() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, MoveDialog):
            QTimer.singleShot(20, work)
            return
        try:
            act(dialog)
        finally:
            if dialog.isVisible():
                dialog.reject()

    QTimer.singleShot(20, work)


def test_a_card_dropped_on_land_of_another_group_moves_the_manager_there(
    grids: MainWindow, qtbot: QtBot
) -> None:
    before, row = project_of(grids), cards_of(grids)[0].rows[0]
    here = hand_of(grids).group_of(row.manager)
    assert here is not None
    other = next(n for n in range(len(hand_of(grids).plan.groups)) if n != here)
    place = land_of(grids, other)
    drag_to(qtbot, row, place)
    cards = grids.right.grouping.cards
    assert cards is not None and cards._tip is not None and cards._tip.isVisible()
    priced = hand_of(grids).price([MoveManager(row.manager, other)])
    assert f"{abs(priced.delta):.1f}".rstrip("0").rstrip(".") in cards._tip.text.text()
    shown, _color = grids.grid_tools.marks.filled
    assert shown == set(hand_of(grids).areas_of_group(other)), "the land he would join is marked"
    manager = row.manager
    qtbot.mouseRelease(row, LEFT, pos=row.mapFromGlobal(place))
    assert manager in hand_of(grids).plan.groups[other]
    assert not grids.grid_tools.marks.filled[0]
    grids.bench.session.undo()
    same_rows(project_of(grids), before)


@pytest.mark.parametrize("way", ["Escape", "right button"])
def test_a_drag_is_given_up_and_the_drop_that_follows_moves_nobody(
    grids: MainWindow, qtbot: QtBot, way: str
) -> None:
    before, row = project_of(grids), cards_of(grids)[0].rows[0]
    place = land_of(grids, 1 if hand_of(grids).group_of(row.manager) == 0 else 0)
    drag_to(qtbot, row, place)
    cards = grids.right.grouping.cards
    assert cards is not None and cards._tip is not None and cards._tip.isVisible()
    if way == "Escape":
        assert row.hasFocus(), "the press has given it the focus"
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    else:
        qtbot.mousePress(row, Qt.MouseButton.RightButton)
        qtbot.mouseRelease(row, Qt.MouseButton.RightButton)
    assert not cards._tip.isVisible() and not cards.dragging
    assert not grids.grid_tools.marks.filled[0]
    qtbot.mouseRelease(row, LEFT, pos=row.mapFromGlobal(place))
    assert project_of(grids) is before


def test_dropped_beside_all_land_nobody_moves(grids: MainWindow, qtbot: QtBot) -> None:
    before, row = project_of(grids), cards_of(grids)[0].rows[0]
    place = grids.canvas.mapToGlobal(QPoint(grids.canvas.width() // 2, 3))
    assert grids.grid_tools.group_under(place) is None
    drag_to(qtbot, row, place)
    qtbot.mouseRelease(row, LEFT, pos=row.mapFromGlobal(place))
    assert project_of(grids) is before


def test_by_keys_a_manager_goes_to_the_group_typed(grids: MainWindow, qtbot: QtBot) -> None:
    row = cards_of(grids)[0].rows[0]
    manager, here = row.manager, hand_of(grids).group_of(row.manager)
    other = next(n for n in range(len(hand_of(grids).plan.groups)) if n != here)
    name = next(one.facts.name for one in cards_of(grids) if one.facts.number == other)
    told: list[str] = []

    def choose(dialog: MoveDialog) -> None:
        dialog.search.setText(name)  # an input method does so; QTest types ASCII only
        told.append(dialog.told.text())
        qtbot.keyClick(dialog.search, Qt.Key.Key_Return)

    in_dialog(choose)
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_M)
    assert "Cost" in told[0]
    assert manager in hand_of(grids).plan.groups[other]


@pytest.mark.long
def test_on_a_large_station_the_price_follows_the_hand_within_50_ms() -> None:
    from gis.sample import make_sample
    from grid_model.feedback import SILENT
    from grid_model.grouping.schemes import scheme_in_force
    from ui.grouping_hand import take_in_hand
    from ui.price_text import price_words

    project = make_sample("large", 1)
    scheme = scheme_in_force(project)
    assert scheme is not None
    hand = take_in_hand(project, scheme, SILENT)
    slowest = 0.0
    for manager in hand.plan.problem.members:
        for group in range(len(hand.plan.groups)):
            begun = time.process_time()
            priced = hand.price([MoveManager(manager, group)])
            price_words(project, priced, hand.plan.scores.cost_min)
            slowest = max(slowest, time.process_time() - begun)
    assert slowest <= 0.050


# ------------------------------------------------------------------ grids split and merged


def grids_now(window: MainWindow) -> dict[str, set[str]]:
    """Areas of each grid of the scheme on screen."""
    project, scheme = project_of(window), window.bench.grouping.scheme
    rows = project.frame("grid_areas")
    rows = rows[rows["scheme"] == scheme]
    return {str(one): set(own) for one, own in rows.groupby("service_grid")["transformer_area"]}


def at(window: MainWindow, area: str) -> QPoint:
    place = window.canvas.screen_position("transformer_areas", area)
    assert place is not None
    return place.toPoint()


def test_areas_clicked_on_the_map_become_a_grid_of_their_own_and_go_back(
    grids: MainWindow, qtbot: QtBot
) -> None:
    before, tools = project_of(grids), grids.grid_tools
    qtbot.mouseClick(tools.buttons["split"], LEFT)
    grid = grids.bench.grouping.grid_of(areas_near(grids, "", 1)[0])
    own = [one for one in areas_near(grids, "", 99) if grids.bench.grouping.grid_of(one) == grid][:3]
    other = next(one for one in areas_near(grids, "", 99) if grids.bench.grouping.grid_of(one) != grid)
    for one in (*own, other):
        qtbot.mouseClick(grids.canvas, LEFT, pos=at(grids, one))
    assert set(tools.cutter.areas) == set(own), "areas of another grid are not taken"
    assert "3 areas of" in tools.hint.text()
    qtbot.mouseClick(grids.canvas, LEFT, pos=at(grids, own[2]))
    assert set(tools.cutter.areas) == set(own[:2]), "a second click lets go"
    qtbot.keyClick(grids.canvas, Qt.Key.Key_Return)
    fresh = next(areas for areas in grids_now(grids).values() if own[0] in areas)
    assert fresh == set(own[:2])
    name = project_of(grids).table("service_grids").row(grids.bench.grouping.grid_of(own[0]))["name"]
    group = project_of(grids).table("service_grids").row(grid)["mutual_aid_group"]
    place = project_of(grids).table("mutual_aid_groups").row(group)["name"].removesuffix("组")
    assert name.startswith(place), "the new grid bears the place of its group"
    grids.bench.session.undo()
    same_rows(project_of(grids), before)
    qtbot.keyClick(grids.canvas, Qt.Key.Key_Escape)
    assert tools.tool == ""


def test_areas_chosen_in_the_table_are_split_off_by_the_command(grids: MainWindow, qtbot: QtBot) -> None:
    grid, own = next(iter(sorted(grids_now(grids).items())))
    some = sorted(own)[:2]
    grids.bench.select("transformer_areas", *some)
    grids.commands.refresh()
    grids.commands.by_name["split-grid"].trigger()
    assert set(grids.grid_tools.cutter.areas) == set(some)
    qtbot.mouseClick(grids.grid_tools.cut, LEFT)
    assert set(some) in grids_now(grids).values()
    assert grids_now(grids)[grid] == own - set(some)


def test_two_clicks_make_two_grids_of_a_group_one_and_other_groups_are_refused_by_name(
    grids: MainWindow, qtbot: QtBot
) -> None:
    desk = grids.bench.grouping
    grid, own = next(iter(sorted(grids_now(grids).items())))
    near = [one for one in areas_near(grids, "", 99) if one in own]
    assert desk.split_grid(grid, near[:2])
    split = project_of(grids)
    qtbot.mouseClick(grids.grid_tools.buttons["merge"], LEFT)
    qtbot.mouseClick(grids.canvas, LEFT, pos=at(grids, near[-1]))
    assert grids.grid_tools.marks.filled[0] == own - set(near[:2])
    qtbot.mouseClick(grids.canvas, LEFT, pos=at(grids, near[0]))
    assert grids_now(grids)[grid] == own
    grids.bench.session.undo()
    same_rows(project_of(grids), split)
    stranger = next(one for one in areas_near(grids, "", 99) if one not in own)
    qtbot.mouseClick(grids.canvas, LEFT, pos=at(grids, near[-1]))
    qtbot.mouseClick(grids.canvas, LEFT, pos=at(grids, stranger))
    assert project_of(grids) is split or grids_now(grids)[grid] == own - set(near[:2])
    told = grids.messages.text.text()
    names = [
        str(project_of(grids).table("service_grids").row(one)["name"])
        for one in (grid, desk.grid_of(stranger))
    ]
    assert all(name in told for name in names), told


def test_a_split_that_leaves_pieces_says_so_before(grids: MainWindow, qtbot: QtBot) -> None:
    hand = hand_of(grids)
    areas = hand.plan.areas
    assert areas is not None
    own = min(grids_now(grids).items())[1]
    assert areas.pieces(own) == 1
    touching = {(areas.areas[a], areas.areas[b]) for a, b in areas.pairs.tolist()}
    first = sorted(own)[0]
    far = next(
        one
        for one in sorted(own)
        if one != first and (first, one) not in touching | {(b, a) for a, b in touching}
    )
    grids.bench.select("transformer_areas", first, far)
    grids.commands.refresh()
    grids.commands.by_name["split-grid"].trigger()
    assert "in pieces" in grids.grid_tools.hint.text()


# ------------------------------------------------------------------ what does not hold together


def test_findings_name_what_they_are_about_and_a_double_click_leads_there(
    grids: MainWindow, qtbot: QtBot
) -> None:
    desk, hand = grids.bench.grouping, hand_of(grids)
    areas = hand.plan.areas
    assert areas is not None
    nobodys, twice, lost = areas.areas[0], areas.areas[20], areas.areas[40]
    first = next(iter(grids_now(grids)))
    hole = next(one for one in grids_now(grids) if one != first)

    def spoil(draft: Draft) -> None:
        draft.update("transformer_areas", [nobodys], manager=None)
        rows = draft.project.frame("grid_areas")
        draft.delete("grid_areas", list(rows.loc[rows["transformer_area"] == lost, "id"]))
        more = next(one for one in grids_now(grids) if twice not in grids_now(grids)[one])
        extra = {"id": "twice", "scheme": desk.scheme, "service_grid": more, "transformer_area": twice}
        draft.insert("grid_areas", [extra])
        outline = draft.project.table("service_grids").row(first)["geometry"]
        draft.update("service_grids", [hole], geometry=[outline])

    assert grids.bench.session.do(_Made(spoil)) is not None
    rest(grids, qtbot)
    grids.commands.refresh()
    grids.commands.by_name["check-scheme"].trigger()
    rest(grids, qtbot)
    found = list(grids.bench.grouping.findings.found or ())
    assert {
        "area-unassigned",
        "area-in-no-grid",
        "area-in-several-grids",
        "grids-overlap",
        "grids-leave-gap",
    } <= {one.code for one in found}
    page = grids.bottom.page
    assert page is not None
    told = list(page.model.frame["sentence"])
    names = dict(
        zip(*(project_of(grids).frame("transformer_areas")[one] for one in ("id", "name")), strict=True)
    )
    assert any(names[nobodys] in one for one in told) and any(names[lost] in one for one in told)
    assert not any(f"“{one}”" in sentence for one in (nobodys, twice, lost, first) for sentence in told)
    for code in ("area-in-no-grid", "grids-leave-gap"):
        at_row = next(n for n, one in enumerate(found) if one.code == code)
        shown = list(page.model.order).index(at_row)
        index = page.model.index(shown, 0)
        page.view.setCurrentIndex(index)
        rest(grids, qtbot)  # the object's card opens, and the table finds its place
        page.view.scrollTo(index)
        qtbot.mouseDClick(page.view.viewport(), LEFT, pos=page.view.visualRect(index).center())
        assert grids.bench.selection.single == found[at_row].object_id
        assert grids.bench.selection.table == "transformer_areas"
    grids.bench.session.undo()
