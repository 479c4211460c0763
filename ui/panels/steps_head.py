"""Above the steps of a study: what it is, where it starts from, and how much the step shown costs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QVBoxLayout

from grid_model.tracing import OutageCounts
from resources.i18n import N_, _
from ui import formats
from ui.outage_answer import Answer
from ui.outage_desk import OutageDesk
from ui.panels.outage_words import STATES
from ui.widgets import ElidedLabel, badge, label, row, tiles

STATE_BADGES = {"normal": N_("What-if · normal state"), "current": N_("What-if · current state")}
CHOICE_WIDTH = 124


def state_choice(desk: OutageDesk) -> QComboBox:
    """Make the choice of the positions the first step starts from."""
    choice = QComboBox()
    for code, text in STATES.items():
        choice.addItem(_(text), code)
    choice.setCurrentIndex(list(STATES).index(desk.state))
    choice.setToolTip(_("The positions of the switches the question starts from"))
    choice.setAccessibleName(_("Switch state"))
    choice.activated.connect(lambda _at: desk.set_state(str(choice.currentData())))
    return choice


def fill_heading(column: QVBoxLayout, desk: OutageDesk, title: str) -> None:
    """Say that it is a simulation, of what, and from which positions."""
    state = badge(_(STATE_BADGES[desk.state]), "blue", _("A simulation; the record is not changed."))
    choice = state_choice(desk)
    choice.setFixedWidth(CHOICE_WIDTH)
    column.addLayout(row(state, 1, choice))
    heading = ElidedLabel(title, "headline")
    heading.setStyleSheet("font-size: 16px;")
    column.addWidget(heading)
    if desk.busy:
        column.addWidget(label(_("Tracing…"), "second"))


def fill_counts(column: QVBoxLayout, answer: Answer, shown: int) -> None:
    """Count what is out after the step that is shown; nobody before the first one."""
    stage = answer.study.stages[shown - 1 if shown else 0]
    counts = stage.counts if shown else OutageCounts()
    hours = stage.user_hours.mv_users if shown else 0.0
    areas = stage.outage.judged("areas")
    public = int(stage.outage.consumers.public_areas[areas.out].sum()) if shown else 0
    partly = len(areas.partly) if shown else 0
    column.addLayout(
        tiles(
            figure(
                _("MV users"),
                formats.whole(counts.mv_users),
                _("public {public} · dedicated {dedicated}").format(
                    public=public, dedicated=counts.mv_users - public
                ),
                _("Each public area 1, each customer at medium voltage 1 (DL/T 836)"),
            ),
            figure(
                _("LV customers"),
                formats.whole(counts.lv_customers),
                _("resident {resident} · other {other}").format(
                    resident=formats.whole(counts.residents), other=formats.whole(counts.nonresidents)
                ),
                _("Metered customers at low voltage"),
            ),
            figure(
                _("Areas out"),
                formats.whole(counts.transformer_areas),
                _("{kva} kVA").format(kva=formats.whole(counts.rated_kva))
                + (" · " + _("partly {count}").format(count=partly) if partly else ""),
            ),
            figure(
                _("User-hours"),
                formats.number(hours, 3),
                _in_all(answer),
                _("Users out × hours, by MV users (DL/T 836). By LV customers in all {hours}.").format(
                    hours=formats.number(answer.study.user_hours.lv_customers, 1)
                ),
            ),
        )
    )


def _in_all(answer: Answer) -> str:
    """Say what the study costs in all, what was added by hand among it."""
    by_hand = answer.study.manual.mv_hours
    hours = formats.number(answer.study.all_hours.mv_users, 3)
    if by_hand:
        return _("in all {hours}, {by_hand} of it by hand").format(
            hours=hours, by_hand=formats.number(by_hand, 3)
        )
    return _("in all {hours}").format(hours=hours)


def figure(title: str, value: str, note: str, tip: str = "") -> QFrame:
    """Make a low tile: what it is and the number on one line, a remark below."""
    frame = QFrame()
    frame.setObjectName("tile")
    frame.setToolTip(tip)
    column = QVBoxLayout(frame)
    column.setContentsMargins(9, 4, 8, 5)
    column.setSpacing(0)
    number = label(value)
    number.setStyleSheet("font-size: 17px;")
    number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    line = row()
    line.addWidget(ElidedLabel(title, "tile-label"), 1)
    line.addWidget(number)
    column.addLayout(line)
    column.addWidget(ElidedLabel(note, "tile-note"))
    return frame
