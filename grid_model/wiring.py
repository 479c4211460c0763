"""Code the network as integers once: nodes, the branches between them, and which row each one is.

Branches stand in the order switches, line segments, transformers, the further windings of transformers
with three, sources. A source is a branch from the root (the super-source) to its node. A switch at
the end of a line gets an inner node between itself and the line, so that the line conducts only while
the switch is closed. A transformer with three windings gets an inner node where the windings meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from grid_model.carried_out import standing_open
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.supply_tree import Adjacency
from grid_model.table import Table

if TYPE_CHECKING:
    import pyarrow


class SwitchState(Enum):
    """Which positions of the switches count."""

    NORMAL = "normal"
    CURRENT = "current"


class BranchKind(IntEnum):
    """What a branch is; the value indexes `BRANCH_TABLES`."""

    SWITCH = 0
    LINE = 1
    TRANSFORMER = 2
    SOURCE = 3


BRANCH_TABLES = ("switches", "ac_line_segments", "power_transformers", "energy_sources")

DEVICE_TABLES = BRANCH_TABLES[:3]
"""What can be opened or taken out; a source is no device."""

SHORT_NAMES = {"lines": "ac_line_segments", "transformers": "power_transformers"}
"""What people write for a table before an identifier."""

FEW_ASKED = 4
"""With so many times more known identifiers than asked ones the asked ones are hashed."""

WIRING_COLUMNS = {
    "connectivity_nodes": ("id",),
    "switches": ("id", "node_a", "node_b", "line", "in_service"),
    "ac_line_segments": ("id", "node_a", "node_b", "in_service"),
    "power_transformers": ("id", "hv_node", "lv_node", "tv_node", "in_service"),
    "energy_sources": ("id", "node", "in_service"),
}
"""What the wiring is made of; an edit of anything else leaves it as it is."""


@dataclass(frozen=True, order=True)
class Device:
    """A switch, line segment or transformer by its table and identifier."""

    table: str
    id: str

    def __str__(self) -> str:
        return f"{self.table}:{self.id}"


@dataclass(frozen=True, eq=False)
class Wiring:
    """The network as arrays, whatever the switches' positions.

    Parameters
    ----------
    tables
        The tables it was made of.
    node_count
        Connectivity nodes in table order, then inner nodes, then the root.
    a, b
        Nodes of each branch; −1 where the row names a node that is not there.
    kind, row
        `BranchKind` of each branch and its row in the table of that kind.
    in_service
        Whether the row of each branch is in service.
    can_conduct
        In service, both nodes known, not from a node to itself.
    star
        Inner node of each transformer row with three windings, −1 for the others.
    """

    tables: dict[str, Table]
    node_count: int
    a: np.ndarray
    b: np.ndarray
    kind: np.ndarray
    row: np.ndarray
    in_service: np.ndarray
    can_conduct: np.ndarray
    star: np.ndarray

    @property
    def root(self) -> int:
        """The super-source."""
        return self.node_count - 1

    @cached_property
    def adjacency(self) -> Adjacency:
        """Neighbours over every branch that can conduct, open or closed."""
        branches = np.flatnonzero(self.can_conduct)
        return Adjacency.of(self.node_count, self.a[branches], self.b[branches], branches)

    @cached_property
    def offsets(self) -> dict[str, int]:
        """First branch of each table."""
        sizes = [len(self.tables[name]) for name in DEVICE_TABLES]
        extra = 2 * int((self.star >= 0).sum())
        return dict(zip(BRANCH_TABLES, (0, sizes[0], sizes[0] + sizes[1], sum(sizes) + extra), strict=True))

    @cached_property
    def _further_windings(self) -> np.ndarray:
        """First of the two further branches of each transformer row, −1 where it has two windings."""
        found = np.full(len(self.star), -1, dtype=np.int64)
        rows = np.flatnonzero(self.star >= 0)
        found[rows] = self.offsets["power_transformers"] + len(self.star) + 2 * np.arange(len(rows))
        return found

    def branches(self, device: Device) -> np.ndarray:
        """Give the branches of `device`: one, or three for a transformer with three windings."""
        return self.branches_of_row(device.table, self.tables[device.table].position(device.id))

    def branches_of_row(self, table: str, row: int) -> np.ndarray:
        """Give the branches of a row of `table`."""
        first = self.offsets[table] + row
        if table == "power_transformers" and self.star[row] >= 0:
            more = int(self._further_windings[row])
            return np.array([first, more, more + 1])
        return np.array([first])

    def device(self, branch: int) -> Device:
        """Give the device (or source) a branch belongs to."""
        table = BRANCH_TABLES[self.kind[branch]]
        return Device(table, str(self.tables[table].frame["id"].iat[int(self.row[branch])]))

    def devices(self, branches: np.ndarray) -> list[Device]:
        """Give the device (or source) of each of `branches`, in their order."""
        found = np.empty(len(branches), dtype=object)
        for kind, table in enumerate(BRANCH_TABLES):
            at = np.flatnonzero(self.kind[branches] == kind)
            found[at] = [Device(table, one) for one in self.ids(table, self.row[branches[at]])]
        return list(found)

    def ids(self, table: str, rows: np.ndarray) -> list[str]:
        """Give the identifiers of rows of `table`."""
        return list(self.tables[table].frame["id"].iloc[rows])

    def nodes(self, ids: pd.Series) -> np.ndarray:
        """Give the node of each identifier, −1 where there is none."""
        return codes(self.tables["connectivity_nodes"], ids)

    def find(self, text: str) -> Device:
        """Find the device `text` names: an identifier, or ``table:identifier`` where several match.

        ``lines:`` and ``transformers:`` serve as well as the tables' own names.

        Raises
        ------
        GridError
            ``unknown-device``; ``ambiguous-device`` with the names to choose from.
        """
        table, colon, rest = text.partition(":")
        table = SHORT_NAMES.get(table, table)
        found = [Device(name, text) for name in DEVICE_TABLES if text in self.tables[name]]
        if colon and table in DEVICE_TABLES and rest in self.tables[table]:
            found.append(Device(table, rest))
        if not found:
            raise GridError("unknown-device", id=text)
        if len(found) > 1:
            raise GridError("ambiguous-device", id=text, devices=", ".join(map(str, found)))
        return found[0]

    def knows(self, text: str) -> bool:
        """Whether `text` names a device, or several."""
        try:
            self.find(text)
        except GridError as refusal:
            return refusal.code == "ambiguous-device"
        return True

    def closed(self, project: Project, state: SwitchState) -> np.ndarray:
        """Tell which branches are closed and in service in `state`; `project` has this wiring.

        Transformers and sources are closed while in service, but for what a study carried out left open.
        """
        column = "normal_open" if state is SwitchState.NORMAL else "open"
        closed = self.in_service.copy()
        closed[: len(self.tables["switches"])] &= ~project.frame("switches")[column].to_numpy(dtype=bool)
        if state is SwitchState.CURRENT:
            for table, one in standing_open(project):
                closed[self.branches_of_row(table, self.tables[table].position(one))] = False
        closed.flags.writeable = False
        return closed

    def fits(self, project: Project) -> bool:
        """Whether the wiring of `project` is this one."""
        return all(
            same_columns(project.table(name), table, WIRING_COLUMNS[name])
            for name, table in self.tables.items()
        )


def same_columns(one: Table, other: Table, columns: Sequence[str]) -> bool:
    """Whether two tables agree in `columns`; two versions of one table share what no edit has touched."""
    return one is other or (
        len(one) == len(other) and all(_same_values(one.frame[c], other.frame[c]) for c in columns)
    )


def _same_values(one: pd.Series, other: pd.Series) -> bool:
    first, second = one.array, other.array
    held = getattr(first, "_pa_array", None)
    if held is not None and held is getattr(second, "_pa_array", None):
        return True
    if isinstance(one.dtype, np.dtype) and one.dtype == other.dtype:
        ours, theirs = one.to_numpy(), other.to_numpy()
        if ours.ctypes.data == theirs.ctypes.data and ours.strides == theirs.strides:
            return True
    return bool(one.equals(other))


def codes(table: Table, ids: pd.Series) -> np.ndarray:
    """Give the row of each identifier in `table`, −1 where it is missing or unknown."""
    return rows_of(table, [ids])[0]


def rows_of(table: Table, columns: Sequence[pd.Series]) -> list[np.ndarray]:
    """Give the row of each identifier of several columns at once: the ids are hashed only once.

    Arrow looks up texts where they lie; a pandas index would make an object of each first. A column in
    the order of the table (that of the usage points' customers mostly is) is compared with it row by
    row, and where few are asked for, the few are hashed.
    """
    import pyarrow

    def texts(column: pd.Series) -> pyarrow.Array:
        found = pyarrow.array(column, type=pyarrow.large_string())
        return found.combine_chunks() if isinstance(found, pyarrow.ChunkedArray) else found

    known = texts(table.frame["id"])
    asked = [texts(column) for column in columns]  # rows put in later lie in chunks of their own
    begun = [_in_step(known, one) for one in asked]
    rest = pyarrow.concat_arrays([one[len(rows) :] for one, rows in zip(asked, begun, strict=True)])
    found = _looked_up(known, rest)
    ends = np.cumsum([len(one) - len(rows) for one, rows in zip(asked, begun, strict=True)])
    return [
        np.concatenate([rows, more]) for rows, more in zip(begun, np.split(found, ends[:-1]), strict=True)
    ]


def _in_step(known: pyarrow.Array, asked: pyarrow.Array) -> np.ndarray:
    """Give the rows of the first of `asked` as long as they name the `known` one after another.

    One may stand several times in a row. None where the two soon part.
    """
    from pyarrow.compute import equal, not_equal

    if not len(known) or not len(asked) or not equal(known[:1], asked[:1]).fill_null(False)[0].as_py():
        return np.array([], dtype=np.int32)
    next_one = np.ones(len(asked), dtype=bool)
    next_one[1:] = not_equal(asked[1:], asked[:-1]).fill_null(True).to_numpy(zero_copy_only=False)
    named = asked if next_one.all() else asked.filter(next_one)
    length = min(len(known), len(named))
    same = equal(known[:length], named[:length]).fill_null(False).to_numpy(zero_copy_only=False)
    steps = length if same.all() else int(np.argmin(same))
    rows = np.cumsum(next_one, dtype=np.int32) - np.int32(1)
    return rows[: np.searchsorted(rows, steps)] if 2 * steps > length else rows[:0]


def _looked_up(known: pyarrow.Array, asked: pyarrow.Array) -> np.ndarray:
    """Give the place in `known` of each of `asked`, −1 where it is not there; `known` are all different."""
    from pyarrow.compute import index_in

    if len(asked) * FEW_ASKED > len(known):
        found = index_in(asked, value_set=known).fill_null(-1)
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int32)
    coded = asked.dictionary_encode()
    number = index_in(known, value_set=coded.dictionary).fill_null(-1).to_numpy(zero_copy_only=False)
    place = np.full(len(coded.dictionary) + 1, -1, dtype=np.int32)
    rows = np.flatnonzero(number >= 0)
    place[number[rows]] = rows
    code = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
    return np.asarray(place[code], dtype=np.int32)


def compile_wiring(project: Project) -> Wiring:
    """Code the network of `project`; rows whose nodes are missing never conduct."""
    tables = {name: project.table(name) for name in WIRING_COLUMNS}
    nodes = tables["connectivity_nodes"]
    switches, lines, transformers, sources = (tables[name].frame for name in BRANCH_TABLES)
    switch_a, switch_b, line_a, line_b, high, low, third, fed = rows_of(
        nodes,
        [
            *(frame[name] for frame in (switches, lines) for name in ("node_a", "node_b")),
            *(transformers[name] for name in ("hv_node", "lv_node", "tv_node")),
            sources["node"],
        ],
    )
    inner = _insert_line_end_switches(tables, switch_a, switch_b, line_a, line_b)

    three = np.flatnonzero(third >= 0)
    star = np.full(len(transformers), -1, dtype=np.int32)
    star[three] = np.arange(inner, inner + len(three))
    first_end = np.where(star >= 0, star, low)
    further_a = np.repeat(star[three], 2)
    further_b = np.column_stack([low[three], third[three]]).ravel()

    root = inner + len(three)
    a = np.concatenate([switch_a, line_a, high, further_a, np.full(len(fed), root)]).astype(np.int32)
    b = np.concatenate([switch_b, line_b, first_end, further_b, fed]).astype(np.int32)
    sizes = (len(switches), len(lines), len(transformers))
    kind = np.repeat(
        np.array([0, 1, 2, BranchKind.TRANSFORMER, BranchKind.SOURCE], dtype=np.int8),
        (*sizes, len(further_a), len(fed)),
    )
    row = np.concatenate(
        [*(np.arange(size) for size in sizes), np.repeat(three, 2), np.arange(len(fed))]
    ).astype(np.int32)
    service = [frame["in_service"].to_numpy(dtype=bool) for frame in (switches, lines, transformers, sources)]
    in_service = np.concatenate([*service[:3], np.repeat(service[2][three], 2), service[3]])
    can_conduct = in_service & (a >= 0) & (b >= 0) & (a != b)
    return Wiring(tables, root + 1, a, b, kind, row, in_service, can_conduct, star)


def _insert_line_end_switches(
    tables: dict[str, Table],
    switch_a: np.ndarray,
    switch_b: np.ndarray,
    line_a: np.ndarray,
    line_b: np.ndarray,
) -> int:
    """Put each line-end switch between its line and the node, changing the arrays; give the next free node.

    A switch that names a node which is no end of its line stands at the A end: the line must not
    conduct past an open switch. Several at one end stand in a row.
    """
    switches = tables["switches"].frame
    line = codes(tables["ac_line_segments"], switches["line"])
    free = len(tables["connectivity_nodes"])
    for at in np.flatnonzero(
        (line >= 0) & (switches["node_b"].isna() | (switches["node_b"] == "")).to_numpy()
    ):
        segment = line[at]
        ends = line_b if _at_far_end(tables, int(at), int(segment)) else line_a
        switch_a[at], switch_b[at], ends[segment] = ends[segment], free, free
        if switch_a[at] >= 0:
            free += 1
        else:  # the line itself hangs in the air
            switch_b[at] = ends[segment] = -1
    return free


def _at_far_end(tables: dict[str, Table], switch: int, line: int) -> bool:
    node = tables["switches"].frame["node_a"].iat[switch]
    segments = tables["ac_line_segments"].frame
    return bool(segments["node_a"].iat[line] != node and segments["node_b"].iat[line] == node)
