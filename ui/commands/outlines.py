"""``taiqu outlines``: outlines of transformer areas from customers and lines, and how they lie together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from gis.outline_check import OutlineCheck
    from gis.outlines import AreaOutlines

SHOWN = 10
"""Areas named in the terminal; all of them stand in the JSON."""


@dataclass(frozen=True)
class OutlineParameters:
    """What is made, and whether it is kept."""

    again: bool = parameter(
        N_("Make outlines anew that were generated before; drawn and imported ones stay"),
        default=False,
        flag="--again",
    )
    write: bool = parameter(
        N_("Keep the outlines in the project; without it nothing is written"), default=False, flag="--write"
    )


def run(project: Project, parameters: OutlineParameters, feedback: Feedback) -> Outcome:
    """Make the outlines that are missing and look how all of them lie together."""
    from gis.outline_check import check_outlines
    from gis.outlines import PutOutlines, area_outlines

    outlines = area_outlines(project, feedback, again=parameters.again)
    if len(outlines.placeless) == len(outlines.ids):
        raise GridError("no-areas-placed")
    feedback.report(None, _("Checking the outlines"))
    check = check_outlines(project, outlines)
    keep = parameters.write and bool(outlines.generated.any())
    document = outline_document(outlines, check) | {"written": keep}
    return Outcome(
        document,
        tuple(_lines(outlines, check, keep)),
        findings=bool(outlines.placeless) or not check.is_coverage,
        edit=PutOutlines(outlines) if keep else None,
    )


def outline_document(outlines: AreaOutlines, check: OutlineCheck) -> dict[str, Any]:
    """Give what ``taiqu outlines --json`` prints."""
    made = [one for one, new in zip(outlines.ids, outlines.generated, strict=True) if new]
    return {
        "areas": len(outlines.ids),
        "generated": len(made),
        "generated_areas": made,
        "kept": len(outlines.ids) - len(made) - len(outlines.placeless),
        "placeless": list(outlines.placeless),
        "islands": [{"area": area, "parts": parts} for area, parts in check.islands],
        "holes": [{"area": area, "holes": holes} for area, holes in check.enclosing],
        "gaps": [{"x": x, "y": y, "m2": m2} for x, y, m2 in check.gaps],
        "overlaps": [{"a": a, "b": b, "m2": m2} for a, b, m2 in check.overlaps],
        "outside_m2": check.outside_m2,
        "coverage": check.is_coverage,
    }


def _lines(outlines: AreaOutlines, check: OutlineCheck, keep: bool) -> list[str]:
    made = int(outlines.generated.sum())
    total = len(outlines.ids)
    lines = [
        _("{count} areas: {kept} have an outline, {made} outlines generated, {none} have none.").format(
            count=total, kept=total - made - len(outlines.placeless), made=made, none=len(outlines.placeless)
        )
    ]
    named = (
        (_("Areas left without an outline"), list(outlines.placeless)),
        (_("Areas of several pieces"), [f"{area} ({n})" for area, n in check.islands]),
        (_("Areas with holes"), [f"{area} ({n})" for area, n in check.enclosing]),
        (_("Land without an area, m²"), [f"{m2:.0f}" for _x, _y, m2 in check.gaps]),
        (_("Areas that overlap, m²"), [f"{a} – {b}: {m2:.0f}" for a, b, m2 in check.overlaps]),
    )
    for label, found in named:
        if found:
            lines.append(
                _("{label} ({count}): {list}").format(label=label, count=len(found), list=_listed(found))
            )
    if check.is_coverage:
        lines.append(_("The outlines leave no gaps and do not overlap."))
    if keep:
        lines.append(
            ngettext(
                "{n} outline was kept in the project.", "{n} outlines were kept in the project.", made
            ).format(n=made)
        )
    elif made:
        lines.append(_("Nothing was written; --write keeps the outlines."))
    return lines


def _listed(found: list[str]) -> str:
    return _(", ").join([*found[:SHOWN], *(["…"] if len(found) > SHOWN else [])])


OPERATION = Operation(
    "outlines",
    N_("Generate area outlines"),
    N_("Outlines of transformer areas from customers and low-voltage lines, without gaps or overlaps"),
    OutlineParameters,
    "ui.commands.outlines:run",
    project="write",
    writes="write",
)
