"""The list of everything Taiqu can do, by name; each entry stands with the work it describes."""

from __future__ import annotations

from importlib import import_module

from grid_model.operation import Operation

MODULES = {
    "sample": "ui.commands.sample",
    "import": "ui.commands.import_",
    "check": "ui.commands.check",
    "trace": "ui.commands.trace",
    "follow": "ui.commands.follow",
    "study": "ui.commands.study",
    "abnormal": "ui.commands.abnormal",
    "rank": "ui.commands.rank",
    "group": "ui.commands.group",
    "assign": "ui.commands.assign",
    "schemes": "ui.commands.schemes",
    "outlines": "ui.commands.outlines",
    "roads": "ui.commands.roads",
    "print": "ui.commands.print_",
    "webmap": "ui.commands.webmap",
    "demo": "ui.commands.demo",
}
"""Where each subcommand is described; the module holds `OPERATION` and is imported when asked for."""


def operation(name: str) -> Operation:
    """Give the operation called `name`; raises `KeyError`."""
    found: Operation = import_module(MODULES[name]).OPERATION
    return found
