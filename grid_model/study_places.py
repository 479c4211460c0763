"""Where on the network a step happens (nodes, ends, points on a line), and what is put in for a time.

Jumpers (临时搭接) and cuts are switches as in CIM. A study puts them into a copy of the project, a jumper
normally open, a cut as a normally closed switch at the end of its line, and operates them like any other.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from grid_model.errors import GridError
from grid_model.project import Draft, Project
from grid_model.study_steps import MADE, NEED_DEVICES, StudyStep
from grid_model.wiring import DEVICE_TABLES, SHORT_NAMES, Device, Wiring

NODE_PREFIXES = ("nodes", "connectivity_nodes")
SOURCE_PREFIXES = ("sources", "energy_sources")
ENDS = {
    "switches": ("node_a", "node_b"),
    "ac_line_segments": ("node_a", "node_b"),
    "power_transformers": ("hv_node", "lv_node"),
}


# ---------------------------------------------------------------------------- devices and nodes


def find_device(wiring: Wiring, text: str) -> Device:
    """Find a switch, line or transformer as `Wiring.find`, or a source written ``sources:ID``.

    Raises
    ------
    GridError
        ``unknown-device``, ``ambiguous-device``.
    """
    prefix, colon, rest = text.partition(":")
    if colon and prefix in SOURCE_PREFIXES and rest in wiring.tables["energy_sources"]:
        return Device("energy_sources", rest)
    return wiring.find(text)


def find_nodes(project: Project, text: str) -> tuple[str, ...]:
    """Find the nodes `text` names: a node, one end of a device (``ID@a``), or all ends of a device.

    Raises
    ------
    GridError
        ``unknown-place``; ``ambiguous-device`` where a node and a device share the identifier.
    """
    prefix, colon, rest = text.partition(":")
    nodes = project.table("connectivity_nodes")
    if colon and prefix in NODE_PREFIXES and rest in nodes:
        return (rest,)
    devices = _devices_named(project, text)
    if text in nodes:
        if devices:
            raise GridError(
                "ambiguous-device", id=text, devices=", ".join((f"nodes:{text}", *map(str, devices)))
            )
        return (text,)
    if len(devices) > 1:
        raise GridError("ambiguous-device", id=text, devices=", ".join(map(str, devices)))
    if devices:
        return _ends_of(project, devices[0])
    name, at, end = text.rpartition("@")
    if at and end in ("a", "b"):
        found = _devices_named(project, name)
        if len(found) == 1:
            return _one_end(project, found[0], end, text)
    raise GridError("unknown-place", id=text)


def _devices_named(project: Project, text: str) -> list[Device]:
    prefix, colon, rest = text.partition(":")
    table = SHORT_NAMES.get(prefix, prefix)
    found = [Device(name, text) for name in DEVICE_TABLES if text in project.table(name)]
    if colon and table in DEVICE_TABLES and rest in project.table(table):
        found.append(Device(table, rest))
    return found


def _ends_of(project: Project, device: Device) -> tuple[str, ...]:
    row = project.table(device.table).row(device.id)
    names = [*ENDS[device.table], *(["tv_node"] if device.table == "power_transformers" else [])]
    ends = [row[name] for name in names]
    if device.table == "switches" and not row["node_b"] and row["line"]:
        ends.append(_line_end_beside(project, row))
    known = [one for one in ends if one and one in project.table("connectivity_nodes")]
    return tuple(dict.fromkeys(known))


def _line_end_beside(project: Project, switch: dict[str, str]) -> str | None:
    """A line-end switch has its line behind it: the line's other node stands for that side."""
    lines = project.table("ac_line_segments")
    if switch["line"] not in lines:
        return None
    line = lines.row(switch["line"])
    return str(line["node_b"] if line["node_a"] == switch["node_a"] else line["node_a"])


def _one_end(project: Project, device: Device, end: str, text: str) -> tuple[str, ...]:
    ends = _ends_of(project, device)
    place = 0 if end == "a" else 1
    if len(ends) <= place:
        raise GridError("unknown-place", id=text)
    return (ends[place],)


# ---------------------------------------------------------------------------- a point on a line


@dataclass(frozen=True)
class LinePlace:
    """A point on a line.

    Parameters
    ----------
    at_m
        Metres from node A, and how long the line is in all.
    x, y
        In the project's coordinates; None where the line has no place.
    """

    line: str
    at_m: float
    length_m: float
    x: float | None
    y: float | None


def place_on_line(
    project: Project, line: str, at_m: float | None = None, xy: tuple[float, float] | None = None
) -> LinePlace | None:
    """Find a point on a line, by its distance from node A or as the one nearest to `xy`.

    The length is the line's own, else that of its route.

    Returns
    -------
    place
        None where neither is given, or `xy` is and the line has no place.

    Raises
    ------
    GridError
        ``place-beyond-line`` where the line is shorter.
    """
    if at_m is None and xy is None:
        return None
    route = route_of(project, line)
    metres = _stations(project, route)
    length = project.table("ac_line_segments").row(line)["length_m"] or (
        float(metres[-1]) if len(metres) else math.inf
    )
    if at_m is None:
        if xy is None or len(metres) < 2:
            return None
        at_m = _nearest(project, route, metres, xy) / float(metres[-1] or 1.0) * length
    if at_m > length + 0.5:
        raise GridError("place-beyond-line", line=line, at_m=at_m, length_m=round(length, 1))
    share = min(at_m / length, 1.0) if 0 < length < math.inf else 0.0
    if len(metres) < 2:
        return LinePlace(line, at_m, length, None, None)
    x, y = (float(np.interp(share * metres[-1], metres, route[:, n])) for n in (0, 1))
    return LinePlace(line, at_m, length, x, y)


def route_of(project: Project, line: str) -> np.ndarray:
    """Give the points of a line, shape (n, 2), from node A to node B; none where it has no place."""
    row = project.table("ac_line_segments").row(line)
    points = _points_of_wkb(row.get("geometry"))
    nodes = project.table("connectivity_nodes")
    ends = [nodes.row(row[name]) if row[name] in nodes else None for name in ("node_a", "node_b")]
    if len(points) >= 2:
        a = ends[0]
        if a is not None and a["x"] is not None and _is_turned(points, a["x"], a["y"]):
            return points[::-1]
        return points
    known = [(one["x"], one["y"]) for one in ends if one is not None and one["x"] is not None]
    return np.array(known, dtype=float) if len(known) == 2 else np.zeros((0, 2))


def _is_turned(points: np.ndarray, x: float, y: float) -> bool:
    first, last = np.hypot(*(points[0] - (x, y))), np.hypot(*(points[-1] - (x, y)))
    return bool(last < first)


def _points_of_wkb(shape: object) -> np.ndarray:
    """Read a line in WKB: plain, ISO or extended, either byte order; other shapes have no points."""
    if not isinstance(shape, (bytes, bytearray)) or len(shape) < 9:
        return np.zeros((0, 2))
    order = "<" if shape[0] == 1 else ">"
    (kind,) = struct.unpack_from(f"{order}I", shape, 1)
    at = 9 if kind & 0x20000000 else 5
    plain = kind & 0x0FFFFFFF
    more = int(bool(kind & 0x80000000)) + int(bool(kind & 0x40000000)) + (0, 1, 1, 2)[plain // 1000 % 4]
    if plain % 1000 != 2:
        return np.zeros((0, 2))
    (count,) = struct.unpack_from(f"{order}I", shape, at)
    values = np.frombuffer(shape, dtype=f"{order}f8", count=count * (2 + more), offset=at + 4)
    return values.reshape(count, 2 + more)[:, :2].astype(float)


def _scale(project: Project, y: float) -> tuple[float, float]:
    """Metres of one unit of x and of y."""
    if not project.geographic:
        return 1.0, 1.0
    return 111_319.5 * math.cos(math.radians(y)), 110_946.0


def _stations(project: Project, route: np.ndarray) -> np.ndarray:
    """Metres from the first point to each."""
    if not len(route):
        return np.zeros(0)
    steps = np.diff(route * _scale(project, float(route[0, 1])), axis=0)
    return np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])


def _nearest(project: Project, route: np.ndarray, metres: np.ndarray, xy: tuple[float, float]) -> float:
    """Metres along the route to its point nearest to `xy`."""
    scale = _scale(project, float(route[0, 1]))
    points, at = route * scale, np.array(xy) * scale
    way = np.diff(points, axis=0)
    squared = np.maximum((way**2).sum(axis=1), 1e-12)
    share = np.clip(((at - points[:-1]) * way).sum(axis=1) / squared, 0.0, 1.0)
    gap = np.hypot(*((points[:-1] + way * share[:, None]) - at).T)
    best = int(np.argmin(gap))
    return float(metres[best] + share[best] * np.sqrt(squared[best]))


# ---------------------------------------------------------------------------- jumpers and cuts


def with_temporaries(project: Project, steps: Sequence[StudyStep]) -> tuple[Project, tuple[StudyStep, ...]]:
    """Put the jumpers and cuts of `steps` into a copy of the project, none of them doing anything yet.

    Returns
    -------
    project, steps
        The same project where there are none. Steps name what they make in `temporary`.

    Raises
    ------
    GridError
        ``step-without-device``, ``unknown-place``, ``jumper-ends``, ``jumper-same-node``,
        ``jumper-voltages``, ``cut-needs-line``, ``place-beyond-line``.
    """
    if not any(step.action in MADE for step in steps):
        return project, tuple(steps)
    draft = project.edit()
    taken = {step.temporary for step in steps if step.temporary}
    found = []
    for step in steps:
        if step.action in MADE:
            step = replace(step, temporary=step.temporary or _free_id(draft.project, step.action, taken))
            taken.add(step.temporary)
            _put_in(draft, step)
        found.append(step)
    return draft.project, tuple(found)


def _free_id(project: Project, action: str, taken: set[str]) -> str:
    n = 1
    while f"{action}-{n}" in taken or f"{action}-{n}" in project.table("switches"):
        n += 1
    return f"{action}-{n}"


def _put_in(draft: Draft, step: StudyStep) -> None:
    if not step.devices:
        raise GridError("step-without-device", action=step.action)
    row = jumper_row(draft.project, step) if step.action == "jumper" else cut_row(draft.project, step)
    switches = draft.project.table("switches")
    if step.temporary not in switches:
        draft.insert("switches", [row])
        return
    there = switches.row(step.temporary)
    if there["kind"] != step.action or any(there[name] != row[name] for name in ("node_a", "node_b", "line")):
        raise GridError("duplicate-id", table="switches", id=step.temporary)
    draft.update("switches", [step.temporary], open=row["open"])  # a study kept earlier is played anew


def jumper_row(project: Project, step: StudyStep) -> dict[str, object]:
    """Describe the switch that stands for a jumper, open."""
    places = [find_nodes(project, one) for one in step.devices]
    if len(places) == 1 and len(places[0]) >= 2:
        ends = places[0][:2]
    elif len(places) == 2:
        ends = (places[0][0], places[1][0]) if all(places) else ()
    else:
        ends = ()
    if len(ends) != 2:
        raise GridError("jumper-ends", devices=", ".join(step.devices))
    if ends[0] == ends[1]:
        raise GridError("jumper-same-node", node=ends[0])
    nodes = project.table("connectivity_nodes")
    a, b = (nodes.row(one) for one in ends)
    if a["nominal_kv"] and b["nominal_kv"] and a["nominal_kv"] != b["nominal_kv"]:
        raise GridError("jumper-voltages", a=ends[0], b=ends[1], kv_a=a["nominal_kv"], kv_b=b["nominal_kv"])
    return _row(step, node_a=ends[0], node_b=ends[1], line=None, x=a["x"], y=a["y"], open=True)


def cut_row(project: Project, step: StudyStep) -> dict[str, object]:
    """Describe the switch that stands for a cut, still closed: at the end of the line nearest to it."""
    text = step.devices[0]
    name, at, end = text.rpartition("@")
    named = _devices_named(project, text)
    far = False
    if not named and at and end in ("a", "b"):
        named, far = _devices_named(project, name), end == "b"
    lines = [one for one in named if one.table == "ac_line_segments"]
    if len(lines) != 1 or len(step.devices) != 1:
        raise GridError("cut-needs-line", device=", ".join(step.devices))
    place = place_on_line(project, lines[0].id, step.at_m, step.xy)
    row = project.table("ac_line_segments").row(lines[0].id)
    if place is not None:
        far = place.length_m < math.inf and place.at_m > place.length_m / 2
    node = row["node_b" if far else "node_a"]
    nodes = project.table("connectivity_nodes")
    x, y = (None, None) if place is None else (place.x, place.y)
    if x is None and node in nodes:
        x, y = nodes.row(node)["x"], nodes.row(node)["y"]
    return _row(step, node_a=node, node_b=None, line=lines[0].id, x=x, y=y, open=False)


def _row(step: StudyStep, **values: object) -> dict[str, object]:
    return {
        "id": step.temporary,
        "name": step.note or None,
        "kind": step.action,
        "normal_open": step.action == "jumper",
        **values,
    }


# ---------------------------------------------------------------------------- all steps before the first


def prepared(project: Project, steps: Sequence[StudyStep]) -> tuple[Project, tuple[StudyStep, ...]]:
    """Check what can be checked before anything happens, put in jumpers and cuts, settle points on lines.

    Raises
    ------
    GridError
        ``no-steps``, ``step-without-device``, and as `with_temporaries`.
    """
    if not steps:
        raise GridError("no-steps")
    for step in steps:
        if step.action in NEED_DEVICES and not step.devices:
            raise GridError("step-without-device", action=step.action)
    project, steps = with_temporaries(project, steps)
    return project, tuple(_settled(project, step) for step in steps)


def _settled(project: Project, step: StudyStep) -> StudyStep:
    """Turn a point given by its coordinates into metres along its line."""
    place = fault_place(project, step)
    return step if place is None else replace(step, at_m=round(place.at_m, 1), xy=None)


def fault_place(project: Project, step: StudyStep) -> LinePlace | None:
    """Give the point on a line that a step names; raises ``place-beyond-line``, ``place-needs-line``."""
    if (step.at_m is None and step.xy is None) or step.action not in ("fault", "cut"):
        return None
    name = step.devices[0]
    bare = name.rpartition("@")[0] if name.endswith(("@a", "@b")) else name
    lines = [
        one
        for text in dict.fromkeys((name, bare))
        for one in _devices_named(project, text)
        if one.table == "ac_line_segments"
    ]
    if len(step.devices) != 1 or not lines:
        if step.at_m is None:
            return None
        raise GridError("place-needs-line", device=", ".join(step.devices))
    return place_on_line(project, lines[0].id, step.at_m, step.xy)
