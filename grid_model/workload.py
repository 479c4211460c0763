"""How much work an area, a manager and a group have: the workload index.

W = terrain × (0.40·customers/1000 + 0.25·areas/15 + 0.20·LV km/20 + 0.10·10 kV km/10 + 0.05·km²/15), terrain
1.0 plain, 1.2 hills, 1.5 mountains (`DOMAIN` §4.3; every number is a setting ``workload.…``). The index of a
manager is the sum over the areas he answers for; customers who are an exception count for their own
manager, not for the area's.

PV (kW), customers with a charger for electric vehicles, and areas with low voltage are parts too; their
weights are 0 until somebody sets them. Chargers and low voltage are told by further columns of the imported
tables (`EV_KEYS` among a customer's attributes, `LOW_VOLTAGE_KEYS` among an area's).

A 10 kV line belongs to no area: the kilometres of a feeder are shared equally among its areas, unless the
caller measured them (`mv_km`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from grid_model.project import Project
from grid_model.settings import setting

PARTS = ("customers", "areas", "lv_km", "mv_km", "km2", "pv_kw", "ev", "low_voltage")
"""What work is made of; each has the settings ``workload.weight_…`` and ``workload.unit_…``."""
EV_KEYS = ("充电桩", "充电桩数", "充电设施", "电动汽车", "有无充电桩", "ev_charger", "EV")
LOW_VOLTAGE_KEYS = ("低电压", "低电压台区", "是否低电压", "低电压户数", "low_voltage")
NOTHING = frozenset({"", "0", "0.0", "否", "无", "不是", "没有", "no", "false", "n", "f", "none"})
LOW_VOLTAGE_KV = 1.0
"""Lines above it count as medium voltage."""


@dataclass(frozen=True)
class Workload:
    """The workload index of a project.

    Parameters
    ----------
    areas
        By area id: the columns `PARTS`, ``terrain`` (the factor) and ``index`` (W).
    managers
        By manager id (every manager of the table): `PARTS` and ``index``.
    unassigned
        Areas without a (known) manager, sorted; their work is nobody's.
    has_surface
        Whether the surface was given; without it km² counts as 0 for everybody.
    """

    areas: pd.DataFrame
    managers: pd.DataFrame
    unassigned: tuple[str, ...]
    has_surface: bool


def workload(project: Project, km2: pd.Series | None = None, mv_km: pd.Series | None = None) -> Workload:
    """Measure the work of every area and manager.

    Parameters
    ----------
    km2
        Surface by area id, as `gis` measures it from outlines; absent areas count 0.
    mv_km
        Kilometres of 10 kV line by area id where measured.
    """
    rows = project.frame("transformer_areas")
    ids = pd.Index(rows["id"].to_numpy(), dtype=object)
    customers, exceptions = _customers(project, ids)
    areas = pd.DataFrame(
        {
            "customers": customers,
            "areas": np.ones(len(ids)),
            "lv_km": _lv_km(project, ids),
            "mv_km": _shared_mv_km(project, ids) if mv_km is None else _aligned(mv_km, ids),
            "km2": np.zeros(len(ids)) if km2 is None else _aligned(km2, ids),
            "pv_kw": _pv_kw(project, ids),
            "ev": _ev(project, ids),
            "low_voltage": tagged(rows["attributes"], LOW_VOLTAGE_KEYS).astype(float),
        },
        index=ids,
    )
    areas["terrain"] = _terrain(project)
    areas["index"] = areas["terrain"] * _index(project, areas)
    owner = pd.Series(rows["manager"].to_numpy(), index=ids, dtype=object)
    known = owner.isin(project.frame("district_managers")["id"])
    return Workload(
        areas=areas,
        managers=_of_managers(project, areas, owner.where(known, None), exceptions),
        unassigned=tuple(sorted(ids[~known.to_numpy()])),
        has_surface=km2 is not None,
    )


def _customers(project: Project, areas: pd.Index) -> tuple[np.ndarray, pd.DataFrame]:
    """Count in-use customers by area, those of another manager left out and given apart."""
    rows = project.frame("customers")
    rows = rows.loc[(rows["status"] == "active") & rows["transformer_area"].isin(areas)]
    owner = project.frame("transformer_areas").set_index("id")["manager"]
    own = rows["manager"].notna()
    exceptions = rows.loc[own, ["transformer_area", "manager"]]
    same = exceptions["manager"].to_numpy() == exceptions["transformer_area"].map(owner).to_numpy()
    exceptions = exceptions[~same]
    counted = rows["transformer_area"].drop(exceptions.index)
    return _aligned(counted.value_counts(), areas), exceptions


def _aligned(values: pd.Series, ids: pd.Index) -> np.ndarray:
    found = pd.Series(values.to_numpy(dtype=float), index=pd.Index(values.index, dtype=object))
    return np.asarray(found.reindex(ids).fillna(0.0).to_numpy(dtype=float), dtype=float)


def _lv_km(project: Project, areas: pd.Index) -> np.ndarray:
    lines = project.frame("ac_line_segments")
    low = lines["in_service"] & (lines["nominal_kv"].isna() | (lines["nominal_kv"] <= LOW_VOLTAGE_KV))
    lines = lines.loc[low & lines["transformer_area"].notna()]
    return _aligned(lines.groupby("transformer_area")["length_m"].sum() / 1000, areas)


def _shared_mv_km(project: Project, areas: pd.Index) -> np.ndarray:
    lines = project.frame("ac_line_segments")
    lines = lines.loc[lines["in_service"] & (lines["nominal_kv"] > LOW_VOLTAGE_KV) & lines["feeder"].notna()]
    km = lines.groupby("feeder")["length_m"].sum() / 1000
    feeder = project.frame("transformer_areas")["feeder"]
    each = km / feeder.value_counts().reindex(km.index)
    return np.asarray(feeder.map(each).fillna(0.0).to_numpy(dtype=float), dtype=float)


def _pv_kw(project: Project, areas: pd.Index) -> np.ndarray:
    """Sum the rated power of PV by its own area, else its customer's."""
    units = project.frame("pv_units")
    units = units.loc[units["kind"] == "pv"]
    home = project.frame("customers").set_index("id")["transformer_area"]
    area = units["transformer_area"].where(units["transformer_area"].isin(areas), units["customer"].map(home))
    return _aligned(units["rated_kw"].groupby(area.to_numpy()).sum(), areas)


def _ev(project: Project, areas: pd.Index) -> np.ndarray:
    """Count the in-use customers with a charger by area."""
    rows = project.frame("customers")
    rows = rows.loc[(rows["status"] == "active") & rows["transformer_area"].notna()]
    return _aligned(rows.loc[tagged(rows["attributes"], EV_KEYS), "transformer_area"].value_counts(), areas)


def tagged(attributes: pd.Series, keys: Sequence[str]) -> np.ndarray:
    """Tell which rows say something other than no under one of `keys` of their further columns (JSON)."""
    found = np.zeros(len(attributes), dtype=bool)
    pattern = "|".join(f'"{re.escape(key)}"' for key in keys)
    for n in np.flatnonzero(attributes.str.contains(pattern, na=False).to_numpy(dtype=bool)):
        values = json.loads(attributes.iloc[n])
        found[n] = any(str(values[key]).strip().casefold() not in NOTHING for key in keys if key in values)
    return found


def _terrain(project: Project) -> np.ndarray:
    factors = {kind: setting(project, f"workload.terrain_{kind}") for kind in ("plain", "hill", "mountain")}
    terrain = project.frame("transformer_areas")["terrain"].map(factors)
    return np.asarray(terrain.fillna(factors["plain"]).to_numpy(dtype=float), dtype=float)


def _index(project: Project, parts: pd.DataFrame) -> pd.Series:
    total = pd.Series(0.0, index=parts.index)
    for name in PARTS:
        share = setting(project, f"workload.weight_{name}") / setting(project, f"workload.unit_{name}")
        total = total + share * parts[name]
    return total


def _of_managers(
    project: Project, areas: pd.DataFrame, owner: pd.Series, exceptions: pd.DataFrame
) -> pd.DataFrame:
    ids = pd.Index(project.frame("district_managers")["id"].to_numpy(), dtype=object)
    columns = [*PARTS, "index"]
    totals = areas[columns].groupby(owner.to_numpy()).sum().reindex(ids).fillna(0.0)
    if len(exceptions):
        one = setting(project, "workload.weight_customers") / setting(project, "workload.unit_customers")
        terrain = areas["terrain"].reindex(exceptions["transformer_area"]).to_numpy(dtype=float)
        extra = pd.DataFrame({"customers": 1.0, "index": one * terrain})
        extra = extra.groupby(exceptions["manager"].to_numpy()).sum()
        totals[["customers", "index"]] += extra.reindex(ids).fillna(0.0)
    return totals
