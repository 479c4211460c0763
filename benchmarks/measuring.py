"""Measure a piece of work: several runs, the median, and a ratio to the work it is compared with."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Timing:
    """Seconds of several runs.

    Parameters
    ----------
    seconds
        Each run.
    runs_scaled
        How many runs of the work the figure stands for: larger than 1 where a part was measured and
        the rest reckoned from it (said in the table).
    """

    seconds: tuple[float, ...]
    runs_scaled: float = 1.0

    @property
    def median(self) -> float:
        """The middle run, reckoned up where only a part was run."""
        return statistics.median(self.seconds) * self.runs_scaled


def timed(work: Callable[[], Any], runs: int = 5, warm: int = 1, runs_scaled: float = 1.0) -> Timing:
    """Run `work` `warm` times unmeasured, then `runs` times with the garbage collector still."""
    for _ in range(warm):
        work()
    seconds = []
    for _ in range(runs):
        gc.collect()
        gc.disable()
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
        gc.enable()
    return Timing(tuple(seconds), runs_scaled)


def shown(seconds: float) -> str:
    """Write a time with a fitting unit and three digits."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1 or unit == "µs":
            return f"{seconds * factor:.3g} {unit}"
    raise AssertionError


def ratio(peer: float, ours: float) -> str:
    """Write how many times faster we are than a peer (below 1: slower)."""
    value = peer / ours
    return f"{value:,.0f}×" if value >= 10 else f"{value:.2g}×"


def machine() -> str:
    """Name the machine in general words."""
    return (
        f"{os.cpu_count()} shared {platform.machine()} cores, {platform.system()}, "
        f"Python {platform.python_version()}; medians of several runs"
    )


def table(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]], notes: str = "") -> str:
    """Write a Markdown table with its title and notes."""
    lines = [f"**{title}**", "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, "", *([notes, ""] if notes else [])])
