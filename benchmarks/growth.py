"""What one opening does to supply, on ever larger networks: Taiqu beside graph libraries and pandapower.

Every tool gets the same network, prepared as it likes best, and the same switches to open; what it takes
to prepare is not measured. All must find the same number of lost nodes, else the benchmark stops.
igraph is under the GPL: it is compared with here and never part of the program.
"""

from __future__ import annotations

import gc
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import ratio, shown, table, timed
from benchmarks.networks import Network, generated
from grid_model.supply_change import walked
from grid_model.topology import SwitchState, TopologyIndex

SIZES = (10_000, 100_000)
LARGE = (*SIZES, 1_000_000)

OPENINGS = 48
"""Switches that Taiqu opens; the others open the first few of them."""

FEW = 4

OWN_PYTHON = Path(__file__).resolve().parents[1] / "out" / "bench-pandapower"
"""Environment of pandapower, which needs pandas 2."""

Opening = Callable[[int], int]
"""Opens a branch and gives the number of nodes that lose supply; afterwards it is closed again."""


@dataclass(frozen=True)
class Measured:
    """Seconds of one opening by one tool, or why there are none."""

    seconds: float = 0.0
    why: str = ""


def section(large: bool) -> str:
    """Measure; a million nodes too where `large`."""
    found = {size: measured(generated(size)) for size in (LARGE if large else SIZES)}
    sizes = list(found)
    rows = [_row(tool, [found[size][tool] for size in sizes], found, sizes) for tool in found[sizes[0]]]
    head = ("", *(f"{size:,} nodes" for size in sizes), f"{sizes[0]:,} → {sizes[-1]:,}")
    reasons = dict.fromkeys(one.why for size in sizes for one in found[size].values() if one.why)
    notes = (
        "One closed switch opens: which nodes lose supply? Networks drawn by a fixed seed, feeders of some "
        f"1,250 nodes with open ties. *Count*: mean over {OPENINGS} switches, the others over {FEW} of them; "
        "in brackets how many times longer than the count. *Brought up to date*: supply, parents and "
        "intervals of the whole network after the opening; *full rebuild*: all of it walked anew. networkx, "
        "rustworkx and igraph have their graph and the nodes supplied before; pandapower makes a graph for "
        "each question (`unsupplied_buses`). All find the same nodes. The last column: how much longer for "
        "so many more nodes. rustworkx (Apache 2.0), igraph (GPL) and pandapower (BSD) are only compared "
        "with, never part of the program."
    )
    return table("One opening, growing networks", head, rows, " ".join([notes, *reasons]))


def _row(
    tool: str, cells: list[Measured], found: dict[int, dict[str, Measured]], sizes: list[int]
) -> tuple[str, ...]:
    ours = [next(iter(found[size].values())).seconds for size in sizes]
    texts = [
        "—"
        if one.why
        else shown(one.seconds) + (f" ({ratio(one.seconds, base)})" if one.seconds != base else "")
        for one, base in zip(cells, ours, strict=True)
    ]
    known = not (cells[0].why or cells[-1].why)
    return (tool, *texts, ratio(cells[-1].seconds, cells[0].seconds) if known else "—")


def measured(network: Network) -> dict[str, Measured]:
    """Let every tool open the same switches."""
    branches = network.to_open(OPENINGS)
    found, lost = _taiqu(network, branches)
    few = branches[:: len(branches) // FEW][:FEW]
    expected = [lost[branch] for branch in few]
    for name, prepare in (("networkx", _networkx), ("rustworkx", _rustworkx), ("igraph", _igraph)):
        gc.collect()
        try:
            opening = prepare(network)
        except ModuleNotFoundError as missing:
            found[name] = Measured(why=f"{missing.name} is not installed (`make bench` does it).")
            continue
        begun = time.perf_counter()
        agree(name, [opening(branch) for branch in few], expected)
        found[name] = Measured((time.perf_counter() - begun) / len(few))
        del opening
    gc.collect()
    found["pandapower"] = _pandapower(network, few, expected)
    return found


def agree(name: str, lost: list[int], expected: list[int]) -> None:
    """Stop where a tool finds something else."""
    if lost != expected:
        raise AssertionError(f"{name} finds {lost} lost nodes, Taiqu {expected}")


def _taiqu(network: Network, branches: list[int]) -> tuple[dict[str, Measured], dict[int, int]]:
    wiring = network.wiring()
    index = TopologyIndex(wiring, SwitchState.NORMAL, network.all_closed)
    supplied = index.supplied
    lost = {branch: len(index.resupply(index.operated([branch])).lost) for branch in branches}
    for branch in branches:
        overlay = index.operated([branch])
        agree("the walk brought up to date", [int((supplied & ~overlay.supplied).sum())], [lost[branch]])
    some = branches[:: max(len(branches) // 8, 1)]

    def count() -> None:
        for branch in branches:
            index.resupply(index.operated([branch])).lost  # noqa: B018 - the work measured

    def update() -> None:
        for branch in some:
            index.operated([branch]).tree  # noqa: B018 - the work measured

    def rebuild() -> None:
        walked(wiring, index.operated(some[:1]).closed)

    return {
        "Taiqu, count": Measured(timed(count).median / len(branches)),
        "Taiqu, brought up to date": Measured(timed(update).median / len(some)),
        "Taiqu, full rebuild": Measured(timed(rebuild).median),
    }, lost


# ------------------------------------------------------------------ the others


def _networkx(network: Network) -> Opening:
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(range(network.nodes + 1))
    wiring, conducts = network.wiring(), np.flatnonzero(network.all_closed)
    graph.add_edges_from(zip(wiring.a[conducts].tolist(), wiring.b[conducts].tolist(), strict=True))
    before = len(networkx.node_connected_component(graph, network.nodes))

    def opening(branch: int) -> int:
        ends = int(network.a[branch]), int(network.b[branch])
        graph.remove_edge(*ends)
        after = networkx.node_connected_component(graph, network.nodes)
        graph.add_edge(*ends)
        return before - len(after)

    return opening


def _rustworkx(network: Network) -> Opening:
    import rustworkx

    graph: Any = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(network.nodes + 1))
    wiring, conducts = network.wiring(), np.flatnonzero(network.all_closed)
    graph.add_edges_from_no_data(
        list(zip(wiring.a[conducts].tolist(), wiring.b[conducts].tolist(), strict=True))
    )
    before = len(rustworkx.node_connected_component(graph, network.nodes))

    def opening(branch: int) -> int:
        ends = int(network.a[branch]), int(network.b[branch])
        graph.remove_edge(*ends)
        after = rustworkx.node_connected_component(graph, network.nodes)
        graph.add_edge(*ends, None)
        return before - len(after)

    return opening


def _igraph(network: Network) -> Opening:
    import igraph

    wiring, conducts = network.wiring(), np.flatnonzero(network.all_closed)
    edges = np.column_stack([wiring.a[conducts], wiring.b[conducts]])
    graph: Any = igraph.Graph(n=network.nodes + 1, edges=edges.tolist())
    before = len(graph.subcomponent(network.nodes))

    def opening(branch: int) -> int:
        ends = int(network.a[branch]), int(network.b[branch])
        graph.delete_edges([ends])
        after = graph.subcomponent(network.nodes)
        graph.add_edges([ends])
        return before - len(after)

    return opening


def _pandapower(network: Network, branches: list[int], expected: list[int]) -> Measured:
    python = pandapower_python()
    if python is None:
        return Measured(why="pandapower is left out: an environment of its own could not be made for it.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.npz")
        np.savez(
            path,
            nodes=network.nodes,
            a=network.a,
            b=network.b,
            closed=network.closed,
            sources=network.sources,
            switches=network.switches,
            open=branches,
        )
        script = Path(__file__).with_name("pandapower_peer.py")
        done = subprocess.run([str(python), str(script), str(path)], capture_output=True, text=True)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return Measured(why=f"pandapower gave up at {network.nodes:,} nodes.")
    answer = json.loads(done.stdout.splitlines()[-1])
    agree("pandapower", answer["lost"], expected)
    return Measured(sum(answer["seconds"]) / len(answer["seconds"]))


def pandapower_python() -> Path | None:
    """Give the Python that has pandapower, making its environment the first time; None where that fails."""
    python = OWN_PYTHON / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ready = OWN_PYTHON / "ready"
    if ready.exists():
        return python
    shutil.rmtree(OWN_PYTHON, ignore_errors=True)
    print("making an environment for pandapower …", file=sys.stderr)
    for command in (
        [sys.executable, "-m", "venv", str(OWN_PYTHON)],
        [
            str(python),
            "-m",
            "pip",
            "install",
            "-qq",
            "--disable-pip-version-check",
            "pandapower>=3",
            "pandas<3",
        ],
    ):
        if subprocess.run(command, stdout=sys.stderr).returncode:
            return None
    ready.touch()
    return python
