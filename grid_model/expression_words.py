"""Cut the text of a condition into words: names of columns, numbers, texts in quotes, operators.

A column is named as in the schema (``rated_kva``) or by its title in either language (额定容量, Rated
power). Titles may hold blanks and Chinese words stand without blanks between them, so the longest name
or operator that fits is taken. Full-width signs (（＞＝，) count as the usual ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from grid_model import schema
from grid_model.errors import GridError
from resources.i18n import LANGUAGES, in_language

LONGEST = 10_000
"""Characters a condition may have."""

WORDS = {
    "and": ("and", "且", "并且"),
    "or": ("or", "或", "或者"),
    "not": ("not", "非"),
    "in": ("in", "属于"),
    "not in": ("not in", "不属于"),
    "is": ("is", "是"),
    "is not": ("is not", "不是"),
    "true": ("true", "yes", "真"),
    "false": ("false", "no", "否", "假"),
    "empty": ("empty", "空", "null", "none"),
    "is empty": ("为空", "为空值"),
    "is not empty": ("不为空", "非空"),
    "contains": ("contains", "包含"),
    "does not contain": ("does not contain", "不包含"),
    "starts with": ("starts with", "开头是", "开头为"),
    "ends with": ("ends with", "结尾是", "结尾为"),
    "like": ("like", "ilike"),
    "between": ("between", "介于"),
    "to": ("和", "至", "到"),
    "==": ("等于",),
    "!=": ("不等于",),
    ">": ("大于",),
    "<": ("小于",),
    ">=": ("大于等于", "不小于"),
    "<=": ("小于等于", "不大于"),
}
"""Operators written in letters, in both languages."""

UNITS = frozenset(
    {
        "kva", "mva", "va", "kv", "v", "kw", "mw", "kwh", "m", "km", "mm", "min", "h", "s", "a", "ka",
        "千伏安", "千伏", "千瓦", "米", "公里", "千米", "分钟", "小时",
    }
)  # fmt: skip
"""Units of measurement, which no condition takes: a number is in the unit of its column."""

FUNCTIONS = ("lower", "upper", "length", "abs", "is_empty")

SIGNS = {
    "==": "==", "=": "==", "!=": "!=", "<>": "!=", "≠": "!=", ">=": ">=", "≥": ">=", "<=": "<=", "≤": "<=",
    ">": ">", "<": "<", "(": "(", ")": ")", "[": "[", "]": "]", ",": ",", "、": ",", "+": "+", "-": "-",
    "*": "*", "×": "*", "/": "/", "÷": "/", "&&": "and", "||": "or", "!": "not",
}  # fmt: skip

HALF_WIDTH = str.maketrans("（）＞＜＝！，［］【】＋－＊／＆｜＂＇", "()><=!,[][]+-*/&|\"'")
"""Signs as a Chinese keyboard writes them, one for one, so that places stay the same."""

QUOTES = {'"': '"', "'": "'", "“": "”“", "”": "”“", "‘": "’‘", "’": "’‘", "「": "」", "『": "』"}
"""Opening quote → what may close it."""

_NUMBER = re.compile(r"(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_RUN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a condition.

    Parameters
    ----------
    kind
        ``name`` (of a column), ``function``, ``number``, ``text``, ``operator``, ``end``.
    value
        The column's name, the number, the text without quotes, the operator as the parser knows it.
    place
        Where it begins, counting characters from 1.
    written
        As it stands in the condition.
    """

    kind: str
    value: str
    place: int
    written: str


def words(text: str, table: schema.TableSchema) -> list[Word]:
    """Cut `text` into words; the last one is of kind ``end``.

    Raises
    ------
    GridError
        ``expression-unknown-name``, ``expression-ambiguous-name``, ``expression-open-quote``,
        ``expression-strange-sign``, ``expression-too-long``, ``expression-unit``.
    """
    if len(text) > LONGEST:
        raise GridError("expression-too-long", longest=LONGEST)
    return [*_words(text, text.translate(HALF_WIDTH), table), Word("end", "", len(text) + 1, "")]


def _words(text: str, plain: str, table: schema.TableSchema) -> Iterator[Word]:
    at = 0
    while at < len(text):
        if plain[at].isspace():
            at += 1
            continue
        word = _word_at(text, plain, at, table)
        yield word
        at += len(word.written)


def _word_at(text: str, plain: str, at: int, table: schema.TableSchema) -> Word:
    if text[at] in QUOTES or plain[at] in "\"'":
        return _quoted(text, plain, at)
    number = _NUMBER.match(plain, at)
    if number and not (_joins(plain, number.end()) and plain[number.end()].isascii()):
        return Word("number", number[0], at + 1, text[at : number.end()])
    if _RUN.match(plain, at):
        return _named(text, plain, at, table)
    for length in (2, 1):
        sign = SIGNS.get(plain[at : at + length])
        if sign:
            return Word("operator", sign, at + 1, text[at : at + length])
    raise GridError("expression-strange-sign", place=at + 1, sign=text[at])


def _quoted(text: str, plain: str, at: int) -> Word:
    """Read a text in quotes; its quote written twice stands for itself."""
    opening = text[at] if text[at] in QUOTES else plain[at]
    closing, found, here = QUOTES[opening], "", at + 1
    while here < len(text):
        sign = text[here] if opening in "“”‘’「『" else plain[here]
        if sign not in closing:
            found += text[here]
            here += 1
        elif opening in "\"'" and plain[here + 1 : here + 2] == opening:
            found += opening
            here += 2
        else:
            return Word("text", found, at + 1, text[at : here + 1])
    raise GridError("expression-open-quote", place=at + 1, text=text[at : at + 20])


def _named(text: str, plain: str, at: int, table: schema.TableSchema) -> Word:
    vocabulary = _vocabulary(table.name)
    word = _longest(plain, at, vocabulary)
    if word is None:
        run = _RUN.match(text, at)
        assert run is not None  # the caller has seen it
        unit = run[0].lstrip("0123456789.")
        if unit.casefold() in UNITS:
            raise GridError("expression-unit", place=at + 1 + len(run[0]) - len(unit), unit=unit)
        raise GridError(
            "expression-unknown-name", place=at + 1, name=run[0], table=table.name, near=_near(run[0], table)
        )
    kind, value, length = word
    if kind == "ambiguous":
        raise GridError("expression-ambiguous-name", place=at + 1, name=text[at : at + length], columns=value)
    written = text[at : at + length]
    if written.casefold() in FUNCTIONS and plain[at + length :].lstrip().startswith("("):
        return Word("function", written.casefold(), at + 1, written)  # “Length” is a title too
    return Word(kind, value, at + 1, written)


def _longest(plain: str, at: int, vocabulary: _Vocabulary) -> tuple[str, str, int] | None:
    """Find the longest known word that begins at `at` and ends where a word can end."""
    for length in vocabulary.lengths:
        found = vocabulary.known.get(plain[at : at + length].casefold())
        if found is None or at + length > len(plain):
            continue
        end = at + length
        if not _joins(plain, end) or (not plain[end - 1].isascii() and _begins_word(plain, end, vocabulary)):
            return *found, length
    return None


def _begins_word(plain: str, at: int, vocabulary: _Vocabulary) -> bool:
    """Whether a known word, or a number, begins at `at`: Chinese words stand without blanks."""
    if plain[at].isdigit():
        return True
    return any(plain[at : at + length].casefold() in vocabulary.known for length in vocabulary.lengths)


def _joins(plain: str, end: int) -> bool:
    """Whether the word goes on at `end`."""
    return end < len(plain) and bool(_RUN.match(plain[end]))


@dataclass(frozen=True)
class _Vocabulary:
    """What a word may be in the conditions of one table: folded text → kind and value."""

    known: Mapping[str, tuple[str, str]]
    lengths: tuple[int, ...]


@cache
def _vocabulary(table_name: str) -> _Vocabulary:
    table = schema.table(table_name)
    known: dict[str, tuple[str, str]] = {}
    owners: dict[str, list[str]] = {}
    for column in table.columns:
        for title in titles(column):
            owners.setdefault(title.translate(HALF_WIDTH).casefold(), []).append(column.name)
    for title, columns in owners.items():
        several = len(set(columns)) > 1
        known[title] = ("ambiguous", ", ".join(dict.fromkeys(columns))) if several else ("name", columns[0])
    for operator, spellings in WORDS.items():
        known.update((one, ("operator", operator)) for one in spellings)
    known.update((one, ("function", one)) for one in FUNCTIONS if one not in known)
    known.update((column.name, ("name", column.name)) for column in table.columns)
    return _Vocabulary(known, tuple(sorted({len(one) for one in known}, reverse=True)))


def titles(column: schema.Column) -> list[str]:
    """List the column's titles in every language, as tables head it with its unit too."""
    found = [in_language(column.label, language) for language in LANGUAGES]
    if not column.unit:
        return found
    return [*found, *(f"{one}{gap}({column.unit})" for one in found for gap in ("", " "))]


def _near(name: str, table: schema.TableSchema) -> str:
    """Name what may have been meant: columns whose name or title is much like `name`."""
    spellings = {one.casefold(): one for column in table.columns for one in (column.name, *titles(column))}
    close = get_close_matches(name.casefold(), spellings, n=3, cutoff=0.5)
    held = [one for one in spellings if name.casefold() in one or one in name.casefold()]
    found = [spellings[one] for one in dict.fromkeys([*close, *held])]
    return ", ".join(found[:3] or table.names[:8])
