"""Every table and column of a project, described once.

Validation, the project file, import mapping, attribute tables, export headings, masking and the
reference page in ``docs/`` are all made from these descriptions. A new column is one entry here.
The tables themselves stand in `grid_model.schema_network`, `grid_model.schema_territory` and
`grid_model.schema_records`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property


class Kind(Enum):
    """What a column holds, and so how it is stored in memory."""

    TEXT = "text"  # pandas "str"; missing is NaN
    CHOICE = "choice"  # a code out of `Column.choices`, stored as text
    DATE = "date"  # ISO text 2026-11-20
    TIME = "time"  # ISO text 2026-11-20T09:30:00
    JSON = "json"  # text holding one JSON value
    INTEGER = "integer"  # pandas "Int64"
    REAL = "real"  # float64; missing is NaN
    BOOLEAN = "boolean"  # bool, never missing
    GEOMETRY = "geometry"  # bytes (WKB) or None


class Personal(Enum):
    """How closely a column concerns a person (`DOMAIN` §11)."""

    PUBLIC = "public"
    PERSONAL = "personal"  # masked in outputs unless lifted for a purpose
    SENSITIVE = "sensitive"  # health: never in a posted list or a message


class Shape(Enum):
    """The geometry of a table's rows; points are kept as columns ``x`` and ``y``."""

    NONE = ""
    POINT = "POINT"
    LINE = "LINESTRING"
    AREA = "MULTIPOLYGON"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a choice column may take.

    Parameters
    ----------
    code
        What is stored; never shown.
    label
        What is shown, in English; translated when shown.
    aliases
        What source files write for it, compared without regard to case and width.
    """

    code: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    kind: Kind
    label: str
    meaning: str = ""
    unit: str = ""
    required: bool = False
    references: str = ""
    choices: tuple[Choice, ...] = ()
    aliases: tuple[str, ...] = ()
    personal: Personal = Personal.PUBLIC
    default: str | float | bool | None = None
    minimum: float | None = None
    maximum: float | None = None

    @property
    def dtype(self) -> str:
        """Name of the pandas type the column is kept in."""
        return {
            Kind.INTEGER: "Int64",
            Kind.REAL: "float64",
            Kind.BOOLEAN: "bool",
            Kind.GEOMETRY: "object",
        }.get(self.kind, "str")

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes a choice column may hold."""
        return tuple(choice.code for choice in self.choices)


@dataclass(frozen=True)
class TableSchema:
    """One table: its columns in order, its geometry and what its rows are.

    Every table has ``fid`` (permanent integer, given by the program) before its columns, and ``id``
    (opaque text, unique within the table) as its first column.
    """

    name: str
    label: str
    meaning: str
    columns: tuple[Column, ...]
    shape: Shape = Shape.NONE
    cim_class: str = ""
    room: str = "network"  # network, territory, planning, records
    aliases: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns in memory, in order, without ``fid``."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Give the column called `name`; raises `KeyError`."""
        return self.by_name[name]


def text(name: str, label: str, meaning: str = "", **more: object) -> Column:
    """Describe a text column."""
    return Column(name, Kind.TEXT, label, meaning, **more)  # type: ignore[arg-type]


def real(name: str, label: str, unit: str, meaning: str = "", **more: object) -> Column:
    """Describe a column of numbers with a unit."""
    return Column(name, Kind.REAL, label, meaning, unit, **more)  # type: ignore[arg-type]


def integer(name: str, label: str, meaning: str = "", **more: object) -> Column:
    """Describe a column of whole numbers."""
    return Column(name, Kind.INTEGER, label, meaning, **more)  # type: ignore[arg-type]


def flag(name: str, label: str, meaning: str, default: bool, **more: object) -> Column:
    """Describe a yes-or-no column with its default."""
    return Column(name, Kind.BOOLEAN, label, meaning, default=default, **more)  # type: ignore[arg-type]


def date(name: str, label: str, meaning: str = "", **more: object) -> Column:
    """Describe a column of dates (ISO text)."""
    return Column(name, Kind.DATE, label, meaning, **more)  # type: ignore[arg-type]


def time(name: str, label: str, meaning: str = "", **more: object) -> Column:
    """Describe a column of moments (ISO text, local time)."""
    return Column(name, Kind.TIME, label, meaning, **more)  # type: ignore[arg-type]


def choice(name: str, label: str, choices: tuple[Choice, ...], meaning: str = "", **more: object) -> Column:
    """Describe a column that takes one of a few codes."""
    return Column(name, Kind.CHOICE, label, meaning, choices=choices, **more)  # type: ignore[arg-type]


def json(name: str, label: str, meaning: str = "") -> Column:
    """Describe a column holding one JSON value as text."""
    return Column(name, Kind.JSON, label, meaning)


def reference(name: str, table: str, label: str, meaning: str = "", **more: object) -> Column:
    """Describe a column holding the id of a row of `table`."""
    return Column(name, Kind.TEXT, label, meaning, references=table, **more)  # type: ignore[arg-type]


def position(meaning: str) -> tuple[Column, Column]:
    """Describe the two columns of a point: x (easting, longitude) and y (northing, latitude)."""
    from resources.i18n import N_

    return (
        Column("x", Kind.REAL, N_("X"), meaning, aliases=("x", "经度", "lon", "lng", "longitude", "JD")),
        Column("y", Kind.REAL, N_("Y"), meaning, aliases=("y", "纬度", "lat", "latitude", "WD")),
    )


def geometry(label: str, meaning: str = "") -> Column:
    """Describe the column of shapes (WKB) of a table of lines or areas."""
    return Column("geometry", Kind.GEOMETRY, label, meaning)


def _collect() -> dict[str, TableSchema]:
    from grid_model.schema_network import NETWORK_TABLES
    from grid_model.schema_records import RECORD_TABLES
    from grid_model.schema_territory import TERRITORY_TABLES

    return {table.name: table for table in (*NETWORK_TABLES, *TERRITORY_TABLES, *RECORD_TABLES)}


_tables: dict[str, TableSchema] = {}


def tables() -> Mapping[str, TableSchema]:
    """Give every table of a project by name, in the order they are stored and listed."""
    if not _tables:
        _tables.update(_collect())
    return _tables


def table(name: str) -> TableSchema:
    """Give the table called `name`; raises `KeyError`."""
    return tables()[name]
