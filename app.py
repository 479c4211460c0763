"""Start Taiqu: a subcommand or an option goes to the command line, anything else opens the window."""

from __future__ import annotations

import sys
from collections.abc import Sequence

PROJECT_SUFFIX = ".gpkg"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, or show the window until it is closed.

    Nothing and a project file mean the window; whatever else stands first is for the command line,
    which knows its commands and says so when it is given an unknown one.

    Parameters
    ----------
    argv
        The arguments without the program's name; those of the process where left out.

    Returns
    -------
    code
        0 done; 1 done, with findings; 2 cannot be done; 130 cancelled.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if opens_window(arguments):
        from ui.application import main as show_window

        return show_window(arguments)
    from ui.cli import main as run_command

    return run_command(arguments)


def opens_window(arguments: Sequence[str]) -> bool:
    """Whether these arguments ask for the window: none at all, or one project file."""
    if not arguments:
        return True
    return len(arguments) == 1 and arguments[0].lower().endswith(PROJECT_SUFFIX)


if __name__ == "__main__":
    sys.exit(main())
