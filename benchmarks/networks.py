"""Invented networks of any size for the benchmarks; the same seed gives the same network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid_model.wiring import BranchKind, Wiring

PER_SOURCE, PER_FEEDER, PER_TIE, PER_SWITCH = 25_000, 1_250, 600, 20


@dataclass(frozen=True, eq=False)
class Network:
    """Feeders as trees with open ties between them.

    Parameters
    ----------
    nodes
        How many.
    a, b
        Nodes of each branch, no two branches between the same two.
    closed
        Whether each branch is closed; open ones are ties.
    sources
        Nodes with a source.
    switches
        Branches that are closed switches.
    """

    nodes: int
    a: np.ndarray
    b: np.ndarray
    closed: np.ndarray
    sources: np.ndarray
    switches: np.ndarray

    def wiring(self) -> Wiring:
        """Give it as Taiqu codes networks: the branches, then the sources from the root."""
        count, fed = len(self.a), len(self.sources)
        a = np.concatenate([self.a, np.full(fed, self.nodes)]).astype(np.int32)
        b = np.concatenate([self.b, self.sources]).astype(np.int32)
        kind = np.full(count + fed, BranchKind.LINE, dtype=np.int8)
        kind[self.switches], kind[count:] = BranchKind.SWITCH, BranchKind.SOURCE
        every = np.ones(count + fed, dtype=bool)
        row = np.concatenate([np.arange(count), np.arange(fed)]).astype(np.int32)
        return Wiring({}, self.nodes + 1, a, b, kind, row, every, a != b, np.array([], dtype=np.int32))

    @property
    def all_closed(self) -> np.ndarray:
        """`closed` for the branches of `wiring`, sources among them."""
        return np.concatenate([self.closed, np.ones(len(self.sources), dtype=bool)])

    def to_open(self, count: int) -> list[int]:
        """Switches spread over the network, the same in every run."""
        return [int(self.switches[at]) for at in np.linspace(0, len(self.switches) - 1, count).astype(int)]


def generated(nodes: int, seed: int = 1) -> Network:
    """Draw a network: feeders of some 1 250 nodes, mostly lines in a row with branches off them."""
    dice = np.random.default_rng(seed)
    feeder = np.arange(nodes) // PER_FEEDER
    begin = feeder * PER_FEEDER
    number = np.arange(nodes)
    back = np.where(dice.random(nodes) < 0.6, 1, dice.integers(1, 60, nodes))
    parent = np.maximum(number - back, begin)
    heads = np.unique(begin)
    sources = heads[:: PER_SOURCE // PER_FEEDER]
    parent[heads] = sources[heads // PER_SOURCE]
    below = np.setdiff1d(number, sources)
    tie_a = dice.integers(0, nodes, nodes // PER_TIE)
    tie_b = (tie_a + PER_FEEDER + dice.integers(0, PER_FEEDER, len(tie_a))) % nodes
    a, b = np.concatenate([parent[below], tie_a]), np.concatenate([below, tie_b])
    closed = np.concatenate([np.ones(len(below), dtype=bool), np.zeros(len(tie_a), dtype=bool)])
    switches = np.unique(
        np.concatenate([np.arange(0, len(below), PER_SWITCH), np.searchsorted(below, heads[1:])])
    )
    switches = switches[switches < len(below)]
    return Network(nodes, a.astype(np.int32), b.astype(np.int32), closed, sources, switches)
