"""Draw a network in a line of text and get a project: the language of the small rule tests.

``draw("s1 k1 a", "a l1 b", "b !tie c", sources=["s1"], points={"u1": "a"})`` reads: a branch ``k1``
between the nodes ``s1`` and ``a``, and so on. What a branch is stands in its name:

    k… q… f… r… b… tie…   a switch: ``q``, ``b`` a breaker, ``f`` a fuse, ``r`` a recloser, else a load switch
    j… c…                 a temporary jumper, a temporary cut: switches too
    l…                    a line segment
    t…                    a transformer, the first node the high side; a third node is the third winding
    !                     before the name: open (switch) or out of service (line, transformer)
    a k1@l1               a switch at the end of line ``l1`` that stands on node ``a``
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from grid_model import schema
from grid_model.project import LOCAL, Project, ProjectInfo
from grid_model.table import Table

Row = dict[str, Any]

KINDS = {"q": "breaker", "b": "breaker", "f": "fuse", "r": "recloser", "j": "jumper", "c": "cut"}
PROTECTIVE = ("breaker", "fuse", "recloser")


def draw(
    *branches: str,
    sources: Sequence[str],
    points: Mapping[str, str | Sequence[str]] | None = None,
    areas: Mapping[str, str | Sequence[str]] | None = None,
    customers: Mapping[str, Mapping[str, Any]] | None = None,
    rows: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
    pv: Mapping[str, Mapping[str, Any]] | None = None,
    now: Mapping[str, bool] | None = None,
) -> Project:
    """Make a project of the drawing.

    Parameters
    ----------
    sources
        Nodes with a source; its id is that of the node with ``@`` before it, ``!`` before: out of service.
    points
        Customer → its node or nodes; an empty node is a usage point without a connection.
    areas
        Area → its transformer or transformers.
    customers
        Further columns of customers; one named here only has no usage point.
    rows
        Further columns: table → id → columns.
    pv
        Rows of ``pv_units``.
    now
        Switches whose present position differs from the normal one: id → open.
    """
    tables: dict[str, dict[str, Row]] = {
        name: {}
        for name in (
            "connectivity_nodes",
            "switches",
            "ac_line_segments",
            "power_transformers",
            "energy_sources",
            "transformer_areas",
            "customers",
            "usage_points",
            "pv_units",
        )
    }
    for text in branches:
        _add_branch(tables, text.split())
    for source in sources:
        node = source.lstrip("!")
        _add_node(tables, node)
        tables["energy_sources"][f"@{node}"] = {"node": node, "in_service": not source.startswith("!")}
    for area, transformers in (areas or {}).items():
        tables["transformer_areas"][area] = {}
        for one in [transformers] if isinstance(transformers, str) else transformers:
            tables["power_transformers"][one]["transformer_area"] = area
    for name, nodes in (points or {}).items():
        tables["customers"][name] = {}
        for n, node in enumerate([nodes] if isinstance(nodes, str) else nodes):
            if node:
                _add_node(tables, node)
            tables["usage_points"][name if n == 0 else f"{name}.{n}"] = {
                "customer": name,
                "node": node or None,
            }
    for name, more in (customers or {}).items():
        tables["customers"].setdefault(name, {}).update(more)
    tables["pv_units"].update({name: dict(more) for name, more in (pv or {}).items()})
    for switch, is_open in (now or {}).items():
        tables["switches"][switch]["open"] = is_open
    for table, changed in (rows or {}).items():
        for name, more in changed.items():
            tables.setdefault(table, {}).setdefault(name, {}).update(more)
    info = ProjectInfo(name="drawn", crs=LOCAL, planning_date="2026-11-20", data_date="2026-11-01")
    filled = {
        table: Table.of(
            schema.table(table), pd.DataFrame([{"id": name, **row} for name, row in found.items()])
        )
        for table, found in tables.items()
        if found
    }
    return Project(info, {**_nothing().tables, **filled})


@cache
def _nothing() -> Project:
    return Project.empty(ProjectInfo())


def _add_branch(tables: dict[str, dict[str, Row]], words: list[str]) -> None:
    node_a, mark, *others = words
    name = mark.lstrip("!")
    out = mark.startswith("!")
    for node in (node_a, *others):
        _add_node(tables, node)
    if "@" in name:
        name, line = name.split("@")
        tables["switches"][name] = _switch(name, out) | {"node_a": node_a, "line": line}
    elif name.startswith("l"):
        tables["ac_line_segments"][name] = {"node_a": node_a, "node_b": others[0], "in_service": not out}
    elif name.startswith("t") and not name.startswith("tie"):
        tables["power_transformers"][name] = {
            "hv_node": node_a,
            "lv_node": others[0],
            "tv_node": others[1] if len(others) > 1 else None,
            "in_service": not out,
            "rated_kva": 100.0,
        }
    else:
        tables["switches"][name] = _switch(name, out) | {"node_a": node_a, "node_b": others[0]}


def _switch(name: str, is_open: bool) -> Row:
    kind = KINDS.get(name[0], "load_break_switch")
    return {"kind": kind, "normal_open": is_open, "open": is_open, "is_protective": kind in PROTECTIVE}


def _add_node(tables: dict[str, dict[str, Row]], node: str) -> None:
    tables["connectivity_nodes"].setdefault(node, {})
