"""The worked example of `docs/outage.md` (`DOMAIN` §5.2) as a project: two feeders, five areas, one tie."""

from __future__ import annotations

from typing import Any

import pandas as pd
import shapely

from gis.sample.people import DATA_DATE, PLANNING_DATE
from grid_model.project import Project, ProjectInfo

Row = dict[str, Any]

WEST, SOUTH = 116.3000, 29.7000
EAST_STEP, NORTH_STEP = 0.0040, 0.0020
"""Degrees between two places of the drawing; the place on the map has no meaning."""

NODES = {
    "S1": (0, 0), "N1": (0.1, 0), "N2": (2, 0), "N3": (2.1, 0), "N4": (4, 0), "N5": (4.1, 0), "N6": (6, 0),
    "N7": (6.1, 0), "N8": (8, 0), "S2": (8.1, 0), "N9": (4, -0.2), "N10": (4, -3), "N11": (7, 2),
    "N12": (3.3, 2),
}  # fmt: skip
"""10 kV nodes: steps to the east and to the north."""

LINES = {
    "L11": ("N1", "N2"), "L12": ("N3", "N4"), "L13": ("N5", "N6"), "L14": ("N9", "N10"),
    "L15": ("N4", "N12"), "L21": ("N8", "N7"), "L22": ("N8", "N11"),
}  # fmt: skip

SWITCHES = {
    "QF1": ("S1", "N1", "breaker", "F1"), "K1": ("N2", "N3", "load_break_switch", "F1"),
    "R1": ("N4", "N9", "fuse", "F1"), "K2": ("N4", "N5", "load_break_switch", "F1"),
    "L1": ("N6", "N7", "load_break_switch", "F1"), "QF2": ("S2", "N8", "breaker", "F2"),
}  # fmt: skip
"""Ends, kind, feeder; L1 is the tie."""

TRANSFORMERS = {
    "T1": ("N2", "T1", 100.0, "F1"), "T2": ("N4", "T2", 100.0, "F1"), "T3": ("N12", "T3", 100.0, "F1"),
    "T3-2": ("N11", "T3", 100.0, "F2"), "T4": ("N6", "T4", 100.0, "F1"), "T5": ("N10", "T5", 200.0, "F1"),
}  # fmt: skip
"""High-voltage node, area, kVA, feeder; the area T3 is fed by both feeders."""

AREAS = {"T1": "石桥", "T2": "柳树湾", "T3": "砖厂", "T4": "上坪", "T5": "竹林"}


def worked_outage() -> Project:
    """Make the project: area T1 to T5 on feeder F1, T3 with a second supply from F2, 60 kW of PV in T5.

    In each public area there is one metered customer; T3 is the works of a customer at medium voltage.
    """
    tables = {**_network(), **_consumers()}
    frames = {
        name: pd.DataFrame([{"id": one, **row} for one, row in rows.items()]) for name, rows in tables.items()
    }
    info = ProjectInfo(name="停电演算例", planning_date=PLANNING_DATE, data_date=DATA_DATE, sample=True)
    return Project.of(info, frames)


def _at(east: float, north: float) -> Row:
    return {"x": round(WEST + east * EAST_STEP, 6), "y": round(SOUTH + north * NORTH_STEP, 6)}


def _network() -> dict[str, dict[str, Row]]:
    nodes = {one: {**_at(*place), "nominal_kv": 10.0} for one, place in NODES.items()}
    low = {
        f"{one}-0.4": {**_at(NODES[node][0] + 0.2 * n, NODES[node][1] - 0.7), "nominal_kv": 0.4}
        for n, (one, (node, *_rest)) in enumerate(TRANSFORMERS.items(), -2)
    }
    return {
        "feeders": {
            "F1": {"name": "石桥线", "head_switch": "QF1"}, "F2": {"name": "竹林线", "head_switch": "QF2"},
        },
        "connectivity_nodes": {**nodes, **low},
        "energy_sources": {one: {"node": one, "in_service": True} for one in ("S1", "S2")},
        "switches": {
            one: {
                "node_a": a, "node_b": b, "kind": kind, "feeder": feeder, "is_tie": one == "L1",
                "normal_open": one == "L1", "open": one == "L1", "is_protective": kind != "load_break_switch",
                **_between(a, b),
            }
            for one, (a, b, kind, feeder) in SWITCHES.items()
        },
        "ac_line_segments": {
            one: {"node_a": a, "node_b": b, "nominal_kv": 10.0, "construction": "overhead",
                  "feeder": "F1" if one < "L2" else "F2", "geometry": shapely.to_wkb(_line(a, b))}
            for one, (a, b) in LINES.items()
        },
        "power_transformers": {
            one: {"hv_node": node, "lv_node": f"{one}-0.4", "rated_kva": kva, "transformer_area": area,
                  "feeder": feeder, "usage": "dedicated" if area == "T3" else "public"}
            for one, (node, area, kva, feeder) in TRANSFORMERS.items()
        },
    }  # fmt: skip


def _between(a: str, b: str) -> Row:
    """Give the place between two nodes, where the switch stands."""
    return _at(*((one + other) / 2 for one, other in zip(NODES[a], NODES[b], strict=True)))


def _line(a: str, b: str) -> shapely.LineString:
    return shapely.LineString([tuple(_at(*NODES[one]).values()) for one in (a, b)])


def _consumers() -> dict[str, dict[str, Row]]:
    fed = {area: [one for one, (_n, own, *_r) in TRANSFORMERS.items() if own == area] for area in AREAS}
    return {
        "transformer_areas": {
            one: {"name": f"{name}台区", "feeder": "F1", "usage": "dedicated" if one == "T3" else "public"}
            for one, name in AREAS.items()
        },
        "customers": {
            f"390000000000{n}": {
                "name": f"{name}用户", "transformer_area": one,
                "customer_class": "mv" if one == "T3" else "lv_resident",
            }
            for n, (one, name) in enumerate(AREAS.items(), 1)
        },
        "usage_points": {
            f"P{n}{'' if turn == 0 else '-2'}": {"customer": f"390000000000{n}", "node": f"{transformer}-0.4"}
            for n, area in enumerate(AREAS, 1)
            for turn, transformer in enumerate(fed[area])
        },
        "pv_units": {
            "PV5": {"kind": "pv", "rated_kw": 60.0, "transformer_area": "T5", "node": "T5-0.4",
                    "connection_switch": "PV5-K"},
        },
    }  # fmt: skip
