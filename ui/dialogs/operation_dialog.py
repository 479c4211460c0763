"""The dialog of an operation, made from the description of its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from grid_model.operation import Operation, Parameter
from resources.i18n import N_, _
from ui.dialogs import ask
from ui.widgets import label, make_primary

LARGEST = 1_000_000_000

CHOICE_LABELS: Mapping[str, str] = {
    "small": N_("Small: 60 areas, 4 000 customers"),
    "typical": N_("Typical: 170 areas, 11 000 customers"),
    "large": N_("Large: 400 areas, 40 000 customers"),
    "county": N_("County: 5 000 areas, 500 000 customers"),
    "auto": N_("Automatic"),
    "network-csv": N_("Network (folder of csv files)"),
    "customers": N_("Customers"),
    "managers": N_("District managers"),
    "areas": N_("Transformer areas"),
    "outlines": N_("Outlines"),
    "transformer_areas": N_("Transformer areas"),
    "villages": N_("Villages"),
    "stations": N_("Supply stations"),
    "service_grids": N_("Service grids"),
    "normal": N_("Normal state"),
    "current": N_("Current state"),
    "landscape": N_("Landscape"),
    "portrait": N_("Portrait"),
    "": N_("Automatic"),
}
"""What codes of choices are called; a code without an entry is shown as it is."""

FILE_KINDS = {
    ".gpkg": "GeoPackage (*.gpkg)",
    ".pdf": "PDF (*.pdf)",
    ".xlsx": "Excel (*.xlsx)",
    ".html": "HTML (*.html)",
    ".csv": "CSV (*.csv)",
    ".json": "JSON (*.json)",
}


IMPORT_FILES = "*.xlsx *.xls *.csv *.txt *.gpkg *.geojson *.json *.shp"


def data_files() -> str:
    """Give the kinds of files that can be imported, as a file dialog takes them."""
    ours, every = _("Data files"), _("All files")
    return f"{ours} ({IMPORT_FILES});;{every} (*)"


def _folder_of(line: QLineEdit) -> Path:
    """Where to look first: beside what stands in the field."""
    return Path(line.text().split(";")[0].strip()).parent


def _beside(line: QLineEdit, *buttons: QPushButton) -> QWidget:
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(line, 1)
    for button in buttons:
        layout.addWidget(button)
    return holder


class OperationDialog(QDialog):
    """Asks for the parameters of an operation.

    Parameters
    ----------
    preset
        Values that stand in the fields at first, by parameter name.
    hidden
        Parameters that are not asked for; they keep their preset or default.
    """

    def __init__(
        self,
        operation: Operation,
        parent: QWidget | None = None,
        preset: Mapping[str, Any] | None = None,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(parent)
        self.operation = operation
        self._values = dict(preset or {})
        self._read: dict[str, Callable[[], Any]] = {}
        self.fields: dict[str, QWidget] = {}
        self.setWindowTitle(_(operation.title))
        self.setMinimumWidth(480)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(label(_(operation.help), "second", wrap=True))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        for name, default, about in operation.described():
            if name not in hidden and not about.steps:
                self._add(form, name, self._values.get(name, default), default, about)
        column.addLayout(form)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = self.buttons.addButton(_("Go"), QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(self.go)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(_("Cancel"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column.addWidget(self.buttons)
        self._check()

    def _add(self, form: QFormLayout, name: str, value: Any, default: Any, about: Parameter) -> None:
        title = _(about.label)
        if isinstance(default, bool):
            box = QCheckBox(title)
            box.setChecked(bool(value))
            self._keep(name, box, box.isChecked)
            form.addRow("", box)
            return
        field, row = self._field(name, value, default, about)
        form.addRow(title, row)
        field.setAccessibleName(title)

    def _field(self, name: str, value: Any, default: Any, about: Parameter) -> tuple[QWidget, QWidget]:
        if about.choices:
            combo = QComboBox()
            codes = about.choices if default in about.choices or about.required else (default, *about.choices)
            for code in codes:
                combo.addItem(_(CHOICE_LABELS.get(code, code)), code)
            combo.setCurrentIndex(max(0, combo.findData(value)))
            self._keep(name, combo, combo.currentData)
            return combo, combo
        if isinstance(default, int):
            spin = QSpinBox()
            spin.setRange(0, LARGEST)
            spin.setValue(int(value))
            spin.setSuffix(f" {about.unit}" if about.unit else "")
            self._keep(name, spin, spin.value)
            return spin, spin
        if isinstance(default, float):
            real = QDoubleSpinBox()
            real.setRange(0, LARGEST)
            real.setDecimals(2)
            real.setValue(float(value))
            real.setSuffix(f" {about.unit}" if about.unit else "")
            self._keep(name, real, real.value)
            return real, real
        return self._text(name, value, about)

    def _text(self, name: str, value: Any, about: Parameter) -> tuple[QWidget, QWidget]:
        line = QLineEdit("; ".join(map(str, value)) if about.repeat else str(value or ""))
        line.setPlaceholderText("2026-11-20" if about.metavar == "DATE" else "")
        line.textChanged.connect(lambda _text: self._check())
        if about.repeat:
            self._keep(
                name, line, lambda: tuple(part.strip() for part in line.text().split(";") if part.strip())
            )
        else:
            self._keep(name, line, lambda: line.text().strip())
        if about.repeat and about.metavar == "SOURCE":
            files, folder = QPushButton(_("Files…")), QPushButton(_("Folder…"))
            files.clicked.connect(lambda: self._choose_files(line))
            folder.clicked.connect(lambda: self._choose_folder(line))
            return line, _beside(line, files, folder)
        suffix = Path(about.metavar).suffix if "." in about.metavar else ""
        if suffix not in FILE_KINDS:
            return line, line
        choose = QPushButton("…")
        choose.setToolTip(_("Choose a file"))
        choose.setFixedWidth(36)
        choose.clicked.connect(lambda: self._choose(line, suffix))
        return line, _beside(line, choose)

    def _choose_files(self, line: QLineEdit) -> None:
        found = ask.files_to_open(self, _("Import files"), _folder_of(line), data_files())
        if found:
            line.setText("; ".join(map(str, found)))

    def _choose_folder(self, line: QLineEdit) -> None:
        found = ask.folder_to_open(self, _("Import a network folder"), _folder_of(line))
        if found is not None:
            line.setText(str(found))

    def _choose(self, line: QLineEdit, suffix: str) -> None:
        suggestion = Path(line.text() or f"taiqu{suffix}")
        path = ask.file_to_write(self, _(self.operation.title), suggestion, FILE_KINDS[suffix])
        if path is not None:
            line.setText(str(path))

    def _keep(self, name: str, widget: QWidget, read: Callable[[], Any]) -> None:
        self.fields[name] = widget
        self._read[name] = read

    def _check(self) -> None:
        """Offer to go only when every required field is filled."""
        if not hasattr(self, "go"):
            return
        needed = [
            name
            for name, _default, about in self.operation.described()
            if name in self._read and (about.required or not about.flag)
        ]
        self.go.setEnabled(all(self._read[name]() for name in needed))

    @property
    def parameters(self) -> Any:
        """The parameters as they stand in the fields."""
        values = {name: read() for name, read in self._read.items()}
        return self.operation.parameters(**{**self._values, **values})
