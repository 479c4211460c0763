"""Find the transformer that feeds each node of a network in its normal state.

Nodes joined by lines and closed switches without passing a transformer hang together; the transformer
whose low-voltage side is among them feeds them. Where several could (in parallel, or in a closed ring),
it is one that is itself supplied from above, else one that has supply at all, and of those the one with
the smallest identifier.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Parts = npt.NDArray[np.int32]


def feeding_transformers(frames: Mapping[str, pd.DataFrame], wanted: pd.Series) -> pd.Series:
    """Give the id of the transformer that feeds each of the nodes `wanted`, missing where none does.

    Parameters
    ----------
    frames
        Tables ``connectivity_nodes``, ``ac_line_segments``, ``switches``, ``power_transformers``,
        ``energy_sources`` as imported; absent ones count as empty.
    """
    nodes = pd.Index(frames["connectivity_nodes"]["id"])
    transformers = frames.get("power_transformers")
    if transformers is None or not len(transformers):
        return pd.Series(np.nan, wanted.index, dtype="str")
    a, b = _closed_branches(frames, nodes)
    working = in_service(transformers)
    hv, lv = (nodes.get_indexer(transformers[side]) for side in ("hv_node", "lv_node"))
    usable = working & (hv >= 0) & (lv >= 0)
    parts = components(len(nodes), a, b)
    rank = _rank(frames, nodes, parts, parts[hv[usable]], parts[lv[usable]])
    best = (
        pd.DataFrame(
            {
                "part": parts[lv[usable]],
                "rank": rank,
                "id": transformers["id"].to_numpy()[usable],
            }
        )
        .sort_values(["rank", "id"], kind="stable")
        .drop_duplicates("part")
        .set_index("part")["id"]
    )
    at = nodes.get_indexer(wanted)
    found = best.reindex(np.where(at >= 0, parts[at], -1))
    return pd.Series(found.to_numpy(), wanted.index, dtype="str")


def in_service(frame: pd.DataFrame) -> Flags:
    """Which rows conduct at all; without the column, all do."""
    if "in_service" not in frame:
        return np.ones(len(frame), dtype=bool)
    return np.asarray(frame["in_service"].fillna(True), dtype=bool)


def _closed_branches(frames: Mapping[str, pd.DataFrame], nodes: pd.Index) -> tuple[Numbers, Numbers]:
    """Give the ends of lines and switches that conduct in the normal state."""
    ends_a, ends_b = [], []
    switches, lines = frames.get("switches"), frames.get("ac_line_segments")
    barred: set[str] = set()
    if switches is not None:
        shut = ~np.asarray(switches["normal_open"], dtype=bool) & in_service(switches)
        across = switches["node_b"].notna().to_numpy()
        barred = set(switches["line"][~across & ~shut].dropna())
        through = switches[across & shut]
        ends_a.append(nodes.get_indexer(through["node_a"]))
        ends_b.append(nodes.get_indexer(through["node_b"]))
    if lines is not None:
        open_lines = lines[in_service(lines) & ~lines["id"].isin(barred).to_numpy()]
        ends_a.append(nodes.get_indexer(open_lines["node_a"]))
        ends_b.append(nodes.get_indexer(open_lines["node_b"]))
    a = np.concatenate([*ends_a, np.array([], dtype=np.int64)]).astype(np.int64)
    b = np.concatenate([*ends_b, np.array([], dtype=np.int64)]).astype(np.int64)
    inside = (a >= 0) & (b >= 0)
    return a[inside], b[inside]


def components(count: int, a: Numbers, b: Numbers) -> Parts:
    """Number the parts that hang together among `count` nodes joined by the branches `a`–`b`."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(count, count))
    found: Parts = connected_components(graph.tocsr(), directed=False)[1]
    return found


def _rank(
    frames: Mapping[str, pd.DataFrame], nodes: pd.Index, parts: Parts, high: Parts, low: Parts
) -> npt.NDArray[np.int8]:
    """Rate transformers from part `high` to part `low`: 0 supplied from above, 1 from below only, 2 dead."""
    sources = frames.get("energy_sources")
    fed = np.array([], dtype=np.int64)
    if sources is not None:
        fed = nodes.get_indexer(sources["node"][in_service(sources)])
    count = int(parts.max(initial=-1)) + 1
    reached = np.zeros(count, dtype=bool)
    reached[parts[fed[fed >= 0]]] = True
    joined = components(count, high.astype(np.int64), low.astype(np.int64))
    alive = np.isin(joined, joined[reached])
    above = -1
    while above != (above := int(reached.sum())):  # one round for each voltage level
        reached[low[reached[high]]] = True
    return np.where(reached[high], 0, np.where(alive[high], 1, 2)).astype(np.int8)
