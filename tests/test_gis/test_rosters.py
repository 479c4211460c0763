"""Rosters, cards and change lists tell what a scheme holds, and mask what must not be told."""

from __future__ import annotations

import math
from pathlib import Path

import openpyxl
import pytest

from gis.change_list import change_sheets, write_changes
from gis.masking import Disclosure
from gis.pages.items import texts
from gis.pages.options import PrintOptions
from gis.pages.templates import make_pages
from gis.planning import planning_basis
from gis.replanning import compare
from gis.rosters import group_cards, write_roster
from gis.sample import make_sample
from grid_model.errors import GridError
from grid_model.feedback import SILENT
from grid_model.grouping.compare import compare_schemes
from grid_model.grouping.editing import MoveManagers, PaintAreas, PutAssignment
from grid_model.grouping.scheme_edits import CopyScheme
from grid_model.project import Project

MOVED, PAINTED, NEW = "81010003", "0051001119", "81010005"


@pytest.fixture(scope="module")
def sample() -> Project:
    return make_sample("small", 1, SILENT)


@pytest.fixture(scope="module")
def two(sample: Project) -> Project:
    """A copy of the scheme in force in which one manager moves and one area changes hands."""
    project, _changes = CopyScheme("FA01", "草案").apply(sample)
    groups = project.frame("mutual_aid_groups")
    first = str(groups.loc[groups["scheme"] == "S1", "id"].iloc[0])
    project, _changes = MoveManagers("S1", (MOVED,), first).apply(project)
    project, _changes = PaintAreas("S1", (PAINTED,), NEW).apply(project)
    return project


def test_a_comparison_says_who_moves_and_which_customers_get_another_manager(two: Project) -> None:
    found = compare(two, "FA01", "S1")
    assert [(one.manager, one.before) for one in found.movers] == [(MOVED, "HZ0002")]
    (area,) = found.areas
    before = two.table("transformer_areas").row(PAINTED)["manager"]
    assert (area.area, area.manager_before, area.manager_after) == (PAINTED, before, NEW)
    rows = two.frame("customers")
    own = rows.loc[(rows["transformer_area"] == PAINTED) & (rows["status"] == "active"), "id"]
    assert found.customers == tuple(sorted(own)) and area.customers == len(own)
    assert found.scores_a is not None and found.scores_b is not None
    assert found.scores_a.cost_min != found.scores_b.cost_min and not found.founded and not found.dissolved


def test_who_is_in_no_group_any_more_moves_though_his_group_is_gone(sample: Project) -> None:
    project, _changes = CopyScheme("FA01", "草案").apply(sample)
    members = project.frame("group_members")
    groups = project.frame("mutual_aid_groups")
    first, second = groups.loc[groups["scheme"] == "S1", "id"]
    others = tuple(members.loc[members["mutual_aid_group"] == second, "manager"])
    project, _changes = MoveManagers("S1", others, first).apply(project)
    draft = project.edit()
    rows = draft.project.frame("group_members")
    gone = rows.loc[(rows["scheme"] == "S1") & (rows["manager"] == others[0]), "id"]
    draft.delete("group_members", list(gone))
    found = compare_schemes(draft.finish()[0], "FA01", "S1")
    assert {one.manager for one in found.movers} == set(others)
    assert [one.after for one in found.movers if one.manager == others[0]] == [None]


def test_a_scheme_compared_with_itself_changes_nothing(two: Project) -> None:
    found = compare_schemes(two, "S1", "S1")
    assert not found.movers and not found.areas and not found.customers


def test_a_stand_in_who_changes_is_no_other_manager(two: Project) -> None:
    project, _changes = PutAssignment("S1", {}, {"0051001126": "81010006"}).apply(two)
    found = compare_schemes(project, "FA01", "S1")
    assert {one.area for one in found.areas} == {PAINTED, "0051001126"}
    assert [one.area for one in found.areas if one.other_manager] == [PAINTED]


def test_the_change_list_is_masked_and_says_where_it_comes_from(two: Project, tmp_path: Path) -> None:
    found = compare(two, "FA01", "S1")
    rows = write_changes(tmp_path / "c.xlsx", two, found)
    book = openpyxl.load_workbook(tmp_path / "c.xlsx")
    titles = [one.title for one in change_sheets(two, found)]
    assert book.sheetnames[:4] == titles and len(titles) == 4
    assert rows == 1 + 1 + len(found.customers) + 8
    told = str([[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()])
    name = two.table("district_managers").row(MOVED)["name"]
    assert name not in told and name[0] + "**" in told and "Data as of" in told
    (person, *_others) = change_sheets(two, found, Disclosure(True, "x"))[0].rows
    assert person[1] == name
    with pytest.raises(GridError, match="bad-output-name"):
        write_changes(tmp_path / "c.pdf", two, found)


def test_the_cards_tell_roles_guards_and_what_everybody_answers_for(sample: Project) -> None:
    basis = planning_basis(sample)
    cards = group_cards(sample, "FA01", basis)
    assert [card.group.id for card in cards] == ["HZ0001", "HZ0002"]
    for card in cards:
        leader = sample.table("mutual_aid_groups").row(card.group.id)["leader"]
        assert card.members[0].id == leader and card.leader == card.members[0].name
        assert {one.id for one in card.members} == set(card.group.members)
        assert all(one.name.endswith("**") and "****" in one.phone for one in card.members)
        assert all(one.guard and one.guard != one.name for one in card.members)
        assert card.areas == sum(len(one.areas) for one in card.members) and math.isfinite(card.longest_min)
    assert sum(card.areas for card in cards) == len(sample.frame("transformer_areas"))
    rows = sample.frame("customers")
    linked = (rows["status"] == "active") & rows["transformer_area"].notna()
    assert sum(card.customers for card in cards) == linked.sum()


def test_a_roster_has_an_overview_and_a_sheet_for_every_group(sample: Project, tmp_path: Path) -> None:
    assert write_roster(tmp_path / "r.xlsx", sample, "FA01", planning_basis(sample)) == 2
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["Overview", "001 云洞组", "002 青禾组", "About this list"]
    overview = [[cell.value for cell in row] for row in book["Overview"].iter_rows(min_row=2)]
    assert [row[1] for row in overview] == ["云洞组", "青禾组"]
    assert book["001 云洞组"].max_row == 4


def test_a_scheme_without_groups_has_no_roster(sample: Project) -> None:
    draft = sample.edit()
    draft.insert("schemes", [{"id": "E", "name": "空"}])
    with pytest.raises(GridError, match="no-groups"):
        group_cards(draft.finish()[0], "E", planning_basis(sample))


def test_a_printed_card_is_masked_unless_that_is_lifted(sample: Project) -> None:
    names = list(sample.frame("district_managers")["name"])
    pages = make_pages(sample, "group-cards", PrintOptions(paper="A4"))
    assert len(pages) == 2 and (pages[0].width_mm, pages[0].height_mm) == (210.0, 297.0)
    told = "\n".join(one.text for page in pages for one in texts(page.items))
    assert not any(name in told for name in names) and "Mutual-aid group: 云洞组" in told
    full = make_pages(sample, "group-cards", PrintOptions(paper="A4", disclosure=Disclosure(True, "值班")))
    told = "\n".join(one.text for page in full for one in texts(page.items))
    assert all(name in told for name in names) and "Purpose: 值班" in told
