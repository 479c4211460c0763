"""Every released format of the project file stays readable: each left a small project here.

``python -m tests.test_gis.test_project_formats`` writes the file of the present format anew. That is
done while the format is not yet released; afterwards its file never changes.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gis import reference_page
from gis.project_file import open_for_reading, opened_for_editing, save_new
from grid_model import schema
from grid_model.project import FORMAT_VERSION, Project
from tests.project_values import Step, same, small_project
from tests.test_gis.test_project_file import assert_sound

FOLDER = Path(__file__).resolve().parent.parent / "project_files"
FORMATS = range(1, FORMAT_VERSION + 1)


def file_of(version: int) -> Path:
    return FOLDER / f"format-{version}.gpkg"


def sample_rows() -> Project:
    """The small project, and a row with an identifier and nothing else in every other table."""
    draft = small_project().edit()
    for name, table in schema.tables().items():
        if not len(draft.project.frame(name)):
            draft.insert(name, [{"id": f"0{list(schema.tables()).index(name)}", **required(table)}])
    return draft.finish()[0]


def required(table: schema.TableSchema) -> dict[str, str]:
    return {
        one.name: one.label for one in table.columns if one.required and one.name != "id" and not one.choices
    }


def rename(name: str) -> Step:
    return Step(lambda draft: draft.update("feeders", ["F1"], name=name), "Rename {id}", {"id": "F1"})


def write(path: Path) -> None:
    """Write the file of the present format: every table, an edit, an undo, a note."""
    save_new(path, sample_rows())
    with opened_for_editing(path) as history:
        history.do(rename("甲线"))
        history.do(rename("乙线"))
        history.undo()
        history.note("Printed {page}", {"page": "station-map"})
    with closing(sqlite3.connect(path)) as connection:  # small pages: most tables hold one row
        connection.execute("PRAGMA page_size = 1024")
        connection.execute("VACUUM")
        connection.execute("UPDATE journal SET who = 'planner', \"when\" = '2026-11-20T01:00:00.000Z'")
        connection.commit()


@pytest.mark.parametrize("version", FORMATS)
def test_a_project_of_every_released_format_opens_and_its_undo_works(tmp_path: Path, version: int) -> None:
    path = tmp_path / "p.gpkg"
    shutil.copyfile(file_of(version), path)
    read = open_for_reading(path)
    for name in schema.tables():
        assert len(read.frame(name)) >= 1, name
    assert read.table("customers").row("0012345678")["name"] == "张某"
    with opened_for_editing(path) as history:
        same(history.project, read)
        assert history.project.table("feeders").row("F1")["name"] == "甲线"
        if version == FORMAT_VERSION:
            history.redo()
            assert history.project.table("feeders").row("F1")["name"] == "乙线"
            history.undo()
            history.undo()
            same(history.project, sample_rows())
        history.do(rename("丙线"))
        project = history.project
    same(open_for_reading(path), project)
    assert_sound(path)


def test_the_page_of_tables_says_what_the_schema_says() -> None:
    page = reference_page.PAGE.read_text(encoding="utf-8")
    assert page == reference_page.page(), "run python -m gis.reference_page"


if __name__ == "__main__":
    write(file_of(FORMAT_VERSION))
