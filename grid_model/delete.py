"""Delete objects, knowing what depends on them: what goes with them, what only loses its reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grid_model import schema
from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.study_faults import refuse_forgotten
from resources.i18n import N_

NODES = "connectivity_nodes"


@dataclass(frozen=True, order=True, slots=True)
class Dependent:
    """A row that refers to another.

    Parameters
    ----------
    table, id
        The row.
    column
        The column that refers.
    goes_too
        Whether the row cannot stand without what it refers to; else the cell becomes empty.
    """

    table: str
    id: str
    column: str
    goes_too: bool


def dependents(project: Project, table: str, ids: Sequence[str]) -> tuple[Dependent, ...]:
    """List the rows that refer to rows of `table`, by table, then in table order.

    Raises
    ------
    GridError
        ``unknown-object``.
    """
    for one in ids:
        project.table(table).position(one)
    found = []
    for name, described in schema.tables().items():
        frame = project.frame(name)
        for column in described.columns:
            if column.references != table or not len(frame):
                continue
            rows = frame[frame[column.name].isin(list(ids))]
            found += [
                Dependent(name, row["id"], column.name, column.required or _hangs(name, column.name, row))
                for row in rows.to_dict("records")
            ]
    return tuple(found)


def _hangs(table: str, column: str, row: Mapping[str, Any]) -> bool:
    """Whether a row hangs in the air without what an optional column refers to.

    A switch without its far node would pass for one at the end of a line, and one at the end of a line
    would sit on none.
    """
    if table != "switches":
        return False
    return column == "node_b" or (column == "line" and not isinstance(row["node_b"], str))


@dataclass(frozen=True)
class Deletion:
    """What deleting objects does.

    Parameters
    ----------
    rows
        Identifiers of the rows that go, by table; the objects themselves among them.
    emptied
        Cells that become empty: rows that stay and referred to one that goes.
    loose
        Nodes that nothing would be connected to any more; they go too, for nobody sees them on the map.
    """

    rows: Mapping[str, tuple[str, ...]]
    emptied: tuple[Dependent, ...]
    loose: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many rows go, loose nodes not among them."""
        return sum(len(ids) for ids in self.rows.values())

    @property
    def emptied_cells(self) -> Mapping[tuple[str, str], list[str]]:
        """The rows whose cells become empty, by table and column."""
        found: dict[tuple[str, str], list[str]] = {}
        for one in self.emptied:
            found.setdefault((one.table, one.column), []).append(one.id)
        return found


def deletion_of(project: Project, table: str, ids: Sequence[str]) -> Deletion:
    """Find everything that goes when objects are deleted: what needs them, and what needs that.

    A place in a posted list or a saved study that names an object in its text is not a reference.
    """
    going: dict[str, dict[str, None]] = {table: dict.fromkeys(ids)}
    emptied: dict[Dependent, None] = {}
    queue = [(table, tuple(ids))]
    while queue:
        name, some = queue.pop()
        for one in dependents(project, name, some):
            if not one.goes_too:
                emptied[one] = None
            elif one.id not in going.setdefault(one.table, {}):
                going[one.table][one.id] = None
                queue.append((one.table, (one.id,)))
    rows = {name: tuple(ids) for name, ids in going.items() if ids}
    sets = {name: set(ids) for name, ids in rows.items()}
    stay = tuple(one for one in emptied if one.id not in sets.get(one.table, ()))
    return Deletion(rows, stay, _loose_nodes(project, sets))


def _loose_nodes(project: Project, going: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Find the nodes that only rows which go refer to, in the order of their table."""
    refers = [
        (name, column.name)
        for name, described in schema.tables().items()
        for column in described.columns
        if column.references == NODES and len(project.frame(name))
    ]
    ends: set[str] = set()
    for name, column in refers:
        frame = project.frame(name)
        if going.get(name):
            ends |= set(frame.loc[frame["id"].isin(going[name]), column].dropna())
    ends -= going.get(NODES, set())
    held: set[str] = set()
    for name, column in refers if ends else ():
        frame = project.frame(name)
        found = frame.loc[frame[column].isin(ends), ["id", column]]
        held |= set(found.loc[~found["id"].isin(going.get(name, ())), column])
    at = project.table(NODES).positions(sorted(ends - held))
    return tuple(project.frame(NODES)["id"].iloc[sorted(at[at >= 0].tolist())])


@dataclass(frozen=True)
class DeleteObjects:
    """Delete objects and what cannot stand without them.

    Parameters
    ----------
    with_dependents
        Whether what depends on them may go or lose its reference; else that is refused.
    """

    table: str
    ids: tuple[str, ...]
    with_dependents: bool = False
    title: str = N_("Delete {id}")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        first = self.ids[0] if self.ids else ""
        return {"id": first if len(self.ids) == 1 else f"{first} …", "table": self.table}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises ``unknown-object``, ``has-dependents``, and as `refuse_forgotten`."""
        found = deletion_of(project, self.table, self.ids)
        others = found.count - len(set(self.ids)) + len(found.emptied)
        if others and not self.with_dependents:
            first = next(
                (f"{name} {one}" for name, ids in found.rows.items() for one in ids if name != self.table),
                "",
            ) or next((f"{one.table} {one.id}" for one in found.emptied), "")
            raise GridError("has-dependents", id=self.ids[0], count=others, first=first)
        draft = project.edit()
        for (name, column), ids in found.emptied_cells.items():
            draft.update(name, ids, **{column: None})
        for name, going in found.rows.items():
            draft.delete(name, list(going))
        if found.loose:
            draft.delete(NODES, list(found.loose))
        if "outages" in found.rows:
            refuse_forgotten(project, draft.project, ", ".join(found.rows["outages"]))
        return draft.finish()
