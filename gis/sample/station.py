"""Make the invented station: land, villages, roads, feeders, low voltage, customers, people, in this order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis.sample.customers import Place, write_customers
from gis.sample.demand import Demand, demand
from gis.sample.feeders import plan_feeders, plan_ties, second_supplies
from gis.sample.generation import write_generation
from gis.sample.ledger import Ledger
from gis.sample.low_voltage import build_low_voltage
from gis.sample.medium_voltage import MediumVoltage
from gis.sample.names import PROVINCE, TOWNS, village_names
from gis.sample.people import (
    DATA_DATE,
    PLANNING_DATE,
    Station,
    group_up,
    hire,
    qualify,
    stand_ins,
    write_groups,
    write_scheme,
)
from gis.sample.plane import Plane, generator
from gis.sample.roads import Roads, make_roads, write_roads
from gis.sample.sizes import SIZES, Size
from gis.sample.terrain import make_hills, write_land
from gis.sample.territory import Coverage, Layout, cover, lay_out
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project, ProjectInfo


@dataclass(frozen=True)
class Sample:
    """An invented project and the mistakes planted in it."""

    project: Project
    planted: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Words:
    """Names and identifiers of everything that is known before it is built.

    Parameters
    ----------
    towns, units
        Name of the town and unit code of each station.
    villages, village_ids
        Of each village.
    area_ids, area_names, area_villages
        Of each transformer area.
    """

    towns: list[str]
    units: list[str]
    villages: list[str]
    village_ids: list[str]
    area_ids: list[str]
    area_names: list[str]
    area_villages: list[str]


def make_sample(size: str = "typical", seed: int = 1, feedback: Feedback = SILENT) -> Project:
    """Make an invented station.

    Parameters
    ----------
    size
        ``small``, ``typical``, ``large`` or ``county`` (`DOMAIN` §1).
    seed
        Same size and seed, same rows in every table.

    Raises
    ------
    GridError
        ``unknown-sample-size``, ``bad-seed``.
    """
    return sample_with_faults(size, seed, feedback).project


def sample_with_faults(size: str = "typical", seed: int = 1, feedback: Feedback = SILENT) -> Sample:
    """Make an invented station and say which mistakes stand in it; see `make_sample`."""
    if size not in SIZES:
        raise GridError("unknown-sample-size", size=size, sizes=", ".join(SIZES))
    if seed < 0:
        raise GridError("bad-seed", seed=seed)
    what = SIZES[size]
    feedback.report(0.0)
    plane = Plane.of_seed(seed)
    layout = lay_out(seed, what)
    coverage = cover(layout, plane)
    feedback.report(0.1)
    hills = make_hills(seed, layout.land, layout.rivers, layout.village_centres)
    needs = demand(seed, what, layout, hills)
    words = _words(seed, what, layout, needs)
    ledger = Ledger()
    write_scheme(ledger)
    bridges, managers = [], []
    for number in feedback.track(range(what.stations)):
        roads = make_roads(seed, number, layout, hills, plane, what.substations)
        bridges.append(roads.bridges)
        write_roads(ledger, roads, plane, layout, words.villages, number)
        managers.append(_station(ledger, seed, what, number, plane, layout, coverage, needs, roads, words))
    _write_territory(ledger, layout, coverage, needs, words, managers)
    write_land(ledger, seed, plane, layout.rivers, hills, layout.land, np.concatenate(bridges))
    name = f"{words.towns[0]}镇供电所" if what.stations == 1 else "青禾县供电公司"
    info = ProjectInfo(name=name, planning_date=PLANNING_DATE, data_date=DATA_DATE, sample=True)
    return Sample(ledger.project(info), ())


def _words(seed: int, size: Size, layout: Layout, needs: Demand) -> Words:
    villages = village_names(generator(seed, "village-names"), len(layout.village_centres))
    towns = list(TOWNS[: size.stations])
    first = np.flatnonzero(layout.is_town)
    for town, village in zip(towns, first.tolist(), strict=True):
        villages[village] = f"{town}街"
    units = [f"{PROVINCE}05081{n + 1:02d}" for n in range(size.stations)]
    turn = np.arange(len(villages)) - first[layout.village_station]
    ids = [
        f"{PROVINCE}0581{100 + s:03d}{200 + t:03d}"
        for s, t in zip(layout.village_station.tolist(), turn.tolist(), strict=True)
    ]
    seen: dict[tuple[int, bool], int] = {}
    names, area_villages = [], []
    for village, dedicated in zip(layout.seed_village.tolist(), needs.dedicated.tolist(), strict=True):
        seen[village, dedicated] = seen.get((village, dedicated), 0) + 1
        area_villages.append(villages[village])
        names.append(f"{villages[village]}村#{seen[village, dedicated]}{'专变' if dedicated else '公变'}")
    area_ids = [f"00{51 + s:02d}{1000 + 7 * n:06d}" for n, s in enumerate(layout.seed_station.tolist())]
    return Words(towns, units, villages, ids, area_ids, names, area_villages)


def _station(
    ledger: Ledger,
    seed: int,
    size: Size,
    number: int,
    plane: Plane,
    layout: Layout,
    coverage: Coverage,
    needs: Demand,
    roads: Roads,
    words: Words,
) -> tuple[np.ndarray, list[str], list[str]]:
    """Build one station; gives its areas, and the manager and the stand-in of each."""
    mv = _medium_voltage(ledger, seed, size, number, plane, needs, roads, words)
    boxes, _ = build_low_voltage(
        ledger, seed, number, plane, roads, needs, coverage.areas, mv.sites, words.area_ids, words.area_names
    )
    before = ledger.count("customers")
    write_customers(
        ledger,
        seed,
        number,
        boxes,
        mv.sites,
        mv.backups,
        needs,
        words.area_ids,
        Place(
            words.towns[number],
            words.area_villages,
            [words.village_ids[v] for v in layout.seed_village.tolist()],
        ),
    )
    del before
    from gis.sample.customers import _numbers

    write_generation(
        ledger,
        seed,
        number,
        boxes,
        needs,
        words.area_ids,
        _numbers(number, np.arange(int(boxes.customers.sum()))),
    )
    station = _people_see(number, words, layout, coverage, needs, roads, plane)
    staff = hire(ledger, seed, station, size.share(size.managers)[number])
    groups = group_up(station, staff)
    qualify(ledger, seed, station, staff, groups)
    write_groups(
        ledger,
        station,
        staff,
        groups,
        coverage.areas,
        words.area_ids,
        words.area_villages,
        words.towns[number],
    )
    second = stand_ins(station, staff)
    return (
        roads.areas,
        [staff.ids[n] for n in staff.of_area.tolist()],
        [staff.ids[n] for n in second.tolist()],
    )


def _medium_voltage(
    ledger: Ledger,
    seed: int,
    size: Size,
    number: int,
    plane: Plane,
    needs: Demand,
    roads: Roads,
    words: Words,
) -> MediumVoltage:
    feeders = plan_feeders(roads, needs, size.share(size.feeders)[number])
    ties = plan_ties(roads, feeders)
    second = second_supplies(roads, feeders, needs, seed, number)
    villages = [words.area_villages[area] for area in roads.areas.tolist()]
    hubs = range(len(roads.areas), len(roads.points))
    substations = {}
    for turn, point in enumerate(hubs):
        code = f"BD{words.units[number][2:]}{turn + 1:02d}"
        substations[point] = code
        near = villages[int(np.argmin(np.hypot(*(roads.points[: len(roads.areas)] - roads.points[point]).T)))]
        name = words.towns[number] if turn == 0 else near
        ledger.row(
            "substations",
            id=code,
            name=f"35kV{name}变电站",
            nominal_kv=35.0,
            at=plane.bend(roads.points[point][None])[0],
        )
    mv = MediumVoltage(ledger, plane, roads, needs, words.area_ids, words.area_names, villages)
    ids = [f"XL{words.units[number][4:]}{n + 1:03d}" for n in range(len(feeders))]
    mv.build(feeders, ids, _feeder_names(feeders, villages), substations, ties, second)
    return mv


def _feeder_names(feeders: Sequence[object], villages: list[str]) -> list[str]:
    """Name each feeder after the village most of its areas lie in; numbers count by substation."""
    used: set[str] = set()
    names = []
    counts: dict[int, int] = {}
    for feeder in feeders:
        hub = feeder.substation  # type: ignore[attr-defined]
        counts[hub] = counts.get(hub, 0) + 1
        mine = [villages[point] for point in sorted(feeder.own)]  # type: ignore[attr-defined]
        choices = sorted(set(mine), key=lambda one: (one in used, -mine.count(one), one))
        used.add(choices[0])
        base = 300 + 10 * (hub - len(villages))
        names.append(
            f"10kV{base + 20 * (hub - len(villages)) + counts[hub] * 2:03d}{choices[0].removesuffix('街')}线"
        )
    return names


def _people_see(
    number: int, words: Words, layout: Layout, coverage: Coverage, needs: Demand, roads: Roads, plane: Plane
) -> Station:
    areas = roads.areas
    position = np.full(len(layout.seeds), -1)
    position[areas] = np.arange(len(areas))
    inside = (position[coverage.pairs] >= 0).all(axis=1) & (coverage.border_m > 40)
    inside &= coverage.banks[coverage.pairs[:, 0]] == coverage.banks[coverage.pairs[:, 1]]
    pairs = position[coverage.pairs[inside]]
    over = roads.edges[(roads.edges < len(areas)).all(axis=1)]
    over = over[coverage.banks[areas[over[:, 0]]] != coverage.banks[areas[over[:, 1]]]]
    pairs = np.unique(np.concatenate([pairs, over]), axis=0)
    terrain = np.select([needs.terrain[areas] == "mountain", needs.terrain[areas] == "hill"], [1.5, 1.2], 1.0)
    land = shapely.area(coverage.areas[areas]) / 1e6
    effort = terrain * (
        0.40 * needs.customers[areas] / 1000
        + 0.25 / 15
        + 0.20 * 1.1 / 20
        + 0.10 * 0.7 / 10
        + 0.05 * land / 15
    )
    return Station(number, words.units[number], areas, plane.bend(layout.seeds[areas]), effort, pairs)


def _write_territory(
    ledger: Ledger,
    layout: Layout,
    coverage: Coverage,
    needs: Demand,
    words: Words,
    managers: list[tuple[np.ndarray, list[str], list[str]]],
) -> None:
    count = len(layout.seeds)
    first, second, feeder = [""] * count, [""] * count, _feeder_of_area(ledger)
    for areas, manager, stand_in in managers:
        for n, area in enumerate(areas.tolist()):
            first[area], second[area] = manager[n], stand_in[n]
    ledger.rows(
        "transformer_areas",
        count,
        id=words.area_ids,
        name=words.area_names,
        usage=np.where(needs.dedicated, "dedicated", "public").tolist(),
        stated_kva=(needs.kva * needs.transformers).astype(float),
        feeder=[feeder[one] for one in words.area_ids],
        manager=first,
        backup_manager=second,
        station=[words.units[s] for s in layout.seed_station.tolist()],
        village=[words.village_ids[v] for v in layout.seed_village.tolist()],
        terrain=needs.terrain.tolist(),
        service_class=needs.service.tolist(),
        outline_source="generated",
        geometry=coverage.areas,
    )
    ledger.rows(
        "villages",
        len(words.villages),
        id=words.village_ids,
        name=[f"{one}村" for one in words.villages],
        town=[f"{words.towns[s]}镇" for s in layout.village_station.tolist()],
        geometry=coverage.villages,
    )
    ledger.rows(
        "stations",
        len(words.units),
        id=words.units,
        name=[f"{town}镇供电所" for town in words.towns],
        phone=[f"0000-8{n:06d}" for n in range(1, len(words.units) + 1)],
        geometry=coverage.stations,
    )


def _feeder_of_area(ledger: Ledger) -> dict[str, str]:
    """Read off the transformers which feeder serves which area."""
    return dict(ledger.pairs("power_transformers", "transformer_area", "feeder"))
