"""Rules are put in, switched and taken out, once each and undoable."""

from __future__ import annotations

import pytest

from grid_model.errors import GridError
from grid_model.grouping.plan import project_rules
from grid_model.grouping.rule_edits import AddRule, ChangeRule, RemoveRules, SwitchRules
from grid_model.history import History
from tests.test_grid_model.test_schemes import station


def test_rules_are_put_in_switched_and_taken_out() -> None:
    history = History(station())
    history.do(AddRule("together", ("b", "a")))
    history.do(AddRule("apart", ("c", "d", "c")))
    history.do(AddRule("leader", ("e",)))
    history.do(AddRule("whole_town", town="青禾镇"))
    rules = project_rules(history.project, tuple("abcdefgh"))
    assert rules.together == (("a", "b"),) and rules.apart == (("c", "d"),)
    assert rules.leaders == ("e",) and rules.towns == ("青禾镇",) and not rules.idle
    history.do(SwitchRules(("R001",), False))
    assert project_rules(history.project, tuple("abcdefgh")).together == ()
    history.do(RemoveRules(("R002", "R003")))
    assert list(history.project.frame("grouping_rules")["id"]) == ["R001", "R004"]
    for _n in range(6):
        history.undo()
    assert history.project.frame("grouping_rules").empty


def test_the_same_rule_stands_once_and_holds_again_where_it_was_off() -> None:
    history = History(station())
    history.do(AddRule("together", ("a", "b")))
    assert not history.do(AddRule("together", ("b", "a")))
    history.do(SwitchRules(("R001",), False))
    history.do(AddRule("together", ("b", "a")))
    rows = history.project.frame("grouping_rules")
    assert len(rows) == 1 and bool(rows["active"].iloc[0])


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (AddRule("together", ("a",)), "rule-needs-two"),
        (AddRule("leader"), "rule-needs-one"),
        (AddRule("apart", ("a", "nobody")), "unknown-object"),
        (AddRule("whole_town", town="无此镇"), "unknown-town"),
        (AddRule("near", ("a", "b")), "bad-choice"),
        (SwitchRules(("R9",), True), "unknown-object"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(rule: AddRule, code: str) -> None:
    with pytest.raises(GridError, match=code):
        rule.apply(station())


def test_a_rule_that_is_changed_is_told_in_the_words_of_one_put_in() -> None:
    for kind, members, town in (
        ("apart", ("a", "b"), ""),
        ("leader", ("c",), ""),
        ("whole_town", (), "青禾镇"),
    ):
        put_in, changed = AddRule(kind, members, town), ChangeRule("R001", kind, members, town)
        assert (changed.title, changed.values) == (put_in.title, put_in.values)
    assert AddRule("near").title != ChangeRule("R001", "near").title
