"""Print what a test run did as a table to paste into the README: `python -m tests.result_table RUN.xml`.

One line for each test file, named by the first line of its docstring; a test that says how much it tried
(`record_property("kills", 200)`) has that in the last column, summed over the file.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Line:
    """One test file's share of the run."""

    outcomes: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def main(arguments: list[str]) -> int:
    """Print the table of the JUnit file named on the command line."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print("usage: python -m tests.result_table RUN.xml (the run wrote no such file?)", file=sys.stderr)
        return 2
    print(table(ElementTree.parse(arguments[0]).getroot()))
    return 0


def table(run: ElementTree.Element) -> str:
    """Give the run as a Markdown table, files in alphabetical order, the sum last."""
    lines: dict[str, Line] = {}
    for case in run.iter("testcase"):
        _count(lines.setdefault(_file_of(case), Line()), case)
    rows = ["| what is tested | passed | failed | skipped | seconds | tried |", "|---|--:|--:|--:|--:|---|"]
    rows += [_row(_title(name), line) for name, line in sorted(lines.items())]
    rows.append(_row("**all**", _sum(lines)))
    return "\n".join(rows)


def _count(line: Line, case: ElementTree.Element) -> None:
    kinds = {child.tag for child in case}
    line.outcomes[
        "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
    ] += 1
    line.seconds += float(case.get("time", "0"))
    for entry in case.iter("property"):
        value = entry.get("value", "")
        if value.isdigit():
            line.tried[entry.get("name", "")] += int(value)


def _file_of(case: ElementTree.Element) -> str:
    """`tests.test_gis.test_pages.TestFrame` stands for tests/test_gis/test_pages.py."""
    parts = case.get("classname", "").split(".")
    for end in range(len(parts), 0, -1):
        path = Path(*parts[:end]).with_suffix(".py")
        if (ROOT / path).is_file():
            return path.as_posix()
    return case.get("classname", "") or case.get("name", "?")


def _title(name: str) -> str:
    path = ROOT / name
    words = ast.get_docstring(ast.parse(path.read_text("utf-8"))) if path.is_file() else None
    return words.splitlines()[0].rstrip(".") if words else name


def _sum(lines: dict[str, Line]) -> Line:
    total = Line()
    for line in lines.values():
        total.outcomes += line.outcomes
        total.seconds += line.seconds
    return total


def _row(title: str, line: Line) -> str:
    tried = ", ".join(f"{number:,} {name}" for name, number in sorted(line.tried.items()))
    counts = " | ".join(str(line.outcomes[kind]) for kind in ("passed", "failed", "skipped"))
    return f"| {title} | {counts} | {line.seconds:.0f} | {tried} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
