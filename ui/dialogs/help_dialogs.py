"""What Taiqu is, and its shortcuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from resources.i18n import _
from ui.actions import shortcut_list
from ui.widgets import label, make_primary

COLUMNS = 3


class _Closing(QDialog):
    def __init__(self, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(22, 18, 22, 14)
        self.column.setSpacing(8)

    def add_close(self) -> None:
        """Put in the button that closes the dialog."""
        buttons = QDialogButtonBox()
        close = buttons.addButton(_("Done"), QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(close)
        close.setDefault(True)
        buttons.accepted.connect(self.accept)
        self.column.addWidget(buttons)


class AboutDialog(_Closing):
    """Name, version, licence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("About Taiqu"), parent)
        self.setMinimumWidth(440)
        title = label(_("Taiqu"), "headline")
        self.column.addWidget(title)
        self.column.addWidget(label(_("Version {version}").format(version=program_version()), "second"))
        for text in (
            _(
                "A desktop GIS for the planners of township power supply stations: transformer areas, "
                "service grids, mutual-aid groups and outages."
            ),
            _("Apache License 2.0. It works without a network and sends nothing anywhere."),
        ):
            self.column.addWidget(label(text, wrap=True))
        self.column.addStretch()
        self.add_close()
        self.resize(self.minimumWidth(), self.column.totalHeightForWidth(self.minimumWidth()))


class ShortcutDialog(_Closing):
    """The shortcuts of every command, by menu, and the keys of map and tables."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Shortcuts"), parent)
        lists = {**shortcut_list(), **other_keys()}
        inner = QWidget()
        inner.setObjectName("page")
        columns = QHBoxLayout(inner)
        columns.setContentsMargins(0, 0, 12, 0)
        columns.setSpacing(36)
        for names in in_columns({name: len(lines) + 2 for name, lines in lists.items()}, COLUMNS):
            columns.addLayout(_list({name: lists[name] for name in names}))
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        room = QGuiApplication.primaryScreen().availableSize()
        wanted = inner.sizeHint()
        scroll.setMinimumWidth(min(wanted.width() + 16, room.width() - 120))
        scroll.setMinimumHeight(min(wanted.height() + 4, round(room.height() * 0.7)))
        self.column.addWidget(scroll, 1)
        self.add_close()


def _list(sections: Mapping[str, Sequence[tuple[str, str]]]) -> QGridLayout:
    """Set sections of titles and keys below each other."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(22)
    grid.setVerticalSpacing(5)
    at = 0
    for name, lines in sections.items():
        grid.addWidget(label(name, "section"), at, 0, 1, 2)
        for line, (title, keys) in enumerate(lines, start=at + 1):
            grid.addWidget(label(title), line, 0)
            grid.addWidget(label(keys, "second"), line, 1)
        at += len(lines) + 1
        grid.setRowMinimumHeight(at, 10)
        at += 1
    grid.setRowStretch(at, 1)
    return grid


def in_columns(lengths: Mapping[str, int], count: int) -> list[list[str]]:
    """Part lists of different lengths into columns of about the same height; their order stays."""
    total, height = sum(lengths.values()), 0
    columns: list[list[str]] = [[]]
    for name, length in lengths.items():
        if columns[-1] and height + length / 2 > total / count and len(columns) < count:
            columns.append([])
            height = 0
        columns[-1].append(name)
        height += length
    return columns


def other_keys() -> dict[str, list[tuple[str, str]]]:
    """List the keys that are no commands of a menu: those of the map and of the tables."""
    return {
        _("On the map"): [
            (_("Move"), _("Drag, arrow keys")),
            (_("Zoom"), _("Wheel, + and −")),
            (_("Zoom to a box"), _("Shift and drag")),
            (_("Whole station"), "Home"),
            (_("What can be done"), _("Right click")),
        ],
        _("With a tool in hand"): [
            (_("Take a place, or take hold and let go"), _("Click, Space")),
            (_("Aim without a mouse"), _("Arrow keys, finer with Shift")),
            (_("Take the last place back"), "Backspace"),
            (_("End the path"), _("Enter, double click")),
            (_("Give up"), _("Escape, right click")),
        ],
        _("In the tables"): [
            (_("Change a cell"), "F2"),
            (_("Delete the rows chosen"), "Del"),
            (_("Show the row on the map"), "Enter"),
            (_("Choose several rows"), _("Shift or Ctrl and click")),
            (_("Sort"), _("Click a heading")),
            (_("Filter a column, hide it"), _("Right click on a heading")),
        ],
    }


def program_version() -> str:
    """Give the version that is installed."""
    try:
        return version("taiqu")
    except PackageNotFoundError:
        return _("from a checkout")
