"""The search box of the top bar with the list of what it found."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from resources.i18n import _
from ui.bench import Bench
from ui.colors import THEME
from ui.guard import told
from ui.icons import icon
from ui.search import Find
from ui.search_desk import SearchDesk

PAUSE_MS = 30
"""Letters typed within this time are looked for together."""

ROW_PX = 28
POPUP_PX = 520
FIND_ROLE = int(Qt.ItemDataRole.UserRole)


class _FindPainter(QStyledItemDelegate):
    """Draws a find: its kind in grey, its name, its number at the right."""

    kind_px = 0
    """How wide the widest kind listed is."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:  # type: ignore[override]
        found = index.data(FIND_ROLE)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.fillRect(rect, QColor(THEME.primary_faint))
        inner = rect.adjusted(10, 0, -10, 0)
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        if not isinstance(found, Find):
            painter.setPen(QColor(THEME.second))
            painter.drawText(inner, middle, index.data())
            return
        metrics = painter.fontMetrics()
        painter.setPen(QColor(THEME.second))
        wide = min(self.kind_px, inner.width() // 3)
        kind = metrics.elidedText(found.kind, Qt.TextElideMode.ElideRight, wide - 8)
        painter.drawText(QRect(inner.left(), inner.top(), wide, inner.height()), middle, kind)
        code = found.by or ("" if found.id == found.name else found.id)
        width = min(metrics.horizontalAdvance(code) + 10, inner.width() // 3) if code else 0
        painter.drawText(
            QRect(inner.right() - width, inner.top(), width, inner.height()),
            int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight),
            metrics.elidedText(code, Qt.TextElideMode.ElideLeft, width),
        )
        painter.setPen(QColor(THEME.ink))
        room = QRect(inner.left() + wide, inner.top(), inner.width() - wide - width - 6, inner.height())
        painter.drawText(
            room, middle, metrics.elidedText(found.name, Qt.TextElideMode.ElideRight, room.width())
        )

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:  # type: ignore[override]
        return QSize(100, ROW_PX)


class SearchBox(QLineEdit):
    """Type to find; arrows choose, Enter goes there, Escape closes the list."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        self._bench = bench
        self._desk = SearchDesk(self)
        self._goes_on_arrival = False
        self.setPlaceholderText(_("Number, name, address, meter   Ctrl+F"))
        self.setToolTip(
            _(
                "Find by customer number, name or its pinyin initials, address, meter, pole, area, switch, "
                "transformer or manager; several words all have to fit (Ctrl+F)"
            )
        )
        self.setAccessibleName(_("Find"))
        self.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.setClearButtonEnabled(True)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.look)
        self.textEdited.connect(lambda _text: self._pause.start())
        self.popup = QFrame(self.window())
        self.popup.setObjectName("popup")
        self.popup.hide()
        self.list = QListWidget(self.popup)
        self._painter = _FindPainter(self.list)
        self.list.setItemDelegate(self._painter)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._go)
        layout = QVBoxLayout(self.popup)
        layout.setContentsMargins(2, 5, 2, 5)
        layout.addWidget(self.list)
        self.installEventFilter(self)
        self._desk.found.connect(self._take)
        bench.session.project_changed.connect(self._desk.take)
        bench.jobs.closing.connect(self._desk.close)
        self._desk.take(bench.session.project, None)

    def look(self) -> None:
        """Look for the text beside the window; what is found is shown when it comes."""
        self._pause.stop()
        self._goes_on_arrival = False
        if self._bench.session.project is None or not self.text().strip():
            self.popup.hide()
        else:
            self._desk.ask(self.text().strip(), self._bench.show_personal)

    def _take(self, text: str, found: list[Find]) -> None:
        """Show an answer, unless another text stands here by now."""
        if text != self.text().strip() or not (self.hasFocus() or self._goes_on_arrival):
            return
        self._list(text, found)
        if self._goes_on_arrival:
            self._goes_on_arrival = False
            self._go(self.list.currentItem())

    def _look_now(self) -> None:
        """Look for the text and show what was found, before anything else; a large index may have to come."""
        self._pause.stop()
        text = self.text().strip()
        if self._bench.session.project is None or not text:
            return
        found = self._desk.ask_now(text, self._bench.show_personal)
        if found is None:
            self.look()
            self._goes_on_arrival = True
            self._list(text, None)
        else:
            self._list(text, found)

    def _list(self, text: str, found: list[Find] | None) -> None:
        self.list.clear()
        metrics = self.list.fontMetrics()
        self._painter.kind_px = (
            max((metrics.horizontalAdvance(one.kind) for one in found or ()), default=0) + 14
        )
        for one in found or ():
            item = QListWidgetItem(one.name)
            item.setData(FIND_ROLE, one)
            self.list.addItem(item)
        if not self.list.count():
            told = _("Nothing contains “{text}”.") if found is not None else _("Looking for “{text}”…")
            nothing = QListWidgetItem(told.format(text=text))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        else:
            self.list.setCurrentRow(0)
        self._place()

    def _place(self) -> None:
        window = self.window()
        if self.popup.parentWidget() is not window:
            self.popup.setParent(window)
        width = max(self.width(), POPUP_PX)
        corner = self.mapTo(window, QPoint(self.width() - width, self.height() + 4))
        height = min(self.list.count(), 14) * ROW_PX + 14
        self.popup.setGeometry(corner.x(), corner.y(), width, height)
        self.popup.show()
        self.popup.raise_()

    def _go(self, item: QListWidgetItem | None) -> None:
        found = item.data(FIND_ROLE) if item is not None else None
        if isinstance(found, Find):
            self.popup.hide()
            self._bench.go_to(found.table, found.id)

    @told
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            QTimer.singleShot(0, self.popup, self.popup.hide)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(Qt.Key(event.key()))
        return False

    def _key(self, key: Qt.Key) -> bool:
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.popup.isVisible():
            step = 1 if key is Qt.Key.Key_Down else -1
            self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + step)))
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._pause.isActive() or not self.popup.isVisible():
                self._look_now()
            self._go(self.list.currentItem())
            return True
        if key is Qt.Key.Key_Escape and self.popup.isVisible():
            self.popup.hide()
            return True
        return False
