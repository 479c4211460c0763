"""The five-minute tour: notes beside the parts of the window, each done in the window itself; Esc ends it."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from resources.i18n import N_, _
from ui.guard import told
from ui.widgets import button, label, make_primary, row

if TYPE_CHECKING:
    from ui.main_window import MainWindow

WIDTH = 340
GAP = 10


@dataclass(frozen=True)
class Note:
    """One stop of the tour.

    Parameters
    ----------
    task
        The task the window turns to first; empty: it stays.
    target
        The part of the window the note stands beside, as a dotted name.
    title, text
        Marked texts.
    """

    task: str
    target: str
    title: str
    text: str


NOTES = (
    Note(
        "data",
        "canvas",
        N_("The map"),
        N_(
            "Drag to move, turn the wheel to zoom, Home shows the whole station. "
            "A click takes an object under the hand; a right click shows what can be done with it."
        ),
    ),
    Note(
        "data",
        "top.search",
        N_("Find anything"),
        N_(
            "Press Ctrl+F and type a customer number, a name or the first letters of its pinyin, an address, "
            "a meter, a pole, a switch. Enter goes there."
        ),
    ),
    Note(
        "data",
        "right",
        N_("What it is tied to"),
        N_(
            "Here stands the object under the hand with everything it hangs on and what hangs on it, "
            "as links. Alt+Left goes back."
        ),
    ),
    Note(
        "data",
        "bottom",
        N_("The tables"),
        N_(
            "Every table of the project: sort by a click on a heading, filter by its right-click menu, edit "
            "in place, copy to and paste from a spreadsheet. Each edit is saved at once; Ctrl+Z undoes it."
        ),
    ),
    Note(
        "outage",
        "right",
        N_("Who loses supply?"),
        N_(
            "In the task Outage choose a switch and press “What if it opens” (Ctrl+K): the map greys what is "
            "dead, the panel counts, the list below goes to Excel. The record is not changed."
        ),
    ),
    Note(
        "grids",
        "right",
        N_("Groups and grids"),
        N_("Choose the sizes and let Taiqu propose mutual-aid groups; the map shows the proposal at once."),
    ),
    Note(
        "print",
        "right",
        N_("On paper"),
        N_("Maps, the grid book and outage sheets are previewed here and printed to PDF."),
    ),
    Note(
        "data",
        "top",
        N_("Your own data"),
        N_(
            "Drop Excel, CSV or map files on the window to import them. Edit › Journal tells who did what "
            "when and leads back to any point. F1 lists the shortcuts."
        ),
    ),
)


class Tour(QFrame):
    """Leads through `NOTES` in a window with a project; one at a time, never in the way of the mouse."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.at = 0
        self.setObjectName("tour")
        self.setFixedWidth(WIDTH)
        self._count = label("", "second")
        self._title = label("", "headline", wrap=True)
        self._text = label("", wrap=True)
        self.before = button(_("Previous"), lambda: self.turn(-1))
        self.next = button(_("Next"), lambda: self.turn(1))
        make_primary(self.next)
        self.end = button(_("End the tour"), self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        for part in (self._count, self._title, self._text):
            column.addWidget(part)
        column.addLayout(row(self.end, 1, self.before, self.next))
        self._frame = QFrame(window)
        self._frame.setObjectName("tour-frame")
        self._frame.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        QShortcut(QKeySequence("Esc"), self, self.close)
        window.installEventFilter(self)
        window.bench.session.project_changed.connect(self._follow_project)

    def start(self) -> None:
        """Show the first note."""
        self.show()
        self._frame.show()
        self.turn(0)

    def turn(self, step: int) -> None:
        """Go to another note; past the last one the tour ends."""
        self.at = max(0, self.at + step)
        if self.at >= len(NOTES):
            self.close()
            return
        note = NOTES[self.at]
        if note.task:
            self._window.bench.set_task(note.task)
        if note.target == "bottom":
            self._target().show()
        self._count.setText(_("Tour, {number} of {count}").format(number=self.at + 1, count=len(NOTES)))
        self._title.setText(_(note.title))
        self._text.setText(_(note.text))
        self.before.setEnabled(self.at > 0)
        self.next.setText(_("Next") if self.at + 1 < len(NOTES) else _("Done"))
        self.place()
        self.next.setFocus()

    def _target(self) -> QWidget:
        return cast(QWidget, attrgetter(NOTES[self.at].target)(self._window))

    def place(self) -> None:
        """Put the note beside its part, inside the window."""
        target = self._target()
        corner = target.mapTo(self._window, QPoint(0, 0))
        part = QRect(corner, target.size()) & self._window.rect()
        self._frame.setGeometry(part)
        self._text.setFixedHeight(self._text.heightForWidth(WIDTH - 34))
        self.adjustSize()
        room = self._window.rect().adjusted(GAP, GAP, -GAP, -GAP)
        places = (
            QPoint(part.left() - self.width() - GAP, part.top() + GAP),
            QPoint(part.right() + GAP, part.top() + GAP),
            QPoint(part.left() + GAP, part.bottom() + GAP),
            QPoint(part.left() + GAP, part.top() - self.height() - GAP),
        )
        inside = QPoint(part.center().x() - self.width() // 2, part.top() + 3 * GAP)
        chosen = next((one for one in places if room.contains(QRect(one, self.size()))), inside)
        self.move(chosen)
        self._frame.raise_()
        self.raise_()

    def _follow_project(self, project: object, changes: object) -> None:
        if changes is None:
            self.close()

    @told
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self.place()
        return False

    def closeEvent(self, event: QCloseEvent) -> None:
        self._window.removeEventFilter(self)
        self._frame.hide()
        self._frame.deleteLater()
        super().closeEvent(event)
