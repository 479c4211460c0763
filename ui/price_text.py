"""What a change by hand costs, and what groups are like, in words: said while the hand still drags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gis.change_list import TERMS
from grid_model.project import Project
from resources.i18n import _
from ui import formats
from ui.group_text import reason_sentence

if TYPE_CHECKING:
    from grid_model.grouping.price import Priced

LEAST_MIN = 0.05
"""Smaller changes are not told."""


@dataclass(frozen=True)
class PriceWords:
    """The price of a change.

    Parameters
    ----------
    headline
        What the change costs in all.
    terms
        Which terms change; empty where none does.
    broken, mended
        Sentences: rules that would be broken, and rules that would hold again.
    """

    headline: str
    terms: str
    broken: tuple[str, ...]
    mended: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, line by line."""
        marked = (*(f"✕ {one}" for one in self.broken), *(f"✓ {one}" for one in self.mended))
        return (self.headline, *([self.terms] if self.terms else []), *marked)


def signed(minutes: float) -> str:
    """Write a change with its sign: +3.1, −2, 0."""
    if abs(minutes) < LEAST_MIN:
        return "0"
    return ("+" if minutes > 0 else "−") + formats.number(abs(minutes), 1)


def price_words(project: Project, priced: Priced, before_min: float) -> PriceWords:
    """Say what a change costs.

    Parameters
    ----------
    before_min
        Objective before the change, for the share.
    """
    share = 100 * priced.delta / before_min if before_min > 0 else 0.0
    headline = _("Cost {delta} min ({share} %)").format(delta=signed(priced.delta), share=signed(share))
    terms = [
        f"{_(label)} {signed(priced.terms[name])}"
        for name, label in TERMS.items()
        if abs(priced.terms.get(name, 0.0)) >= LEAST_MIN
    ]
    return PriceWords(
        headline,
        _(", ").join(terms),
        _sentences(project, priced.newly_broken),
        _sentences(project, priced.mended),
    )


def _sentences(project: Project, reasons: Sequence[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason_sentence(project, one) for one in reasons))  # type: ignore[arg-type]
