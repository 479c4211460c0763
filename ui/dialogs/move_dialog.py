"""Which group a manager is to join, by keys: the groups with what each would cost, the cheapest first."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from grid_model.grouping.price import MoveManager, Priced
from grid_model.project import Project
from resources.i18n import _
from ui import objects
from ui.grouping_hand import InHand
from ui.guard import told
from ui.price_text import price_words, signed
from ui.widgets import label, make_primary

GROUP = Qt.ItemDataRole.UserRole


class MoveDialog(QDialog):
    """The groups to choose from; what the chosen one costs and breaks stands below."""

    def __init__(
        self,
        project: Project,
        hand: InHand,
        manager: str,
        names: Mapping[int, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        name = objects.object_name(project, "district_managers", manager)
        self.setWindowTitle(_("Move {manager}").format(manager=name))
        self.resize(420, 460)
        self._project, self._before = project, hand.plan.scores.cost_min
        here = hand.group_of(manager)
        self._priced = {n: hand.price([MoveManager(manager, n)]) for n in names if n != here}
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Name of the group or of a member"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.groups = QListWidget()
        self.groups.setAccessibleName(_("Groups, the cheapest first"))
        for n in sorted(self._priced, key=self._order):
            self.groups.addItem(self._item(n, names[n], hand.plan.groups[n]))
        self.told = label("", "second", wrap=True)
        self.told.setMinimumHeight(90)
        self.told.setAlignment(Qt.AlignmentFlag.AlignTop)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.move_there = buttons.addButton(_("Move to this group"), QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(self.move_there)
        self.move_there.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for part in (self.search, self.groups, self.told, buttons):
            column.addWidget(part)
        self.search.textChanged.connect(self._narrow)
        self.search.installEventFilter(self)
        self.groups.currentItemChanged.connect(lambda _now, _before: self._tell())
        self.groups.itemActivated.connect(lambda _item: self.accept())
        self.groups.setCurrentRow(0)
        self._tell()

    def _order(self, number: int) -> tuple[bool, float, int]:
        priced = self._priced[number]
        return bool(priced.newly_broken), priced.delta, number

    def _item(self, number: int, name: str, members: tuple[str, ...]) -> QListWidgetItem:
        priced = self._priced[number]
        people = _(", ").join(objects.object_name(self._project, "district_managers", one) for one in members)
        text = _("{group} ({delta} min)").format(group=name, delta=signed(priced.delta))
        made = QListWidgetItem(f"{text}{' ✕' if priced.newly_broken else ''}\n{people}")
        made.setData(GROUP, number)
        return made

    @property
    def group(self) -> int:
        """Number of the group chosen."""
        return int(self.groups.currentItem().data(GROUP))

    def _chosen(self) -> Priced | None:
        item = self.groups.currentItem()
        return self._priced[int(item.data(GROUP))] if item is not None and not item.isHidden() else None

    def _tell(self) -> None:
        priced = self._chosen()
        self.move_there.setEnabled(priced is not None)
        lines = price_words(self._project, priced, self._before).lines if priced is not None else ()
        self.told.setText("\n".join(lines))

    def _narrow(self, text: str) -> None:
        items = [self.groups.item(n) for n in range(self.groups.count())]
        for one in items:
            one.setHidden(text.strip().lower() not in one.text().lower())
        first = next((n for n, one in enumerate(items) if not one.isHidden()), None)
        if first is not None:
            self.groups.setCurrentRow(first)
        self._tell()

    @told
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Up and Down in the search field go through the groups."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        through = event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up)
        if through:
            self.groups.keyPressEvent(event)
        return through
