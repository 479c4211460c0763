"""The sentences for conditions and traces; `ui.messages` takes them into its one table."""
# ruff: noqa: E501 - a sentence stands on one line

from __future__ import annotations

from collections.abc import Mapping

from resources.i18n import N_

EXPRESSIONS: Mapping[str, str] = {
    "expression-empty": N_("The condition is empty; write one such as: rated_kva > 200."),
    "expression-too-long": N_("The condition has more than {longest} signs; shorten it."),
    "expression-too-deep": N_(
        "At sign {place} the condition stands more than {deepest} deep in brackets; write it simpler."
    ),
    "expression-unknown-name": N_(
        "At sign {place}: “{name}” is no column of the {table}. Near it: {near}. Texts stand in quotes."
    ),
    "expression-ambiguous-name": N_(
        "At sign {place}: “{name}” is the title of several columns; write one of {columns}."
    ),
    "expression-open-quote": N_("The quote at sign {place} is not closed: {text}"),
    "expression-strange-sign": N_("At sign {place}: “{sign}” has no meaning in a condition."),
    "expression-ends-early": N_("The condition ends too early, at sign {place}: something is missing there."),
    "expression-expected": N_("At sign {place} stands “{found}” where “{expected}” is needed."),
    "expression-unexpected": N_(
        "At sign {place}: “{found}” does not fit there; compare with >, ==, in, contains or join with and, or."
    ),
    "expression-no-condition": N_(
        "“{part}” alone is no condition; compare it with something, as in: rated_kva > 200."
    ),
    "expression-not-constant": N_(
        "“{part}” cannot stand in a list; a list holds numbers or texts in quotes."
    ),
    "expression-needs-quotes": N_("“{part}” holds text; write {value} in quotes."),
    "expression-no-quotes": N_("“{part}” holds numbers; write “{value}” without quotes."),
    "expression-no-text": N_("“{part}” holds no text, so “{operator}” does not fit; compare with > or ==."),
    "expression-no-number": N_("“{part}” is no number; “{operator}” needs numbers."),
    "expression-no-order": N_("“{part}” knows no larger and smaller; use ==, != or in."),
    "expression-no-shape": N_("“{part}” is a shape; only “is empty” and “is not empty” can be asked of it."),
    "expression-unlike": N_("“{left}” and “{right}” cannot be compared: they are not of one kind."),
    "expression-bad-choice": N_("“{value}” is none of the values of “{part}”: {choices}."),
    "expression-bad-date": N_("“{value}” is no date to compare “{part}” with; write it as 2026-11-20."),
    "expression-bad-number": N_("At sign {place}: the number {value} is too large."),
    "expression-wrong-argument": N_("“{function}” cannot be asked of “{part}”; see the list of functions."),
}
"""Sentences for the codes of `grid_model.expression`."""
