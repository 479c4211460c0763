"""Make the pictures of the README by the program itself: ``python -m ui.screenshots --out docs/images``.

The window is drawn without a screen at 1366×768, in both languages, on the typical sample station.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from ui.application import Program

WIDTH, HEIGHT = 1366, 768
LANGUAGES = ("en", "zh_CN")
LEAST_CUSTOMERS = 600
"""The switch that opens in the picture leaves at least so many customers in the dark."""


def main(arguments: Sequence[str]) -> int:
    """Write the pictures into the folder asked for."""
    parser = argparse.ArgumentParser(prog="python -m ui.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--size", default="typical")
    parser.add_argument(
        "--only", nargs="+", default=[], help="names of the pictures to write; all without it"
    )
    parser.add_argument("--project", type=Path, help="a project to show instead of the sample; it is copied")
    found = parser.parse_args(arguments)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    found.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for language in LANGUAGES:
            _pictures(found.out, _station(Path(folder), language, found), language, found.only)
    return 0


def _station(folder: Path, language: str, found: argparse.Namespace) -> Path:
    """Put the project to show into a folder of its own."""
    home = folder / language
    home.mkdir()
    station = home / "station.gpkg"
    if found.project is not None:
        shutil.copyfile(found.project, station)
        return station
    from gis.project_file import save_new
    from gis.sample import make_sample

    save_new(station, make_sample(found.size, 1))
    return station


def _pictures(out: Path, station: Path, language: str, only: Sequence[str]) -> None:
    from PySide6.QtWidgets import QApplication

    from ui.application import Program
    from ui.settings import Settings
    from ui.style import use_style

    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["taiqu"])
    use_style(application)
    settings = Settings(station.parent)
    settings.language = language
    program = Program(application, settings)
    camera = Camera(application, program, out, language, only)
    try:
        _take(camera, station)
    finally:
        program.window.close()
        program.end()


class Camera:
    """Takes pictures of the window when nothing moves any more."""

    def __init__(
        self, application: QApplication, program: Program, out: Path, language: str, only: Sequence[str]
    ) -> None:
        self._application = application
        self.program = program
        self._out = out
        self._language = language
        self._only = only
        from PySide6.QtCore import Qt

        program.window.setWindowState(Qt.WindowState.WindowNoState)  # the picture has its own size
        program.window.resize(WIDTH, HEIGHT)
        program.window.show()

    def wait(self) -> None:
        """Let everything come to rest."""
        self.program.bench.jobs.wait()
        for _turn in range(10):
            self._application.processEvents()
        self.program.window.canvas.finish_drawing()
        self._application.processEvents()

    def take(self, name: str) -> None:
        """Write one picture."""
        self.wait()
        if self._only and name not in self._only:
            return
        self.program.window.grab().save(str(self._out / f"{name}-{self._language[:2]}.png"))


def _take(camera: Camera, station: Path) -> None:
    bench, window = camera.program.bench, camera.program.window
    camera.take("start")
    bench.session.open(station)
    camera.take("data")
    bench.select("switches", _switch(camera.program))
    camera.take("object")
    bench.outage.add("open", f"switches:{bench.selection.single}")
    bench.set_task("outage")
    camera.take("outage")
    _study(camera)
    bench.select("")
    bench.set_task("grids")
    _grids(camera)
    bench.set_task("print")
    camera.take("print")
    bench.set_task("data")
    window.top.search.setFocus()
    window.top.search.setText("青禾")
    window.top.search.look()
    camera.take("search")
    window.top.search.popup.hide()


def _grids(camera: Camera) -> None:
    """The scheme in force, plans to choose from, and one of them kept and compared with it."""
    bench = camera.program.bench
    desk = bench.grouping
    camera.take("grids")
    desk.propose()
    camera.wait()
    desk.seek_alternatives()
    camera.wait()
    if desk.choices:
        desk.pick(max(range(len(desk.choices)), key=lambda n: desk.choices[n].movers))
    camera.take("frontier")
    before = desk.scheme
    desk.keep()
    camera.wait()
    desk.compare(before, desk.scheme)
    camera.wait()
    camera.take("compare")
    desk.end_comparison()
    bench.session.undo()


def _study(camera: Camera) -> None:
    """A fault on a line, isolated, the healthy rest fed over a tie."""
    desk = camera.program.bench.outage
    camera.program.bench.select("")
    desk.clear()
    desk.add("fault", f"ac_line_segments:{_line(camera.program)}")
    camera.wait()
    desk.propose()
    camera.wait()
    if desk.result is not None:
        back = [stage.n for stage in desk.result.study.stages if stage.customers_back]
        desk.show(back[0] if back else len(desk.steps))
    camera.take("study")
    desk.clear()


def _line(program: Program) -> str:
    """Choose a line whose fault can be isolated so that a tie brings many back."""
    from grid_model.study_proposal import plan_fault
    from ui.outage_plan import morning

    project = program.bench.session.project
    assert project is not None
    lines = project.frame("ac_line_segments")
    ids = [str(one) for one in lines.loc[lines["nominal_kv"] > 1, "id"].iloc[::7]]
    found = {one: plan_fault(project, f"ac_line_segments:{one}", morning(project)).restoration for one in ids}
    return max(ids, key=lambda one: (found[one].users, -found[one].left))


def _switch(program: Program) -> str:
    """Choose a load switch whose opening shows something: many customers, not the whole station."""
    from grid_model.tracing import trace_outage

    project = program.bench.session.project
    assert project is not None
    switches = project.frame("switches")
    ids = switches.loc[(switches["kind"] == "load_break_switch") & ~switches["normal_open"], "id"]
    found = {
        str(one): trace_outage(project, [("open", f"switches:{one}")]).counts.lv_customers for one in ids
    }
    enough = [one for one in sorted(found, key=lambda one: found[one]) if found[one] >= LEAST_CUSTOMERS]
    return enough[0] if enough else max(found, key=lambda one: found[one])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
