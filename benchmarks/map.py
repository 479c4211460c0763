"""The map: opening, then a fixed tour by a real event loop, and the same views drawn by QGIS.

Every station is toured in a process of its own, offscreen: zoom in step by step, pan, layers off and on,
zoom out. A heartbeat on the main thread tells how long it was held; the map tells when everything in
sight is drawn. QGIS, where its Python is installed, draws the same tables, extents and sizes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import opening
from benchmarks.measuring import ratio, shown, table

SIZES = ("large",)
COUNTY = ("large", "county")
SIZE_PX = (1100, 700)
SYSTEM_PYTHON = Path("/usr/bin/python3")
"""QGIS from a distribution comes with the distribution's Python."""

TABLES = {
    "stations": "stations",
    "base": "base_features",
    "areas": "transformer_areas",
    "roads": "roads",
    "grids": "service_grids",
    "lv_lines": "ac_line_segments",
    "mv_lines": "ac_line_segments",
    "poles": "poles",
    "boxes": "junctions",
    "transformers": "power_transformers",
    "pv": "pv_units",
    "switches": "switches",
    "substations": "substations",
}
"""Layers of the map and the tables QGIS draws for them."""


def section(large: bool) -> str:
    """Tour the stations and write the tables."""
    from gis.project_file import save_new
    from gis.sample import make_sample

    rows, still = [], []
    opened = [opening.row("empty", None)]
    with tempfile.TemporaryDirectory() as folder:
        for size in COUNTY if large else SIZES:
            path = Path(folder, f"{size}.gpkg")
            save_new(path, make_sample(size, 1))
            opened.append(opening.row(size, path))
            toured = _toured(path)
            drawn = drawn_by_qgis(path, toured["views"])
            rows.append(_row(size, toured))
            still += _still(size, toured["views"], drawn)
            path.unlink()
    tour = table(
        "Map: a tour of zooming, panning and layers",
        ("station", "frames", "held p50", "held p99", "held longest", "memory (USS)"),
        rows,
        "*held*: how long the main thread did not answer, by a heartbeat of 1 ms "
        "(aim: p99 ≤ 16 ms). Opening the file is not part of the tour.",
    )
    views = table(
        "Map: time to the complete picture after a zoom",
        ("station", "scale", "Taiqu", "QGIS", "QGIS ÷ Taiqu"),
        still,
        f"{SIZE_PX[0]} × {SIZE_PX[1]} pixels, the same tables and extents; QGIS with plain symbols and no "
        "labels, Taiqu with its own symbols and labels (aim ≤ 250 ms, ≥ 5×).",
    )
    return f"{opening.written(opened)}\n{tour}\n{views}"


def _row(size: str, toured: dict[str, Any]) -> tuple[str, ...]:
    held = np.array(toured["held"])
    return (
        size,
        str(toured["frames"]),
        shown(float(np.percentile(held, 50))),
        shown(float(np.percentile(held, 99))),
        shown(float(held.max())),
        f"{toured['uss'] / 2**20:.0f} MB",
    )


def _still(size: str, views: list[dict[str, Any]], drawn: list[float]) -> list[tuple[str, ...]]:
    return [
        (
            size,
            f"1:{one['scale']:,.0f}",
            shown(one["seconds"]),
            shown(drawn[n]) if drawn else "not installed",
            ratio(drawn[n], one["seconds"]) if drawn else "",
        )
        for n, one in enumerate(views)
    ]


# ---------------------------------------------------------------------------- our tour


def _toured(path: Path) -> dict[str, Any]:
    """Tour one file in a process of its own."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.map", str(path)],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@dataclass
class _Tour:
    """One tour under way: what it has seen so far."""

    canvas: Any
    application: Any
    frames: int = 0

    def run(self) -> dict[str, Any]:
        """Go through the steps; times in seconds."""
        from time import perf_counter

        from PySide6.QtCore import Qt, QTimer

        beats: list[float] = []
        pulse = QTimer()
        pulse.setTimerType(Qt.TimerType.PreciseTimer)
        pulse.timeout.connect(lambda: beats.append(perf_counter()))
        self.canvas.zoom_to_all()
        self._rest()
        pulse.start(1)
        views = [self._zoom(None)]
        for _step in range(4):
            views.append(self._zoom(3.0))
            for dx, dy in [(-14, 6)] * 20 + [(9, -17)] * 20:
                self._pan(dx, dy)
        for name in ("areas", "mv_lines", "roads"):
            for visible in (False, True):
                self.canvas.set_layer_visible(name, visible)
                self._rest()
        for _step in range(4):
            self._zoom(1 / 3.0)
        pulse.stop()
        gaps = np.diff(beats) - 0.001
        return {"held": np.maximum(gaps, 0).tolist(), "frames": self.frames, "views": views, "uss": _uss()}

    def _zoom(self, factor: float | None) -> dict[str, Any]:
        """Zoom around the middle (None: draw the same view anew) and wait for the picture."""
        from time import perf_counter

        view = self.canvas.view
        begun = perf_counter()
        if factor is None:
            self.canvas.redraw()
        else:
            self.canvas._set_view(view.zoomed(factor, view.width / 2, view.height / 2))
        self._until_in_sight()
        seconds = perf_counter() - begun
        shown_tables = [
            layer.name
            for layer in self.canvas.layers()
            if layer.visible and self._near(layer.max_denominator)
        ]
        self._rest()
        return {
            "seconds": seconds,
            "scale": self.canvas.scale_denominator(),
            "extent": list(self.canvas.extent()),
            "tables": list(dict.fromkeys(TABLES[one] for one in shown_tables if one in TABLES)),
        }

    def _near(self, denominator: float) -> bool:
        return bool(self.canvas.scale_denominator() <= denominator)

    def _pan(self, dx: int, dy: int) -> None:
        """Move the paper as a hand would: a step for each frame of 16 ms."""
        from time import perf_counter

        self.canvas._set_view(self.canvas.view.moved(dx, dy))
        until = perf_counter() + 0.016
        while perf_counter() < until:
            self._events()
        self.frames += 1

    def _until_in_sight(self) -> None:
        self._events()
        while not self.canvas.is_in_sight:
            self._events()
        self.frames += 1

    def _rest(self) -> None:
        while self.canvas.is_drawing:
            self._events()

    def _events(self) -> None:
        from PySide6.QtCore import QEventLoop

        self.application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)


def _uss() -> int:
    """Memory of this process alone, in bytes; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Private_"))


def tour(path: Path) -> dict[str, Any]:
    """Open the file at `path` and tour it."""
    from PySide6.QtWidgets import QApplication

    from gis.project_file import open_for_reading
    from ui.map.canvas import MapCanvas

    application = QApplication.instance() or QApplication([])
    canvas = MapCanvas()
    canvas.resize(*SIZE_PX)
    canvas.show()
    canvas.set_project(open_for_reading(path))
    return _Tour(canvas, application).run()


# ---------------------------------------------------------------------------- QGIS

QGIS_SCRIPT = """
import json, sys, time
from qgis.core import (QgsApplication, QgsMapRendererSequentialJob, QgsMapSettings, QgsRectangle,
                       QgsVectorLayer)
from qgis.PyQt.QtCore import QSize
application = QgsApplication([], False)
application.initQgis()
path, width, height, views = json.loads(sys.stdin.read())
layers = {}
def layer(name):
    if name not in layers:
        layers[name] = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        if not layers[name].isValid():
            raise SystemExit(f"QGIS cannot open {name}")
    return layers[name]
seconds = []
for view in views:
    settings = QgsMapSettings()
    drawn = [layer(name) for name in view["tables"]]
    settings.setLayers(drawn)
    settings.setDestinationCrs(drawn[0].crs())
    settings.setOutputSize(QSize(width, height))
    settings.setOutputDpi(96)
    settings.setExtent(QgsRectangle(*view["extent"]))
    times = []
    for _ in range(3):
        job = QgsMapRendererSequentialJob(settings)
        begun = time.perf_counter()
        job.start()
        job.waitForFinished()
        times.append(time.perf_counter() - begun)
    seconds.append(sorted(times)[1])
print(json.dumps(seconds))
"""


def drawn_by_qgis(path: Path, views: list[dict[str, Any]]) -> list[float]:
    """Seconds in which QGIS draws each view (the middle of three); empty where it is not installed."""
    if not SYSTEM_PYTHON.exists():
        return []
    known = subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    if known.returncode:
        return []
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", QGIS_SCRIPT],
        input=json.dumps([str(path), *SIZE_PX, views]),
        capture_output=True,
        text=True,
        check=True,
        env={
            "QT_QPA_PLATFORM": "offscreen",
            "PATH": os.environ.get("PATH", ""),
            "HOME": tempfile.gettempdir(),
        },
    )
    found: list[float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    print(json.dumps(tour(Path(sys.argv[1]))))
