"""The spatial index of a layer, built at once: QGIS finds what it must draw without reading the rest.

SQLite's R-tree takes rows one by one at some 5 µs each, and the GeoPackage triggers cost more. For
many rows the tree is packed here with numpy (leaves of neighbours along sorted strips) and its three
tables are filled directly, in the form SQLite documents in ``ext/rtree/rtree.c`` and checks with
``rtreecheck()``.
"""

from __future__ import annotations

import sqlite3
import struct
from typing import TypeAlias

import numpy as np

CELL = np.dtype([("id", ">i8"), ("bounds", ">f4", 4)])
MAX_CELLS = 51
Links: TypeAlias = tuple[np.ndarray, np.ndarray]
"""Numbers of children and the number of the node each is in."""


def create_index(connection: sqlite3.Connection, table: str, column: str) -> None:
    """Make the empty index table; `fill_index` or the triggers fill it."""
    connection.execute(
        f'CREATE VIRTUAL TABLE "rtree_{table}_{column}" USING rtree(id, minx, maxx, miny, maxy)'
    )


def fill_index(
    connection: sqlite3.Connection, table: str, column: str, fids: np.ndarray, bounds: np.ndarray
) -> None:
    """Replace the whole index: `bounds` has min x, min y, max x, max y of each of `fids`.

    Rows whose bounds are not finite have no place in the index.
    """
    name = f"rtree_{table}_{column}"
    there = np.isfinite(bounds).all(axis=1)
    nodes, rowids, parents = _pack(fids[there], _outward(bounds[there]), _node_size(connection, name))
    for part in ("node", "rowid", "parent"):
        connection.execute(f'DELETE FROM "{name}_{part}"')
    connection.executemany(f'INSERT INTO "{name}_node" VALUES (?, ?)', nodes)
    for part, links in (("rowid", rowids), ("parent", parents)):
        for children, above in links:
            order = np.argsort(children, kind="stable")  # SQLite appends sorted keys quicker
            pairs = zip(children[order].tolist(), above[order].tolist(), strict=True)
            connection.executemany(f'INSERT INTO "{name}_{part}" VALUES (?, ?)', pairs)


def index_extent(
    connection: sqlite3.Connection, table: str, column: str
) -> tuple[float, float, float, float] | None:
    """Give min x, min y, max x, max y over the whole layer, rounded outward to 32 bits; None where empty."""
    found = connection.execute(f'SELECT data FROM "rtree_{table}_{column}_node" WHERE nodeno = 1').fetchone()
    if found is None:
        return None
    data = found[0]
    count = struct.unpack_from(">H", data, 2)[0]
    if not count:
        return None
    cells = np.frombuffer(data, dtype=CELL, count=count, offset=4)["bounds"].astype(float)
    return (
        float(cells[:, 0].min()),
        float(cells[:, 2].min()),
        float(cells[:, 1].max()),
        float(cells[:, 3].max()),
    )


def _node_size(connection: sqlite3.Connection, name: str) -> int:
    (size,) = connection.execute(f'SELECT length(data) FROM "{name}_node" WHERE nodeno = 1').fetchone()
    return int(size)


def _outward(bounds: np.ndarray) -> np.ndarray:
    """Give min x, max x, min y, max y as 32-bit numbers that still hold the shape."""
    low, high = bounds[:, [0, 1]], bounds[:, [2, 3]]
    small, large = low.astype(">f4"), high.astype(">f4")
    small = np.where(small > low, np.nextafter(small, np.float32(-np.inf), dtype=np.float32), small)
    large = np.where(large < high, np.nextafter(large, np.float32(np.inf), dtype=np.float32), large)
    return np.column_stack([small[:, 0], large[:, 0], small[:, 1], large[:, 1]]).astype(np.float32)


def _pack(
    ids: np.ndarray, boxes: np.ndarray, size: int
) -> tuple[list[tuple[int, bytes]], list[Links], list[Links]]:
    """Pack the boxes into nodes, level by level from the leaves to the root (node 1).

    Returns
    -------
    nodes, rowids, parents
        The nodes; which leaf each row is in; which node each lower node is in.
    """
    per_node = min((size - 4) // CELL.itemsize, MAX_CELLS)
    nodes: list[tuple[int, bytes]] = []
    rowids: list[Links] = []
    parents: list[Links] = []
    depth, next_number = 0, 2
    while len(ids) > per_node:
        order = _tiled(boxes, per_node)
        ids, boxes = ids[order], boxes[order]
        starts = _starts(len(ids), per_node)
        numbers = np.arange(next_number, next_number + len(starts))
        next_number += len(starts)
        lengths = np.diff(np.append(starts, len(ids)))
        (parents if depth else rowids).append((ids, np.repeat(numbers, lengths)))
        nodes.extend(_nodes(numbers, ids, boxes, starts, lengths, size))
        boxes = np.column_stack(
            [
                np.minimum.reduceat(boxes[:, 0], starts),
                np.maximum.reduceat(boxes[:, 1], starts),
                np.minimum.reduceat(boxes[:, 2], starts),
                np.maximum.reduceat(boxes[:, 3], starts),
            ]
        )
        ids, depth = numbers, depth + 1
    (parents if depth else rowids).append((ids, np.ones(len(ids), dtype=np.int64)))
    nodes.append((1, _node(depth, ids, boxes, size)))
    return nodes, rowids, parents


def _tiled(boxes: np.ndarray, per_node: int) -> np.ndarray:
    """Order boxes so that neighbours stand together: strips by x, each sorted by y."""
    x, y = boxes[:, 0] + boxes[:, 1], boxes[:, 2] + boxes[:, 3]
    strips = max(1, round(float(np.sqrt(len(boxes) / per_node))))
    by_x = np.argsort(x, kind="stable")
    strip = np.empty(len(boxes), dtype=np.int64)
    strip[by_x] = np.arange(len(boxes)) * strips // len(boxes)
    return np.lexsort((y, strip))


def _starts(count: int, per_node: int) -> np.ndarray:
    """Share `count` cells among as few nodes as hold them, evenly: none is left nearly empty."""
    return np.arange(-(-count // per_node)) * count // -(-count // per_node)


def _nodes(
    numbers: np.ndarray,
    ids: np.ndarray,
    boxes: np.ndarray,
    starts: np.ndarray,
    lengths: np.ndarray,
    size: int,
) -> list[tuple[int, bytes]]:
    cells = _cells(ids, boxes)
    together = cells.tobytes()
    step = CELL.itemsize
    return [
        (
            number,
            (struct.pack(">HH", 0, length) + together[start * step : (start + length) * step]).ljust(
                size, b"\0"
            ),
        )
        for number, start, length in zip(numbers.tolist(), starts.tolist(), lengths.tolist(), strict=True)
    ]


def _node(depth: int, ids: np.ndarray, boxes: np.ndarray, size: int) -> bytes:
    return (struct.pack(">HH", depth, len(ids)) + _cells(ids, boxes).tobytes()).ljust(size, b"\0")


def _cells(ids: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    cells = np.empty(len(ids), dtype=CELL)
    cells["id"], cells["bounds"] = ids, boxes
    return cells
