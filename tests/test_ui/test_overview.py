"""The station at a glance: its tiles can be read in both languages, at the size of a county too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gis.project_file import save_new
from grid_model.project import Project, ProjectInfo
from resources import i18n
from ui.application import Program
from ui.panels.overview_panel import OverviewPanel
from ui.widgets import ElidedLabel


def county(customers: int, closed: int, high_voltage: int, areas: int) -> Project:
    """Rows without a network: only the counts are of interest."""
    number, area = np.arange(customers), np.arange(areas)
    people = pd.DataFrame(
        {
            "id": (3_900_000_000_000 + number).astype(str),
            "customer_class": np.where(number < high_voltage, "mv", "lv_resident"),
            "status": np.where(number >= customers - closed, "closed", "active"),
        }
    )
    usage = np.where(area % 5, "public", "dedicated")
    units = pd.DataFrame({"id": area.astype(str), "usage": usage})
    return Project.of(ProjectInfo(name="青禾县供电公司"), {"customers": people, "transformer_areas": units})


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("counts", [(900, 1, 12, 40), (60_000, 12_345, 5_555, 6_000)])
def test_no_remark_of_a_tile_is_cut_on_a_small_screen(
    program: Program, qtbot: QtBot, tmp_path: Path, language: str, counts: tuple[int, int, int, int]
) -> None:
    save_new(tmp_path / "county.gpkg", county(*counts))
    i18n.use_language(language)
    with qtbot.waitSignal(program.bench.session.project_changed, timeout=20_000):
        program.bench.session.open(tmp_path / "county.gpkg")
    QApplication.processEvents()
    panel = program.window.findChild(OverviewPanel)
    assert panel is not None
    notes = [one for one in panel.findChildren(ElidedLabel) if one.objectName() == "tile-note"]
    assert len([one for one in notes if one.isVisible()]) == 4
    for note in notes:
        assert note.shown()
        assert "…" not in note.shown(), note.text()
        assert note.toolTip() == ("" if note.shown() == note.text() else note.text())
