"""Scales of the map as people write and read them: 1:5000."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation

from ui import formats

SCALES = (500, 1000, 2000, 5000, 10_000, 25_000, 50_000, 100_000, 200_000, 500_000)
"""Offered for choice: the usual scales of maps (GB/T 13989 and large-scale plans)."""

LARGEST, SMALLEST = 50.0, 10_000_000.0
"""Denominators that the map shows."""

LIMITLESS = 1_000_000_000.0
"""From this denominator on there is no limit."""

_GROUPS = re.compile(r"[\s,，\u2009\u202f\u00a0]")
_WAN = re.compile(r"([0-9.]+)万")


def read_scale(text: str) -> float | None:
    """Read ``1:5000``, ``1：5000``, ``1/5000``, ``5000``, ``1:2.5万``; None where it is no scale."""
    plain = _GROUPS.sub("", text).replace("：", ":").replace("/", ":")
    plain = plain.removeprefix("1:")
    try:
        wan = _WAN.fullmatch(plain)
        value = float(Decimal(wan.group(1)) * 10_000 if wan else Decimal(plain))
    except (InvalidOperation, ValueError):
        return None
    if not math.isfinite(value) or value < 1 or value >= LIMITLESS:
        return None
    return value


def scale_text(denominator: float) -> str:
    """Write a scale; nothing where there is no limit."""
    if not 0 < denominator < LIMITLESS:
        return ""
    return f"1:{formats.whole(round(denominator))}"
