"""The demo does the whole job on the sample and leaves every output behind."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from grid_model.feedback import SILENT
from tests.little_station import little_station
from ui.cli import main
from ui.commands.demo import telling_switch

OUTPUTS = {
    "station.gpkg",
    "customers.xlsx",
    "station-map.pdf",
    "grid-book.pdf",
    "public-map.pdf",
    "outage-sheet.pdf",
    "webmap.html",
}


def test_the_main_job_runs_from_sample_to_paper(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    assert main(["demo", "--out", str(folder), "--size", "small", "--no-window", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {one.name for one in folder.iterdir() if not one.name.startswith(".")} == OUTPUTS
    assert set(document["files"]) == OUTPUTS
    assert document["steps"]["group"][0]["status"] == "optimal"
    counts = document["steps"]["trace"][0]["counts"]
    listed = openpyxl.load_workbook(folder / "customers.xlsx", read_only=True).worksheets[0].max_row - 1
    assert listed >= counts["lv_customers"] > 0
    _read_again(folder, document["device"])


def _read_again(folder: Path, device: str) -> None:
    """The scheme and the exports stand in the file, which needs no window to be opened again."""
    from gis.project_file import opened_for_editing

    with opened_for_editing(folder / "station.gpkg") as history:
        assert "Demonstration scheme" in history.project.frame("schemes")["name"].tolist()
        assert device in history.project.table("switches")
        titles = [entry.title for entry in history.journal.entries() if entry.action == "note"]
    assert len(titles) >= 6


@pytest.mark.long
def test_a_second_demo_replaces_the_first(tmp_path: Path) -> None:
    for _turn in range(2):
        assert main(["demo", "--out", str(tmp_path), "--size", "small", "--no-window"]) == 0


def test_the_switch_shown_parts_some_of_the_station_but_not_the_most() -> None:
    assert telling_switch(little_station(), SILENT) in ("k1", "k2", "k3")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    assert main(["demo", "--out", str(tmp_path / "file"), "--no-window"]) == 2
    assert str(tmp_path / "file") in capsys.readouterr().err
