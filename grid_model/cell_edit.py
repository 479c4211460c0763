"""Change values of objects: the edits behind the cells of an attribute table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grid_model import schema
from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Project
from resources.i18n import N_


@dataclass(frozen=True, slots=True)
class SetCell:
    """Set one column of one row.

    Parameters
    ----------
    value
        The new value; None empties the cell.
    """

    table: str
    object_id: str
    column: str
    value: Any
    title: str = N_("Set “{column}” of {id}")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"table": self.table, "column": self.column, "id": self.object_id}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit.

        Raises
        ------
        GridError
            ``unknown-object``, ``unknown-column``, ``id-fixed``, ``value-needed``, ``no-such-target``,
            ``bad-value``, ``bad-choice``, ``number-out-of-range``.
        """
        check_cells(project, self.table, self.column, (self.value,))
        draft = project.edit()
        draft.update(self.table, [self.object_id], **{self.column: None if self.value == "" else self.value})
        return draft.finish()


@dataclass(frozen=True, slots=True)
class SetCells:
    """Set a block of cells of one table, all of them or none.

    Parameters
    ----------
    ids
        The rows.
    cells
        By column, a value for each row; None empties the cell.
    """

    table: str
    ids: tuple[str, ...]
    cells: Mapping[str, Sequence[Any]]
    title: str = N_("Set {count} cells of the {table}")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"table": self.table, "count": str(len(self.ids) * len(self.cells))}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises `GridError` as `SetCell.apply`."""
        for name, cells in self.cells.items():
            check_cells(project, self.table, name, cells)
        draft = project.edit()
        if self.cells:
            draft.update(self.table, self.ids, **{name: list(cells) for name, cells in self.cells.items()})
        return draft.finish()


def check_cells(project: Project, table: str, name: str, values: Sequence[Any]) -> None:
    """Refuse an empty cell where one is needed, and a reference that leads nowhere."""
    column = schema.table(table).by_name.get(name)
    if column is None:
        return
    for value in dict.fromkeys(values):
        if value in (None, ""):
            if column.required:
                raise GridError("value-needed", table=table, column=name)
        elif column.references and value not in project.table(column.references):
            raise GridError("no-such-target", table=table, column=name, value=str(value))
