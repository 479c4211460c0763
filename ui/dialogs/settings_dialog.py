"""The settings of the program on this computer."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from resources.i18n import LANGUAGES, _, language
from ui.settings import Settings
from ui.widgets import button, label, make_primary, row


class SettingsDialog(QDialog):
    """Language, and what is remembered."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle(_("Settings"))
        self.setMinimumWidth(420)
        self.choice = QComboBox()
        for code, name in LANGUAGES.items():
            self.choice.addItem(name, code)
        self.choice.setCurrentIndex(list(LANGUAGES).index(language()))
        self.choice.setAccessibleName(_("Language"))
        form = QFormLayout()
        form.addRow(_("Language"), self.choice)
        form.addRow(_("Recent files"), row(button(_("Forget them"), settings.forget_recent), 1))
        where = label(str(settings.folder), "second", wrap=True)
        where.setMinimumWidth(240)
        form.addRow(_("Settings and log"), where)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        save = buttons.addButton(_("Apply"), QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(save)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(_("Cancel"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(buttons)

    @property
    def language(self) -> str:
        """The language chosen."""
        return str(self.choice.currentData())

    @property
    def language_changed(self) -> bool:
        """Whether another language was chosen than the one in use."""
        return self.language != language()
