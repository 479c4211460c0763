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
    "expression-unit": N_(
        "At sign {place}: write the number without “{unit}”; it is in the unit that stands in the heading of "
        "its column."
    ),
    "expression-like": N_("In “{pattern}” % may stand only at the beginning and the end."),
    "expression-quoted-name": N_("{text} in quotes is a text; a column is named without quotes."),
    "expression-needs-truth": N_("“{part}” is yes or no; compare it with true or false, or write it alone."),
    "expression-unlike": N_("“{left}” and “{right}” cannot be compared: they are not of one kind."),
    "expression-bad-choice": N_("“{value}” is none of the values of “{part}”: {choices}."),
    "expression-bad-date": N_("“{value}” is no date to compare “{part}” with; write it as 2026-11-20."),
    "expression-bad-number": N_("At sign {place}: the number {value} is too large."),
    "expression-wrong-argument": N_("“{function}” cannot be asked of “{part}”; see the list of functions."),
}
"""Sentences for the codes of `grid_model.expression`."""

TRACES_IN_WINDOW: Mapping[str, str] = {
    "trace-no-start": N_("Write where the trace starts, or choose an object on the map."),
    "trace-nothing-named": N_("Write where the trace starts, or choose an object on the map."),
    "trace-no-target": N_("Write where the path leads to."),
    "trace-needless-target": N_("Only a path leads somewhere; this kind of trace has no other end."),
}
"""Sentences that stand in the window in the place of those that name what is typed in a terminal."""

TRACES: Mapping[str, str] = {
    "trace-unknown-place": N_(
        "There is no switch, line, transformer, node, customer, area, source or feeder “{id}”; check the identifier."
    ),
    "trace-place-unlinked": N_(
        "“{id}” is connected to no node of the network, so nothing can be followed from it."
    ),
    "trace-start-unsupplied": N_(
        "“{id}” has no supply in this state of the switches, so nothing is above or below it; trace what is connected instead."
    ),
    "trace-start-open": N_("“{id}” is open or out of service; nothing is fed through it."),
    "trace-start-barrier": N_("“{id}” is both the start and a barrier; take one of them away."),
    "trace-no-path": N_(
        "No closed way leads from “{start}” to “{target}” in this state of the switches; look for open switches or barriers between them."
    ),
    "trace-same-place": N_("The path starts and ends at “{id}”; name two different places."),
    "trace-no-feeder": N_(
        "“{id}” stands above the first switch of every feeder, so it belongs to none; trace downstream instead."
    ),
    "trace-no-start": N_("The trace needs a place to start from (--from)."),
    "trace-no-target": N_("The path needs a place to lead to (--to)."),
    "trace-needless-target": N_(
        "Only a path leads to a place: leave out the target (--to), or ask for a path."
    ),
    "trace-one-start": N_("This kind of trace starts at one place; name only one."),
    "trace-bad-count": N_("{count} devices cannot be looked for; give 1 or more."),
    "trace-unknown-table": N_("“{written}” is no table a trace knows. Tables: {tables}."),
    "trace-wrong-table": N_("A condition on the {table} has no place there. Tables: {tables}."),
    "trace-unknown-sum": N_("“{written}” cannot be added up. Sums: {sums}."),
    "trace-sum-table": N_("The condition of the sum “{sum}” is on one of {tables}."),
    "trace-damaged": N_("The description of the trace cannot be read at “{what}”."),
    "trace-name-taken": N_("There is a trace “{name}” already; choose another name."),
    "trace-name-missing": N_("The trace needs a name to be saved under."),
    "trace-not-saved": N_("No trace is saved as “{name}”. Saved: {names}."),
    "no-saved-traces": N_("No trace is saved as “{name}”; none is saved in this project."),
    "saved-trace-damaged": N_(
        "The saved trace “{name}” cannot be read (at “{what}”); save it anew, or take it away."
    ),
    "trace-csv-one-list": N_(
        "“{file}” can hold one list only; write an .xlsx file to have the customers beside the devices."
    ),
    "trace-nothing-named": N_(
        "Name where to start with --from, a saved trace with --named, or ask with --list what is saved."
    ),
}
"""Sentences for the codes of traces."""
