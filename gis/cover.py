"""How soon two qualified persons are at each transformer area, and whether that is within the promise.

Electrical work needs two persons, so an area is *covered* where at least two members able to guard
(`grid_model.qualification`) reach it within the promise of its service class: 45 minutes in towns, 90 in
the country, 120 in remote places (`DOMAIN` §4.5, settings ``response.…``). With a grouping scheme the
members of the area's own mutual-aid group count, without one every manager of its station.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gis.neighbourhood import neighbourhood
from gis.outlines import AreaOutlines, area_outlines
from gis.travel import Travel, area_times
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.qualification import Qualifications, qualifications
from grid_model.settings import setting
from grid_model.territory import Territory
from grid_model.travel import TravelUse

NEEDED = 2
"""Persons that must be there before work begins (safety rules for distribution work, `DOMAIN` §4.4)."""
CLOSE_MIN = (15.0, 30.0)
"""Bands below the shortest promise, to tell near areas apart."""
CLASSES = ("urban", "rural", "remote")


@dataclass(frozen=True)
class Cover:
    """How soon every area is reached.

    Parameters
    ----------
    areas
        By area id, in table order: ``service_class``, ``promise_min``, ``first`` and ``second`` (staff
        numbers of the two who are there first, None where there are fewer), ``first_min``, ``second_min``
        (infinite where unknown), ``within`` (qualified members inside the promise), ``covered``, ``band``
        (number of the first of `bands` that holds ``second_min``; len(bands): later; -1: never).
    bands
        Upper limits in minutes, ascending; the promises are among them.
    scheme
        Scheme whose groups count; empty: every manager of the area's station.
    known
        Whether certificates are on file; without any, everybody on duty counts as qualified.
    travel
        Where the minutes come from.
    off_road
        Areas too far from any road, reached by straight line; sorted.
    """

    areas: pd.DataFrame
    bands: tuple[float, ...]
    scheme: str
    known: bool
    travel: TravelUse
    off_road: tuple[str, ...]

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Areas that two qualified persons do not reach within the promise, slowest first."""
        late = self.areas.loc[~self.areas["covered"], ["second_min", "promise_min"]]
        over = late["second_min"] - late["promise_min"]
        order = np.lexsort((late.index.to_numpy().astype(str), -over.to_numpy(dtype=float)))
        return tuple(late.index[order])


def cover(
    project: Project,
    scheme: str = "",
    *,
    outlines: AreaOutlines | None = None,
    territory: Territory | None = None,
    travel: Travel | None = None,
    able: Qualifications | None = None,
    groups: Mapping[str, int] | None = None,
    feedback: Feedback = SILENT,
) -> Cover:
    """Find who reaches each area first.

    Parameters
    ----------
    scheme
        Id of the scheme whose groups count.
    outlines, territory, travel, able
        Where they are known already.
    groups
        Group of each manager, in the place of a scheme: a plan that is not kept yet.
    """
    outlines = outlines or area_outlines(project, feedback)
    travel = travel or Travel.of(project, outlines.plane, feedback)
    territory = territory or neighbourhood(project, outlines, travel, feedback)
    able = able or qualifications(project)
    times = area_times(project, territory, outlines.plane, travel, feedback)
    counts = _who_counts(project, territory, able, _groups(project, scheme) if groups is None else groups)
    minutes = np.where(counts, times.minutes, np.inf)
    ids = project.frame("transformer_areas")["id"]
    off = np.isfinite(times.minutes).any(axis=0) & times.off_road_targets
    return Cover(
        areas=_table(project, territory, minutes),
        bands=_bands(project),
        scheme=scheme,
        known=able.known,
        travel=territory.travel,
        off_road=tuple(sorted(ids[off])),
    )


def _groups(project: Project, scheme: str) -> dict[str, str]:
    rows = project.frame("group_members")
    rows = rows.loc[(rows["scheme"] == scheme) & rows["mutual_aid_group"].notna()]
    return dict(zip(rows["manager"], rows["mutual_aid_group"], strict=True))


def _who_counts(
    project: Project, territory: Territory, able: Qualifications, groups: Mapping[str, object]
) -> np.ndarray:
    """Tell which managers count for which areas, (managers, areas)."""
    rows = project.frame("transformer_areas")
    station = project.frame("district_managers").set_index("id")["station"].fillna("").to_dict()
    managers = np.array(territory.managers, dtype=object)
    group = np.array([groups.get(one) for one in managers], dtype=object)
    home = np.array([station.get(one, "") for one in managers], dtype=object)
    fit = np.array([not able.known or one in able.guards for one in managers], dtype=bool)
    counts = np.zeros((len(managers), len(rows)), dtype=bool)
    own_station = rows["station"].fillna("").tolist()
    for n, manager in enumerate(rows["manager"].fillna("").tolist()):
        of_group = groups.get(manager)
        if of_group is not None:
            counts[:, n] = np.array([one is not None and one == of_group for one in group], dtype=bool)
        else:
            counts[:, n] = home == (own_station[n] or station.get(manager, ""))
    return np.asarray(counts & fit[:, None], dtype=bool)


def _table(project: Project, territory: Territory, minutes: np.ndarray) -> pd.DataFrame:
    rows = project.frame("transformer_areas")
    classes = rows["service_class"].fillna("rural")
    promise = classes.map({one: setting(project, f"response.{one}_min") for one in CLASSES}).to_numpy(float)
    order = np.argsort(minutes, axis=0, kind="stable")
    found: dict[str, object] = {"service_class": classes.to_numpy(dtype=object), "promise_min": promise}
    for place, name in enumerate(("first", "second")):
        at = order[place] if len(order) > place else np.zeros(len(rows), dtype=np.int64)
        there = minutes[at, np.arange(len(rows))] if len(order) > place else np.full(len(rows), np.inf)
        who = [
            territory.managers[one] if np.isfinite(when) else None
            for one, when in zip(at, there, strict=True)
        ]
        found[name] = pd.Series(who, dtype=object, index=rows["id"].to_numpy(dtype=object))
        found[f"{name}_min"] = there
    frame = pd.DataFrame(found, index=pd.Index(rows["id"].to_numpy(dtype=object), name="area", dtype=object))
    frame["within"] = (minutes <= promise).sum(axis=0)
    frame["covered"] = frame["within"] >= NEEDED
    bands = np.array(_bands(project))
    frame["band"] = np.where(
        np.isfinite(frame["second_min"]), np.searchsorted(bands, frame["second_min"], "left"), -1
    )
    return frame


def _bands(project: Project) -> tuple[float, ...]:
    promises = {setting(project, f"response.{one}_min") for one in CLASSES}
    return tuple(sorted(promises | {one for one in CLOSE_MIN if one < min(promises)}))
