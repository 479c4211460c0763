r"""Several places or conditions in one field, parted by semicolons; one that belongs to a part stays in it.

Within the quotes of a condition a semicolon parts nothing. Anywhere else ``\;`` stands for it, and twice as
many backslashes before a semicolon for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from grid_model.expression_words import QUOTES
from grid_model.trace_configuration import is_condition

SEMICOLONS = ";；"


def parted(text: str, *, conditions: bool = True) -> tuple[str, ...]:
    """Part a field at its semicolons, Chinese ones too; empty parts are left out.

    Parameters
    ----------
    conditions
        Whether there may be conditions among the parts: in a mere place a quote is a letter.
    """
    found, piece, at = [], "", 0
    while at < len(text):
        sign = text[at]
        slashes = len(text) - at - len(text[at:].lstrip("\\"))
        if slashes and text[at + slashes : at + slashes + 1] in (*SEMICOLONS,):
            piece += "\\" * (slashes // 2)
            at += slashes
            if slashes % 2:
                piece += text[at]
                at += 1
        elif sign in SEMICOLONS:
            found.append(piece)
            piece, at = "", at + 1
        else:
            quotes = conditions and sign in QUOTES and is_condition(f"{piece}{sign}")
            end = _end_of_quote(text, at) if quotes else at
            piece += text[at : end + 1]
            at = end + 1
    return tuple(one.strip() for one in (*found, piece) if one.strip())


def _end_of_quote(text: str, at: int) -> int:
    """Give where the quote that opens at `at` closes; `at` where it does not."""
    closing = QUOTES[text[at]]
    return next((n for n in range(at + 1, len(text)) if text[n] in closing), at)


def joined(parts: Sequence[str], *, conditions: bool = True) -> str:
    """Write parts into a field, so that `parted` gives them again."""
    written = [one if parted(one, conditions=conditions) == (one,) else _escaped(one) for one in parts]
    return "".join(
        one + ("" if n == len(written) else " ; " if one.endswith("\\") else "; ")
        for n, one in enumerate(written, 1)
    )


def _escaped(part: str) -> str:
    return re.sub(rf"(\\*)([{SEMICOLONS}])", lambda found: f"{found[1] * 2}\\{found[2]}", part)
