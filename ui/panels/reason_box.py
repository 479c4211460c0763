"""A rule that is broken or stands in the way: the sentence, and links to the persons and places it names."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QFrame, QVBoxLayout

from grid_model.grouping.result import Reason
from grid_model.project import Project
from resources.i18n import _
from ui import objects
from ui.bench import Bench
from ui.group_text import reason_sentence
from ui.widgets import label, link, row

LINKS = 6
"""So many persons or places are linked."""


def reason_box(bench: Bench, project: Project, reason: Reason) -> QFrame:
    """Make a box that says a reason and leads to what it names."""
    frame = QFrame()
    frame.setObjectName("notice")
    column = QVBoxLayout(frame)
    column.setContentsMargins(11, 8, 11, 8)
    column.setSpacing(2)
    column.addWidget(label(reason_sentence(project, reason), wrap=True))
    places = named(project, reason)
    if len(places) > 1:
        everyone = [one for table, one in places if table == "district_managers"]
        if len(everyone) > 1:
            column.addLayout(
                row(link(_("Mark them on the map"), lambda: bench.select("district_managers", *everyone)), 1)
            )
    for begin in range(0, min(len(places), LINKS), 3):
        line = row()
        for table, one in places[begin : min(begin + 3, LINKS)]:
            name = objects.object_name(project, table, one)
            line.addWidget(link(name, partial(bench.go_to, table, one), _("Show on the map")))
        line.addStretch()
        column.addLayout(line)
    return frame


def named(project: Project, reason: Reason) -> list[tuple[str, str]]:
    """List the persons and areas a reason names, those of the reasons within it too: table and id."""
    found: dict[tuple[str, str], None] = {}
    for one in reason.managers:
        if one in project.table("district_managers"):
            found["district_managers", one] = None
    for name, value in reason.values.items():
        if not isinstance(value, tuple):
            continue
        for one in value:
            if isinstance(one, Reason):
                found.update(dict.fromkeys(named(project, one)))
            elif name == "areas" and str(one) in project.table("transformer_areas"):
                found["transformer_areas", str(one)] = None
            elif name == "among" and str(one) in project.table("district_managers"):
                found["district_managers", str(one)] = None
    return list(found)
