"""Changes by hand keep a scheme in one piece, and each can be taken back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from grid_model.errors import GridError
from grid_model.grouping.editing import (
    LockAreas,
    LockGroups,
    MergeGrids,
    MoveManagers,
    PaintAreas,
    PutAssignment,
    SplitGrid,
)
from grid_model.grouping.scheme_checks import scheme_issues
from grid_model.grouping.scheme_edits import (
    CopyScheme,
    DeleteScheme,
    PutInForce,
    RenameScheme,
    owners,
    stand_ins,
)
from grid_model.history import History
from grid_model.project import Edit, Project
from tests.conftest import scaled
from tests.test_grid_model.test_schemes import put, station


def planned(in_force: bool = True) -> Project:
    """Two groups, a–d in 石桥村 and e–h in 柳洲村, each with one grid; the stand-in of Ta is b."""
    project = put(station(), "现行", "abcd", "efgh")
    project, _changes = PutInForce("S1").apply(project) if in_force else (project, None)
    draft = project.edit()
    draft.update("transformer_areas", ["Ta"], backup_manager="b")
    return draft.finish()[0]


def done(project: Project, *edits: Edit) -> Project:
    for edit in edits:
        project, _changes = edit.apply(project)
    return project


def grid_of(project: Project, scheme: str = "S1") -> dict[str, str]:
    rows = project.frame("grid_areas")
    rows = rows.loc[rows["scheme"] == scheme]
    return dict(zip(rows["transformer_area"], rows["service_grid"], strict=True))


def group_of(project: Project, scheme: str = "S1") -> dict[str, str]:
    rows = project.frame("group_members")
    rows = rows.loc[rows["scheme"] == scheme]
    return dict(zip(rows["manager"], rows["mutual_aid_group"], strict=True))


def codes(project: Project, scheme: str = "S1") -> list[tuple[str, str]]:
    return [(one.code, one.object_id) for one in scheme_issues(project, scheme)]


def outline(areas: Sequence[str]) -> tuple[bytes, str]:
    return ("+".join(areas)).encode(), "generated"


def test_a_painted_area_goes_to_its_new_managers_grid_and_the_stand_in_changes_places() -> None:
    project = done(planned(), PaintAreas("S1", ("Ta",), "b"), PaintAreas("S1", ("Td",), "e", outline))
    areas = project.frame("transformer_areas").set_index("id")
    assert areas.at["Ta", "manager"] == "b" and areas.at["Ta", "backup_manager"] == "a"
    assert areas.at["Td", "manager"] == "e"
    assert grid_of(project)["Ta"] == "S1-N01" and grid_of(project)["Td"] == "S1-N02"
    grids = project.frame("service_grids").set_index("id")
    assert (
        grids.at["S1-N02", "geometry"] == b"Td+Te+Tf+Tg+Th" and grids.at["S1-N01", "geometry"] == b"Ta+Tb+Tc"
    )
    assert grids.at["S1-N01", "outline_source"] == "generated"
    assert not codes(project)


def test_in_a_scheme_that_does_not_hold_the_areas_themselves_stay() -> None:
    project = done(planned(), CopyScheme("S1", "草案"), PaintAreas("S2", ("Td",), "e"))
    assert project.frame("transformer_areas").set_index("id").at["Td", "manager"] == "d"
    assert owners(project, "S2")["Td"] == "e" and owners(project, "S1")["Td"] == "d"
    assert grid_of(project, "S2")["Td"] == "S2-N02" and grid_of(project)["Td"] == "S1-N01"
    assert not codes(project) and not codes(project, "S2")
    project = done(project, PutInForce("S2", "编", "审", "批", "2026-12-01"))
    row = project.table("schemes").row("S2")
    assert (row["prepared_by"], row["checked_by"], row["approved_by"]) == ("编", "审", "批")
    assert row["approved_on"] == "2026-12-01" and row["in_force"]
    assert project.frame("transformer_areas").set_index("id").at["Td", "manager"] == "e"
    back = done(project, PutInForce("S1"))
    assert back.frame("transformer_areas").set_index("id").at["Td", "manager"] == "d"
    assert owners(back, "S2")["Td"] == "e"


def test_a_manager_moves_with_his_areas_and_a_leader_who_leaves_is_followed() -> None:
    certificates = [
        {"id": f"{one}{kind}", "manager": one, "kind": kind}
        for one in "abcdefgh"
        for kind in ("safety_exam", "lv_electrician", "work_leader")
    ]
    project = put(station(qualifications=certificates), "现行", "abcd", "efgh")
    project = done(project, MoveManagers("S1", ("a",), "S1-G02"))
    assert group_of(project)["a"] == "S1-G02" and grid_of(project)["Ta"] == "S1-N02"
    groups = project.frame("mutual_aid_groups").set_index("id")
    assert groups.at["S1-G01", "leader"] == "b" and groups.at["S1-G02", "leader"] == "e"
    assert not codes(project)


def test_a_new_group_gets_a_name_a_number_and_a_grid_and_an_empty_one_goes() -> None:
    project = done(planned(), MoveManagers("S1", ("c", "d"), None))
    groups = project.frame("mutual_aid_groups").set_index("id")
    assert list(groups.index) == ["S1-G01", "S1-G02", "S1-G03"]
    assert groups.at["S1-G03", "number"] == "03" and groups.at["S1-G03", "color"] == 2
    assert groups.at["S1-G03", "name"] == "青禾组"
    assert grid_of(project)["Tc"] == grid_of(project)["Td"] == "S1-N03"
    assert project.table("service_grids").row("S1-N03")["number"] == "900000001003"
    project = done(project, MoveManagers("S1", ("c", "d"), "S1-G02"))
    assert list(project.frame("mutual_aid_groups")["id"]) == ["S1-G01", "S1-G02"]
    assert list(project.frame("service_grids")["id"]) == ["S1-N01", "S1-N02"]
    assert not codes(project)


def test_grids_are_split_and_merged() -> None:
    project = done(planned(), SplitGrid("S1-N01", ("Tc", "Td"), "东片", outline))
    assert grid_of(project)["Tc"] == "S1-N03" and grid_of(project)["Ta"] == "S1-N01"
    row = project.table("service_grids").row("S1-N03")
    assert (row["name"], row["mutual_aid_group"], row["geometry"]) == ("东片", "S1-G01", b"Tc+Td")
    merged = done(project, MergeGrids(("S1-N01", "S1-N03"), outline))
    assert grid_of(merged) == grid_of(planned()) and len(merged.frame("service_grids")) == 2
    for edit, code in (
        (SplitGrid("S1-N01", ("Te",)), "areas-not-in-grid"),
        (SplitGrid("S1-N02", ()), "grid-would-be-empty"),
        (SplitGrid("S1-N02", ("Te", "Tf", "Tg", "Th")), "grid-would-be-empty"),
        (MergeGrids(("S1-N01",)), "merge-needs-two"),
        (MergeGrids(("S1-N01", "S1-N02")), "grids-of-different-groups"),
    ):
        with pytest.raises(GridError, match=code):
            edit.apply(project)


def test_an_area_stays_in_the_grid_of_its_group_where_the_group_has_several() -> None:
    project = done(planned(), SplitGrid("S1-N01", ("Tc", "Td")), PaintAreas("S1", ("Te",), "d"))
    assert grid_of(project)["Te"] == "S1-N03"
    project = done(project, PaintAreas("S1", ("Ta",), "d"))
    assert grid_of(project)["Ta"] == "S1-N01"


def test_what_is_locked_stays() -> None:
    project = done(planned(), LockGroups(("S1-G01",)), LockAreas("S1", ("Te",)))
    for edit, code in (
        (MoveManagers("S1", ("a",), "S1-G02"), "group-locked"),
        (MoveManagers("S1", ("e",), "S1-G01"), "group-locked"),
        (PaintAreas("S1", ("Te",), "f"), "area-locked"),
    ):
        with pytest.raises(GridError, match=code):
            edit.apply(project)
    project = done(project, LockGroups(("S1-G01",), False), LockAreas("S1", ("Te",), False))
    project = done(project, MoveManagers("S1", ("a",), "S1-G02"), PaintAreas("S1", ("Te",), "f"))
    assert group_of(project)["a"] == "S1-G02"


def test_an_assignment_is_kept_under_its_scheme_with_its_locks() -> None:
    project = done(planned(), CopyScheme("S1", "草案"), LockAreas("S2", ("Tb",)))
    project = done(project, PutAssignment("S2", {"Ta": "e", "Tb": "b"}, {"Ta": "f"}))
    rows = project.frame("area_assignments").set_index("transformer_area")
    assert rows.at["Ta", "manager"] == "e" and rows.at["Ta", "backup_manager"] == "f"
    assert rows.at["Tb", "locked"] and not rows.at["Ta", "locked"]
    assert stand_ins(project, "S2")["Ta"] == "f" and stand_ins(project, "S1")["Ta"] == "b"
    assert not codes(project, "S2")


def test_nobody_stands_in_for_himself_after_an_assignment() -> None:
    project = done(planned(), CopyScheme("S1", "草案"), PutAssignment("S2", {"Ta": "b"}))
    assert stand_ins(project, "S2")["Ta"] == "a"  # they change places
    project = done(project, PutInForce("S2"))
    area = project.table("transformer_areas").row("Ta")
    assert area["manager"] == "b" and area["backup_manager"] == "a"


def test_who_left_or_may_not_guard_does_not_become_the_stand_in() -> None:
    project = planned()
    draft = project.edit()
    draft.update("district_managers", ["a"], active=False)
    left = draft.finish()[0]
    draft = project.edit()
    kinds = ("lv_electrician", "safety_exam")
    draft.insert(
        "qualifications",
        [{"id": kind, "manager": "b", "kind": kind, "valid_until": "2030-01-01"} for kind in kinds],
    )
    unfit = draft.finish()[0]
    for one in (left, unfit):
        area = done(one, PaintAreas("S1", ("Ta",), "b")).table("transformer_areas").row("Ta")
        assert area["manager"] == "b" and area["backup_manager"] is None


def test_a_stand_in_who_takes_over_for_good_is_no_stand_in_once_the_scheme_holds() -> None:
    project = done(planned(), CopyScheme("S1", "草案"), PutAssignment("S2", {"Ta": "b"}, {"Ta": None}))
    assert stand_ins(project, "S2")["Ta"] is None
    project = done(project, PutInForce("S2"))
    area = project.table("transformer_areas").row("Ta")
    assert area["manager"] == "b" and area["backup_manager"] is None
    area = done(project, PutInForce("S1")).table("transformer_areas").row("Ta")
    assert area["manager"] == "a" and area["backup_manager"] == "b"


def test_schemes_are_renamed_copied_and_deleted_but_never_the_one_in_force() -> None:
    project = done(planned(), CopyScheme("S1", "草案"), RenameScheme("S2", "冬季方案"))
    assert list(project.frame("schemes")["name"]) == ["现行", "冬季方案"]
    assert not project.table("schemes").row("S2")["in_force"]
    assert {one.removeprefix("S2") for one in group_of(project, "S2").values()} == {"-G01", "-G02"}
    for edit, code in (
        (RenameScheme("S2", "现行"), "scheme-name-taken"),
        (RenameScheme("S2", " "), "scheme-without-name"),
        (CopyScheme("S1", "冬季方案"), "scheme-name-taken"),
        (DeleteScheme("S1"), "scheme-in-force-stays"),
        (DeleteScheme("S9"), "unknown-object"),
    ):
        with pytest.raises(GridError, match=code):
            edit.apply(project)
    assert done(project, DeleteScheme("S2")).frame("group_members").equals(planned().frame("group_members"))


def test_what_does_not_hold_together_is_found_with_its_place() -> None:
    project = planned()
    draft = project.edit()
    draft.delete("grid_areas", ["S1-A00001"])
    draft.insert(
        "grid_areas", [{"id": "X", "scheme": "S1", "service_grid": "S1-N01", "transformer_area": "Te"}]
    )
    draft.delete("group_members", ["S1-M0002"])
    draft.insert("group_members", [{"id": "X", "scheme": "S1", "mutual_aid_group": "S1-G01", "manager": "e"}])
    draft.update("transformer_areas", ["Tc"], manager="f")
    draft.update("transformer_areas", ["Td"], manager=None)
    draft.update("mutual_aid_groups", ["S1-G02"], leader="a")
    draft.update("district_managers", ["h"], active=False)
    found = codes(draft.finish()[0])
    assert set(found) == {
        ("area-in-no-grid", "Ta"),
        ("area-in-several-grids", "Te"),
        ("manager-in-no-group", "b"),
        ("manager-in-several-groups", "e"),
        ("area-outside-its-group", "Tc"),
        ("area-unassigned", "Td"),
        ("leader-not-in-group", "S1-G02"),
        ("member-not-on-duty", "h"),
    }


@pytest.mark.parametrize("seed", range(scaled(6, 300)))
def test_any_row_of_changes_leaves_a_sound_scheme_and_is_taken_back_one_by_one(seed: int) -> None:
    random = np.random.default_rng(seed)
    history = History(planned(in_force=seed % 2 == 0))
    begun = history.project
    made = 0
    for _n in range(12):
        edit = some_edit(random, history.project)
        if edit is not None and history.do(edit):
            made += 1
        assert not codes(history.project), edit
    assert made
    for _n in range(made):
        history.undo()
    for name, table in begun.tables.items():
        assert table.frame.equals(history.project.frame(name)), name


def some_edit(random: np.random.Generator, project: Project) -> Edit | None:
    grids = sorted(project.frame("service_grids")["id"])
    groups = sorted(project.frame("mutual_aid_groups")["id"])
    people = [str(one) for one in random.permutation(list("abcdefgh"))]
    areas = tuple(f"T{one}" for one in people[: int(random.integers(1, 4))])
    kind = int(random.integers(4))
    if kind == 0:
        return PaintAreas("S1", areas, people[-1], outline)
    if kind == 1:
        group = str(random.choice(groups)) if random.random() < 0.7 else None
        return MoveManagers("S1", tuple(people[: int(random.integers(1, 3))]), group, outline)
    grid = str(random.choice(grids))
    own = [area for area, one in grid_of(project).items() if one == grid]
    if kind == 2:
        return SplitGrid(grid, tuple(own[:1]), "", outline) if len(own) > 1 else None
    group_of_grid = project.frame("service_grids").set_index("id")["mutual_aid_group"]
    mates = [one for one in grids if group_of_grid[one] == group_of_grid[grid]]
    return MergeGrids(tuple(mates), outline) if len(mates) > 1 else None
