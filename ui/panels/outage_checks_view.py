"""What is found before an outage plan is kept: a list, and the form that asks how and why it is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from PySide6.QtCore import QDateTime, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QGridLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from grid_model import schema
from grid_model.errors import GridError
from grid_model.kept_outages import refuse_taken_name
from grid_model.outage_checks import Finding, PlanFacts, check_plan, facts_of, needs_reason
from grid_model.project import Project
from grid_model.study import OutageStudy
from grid_model.study_record import PlanRecord, conflicts
from resources.i18n import _
from ui.checks_text import plan_record
from ui.messages import window_sentence
from ui.messages_checks import finding_sentence, severity_word
from ui.study_text import conflict_lines
from ui.widgets import badge, clear, label, make_primary, settle

BADGES = {"alarm": "red", "warning": "orange", "note": "grey"}
LIST_HEIGHT = 260


class OutageChecksView(QWidget):
    """The findings one below the other, the heaviest first, and the reason where one is wanted."""

    changed = Signal()
    """The reason was edited."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.findings: tuple[Finding, ...] = ()
        self._rows = QWidget()
        self._grid = QGridLayout(self._rows)
        self._grid.setContentsMargins(0, 2, 8, 2)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._rows)
        area.setMinimumHeight(LIST_HEIGHT)
        area.setAccessibleName(_("Checks before the outage"))
        self.reason = QLineEdit()
        self.reason.setAccessibleName(_("Reason"))
        self.reason.setToolTip(_("Kept with the plan, for whoever approves it"))
        self.reason.textChanged.connect(lambda _text: self.changed.emit())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area, 1)
        column.addWidget(self.reason)

    @property
    def ready(self) -> bool:
        """Whether nothing wants a reason, or one is given."""
        return not needs_reason(self.findings) or bool(self.reason.text().strip())

    def show_findings(self, project: Project, findings: tuple[Finding, ...], others: list[str]) -> None:
        """Show what was found.

        Parameters
        ----------
        others
            Sentences about other plans that are in the way.
        """
        self.findings = findings
        for n in range(self._grid.rowCount()):
            self._grid.setRowStretch(n, 0)
        clear(self._grid)
        lines = [
            (severity_word(one), BADGES[one.severity], finding_sentence(project, one)) for one in findings
        ]
        at = sum(one.severity == "alarm" for one in findings)
        lines[at:at] = [(_("Conflict"), "orange", one) for one in others]
        if not lines:
            lines = [("", "", _("Nothing was found: nobody loses supply."))]
        for n, (word, color, sentence) in enumerate(lines):
            if word:
                self._grid.addWidget(badge(word, color), n, 0, Qt.AlignmentFlag.AlignTop)
            told = label(sentence, wrap=True)
            told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(told, n, 1)
        self._grid.setRowStretch(len(lines), 1)
        self.reason.setVisible(needs_reason(findings))
        self.reason.setPlaceholderText(_("Why the plan is kept all the same"))
        settle(self._grid)


@dataclass(frozen=True)
class KeptAs:
    """How a plan is to be kept."""

    name: str
    record: PlanRecord


class KeepDialog(QDialog):
    """Asks for the name, the class and when it was announced, and shows what that brings about."""

    def __init__(
        self, project: Project, study: OutageStudy, name: str, outage: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._project, self._study = project, study
        self._facts = facts_of(project, study, outage)
        self._others = conflict_lines(conflicts(project, study, outage))
        self.setWindowTitle(_("Keep the study"))
        self.setMinimumWidth(560)
        self.name = QLineEdit(name)
        self.problem = label("", "wrong", wrap=True)
        self.kind = self._kinds()
        self.told = QCheckBox(_("Announced"))
        self.announced = self._moment()
        self.checks = OutageChecksView()
        self.checks.reason.setText(self._facts.reason)
        form = QFormLayout()
        form.addRow(_("Name of the study"), self.name)
        form.addRow("", self.problem)
        self._form = form
        form.addRow(_("Reliability class"), self.kind)
        form.addRow(self.told, self.announced)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(_("Cancel"))
        self.keep = buttons.addButton(_("Keep"), QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(self.keep)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(label(_("Checks before the outage"), "section"))
        column.addWidget(self.checks, 1)
        column.addWidget(buttons)
        self.name.textChanged.connect(lambda _text: self._follow())
        self.checks.changed.connect(self._follow)
        self.kind.currentIndexChanged.connect(lambda _at: self._check())
        self.told.toggled.connect(lambda _on: self._check())
        self.announced.dateTimeChanged.connect(lambda _when: self._check())
        self.name.selectAll()
        self._check()

    def _kinds(self) -> QComboBox:
        made = QComboBox()
        for choice in schema.table("outages").column("reliability_class").choices:
            made.addItem(_(choice.label), choice.code)
        # a fault of which nobody says whose it is stays without a class
        made.setCurrentIndex(made.findData(self._facts.kind))
        made.setPlaceholderText(_("Fault outage"))
        made.setToolTip(_("After DL/T 836."))
        return made

    def _moment(self) -> QDateTimeEdit:
        suggested = self._facts.announced or self._study.start - timedelta(days=7)
        made = QDateTimeEdit(QDateTime(suggested))  # type: ignore[call-overload]
        made.setDisplayFormat("yyyy-MM-dd HH:mm")
        made.setCalendarPopup(True)
        made.setToolTip(_("When the people were told."))
        self.told.setChecked(self._facts.announced is not None)
        return made

    @property
    def facts(self) -> PlanFacts:
        """What is entered."""
        kind = str(self.kind.currentData() or self._facts.kind)
        when = self.announced.dateTime().toPython()
        assert isinstance(when, datetime)
        announced = when.replace(second=0, microsecond=0) if self.told.isChecked() else None
        return PlanFacts(self._facts.outage, kind, announced)

    def answer(self) -> KeptAs:
        """Give the name and what is kept beside the study."""
        facts, reason = self.facts, self.checks.reason.text()
        wanted = reason if needs_reason(self.checks.findings) else ""
        record = plan_record(
            self.checks.findings, wanted, str(self.kind.currentData() or ""), facts.announced
        )
        columns = {"announced": None, **record.columns}  # what is ticked off is taken out of the record
        return KeptAs(self.name.text().strip(), replace(record, columns=columns))

    def _check(self) -> None:
        """Check the plan as it is entered now."""
        self.announced.setEnabled(self.told.isChecked())
        findings = check_plan(self._project, self._study, self.facts)
        self.checks.show_findings(self._project, findings, self._others)
        self._follow()

    def _follow(self) -> None:
        problem = ""
        try:
            refuse_taken_name(self._project, self.name.text(), self._facts.outage)
        except GridError as error:
            problem = window_sentence(error)
        self.problem.setText(problem)
        self._form.setRowVisible(self.problem, bool(problem))
        self.keep.setEnabled(self.checks.ready and not problem)
        wanted = _("A check wants a reason; enter it, or change the plan.")
        self.keep.setToolTip("" if self.checks.ready else wanted)


def ask_to_keep(
    parent: QWidget | None, project: Project, study: OutageStudy, name: str, outage: str = ""
) -> KeptAs | None:
    """Ask how a plan is to be kept; None where the person turns back.

    Parameters
    ----------
    name
        Suggested.
    outage
        Its record, where it is kept already.
    """
    dialog = KeepDialog(project, study, name, outage, parent)
    return dialog.answer() if dialog.exec() else None
