"""Customer rows from a GB18030 csv: Taiqu's import beside pandas reading with the same checks."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.measuring import ratio, shown, table, timed
from gis.importer import ImportOptions, import_sources
from grid_model.project import Project, ProjectInfo

COUNTS = (10_000, 100_000)


def customer_csv(path: Path, count: int) -> None:
    """Write an invented customer table in the words of the marketing system."""
    n = np.arange(count)
    surnames = np.array(list("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"))
    frame = pd.DataFrame(
        {
            "户号": [f"{3600500000000 + one:013d}" for one in n],
            "户名": np.char.add(surnames[n % len(surnames)], "小满"),
            "用电地址": [f"青禾镇石桥村{one % 12 + 1}组{one % 200 + 1}号" for one in n],
            "联系电话": [f"1990000{one % 10000:04d}" for one in n],
            "用户类别": np.where(n % 9 == 0, "低压非居民", "低压居民"),
            "台区编号": [f"{one // 100:010d}" for one in n],
        }
    )
    frame.to_csv(path, index=False, encoding="gb18030")


def by_pandas(path: Path, areas: pd.Index) -> tuple[pd.DataFrame, int]:
    """Read the same file with pandas: text, duplicates out, classes mapped, unknown areas counted."""
    frame = pd.read_csv(path, dtype=str, encoding="gb18030")
    frame = frame.apply(lambda column: column.str.strip())
    frame = frame[frame["户号"].notna() & ~frame["户号"].duplicated()]
    frame["用户类别"] = frame["用户类别"].map(
        {"低压居民": "lv_resident", "低压非居民": "lv_nonresident", "高压": "mv"}
    )
    return frame, int((~frame["台区编号"].isin(areas)).sum())


def measure(counts: tuple[int, ...] = COUNTS) -> str:
    """Measure every count and write the table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for count in counts:
            path = Path(folder, f"customers-{count}.csv")
            customer_csv(path, count)
            ids = [f"{one:010d}" for one in range(count // 100)]
            project = Project.of(ProjectInfo("Import"), {"transformer_areas": pd.DataFrame({"id": ids})})

            def ours(project: Project = project, path: Path = path) -> Project:
                return import_sources(project, [path], ImportOptions()).edit.apply(project)[0]

            kept = len(ours().frame("customers"))
            assert kept == count, (kept, count)
            mine = timed(ours, runs=3, warm=0).median
            areas = pd.Index(ids)
            theirs = timed(partial(by_pandas, path, areas), runs=3).median
            rows.append(
                (f"{count:,}", shown(mine), shown(theirs), ratio(theirs, mine), f"{count / mine:,.0f}")
            )
    head = ("rows", "Taiqu", "pandas", "pandas ÷ Taiqu", "rows a second")
    notes = (
        "Taiqu finds encoding, header and columns by itself, reads every identifier as text, looks for "
        "damaged numbers, and gives an undoable edit; pandas is told the encoding and columns and does "
        "the same checks."
    )
    return table("Import of customers (csv, GB18030)", head, rows, notes)


def section(large: bool) -> str:
    """Measure; half a million rows where `large`."""
    return measure((*COUNTS, 500_000) if large else COUNTS)
