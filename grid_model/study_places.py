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

from grid_model.earth_places import EarthPlace, place_of_node, places_at_end
from grid_model.errors import GridError
from grid_model.project import Draft, Project
from grid_model.study_steps import MADE, NEED_DEVICES, TAKE_NO_DEVICES, StudyStep, told_of_step
from grid_model.wiring import DEVICE_TABLES, SHORT_NAMES, Device, Wiring

NAMED_TABLES = (*DEVICE_TABLES, "connectivity_nodes", "energy_sources")
"""What a step names; a jumper or cut has a name that none of them has."""

NODE_PREFIXES = ("nodes", "connectivity_nodes")
SOURCE_PREFIXES = ("sources", "energy_sources")
FARTHEST_M = 1_000.0
"""A point given by its coordinates is at most so far from its line; what lies farther means another place."""

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
    """Find the nodes `text` names: a node, one end of a device (``ID@a``, ``ID@node``), or all its ends.

    Raises
    ------
    GridError
        ``unknown-place``; ``ambiguous-device`` where a node and a device share the identifier;
        ``ambiguous-end``.
    """
    named = named_place(project, text)
    if isinstance(named, str):
        return (named,)
    device, ends = named
    found = _nodes_at(project, device, ends)
    if not found:
        raise GridError("unknown-place", id=text)
    return found


def find_earth_places(
    project: Project, wiring: Wiring, text: str, closed: np.ndarray
) -> tuple[EarthPlace, ...]:
    """Find where an earth stands that is placed at `text`: a node, a device's ends, or one of them.

    A line's end is the line's own: beyond the switch that stands there.

    Parameters
    ----------
    wiring, closed
        Of `project`, and which branches are closed.

    Raises
    ------
    GridError
        As `find_nodes`; ``earth-between-switches`` for a place that has no name of its own.
    """
    named = named_place(project, text)
    if isinstance(named, str):
        return (EarthPlace(named),)
    device, ends = named
    if device.table == "ac_line_segments":
        own = [places_at_end(project, wiring, device.id, end, closed) for end in ends or ("a", "b")]
        return tuple(dict.fromkeys(one for found in own for one in found))
    line = _line_of_end_switch(project, device)
    if not line:
        return tuple(EarthPlace(one) for one in find_nodes(project, text))
    branch = int(wiring.branches(device)[0])
    found = []
    for end in ends or ("a", "b"):
        place = place_of_node(
            project, wiring, int((wiring.a if end == "a" else wiring.b)[branch]), line, closed
        )
        if place is None:
            raise GridError("earth-between-switches", id=text, line=line)
        found.append(place)
    return tuple(dict.fromkeys(found))


def named_place(project: Project, text: str) -> str | tuple[Device, tuple[str, ...]]:
    """Read what `text` names: a node's identifier, or a device with the ends ``a``, ``b`` (none: all)."""
    prefix, colon, rest = text.partition(":")
    nodes = project.table("connectivity_nodes")
    if colon and prefix in NODE_PREFIXES and rest in nodes:
        return rest
    devices = _devices_named(project, text)
    if text in nodes:
        if devices:
            raise GridError(
                "ambiguous-device", id=text, devices=", ".join((f"nodes:{text}", *map(str, devices)))
            )
        return text
    if len(devices) > 1:
        raise GridError("ambiguous-device", id=text, devices=", ".join(map(str, devices)))
    if devices:
        return devices[0], ()
    for at in range(len(text) - 1, 0, -1):  # a node's identifier may have an @ of its own
        found = _devices_named(project, text[:at]) if text[at] == "@" else []
        if len(found) == 1 and (ends := _ends_named(project, found[0], text[at + 1 :])):
            return found[0], ends
    raise GridError("unknown-place", id=text)


def _ends_named(project: Project, device: Device, end: str) -> tuple[str, ...]:
    """Give the ends ``a``, ``b`` or the node of that name stands for; raises ``ambiguous-end``."""
    row = project.table(device.table).row(device.id)
    names = ENDS[device.table]
    by_node = tuple(letter for letter, name in zip("ab", names, strict=True) if row[name] == end)
    if end not in ("a", "b"):
        return by_node
    if by_node and end not in by_node:
        raise GridError("ambiguous-end", id=device.id, node=end, a=row[names[0]], b=row[names[1]])
    return (end,)


def _line_of_end_switch(project: Project, device: Device) -> str:
    """Give the line at whose end a switch stands; empty where it joins two nodes, or is no switch."""
    if device.table != "switches":
        return ""
    row = project.table("switches").row(device.id)
    return "" if row["node_b"] or row["line"] not in project.table("ac_line_segments") else str(row["line"])


def _devices_named(project: Project, text: str) -> list[Device]:
    prefix, colon, rest = text.partition(":")
    table = SHORT_NAMES.get(prefix, prefix)
    found = [Device(name, text) for name in DEVICE_TABLES if text in project.table(name)]
    if colon and table in DEVICE_TABLES and rest in project.table(table):
        found.append(Device(table, rest))
    return found


def _nodes_at(project: Project, device: Device, ends: Sequence[str]) -> tuple[str, ...]:
    """Give the nodes at some ends of a device, at all of them where `ends` is empty.

    A switch at a line's end has but one node, on either side.
    """
    row = project.table(device.table).row(device.id)
    a, b = ENDS[device.table]
    names = {"a": row[a], "b": row[b]}
    if _line_of_end_switch(project, device):
        names["b"] = row["node_a"]
    found = [names[end] for end in ends or ("a", "b")]
    if not ends and device.table == "power_transformers":
        found.append(row["tv_node"])
    known = [str(one) for one in found if one and one in project.table("connectivity_nodes")]
    return tuple(dict.fromkeys(known))


def _switch_at_end(project: Project, line: str, ends: Sequence[str]) -> str:
    """Name a switch that stands between a line's end and the node there; empty where there is none."""
    row = project.table("ac_line_segments").row(line)
    switches = project.frame("switches")
    own = switches[(switches["line"] == line) & (switches["node_b"].fillna("") == "")]
    for one, node in zip(own["id"], own["node_a"], strict=True):
        end = "b" if node == row["node_b"] != row["node_a"] else "a"
        if end in ends:
            return str(one)
    return ""


# ---------------------------------------------------------------------------- a point on a line


@dataclass(frozen=True)
class LinePlace:
    """A point on a line.

    Parameters
    ----------
    at_m, length_m
        Metres from node A, and how long the line is in all; not finite where that is not known (at_m is 0).
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
        None where neither is given.

    Raises
    ------
    GridError
        ``bad-distance`` where it is negative or no number; ``place-beyond-line`` where the line is shorter;
        ``line-of-unknown-length`` where nobody knows how long it is;
        ``line-without-place`` where `xy` is given and the line has none; ``place-far-from-line`` where the
        line is farther than `FARTHEST_M` from it.
    """
    if at_m is None and xy is None:
        return None
    if at_m is not None and not 0 <= at_m < math.inf:
        raise GridError("bad-distance", line=line, at_m=at_m)
    route = route_of(project, line)
    metres = _stations(project, route)
    length = project.table("ac_line_segments").row(line)["length_m"] or (
        float(metres[-1]) if len(metres) else math.inf
    )
    if at_m is None:
        if xy is None or len(metres) < 2:
            raise GridError("line-without-place", line=line)
        along, gap = _nearest(project, route, metres, xy)
        if not gap <= FARTHEST_M:
            raise GridError("place-far-from-line", line=line, metres=round(gap), farthest=round(FARTHEST_M))
        at_m = along / float(metres[-1] or 1.0) * length
    if at_m and not 0 < length < math.inf:
        raise GridError("line-of-unknown-length", line=line, at_m=at_m)
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


def _nearest(
    project: Project, route: np.ndarray, metres: np.ndarray, xy: tuple[float, float]
) -> tuple[float, float]:
    """Metres along the route to its point nearest to `xy`, and from there to `xy`."""
    scale = _scale(project, float(route[0, 1]))
    points, at = route * scale, np.array(xy) * scale
    way = np.diff(points, axis=0)
    squared = np.maximum((way**2).sum(axis=1), 1e-12)
    share = np.clip(((at - points[:-1]) * way).sum(axis=1) / squared, 0.0, 1.0)
    gap = np.hypot(*((points[:-1] + way * share[:, None]) - at).T)
    best = int(np.argmin(gap))
    return float(metres[best] + share[best] * np.sqrt(squared[best])), float(gap[best])


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
        ``jumper-behind-switch``, ``jumper-voltages``, ``cut-needs-line``, ``temporary-name-taken``,
        and as `place_on_line`.
    """
    if not any(step.action in MADE for step in steps):
        return project, tuple(steps)
    draft = project.edit()
    taken = {step.temporary for step in steps if step.temporary}
    found = []
    for n, step in enumerate(steps, 1):
        if step.action in MADE:
            step = replace(step, temporary=step.temporary or _free_id(draft.project, step.action, taken))
            taken.add(step.temporary)
            with told_of_step(n, step):
                _put_in(draft, step)
        found.append(step)
    return draft.project, tuple(found)


def _free_id(project: Project, action: str, taken: set[str]) -> str:
    n = 1
    while f"{action}-{n}" in taken or any(f"{action}-{n}" in project.table(one) for one in NAMED_TABLES):
        n += 1
    return f"{action}-{n}"


def _put_in(draft: Draft, step: StudyStep) -> None:
    if not step.devices:
        raise GridError("step-without-device", action=step.action)
    for table in NAMED_TABLES[1:]:
        if step.temporary in draft.project.table(table):
            raise GridError("temporary-name-taken", id=step.temporary, table=table)
    row = jumper_row(draft.project, step) if step.action == "jumper" else cut_row(draft.project, step)
    switches = draft.project.table("switches")
    if step.temporary not in switches:
        draft.insert("switches", [row])
        return
    there = switches.row(step.temporary)
    if there["kind"] != step.action or any(there[name] != row[name] for name in ("node_a", "node_b", "line")):
        raise GridError("temporary-name-taken", id=step.temporary, table="switches")
    draft.update("switches", [step.temporary], open=row["open"])  # a study kept earlier is played anew


def jumper_row(project: Project, step: StudyStep) -> dict[str, object]:
    """Describe the switch that stands for a jumper, open."""
    _refuse_behind_switch(project, step)
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


def _refuse_behind_switch(project: Project, step: StudyStep) -> None:
    """Refuse a jumper between a line and the switch at its end: nothing but the line can be joined there."""
    alone = len(step.devices) == 1
    for text in step.devices:
        named = named_place(project, text)
        if isinstance(named, str):
            continue
        device, ends = named
        line = _line_of_end_switch(project, device)
        if line and (alone or "b" in ends):
            raise GridError("jumper-behind-switch", id=text, switch=device.id, line=line)
        if device.table == "ac_line_segments" and not alone:
            switch = _switch_at_end(project, device.id, ends or ("a",))
            if switch:
                raise GridError("jumper-behind-switch", id=text, switch=switch, line=device.id)


def cut_row(project: Project, step: StudyStep) -> dict[str, object]:
    """Describe the switch that stands for a cut, still closed: at the end of the line nearest to it."""
    line, ends = _line_named(project, step.devices[0])
    if not line or len(step.devices) != 1:
        raise GridError("cut-needs-line", device=", ".join(step.devices))
    far = ends == ("b",)
    place = place_on_line(project, line, step.at_m, step.xy)
    if place is not None:
        far = place.length_m < math.inf and place.at_m > place.length_m / 2
    return cut_at_end(project, step, line, "b" if far else "a", place)


def cut_at_end(
    project: Project, step: StudyStep, line: str, end: str, place: LinePlace | None = None
) -> dict[str, object]:
    """Describe the switch that stands for a cut at the end ``a`` or ``b`` of a line, still closed.

    Parameters
    ----------
    place
        Where it is drawn; at the node where not given.
    """
    node = project.table("ac_line_segments").row(line)["node_b" if end == "b" else "node_a"]
    nodes = project.table("connectivity_nodes")
    x, y = (None, None) if place is None else (place.x, place.y)
    if x is None and node in nodes:
        x, y = nodes.row(node)["x"], nodes.row(node)["y"]
    return _row(step, node_a=node, node_b=None, line=line, x=x, y=y, open=False)


def _line_named(project: Project, text: str) -> tuple[str, tuple[str, ...]]:
    """Give the line a text names, and which of its ends where it says so; empty where it names no line."""
    own = [one for one in _devices_named(project, text) if one.table == "ac_line_segments"]
    if len(own) == 1:
        return own[0].id, ()
    try:
        named = named_place(project, text)
    except GridError as error:
        if error.code == "ambiguous-end":
            raise
        return "", ()
    if isinstance(named, str) or named[0].table != "ac_line_segments":
        return "", ()
    return named[0].id, named[1]


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
        ``no-steps``, ``step-without-device``, ``step-with-device``, and as `with_temporaries`.
    """
    if not steps:
        raise GridError("no-steps")
    for n, step in enumerate(steps, 1):
        with told_of_step(n, step):
            _refuse_devices(step)
    project, steps = with_temporaries(project, steps)
    found = []
    for n, step in enumerate(steps, 1):
        with told_of_step(n, step):
            found.append(settled(project, step))
    return project, tuple(found)


def _refuse_devices(step: StudyStep) -> None:
    if step.action in NEED_DEVICES and not step.devices:
        raise GridError("step-without-device", action=step.action)
    if step.action in TAKE_NO_DEVICES and step.devices:
        raise GridError("step-with-device", action=step.action, devices=", ".join(step.devices))


def settled(project: Project, step: StudyStep) -> StudyStep:
    """Turn a point given by its coordinates into metres along its line; raises as `fault_place`."""
    place = fault_place(project, step)
    return step if place is None else replace(step, at_m=round(place.at_m, 1), xy=None)


def fault_place(project: Project, step: StudyStep) -> LinePlace | None:
    """Give the point on a line that a step names; raises as `place_on_line`, and ``place-needs-line``."""
    if (step.at_m is None and step.xy is None) or step.action not in ("fault", "cut"):
        return None
    line, _ends = _line_named(project, step.devices[0])
    if len(step.devices) != 1 or not line:
        raise GridError("place-needs-line", device=", ".join(step.devices))
    return place_on_line(project, line, step.at_m, step.xy)
