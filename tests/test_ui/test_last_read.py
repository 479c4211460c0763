"""Several commands on one file read it once, and never see an older state of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gis.project_file import opened_for_editing, save_new
from grid_model.cell_edit import SetCell
from grid_model.errors import GridError
from grid_model.feedback import SILENT
from tests.drawing import draw
from ui.last_read import read_project


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "drawn.gpkg"
    save_new(file, draw("s k1 a", sources=["s"], points={"u": "a"}), SILENT)
    return file


def test_an_unchanged_file_is_read_once(path: Path) -> None:
    assert read_project(path, SILENT) is read_project(path, SILENT)


def test_a_changed_file_is_read_anew(path: Path) -> None:
    assert not read_project(path, SILENT).frame("switches")["normal_open"].iat[0]
    with opened_for_editing(path, SILENT) as history:
        history.do(SetCell("connectivity_nodes", "a", "name", "A"))
    nodes = read_project(path, SILENT).table("connectivity_nodes")
    assert nodes.row("a")["name"] == "A"


def test_a_file_that_went_is_missed(path: Path) -> None:
    read_project(path, SILENT)
    path.unlink()
    with pytest.raises(GridError, match="missing-file"):
        read_project(path, SILENT)
