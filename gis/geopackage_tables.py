"""The tables of a project file, made from the schema, so that QGIS shows layers with readable names.

A project is a GeoPackage 1.3 (OGC 12-128r18). Tables with a shape are layers, the others attribute
tables; titles and units stand in the schema extension (``gpkg_data_columns``) and code lists in its
constraints, both in the language in use when the file is made. Beside them the file has four tables of
Taiqu's own: ``taiqu_info`` (facts about the whole project), ``journal`` (every edit),
``taiqu_writing`` (has a row only while Taiqu writes) and ``taiqu_outside`` (what other programs changed).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from gis.spatial_index import create_index
from grid_model import schema
from grid_model.project import GEOGRAPHIC, LOCAL
from grid_model.schema import Column, Kind, Shape, TableSchema
from resources.i18n import _

APPLICATION_ID = 0x47504B47  # "GPKG"
USER_VERSION = 10300
SRS_IDS = {GEOGRAPHIC: 4490, LOCAL: -1}
GEOMETRY = "geom"
DEFINITION = "https://www.geopackage.org/spec131/"
OWN_TABLES = ("taiqu_info", "journal", "taiqu_writing", "taiqu_outside")

STORED_AS = {
    Kind.INTEGER: "INTEGER",
    Kind.REAL: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
}
"""Types in the file; every other kind is TEXT. Moments are local time, GeoPackage's DATETIME is UTC."""

_WGS_84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,'
    'AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)
_CGCS_2000 = (
    'GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",'
    'SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],'
    'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],'
    'AUTHORITY["EPSG","4490"]]'
)
SPATIAL_REFERENCES = (
    (
        "Undefined Cartesian SRS",
        -1,
        "NONE",
        -1,
        "undefined",
        "undefined Cartesian coordinate reference system",
    ),
    (
        "Undefined geographic SRS",
        0,
        "NONE",
        0,
        "undefined",
        "undefined geographic coordinate reference system",
    ),
    (
        "WGS 84 geodetic",
        4326,
        "EPSG",
        4326,
        _WGS_84,
        "longitude and latitude in degrees on the WGS 84 spheroid",
    ),
    (
        "China Geodetic Coordinate System 2000",
        4490,
        "EPSG",
        4490,
        _CGCS_2000,
        "longitude and latitude in degrees, CGCS2000",
    ),
)

_STANDARD_TABLES = (
    """CREATE TABLE gpkg_spatial_ref_sys (
        srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
        organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)""",
    """CREATE TABLE gpkg_contents (
        table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
        description TEXT DEFAULT '',
        last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
        min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
        CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_geometry_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
        srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
        CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
        CONSTRAINT uk_gc_table_name UNIQUE (table_name),
        CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
        CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))""",
    """CREATE TABLE gpkg_extensions (
        table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
        scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
    """CREATE TABLE gpkg_data_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
        mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
        CONSTRAINT gdc_tn UNIQUE (table_name, name))""",
    """CREATE TABLE gpkg_data_column_constraints (
        constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
        min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
        CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))""",
    """CREATE TABLE taiqu_info (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)""",
    """CREATE TABLE journal (
        number INTEGER PRIMARY KEY NOT NULL, "when" TEXT NOT NULL, who TEXT NOT NULL,
        action TEXT NOT NULL, title TEXT NOT NULL, "values" TEXT NOT NULL, of INTEGER NOT NULL,
        row_count INTEGER NOT NULL, images)""",
    """CREATE TABLE taiqu_writing (since TEXT NOT NULL)""",
)


def create_tables(connection: sqlite3.Connection, crs: str) -> None:
    """Make every table of an empty project; indexes and triggers come with `finish_tables`."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {USER_VERSION}")
    for statement in _STANDARD_TABLES:
        connection.execute(statement)
    connection.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", SPATIAL_REFERENCES)
    _register_own(connection)
    for one in schema.tables().values():
        connection.execute(table_statement(one))
        register(connection, one, crs)
    connection.execute(outside_statement())


def finish_tables(connection: sqlite3.Connection, tables: Iterable[TableSchema]) -> None:
    """Make the triggers, after the rows: what keeps the spatial index, what notes outside changes."""
    for one in tables:
        for statement in (*index_triggers(one), *outside_triggers(one)):
            connection.execute(statement)


def stored_columns(table: TableSchema) -> tuple[Column, ...]:
    """Give the columns that stand in the file as they are: all but those that make the geometry."""
    return tuple(one for one in table.columns if not _makes_geometry(table, one))


def _makes_geometry(table: TableSchema, column: Column) -> bool:
    return column.kind is Kind.GEOMETRY or (table.shape is Shape.POINT and column.name in ("x", "y"))


def table_statement(table: TableSchema) -> str:
    """Write the statement that makes `table`."""
    columns = ['"fid" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL']
    if table.shape is not Shape.NONE:
        columns.append(f'"{GEOMETRY}" {table.shape.value}')
    columns += [column_definition(column) for column in stored_columns(table)]
    return f'CREATE TABLE "{table.name}" ({", ".join(columns)})'


def column_definition(column: Column) -> str:
    """Write how a column is declared."""
    return f'"{column.name}" {STORED_AS.get(column.kind, "TEXT")}'


def register(connection: sqlite3.Connection, table: TableSchema, crs: str) -> None:
    """Tell other programs of `table`: its title, its coordinate system, its columns, its spatial index."""
    has_shape = table.shape is not Shape.NONE
    srs_id = SRS_IDS[crs] if has_shape else 0
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) "
        "VALUES (?, ?, ?, ?, ?)",
        (table.name, "features" if has_shape else "attributes", _identifier(table), _(table.meaning), srs_id),
    )
    if has_shape:
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)",
            (table.name, GEOMETRY, table.shape.value, srs_id),
        )
        connection.execute(
            "INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', ?, 'write-only')",
            (table.name, GEOMETRY, DEFINITION + "#extension_rtree"),
        )
        create_index(connection, table.name, GEOMETRY)
    for column in stored_columns(table):
        describe_column(connection, table, column)


def describe_column(connection: sqlite3.Connection, table: TableSchema, column: Column) -> None:
    """Tell other programs what a column means, with its unit and the codes it may hold."""
    title = _(column.label) + (f" ({column.unit})" if column.unit else "")
    constraint = f"{table.name}_{column.name}" if column.choices else None
    connection.execute(
        "INSERT OR REPLACE INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, ?)",
        (table.name, column.name, column.name, title, _(column.meaning), constraint),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO gpkg_data_column_constraints "
        "VALUES (?, 'enum', ?, NULL, NULL, NULL, NULL, ?)",
        [(constraint, choice.code, _(choice.label)) for choice in column.choices],
    )


def _identifier(table: TableSchema) -> str:
    """Give the title of a layer; no two may be alike, so a second one carries its name."""
    label = _(table.label)
    same = [one.name for one in schema.tables().values() if _(one.label) == label]
    return label if same[0] == table.name else f"{label} ({table.name})"


def _register_own(connection: sqlite3.Connection) -> None:
    rows = [
        (name, None, "gpkg_schema", DEFINITION + "#extension_schema", "read-write")
        for name in ("gpkg_data_columns", "gpkg_data_column_constraints")
    ]
    rows += [(name, None, "taiqu_project", "docs/project-file.md", "read-write") for name in OWN_TABLES]
    connection.executemany("INSERT INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)", rows)


def index_triggers(table: TableSchema) -> tuple[str, ...]:
    """Write the triggers that keep the spatial index while other programs edit (annex F.3)."""
    if table.shape is Shape.NONE:
        return ()
    name, index = table.name, f'"{index_name(table)}"'
    there = f'(NEW."{GEOMETRY}" NOT NULL AND NOT ST_IsEmpty(NEW."{GEOMETRY}"))'
    gone = f'(NEW."{GEOMETRY}" ISNULL OR ST_IsEmpty(NEW."{GEOMETRY}"))'
    put = (
        f'INSERT OR REPLACE INTO {index} VALUES (NEW."fid", '
        f'ST_MinX(NEW."{GEOMETRY}"), ST_MaxX(NEW."{GEOMETRY}"), '
        f'ST_MinY(NEW."{GEOMETRY}"), ST_MaxY(NEW."{GEOMETRY}"));'
    )
    take = f'DELETE FROM {index} WHERE id = OLD."fid";'
    same, other = 'OLD."fid" = NEW."fid"', 'OLD."fid" != NEW."fid"'
    bodies = (
        ("insert", f'AFTER INSERT ON "{name}" WHEN {there} BEGIN {put} END'),
        ("update1", f'AFTER UPDATE OF "{GEOMETRY}" ON "{name}" WHEN {same} AND {there} BEGIN {put} END'),
        ("update2", f'AFTER UPDATE OF "{GEOMETRY}" ON "{name}" WHEN {same} AND {gone} BEGIN {take} END'),
        ("update3", f'AFTER UPDATE ON "{name}" WHEN {other} AND {there} BEGIN {take} {put} END'),
        (
            "update4",
            f'AFTER UPDATE ON "{name}" WHEN {other} AND {gone} BEGIN DELETE FROM {index} '
            'WHERE id IN (OLD."fid", NEW."fid"); END',
        ),
        ("delete", f'AFTER DELETE ON "{name}" WHEN OLD."{GEOMETRY}" NOT NULL BEGIN {take} END'),
    )
    return tuple(f'CREATE TRIGGER "{index_name(table)}_{event}" {body}' for event, body in bodies)


def index_name(table: TableSchema) -> str:
    """Name the spatial index of a layer, as the standard says."""
    return f"rtree_{table.name}_{GEOMETRY}"


def drop_triggers(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    """Take away triggers made by `statements`."""
    for statement in statements:
        connection.execute(f"DROP TRIGGER {statement.split(' ', 3)[2]}")


def kept_columns(table: TableSchema) -> tuple[str, ...]:
    """Give the columns of which `taiqu_outside` keeps the old values as c1, c2…; a note names them."""
    shape = () if table.shape is Shape.NONE else (GEOMETRY,)
    return (*shape, *(column.name for column in stored_columns(table)))


def outside_statement() -> str:
    """Write the table that keeps what other programs changed; its value columns take any type."""
    most = max(len(kept_columns(one)) for one in schema.tables().values())
    kept = ", ".join(f"c{n}" for n in range(1, most + 1))
    note = "n INTEGER PRIMARY KEY, table_name TEXT, fid INTEGER, op TEXT, columns TEXT"
    return f"CREATE TABLE taiqu_outside ({note}, {kept})"


def outside_triggers(table: TableSchema) -> tuple[str, ...]:
    """Write the triggers that note rows changed by another program, with the values before.

    They call no function, so that any program with plain SQLite can write the file.
    """
    name, columns = table.name, kept_columns(table)
    into = ", ".join(f"c{n}" for n in range(1, len(columns) + 1))
    old = ", ".join(f'OLD."{column}"' for column in columns)
    alone = "NOT EXISTS (SELECT 1 FROM taiqu_writing)"
    came = f"INSERT INTO taiqu_outside (table_name, fid, op) VALUES ('{name}', NEW.fid, 'insert');"
    was = (
        f"INSERT INTO taiqu_outside (table_name, fid, op, columns, {into}) "
        f"VALUES ('{name}', OLD.fid, '%s', '{' '.join(columns)}', {old});"
    )
    bodies = (
        ("insert", f'AFTER INSERT ON "{name}" WHEN {alone} BEGIN {came} END'),
        ("update", f'AFTER UPDATE ON "{name}" WHEN {alone} AND OLD.fid = NEW.fid BEGIN {was % "update"} END'),
        (
            "renumber",
            f'AFTER UPDATE ON "{name}" WHEN {alone} AND OLD.fid != NEW.fid BEGIN {was % "delete"} {came} END',
        ),
        ("delete", f'AFTER DELETE ON "{name}" WHEN {alone} BEGIN {was % "delete"} END'),
    )
    return tuple(f'CREATE TRIGGER "taiqu_outside_{name}_{event}" {body}' for event, body in bodies)
