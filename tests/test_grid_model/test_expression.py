"""Conditions over columns: what they choose, what they refuse, and that nothing else can happen."""

from __future__ import annotations

import math
import operator
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid_model import schema
from grid_model.errors import GridError
from grid_model.expression import Expression
from grid_model.project import Project, ProjectInfo
from grid_model.table import Table
from tests.drawing import draw
from ui.messages import ERRORS, sentence


def station() -> Project:
    """Two feeders; transformers of 100, 200, 400 kVA and one of unknown rating on none."""
    return draw(
        "s t1 a",
        "s t2 b",
        "s t3 c",
        "s t4 d",
        "s k1 e",
        "s q2 f",
        "s f3 g",
        sources=["s"],
        rows={
            "feeders": {"X1": {"name": "10kV101青禾线"}, "X2": {"name": "10kV102柳河线"}},
            "power_transformers": {
                "t1": {"name": "青禾1#公变", "rated_kva": 100.0, "feeder": "X1", "usage": "public"},
                "t2": {"name": "柳河2#", "rated_kva": 200.0, "feeder": "X2", "usage": "dedicated"},
                "t3": {
                    "name": "",
                    "rated_kva": 400.0,
                    "feeder": "X1",
                    "usage": "public",
                    "in_service": False,
                },
                "t4": {"rated_kva": None, "feeder": "gone"},
            },
            "poles": {f"p{n}": {"order_on_line": n or None} for n in range(4)},
            "qualifications": {
                "z1": {"kind": "work_leader", "valid_until": "2026-06-30"},
                "z2": {"kind": "work_at_height", "valid_until": "2027-01-31"},
                "z3": {"kind": "safety_exam"},
            },
        },
    )


STATION = station()


def chosen(text: str, table: str = "power_transformers") -> str:
    """Ids of the rows a condition chooses, in one word."""
    return " ".join(STATION.frame(table)["id"][Expression.parse(text, table).mask(STATION)])


@pytest.mark.parametrize(("text", "rows"), [
    ("rated_kva > 150", "t2 t3"),
    ("rated_kva > 150 and feeder == \"10kV101青禾线\"", "t3"),
    ("rated_kva > 200 or rated_kva < 150", "t1 t3"),
    ("100 < rated_kva <= 400", "t2 t3"),
    ("150 < rated_kva", "t2 t3"),
    ("not rated_kva > 150", "t1"),
    ("not (rated_kva > 150 and in_service)", "t1 t3"),
    ("rated_kva in [100, 400]", "t1 t3"),
    ("rated_kva not in (100, 400)", "t2"),
    ("rated_kva + 100 == 2 * 100", "t1"),
    ("rated_kva / 0 > 1", ""),
    ("-rated_kva < -150", "t2 t3"),
    ("abs(100 - rated_kva) = 100", "t2"),
    ("rated_kva is empty", "t4"),
    ("rated_kva is not empty and rated_kva != 100", "t2 t3"),
    ("rated_kva == empty", "t4"),
    ("is_empty(name)", "t3 t4"),
    ("name == ''", "t3"),
    ("name contains '公变'", "t1"),
    ("name does not contain '公变'", "t2 t3"),
    ("name starts with “青禾”", "t1"),
    ("name ends with '#'", "t2"),
    ("length(name) > 4", "t1"),
    ("id == 'T1'", ""),
    ("upper(id) == 'T1'", "t1"),
    ("id contains 'T'", "t1 t2 t3 t4"),
    ("id >= 't3'", "t3 t4"),
    ("in_service", "t1 t2 t4"),
    ("not in_service", "t3"),
    ("in_service == false", "t3"),
    ("in_service is not true", "t3"),
    ("in_service == (rated_kva < 300)", "t1 t2 t3"),
    ("feeder == 'X1'", "t1 t3"),
    ("feeder != '10kV101青禾线'", "t2 t4"),
    ("feeder in ['10kV102柳河线', 'gone']", "t2 t4"),
    ("feeder contains '柳河'", "t2"),
    ("feeder contains 'X'", "t1 t2 t3"),
    ("usage == 'public'", "t1 t3"),
    ("usage == '公变'", "t1 t3"),
    ("usage != 'Public'", "t2"),
    ("usage in ['公', '专']", "t1 t2 t3"),
    ("usage contains '专'", "t2"),
    ("usage is empty", "t4"),
    ("id == name", ""),
    ("true", "t1 t2 t3 t4"),
    ("1 > 2", ""),
    ("is_empty(rated_kva) or name is empty", "t3 t4"),
    # as a Chinese keyboard writes it
    ("额定容量＞150且线路＝“10kV101青禾线”", "t3"),
    ("（额定容量 大于 150 或 额定容量 为空） 且 非 使用性质 等于 ‘专变’", "t3"),
    ("额定容量不小于200", "t2 t3"),
    ("额定容量不为空且在运", "t1 t2"),
    ("名称包含“公变”或者名称开头是“柳河”", "t1 t2"),
    ("线路属于【“10kV102柳河线”，“gone”】", "t2 t4"),
    ("在运 是 否", "t3"),
    ("在运 == 是", "t1 t2 t4"),
    ("使用性质 是 空", "t4"),
    ("Rated power > 150 AND In service", "t2"),
    # as other programs have taught people
    ("rated_kva == None", "t4"),
    ("rated_kva is not NULL and name is not null", "t1 t2"),
    ("rated_kva <> 100 && !(rated_kva = 400)", "t2"),
    ("rated_kva between 100 and 200 and in_service", "t1 t2"),
    ("not rated_kva between 150 and 1e3", "t1"),
    ("额定容量介于100和200", "t1 t2"),
    ("name like '%公变%'", "t1"),
    ("name LIKE '青禾%' or name like '%#'", "t1 t2"),
    ("id like 't3'", "t3"),
    ("feeder like '%柳河%'", "t2"),
    ("额定容量（kVA）>150", "t2 t3"),
    ("Rated power (kVA) > 150", "t2 t3"),
    ("rated_kva > 200 or rated_kva < 150 and in_service", "t1 t3"),
    ("name == 'it''s' or name == \"a\"\"b\"", ""),
])  # fmt: skip
def test_a_condition_chooses_rows(text: str, rows: str) -> None:
    assert chosen(text) == rows


@pytest.mark.parametrize(("text", "table", "rows"), [
    ("order_on_line >= 2", "poles", "p2 p3"),
    ("order_on_line is empty", "poles", "p0"),
    ("valid_until < '2026-11-20'", "qualifications", "z1"),
    ("valid_until >= '2027'", "qualifications", "z2"),
    ("kind == 'fuse'", "switches", "f3"),
    ("kind == '跌落式熔断器'", "switches", "f3"),
    ("kind == 'ＣＢ'", "switches", "q2"),
    ("is_protective and not normal_open", "switches", "q2 f3"),
    ("open == normal_open", "switches", "k1 q2 f3"),
    ("geometry is empty", "ac_line_segments", ""),
])  # fmt: skip
def test_other_columns(text: str, table: str, rows: str) -> None:
    assert chosen(text, table) == rows


@pytest.mark.parametrize(("text", "code", "says"), [
    ("", "expression-empty", "empty"),
    ("rated_kv > 200", "expression-unknown-name", "sign 1: “rated_kv”"),
    ("rated_kva > 200 and feader == 'x'", "expression-unknown-name", "sign 21: “feader”"),
    ("额定容 > 200", "expression-unknown-name", "额定容量"),
    ("rated_kva > ", "expression-ends-early", "sign 13"),
    ("rated_kva > 200)", "expression-unexpected", "sign 16: “)”"),
    ("(rated_kva > 200", "expression-ends-early", "sign 17"),
    ("rated_kva in 200", "expression-expected", "“200” where “[”"),
    ("rated_kva in [200 300]", "expression-expected", "“300”"),
    ("rated_kva in [rated_kva]", "expression-not-constant", "rated_kva"),
    ("name == 'abc", "expression-open-quote", "sign 9"),
    ("name == 200", "expression-needs-quotes", "write 200 in quotes"),
    ("rated_kva == '200'", "expression-no-quotes", "“200”"),
    ("rated_kva == 断路器", "expression-unknown-name", "quotes"),
    ("rated_kva", "expression-no-condition", "rated_kva"),
    ("rated_kva and in_service", "expression-no-condition", "rated_kva"),
    ("not name", "expression-no-condition", "name"),
    ("feeder > 'X1'", "expression-no-order", "feeder"),
    ("usage < 'public'", "expression-no-order", "usage"),
    ("in_service > true", "expression-no-order", "in_service"),
    ("rated_kva > empty", "expression-no-order", "rated_kva"),
    ("usage == 'nothing'", "expression-bad-choice", "public, dedicated"),
    ("name + 1 > 2", "expression-no-number", "name"),
    ("rated_kva contains '2'", "expression-no-text", "rated_kva"),
    ("name contains 2", "expression-needs-quotes", "2"),
    ("name contains id", "expression-needs-quotes", "id"),
    ("length(rated_kva) > 2", "expression-wrong-argument", "length"),
    ("rated_kva == in_service", "expression-unlike", "in_service"),
    ("rated_kva > 200kVA", "expression-unit", "sign 16: write the number without “kVA”"),
    ("rated_kva > 0.2 MVA", "expression-unit", "“MVA”"),
    ("额定容量 大于 200千伏安", "expression-unit", "千伏安"),
    ('"额定容量" > 200', "expression-quoted-name", "without quotes"),
    ("in_service == 1", "expression-needs-truth", "true or false"),
    ("name like 'a%b'", "expression-like", "a%b"),
    ("rated_kva between 1", "expression-ends-early", "sign 20"),
    ("rated_kva between 1, 2", "expression-expected", "“and”"),
    ("name == 青禾", "expression-unknown-name", "quotes"),
    ("rated_kva > 1e999", "expression-bad-number", "1e999"),
    ("rated_kva ; 2", "expression-strange-sign", "“;”"),
    ("__import__('os')", "expression-unknown-name", "__import__"),
    ("name.lower() == 'x'", "expression-strange-sign", "“.”"),
    ("(" * 100 + "true" + ")" * 100, "expression-too-deep", "60"),
    ("not " * 100 + "true", "expression-too-deep", "60"),
    ("rated_kva > 1 or " * 1000 + "true", "expression-too-long", "10"),
])  # fmt: skip
def test_what_cannot_be_read_is_said_in_one_sentence(text: str, code: str, says: str) -> None:
    with pytest.raises(GridError) as error:
        Expression.parse(text, "power_transformers")
    assert error.value.code == code
    assert code in ERRORS
    assert says in sentence(error.value)
    assert "\n" not in sentence(error.value)


def test_a_title_of_two_columns_is_refused_with_their_names() -> None:
    with pytest.raises(GridError) as error:
        Expression.parse("Outline is empty", "transformer_areas")
    assert error.value.values["columns"] == "outline_source, geometry"


def test_shapes_are_only_empty_or_not() -> None:
    assert Expression.parse("geometry is not empty", "villages").columns == ("geometry",)
    with pytest.raises(GridError) as error:
        Expression.parse("geometry == name", "villages")
    assert error.value.code == "expression-no-shape"


def test_an_expression_names_the_columns_it_looks_at() -> None:
    found = Expression.parse("额定容量 > 200 and (feeder == 'x' or rated_kva < 3)", "power_transformers")
    assert found.columns == ("rated_kva", "feeder")


@pytest.mark.parametrize("table", list(schema.tables()))
def test_every_column_can_be_named_by_name_and_title_in_both_languages(table: str) -> None:
    from grid_model.expression_words import titles

    for column in schema.table(table).columns:
        for name in (column.name, *titles(column)):
            try:
                found = Expression.parse(f"{name} is empty", table)
            except GridError as error:
                assert error.code == "expression-ambiguous-name", (table, name)
            else:
                assert found.columns == (column.name,), (table, name)


def test_an_empty_table_has_no_rows_to_choose() -> None:
    empty = Project.empty(ProjectInfo())
    for text in ("name contains 'a'", "rated_kva > 1", "feeder == 'x'", "true", "usage in ['public']"):
        assert Expression.parse(text, "power_transformers").mask(empty).tolist() == []


# ------------------------------------------------------------------ beside pandas

NUMBERS = [None, 0.0, 50.0, 100.0, 250.5, -3.0]
NAMES = [None, "", "a", "A", "ab", "青禾", "青禾1#"]
FEEDERS = [None, "X1", "X2", "gone"]
USAGES: list[str | None] = [None, "public", "dedicated"]
COMPARE = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def random_rows() -> Project:
    dice = np.random.default_rng(5)
    count = 300
    rows = pd.DataFrame(
        {
            "id": [f"t{n}" for n in range(count)],
            **{
                column: pd.Series([values[n] for n in dice.integers(0, len(values), count)], dtype=object)
                for column, values in (
                    ("rated_kva", NUMBERS),
                    ("name", NAMES),
                    ("feeder", FEEDERS),
                    ("usage", USAGES),
                )
            },
            "in_service": dice.random(count) < 0.5,
        }
    )
    feeders = pd.DataFrame({"id": ["X1", "X2"], "name": ["one", "two"]})
    tables = {
        name: Table.of(schema.table(name), frame)
        for name, frame in (("power_transformers", rows), ("feeders", feeders))
    }
    return Project(ProjectInfo(), {**Project.empty(ProjectInfo()).tables, **tables})


ROWS = random_rows()

Oracle = tuple[str, Any]
"""A condition and what it is worth for one row: True, False or None (not known)."""


def plain(value: Any) -> Any:
    return None if value is None or (isinstance(value, float) and math.isnan(value)) else value


def compared(column: str, sign: str, value: Any) -> Oracle:
    written = repr(value) if not isinstance(value, str) else f'"{value}"'

    def worth(row: Any) -> bool | None:
        found = plain(row[column])
        return None if found is None else bool(COMPARE[sign](found, value))

    return f"{column} {sign} {written}", worth


def named(sign: str, name: str) -> Oracle:
    ids = {"one": "X1", "two": "X2"}

    def worth(row: Any) -> bool | None:
        found = plain(row["feeder"])
        return None if found is None else (found in (name, ids.get(name))) == (sign == "==")

    return f'feeder {sign} "{name}"', worth


def emptiness(column: str, written: str, wanted: bool) -> Oracle:
    return f"{column} {written}", lambda row: (plain(row[column]) in (None, "")) == wanted


def joined(word: str, left: Oracle, right: Oracle) -> Oracle:
    decisive = word == "or"

    def worth(row: Any) -> bool | None:
        both = [left[1](row), right[1](row)]
        if decisive in both:
            return decisive
        return None if None in both else not decisive

    return f"({left[0]} {word} {right[0]})", worth


def negated(one: Oracle) -> Oracle:
    def worth(row: Any) -> bool | None:
        found = one[1](row)
        return None if found is None else not found

    return f"not {one[0]}", worth


LEAVES = st.one_of(
    st.builds(
        compared, st.just("rated_kva"), st.sampled_from(list(COMPARE)), st.sampled_from([0.0, 100.0, 7.0])
    ),
    st.builds(compared, st.just("name"), st.sampled_from(list(COMPARE)), st.sampled_from(["a", "", "青禾"])),
    st.builds(compared, st.just("usage"), st.sampled_from(["==", "!="]), st.sampled_from(USAGES[1:])),
    st.builds(named, st.sampled_from(["==", "!="]), st.sampled_from(["one", "X2", "gone", "none"])),
    st.builds(
        emptiness,
        st.sampled_from(["rated_kva", "name", "feeder", "usage"]),
        st.just("is empty"),
        st.just(True),
    ),
    st.builds(emptiness, st.sampled_from(["rated_kva", "name"]), st.just("is not empty"), st.just(False)),
    st.just(("in_service", lambda row: bool(row["in_service"]))),
)  # fmt: skip
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(joined, st.sampled_from(["and", "or"]), inner, inner), st.builds(negated, inner)
    ),
    max_leaves=8,
)


@given(CONDITIONS)
def test_a_condition_is_worth_what_it_is_worth_row_by_row(condition: Oracle) -> None:
    text, worth = condition
    found = Expression.parse(text, "power_transformers").mask(ROWS)
    rows = ROWS.frame("power_transformers").to_dict("records")
    assert found.tolist() == [worth(row) is True for row in rows], text


SNIPPETS = [
    "rated_kva", "名称", "feeder", "in_service", "geometry", "(", ")", "[", "]", ",", "，", "“", "”", "'",
    "==", "＞", "<", "and", "或", "not", "非", "in", "is", "empty", "为空", "contains", "1", "2.5", "1e9",
    "-", '"', "*", "/", "+", "true", "lower(", "length(", "'x'", " ",
]  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(SNIPPETS), max_size=12).map(" ".join)))
def test_whatever_is_written_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        found = Expression.parse(text, "power_transformers")
    except GridError as error:
        assert error.code in ERRORS
        assert sentence(error)
    else:
        assert found.mask(ROWS).shape == (300,)


def test_half_a_million_rows_are_chosen_quickly() -> None:
    """A bound a slow machine keeps too; the benchmark measures."""
    count = 500_000
    rows = pd.DataFrame(
        {
            "id": np.arange(count).astype(str),
            "name": np.arange(count).astype(str),
            "feeder": np.where(np.arange(count) % 3, "X1", "X2"),
            "rated_kva": np.arange(count) % 400 * 1.0,
        }
    )
    tables = {**ROWS.tables, "power_transformers": Table.of(schema.table("power_transformers"), rows)}
    project = Project(ProjectInfo(), tables)
    condition = Expression.parse('rated_kva > 200 and feeder == "two"', "power_transformers")
    begun = time.perf_counter()
    mask = condition.mask(project)
    assert time.perf_counter() - begun < 1.0
    assert mask.sum() == ((rows["rated_kva"] > 200) & (rows["feeder"] == "X2")).sum()
