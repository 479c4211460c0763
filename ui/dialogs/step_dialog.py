"""One step of an outage study: what is done, to which devices, when, and where on a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QDateTime
from PySide6.QtWidgets import (
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.study_places import find_nodes
from grid_model.study_steps import NEED_DEVICES, StudyStep
from resources.i18n import N_, _
from ui import objects
from ui.colors import THEME
from ui.messages import window_sentence
from ui.ranking_desk import DEVICE_TABLES
from ui.widgets import label, make_primary

WHAT = {
    "fault": N_("A fault"),
    "trip": N_("Protection trips"),
    "open": N_("Opens"),
    "close": N_("Closes"),
    "isolate": N_("Isolate the fault"),
    "restore": N_("Restore what is healthy"),
    "earth": N_("Is earthed"),
    "unearth": N_("Take the earth off"),
    "jumper": N_("Temporary jumper"),
    "cut": N_("Temporary cut"),
    "repair": N_("Fault repaired"),
    "normal": N_("Return to the positions before the first step"),
}
ON_LINE = ("fault", "cut")
"""Steps that may say where on a line."""

NOT_SAID = -1.0
LONGEST_M = 1_000_000.0


class StepDialog(QDialog):
    """Asks for a step; `step` is what was agreed on.

    Parameters
    ----------
    step
        The step to edit, None for a new one.
    when
        Its time at first.
    device
        What is under the hand, as ``table:id``; a new step is about it unless another one is named.
    """

    def __init__(
        self,
        project: Project,
        step: StudyStep | None,
        when: datetime,
        device: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._before = step
        self.step: StudyStep | None = None
        self.setWindowTitle(_("Add a step") if step is None else _("Edit the step"))
        self.setMinimumWidth(460)
        self._fields(step, when, device)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(_("What"), self.what)
        form.addRow(_("Devices"), self.devices)
        form.addRow("", self.named)
        form.addRow(_("From node A"), self.at_m)
        form.addRow(_("When"), self.when)
        form.addRow(_("Note"), self.note)
        self._form = form
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.agree = buttons.addButton(
            _("Add") if step is None else _("Apply"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        make_primary(self.agree)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(_("Cancel"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(buttons)
        self.what.currentIndexChanged.connect(lambda _at: self._follow())
        self.devices.textChanged.connect(lambda _text: self._follow())
        self._follow()

    def _fields(self, step: StudyStep | None, when: datetime, device: str) -> None:
        self.what = QComboBox()
        for code, text in WHAT.items():
            self.what.addItem(_(text), code)
        self.what.setCurrentIndex(list(WHAT).index(step.action if step is not None else "open"))
        self.devices = QLineEdit(", ".join(step.devices) if step is not None else device)
        self.devices.setPlaceholderText(_("identifiers, parted by commas"))
        self.devices.setToolTip(
            _(
                "Identifiers of switches, lines or transformers; table:ID where several tables have it, "
                "ID@a or ID@b for one end of a device"
            )
        )
        self.named = label("", "second", wrap=True)
        self.at_m = QDoubleSpinBox()
        self.at_m.setRange(NOT_SAID, LONGEST_M)
        self.at_m.setDecimals(0)
        self.at_m.setSuffix(" m")
        self.at_m.setSpecialValueText(_("place not said"))
        at_m = step.at_m if step is not None else None
        self.at_m.setValue(NOT_SAID if at_m is None else at_m)
        self.when = QDateTimeEdit(QDateTime(when))  # type: ignore[call-overload]
        self.when.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.when.setCalendarPopup(True)
        self.note = QLineEdit(step.note if step is not None else "")
        self.note.setPlaceholderText(_("stands in the switching order"))

    @property
    def action(self) -> str:
        """What is to be done."""
        return str(self.what.currentData())

    @property
    def names(self) -> tuple[str, ...]:
        """The devices as written."""
        parts = self.devices.text().replace("，", ",").replace("、", ",").split(",")
        return tuple(part.strip() for part in parts if part.strip())

    def _follow(self) -> None:
        """Say which devices are meant, and show the fields the step has."""
        needed = self.action in NEED_DEVICES or self.action in ("repair", "restore")
        self._form.setRowVisible(self.devices, needed)
        self._form.setRowVisible(self.named, needed)
        self._form.setRowVisible(self.at_m, self.action in ON_LINE)
        problem, told = "", []
        for one in self.names if needed else ():
            try:
                told.append(device_caption(self._project, one))
            except GridError as error:
                problem = window_sentence(error)
        if self.action in NEED_DEVICES and not self.names:
            problem = _("Name at least one device.")
        self.named.setText(problem or _("、").join(told))
        self.named.setStyleSheet(f"color: {THEME.wrong};" if problem else "")
        self.agree.setEnabled(not problem)

    def accept(self) -> None:
        """Keep what was agreed on."""
        when = self.when.dateTime().toPython()
        assert isinstance(when, datetime)
        base = self._before or StudyStep(when, self.action)
        needed = self.action in NEED_DEVICES or self.action in ("repair", "restore")
        at_m = None if self.at_m.value() < 0 or self.action not in ON_LINE else float(self.at_m.value())
        moved = at_m is not None and at_m != base.at_m
        self.step = replace(
            base,
            time=when.replace(second=0, microsecond=0),
            action=self.action,
            devices=self.names if needed else (),
            at_m=at_m,
            xy=None if moved or self.action not in ON_LINE else base.xy,
            note=self.note.text().strip(),
            temporary=base.temporary if self.action == base.action else "",
        )
        super().accept()


def device_caption(project: Project, text: str) -> str:
    """Name what a step names; raises ``unknown-place``, ``ambiguous-device`` as the study would."""
    bare = text.rpartition(":")[2]
    for table in DEVICE_TABLES:
        if bare in project.table(table):
            return objects.object_name(project, table, bare)
    return ", ".join(find_nodes(project, text))
