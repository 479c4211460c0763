"""A grouping is kept as a scheme; names, numbers, colours and ids live on from plan to plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pytest

from grid_model.errors import GridError
from grid_model.grouping import Group, Grouping
from grid_model.grouping.scheme_edits import PutInForce
from grid_model.grouping.schemes import GridPlan, PutScheme, matched
from grid_model.history import History
from grid_model.project import Project, ProjectInfo

VILLAGES = [
    {"id": "v1", "name": "石桥村", "town": "青禾镇"},
    {"id": "v2", "name": "柳洲村", "town": "青禾镇"},
    {"id": "v3", "name": "Hillside", "town": "青禾镇"},
]


def station(**more: Sequence[Mapping[str, object]]) -> Project:
    """Eight managers a … h with an area each; the first four in 石桥村, the others in 柳洲村."""
    frames: dict[str, Sequence[Mapping[str, object]]] = {
        "stations": [{"id": "900000001", "name": "青禾镇供电所"}],
        "villages": VILLAGES,
        "district_managers": [{"id": one, "name": one} for one in "abcdefgh"],
        "transformer_areas": [
            {"id": f"T{one}", "manager": one, "village": "v1" if one < "e" else "v2"} for one in "abcdefgh"
        ],
    }
    tables = {name: pd.DataFrame(list(rows)) for name, rows in (frames | more).items()}
    return Project.of(ProjectInfo(planning_date="2026-11-20"), tables)


def grouping(*groups: str) -> Grouping:
    made = tuple(
        Group(tuple(members), "", 1.0, 0.0, 0.0, 1.0, 1.0, (), 1.0, 1.0, members[0], ()) for members in groups
    )
    return Grouping("optimal", float(len(made)), float(len(made)), made)


def grids(*groups: str) -> tuple[GridPlan, ...]:
    return tuple(GridPlan(n, tuple(f"T{one}" for one in members)) for n, members in enumerate(groups))


def put(project: Project, name: str, *groups: str) -> Project:
    return PutScheme(name, grouping(*groups), grids(*groups)).apply(project)[0]


def groups_of(project: Project, scheme: str) -> dict[str, tuple[str, str, str, int]]:
    """Give id, number, name and colour of each group of a scheme by its members."""
    frame = project.frame("mutual_aid_groups")
    members = project.frame("group_members")
    found = {}
    for row in frame.loc[frame["scheme"] == scheme].itertuples():
        own = members.loc[members["mutual_aid_group"] == row.id, "manager"]
        found["".join(sorted(own))] = (row.id, row.number, row.name, int(row.color))
    return found


def test_a_scheme_holds_groups_members_grids_and_areas() -> None:
    project = put(station(), "方案一", "abcd", "efgh")
    (scheme,) = project.frame("schemes").to_dict("records")
    assert (scheme["name"], scheme["in_force"], scheme["status"]) == ("方案一", False, "optimal")
    assert scheme["created_on"] == "2026-11-20" and scheme["objective"] == 2.0
    assert groups_of(project, scheme["id"]) == {
        "abcd": ("S1-G01", "01", "石桥组", 0),
        "efgh": ("S1-G02", "02", "柳洲组", 1),
    }
    assert list(project.frame("service_grids")["number"]) == ["900000001001", "900000001002"]
    assert list(project.frame("service_grids")["name"]) == ["石桥网格", "柳洲网格"]
    assert len(project.frame("grid_areas")) == 8 and len(project.frame("group_members")) == 8


def test_two_groups_of_one_village_get_different_names() -> None:
    project = put(station(), "方案一", "ab", "cd", "efgh")
    names = [name for _id, _number, name, _color in groups_of(project, "S1").values()]
    assert names == ["石桥组", "青禾组", "柳洲组"]


def test_a_place_that_is_not_chinese_gets_a_name_in_the_language_spoken() -> None:
    areas = [{"id": f"T{one}", "manager": one, "village": "v3"} for one in "ab"]
    project = put(station(transformer_areas=areas), "one", "ab", "cd")
    assert [row[2] for row in groups_of(project, "S1").values()] == ["Hillside group", "Group 2"]


def test_putting_the_same_plan_again_changes_nothing() -> None:
    edit = PutScheme("方案一", grouping("abcd", "efgh"), grids("abcd", "efgh"))
    history = History(station())
    assert history.do(edit)
    assert not history.do(edit)


def test_a_scheme_of_the_same_name_is_replaced_and_what_lives_on_keeps_its_id() -> None:
    first = put(station(), "方案一", "abcd", "efgh")
    second = put(first, "方案一", "abc", "def", "gh")
    before, after = groups_of(first, "S1"), groups_of(second, "S1")
    assert after["abc"] == before["abcd"] and after["gh"] == before["efgh"]
    assert after["def"][0] == "S1-G03" and after["def"][2] not in ("石桥组", "柳洲组")
    assert len(second.frame("schemes")) == 1 and len(second.frame("group_members")) == 8
    ids = dict(zip(first.frame("group_members")["manager"], first.frame("group_members")["id"], strict=True))
    assert ids == dict(
        zip(second.frame("group_members")["manager"], second.frame("group_members")["id"], strict=True)
    )


def test_groups_that_go_leave_no_rows_behind() -> None:
    first = put(station(), "方案一", "ab", "cd", "ef", "gh")
    second = put(first, "方案一", "abcd", "efgh")
    for table in ("mutual_aid_groups", "service_grids"):
        assert len(second.frame(table)) == 2
    assert set(second.frame("group_members")["mutual_aid_group"]) == set(
        second.frame("mutual_aid_groups")["id"]
    )
    assert set(second.frame("grid_areas")["service_grid"]) == set(second.frame("service_grids")["id"])


def test_another_scheme_goes_on_with_names_and_colours_of_the_one_in_force() -> None:
    first = put(station(), "现行", "abcd", "efgh")
    first, _changes = PutInForce("S1").apply(first)
    second = put(first, "新方案", "fgh", "abcde")
    old, new = groups_of(second, "S1"), groups_of(second, "S2")
    assert new["fgh"][1:] == old["efgh"][1:] and new["abcde"][1:] == old["abcd"][1:]
    assert set(old) == {"abcd", "efgh"}
    grid = second.frame("service_grids").set_index("id")
    assert list(grid.loc[["S2-N01", "S2-N02"], "name"]) == ["柳洲网格", "石桥网格"]


def test_the_scheme_in_force_is_not_replaced() -> None:
    project, _changes = PutInForce("S1").apply(put(station(), "现行", "abcd", "efgh"))
    with pytest.raises(GridError, match="scheme-in-force"):
        put(project, "现行", "abcdefgh")


def test_only_one_scheme_is_in_force() -> None:
    project = put(put(station(), "一", "abcd", "efgh"), "二", "abcdefgh")
    project, _changes = PutInForce("S1").apply(project)
    project, _changes = PutInForce("S2", approved_by="所长").apply(project)
    rows = project.frame("schemes").set_index("id")
    assert list(rows["in_force"]) == [False, True]
    assert (rows.at["S2", "approved_by"], rows.at["S2", "approved_on"]) == ("所长", "2026-11-20")
    with pytest.raises(GridError, match="unknown-object"):
        PutInForce("S9").apply(project)


def test_keeping_a_scheme_can_be_taken_back() -> None:
    start = station()
    history = History(start)
    history.do(PutScheme("方案一", grouping("abcd", "efgh"), grids("abcd", "efgh")))
    history.undo()
    for table in ("schemes", "mutual_aid_groups", "group_members", "service_grids", "grid_areas"):
        assert history.project.frame(table).empty


def test_what_cannot_be_kept_is_refused() -> None:
    with pytest.raises(GridError, match="no-grouping-to-keep"):
        PutScheme("x", Grouping("infeasible", None, None)).apply(station())
    with pytest.raises(GridError, match="scheme-without-name"):
        PutScheme(" ", grouping("abcd")).apply(station())


def test_matching_keeps_as_much_as_possible_and_nothing_of_less_than_half() -> None:
    old = {"x": frozenset("abc"), "y": frozenset("def")}
    assert matched([frozenset("abd"), frozenset("cef")], old) == {0: "x", 1: "y"}
    assert matched([frozenset("aghi")], old) == {}
    assert matched([frozenset("ab"), frozenset("c")], old) == {0: "x"}
    assert matched([], old) == {} and matched([frozenset("a")], {}) == {}
