"""Two devices lost at once: what a loop hides from the single loss; beside a plain reading of the rules."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from grid_model.errors import GridError
from grid_model.pair_losses import pair_losses
from grid_model.project import Project
from grid_model.ranking import IN_LOOP, MEASURES, rank_devices
from grid_model.topology import Device, SwitchState
from tests.conftest import scaled
from tests.drawing import draw
from tests.test_grid_model.random_networks import (
    judged,
    positions,
    random_networks,
    supplied,
    supply_points,
)


def pair(network: Project, first: str, second: str, measure: str = "lv_customers") -> tuple[Any, Any]:
    (found,) = pair_losses(network, [(first, second)])
    return found.losses[measure], found.beyond_single[measure]


RING = draw("s k0 a", "a l1 b", "b l2 c", "c l3 a", sources=["s"], points={"ub": "b", "uc": "c"})


def test_two_devices_of_a_ring_part_what_lies_between_them() -> None:
    assert pair(RING, "l1", "l2") == (1, 1)
    assert pair(RING, "l1", "l3") == (2, 2)


def test_what_one_loses_below_the_other_is_lost_once_and_not_beyond() -> None:
    network = draw("s k1 a", "a k2 b", sources=["s"], points={"ua": "a", "ub": "b"})
    assert pair(network, "k1", "k2") == (2, 0)


def test_the_loss_of_two_feeders_is_their_sum_but_for_who_hangs_on_both() -> None:
    network = draw("s k1 a", "s k2 b", sources=["s"], points={"ua": "a", "ub": "b", "both": ["a", "b"]})
    assert pair(network, "k1", "k2") == (3, 1)


def test_an_area_with_two_transformers_is_lost_with_both() -> None:
    network = draw("s t1 a", "s t2 b", sources=["s"], areas={"T": ["t1", "t2"]})
    assert pair(network, "t1", "t2", "transformer_areas") == (1, 1)
    assert pair(network, "t1", "t2", "rated_kva") == (200, 0)


def test_pairs_that_cannot_be_lost_are_refused() -> None:
    network = draw("s k1 a", "a !k2 b", sources=["s"])
    for devices, code in (
        (("k1", "k1"), "pair-of-one"),
        (("k1", "switches:k1"), "pair-of-one"),
        (("k1", "k2"), "already-open"),
        (("k1", "k9"), "unknown-device"),
    ):
        with pytest.raises(GridError, match=code):
            pair_losses(network, [devices])


TOGETHER = 10


def test_pairs_lose_what_the_rules_say() -> None:
    """Of both, of each alone, and of neither alone, read from the rows with networkx."""
    more = 0
    for first in range(0, scaled(60, 1_200), TOGETHER):
        seeds = range(900_000 + first, 900_000 + first + TOGETHER)
        project = random_networks(seeds)
        closed = positions(project, SwitchState.NORMAL)
        points, weigh = supply_points(project), weights(project)
        before, dice = supplied(project, closed), random.Random(first)
        ranking = rank_devices(project)
        for seed in seeds:
            names = [one for one, is_closed in closed.items() if is_closed and one[1].endswith(f"_{seed}")]
            looped = [one for one in names if ranking.reason[ranking.number(Device(*one))] == IN_LOOP]
            names = looped if len(looped) > 1 and dice.random() < 0.7 else names
            if len(names) < 2:
                continue
            chosen = dice.sample(names, 2)
            (found,) = pair_losses(project, [(":".join(chosen[0]), ":".join(chosen[1]))])
            after = [
                supplied(project, closed | dict.fromkeys(gone, False))
                for gone in (chosen, *([one] for one in chosen))
            ]
            both, *alone = (
                {name: judged(where, before, one)[0] for name, where in points.items()} for one in after
            )
            assert dict(found.losses) == weigh(both)
            beyond = {name: rows - alone[0][name] - alone[1][name] for name, rows in both.items()}
            assert dict(found.beyond_single) == weigh(beyond)
            for device, rows in zip(found.devices, alone, strict=True):
                assert ranking.loss(device) == weigh(rows)
            more += any(found.beyond_single.values())
    assert more > 5


def weights(project: Project) -> Callable[[dict[str, set[str]]], dict[str, float]]:
    """Read from the rows what each counts for."""
    rows = {
        name: {row["id"]: row for row in project.frame(name).to_dict("records")}
        for name in ("customers", "transformer_areas", "pv_units")
    }

    def weigh(lost: dict[str, set[str]]) -> dict[str, float]:
        customers = [rows["customers"][one] for one in lost["customers"]]
        mv = sum(one["customer_class"] == "mv" for one in customers)
        public = sum(rows["transformer_areas"][one]["usage"] == "public" for one in lost["areas"])
        units = [rows["pv_units"][one] for one in lost["pv_units"]]
        found = {
            "lv_customers": len(customers) - mv,
            "mv_users": mv + public,
            "rated_kva": 100.0 * len(lost["transformers"]),
            "important": sum(isinstance(one["importance"], str) for one in customers),
            "pv_kw": sum(one["rated_kw"] for one in units if one["kind"] == "pv"),
            "transformer_areas": len(lost["areas"]),
        }
        assert tuple(found) == MEASURES
        return found

    return weigh
