"""One mutual-aid group on the panel: who is in it, in which role, how it stands; members can be dragged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gis import theme
from resources.i18n import _
from ui import formats
from ui.icons import icon
from ui.widgets import ElidedLabel, badge, label, row

DRAG_PX = 5
CHIPS = 4
"""So many grids of a group show their colour."""


@dataclass(frozen=True)
class MemberFacts:
    """One manager on a card: name, roles in words, own work over the mean."""

    id: str
    name: str
    roles: str
    load: float


@dataclass(frozen=True)
class CardFacts:
    """What a card tells.

    Parameters
    ----------
    number
        Number of the group in the plan.
    id
        Of the group; empty in a proposal.
    tints
        Of its grids on the map, each once.
    load
        Work over the mean of as many managers.
    covered, areas
        Areas that two qualified members reach in time, of how many.
    guards
        How many other members can guard; None where certificates are not known.
    broken
        Sentences: rules the group breaks.
    """

    number: int
    id: str
    name: str
    tints: tuple[int, ...]
    members: tuple[MemberFacts, ...]
    mean_min: float
    longest_min: float
    load: float
    covered: int
    areas: int
    guards: int | None
    locked: bool
    broken: tuple[str, ...] = ()


class MemberRow(QFrame):
    """A manager; a click goes to him, dragging takes him to another group, M offers the groups by keys."""

    clicked = Signal(str)
    dragged = Signal(str, QPoint)
    dropped = Signal(str, QPoint)
    given_up = Signal()
    menu_wanted = Signal(str, QPoint)
    move_wanted = Signal(str)

    def __init__(self, facts: MemberFacts) -> None:
        super().__init__()
        self.manager = facts.id
        self.setObjectName("member")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setAccessibleName(f"{facts.name} {facts.roles}".strip())
        self.setToolTip(
            _(
                "{name} ({id})\nDrag to another group or onto its land on the map; M moves him by keys."
            ).format(name=facts.name, id=facts.id)
        )
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 1, 4, 1)
        line.setSpacing(8)
        line.addWidget(label(facts.name))
        line.addWidget(ElidedLabel(facts.roles, "second"), 1)
        line.addWidget(label(f"{facts.load:.2f}", "second"))
        for part in self.findChildren(QLabel):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._press: QPointF | None = None
        self._moving = False
        self._quiet = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag or click begins; the right button gives a drag up."""
        self._quiet = event.button() == Qt.MouseButton.RightButton and self._moving
        if self._quiet:
            self._give_up()
        if event.button() == Qt.MouseButton.LeftButton:
            self._press, self._moving = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag."""
        if self._press is None:
            return
        moved = event.position() - self._press
        if self._moving or math.hypot(moved.x(), moved.y()) >= DRAG_PX:
            self._moving = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(self.manager, event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop, or go to the manager."""
        if self._press is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._press = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        if self._moving:
            self.dropped.emit(self.manager, event.globalPosition().toPoint())
        else:
            self.clicked.emit(self.manager)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the manager, M chooses another group for him; Escape gives up a drag."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit(self.manager)
        elif event.key() == Qt.Key.Key_Escape and self._moving:
            self._give_up()
        elif event.key() == Qt.Key.Key_M and not event.modifiers() and not self._moving:
            self.move_wanted.emit(self.manager)
        else:
            super().keyPressEvent(event)

    def _give_up(self) -> None:
        self._press, self._moving = None, False
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.given_up.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done, unless the right button has just given a drag up."""
        if not self._quiet:
            self.menu_wanted.emit(self.manager, event.globalPos())


class GroupCard(QFrame):
    """A group with its members."""

    name_clicked = Signal(int)
    lock_wanted = Signal(int, bool)
    menu_wanted = Signal(int, QPoint)

    def __init__(self, facts: CardFacts, editable: bool) -> None:
        super().__init__()
        self.facts = facts
        self.setObjectName("card")
        self.rows = [MemberRow(one) for one in facts.members]
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 6, 4, 6)
        column.setSpacing(2)
        column.addLayout(self._head(facts, editable))
        column.addLayout(self._figures(facts))
        for one in self.rows:
            column.addWidget(one)
        for text in facts.broken:
            told = label(text, "wrong", wrap=True)
            told.setContentsMargins(8, 0, 4, 0)
            column.addWidget(told)

    def _head(self, facts: CardFacts, editable: bool) -> QHBoxLayout:
        title = ElidedLabel(facts.name)
        title.setStyleSheet("font-weight: 600;")
        line = row(*(_chip(one) for one in facts.tints[:CHIPS]), title)
        line.setContentsMargins(8, 0, 0, 0)
        line.setStretchFactor(title, 1)
        if facts.guards is not None:
            if facts.guards:
                line.addWidget(badge(_("{count} can guard").format(count=facts.guards), "green"))
            else:
                line.addWidget(badge(_("nobody can guard"), "red"))
        if editable:
            line.addWidget(self._lock(facts))
        more = QToolButton()
        more.setText("⋯")
        more.setToolTip(_("What can be done with the group"))
        more.setAccessibleName(more.toolTip())
        more.clicked.connect(
            lambda: self.menu_wanted.emit(facts.number, more.mapToGlobal(QPoint(0, more.height())))
        )
        line.addWidget(more)
        return line

    def _lock(self, facts: CardFacts) -> QToolButton:
        made = QToolButton()
        made.setCheckable(True)
        made.setChecked(facts.locked)
        made.setIcon(icon("locked" if facts.locked else "unlocked"))
        made.setIconSize(QSize(15, 15))
        made.setToolTip(
            _("Locked: a new proposal keeps these members. Click to unlock.")
            if facts.locked
            else _("Lock: a new proposal keeps these members.")
        )
        made.setAccessibleName(_("Lock {group}").format(group=facts.name))
        made.clicked.connect(lambda checked: self.lock_wanted.emit(facts.number, checked))
        self.lock = made
        return made

    def _figures(self, facts: CardFacts) -> QHBoxLayout:
        parts = [
            _("way {mean} / {longest} min").format(
                mean=_minutes(facts.mean_min), longest=_minutes(facts.longest_min)
            ),
            _("load {load}").format(load=f"{facts.load:.2f}"),
        ]
        if facts.areas:
            parts.append(_("reached {covered}/{areas}").format(covered=facts.covered, areas=facts.areas))
        told = ElidedLabel(" · ".join(parts), "second")
        told.setContentsMargins(8, 0, 0, 0)
        told.setToolTip(
            _(
                "Mean and longest way between two members · work over the mean of as many managers · "
                "areas that two qualified members reach within the promise"
            )
        )
        line = QHBoxLayout()
        line.addWidget(told, 1)
        return line

    def set_target(self, target: bool) -> None:
        """Show whether a drag would end here."""
        self.setProperty("target", target)
        self.style().unpolish(self)
        self.style().polish(self)


class PriceTip(QFrame):
    """What a change by hand would cost, beside the cursor."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setFixedWidth(250)
        self.text.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 7, 10, 7)
        column.addWidget(self.text)
        self.hide()

    def tell(self, lines: Sequence[str], at: QPoint, right_edge: int | None = None) -> None:
        """Show some lines near a place of the screen, inside the parent.

        Parameters
        ----------
        right_edge
            Where they end at the latest, in pixels of the screen: beside a list they must not cover.
        """
        self.text.setText("\n".join(lines))
        self.text.adjustSize()
        self.adjustSize()
        parent = self._room
        place = parent.mapFromGlobal(at) + QPoint(16, 18)
        x = min(place.x(), parent.width() - self.width() - 4)
        if right_edge is not None:
            x = parent.mapFromGlobal(QPoint(right_edge, 0)).x() - self.width() - 6
        y = place.y() if place.y() + self.height() < parent.height() - 4 else place.y() - self.height() - 30
        self.move(max(x, 4), max(y, 4))
        self.show()
        self.raise_()


def _chip(number: int) -> QFrame:
    """Make a swatch of a tint, as the map has it."""
    made, tint = QFrame(), theme.tint(number)
    made.setFixedSize(14, 14)
    made.setStyleSheet(f"background: {tint.fill}; border: 2px solid {tint.line}; border-radius: 3px;")
    return made


def _minutes(value: float) -> str:
    return formats.number(value, 0) if math.isfinite(value) else formats.EMPTY
