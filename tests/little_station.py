"""A station of six areas in two grids, small enough to check every output by eye.

      s1 --qf1-- a1 --k1-- a2 --k2-- a3 --tie (open)-- a4 --k3-- a5 --qf2-- s2

Areas 1 to 5 are public, area 6 is dedicated and hangs on a2 behind the fuse f6. Areas 1–3 belong to manager
m1 and grid g1, areas 4–6 to m2 and g2. Customer names carry what must not get through: markup, formulas.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import shapely

from grid_model.project import GEOGRAPHIC, LOCAL, Project, ProjectInfo

ORIGIN = (113.20, 28.40)
STEP = 0.01

NODES = ["s1", "n1", "n2", "n3", "n4", "n5", "s2", "n6"]
PLACES = {
    "s1": (0.2, 1.5),
    "n1": (0.5, 1.5),
    "n2": (1.5, 1.5),
    "n3": (2.5, 1.5),
    "n4": (2.5, 0.5),
    "n5": (1.5, 0.5),
    "s2": (0.8, 0.5),
    "n6": (0.5, 0.5),
}
CELLS = {
    "0000000001": (0, 1),
    "0000000002": (1, 1),
    "0000000003": (2, 1),
    "0000000004": (2, 0),
    "0000000005": (1, 0),
    "0000000006": (0, 0),
}

AREA_NAMES = {one: f"{'石桥村' if at[1] else '河东村'}#{int(one)}公变" for one, at in CELLS.items()}

NASTY = {
    "0430000001": "张伟",
    "0430000002": "<script>alert(1)</script>",
    "0430000003": "=1+1",
    "0430000004": "@SUM(A1)",
    "0430000005": "石桥小学",
    "0430000006": "欧阳建国",
    "0430000007": "https://example.org/x",
    "0430000008": "䶮小明",
    "0430000009": "李四",
    "0430000010": "恒达新型建材有限公司",
}


def point(x: float, y: float, *, geographic: bool = True) -> tuple[float, float]:
    """Give project coordinates of a place on the drawing above, in cells."""
    return (ORIGIN[0] + x * STEP, ORIGIN[1] + y * STEP) if geographic else (x * 1000, y * 1000)


def cell(column: int, row: int, *, geographic: bool = True) -> bytes:
    low, high = point(column, row, geographic=geographic), point(column + 1, row + 1, geographic=geographic)
    return bytes(shapely.to_wkb(shapely.MultiPolygon([shapely.box(*low, *high)])))


def little_station(*, geographic: bool = True, with_scheme: bool = True, placed: bool = True) -> Project:
    """Make the station; `placed` false leaves every place out."""
    at = {name: point(*xy, geographic=geographic) for name, xy in PLACES.items()}
    frames: dict[str, list[dict[str, Any]]] = {
        "stations": [
            {
                "id": "430112345",
                "name": "青禾镇供电所",
                "phone": "0731-85550000",
                "geometry": _union(CELLS.values(), geographic),
            }
        ],
        "villages": [
            {"id": "v1", "name": "石桥村", "geometry": _union([(0, 1), (1, 1), (2, 1)], geographic)},
            {"id": "v2", "name": "河东村", "geometry": _union([(0, 0), (1, 0), (2, 0)], geographic)},
        ],
        "substations": [
            {"id": "b1", "name": "35kV青禾变", "nominal_kv": 35.0, "x": at["s1"][0], "y": at["s1"][1]}
        ],
        "feeders": [
            {"id": "f1", "name": "10kV101石桥线", "nominal_kv": 10.0},
            {"id": "f2", "name": "10kV102河东线", "nominal_kv": 10.0},
        ],
        "energy_sources": [{"id": "e1", "node": "s1", "substation": "b1"}, {"id": "e2", "node": "s2"}],
        "connectivity_nodes": [
            *({"id": n, "nominal_kv": 10.0, "x": at[n][0], "y": at[n][1]} for n in NODES),
            *(
                {"id": f"lv{n}", "nominal_kv": 0.4, "x": at[f"n{n}"][0], "y": at[f"n{n}"][1]}
                for n in range(1, 7)
            ),
        ],
        "switches": [
            _switch("qf1", "breaker", "s1", "n1", "f1", "石桥线101开关", is_protective=True),
            _switch("k1", "load_break_switch", "n1", "n2", "f1", "石桥线102开关"),
            _switch("k2", "load_break_switch", "n2", "n3", "f1", "石桥线103开关"),
            _switch(
                "tie",
                "load_break_switch",
                "n3",
                "n4",
                "f1",
                "石桥河东联络",
                normal_open=True,
                open=True,
                is_tie=True,
            ),
            _switch("k3", "disconnector", "n4", "n5", "f2", "河东线202刀闸"),
            _switch("qf2", "breaker", "n5", "s2", "f2", "河东线201开关", is_protective=True),
            _switch("f6", "fuse", "n2", "n6", "f1", "砖厂跌落", is_protective=True),
        ],
        "power_transformers": [
            {
                "id": f"t{n}",
                "name": f"T{n}",
                "hv_node": f"n{n}",
                "lv_node": f"lv{n}",
                "rated_kva": 100.0 * n,
                "usage": "dedicated" if n == 6 else "public",
                "transformer_area": f"000000000{n}",
                "feeder": "f2" if n in (4, 5) else "f1",
            }
            for n in range(1, 7)
        ],
        "transformer_areas": [
            {
                "id": one,
                "name": AREA_NAMES[one],
                "geometry": cell(*cell_, geographic=geographic),
                "usage": "dedicated" if one.endswith("6") else "public",
                "manager": "m1" if int(one) <= 3 else "m2",
                "village": "v1" if cell_[1] else "v2",
                "station": "430112345",
                "feeder": "f2" if int(one) in (4, 5) else "f1",
                "outline_source": "generated",
            }
            for one, cell_ in CELLS.items()
        ],
        "customers": [
            {
                "id": one,
                "name": name,
                "address": f"青禾镇石桥村{n}组{n}号",
                "phone": f"1380000{n:04d}",
                "customer_class": "mv"
                if name.startswith("恒达")
                else "lv_nonresident"
                if "小学" in name
                else "lv_resident",
                "transformer_area": "0000000006"
                if name.startswith("恒达")
                else f"000000000{(n - 1) % 5 + 1}",
                "importance": "second" if name.startswith("恒达") else None,
                "sensitive_kind": "school" if "小学" in name else None,
                "life_support": name == "李四",
                "village": "v1",
                "x": at["n1"][0],
                "y": at["n1"][1],
            }
            for n, (one, name) in enumerate(NASTY.items(), 1)
        ]
        + [
            {"id": "0430000011", "name": "无户变", "customer_class": "lv_resident"},
            {"id": "0430000012", "name": "销户人", "status": "closed", "transformer_area": "0000000003"},
        ],
        "district_managers": [
            {"id": "m1", "name": "赵青山", "phone": "13911112222", "x": at["n1"][0], "y": at["n1"][1]},
            {"id": "m2", "name": "钱河", "phone": "13933334444", "x": at["n5"][0], "y": at["n5"][1]},
        ],
        "pv_units": [
            {
                "id": "p1",
                "rated_kw": 20.0,
                "customer": "0430000003",
                "contact_name": "吴用",
                "contact_phone": "13700001111",
                "x": at["n3"][0],
                "y": at["n3"][1],
            }
        ],
    }
    if with_scheme:
        frames |= _scheme(geographic)
    info = ProjectInfo("青禾镇供电所", GEOGRAPHIC if geographic else LOCAL, "2026-11-20", "2026-11-15")
    project = Project.of(info, {name: pd.DataFrame(rows) for name, rows in frames.items()})
    return project if placed else _without_places(project)


def _switch(one: str, kind: str, a: str, b: str, feeder: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": one,
        "kind": kind,
        "node_a": a,
        "node_b": b,
        "feeder": feeder,
        "name": name,
        "is_operable": True,
        "normal_open": False,
        "open": False,
        "is_tie": False,
        "is_protective": False,
        **more,
    }


def _scheme(geographic: bool) -> dict[str, list[dict[str, Any]]]:
    upper, lower = [(0, 1), (1, 1), (2, 1)], [(0, 0), (1, 0), (2, 0)]
    return {
        "schemes": [
            {
                "id": "sch",
                "name": "现行方案",
                "in_force": True,
                "created_on": "2026-11-20",
                "prepared_by": "周计划",
            }
        ],
        "mutual_aid_groups": [
            {"id": "gr1", "scheme": "sch", "name": "石桥组", "leader": "m1", "color": 0},
            {"id": "gr2", "scheme": "sch", "name": "河东组", "leader": "m2", "color": 1},
        ],
        "group_members": [
            {"id": "1", "scheme": "sch", "mutual_aid_group": "gr1", "manager": "m1"},
            {"id": "2", "scheme": "sch", "mutual_aid_group": "gr2", "manager": "m2"},
        ],
        "service_grids": [
            {
                "id": "g1",
                "scheme": "sch",
                "number": "G01",
                "name": "石桥网格",
                "mutual_aid_group": "gr1",
                "geometry": _union(upper, geographic),
            },
            {
                "id": "g2",
                "scheme": "sch",
                "number": "G02",
                "name": "河东网格",
                "mutual_aid_group": "gr2",
                "geometry": _union(lower, geographic),
            },
        ],
        "grid_areas": [
            {
                "id": one,
                "scheme": "sch",
                "service_grid": "g1" if int(one) <= 3 else "g2",
                "transformer_area": one,
            }
            for one in CELLS
        ],
    }


def _union(cells: Any, geographic: bool) -> bytes:
    joined = shapely.union_all([shapely.from_wkb(cell(*one, geographic=geographic)) for one in cells])
    return bytes(shapely.to_wkb(shapely.MultiPolygon([joined])))


def _without_places(project: Project) -> Project:
    frames = {}
    for name, table in project.tables.items():
        frame = table.frame.copy()
        for column in ("x", "y"):
            if column in frame:
                frame[column] = float("nan")
        if "geometry" in frame:
            frame["geometry"] = None
        frames[name] = frame
    return Project.of(project.info, frames)
