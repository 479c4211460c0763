"""Who prepared, checked and approved a scheme (编制, 审核, 批准), asked when it is put in force."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QDateEdit, QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QWidget

from grid_model.project import Project
from resources.i18n import _
from ui.grouping_plan import Approval
from ui.widgets import label, make_primary, notice


class ApprovalDialog(QDialog):
    """A form for one scheme; what is wrong with it is said before it holds."""

    def __init__(
        self,
        project: Project,
        name: str,
        given: Approval,
        parent: QWidget | None = None,
        wrong: Sequence[str] = (),
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Put in force"))
        self.setMinimumWidth(380)
        form = QFormLayout(self)
        told = _("“{scheme}” becomes the grouping that holds; the one before stays in the list.")
        form.addRow(label(told.format(scheme=name), wrap=True))
        if wrong:
            form.addRow(notice("\n".join(wrong)))
        self.prepared = QLineEdit(given.prepared_by)
        self.checked = QLineEdit(given.checked_by)
        self.approved = QLineEdit(given.approved_by)
        self.date = QDateEdit()
        self.date.setCalendarPopup(True)
        self.date.setDisplayFormat("yyyy-MM-dd")
        day = QDate.fromString(given.approved_on or project.info.planning_date or "", Qt.DateFormat.ISODate)
        self.date.setDate(day if day.isValid() else QDate.currentDate())
        for title, field in (
            (_("Prepared by"), self.prepared),
            (_("Checked by"), self.checked),
            (_("Approved by"), self.approved),
            (_("Approved on"), self.date),
        ):
            form.addRow(title, field)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        do_it = buttons.addButton(_("Put in force"), QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(do_it)
        do_it.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)
        self.prepared.setFocus()

    def answer(self) -> Approval:
        """Give the names; the date only where somebody approved."""
        approved = self.approved.text().strip()
        return Approval(
            self.prepared.text().strip(),
            self.checked.text().strip(),
            approved,
            self.date.date().toString(Qt.DateFormat.ISODate) if approved else "",
        )


def ask_approval(
    parent: QWidget, project: Project, name: str, scheme: str = "", wrong: Sequence[str] = ()
) -> Approval | None:
    """Ask; None where the person turns back.

    Parameters
    ----------
    scheme
        Id, where it is a scheme of the project already: what it says stands in the form.
    wrong
        Sentences: what does not hold together in it.
    """
    given = Approval()
    if scheme:
        row = project.table("schemes").row(scheme)
        names = ("prepared_by", "checked_by", "approved_by", "approved_on")
        given = Approval(*(str(row[one] or "") for one in names))
    dialog = ApprovalDialog(project, name, given, parent, wrong)
    return dialog.answer() if dialog.exec() else None
