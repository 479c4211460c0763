"""Where the sample's rows are written down while it grows, and the project made of them at the end.

Nodes are numbers until the end, places are metres on the ground plane, lines are runs of points; so
every part appends arrays, and identifiers, degrees and geometries are made once for all rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gis.sample.plane import to_degrees
from grid_model import schema

NODE_COLUMNS = {
    "energy_sources": ("node",),
    "switches": ("node_a", "node_b"),
    "ac_line_segments": ("node_a", "node_b"),
    "power_transformers": ("hv_node", "lv_node"),
    "junctions": ("node",),
    "usage_points": ("node",),
    "pv_units": ("node",),
}
"""Columns that hold the number of a node until the end; −1 becomes an empty cell."""


@dataclass(frozen=True)
class Paths:
    """Lines as one run of points.

    Parameters
    ----------
    points
        Shape (n, 2), metres on the ground plane.
    counts
        How many points each line has.
    """

    points: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, lines: Sequence[np.ndarray]) -> Paths:
        """Join lines given one by one."""
        points = np.concatenate(lines) if len(lines) else np.empty((0, 2))
        return cls(points, np.array([len(line) for line in lines], dtype=np.int64))

    @classmethod
    def straight(cls, start: np.ndarray, end: np.ndarray) -> Paths:
        """Make lines of two points each."""
        return cls(np.stack([start, end], axis=1).reshape(-1, 2), np.full(len(start), 2, dtype=np.int64))

    def lengths_m(self) -> np.ndarray:
        """Give the length of each line, metres, to the decimetre."""
        steps = np.hypot(*np.diff(self.points, axis=0).T)
        line = np.repeat(np.arange(len(self.counts)), self.counts)
        inside = line[1:] == line[:-1]
        return np.round(np.bincount(line[1:][inside], steps[inside], len(self.counts)), 1)

    def shapes(self) -> np.ndarray:
        """Give the lines as shapes in degrees."""
        if not len(self.counts):
            return np.empty(0, dtype=object)
        degrees = to_degrees(self.points)
        lines: np.ndarray = shapely.linestrings(
            degrees, indices=np.repeat(np.arange(len(self.counts)), self.counts)
        )
        return lines


@dataclass
class Ledger:
    """Rows by table, in the order they were written."""

    _chunks: dict[str, list[tuple[int, dict[str, Any]]]] = field(default_factory=dict)
    _pending: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _x: list[np.ndarray] = field(default_factory=list)
    _nodes: int = 0

    def nodes(self, points: np.ndarray, nominal_kv: float, names: Sequence[str] | None = None) -> np.ndarray:
        """Write nodes at `points` (n, 2); gives their numbers."""
        self.rows("connectivity_nodes", len(points), at=points, nominal_kv=nominal_kv, name=names)
        first = self._nodes
        self._nodes += len(points)
        return np.arange(first, self._nodes)

    def node(self, point: np.ndarray, nominal_kv: float, name: str | None = None) -> int:
        """Write one node; gives its number."""
        self.row("connectivity_nodes", at=point, nominal_kv=nominal_kv, name=name)
        self._nodes += 1
        return self._nodes - 1

    def row(self, table: str, **values: Any) -> None:
        """Write one row; ``at`` is its place, ``path`` its points."""
        self._pending.setdefault(table, []).append(values)

    def rows(self, table: str, count: int, **columns: Any) -> None:
        """Write `count` rows: a sequence for each column, or one value for all."""
        self._settle(table)
        self._chunks.setdefault(table, []).append((count, columns))

    def _settle(self, table: str) -> None:
        pending = self._pending.pop(table, None)
        if not pending:
            return
        names = dict.fromkeys(name for row in pending for name in row)
        columns: dict[str, Any] = {name: [row.get(name) for row in pending] for name in names}
        if "at" in columns:
            columns["at"] = np.array(columns["at"], dtype=np.float64)
        if "path" in columns:
            columns["path"] = Paths.of(columns["path"])
        self._chunks.setdefault(table, []).append((len(pending), columns))

    def count(self, table: str) -> int:
        """Give how many rows a table has so far."""
        return sum(count for count, _ in self._chunks.get(table, [])) + len(self._pending.get(table, []))

    def pairs(self, table: str, first: str, second: str) -> Iterator[tuple[Any, Any]]:
        """Give two columns of the rows written so far."""
        self._settle(table)
        for _, columns in self._chunks.get(table, []):
            yield from zip(columns[first], columns[second], strict=True)

    def frames(self) -> dict[str, pd.DataFrame]:
        """Give everything written as frames by table name; the ledger is empty afterwards."""
        node_ids = pd.array([f"JD{n:08d}" for n in range(1, self._nodes + 1)], dtype="str")
        frames = {}
        for name in [*self._chunks, *self._pending]:
            if name not in frames:
                self._settle(name)
                frames[name] = self._frame(name, node_ids)
        return frames

    def _frame(self, name: str, node_ids: Any) -> pd.DataFrame:
        chunks = self._chunks.pop(name)
        names = dict.fromkeys(column for _, columns in chunks for column in columns)
        columns = {column: _join([(count, one.get(column)) for count, one in chunks]) for column in names}
        if name == "connectivity_nodes":
            columns["id"] = node_ids
        for column in NODE_COLUMNS.get(name, ()):
            if column in columns:
                numbers = pd.array(columns[column], dtype="Int64").to_numpy(dtype=np.int64, na_value=-1)
                columns[column] = node_ids.take(numbers, allow_fill=True)
        if "at" in columns:
            degrees = to_degrees(columns.pop("at"))
            columns["x"], columns["y"] = degrees[:, 0], degrees[:, 1]
        if "path" in columns:
            path = columns.pop("path")
            if "length_m" in schema.table(name).by_name:
                columns["length_m"] = path.lengths_m()
            columns["geometry"] = list(shapely.to_wkb(path.shapes()))
        elif "geometry" in columns:
            columns["geometry"] = outline_wkb(columns["geometry"])
        return pd.DataFrame(columns)


def outline_wkb(shapes: Sequence[Any]) -> list[bytes]:
    """Turn outlines on the ground plane into MULTIPOLYGON bytes in degrees; equal points stay equal."""
    degrees = shapely.transform(np.asarray(shapes, dtype=object), to_degrees)
    single = shapely.get_type_id(degrees) == shapely.GeometryType.POLYGON
    degrees[single] = [shapely.multipolygons([one]) for one in degrees[single]]
    return list(shapely.to_wkb(degrees))


def _join(parts: list[tuple[int, Any]]) -> Any:
    """Put the pieces of one column behind each other."""
    first = next(value for _, value in parts if value is not None)
    if isinstance(first, Paths):
        return Paths(
            np.concatenate([one.points for _, one in parts]), np.concatenate([one.counts for _, one in parts])
        )
    spread = [_spread(count, value) for count, value in parts]
    if (
        isinstance(first, np.ndarray)
        and first.dtype != object
        and all(isinstance(one, np.ndarray) for one in spread)
    ):
        return np.concatenate(spread)
    joined: list[Any] = []
    for one in spread:
        joined.extend(one.tolist() if isinstance(one, np.ndarray) else one)
    return joined


def _spread(count: int, value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int, float)):
        return np.full(count, value) if isinstance(value, float) else [value] * count
    return value
