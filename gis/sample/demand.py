"""What each transformer area is: public or dedicated, how many customers, how many kVA, which land."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis.sample.plane import generator
from gis.sample.sizes import Size, apportion
from gis.sample.terrain import Hills
from gis.sample.territory import Layout

STANDARD_KVA = np.array([30, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250])
"""Standard ratings of distribution transformers (`DOMAIN` §3.4)."""

DEDICATED_SHARE = 0.19
KVA_PER_CUSTOMER = 2.1
LARGEST_PUBLIC_KVA = 630


@dataclass(frozen=True, slots=True)
class Works:
    """A kind of dedicated customer.

    Parameters
    ----------
    name
        Ending of the customer's name; the place stands before it.
    sensitive, importance
        Codes of the schema, empty where ordinary.
    kva
        Usual rating.
    supplies
        2 where a second feeder stands by.
    generator_kw
        Own generator, 0 for none.
    """

    name: str
    sensitive: str = ""
    importance: str = ""
    kva: int = 200
    supplies: int = 1
    generator_kw: int = 0


TOWN_WORKS = (
    Works("中心卫生院", "hospital", "first", 400, 2, 120),
    Works("自来水厂", "water", "second", 315, 2),
    Works("人民政府", "government", "second", 200),
    Works("中心学校", "school", "", 315),
    Works("污水处理厂", "water", "", 160),
    Works("农贸市场", "", "", 250),
)

VILLAGE_WORKS = (
    Works("养殖专业合作社", "farming", "", 160, 1, 50),
    Works("砖厂", "", "", 400),
    Works("采石场", "", "", 500),
    Works("米业加工厂", "", "", 200),
    Works("排灌站", "water", "", 100),
    Works("电灌站", "water", "", 80),
    Works("竹木制品厂", "", "", 160),
    Works("茶业公司", "", "", 125),
    Works("蔬菜冷库", "", "", 250, 1, 30),
    Works("通信基站", "telecom", "", 30),
    Works("加油站", "", "", 50),
    Works("生态农庄", "", "", 100),
    Works("生猪养殖场", "farming", "", 250, 1, 75),
    Works("水产养殖场", "farming", "", 125, 1, 30),
    Works("预制构件厂", "", "", 315),
    Works("精细化工厂", "chemical", "second", 800, 2, 150),
    Works("小学", "school", "", 100),
)


@dataclass(frozen=True)
class Demand:
    """Facts about every transformer area, in the order of the layout.

    Parameters
    ----------
    dedicated
        Whether it is one customer's own transformer.
    customers
        Number of customers; 1 for a dedicated one.
    kva
        Rated power of each transformer.
    transformers
        1 or 2, side by side.
    works
        What a dedicated customer does; None for public areas.
    terrain, service
        Codes of the schema.
    """

    dedicated: np.ndarray
    customers: np.ndarray
    kva: np.ndarray
    transformers: np.ndarray
    works: list[Works | None]
    terrain: np.ndarray
    service: np.ndarray


ROOM_M2 = 60_000.0
"""Land for houses from which on an area is not cramped."""


def house_room_m2(outlines: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Give the land within 250 m of each transformer that lies well inside its outline."""
    around = shapely.buffer(shapely.points(places), 250.0, quad_segs=4)
    inner = shapely.buffer(shapely.simplify(outlines, 5.0), -30.0, quad_segs=1)
    room: np.ndarray = shapely.area(shapely.intersection(inner, around))
    return room


def demand(seed: int, size: Size, layout: Layout, hills: Hills, room_m2: np.ndarray) -> Demand:
    """Decide what each transformer area is; the sums over all areas are exact.

    `room_m2` is the `house_room_m2` of each area: a cramped one is dedicated or has few customers.
    """
    random = generator(seed, "demand")
    count = len(layout.seeds)
    heart = np.zeros(count, dtype=bool)
    heart[np.searchsorted(layout.seed_village, np.arange(len(layout.village_centres)))] = True
    in_town = layout.is_town[layout.seed_village]
    dedicated = np.zeros(count, dtype=bool)
    customers = np.ones(count, dtype=np.int64)
    for station, total in enumerate(size.share(size.customers)):
        here = np.flatnonzero(layout.seed_station == station)
        picked = _dedicated(random, here, heart, in_town, room_m2)
        dedicated[picked] = True
        public = here[~dedicated[here]]
        weights = np.clip(random.lognormal(0, 0.42, len(public)), 0.35, 2.6) * np.where(
            in_town[public], 1.35, 1.0
        )
        weights = weights * np.clip(room_m2[public] / ROOM_M2, 0.12, 1.0)
        customers[public] = apportion(total - len(picked), weights, 12)
    works = _works(random, layout, dedicated, in_town)
    height = hills.height_m(layout.seeds)
    terrain = np.where(height > 130, "mountain", np.where(height > 35, "hill", "plain"))
    service = np.where(in_town, "urban", np.where(height > 190, "remote", "rural"))
    transformers = np.where(
        ~dedicated
        & (customers > np.quantile(customers, 0.9))
        & (random.random(count) < 0.4)
        & (room_m2 > 1.3 * ROOM_M2),
        2,
        1,
    )
    return Demand(
        dedicated,
        customers,
        _ratings(random, customers, works, transformers),
        transformers,
        works,
        terrain,
        service,
    )


def _dedicated(
    random: np.random.Generator,
    here: np.ndarray,
    heart: np.ndarray,
    in_town: np.ndarray,
    room_m2: np.ndarray,
) -> np.ndarray:
    """Pick the dedicated ones of a station: cramped ones first, never a village's heart, some in town."""
    wanted = round(DEDICATED_SHARE * len(here))
    free = here[~heart[here]]
    free = free[np.argsort(room_m2[free] * random.uniform(0.5, 1.5, len(free)), kind="stable")]
    town = free[in_town[free]][: min(len(TOWN_WORKS), int(in_town[here].sum()) // 3, wanted)]
    others = free[~in_town[free]][: wanted - len(town)]
    return np.sort(np.concatenate([town, others]))


def _works(
    random: np.random.Generator, layout: Layout, dedicated: np.ndarray, in_town: np.ndarray
) -> list[Works | None]:
    works: list[Works | None] = [None] * len(dedicated)
    for station in range(len(layout.station_cells)):
        here = np.flatnonzero(dedicated & (layout.seed_station == station))
        for n, area in enumerate(here[in_town[here]]):
            works[area] = TOWN_WORKS[n % len(TOWN_WORKS)]
        others = here[~in_town[here]]
        order = np.concatenate(
            [random.permutation(len(VILLAGE_WORKS)) for _ in range(len(others) // len(VILLAGE_WORKS) + 1)]
        )
        for area, kind in zip(others, order, strict=False):
            works[area] = VILLAGE_WORKS[kind]
    return works


def _ratings(
    random: np.random.Generator, customers: np.ndarray, works: list[Works | None], transformers: np.ndarray
) -> np.ndarray:
    need = customers * KVA_PER_CUSTOMER * random.uniform(0.85, 1.35, len(customers)) / transformers
    usual = STANDARD_KVA[np.minimum(np.searchsorted(STANDARD_KVA, need), len(STANDARD_KVA) - 1)]
    usual = np.clip(usual, 50, LARGEST_PUBLIC_KVA)
    return np.array([one.kva if one else kva for one, kva in zip(works, usual.tolist(), strict=True)])
