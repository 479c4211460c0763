"""Say what a trace shall do: where it starts, which way it goes, what stops it, what it lists and adds up.

A walk asks of each device (and node) it comes to, in this order:

1. *May it be entered?* Only what conducts in the state traced, in the direction of the trace, and where
   every **queue condition** holds. Otherwise it is not in the result.
2. *Is it a barrier?* Then it is in the result, at its edge, and nothing behind it is.
3. *Does a stop condition hold?* Then it is in the result and the walk does not go past it.
4. *Is it listed?* Where no **filter** of its table leaves it out. A filter changes the list, never the walk
   nor the sums.

Barriers and stops differ in what they are for: a barrier bounds the part of the network looked at, whatever
the kind of trace, and is reported as the edge; a stop ends each way at what was looked for. Neither holds
for the start itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from functools import cache
from typing import Any

from grid_model import schema
from grid_model.errors import GridError
from grid_model.expression import Expression
from grid_model.wiring import DEVICE_TABLES, SwitchState
from resources.i18n import LANGUAGES, in_language


class TraceKind(Enum):
    """What is looked for."""

    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"
    CONNECTED = "connected"
    FEEDER = "feeder"
    PATH = "path"
    LOOPS = "loops"
    NEXT = "next"
    ISOLATION = "isolation"


class Direction(Enum):
    """Where the next devices are looked for."""

    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"
    BOTH = "both"


class Measure(Enum):
    """What is near: the length of the lines between, or how many devices stand between."""

    LENGTH = "length"
    BRANCHES = "branches"


WALKED_TABLES = (*DEVICE_TABLES, "connectivity_nodes")
"""Tables whose rows a walk comes to: conditions on them can steer it."""

SUMS = {
    "rated_kva": ("power_transformers",),
    "mv_users": ("transformer_areas", "customers"),
    "lv_customers": ("customers",),
    "important": ("customers",),
    "transformer_areas": ("transformer_areas",),
    "pv_kw": ("pv_units",),
    "line_km": ("ac_line_segments",),
    "devices": DEVICE_TABLES,
}
"""What can be added up, and the tables whose rows a condition on it may choose among."""

LISTED_TABLES = (*WALKED_TABLES, "customers", "transformer_areas")
"""Tables a filter may narrow."""

TABLE_NAMES = {
    "lines": "ac_line_segments",
    "transformers": "power_transformers",
    "nodes": "connectivity_nodes",
    "areas": "transformer_areas",
    "sources": "energy_sources",
}
"""Short names of tables, as people write them."""

_WHERE = re.compile(r"^\s*(.+?)\s*(?:\bwhere\b|其中)\s*(.*)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Condition:
    """A condition on the rows of one table; an empty `text` chooses all."""

    table: str
    text: str = ""

    @classmethod
    def parse(cls, written: str) -> Condition:
        """Read ``switches where kind == "fuse"``, or a table alone; the table by name, title or short name.

        Raises
        ------
        GridError
            ``trace-unknown-table``, and what `Expression.parse` raises.
        """
        parts = _WHERE.match(written)
        table, text = parts.groups() if parts else (written, "")
        found = cls(table_named(table.strip()), text.strip())
        if parts:
            Expression.parse(found.text, found.table)
        return found

    @property
    def expression(self) -> Expression:
        """The condition as read; an empty one holds everywhere."""
        return Expression.parse(self.text or "true", self.table)

    def __str__(self) -> str:
        return f"{self.table} where {self.text}" if self.text else self.table


@cache
def _table_spellings() -> dict[str, str]:
    known = {
        in_language(table.label, language).casefold(): name
        for name, table in schema.tables().items()
        for language in LANGUAGES
    }
    return known | TABLE_NAMES | {name: name for name in schema.tables()}


def table_named(written: str) -> str:
    """Give the table a person means; raises `GridError` ``trace-unknown-table``."""
    found = _table_spellings().get(written.casefold())
    if found is None:
        raise GridError("trace-unknown-table", written=written, tables=", ".join(LISTED_TABLES))
    return found


def is_condition(written: str) -> bool:
    """Tell a condition (``transformers``, ``switches where …``) from a place (``switches:K1``, ``K1``)."""
    return bool(_WHERE.match(written)) or written.strip().casefold() in _table_spellings()


@dataclass(frozen=True)
class TraceSum:
    """Something added up over all that was reached, or over what a condition chooses of it."""

    measure: str
    where: Condition | None = None

    @classmethod
    def parse(cls, written: str) -> TraceSum:
        """Read ``rated_kva`` or ``rated_kva where usage == "public"``.

        The condition is on the table the measure counts (`SUMS`); of ``mv_users`` and ``devices``, which
        count several, it names its table: ``mv_users where customers: importance is not empty``.

        Raises
        ------
        GridError
            ``trace-unknown-sum``, and what `Expression.parse` raises.
        """
        parts = _WHERE.match(written)
        measure, text = (one.strip() for one in (parts.groups() if parts else (written, "")))
        if measure not in SUMS:
            raise GridError("trace-unknown-sum", written=measure, sums=", ".join(SUMS))
        if parts is None:
            return cls(measure)
        tables = SUMS[measure]
        named, colon, rest = text.partition(":")
        table = _table_spellings().get(named.strip().casefold()) if colon else None
        condition = Condition(table, rest.strip()) if table else Condition(tables[0], text)
        if condition.table not in tables:
            raise GridError("trace-sum-table", sum=measure, tables=", ".join(tables))
        Expression.parse(condition.text, condition.table)
        return cls(measure, condition)

    def __str__(self) -> str:
        if self.where is None:
            return self.measure
        named = f"{self.where.table}: " if len(SUMS[self.measure]) > 1 else ""
        return f"{self.measure} where {named}{self.where.text}"


@dataclass(frozen=True)
class TraceConfiguration:
    """All that defines a trace.

    Parameters
    ----------
    starts
        Places it starts from, as ``table:id`` or an identifier alone where that is unique: a switch, line,
        transformer, node, customer, area, source or feeder.
    target
        Where a path leads to.
    state
        Which positions of the switches count.
    direction, count, wanted, measure
        For the next devices: where, how many, which ones (none: switches), nearest by what. `measure` serves
        the path too.
    barriers, barrier_conditions
        Devices or nodes, and conditions on them, that bound the walk.
    stops
        Where one holds the walk goes no further.
    enters
        Queue conditions: of a table with conditions only rows are entered for which one holds.
    inoperable
        Switches an isolation passes over, besides those whose row says so.
    filters
        Of a table with filters only rows are listed for which one holds.
    show
        Tables of devices that are listed; empty: all.
    sums
        What is added up; empty: everything, without conditions.
    """

    kind: TraceKind
    starts: tuple[str, ...] = ()
    target: str = ""
    state: SwitchState = SwitchState.NORMAL
    direction: Direction = Direction.DOWNSTREAM
    count: int = 1
    wanted: tuple[Condition, ...] = ()
    measure: Measure = Measure.LENGTH
    barriers: tuple[str, ...] = ()
    barrier_conditions: tuple[Condition, ...] = ()
    stops: tuple[Condition, ...] = ()
    enters: tuple[Condition, ...] = ()
    inoperable: tuple[str, ...] = ()
    filters: tuple[Condition, ...] = ()
    show: tuple[str, ...] = ()
    sums: tuple[TraceSum, ...] = ()

    def checked(self) -> TraceConfiguration:
        """Give the configuration where it makes sense by itself.

        Raises
        ------
        GridError
            ``trace-no-start``, ``trace-no-target``, ``trace-needless-target``, ``trace-one-start``,
            ``trace-bad-count``, ``trace-wrong-table``, and what `Expression.parse` raises.
        """
        kind = self.kind.value
        if not self.starts and self.kind is not TraceKind.LOOPS:
            raise GridError("trace-no-start", kind=kind)
        if self.kind is TraceKind.PATH and not self.target:
            raise GridError("trace-no-target")
        if self.kind is not TraceKind.PATH and self.target:
            raise GridError("trace-needless-target", kind=kind)
        if len(self.starts) > 1 and self.kind in (TraceKind.PATH, TraceKind.ISOLATION, TraceKind.FEEDER):
            raise GridError("trace-one-start", kind=kind)
        if self.count < 1:
            raise GridError("trace-bad-count", count=self.count)
        for conditions, tables in (
            ((*self.barrier_conditions, *self.stops, *self.enters), WALKED_TABLES),
            (self.wanted, DEVICE_TABLES),
            (self.filters, LISTED_TABLES),
            (tuple(Condition(one) for one in self.show), DEVICE_TABLES),
        ):
            for one in conditions:
                if one.table not in tables:
                    raise GridError("trace-wrong-table", table=one.table, tables=", ".join(tables))
                _ = one.expression
        return self

    # ------------------------------------------------------------------ kept as text

    def to_json(self) -> str:
        """Write it as one JSON object; what stands at its default is left out."""
        return json.dumps(self.to_document(), ensure_ascii=False)

    def to_document(self) -> dict[str, Any]:
        """Give it as plain values; what stands at its default is left out."""
        plain = TraceConfiguration(self.kind)
        found: dict[str, Any] = {"kind": self.kind.value}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name != "kind" and value != getattr(plain, one.name):
                found[one.name] = _written(value)
        return found

    @classmethod
    def from_json(cls, text: str) -> TraceConfiguration:
        """Read what `to_json` wrote.

        Raises
        ------
        GridError
            ``trace-damaged`` with what is wrong with it; what `checked` raises.
        """
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            raise GridError("trace-damaged", what="JSON") from None
        if not isinstance(found, Mapping) or "kind" not in found:
            raise GridError("trace-damaged", what="kind")
        plain = cls(TraceKind.CONNECTED)
        values = {}
        for name, value in found.items():
            if not hasattr(plain, name) or name not in {one.name for one in fields(cls)}:
                raise GridError("trace-damaged", what=str(name))
            values[name] = _read(name, value, getattr(plain, name))
        return replace(plain, **values).checked()


def _written(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [one if isinstance(one, str) else str(one) for one in value]
    return value


_OF_TEXT = {
    "wanted": Condition.parse,
    "barrier_conditions": Condition.parse,
    "stops": Condition.parse,
    "enters": Condition.parse,
    "filters": Condition.parse,
    "sums": TraceSum.parse,
}


def _read(name: str, value: Any, default: Any) -> Any:
    """Read one value; raises ``trace-damaged`` where it is not of the kind of `default`."""
    if isinstance(default, Enum):
        known = {one.value: one for one in type(default)}
        if isinstance(value, str) and value in known:
            return known[value]
    elif isinstance(default, tuple):
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(_OF_TEXT[name](one) if name in _OF_TEXT else one for one in value)
    elif type(value) is type(default):
        return value
    raise GridError("trace-damaged", what=name)
