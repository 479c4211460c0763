"""Where an earth stands: at a node, or at a line's end between the line and the switch there.

A line with a switch at its end has an inner node behind that switch (`grid_model.wiring`). The inner node has
no row of its own, so an earth on it is named by the node outside and the line: ``L2@C``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from grid_model.project import Project
from grid_model.wiring import Wiring

MADE_FOR_A_TIME = "cut"
"""Kind of switch that parts a line and is no switch: an earth at the line's end stays on the line's side."""


@dataclass(frozen=True, order=True)
class EarthPlace:
    """A place that is earthed, as a row of ``earths`` names it.

    Parameters
    ----------
    line
        Where given, its end at the node, beyond the switch there; empty: the node itself.
    """

    node: str
    line: str = ""

    def __str__(self) -> str:
        return f"{self.line}@{self.node}" if self.line else self.node

    @property
    def written(self) -> str:
        """The place as a step names it, so that nothing else is meant."""
        return f"lines:{self.line}@{self.node}" if self.line else f"nodes:{self.node}"


@dataclass(frozen=True)
class LineEnd:
    """One end of a line in the wiring.

    Parameters
    ----------
    inner
        Inner nodes from the line outwards, up to the first switch that is no cut; none where no switch
        stands there.
    outer
        What lies beyond `inner`: a node, or the inner node before the next switch; −1 where unknown.
    switched
        Whether the first switch beyond `inner` is no cut.
    parted
        Whether a cut among them stands open.
    """

    inner: tuple[int, ...]
    outer: int
    switched: bool
    parted: bool


def line_end(project: Project, wiring: Wiring, branch: int, end: str, closed: np.ndarray) -> LineEnd:
    """Walk from a line's end ``a`` or ``b`` outwards over the switches at it.

    Parameters
    ----------
    branch
        Branch of the line.
    closed
        Which branches are closed.
    """
    count = len(wiring.tables["connectivity_nodes"])
    at = int((wiring.a if end == "a" else wiring.b)[branch])
    switches = len(wiring.tables["switches"])
    inner: list[int] = []
    parted = False
    while at >= count:
        inner.append(at)
        found = np.flatnonzero(wiring.b[:switches] == at)
        if not len(found):
            break
        switch = int(found[0])
        at = int(wiring.a[switch])
        if project.frame("switches")["kind"].iat[switch] != MADE_FOR_A_TIME:
            return LineEnd(tuple(inner), at, True, parted)
        parted = parted or not closed[switch]
    return LineEnd(tuple(inner), at, False, parted)


def earths_of(project: Project) -> list[EarthPlace]:
    """Give the places of the rows of ``earths``, in table order."""
    rows = project.frame("earths")
    if not len(rows):
        return []
    names = zip(rows["node"].fillna("").tolist(), rows["line"].fillna("").tolist(), strict=True)
    return [EarthPlace(node, line) for node, line in names]


def nodes_of(project: Project, wiring: Wiring, place: EarthPlace) -> tuple[int, ...]:
    """Give the nodes of the wiring that are earthed by an earth at `place`.

    Where cuts stand between the line and the switch at its end, the places on both sides of each count as
    earthed. Where no switch stands there, or the line does not end at the node, it is the node itself.
    """
    node = wiring.tables["connectivity_nodes"].positions([place.node])[0]
    own = () if node < 0 else (int(node),)
    lines = wiring.tables["ac_line_segments"]
    if place.line not in lines:
        return own
    branch = int(wiring.offsets["ac_line_segments"] + lines.position(place.line))
    row = lines.row(place.line)
    every_closed = np.ones(len(wiring.a), dtype=bool)
    found: list[int] = []
    for end, name in (("a", "node_a"), ("b", "node_b")):
        if row[name] == place.node:
            found += line_end(project, wiring, branch, end, every_closed).inner or own
    return tuple(dict.fromkeys(found)) or own


def all_nodes_of(project: Project, wiring: Wiring, places: Iterable[EarthPlace]) -> np.ndarray:
    """Give the nodes of the wiring earthed by earths at `places`, each once, sorted."""
    found = [node for place in places for node in nodes_of(project, wiring, place)]
    return np.unique(np.array(found, dtype=np.int64))


def places_at_end(
    project: Project, wiring: Wiring, line: str, end: str, closed: np.ndarray
) -> tuple[EarthPlace, ...]:
    """Name the place of the line's own end ``a`` or ``b``: the node where no switch stands before it.

    A cut counts once it is made: before, the line's end is the node.
    """
    lines = wiring.tables["ac_line_segments"]
    node = lines.row(line)["node_a" if end == "a" else "node_b"]
    if node not in wiring.tables["connectivity_nodes"]:
        return ()
    branch = int(wiring.offsets["ac_line_segments"] + lines.position(line))
    found = line_end(project, wiring, branch, end, closed)
    return (EarthPlace(node, line if found.inner and (found.switched or found.parted) else ""),)


def place_of_node(
    project: Project, wiring: Wiring, node: int, line: str, closed: np.ndarray
) -> EarthPlace | None:
    """Name a node of the wiring, an inner one as the end of `line`; None where it has no name.

    Between two switches one behind the other at a line's end lies an inner node that nothing names.
    """
    nodes = wiring.tables["connectivity_nodes"]
    if 0 <= node < len(nodes):
        return EarthPlace(str(nodes.frame["id"].iat[node]))
    if line not in wiring.tables["ac_line_segments"]:
        return None
    branch = int(wiring.offsets["ac_line_segments"] + wiring.tables["ac_line_segments"].position(line))
    for end in ("a", "b"):
        if node in line_end(project, wiring, branch, end, closed).inner:
            return next(iter(places_at_end(project, wiring, line, end, closed)), None)
    return None
