"""Other programs write into the project file, older formats, personal data that is to be forgotten."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from gis import project_file, project_migration
from gis.geopackage import encode_points, register_functions
from gis.geopackage_tables import kept_columns, outside_triggers
from gis.project_file import ProjectFile, open_for_reading, opened_for_editing, save_new
from grid_model import schema
from grid_model.changes import CellsImage, DeletedImage, InsertedImage
from grid_model.errors import GridError
from tests.project_values import Step, same, small_project
from tests.test_gis.test_project_file import assert_sound
from ui.messages import sentence


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "工程.gpkg"
    save_new(path, small_project())
    return path


def outside(path: Path, *statements: str, shapes: bool = False) -> None:
    """Do what another program does: plain SQLite, with the functions of the standard where `shapes`."""
    connection = sqlite3.connect(path)
    if shapes:
        register_functions(connection)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def rename(name: str) -> Step:
    return Step(lambda draft: draft.update("feeders", ["F1"], name=name))


def test_rows_changed_outside_are_journalled_with_what_they_were(saved: Path) -> None:
    outside(
        saved,
        "UPDATE feeders SET name = '外线' WHERE id = 'F1'",
        "UPDATE feeders SET limit_kva = 4000, name = '外线二' WHERE id = 'F1'",
        "DELETE FROM usage_points",
        "INSERT INTO settings (id, value) VALUES ('a', '1')",
        "INSERT INTO settings (id, value) VALUES ('b', '2')",
        "DELETE FROM settings WHERE id = 'b'",
        "DELETE FROM switches WHERE id = 'K2'",
    )
    with opened_for_editing(saved) as history:
        (entry,) = history.journal.entries()
        assert (entry.action, dict(entry.values)) == ("outside", {"rows": "3"})
        feeders, settings, switches = sorted(history.journal.images(1), key=lambda image: image.table)  # type: ignore[union-attr]
        assert (
            isinstance(feeders, CellsImage)
            and isinstance(settings, InsertedImage)
            and isinstance(switches, DeletedImage)
        )
        assert feeders.before.to_dict("list") == {"name": ["10kV岭南线"], "limit_kva": [6300.0]}
        assert settings.fids.tolist() == [1]
        assert switches.rows["id"].tolist() == ["K2"] and switches.rows["kind"].tolist() == ["fuse"]
        assert history.project.table("feeders").row("F1")["name"] == "外线二"
        assert history.next_undo is None
    with opened_for_editing(saved) as history:
        assert len(history.journal.entries()) == 1, "taken in once only"


def test_a_row_that_is_again_as_it_was_is_no_change(saved: Path) -> None:
    outside(saved, "UPDATE feeders SET name = 'x'", "UPDATE feeders SET name = '10kV岭南线'")
    with opened_for_editing(saved) as history:
        assert history.journal.entries() == ()
        same(history.project, small_project())
    connection = sqlite3.connect(saved)
    assert connection.execute("SELECT count(*) FROM taiqu_outside").fetchone() == (0,)


def test_own_edits_are_never_taken_for_those_of_others(saved: Path) -> None:
    with opened_for_editing(saved) as history:
        history.do(rename("甲线"))
        history.do(Step(lambda draft: draft.delete("customers", ["0012345678"])))
    with opened_for_editing(saved) as history:
        assert [entry.action for entry in history.journal.entries()] == ["edit", "edit"]


def test_undo_of_a_row_that_another_program_changed_since_is_refused_in_a_sentence(saved: Path) -> None:
    with opened_for_editing(saved) as history:
        history.do(rename("甲线"))
        history.do(
            Step(
                lambda draft: draft.update("customers", ["0012345678"], name="王某"),
                "Rename {who}",
                {"who": "0012345678"},
            )
        )
        history.undo()
    outside(saved, "UPDATE feeders SET name = '外线'")
    with opened_for_editing(saved) as history:
        history.redo()
        assert history.project.table("customers").row("0012345678")["name"] == "王某"
        history.undo()
        before = history.project
        with pytest.raises(GridError) as caught:
            history.undo()
        assert caught.value.code == "changed-since" and "Step 1" in sentence(caught.value)
        assert history.project is before
        history.do(rename("乙线"))
        history.undo()
        assert history.project.table("feeders").row("F1")["name"] == "外线"


def test_rows_drawn_outside_without_an_identifier_or_with_a_taken_one_get_one_and_are_told(
    saved: Path,
) -> None:
    outside(
        saved,
        "INSERT INTO feeders (name) VALUES ('新一')",
        "INSERT INTO feeders (id, name) VALUES ('', '新二')",
        "INSERT INTO feeders (id, name) VALUES ('F1', '新三')",
        "INSERT INTO settings (id, value) VALUES ('~2', 'x')",
    )
    assert open_for_reading(saved).frame("feeders")["id"].tolist() == ["F1", "~2", "~3", "F1~4"]
    with opened_for_editing(saved) as history:
        feeders, issues = history.project.frame("feeders"), history.project.frame("issues")
        assert feeders["id"].tolist() == ["F1", "~2", "~3", "F1~4"]
        assert feeders["name"].tolist() == ["10kV岭南线", "新一", "新二", "新三"]
        assert issues["code"].tolist() == ["outside-no-id", "outside-no-id", "outside-duplicate-id"]
        assert issues["object_id"].tolist() == ["~2", "~3", "F1~4"] and issues["row_kept"].all()
        project = history.project
    same(open_for_reading(saved), project)
    with opened_for_editing(saved) as history:
        same(history.project, project)


def test_values_that_cannot_be_are_told_and_stay_in_the_file(saved: Path) -> None:
    outside(
        saved,
        "UPDATE switches SET kind = 'saw', rated_a = 'many', \"open\" = 7 WHERE id = 'K1'",
        "UPDATE feeders SET limit_kva = -5",
        "UPDATE customers SET geom = x'00112233445566778899' WHERE id = '0012345678'",
        shapes=True,
    )
    with opened_for_editing(saved) as history:
        switch = history.project.table("switches").row("K1")
        assert (switch["kind"], switch["rated_a"], switch["open"]) == ("saw", None, True)
        issues = history.project.frame("issues")
        found = sorted((json.loads(one)["column"], json.loads(one)["value"]) for one in issues["details"])
        assert found == [("geom", "?"), ("kind", "saw"), ("limit_kva", "-5.0"), ("rated_a", "many")]
        assert history.project.table("customers").row("0012345678")["x"] is None
        project = history.project
    same(open_for_reading(saved), project)
    connection = sqlite3.connect(saved)
    assert connection.execute("SELECT rated_a FROM switches WHERE id = 'K1'").fetchone() == ("many",)


def test_layers_edited_through_gdal_as_qgis_does_are_taken_in(saved: Path) -> None:
    import geopandas
    import pyogrio
    import shapely

    new = geopandas.GeoDataFrame(
        {"id": ["0099"], "name": ["新户"], "customer_class": ["mv"], "life_support": [True]},
        geometry=[shapely.Point(107, 31)],
        crs="EPSG:4490",
    )
    pyogrio.write_dataframe(new, saved, layer="customers", append=True)
    roads = geopandas.GeoDataFrame(
        {"id": ["R1"]}, geometry=[shapely.LineString([(106, 30), (107, 31)])], crs="EPSG:4490"
    )
    pyogrio.write_dataframe(roads, saved, layer="roads", append=True)
    with opened_for_editing(saved) as history:
        row = history.project.table("customers").row("0099")
        assert (row["x"], row["y"], row["customer_class"], row["life_support"], row["status"]) == (
            107,
            31,
            "mv",
            True,
            "active",
        )
        assert shapely.from_wkb(history.project.frame("roads")["geometry"].iloc[0]).length == pytest.approx(
            2**0.5
        )
        assert history.journal.entries()[0].action == "outside"
        history.do(Step(lambda draft: draft.update("customers", ["0099"], x=107.5)))
    assert_sound(saved)


def test_a_row_changed_outside_while_the_project_is_open_is_not_written_over(saved: Path) -> None:
    with opened_for_editing(saved) as history:
        outside(
            saved, "UPDATE feeders SET name = '外线'", "INSERT INTO settings (id, value) VALUES ('q', '1')"
        )
        with pytest.raises(GridError, match="changed-outside"):
            history.do(rename("甲线"))
        with pytest.raises(GridError, match="changed-outside"):
            history.do(Step(lambda draft: draft.insert("settings", [{"id": "mine", "value": "2"}])))
        history.do(Step(lambda draft: draft.update("customers", ["0012345678"], name="王某")))
    with opened_for_editing(saved) as history:
        assert [entry.action for entry in history.journal.entries()] == ["edit", "outside"]
        assert history.project.table("feeders").row("F1")["name"] == "外线"
        history.do(rename("甲线"))


def test_a_point_written_another_way_is_read_all_the_same(saved: Path) -> None:
    big_endian = (
        b"GP\x00\x00"
        + (4490).to_bytes(4, "big")
        + b"\x00\x00\x00\x00\x01"
        + np.array([106.5, 30.5], ">f8").tobytes()
    )
    connection = sqlite3.connect(saved)
    register_functions(connection)
    connection.execute("UPDATE customers SET geom = ? WHERE fid = 1", (big_endian,))
    connection.commit()
    connection.close()
    row = open_for_reading(saved).table("customers").row("0012345678")
    assert (row["x"], row["y"]) == (106.5, 30.5)
    assert encode_points(np.array([106.5]), np.array([30.5]), 4490)[0] is not None


# --- formats


def make_old(path: Path) -> None:
    """Turn a project into one of an invented earlier format, without the column for vehicles."""
    outside(
        path,
        *(
            f'DROP TRIGGER "taiqu_outside_district_managers_{event}"'
            for event in ("insert", "update", "renumber", "delete")
        ),
        "ALTER TABLE district_managers DROP COLUMN vehicle",
        "UPDATE taiqu_info SET value = '0' WHERE key = 'format_version'",
    )
    managers = schema.table("district_managers")
    last = f", c{len(kept_columns(managers))})"
    outside(
        path,
        *(
            statement.replace(', OLD."vehicle"', "").replace(" vehicle", "").replace(last, ")")
            for statement in outside_triggers(managers)
        ),
    )


@pytest.fixture
def one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_migration, "MIGRATIONS", {0: project_migration.add_missing_columns})


def test_an_older_project_is_brought_up_on_a_copy_and_its_old_file_kept(saved: Path, one_step: None) -> None:
    with opened_for_editing(saved) as history:
        history.do(rename("甲线"))
        history.do(
            Step(
                lambda draft: draft.insert("district_managers", [{"id": "m", "name": "李某", "team": "一班"}])
            )
        )
        expected = history.project
    make_old(saved)
    outside(saved, "UPDATE district_managers SET team = '二班'", shapes=True)
    before = saved.read_bytes()
    assert open_for_reading(saved).table("district_managers").row("m")["team"] == "二班"
    assert saved.read_bytes() == before, "reading changes nothing"
    with opened_for_editing(saved) as history:
        assert history.next_undo is None, "undo ends at a migration"
        assert [entry.action for entry in history.journal.entries()] == ["edit", "edit", "barrier", "outside"]
        (image,) = history.journal.images(4)
        assert isinstance(image, CellsImage) and image.before.to_dict("list") == {"team": ["一班"]}
        history.do(Step(lambda draft: draft.update("district_managers", ["m"], team="一班", vehicle=None)))
        same(history.project, expected)
        history.do(Step(lambda draft: draft.update("district_managers", ["m"], vehicle="皮卡")))
        history.undo()
    kept = saved.with_name("工程.format0.gpkg")
    connection = sqlite3.connect(kept)
    assert connection.execute("SELECT value FROM taiqu_info WHERE key = 'format_version'").fetchone() == (
        "0",
    )
    assert_sound(saved)
    assert sorted(one.name for one in saved.parent.iterdir()) == sorted([saved.name, kept.name])


def test_a_migration_that_fails_leaves_the_old_file(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_old(saved)
    before = saved.read_bytes()
    with pytest.raises(GridError, match="project-too-old"):
        ProjectFile.open(saved)

    def full(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE half (a)")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(project_migration, "MIGRATIONS", {0: full})
    with pytest.raises(GridError, match="disk-full"):
        ProjectFile.open(saved)
    assert saved.read_bytes() == before
    assert [one.name for one in saved.parent.iterdir()] == [saved.name]


# --- personal data


def test_personal_data_that_is_to_be_forgotten_leaves_the_journal_too(saved: Path) -> None:
    with opened_for_editing(saved) as history:
        history.do(
            Step(
                lambda draft: draft.update("customers", ["0012345678"], phone="13700000000", contract_kva=8.0)
            )
        )
        history.do(Step(lambda draft: draft.delete("customers", ["0012345679"])))
    file = ProjectFile.open(saved)
    assert file.forget_personal_data("customers", ["0012345678"]).result() == 2
    row = file.history.project.table("customers").row("0012345678")
    assert (row["name"], row["phone"], row["attributes"], row["contract_kva"]) == (None, None, None, 8.0)
    file.history.undo()
    assert file.history.project.table("customers").row("0012345678")["name"] is None, (
        "undo does not bring it back"
    )
    file.history.undo()
    assert file.history.project.table("customers").row("0012345679")["name"] == "李某", (
        "others are not concerned"
    )
    file.history.redo()
    file.close()
    content = saved.read_bytes()
    for word in ("张某", "13800000000", "13700000000", "13900000000"):
        assert word.encode() not in content, word


def test_personal_data_of_a_row_deleted_long_ago_can_be_forgotten(saved: Path) -> None:
    with opened_for_editing(saved) as history:
        history.do(Step(lambda draft: draft.delete("customers", ["0012345678"])))
    file = ProjectFile.open(saved)
    with pytest.raises(GridError, match="unknown-object"):
        file.forget_personal_data("customers", ["nobody"]).result()
    assert file.forget_personal_data("customers", ["0012345678"]).result() == 1
    file.history.undo()
    row = file.history.project.table("customers").row("0012345678")
    assert (row["name"], row["phone"], row["transformer_area"], row["x"]) == (None, None, "T1", 106.11)
    file.close()
    assert "张某".encode() not in saved.read_bytes()


def test_the_public_face_stands_where_others_look_for_it() -> None:
    assert {"open_for_reading", "save_new", "opened_for_editing", "ProjectFile"} <= set(dir(project_file))
