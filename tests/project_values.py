"""Projects, rows and edits made up at random: of every table and every kind of column."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from grid_model import schema
from grid_model.changes import Changes
from grid_model.project import Draft, Project, ProjectInfo
from grid_model.schema import Column, Kind, Shape, TableSchema

INFO = ProjectInfo(name="岭南供电所", planning_date="2026-11-20", data_date="2026-10-31", sample=True)

TEXTS = (
    "",
    "0012345678",
    "张三",
    "丁家 沟",
    "A\nB\t\"'",
    "%_;--",
    "䶮𬭎",
    "x" * 300,
    "\x1e",
    "a\x1fb",
    "\x00nul",
    "1e5",
    "007",
    " ",
)


@dataclass(frozen=True)
class Step:
    """An edit made of a function on a draft."""

    work: Callable[[Draft], None]
    title: str = "Step {n}"
    values: Mapping[str, str] = field(default_factory=lambda: {"n": "1"})

    def apply(self, project: Project) -> tuple[Project, Changes]:
        draft = project.edit()
        self.work(draft)
        return draft.finish()


def line(*points: tuple[float, float], order: str = "<") -> bytes:
    """Well-known binary of a line."""
    numbers = [number for point in points for number in point]
    return struct.pack(f"{order}BII{len(numbers)}d", int(order == "<"), 2, len(points), *numbers)


def areas(*rings: list[tuple[float, float]]) -> bytes:
    """Well-known binary of areas without holes."""
    parts = [
        struct.pack("<BIII", 1, 3, 1, len(ring)) + struct.pack(f"<{2 * len(ring)}d", *np.ravel(ring))
        for ring in rings
    ]
    return struct.pack("<BII", 1, 6, len(rings)) + b"".join(parts)


def square(x: float, y: float, size: float = 1.0) -> bytes:
    """Well-known binary of one square."""
    return areas([(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)])


degrees = st.floats(-180, 180, allow_nan=False)
points = st.tuples(degrees, degrees)
lines = st.lists(points, min_size=0, max_size=4).map(lambda own: line(*own)) | st.lists(
    points, min_size=1, max_size=3
).map(lambda own: line(*own, order=">"))
shapes = st.lists(
    st.builds(lambda x, y: [(x, y), (x + 1, y), (x, y + 1), (x, y)], degrees, degrees), max_size=2
).map(lambda rings: areas(*rings))
texts = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(TEXTS)
dates = st.dates().map(lambda day: day.isoformat())


def cells(column: Column, shape: Shape) -> st.SearchStrategy[Any]:
    """Any value the column may hold, missing ones included."""
    optional = column.default is None
    match column.kind:
        case Kind.BOOLEAN:
            return st.booleans()
        case Kind.REAL:
            own: st.SearchStrategy[Any] = (
                degrees
                if column.name in ("x", "y")
                else st.floats(column.minimum, column.maximum, allow_nan=False, allow_infinity=False)
            )
        case Kind.INTEGER:
            own = st.integers(
                -(2**63) if column.minimum is None else math.ceil(column.minimum),
                2**63 - 1 if column.maximum is None else math.floor(column.maximum),
            )
        case Kind.CHOICE:
            own = st.sampled_from(column.codes)
        case Kind.DATE:
            own = dates
        case Kind.TIME:
            own = st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds"))
        case Kind.JSON:
            own = st.dictionaries(texts, texts, max_size=2).map(
                lambda one: json.dumps(one, ensure_ascii=False)
            )
        case Kind.GEOMETRY:
            own = lines if shape is Shape.LINE else shapes
        case _:
            own = texts
    return own | st.none() if optional else own


@st.composite
def rows(draw: st.DrawFn, table: TableSchema, least: int = 0) -> list[dict[str, Any]]:
    """A few rows of `table` with fids that leave gaps."""
    count = draw(st.integers(least, 4))
    fids = draw(st.lists(st.integers(1, 50), min_size=count, max_size=count, unique=True))
    ids = draw(st.lists(texts.filter(bool), min_size=count, max_size=count, unique=True))
    others = {column.name: cells(column, table.shape) for column in table.columns[1:]}
    return [
        {"fid": fid, "id": one, **{name: draw(own) for name, own in others.items()}}
        for fid, one in zip(sorted(fids), ids, strict=True)
    ]


def frame(made: list[dict[str, Any]]) -> pd.DataFrame:
    """Make a frame of rows, every cell as it was made up."""
    return pd.DataFrame({name: pd.Series([row[name] for row in made], dtype=object) for name in made[0]})


@st.composite
def projects(draw: st.DrawFn) -> tuple[ProjectInfo, dict[str, list[dict[str, Any]]]]:
    """A project with rows in two of its tables."""
    names = draw(st.lists(st.sampled_from(sorted(schema.tables())), min_size=1, max_size=2, unique=True))
    crs = draw(st.sampled_from(["EPSG:4490", "LOCAL"]))
    return replace(INFO, crs=crs, name=draw(texts)), {
        name: draw(rows(schema.table(name), 1)) for name in names
    }


def same(left: Project, right: Project) -> None:
    """Fail where two projects differ in a fact, a row, a type or the next number of a row."""
    assert left.info == right.info
    same_rows(left, right)
    for name in schema.tables():
        assert left.table(name).next_fid == right.table(name).next_fid, name


def same_rows(left: Project, right: Project) -> None:
    """Fail where two projects differ in a row or the type of a column."""
    for name in schema.tables():
        one, other = left.frame(name), right.frame(name)
        if one is not other and not (len(one) == len(other) and one.equals(other)):
            pd.testing.assert_frame_equal(one, other, check_exact=True)


class Editor:
    """Makes up one edit after another, the same ones for the same seed."""

    TABLES = (
        "customers",
        "switches",
        "ac_line_segments",
        "transformer_areas",
        "usage_points",
        "feeders",
        "settings",
    )

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.made = 0

    def edit(self, project: Project) -> Step:
        """Make up an edit that fits `project`."""
        name = str(self.random.choice(self.TABLES))
        kind = self.random.choice(
            ["insert", "update", "update", "delete", "two", "info"], p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.1]
        )
        self.made += 1
        number = self.made
        ids = project.frame(name)["id"].tolist()
        chosen = (
            [ids[at] for at in self.random.permutation(len(ids))[: self.random.integers(1, 4)]] if ids else []
        )
        fresh = [self._row(name, f"{number}-{n}") for n in range(self.random.integers(1, 4))]
        values = {key: value for key, value in self._row(name, "").items() if key != "id"}
        keys = list(values)
        some = {key: values[key] for key in self.random.choice(keys, size=min(len(keys), 3), replace=False)}

        def work(draft: Draft) -> None:
            if kind == "info":
                draft.set_info(name=f"所{number}", crs=str(self.random.choice(["EPSG:4490", "LOCAL"])))
            elif kind == "insert" or not chosen:
                draft.insert(name, fresh)
            elif kind == "update":
                draft.update(name, chosen, **some)
            elif kind == "delete":
                draft.delete(name, chosen)
            else:
                draft.insert(name, fresh)
                draft.update(name, [fresh[0]["id"], *chosen], **some)
                draft.delete(name, chosen)

        return Step(work, values={"n": str(number)})

    def _row(self, name: str, one: str) -> dict[str, Any]:
        table = schema.table(name)
        row: dict[str, Any] = {"id": one}
        for column in table.columns[1:]:
            if self.random.random() < 0.7 or column.default is not None:
                row[column.name] = self._cell(table, column)
        return row

    def _cell(self, table: TableSchema, column: Column) -> Any:
        match column.kind:
            case Kind.BOOLEAN:
                return bool(self.random.integers(2))
            case Kind.REAL:
                return float(self.random.uniform(0, 120))
            case Kind.INTEGER:
                return int(self.random.integers(0, 1000))
            case Kind.CHOICE:
                return str(self.random.choice(column.codes))
            case Kind.DATE:
                return f"2026-11-{self.random.integers(10, 30)}"
            case Kind.GEOMETRY:
                x, y = self.random.uniform(0, 100, 2).tolist()
                return line((x, y), (x + 1, y + 2)) if table.shape is Shape.LINE else square(x, y)
            case _:
                return str(self.random.choice(TEXTS))


def small_project() -> Project:
    """A few invented rows in several tables."""
    return Project.of(
        INFO,
        {
            "feeders": pd.DataFrame({"id": ["F1"], "name": ["10kV岭南线"], "limit_kva": [6300.0]}),
            "switches": pd.DataFrame(
                {
                    "id": ["K1", "K2"],
                    "kind": ["breaker", "fuse"],
                    "node_a": ["a", "b"],
                    "node_b": ["b", None],
                    "x": [106.1, np.nan],
                    "y": [30.1, np.nan],
                }
            ),
            "ac_line_segments": pd.DataFrame(
                {
                    "id": ["L1"],
                    "node_a": ["b"],
                    "node_b": ["c"],
                    "length_m": [50.5],
                    "geometry": [line((106.1, 30.1), (106.2, 30.3))],
                }
            ),
            "transformer_areas": pd.DataFrame(
                {"id": ["T1"], "name": ["岭南1号台区"], "geometry": [square(106, 30, 0.5)]}
            ),
            "customers": pd.DataFrame(
                {
                    "id": ["0012345678", "0012345679"],
                    "name": ["张某", "李某"],
                    "phone": ["13800000000", None],
                    "transformer_area": ["T1", "T1"],
                    "x": [106.11, 106.12],
                    "y": [30.11, 30.12],
                    "attributes": ['{"备用电话": "13900000000"}', None],
                }
            ),
        },
    )
