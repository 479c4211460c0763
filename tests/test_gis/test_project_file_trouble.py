"""What can go wrong with a project file: one clear sentence, nothing lost, nothing half-written."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gis.project_file import ProjectFile, open_for_reading, opened_for_editing, save_new
from gis.project_lock import lock_path
from gis.project_writer import Lost
from grid_model.errors import GridError
from tests.project_values import Step, same, small_project
from ui.messages import ERRORS, sentence


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "工程.gpkg"
    save_new(path, small_project())
    return path


def rename(name: str) -> Step:
    return Step(lambda draft: draft.update("feeders", ["F1"], name=name))


def poles(count: int, start: str = "p") -> Step:
    return Step(
        lambda draft: draft.insert("poles", [{"id": f"{start}{n}", "name": "杆" * 50} for n in range(count)])
    )


# --- files that are no project


def folder(path: Path) -> None:
    path.mkdir()


def text(path: Path) -> None:
    path.write_text("户号,户名\n001,张三\n", encoding="utf-8")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def other_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()


def other_geopackage(path: Path) -> None:
    import geopandas
    import shapely

    frame = geopandas.GeoDataFrame({"name": ["村"]}, geometry=[shapely.Point(106, 30)], crs="EPSG:4490")
    frame.to_file(path, layer="villages", engine="pyogrio")


def newer(path: Path) -> None:
    save_new(path, small_project())
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE taiqu_info SET value = '99' WHERE key = 'format_version'")
    connection.close()


def without_a_column(path: Path) -> None:
    save_new(path, small_project())
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, '\"rated_a\"', '\"was_a\"') WHERE name = 'switches'"
        )
    connection.close()


def without_a_table(path: Path) -> None:
    save_new(path, small_project())
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE attachments")
    connection.close()


def torn_off(path: Path) -> None:
    save_new(path, small_project())
    os.truncate(path, path.stat().st_size // 2)


def scribbled_over(path: Path) -> None:
    save_new(path, small_project())
    with path.open("rb+") as stream:
        stream.seek(8192)
        stream.write(b"\x99" * 40_000)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: None, "missing-file"),
        (folder, "is-a-folder"),
        (text, "not-a-geopackage"),
        (empty, "not-a-geopackage"),
        (other_sqlite, "not-a-geopackage"),
        (other_geopackage, "not-a-project"),
        (newer, "project-newer"),
        (without_a_column, "layout-changed"),
        (without_a_table, "table-gone"),
        (torn_off, "file-damaged"),
        (scribbled_over, "file-damaged"),
    ],
)
def test_a_file_that_is_no_sound_project_is_named_and_left_alone(
    tmp_path: Path, make: Callable[[Path], None], code: str
) -> None:
    path = tmp_path / "某 文件.gpkg"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    names = sorted(one.name for one in tmp_path.iterdir())
    for opening in (open_for_reading, ProjectFile.open):
        with pytest.raises(GridError) as caught:
            opening(path)
        assert caught.value.code == code
        told = sentence(caught.value)
        assert "某 文件.gpkg" in told and "{" not in told
    assert (path.read_bytes() if path.is_file() else None) == before
    assert sorted(one.name for one in tmp_path.iterdir()) == names


def test_a_project_cannot_be_saved_where_there_is_no_folder_or_over_a_folder(tmp_path: Path) -> None:
    with pytest.raises(GridError, match="folder-missing"):
        save_new(tmp_path / "none" / "p.gpkg", small_project())
    (tmp_path / "d.gpkg").mkdir()
    with pytest.raises(GridError, match="is-a-folder"):
        save_new(tmp_path / "d.gpkg", small_project())
    with pytest.raises(GridError, match="bad-file-name"):
        save_new(tmp_path / ("x" * 300), small_project())
    with pytest.raises(GridError, match="missing-file"):
        open_for_reading(tmp_path / "a.gpkg" / "b.gpkg")
    assert [one.name for one in tmp_path.iterdir()] == ["d.gpkg"]


def test_every_code_of_the_project_file_has_a_sentence() -> None:
    from gis import (
        project_connection,
        project_errors,
        project_lock,
        project_migration,
        project_new,
        project_writing,
    )

    for module in (
        project_connection,
        project_errors,
        project_lock,
        project_migration,
        project_new,
        project_writing,
    ):
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        codes = {part.split('"')[1] for part in source.split("GridError(")[1:] if part.startswith('"')}
        codes |= set(project_errors.CODES.values()) | set(project_errors.OS_CODES.values())
        assert codes <= set(ERRORS), codes - set(ERRORS)


def test_the_sentence_for_what_the_system_reports_needs_only_the_file_and_its_reason() -> None:
    from gis.project_errors import CODES, OS_CODES

    for code in {*CODES.values(), *OS_CODES.values(), "file-unreachable", "no-permission", "file-busy"}:
        assert "p.gpkg" in sentence(GridError(code, file="/d/p.gpkg", folder="/d/p.gpkg", reason="why"))


# --- one Taiqu at a time


def test_a_second_taiqu_may_read_but_not_edit(saved: Path) -> None:
    with opened_for_editing(saved) as history:
        history.do(rename("甲线"))
        same(open_for_reading(saved), history.project)
        for attempt in (lambda: ProjectFile.open(saved), lambda: save_new(saved, small_project())):
            with pytest.raises(GridError) as caught:
                attempt()
            assert caught.value.code == "project-in-use"
            assert caught.value.values["since"] != "?"
    assert not lock_path(saved).exists()
    ProjectFile.open(saved).close()


@pytest.mark.skipif(os.name == "nt", reason="making links needs a right of its own on Windows")
def test_a_link_to_a_project_is_the_project(saved: Path) -> None:
    link = saved.with_name("link.gpkg")
    link.symlink_to(saved)
    with opened_for_editing(link) as history:
        history.do(rename("甲线"))
        with pytest.raises(GridError, match="project-in-use"):
            ProjectFile.open(saved)
        with pytest.raises(GridError, match="project-in-use"):
            save_new(link, small_project())
    save_new(link, small_project())
    assert link.is_symlink()
    same(open_for_reading(saved), small_project())


def test_the_lock_of_a_killed_program_holds_nobody_off(saved: Path) -> None:
    holder = {"pid": 999_999, "host": socket.gethostname(), "who": "x", "since": "2026"}
    lock_path(saved).write_text(json.dumps(holder), encoding="utf-8")
    with opened_for_editing(saved) as history:
        history.do(rename("甲线"))
    assert not lock_path(saved).exists()


def test_a_lock_left_by_another_computer_is_told_with_the_way_out(saved: Path) -> None:
    lock_path(saved).write_text(
        '{"pid": 1, "host": "所里的电脑", "who": "王某", "since": "2026-11-20T08:30:00+08:00"}'
    )
    with pytest.raises(GridError) as caught:
        ProjectFile.open(saved)
    told = sentence(caught.value)
    assert (
        "所里的电脑" in told
        and "王某" in told
        and "2026-11-20 08:30" in told
        and str(lock_path(saved)) in told
    )
    lock_path(saved).unlink()
    ProjectFile.open(saved).close()


# --- writing that fails


class Window:
    """Stands for the window's thread: runs what was posted when asked to."""

    def __init__(self) -> None:
        self._posted: list[Callable[[], None]] = []
        self.saved: list[int] = []
        self.lost: list[Lost] = []

    def post(self, work: Callable[[], None]) -> None:
        self._posted.append(work)

    def catch_up(self) -> None:
        while self._posted:
            self._posted.pop(0)()

    def open(self, path: Path) -> ProjectFile:
        return ProjectFile.open(path, post=self.post, on_saved=self.saved.append, on_failed=self.lost.append)


def fill_disk(file: ProjectFile) -> None:
    """Let SQLite find no more room, as on a full disk."""
    file.journal.run(
        lambda connection: connection.execute(
            f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}"
        ).fetchone()
    ).result()


def make_room(file: ProjectFile) -> None:
    file.journal.run(
        lambda connection: connection.execute("PRAGMA max_page_count = 1000000").fetchone()
    ).result()


def test_a_full_disk_takes_back_that_edit_and_the_next_one_works(saved: Path) -> None:
    file = ProjectFile.open(saved)
    fill_disk(file)
    before = file.history.project
    with pytest.raises(GridError) as caught:
        file.history.do(poles(500))
    assert caught.value.code == "disk-full" and saved.name in sentence(caught.value)
    assert file.history.project is before and file.history.next_undo is None
    make_room(file)
    file.history.do(rename("甲线"))
    file.close()
    assert open_for_reading(saved).table("feeders").row("F1")["name"] == "甲线"
    assert not len(open_for_reading(saved).frame("poles"))


def test_when_one_of_several_queued_edits_fails_all_after_it_are_taken_back(saved: Path) -> None:
    window = Window()
    file = window.open(saved)
    heard: list[str] = []
    file.history.listen(lambda project, changes: heard.append(project.table("feeders").row("F1")["name"]))
    gate = threading.Event()
    file.journal.run(lambda connection: gate.wait(10))
    file.history.do(rename("甲线"))
    full = file.journal.run(
        lambda connection: connection.execute(
            f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}"
        ).fetchone()
    )
    file.history.do(poles(500))
    file.history.do(rename("乙线"))
    file.history.undo()
    file.history.do(rename("丙线"))
    assert file.journal.waiting == 5 and window.saved == []
    gate.set()
    full.result()
    file.journal.run(lambda connection: None).result()
    file.history.do(rename("丁线"))  # made before the window has heard of the failure
    window.catch_up()
    assert window.saved == [1]
    (lost,) = window.lost
    assert isinstance(lost.error, GridError) and lost.error.code == "disk-full"
    assert [entry.number for entry in lost.entries] == [2, 3, 4, 5, 6]
    assert heard == ["甲线", "甲线", "乙线", "甲线", "丙线", "丁线", "甲线"]
    assert not len(file.history.project.frame("poles"))
    assert file.history.next_undo is not None and file.history.next_undo.number == 1
    make_room(file)
    file.history.do(poles(3))
    file.history.undo()
    file.journal.settle()
    window.catch_up()
    assert window.saved == [1, 2, 3]
    project = file.history.project
    file.close()
    same(open_for_reading(saved), project)


def test_edits_return_at_once_and_are_told_when_they_are_saved(saved: Path) -> None:
    window = Window()
    file = window.open(saved)
    gate = threading.Event()
    file.journal.run(lambda connection: gate.wait(10))
    for name in ("甲线", "乙线", "丙线"):
        file.history.do(rename(name))
    assert file.history.project.table("feeders").row("F1")["name"] == "丙线"
    assert open_for_reading(saved).table("feeders").row("F1")["name"] == "10kV岭南线"
    gate.set()
    file.close()
    window.catch_up()
    assert window.saved == [1, 2, 3] and not window.lost
    assert open_for_reading(saved).table("feeders").row("F1")["name"] == "丙线"


def test_closing_tells_what_could_not_be_saved(saved: Path) -> None:
    window = Window()
    file = window.open(saved)
    fill_disk(file)
    file.history.do(poles(500))
    with pytest.raises(GridError, match="disk-full"):
        file.close()
    assert not lock_path(saved).exists()
    same(open_for_reading(saved), small_project())


@pytest.mark.skipif(os.name == "nt", reason="Windows does not let an open file be deleted")
def test_a_file_deleted_while_open_is_told_and_the_project_can_be_saved_elsewhere(saved: Path) -> None:
    file = ProjectFile.open(saved)
    file.history.do(rename("甲线"))
    saved.unlink()
    with pytest.raises(GridError, match="file-gone"):
        file.history.do(rename("乙线"))
    other = saved.with_name("另存.gpkg")
    file.save_as(other)
    file.history.do(rename("丙线"))
    file.history.undo()
    file.close()
    assert open_for_reading(other).table("feeders").row("F1")["name"] == "甲线"


def test_another_program_that_writes_just_now_is_waited_for_and_then_named(saved: Path) -> None:
    file = ProjectFile.open(saved)
    file.journal.run(lambda connection: connection.execute("PRAGMA busy_timeout = 50")).result()
    qgis = sqlite3.connect(saved, isolation_level=None)
    qgis.execute("BEGIN IMMEDIATE")
    with pytest.raises(GridError, match="file-busy"):
        file.history.do(rename("甲线"))
    qgis.execute("ROLLBACK")
    file.history.do(rename("乙线"))
    file.close()
    assert open_for_reading(saved).table("feeders").row("F1")["name"] == "乙线"


def test_a_new_file_that_cannot_be_finished_leaves_the_old_one(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = saved.read_bytes()
    big = small_project().edit()
    big.insert("poles", [{"id": f"p{n}"} for n in range(2000)])

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gis.project_new.os.fsync", full)
    with pytest.raises(GridError, match="disk-full"):
        save_new(saved, big.finish()[0])
    assert saved.read_bytes() == before
    assert [one.name for one in saved.parent.iterdir()] == [saved.name]


def test_what_a_killed_program_left_unfinished_beside_the_file_is_cleared_away(saved: Path) -> None:
    left = saved.with_name(f".{saved.name}.4711.new")
    left.write_bytes(b"half")
    save_new(saved, small_project())
    assert not left.exists()


# --- real media: a small disk, a read-only one (where the system lets us make them)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "盘"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no right to mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.skipif(not Path("/bin/mount").exists(), reason="no mount")
def test_a_disk_that_is_really_full_loses_nothing(small_disk: Path) -> None:
    path = small_disk / "p.gpkg"
    save_new(path, small_project())
    file = ProjectFile.open(path)
    file.history.do(rename("甲线"))
    (small_disk / "rest").write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_bsize))
    before = file.history.project
    with pytest.raises(GridError, match="disk-full"):
        file.history.do(poles(3000))
    with pytest.raises(GridError, match="disk-full"):
        file.save_as(small_disk / "other.gpkg")
    (small_disk / "rest").unlink()
    assert file.history.project is before
    file.history.do(poles(5))
    project = file.history.project
    file.close()
    same(open_for_reading(path), project)
    assert [one.name for one in small_disk.iterdir()] == ["p.gpkg"]


@pytest.mark.skipif(not Path("/bin/mount").exists(), reason="no mount")
def test_a_read_only_medium_can_be_read_and_says_so_when_edited(small_disk: Path) -> None:
    path = small_disk / "p.gpkg"
    save_new(path, small_project())
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    same(open_for_reading(path), small_project())
    for attempt in (lambda: ProjectFile.open(path), lambda: save_new(path, small_project())):
        with pytest.raises(GridError, match="folder-read-only"):
            attempt()


@pytest.fixture
def ordinary_account() -> Iterator[Path]:
    """A folder anybody may use, and an account whom permissions hold (root is held by none)."""
    if os.name == "nt":
        pytest.skip("Windows has other permissions")
    with tempfile.TemporaryDirectory(prefix="taiqu-") as name:
        Path(name).chmod(0o777)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            yield Path(name)
        finally:
            if root:
                os.seteuid(0)


def test_a_file_without_the_right_to_write_or_read_is_told(ordinary_account: Path) -> None:
    path = ordinary_account / "p.gpkg"
    save_new(path, small_project())
    path.chmod(0o400)
    with pytest.raises(GridError, match="file-read-only"):
        ProjectFile.open(path)
    same(open_for_reading(path), small_project())
    path.chmod(0)
    with pytest.raises(GridError, match="no-permission"):
        open_for_reading(path)
    assert [one.name for one in ordinary_account.iterdir()] == ["p.gpkg"]


def test_a_folder_without_the_right_to_write_is_told(ordinary_account: Path) -> None:
    folder = ordinary_account / "d"
    folder.mkdir()
    path = folder / "p.gpkg"
    save_new(path, small_project())
    file = ProjectFile.open(path)
    folder.chmod(0o500)
    before = file.history.project
    with pytest.raises(GridError, match="folder-read-only"):
        file.history.do(rename("甲线"))
    assert file.history.project is before
    folder.chmod(0o700)
    file.close()
    folder.chmod(0o500)
    for attempt in (lambda: ProjectFile.open(path), lambda: save_new(path, small_project())):
        with pytest.raises(GridError, match="folder-read-only"):
            attempt()
    same(open_for_reading(path), small_project())
    folder.chmod(0o700)
