"""Plain cells are written quickly, and exactly as the library itself writes them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import xlsxwriter.worksheet
from hypothesis import given
from hypothesis import strategies as st

from gis import workbook_cells
from gis.workbook import Sheet, SheetColumn, write_workbook
from tests.conftest import scaled

COLUMNS = (SheetColumn("户号", 14), SheetColumn("户名", 22), SheetColumn("kW", 9, number=True))
NASTY = [
    "", " ", "a", " a", "a ", "a\tb", "a\nb", "a\r\nb", "<r>x</r>", "&amp;", "<", ">", '"', "'", "_x0041_",
    "_x", "=1+1", "0012", "http://x", "\u00a0", "\u3000全角", "张三\u3000", "😀", "\ud7ff", "\ue000", "\x85",
    "\u2028", "王大根" * 200,
]  # fmt: skip
NUMBERS: list[Any] = [
    0,
    1,
    -1,
    2**53,
    0.1,
    1 / 3,
    1e300,
    1e-300,
    True,
    None,
    np.float64(2.5),
    np.int64(7),
    float("nan"),
]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def written(folder: Path, rows: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch, quick: bool) -> Path:
    path = folder / f"{quick}.xlsx"
    with monkeypatch.context() as patch:
        if not quick:
            patch.setattr(workbook_cells, "QuickSheet", xlsxwriter.worksheet.Worksheet)
        write_workbook(path, (Sheet("x", COLUMNS, rows, "头", "脚"),), title="t")
    return path


def test_every_part_is_the_same_to_the_byte_as_the_library_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(text, f"甲{text}乙", NUMBERS[n % len(NUMBERS)]) for n, text in enumerate(NASTY * 2)]
    quick, plain = (written(tmp_path, rows, monkeypatch, one) for one in (True, False))
    assert parts(quick) == parts(plain)
    cells = list(openpyxl.load_workbook(quick)["x"].iter_rows(min_row=2, values_only=True))
    assert len(cells) == len(rows)
    assert cells[NASTY.index("0012")][0] == "0012"
    assert cells[NASTY.index("=1+1")][0] == "=1+1"


@given(st.lists(st.text(max_size=6), min_size=1, max_size=20))
def test_any_text_is_written_as_the_library_writes_it(texts: list[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        rows = [(text, None, 1.5) for text in texts]
        made = [written(Path(folder), rows, patch, one) for one in (True, False)]
        assert parts(made[0]) == parts(made[1])


def test_plain_cells_do_go_the_quick_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow: list[Any] = []
    whole = xlsxwriter.worksheet.Worksheet._write_cell

    def counted(self: Any, row: int, col: int, cell: Any) -> None:
        slow.append(cell)
        whole(self, row, col, cell)

    monkeypatch.setattr(xlsxwriter.worksheet.Worksheet, "_write_cell", counted)
    count = scaled(50, 2_000)
    written(
        tmp_path,
        [(f"39{n}", "王大根", n / 7) for n in range(count)] + [("a&b", None, True)],
        monkeypatch,
        True,
    )
    assert [cell[0] for cell in slow] == ["a&b", True]
