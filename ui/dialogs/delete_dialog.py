"""Before objects are deleted: what would go with them, and what would lose its reference."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from grid_model import schema
from grid_model.delete import NODES, Deletion
from grid_model.project import Project
from resources.i18n import _, ngettext
from ui import formats, objects
from ui.widgets import label, make_primary

NAMED = 200
"""So many rows of a table are named; of the others only the number is told."""


class DeleteDialog(QDialog):
    """Lists, table by table, what goes and what stays with an empty field."""

    def __init__(
        self,
        project: Project,
        table: str,
        ids: Sequence[str],
        found: Deletion,
        show_personal: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Delete"))
        self._project, self._show_personal = project, show_personal
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(label(self._question(table, ids), wrap=True))
        self.list = QTreeWidget()
        self.list.setHeaderHidden(True)
        self.list.setAccessibleName(_("What depends on it"))
        self._list(table, ids, found)
        if self.list.topLevelItemCount():
            self.resize(520, 420)
            column.addWidget(self.list, 1)
        else:
            self.setMinimumWidth(420)
            column.addWidget(label(_("Nothing else depends on it."), "second"))
        column.addWidget(label(_("Undo (Ctrl+Z) brings everything back."), "second"))
        buttons = QDialogButtonBox()
        self.go = buttons.addButton(_("Delete"), QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(self.go)
        self.go.setDefault(True)
        self.cancel = buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.go.setFocus()

    def _question(self, table: str, ids: Sequence[str]) -> str:
        about = _(schema.table(table).label)
        if len(ids) > 1:
            told = ngettext("Delete {count} row of: {table}?", "Delete {count} rows of: {table}?", len(ids))
            return told.format(count=formats.whole(len(ids)), table=about)
        told = _("Delete “{name}” ({table}, {id})?")
        return told.format(name=self._name(table, ids[0]), table=about, id=ids[0])

    def _name(self, table: str, one: str) -> str:
        return objects.object_name(self._project, table, one, self._show_personal)

    def _list(self, table: str, ids: Sequence[str], found: Deletion) -> None:
        own = set(ids)
        for name, rows in found.rows.items():
            others = [one for one in rows if name != table or one not in own]
            if others:
                about = _(schema.table(name).label)
                told = _("Deleted with it: {table}, {count}")
                self._group(told.format(table=about, count=formats.whole(len(others))), name, others)
        if found.loose:
            told = _("Deleted with it, connected to nothing any more: {table}, {count}").format(
                table=_(schema.table(NODES).label), count=formats.whole(len(found.loose))
            )
            self._group(told, NODES, found.loose)
        for (name, column), emptied in found.emptied_cells.items():
            described = schema.table(name)
            told = _("Stays, with “{column}” empty: {table}, {count}").format(
                column=_(described.column(column).label),
                table=_(described.label),
                count=formats.whole(len(emptied)),
            )
            self._group(told, name, emptied)

    def _group(self, told: str, table: str, ids: Sequence[str]) -> None:
        group = QTreeWidgetItem([told])
        for one in ids[:NAMED]:
            name = self._name(table, one)
            group.addChild(QTreeWidgetItem([name if name == one else f"{name}　{one}"]))
        if len(ids) > NAMED:
            more = _("and {count} more").format(count=formats.whole(len(ids) - NAMED))
            group.addChild(QTreeWidgetItem([more]))
        self.list.addTopLevelItem(group)
        group.setExpanded(len(ids) <= 6)


def ask_delete(
    project: Project,
    table: str,
    ids: Sequence[str],
    found: Deletion,
    show_personal: bool,
    parent: QWidget | None = None,
) -> bool:
    """Ask whether to delete; False where the person turns back."""
    return bool(DeleteDialog(project, table, ids, found, show_personal, parent).exec())
