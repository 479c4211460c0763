"""Choose rows by a condition over their columns: ``rated_kva > 200 and feeder == "10kV101青禾线"``.

Conditions filter lists, stop traces and select rows of tables. They are read by the small grammar below
and never run as code. Columns go by their name or by their title in either language; a reference is
compared with the id or the name of the row it names, a choice with its code, title or alias. A missing
value matches nothing but ``is empty``.

::

    condition  = all { "or" all }             all = one { "and" one }          one = "not" one | comparison
    comparison = sum { ("==" "!=" "<" "<=" ">" ">=") sum }
               | sum ["not"] "in" "[" constant { "," constant } "]"
               | sum "between" sum "and" sum
               | sum "is" ["not"] ("empty" | sum)
               | sum ("contains" | "does not contain" | "starts with" | "ends with") text
               | sum "like" text                                          (% at either end, nowhere else)
    sum        = term { ("+" | "-") term }    term = factor { ("*" | "/") factor }
    factor     = "-" factor | number | text | "true" | "false" | "empty" | column
               | ("lower" | "upper" | "length" | "abs" | "is_empty") "(" condition ")" | "(" condition ")"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite

import numpy as np
import numpy.typing as npt

from grid_model import schema
from grid_model.errors import GridError
from grid_model.expression_values import (
    EMPTY,
    NUMBER,
    SHAPE,
    TEXT,
    TRUTH,
    Both,
    Calculation,
    Call,
    ColumnPart,
    Comparison,
    Constant,
    Either,
    IsEmpty,
    Not,
    OneOf,
    Part,
    RefersTo,
    Rows,
    TextMatch,
)
from grid_model.expression_words import Word, words
from grid_model.project import Project
from grid_model.schema import Kind
from resources.i18n import LANGUAGES, in_language

DEEPEST = 60
"""How deep conditions may stand in one another."""

COMPARING = ("==", "!=", "<", "<=", ">", ">=")
MATCHING = ("contains", "does not contain", "starts with", "ends with")

_MOMENT = re.compile(r"\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d)?)?)?)?")


@dataclass(frozen=True)
class Expression:
    """A condition over the rows of one table.

    Parameters
    ----------
    text
        As it was written.
    table
        Name of the table.
    columns
        The columns it looks at, in the order they are named.
    """

    text: str
    table: str
    columns: tuple[str, ...]
    _condition: Part = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str, table_name: str) -> Expression:
        """Read a condition over the table `table_name`.

        Raises
        ------
        GridError
            A code that begins with ``expression-``, saying at which sign (counted from 1) what is wrong.
        KeyError
            There is no such table.
        """
        table = schema.table(table_name)
        parser = _Parser(text, table)
        return cls(text, table_name, parser.columns, parser.whole())

    def mask(self, project: Project) -> npt.NDArray[np.bool_]:
        """Tell for each row of the table, in its order, whether the condition is true."""
        return self._condition.truth(Rows(project, schema.table(self.table))).true


class _Parser:
    """Reads words one after another; each method reads one kind of part."""

    def __init__(self, text: str, table: schema.TableSchema) -> None:
        self._table = table
        self._words = words(text, table)
        self._at = 0
        self._deep = 0
        self.columns = tuple(dict.fromkeys(one.value for one in self._words if one.kind == "name"))

    def whole(self) -> Part:
        """Read all of it."""
        if self._next.kind == "end":
            raise GridError("expression-empty")
        found = self._condition(self._either())
        if self._next.kind != "end":
            raise self._unexpected()
        return found

    # -------------------------------------------------------------- words

    @property
    def _next(self) -> Word:
        return self._words[self._at]

    def _take(self, *operators: str) -> Word | None:
        """Go past the next word where it is one of `operators`."""
        word = self._next
        if word.kind != "operator" or word.value not in operators:
            return None
        self._at += 1
        return word

    def _need(self, operator: str) -> None:
        if not self._take(operator):
            raise self._unexpected(operator)

    def _unexpected(self, expected: str = "") -> GridError:
        word = self._next
        if word.kind == "end":
            return GridError("expression-ends-early", place=word.place)
        if expected:
            return GridError("expression-expected", place=word.place, found=word.written, expected=expected)
        return GridError("expression-unexpected", place=word.place, found=word.written)

    def _deeper(self, read: Callable[[], Part]) -> Part:
        self._deep += 1
        if self._deep > DEEPEST:
            raise GridError("expression-too-deep", place=self._next.place, deepest=DEEPEST)
        found = read()
        self._deep -= 1
        return found

    # -------------------------------------------------------------- conditions

    def _condition(self, part: Part) -> Part:
        if part.worth != TRUTH:
            raise GridError("expression-no-condition", part=part.written)
        return part

    def _either(self) -> Part:
        found = self._all()
        while word := self._take("or"):
            left, right = self._condition(found), self._condition(self._all())
            found = Either(left, right, word.written)
        return found

    def _all(self) -> Part:
        found = self._one()
        while word := self._take("and"):
            left, right = self._condition(found), self._condition(self._one())
            found = Both(left, right, word.written)
        return found

    def _one(self) -> Part:
        word = self._take("not")
        if word:
            return Not(self._condition(self._deeper(self._one)), word.written)
        return self._comparison()

    def _comparison(self) -> Part:
        left = self._sum()
        if word := self._take("is empty", "is not empty"):
            return self._empty(left, word.value == "is not empty", word)
        if word := self._take("is", "is not"):
            return self._is(left, word)
        if word := self._take("not in", "in"):
            return self._member(left, word.value == "not in", word)
        if self._next.value == "not" and self._words[min(self._at + 1, len(self._words) - 1)].value == "in":
            word = self._next
            self._at += 2
            return self._member(left, True, word)
        if word := self._take("between"):
            return self._between(left, word)
        if word := self._take(*MATCHING, "like"):
            return self._match(left, word)
        return self._chain(left)

    def _chain(self, left: Part) -> Part:
        """Read ``a < b <= c``: both comparisons hold."""
        found: Part | None = None
        while word := self._take(*COMPARING):
            right = self._sum()
            one = self._compared(word, left, right)
            found = one if found is None else Both(found, one, word.written)
            left = right
        return left if found is None else found

    def _is(self, left: Part, word: Word) -> Part:
        negated = word.value == "is not" or bool(self._take("not"))
        if self._take("empty"):
            return self._empty(left, negated, word)
        return self._compared(
            Word("operator", "!=" if negated else "==", word.place, word.written), left, self._sum()
        )

    def _empty(self, of: Part, negated: bool, word: Word) -> Part:
        found = IsEmpty(of, word.written)
        return Not(found, word.written) if negated else found

    def _member(self, of: Part, negated: bool, word: Word) -> Part:
        closing = {"[": "]", "(": ")"}.get(self._next.value if self._next.kind == "operator" else "")
        if closing is None:
            raise self._unexpected("[")
        self._at += 1
        constants = [self._constant()]
        while self._take(","):
            constants.append(self._constant())
        self._need(closing)
        found = _among(of, constants, word)
        return Not(found, word.written) if negated else found

    def _constant(self) -> Constant:
        part = self._factor()
        if not isinstance(part, Constant) or part.worth not in (NUMBER, TEXT):
            raise GridError("expression-not-constant", part=part.written)
        return part

    def _between(self, of: Part, word: Word) -> Part:
        """Read ``a between 1 and 2``, both ends included."""
        low = self._compared(Word("operator", ">=", word.place, word.written), of, self._sum())
        joint = self._take("and", "to")
        if joint is None:
            raise self._unexpected("and")
        high = self._compared(Word("operator", "<=", word.place, word.written), of, self._sum())
        return Both(low, high, joint.written)

    def _match(self, of: Part, word: Word) -> Part:
        pattern = self._sum()
        if not isinstance(pattern, Constant) or pattern.worth != TEXT:
            raise GridError("expression-needs-quotes", part=of.written, value=pattern.written)
        if of.worth != TEXT:
            raise GridError("expression-no-text", part=of.written, operator=word.written)
        negated = word.value == "does not contain"
        operator, text = "contains" if negated else word.value, str(pattern.value)
        if operator == "like":
            operator, text = _liked(text)
        if not operator:
            equal = Word("operator", "==", word.place, word.written)
            return _with_constant(equal, of, Constant(text, TEXT, pattern.written))
        found: Part = TextMatch(operator, of, text, word.written)
        if isinstance(of, ColumnPart) and of.column.choices:
            codes = tuple(one.code for one in of.column.choices if _called(one, operator, text))
            found = OneOf(of, codes, word.written)
        return Not(found, word.written) if negated else found

    def _compared(self, word: Word, left: Part, right: Part) -> Part:
        if isinstance(left, Constant) and not isinstance(right, Constant):
            turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(word.value, word.value)
            return self._compared(Word("operator", turned, word.place, word.written), right, left)
        for one, other in ((left, right), (right, left)):
            if one.worth == EMPTY:
                if word.value not in ("==", "!="):
                    raise GridError("expression-no-order", part=other.written)
                return self._empty(other, word.value == "!=", word)
        if word.value not in ("==", "!="):
            _require_order(left)
            _require_order(right)
        if isinstance(right, Constant):
            return _with_constant(word, left, right)
        _require_same(left, right)
        return Comparison(word.value, left, right, word.written)

    # -------------------------------------------------------------- values

    def _sum(self) -> Part:
        found = self._term()
        while word := self._take("+", "-"):
            found = _calculation(word, found, self._term())
        return found

    def _term(self) -> Part:
        found = self._factor()
        while word := self._take("*", "/"):
            found = _calculation(word, found, self._factor())
        return found

    def _factor(self) -> Part:
        word = self._next
        if minus := self._take("-"):
            return _negative(minus, self._deeper(self._factor))
        if self._take("("):
            found = self._deeper(self._either)
            self._need(")")
            return found
        if word.kind == "operator" and word.value in ("true", "false", "empty"):
            self._at += 1
            worth = EMPTY if word.value == "empty" else TRUTH
            return Constant(None if worth == EMPTY else word.value == "true", worth, word.written)
        if word.kind == "operator" and word.value == "is":  # 是 stands for yes where a value is meant
            self._at += 1
            return Constant(True, TRUTH, word.written)
        if word.kind in ("end", "operator"):
            raise self._unexpected()
        self._at += 1
        return self._value(word)

    def _value(self, word: Word) -> Part:
        if word.kind == "number":
            value = float(word.value)
            if not isfinite(value):
                raise GridError("expression-bad-number", place=word.place, value=word.written)
            return Constant(value, NUMBER, word.written)
        if word.kind == "text":
            return Constant(word.value, TEXT, word.written)
        if word.kind == "function":
            return self._call(word)
        return ColumnPart(self._table.column(word.value), word.written)

    def _call(self, word: Word) -> Part:
        self._need("(")
        of = self._deeper(self._either)
        self._need(")")
        if word.value == "is_empty":
            return IsEmpty(of, word.written)
        wanted = NUMBER if word.value == "abs" else TEXT
        if of.worth != wanted:
            raise GridError("expression-wrong-argument", function=word.value, part=of.written, wanted=wanted)
        return Call(word.value, of, word.written)


# ------------------------------------------------------------------ what fits together


def _liked(pattern: str) -> tuple[str, str]:
    """Turn a pattern with % at its ends into an operator, empty for being equal, and a text."""
    text = pattern.removeprefix("%").removesuffix("%")
    if "%" in text:
        raise GridError("expression-like", pattern=pattern)
    before, after = pattern.startswith("%"), pattern.endswith("%")
    return {(True, True): "contains", (True, False): "ends with", (False, True): "starts with"}.get(
        (before, after), ""
    ), text


def _negative(minus: Word, of: Part) -> Part:
    if isinstance(of, Constant) and of.worth == NUMBER:
        return Constant(-float(of.value or 0.0), NUMBER, minus.written + of.written)
    return _calculation(minus, Constant(0.0, NUMBER, ""), of)


def _calculation(word: Word, left: Part, right: Part) -> Part:
    for one in (left, right):
        if one.worth != NUMBER:
            raise GridError("expression-no-number", part=one.written, operator=word.written)
    return Calculation(word.value, left, right, f"{left.written} {word.written} {right.written}".strip())


def _require_order(part: Part) -> None:
    """Refuse larger and smaller where there is none: yes or no, choices, references, shapes."""
    coded = isinstance(part, ColumnPart) and (part.column.choices or part.column.references)
    if part.worth not in (NUMBER, TEXT) or coded:
        raise GridError("expression-no-order", part=part.written)


def _require_same(left: Part, right: Part) -> None:
    if left.worth == SHAPE or right.worth == SHAPE:
        raise GridError("expression-no-shape", part=left.written if left.worth == SHAPE else right.written)
    if left.worth == right.worth:
        return
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Constant) and isinstance(other, Constant) and one.worth == TEXT:
            raise GridError("expression-quoted-name", text=one.written)
        if isinstance(one, ColumnPart) and one.worth == TRUTH and isinstance(other, Constant):
            raise GridError("expression-needs-truth", part=one.written)
        if one.worth == TEXT and isinstance(other, Constant) and other.worth == NUMBER:
            raise GridError("expression-needs-quotes", part=one.written, value=other.written)
        if one.worth == NUMBER and isinstance(other, Constant) and other.worth == TEXT:
            raise GridError("expression-no-quotes", part=one.written, value=other.value)
    raise GridError("expression-unlike", left=left.written, right=right.written)


def _with_constant(word: Word, left: Part, right: Constant) -> Part:
    _require_same(left, right)
    if isinstance(left, ColumnPart) and left.worth == TEXT:
        if left.column.references:
            found: Part = RefersTo(left, (str(right.value),), word.written)
            return Not(found, word.written) if word.value == "!=" else found
        right = Constant(_stored(left.column, right), TEXT, right.written)
    return Comparison(word.value, left, right, word.written)


def _among(of: Part, constants: list[Constant], word: Word) -> Part:
    for one in constants:
        _require_same(of, one)
    if isinstance(of, ColumnPart) and of.worth == TEXT:
        if of.column.references:
            return RefersTo(of, tuple(str(one.value) for one in constants), word.written)
        return OneOf(of, tuple(_stored(of.column, one) for one in constants), word.written)
    return OneOf(
        of, tuple(one.value for one in constants if isinstance(one.value, (str, float))), word.written
    )


def _stored(column: schema.Column, constant: Constant) -> str:
    """Give what is stored for a text as a person writes it: a choice's code, an ISO moment."""
    written = str(constant.value)
    if column.kind is Kind.CHOICE:
        codes = [one.code for one in column.choices if _folded(written) in map(_folded, _spellings(one))]
        if not codes:
            raise GridError(
                "expression-bad-choice",
                part=column.name,
                value=written,
                choices=", ".join(column.codes),
            )
        return codes[0]
    if column.kind in (Kind.DATE, Kind.TIME):
        if not _MOMENT.fullmatch(written):
            raise GridError("expression-bad-date", part=column.name, value=written)
        return written.replace(" ", "T")
    return written


def _spellings(choice: schema.Choice) -> list[str]:
    """List what a person may write for a choice: its code, its titles, its aliases."""
    return [choice.code, *(in_language(choice.label, language) for language in LANGUAGES), *choice.aliases]


def _called(choice: schema.Choice, operator: str, text: str) -> bool:
    wanted, ways = _folded(text), {"contains": str.__contains__, "starts with": str.startswith}
    fits = ways.get(operator, str.endswith)
    return any(bool(fits(_folded(one), wanted)) for one in _spellings(choice))


def _folded(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", text).casefold()
