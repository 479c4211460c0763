"""Make the invented station: land, villages, roads, feeders, low voltage, customers, people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from gis.sample.customers import Place, write_customers
from gis.sample.demand import Demand, demand, house_room_m2
from gis.sample.faults import Planted, plant
from gis.sample.feeders import Feeder, plan_feeders, plan_ties, second_supplies
from gis.sample.generation import write_generation
from gis.sample.ledger import Ledger
from gis.sample.low_voltage import build_low_voltage
from gis.sample.medium_voltage import MediumVoltage
from gis.sample.names import PROVINCE, TOWNS, short, village_names
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
from gis.sample.terrain import Hills, make_hills, write_built_up, write_land
from gis.sample.territory import Coverage, Layout, cover, lay_out
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project, ProjectInfo


@dataclass(frozen=True)
class Sample:
    """An invented project and the mistakes planted in it."""

    project: Project
    planted: tuple[Planted, ...]


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


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before a station is built."""

    seed: int
    size: Size
    plane: Plane
    layout: Layout
    coverage: Coverage
    hills: Hills
    needs: Demand
    words: Words


@dataclass(frozen=True)
class Built:
    """What the whole needs to know of a station once it is built.

    Parameters
    ----------
    areas, managers, stand_ins
        Numbers of its areas, the manager and the stand-in of each.
    bridges
        Ground-plane places of the bridges.
    transfer
        A section switch and the tie that can feed what lies behind it.
    """

    areas: np.ndarray
    managers: list[str]
    stand_ins: list[str]
    bridges: np.ndarray
    transfer: tuple[str, str] | None


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
    Cancelled
        When asked to stop.
    """
    return sample_with_faults(size, seed, feedback).project


def sample_with_faults(size: str = "typical", seed: int = 1, feedback: Feedback = SILENT) -> Sample:
    """Make an invented station and say which mistakes stand in it; see `make_sample`."""
    if size not in SIZES:
        raise GridError("unknown-sample-size", size=size, sizes=", ".join(SIZES))
    if seed < 0:
        raise GridError("bad-seed", seed=seed)
    feedback.report(0.0)
    plan = _plan(seed, SIZES[size])
    ledger = Ledger()
    write_scheme(ledger)
    built = []
    for number in range(plan.size.stations):
        feedback.report(0.1 + 0.7 * number / plan.size.stations)
        built.append(_station(ledger, plan, number))
    _write_territory(ledger, plan, built)
    bridges = np.concatenate([one.bridges for one in built])
    write_land(ledger, seed, plan.plane, plan.layout.rivers, plan.hills, plan.layout.land, bridges)
    feedback.report(0.8)
    frames = ledger.frames()
    _switch_over(frames, built[0].transfer)
    planted = plant(frames, seed)
    feedback.report(0.95)
    towns = plan.words.towns
    name = f"{towns[0]}镇供电所" if len(towns) == 1 else f"{towns[0]}县供电公司"
    info = ProjectInfo(name=name, planning_date=PLANNING_DATE, data_date=DATA_DATE, sample=True)
    return Sample(Project.of(info, frames), planted)


def _plan(seed: int, size: Size) -> Plan:
    plane = Plane.of_seed(seed)
    layout = lay_out(seed, size)
    hills = make_hills(seed, layout.land, layout.rivers, layout.village_centres)
    coverage = cover(layout, plane)
    needs = demand(seed, size, layout, hills, house_room_m2(coverage.areas, plane.bend(layout.seeds)))
    words = _words(seed, size, layout, needs)
    return Plan(seed, size, plane, layout, coverage, hills, needs, words)


def _switch_over(frames: dict[str, pd.DataFrame], transfer: tuple[str, str] | None) -> None:
    """Put the present state: one section is fed through its tie at the moment."""
    if transfer is None:
        return
    switches, (section, tie) = frames["switches"], transfer
    opened = switches["open"].where(switches["open"].notna(), False).astype(bool)
    switches["open"] = (opened | (switches["id"] == section)) & (switches["id"] != tie)


def _words(seed: int, size: Size, layout: Layout, needs: Demand) -> Words:
    random = generator(seed, "village-names")
    villages = [f"{one}村" for one in village_names(random, len(layout.village_centres))]
    towns = list(TOWNS[: size.stations])
    first = np.flatnonzero(layout.is_town)
    for town, village in zip(towns, first.tolist(), strict=True):
        villages[village] = f"{town}社区"
    units = [f"{PROVINCE}05081{n + 1:02d}" for n in range(size.stations)]
    turn = np.arange(len(villages)) - first[layout.village_station]
    places = zip(layout.village_station.tolist(), turn.tolist(), strict=True)
    ids = [f"{PROVINCE}0581{100 + station:03d}{200 + n:03d}" for station, n in places]
    seen: dict[tuple[int, bool], int] = {}
    names, area_villages = [], []
    for village, dedicated in zip(layout.seed_village.tolist(), needs.dedicated.tolist(), strict=True):
        seen[village, dedicated] = seen.get((village, dedicated), 0) + 1
        area_villages.append(villages[village])
        names.append(f"{villages[village]}#{seen[village, dedicated]}{'专变' if dedicated else '公变'}")
    area_ids = [f"00{51 + s:02d}{1000 + 7 * n:06d}" for n, s in enumerate(layout.seed_station.tolist())]
    return Words(towns, units, villages, ids, area_ids, names, area_villages)


def _station(ledger: Ledger, plan: Plan, number: int) -> Built:
    """Build one station."""
    seed, needs, words = plan.seed, plan.needs, plan.words
    roads = make_roads(seed, number, plan.layout, plan.hills, plan.plane, plan.size.substations)
    villages = [words.area_villages[area] for area in roads.areas.tolist()]
    mv, transfer = _medium_voltage(ledger, plan, number, roads, villages)
    ids, names = words.area_ids, words.area_names
    lv = build_low_voltage(
        ledger, seed, number, plan.plane, roads, needs, plan.coverage.areas, mv.sites, ids, names
    )
    write_roads(ledger, roads, lv.lanes, plan.plane, villages, number)
    write_built_up(ledger, lv.poles.area, lv.poles.place)
    village_ids = [words.village_ids[village] for village in plan.layout.seed_village.tolist()]
    place = Place(words.towns[number], words.area_villages, village_ids)
    customers = write_customers(ledger, seed, number, lv.boxes, mv.sites, mv.backups, needs, ids, place)
    write_generation(ledger, seed, number, lv.boxes, needs, ids, customers)
    station = _people_see(plan, number, roads)
    staff = hire(ledger, seed, station, plan.size.share(plan.size.managers)[number])
    groups = group_up(station, staff)
    qualify(ledger, seed, station, staff, groups)
    write_groups(
        ledger, station, staff, groups, plan.coverage.areas, ids, words.area_villages, words.towns[number]
    )
    managers = [staff.ids[n] for n in staff.of_area.tolist()]
    seconds = [staff.ids[n] for n in stand_ins(station, staff).tolist()]
    return Built(roads.areas, managers, seconds, roads.bridges, transfer)


def _medium_voltage(
    ledger: Ledger, plan: Plan, number: int, roads: Roads, villages: list[str]
) -> tuple[MediumVoltage, tuple[str, str] | None]:
    words, unit = plan.words, plan.words.units[number]
    feeders = plan_feeders(roads, plan.needs, plan.size.share(plan.size.feeders)[number])
    ties = plan_ties(roads, feeders)
    second = second_supplies(roads, feeders, plan.needs, plan.seed, number)
    substations = {}
    sites = roads.points[: len(roads.areas)]
    for turn, point in enumerate(range(len(roads.areas), len(roads.points))):
        substations[point] = f"BD{unit[2:]}{turn + 1:02d}"
        near = villages[int(np.argmin(np.hypot(*(sites - roads.points[point]).T)))]
        name = words.towns[number] if turn == 0 else short(near)
        place = plan.plane.bend(roads.points[point][None])[0]
        ledger.row("substations", id=substations[point], name=f"35kV{name}变电站", nominal_kv=35.0, at=place)
    mv = MediumVoltage(
        ledger, plan.plane, roads, plan.needs, words.area_ids, words.area_names, villages, plan.size.budget_h
    )
    ids = [f"XL{unit[4:]}{n + 1:03d}" for n in range(len(feeders))]
    mv.build(feeders, ids, _feeder_names(feeders, villages), substations, ties, second)
    return mv, mv.transfer(feeders)


def _feeder_names(feeders: Sequence[Feeder], villages: list[str]) -> list[str]:
    """Name each feeder after the village most of its areas lie in; numbers count by substation."""
    used: set[str] = set()
    names = []
    counts: dict[int, int] = {}
    for feeder in feeders:
        hub = feeder.substation
        counts[hub] = counts.get(hub, 0) + 1
        mine = [villages[point] for point in sorted(feeder.own)]
        choices = sorted(set(mine), key=lambda one: (one in used, -mine.count(one), one))
        used.add(choices[0])
        line = 300 + 30 * (hub - len(villages)) + 2 * counts[hub]
        names.append(f"10kV{line:03d}{short(choices[0])}线")
    return names


def _people_see(plan: Plan, number: int, roads: Roads) -> Station:
    """Say which areas can be reached from each other, over the bridges too, and how much work each makes.

    The work is the workload index of `DOMAIN` §4.3 with usual line lengths.
    """
    areas, needs, coverage = roads.areas, plan.needs, plan.coverage
    position = np.full(len(plan.layout.seeds), -1)
    position[areas] = np.arange(len(areas))
    inside = (position[coverage.pairs] >= 0).all(axis=1) & (coverage.border_m > 40)
    inside &= coverage.banks[coverage.pairs[:, 0]] == coverage.banks[coverage.pairs[:, 1]]
    over = roads.edges[(roads.edges < len(areas)).all(axis=1)]
    over = over[coverage.banks[areas[over[:, 0]]] != coverage.banks[areas[over[:, 1]]]]
    pairs = np.unique(np.concatenate([position[coverage.pairs[inside]], over]), axis=0)
    terrain = np.select([needs.terrain[areas] == "mountain", needs.terrain[areas] == "hill"], [1.5, 1.2], 1.0)
    land = shapely.area(coverage.areas[areas]) / 1e6
    lines = 0.25 / 15 + 0.20 * 1.1 / 20 + 0.10 * 0.7 / 10
    effort = terrain * (0.40 * needs.customers[areas] / 1000 + lines + 0.05 * land / 15)
    middles = plan.plane.bend(plan.layout.seeds[areas])
    return Station(number, plan.words.units[number], areas, middles, effort, pairs)


def _write_territory(ledger: Ledger, plan: Plan, built: list[Built]) -> None:
    layout, coverage, needs, words = plan.layout, plan.coverage, plan.needs, plan.words
    count = len(layout.seeds)
    first, second = [""] * count, [""] * count
    for one in built:
        for area, manager, stand_in in zip(one.areas.tolist(), one.managers, one.stand_ins, strict=True):
            first[area], second[area] = manager, stand_in
    feeder = dict(ledger.pairs("power_transformers", "transformer_area", "feeder"))
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
        station=[words.units[station] for station in layout.seed_station.tolist()],
        village=[words.village_ids[village] for village in layout.seed_village.tolist()],
        terrain=needs.terrain.tolist(),
        service_class=needs.service.tolist(),
        outline_source="generated",
        geometry=coverage.areas,
    )
    ledger.rows(
        "villages",
        len(words.villages),
        id=words.village_ids,
        name=words.villages,
        town=[f"{words.towns[station]}镇" for station in layout.village_station.tolist()],
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
