"""What a study has besides its steps: customers and areas added by hand, and up to when is counted."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDateTime
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from grid_model.project import Project
from grid_model.study_steps import ManualEntry
from resources.i18n import N_, _
from ui import objects
from ui.colors import THEME
from ui.widgets import label, make_primary

KINDS = {"customer": N_("Customer"), "area": N_("Transformer area")}
NOT_THERE = {
    "customer": N_("There is no customer “{id}”; check the number."),
    "area": N_("There is no transformer area “{id}”; check the number."),
}
TABLES = {"customer": "customers", "area": "transformer_areas"}


class ManualDialog(QDialog):
    """Asks for a customer or an area that is out though the network does not show it; `entry` is the answer.

    Parameters
    ----------
    entry
        As it stands at first.
    span
        From when to when the study counts: the times offered.
    """

    def __init__(
        self,
        project: Project,
        entry: ManualEntry,
        span: tuple[datetime, datetime],
        new: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._project = project
        self.entry: ManualEntry | None = None
        self.setWindowTitle(_("Add by hand") if new else _("Change what was added by hand"))
        self.setMinimumWidth(440)
        self.kind = QComboBox()
        for code, text in KINDS.items():
            self.kind.addItem(_(text), code)
        self.kind.setCurrentIndex(list(KINDS).index(entry.kind))
        self.one = QLineEdit(entry.id)
        self.named = label("", "second", wrap=True)
        self.reason = QLineEdit(entry.reason)
        self.reason.setPlaceholderText(_("such as: service line cut for the work"))
        self.off, off = _moment(entry.off, span[0], _("from the first step"))
        self.on, on = _moment(entry.on, span[1], _("up to the end"))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(_("Kind"), self.kind)
        form.addRow(_("Number"), self.one)
        form.addRow("", self.named)
        form.addRow(_("Reason"), self.reason)
        form.addRow(_("Off"), off)
        form.addRow(_("On"), on)
        buttons = _buttons(self, _("Add") if new else _("Apply"))
        self.agree = buttons.button(QDialogButtonBox.StandardButton.Ok)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(buttons)
        for changed in (self.one.textChanged, self.reason.textChanged, self.kind.currentIndexChanged):
            changed.connect(lambda _value: self._follow())
        for edit, whole in (self.off, self.on):
            edit.dateTimeChanged.connect(lambda _value: self._follow())
            whole.toggled.connect(lambda _on: self._follow())
        self._follow()

    def _follow(self) -> None:
        """Say who is meant, or what is missing."""
        kind, one = str(self.kind.currentData()), self.one.text().strip()
        problem, told = "", ""
        off, on = _chosen(self.off), _chosen(self.on)
        if not one:
            problem = _("Write the number of the customer or of the area.")
        elif one not in self._project.table(TABLES[kind]):
            text = NOT_THERE[kind]
            problem = _(text).format(id=one)
        else:
            told = objects.object_name(self._project, TABLES[kind], one)
            if not self.reason.text().strip():
                problem = _("{name}: write the reason.").format(name=told)
            elif off is not None and on is not None and on < off:
                problem = _("It cannot be back before it is off.")
        self.named.setText(problem or told)
        self.named.setStyleSheet(f"color: {THEME.wrong};" if problem else "")
        self.agree.setEnabled(not problem)

    def accept(self) -> None:
        """Keep what was agreed on."""
        self.entry = ManualEntry(
            str(self.kind.currentData()),
            self.one.text().strip(),
            self.reason.text().strip(),
            _chosen(self.off),
            _chosen(self.on),
        )
        super().accept()


class UntilDialog(QDialog):
    """Asks up to when who is not back is counted; `until` is None for the last step."""

    def __init__(self, until: datetime | None, last: datetime, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last = last
        self.setWindowTitle(_("Counted up to"))
        self.setMinimumWidth(380)
        self.moment, line = _moment(until, last, _("up to the last step"))
        self.named = label("", "wrong", wrap=True)
        buttons = _buttons(self, _("Apply"))
        self.agree = buttons.button(QDialogButtonBox.StandardButton.Ok)
        column = QVBoxLayout(self)
        told = _("Who is not back by the last step is counted up to this moment.")
        column.addWidget(label(told, "second", wrap=True))
        column.addWidget(line)
        column.addWidget(self.named)
        column.addWidget(buttons)
        edit, whole = self.moment
        edit.dateTimeChanged.connect(lambda _value: self._follow())
        whole.toggled.connect(lambda _on: self._follow())
        self._follow()

    @property
    def until(self) -> datetime | None:
        """The moment chosen."""
        return _chosen(self.moment)

    def _follow(self) -> None:
        until = self.until
        late = until is not None and until < self._last
        last = self._last.strftime("%Y-%m-%d %H:%M")
        self.named.setText(
            _("The last step is at {time}; choose a later moment.").format(time=last) if late else ""
        )
        self.agree.setEnabled(not late)


Moment = tuple[QDateTimeEdit, QCheckBox]


def _moment(value: datetime | None, offered: datetime, unsaid: str) -> tuple[Moment, QWidget]:
    """Make a field for a moment that may be left unsaid."""
    edit = QDateTimeEdit(QDateTime(value or offered))  # type: ignore[call-overload]
    edit.setDisplayFormat("yyyy-MM-dd HH:mm")
    edit.setCalendarPopup(True)
    whole = QCheckBox(unsaid)
    whole.setChecked(value is None)
    edit.setEnabled(value is not None)
    whole.toggled.connect(lambda on: edit.setEnabled(not on))
    line = QWidget()
    layout = QHBoxLayout(line)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(edit, 1)
    layout.addWidget(whole)
    return (edit, whole), line


def _chosen(moment: Moment) -> datetime | None:
    edit, whole = moment
    if whole.isChecked():
        return None
    found = edit.dateTime().toPython()
    assert isinstance(found, datetime)
    return found.replace(second=0, microsecond=0)


def _buttons(dialog: QDialog, text: str) -> QDialogButtonBox:
    ok, cancel = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
    buttons = QDialogButtonBox(ok | cancel)
    buttons.button(ok).setText(text)
    make_primary(buttons.button(ok))
    buttons.button(cancel).setText(_("Cancel"))
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons
