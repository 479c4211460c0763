"""Reading a project file: by columns or cell by cell, by one reader or two, the same rows come out."""

from __future__ import annotations

import math
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis import project_connection, project_reading
from gis.geopackage_tables import GEOMETRY
from gis.project_columns import read_columns
from gis.project_connection import connect
from gis.project_file import open_for_reading, save_new
from gis.project_reading import load
from gis.project_rows import read_rows
from gis.sample import make_sample
from grid_model import schema
from grid_model.errors import Cancelled
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from tests.project_values import same

POLES = schema.table("poles")
LINES = schema.table("ac_line_segments")


@pytest.fixture(scope="module")
def station() -> Project:
    """A station with rows in most tables."""
    return make_sample("small", 1)


@pytest.fixture(scope="module")
def file(station: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reading") / "station.gpkg"
    save_new(path, station)
    return path


@pytest.fixture
def saved(file: Path, tmp_path: Path) -> Path:
    """A copy of the station's file, to be changed at will."""
    return Path(shutil.copy(file, tmp_path / "station.gpkg"))


@pytest.fixture
def by_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the smallest file be read by two readers."""
    monkeypatch.setattr(project_reading, "LARGE_FILE", 0)


def changed(path: Path, *statements: str) -> None:
    """Let another program write into the file."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA synchronous = OFF")
        other.execute("BEGIN")
        for trigger in other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            other.execute(f'DROP TRIGGER "{trigger[0]}"')
        for statement in statements:
            other.execute(statement)
        other.commit()


NUMBERS = st.one_of(
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**9), 10**9).map(lambda k: k / 1000),
    st.integers(-(2**62), 2**62).map(float),
    st.sampled_from([0.0, -0.0, 0.1 + 0.2, 1e300, 5e-324, 2.0**53 + 2, 9.2e15, 0.0005, math.pi]),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=st.lists(NUMBERS, min_size=1, max_size=12))
def test_numbers_of_however_many_digits_come_back_to_the_last_bit(numbers: list[float | None]) -> None:
    with closing(sqlite3.connect(":memory:")) as file:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in _columns(LINES).items())
        file.execute(f'CREATE TABLE "{LINES.name}" (fid INTEGER PRIMARY KEY, "{GEOMETRY}" BLOB, {columns})')
        file.executemany(
            f'INSERT INTO "{LINES.name}" (id, length_m) VALUES (?, ?)',
            [(str(n), one) for n, one in enumerate(numbers)],
        )
        found = read_columns(file, LINES)
    assert found is not None
    wanted = np.array([math.nan if one is None else one for one in numbers])
    np.testing.assert_array_equal(found["length_m"].to_numpy(), wanted)


def _columns(table: schema.TableSchema) -> dict[str, str]:
    kinds = {"real": "REAL", "integer": "INTEGER", "boolean": "BOOLEAN"}
    return {one.name: kinds.get(one.kind.value, "TEXT") for one in table.columns if one.name != "geometry"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE poles SET nominal_kv = 'high' WHERE fid = (SELECT min(fid) FROM poles)",
        "UPDATE poles SET nominal_kv = x'31'",
        "UPDATE poles SET order_on_line = 'first' WHERE fid = 3",
        "UPDATE poles SET order_on_line = 1.5 WHERE fid = 3",
        "UPDATE poles SET name = 'a' || char(31) || 'b'",
        "UPDATE poles SET name = char(30)",
        "UPDATE poles SET name = x'ff'",
        "UPDATE poles SET geom = 'somewhere'",
        "UPDATE poles SET geom = x'00'",
    ],
)
def test_what_does_not_fit_is_looked_at_cell_by_cell(saved: Path, station: Project, statement: str) -> None:
    changed(saved, statement)
    with closing(connect(saved)) as connection:
        assert read_columns(connection, POLES) is None
        frame, _bad = read_rows(connection, POLES, SILENT)
    assert len(frame) == len(station.frame("poles"))


@pytest.mark.parametrize("value", ["'text'", "5", "x''", "x'4750'"])
def test_a_shape_that_is_none_is_told(saved: Path, value: str) -> None:
    changed(saved, f"UPDATE ac_line_segments SET geom = {value} WHERE fid < 9")
    with closing(connect(saved)) as connection:
        frame, bad = read_rows(connection, LINES, SILENT)
    assert frame["geometry"].isna().tolist() == (frame["fid"] < 9).tolist()
    assert [(one.column, one.fid) for one in bad] == [(GEOMETRY, fid) for fid in range(1, 9)]


def test_shapes_with_and_without_bounds_and_missing_ones_come_apart(saved: Path) -> None:
    before = open_for_reading(saved).frame("ac_line_segments")["geometry"].tolist()
    with closing(sqlite3.connect(saved)) as other:
        (blob,) = other.execute("SELECT geom FROM ac_line_segments WHERE fid = 5").fetchone()
    bare = blob[:3] + b"\x01" + blob[4:8] + blob[40:]
    changed(
        saved,
        f"UPDATE ac_line_segments SET geom = x'{bare.hex()}' WHERE fid = 5",
        "UPDATE ac_line_segments SET geom = NULL WHERE fid = 7",
    )
    after = open_for_reading(saved).frame("ac_line_segments")["geometry"].tolist()
    assert after == [*before[:6], None, *before[7:]]


@pytest.mark.usefixtures("by_two")
def test_two_readers_read_what_one_reads(file: Path, station: Project) -> None:
    same(open_for_reading(file), station)


@pytest.mark.usefixtures("by_two")
def test_two_readers_tell_of_odd_rows_in_the_order_of_the_tables(saved: Path) -> None:
    changed(
        saved,
        "UPDATE connectivity_nodes SET id = NULL WHERE fid = 1",
        "UPDATE poles SET nominal_kv = 'high' WHERE fid < 9",
        "UPDATE customers SET id = '' WHERE fid < 3",
    )
    two = _loaded(saved)
    project_reading.LARGE_FILE = 2**60
    one = _loaded(saved)
    assert two.bad_cells == one.bad_cells and two.mended == one.mended
    assert two.bad_cells and {mended.table for mended in two.mended} == {"connectivity_nodes", "customers"}
    same(two.project, one.project)


def _loaded(path: Path) -> project_reading.Loaded:
    with closing(connect(path)) as connection:
        return load(connection, path, SILENT)


@pytest.mark.usefixtures("by_two")
def test_one_reader_reads_alone_while_somebody_waits_to_write(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_connection, "OPENING_WAITS_MS", 20)
    with closing(connect(saved)) as first, closing(sqlite3.connect(saved, timeout=0)) as writer:
        first.execute("BEGIN")
        first.execute("SELECT count(*) FROM poles").fetchone()
        writer.execute("UPDATE taiqu_info SET value = value")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            writer.commit()
        with project_reading._second_view(first, saved, SILENT) as second:
            assert second is None


@pytest.mark.usefixtures("by_two")
def test_with_a_write_ahead_log_one_reader_reads_alone(saved: Path, station: Project) -> None:
    with closing(sqlite3.connect(saved)) as other, closing(connect(saved)) as first:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("UPDATE taiqu_info SET value = value")
        other.commit()
        with project_reading._second_view(first, saved, SILENT) as second:
            assert second is None
        same(open_for_reading(saved), station)


@pytest.mark.usefixtures("by_two")
@pytest.mark.parametrize("reader", ["MainThread", "project-reader"])
def test_what_stops_one_reader_stops_both(saved: Path, monkeypatch: pytest.MonkeyPatch, reader: str) -> None:
    read, told = project_reading._read, threading.Event()

    def failing(*arguments: Any) -> Any:
        if threading.current_thread().name.startswith(reader):
            told.set()
            raise Cancelled
        assert told.wait(10)
        return read(*arguments)

    monkeypatch.setattr(project_reading, "_read", failing)
    with pytest.raises(Cancelled):
        open_for_reading(saved)
    assert not [one for one in threading.enumerate() if one.name.startswith("project-reader")]


class Watching(Feedback):
    """Remembers how far it was told the work is."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[float] = []

    def show(self, fraction: float | None, text: str = "") -> None:
        if fraction is not None:
            self.told.append(fraction)


@pytest.mark.parametrize("use", [open_for_reading])
def test_reading_tells_how_far_it_is(saved: Path, use: Callable[[Path, Feedback], Any]) -> None:
    feedback = Watching()
    use(saved, feedback)
    assert feedback.told == sorted(feedback.told) and len(feedback.told) > 3
    assert all(0 <= one <= 1 for one in feedback.told)


def test_a_column_without_a_value_is_empty_of_its_type(saved: Path) -> None:
    changed(saved, "UPDATE poles SET nominal_kv = NULL, name = NULL")
    poles = open_for_reading(saved).frame("poles")
    assert poles["nominal_kv"].isna().all() and poles["nominal_kv"].dtype == np.float64
    assert poles["name"].isna().all() and isinstance(poles["name"].dtype, pd.StringDtype)
