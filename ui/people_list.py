"""Managers to tick in a list, found by name, first letters of the name, staff number or town."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from grid_model.project import Project
from resources.i18n import _
from ui.guard import told
from ui.search_lanes import MARK, initials_of, lane_of

ID = Qt.ItemDataRole.UserRole
SOUGHT = Qt.ItemDataRole.UserRole + 1


class PeopleList(QWidget):
    """A search field over a list of managers; who is ticked stays in sight while the list is narrowed."""

    changed = Signal()
    """Somebody was ticked, or no longer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Name, first letters or staff number"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.setClearButtonEnabled(True)
        self.people = QListWidget()
        self.people.setAccessibleName(_("District managers"))
        column.addWidget(self.search)
        column.addWidget(self.people, 1)
        self.search.textChanged.connect(self._narrow)
        self.search.installEventFilter(self)
        self.people.itemChanged.connect(self._on_ticked)

    def show_people(
        self,
        project: Project,
        ids: Iterable[str],
        ticked: Iterable[str] = (),
        notes: Mapping[str, str] | None = None,
    ) -> None:
        """List some managers by staff number.

        Parameters
        ----------
        ticked
            Who is ticked at first; they stand above the others.
        notes
            What stands behind the name of somebody, such as his town.
        """
        frame, first = project.frame("district_managers"), frozenset(ticked)
        names = dict(zip(frame["id"], frame["name"].fillna(""), strict=True))
        order = sorted(ids, key=lambda one: (one not in first, one))
        letters = _first_letters([str(names.get(one, "")) for one in order])
        self.people.blockSignals(True)
        self.people.clear()
        for one, sounds in zip(order, letters, strict=True):
            note = (notes or {}).get(one, "")
            text = f"{names.get(one, '')}　{one}" + (f"　{note}" if note else "")
            item = QListWidgetItem(text)
            item.setData(ID, one)
            item.setData(SOUGHT, f"{text} {sounds}".lower())
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
            )
            item.setCheckState(Qt.CheckState.Checked if one in first else Qt.CheckState.Unchecked)
            self.people.addItem(item)
        self.people.blockSignals(False)
        self._narrow()
        self.changed.emit()

    @property
    def ticked(self) -> tuple[str, ...]:
        """Ids of those who are ticked, sorted."""
        items = [self.people.item(n) for n in range(self.people.count())]
        return tuple(sorted(str(one.data(ID)) for one in items if one.checkState() == Qt.CheckState.Checked))

    def _narrow(self) -> None:
        words = self.search.text().lower().split()
        for n in range(self.people.count()):
            item = self.people.item(n)
            sought = str(item.data(SOUGHT))
            found = all(word in sought for word in words)
            item.setHidden(not found and item.checkState() != Qt.CheckState.Checked)

    def _on_ticked(self, _item: QListWidgetItem) -> None:
        self.changed.emit()

    @told
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Enter ticks the one who is called so, or the only one found; Down goes to the list."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Down:
            self.people.setFocus()
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.search.text().strip():
            self._tick_found()
            return True
        return False

    def _tick_found(self) -> None:
        items = [self.people.item(n) for n in range(self.people.count())]
        found = [one for one in items if not one.isHidden() and one.checkState() == Qt.CheckState.Unchecked]
        whole = [one for one in found if self.search.text().strip().lower() in str(one.data(SOUGHT)).split()]
        found = whole or found
        if len(found) == 1:
            found[0].setCheckState(Qt.CheckState.Checked)
            self.search.clear()


def _first_letters(names: list[str]) -> list[str]:
    """Give the first letters of what each name is read as (李伟: lw), in every reading."""
    lane = lane_of(pd.Series(names, dtype="str")) if names else None
    found = [""] * len(names)
    for letters in initials_of(lane) if lane is not None else ():
        said = letters.texts.decode().split(MARK)[1:]
        found = [f"{one} {other}" for one, other in zip(found, said, strict=False)]
    return found
