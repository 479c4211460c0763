"""What Taiqu is, and its shortcuts."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from resources.i18n import _
from ui.actions import shortcut_list
from ui.widgets import label, make_primary

PLACES = (0, 1, 1, 2)
"""In which column the list of a menu stands, by its place among the menus; the last goes on."""


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
        self.add_close()


class ShortcutDialog(_Closing):
    """The shortcuts of every command, by menu."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Shortcuts"), parent)
        columns = QHBoxLayout()
        columns.setSpacing(36)
        halves = [QVBoxLayout() for _column in range(3)]
        for at, (menu, lines) in enumerate(shortcut_list().items()):
            half = halves[PLACES[min(at, len(PLACES) - 1)]]
            half.addWidget(label(menu, "section"))
            grid = QGridLayout()
            grid.setHorizontalSpacing(26)
            grid.setVerticalSpacing(5)
            for line, (title, keys) in enumerate(lines):
                grid.addWidget(label(title), line, 0)
                grid.addWidget(label(keys, "second"), line, 1)
            half.addLayout(grid)
            half.addSpacing(8)
        for half in halves:
            half.addStretch(1)
            columns.addLayout(half)
        self.column.addLayout(columns)
        for text in (
            _(
                "On the map: drag to move, wheel to zoom, Shift and drag for a box; "
                "arrows, + and − do the same."
            ),
            _("Home shows everything; a right click shows what can be done."),
        ):
            self.column.addWidget(label(text, "second"))
        self.add_close()


def program_version() -> str:
    """Give the version that is installed."""
    try:
        return version("taiqu")
    except PackageNotFoundError:
        return _("from a checkout")
