"""What rows must fulfil to be shown: values of a field, a range, an expression, being chosen on the map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd

from resources.i18n import _, ngettext
from ui import formats
from ui.tables.column_index import ColumnIndex

NAMED = 2
"""So many values of a field are named in the sentence of a condition."""


class Condition(Protocol):
    """One condition; a table shows the rows that fulfil all of them."""

    @property
    def key(self) -> str:
        """What it is about: a condition takes the place of another one with the same key."""

    @property
    def sentence(self) -> str:
        """How it is told, in the language in use."""

    def mask(self, length: int, index: IndexOf) -> np.ndarray:
        """Say of each row of the frame whether it fulfils the condition."""


class IndexOf(Protocol):
    """Gives the index of a column of the frame that is shown."""

    def __call__(self, name: str) -> ColumnIndex: ...


@dataclass(frozen=True)
class OneOf:
    """A field shows one of a few texts.

    Parameters
    ----------
    texts
        What is shown; an empty text stands for nothing at all.
    """

    column: str
    heading: str
    texts: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.column

    @property
    def sentence(self) -> str:
        named = [one or formats.EMPTY for one in self.texts[:NAMED]]
        more = len(self.texts) - len(named)
        values = _("、").join(named)
        if more:
            values = ngettext("{values} and {count} more", "{values} and {count} more", more).format(
                values=values, count=more
            )
        return _("{field}: {values}").format(field=self.heading, values=values)

    def mask(self, _length: int, index: IndexOf) -> np.ndarray:
        about = index(self.column)
        shown = about.shown
        hits = shown.fillna("").isin(self.texts).to_numpy(dtype=bool)
        return np.asarray(np.append(hits, "" in self.texts)[about.codes])


@dataclass(frozen=True)
class Between:
    """A field of numbers lies in a range, ends included; None leaves an end open."""

    column: str
    heading: str
    least: float | None
    most: float | None

    @property
    def key(self) -> str:
        return self.column

    @property
    def sentence(self) -> str:
        field = self.heading
        if self.least is None:
            return _("{field} ≤ {number}").format(field=field, number=formats.number(self.most or 0.0, 3))
        if self.most is None:
            return _("{field} ≥ {number}").format(field=field, number=formats.number(self.least, 3))
        return _("{field} {least}–{most}").format(
            field=field, least=formats.number(self.least, 3), most=formats.number(self.most, 3)
        )

    def mask(self, _length: int, index: IndexOf) -> np.ndarray:
        numbers = index(self.column).numbers
        low = -np.inf if self.least is None else self.least
        high = np.inf if self.most is None else self.most
        return np.asarray((numbers >= low) & (numbers <= high))


@dataclass(frozen=True)
class Containing:
    """A field shows a text somewhere, without regard to case."""

    column: str
    heading: str
    text: str

    @property
    def key(self) -> str:
        return self.column

    @property
    def sentence(self) -> str:
        return _("{field} contains “{text}”").format(field=self.heading, text=self.text)

    def mask(self, _length: int, index: IndexOf) -> np.ndarray:
        return index(self.column).containing(self.text)


@dataclass(frozen=True)
class Filled:
    """A field holds something, or nothing."""

    column: str
    heading: str
    filled: bool

    @property
    def key(self) -> str:
        return self.column

    @property
    def sentence(self) -> str:
        text = _("{field} is filled") if self.filled else _("{field} is empty")
        return text.format(field=self.heading)

    def mask(self, _length: int, index: IndexOf) -> np.ndarray:
        missing = index(self.column).missing
        return ~missing if self.filled else missing


@dataclass(frozen=True)
class OnlyThese:
    """Rows known by their place in the frame: what an expression found, or what is chosen on the map."""

    key: str
    sentence: str
    found: tuple[int, ...] | np.ndarray

    def moved(self, before: pd.DataFrame, after: pd.DataFrame) -> OnlyThese | None:
        """Follow the rows into another frame by their permanent number; None where they have none."""
        if "fid" not in before or "fid" not in after:
            return self if len(before) == len(after) else None
        kept = before["fid"].to_numpy()[np.asarray(self.found, dtype=np.int64)]
        return replace(self, found=np.flatnonzero(np.isin(after["fid"].to_numpy(), kept)))

    def mask(self, length: int, _index: IndexOf) -> np.ndarray:
        keep = np.zeros(length, dtype=bool)
        keep[np.asarray(self.found, dtype=np.int64)] = True
        return keep


@dataclass(frozen=True)
class Fulfilling:
    """What an expression says; it is asked anew whenever rows are filtered.

    Parameters
    ----------
    asked
        Gives the mask over the rows as they are now; None where there are none.
    """

    sentence: str
    asked: Callable[[], np.ndarray | None]
    key: str = "expression"

    def mask(self, length: int, _index: IndexOf) -> np.ndarray:
        found = self.asked()
        return found if found is not None and len(found) == length else np.zeros(length, dtype=bool)


def common_values(index: ColumnIndex, rows: np.ndarray) -> list[tuple[str, int]]:
    """List what a column shows in `rows` (a mask) with how often, the commonest first; ties by text."""
    codes = index.codes[rows]
    counts = np.bincount(codes + 1, minlength=len(index.different) + 1)
    frame = pd.DataFrame({"text": ["", *index.shown.fillna("")], "count": counts})
    summed = frame[frame["count"] > 0].groupby("text", sort=True)["count"].sum()
    ordered = summed.sort_values(ascending=False, kind="stable")
    return [(str(text), int(count)) for text, count in ordered.items()]


def without(conditions: Sequence[Condition], key: str) -> tuple[Condition, ...]:
    """Give the conditions but the one about `key`."""
    return tuple(one for one in conditions if one.key != key)
