"""One table below the map: an attribute table of the schema, or the list a result gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from grid_model import schema
from grid_model.cell_edit import SetCell
from grid_model.changes import CellsChanged, Changes
from grid_model.errors import GridError
from grid_model.new_row import BY_HAND
from grid_model.project import Project
from grid_model.table import plain
from resources.i18n import _, ngettext
from ui import formats, objects
from ui.bench import Bench, Selection
from ui.settings import ColumnLayout
from ui.tables import schema_columns
from ui.tables.clipboard import cells_in, paste_edit
from ui.tables.conditions import Between, Filled, OneOf
from ui.tables.editors import CellEditor, read_value
from ui.tables.frame_model import FrameModel, Shown
from ui.tables.view import FrameView

CHOSEN = 20_000
"""So many rows chosen in a table are taken under the hand; more are only marked in the table."""


class TablePage(QWidget):
    """A table with its model; `name` is fixed, `title` is shown on the tab."""

    name: str
    model: FrameModel
    view: FrameView

    def __init__(self, bench: Bench, name: str) -> None:
        super().__init__()
        self.bench = bench
        self.name = name
        self.model = FrameModel(self, self._commit)
        self.view = FrameView(self.model, self)
        self.view.setObjectName(f"table-{name}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.view.row_chosen.connect(self._choose)
        self.view.rows_chosen.connect(self._choose_several)
        self.view.row_opened.connect(self._open)
        self.view.menu_wanted.connect(self._menu)
        self.view.heading_menu_wanted.connect(self._heading_menu)
        self.view.paste_wanted.connect(self.paste)
        self.view.delete_wanted.connect(self.delete)
        self.view.too_many_to_copy.connect(self._refuse_copy)
        self.view.columns_arranged.connect(self._keep_columns)

    @property
    def title(self) -> str:
        """What stands on the tab."""
        raise NotImplementedError

    def object_at(self, position: int) -> tuple[str, str] | None:
        """Give table and id of the object a row is about."""
        raise NotImplementedError

    def _commit(self, _position: int, _column: str, _value: Any) -> bool:
        return False

    def _choose(self, position: int) -> None:
        found = self.object_at(position)
        if found is not None:
            self.bench.select(*found)

    def _open(self, position: int) -> None:
        found = self.object_at(position)
        if found is not None and not self.view.currentIndex().flags() & Qt.ItemFlag.ItemIsEditable:
            self.bench.go_to(*found)

    def _choose_several(self, positions: np.ndarray) -> None:
        """Take the objects of several rows under the hand: those of the table of the first of them."""
        found = [self.object_at(int(one)) for one in positions[:CHOSEN]]
        first = next((one for one in found if one is not None), None)
        if first is not None:
            ids = [one[1] for one in found if one is not None and one[0] == first[0]]
            self.bench.select(first[0], *dict.fromkeys(ids))

    def delete(self) -> None:
        """Ask to delete the objects of the rows chosen here, whatever was chosen elsewhere since."""
        self._choose_several(self.view.chosen_positions())
        self.bench.delete_wanted.emit()

    def _refuse_copy(self, rows: int) -> None:
        told = _("{rows} rows are too many for the clipboard; write the table to a file instead (Ctrl+E).")
        self.bench.session.warned.emit(told.format(rows=formats.whole(rows)))

    def paste(self) -> None:
        """Put the clipboard into the cells; a list that a result gave is not edited."""
        told = _("This list is a result and is not edited; open the table it comes from.")
        self.bench.session.warned.emit(told)

    @property
    def can_paste(self) -> bool:
        """Whether cells of this table may be changed."""
        return False

    @property
    def takes_rows(self) -> bool:
        """Whether a person makes rows of this table by hand."""
        return False

    # ------------------------------------------------------------------ menus

    def _menu(self, position: int, place: QPoint) -> None:
        menu = self.row_menu(position)
        menu.exec(place)
        menu.deleteLater()

    def row_menu(self, position: int) -> QMenu:
        """Make the menu of a row."""
        found = self.object_at(position)
        menu = QMenu(self)
        if found is not None:
            menu.addAction(_("Show on the map"), lambda: self.bench.go_to(*found))
        menu.addAction(_("Copy rows"), self.view.copy)
        menu.addAction(_("Copy rows with headings"), lambda: self.view.copy(headings=True))
        menu.addAction(_("Copy this cell"), self.view.copy_cell)
        if self.can_paste:
            menu.addAction(_("Paste"), self.paste)
        if self.takes_rows and not self.bench.session.reading:
            menu.addAction(_("New row…"), self.bench.row_wanted.emit)
        if found is not None and objects.is_deletable(found[0]) and not self.bench.session.reading:
            menu.addAction(_("Delete…"), self.delete)
        index = self.view.currentIndex()
        if index.isValid():
            menu.addSeparator()
            menu.addAction(_("Show only rows with this value"), lambda: self._filter_like(index))
        return menu

    def _filter_like(self, index: QModelIndex) -> None:
        column = self.model.columns[index.column()]
        value = plain(self.model.value(index))
        if column.right and isinstance(value, (int, float)):
            self.model.put_condition(Between(column.name, column.heading, value, value))
        elif value is None or value == "":
            self.model.put_condition(Filled(column.name, column.heading, False))
        else:
            at = self.model.index_of(column.name)
            code = int(at.codes[self.model.position(index.row())])
            self.model.put_condition(OneOf(column.name, column.heading, (str(at.shown.iloc[code]),)))

    def _heading_menu(self, column: int, place: QPoint) -> None:
        menu = self.heading_menu(column)
        menu.exec(place)
        menu.deleteLater()

    def heading_menu(self, column: int) -> QMenu:
        """Make the menu of a column: order, filter, hide."""
        heading = self.view.horizontalHeader()
        menu = QMenu(self)
        order = Qt.SortOrder
        menu.addAction(_("Sort ascending"), lambda: heading.setSortIndicator(column, order.AscendingOrder))
        menu.addAction(_("Sort descending"), lambda: heading.setSortIndicator(column, order.DescendingOrder))
        menu.addAction(_("Order of the table"), lambda: heading.setSortIndicator(-1, order.AscendingOrder))
        menu.addSeparator()
        menu.addAction(_("Filter this column…"), lambda: self.ask_filter(column))
        drop = menu.addAction(
            _("Filter off"), lambda: self.model.drop_condition(self.model.columns[column].name)
        )
        name = self.model.columns[column].name
        drop.setEnabled(any(one.key == name for one in self.model.conditions))
        menu.addSeparator()
        menu.addAction(_("Hide this column"), lambda: self._show_column(column, False))
        menu.addAction(_("Lay the columns out as at first"), self.lay_out_as_at_first)
        return menu

    def ask_filter(self, column: int) -> None:
        """Ask which rows to show by one column."""
        from ui.tables.field_filter import FieldFilter

        FieldFilter(self.model, column, self).exec()

    # ---------------------------------------------------------------- columns

    def column_menu(self, parent: QWidget) -> QMenu:
        """Make the menu that shows and hides columns."""
        menu = QMenu(parent)
        for at, column in enumerate(self.model.columns):
            action = menu.addAction(column.heading)
            action.setCheckable(True)
            action.setChecked(not self.view.isColumnHidden(at))
            action.toggled.connect(lambda on, at=at: self._show_column(at, on))
        menu.addSeparator()
        menu.addAction(_("Lay the columns out as at first"), self.lay_out_as_at_first)
        return menu

    def _show_column(self, at: int, on: bool) -> None:
        self.view.setColumnHidden(at, not on)
        self._keep_columns()

    def _keep_columns(self) -> None:
        heading, columns = self.view.horizontalHeader(), self.model.columns
        order = [columns[heading.logicalIndex(place)].name for place in range(len(columns))]
        hidden = frozenset(one.name for at, one in enumerate(columns) if self.view.isColumnHidden(at))
        widths = {
            one.name: heading.sectionSize(at) for at, one in enumerate(columns) if one.name not in hidden
        }
        self.bench.settings.keep_columns(self.name, ColumnLayout(tuple(order), hidden, widths))

    def _lay_out(self) -> None:
        """Lay the columns out as the person left them, else as at first."""
        self.view.fit_columns()
        kept = self.bench.settings.columns(self.name)
        hidden = self.hidden_at_first() if kept is None else kept.hidden
        self.view.arrange(
            [column.name for column in self.model.columns] if kept is None else kept.order,
            {} if kept is None else dict(kept.widths),
        )
        for at, column in enumerate(self.model.columns):
            self.view.setColumnHidden(at, column.name in hidden)

    def lay_out_as_at_first(self) -> None:
        """Forget how the person laid the columns out."""
        self.bench.settings.forget_columns(self.name)
        self._lay_out()

    def hidden_at_first(self) -> frozenset[str]:
        """Name the columns that are hidden until somebody asks for them."""
        return frozenset()

    def positions_of(self, _chosen: Selection) -> list[int]:
        """Give the places in the frame of the objects chosen, as far as this table has them."""
        return []

    def follow_selection(self) -> None:
        """Mark the rows of what is under the hand, where this table has them."""
        self.view.choose_positions(self.positions_of(self.bench.selection))


class AttributePage(TablePage):
    """The rows of one table of the project; plain columns are edited in place."""

    def __init__(self, bench: Bench, table: str) -> None:
        self.schema = schema.table(table)
        super().__init__(bench, table)
        self.view.setItemDelegate(
            CellEditor(
                self.schema,
                lambda at: self.schema.column(self.model.columns[at].name),
                lambda: bench.session.project,
                self.view,
            )
        )
        self.reload()

    @property
    def title(self) -> str:
        project = self.bench.session.project
        count = len(project.table(self.name)) if project is not None else 0
        return f"{_(self.schema.label)} {formats.whole(count)}"

    def object_at(self, position: int) -> tuple[str, str] | None:
        return self.name, str(self.model.frame["id"].iat[position])

    def reload(self) -> None:
        """Show the rows as they are now, with the columns that may be shown now."""
        project = self.bench.session.project
        if project is None:
            return
        self.model.show_rows(project.frame(self.name), self._columns(project))
        self._lay_out()

    def _columns(self, project: Project) -> list[Shown]:
        return schema_columns.shown(project, self.schema, self.bench.show_personal)

    def hidden_at_first(self) -> frozenset[str]:
        """Columns nobody filled, wiring and places are hidden at first; the columns menu brings them back."""
        frame = self.model.frame
        plumbing = {
            column.name
            for column in self.schema.columns
            if column.references == "connectivity_nodes" or column.name in ("x", "y", "color")
        }
        return frozenset(
            name
            for name in self.schema.names
            if name in plumbing or (len(frame) and frame[name].isna().all())
        )

    def take(self, project: Project, changes: Changes) -> None:
        """Show what an edit changed."""
        pointed = {column.references for column in self.schema.columns if column.references}
        if not changes.touches(self.name, *pointed):
            return
        own = [step for step in changes if getattr(step, "table", "") == self.name]
        if all(isinstance(step, CellsChanged) for step in own):
            self.model.update_rows(project.frame(self.name), self._columns(project))
        else:
            self.model.show_rows(project.frame(self.name), self._columns(project))

    def choose_rows(self, positions: np.ndarray) -> None:
        """Mark rows and take their objects under the hand, as if a person had chosen them."""
        self.view.choose_positions(positions)
        self._choose_several(positions)

    def ask_expression(self) -> None:
        """Ask for an expression and choose or show the rows it fits."""
        from ui.tables.expression_dialog import ExpressionDialog

        ExpressionDialog(self, self.window()).exec()

    def positions_of(self, chosen: Selection) -> list[int]:
        project = self.bench.session.project
        if project is None or chosen.table != self.name or not chosen.ids:
            return []
        shown = self.model.frame
        if shown is not project.frame(self.name):  # an edit is on its way here
            return [int(one) for one in np.flatnonzero(shown["id"].isin(chosen.ids))] if len(shown) else []
        at = project.table(self.name).positions(list(chosen.ids))
        return [int(one) for one in at[at >= 0]]

    def _commit(self, position: int, column: str, value: Any) -> bool:
        described = self.schema.column(column)
        one = str(self.model.frame["id"].iat[position])
        try:
            read = read_value(described, value)
        except ValueError:
            self.bench.session.problem.emit(
                GridError("bad-value", table=self.name, column=column, value=str(value))
            )
            return False
        return self.bench.session.do(SetCell(self.name, one, column, read)) is not None

    @property
    def can_paste(self) -> bool:
        return any(column.editable for column in self.model.columns)

    @property
    def takes_rows(self) -> bool:
        return self.name in BY_HAND

    def paste(self) -> None:
        """Put the clipboard into the cells from the current one on: one edit, or none at all."""
        project = self.bench.session.project
        block = cells_in(QGuiApplication.clipboard().text())
        single = len(block) == 1 and len(block[0]) == 1
        rows, columns = self.view.cells_below(single)
        if project is None or not block:
            return
        if not rows:
            self.bench.session.warned.emit(_("Click the cell where pasting is to begin, then paste."))
            return
        try:
            edit = paste_edit(project, self.model, self.schema, block, rows, columns)
        except GridError as error:
            self.bench.session.problem.emit(error)
            return
        changes = self.bench.session.do(edit)
        if changes is not None:
            told = ngettext(
                "{count} row changed by pasting.", "{count} rows changed by pasting.", changes.row_count
            )
            self.bench.session.noticed.emit(told.format(count=formats.whole(changes.row_count)))


class ResultPage(TablePage):
    """The rows a result gave.

    Parameters
    ----------
    title
        Marked text for the tab; the count is put behind.
    table
        The table whose objects the rows are about, found by the column `key`; empty where by `objects_at`.
    """

    def __init__(self, bench: Bench, name: str, title: str, table: str = "", key: str = "id") -> None:
        super().__init__(bench, name)
        self._title = title
        self._table = table
        self._key = key
        self.view.room_changed.connect(self._use_room)

    @property
    def title(self) -> str:
        return f"{_(self._title)} {formats.whole(len(self.model.frame))}"

    def show_result(self, frame: pd.DataFrame, columns: Sequence[Shown]) -> None:
        """Show the rows of a result."""
        self.model.show_rows(frame.reset_index(drop=True), columns)
        self._lay_out()

    def _use_room(self) -> None:
        """Use the room there is, unless the person has laid the columns out."""
        if self.bench.settings.columns(self.name) is None:
            self._lay_out()

    def object_at(self, position: int) -> tuple[str, str] | None:
        frame = self.model.frame
        table = self._table or str(frame["table"].iat[position])
        one = frame[self._key].iat[position]
        project = self.bench.session.project
        if (
            table not in schema.tables()
            or not isinstance(one, str)
            or project is None
            or one not in project.table(table)
        ):
            return None
        return table, one

    def _open(self, position: int) -> None:
        found = self.object_at(position)
        if found is not None:
            self.bench.go_to(*found)

    def positions_of(self, chosen: Selection) -> list[int]:
        frame = self.model.frame
        if not chosen.ids or not len(frame) or (self._table and self._table != chosen.table):
            return []
        found = frame[self._key].isin(chosen.ids)
        if not self._table:
            found &= frame["table"] == chosen.table
        return [int(at) for at in np.flatnonzero(found.to_numpy(dtype=bool))]


def plain_text(value: Any) -> str:
    """Write a text cell of a result; nothing where it is missing."""
    value = plain(value)
    return "" if value is None else str(value)


def count_text(value: Any) -> str:
    """Write a whole number of a result."""
    value = plain(value)
    return "" if value is None else formats.whole(value)


def number_text(digits: int) -> Callable[[Any], str]:
    """Write a number of a result with at most so many decimals."""

    def write(value: Any) -> str:
        value = plain(value)
        return "" if value is None else formats.number(value, digits)

    return write


def name_text(bench: Bench, table: str) -> Callable[[Any], str]:
    """Write the id of an object of `table` by its name."""

    def write(value: Any) -> str:
        project = bench.session.project
        text = plain_text(value)
        return (
            objects.object_name(project, table, text, bench.show_personal)
            if project is not None and text
            else text
        )

    return write
