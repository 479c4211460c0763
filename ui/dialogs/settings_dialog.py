"""The settings: of the program on this computer, and the limits and coefficients of the open project."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from resources.i18n import LANGUAGES, N_, _, language
from ui.bench import Bench
from ui.colors import THEME, THEMES
from ui.dialogs import ask
from ui.dialogs.defaults_page import DefaultsPage
from ui.widgets import button, label, make_primary, row

THEME_NAMES = {"light": N_("Light"), "dark": N_("Dark (the map stays light)")}

FOLDERS = {
    "project": N_("Projects"),
    "import": N_("Files to import"),
    "export": N_("Lists, pages and maps written"),
}


class SettingsDialog(QDialog):
    """Language, theme, folders, what is remembered, and the numbers of the project."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = bench.settings
        self.setWindowTitle(_("Settings"))
        self.resize(760, 500)
        self.tabs = QTabWidget()
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self._program(), _("Program"))
        self.tabs.addTab(self._folders(), _("Folders"))
        self.defaults = DefaultsPage(bench)
        self.tabs.addTab(self.defaults, _("Limits and coefficients"))
        buttons = QDialogButtonBox()
        save = buttons.addButton(_("Apply"), QDialogButtonBox.ButtonRole.AcceptRole)
        cancel = buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        make_primary(save)
        cancel.clicked.connect(self.reject)
        buttons.accepted.connect(self.accept)
        column = QVBoxLayout(self)
        column.addWidget(self.tabs)
        column.addWidget(buttons)

    def _program(self) -> QWidget:
        self.choice = QComboBox()
        for code, name in LANGUAGES.items():
            self.choice.addItem(name, code)
        self.choice.setCurrentIndex(list(LANGUAGES).index(language()))
        self.choice.setAccessibleName(_("Language"))
        self.theme_choice = QComboBox()
        for name in THEMES:
            self.theme_choice.addItem(_(THEME_NAMES[name]), name)
        self.theme_choice.setCurrentIndex(list(THEMES).index(THEME.name))
        self.theme_choice.setAccessibleName(_("Colours"))
        page = QWidget()
        form = QFormLayout(page)
        form.setVerticalSpacing(12)
        form.addRow(_("Language"), self.choice)
        form.addRow(_("Colours"), self.theme_choice)
        form.addRow(_("Recent files"), row(button(_("Forget them"), self._settings.forget_recent), 1))
        where = label(str(self._settings.folder), "second", wrap=True)
        where.setMinimumWidth(240)
        form.addRow(_("Settings and log"), where)
        return page

    def _folders(self) -> QWidget:
        self.folders: dict[str, QLineEdit] = {}
        page = QWidget()
        form = QFormLayout(page)
        form.setVerticalSpacing(12)
        for name, title in FOLDERS.items():
            line = QLineEdit(str(self._settings.folder_for(name)))
            line.setReadOnly(True)
            line.setAccessibleName(_(title))
            self.folders[name] = line
            holder = row(line, button(_("Choose…"), partial(self._ask_folder, name)))
            form.addRow(_(title), holder)
        form.addRow(
            label(_("The folder used last is offered first; here it is set by hand."), "second", True)
        )
        return page

    def _ask_folder(self, name: str) -> None:
        found = ask.folder_to_open(self, _(FOLDERS[name]), self._settings.folder_for(name))
        if found is not None:
            self.folders[name].setText(str(found))

    def accept(self) -> None:
        """Keep the folders; language and theme are for the window to change."""
        from pathlib import Path

        for name, line in self.folders.items():
            if line.text() != str(self._settings.folder_for(name)):
                self._settings.remember_folder(name, Path(line.text()))
        super().accept()

    @property
    def language(self) -> str:
        """The language chosen."""
        return str(self.choice.currentData())

    @property
    def language_changed(self) -> bool:
        """Whether another language was chosen than the one in use."""
        return self.language != language()

    @property
    def theme(self) -> str:
        """The theme chosen."""
        return str(self.theme_choice.currentData())

    @property
    def theme_changed(self) -> bool:
        """Whether another theme was chosen than the one in use."""
        return self.theme != THEME.name
