"""Write customers and where they are connected: at their meter box, or at their own transformer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gis.sample.demand import Demand
from gis.sample.ledger import Ledger
from gis.sample.low_voltage import Boxes
from gis.sample.medium_voltage import Site
from gis.sample.names import CUSTOMER_PREFIX, padded, person_names, phone_numbers
from gis.sample.plane import generator

GROUPS = "一二三四五六七八九十"

SHOPS = (
    "便民超市",
    "农资店",
    "理发店",
    "卫生室",
    "小吃店",
    "摩托修理铺",
    "碾米坊",
    "五金店",
    "养殖户",
    "茶叶作坊",
    "豆腐坊",
    "烟酒店",
)


@dataclass(frozen=True)
class Place:
    """Words for the addresses of one station's areas.

    Parameters
    ----------
    town
        Name of the town without 镇.
    villages
        Name of the village of each area.
    village_ids
        Identifier of the village of each area.
    """

    town: str
    villages: Sequence[str]
    village_ids: Sequence[str]


def write_customers(
    ledger: Ledger,
    seed: int,
    station: int,
    boxes: Boxes,
    sites: list[Site],
    backups: Mapping[int, int],
    demand: Demand,
    area_ids: Sequence[str],
    place: Place,
) -> list[str]:
    """Write every customer of a station; gives the numbers of those at meter boxes, box by box."""
    random = generator(seed, "customers", station)
    box = np.repeat(np.arange(len(boxes.ids)), boxes.customers)
    count = len(box)
    ids = _numbers(station, np.arange(count))
    area = boxes.area[box]
    nonresident = random.random(count) < 0.075
    names = person_names(random, count)
    shop = np.array(SHOPS, dtype=object)[random.integers(0, len(SHOPS), count)]
    village = np.array(place.villages, dtype=object)[area]
    private = random.random(count) < 0.45
    names = np.where(nonresident, np.where(private, names, village + shop), names)
    sensitive, importance = _sensitive(random, names, nonresident, village)
    phones = phone_numbers(random, count)
    family = np.flatnonzero(random.random(count) < 0.02)
    family = family[(family > 0) & ~np.isin(family - 1, family)]
    phones[family] = phones[family - 1]
    phones[random.random(count) < 0.025] = None
    group = random.integers(0, len(GROUPS), len(boxes.ids))[box]
    house = np.arange(count) - np.searchsorted(area, area) + 1
    address = [
        f"{place.town}镇{v}{GROUPS[g]}组{h}号"
        for v, g, h in zip(village.tolist(), group.tolist(), house.tolist(), strict=True)
    ]
    kva = np.where(
        nonresident, random.choice([10.0, 15.0, 20.0, 30.0], count), random.choice([4.0, 6.0, 8.0], count)
    )
    old = np.where(
        random.random(count) < 0.7, np.array([one[3:] for one in ids], dtype=object), np.array(None)
    )
    ledger.rows(
        "customers",
        count,
        id=ids,
        old_id=old,
        name=names,
        address=address,
        phone=phones,
        customer_class=np.where(nonresident, "lv_nonresident", "lv_resident").tolist(),
        status="active",
        transformer_area=[area_ids[a] for a in area.tolist()],
        importance=importance,
        sensitive_kind=sensitive,
        life_support=random.random(count) < 0.00045,
        village=[place.village_ids[a] for a in area.tolist()],
        contract_kva=kva,
        at=boxes.place[box],
    )
    point = ledger.count("usage_points")
    ledger.rows(
        "usage_points",
        count,
        id=padded("YD", np.arange(point + 1, point + count + 1), 9),
        customer=ids,
        node=boxes.node[box],
        meter_box=boxes.ids[box],
        meter_number=_meters(station, np.arange(count)),
        phases=np.where(kva >= 15, "ABC", np.array(["A", "B", "C"])[random.integers(0, 3, count)]).tolist(),
        p_kw=np.round(kva * random.uniform(0.05, 0.3, count), 2),
    )
    _write_dedicated(ledger, random, station, count, sites, backups, demand, area_ids, place)
    return ids


def _numbers(station: int, turns: np.ndarray) -> list[str]:
    """Give customer numbers: a prefix that is no province's, station, running number, a check digit."""
    return [
        f"{CUSTOMER_PREFIX}{51 + station:02d}{n:07d}{(7 * n + 3) % 10}" for n in (turns * 3 + 1204).tolist()
    ]


def _meters(station: int, turns: np.ndarray) -> list[str]:
    return [f"39300010{51 + station:02d}{n:012d}" for n in (turns * 7 + 300_000_000).tolist()]


def _sensitive(
    random: np.random.Generator, names: np.ndarray, nonresident: np.ndarray, village: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Choose sensitive customers among the low-voltage ones and give the institutions their names."""
    count = len(names)
    kind = np.full(count, None, dtype=object)
    importance = np.full(count, None, dtype=object)
    kind[(random.random(count) < 0.0022) & ~nonresident] = "complaint"
    public = np.flatnonzero(nonresident)
    share = random.random(len(public))
    for low, high, code, ending in (
        (0.0, 0.028, "telecom", "通信机房"),
        (0.028, 0.048, "school", "教学点"),
        (0.048, 0.07, "farming", "养殖场"),
        (0.07, 0.092, "water", "供水站"),
        (0.092, 0.125, "government", "村部"),
        (0.125, 0.14, "hospital", "卫生室"),
    ):
        at = public[(share >= low) & (share < high)]
        kind[at] = code
        names[at] = village[at] + ending
        if code == "water":
            importance[at[::4]] = "temporary"
    return kind, importance


def _write_dedicated(
    ledger: Ledger,
    random: np.random.Generator,
    station: int,
    before: int,
    sites: list[Site],
    backups: Mapping[int, int],
    demand: Demand,
    area_ids: Sequence[str],
    place: Place,
) -> None:
    mine = [site for site in sites if demand.dedicated[site.area]]
    ids = _numbers(station, np.arange(before, before + len(mine)))
    phones = phone_numbers(generator(7, "works", station), len(mine))
    meters = iter(_meters(station, np.arange(before, before + 2 * len(mine) + 2)))
    for site, number, phone in zip(mine, ids, phones, strict=True):
        works = demand.works[site.area]
        assert works is not None
        village = place.villages[site.area]
        title = f"{place.town}镇" if demand.service[site.area] == "urban" else village
        name = f"{title}{works.name}"
        ledger.row(
            "customers",
            id=number,
            old_id=number[3:],
            name=name,
            address=f"{place.town}镇{village}",
            phone=phone,
            customer_class="mv",
            status="active",
            transformer_area=area_ids[site.area],
            importance=works.importance or None,
            sensitive_kind=works.sensitive or None,
            life_support=False,
            village=place.village_ids[site.area],
            contract_kva=float(demand.kva[site.area]),
            at=site.place,
        )
        supplies = [site.lv_node] + ([backups[site.area]] if site.area in backups else [])
        for turn, node in enumerate(supplies):
            point = ledger.count("usage_points") + 1
            ledger.row(
                "usage_points",
                id=f"YD{point:09d}",
                customer=number,
                node=node,
                meter_box=None,
                meter_number=next(meters),
                phases="ABC",
                p_kw=round(float(demand.kva[site.area]) * random.uniform(0.15, 0.6) * (turn == 0), 1),
            )
        if works.generator_kw:
            ledger.row(
                "pv_units",
                id=f"FD{ledger.count('pv_units') + 1:06d}",
                name=f"{name}自备发电机",
                kind="generator",
                rated_kw=float(works.generator_kw),
                customer=number,
                transformer_area=area_ids[site.area],
                node=site.lv_node,
                connection_switch="双投闸刀",
                contact_name=None,
                contact_phone=phone,
                commissioned_on="2019-05-18",
                at=site.place,
            )
