"""Places and conditions in one field come back as they were written, semicolons and all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid_model.trace_configuration import Condition, TraceConfiguration, TraceKind
from ui.trace_parts import joined, parted

LETTERS = st.text(alphabet="ab;；\\\"' “”‘’「」:@0其,", min_size=1, max_size=12)
PLACES = LETTERS.map(str.strip).filter(bool)
VALUES = LETTERS.map(lambda one: '"' + one.replace('"', '""') + '"')
CONDITIONS = st.builds("{} where name == {}".format, st.sampled_from(["switches", "lines"]), VALUES)


@pytest.mark.parametrize(("text", "parts"), [
    ("K1; K2；K3 ;; ", ("K1", "K2", "K3")),
    (r"K\;1; K\；2", ("K;1", "K；2")),
    (r"C:\K1; C:\K2", (r"C:\K1", r"C:\K2")),
    (r"K\\;L", ("K\\", "L")),
    ('K1; switches where name == "a;b"; K2', ("K1", 'switches where name == "a;b"', "K2")),
    ("开关 其中 名称 == “甲；乙”；K2", ("开关 其中 名称 == “甲；乙”", "K2")),
    ("L'1; L'2", ("L'1", "L'2")),
    ('switches where name == "a; K2', ('switches where name == "a', "K2")),
])  # fmt: skip
def test_semicolons_part_but_within_the_quotes_of_a_condition_or_behind_a_backslash(
    text: str, parts: tuple[str, ...]
) -> None:
    assert parted(text) == parts


@given(st.lists(PLACES, max_size=5))
def test_places_come_back_whatever_is_in_their_identifiers(parts: list[str]) -> None:
    assert parted(joined(parts, conditions=False), conditions=False) == tuple(parts)


@given(st.lists(st.one_of(CONDITIONS, PLACES), max_size=5))
def test_conditions_and_places_come_back_from_one_field(parts: list[str]) -> None:
    assert parted(joined(parts)) == tuple(parts)


@given(st.lists(VALUES, min_size=1, max_size=3))
def test_a_kept_configuration_comes_back_from_the_fields(values: list[str]) -> None:
    """The values are read by the grammar of conditions, so they are what a kept trace can hold."""
    asked = TraceConfiguration(
        TraceKind.CONNECTED, ("a;b",), stops=tuple(Condition("switches", f"name == {one}") for one in values)
    ).checked()
    kept = TraceConfiguration.from_json(asked.to_json())
    written = joined(kept.to_document()["stops"])
    assert tuple(map(Condition.parse, parted(written))) == asked.stops
