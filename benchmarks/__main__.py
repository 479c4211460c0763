"""Run the benchmarks: ``python -m benchmarks [--county] [--write] [outage] [importing]``.

Prints Markdown tables; with ``--write`` they are also put into ``README.md`` between its marks.
``--county`` adds the county sample (500 000 customers) and half a million import rows.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import importing, outage
from benchmarks.measuring import machine

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- benchmarks:begin -->", "<!-- benchmarks:end -->"


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "names", nargs="*", choices=[[], "outage", "importing"], help="which; all where none is named"
    )
    parser.add_argument("--county", action="store_true", help="also the county sample")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    asked = parser.parse_args()
    names = asked.names or ["outage", "importing"]
    parts = [f"Measured on {machine()}.", ""]
    if "outage" in names:
        parts.append(outage.measure(outage.COUNTY if asked.county else outage.SIZES))
    if "importing" in names:
        parts.append(importing.measure((*importing.COUNTS, 500_000) if asked.county else importing.COUNTS))
    text = "\n".join(parts).strip()
    print(text)
    if asked.write:
        page = README.read_text("utf-8")
        head, rest = page.split(BEGIN)
        README.write_text(f"{head}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
