"""Run the benchmarks: ``python -m benchmarks [--county] [--write] [outage] [importing] …``.

Prints Markdown tables; with ``--write`` each is also put into ``README.md``, in the place of the one that
stood there. ``--county`` adds the county sample (500 000 customers) and other large sizes.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.measuring import machine

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- benchmarks:begin -->", "<!-- benchmarks:end -->"

NAMES = ("outage", "growth", "grouping", "districts", "travel", "map", "importing")
"""In the order of the README; each is a module with ``section(large: bool) -> str``."""


def available() -> list[str]:
    """The benchmarks there are, in the order of the README."""
    return [name for name in NAMES if (Path(__file__).parent / f"{name}.py").exists()]


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "names", nargs="*", help=f"which of {', '.join(available())}; all where none is named"
    )
    parser.add_argument("--county", action="store_true", help="also the county sample and other large sizes")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    asked = parser.parse_args()
    strange = sorted(set(asked.names) - set(available()))
    if strange:
        parser.error(f"no benchmark {strange[0]}; there are {', '.join(available())}")
    for name in asked.names or available():
        text = import_module(f"benchmarks.{name}").section(asked.county)
        text = f"{text.strip()}\n\nMeasured on {machine()}."
        print(text, flush=True)
        print()
        if asked.write:
            README.write_text(put(README.read_text("utf-8"), name, text), "utf-8")
    return 0


def put(page: str, name: str, text: str) -> str:
    """Put the tables of one benchmark into the page, leaving the others as they are."""
    head, rest = page.split(BEGIN)
    inside, tail = rest.split(END)
    parts = _parts(inside)
    parts[name] = text
    order = [*NAMES, *sorted(set(parts) - set(NAMES))]
    body = "\n\n".join(f"{_mark(one)}\n{parts[one].strip()}" for one in order if one in parts)
    return f"{head}{BEGIN}\n{body}\n{END}{tail}"


def _mark(name: str) -> str:
    return f"<!-- benchmark: {name} -->"


def _parts(inside: str) -> dict[str, str]:
    """Part what stands between the marks by benchmark; what has no name is dropped."""
    found: dict[str, str] = {}
    name = ""
    for line in inside.splitlines():
        if line.startswith("<!-- benchmark: "):
            name = line.removeprefix("<!-- benchmark: ").removesuffix(" -->")
            found[name] = ""
        elif name:
            found[name] += f"{line}\n"
    return found


if __name__ == "__main__":
    sys.exit(main())
