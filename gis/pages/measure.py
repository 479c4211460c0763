"""How wide a text is in the program's own font, and where it breaks, known without a screen.

The widths are those of WenQuanYi Micro Hei, in which every page is set: a Chinese character is as wide
as the em, Latin letters by the table below.
"""

from __future__ import annotations

from collections.abc import Iterable

EM = 2048
# fmt: off
_ASCII = (
    532, 551, 823, 1323, 1128, 1690, 1438, 463, 616, 616, 1128, 1128, 512, 659, 549, 764,
    1128, 1128, 1128, 1128, 1128, 1128, 1128, 1128, 1128, 1128, 549, 549, 1128, 1128, 1128, 872,
    1774, 1245, 1272, 1235, 1401, 1081, 1006, 1413, 1436, 694, 555, 1186, 1006, 1782, 1493, 1520,
    1180, 1518, 1208, 1063, 1063, 1430, 1163, 1810, 1120, 1079, 1104, 621, 764, 621, 1090, 842,
    1182, 1087, 1200, 948, 1200, 1096, 674, 1061, 1206, 530, 530, 1016, 530, 1835, 1206, 1182,
    1200, 1200, 817, 924, 694, 1206, 981, 1528, 1024, 1001, 903, 725, 1128, 725, 1128,
)
# fmt: on
_OTHERS = {"\u00a0": 532, "·": 549, "×": 1128, "²": 680, "≤": 1128, "°": 877, "–": 1024, "′": 500, "″": 900}
_MAY_END_A_LINE = frozenset(" -/,;.、，。；：）)")
_MAY_NOT_END_A_LINE = frozenset("（(“‘《「【")
_MAY_NOT_BEGIN_A_LINE = frozenset("、，。；：）)”’》!！?？%")

ASCENT = 0.86
DESCENT = 0.14
"""Share of the em that characters reach above and below the baseline."""

LINE = 1.35
"""Distance of baselines in ems."""


def width(text: str, size_mm: float) -> float:
    """Give the width of one line of text in mm."""
    return sum(_advance(char) for char in text) * size_mm / EM


def _advance(char: str) -> int:
    code = ord(char)
    if 32 <= code < 127:
        return _ASCII[code - 32]
    if 0xC0 <= code < 0x250:
        return 1200
    return _OTHERS.get(char, EM)


def fitted(text: str, size_mm: float, room_mm: float) -> str:
    """Cut a text to the room there is; what is cut ends in an ellipsis."""
    if width(text, size_mm) <= room_mm:
        return text
    kept = text
    while kept and width(kept + "…", size_mm) > room_mm:
        kept = kept[:-1]
    return kept + "…" if kept else ""


def wrapped(text: str, size_mm: float, room_mm: float) -> list[str]:
    """Break a text into lines that fit: between Chinese characters, else behind a space or a hyphen.

    A word longer than the room is broken where it has to be.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if line and width((line + piece).rstrip(), size_mm) > room_mm:
                lines.append(line.rstrip())
                line = ""
            while width(piece.rstrip(), size_mm) > room_mm and len(piece) > 1:
                cut = next(
                    (n for n in range(len(piece) - 1, 1, -1) if width(piece[:n], size_mm) <= room_mm), 1
                )
                lines.append(piece[:cut])
                piece = piece[cut:]
            line += piece
        lines.append(line.rstrip())
    return lines


def longest_word(text: str, size_mm: float) -> float:
    """Give the width of the longest piece of a text that does not break; lines given by hand stay whole."""
    if "\n" in text:
        return max(width(line, size_mm) for line in text.split("\n"))
    return max((width(piece.rstrip(), size_mm * 1.02) for piece in _pieces(text)), default=0.0)


def _pieces(text: str) -> Iterable[str]:
    """Part a text where a line may break."""
    piece = ""
    for n, char in enumerate(text):
        piece += char
        following = text[n + 1] if n + 1 < len(text) else ""
        wide = _advance(char) == EM or (following and _advance(following) == EM)
        may_end = (wide or char in _MAY_END_A_LINE) and char not in _MAY_NOT_END_A_LINE
        if may_end and following not in _MAY_NOT_BEGIN_A_LINE:
            yield piece
            piece = ""
    if piece:
        yield piece
