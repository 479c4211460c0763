"""The lists that results give: customers and areas out, back-feed, loss of devices, groups, findings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gis.study_words import steps_closing, tie_remark
from grid_model import schema
from grid_model.back_feed import BackFeed
from grid_model.issue import Issue, Severity
from resources.i18n import N_, _
from ui import formats, objects
from ui.bench import Bench
from ui.outage_answer import Answer
from ui.tables.frame_model import Shown
from ui.tables.journal_page import JournalPage
from ui.tables.pages import ResultPage, TablePage, count_text, name_text, number_text, plain_text


@dataclass(frozen=True)
class ResultTable:
    """One kind of result list.

    Parameters
    ----------
    title
        Marked text for the tab.
    table, key
        Whose objects its rows are about, and in which column their id stands.
    there_is, fill, count
        Whether there is such a result, what puts it on the page, how many rows it has.
    nothing
        What it says without rows (marked text).
    """

    title: str
    table: str
    key: str
    there_is: Callable[[Bench], bool]
    count: Callable[[Bench], int]
    fill: Callable[[Bench, ResultPage], None]
    nothing: str = N_("Nothing to list yet.")


def there_is(bench: Bench, name: str) -> bool:
    """Whether the result called `name` is there to be shown."""
    return bench.session.project is not None and RESULTS[name].there_is(bench)


def page(bench: Bench, name: str) -> ResultPage:
    """Make the page of a result."""
    kind = RESULTS[name]
    if name == JOURNAL:
        journal = JournalPage(bench, name, kind.title)
        journal.show_entries()
        return journal
    made = ResultPage(bench, name, kind.title, kind.table, kind.key)
    made.view.nothing = kind.nothing
    kind.fill(bench, made)
    return made


def fill(bench: Bench, shown: TablePage) -> None:
    """Show the result as it is now, where it is still there."""
    if isinstance(shown, ResultPage) and there_is(bench, shown.name):
        RESULTS[shown.name].fill(bench, shown)


def tab_title(bench: Bench, name: str) -> str:
    """Give the title of a tab whose page was not made yet."""
    if name in RESULTS:
        return f"{_(RESULTS[name].title)} {formats.whole(RESULTS[name].count(bench))}"
    project = bench.session.project
    count = len(project.table(name)) if project is not None else 0
    return f"{_(schema.table(name).label)} {formats.whole(count)}"


# ------------------------------------------------------------------- columns


def _text(name: str, heading: str, write: Callable[[Any], str] = plain_text, tip: str = "") -> Shown:
    return Shown(name, heading, write, tip, lambda values: values.map(write).astype("str"))


def _name(bench: Bench, name: str, heading: str, table: str) -> Shown:
    return _text(name, heading, name_text(bench, table))


def _choice(name: str, heading: str, table: str, column: str) -> Shown:
    described = schema.table(table).column(column)
    return _text(name, heading, lambda value: formats.cell(described, value))


def _count(name: str, heading: str, tip: str = "") -> Shown:
    return Shown(name, heading, count_text, tip, right=True)


def _number(name: str, heading: str, digits: int = 1, tip: str = "") -> Shown:
    return Shown(name, heading, number_text(digits), tip, right=True)


# -------------------------------------------------------------------- outage

BASIS = {
    "topology": N_("Topology"),
    "area": N_("Customer–transformer relation"),
    "manual": N_("Entered by hand"),
    "none": N_("Unlinked"),
}
STATUS = {"out": N_("Out"), "backup": N_("On backup"), "partly": N_("Partly out")}


def _outage_rows(bench: Bench) -> pd.DataFrame:
    result = bench.outage.result
    assert result is not None
    project, listed = result.study.project, result.customers
    customers = project.table("customers")
    rows = customers.frame.iloc[customers.positions(listed["id"].tolist())].reset_index(drop=True)
    areas = project.table("transformer_areas")
    at = np.zeros(0, dtype=np.int64)
    if len(rows):
        at = np.asarray(areas.positions(rows["transformer_area"].fillna("").tolist()), dtype=np.int64)
    managers = areas.frame["manager"].reindex(at).reset_index(drop=True)
    columns = ["id", "name", "customer_class", "importance", "sensitive_kind", "transformer_area", "address"]
    return rows[columns].assign(
        status=listed["status"],
        basis=listed["basis"],
        off=listed["off"],
        on=listed["on"],
        manager=rows["manager"].where(rows["manager"].notna(), managers),
    )


def _moment(value: Any) -> str:
    """Write a time of a result; nothing where there is none."""
    return "" if value is None or pd.isna(value) else pd.Timestamp(value).strftime("%m-%d %H:%M")


def _back_at(value: Any) -> str:
    return _moment(value) or _("not back")


def _fill_customers(bench: Bench, shown: ResultPage) -> None:
    show = bench.show_personal
    customers = schema.table("customers")

    def customer_name(value: Any) -> str:
        hide = objects.masker(customers, customers.column("name"), show)
        text = plain_text(value)
        return hide(text) if hide is not None and text else text

    shown.show_result(
        _outage_rows(bench),
        [
            _text("id", _("Customer number")),
            _text("name", _("Customer name"), customer_name),
            _choice("customer_class", _("Customer class"), "customers", "customer_class"),
            _choice("importance", _("Important grade"), "customers", "importance"),
            _choice("sensitive_kind", _("Sensitive kind"), "customers", "sensitive_kind"),
            _name(bench, "transformer_area", _("Transformer area"), "transformer_areas"),
            _text("status", _("Status"), lambda value: _(STATUS.get(value, value))),
            Shown("off", _("Off at"), _moment, _("When supply was lost first.")),
            Shown("on", _("Back at"), _back_at, _("When supply was back for good.")),
            _text(
                "basis",
                _("Basis"),
                lambda value: _(BASIS.get(value, value)),
                _("Why we think the customer is fed where it is."),
            ),
            _name(bench, "manager", _("District manager"), "district_managers"),
            _text("address", _("Address")),
        ],
    )


def _fill_areas(bench: Bench, shown: ResultPage) -> None:
    result = bench.outage.result
    assert result is not None
    project, listed = result.study.project, result.areas
    holder = project.table("transformer_areas")
    rows = holder.frame.iloc[holder.positions(listed["id"].tolist())].reset_index(drop=True)
    customers, transformers = project.frame("customers"), project.frame("power_transformers")
    count = customers.loc[customers["status"] == "active", "transformer_area"].value_counts()
    kva = transformers.groupby("transformer_area")["rated_kva"].sum()
    frame = rows[["id", "name", "usage", "feeder", "village", "manager"]].assign(
        status=listed["status"],
        off=listed["off"],
        on=listed["on"],
        customers=rows["id"].map(count).fillna(0),
        rated_kva=rows["id"].map(kva),
    )
    shown.show_result(
        frame,
        [
            _text("name", _("Transformer area")),
            _text("id", _("Area number")),
            _choice("usage", _("Use"), "transformer_areas", "usage"),
            _text("status", _("Status"), lambda value: _(STATUS.get(value, value))),
            Shown("off", _("Off at"), _moment, _("When supply was lost first.")),
            Shown("on", _("Back at"), _back_at, _("When supply was back for good.")),
            _count("customers", _("Customers")),
            _number("rated_kva", "kVA", 0),
            _name(bench, "feeder", _("Feeder"), "feeders"),
            _name(bench, "village", _("Village"), "villages"),
            _name(bench, "manager", _("District manager"), "district_managers"),
        ],
    )


BACK_FEED = {
    "pv": N_("PV"),
    "battery": N_("Battery"),
    "generator": N_("Own generator"),
    "second_supply": N_("Second supply"),
    "tie": N_("Open tie switch"),
}
BACK_FEED_TABLE = {"second_supply": "customers", "tie": "switches"}
FLAGS = {"": "", "over-25": N_("Over 25 % of the capacity"), "over-80": N_("Over 80 % of the capacity")}


def _fill_trace(bench: Bench, shown: ResultPage) -> None:
    frame = bench.traces.frame
    assert frame is not None
    shown.show_result(
        frame,
        [
            _text("table", _("Kind"), lambda value: _(schema.table(value).label)),
            _text("id", _("Code")),
            _text("name", _("Name")),
            _number("distance_m", _("Distance (m)"), 1, _("Length of the lines from the start up to it")),
            _count("depth", _("Devices on the way")),
        ],
    )


def _remark(one: BackFeed, closed_in: Mapping[str, int]) -> str:
    """Say how much it is, and of a tie until when it stays open."""
    told = [_(FLAGS[one.flag]) if one.flag else "", tie_remark(one, closed_in)]
    return _("; ").join(text for text in told if text)


def _fill_back_feed(bench: Bench, shown: ResultPage) -> None:
    result = bench.outage.result
    assert result is not None
    found, closed_in = result.study.back_feed, steps_closing(result.study)
    frame = pd.DataFrame(
        {
            "kind": [one.kind for one in found],
            "table": [BACK_FEED_TABLE.get(one.kind, "pv_units") for one in found],
            "id": [one.id for one in found],
            "rated_kw": pd.Series([one.rated_kw for one in found], dtype="float64"),
            "transformer_area": [one.transformer_area or None for one in found],
            "share": pd.Series([one.share for one in found], dtype="float64"),
            "remark": [_remark(one, closed_in) for one in found],
            "connection_switch": [one.connection_switch for one in found],
        }
    )
    project = bench.session.project
    assert project is not None
    frame["name"] = [
        objects.object_name(project, table, one, bench.show_personal)
        for table, one in zip(frame["table"], frame["id"], strict=True)
    ]
    shown.show_result(
        frame,
        [
            _text("kind", _("Kind"), lambda value: _(BACK_FEED.get(value, value))),
            _text("name", _("Name")),
            _text("id", _("Code")),
            _number("rated_kw", "kW", 1),
            _name(bench, "transformer_area", _("Transformer area"), "transformer_areas"),
            Shown(
                "share",
                _("PV ÷ capacity"),
                lambda value: "" if value != value else formats.percent(value),
                right=True,
            ),
            _text("remark", _("Remark")),
            _text("connection_switch", _("Connection switch")),
        ],
    )


# -------------------------------------------------------------------- groups


def _fill_plan(bench: Bench, shown: ResultPage) -> None:
    project, plan = bench.session.project, bench.grouping.plan
    assert project is not None and plan is not None
    areas = project.frame("transformer_areas")
    area_count = areas["manager"].value_counts()
    customers = project.frame("customers")
    of_area = customers.loc[customers["status"] == "active", "transformer_area"].value_counts()
    load = areas.assign(customers=areas["id"].map(of_area).fillna(0)).groupby("manager")["customers"].sum()
    rows = []
    for number, group in enumerate(plan.grouping.groups):
        members = list(group.members)
        rows.append(
            {
                "name": plan.names[number],
                "members": _("、").join(
                    objects.object_name(project, "district_managers", one) for one in members
                ),
                "leader": group.leader,
                "size": len(members),
                "areas": area_count.reindex(members).fillna(0).sum(),
                "customers": load.reindex(members).fillna(0).sum(),
                "mean": group.mean_pair_min,
                "longest": group.longest_pair_min,
                "workload": group.load_ratio,
                "id": members[0],
            }
        )
    shown.show_result(
        pd.DataFrame(rows),
        [
            _text("name", _("Group")),
            _text("members", _("Members")),
            _name(bench, "leader", _("Work leader"), "district_managers"),
            _count("size", _("Persons")),
            _count("areas", _("Areas")),
            _count("customers", _("Customers")),
            _number("mean", _("Mean travel (min)")),
            _number("longest", _("Longest travel (min)")),
            _number(
                "workload",
                _("Workload"),
                2,
                _("Work of the group over the mean of as many managers; 1 is just right."),
            ),
        ],
    )


# -------------------------------------------------------------------- issues

SEVERITIES = {"error": N_("Error"), "warning": N_("Warning"), "note": N_("Note")}


def _fill_issues(bench: Bench, shown: ResultPage) -> None:
    project = bench.session.project
    assert project is not None
    rows = project.frame("issues")
    frame = pd.DataFrame(
        {
            "id": rows["object_id"],
            "severity": rows["severity"],
            "sentence": [_sentence(row) for row in rows.to_dict("records")],
            "file": rows["file"],
            "row_number": rows["row_number"],
            "table": rows["table_name"].fillna(""),
            "row_kept": rows["row_kept"],
        }
    )
    shown.show_result(
        frame,
        [
            _text("severity", _("Severity"), lambda value: _(SEVERITIES.get(value, value))),
            _text("sentence", _("What was found")),
            _text("id", _("Object")),
            _text(
                "table",
                _("Table"),
                lambda value: _(schema.table(value).label) if value in schema.tables() else value,
            ),
            _text("file", _("File")),
            _count("row_number", _("Row")),
            _text("row_kept", _("Row kept"), lambda value: _("Yes") if value else _("No")),
        ],
    )


def _fill_findings(bench: Bench, shown: ResultPage) -> None:
    _show_findings(bench, shown, bench.findings or ())


def _fill_scheme_findings(bench: Bench, shown: ResultPage) -> None:
    _show_findings(bench, shown, bench.grouping.findings.found or ())


def _show_findings(bench: Bench, shown: ResultPage, found: Sequence[Issue]) -> None:
    from ui.messages import issue_sentence

    project = bench.session.project
    told = objects.named_issues(project, found) if project is not None else found
    shown.show_result(
        pd.DataFrame(
            {
                "id": [one.object_id for one in found],
                "severity": [one.severity.value for one in found],
                "sentence": [issue_sentence(one) for one in told],
                "table": [one.table for one in found],
            }
        ),
        [
            _text("severity", _("Severity"), lambda value: _(SEVERITIES.get(value, value))),
            _text("sentence", _("What was found")),
            _text("id", _("Object")),
            _text(
                "table",
                _("Table"),
                lambda value: _(schema.table(value).label) if value in schema.tables() else value,
            ),
        ],
    )


def _sentence(row: Mapping[str, Any]) -> str:
    from ui.messages import issue_sentence

    details = json.loads(row["details"]) if isinstance(row["details"], str) and row["details"] else {}
    return issue_sentence(
        Issue(
            Severity(row["severity"]),
            str(row["code"]),
            plain_text(row["table_name"]),
            plain_text(row["object_id"]),
            details if isinstance(details, dict) else {},
            plain_text(row["file"]),
            0 if pd.isna(row["row_number"]) else int(row["row_number"]),
            bool(row["row_kept"]),
        )
    )


# ---------------------------------------------------------------- every device


def _fill_loss(bench: Bench, shown: ResultPage) -> None:
    frame = bench.ranking.frame
    assert frame is not None
    shown.show_result(
        frame,
        [
            _text("name", _("Device")),
            _text("id", _("Code")),
            _text(
                "table",
                _("Kind"),
                lambda value: _(schema.table(value).label) if value in schema.tables() else value,
            ),
            _count("mv_users", _("MV users")),
            _count("lv_customers", _("LV customers")),
            _number("rated_kva", "kVA", 0),
            _count("important", _("Important customers")),
        ],
    )


def _has_trace(bench: Bench) -> bool:
    return bench.outage.result is not None


def _trace_count(count: Callable[[Answer], int]) -> Callable[[Bench], int]:
    return lambda bench: count(bench.outage.result) if bench.outage.result is not None else 0


def _fill_journal(_bench: Bench, shown: ResultPage) -> None:
    if isinstance(shown, JournalPage):
        shown.show_entries()


JOURNAL = "journal-entries"

RESULTS = {
    JOURNAL: ResultTable(
        N_("Journal"),
        "",
        "number",
        lambda bench: bench.session.project is not None,
        lambda bench: len(bench.session.entries),
        _fill_journal,
    ),
    "outage-customers": ResultTable(
        N_("Customers affected"),
        "customers",
        "id",
        _has_trace,
        _trace_count(lambda answer: len(answer.customers)),
        _fill_customers,
    ),
    "outage-areas": ResultTable(
        N_("Areas affected"),
        "transformer_areas",
        "id",
        _has_trace,
        _trace_count(lambda answer: len(answer.areas)),
        _fill_areas,
    ),
    "back-feed": ResultTable(
        N_("Back-feed"),
        "",
        "id",
        _has_trace,
        _trace_count(lambda answer: len(answer.study.back_feed)),
        _fill_back_feed,
    ),
    "trace-devices": ResultTable(
        N_("Traced devices"),
        "",
        "id",
        lambda bench: bench.traces.frame is not None,
        lambda bench: len(bench.traces.frame) if bench.traces.frame is not None else 0,
        _fill_trace,
    ),
    "device-loss": ResultTable(
        N_("Every device"),
        "",
        "id",
        lambda bench: bench.ranking.frame is not None,
        lambda bench: len(bench.ranking.frame) if bench.ranking.frame is not None else 0,
        _fill_loss,
    ),
    "plan-groups": ResultTable(
        N_("Proposed groups"),
        "district_managers",
        "id",
        lambda bench: bench.grouping.plan is not None and bool(bench.grouping.plan.grouping.groups),
        lambda bench: len(bench.grouping.plan.grouping.groups) if bench.grouping.plan is not None else 0,
        _fill_plan,
    ),
    "findings-checked": ResultTable(
        N_("Findings"),
        "",
        "id",
        lambda bench: bench.findings is not None,
        lambda bench: len(bench.findings or []),
        _fill_findings,
        N_("Nothing was found wrong."),
    ),
    "scheme-findings": ResultTable(
        N_("Scheme check"),
        "",
        "id",
        lambda bench: bench.grouping.findings.found is not None,
        lambda bench: len(bench.grouping.findings.found or ()),
        _fill_scheme_findings,
        N_("Everything in the scheme holds together."),
    ),
    "issues-found": ResultTable(
        N_("Data issues"),
        "",
        "id",
        lambda bench: bench.session.project is not None,
        lambda bench: len(bench.session.project.table("issues")) if bench.session.project is not None else 0,
        _fill_issues,
    ),
}
