"""Take the rows of one raw table into the columns of a table of the project.

Every row ends kept or rejected; every finding names file, row and object and whether the row was kept.
Extra columns go into ``attributes``; columns of identity cards are dropped with a notice (`DOMAIN` §11).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis import importer_values
from gis.readers.headers import normal
from gis.readers.raw import RawTable
from grid_model import schema
from grid_model.issue import Issue, Severity
from grid_model.schema import Column, Kind

IDENTITY_CARD = ("身份证", "证件号", "idcard", "identitycard", "certno")
"""Headings that hold these words are dropped at import."""


@dataclass(frozen=True)
class _Note:
    severity: Severity
    code: str
    at: npt.NDArray[np.int64]
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Taken:
    """What became of one raw table.

    Parameters
    ----------
    frame
        The kept rows with the columns the file has (pandas types of the schema; missing where empty).
    kept, rejected
        Numbers of rows; their sum is what was read.
    rows
        Row number in the file of each kept row.
    """

    file: str
    table: str
    frame: pd.DataFrame
    kept: int
    rejected: int
    issues: tuple[Issue, ...] = field(default=())
    sheet: str = ""
    rows: npt.NDArray[np.int64] | None = None


class Intake:
    """The rows of a raw table on their way into the table `table`.

    Parameters
    ----------
    columns
        Heading of the raw table for each column of the project's table that the file has.
    before
        File of each identifier that another file of the same import has brought already.
    """

    def __init__(
        self, raw: RawTable, table: str, columns: Mapping[str, str], before: Mapping[str, str] | None = None
    ) -> None:
        self.raw = raw
        self.before = before or {}
        self.schema = schema.table(table)
        self.columns = dict(columns)
        self.used: set[str] = set(columns.values())
        self.kept: npt.NDArray[np.bool_] = np.ones(len(raw), dtype=bool)
        self.values: dict[str, pd.Series] = {}
        self._notes: list[_Note] = []
        self._plain: list[Issue] = list(raw.findings)
        self._odd: dict[str, pd.Series] = {}

    def cells(self, heading: str) -> pd.Series:
        """Give the text cells under `heading` and count it as used."""
        self.used.add(heading)
        return self.raw.frame[heading]

    def note(self, severity: Severity, code: str, where: Any, **details: Any) -> None:
        """Note a finding for the rows `where` (a mask); details are scalars or whole Series."""
        at = np.flatnonzero(np.asarray(where, dtype=bool))
        if len(at):
            self._notes.append(_Note(severity, code, at, details))

    def reject(self, code: str, where: Any, **details: Any) -> None:
        """Leave out the rows `where`, with a finding."""
        where = np.asarray(where, dtype=bool) & self.kept
        self.note(Severity.ERROR, code, where, **details)
        self.kept &= ~where

    def note_file(self, severity: Severity, code: str, **details: Any) -> None:
        """Note a finding about the file as a whole."""
        self._plain.append(Issue(severity, code, self.schema.name, file=self.raw.file, details=details))

    def read(self, *names: str) -> None:
        """Read the columns `names` (default: every mapped one that has not been read)."""
        for name in names or [name for name in self.columns if name not in self.values]:
            if name in self.columns:
                self.values[name] = self._read(self.schema.column(name), self.cells(self.columns[name]))

    def _read(self, column: Column, cells: pd.Series) -> pd.Series:
        if column.kind in (Kind.REAL, Kind.INTEGER):
            return self._number(column, cells)
        if column.kind is Kind.BOOLEAN:
            values, odd = importer_values.truths(cells)
            self._odd_cells("not-yes-or-no", column, cells, odd)
            return values
        if column.kind is Kind.CHOICE:
            values, odd = importer_values.codes(cells, column)
            self._odd_cells("unknown-choice", column, cells, odd, Severity.NOTE)
            return values
        if column.kind is Kind.DATE:
            values, odd = importer_values.dates(cells)
            self._odd_cells("not-a-date", column, cells, odd)
            return values
        return cells

    def _number(self, column: Column, cells: pd.Series) -> pd.Series:
        values, odd = importer_values.numbers(cells)
        self._odd_cells("not-a-number", column, cells, odd)
        low = values < (-np.inf if column.minimum is None else column.minimum)
        high = values > (np.inf if column.maximum is None else column.maximum)
        outside = low | high
        if column.kind is Kind.INTEGER:
            outside |= values.notna() & (values % 1 != 0)
        self._odd_cells("number-outside", column, cells, outside)
        values = values.where(~outside)
        return values.round().astype("Int64") if column.kind is Kind.INTEGER else values

    def _odd_cells(
        self,
        code: str,
        column: Column,
        cells: pd.Series,
        odd: pd.Series,
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Note cells that could not be understood and keep their text among the other attributes."""
        if odd.any():
            self.note(severity, code, odd, table=self.schema.name, column=column.name, value=cells)
            heading = self.columns.get(column.name, column.name)
            before = self._odd.get(heading)
            self._odd[heading] = cells.where(odd) if before is None else before.fillna(cells.where(odd))

    def read_id(self) -> None:
        """Read the identifiers as they stand; a row without one is rejected, a damaged one reported."""
        self.take_id(self.cells(self.columns["id"]))

    def take_id(self, ids: pd.Series) -> None:
        """Take `ids` as the identifiers; see `read_id`."""
        self.values["id"] = ids
        self.reject("missing-id-row", ids.isna())
        self.note_damage("id")

    def note_damage(self, name: str) -> None:
        """Report identifiers in the column `name` that a spreadsheet has damaged; they stay as they are."""
        cells = self.values[name]
        self.note(
            Severity.ERROR,
            "damaged-identifier",
            importer_values.damaged(cells),
            table=self.schema.name,
            column=name,
            value=cells,
        )

    def reject_duplicates(self) -> None:
        """Of rows with the same identifier keep the first, earlier files before later ones."""
        if self.before:
            other = self.values["id"].map(dict(self.before)).astype("str")
            self.reject("duplicate-of-file", other.notna(), other=other)
        ids = self.values["id"].where(self.kept)
        again = ids.duplicated() & ids.notna()
        if again.any():
            first = pd.Series(self.raw.rows, index=ids.index)[~again & ids.notna()]
            first.index = pd.Index(ids[~again & ids.notna()])
            self.reject("duplicate-row", again, first=ids.map(first).astype("Int64"))

    def attributes(self, extra: Mapping[str, pd.Series] | None = None) -> pd.Series:
        """Give the columns that have no place of their own as JSON text, one object a row."""
        left = {heading: self.raw.frame[heading] for heading in self.raw.headings if heading not in self.used}
        dropped = [heading for heading in left if is_identity_card(heading)]
        for heading in dropped:
            del left[heading]
            self.note_file(Severity.NOTE, "identity-card-dropped", heading=heading)
        return json_objects({**left, **self._odd, **(extra or {})}, len(self.raw))

    def finish(self) -> Taken:
        """Give the kept rows, the counts and the findings."""
        frame = pd.DataFrame(self.values)[self.kept].reset_index(drop=True)
        kept = int(self.kept.sum())
        return Taken(
            self.raw.file,
            self.schema.name,
            frame,
            kept,
            len(self.kept) - kept + self.raw.unreadable,
            tuple(self._issues()),
            self.raw.sheet,
            self.raw.rows[self.kept],
        )

    def _issues(self) -> Iterable[Issue]:
        yield from self._plain
        ids = self.values.get("id", pd.Series(np.nan, range(len(self.raw)), dtype="str")).fillna("")
        for note in self._notes:
            columns = {name: _picked(value, note.at) for name, value in note.details.items()}
            shared = {} if not self.raw.sheet else {"sheet": self.raw.sheet}
            lists = [value for value in columns.values() if isinstance(value, list)]
            fixed = {name: value for name, value in columns.items() if not isinstance(value, list)} | shared
            names = [name for name, value in columns.items() if isinstance(value, list)]
            per_row = zip(*lists, strict=True) if lists else ((),) * len(note.at)
            for row, object_id, kept, values in zip(
                self.raw.rows[note.at].tolist(),
                ids.iloc[note.at].tolist(),
                self.kept[note.at].tolist(),
                per_row,
                strict=True,
            ):
                details = {**fixed, **dict(zip(names, values, strict=True))} if names else fixed
                yield Issue(
                    note.severity, note.code, self.schema.name, object_id, details, self.raw.file, row, kept
                )


def _picked(value: Any, at: npt.NDArray[np.int64]) -> Any:
    if not isinstance(value, pd.Series):
        return value
    picked = value.iloc[at]
    return picked.astype(object).where(picked.notna(), "").tolist()


def is_identity_card(heading: str) -> bool:
    """Whether `heading` names the number of an identity card."""
    return any(word in normal(heading) for word in IDENTITY_CARD)


def json_objects(columns: Mapping[str, pd.Series], length: int) -> pd.Series:
    """Write the filled cells of text `columns` as one JSON object a row; a row without any is missing."""
    import pyarrow
    from pyarrow import compute

    filled = {name: cells for name, cells in columns.items() if cells.notna().any()}
    if not filled:
        return pd.Series(np.nan, range(length), dtype="str")
    text = pyarrow.large_string()
    parts = [
        compute.fill_null(
            compute.binary_join_element_wise(
                pyarrow.scalar(f', {encode_basestring(name)}: "', text),
                pyarrow.array(_escaped(cells), type=text, from_pandas=True),
                pyarrow.scalar('"', text),
                pyarrow.scalar("", text),
            ),
            "",
        )
        for name, cells in filled.items()
    ]
    inside = compute.binary_join_element_wise(*parts, pyarrow.scalar("", text))
    written = pd.Series(compute.utf8_slice_codeunits(inside, 2).to_pandas(), dtype="str")
    return ("{" + written + "}").where(written != "")


def _escaped(cells: pd.Series) -> pd.Series:
    """Write text as it stands between the quotes of JSON."""
    special = cells.str.contains(r'["\\\x00-\x1f]', na=False)
    if not special.any():
        return cells
    return cells.where(~special, cells[special].map(lambda cell: encode_basestring(cell)[1:-1]))
