"""Personal data that somebody wants forgotten: which columns tell of a person, and how they are blanked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grid_model import schema
from grid_model.changes import Changes
from grid_model.project import Project
from grid_model.schema import Column, Personal, TableSchema
from resources.i18n import N_


def personal_columns(table: TableSchema) -> tuple[Column, ...]:
    """Give the columns of `table` that may tell of a person.

    Where a table has such columns its free attributes count too: columns of a source file that had no
    place of their own, such as a second phone number.
    """
    own = tuple(one for one in table.columns if one.personal is not Personal.PUBLIC)
    return (*own, *(one for one in table.columns if own and one.name == "attributes"))


@dataclass(frozen=True)
class ForgetPersons:
    """Blank what the rows `ids` of `table` tell of persons; the rows and their numbers stay.

    `gis.project_file.ProjectFile.forget_personal_data` blanks the journal as well.
    """

    table: str
    ids: tuple[str, ...]
    title: str = N_("Forget personal data of {count} rows")

    @property
    def values(self) -> Mapping[str, str]:
        """How many rows; never who."""
        return {"count": str(len(self.ids))}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Set every personal column to empty."""
        draft = project.edit()
        blank = {column.name: column.default for column in personal_columns(schema.table(self.table))}
        draft.update(self.table, self.ids, **blank)
        return draft.finish()
