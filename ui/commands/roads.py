"""``taiqu roads``: how the roads hang together, and who is not on them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_, _, ngettext

SHOWN = 10
"""Objects named in the terminal; all of them stand in the JSON."""


@dataclass(frozen=True)
class RoadParameters:
    """Whether crossings are made."""

    crossings: bool = parameter(
        N_("Add a crossing wherever a road crosses a river, ridge or border"),
        default=False,
        flag="--crossings",
    )


def run(project: Project, parameters: RoadParameters, feedback: Feedback) -> Outcome:
    """Look at the roads; findings where a manager or an area is not reached along them."""
    from gis.crossings import PutCrossings, crossings_of_roads
    from gis.road_check import check_roads

    check = check_roads(project, feedback)
    if check is None:
        raise GridError("no-roads")
    lines = [
        _("{roads} roads, {km} km: {edges} pieces between {junctions} ends and junctions.").format(
            roads=check.roads, km=f"{check.km:.1f}", edges=check.edges, junctions=check.junctions
        )
    ]
    if len(check.parts) > 1:
        lengths = [f"{km:.1f}" for km in check.parts]
        lines.append(
            _("Networks that do not hang together, km ({count}): {list}").format(
                count=len(lengths), list=_listed(lengths)
            )
        )
    named = (
        (_("Managers too far from any road"), check.managers_off_road),
        (_("Areas too far from any road"), check.areas_off_road),
        (_("Pairs of managers without a road between them"), [" – ".join(pair) for pair in check.apart]),
        (_("Areas no manager has a road to"), check.unreached),
        (_("Roads of short networks, not used for places"), check.fragments),
        (_("Roads whose stated length cannot be true"), check.odd_lengths),
    )
    for label, found in named:
        if found:
            lines.append(
                _("{label} ({count}): {list}").format(
                    label=label, count=len(found), list=_listed(list(found))
                )
            )
    if check.sound:
        lines.append(_("Every manager and area is reached along the roads."))
    made = crossings_of_roads(project) if parameters.crossings else ()
    if parameters.crossings:
        lines.append(
            ngettext("{n} crossing was added.", "{n} crossings were added.", len(made)).format(n=len(made))
        )
    return Outcome(
        asdict(check) | {"sound": check.sound, "crossings": [row["id"] for row in made]},
        tuple(lines),
        findings=not check.sound,
        edit=PutCrossings(made) if made else None,
    )


def _listed(found: list[str]) -> str:
    return _(", ").join([*found[:SHOWN], *(["…"] if len(found) > SHOWN else [])])


OPERATION = Operation(
    "roads",
    N_("Check the roads"),
    N_("How the roads hang together, and which managers and areas are not on them"),
    RoadParameters,
    "ui.commands.roads:run",
    project="write",
    writes="crossings",
)
