"""Find an object by what a person knows of it: its number, name, address, meter, or how its name is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np

from grid_model import schema
from grid_model.project import Project
from grid_model.table import plain
from resources.i18n import _
from ui import objects
from ui.search_lanes import Lane, initials_of, lane_of, plain_form

SEARCHED = {
    "customers": ("id", "name", "old_id", "address"),
    "transformer_areas": ("name", "id"),
    "switches": ("name", "id"),
    "poles": ("name", "number", "id"),
    "power_transformers": ("name", "id"),
    "feeders": ("name", "id"),
    "district_managers": ("name", "id"),
    "service_grids": ("name", "number"),
    "mutual_aid_groups": ("name", "number"),
    "villages": ("name",),
    "substations": ("name", "id"),
    "junctions": ("id", "name"),
    "usage_points": ("meter_number",),
    "ac_line_segments": ("name", "id"),
    "pv_units": ("id", "name"),
}
"""Tables and columns looked through."""

BY_INITIALS = frozenset(SEARCHED) - {"poles", "junctions", "ac_line_segments", "usage_points"}
"""Tables whose names are also found by the first letters of what is read."""

OWNER = {"usage_points": ("customers", "customer")}
"""Rows that stand for another object: a meter for its customer."""

EACH = 5
"""Finds of one table that are listed."""
LISTED = 24
LOOKED_AT = 300
"""Hits in one lane whose closeness is compared; where there are more, what is the same and what begins so
are looked for by themselves, if the lane is not too long for that."""
LONG_LANE = 1_000_000
WORDS_LOOKED_AT = 3_000
"""Rows with the rarest of several words that are looked at one by one; more are first made fewer."""
RARE = 150_000
"""All rows with a word are found where its rarest character stands at most so often; of others the first."""
SOME = 4_000
"""Rows of each column with a word that is not rare."""
MOST_LOOKED_AT = 12_000
FITTING = 60
"""So many rows that hold every word are ranked."""

SAME, BEGINS, CONTAINS, READ_SO, READ, WORDS_BEGIN, WORDS = range(7)

Hits = dict[int, tuple[int, str]]
"""By row: how close it is, and in which column."""


@dataclass(frozen=True)
class Find:
    """One object found.

    Parameters
    ----------
    rank
        0 the whole text is the same, 1 begins with it, 2 contains it, 3 is read so from its beginning on,
        4 within, 5 holds its words and something begins with one, 6 holds its words.
    by
        Label of the column it was found by, translated; empty where that is its name or identifier.
    """

    table: str
    id: str
    name: str
    rank: int
    by: str = ""

    @property
    def kind(self) -> str:
        """What it is, in the language in use."""
        return _(schema.table(self.table).label)


@dataclass(frozen=True)
class _TableLanes:
    """The lanes of one table, and the identifiers of its rows at that time."""

    lanes: dict[str, Lane]
    read: dict[str, list[Lane]]
    ids: object

    def id(self, row: int) -> str:
        return str(self.ids[row])  # type: ignore[index]


@dataclass(frozen=True)
class SearchIndex:
    """What is looked through, by table; it lives in memory only and rests on no file."""

    tables: dict[str, _TableLanes]

    @classmethod
    def of(cls, project: Project) -> SearchIndex:
        """Look at every table of `project`."""
        return cls({name: _table_lanes(project, name) for name in SEARCHED if len(project.table(name))})

    def updated(self, project: Project, tables: AbstractSet[str]) -> SearchIndex:
        """Look again at those of `tables` that are looked through."""
        touched = [name for name in SEARCHED if name in tables]
        if not touched:
            return self
        kept = {name: lanes for name, lanes in self.tables.items() if name not in touched}
        fresh = {name: _table_lanes(project, name) for name in touched if len(project.table(name))}
        return replace(self, tables={**kept, **fresh})

    def find(self, project: Project, text: str, show_personal: bool = False) -> list[Find]:
        """List objects that contain `text`, the closest first, a few of each kind.

        Blanks within a number are of no account; several words all have to be found. What has left the
        project since it was looked at is not listed.
        """
        words = [plain_form(word) for word in text.split()]
        whole = "".join(words)
        if not whole:
            return []
        found = self._everywhere(project, lambda lanes: _hits(lanes, whole), show_personal)
        if len(words) > 1 and not found:
            found = self._everywhere(project, lambda lanes: _with_words(lanes, words), show_personal)
        unique = {(one.table, one.id): one for one in sorted(found, key=lambda one: -one.rank)}
        return sorted(unique.values(), key=lambda one: (one.rank, list(SEARCHED).index(one.table)))[:LISTED]

    def _everywhere(
        self, project: Project, hits_in: Callable[[_TableLanes], Hits], show_personal: bool
    ) -> list[Find]:
        found = []
        for table, lanes in self.tables.items():
            hits = sorted(hits_in(lanes).items(), key=lambda hit: (hit[1][0], hit[0]))
            made = (
                _find(project, table, lanes.id(row), rank, column, show_personal)
                for row, (rank, column) in hits[: 2 * EACH]
            )
            found += [one for one in made if one is not None][:EACH]
        return found


def find(project: Project, text: str, show_personal: bool = False) -> list[Find]:
    """List objects that contain `text`, without an index that was made before."""
    return SearchIndex.of(project).find(project, text, show_personal)


def _table_lanes(project: Project, table: str) -> _TableLanes:
    frame = project.frame(table)
    lanes: dict[str, Lane] = {}
    read: dict[str, list[Lane]] = {}
    for column in SEARCHED[table]:
        lane = lane_of(frame[column])
        if lane is not None:
            lanes[column] = lane
            if column == "name" and table in BY_INITIALS:
                read[column] = initials_of(lane)
    return _TableLanes(lanes, read, frame["id"].array)


def _hits(lanes: _TableLanes, text: str) -> Hits:
    hits: Hits = {}
    for column, lane in lanes.lanes.items():
        for rank, row in _ranked(lane, text):
            _keep(hits, row, rank, column)
    if text.isascii() and not text.isdecimal():
        for column, read in lanes.read.items():
            for lane in read:
                for rank, row in _ranked(lane, text):
                    _keep(hits, row, READ if rank == CONTAINS else READ_SO, column)
    return hits


def _ranked(lane: Lane, text: str) -> list[tuple[int, int]]:
    """Find rows of a lane with their rank; where there are very many, the closest ones surely."""
    rows, more = lane.rows(text, LOOKED_AT)
    ranked = [(_rank(lane.text(row), text), row) for row in rows.tolist()]
    if more and len(lane.texts) < LONG_LANE:
        begin = lane.beginning(text, EACH).tolist()
        same = lane.same(text, EACH).tolist() if len(begin) == EACH else []
        ranked += [(_rank(lane.text(row), text), row) for row in [*begin, *same]]
    ranked.sort()
    return ranked[: 2 * EACH]


def _rank(have: str, text: str) -> int:
    return SAME if have == text else BEGINS if have.startswith(text) else CONTAINS


def _keep(hits: Hits, row: int, rank: int, column: str) -> None:
    if row not in hits or rank < hits[row][0]:
        hits[row] = (rank, column)


def _with_words(lanes: _TableLanes, words: Sequence[str]) -> Hits:
    """Find rows that hold every word somewhere, those with a cell that is a word or begins so first."""
    every = [*lanes.lanes.values(), *(one for read in lanes.read.values() for one in read)]
    rarest = sorted((sum(lane.at_most(word) for lane in every), word) for word in words)
    if not rarest[0][0]:
        return {}
    rows = _all_with(every, rarest[0][1]) if rarest[0][0] <= RARE else _some_with(every, rarest[0][1])
    others = rarest[1:]
    while others and len(rows) > WORDS_LOOKED_AT and others[0][0] <= RARE:
        rows = np.intersect1d(rows, _all_with(every, others.pop(0)[1]), assume_unique=True)
    fitting: Hits = {}
    for row in rows[:MOST_LOOKED_AT].tolist():
        texts = [lane.text(row) for lane in every]
        if all(any(word in text for text in texts) for _count, word in others):
            close = sum(text.startswith(word) for word in words for text in texts)
            fitting[row] = (WORDS_BEGIN if close else WORDS, "")
            if len(fitting) == FITTING:
                break
    return fitting


def _all_with(lanes: Sequence[Lane], word: str) -> np.ndarray:
    found = [rows for rows in (lane.every_row(word) for lane in lanes) if len(rows)]
    return found[0] if len(found) == 1 else np.unique(np.concatenate([np.array([], dtype=np.int64), *found]))


def _some_with(lanes: Sequence[Lane], word: str) -> np.ndarray:
    """Give the first rows with a word that very many have."""
    return np.unique(np.concatenate([lane.rows(word, SOME)[0] for lane in lanes]))


def _find(project: Project, table: str, one: str, rank: int, column: str, show_personal: bool) -> Find | None:
    if one not in project.table(table):
        return None
    by = ""
    if column not in ("", "id", objects.name_column(table)):
        by = _(schema.table(table).column(column).label)
    if table in OWNER:
        target, reference = OWNER[table]
        owner = plain(project.table(table).row(one)[reference])
        if owner and owner in project.table(target):
            by = by or _(schema.table(table).label)
            table, one = target, str(owner)
    return Find(table, one, objects.object_name(project, table, one, show_personal), rank, by)
