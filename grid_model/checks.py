"""Look whether the data is sound: one small rule for each thing that can be wrong (`DOMAIN` §3.4, 营配贯通).

Rules that need shapes or distances stand in `gis.checks`, which also runs all of them.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from grid_model import schema
from grid_model.checked import MV_ABOVE_KV, PLACED, Checked, Rule, feeder_by_network, findings
from grid_model.feeding import components
from grid_model.issue import Issue, Severity
from grid_model.schema import Shape
from grid_model.settings import whole

STANDARD_KVA = frozenset({30, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250})
"""Usual sizes of distribution transformers (`DOMAIN` §3.4)."""

PHONE = r"(?:\+?86-?)?1[3-9]\d{9}|(?:0\d{2,3}-?)?[2-9]\d{6,7}(?:-\d{1,6})?|400-?\d{3}-?\d{4}|9\d{4}"
PHONE_SEPARATORS = r"[,，;；|/、\s]+"


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
                named = rows[column.name].dropna().unique()
                there = checked.project.table(column.references).positions(named.tolist()) >= 0
                if not there.all():
                    lost = rows[column.name].isin(named[~there])
                    at = {"column": column.name, "value": rows[column.name]}
                    yield from findings(Severity.ERROR, "dangling-reference", table, rows, lost, **at)


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


def dedicated_customer_on_public_area(checked: Checked) -> Iterator[Issue]:
    """Customers with a transformer of their own (专变) listed in a public area."""
    rows = checked.customers
    areas = checked.frame("transformer_areas")
    public = areas["id"][areas["usage"] == "public"]
    yield from findings(
        Severity.WARNING,
        "dedicated-customer-on-public-area",
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
        yield from findings(Severity.ERROR, "zero-coordinates", table, rows, is_zero(rows))


def is_zero(rows: pd.DataFrame) -> pd.Series:
    """Whether each point stands at 0, 0."""
    return (rows["x"] == 0) & (rows["y"] == 0)


def swapped_coordinates(checked: Checked) -> Iterator[Issue]:
    """Points whose longitude and latitude are exchanged."""
    for table, rows in _points(checked):
        swapped = is_swapped(rows, checked.project.geographic)
        at = {"x": rows["x"], "y": rows["y"]}
        yield from findings(Severity.ERROR, "swapped-coordinates", table, rows, swapped, **at)


def is_swapped(rows: pd.DataFrame, geographic: bool) -> pd.Series:
    """Whether each point lies inside China only the other way round; on a local plane none does."""
    return rows["x"].between(3, 54) & rows["y"].between(73, 136) & geographic


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


def off_its_line(checked: Checked) -> Iterator[Issue]:
    """Earths, and switches at a line's end, whose line does not end at their node.

    Such an earth guards the node alone; such a switch counts as standing at the end A of the line.
    """
    ends = checked.frame("ac_line_segments").set_index("id")[["node_a", "node_b"]]
    earths, switches = checked.frame("earths"), checked.frame("switches")
    alone = switches["node_b"].isna() | (switches["node_b"] == "")
    for severity, code, table, rows, node in (
        (Severity.ERROR, "earth-off-its-line", "earths", earths, earths["node"]),
        (Severity.WARNING, "switch-off-its-line", "switches", switches[alone], switches["node_a"][alone]),
    ):
        placed = rows["line"].isin(ends.index)
        rows, node = rows[placed], node[placed]
        own = ends.reindex(rows["line"]).set_axis(rows.index, axis=0)
        off = (own["node_a"] != node) & (own["node_b"] != node)
        yield from findings(severity, code, table, rows, off.fillna(True), line=rows["line"], node=node)


def unusual_rating(checked: Checked) -> Iterator[Issue]:
    """Distribution transformers whose rating is none of the usual sizes."""
    rows = checked.frame("power_transformers")
    low = ~(rows["lv_node"].map(checked.voltages) > MV_ABOVE_KV)  # those of a substation are larger
    kva = rows["rated_kva"]
    yield from findings(
        Severity.NOTE,
        "non-standard-kva",
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


def expired_qualification(checked: Checked) -> Iterator[Issue]:
    """Certificates of managers on duty that no longer hold on the planning date."""
    day = checked.project.info.planning_date
    rows, managers = checked.frame("qualifications"), checked.frame("district_managers")
    on_duty = rows["manager"].isin(managers["id"][managers["active"]])
    expired = on_duty & rows["valid_until"].notna() & (rows["valid_until"] < day)
    if day:
        yield from findings(
            Severity.WARNING,
            "expired-qualification",
            "qualifications",
            rows,
            expired,
            manager=rows["manager"],
            column="kind",
            value=rows["kind"],
            date=rows["valid_until"],
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
    off_its_line,
    unusual_rating,
    invalid_phone,
    shared_phone,
    expired_qualification,
    old_data,
)
"""The rules that need no shapes, in the order they are reported."""
