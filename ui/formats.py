"""How numbers, dates and values are written where people read them."""

from __future__ import annotations

from typing import Any

from grid_model.schema import Column, Kind, TableSchema
from grid_model.table import plain
from resources.i18n import _, language

EMPTY = "—"
"""Stands where nothing is known."""

THIN = "\u00a0"
"""Parts the thousands (a space that does not break the line)."""


def whole(value: float) -> str:
    """Write a count or a rounded number: 1 204."""
    return f"{value:,.0f}".replace(",", THIN)


def number(value: float, digits: int = 1) -> str:
    """Write a number with at most `digits` decimals and no trailing zeros: 3.5, 1 204."""
    text = f"{value:,.{digits}f}".replace(",", THIN)
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """Write a share of 0..1 as 12 %."""
    return f"{share * 100:.0f}{THIN}%"


def choice_label(column: Column, code: str) -> str:
    """Give the label of a code of a choice column; an unknown code stands for itself."""
    for choice in column.choices:
        if choice.code == code:
            return _(choice.label)
    return code


def cell(column: Column, value: Any) -> str:
    """Write one value of a column, without its unit; nothing where it is missing."""
    value = plain(value)
    if value is None or value == "":
        return ""
    match column.kind:
        case Kind.CHOICE:
            return choice_label(column, str(value))
        case Kind.BOOLEAN:
            return _("Yes") if value else _("No")
        case Kind.INTEGER:
            return whole(value)
        case Kind.REAL:
            return f"{value:.6f}" if column.name in ("x", "y") else number(value, 3)
        case Kind.TIME:
            return str(value).replace("T", " ")[:16]
        case Kind.GEOMETRY:
            return ""
    return str(value)


def with_unit(text: str, unit: str) -> str:
    """Put a unit behind a written value."""
    return f"{text}{THIN}{unit}" if text and unit else text


def heading(column: Column) -> str:
    """Give the label of a column with its unit, as it heads a table."""
    label = _(column.label)
    if not column.unit:
        return label
    return f"{label}（{column.unit}）" if language() == "zh_CN" else f"{label} ({column.unit})"


def table_label(table: TableSchema) -> str:
    """Give the label of a table."""
    return _(table.label)
