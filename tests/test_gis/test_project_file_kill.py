"""A process killed at any moment loses at most the edit in flight, and never the file."""

from __future__ import annotations

import itertools
import multiprocessing
import random
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from gis.project_file import ProjectFile, open_for_reading, save_new
from grid_model.history import History
from grid_model.project import Project
from tests.conftest import scaled
from tests.project_values import Editor, Step, same_rows, small_project
from tests.test_gis.test_project_file import assert_sound

KILLS = scaled(25, 200)
SAVES_KILLED = scaled(4, 60)


def steps(history: History, seed: int) -> Iterator[None]:
    """Edit without end, the same way for the same seed; one entry of the journal after another."""
    editor, chance = Editor(seed), np.random.default_rng(seed)
    for turn in itertools.count():
        choice = chance.choice(["do", "do", "do", "do", "undo", "undo", "redo", "many"])
        if choice == "undo" and history.next_undo:
            history.undo()
        elif choice == "redo" and history.next_redo:
            history.redo()
        elif choice == "many":
            rows = [{"id": f"{turn}-{n}", "x": 106.0 + n / 1000, "y": 30.0} for n in range(1500)]
            history.do(Step(lambda draft: draft.insert("poles", rows)))  # noqa: B023 - used at once
        else:
            history.do(editor.edit(history.project))
        yield


def edit_until_killed(path: Path, seed: int, told: Connection) -> None:
    """In the process that will be killed: edit on, and tell each entry once it is committed."""
    behind = seed % 2 == 0
    file = ProjectFile.open(path, post=(lambda work: work()) if behind else None, on_saved=told.send)
    told.send(0)
    for _ in steps(file.history, seed):
        if not behind:
            told.send(file.journal.saved)
        while file.journal.waiting > 3:
            time.sleep(0.001)


def save_until_killed(path: Path, told: Connection) -> None:
    """In the process that will be killed: write one whole project over the other, again and again."""
    projects = [small_project(), large_project()]
    told.send(0)
    for number in itertools.count(1):
        save_new(path, projects[number % 2])
        told.send(number)


def large_project() -> Project:
    draft = small_project().edit()
    draft.insert("poles", [{"id": f"p{n}", "x": 106.0, "y": 30.0} for n in range(3000)])
    return draft.finish()[0]


@pytest.fixture(scope="module")
def processes() -> multiprocessing.context.BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.test_gis.test_project_file_kill"])
    return context


def killed_after(
    context: multiprocessing.context.BaseContext, work: object, arguments: tuple[object, ...], seconds: float
) -> int:
    """Run `work`, kill it some time after it began; give the last number it told."""
    hear, tell = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(*arguments, tell))  # type: ignore[attr-defined]
    process.start()
    tell.close()
    assert hear.poll(60), "the process did not begin"
    last = hear.recv()
    time.sleep(seconds)
    process.kill()
    process.join()
    assert process.exitcode == -9 or process.exitcode == 1, "it ended by itself"
    try:
        while True:
            last = hear.recv()
    except EOFError:
        return int(last)


def replayed(seed: int, entries: int) -> History:
    """Do in memory what the killed process had done after so many entries."""
    history = History(small_project())
    work = steps(history, seed)
    while len(history.journal.entries()) < entries:
        next(work)
    return history


@pytest.mark.parametrize("moment", range(KILLS))
def test_killed_at_any_moment_the_file_holds_every_acknowledged_edit_and_undo_works(
    tmp_path: Path, processes: multiprocessing.context.BaseContext, moment: int
) -> None:
    path = tmp_path / "p.gpkg"
    save_new(path, small_project())
    seconds = random.Random(moment).uniform(0, 0.25)
    acknowledged = killed_after(processes, edit_until_killed, (path, moment), seconds)

    file = ProjectFile.open(path)
    count = len(file.journal.entries())
    assert count >= acknowledged
    expected = replayed(moment, count)
    same_rows(file.history.project, expected.project)
    assert file.history.project.info == expected.project.info
    assert len(file.journal.entries()) - 5 <= acknowledged, "more than the edits in flight were not told"
    undone = undo_some(file.history, expected, all_of_them=moment % 5 == 0)
    file.close()
    assert_sound(path)
    # A journal SQLite had not begun to fill may lie beside the file until the next edit; it says nothing.
    assert {one.name for one in tmp_path.iterdir()} <= {"p.gpkg", *([] if undone else ["p.gpkg-journal"])}


def undo_some(history: History, expected: History, *, all_of_them: bool) -> int:
    """Undo in the file what is undone in memory, three edits or all; give how many."""
    count = 0
    while history.next_undo and (all_of_them or count < 3):
        history.undo()
        expected.undo()
        count += 1
    same_rows(history.project, expected.project)
    if all_of_them:
        same_rows(history.project, small_project())
    return count


@pytest.mark.parametrize("moment", range(4))
def test_gdal_reads_a_file_whose_writer_was_killed_once_it_was_opened_again(
    tmp_path: Path, processes: multiprocessing.context.BaseContext, moment: int
) -> None:
    """A program that only reads cannot roll back what a killed writer left half done; who may write does."""
    import pyogrio

    path = tmp_path / "p.gpkg"
    save_new(path, small_project())
    killed_after(processes, edit_until_killed, (path, moment), random.Random(moment).uniform(0.05, 0.4))
    project = open_for_reading(path)
    layers = [name for name, _ in pyogrio.list_layers(path)]
    frames = {name: pyogrio.read_dataframe(path, layer=name, fid_as_index=True) for name in layers}
    for name in layers:
        assert sorted(frames[name].index) == project.frame(name)["fid"].tolist()


@pytest.mark.parametrize("moment", range(SAVES_KILLED))
def test_killed_while_saving_a_whole_file_the_one_before_or_the_new_one_stands(
    tmp_path: Path, processes: multiprocessing.context.BaseContext, moment: int
) -> None:
    path = tmp_path / "p.gpkg"
    save_new(path, small_project())
    seconds = random.Random(1000 + moment).uniform(0, 0.4)
    done = killed_after(processes, save_until_killed, (path,), seconds)
    found = open_for_reading(path)
    same_rows(found, large_project() if len(found.frame("poles")) else small_project())
    assert bool(len(found.frame("poles"))) in {bool(number % 2) for number in (done, done + 1)}
    assert_sound(path)
    save_new(path, small_project())
    assert [one.name for one in tmp_path.iterdir()] == ["p.gpkg"]
