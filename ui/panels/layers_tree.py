"""The list of layers: a box to show or hide, the swatch, the legend; drag or Alt with arrows to order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QIcon, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTreeWidget, QTreeWidgetItem

from resources.i18n import _
from ui.colors import THEME
from ui.map.legend import NOT_COUNTED, Legend
from ui.style import ICONS

NAME = Qt.ItemDataRole.UserRole
ROW_PX = 23
LEGEND_PX = 19
UP, DOWN = Qt.Key.Key_Up, Qt.Key.Key_Down


@dataclass(frozen=True)
class Row:
    """A layer in the list.

    Parameters
    ----------
    name, label, icon
        As the layer has them.
    visible
        Whether the box is ticked.
    dim
        Why nothing of it is drawn; empty where it is drawn.
    tip
        What the tooltip says.
    legend
        What it draws.
    group
        Rows are ordered only among those of one group.
    """

    name: str
    label: str
    icon: QIcon
    visible: bool
    dim: str = ""
    tip: str = ""
    legend: Legend = NOT_COUNTED
    group: str = ""


class LayerTree(QTreeWidget):
    """The layers of the map, the top one first."""

    shown = Signal(str, bool)
    """A person shows or hides a layer."""
    moved = Signal(str, int)
    """A person puts a layer where the row of that number stands."""
    stepped = Signal(str, int)
    """A person moves a layer up (1) or down (−1)."""
    asked = Signal(str)
    """A person wants to see or change how a layer is shown."""
    menu_wanted = Signal(str, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setRootIsDecorated(True)
        self.setIndentation(12)
        self.setIconSize(QSize(20, 16))
        self.setUniformRowHeights(False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setAccessibleName(_("Layers"))
        self.setStyleSheet(sheet())
        self._rows: list[Row] = []
        self._open: set[str] = {"areas"}
        """Layers whose legend is unfolded."""
        self._pressed: tuple[str, QPoint] | None = None
        self._drop: int | None = None
        self.itemChanged.connect(self._on_changed)
        self.itemExpanded.connect(self._on_folded)
        self.itemCollapsed.connect(self._on_folded)
        self.itemActivated.connect(lambda item, _column: self._ask(item))
        self.customContextMenuRequested.connect(self._on_menu)

    # what stands in the list

    def fill(self, rows: Sequence[Row]) -> None:
        """List these layers; the current one and the folding stay."""
        rows, before = list(rows), self._rows
        if [one.name for one in rows] != [one.name for one in before]:
            current, before = self.current, []
            self._rows = rows
            self._list_anew()
            self.choose(current)
        self._rows = rows
        self.blockSignals(True)
        changed = [n for n, row in enumerate(rows) if not before or row != before[n]]
        for n in changed:
            self._write(self.topLevelItem(n), rows[n])
        self.blockSignals(False)
        if changed or not rows:
            self._fit()

    def _list_anew(self) -> None:
        self.blockSignals(True)
        self.clear()
        for row in self._rows:
            item = QTreeWidgetItem(self)
            item.setData(0, NAME, row.name)
            item.setSizeHint(0, QSize(0, ROW_PX))
        self.blockSignals(False)

    def _write(self, item: QTreeWidgetItem | None, row: Row) -> None:
        assert item is not None
        item.setText(0, row.label)
        item.setIcon(0, row.icon)
        item.setCheckState(0, Qt.CheckState.Checked if row.visible else Qt.CheckState.Unchecked)
        item.setForeground(0, QBrush(QColor(THEME.disabled if row.dim else THEME.ink)))
        tip = "\n".join(part for part in (row.label, row.dim, row.tip) if part)
        item.setToolTip(0, tip)
        item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, row.dim)
        self._write_legend(item, row)

    def _write_legend(self, item: QTreeWidgetItem, row: Row) -> None:
        entries = [(one.icon, one.text) for one in row.legend.entries] if not row.dim else []
        if entries and row.legend.more:
            entries.append((QIcon(), _("and {n} more").format(n=row.legend.more)))
        while item.childCount() > len(entries):
            item.removeChild(item.child(item.childCount() - 1))
        while item.childCount() < len(entries):
            child = QTreeWidgetItem(item)
            child.setFlags(Qt.ItemFlag.ItemIsEnabled)
            child.setSizeHint(0, QSize(0, LEGEND_PX))
        for n, (icon, text) in enumerate(entries):
            child = item.child(n)
            child.setIcon(0, icon)
            child.setText(0, text)
            child.setToolTip(0, text)
        item.setExpanded(row.name in self._open and bool(entries))

    def _fit(self) -> None:
        """Be as high as the list: the panel around it scrolls."""
        height = 2
        for n in range(self.topLevelItemCount()):
            item = self.topLevelItem(n)
            if item is not None:
                height += ROW_PX + (item.childCount() * LEGEND_PX if item.isExpanded() else 0)
        self.setFixedHeight(height)

    def row(self, name: str) -> Row | None:
        """Give what is listed of a layer."""
        return next((one for one in self._rows if one.name == name), None)

    def item(self, name: str) -> QTreeWidgetItem | None:
        """Give the line of a layer."""
        at = [one.name for one in self._rows].index(name) if self.row(name) else -1
        return self.topLevelItem(at) if at >= 0 else None

    @property
    def names(self) -> list[str]:
        """The layers listed, the top one first."""
        return [one.name for one in self._rows]

    @property
    def current(self) -> str:
        """The layer the keyboard stands on; empty: none."""
        return self._name(self.currentItem())

    def choose(self, name: str) -> None:
        """Put the keyboard on a layer."""
        item = self.item(name)
        if item is not None:
            self.setCurrentItem(item)

    def _name(self, item: QTreeWidgetItem | None) -> str:
        if item is None:
            return ""
        return str((item.parent() or item).data(0, NAME))

    # the hand and the keys

    def _on_changed(self, item: QTreeWidgetItem, _column: int) -> None:
        row = self.row(self._name(item))
        visible = item.checkState(0) == Qt.CheckState.Checked
        if item.parent() is None and row is not None and visible != row.visible:
            self.shown.emit(row.name, visible)

    def _on_folded(self, item: QTreeWidgetItem) -> None:
        (self._open.add if item.isExpanded() else self._open.discard)(self._name(item))
        self._fit()

    def _ask(self, item: QTreeWidgetItem) -> None:
        self.asked.emit(self._name(item))

    def _on_menu(self, at: QPoint) -> None:
        item = self.itemAt(at)
        if item is None or item.parent() is not None:
            item = self.currentItem()
        if item is not None:
            self.setCurrentItem(item)
            corner = self.visualItemRect(item).bottomLeft()
            inside = self.visualItemRect(item).contains(at)
            self.menu_wanted.emit(self._name(item), self.viewport().mapToGlobal(at if inside else corner))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt with up or down moves the layer; Space shows or hides it; Enter asks how it is shown."""
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in (UP, DOWN):
            if self.current:
                self.stepped.emit(self.current, 1 if event.key() == UP else -1)
            event.accept()
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a layer that may be dragged."""
        item = self.itemAt(event.position().toPoint())
        self._pressed = None
        if event.button() == Qt.MouseButton.LeftButton and item is not None and item.parent() is None:
            self._pressed = self._name(item), event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show where a dragged layer would come."""
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
            return
        name, begun = self._pressed
        at = event.position().toPoint()
        if self._drop is None and (at - begun).manhattanLength() < QApplication.startDragDistance():
            return
        self._drop = self._gap(name, at.y())
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let a dragged layer go."""
        pressed, drop = self._pressed, self._drop
        self._pressed, self._drop = None, None
        if pressed is None or drop is None:
            super().mouseReleaseEvent(event)
            return
        self.unsetCursor()
        self.viewport().update()
        self.setState(QAbstractItemView.State.NoState)
        at = self.names.index(pressed[0])
        place = drop if drop <= at else drop - 1
        if place != at:
            self.moved.emit(pressed[0], place)

    def _gap(self, name: str, y: int) -> int:
        """The gap between two rows nearest to a height, among the rows of the same group."""
        row = self.row(name)
        group = row.group if row is not None else ""
        numbers = [n for n, one in enumerate(self._rows) if one.group == group]
        gaps = [*numbers, numbers[-1] + 1]
        return min(gaps, key=lambda gap: abs(self._gap_y(gap) - y))

    def _gap_y(self, gap: int) -> int:
        item = self.topLevelItem(gap)
        if item is not None:
            return self.visualItemRect(item).top()
        last = self.topLevelItem(self.topLevelItemCount() - 1)
        if last is None:
            return 0
        inner = last.child(last.childCount() - 1) if last.isExpanded() and last.childCount() else last
        return self.visualItemRect(inner).bottom()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a line where a dragged layer would come."""
        super().paintEvent(event)
        if self._drop is not None:
            painter = QPainter(self.viewport())
            painter.setPen(QPen(QColor(THEME.primary), 2))
            y = min(max(self._gap_y(self._drop), 1), self.viewport().height() - 1)
            painter.drawLine(2, y, self.viewport().width() - 2, y)
            painter.end()


def sheet() -> str:
    """How the list looks in the theme in use."""
    return f"""
QTreeWidget {{ background: transparent; }}
QTreeWidget::item {{ border: 0; padding: 0; border-radius: 4px; }}
QTreeWidget::item:selected, QTreeWidget::item:hover {{ background: {THEME.field}; color: {THEME.ink}; }}
QTreeWidget::item:selected:active {{ background: {THEME.primary_faint}; }}
QTreeWidget::indicator {{ width: 13px; height: 13px; border: 1px solid {THEME.edge}; border-radius: 4px;
    background: {THEME.paper}; }}
QTreeWidget::indicator:checked {{ background: {THEME.primary}; border: 1px solid {THEME.primary};
    image: url("{ICONS}/check.svg"); }}
"""
