"""Change one value of one object: the edit behind a cell of an attribute table."""

from __future__ import annotations

from collections.abc import Mapping
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
        column = schema.table(self.table).by_name.get(self.column)
        if column is not None and self.value in (None, ""):
            if column.required:
                raise GridError("value-needed", table=self.table, column=self.column)
        elif column is not None and column.references and self.value not in project.table(column.references):
            raise GridError("no-such-target", table=self.table, column=self.column, value=str(self.value))
        draft = project.edit()
        draft.update(self.table, [self.object_id], **{self.column: None if self.value == "" else self.value})
        return draft.finish()
