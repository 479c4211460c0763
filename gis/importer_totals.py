"""Rows that are totals and no data: 合计, 总计, 小计 and their like in any cell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.importer_intake import Intake
from gis.importer_values import narrow
from grid_model.issue import Severity

TOTAL = r"((合|总|小|共)\s*计.*|(([Ss]ub|SUB)?([Tt]otal|TOTAL).*))"
"""How the cell begins that says so where a number stands."""

WORD = r"(?:本页|本村|全所|分类)?(?:合|总|小|共)\s*计|(?i:(?:grand|sub)?[\s\-]*total)"
"""The whole of such a cell where it stands anywhere in the row."""

COUNT = r"[-+]?[\d,]+(\.\d+)?\s*[户个人条台只基处项kKvVaAwW]*"
"""What stands under a heading in the row of totals."""

OWN = ("name", "node", "node_a", "node_b", "hv_node", "lv_node", "line")
"""Columns that totals leave empty; text in one of them makes a row data."""

SHORT = 4
"""Digits up to which a number may be a count though the identifiers are as short."""


def reject_totals(intake: Intake) -> None:
    """Leave out the rows of totals, with a note.

    A word for total stands in the row and no identifier of its own, or none but a count: it has another
    length than the identifiers usually have, and no name or node stands beside it.
    """
    where = _totals(intake) & intake.kept
    intake.note(Severity.NOTE, "total-row", where)
    intake.kept &= ~where


def _totals(intake: Intake) -> npt.NDArray[np.bool_]:
    frame = intake.raw.frame
    nowhere = pd.Series(False, index=range(len(intake.raw)))
    begins, whole = nowhere.copy(), nowhere.copy()
    for n, heading in enumerate(intake.raw.headings):
        cells = narrow(frame[heading])
        whole |= cells.str.fullmatch(rf"\s*(?:{WORD})\s*:?\s*", na=False)
        if n < 3:
            begins |= cells.str.fullmatch(TOTAL, na=False)
    if not (begins.any() or whole.any()):
        return np.zeros(len(intake.raw), dtype=bool)
    key = intake.columns.get("id")
    if key is None:
        return np.asarray(begins, dtype=bool)
    ids = narrow(frame[key])
    empty = ids.isna() | ids.str.fullmatch(TOTAL, na=False)
    counted = whole & ids.str.fullmatch(COUNT, na=False) & ~_usual(ids, whole)
    for name in OWN:
        if name in intake.columns:
            cells = narrow(frame[intake.columns[name]])
            counted &= cells.isna() | cells.str.fullmatch(f"{COUNT}|{WORD}", na=False)
    return np.asarray(((begins | whole) & empty) | counted, dtype=bool)


def _usual(ids: pd.Series, whole: pd.Series) -> pd.Series:
    """Which numbers are identifiers: with a zero before them, or as long as those of most other rows."""
    lengths = ids.str.len()
    others = lengths[~whole & ids.notna()]
    alike = lengths.eq(others.mode().iloc[0] if len(others) else 0) & lengths.gt(SHORT)
    return alike | ids.str.fullmatch(r"0\d+", na=False)
