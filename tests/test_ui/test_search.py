"""The search box finds by what a person knows: number, name, pole, area, switch, manager."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gis.project_file import open_for_reading
from grid_model.project import Project
from ui.main_window import MainWindow
from ui.search import EACH, find


@pytest.fixture(scope="module")
def project(sample_file: Path) -> Project:
    return open_for_reading(sample_file)


@pytest.mark.parametrize(
    "table",
    [
        "customers",
        "transformer_areas",
        "switches",
        "poles",
        "power_transformers",
        "feeders",
        "district_managers",
    ],
)
def test_an_identifier_finds_its_object_first(project: Project, table: str) -> None:
    one = str(project.frame(table)["id"].iloc[7 % len(project.table(table))])
    first = find(project, one)[0]
    assert (first.table, first.id) == (table, one)


def test_two_characters_of_a_name_find_it(project: Project) -> None:
    name = str(project.frame("district_managers")["name"].iloc[0])
    assert name in [one.name for one in find(project, name[:2]) if one.table == "district_managers"]


def test_customers_are_found_by_name_and_shown_masked(project: Project) -> None:
    names = project.frame("customers")["name"]
    name = next(one for one in names if isinstance(one, str) and len(one) == 3)
    found = [one for one in find(project, name) if one.table == "customers"]
    assert found
    assert all(one.name == name[0] + "**" for one in found)
    assert name in [one.name for one in find(project, name, show_personal=True)]


def test_no_kind_crowds_out_the_others(project: Project) -> None:
    found = find(project, "0")
    counts = [sum(one.table == table for one in found) for table in {one.table for one in found}]
    assert max(counts) <= EACH


def test_a_text_is_no_pattern_and_nothing_finds_nothing(project: Project) -> None:
    assert find(project, ".*") == []
    assert find(project, "   ") == []


def test_arrows_and_enter_go_to_a_find(window: MainWindow, qtbot: QtBot) -> None:
    box = window.top.search
    project = window.bench.session.project
    assert project is not None
    box.setFocus()
    qtbot.keyClicks(box, "KG")
    box.look()
    assert box.popup.isVisible()
    assert box.list.count() > 2
    qtbot.keyClick(box, Qt.Key.Key_Down)
    wanted = box.list.item(1).text()
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert not box.popup.isVisible()
    chosen = window.bench.selection
    assert chosen.table == "switches"
    assert chosen.single is not None
    assert str(project.table("switches").row(chosen.single)["name"] or chosen.single) == wanted


def test_what_is_not_there_is_said(window: MainWindow, qtbot: QtBot) -> None:
    box = window.top.search
    box.setFocus()
    qtbot.keyClicks(box, "zzzz")
    box.look()
    assert box.list.count() == 1
    assert "zzzz" in box.list.item(0).text()
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not box.popup.isVisible()
