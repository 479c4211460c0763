"""Turn text cells into the values of a column: numbers, yes and no, codes, dates, identifiers.

Each function answers with the values (missing where there is none) and which cells could not be
understood; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from grid_model.schema import Column
from resources.i18n import in_language

FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Full-width digits, letters and signs, and what they stand for."""

_FULL_WIDTH_PATTERN = "[\uff01-\uff5e\u3000]"
YES = frozenset(
    {
        "true",
        "t",
        "yes",
        "y",
        "1",
        "1.0",
        "是",
        "有",
        "合",
        "闭合",
        "合闸",
        "合位",
        "closed",
        "运行",
        "在运",
        "投运",
        "在用",
        "在岗",
        "20",
        "01",
    }
)
NO = frozenset(
    {
        "false",
        "f",
        "no",
        "n",
        "0",
        "0.0",
        "否",
        "无",
        "分",
        "断开",
        "分闸",
        "分位",
        "open",
        "停用",
        "停运",
        "退运",
        "未投运",
        "拆除",
        "备用",
        "离岗",
        "02",
        "03",
    }
)
EXCEL_EPOCH = date(1899, 12, 30)
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T].*)?")


def narrow(cells: pd.Series) -> pd.Series:
    """Write full-width digits, letters and signs in the usual width."""
    wide = cells.str.contains(_FULL_WIDTH_PATTERN, na=False)
    if not wide.any():
        return cells
    return cells.where(~wide, cells.str.translate(FULL_WIDTH).str.strip())


def numbers(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read numbers; thousands may be parted by commas, a percent sign or unit is not understood."""
    values = pd.to_numeric(cells, errors="coerce")
    if (values.isna() & cells.notna()).any():
        text = narrow(cells)
        grouped = text.str.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", na=False)
        values = pd.to_numeric(text.where(~grouped, text.str.replace(",", "", regex=False)), errors="coerce")
    values = values.astype("float64").where(lambda found: np.isfinite(found))
    return values, values.isna() & cells.notna()


def truths(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read yes and no."""
    meaning = {cell: _truth(cell) for cell in cells.dropna().unique()}
    values = (
        cells.map(meaning).astype("boolean") if meaning else pd.Series(pd.NA, cells.index, dtype="boolean")
    )
    return values, values.isna() & cells.notna()


def _truth(cell: str) -> bool | None:
    word = unicodedata.normalize("NFKC", cell).strip().casefold()
    return True if word in YES else False if word in NO else None


def codes(cells: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    """Read a choice column by code, label or alias; ``01|高压`` and ``01-高压`` by either part."""
    known = choice_words(column)
    meaning = {cell: _code(cell, known) for cell in cells.dropna().unique()}
    values = cells.map(meaning).astype("str") if meaning else pd.Series(np.nan, cells.index, dtype="str")
    return values, values.isna() & cells.notna()


@lru_cache(maxsize=64)
def choice_words(column: Column) -> Mapping[str, str]:
    """What source files write for each code of `column`, in normal form."""
    words: dict[str, str] = {}
    for choice in column.choices:
        for word in (choice.code, *choice.aliases, choice.label, in_language(choice.label, "zh_CN")):
            words.setdefault(_word(word), choice.code)
    return words


def _word(text: str) -> str:
    return re.sub(r"[\s_\-]", "", unicodedata.normalize("NFKC", text).casefold())


def _code(cell: str, known: Mapping[str, str]) -> str | None:
    whole = _word(cell)
    if whole in known:
        return known[whole]
    found = {known[part] for part in map(_word, re.split(r"[|｜\-:：、]", cell)) if part in known}
    return found.pop() if len(found) == 1 else None


def dates(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read dates as ISO text: ``2026-11-20``, ``2026/11/20``, ``2026年11月20日``, ``20261120``, serials."""
    meaning = {cell: _date(cell) for cell in cells.dropna().unique()}
    values = cells.map(meaning).astype("str") if meaning else pd.Series(np.nan, cells.index, dtype="str")
    return values, values.isna() & cells.notna()


def _date(cell: str) -> str | None:
    text = cell.translate(FULL_WIDTH).strip()
    found = _DATE.fullmatch(text)
    if found is None and re.fullmatch(r"\d{8}", text):
        found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text)
    try:
        if found:
            return date(*(int(part) for part in found.groups())).isoformat()
        if re.fullmatch(r"\d{5}(\.\d+)?", text) and 20_000 <= float(text) < 80_000:
            return (EXCEL_EPOCH + timedelta(days=int(float(text)))).isoformat()
    except ValueError:
        return None
    return None


def damaged(cells: pd.Series) -> pd.Series:
    """Which identifiers Excel has damaged: ``1.2E+21``, ``123.0``, or digits past the 15th all zero."""
    scientific = cells.str.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", na=False)
    fraction = cells.str.fullmatch(r"\d+\.0+", na=False)
    rounded = cells.str.fullmatch(r"\d{15}0{4,}", na=False)
    return scientific | fraction | rounded
