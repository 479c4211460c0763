"""Random small networks with everything that is hard, and what a plain reading of the rules says of them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import networkx as nx

from grid_model.project import Project
from grid_model.topology import SwitchState
from tests.drawing import draw

Positions = dict[tuple[str, str], bool]
"""Whether each device is closed (a line or transformer: in service), by table and identifier."""

ROOT = "(source)"


def random_networks(seeds: Iterable[int], size: int = 10, temporary: bool = False) -> Project:
    """Draw one small network for each seed, apart from one another, as one project.

    Parallel lines, self-loops, islands, sources switched off, line-end switches, three windings,
    dual-fed customers, areas with several transformers; `temporary` jumpers and cuts where wanted. The
    same seed gives the same network; names end in the seed.
    """
    drawing: dict[str, Any] = {
        "branches": [],
        "sources": [],
        "points": {},
        "areas": {},
        "customers": {},
        "pv": {},
        "now": {},
        "usage": {},
    }
    for seed in seeds:
        _add_network(drawing, random.Random(seed), f"_{seed}", size, "jc" if temporary else "")
    usage = drawing.pop("usage")
    return draw(*drawing.pop("branches"), **drawing, rows={"transformer_areas": usage})


def _add_network(drawing: dict[str, Any], dice: random.Random, tail: str, size: int, more_kinds: str) -> None:
    nodes = [f"n{n}{tail}" for n in range(dice.randint(2, size))]
    branches = _branches(dice, nodes, tail, more_kinds)
    switches = [
        words[1].split("@")[0].lstrip("!")
        for text in branches
        if (words := text.split())[1].lstrip("!")[0] in "kqfjc"
    ]
    transformers = [name for text in branches if (name := text.split()[1].lstrip("!")).startswith("t")]
    areas: dict[str, list[str]] = {}
    for one in transformers:
        areas.setdefault(f"A{dice.randrange(max(1, len(transformers) - 1))}{tail}", []).append(one)
    sources = [
        ("!" if dice.random() < 0.15 else "") + one
        for one in dice.sample(nodes, dice.randint(1, min(3, len(nodes))))
    ]
    sources[0] = sources[0].lstrip("!")
    drawing["branches"] += branches
    drawing["sources"] += sources
    drawing["areas"] |= areas
    drawing["usage"] |= {area: {"usage": dice.choice(("public", "dedicated"))} for area in areas}
    drawing["now"] |= {one: dice.random() < 0.5 for one in switches if dice.random() < 0.2}
    drawing["pv"] |= {
        f"p{n}{tail}": {"kind": dice.choice(("pv", "battery")), "rated_kw": 12.5, "node": dice.choice(nodes)}
        for n in range(dice.randint(0, 2))
    }
    for n in range(dice.randint(1, size)):
        name = f"u{n}{tail}"
        drawing["points"][name] = [
            dice.choice([*nodes, *nodes, ""]) for _n in range(dice.choice((1, 1, 1, 2, 3)))
        ]
        drawing["customers"][name] = {
            "customer_class": dice.choice(("mv", "lv_resident", "lv_nonresident")),
            "transformer_area": dice.choice([None, *areas]),
            "importance": dice.choice((None, None, None, "second")),
            "status": dice.choice(("active",) * 9 + ("closed",)),
        }


def _branches(dice: random.Random, nodes: list[str], tail: str, more_kinds: str) -> list[str]:
    """A tree or a few, with more branches thrown in at random; some of them parallel or loops of one node."""
    branches, lines = [], []
    joins = [(nodes[dice.randrange(n)], nodes[n]) for n in range(1, len(nodes)) if dice.random() < 0.93]
    joins += [(dice.choice(nodes), dice.choice(nodes)) for _n in range(dice.choice((0, 1, 1, 2, 4)))]
    joins += dice.sample(joins, min(len(joins), dice.choice((0, 0, 1))))
    dice.shuffle(joins)
    for n, (a, b) in enumerate(joins):
        mark = "!" if dice.random() < 0.08 else ""
        kind = dice.choice("kkklllltqf" + more_kinds)
        third = f" {dice.choice(nodes)}" if kind == "t" and dice.random() < 0.4 else ""
        branches.append(f"{a} {mark}{kind}{n}{tail} {b}{third}")
        if kind == "l":
            lines.append((f"l{n}{tail}", a, b))
    for n in range(dice.randint(0, 3) if lines else 0):
        line, a, b = dice.choice(lines)
        mark = "!" if dice.random() < 0.15 else ""
        branches.append(f"{dice.choice((a, b))} {mark}{dice.choice('kq')}e{n}{tail}@{line}")
    return branches


# ------------------------------------------------------------------ the rules, read plainly


def positions(project: Project, state: SwitchState) -> Positions:
    """Read from the rows what is closed."""
    column = "normal_open" if state is SwitchState.NORMAL else "open"
    found: Positions = {}
    for row in project.frame("switches").to_dict("records"):
        found["switches", row["id"]] = row["in_service"] and not row[column]
    for table in ("ac_line_segments", "power_transformers"):
        for row in project.frame(table).to_dict("records"):
            found[table, row["id"]] = row["in_service"]
    return found


def conducting(project: Project, closed: Positions) -> nx.MultiGraph:
    """Draw what conducts as a graph without inner nodes: a line conducts while its switches are closed."""
    graph = nx.MultiGraph()
    graph.add_nodes_from([ROOT, *project.frame("connectivity_nodes")["id"]])
    blocked = set()
    for row in project.frame("switches").to_dict("records"):
        is_closed = closed["switches", row["id"]]
        if isinstance(row["node_b"], str):
            if is_closed:
                graph.add_edge(row["node_a"], row["node_b"])
        elif not is_closed:
            blocked.add(row["line"])
    for row in project.frame("ac_line_segments").to_dict("records"):
        if closed["ac_line_segments", row["id"]] and row["id"] not in blocked:
            graph.add_edge(row["node_a"], row["node_b"])
    for row in project.frame("power_transformers").to_dict("records"):
        if closed["power_transformers", row["id"]]:
            graph.add_edge(row["hv_node"], row["lv_node"])
            if isinstance(row["tv_node"], str):
                graph.add_edge(row["hv_node"], row["tv_node"])
    for row in project.frame("energy_sources").to_dict("records"):
        if row["in_service"]:
            graph.add_edge(ROOT, row["node"])
    return graph


def supplied(project: Project, closed: Positions) -> set[str]:
    """Nodes with a path to a source."""
    return set(nx.node_connected_component(conducting(project, closed), ROOT)) - {ROOT}


def supply_points(project: Project) -> dict[str, dict[str, set[str]]]:
    """Nodes that feed each customer in use, area, transformer and PV unit."""
    transformers = [
        row for row in project.frame("power_transformers").to_dict("records") if row["in_service"]
    ]
    areas: dict[str, set[str]] = {one: set() for one in project.frame("transformer_areas")["id"]}
    for row in transformers:
        if isinstance(row["transformer_area"], str):
            areas[row["transformer_area"]].add(row["lv_node"])
    area_of = {
        row["id"]: row["transformer_area"]
        for row in project.frame("customers").to_dict("records")
        if row["status"] != "closed"
    }
    customers: dict[str, set[str]] = {one: set() for one in area_of}
    for row in project.frame("usage_points").to_dict("records"):
        if row["customer"] in customers:
            own = (
                {row["node"]} if isinstance(row["node"], str) else areas.get(area_of[row["customer"]], set())
            )
            customers[row["customer"]] |= own
    units = {row["id"]: {row["node"]} for row in project.frame("pv_units").to_dict("records")}
    return {
        "customers": customers,
        "areas": areas,
        "transformers": {row["id"]: {row["lv_node"]} for row in transformers},
        "pv_units": units,
    }


def judged(points: dict[str, set[str]], before: set[str], after: set[str]) -> tuple[set[str], set[str]]:
    """Who is out, and who lost some supply only."""
    touched = {name for name, nodes in points.items() if nodes & (before - after)}
    out = {name for name in touched if not points[name] & after}
    return out, touched - out
