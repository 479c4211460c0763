"""Models with known optima: districts of Oklahoma 2020 and the capacitated p-medians of OR-Library."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import numpy as np

from benchmarks.measuring import shown, table
from grid_model.grouping.districting import districts
from grid_model.grouping.median import capacitated_median
from tests.conftest import data_folder

DISTRICTS_S = 3600.0
"""Time limit of each objective with `large`; else `SHORT_S`."""
SHORT_S = 240.0
MEDIAN_S = 600.0


def section(large: bool) -> str:
    """Solve the instances whose optima are published; `large` gives each objective of Oklahoma an hour."""
    folder = data_folder()
    if folder is None:
        return "*Districts and p-medians were left out: the instances are not here (TAIQU_DATA).*"
    limit = DISTRICTS_S if large else SHORT_S
    return "\n".join(
        (_districts(folder / "districting_oklahoma_2020", limit), _medians(folder / "orlib_pmedcap"))
    )


# --------------------------------------------------------------------- districts


def oklahoma(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read adjacency, shared border and population of the 77 counties."""
    with (folder / "nodes.csv").open(encoding="utf-8", newline="") as source:
        population = np.array([float(row["population"]) for row in csv.DictReader(source)])
    border = np.zeros((len(population), len(population)))
    with (folder / "edges.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            a, b = int(row["a"]), int(row["b"])
            border[a, b] = border[b, a] = float(row["shared_perim"])
    return border > 0, border, population


OKLAHOMA_LOWER, OKLAHOMA_UPPER = 783_952.0, 799_789.0
OKLAHOMA_CUT_EDGES, OKLAHOMA_PERIMETER = 39.0, 12.45795932646


def _districts(folder: Path, limit: float) -> str:
    adjacency, border, population = oklahoma(folder)
    rows = []
    for name, price, known in (
        ("cut edges", adjacency.astype(float), OKLAHOMA_CUT_EDGES),
        ("perimeter", border, OKLAHOMA_PERIMETER),
    ):
        begun = time.perf_counter()
        found = districts(adjacency, population, 5, OKLAHOMA_LOWER, OKLAHOMA_UPPER, price, time_limit_s=limit)
        rows.append(
            (
                name,
                f"{known:g}",
                "none" if found.objective is None else f"{found.objective:.8g}",
                "none" if found.bound is None else f"{found.bound:.8g}",
                found.status,
                shown(time.perf_counter() - begun),
            )
        )
    head = ("objective", "proven optimum", "found", "bound", "status", "time")
    notes = (
        "Oklahoma 2020: 77 counties, five connected districts within 783 952–799 789 inhabitants; the same "
        f"assignment model that gives areas to managers, up to {limit / 60:.0f} minutes."
    )
    return table("Districts with known optima", head, rows, notes)


# --------------------------------------------------------------------- p-medians


def median_instances(folder: Path) -> list[tuple[str, np.ndarray, np.ndarray, int, float, float]]:
    """Read name, distances, demand, medians, capacity and best known cost of each instance."""
    found = []
    with (folder / "instances.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            path = folder / f"pmedcap_{int(row['instance']):02d}.csv"
            with path.open(encoding="utf-8", newline="") as points:
                data = np.array(
                    [[float(p["x"]), float(p["y"]), float(p["demand"])] for p in csv.DictReader(points)]
                )
            place = data[:, :2]
            distance = np.floor(np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)))
            best = float(row["best_known"])
            found.append((row["instance"], distance, data[:, 2], int(row["p"]), float(row["capacity"]), best))
    return found


def _medians(folder: Path) -> str:
    rows = []
    for name, distance, demand, count, capacity, best in median_instances(folder):
        begun = time.perf_counter()
        found = capacitated_median(distance, demand, count, capacity, time_limit_s=MEDIAN_S)
        seconds = time.perf_counter() - begun
        value = "none" if found.objective is None else f"{found.objective:g}"
        bound = "none" if found.bound is None else f"{found.bound:.1f}"
        rows.append((name, f"{best:g}", value, bound, found.status, shown(seconds)))
    head = ("instance", "best known", "found", "bound", "status", "time")
    notes = "OR-Library, 50 points, five medians; the model without connectedness."
    return table("Capacitated p-medians", head, rows, notes)
