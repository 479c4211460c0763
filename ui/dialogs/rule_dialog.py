"""One rule of grouping as a form; what it contradicts is said while it is written."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from grid_model.errors import GridError
from grid_model.grouping.plan import GroupingOptions, managers_of_towns
from grid_model.grouping.result import Reason
from grid_model.grouping.rule_checks import rule_conflicts
from grid_model.grouping.rule_edits import LEAST, AddRule, ChangeRule, towns_of
from grid_model.naming import rule_members
from grid_model.project import Edit, Project
from resources.i18n import N_, _
from ui import objects
from ui.group_text import persons, reason_sentence
from ui.people_list import PeopleList
from ui.widgets import label, make_primary

KINDS = {
    "together": (
        N_("These managers share a group"),
        N_("Tick at least two. Others may join them."),
    ),
    "apart": (
        N_("No two of these managers share a group"),
        N_("Tick at least two. Each of them is in a group without the others."),
    ),
    "leader": (
        N_("These managers each lead a group"),
        N_("Tick at least one. Each needs a valid certificate as work leader; no two share a group."),
    ),
    "whole_town": (
        N_("A town stays whole"),
        N_(
            "Its managers share a group where they fit into one; else their groups take nobody from"
            " elsewhere. A manager belongs to the town where most of his customers live."
        ),
    ),
}
"""What each kind of rule demands, and how it is filled in."""


class RuleDialog(QDialog):
    """A form for one rule."""

    def __init__(
        self, project: Project, options: GroupingOptions, rule: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Change rule") if rule else _("Add rule"))
        self.resize(460, 560)
        self._project, self._options, self._rule = project, options, rule
        self._before = conflicts(project, options)
        people = project.frame("district_managers")
        self._by_town = managers_of_towns(project, sorted(people.loc[people["active"], "id"]))
        row = project.table("grouping_rules").row(rule) if rule else {}
        self.kind = QComboBox()
        self.kind.setAccessibleName(_("What is demanded"))
        for code, (title, _hint) in KINDS.items():
            self.kind.addItem(_(title), code)
        self.kind.setCurrentIndex(max(0, self.kind.findData(row.get("kind") or "together")))
        self.hint = label("", "second", wrap=True)
        self.people, self.town = self._people(row.get("members")), self._towns(str(row.get("town") or ""))
        self.whom = QStackedWidget()
        self.whom.addWidget(self.people)
        place = QWidget()
        below = QVBoxLayout(place)
        below.setContentsMargins(0, 0, 0, 0)
        self.town_people = label("", "second", wrap=True)
        below.addWidget(self.town)
        below.addWidget(self.town_people)
        below.addStretch()
        self.whom.addWidget(place)
        self.active = QCheckBox(_("Holds"))
        self.active.setToolTip(_("A rule that does not hold is kept and left out."))
        self.active.setChecked(bool(row.get("active", True)))
        self.told = label("", "wrong", wrap=True)
        column = QVBoxLayout(self)
        column.addWidget(label(_("What is demanded"), "section"))
        column.addWidget(self.kind)
        column.addWidget(self.hint)
        column.addWidget(self.whom, 1)
        column.addWidget(self.active)
        column.addWidget(self.told)
        column.addWidget(self._buttons())
        self.kind.currentIndexChanged.connect(self._judge)
        self.people.changed.connect(self._judge)
        self.town.currentIndexChanged.connect(self._judge)
        self.active.toggled.connect(self._judge)
        self.people.search.setFocus()
        self._judge()

    def _people(self, members: object) -> PeopleList:
        rows = self._project.frame("district_managers")
        named = rule_members(members)
        ids = {*rows.loc[rows["active"], "id"], *(one for one in named if one in set(rows["id"]))}
        notes = {one: town for town, own in self._by_town.items() for one in own}
        notes |= dict.fromkeys(rows.loc[~rows["active"], "id"], _("not on duty"))
        made = PeopleList()
        made.show_people(self._project, ids, [one for one in named if one in ids], notes)
        return made

    def _towns(self, town: str) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(_("Town"))
        for one in towns_of(self._project):
            made.addItem(one, one)
        made.setCurrentIndex(max(0, made.findData(town)))
        return made

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.keep = buttons.addButton(
            _("Change") if self._rule else _("Add"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        make_primary(self.keep)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def edit(self) -> Edit:
        """Give the edit that puts in what stands in the form."""
        kind = str(self.kind.currentData())
        town = str(self.town.currentData() or "") if kind == "whole_town" else ""
        members = () if kind == "whole_town" else self.people.ticked
        if self._rule:
            return ChangeRule(self._rule, kind, members, town, self.active.isChecked())
        return AddRule(kind, members, town, self.active.isChecked())

    def _judge(self) -> None:
        """Say what is missing, and what the rule contradicts."""
        kind = str(self.kind.currentData())
        self.hint.setText(_(KINDS[kind][1]))
        self.whom.setCurrentIndex(1 if kind == "whole_town" else 0)
        if kind == "whole_town":
            self._tell_town()
        filled = bool(self.town.count()) if kind == "whole_town" else len(self.people.ticked) >= LEAST[kind]
        self.keep.setEnabled(filled)
        told, stops = self._trouble() if filled else ("", False)
        self.told.setText(told)
        self.told.setVisible(bool(told))
        self.keep.setEnabled(filled and not stops)

    def _tell_town(self) -> None:
        town = str(self.town.currentData() or "")
        told = persons(self._project, self._by_town.get(town, ()))
        self.town_people.setText(_("Managers of this town: {managers}").format(managers=told))

    def _trouble(self) -> tuple[str, bool]:
        """What speaks against the rule, and whether it cannot be kept at all."""
        try:
            after, _changes = self.edit().apply(self._project)
        except GridError as error:
            return objects.problem_sentence(self._project, error), True
        new = [one for one in conflicts(after, self._options) if one not in self._before]
        if not new:
            return "", False
        lines = [f"✕ {reason_sentence(after, one)}" for one in new]
        return "\n".join([*lines, _("With this rule no grouping can be found.")]), False


def conflicts(project: Project, options: GroupingOptions) -> tuple[Reason, ...]:
    """Find what contradicts in the rules kept; sizes that cannot be are said elsewhere."""
    try:
        return rule_conflicts(project, options)
    except GridError:
        return ()


def ask_rule(project: Project, options: GroupingOptions, rule: str, parent: QWidget) -> Edit | None:
    """Ask for a rule, or for what another is to say; None where the person turns back."""
    dialog = RuleDialog(project, options, rule, parent)
    return dialog.edit() if dialog.exec() else None
