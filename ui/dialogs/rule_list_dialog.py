"""The rules that hold for every grouping: added, changed, switched, deleted; each one undoable step."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from grid_model.errors import GridError
from grid_model.grouping.rule_checks import idle_rules
from grid_model.grouping.rule_edits import RemoveRules, SwitchRules
from grid_model.naming import rule_members
from grid_model.project import Project
from resources.i18n import _
from ui.bench import Bench
from ui.dialogs.rule_dialog import KINDS, ask_rule, conflicts
from ui.group_text import persons, reason_sentence
from ui.objects import problem_sentence
from ui.widgets import button, label

RULE = Qt.ItemDataRole.UserRole


class RuleListDialog(QDialog):
    """The list with its buttons; every change is an edit at once, Ctrl+Z takes it back."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Rules that always hold"))
        self.resize(640, 440)
        self._bench = bench
        self.list = QTreeWidget()
        self.list.setRootIsDecorated(False)
        self.list.setStyleSheet("QTreeWidget::item { height: 26px; }")
        self.list.setHeaderLabels([_("Holds"), _("What is demanded"), _("Whom it names")])
        self.list.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName(self.windowTitle())
        head = self.list.header()
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.empty = label(
            _(
                "No rule yet. A rule says who has to share a group, who must not, who leads one, or which"
                " town is not split; every proposal keeps the rules that hold."
            ),
            "second",
            wrap=True,
        )
        self.told = label("", "wrong", wrap=True)
        self.add = button(_("Add…"), self.add_rule, primary=True, tip=_("Write a new rule (Insert)"))
        self.change = button(_("Change…"), self.change_rule, tip=_("Change the rule chosen (Enter)"))
        self.delete = button(_("Delete"), self.delete_rules, tip=_("Delete the rules chosen (Del)"))
        self.back = button(_("Undo"), bench.session.undo, tip=_("Take the last change back (Ctrl+Z)"))
        self._lay_out()
        self.list.itemChanged.connect(self._on_ticked)
        self.list.itemSelectionChanged.connect(self._enable)
        self.list.itemActivated.connect(lambda _item, _column: self.change_rule())
        for keys, act in (
            (Qt.Key.Key_Insert, self.add_rule),
            (Qt.Key.Key_Delete, self.delete_rules),
            (QKeySequence.StandardKey.Undo, bench.session.undo),
            (QKeySequence.StandardKey.Redo, bench.session.redo),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(lambda act=act: act())
        bench.session.project_changed.connect(self._on_project)
        bench.session.problem.connect(self._tell_problem)
        self._fill()

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        for one in (self.add, self.change, self.delete, self.back):
            side.addWidget(one)
        side.addStretch()
        middle = QHBoxLayout()
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        left.addWidget(self.empty)
        middle.addLayout(left, 1)
        middle.addLayout(side)
        column = QVBoxLayout(self)
        column.addLayout(middle, 1)
        column.addWidget(self.told)
        buttons = QDialogButtonBox()
        close = buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.clicked.connect(self.reject)
        column.addWidget(buttons)

    # -------------------------------------------------------------------- rows

    @property
    def _project(self) -> Project:
        project = self._bench.session.project
        assert project is not None
        return project

    def _on_project(self, project: Project | None, _changes: object) -> None:
        if project is None:
            self.reject()
        else:
            self._fill()

    def _fill(self) -> None:
        """List the rules, those that have nobody to apply to in grey, and say what contradicts."""
        project, chosen = self._project, set(self.chosen())
        idle = set(idle_rules(project))
        self.list.blockSignals(True)
        self.list.clear()
        for row in project.frame("grouping_rules").sort_values("id").to_dict("records"):
            item = self._item(project, row, str(row["id"]) in idle)
            self.list.addTopLevelItem(item)
            item.setSelected(str(row["id"]) in chosen)
        self.list.blockSignals(False)
        self.empty.setVisible(not self.list.topLevelItemCount())
        found = conflicts(project, self._bench.grouping.rule_options())
        self._tell([f"✕ {reason_sentence(project, one)}" for one in found])
        self._enable()

    def _item(self, project: Project, row: dict[str, object], idle: bool) -> QTreeWidgetItem:
        kind = str(row["kind"])
        town = row["town"] if isinstance(row["town"], str) else ""
        whom = town or persons(project, rule_members(row["members"]))
        item = QTreeWidgetItem(["", _(KINDS[kind][0]) if kind in KINDS else kind, whom])
        item.setData(0, RULE, row["id"])
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(0, Qt.CheckState.Checked if row["active"] else Qt.CheckState.Unchecked)
        tip = _("Too few of these managers are on duty: the rule has nobody to apply to.") if idle else whom
        for column in range(3):
            item.setToolTip(column, tip)
        if idle:
            item.setText(2, _("{whom} (applies to nobody)").format(whom=whom))
        return item

    def chosen(self) -> tuple[str, ...]:
        """Ids of the rules chosen in the list."""
        return tuple(str(one.data(0, RULE)) for one in self.list.selectedItems())

    def _enable(self) -> None:
        editable, count = not self._bench.session.reading, len(self.list.selectedItems())
        self.add.setEnabled(editable)
        self.change.setEnabled(editable and count == 1)
        self.delete.setEnabled(editable and count > 0)
        self.back.setEnabled(editable and self._bench.session.next_undo is not None)

    def _tell(self, lines: list[str]) -> None:
        self.told.setText("\n".join(lines))
        self.told.setVisible(bool(lines))

    def _tell_problem(self, error: object) -> None:
        if isinstance(error, GridError):
            self._tell([problem_sentence(self._bench.session.project, error)])

    # -------------------------------------------------------------------- edits

    def _on_ticked(self, item: QTreeWidgetItem, column: int) -> None:
        """Switch a rule a moment later: the edit lists the rules anew, and the item is still in use."""
        if column == 0:
            holds, rule = item.checkState(0) == Qt.CheckState.Checked, str(item.data(0, RULE))
            QTimer.singleShot(0, self, lambda: self._bench.session.do(SwitchRules((rule,), holds)))

    def add_rule(self) -> None:
        """Ask for a new rule."""
        self._ask("")

    def change_rule(self) -> None:
        """Ask what the rule chosen is to say."""
        chosen = self.chosen()
        if len(chosen) == 1:
            self._ask(chosen[0])

    def _ask(self, rule: str) -> None:
        if self._bench.session.reading:
            return
        edit = ask_rule(self._project, self._bench.grouping.rule_options(), rule, self)
        if edit is not None:
            self._bench.session.do(edit)

    def delete_rules(self) -> None:
        """Delete the rules chosen; undo brings them back."""
        chosen = self.chosen()
        if chosen and not self._bench.session.reading:
            self._bench.session.do(RemoveRules(chosen))
