"""Ask what a new transformer is: name, rated power, use, and the area it feeds."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QWidget

from grid_model.schema_network import USAGES
from resources.i18n import _

STANDARD_KVA = (30, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250)
"""Standard rated powers (`DOMAIN` §3.4)."""

Answer = tuple[dict[str, Any], dict[str, Any] | None]


class TransformerDialog(QDialog):
    """A form for one transformer."""

    def __init__(self, transformer: str, area: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("New transformer area"))
        self.id = QLineEdit(transformer)
        self.name = QLineEdit()
        self.name.setPlaceholderText(_("for example 青禾村#2公变"))
        self.kva = QComboBox()
        self.kva.setEditable(True)
        self.kva.addItems([str(one) for one in STANDARD_KVA])
        self.kva.setCurrentText("200")
        self.usage = QComboBox()
        for choice in USAGES:
            self.usage.addItem(_(choice.label), choice.code)
        self.makes_area = QCheckBox(_("Make the transformer area it feeds"))
        self.makes_area.setChecked(True)
        self.area = QLineEdit(area)
        self.makes_area.toggled.connect(self.area.setEnabled)
        form = QFormLayout(self)
        for title, field in (
            (_("Code"), self.id),
            (_("Name"), self.name),
            (_("Rated power (kVA)"), self.kva),
            (_("Use"), self.usage),
            ("", self.makes_area),
            (_("Area number"), self.area),
        ):
            form.addRow(title, field)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)
        self.name.setFocus()

    def answer(self) -> Answer:
        """Give the columns of the transformer and of its area (None: no area)."""
        name, usage = self.name.text().strip(), str(self.usage.currentData())
        transformer: dict[str, Any] = {"id": self.id.text().strip(), "usage": usage}
        area: dict[str, Any] = {"id": self.area.text().strip(), "usage": usage}
        if name:
            transformer["name"] = area["name"] = name
        power = self.kva.currentText().strip()
        if power:
            transformer["rated_kva"] = power
        return transformer, area if self.makes_area.isChecked() else None


def ask_transformer(parent: QWidget, transformer: str, area: str) -> Answer | None:
    """Ask; None where the person turns back."""
    dialog = TransformerDialog(transformer, area, parent)
    return dialog.answer() if dialog.exec() else None
