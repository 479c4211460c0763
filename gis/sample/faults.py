"""The handful of mistakes planted in the sample, so that checks have something to find.

Each is the kind of mistake that real exports hold. `docs/sample.md` lists them; everything else in the
sample is meant to be clean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gis.sample.plane import generator, to_metres

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted mistake: what it is, and the row that bears it."""

    code: str
    table: str
    id: str


def plant(frames: Frames, seed: int) -> tuple[Planted, ...]:
    """Plant one mistake of each kind; the frames are changed in place. Gives what stands where."""
    random = generator(seed, "faults")
    return tuple(one(frames, random) for one in MISTAKES)


def _set(frames: Frames, table: str, position: int, **values: Any) -> str:
    frame = frames[table]
    for name, value in values.items():
        frame.iloc[position, frame.columns.get_loc(name)] = value
    return str(frame["id"].iat[position])


def _household(frames: Frames, random: np.random.Generator) -> int:
    """Pick an ordinary household none of the other mistakes touches."""
    customers = frames["customers"]
    free = (
        (customers["customer_class"] == "lv_resident")
        & (customers["status"] == "active")
        & customers["transformer_area"].notna()
        & customers["phone"].notna()
        & customers["sensitive_kind"].isna()
        & ~customers["life_support"].astype(bool)
    )
    return int(random.choice(np.flatnonzero(free.to_numpy())))


def _no_area(frames: Frames, random: np.random.Generator) -> Planted:
    """A customer that no transformer area is known for, and no meter box."""
    number = _set(frames, "customers", _household(frames, random), transformer_area=None)
    points = frames["usage_points"]
    for at in np.flatnonzero((points["customer"] == number).to_numpy()):
        _set(frames, "usage_points", int(at), node=None, meter_box=None)
    return Planted("customer-without-area", "customers", number)


def _bad_phone(frames: Frames, random: np.random.Generator) -> Planted:
    """A phone number one digit short."""
    at = _household(frames, random)
    phone = str(frames["customers"]["phone"].iat[at])
    return Planted("invalid-phone", "customers", _set(frames, "customers", at, phone=phone[:-1]))


def _shared_phone(frames: Frames, random: np.random.Generator) -> Planted:
    """One phone number entered for seven households of the same area."""
    at = _household(frames, random)
    customers = frames["customers"]
    same = (customers["transformer_area"] == customers["transformer_area"].iat[at]).to_numpy()
    others = np.flatnonzero(same & (customers["customer_class"] == "lv_resident").to_numpy())
    sharing = np.sort([at, *others[others != at][:6]])
    for one in sharing:
        _set(frames, "customers", int(one), phone=customers["phone"].iat[at])
    return Planted("shared-phone", "customers", str(customers["id"].iat[sharing[0]]))


def _closed(frames: Frames, random: np.random.Generator) -> Planted:
    """A customer that closed the account and is still listed."""
    number = _set(frames, "customers", _household(frames, random), status="closed")
    return Planted("closed-customer", "customers", number)


def _zero_place(frames: Frames, random: np.random.Generator) -> Planted:
    """A customer at longitude 0, latitude 0."""
    number = _set(frames, "customers", _household(frames, random), x=0.0, y=0.0)
    return Planted("zero-coordinates", "customers", number)


def _swapped_place(frames: Frames, random: np.random.Generator) -> Planted:
    """A customer whose longitude and latitude are swapped."""
    at = _household(frames, random)
    x, y = float(frames["customers"]["x"].iat[at]), float(frames["customers"]["y"].iat[at])
    return Planted("swapped-coordinates", "customers", _set(frames, "customers", at, x=y, y=x))


def _dedicated_on_public(frames: Frames, random: np.random.Generator) -> Planted:
    """A household's public area entered for a high-voltage customer."""
    number = _set(frames, "customers", _household(frames, random), customer_class="mv")
    return Planted("dedicated-customer-on-public-area", "customers", number)


def _stray_box(frames: Frames, random: np.random.Generator) -> Planted:
    """A meter box measured in another area, more than 500 m from its transformer."""
    boxes, transformers = frames["junctions"], frames["power_transformers"]
    at = int(random.choice(np.flatnonzero((boxes["kind"] == "meter_box").to_numpy())))
    area = boxes["transformer_area"].iat[at]
    others = transformers[(transformers["transformer_area"] != area) & (transformers["usage"] == "public")]
    places = to_metres(others[["x", "y"]].to_numpy(dtype=float))
    here = to_metres(boxes[["x", "y"]].iloc[[at]].to_numpy(dtype=float))
    away = np.hypot(*(places - here).T)
    to = others.iloc[int(np.argmin(np.where(away > 1000, away, np.inf)))]
    number = _set(frames, "junctions", at, x=float(to["x"]) + 0.0003, y=float(to["y"]) + 0.0003)
    return Planted("box-far-from-transformer", "junctions", number)


def _odd_rating(frames: Frames, random: np.random.Generator) -> Planted:
    """A transformer of 180 kVA, as they were built long ago."""
    transformers, areas = frames["power_transformers"], frames["transformer_areas"]
    single = ~transformers["transformer_area"].duplicated(keep=False)
    common = single & (transformers["usage"] == "public") & transformers["rated_kva"].isin([160.0, 200.0])
    at = int(random.choice(np.flatnonzero(common.to_numpy())))
    number = _set(frames, "power_transformers", at, rated_kva=180.0, model="SJ-180/10")
    place = int(np.flatnonzero((areas["id"] == transformers["transformer_area"].iat[at]).to_numpy())[0])
    _set(frames, "transformer_areas", place, stated_kva=180.0)
    return Planted("non-standard-kva", "power_transformers", number)


def _long_span(frames: Frames, random: np.random.Generator) -> Planted:
    """Poles missing on a 10 kV line, two or as many as it takes: one span of more than 155 m."""
    lines, poles = frames["ac_line_segments"], frames["poles"]
    overhead = np.flatnonzero((lines["nominal_kv"] == 10.0).to_numpy())
    shapes = shapely.from_wkb(lines["geometry"].iloc[overhead].to_numpy())
    long = overhead[shapely.get_num_coordinates(shapes) >= 9]
    at = int(random.choice(long))
    points = shapely.get_coordinates(shapely.from_wkb(lines["geometry"].iat[at]))
    metres = to_metres(points)
    after = next(
        (n for n in range(6, len(points)) if np.hypot(*(metres[n] - metres[3])) > 155), len(points) - 1
    )
    gone = points[4:after]
    rest = shapely.LineString(np.delete(points, range(4, after), axis=0))
    number = _set(frames, "ac_line_segments", at, geometry=shapely.to_wkb(rest))
    keep = ~(poles["x"].isin(gone[:, 0]) & poles["y"].isin(gone[:, 1]))
    frames["poles"] = poles[keep].reset_index(drop=True)
    return Planted("long-span", "ac_line_segments", number)


def _not_joined(frames: Frames, random: np.random.Generator) -> Planted:
    """A low-voltage line that ends half a metre beside the pole it should be joined to: an island."""
    lines, nodes = frames["ac_line_segments"], frames["connectivity_nodes"]
    spans = lines["name"].str.contains("线#", na=False) & (lines["nominal_kv"] < 1)
    streets = lines[spans & ~lines["name"].str.contains("#01|接户|进户", na=False)]
    last = streets[~streets["node_b"].isin(lines.loc[spans, "node_a"])]
    bearing = last[last["node_b"].isin(lines.loc[~spans, "node_a"])]
    at = int(bearing.index[int(random.integers(0, len(bearing)))])
    pole = lines["node_b"].iat[at]
    place = nodes.iloc[int(np.flatnonzero((nodes["id"] == pole).to_numpy())[0])]
    extra = f"JD{len(nodes) + 1:08d}"
    x = float(place["x"]) + 0.000005
    row = {**place.to_dict(), "id": extra, "x": x}
    frames["connectivity_nodes"] = pd.concat([nodes, pd.DataFrame([row])], ignore_index=True)
    points = shapely.get_coordinates(shapely.from_wkb(lines["geometry"].iat[at]))
    points[-1, 0] = x
    _set(frames, "ac_line_segments", at, node_b=extra, geometry=shapely.to_wkb(shapely.LineString(points)))
    return Planted("line-ends-not-joined", "connectivity_nodes", extra)


def _ran_out(frames: Frames, random: np.random.Generator) -> Planted:
    """The certificate of a work leader ran out; the group has another one."""
    papers = frames["qualifications"]
    leaders = np.flatnonzero((papers["kind"] == "work_leader").to_numpy())
    number = _set(frames, "qualifications", int(leaders[-1]), valid_until="2026-08-31")
    return Planted("expired-qualification", "qualifications", number)


def _fell_due(frames: Frames, random: np.random.Generator) -> Planted:
    """A manager's certificate for work at height ran out in the month before."""
    papers = frames["qualifications"]
    climbers = np.flatnonzero((papers["kind"] == "work_at_height").to_numpy())
    number = _set(frames, "qualifications", int(climbers[0]), valid_until="2026-10-15")
    return Planted("expired-qualification", "qualifications", number)


MISTAKES: tuple[Callable[[Frames, np.random.Generator], Planted], ...] = (
    _no_area,
    _bad_phone,
    _shared_phone,
    _closed,
    _zero_place,
    _swapped_place,
    _dedicated_on_public,
    _stray_box,
    _odd_rating,
    _long_span,
    _not_joined,
    _ran_out,
    _fell_due,
)
