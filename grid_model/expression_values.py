"""What the parts of a condition are worth, row for row: numbers, texts, and truth in three values.

A missing value makes a comparison neither true nor false, and *not* of it neither (as in SQL); only
``is empty`` is certain about it. So a missing value never matches anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from grid_model import schema
from grid_model.schema import Kind

if TYPE_CHECKING:
    from grid_model.project import Project

Mask: TypeAlias = npt.NDArray[np.bool_]

NUMBER, TEXT, TRUTH, EMPTY, SHAPE = "number", "text", "truth", "empty", "shape"
"""What a part is worth."""


@dataclass(frozen=True)
class Truth:
    """Where a condition is true, and where it is false; elsewhere it is not known."""

    true: Mask
    false: Mask

    @classmethod
    def of(cls, true: Any, known: Any) -> Truth:
        """Make it of what holds and what is known."""
        true = np.asarray(true, dtype=bool)
        return cls(true & known, ~true & known)


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows a condition is asked about."""

    project: Project
    table: schema.TableSchema

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows of the table."""
        return self.project.frame(self.table.name)

    def __len__(self) -> int:
        return len(self.frame)

    def texts(self, name: str, table: str = "") -> Any:
        """Give a column as arrow texts, missing ones as null."""
        import pyarrow

        frame = self.project.frame(table) if table else self.frame
        found = pyarrow.array(frame[name], type=pyarrow.large_string())
        return found.combine_chunks() if isinstance(found, pyarrow.ChunkedArray) else found


class Part:
    """A part of a condition; `worth` says which of its methods answers."""

    worth: str
    written: str

    def numbers(self, rows: Rows) -> npt.NDArray[np.float64]:
        """Give a number for each row, NaN where missing."""
        raise TypeError(self.worth)

    def texts(self, rows: Rows) -> Any:
        """Give arrow texts, null where missing."""
        raise TypeError(self.worth)

    def truth(self, rows: Rows) -> Truth:
        """Say where it is true and where false."""
        raise TypeError(self.worth)

    def missing(self, rows: Rows) -> Mask:
        """Tell where it is empty."""
        if self.worth == EMPTY:
            return np.ones(len(rows), dtype=bool)
        if self.worth == NUMBER:
            return np.isnan(self.numbers(rows))
        if self.worth == TEXT:
            from pyarrow import compute

            texts = self.texts(rows)
            return _plain(compute.or_kleene(compute.is_null(texts), compute.equal(texts, "")), True)
        truth = self.truth(rows)
        return ~(truth.true | truth.false)


@dataclass(frozen=True)
class Constant(Part):
    """A number, a text, true, false or empty."""

    value: float | str | bool | None
    worth: str
    written: str

    def numbers(self, rows: Rows) -> npt.NDArray[np.float64]:
        return np.full(len(rows), float(self.value or 0.0))

    def texts(self, rows: Rows) -> Any:
        import pyarrow

        return pyarrow.repeat(pyarrow.scalar(self.value, pyarrow.large_string()), len(rows))

    def truth(self, rows: Rows) -> Truth:
        return Truth.of(np.full(len(rows), bool(self.value)), True)


@dataclass(frozen=True)
class ColumnPart(Part):
    """A column of the table."""

    column: schema.Column
    written: str

    @property
    def worth(self) -> str:  # type: ignore[override]
        """What the column holds."""
        kinds = {Kind.REAL: NUMBER, Kind.INTEGER: NUMBER, Kind.BOOLEAN: TRUTH, Kind.GEOMETRY: SHAPE}
        return kinds.get(self.column.kind, TEXT)

    def numbers(self, rows: Rows) -> npt.NDArray[np.float64]:
        values = rows.frame[self.column.name]
        if self.column.kind is Kind.INTEGER:
            return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
        return np.asarray(values, dtype=np.float64)

    def texts(self, rows: Rows) -> Any:
        return rows.texts(self.column.name)

    def truth(self, rows: Rows) -> Truth:
        return Truth.of(rows.frame[self.column.name].to_numpy(dtype=bool), True)

    def missing(self, rows: Rows) -> Mask:
        if self.worth == SHAPE:
            return np.asarray(rows.frame[self.column.name].isna(), dtype=bool)
        return super().missing(rows)


@dataclass(frozen=True)
class Calculation(Part):
    """Two numbers added, subtracted, multiplied, divided; what has no result is missing."""

    operator: str
    left: Part
    right: Part
    written: str
    worth: str = NUMBER

    def numbers(self, rows: Rows) -> npt.NDArray[np.float64]:
        way: dict[str, Callable[[Any, Any], Any]] = {
            "+": np.add,
            "-": np.subtract,
            "*": np.multiply,
            "/": np.divide,
        }
        with np.errstate(all="ignore"):
            found = way[self.operator](self.left.numbers(rows), self.right.numbers(rows))
        return np.where(np.isfinite(found), found, np.nan)


@dataclass(frozen=True)
class Call(Part):
    """A function of one part: ``lower``, ``upper``, ``length``, ``abs``."""

    function: str
    of: Part
    written: str

    @property
    def worth(self) -> str:  # type: ignore[override]
        """A text or a number."""
        return TEXT if self.function in ("lower", "upper") else NUMBER

    def numbers(self, rows: Rows) -> npt.NDArray[np.float64]:
        if self.function == "abs":
            return np.abs(self.of.numbers(rows))
        from pyarrow import compute

        lengths = compute.utf8_length(self.of.texts(rows))
        return np.asarray(lengths.to_numpy(zero_copy_only=False), dtype=np.float64)

    def texts(self, rows: Rows) -> Any:
        from pyarrow import compute

        way = compute.utf8_lower if self.function == "lower" else compute.utf8_upper
        return way(self.of.texts(rows))


# ------------------------------------------------------------------ conditions


@dataclass(frozen=True)
class Comparison(Part):
    """Two parts of one worth compared: ``== != < <= > >=``."""

    operator: str
    left: Part
    right: Part
    written: str
    worth: str = TRUTH

    def truth(self, rows: Rows) -> Truth:
        if self.left.worth == NUMBER:
            return self._of_numbers(self.left.numbers(rows), self.right.numbers(rows))
        if self.left.worth == TRUTH:
            return self._of_truths(self.left.truth(rows), self.right.truth(rows))
        from pyarrow import compute

        left = self.left.texts(rows)
        right = self.right.value if isinstance(self.right, Constant) else self.right.texts(rows)
        return _kleene(getattr(compute, _ARROW[self.operator])(left, right))

    def _of_numbers(self, left: Any, right: Any) -> Truth:
        known = ~(np.isnan(left) | np.isnan(right))
        return Truth.of(getattr(np, _ARROW[self.operator])(left, right), known)

    def _of_truths(self, left: Truth, right: Truth) -> Truth:
        same = (left.true & right.true) | (left.false & right.false)
        differs = (left.true & right.false) | (left.false & right.true)
        return Truth(same, differs) if self.operator == "==" else Truth(differs, same)


_ARROW = {
    "==": "equal",
    "!=": "not_equal",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
}


@dataclass(frozen=True)
class OneOf(Part):
    """A part is one of some constants."""

    of: Part
    values: tuple[float | str, ...]
    written: str
    worth: str = TRUTH

    def truth(self, rows: Rows) -> Truth:
        if self.of.worth == NUMBER:
            numbers = self.of.numbers(rows)
            return Truth.of(np.isin(numbers, np.array(self.values, dtype=np.float64)), ~np.isnan(numbers))
        return _texts_among(self.of.texts(rows), [str(one) for one in self.values])


@dataclass(frozen=True)
class RefersTo(Part):
    """A reference names a row whose id or name is one of `names`."""

    of: ColumnPart
    names: tuple[str, ...]
    written: str
    worth: str = TRUTH

    def truth(self, rows: Rows) -> Truth:
        from pyarrow import compute

        return _texts_among(
            self.of.texts(rows),
            [*self.names, *_called(rows, self.of.column, lambda names: _among(compute, names, self.names))],
        )


@dataclass(frozen=True)
class TextMatch(Part):
    """A text contains, starts or ends with another, whatever the case; a reference also by its name."""

    operator: str
    of: Part
    pattern: str
    written: str
    worth: str = TRUTH

    def truth(self, rows: Rows) -> Truth:
        texts = self.of.texts(rows)
        own = _kleene(self._matches(texts))
        if not (isinstance(self.of, ColumnPart) and self.of.column.references):
            return own
        named = _texts_among(texts, _called(rows, self.of.column, self._matches))
        return Truth(own.true | named.true, own.false & named.false)

    def _matches(self, texts: Any) -> Any:
        from pyarrow import compute

        ways = {
            "contains": compute.match_substring,
            "starts with": compute.starts_with,
            "ends with": compute.ends_with,
        }
        cased = self.pattern.lower() != self.pattern.upper()  # Chinese has no case: the quick search will do
        return ways[self.operator](texts, pattern=self.pattern, ignore_case=cased)


@dataclass(frozen=True)
class IsEmpty(Part):
    """A part has no value, or an empty text."""

    of: Part
    written: str
    worth: str = TRUTH

    def truth(self, rows: Rows) -> Truth:
        return Truth.of(self.of.missing(rows), True)


@dataclass(frozen=True)
class Both(Part):
    """Two conditions hold."""

    left: Part
    right: Part
    written: str
    worth: str = TRUTH

    def truth(self, rows: Rows) -> Truth:
        left, right = self.left.truth(rows), self.right.truth(rows)
        return Truth(left.true & right.true, left.false | right.false)


@dataclass(frozen=True)
class Either(Part):
    """One of two conditions holds."""

    left: Part
    right: Part
    written: str
    worth: str = TRUTH

    def truth(self, rows: Rows) -> Truth:
        left, right = self.left.truth(rows), self.right.truth(rows)
        return Truth(left.true | right.true, left.false & right.false)


@dataclass(frozen=True)
class Not(Part):
    """A condition is false."""

    of: Part
    written: str
    worth: str = TRUTH

    def truth(self, rows: Rows) -> Truth:
        found = self.of.truth(rows)
        return Truth(found.false, found.true)


# ------------------------------------------------------------------ texts in arrow


def _plain(values: Any, missing: bool) -> Mask:
    return np.asarray(values.fill_null(missing).to_numpy(zero_copy_only=False), dtype=bool)


def _kleene(values: Any) -> Truth:
    return Truth(_plain(values, False), ~_plain(values, True))


def _among(compute: Any, texts: Any, names: Any) -> Any:
    import pyarrow

    return compute.is_in(texts, value_set=pyarrow.array(list(names), type=pyarrow.large_string()))


def _texts_among(texts: Any, names: list[str]) -> Truth:
    from pyarrow import compute

    if len(names) == 1:
        return _kleene(compute.equal(texts, names[0]))
    return Truth.of(_plain(_among(compute, texts, names), False), _plain(texts.is_valid(), False))


def _called(rows: Rows, column: schema.Column, matches: Callable[[Any], Any]) -> list[str]:
    """List the ids of the referenced rows whose name matches."""
    if "name" not in schema.table(column.references).by_name:
        return []
    found = _plain(matches(rows.texts("name", column.references)), False)
    return list(rows.project.frame(column.references)["id"][found])
