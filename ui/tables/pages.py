"""One table below the map: an attribute table of the schema, or the list a result gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from grid_model import schema
from grid_model.cell_edit import SetCell
from grid_model.changes import CellsChanged, Changes
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.table import plain
from resources.i18n import _
from ui import formats, objects
from ui.bench import Bench
from ui.tables import schema_columns
from ui.tables.editors import CellEditor, read_value
from ui.tables.frame_model import FrameModel, Shown
from ui.tables.view import FrameView


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
        self.view.row_opened.connect(self._open)
        self.view.menu_wanted.connect(self._menu)

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

    def _menu(self, position: int, place: QPoint) -> None:
        found = self.object_at(position)
        menu = QMenu(self)
        if found is not None:
            menu.addAction(_("Show on the map"), lambda: self.bench.go_to(*found))
        menu.addAction(_("Copy"), self.view.copy)
        menu.exec(place)
        menu.deleteLater()

    def column_menu(self, parent: QWidget) -> QMenu:
        """Make the menu that shows and hides columns."""
        menu = QMenu(parent)
        for at, column in enumerate(self.model.columns):
            action = menu.addAction(column.heading)
            action.setCheckable(True)
            action.setChecked(not self.view.isColumnHidden(at))
            action.toggled.connect(lambda on, at=at: self._show_column(at, on))
        return menu

    def _show_column(self, at: int, on: bool) -> None:
        self.view.setColumnHidden(at, not on)
        hidden = [one.name for n, one in enumerate(self.model.columns) if self.view.isColumnHidden(n)]
        self.bench.settings.hide_columns(self.name, hidden)

    def _hide_columns(self, always: frozenset[str] = frozenset()) -> None:
        hidden = self.bench.settings.hidden_columns(self.name) | always
        for at, column in enumerate(self.model.columns):
            self.view.setColumnHidden(at, column.name in hidden)

    def follow_selection(self) -> None:
        """Mark the row of the object under the hand, where this table has it."""


class AttributePage(TablePage):
    """The rows of one table of the project; plain columns are edited in place."""

    def __init__(self, bench: Bench, table: str) -> None:
        self.schema = schema.table(table)
        super().__init__(bench, table)
        self._shown_by_default = True
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
        columns = schema_columns.shown(project, self.schema, self.bench.show_personal)
        empty = self._empty_columns(project) if not self.model.columns else frozenset()
        self.model.show_rows(project.frame(self.name), columns)
        self.view.fit_columns()
        self._hide_columns(empty)

    def _empty_columns(self, project: Project) -> frozenset[str]:
        """Columns nobody filled, wiring and places are hidden at first; the columns menu brings them back."""
        frame = project.frame(self.name)
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
            self.model.update_rows(project.frame(self.name))
        else:
            self.model.show_rows(project.frame(self.name), self.model.columns)

    def follow_selection(self) -> None:
        chosen, project = self.bench.selection, self.bench.session.project
        if project is None:
            return
        ids = list(chosen.ids) if chosen.table == self.name else []
        at = project.table(self.name).positions(ids) if ids else np.array([], dtype=np.int64)
        self.view.choose_positions([int(one) for one in at if one >= 0])

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

    @property
    def title(self) -> str:
        return f"{_(self._title)} {formats.whole(len(self.model.frame))}"

    def show_result(self, frame: pd.DataFrame, columns: Sequence[Shown]) -> None:
        """Show the rows of a result."""
        self.model.show_rows(frame.reset_index(drop=True), columns)
        self.view.fit_columns()
        self._hide_columns()

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

    def follow_selection(self) -> None:
        chosen = self.bench.selection
        frame = self.model.frame
        if not chosen.ids or not len(frame) or (self._table and self._table != chosen.table):
            self.view.choose_positions([])
            return
        found = frame[self._key].isin(chosen.ids)
        if not self._table:
            found &= frame["table"] == chosen.table
        self.view.choose_positions([int(at) for at in np.flatnonzero(found.to_numpy(dtype=bool))])


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
