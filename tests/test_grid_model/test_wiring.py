"""Identifiers become row numbers, whatever order they come in."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid_model import schema
from grid_model.table import Table
from grid_model.topology import TopologyIndex
from grid_model.wiring import rows_of, same_columns
from tests.drawing import draw

SIZE = 12
NAME = st.integers(0, SIZE + 2).map("n{}".format)


def table_of(ids: list[str]) -> Table:
    return Table.of(schema.table("connectivity_nodes"), pd.DataFrame({"id": ids}))


@given(st.lists(st.lists(st.one_of(NAME, st.none()), max_size=3 * SIZE), min_size=1, max_size=3))
def test_each_identifier_gets_its_row_and_an_unknown_or_missing_one_none(
    asked: list[list[str | None]],
) -> None:
    ids = [f"n{n}" for n in range(SIZE)]
    found = rows_of(table_of(ids), [pd.Series(one, dtype="str") for one in asked])
    expected = [[ids.index(one) if one in ids else -1 for one in column] for column in asked]
    assert [column.tolist() for column in found] == expected


@given(
    repeats=st.lists(st.integers(0, 3), min_size=SIZE, max_size=SIZE),
    tail=st.lists(st.one_of(NAME, st.none()), max_size=4),
)
def test_a_column_in_the_order_of_the_table_is_read_along_with_it(
    repeats: list[int], tail: list[str | None]
) -> None:
    """Usage points in the order of their customers: some have several, some none, then something else."""
    ids = [f"n{n}" for n in range(SIZE)]
    asked = [one for one, times in zip(ids, repeats, strict=True) for _n in range(times)] + tail
    (found,) = rows_of(table_of(ids), [pd.Series(asked, dtype="str")])
    assert found.tolist() == [ids.index(one) if one in ids else -1 for one in asked]


@pytest.mark.parametrize("asked", [[], [None], ["n1"]])
def test_an_empty_table_knows_nobody(asked: list[str | None]) -> None:
    (found,) = rows_of(table_of([]), [pd.Series(asked, dtype="str")])
    assert found.tolist() == [-1] * len(asked)


def test_an_edit_shares_the_columns_it_does_not_touch_and_tells_those_it_does() -> None:
    network = draw("s k1 a", "a k2 b", sources=["s"])
    draft = network.edit()
    draft.update("switches", ["k1"], open=True, node_b="b")
    edited, _changes = draft.finish()
    before, after = network.table("switches"), edited.table("switches")
    assert same_columns(before, after, ("id", "node_a", "line", "in_service", "normal_open"))
    assert not same_columns(before, after, ("open",))
    assert not same_columns(before, after, ("node_b",))
    draft = edited.edit()
    draft.update("switches", ["k1"], open=False, node_b="a")
    back, _changes = draft.finish()
    assert same_columns(before, back.table("switches"), before.schema.names)
    assert TopologyIndex.build(back).wiring is TopologyIndex.build(network).wiring
