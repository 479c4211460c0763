"""Find an object by what a person knows of it: its number, name, address, meter, or how its name is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from grid_model import schema
from grid_model.project import Project
from grid_model.table import plain
from resources.i18n import _
from ui import objects
from ui.search_lanes import Lane, in_digits_of, initials_of, lane_of, plain_form
from ui.search_numerals import in_digits

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

ORDER = {table: place for place, table in enumerate(SEARCHED)}

BY_INITIALS = frozenset(SEARCHED) - {"poles", "junctions", "ac_line_segments", "usage_points"}
"""Tables whose names are also found by the first letters of what is read."""

PERSONS = frozenset({"customers", "district_managers"})
"""Tables whose names are those of persons: 张三 is no number."""

OWNER = {"usage_points": ("customers", "customer")}
"""Rows that stand for another object: a meter for its customer."""

EACH = 5
"""Finds of one table that are listed."""
LISTED = 24
LOOKED_AT = 2 * EACH
"""Hits of one lane that are looked at: the first that hold the text, begin with it, are it."""
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
class _Word:
    """What is looked for, as it was typed and with Chinese numbers in digits."""

    text: str
    digits: str

    @classmethod
    def of(cls, text: str) -> _Word:
        return cls(text, in_digits(text))


@dataclass(frozen=True)
class _Column:
    """What is looked through for one column.

    Parameters
    ----------
    lane
        The texts as they are.
    spoken
        Whether numbers stand in it as people say them: 五组 and 5组 are then the same.
    counted
        The texts with Chinese numbers in digits; None where no such numbers occur.
    read
        The first letters of what is read, where it is found by these.
    """

    lane: Lane
    spoken: bool
    counted: Lane | None
    read: Sequence[Lane]

    def looks(self, word: _Word) -> Iterator[tuple[Lane, str]]:
        """Give where to look for what.

        A Chinese number is also looked for as it is written, since 二十 may be the beginning of 二十三; one
        character alone is a syllable of a name more often than a number.
        """
        if self.counted is not None and _has_digit(word.text) and word.text == word.digits:
            yield self.counted, word.text
            return
        yield self.lane, word.text
        if self.spoken and word.digits != word.text and len(word.text) > 1:
            yield self.counted or self.lane, word.digits


@dataclass(frozen=True)
class _TableLanes:
    """The columns of one table, the identifiers of its rows at that time, and the rows of their owners."""

    columns: Mapping[str, _Column]
    ids: Any
    owners: np.ndarray

    def id(self, row: int) -> str:
        return str(self.ids[row])

    @property
    def length(self) -> int:
        return len(self.ids)

    def looks(self, word: _Word) -> list[tuple[Lane, str]]:
        """Give where to look for a word among others: what is read too."""
        looks = []
        for column in self.columns.values():
            looks += [*column.looks(word), *((lane, word.text) for lane in column.read)]
        return [(lane, text) for lane, text in looks if lane.may_hold(text)]


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
        words = [_Word.of(plain_form(word)) for word in text.split()]
        whole = _Word.of("".join(word.text for word in words))
        if not whole.text:
            return []
        found = self._everywhere(project, lambda lanes: _hits(lanes, whole), show_personal)
        if len(words) > 1 and not found:
            found = self._everywhere(project, lambda lanes: _with_words(lanes, words), show_personal)
        return sorted(found, key=lambda one: (one.rank, ORDER[one.table]))

    def _everywhere(
        self, project: Project, hits_in: Callable[[_TableLanes], Hits], show_personal: bool
    ) -> list[Find]:
        """Give the closest of all tables, a few of each; an object found twice stands there once."""
        closest = [
            (rank, ORDER[table], row, table, column)
            for table, lanes in self.tables.items()
            for row, (rank, column) in hits_in(lanes).items()
        ]
        found: dict[tuple[str, str], Find] = {}
        counts = dict.fromkeys(SEARCHED, 0)
        for rank, _order, row, table, column in sorted(closest):
            if counts[table] == EACH:
                continue
            one = self._find(project, table, row, rank, column, show_personal)
            if one is not None:
                counts[table] += 1
                found.setdefault((one.table, one.id), one)
            if len(found) == LISTED:
                break
        return list(found.values())

    def _find(
        self, project: Project, table: str, row: int, rank: int, column: str, show_personal: bool
    ) -> Find | None:
        lanes = self.tables[table]
        at = _row_now(project, table, lanes.id(row), row)
        if at is None:
            return None
        by = ""
        if column not in ("", "id", objects.name_column(table)):
            by = _(schema.table(table).column(column).label)
        if table in OWNER:
            target, reference = OWNER[table]
            owner = plain(project.frame(table)[reference].iat[at])
            there = _row_now(project, target, owner, int(lanes.owners[row])) if owner else None
            if there is not None:
                by = by or _(schema.table(table).label)
                table, at = target, there
        one = str(project.frame(table)["id"].iat[at])
        return Find(table, one, objects.name_at(project.table(table), at, show_personal), rank, by)


def find(project: Project, text: str, show_personal: bool = False) -> list[Find]:
    """List objects that contain `text`, without an index that was made before."""
    return SearchIndex.of(project).find(project, text, show_personal)


def _row_now(project: Project, table: str, one: str, before: int) -> int | None:
    """Give in which row an object stands by now, most often where it stood; None where it has left.

    The table's own index of ids is asked only where rows have moved: making it holds everything up for 0.1 s.
    """
    ids = project.frame(table)["id"].array
    if 0 <= before < len(ids) and ids[before] == one:
        return before
    return project.table(table).position(one) if one in project.table(table) else None


def _table_lanes(project: Project, table: str) -> _TableLanes:
    frame = project.frame(table)
    columns: dict[str, _Column] = {}
    for name in SEARCHED[table]:
        lane = lane_of(frame[name])
        if lane is not None:
            spoken = name == "address" or (name == "name" and table not in PERSONS)
            read = initials_of(lane) if name == "name" and table in BY_INITIALS else ()
            columns[name] = _Column(lane, spoken, in_digits_of(lane) if spoken else None, read)
    owners = np.array([], dtype=np.int64)
    if table in OWNER:
        target, reference = OWNER[table]
        owners = _rows_of(frame[reference], project.frame(target)["id"])
    return _TableLanes(columns, frame["id"].array, owners)


def _rows_of(wanted: pd.Series, ids: pd.Series) -> np.ndarray:
    """Give for each identifier in which row of `ids` it stands, −1 for none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pa.large_string()
    found = pc.index_in(pa.array(wanted, text, from_pandas=True), pa.array(ids, text))
    rows: np.ndarray = found.fill_null(-1).to_numpy(zero_copy_only=False)
    return rows


def _has_digit(text: str) -> bool:
    return any("0" <= one <= "9" for one in text)


def _hits(lanes: _TableLanes, word: _Word) -> Hits:
    hits: Hits = {}
    for name, column in lanes.columns.items():
        for lane, text in column.looks(word):
            for rank, row in _ranked(lane, text):
                _keep(hits, row, rank, name)
        if word.text.isascii() and not word.text.isdecimal():
            for lane in column.read:
                for rank, row in _ranked(lane, word.text):
                    _keep(hits, row, READ if rank == CONTAINS else READ_SO, name)
    return hits


def _ranked(lane: Lane, text: str) -> list[tuple[int, int]]:
    """Find rows of a lane with their rank; where there are very many, the closest ones surely."""
    rows, more = lane.rows(text, LOOKED_AT)
    ranked = [(_rank(lane.text(row), text), row) for row in rows.tolist()]
    if more:
        begin = (
            [] if all(rank <= BEGINS for rank, _row in ranked) else lane.beginning(text, LOOKED_AT).tolist()
        )
        same = lane.same(text, LOOKED_AT).tolist() if len(begin) in (0, LOOKED_AT) else []
        ranked += [(_rank(lane.text(row), text), row) for row in [*begin, *same]]
    return sorted(set(ranked))[:LOOKED_AT]


def _rank(have: str, text: str) -> int:
    return SAME if have == text else BEGINS if have.startswith(text) else CONTAINS


def _keep(hits: Hits, row: int, rank: int, column: str) -> None:
    if row not in hits or rank < hits[row][0]:
        hits[row] = (rank, column)


def _with_words(lanes: _TableLanes, words: Sequence[_Word]) -> Hits:
    """Find rows that hold every word somewhere, those with a cell that is a word or begins so first."""
    looks = [lanes.looks(word) for word in words]
    counts = [sum(lane.at_most(text) for lane, text in look) for look in looks]
    if not min(counts):
        return {}
    by_count = sorted(range(len(words)), key=counts.__getitem__)
    rarest, others = looks[by_count[0]], [looks[one] for one in by_count[1:]]
    rows = _some_with(rarest)
    fitting = _that_fit(rows[:MOST_LOOKED_AT], others)
    if len(fitting) < FITTING and len(rows) >= SOME and counts[by_count[0]] <= RARE:
        among, left = _all_with(rarest, lanes.length), list(others)
        for one in by_count[1:]:
            if np.count_nonzero(among) > WORDS_LOOKED_AT and counts[one] <= RARE:
                among &= _all_with(left.pop(0), lanes.length)
        fitting = _that_fit(np.flatnonzero(among)[:MOST_LOOKED_AT], left)
    return {row: (_closeness(row, looks), "") for row in fitting}


Looks = Sequence[tuple[Lane, str]]
"""Where to look for what."""


def _that_fit(rows: np.ndarray, looks: Sequence[Looks]) -> list[int]:
    """Give the first rows that hold every word."""
    found: list[int] = []
    for first in range(0, len(rows), WORDS_LOOKED_AT):
        some = rows[first : first + WORDS_LOOKED_AT]
        for look in looks:
            held = np.zeros(len(some), dtype=bool)
            for lane, text in look:
                held[~held] = lane.which_hold(text, some[~held])
            some = some[held]
        found += some.tolist()
        if len(found) >= FITTING:
            break
    return found[:FITTING]


def _closeness(row: int, looks: Sequence[Looks]) -> int:
    begins = any(lane.text(row).startswith(text) for look in looks for lane, text in look)
    return WORDS_BEGIN if begins else WORDS


def _all_with(look: Looks, length: int) -> np.ndarray:
    """Tell of every row whether it holds a word."""
    held = np.zeros(length, dtype=bool)
    for lane, text in look:
        held[lane.every_row(text)] = True
    return held


def _some_with(look: Looks) -> np.ndarray:
    """Give the first rows with a word that very many have."""
    return np.unique(np.concatenate([lane.rows(text, SOME)[0] for lane, text in look]))
