"""Look whether the data is sound: one small rule for each thing that can be wrong (`DOMAIN` §3.4, 营配贯通).

Rules that need shapes or distances stand in `gis.checks`, which also runs all of them.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from grid_model import schema
from grid_model.feeding import components, feeding_transformers
from grid_model.issue import Issue, Severity
from grid_model.project import Project
from grid_model.schema import Shape
from grid_model.settings import setting, whole
from grid_model.topology import SwitchState, TopologyIndex

STANDARD_KVA = frozenset({30, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250})
"""Usual sizes of distribution transformers (`DOMAIN` §3.4)."""

PHONE = r"(?:\+?86-?)?1[3-9]\d{9}|(?:0\d{2,3}-?)?[2-9]\d{6,7}(?:-\d{1,6})?|400-?\d{3}-?\d{4}|9\d{4}"
PHONE_SEPARATORS = r"[,，;；|/、\s]+"
MV_ABOVE_KV = 1.0


@dataclass(frozen=True)
class Checked:
    """The project under check, with what several rules need worked out once."""

    project: Project

    def frame(self, table: str) -> pd.DataFrame:
        """Give the rows of `table`."""
        return self.project.frame(table)

    @cached_property
    def normal(self) -> TopologyIndex:
        """The network in its normal state."""
        return TopologyIndex.build(self.project, SwitchState.NORMAL)

    @cached_property
    def customers(self) -> pd.DataFrame:
        """Customers in use."""
        frame = self.frame("customers")
        return frame[frame["status"] != "closed"]

    @cached_property
    def areas(self) -> pd.DataFrame:
        """Transformer areas without those of a substation's transformers, which feed medium voltage."""
        rows, transformers = self.frame("transformer_areas"), self.frame("power_transformers")
        high = transformers["lv_node"].map(self.voltages) > MV_ABOVE_KV
        mv_only = set(transformers["transformer_area"][high]) - set(transformers["transformer_area"][~high])
        return rows[~rows["id"].isin(mv_only)]

    @cached_property
    def voltages(self) -> pd.Series:
        """Voltage of each node in kV, by identifier."""
        return self.frame("connectivity_nodes").set_index("id")["nominal_kv"]

    @cached_property
    def node_places(self) -> pd.DataFrame:
        """Place (x, y) of each node, by identifier."""
        return self.frame("connectivity_nodes").set_index("id")[["x", "y"]]

    @cached_property
    def transformer_feeders(self) -> pd.Series:
        """The feeder each transformer hangs on in the normal state (by row); missing without supply."""
        index = self.normal
        names = index.feeder_of_nodes(self.project)
        nodes = index.wiring.nodes(self.frame("power_transformers")["hv_node"])
        first = index.first_switches
        rows = [int(first[node]) if node >= 0 else -1 for node in nodes.tolist()]
        return pd.Series([names.get(row) for row in rows], dtype="str")

    @cached_property
    def transformer_supplied(self) -> npt.NDArray[np.bool_]:
        """Whether each transformer has supply in the normal state."""
        nodes = self.normal.wiring.nodes(self.frame("power_transformers")["hv_node"])
        return np.asarray((nodes >= 0) & self.normal.supplied[np.maximum(nodes, 0)], dtype=bool)

    @cached_property
    def network_area(self) -> pd.Series:
        """The area each low-voltage customer in use hangs on by its usage points; missing where unknown."""
        points = self.frame("usage_points")
        transformers = self.frame("power_transformers").set_index("id")["transformer_area"]
        placed = points[points["node"].notna()].drop_duplicates("customer")
        frames = {
            name: self.frame(name)
            for name in (
                "connectivity_nodes",
                "ac_line_segments",
                "switches",
                "power_transformers",
                "energy_sources",
            )
        }
        feeding = feeding_transformers(frames, placed["node"].reset_index(drop=True))
        area = pd.Series(
            transformers.reindex(feeding).to_numpy(), index=pd.Index(placed["customer"]), dtype="str"
        )
        low = self.customers[self.customers["customer_class"] != "mv"]
        return pd.Series(area.reindex(low["id"]).to_numpy(), index=low.index, dtype="str")

    def places(self, table: str) -> pd.DataFrame:
        """Give x and y of each row of a table of points, its own or else that of its node or box."""
        frame = self.frame(table)
        own = frame[["x", "y"]].copy()
        for nodes in self._nodes_of(table, frame):
            own = own.where(
                own.notna().all(axis=1), self.node_places.reindex(nodes).set_axis(frame.index), axis=0
            )
        return own

    def _nodes_of(self, table: str, frame: pd.DataFrame) -> Iterator[pd.Series]:
        if table == "customers":
            points = self.frame("usage_points").drop_duplicates("customer").set_index("customer")
            yield points["node"].reindex(frame["id"])
            boxes = self.frame("junctions").set_index("id")["node"]
            yield pd.Series(boxes.reindex(points["meter_box"].reindex(frame["id"])).to_numpy())
        for name in ("node_a", "hv_node", "node"):
            if name in frame:
                yield frame[name]


Rule: TypeAlias = Callable[[Checked], Iterator[Issue]]


def findings(
    severity: Severity, code: str, table: str, rows: pd.DataFrame, where: Any, **details: Any
) -> Iterator[Issue]:
    """Yield a finding for each of `rows` where the mask `where` holds; details are scalars or Series."""
    at = np.flatnonzero(np.asarray(where, dtype=bool))
    columns = {
        name: value.iloc[at].tolist() if isinstance(value, pd.Series) else [value] * len(at)
        for name, value in details.items()
    }
    for n, one in enumerate(rows["id"].iloc[at]):
        yield Issue(severity, code, table, one, {name: _plain(cells[n]) for name, cells in columns.items()})


def _plain(value: Any) -> Any:
    if value is None or value != value:
        return ""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# ------------------------------------------------------------ identifiers and names


def duplicate_numbers(checked: Checked) -> Iterator[Issue]:
    """Areas or customers whose numbers are the same but for leading zeros, width or blanks."""
    for table in ("transformer_areas", "customers"):
        rows = checked.frame(table)
        bare = rows["id"].map(bare_number) if len(rows) else rows["id"]
        twice = bare.duplicated(keep=False)
        if twice.any():
            first = rows["id"][~bare.duplicated()].set_axis(bare[~bare.duplicated()])
            again = bare.duplicated()
            yield from findings(Severity.ERROR, "duplicate-number", table, rows, again, other=bare.map(first))


def bare_number(number: str) -> str:
    """Give a number without what is lost when a spreadsheet touches it: width, blanks, leading zeros."""
    text = unicodedata.normalize("NFKC", number)
    return "".join(text.split()).lstrip("0").casefold() or "0"


def duplicate_old_numbers(checked: Checked) -> Iterator[Issue]:
    """Customers in use that share an old customer number."""
    rows = checked.customers
    old = rows["old_id"]
    first = rows.dropna(subset="old_id").drop_duplicates("old_id").set_index("old_id")["id"]
    yield from findings(
        Severity.WARNING,
        "duplicate-old-number",
        "customers",
        rows,
        old.notna() & old.duplicated(),
        value=old,
        other=old.map(first),
    )


def same_area_name(checked: Checked) -> Iterator[Issue]:
    """Areas of one name with two numbers."""
    rows = checked.frame("transformer_areas")
    names = rows["name"]
    first = rows.dropna(subset="name").drop_duplicates("name").set_index("name")["id"]
    yield from findings(
        Severity.WARNING,
        "same-area-name",
        "transformer_areas",
        rows,
        names.notna() & names.duplicated(),
        name=names,
        other=names.map(first),
    )


def dangling_references(checked: Checked) -> Iterator[Issue]:
    """Cells that name a row which is not there."""
    for table, one in schema.tables().items():
        rows = checked.frame(table)
        for column in one.columns:
            if column.references and len(rows):
                there = rows[column.name].isin(checked.frame(column.references)["id"])
                yield from findings(
                    Severity.ERROR,
                    "dangling-reference",
                    table,
                    rows,
                    rows[column.name].notna() & ~there,
                    column=column.name,
                    value=rows[column.name],
                )


# ------------------------------------------------------------ who belongs where


def customer_without_area(checked: Checked) -> Iterator[Issue]:
    """Low-voltage customers in use without an area."""
    rows = checked.customers
    yield from findings(
        Severity.ERROR,
        "customer-without-area",
        "customers",
        rows,
        rows["transformer_area"].isna() & (rows["customer_class"] != "mv"),
    )


def area_without_customers(checked: Checked) -> Iterator[Issue]:
    """Public areas without a customer in use."""
    rows = checked.areas
    bare = ~rows["id"].isin(checked.customers["transformer_area"])
    yield from findings(
        Severity.WARNING,
        "area-without-customers",
        "transformer_areas",
        rows,
        bare & (rows["usage"] == "public"),
    )


def area_without_manager(checked: Checked) -> Iterator[Issue]:
    """Areas nobody answers for; their customers are orphans unless they have a manager of their own."""
    rows = checked.areas
    orphans = checked.customers[checked.customers["manager"].isna()].groupby("transformer_area")["id"].count()
    yield from findings(
        Severity.WARNING,
        "area-without-manager",
        "transformer_areas",
        rows,
        rows["manager"].isna(),
        customers=rows["id"].map(orphans).fillna(0).astype(int),
    )


def area_without_feeder(checked: Checked) -> Iterator[Issue]:
    """Areas without a feeder of their own or over their transformers."""
    rows = checked.areas
    fed = checked.frame("power_transformers")["transformer_area"][checked.transformer_feeders.notna()]
    yield from findings(
        Severity.ERROR,
        "area-without-feeder",
        "transformer_areas",
        rows,
        rows["feeder"].isna() & ~rows["id"].isin(fed),
    )


def area_with_two_feeders(checked: Checked) -> Iterator[Issue]:
    """Areas whose transformers hang on different feeders in the normal state."""
    rows = checked.frame("transformer_areas")
    pairs = (
        pd.DataFrame(
            {
                "area": checked.frame("power_transformers")["transformer_area"],
                "feeder": checked.transformer_feeders,
            }
        )
        .dropna()
        .drop_duplicates()
    )
    names = pairs.sort_values("feeder").groupby("area")["feeder"].agg(list)
    names = names[names.map(len) > 1].map(", ".join) if len(names) else names
    yield from findings(
        Severity.WARNING,
        "area-with-two-feeders",
        "transformer_areas",
        rows,
        rows["id"].isin(names.index),
        feeders=rows["id"].map(names),
    )


def feeder_differs(checked: Checked) -> Iterator[Issue]:
    """Areas whose feeder in the table is not the one their transformer hangs on."""
    rows = checked.frame("transformer_areas")
    found = feeder_by_network(checked)
    differs = rows["feeder"].notna() & found.notna() & (rows["feeder"] != found)
    yield from findings(
        Severity.WARNING,
        "feeder-differs",
        "transformer_areas",
        rows,
        differs,
        stated=rows["feeder"],
        network=found,
    )


def feeder_by_network(checked: Checked) -> pd.Series:
    """Give the feeder of each area by the network (by row), where that is a row of the feeder table."""
    rows = checked.frame("transformer_areas")
    transformers = checked.frame("power_transformers")
    known = checked.transformer_feeders.where(
        checked.transformer_feeders.isin(checked.frame("feeders")["id"])
    )
    pairs = (
        pd.DataFrame({"area": transformers["transformer_area"], "feeder": known}).dropna().drop_duplicates()
    )
    single = pairs[~pairs["area"].duplicated(keep=False)].set_index("area")["feeder"]
    return rows["id"].map(single).astype("str")


def dedicated_customer_on_public_area(checked: Checked) -> Iterator[Issue]:
    """Customers with a transformer of their own (专变) listed in a public area."""
    rows = checked.customers
    areas = checked.frame("transformer_areas")
    public = areas["id"][areas["usage"] == "public"]
    yield from findings(
        Severity.WARNING,
        "dedicated-on-public",
        "customers",
        rows,
        (rows["customer_class"] == "mv") & rows["transformer_area"].isin(public),
        area=rows["transformer_area"],
    )


def closed_customer_listed(checked: Checked) -> Iterator[Issue]:
    """Closed customers (销户) that are still listed."""
    rows = checked.frame("customers")
    yield from findings(Severity.NOTE, "closed-customer", "customers", rows, rows["status"] == "closed")


def area_differs(checked: Checked) -> Iterator[Issue]:
    """Customers whose area in the table is not the one the network feeds them from."""
    network = checked.network_area
    rows = checked.customers.loc[network.index]
    differs = rows["transformer_area"].notna() & network.notna() & (rows["transformer_area"] != network)
    yield from findings(
        Severity.WARNING,
        "area-differs",
        "customers",
        rows,
        differs,
        stated=rows["transformer_area"],
        network=network,
    )


def marketing_manager_differs(checked: Checked) -> Iterator[Issue]:
    """Areas whose manager in the marketing system is not the one responsible here."""
    rows = checked.frame("transformer_areas")
    rows = rows[
        rows["manager"].notna() & rows["attributes"].str.contains('"manager": ', regex=False, na=False)
    ]
    names = checked.frame("district_managers").set_index("id")["name"]
    stated = rows["attributes"].map(_stated_manager).astype("str") if len(rows) else rows["attributes"]
    same = (stated == rows["manager"]) | (stated == rows["manager"].map(names))
    yield from findings(
        Severity.WARNING,
        "marketing-manager-differs",
        "transformer_areas",
        rows,
        stated.notna() & ~same,
        stated=stated,
        manager=rows["manager"].map(names),
    )


def _stated_manager(cell: str) -> Any:
    return json.loads(cell).get("manager")


# ------------------------------------------------------------ places


PLACED = (
    "substations",
    "connectivity_nodes",
    "switches",
    "power_transformers",
    "poles",
    "junctions",
    "customers",
)
"""Tables whose rows should have a place."""


def missing_coordinates(checked: Checked) -> Iterator[Issue]:
    """Objects without a place of their own or of their node."""
    for table in PLACED:
        rows = checked.frame(table)
        yield from findings(
            Severity.WARNING, "no-coordinates", table, rows, checked.places(table).isna().any(axis=1)
        )


def zero_coordinates(checked: Checked) -> Iterator[Issue]:
    """Points at 0, 0."""
    for table, rows in _points(checked):
        yield from findings(
            Severity.ERROR, "zero-coordinates", table, rows, (rows["x"] == 0) & (rows["y"] == 0)
        )


def swapped_coordinates(checked: Checked) -> Iterator[Issue]:
    """Points whose longitude and latitude are exchanged: inside China only the other way round."""
    if not checked.project.geographic:
        return
    for table, rows in _points(checked):
        swapped = rows["x"].between(3, 54) & rows["y"].between(73, 136)
        yield from findings(
            Severity.ERROR, "swapped-coordinates", table, rows, swapped, x=rows["x"], y=rows["y"]
        )


def _points(checked: Checked) -> Iterator[tuple[str, pd.DataFrame]]:
    for table, one in schema.tables().items():
        if one.shape is Shape.POINT:
            yield table, checked.frame(table)


# ------------------------------------------------------------ the network


def isolated_islands(checked: Checked) -> Iterator[Issue]:
    """Parts that no source reaches even with every switch closed, and parts that none reaches normally."""
    wiring = checked.normal.wiring
    able = wiring.can_conduct
    whole_parts = components(
        wiring.node_count, wiring.a[able].astype(np.int64), wiring.b[able].astype(np.int64)
    )
    dead = ~checked.normal.supplied
    dead[len(checked.frame("connectivity_nodes")) :] = False
    shut = able & checked.normal.closed
    parts = components(wiring.node_count, wiring.a[shut].astype(np.int64), wiring.b[shut].astype(np.int64))
    ids = checked.frame("connectivity_nodes")["id"]
    at = np.flatnonzero(dead)
    _labels, first, counts = np.unique(parts[at], return_index=True, return_counts=True)
    for node, count in zip(at[first].tolist(), counts.tolist(), strict=True):
        lost = whole_parts[node] != whole_parts[wiring.root]
        yield Issue(
            Severity.ERROR if lost else Severity.WARNING,
            "isolated-island" if lost else "dead-island",
            "connectivity_nodes",
            str(ids.iloc[node]),
            {"nodes": count},
        )


def loops_in_normal_state(checked: Checked) -> Iterator[Issue]:
    """Loops that are closed in the normal state (合环)."""
    for loop in checked.normal.loops():
        device = loop.devices[0]
        yield Issue(
            Severity.WARNING,
            "loop-in-normal-state",
            device.table,
            device.id,
            {"devices": len(loop.devices), "switches": ", ".join(loop.switches[:5])},
        )


def tie_without_normal_state(checked: Checked) -> Iterator[Issue]:
    """Tie switches (联络开关) that are not open in the normal state: theirs was never set."""
    rows = checked.frame("switches")
    yield from findings(
        Severity.ERROR,
        "tie-without-normal-state",
        "switches",
        rows,
        rows["is_tie"] & ~rows["normal_open"] & rows["in_service"],
    )


def unusual_rating(checked: Checked) -> Iterator[Issue]:
    """Distribution transformers whose rating is none of the usual sizes."""
    rows = checked.frame("power_transformers")
    low = ~(rows["lv_node"].map(checked.voltages) > MV_ABOVE_KV)  # those of a substation are larger
    kva = rows["rated_kva"]
    yield from findings(
        Severity.NOTE,
        "unusual-rating",
        "power_transformers",
        rows,
        kva.notna() & low & ~kva.isin(STANDARD_KVA),
        kva=kva,
    )


# ------------------------------------------------------------ people and age


def invalid_phone(checked: Checked) -> Iterator[Issue]:
    """Phones that cannot be dialled; the phone itself is not told."""
    for table, rows in (
        ("customers", checked.customers),
        ("district_managers", checked.frame("district_managers")),
    ):
        parts = rows["phone"].dropna().str.split(PHONE_SEPARATORS, regex=True).explode()
        parts = parts[parts.notna() & (parts != "")]
        wrong = parts.index[~parts.str.fullmatch(PHONE, na=False)]
        yield from findings(Severity.NOTE, "invalid-phone", table, rows, rows.index.isin(wrong))


def shared_phone(checked: Checked) -> Iterator[Issue]:
    """Phones that stand at more customers than one family has; all but the last digits are hidden."""
    limit = whole(checked.project, "check.max_customers_per_phone")
    rows = checked.customers
    parts = rows["phone"].dropna().str.split(PHONE_SEPARATORS, regex=True).explode()
    parts = parts[parts.notna() & (parts != "")]
    parts = parts[~pd.DataFrame({"row": parts.index, "phone": parts.to_numpy()}).duplicated().to_numpy()]
    counts = parts.value_counts()
    often = counts[counts > limit]
    for phone in sorted(often.index):
        first = parts.index[parts == phone][0]
        yield Issue(
            Severity.WARNING,
            "shared-phone",
            "customers",
            str(rows["id"].loc[first]),
            {"phone": f"****{phone[-4:]}", "count": int(often[phone]), "limit": limit},
        )


def old_data(checked: Checked) -> Iterator[Issue]:
    """Data older than it should be on the planning date."""
    info, limit = checked.project.info, whole(checked.project, "check.max_data_age_days")
    if not info.data_date:
        yield Issue(Severity.NOTE, "data-date-unknown")
    elif info.planning_date:
        age = (date.fromisoformat(info.planning_date) - date.fromisoformat(info.data_date)).days
        if age > limit:
            yield Issue(
                Severity.WARNING, "old-data", details={"date": info.data_date, "age": age, "limit": limit}
            )


RULES: tuple[Rule, ...] = (
    duplicate_numbers,
    duplicate_old_numbers,
    same_area_name,
    dangling_references,
    customer_without_area,
    area_without_customers,
    area_without_manager,
    area_without_feeder,
    area_with_two_feeders,
    feeder_differs,
    dedicated_customer_on_public_area,
    closed_customer_listed,
    area_differs,
    marketing_manager_differs,
    missing_coordinates,
    zero_coordinates,
    swapped_coordinates,
    isolated_islands,
    loops_in_normal_state,
    tie_without_normal_state,
    unusual_rating,
    invalid_phone,
    shared_phone,
    old_data,
)
"""The rules that need no shapes, in the order they are reported."""


# ------------------------------------------------------------ rates


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of the consistency check.

    Parameters
    ----------
    name
        Fixed: ``customer_area`` 户变一致率, ``area_feeder`` 线变一致率, ``transformers`` 变压器对应率,
        ``connected`` 拓扑连通率, ``placed`` 坐标完整率.
    good, total
        Objects that agree, and all that count; a total of 0: nothing to judge.
    target
        Share to reach.
    """

    name: str
    good: int
    total: int
    target: float

    @property
    def value(self) -> float | None:
        """The share, None where there is nothing to judge."""
        return self.good / self.total if self.total else None

    @property
    def met(self) -> bool:
        """Whether the target is reached, or there is nothing to judge."""
        return self.value is None or self.value >= self.target


def rates(checked: Checked) -> tuple[Rate, ...]:
    """Work out the rates of `DOMAIN` §3.4."""
    counted = {
        "customer_area": _customer_area(checked),
        "area_feeder": _area_feeder(checked),
        "transformers": _transformers(checked),
        "connected": (int(checked.transformer_supplied.sum()), len(checked.transformer_supplied)),
        "placed": _placed(checked),
    }
    return tuple(
        Rate(name, good, total, setting(checked.project, f"check.target_{name}"))
        for name, (good, total) in counted.items()
    )


def _customer_area(checked: Checked) -> tuple[int, int]:
    """Customers whose area agrees in both sources, and those in use that have one in either."""
    network = checked.network_area
    if not network.notna().any():
        return 0, 0
    stated = checked.customers.loc[network.index, "transformer_area"]
    return int((stated == network).sum()), int((stated.notna() | network.notna()).sum())


def _area_feeder(checked: Checked) -> tuple[int, int]:
    network = feeder_by_network(checked)
    stated = checked.frame("transformer_areas")["feeder"]
    if not network.notna().any():
        return 0, 0
    return int((stated == network).sum()), int((stated.notna() | network.notna()).sum())


def _transformers(checked: Checked) -> tuple[int, int]:
    rows = checked.frame("power_transformers")
    return int(rows["transformer_area"].isin(checked.frame("transformer_areas")["id"]).sum()), len(rows)


def _placed(checked: Checked) -> tuple[int, int]:
    known = [checked.places(table).notna().all(axis=1) for table in PLACED]
    return int(sum(one.sum() for one in known)), sum(len(one) for one in known)
