"""Numbers as people say them: 五组 and 5组 are one place, 二十三号 and 23号 one house."""

from __future__ import annotations

import re
from functools import lru_cache

DIGITS = {one: str(n) for n, one in enumerate("零一二三四五六七八九")} | {"〇": "0"}
NUMERALS = frozenset((*DIGITS, "十", "百"))
"""The characters of numbers below a thousand; larger ones stand in names (千山, 万家)."""

COUNTED = "".join(DIGITS)
RUN = re.compile(f"[{COUNTED}]*[十百][{COUNTED}十百]*")
SPOKEN = re.compile(
    "(?:([一二三四五六七八九])百)?([零〇])?(?:([一二三四五六七八九])?(十))?([一二三四五六七八九])?"
)


def in_digits(text: str) -> str:
    """Write every Chinese number below a thousand in digits; what is no number (百货) stays as it is."""
    if "十" in text or "百" in text:
        text = RUN.sub(lambda found: _digits(found.group()), text)
    for numeral, digit in DIGITS.items():
        text = text.replace(numeral, digit)
    return text


@lru_cache(10_000)
def _digits(run: str) -> str:
    said = SPOKEN.fullmatch(run)
    if said is None:
        return run
    hundreds, gap, tens, ten, ones = said.groups()
    if hundreds and ones and not gap and not ten:  # 一百二 is 120, 一百零二 is 102
        tens, ten, ones = ones, "十", None
    value = 100 * _digit(hundreds) + (10 * (_digit(tens) or 1) if ten else 0) + _digit(ones)
    return str(value)


def _digit(one: str | None) -> int:
    return int(DIGITS[one]) if one else 0
