"""The impact card: what is lost with the device under the hand, and how bad that is among all devices."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout

from resources.i18n import N_, _
from ui import formats
from ui.ranking_desk import Impact, RankingDesk
from ui.widgets import label, link, row

REASONS = {
    "in_loop": N_("It stands in a loop: its loss harms nobody."),
    "no_supply": N_("It carries no supply in this state: its loss harms nobody."),
    "open": N_("It stands open: nobody is fed over it."),
    "": N_("Nobody hangs on it: its loss harms nobody."),
}


def impact_card(desk: RankingDesk, table: str, one: str) -> QFrame:
    """Make the card of one device; it says so while the losses are not there."""
    frame = QFrame()
    frame.setObjectName("tile")
    column = QVBoxLayout(frame)
    column.setContentsMargins(10, 7, 10, 8)
    column.setSpacing(4)
    column.addWidget(label(_("If it is lost"), "tile-label"))
    impact = desk.found.impact(table, one) if desk.found is not None else None
    if impact is not None:
        _fill(column, impact)
    elif desk.busy or desk.found is not None:
        column.addWidget(label(_("Working it out…"), "second", wrap=True))
    else:
        told = {
            "network-without-source": _("No source is in service, so nobody has supply to lose."),
            "cancelled": _("Cancelled."),
        }
        column.addWidget(label(told.get(desk.stopped, _("Not worked out.")), "second", wrap=True))
        column.addLayout(row(link(_("Work it out"), desk.ask), 1))
    return frame


def _fill(column: QVBoxLayout, impact: Impact) -> None:
    if not impact.harms:
        column.addWidget(label(_(REASONS[impact.reason]), wrap=True))
        return
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(0)
    for at, (name, value, unit) in enumerate(
        (
            (_("MV users"), formats.whole(impact.mv_users), ""),
            (_("LV customers"), formats.whole(impact.lv_customers), ""),
            (_("Capacity"), formats.whole(impact.rated_kva), "kVA"),
            (_("Important"), formats.whole(impact.important), ""),
            (_("PV"), formats.whole(impact.pv_kw), "kW"),
        )
    ):
        number = label(f"{value} {unit}".strip())
        number.setStyleSheet("font-size: 15px;")
        grid.addWidget(label(name, "tile-note"), at // 3 * 2, at % 3)
        grid.addWidget(number, at // 3 * 2 + 1, at % 3)
    column.addLayout(grid)
    told = _("Place {place} of {count} devices by LV customers").format(
        place=formats.whole(impact.place), count=formats.whole(impact.devices)
    )
    column.addWidget(label(told, "tile-note", wrap=True))
