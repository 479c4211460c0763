"""Opening: from starting the program to a window whose map is whole, beside QGIS opening the same file.

Each start is a process of its own, offscreen. *Cold* means that the system was told to forget what it
kept of the disk, which takes the rights of an administrator; else only *warm* is measured.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measuring import ratio, shown, table

RUNS = 3
SYSTEM_PYTHON = Path("/usr/bin/python3")
"""QGIS from a distribution comes with the distribution's Python."""
DROP_CACHES = Path("/proc/sys/vm/drop_caches")

OPENED_BY_QGIS = (
    "stations",
    "base_features",
    "transformer_areas",
    "roads",
    "service_grids",
    "ac_line_segments",
)
"""What the map of a whole station shows."""

NOTES = (
    "From starting the process until the window answers and the map of the whole station is drawn "
    "(*empty*: the start page); *read*: until the project is in memory, counted from the window. QGIS: its "
    "library without a window, the same tables opened and drawn once with plain symbols. Medians of "
    f"{RUNS} starts; aim, warm: ≤ 1.5 s empty, ≤ 3 s large, ≤ 6 s county."
)


def written(rows: Sequence[tuple[str, ...]]) -> str:
    """Write the table of some rows."""
    head = (
        "station",
        "window shown",
        "read",
        "usable, warm",
        "cold",
        "QGIS, warm",
        "cold",
        "QGIS ÷ Taiqu, warm",
    )
    return table("Opening", head, rows, NOTES)


def row(name: str, path: Path | None) -> tuple[str, ...]:
    """Start the program and QGIS with a file (None: with none) and look at the clock."""
    start_taiqu(path)  # bytecode and the system's cache
    warm = [start_taiqu(path) for _ in range(RUNS)]
    usable = statistics.median(one["usable"] for one in warm)
    read = statistics.median(one["read"] for one in warm)
    qgis = _qgis(path)
    return (
        name,
        shown(statistics.median(one["shown"] for one in warm)),
        shown(read) if path is not None else "",
        shown(usable),
        _cold(lambda: start_taiqu(path)["usable"]),
        shown(qgis) if qgis is not None else "not installed",
        _cold(lambda: _start_qgis(path)) if qgis is not None else "",
        ratio(qgis, usable) if qgis is not None else "",
    )


def _cold(start: Callable[[], float]) -> str:
    if not os.access(DROP_CACHES, os.W_OK):
        return "not measured"
    seconds = []
    for _ in range(RUNS):
        os.sync()
        DROP_CACHES.write_text("3\n", "ascii")
        seconds.append(start())
    return shown(statistics.median(seconds))


def start_taiqu(path: Path | None) -> dict[str, float]:
    """Start the program in a process of its own; seconds since its start, `read` since the window."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": "1",
    }
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.opening", repr(time.time()), folder, str(path or "")],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _started(begun: float, folder: Path, path: Path | None) -> dict[str, float]:
    """Do what `ui.application.main` does, and look at the clock."""
    from PySide6.QtWidgets import QApplication

    from ui.application import Program
    from ui.settings import Settings
    from ui.style import use_style

    application = QApplication(["taiqu"])
    settings = Settings(folder)
    use_style(application, settings.theme)
    program = Program(application, settings)
    program.window.show()
    application.processEvents()
    times = {"shown": time.time() - begun, "read": 0.0}
    if path is not None:
        session = program.bench.session
        session.problem.connect(_fail)
        program.bench.jobs.failed.connect(_fail)
        session.open(path)
        _until(application, lambda: session.project is not None)
        times["read"] = time.time() - begun - times["shown"]
        _until(application, lambda: program.window.canvas.is_in_sight)
        application.processEvents()
    times["usable"] = time.time() - begun
    return times


def _until(application: Any, is_so: Callable[[], bool]) -> None:
    from PySide6.QtCore import QEventLoop

    while not is_so():
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)


def _fail(error: Exception) -> None:
    raise SystemExit(f"cannot be opened: {error}")


QGIS_SCRIPT = """
import json, sys, time
from qgis.core import (QgsApplication, QgsMapRendererSequentialJob, QgsMapSettings, QgsRectangle,
                       QgsVectorLayer)
from qgis.PyQt.QtCore import QSize
begun, path, names = json.loads(sys.stdin.read())
application = QgsApplication([], False)
application.initQgis()
layers = [QgsVectorLayer(f"{path}|layername={name}", name, "ogr") for name in names]
if not all(layer.isValid() for layer in layers):
    raise SystemExit("QGIS cannot open a table")
if layers:
    settings = QgsMapSettings()
    settings.setLayers(layers[::-1])
    settings.setDestinationCrs(layers[0].crs())
    settings.setOutputSize(QSize(1100, 700))
    extent = QgsRectangle()
    for layer in layers:
        extent.combineExtentWith(layer.extent())
    settings.setExtent(extent)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
print(json.dumps(time.time() - begun), flush=True)
"""


def _qgis(path: Path | None) -> float | None:
    """Seconds QGIS needs with a warm cache; None where it is not installed."""
    if not SYSTEM_PYTHON.exists():
        return None
    known = subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    if known.returncode:
        return None
    _start_qgis(path)
    return statistics.median(_start_qgis(path) for _ in range(RUNS))


def _start_qgis(path: Path | None) -> float:
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", QGIS_SCRIPT],
        input=json.dumps([time.time(), str(path or ""), OPENED_BY_QGIS if path is not None else []]),
        capture_output=True,
        text=True,
        check=True,
        env={
            "QT_QPA_PLATFORM": "offscreen",
            "PATH": os.environ.get("PATH", ""),
            "HOME": tempfile.gettempdir(),
        },
    )
    return float(json.loads(done.stdout.strip().splitlines()[-1]))


if __name__ == "__main__":
    opened = Path(sys.argv[3]) if sys.argv[3] else None
    print(json.dumps(_started(float(sys.argv[1]), Path(sys.argv[2]), opened)), flush=True)
    os._exit(0)  # without waiting for what is made ahead
