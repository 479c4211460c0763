"""The networks of the benchmark are the same in every run, and every peer finds the same lost nodes."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from benchmarks import growth
from benchmarks.networks import generated


def test_the_same_seed_draws_the_same_network_and_every_node_is_supplied() -> None:
    one, again, other = generated(6_000), generated(6_000), generated(6_000, seed=2)
    assert np.array_equal(one.a, again.a)
    assert not np.array_equal(one.a, other.a)
    pairs = {tuple(sorted(pair)) for pair in zip(one.a.tolist(), one.b.tolist(), strict=True)}
    assert len(pairs) == len(one.a), "no parallel branches: not every peer can take them"
    found, lost = growth._taiqu(one, one.to_open(8))
    assert min(lost.values()) > 0
    assert all(figure.seconds > 0 for figure in found.values())


@pytest.mark.parametrize("name", ["networkx", "rustworkx", "igraph"])
def test_the_peers_find_the_same(name: str) -> None:
    try:
        import_module(name)
    except ModuleNotFoundError:
        pytest.skip(f"{name} is installed by `make bench` only")
    network = generated(6_000)
    _found, lost = growth._taiqu(network, network.to_open(8))
    opening = getattr(growth, f"_{name}")(network)
    assert {branch: opening(branch) for branch in lost} == lost
    assert {branch: opening(branch) for branch in lost} == lost, "each opening is undone"


def test_a_peer_that_finds_something_else_stops_the_benchmark() -> None:
    with pytest.raises(AssertionError, match="finds"):
        growth.agree("another", [1], [2])
