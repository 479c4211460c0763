"""The project file: what was put in comes out, now, after undo, after opening again."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from gis.geopackage import register_functions
from gis.project_file import ProjectFile, open_for_reading, opened_for_editing, save_new
from grid_model import schema
from grid_model.errors import Cancelled, GridError
from grid_model.feedback import Feedback
from grid_model.history import History
from grid_model.project import Project, ProjectInfo
from grid_model.schema import Shape
from tests.conftest import scaled
from tests.project_values import (
    INFO,
    Editor,
    Step,
    frame,
    line,
    projects,
    rows,
    same,
    same_rows,
    small_project,
    square,
)

Rows = list[dict[str, Any]]

QUIET = settings(
    max_examples=scaled(25, 400),
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "岭南 供电所 #1?%"
    folder.mkdir()
    return folder / "工程 一.gpkg"


@pytest.fixture
def saved(path: Path) -> Path:
    save_new(path, small_project())
    return path


def assert_sound(path: Path) -> None:
    """Let SQLite check the pages and the spatial indexes against the rows."""
    connection = sqlite3.connect(path)
    register_functions(connection)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    for table in schema.tables().values():
        if table.shape is not Shape.NONE:
            index = f"rtree_{table.name}_geom"
            assert connection.execute("SELECT rtreecheck(?)", (index,)).fetchone() == ("ok",)
            indexed = {fid for (fid,) in connection.execute(f"SELECT id FROM {index}")}
            drawn = {
                fid
                for (fid,) in connection.execute(
                    f"SELECT fid FROM {table.name} WHERE geom NOT NULL AND NOT ST_IsEmpty(geom)"
                )
            }
            assert indexed == drawn, table.name
    assert connection.execute("SELECT count(*) FROM taiqu_writing").fetchone() == (0,)
    connection.close()


@QUIET
@given(made=projects())
def test_a_project_comes_back_as_it_was_saved(
    tmp_path: Path, made: tuple[ProjectInfo, dict[str, Rows]]
) -> None:
    path = tmp_path / "p.gpkg"
    project = Project.of(made[0], {name: frame(own) for name, own in made[1].items()})
    save_new(path, project)
    same(open_for_reading(path), project)
    assert_sound(path)


@pytest.mark.parametrize("name", sorted(schema.tables()))
def test_rows_of_every_table_come_back_from_an_edit_and_from_its_undo(path: Path, name: str) -> None:
    @settings(QUIET, max_examples=scaled(1, 40))
    @given(own=rows(schema.table(name), 1), other=rows(schema.table(name), 1))
    def check(own: Rows, other: Rows) -> None:
        save_new(path, Project.empty(INFO))
        ids = [row["id"] for row in own]
        values = {column: value for column, value in other[0].items() if column not in ("fid", "id")}
        with opened_for_editing(path) as history:
            history.do(Step(lambda draft: draft.insert(name, frame(own))))
            inserted = history.project
            history.do(Step(lambda draft: draft.update(name, ids, **values)))
            updated = history.project
            history.do(Step(lambda draft: draft.delete(name, ids)))
        same(open_for_reading(path), history.project)
        with opened_for_editing(path) as history:
            history.undo()
            pd.testing.assert_frame_equal(history.project.frame(name), updated.frame(name))
            if updated is not inserted:
                history.undo()
            pd.testing.assert_frame_equal(history.project.frame(name), inserted.frame(name))
            same(open_for_reading(path), history.project)

    check()
    assert_sound(path)


@pytest.mark.parametrize("seed", range(scaled(4, 250)))
def test_after_any_edits_undos_redos_and_reopenings_the_file_holds_what_memory_holds(
    path: Path, seed: int
) -> None:
    save_new(path, small_project())
    random = np.random.default_rng(seed)
    editor = Editor(seed)
    project = small_project()
    for _ in range(4):
        with opened_for_editing(path) as history:
            same(history.project, project)
            for _ in range(random.integers(1, 10)):
                wander(history, random, editor)
            project = history.project
        same(open_for_reading(path), project)
    assert_sound(path)
    with opened_for_editing(path) as history:
        while history.next_undo:
            history.undo()
        same_rows(history.project, small_project())


def wander(history: History, random: np.random.Generator, editor: Editor) -> None:
    """Do, undo or redo; an undo must lead to what was before the edit."""
    choice = random.choice(["do", "do", "undo", "redo"])
    if choice == "undo" and history.next_undo:
        history.undo()
    elif choice == "redo" and history.next_redo:
        history.redo()
    else:
        before = history.project
        if history.do(editor.edit(before)):
            history.undo()
            same_rows(history.project, before)
            history.redo()


def test_undo_and_redo_survive_closing_and_opening(saved: Path) -> None:
    with opened_for_editing(saved) as history:
        history.do(
            Step(lambda draft: draft.update("feeders", ["F1"], name="甲线"), "Rename {old}", {"old": "F1"})
        )
        history.do(Step(lambda draft: draft.update("feeders", ["F1"], name="乙线")))
        history.undo()
    with opened_for_editing(saved) as history:
        assert history.next_undo is not None and history.next_redo is not None
        assert (history.next_undo.title, dict(history.next_undo.values)) == ("Rename {old}", {"old": "F1"})
        history.redo()
        assert history.project.table("feeders").row("F1")["name"] == "乙线"
        history.undo()
        history.undo()
        assert history.project.table("feeders").row("F1")["name"] == "10kV岭南线"
        with pytest.raises(GridError, match="nothing-to-undo"):
            history.undo()


def test_the_journal_says_who_did_what_when_with_the_rows_before(saved: Path) -> None:
    with opened_for_editing(saved) as history:
        history.do(Step(lambda draft: draft.update("customers", ["0012345678"], phone="13700000000")))
        history.note("Printed {page}", {"page": "station-map"})
    connection = sqlite3.connect(saved)
    entries = connection.execute(
        'SELECT number, "when", who, action, title, row_count, images FROM journal'
    ).fetchall()
    assert [entry[0] for entry in entries] == [1, 2]
    assert [entry[3] for entry in entries] == ["edit", "note"]
    assert entries[0][1].startswith("20") and entries[0][1].endswith("Z")
    assert entries[0][5:] == (1, '[{"changed":"customers","fids":[1],"before":{"phone":["13800000000"]}}]')


def test_a_number_once_given_to_a_row_is_never_given_again(saved: Path) -> None:
    with opened_for_editing(saved) as history:
        history.do(Step(lambda draft: draft.insert("feeders", [{"id": "F2", "name": "二"}])))
        history.do(Step(lambda draft: draft.delete("feeders", ["F2"])))
    with opened_for_editing(saved) as history:
        history.do(Step(lambda draft: draft.insert("feeders", [{"id": "F3", "name": "三"}])))
        assert history.project.frame("feeders")["fid"].tolist() == [1, 3]


def test_many_rows_at_once_are_indexed_like_few(saved: Path) -> None:
    random = np.random.default_rng(5)
    many = pd.DataFrame(
        {"id": [f"p{n}" for n in range(11_000)], "x": random.uniform(106, 107, 11_000), "y": 30.0}
    )
    many.loc[7, ["x", "y"]] = np.nan
    parts = (slice(0, 5), slice(5, 9_500), slice(9_500, None))  # by triggers, packed anew, one by one
    with opened_for_editing(saved) as history:
        for part in parts:
            history.do(Step(lambda draft: draft.insert("poles", many[part])))  # noqa: B023
            assert_sound(saved)
        project = history.project
        same(open_for_reading(saved), project)
        for gone in (slice(0, 1_100), slice(1_200, 9_000)):  # one by one, packed anew
            history.do(Step(lambda draft: draft.delete("poles", many["id"][gone].tolist())))  # noqa: B023
            assert_sound(saved)
        history.undo()
        history.undo()
        same_rows(history.project, project)
    assert_sound(saved)


def test_a_local_plane_can_become_known_and_the_shapes_say_so(saved: Path) -> None:
    with opened_for_editing(saved) as history:
        history.do(Step(lambda draft: draft.set_info(crs="LOCAL")))
        history.do(Step(lambda draft: draft.insert("poles", [{"id": "P", "x": 500.0, "y": -20.0}])))
        project = history.project
    same(open_for_reading(saved), project)
    connection = sqlite3.connect(saved)
    assert {row[0][4:8] for row in connection.execute("SELECT geom FROM customers")} == {b"\xff\xff\xff\xff"}
    assert connection.execute("SELECT DISTINCT srs_id FROM gpkg_geometry_columns").fetchall() == [(-1,)]
    with opened_for_editing(saved) as history:
        history.undo()
        history.undo()
    assert connection.execute(
        "SELECT DISTINCT srs_id FROM gpkg_contents WHERE data_type = 'features'"
    ).fetchall() == [(4490,)]


def test_creating_writes_the_file_when_the_work_is_done_and_not_when_it_fails(path: Path) -> None:
    with pytest.raises(GridError, match="bad-choice"), opened_for_editing(path, create=True) as history:
        history.do(Step(lambda draft: draft.insert("poles", [{"id": "P"}])))
        history.do(Step(lambda draft: draft.insert("switches", [{"id": "K", "kind": "?"}])))
    assert list(path.parent.iterdir()) == []
    with opened_for_editing(path, create=True) as history:
        history.do(Step(lambda draft: draft.insert("poles", [{"id": "P"}])))
        assert not path.exists()
    with opened_for_editing(path) as history:
        assert history.project.info.name == "工程 一"
        history.undo()
        assert not len(history.project.frame("poles"))
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_saving_as_goes_on_in_the_copy_with_its_journal(saved: Path) -> None:
    other = saved.with_name("另存.gpkg")
    file = ProjectFile.open(saved)
    file.history.do(Step(lambda draft: draft.update("feeders", ["F1"], name="甲线")))
    file.save_as(other)
    assert file.path == other
    file.history.do(Step(lambda draft: draft.update("feeders", ["F1"], name="乙线")))
    file.history.undo()
    file.history.undo()
    with pytest.raises(GridError, match="project-in-use"):
        ProjectFile.open(other)
    ProjectFile.open(saved).close()
    file.close()
    assert open_for_reading(saved).table("feeders").row("F1")["name"] == "甲线"
    assert open_for_reading(other).table("feeders").row("F1")["name"] == "10kV岭南线"
    assert sorted(one.name for one in saved.parent.iterdir()) == sorted([saved.name, other.name])


def test_saving_as_can_be_cancelled_and_leaves_everything_as_it_was(saved: Path) -> None:
    other = saved.with_name("另存.gpkg")
    other.write_bytes(b"was here")
    feedback = Feedback()
    feedback.cancel()
    file = ProjectFile.open(saved)
    with pytest.raises(Cancelled):
        file.save_as(other, feedback)
    with pytest.raises(GridError, match="same-file"):
        file.save_as(saved.parent / "." / saved.name)
    file.history.do(Step(lambda draft: draft.update("feeders", ["F1"], name="甲线")))
    file.close()
    assert other.read_bytes() == b"was here"
    assert open_for_reading(saved).table("feeders").row("F1")["name"] == "甲线"
    assert sorted(one.name for one in saved.parent.iterdir()) == sorted([saved.name, other.name])


def test_opening_can_be_cancelled(saved: Path) -> None:
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        open_for_reading(saved, feedback)
    with pytest.raises(Cancelled), opened_for_editing(saved, feedback):
        pass
    assert [one.name for one in saved.parent.iterdir()] == [saved.name]


def test_gdal_finds_the_layers_with_their_kind_names_and_coordinate_system(saved: Path) -> None:
    import pyogrio

    layers = dict(pyogrio.list_layers(saved))
    kinds = {Shape.NONE: None, Shape.POINT: "Point", Shape.LINE: "LineString", Shape.AREA: "MultiPolygon"}
    assert layers == {table.name: kinds[table.shape] for table in schema.tables().values()}
    found = pyogrio.read_info(saved, layer="customers")
    assert found["crs"] == "EPSG:4490"
    assert found["fid_column"] == "fid" and found["features"] == 2
    assert list(found["fields"]) == [
        column.name for column in schema.table("customers").columns if column.name not in "xy"
    ]
    assert found["layer_metadata"]["IDENTIFIER"] == "Customers"
    assert found["total_bounds"] == pytest.approx((106.11, 30.11, 106.12, 30.12), abs=1e-9)
    areas = pyogrio.read_dataframe(saved, layer="transformer_areas", fid_as_index=True)
    assert areas.geometry.iloc[0].bounds == (106, 30, 106.5, 30.5) and areas["name"].tolist() == [
        "岭南1号台区"
    ]
    kinds_of = dict(
        zip(
            pyogrio.read_info(saved, layer="switches")["fields"],
            pyogrio.read_info(saved, layer="switches")["ogr_subtypes"],
            strict=True,
        )
    )
    assert kinds_of["normal_open"] == "OFSTBoolean"


def test_the_extent_other_programs_are_told_follows_every_edit(saved: Path) -> None:
    def extent() -> tuple[float | None, ...]:
        connection = sqlite3.connect(saved)
        found = connection.execute(
            "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'customers'"
        )
        return tuple(found.fetchone())

    with opened_for_editing(saved) as history:
        history.do(Step(lambda draft: draft.update("customers", ["0012345678"], x=107.0)))
        assert extent() == pytest.approx((106.12, 30.11, 107.0, 30.12), abs=3e-5)
        history.do(Step(lambda draft: draft.delete("customers", ["0012345678"])))
        assert extent() == pytest.approx((106.12, 30.12, 106.12, 30.12), abs=3e-5)
        history.do(Step(lambda draft: draft.delete("customers", ["0012345679"])))
        assert extent() == (None, None, None, None)
        history.undo()
        assert extent() == pytest.approx((106.12, 30.12, 106.12, 30.12), abs=3e-5)


def test_a_shape_of_another_kind_is_refused_and_the_file_stays(saved: Path) -> None:
    with opened_for_editing(saved) as history:
        for wrong in (square(0, 0), line((0, 0), (1, 1))[:-3], b"", b"\x01\x02"):
            with pytest.raises(GridError, match="bad-geometry"):
                history.do(Step(lambda draft: draft.update("ac_line_segments", ["L1"], geometry=wrong)))  # noqa: B023
        history.do(
            Step(lambda draft: draft.update("ac_line_segments", ["L1"], geometry=line((0, 0), (1, 1))))
        )
        assert len(history.journal.entries()) == 1
    with pytest.raises(GridError, match="bad-geometry"):
        save_new(saved, Project.of(INFO, {"roads": pd.DataFrame({"id": ["R"], "geometry": [square(0, 0)]})}))
    assert len(open_for_reading(saved).frame("customers")) == 2
