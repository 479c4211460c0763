"""A project is a value: edits give the next one, and images take them back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid_model import schema
from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.history import History, stacks
from grid_model.project import Draft, Project, ProjectInfo
from grid_model.table import OVERLAY_LIMIT, Table


@dataclass(frozen=True)
class Doing:
    """An edit made of a function on a draft."""

    what: Callable[[Draft], None]
    title: str = "Do"
    values: Mapping[str, str] = field(default_factory=dict)

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Do it."""
        draft = project.edit()
        self.what(draft)
        return draft.finish()


def started(*ids: str) -> History:
    history = History(Project.empty(ProjectInfo("Test")))
    history.do(Doing(lambda draft: draft.insert("poles", [{"id": one} for one in ids])))
    return history


def ids(history: History) -> list[str]:
    return history.project.frame("poles")["id"].tolist()


def test_missing_values_become_the_default_of_their_column() -> None:
    history = started()
    history.do(
        Doing(
            lambda draft: draft.insert(
                "switches",
                [
                    {"id": "k1", "node_a": "a", "kind": "fuse"},
                    {"id": "k2", "node_a": "a", "is_operable": None},
                ],
            )
        )
    )
    frame = history.project.frame("switches")
    assert frame["kind"].tolist() == ["fuse", "unknown"]
    assert frame["is_operable"].tolist() == [True, True]
    assert frame["node_b"].isna().all()


def test_an_identifier_keeps_its_zeros() -> None:
    history = started("0012")
    assert ids(history) == ["0012"]
    assert history.project.table("poles").row("0012")["id"] == "0012"


def test_the_largest_whole_number_stays_beside_a_missing_one() -> None:
    large = 2**63 - 1
    history = started()
    rows = [{"id": "1", "code": "x", "row_number": large}, {"id": "2", "code": "x"}]
    history.do(Doing(lambda draft: draft.insert("issues", rows)))
    assert history.project.table("issues").row("1")["row_number"] == large
    history.do(Doing(lambda draft: draft.update("issues", ["1", "2"], row_number=[None, large - 1])))
    assert history.project.frame("issues")["row_number"].to_list()[1] == large - 1


def test_a_deleted_row_comes_back_in_its_old_place_with_its_old_fid() -> None:
    history = started("a", "b", "c")
    before = history.project.frame("poles")
    history.do(Doing(lambda draft: draft.delete("poles", ["b"])))
    assert ids(history) == ["a", "c"]
    assert "b" not in history.project.table("poles")
    history.undo()
    pd.testing.assert_frame_equal(history.project.frame("poles"), before)
    assert history.project.table("poles").position("b") == 1


def test_a_fid_is_never_given_twice() -> None:
    history = started("a", "b")
    history.do(Doing(lambda draft: draft.delete("poles", ["b"])))
    history.do(Doing(lambda draft: draft.insert("poles", [{"id": "b"}])))
    assert history.project.frame("poles")["fid"].tolist() == [1, 3]
    history.undo()
    history.undo()
    assert history.project.frame("poles")["fid"].tolist() == [1, 2]
    assert history.project.table("poles").position("b") == 1


def test_an_edit_that_changes_nothing_leaves_no_trace() -> None:
    history = started("a")
    assert not history.do(Doing(lambda draft: draft.update("poles", ["a"], number=None)))
    assert len(history.journal.entries()) == 1


def test_only_the_cells_that_differ_are_in_the_changes() -> None:
    history = started("a", "b")
    history.do(Doing(lambda draft: draft.update("poles", ["a"], number="1")))
    changes = history.do(Doing(lambda draft: draft.update("poles", ["a", "b"], number="1", x=None)))
    assert changes.fids("poles").tolist() == [2]
    assert changes.row_count == 1


def test_shapes_are_kept_byte_for_byte() -> None:
    history = started()
    history.do(Doing(lambda draft: draft.insert("stations", [{"id": "1", "name": "所", "geometry": b"abc"}])))
    history.do(Doing(lambda draft: draft.update("stations", ["1"], geometry=b"xyz")))
    assert history.project.frame("stations")["geometry"].tolist() == [b"xyz"]
    history.undo()
    assert history.project.frame("stations")["geometry"].tolist() == [b"abc"]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (lambda draft: draft.insert("poles", [{"id": "a"}]), "duplicate-id"),
        (lambda draft: draft.insert("poles", [{"id": "n"}, {"id": "n"}]), "duplicate-id"),
        (lambda draft: draft.insert("poles", [{"id": ""}]), "missing-id"),
        (lambda draft: draft.insert("poles", [{"name": "no id"}]), "missing-id"),
        (lambda draft: draft.insert("poles", [{"id": "n", "colour": "red"}]), "unknown-column"),
        (lambda draft: draft.insert("switches", [{"id": "n", "kind": "frob"}]), "bad-choice"),
        (lambda draft: draft.update("poles", ["a"], id="z"), "id-fixed"),
        (lambda draft: draft.update("poles", ["z"], number="1"), "unknown-object"),
        (lambda draft: draft.update("poles", ["a"], x="east"), "bad-value"),
        (lambda draft: draft.update("poles", ["a"], x=float("inf")), "bad-value"),
        (lambda draft: draft.update("poles", ["a"], x="-1e400"), "bad-value"),
        (lambda draft: draft.insert("poles", [{"id": "b", "y": float("-inf")}]), "bad-value"),
        (lambda draft: draft.update("poles", ["a"], nominal_kv=-10), "number-out-of-range"),
        (lambda draft: draft.delete("poles", ["z"]), "unknown-object"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(what: Callable[[Draft], None], code: str) -> None:
    history = started("a")
    before = history.project
    with pytest.raises(GridError) as refusal:
        history.do(Doing(what))
    assert refusal.value.code == code
    assert history.project is before
    assert len(history.journal.entries()) == 1


def test_undo_without_edits_is_refused() -> None:
    history = History(Project.empty(ProjectInfo()))
    for act, code in ((history.undo, "nothing-to-undo"), (history.redo, "nothing-to-redo")):
        with pytest.raises(GridError) as refusal:
            act()
        assert refusal.value.code == code


def test_an_edit_after_undo_ends_redo() -> None:
    history = started("a")
    history.do(Doing(lambda draft: draft.update("poles", ["a"], number="1")))
    history.undo()
    assert history.next_redo is not None
    history.do(Doing(lambda draft: draft.update("poles", ["a"], number="2")))
    assert history.next_redo is None
    history.undo()
    assert history.project.table("poles").row("a")["number"] is None


def test_the_way_back_follows_from_the_journal_alone() -> None:
    history = started("a")
    history.do(Doing(lambda draft: draft.update("poles", ["a"], number="1")))
    history.undo()
    again = History(history.project, history.journal)
    assert again.next_undo == history.next_undo
    assert again.next_redo == history.next_redo
    again.redo()
    assert again.project.table("poles").row("a")["number"] == "1"
    assert [one.action for one in again.journal.entries()] == ["edit", "edit", "undo", "redo"]
    assert [len(one) for one in stacks(again.journal.entries())] == [2, 0]


def test_facts_about_the_project_are_undone_too() -> None:
    history = started()
    history.do(Doing(lambda draft: draft.set_info(name="New name")))
    assert history.project.info.name == "New name"
    history.undo()
    assert history.project.info.name == "Test"


def test_many_new_rows_are_still_found_by_id() -> None:
    history = started(*(f"p{n}" for n in range(10)))
    for start in range(10, OVERLAY_LIMIT + 500, 700):
        rows = [{"id": f"p{n}"} for n in range(start, start + 700)]
        history.do(Doing(lambda draft, rows=rows: draft.insert("poles", rows)))
    table = history.project.table("poles")
    assert [table.position(f"p{n}") for n in (0, 9, 10, 709, 710, 2400)] == [0, 9, 10, 709, 710, 2400]
    assert table.positions(["p3", "none", "p2400"]).tolist() == [3, -1, 2400]


def test_every_table_takes_a_row_of_nothing_but_an_identifier() -> None:
    for name, one in schema.tables().items():
        table = Table.of(one, pd.DataFrame({"id": ["1"]}))
        assert len(table) == 1, name
        for column in one.columns:
            assert table.frame[column.name].dtype == column.dtype, (name, column.name)


def test_references_and_choices_of_the_schema_lead_somewhere() -> None:
    tables = schema.tables()
    for one in tables.values():
        assert one.columns[0].name == "id"
        assert len(set(one.names)) == len(one.names)
        for column in one.columns:
            assert not column.references or column.references in tables
            assert len(set(column.codes)) == len(column.codes)
            if column.kind is schema.Kind.CHOICE:
                assert column.default is None or column.default in column.codes


ACTIONS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 11), st.integers(0, 3)), min_size=1, max_size=25
)


@given(ACTIONS)
def test_undoing_everything_gives_the_first_state_and_redoing_the_last(
    actions: list[tuple[int, int, int]],
) -> None:
    history = History(Project.empty(ProjectInfo()))
    made = 0
    for kind, which, value in actions:
        one = f"p{which}"
        there = one in history.project.table("poles")
        if kind == 0 and not there:
            history.do(
                Doing(
                    lambda draft, one=one, value=value: draft.insert(
                        "poles", [{"id": one, "x": float(value)}]
                    )
                )
            )
        elif kind == 1 and there:
            history.do(Doing(lambda draft, one=one: draft.delete("poles", [one])))
        elif kind == 2 and there:
            history.do(
                Doing(lambda draft, one=one, value=value: draft.update("poles", [one], x=float(value)))
            )
        elif kind == 3 and history.next_undo:
            history.undo()
        elif kind == 4 and history.next_redo:
            history.redo()
        frame = history.project.frame("poles")
        assert (np.diff(frame["fid"]) > 0).all()
        assert history.project.table("poles").positions(frame["id"].tolist()).tolist() == list(
            range(len(frame))
        )
    last = history.project.frame("poles")
    while history.next_undo:
        history.undo()
        made += 1
    assert len(history.project.frame("poles")) == 0
    for _ in range(made):
        history.redo()
    pd.testing.assert_frame_equal(history.project.frame("poles"), last)
