"""Write PV and batteries behind the meter boxes of some areas; they are never a supply in a trace."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gis.sample.demand import Demand
from gis.sample.ledger import Ledger
from gis.sample.low_voltage import Boxes
from gis.sample.names import person_names, phone_numbers
from gis.sample.plane import generator

SHARE_OF_AREAS = 0.36


def write_generation(
    ledger: Ledger,
    seed: int,
    station: int,
    boxes: Boxes,
    demand: Demand,
    area_ids: Sequence[str],
    customer_ids: Sequence[str],
) -> None:
    """Put PV on roofs: mostly under a quarter of the rated power, in a few areas above, in one above 80 %."""
    random = generator(seed, "generation", station)
    areas = np.unique(boxes.area)
    some = np.sort(random.permutation(areas)[: round(SHARE_OF_AREAS * len(areas))])
    aim = np.where(
        random.random(len(some)) < 0.16,
        random.uniform(0.27, 0.55, len(some)),
        random.uniform(0.03, 0.22, len(some)),
    )
    aim[int(random.integers(0, len(aim)))] = 0.88
    firsts = np.cumsum(boxes.customers) - boxes.customers
    for area, share in zip(some.tolist(), aim.tolist(), strict=True):
        left = share * float(demand.kva[area] * demand.transformers[area])
        for box in random.permutation(np.flatnonzero(boxes.area == area)).tolist():
            if left < 3:
                break
            power = float(min(random.choice([5.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0]), np.ceil(left)))
            left -= power
            _write_unit(
                ledger, random, boxes, box, area_ids[area], customer_ids[int(firsts[box])], "pv", power
            )
    for box in random.permutation(len(boxes.ids))[: max(1, len(areas) // 60)].tolist():
        _write_unit(
            ledger,
            random,
            boxes,
            box,
            area_ids[int(boxes.area[box])],
            customer_ids[int(firsts[box])],
            "battery",
            10.0,
        )


def _write_unit(
    ledger: Ledger,
    random: np.random.Generator,
    boxes: Boxes,
    box: int,
    area: str,
    customer: str,
    kind: str,
    power: float,
) -> None:
    number = ledger.count("pv_units") + 1
    year, month, day = (int(random.integers(low, high)) for low, high in ((2017, 2026), (1, 13), (1, 29)))
    ledger.row(
        "pv_units",
        id=f"GF{number:06d}",
        name=f"{'光伏' if kind == 'pv' else '储能'}{number:04d}",
        kind=kind,
        rated_kw=power,
        customer=customer,
        transformer_area=area,
        node=int(boxes.node[box]),
        connection_switch="并网断路器",
        contact_name=str(person_names(random, 1)[0]),
        contact_phone=str(phone_numbers(random, 1)[0]),
        commissioned_on=f"{year}-{month:02d}-{day:02d}",
        at=boxes.place[box],
    )
