"""What is shown while no project is open: the sample station, and files opened before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from resources.i18n import _
from ui.bench import Bench
from ui.colors import THEME
from ui.icons import icon
from ui.widgets import ElidedLabel, clear, label, link

CARD_WIDTH = 560


class StartPage(QWidget):
    """The way into a project."""

    sample_wanted = Signal()
    open_wanted = Signal()
    import_wanted = Signal()
    tour_wanted = Signal()

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._bench = bench
        column = QVBoxLayout()
        column.setSpacing(10)
        title = label(_("Taiqu"), "headline")
        title.setStyleSheet("font-size: 28px; font-weight: 600;")
        column.addWidget(title)
        column.addWidget(
            label(_("Transformer areas, service grids and outages of a township supply station."), "second")
        )
        column.addSpacing(10)
        self.sample = self._card(
            "map",
            _("Open the sample station"),
            _("An invented township with network, customers and managers, to look around in"),
            self.sample_wanted.emit,
        )
        self.open = self._card(
            "folder", _("Open a project"), _("A file made by Taiqu (.gpkg)"), self.open_wanted.emit
        )
        self.import_ = self._card(
            "import",
            _("Import your own data"),
            _("Excel, CSV, Shapefile, GeoJSON or GeoPackage; or drop the files on this window"),
            self.import_wanted.emit,
        )
        for card in (self.sample, self.open, self.import_):
            column.addWidget(card)
        self.tour = link(_("Five-minute tour on the sample station"), self.tour_wanted.emit)
        column.addWidget(self.tour)
        column.addSpacing(6)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        column.addLayout(self._recent)
        holder = QWidget()
        holder.setLayout(column)
        holder.setFixedWidth(CARD_WIDTH)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(holder, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)
        foot = label(_("Works without a network. Nothing leaves this computer."), "second")
        outer.addWidget(foot, 0, Qt.AlignmentFlag.AlignHCenter)
        self.refresh()

    def _card(self, image: str, title: str, text: str, press: Callable[[], object]) -> QPushButton:
        card = QPushButton()
        card.setObjectName("card")
        card.setAccessibleName(title)
        card.setMinimumHeight(66)
        card.setCursor(Qt.CursorShape.PointingHandCursor)
        card.clicked.connect(lambda: press())
        picture = QLabel()
        picture.setPixmap(icon(image, THEME.primary).pixmap(QSize(28, 28)))
        heading = label(title)
        heading.setStyleSheet("font-size: 15px; font-weight: 600;")
        about = ElidedLabel(text)
        about.setStyleSheet(f"color: {THEME.second};")
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(heading)
        words.addWidget(about)
        layout = QHBoxLayout(card)
        layout.setContentsMargins(16, 10, 16, 10)
        layout.setSpacing(14)
        layout.addWidget(picture)
        layout.addLayout(words, 1)
        for part in (picture, heading, about):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return card

    def refresh(self) -> None:
        """List the files opened before that still exist."""
        clear(self._recent)
        recent = self._bench.settings.recent
        if recent:
            self._recent.addWidget(label(_("Opened before"), "section"))
        for path in recent[:5]:
            self._recent.addLayout(self._recent_row(path))

    def _recent_row(self, path: Path) -> QHBoxLayout:
        line = QHBoxLayout()
        line.addWidget(link(path.stem, lambda: self._bench.session.open(path), str(path)))
        where = ElidedLabel(str(path.parent), "second")
        where.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(where, 1)
        return line
