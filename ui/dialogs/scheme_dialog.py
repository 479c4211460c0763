"""Questions about schemes: which two are compared, and who leaves, is away or comes."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from grid_model.project import Project
from resources.i18n import N_, _
from ui.grouping_plan import Replanning
from ui.people_list import PeopleList
from ui.widgets import label, make_primary

KINDS = {
    "leaves": N_("leaves for good"),
    "away": N_("is away for a while (stand-ins cover)"),
    "joins": N_("comes on duty"),
}


def _buttons(dialog: QDialog, text: str) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    do_it = buttons.addButton(text, QDialogButtonBox.ButtonRole.AcceptRole)
    make_primary(do_it)
    do_it.setDefault(True)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons


def scheme_names(project: Project) -> dict[str, str]:
    """Name every scheme, the one in force marked."""
    frame = project.frame("schemes")
    return {
        str(one): _("{name} (in force)").format(name=name) if held else str(name)
        for one, name, held in zip(frame["id"], frame["name"], frame["in_force"], strict=True)
    }


class CompareDialog(QDialog):
    """Two schemes to choose."""

    def __init__(self, project: Project, a: str, b: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Compare schemes"))
        self.setMinimumWidth(360)
        form = QFormLayout(self)
        self.a, self.b = QComboBox(), QComboBox()
        for combo, chosen in ((self.a, a), (self.b, b)):
            for one, name in scheme_names(project).items():
                combo.addItem(name, one)
            combo.setCurrentIndex(max(0, combo.findData(chosen)))
        form.addRow(_("From"), self.a)
        form.addRow(_("To"), self.b)
        self.same = label(_("Choose two different schemes."), "wrong")
        form.addRow(self.same)
        buttons = _buttons(self, _("Compare"))
        form.addRow(buttons)

        def judge() -> None:
            alike = self.a.currentData() == self.b.currentData()
            self.same.setVisible(alike)
            for one in buttons.buttons():
                if buttons.buttonRole(one) == QDialogButtonBox.ButtonRole.AcceptRole:
                    one.setEnabled(not alike)

        self.a.currentIndexChanged.connect(judge)
        self.b.currentIndexChanged.connect(judge)
        judge()

    def answer(self) -> tuple[str, str]:
        """Give both."""
        return str(self.a.currentData()), str(self.b.currentData())


def ask_two_schemes(parent: QWidget, project: Project, a: str, b: str) -> tuple[str, str] | None:
    """Ask which schemes are compared; None where the person turns back."""
    dialog = CompareDialog(project, a, b, parent)
    return dialog.answer() if dialog.exec() else None


class ReplanDialog(QDialog):
    """Who leaves, is away or comes."""

    def __init__(self, project: Project, chosen: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Somebody leaves, is away or comes"))
        self.resize(400, 460)
        self._project = project
        column = QVBoxLayout(self)
        self.kind = QComboBox()
        for code, text in KINDS.items():
            self.kind.addItem(_(text), code)
        self.people = PeopleList()
        column.addWidget(label(_("Who?"), "section"))
        column.addWidget(self.people, 1)
        column.addWidget(label(_("What happens?"), "section"))
        column.addWidget(self.kind)
        self.told = label("", "second", wrap=True)
        column.addWidget(self.told)
        self.buttons = _buttons(self, _("Plan anew"))
        column.addWidget(self.buttons)
        self._chosen = {chosen} if chosen else set[str]()
        self.kind.currentIndexChanged.connect(self._list)
        self.people.changed.connect(self._judge)
        self._list()

    def _list(self) -> None:
        joins = self.kind.currentData() == "joins"
        rows = self._project.frame("district_managers")
        ids = list(rows.loc[rows["active"] != joins, "id"])
        self.people.show_people(self._project, ids, self._chosen & set(ids))

    def _judge(self) -> None:
        told = {
            "leaves": _("His areas go to his stand-in, his group or neighbours; the groups change little."),
            "away": _("His areas stay his; the stand-ins cover them while he is away."),
            "joins": _("He gets areas from the managers around; the groups change little."),
        }
        kind = str(self.kind.currentData())
        self.told.setText(told[kind])
        if kind == "joins" and not self.people.people.count():
            self.told.setText(
                _("Every manager is on duty; enter the new one in the table first, not on duty.")
            )
        for one in self.buttons.buttons():
            if self.buttons.buttonRole(one) == QDialogButtonBox.ButtonRole.AcceptRole:
                one.setEnabled(bool(self.checked()))

    def checked(self) -> tuple[str, ...]:
        """Who is ticked."""
        return self.people.ticked

    def answer(self) -> Replanning:
        """Give who, and what happens."""
        kind, people = str(self.kind.currentData()), self.checked()
        if kind == "joins":
            return Replanning(joining=people)
        return Replanning(without=people, temporary=kind == "away")


def ask_replan(parent: QWidget, project: Project, chosen: str = "") -> Replanning | None:
    """Ask; None where the person turns back.

    Parameters
    ----------
    chosen
        Manager who is ticked at first.
    """
    dialog = ReplanDialog(project, chosen, parent)
    return dialog.answer() if dialog.exec() else None
