"""Write the plain cells of a large sheet quickly; whatever is special is left to the library.

Of a cell's time XlsxWriter spends most on what plain text and numbers do not need: seven searches for
characters to escape, for blanks at the ends and for mark-up. One search tells that there is nothing of it.
Should the library change inside, its own way is taken and only the time is lost; tests read back both.
"""

from __future__ import annotations

import re
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

SPECIAL = re.compile(r"[&<>\x00-\x1f\ufffe\uffff]|_x|^\s|\s$")
"""Text with any of this is left to the library."""

COLUMNS = tuple(xl_col_to_name(number) for number in range(702))


class QuickSheet(Worksheet):  # type: ignore[misc]
    """A sheet of a workbook that keeps one row at a time in memory."""

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        kind, style = type(cell).__name__, cell[1]
        if style is not None and col < len(COLUMNS) and self.constant_memory:
            if kind == "String" and not SPECIAL.search(cell[0]):
                self.fh.write(
                    f'<c r="{COLUMNS[col]}{row + 1}" s="{style._get_xf_index()}" t="inlineStr">'
                    f"<is><t>{cell[0]}</t></is></c>"
                )
                return
            if kind == "Number" and isinstance(cell[0], (int, float)):
                self.fh.write(
                    f'<c r="{COLUMNS[col]}{row + 1}" s="{style._get_xf_index()}"><v>{cell[0]:.16G}</v></c>'
                )
                return
        super()._write_cell(row, col, cell)
