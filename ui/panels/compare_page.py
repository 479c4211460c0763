"""Two schemes side by side: figures, who moves, and which areas get another manager."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from gis.change_list import TERMS
from grid_model.grouping.compare import Comparison, Mover
from grid_model.project import Project
from resources.i18n import _, ngettext
from ui import formats, objects
from ui.bench import Bench
from ui.price_text import LEAST_MIN, signed
from ui.widgets import badge, button, label, link, row, tile, tiles

if TYPE_CHECKING:
    from ui.panels.grouping_panel import GroupingPanel

MOVERS, AREAS = 40, 40
"""So many managers and areas are listed; the change list has them all."""


def fill_comparison(panel: GroupingPanel, bench: Bench, project: Project, found: Comparison) -> None:
    """Put the comparison into the panel."""
    names = [str(project.table("schemes").row(one)["name"]) for one in (found.a, found.b)]
    panel.headline(_("Comparison"), badge(_("{a} → {b}").format(a=names[0], b=names[1]), "blue"))
    areas = [one for one in found.areas if one.other_manager]
    panel.column.addLayout(
        tiles(
            tile(_("Managers moving"), formats.whole(len(found.movers))),
            tile(_("Areas reassigned"), formats.whole(len(areas))),
            tile(_("Customers reassigned"), formats.whole(len(found.customers))),
            tile(
                _("Change of cost"),
                _cost_change(found),
                "min",
                tip=_("Ways, uneven work and sizes; below zero the second scheme is better"),
            ),
        )
    )
    if found.scores_a is not None and found.scores_b is not None:
        panel.column.addLayout(_terms(found, names))
    _legend(panel, found)
    _movers(panel, bench, project, found)
    _areas(panel, bench, project, found)
    panel.foot.addLayout(
        row(
            button(_("Export change list…"), partial(panel.do, "export-changes"), primary=True),
            button(_("Back"), bench.grouping.end_comparison),
            1,
        )
    )


def _cost_change(found: Comparison) -> str:
    if found.scores_a is None or found.scores_b is None:
        return formats.EMPTY
    return signed(found.scores_b.cost_min - found.scores_a.cost_min)


def _terms(found: Comparison, names: list[str]) -> QGridLayout:
    """Every term of the objective, of both and the difference."""
    assert found.scores_a is not None
    assert found.scores_b is not None
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(2)
    for column, text in enumerate((_("in minutes"), *names, _("change"))):
        grid.addWidget(label(text, "section"), 0, column, _side(column))
    before, after = found.scores_a.terms, found.scores_b.terms
    rows = [
        (_(title), before.get(name, 0.0), after.get(name, 0.0))
        for name, title in TERMS.items()
        if max(abs(before.get(name, 0.0)), abs(after.get(name, 0.0))) >= LEAST_MIN
    ]
    rows.append((_("in all"), found.scores_a.cost_min, found.scores_b.cost_min))
    for n, (title, one, other) in enumerate(rows, 1):
        for column, text in enumerate(
            (title, formats.number(one, 1), formats.number(other, 1), signed(other - one))
        ):
            grid.addWidget(label(text, "second" if column == 0 else ""), n, column, _side(column))
    grid.setColumnStretch(0, 1)
    return grid


def _side(column: int) -> Qt.AlignmentFlag:
    """Words to the left, numbers to the right."""
    return Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft


def _legend(panel: GroupingPanel, found: Comparison) -> None:
    if found.movers or found.areas:
        panel.second(
            _(
                "On the map: the groups of the second scheme. Hatched: areas whose manager changes group; "
                "cross-hatched: areas that get another manager."
            )
        )
    else:
        panel.second(_("The two schemes are alike: nobody moves and no area changes hands."))


def _movers(panel: GroupingPanel, bench: Bench, project: Project, found: Comparison) -> None:
    if not found.movers:
        return
    panel.section(_("Who moves"))
    for one in found.movers[:MOVERS]:
        name = objects.object_name(project, "district_managers", one.manager)
        panel.column.addLayout(
            row(
                link(name, partial(bench.go_to, "district_managers", one.manager), one.manager),
                label(_way(found, one), "second"),
                1,
            )
        )
    if len(found.movers) > MOVERS:
        panel.second(_("… {count} more in the change list").format(count=len(found.movers) - MOVERS))


def _way(found: Comparison, one: Mover) -> str:
    before = found.groups_a[one.before].name if one.before else formats.EMPTY
    after = found.groups_b[one.after].name if one.after else formats.EMPTY
    return _("{before} → {after}").format(before=before, after=after)


def _areas(panel: GroupingPanel, bench: Bench, project: Project, found: Comparison) -> None:
    areas = [one for one in found.areas if one.other_manager]
    if not areas:
        return
    panel.section(_("Areas with another manager"))
    for one in areas[:AREAS]:
        name = objects.object_name(project, "transformer_areas", one.area)
        way = _("{before} → {after}").format(
            before=_person(project, one.manager_before), after=_person(project, one.manager_after)
        )
        customers = ngettext("{count} customer", "{count} customers", one.customers).format(
            count=one.customers
        )
        panel.column.addLayout(
            row(
                link(name, partial(bench.go_to, "transformer_areas", one.area), one.area),
                label(f"{way} · {customers}", "second"),
                1,
            )
        )
    if len(areas) > AREAS:
        panel.second(_("… {count} more in the change list").format(count=len(areas) - AREAS))


def _person(project: Project, manager: str | None) -> str:
    return objects.object_name(project, "district_managers", manager) if manager else formats.EMPTY
