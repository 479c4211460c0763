"""The loss of every device of a large station equals tracing them one by one."""

from __future__ import annotations

import random

import pytest

from gis.sample import make_sample
from grid_model.errors import GridError
from grid_model.feedback import SILENT
from grid_model.ranking import HARMS, IN_LOOP, MEASURES, OPEN, DeviceRanking, rank_devices, rank_index
from grid_model.topology import SwitchState
from grid_model.tracing import Outage, OutageCounts
from tests.conftest import scaled


@pytest.fixture(scope="module")
def normal() -> Outage:
    return Outage.of(make_sample("large", 1, SILENT), SwitchState.NORMAL)


def assert_equals_tracing(ranking: DeviceRanking, outage: Outage, numbers: list[int]) -> None:
    for number in numbers:
        device = ranking.device(number)
        try:
            counts = outage.with_opened([device]).counts
        except GridError as refusal:
            assert refusal.code in ("already-open", "out-of-service")
            assert ranking.reason[number] == OPEN
            counts = OutageCounts()
        found = ranking.loss(device)
        assert found == pytest.approx({name: getattr(counts, name) for name in MEASURES}), device


def chosen(ranking: DeviceRanking, seed: int, short: int) -> list[int]:
    """Every device in the full run; else some, the worst among them."""
    count = scaled(short, len(ranking))
    some = random.Random(seed).sample(range(len(ranking)), min(count, len(ranking)))
    return sorted({*some, *ranking.order[: count // 4].tolist()})


def test_the_loss_of_every_device_of_a_large_station_equals_tracing_it(normal: Outage) -> None:
    ranking = rank_devices(normal.project)
    numbers = chosen(ranking, 1, 400)
    assert_equals_tracing(ranking, normal, numbers)
    assert (ranking.reason == HARMS).sum() > 40_000


def test_so_it_does_while_feeders_run_in_a_loop(normal: Outage) -> None:
    """Ties that stand open between feeders are closed: their feeders' devices harm nobody alone."""
    switches = normal.project.frame("switches")
    ties = switches.index[switches["normal_open"] & switches["in_service"]][:6].tolist()
    looped = normal.before.operated(closed=ties)
    ranking = rank_index(looped, normal.consumers)
    outage = Outage(normal.project, normal.consumers, looped, looped)
    in_loop = [n for n, one in enumerate(ranking.reason.tolist()) if one == IN_LOOP]
    assert len(in_loop) > 20
    assert_equals_tracing(ranking, outage, sorted({*chosen(ranking, 2, 200), *in_loop[:200]}))
