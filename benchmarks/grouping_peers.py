"""Other programs that form groups or regions, asked for the same managers (``pip install taiqu[bench]``)."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.grouping_instances import Instance


@dataclass(frozen=True)
class Peer:
    """One program.

    Parameters
    ----------
    run
        Gives the number of each manager's group; raises `ImportError` where the program is not installed.
    most
        Managers beyond which it is not asked.
    """

    name: str
    run: Callable[[Instance], np.ndarray]
    most: int = 450


def _table(instance: Instance) -> tuple[Any, Any]:
    """Give the managers as spopt wants them: a table of points and weights of neighbours."""
    import geopandas
    from libpysal.weights import W

    frame = geopandas.GeoDataFrame(
        {"x": instance.place_m[:, 0], "y": instance.place_m[:, 1], "one": 1},
        geometry=geopandas.points_from_xy(*instance.place_m.T),
    )
    near = {n: np.flatnonzero(row).tolist() for n, row in enumerate(instance.problem.adjacency)}
    return frame, W(near, silence_warnings=True)


def _count(instance: Instance) -> int:
    return max(1, round(len(instance.problem) / instance.problem.target_size))


def _quietly(work: Callable[[], np.ndarray]) -> np.ndarray:
    # What other programs warn of (parts of their own libraries that will change) is not ours to hear.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(work())


def max_p(instance: Instance) -> np.ndarray:
    """As many regions as possible of at least the least size."""

    def work() -> np.ndarray:
        from spopt.region import MaxPHeuristic

        np.random.seed(0)
        frame, near = _table(instance)
        model = MaxPHeuristic(frame, near, ["x", "y"], "one", instance.problem.min_size, top_n=2)
        model.solve()
        return np.asarray(model.labels_)

    return _quietly(work)


def skater(instance: Instance) -> np.ndarray:
    """Cut the least spanning tree, no part smaller than the least size."""

    def work() -> np.ndarray:
        from spopt.region import Skater

        frame, near = _table(instance)
        model = Skater(frame, near, ["x", "y"], n_clusters=_count(instance), floor=instance.problem.min_size)
        model.solve()
        return np.asarray(model.labels_)

    return _quietly(work)


def ward(instance: Instance) -> np.ndarray:
    """Join neighbours with the least growth of variance."""

    def work() -> np.ndarray:
        from spopt.region import WardSpatial

        frame, near = _table(instance)
        model = WardSpatial(frame, near, ["x", "y"], n_clusters=_count(instance))
        model.solve()
        return np.asarray(model.labels_)

    return _quietly(work)


def region_k_means(instance: Instance) -> np.ndarray:
    """k-means whose regions stay connected."""

    def work() -> np.ndarray:
        from spopt.region import RegionKMeansHeuristic

        np.random.seed(0)
        _frame, near = _table(instance)
        model = RegionKMeansHeuristic(instance.place_m, _count(instance), near)
        model.solve()
        return np.asarray(model.labels_)

    return _quietly(work)


def k_means_constrained(instance: Instance) -> np.ndarray:
    """k-means with sizes between two limits, neighbours not looked at."""

    def work() -> np.ndarray:
        from k_means_constrained import KMeansConstrained

        problem = instance.problem
        model = KMeansConstrained(
            _count(instance), size_min=problem.min_size, size_max=problem.max_size, random_state=0
        )
        return np.asarray(model.fit_predict(instance.place_m))

    return _quietly(work)


def louvain(instance: Instance) -> np.ndarray:
    """Communities of the neighbourhood, near ones drawn together, about as many as asked for."""
    import networkx

    minutes = instance.problem.pair_minutes
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(minutes)))
    for a, b in np.argwhere(np.triu(instance.problem.adjacency)):
        graph.add_edge(int(a), int(b), weight=1.0 / max(float(minutes[a, b]), 0.1))
    wanted = _count(instance)
    trials = [
        networkx.community.louvain_communities(graph, weight="weight", resolution=finer, seed=0)
        for finer in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
    ]
    best = min(trials, key=lambda one: abs(len(one) - wanted))
    labels = np.zeros(len(minutes), dtype=int)
    for number, members in enumerate(best):
        labels[list(members)] = number
    return labels


PEERS = (
    Peer("spopt max-p", max_p),
    Peer("spopt SKATER", skater, most=100),
    Peer("spopt Ward", ward),
    Peer("spopt region k-means", region_k_means),
    Peer("k-means-constrained", k_means_constrained),
    Peer("networkx Louvain", louvain),
)
