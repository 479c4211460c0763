"""Groups and grids bear the same village, and sentences call persons, groups and areas by their names."""

from __future__ import annotations

import pytest

from grid_model.errors import GridError
from grid_model.grouping.editing import LockGroups, MoveManagers, PaintAreas, SplitGrid
from grid_model.grouping.names import grid_names, place_of_group
from grid_model.grouping.rule_edits import AddRule, RemoveRules, SwitchRules
from grid_model.grouping.schemes import GridPlan, PutScheme
from grid_model.history import History
from grid_model.naming import Names, called, named
from tests.test_grid_model.test_schemes import grids, grouping, put, station


def names_of(project, scheme: str) -> dict[str, list[str]]:  # type: ignore[no-untyped-def]
    groups = project.frame("mutual_aid_groups")
    called = dict(zip(groups["id"], groups["name"], strict=True))
    rows = project.frame("service_grids")
    rows = rows[rows["scheme"] == scheme]
    found: dict[str, list[str]] = {}
    for group, name in zip(rows["mutual_aid_group"], rows["name"], strict=True):
        found.setdefault(called[group], []).append(name)
    return found


def test_the_only_grid_of_a_group_bears_the_village_of_its_group() -> None:
    assert names_of(put(station(), "A", "abcd", "efgh"), "S1") == {
        "石桥组": ["石桥网格"],
        "柳洲组": ["柳洲网格"],
    }


def test_of_several_grids_each_bears_the_place_of_the_group_and_its_own_village() -> None:
    split = (GridPlan(0, ("Ta", "Tb")), GridPlan(0, ("Te", "Tf")), GridPlan(1, ("Tc", "Td", "Tg", "Th")))
    project = PutScheme("A", grouping("abef", "cdgh"), split).apply(station())[0]
    told = names_of(project, "S1")
    for group, own in told.items():
        assert all(one.startswith(group.removesuffix("组")) for one in own), told
    assert len({one for own in told.values() for one in own}) == 3


def test_one_grid_made_of_two_takes_the_name_of_the_group_and_not_of_the_larger_half() -> None:
    project = put(station(), "A", "abcd", "efgh")
    history = History(project)
    history.do(SplitGrid("S1-N01", ("Ta",)))
    assert names_of(history.project, "S1")["石桥组"] == ["石桥网格", "石桥青禾网格"]
    history.do(PutScheme("B", grouping("abcd", "efgh"), grids("abcd", "efgh")))
    assert names_of(history.project, "S2") == {"石桥组": ["石桥网格"], "柳洲组": ["柳洲网格"]}


def test_a_founded_group_and_its_grid_bear_the_same_village() -> None:
    history = History(put(station(), "A", "abcd", "efgh"))
    history.do(MoveManagers("S1", ("a", "b"), None))
    told = names_of(history.project, "S1")
    assert told["青禾组"] == ["青禾网格"]


@pytest.mark.parametrize(
    ("group", "place"),
    [("青禾组", "青禾"), ("青禾互助组", "青禾"), ("Hillside group", "Hillside"), ("一班", ""), ("组", "")],
)
def test_the_place_of_a_group_is_read_from_its_name(group: str, place: str) -> None:
    assert place_of_group(group) == place


def test_a_grid_beyond_all_villages_is_numbered_behind_its_group() -> None:
    first = grid_names(station(), [], 1, "石桥组", alone=False)[0]
    assert first == "石桥2网格"
    assert grid_names(station(), [], 3)[0] == "Grid 3"


# ------------------------------------------------------------------------ sentences


def test_the_journal_calls_groups_persons_and_rules_by_their_names() -> None:
    people = [{"id": one, "name": name} for one, name in zip("abcdefgh", "甲乙丙丁戊己庚辛", strict=True)]
    history = History(put(station(district_managers=people), "A", "abcd", "efgh"))
    history.do(LockGroups(("S1-G01", "S1-G02")))
    assert history.next_undo is not None and history.next_undo.values == {"groups": "石桥组, 柳洲组"}
    history.do(LockGroups(("S1-G01", "S1-G02"), False))
    history.do(MoveManagers("S1", ("a", "b", "c", "d"), "S1-G02"))
    assert history.next_undo.values == {"managers": "甲, 乙, 丙, 丁", "group": "柳洲组"}
    history.do(AddRule("apart", ("g", "h")))
    assert history.next_undo.values == {"managers": "庚, 辛"}
    history.do(SwitchRules(("R001",), False))
    assert history.next_undo.values == {"rules": "庚, 辛"}
    history.do(RemoveRules(("R001",)))
    assert history.next_undo.values == {"rules": "庚, 辛"}


def test_two_of_the_same_name_are_told_apart_by_their_number() -> None:
    people = [{"id": "81", "name": "李伟"}, {"id": "82", "name": "李伟"}, {"id": "83", "name": "王芳"}]
    project = station(district_managers=people, transformer_areas=[{"id": "T1", "name": "青禾1号台区"}])
    names = Names(project)
    assert names.all_of("district_managers", ["81", "82", "83", "84"]) == "李伟 (81), 李伟 (82), 王芳, 84"
    assert called(project, "transformer_areas", "T1") == "青禾1号台区"
    assert named(project, {"areas": "T1, …", "count": 2, "id": "T1"}) == {
        "areas": "青禾1号台区, …",
        "count": 2,
        "id": "T1",
    }


def test_a_refusal_still_carries_the_identifiers() -> None:
    history = History(put(station(), "A", "abcd", "efgh"))
    history.do(LockGroups(("S1-G01",)))
    with pytest.raises(GridError, match="group-locked"):
        history.do(MoveManagers("S1", ("a",), "S1-G02"))
    history.do(PaintAreas("S1", ("Ta",), "e"))
