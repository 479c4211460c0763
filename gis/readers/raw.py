"""A table as it stands in a file: text cells, row numbers, and what was odd in reading it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from grid_model.issue import Issue

BLANKS = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b"
"""What counts as blank at the ends of a cell."""


@dataclass(frozen=True)
class RawTable:
    """One table of a file.

    Parameters
    ----------
    file
        Name of the file, as shown and as rows are counted by.
    frame
        One text column (pandas ``str``) for each heading, in order; empty cells are missing.
    rows
        Row number in the file of each row; the first row of a file is 1.
    sheet
        Sheet or layer, where a file has several.
    shapes
        Shapely shape (or None) of each row, where the file has shapes.
    crs
        ``EPSG:…`` where the file states one, else empty.
    unreadable
        Rows of the file that could not be read into the frame; each stands in `findings`.
    findings
        What was odd in reading, without identifiers.
    """

    file: str
    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    sheet: str = ""
    shapes: npt.NDArray[np.object_] | None = None
    crs: str = ""
    unreadable: int = 0
    findings: tuple[Issue, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings in order."""
        return tuple(self.frame.columns)

    @property
    def place(self) -> str:
        """File and sheet, for a sentence."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file


def tidy(cells: pd.Series) -> pd.Series:
    """Take blanks and ``="012"`` wrappers off text cells; an empty one becomes missing."""
    cells = cells.str.strip(BLANKS)
    wrapped = cells.str.startswith('="', na=False)
    if wrapped.any():
        cells = cells.str.replace(r'^="(.*)"$', r"\1", regex=True).str.strip(BLANKS)
    return cells.where(cells != "")


def text_frame(records: Sequence[Sequence[str]], headings: Sequence[str]) -> pd.DataFrame:
    """Make a frame of text of `records`, each as long as `headings`; empty cells are missing."""
    columns = list(zip(*records, strict=True)) if records else [()] * len(headings)
    return pd.DataFrame(
        {
            name: tidy(pd.Series(list(cells), dtype="str"))
            for name, cells in zip(headings, columns, strict=True)
        }
    )


def unique_headings(cells: Iterable[str]) -> list[str]:
    """Give every column a heading of its own: ``a``, ``a (2)``; a column without one is ``column 3``."""
    seen: dict[str, int] = {}
    names = []
    for n, cell in enumerate(cells, start=1):
        name = " ".join(cell.strip(BLANKS).split()) or f"column {n}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def without_blank_rows(
    frame: pd.DataFrame, rows: npt.NDArray[np.int64]
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Leave out the rows without any cell; the others keep their numbers."""
    filled = frame.notna().any(axis=1).to_numpy(dtype=bool) if frame.shape[1] else np.zeros(len(frame), bool)
    return frame[filled].reset_index(drop=True), rows[filled]
