"""How areas are shared out among managers, or stand-ins chosen: what is evened out, within which limits."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from grid_model.project import Project
from resources.i18n import N_, _
from ui.commands.assign import AssignParameters
from ui.grouping_plan import free_scheme_name
from ui.widgets import label, make_primary

MEASURES = {
    "workload": N_("Workload index"),
    "customers": N_("Customer count"),
    "areas": N_("Area count"),
}
DECIMALS = {"workload": 2, "customers": 0, "areas": 0}


class AssignDialog(QDialog):
    """A form; the result is kept in a scheme of its own."""

    def __init__(self, project: Project, base: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Share areas out among managers"))
        self.setMinimumWidth(400)
        self._base = base
        form = QFormLayout(self)
        told = _("Territories stay connected, work is even, ways are short, and few areas change hands.")
        form.addRow(label(told, "second", wrap=True))
        self.name = QLineEdit(free_scheme_name(project))
        self.measure = QComboBox()
        for code, text in MEASURES.items():
            self.measure.addItem(_(text), code)
        self.least, self.most = self._limit(), self._limit()
        self.change = QDoubleSpinBox()
        self.change.setRange(-1.0, 10_000.0)
        self.change.setValue(-1.0)
        self.change.setSpecialValueText(_("as set"))
        self.change.setToolTip(_("Minutes that a whole mean load of areas changing hands costs"))
        self.connected = QCheckBox(_("Territories hang together"))
        self.connected.setChecked(True)
        self.seconds = QSpinBox()
        self.seconds.setRange(1, 3600)
        self.seconds.setValue(60)
        for title, field in (
            (_("Keep as scheme"), self.name),
            (_("Evened out"), self.measure),
            (_("At least per manager"), self.least),
            (_("At most per manager"), self.most),
            (_("Weight of change (min)"), self.change),
            (_("Longest search (s)"), self.seconds),
        ):
            form.addRow(title, field)
        form.addRow(self.connected)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        do_it = buttons.addButton(_("Share out"), QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(do_it)
        do_it.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)
        self.measure.currentIndexChanged.connect(self._fit)
        self.name.textChanged.connect(lambda text: do_it.setEnabled(bool(text.strip())))

    def _limit(self) -> QDoubleSpinBox:
        made = QDoubleSpinBox()
        made.setRange(0.0, 1e6)
        made.setDecimals(2)
        made.setSpecialValueText(_("as set"))
        made.setToolTip(_("In what is evened out; the setting is a share of the mean"))
        return made

    def _fit(self) -> None:
        for box in (self.least, self.most):
            box.setDecimals(DECIMALS[str(self.measure.currentData())])
            box.setValue(0.0)

    def answer(self) -> AssignParameters:
        """Give the parameters of the operation."""
        return AssignParameters(
            scheme=self.name.text().strip(),
            base=self._base,
            measure=str(self.measure.currentData()),
            least=self.least.value() or None,
            most=self.most.value() or None,
            change=self.change.value() if self.change.value() >= 0 else None,
            in_pieces=not self.connected.isChecked(),
            time_limit=float(self.seconds.value()),
        )


def ask_assign(parent: QWidget, project: Project, base: str) -> AssignParameters | None:
    """Ask; None where the person turns back.

    Parameters
    ----------
    base
        Name of the scheme whose managers are the present ones; empty: as the areas say.
    """
    dialog = AssignDialog(project, base, parent)
    return dialog.answer() if dialog.exec() else None
