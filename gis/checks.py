"""Look whether the data is sound: rules with shapes and distances, and the run of all (`DOMAIN` §3.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.crs import in_metres
from grid_model import checks
from grid_model.check_rates import Rate, rates
from grid_model.checked import MV_ABOVE_KV, Checked, Rule, findings
from grid_model.checks import is_swapped, is_zero
from grid_model.feedback import SILENT, Feedback
from grid_model.issue import Issue, Severity
from grid_model.project import Project
from grid_model.settings import setting

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CheckReport:
    """What the check found.

    Parameters
    ----------
    issues
        Findings in the order of the rules, then of the rows.
    rates
        The rates of the consistency check.
    """

    issues: tuple[Issue, ...]
    rates: tuple[Rate, ...]


def check_project(project: Project, feedback: Feedback = SILENT) -> CheckReport:
    """Run every rule on `project`; nothing is changed."""
    checked = Checked(project)
    rules: tuple[Rule, ...] = (*checks.RULES, *RULES)
    issues = [issue for rule in feedback.track(rules) for issue in rule(checked)]
    return CheckReport(tuple(issues), rates(checked))


def outside_station(checked: Checked) -> Iterator[Issue]:
    """Objects outside the boundaries of all stations that have one."""
    import shapely

    boundaries = _shapes(checked.frame("stations"))
    if not len(boundaries):
        return
    whole = shapely.union_all(shapely.make_valid(boundaries))
    shapely.prepare(whole)
    # A substation may stand beyond the border and feed across it.
    for table in ("switches", "power_transformers", "poles", "junctions", "customers"):
        rows = checked.frame(table)
        at = checked.places(table)
        wrong = is_zero(at) | is_swapped(at, checked.project.geographic)  # those have a finding of their own
        x, y = at["x"].to_numpy(), at["y"].to_numpy()
        known = np.isfinite(x) & np.isfinite(y) & ~wrong.to_numpy()
        outside = known & ~shapely.intersects_xy(whole, np.where(known, x, 0.0), np.where(known, y, 0.0))
        yield from findings(Severity.WARNING, "outside-station", table, rows, outside)


def box_far_from_transformer(checked: Checked) -> Iterator[Issue]:
    """Meter boxes beyond the supply radius of every transformer of their area.

    Where there are no boxes the customers' places are judged.
    """
    limit = setting(checked.project, "check.max_box_distance_m")
    table, rows, at = _boxes(checked)
    transformers = checked.frame("power_transformers")
    of_area = (
        checked.places("power_transformers").assign(area=transformers["transformer_area"].to_numpy()).dropna()
    )
    pairs = at.assign(area=rows["transformer_area"].to_numpy(), n=np.arange(len(at))).dropna()
    pairs = pairs.merge(of_area, on="area", suffixes=("", "_source"))
    if not len(pairs):
        return
    both = pd.concat([pairs["x"], pairs["x_source"]]), pd.concat([pairs["y"], pairs["y_source"]])
    east, north = in_metres(both[0].to_numpy(), both[1].to_numpy(), checked.project.geographic)
    half = len(pairs)
    pairs["distance_m"] = np.hypot(east[:half] - east[half:], north[:half] - north[half:])
    nearest = pairs.groupby("n")["distance_m"].min().reindex(range(len(at)))
    yield from findings(
        Severity.WARNING,
        "box-far-from-transformer",
        table,
        rows,
        (nearest > limit).to_numpy(),
        distance_m=nearest.round(),
        limit_m=limit,
    )


def _boxes(checked: Checked) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    boxes = checked.frame("junctions")
    meter = boxes["kind"] == "meter_box"
    if meter.any():
        return "junctions", boxes[meter], checked.places("junctions")[meter.to_numpy()]
    in_use = checked.frame("customers")["status"] != "closed"
    return "customers", checked.customers, checked.places("customers")[in_use.to_numpy()]


def box_in_other_area(checked: Checked) -> Iterator[Issue]:
    """Meter boxes (customers, where there are no boxes) inside the outline of another area than their own."""
    import shapely

    areas = checked.frame("transformer_areas")
    areas = areas[areas["geometry"].notna() & (areas["outline_source"] != "generated")]
    if not len(areas):
        return
    table, rows, at = _boxes(checked)
    points = shapely.points(at[["x", "y"]].to_numpy(dtype=np.float64))
    tree = shapely.STRtree(shapely.make_valid(_shapes(areas)))
    point, shape = tree.query(points, predicate="within")
    found = pd.DataFrame({"n": point, "area": areas["id"].to_numpy()[shape]})
    own = rows["transformer_area"].to_numpy()
    found["own"] = found["area"].to_numpy() == own[found["n"]]
    inside_own = found.groupby("n")["own"].any()
    other = found.drop_duplicates("n").set_index("n")["area"]
    wrong = other[~inside_own.reindex(other.index)].reindex(range(len(rows)))
    yield from findings(
        Severity.WARNING,
        "box-in-other-area",
        table,
        rows,
        wrong.notna().to_numpy() & rows["transformer_area"].notna().to_numpy(),
        own=rows["transformer_area"],
        other=wrong,
    )


def long_span(checked: Checked) -> Iterator[Issue]:
    """Overhead lines with a span (the way between two poles) over the limit of their voltage."""
    rows = checked.frame("ac_line_segments")
    rows = rows[rows["construction"] == "overhead"]
    if not len(rows):
        return
    span = longest_leg(rows["geometry"], checked.project.geographic)
    span = np.where(np.isfinite(span), span, rows["length_m"].to_numpy())
    high = (rows["nominal_kv"] > MV_ABOVE_KV).to_numpy()
    limits = np.where(
        high, setting(checked.project, "check.max_span_mv_m"), setting(checked.project, "check.max_span_lv_m")
    )
    yield from findings(
        Severity.WARNING,
        "long-span",
        "ac_line_segments",
        rows,
        rows["nominal_kv"].notna().to_numpy() & (span > limits),
        span_m=pd.Series(np.ceil(span * 10) / 10),  # never as short as the limit it is over
        limit_m=pd.Series(limits),
    )


def longest_leg(geometry: pd.Series, geographic: bool) -> Floats:
    """Give the longest straight piece of each WKB line in metres, NaN without a shape."""
    import shapely

    points, row = shapely.get_coordinates(
        shapely.from_wkb(geometry.to_numpy(dtype=object)), return_index=True
    )
    longest = np.full(len(geometry), np.nan)
    if len(points) < 2:
        return longest
    east, north = in_metres(points[:, 0], points[:, 1], geographic)
    same = row[1:] == row[:-1]
    legs = np.hypot(np.diff(east), np.diff(north))[same]
    np.fmax.at(longest, row[1:][same], legs)
    return longest


def unjoined_ends(checked: Checked) -> Iterator[Issue]:
    """Dead ends of lines beside another node of their voltage that are not joined to it."""
    from scipy.spatial import cKDTree

    wiring = checked.normal.wiring
    nodes = checked.frame("connectivity_nodes")
    east, north = in_metres(nodes["x"].to_numpy(), nodes["y"].to_numpy(), checked.project.geographic)
    placed = np.flatnonzero(np.isfinite(east) & np.isfinite(north))
    if len(placed) < 2:
        return
    tree = cKDTree(np.column_stack([east[placed], north[placed]]))
    near = placed[tree.query_pairs(setting(checked.project, "check.join_distance_m"), output_type="ndarray")]
    dead_end = _dead_ends(checked)
    kv = nodes["nominal_kv"].fillna(-1).to_numpy()
    one, other = near[:, 0], near[:, 1]
    wanted = (dead_end[one] | dead_end[other]) & (kv[one] == kv[other])
    neighbours = _neighbours(wiring)
    for a, b in near[wanted].tolist():
        if b not in neighbours.get(a, ()) and not neighbours.get(a, set()) & neighbours.get(b, set()):
            end, beside = (a, b) if dead_end[a] else (b, a)
            yield Issue(
                Severity.WARNING,
                "line-ends-not-joined",
                "connectivity_nodes",
                str(nodes["id"].iat[end]),
                {
                    "other": str(nodes["id"].iat[beside]),
                    "distance_m": round(float(np.hypot(east[a] - east[b], north[a] - north[b])), 2),
                },
            )


def _dead_ends(checked: Checked) -> npt.NDArray[np.bool_]:
    """Which nodes are the end of one line and of nothing else, with nobody connected."""
    wiring = checked.normal.wiring
    count = len(checked.frame("connectivity_nodes"))
    ends = np.concatenate([wiring.a, wiring.b])
    degree = np.bincount(ends[ends >= 0], minlength=wiring.node_count)[:count]
    lines = checked.frame("ac_line_segments")
    of_line = np.zeros(count, dtype=bool)
    for end in ("node_a", "node_b"):
        at = wiring.nodes(lines[end])
        of_line[at[at >= 0]] = True
    used = wiring.nodes(checked.frame("usage_points")["node"])
    taken = np.zeros(count, dtype=bool)
    taken[used[used >= 0]] = True
    return np.asarray((degree == 1) & of_line & ~taken, dtype=bool)


def _neighbours(wiring: Any) -> dict[int, set[int]]:
    """Nodes joined by a branch, inner nodes included."""
    found: dict[int, set[int]] = {}
    for a, b in zip(wiring.a.tolist(), wiring.b.tolist(), strict=True):
        if a >= 0 and b >= 0:
            found.setdefault(a, set()).add(b)
            found.setdefault(b, set()).add(a)
    return found


def _shapes(rows: pd.DataFrame) -> Any:
    import shapely

    return shapely.from_wkb(rows["geometry"].dropna().to_numpy(dtype=object))


RULES: tuple[Rule, ...] = (
    outside_station,
    box_far_from_transformer,
    box_in_other_area,
    long_span,
    unjoined_ends,
)
"""The rules that need shapes or distances."""
