"""The sentence for every code: what is wrong, where, and what to do. One table for window, terminal and page."""

from __future__ import annotations

from collections.abc import Mapping

from grid_model import schema
from grid_model.errors import GridError
from grid_model.issue import Issue
from resources.i18n import N_, _

ERRORS: Mapping[str, str] = {
    # the command line
    "unknown-command": N_("There is no command “{command}”. Commands: {commands}."),
    "bad-date": N_("“{value}” is no date; write it as 2026-11-20."),
    # tables and edits
    "unknown-object": N_("There is no “{id}” among the {table}."),
    "duplicate-id": N_("“{id}” stands twice among the {table}; every row needs an identifier of its own."),
    "missing-id": N_("A row of the {table} has no identifier; give it one."),
    "unknown-column": N_("The {table} have no column “{column}”."),
    "id-fixed": N_("The identifier of a row of the {table} cannot be changed; delete the row and make a new one."),
    "bad-value": N_("“{value}” does not fit the column “{column}” of the {table}."),
    "bad-choice": N_("“{value}” is not among the values of the column “{column}” of the {table}."),
    "number-out-of-range": N_("{value} in the column “{column}” of the {table} is out of range."),
    "row-gone": N_("A row of the {table} is no longer there; refresh and try again."),
    "nothing-to-undo": N_("There is nothing to undo."),
    "nothing-to-redo": N_("There is nothing to redo."),
    "undo-row-gone": N_("This cannot be undone: a row of the {table} it concerns is no longer there."),
    # settings
    "bad-setting": N_("The setting “{name}” cannot be “{value}”; correct it in the table of settings."),
    # lists, pages and the web map
    "purpose-missing": N_("Names and phones in full need a reason: add --purpose “what they are needed for”."),
    "purpose-without-unmasked": N_("A purpose was given but the output stays masked; add --unmasked, or leave the purpose out."),
    "cannot-write": N_("“{file}” cannot be written: {reason}. Close it where it is open, or choose another place."),
    "bad-output-name": N_("“{file}” has to end in {suffix}."),
    "unknown-template": N_("There is no page template “{template}”. Templates: {templates}."),
    "unknown-paper": N_("“{paper}” is no paper size; choose one of {papers}."),
    "nothing-to-print": N_("The project has nothing with a place on the map; import outlines or coordinates first."),
    "no-scheme": N_("The project has no grouping scheme yet; form the groups first (taiqu group)."),
    "unknown-scheme": N_("There is no scheme “{scheme}”. Schemes: {schemes}."),
    "no-grids": N_("The scheme “{scheme}” has no service grids; form the groups first (taiqu group)."),
    "trace-missing": N_("An outage sheet needs what opens or fails: add --open ID or --fault ID."),
    "font-missing": N_("The program's own font is missing from {folder}; install Taiqu again."),
}
"""Sentences for `GridError` codes; parts of the program add theirs in their section."""

ISSUES: Mapping[str, str] = {}
"""Sentences for `Issue` codes."""


def sentence(error: GridError) -> str:
    """Say what went wrong in the language in use."""
    pattern = ERRORS.get(error.code)
    return str(error) if pattern is None else _(pattern).format(**_shown(error.values))


def issue_sentence(issue: Issue) -> str:
    """Say what was found in the language in use."""
    pattern = ISSUES.get(issue.code)
    values = {"table": issue.table, "id": issue.object_id, "file": issue.file, "row": issue.row, **issue.details}
    return issue.code if pattern is None else _(pattern).format(**_shown(values))


def _shown(values: Mapping[str, object]) -> dict[str, object]:
    """Put labels in the place of table and column names."""
    shown = dict(values)
    table = values.get("table")
    if isinstance(table, str) and table in schema.tables():
        shown["table"] = _(schema.table(table).label)
        column = values.get("column")
        if isinstance(column, str) and column in schema.table(table).by_name:
            shown["column"] = _(schema.table(table).column(column).label)
    return shown
