"""Know at which nodes customers, areas, transformers and PV are supplied.

A customer has one or more usage points and an area one or more transformers. A usage point without a
connection falls back to the transformers of its customer's area (basis 户变关系); where that fails too
the customer is *unlinked*: nothing can be said about its supply, and it is counted as such.
"""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
import pandas as pd

from grid_model.project import Project
from grid_model.schema_territory import GRADES
from grid_model.supply_tree import slices
from grid_model.table import Table
from grid_model.wiring import codes, rows_of, same_columns

SUPPLY_COLUMNS = {
    "connectivity_nodes": ("id",),
    "power_transformers": ("id", "lv_node", "transformer_area", "rated_kva", "in_service"),
    "transformer_areas": ("id", "usage"),
    "customers": (
        "id",
        "customer_class",
        "status",
        "transformer_area",
        "importance",
        "sensitive_kind",
        "life_support",
    ),
    "usage_points": ("id", "customer", "node"),
    "pv_units": ("id", "kind", "rated_kw", "customer", "transformer_area", "node"),
}
"""What the supply points are made of; an edit of anything else leaves them as they are."""


class Basis(IntEnum):
    """Why we think a customer is fed where it is (判定依据)."""

    TOPOLOGY = 0
    AREA = 1
    """户变关系: through its area's transformers, where at least one usage point has no node."""
    NONE = 2
    """Unlinked: neither a node nor an area with a transformer."""


@dataclass(frozen=True, eq=False)
class SupplyPoints:
    """Which nodes feed the rows of one table: those of row ``i`` are ``nodes[start[i]:start[i + 1]]``."""

    start: np.ndarray
    nodes: np.ndarray

    @classmethod
    def of(cls, row_count: int, rows: np.ndarray, nodes: np.ndarray) -> SupplyPoints:
        """Arrange pairs of row and node by row; each pair stands once, those with −1 are left out."""
        known = (rows >= 0) & (nodes >= 0)
        width = int(nodes.max(initial=0)) + 1
        pairs = np.sort(rows[known].astype(np.int64) * width + nodes[known])
        row, node = np.divmod(pairs[np.diff(pairs, prepend=-1) > 0], width)
        start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=row_count))]).astype(np.int64)
        return cls(start, node.astype(np.int32))

    def __len__(self) -> int:
        return len(self.start) - 1

    @cached_property
    def owner(self) -> np.ndarray:
        """Row of each of `nodes`."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.start))

    @property
    def linked(self) -> np.ndarray:
        """Whether each row has a supply point."""
        return np.asarray(np.greater(np.diff(self.start), 0), dtype=bool)

    @cached_property
    def lone(self) -> np.ndarray:
        """Rows with one supply point."""
        return np.flatnonzero(np.diff(self.start) == 1)

    @cached_property
    def lone_nodes(self) -> np.ndarray:
        """Supply points of the rows with one."""
        return np.asarray(self.nodes[self.start[self.lone]], dtype=np.int32)

    @cached_property
    def several(self) -> tuple[np.ndarray, np.ndarray]:
        """Supply points of the rows with more than one, and the row of each."""
        many = np.diff(self.start) > 1
        at = np.flatnonzero(many[self.owner])
        return self.nodes[at], self.owner[at]

    @cached_property
    def _by_node(self) -> tuple[np.ndarray, np.ndarray]:
        order = np.argsort(self.nodes, kind="stable")
        return self.nodes[order], self.owner[order]

    def rows_at(self, nodes: np.ndarray) -> np.ndarray:
        """Give the rows fed at one of `nodes`, sorted, each once."""
        sorted_nodes, owner = self._by_node
        first, last = (
            np.searchsorted(sorted_nodes, nodes, "left"),
            np.searchsorted(sorted_nodes, nodes, "right"),
        )
        return np.unique(np.take(owner, slices(first, last)[0]))

    def points_of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the nodes of `rows` and to which of `rows` (by position) each belongs."""
        at, owner = slices(self.start[rows], self.start[rows + 1])
        return self.nodes[at], owner

    def count(self, rows: np.ndarray, of_nodes: np.ndarray) -> np.ndarray:
        """Count for each of `rows` its points where `of_nodes` (one value for each node) is true."""
        nodes, owner = self.points_of(rows)
        return np.bincount(owner[of_nodes[nodes]], minlength=len(rows))


@dataclass(frozen=True, eq=False)
class Consumers:
    """Everything that can lose supply, with what it counts for.

    Parameters
    ----------
    tables
        The tables it was made of.
    customers, areas, transformers, pv_units
        Supply points of their rows. A customer that is closed (销户) has none. A transformer's is its
        low-voltage node.
    basis
        `Basis` of each customer.
    """

    tables: dict[str, Table]
    customers: SupplyPoints
    areas: SupplyPoints
    transformers: SupplyPoints
    pv_units: SupplyPoints
    basis: np.ndarray

    @classmethod
    def of(cls, project: Project) -> Consumers:
        """Resolve the supply points of `project`; the same tables are resolved once."""
        return _CACHE.get(project)

    def _column(self, table: str, name: str) -> pd.Series:
        return self.tables[table].frame[name]

    def _is(self, table: str, name: str, code: str) -> np.ndarray:
        return np.asarray(self._column(table, name) == code, dtype=bool)

    @cached_property
    def active(self) -> np.ndarray:
        """Customers in use."""
        return np.asarray(np.logical_not(self._is("customers", "status", "closed")), dtype=bool)

    @cached_property
    def mv_customers(self) -> np.ndarray:
        """Customers in use at medium voltage."""
        return np.asarray(
            np.logical_and(self.active, self._is("customers", "customer_class", "mv")), dtype=bool
        )

    @cached_property
    def lv_customers(self) -> np.ndarray:
        """Customers in use at low voltage."""
        return np.asarray(np.logical_and(self.active, ~self.mv_customers), dtype=bool)

    @cached_property
    def residents(self) -> np.ndarray:
        """Low-voltage customers that are households."""
        return np.asarray(
            np.logical_and(self.active, self._is("customers", "customer_class", "lv_resident")), dtype=bool
        )

    @cached_property
    def rank(self) -> np.ndarray:
        """Order of importance: 0 special grade … 3 temporary, 4 sensitive or life support, 5 the others."""
        grades = {choice.code: n for n, choice in enumerate(GRADES)}
        grade = self._column("customers", "importance")
        rank = np.full(len(grade), len(grades) + 1, dtype=np.int8)
        sensitive = self._column("customers", "sensitive_kind").notna() | self._column(
            "customers", "life_support"
        )
        rank[np.asarray(sensitive, dtype=bool)] = len(grades)
        graded = np.flatnonzero(grade.notna())
        known = grade.iloc[graded].map(grades).fillna(len(grades) + 1).to_numpy(dtype=np.int8)
        rank[graded] = np.minimum(rank[graded], known)
        return rank

    @cached_property
    def important(self) -> np.ndarray:
        """Customers in use with an important grade, a sensitive kind or life support."""
        return np.asarray(np.logical_and(self.active, self.rank <= len(GRADES)), dtype=bool)

    @cached_property
    def public_areas(self) -> np.ndarray:
        """Areas of public transformers; each is one MV user."""
        return np.asarray(np.logical_not(self._is("transformer_areas", "usage", "dedicated")), dtype=bool)

    @cached_property
    def rated_kva(self) -> np.ndarray:
        """Rated power of each transformer, 0 where unknown."""
        return np.asarray(self._column("power_transformers", "rated_kva").fillna(0.0), dtype=float)

    @cached_property
    def pv_kw(self) -> np.ndarray:
        """Rated power of each PV unit, 0 where unknown and for storage and generators."""
        power = np.asarray(self._column("pv_units", "rated_kw").fillna(0.0), dtype=float)
        return np.where(self._is("pv_units", "kind", "pv"), power, 0.0)

    @cached_property
    def pv_shares(self) -> dict[str, float]:
        """For each area with PV and known capacity, its PV as a share of its transformers' rated power."""
        transformers = self.tables["power_transformers"].frame
        capacity = transformers[transformers["in_service"]].groupby("transformer_area")["rated_kva"].sum()
        units = self.tables["pv_units"].frame
        power = units[units["kind"] == "pv"]
        area = power["transformer_area"].copy()
        through = area.index[area.isna() & power["customer"].notna()]
        rows = codes(self.tables["customers"], power.loc[through, "customer"])
        of_customer = self._column("customers", "transformer_area").iloc[rows[rows >= 0]]
        area.loc[through[rows >= 0]] = of_customer.to_numpy()
        total = power["rated_kw"].groupby(area).sum()
        known = capacity.reindex(total.index)
        shares = (total / known)[known > 0]
        return dict(zip(shares.index.tolist(), shares.tolist(), strict=True))

    @property
    def unlinked(self) -> int:
        """Customers in use of whose supply nothing is known."""
        return int((self.active & (self.basis == Basis.NONE)).sum())

    def fits(self, project: Project) -> bool:
        """Whether `project` has the same supply points."""
        return all(
            same_columns(project.table(name), table, SUPPLY_COLUMNS[name])
            for name, table in self.tables.items()
        )


def resolve(project: Project) -> Consumers:
    """Find the supply points of everything in `project`."""
    tables = {name: project.table(name) for name in SUPPLY_COLUMNS}
    nodes, area_table, customer_table = (
        tables[n] for n in ("connectivity_nodes", "transformer_areas", "customers")
    )
    transformers, points, units = (
        tables[n].frame for n in ("power_transformers", "usage_points", "pv_units")
    )
    low, at, unit_at = rows_of(nodes, [transformers["lv_node"], points["node"], units["node"]])
    low[~transformers["in_service"].to_numpy(dtype=bool)] = -1
    area_of_transformer, area_of_customer, area_of_unit = rows_of(
        area_table, [one["transformer_area"] for one in (transformers, customer_table.frame, units)]
    )
    owner, owner_of_unit = rows_of(customer_table, [points["customer"], units["customer"]])
    areas = SupplyPoints.of(len(area_table), area_of_transformer, low)

    in_use = (customer_table.frame["status"] != "closed").to_numpy(dtype=bool)
    falls_back = np.ones(len(customer_table), dtype=bool)
    falls_back[owner[owner >= 0]] = False
    falls_back[owner[(owner >= 0) & (at < 0)]] = True
    by_area = np.flatnonzero(falls_back & (area_of_customer >= 0))
    fallback, which = areas.points_of(area_of_customer[by_area])
    rows, at = np.concatenate([owner, by_area[which]]), np.concatenate([at, fallback])
    known = rows >= 0
    known[known] = in_use[rows[known]]
    customers = SupplyPoints.of(len(customer_table), rows[known], at[known])

    basis = np.full(len(customer_table), Basis.TOPOLOGY, dtype=np.int8)
    basis[by_area[areas.linked[area_of_customer[by_area]]]] = Basis.AREA
    basis[~customers.linked] = Basis.NONE
    return Consumers(
        tables,
        customers,
        areas,
        SupplyPoints.of(len(low), np.arange(len(low)), low),
        _pv_points(unit_at, (owner_of_unit, customers), (area_of_unit, areas)),
        basis,
    )


def _pv_points(own: np.ndarray, *holders: tuple[np.ndarray, SupplyPoints]) -> SupplyPoints:
    """A unit is connected at its `own` node, else where its customer is, else where its area is.

    Parameters
    ----------
    holders
        The row of each unit's customer (area), −1 where it has none, and their supply points.
    """
    rows, nodes, open_ = [np.arange(len(own))], [own], own < 0
    for of_unit, points in holders:
        units_here = np.flatnonzero(open_ & (of_unit >= 0))
        units_here = units_here[points.linked[of_unit[units_here]]]
        found, which = points.points_of(of_unit[units_here])
        rows.append(units_here[which])
        nodes.append(found)
        open_[units_here] = False
    return SupplyPoints.of(len(own), np.concatenate(rows), np.concatenate(nodes))


def fed(points: SupplyPoints, supplied: np.ndarray) -> np.ndarray:
    """Tell which rows have at least one supplied point."""
    return np.asarray(
        np.bincount(points.owner[supplied[points.nodes]], minlength=len(points)) > 0, dtype=bool
    )


class _Cache:
    """The supply points of the projects in use."""

    KEPT = 2

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: list[Consumers] = []
        self._known: dict[int, tuple[weakref.ref[Project], Consumers]] = {}

    def get(self, project: Project) -> Consumers:
        """Give the supply points of `project`, resolved at most once."""
        with self._lock:
            key = id(project)
            known = self._known.get(key)
            if known is not None and known[0]() is project:
                return known[1]
            found = next((one for one in self._last if one.fits(project)), None)
            if found is None:
                found = resolve(project)
                self._last = [found, *self._last[: self.KEPT - 1]]
            self._known[key] = (weakref.ref(project, lambda _gone: self._known.pop(key, None)), found)
            return found


_CACHE = _Cache()
