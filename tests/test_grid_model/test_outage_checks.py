"""What is looked at before an outage plan is kept: every rule by cases counted by hand."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grid_model.carry_out import CarryOut, PlanRecord, SaveOutage, WithdrawOutage, conflicts, load_study
from grid_model.cell_edit import SetCell
from grid_model.errors import GridError
from grid_model.outage_checks import (
    Finding,
    PlanFacts,
    check_plan,
    checks_document,
    facts_of,
    most_within,
    needs_reason,
)
from grid_model.outage_history import counted_outages, darkened, monthly_hours
from grid_model.project import Project
from grid_model.study import ManualEntry, OutageStudy, StudyStep, study_outage
from tests.conftest import scaled
from tests.drawing import draw

EIGHT = datetime(2026, 11, 20, 8)
Rows = dict[str, dict[str, dict[str, Any]]]


def station(rows: Rows | None = None, customers: dict[str, dict[str, Any]] | None = None) -> Project:
    """F1: s – q1 – [A] – k1 – [B, D] ; F2: s2 – q2 – [C, D]. D is dual-fed and listed under F2."""
    more: Rows = {
        "feeders": {
            "F1": {"name": "东线", "head_switch": "q1"},
            "F2": {"name": "西线", "head_switch": "q2"},
        },
        "transformer_areas": {
            "A": {"name": "东一", "feeder": "F1"},
            "B": {"name": "东二"},
            "D": {"name": "双电源", "feeder": "F2"},
        },
    }
    for table, found in (rows or {}).items():
        for name, values in found.items():
            more.setdefault(table, {}).setdefault(name, {}).update(values)
    return draw(
        "s q1 a", "a k1 b", "a ta ma", "b tb mb", "b td1 md1",
        "s2 q2 c", "c k2 d", "d tc mc", "d td2 md2",
        sources=["s", "s2"],
        areas={"A": "ta", "B": "tb", "C": "tc", "D": ["td1", "td2"]},
        points={"ca": "ma", "cb": "mb", "cc": "mc", "cd": ["md1", "md2"]},
        customers=customers,
        rows=more,
    )  # fmt: skip


def out(
    project: Project,
    switches: str = "k1",
    start: datetime = EIGHT,
    hours: float = 4,
    manual: tuple[ManualEntry, ...] = (),
) -> OutageStudy:
    """The switches open at `start` and close `hours` later."""
    steps = [
        StudyStep(start, "open", tuple(switches.split())),
        StudyStep(start + timedelta(hours=hours), "close", tuple(switches.split())),
    ]
    return study_outage(project, steps, manual=manual)


def kept(project: Project, *plans: OutageStudy, **columns: str) -> Project:
    for one in plans:
        project, _changes = SaveOutage(one, record=PlanRecord(columns)).apply(project)
    return project


def at(days: float) -> datetime:
    return EIGHT + timedelta(days=days)


def found(project: Project, study: OutageStudy, *codes: str, **facts: Any) -> list[Finding]:
    every = check_plan(project, study, PlanFacts(**facts) if facts else None)
    return [one for one in every if one.code in codes] if codes else list(every)


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.code, one.severity.value) for one in findings]


# ------------------------------------------------------------------ customers


def test_important_customers_come_by_grade_then_sensitive_ones_and_life_support_is_only_counted() -> None:
    project = station(
        customers={
            "ca": {"importance": "second", "sensitive_kind": "hospital"},
            "cb": {"importance": "special"},
            "cc": {"sensitive_kind": "school", "life_support": True},
            "cd": {"importance": "first"},
        }
    )
    got = found(project, out(project, "q1"), "important-inside", "sensitive-inside", "life-support-inside")
    assert [(one.code, one.values.get("grade"), one.values["customers"]) for one in got] == [
        ("important-inside", "special", ("cb",)),
        ("important-inside", "second", ("ca",)),
    ]
    backup = found(project, out(project, "q1"), "important-on-backup")
    assert [(one.values["grade"], one.values["customers"]) for one in backup] == [("first", ("cd",))]
    west = found(project, out(project, "q2"), "sensitive-inside", "life-support-inside")
    assert west[0].values == {"kind": "school", "count": 1, "customers": ("cc",)}
    assert west[1].values == {"count": 1}


def test_where_nobody_loses_supply_there_is_nothing_to_find() -> None:
    project = station(customers={"cd": {"importance": "first"}})
    steps = [StudyStep(EIGHT, "open", ("k1",)), StudyStep(EIGHT, "close", ("k1",))]
    assert check_plan(project, study_outage(project, steps)) == ()


def test_a_plan_that_leaves_people_without_supply_is_warned_of_and_a_fault_is_not() -> None:
    project = station()
    plan = study_outage(project, [StudyStep(EIGHT, "open", ("k1",))], until=at(1))
    (one,) = found(project, plan, "not-restored")
    assert (one.severity.value, one.values) == ("warning", {"count": 1, "until": "2026-11-21T08:00"})
    assert not found(project, plan, "not-restored", kind="internal_fault")
    assert not found(project, out(project), "not-restored")


# ------------------------------------------------------------------ frequency


def test_the_second_outage_in_60_days_warns_and_the_third_wants_a_reason() -> None:
    project = station()
    assert not found(project, out(project), "frequent-outages")
    project = kept(project, out(project, start=at(-10)))
    assert told(found(project, out(project), "frequent-outages")) == [("frequent-outages", "warning")]
    project = kept(project, out(project, start=at(-20)))
    (third,) = found(project, out(project), "frequent-outages")
    assert (third.severity.value, third.values["times"], third.values["areas"]) == ("alarm", 3, ("B",))
    assert needs_reason([third])
    project = kept(project, out(project, start=at(-30)))
    assert found(project, out(project), "frequent-outages")[0].values["times"] == 4


@pytest.mark.parametrize(("days", "counts"), [(-60, True), (-61, False), (60, True), (61, False)])
def test_days_60_apart_lie_within_60_days_and_61_do_not(days: int, counts: bool) -> None:
    project = station()
    project = kept(project, out(project, start=at(days)))
    assert bool(found(project, out(project), "frequent-outages")) == counts


def test_calendar_days_count_and_not_hours() -> None:
    project = station()
    project = kept(project, out(project, start=at(-60) - timedelta(hours=7)))  # 01:00, 60 days before 08:00
    assert found(project, out(project), "frequent-outages")


def test_an_outage_before_and_one_after_count_together_only_within_one_stretch_of_60_days() -> None:
    project = station()
    project = kept(project, out(project, start=at(-20)), out(project, start=at(41)))
    assert found(project, out(project), "frequent-outages")[0].values["times"] == 2
    project = kept(station(), out(project, start=at(-20)), out(project, start=at(40)))
    assert found(project, out(project), "frequent-outages")[0].values["times"] == 3


def test_each_area_is_counted_by_itself() -> None:
    project = station()
    project = kept(project, out(project, start=at(-10)))
    (one,) = found(project, out(project, "q1"), "frequent-outages")
    assert one.values["areas"] == ("B",)


def test_a_dual_fed_area_is_only_out_while_both_its_supplies_are() -> None:
    project = station()
    project = kept(project, out(project, start=at(-10)), out(project, "k1 k2", start=at(-5)))
    times = {
        area: one.values["times"]
        for one in found(project, out(project, "k1 k2"), "frequent-outages")
        for area in one.values["areas"]
    }
    assert times == {"B": 3, "C": 2, "D": 2}


def test_the_plan_itself_and_what_was_withdrawn_are_not_counted() -> None:
    project = station()
    project = kept(project, out(project), out(project, start=at(-10)))
    plan, other = project.frame("outages")["id"].tolist()
    later = out(project, start=at(1))
    assert found(project, later, "frequent-outages", outage=plan)[0].values["times"] == 2
    assert found(project, later, "frequent-outages")[0].values["times"] == 3
    withdrawn, _changes = WithdrawOutage(other, "rain").apply(project)
    assert not found(withdrawn, out(project), "frequent-outages", outage=plan)
    assert not conflicts(withdrawn, out(project, start=at(-10)))
    again, _changes = SaveOutage(out(project, start=at(-10)), outage=other).apply(withdrawn)
    assert found(again, out(project), "frequent-outages", outage=plan)


def test_who_is_out_already_is_not_out_a_second_time() -> None:
    project = station()
    project = kept(project, out(project), out(project, start=at(0) + timedelta(hours=3)))
    assert not found(project, out(project), "frequent-outages")
    project = kept(project, out(project, start=at(-4)), out(project, start=at(-4) + timedelta(hours=2)))
    project = kept(project, out(project, start=at(-4) + timedelta(hours=5)))
    assert found(project, out(project), "frequent-outages")[0].values["times"] == 2
    project = kept(project, out(project, start=at(-4) + timedelta(hours=9)))  # the other ends then
    assert found(project, out(project), "frequent-outages")[0].values["times"] == 3


def test_what_was_carried_out_cannot_be_withdrawn() -> None:
    project = station()
    steps = [StudyStep(EIGHT, "open", ("k1",))]
    project, _changes = CarryOut(study_outage(project, steps)).apply(project)
    with pytest.raises(GridError, match="outage-carried-out"):
        WithdrawOutage("20261120-01").apply(project)
    with pytest.raises(GridError, match="unknown-object"):
        WithdrawOutage("none").apply(project)


def test_an_outage_put_off_in_the_table_counts_on_its_new_day_and_the_actual_time_wins() -> None:
    project = station()
    project = kept(project, out(project, start=at(-70)))
    (one,) = project.frame("outages")["id"]
    assert not found(project, out(project), "frequent-outages")
    project, _changes = SetCell("outages", one, "planned_off", "2026-10-20T06:00:00").apply(project)
    assert found(project, out(project), "frequent-outages")
    assert counted_outages(project)[0].outs == {"B": (datetime(2026, 10, 20, 6), datetime(2026, 10, 20, 10))}
    project, _changes = SetCell("outages", one, "actual_off", "2026-08-01T06:00:00").apply(project)
    assert not found(project, out(project), "frequent-outages")


def test_a_momentary_interruption_is_no_outage_of_the_area() -> None:
    project = station()
    project = kept(project, out(project, start=at(-5), hours=3 / 60))
    assert not found(project, out(project), "frequent-outages")
    project = kept(project, out(project, start=at(-6), hours=4 / 60))
    assert found(project, out(project), "frequent-outages")[0].values["times"] == 2


def test_a_record_of_older_form_counts_by_its_areas_and_one_without_areas_is_named() -> None:
    result = json.dumps({"areas": ["B"], "user_hours": {"mv_users": 3.5}})
    project = station(
        {
            "feeders": {"F1": {"outage_budget": 10.0}},
            "outages": {
                "old": {"planned_off": "2026-11-01T08:00:00", "feeder": "F1", "result": result},
                "paper": {"planned_off": "2026-11-02T08:00:00", "feeder": "F1"},
                "undated": {"name": "?"},
                "long-ago": {"planned_off": "2024-11-02T08:00:00"},
            },
        }
    )
    (often,) = found(project, out(project), "frequent-outages")
    assert often.values["times"] == 2
    (budget,) = found(project, out(project), "budget-within")
    assert (budget.values["used"], budget.values["cost"]) == (3.5, 4.0)
    assert found(project, out(project), "budget-unknown-hours")[0].values["outages"] == ("paper",)
    assert found(project, out(project), "records-without-areas")[0].values["outages"] == ("paper", "undated")


@given(
    st.lists(st.integers(-200, 200), max_size=12),
    st.integers(-20, 20),
    st.integers(1, 90),
)
def test_the_densest_stretch_is_found_as_by_trying_every_one(days: list[int], day: int, span: int) -> None:
    origin = date(2026, 6, 1)
    every = [day, *days]
    tried = max(sum(first <= one <= first + span for one in every) for first in range(day - span, day + 1))
    others = [origin + timedelta(days=one) for one in days]
    assert most_within(origin + timedelta(days=day), others, span) == tried


# ------------------------------------------------------------------ planned outages of the year


def test_the_third_planned_outage_of_a_calendar_year_warns() -> None:
    project = station()
    project = kept(project, out(project, start=datetime(2026, 1, 1, 8)))
    assert not found(project, out(project), "planned-too-often")
    project = kept(project, out(project, start=datetime(2025, 12, 31, 8)))
    assert not found(project, out(project), "planned-too-often")
    project = kept(project, out(project, start=datetime(2026, 12, 31, 8)))
    (often,) = found(project, out(project), "planned-too-often")
    assert often.severity == "warning"
    assert often.values == {"times": 3, "year": 2026, "limit": 2, "count": 1, "areas": ("B",)}


def test_an_outage_over_new_year_counts_in_the_year_it_begins() -> None:
    project = station()
    eve = datetime(2025, 12, 31, 22)
    project = kept(project, out(project, start=eve), out(project, start=datetime(2026, 3, 1, 8)))
    assert not found(project, out(project), "planned-too-often")
    project = kept(project, out(project, start=datetime(2026, 5, 1, 8)))
    assert found(project, out(project), "planned-too-often")[0].values["times"] == 3


def test_faults_are_no_planned_outages_but_frequent_ones() -> None:
    project = station()
    fault = [StudyStep(at(-9), "fault", ("tb",)), StudyStep(at(-8), "repair"), StudyStep(at(-8), "normal")]
    project = kept(project, study_outage(project, fault))
    project = kept(project, out(project, start=at(-7)), reliability_class="external_fault")
    assert {one.kind for one in counted_outages(project)} == {"fault", "external_fault"}
    project = kept(project, out(project, start=at(-6)))
    assert not found(project, out(project), "planned-too-often")
    assert found(project, out(project), "frequent-outages")[0].values["times"] == 4
    repaired = study_outage(project, [StudyStep(EIGHT, "fault", ("tb",)), StudyStep(at(1), "repair")])
    assert not [one for one in check_plan(project, repaired) if one.code.startswith(("budget", "notice"))]


# ------------------------------------------------------------------ budget


def budget(hours: float) -> Rows:
    return {"feeders": {"F1": {"outage_budget": hours}}}


@pytest.mark.parametrize(
    ("hours", "code", "severity"),
    [(5.01, "budget-within", "note"), (5.0, "budget-near", "warning"), (4.01, "budget-near", "warning"),
     (4.0, "budget-reached", "alarm"), (3.0, "budget-over", "alarm"), (0.0, "budget-over", "alarm")],
)  # fmt: skip
def test_80_per_cent_of_the_budget_warns_and_100_wants_a_reason(
    hours: float, code: str, severity: str
) -> None:
    project = station(budget(hours))
    (one,) = [one for one in check_plan(project, out(project)) if one.code.startswith("budget")]
    assert (one.code, one.severity.value) == (code, severity)
    assert (one.values["feeder"], one.values["month"], one.values["cost"]) == ("F1", "2026-11", 4.0)
    assert one.values["remaining"] == hours - 4.0


def test_the_months_other_plans_of_the_feeder_are_counted_and_those_of_other_months_are_not() -> None:
    project = station(budget(10))
    project = kept(
        project,
        out(project, "q1", start=datetime(2026, 11, 3, 8), hours=2),  # A and B: 4 user-hours
        out(project, start=datetime(2026, 10, 31, 8)),
        out(project, start=datetime(2026, 12, 1, 8)),
        out(project, "q2", start=datetime(2026, 11, 5, 8)),  # the other feeder
    )
    project = kept(project, out(project, start=at(-3)), reliability_class="internal_fault")
    (one,) = found(project, out(project), "budget-near")
    assert (one.values["used"], one.values["cost"], one.values["remaining"]) == (4.0, 4.0, 2.0)
    assert one.values["share"] == pytest.approx(0.8)


def test_what_crosses_the_end_of_a_month_is_parted_there() -> None:
    project = station(budget(100))
    night = out(project, start=datetime(2026, 11, 30, 22), hours=5)
    (november, december) = found(project, night, "budget-within")
    assert (november.values["month"], november.values["cost"]) == ("2026-11", 2.0)
    assert (december.values["month"], december.values["cost"]) == ("2026-12", 3.0)
    project = kept(project, night)
    later = found(project, out(project, start=datetime(2026, 12, 5, 8)), "budget-within")
    assert [one.values["used"] for one in later] == [3.0]
    eve = out(project, start=datetime(2026, 12, 31, 23), hours=2)
    assert [one.values["month"] for one in found(project, eve, "budget-within")] == ["2026-12", "2027-01"]


def test_a_dual_fed_area_costs_the_feeder_it_is_listed_under() -> None:
    project = station({"feeders": {"F1": {"outage_budget": 100.0}, "F2": {"outage_budget": 100.0}}})
    costs = {
        one.values["feeder"]: one.values["cost"]
        for one in found(project, out(project, "k1 k2"), "budget-within")
    }
    assert costs == {"F1": 4.0, "F2": 8.0}  # B alone; C by the network, D by the list


def test_an_area_listed_nowhere_costs_the_feeder_that_feeds_it_in_the_normal_state() -> None:
    project = station(budget(100))
    moved, _changes = SetCell("switches", "k1", "open", True).apply(project)
    assert [one.values["feeder"] for one in found(moved, out(moved), "budget-within")] == ["F1"]


def test_users_of_no_feeder_are_said_to_count_nowhere_and_no_budget_is_said_too() -> None:
    project = station({"feeders": {"F1": {"head_switch": None}}})
    (one,) = found(project, out(project), "budget-no-feeder")
    assert one.values["cost"] == 4.0
    project = station()
    (one,) = found(project, out(project), "budget-unset")
    assert (one.severity.value, one.values["cost"], one.values["budget"]) == ("note", 4.0, None)


def test_what_was_entered_by_hand_costs_only_what_the_network_does_not_have_out_already() -> None:
    project = station(budget(100))
    by_hand = (ManualEntry("area", "B", "…", at(0), at(0.25)), ManualEntry("area", "A", "…"))
    study = out(project, manual=by_hand)  # B 08–12 and by hand 08–14; A 08–12
    (one,) = found(project, study, "budget-within")
    assert one.values["cost"] == study.all_hours.mv_users == 10.0


DEVICES = ("q1", "k1", "q2", "k2", "ta", "tb", "td1", "td2")


@settings(max_examples=scaled(30, 600))
@given(st.data())
def test_the_feeders_costs_by_month_sum_up_to_the_user_hours_of_the_study(data: st.DataObject) -> None:
    project = station(
        customers={"cd": {"customer_class": "mv", "transformer_area": "D"}, "cb": {"customer_class": "mv"}}
    )
    minutes = sorted(data.draw(st.lists(st.integers(0, 3 * 24 * 60), min_size=2, max_size=8)))
    start = datetime(2026, 11, 29)
    is_open: set[str] = set()
    steps = []
    for n in minutes:
        device = data.draw(st.sampled_from(DEVICES))
        steps.append(
            StudyStep(start + timedelta(minutes=n), "close" if device in is_open else "open", (device,))
        )
        is_open ^= {device}
    latest_off = max(2000, minutes[0])
    entry = st.builds(
        ManualEntry, st.just("area"), st.sampled_from("ABCD"), st.just("…"),
        st.none() | st.integers(0, 2000).map(lambda n: start + timedelta(minutes=n)),
        st.none() | st.integers(latest_off + 1, 7000).map(lambda n: start + timedelta(minutes=n)),
    )  # fmt: skip
    until = start + timedelta(days=4)
    study = study_outage(project, steps, until=until, manual=data.draw(st.lists(entry, max_size=3)))
    hours = monthly_hours(darkened(study).feeders)
    assert sum(hours.values()) == pytest.approx(study.all_hours.mv_users)
    kept_project, _changes = SaveOutage(study).apply(project)
    assert counted_outages(kept_project)[0].hours == pytest.approx(hours)


# ------------------------------------------------------------------ notice


@pytest.mark.parametrize(
    ("kind", "announced", "code"),
    [
        ("planned", EIGHT - timedelta(hours=168), "notice-met"),
        ("planned", EIGHT - timedelta(hours=168) + timedelta(minutes=1), "notice-late"),
        ("planned", EIGHT + timedelta(minutes=1), "notice-after"),
        ("temporary", EIGHT - timedelta(hours=24), "notice-met"),
        ("temporary", EIGHT - timedelta(hours=23, minutes=59), "notice-late"),
    ],
)
def test_planned_outages_are_announced_168_hours_ahead_and_temporary_ones_24(
    kind: str, announced: datetime, code: str
) -> None:
    project = station()
    (one,) = [
        one
        for one in found(project, out(project), kind=kind, announced=announced)
        if one.code.startswith("notice")
    ]
    assert one.code == code
    assert one.severity.value == ("note" if code == "notice-met" else "alarm")


@pytest.mark.parametrize(
    ("days", "code", "deadline"),
    [
        (7, "notice-due", "2026-11-20T08:00"),
        (8, "notice-due", "2026-11-21T08:00"),
        (6, "notice-overdue", "2026-11-19T08:00"),
    ],
)
def test_where_nothing_was_announced_the_deadline_is_told_and_held_against_the_planning_date(
    days: int, code: str, deadline: str
) -> None:
    project = station()  # planned on 2026-11-20
    (one,) = found(project, out(project, start=at(days)), "notice-due", "notice-overdue")
    assert (one.code, one.values["deadline"]) == (code, deadline)


def test_the_people_are_told_before_the_first_customer_goes_out_not_before_the_first_step() -> None:
    project = station()
    steps = [
        StudyStep(at(7), "open", ("k2",)),
        StudyStep(at(8), "open", ("k1",)),
        StudyStep(at(9), "close", ("k1", "k2")),
    ]
    first = study_outage(project, steps)
    assert found(project, first, "notice-due")[0].values["off"] == "2026-11-27T08:00"  # C
    quiet = station({"switches": {"k2": {"normal_open": True, "open": True}}})
    steps = [
        StudyStep(at(7), "close", ("k2",)),
        StudyStep(at(8), "open", ("k1",)),
        StudyStep(at(9), "close", ("k1",)),
    ]
    assert found(quiet, study_outage(quiet, steps), "notice-due")[0].values["off"] == "2026-11-28T08:00"


def test_class_and_announcement_come_from_the_record_where_they_are_not_given() -> None:
    project = station()
    project = kept(project, out(project), reliability_class="temporary", announced="2026-11-19T08:00:00")
    (one,) = project.frame("outages")["id"]
    facts = facts_of(project, out(project), one)
    assert facts == PlanFacts(one, "temporary", EIGHT - timedelta(hours=24))
    assert found(project, out(project), "notice-met", outage=one, kind=facts.kind, announced=facts.announced)
    assert facts_of(project, out(project), one, "planned").kind == "planned"


# ------------------------------------------------------------------ limits, order, record


def test_the_limits_are_settings_of_the_station() -> None:
    limits = {"outage.frequent_days": "5", "outage.budget_warn": "0.3", "outage.notice_planned_h": "48"}
    rows: Rows = {"settings": {name: {"value": value} for name, value in limits.items()}}
    project = station(rows | budget(10))
    project = kept(project, out(project, start=datetime(2026, 10, 14, 8)))
    assert not found(project, out(project), "frequent-outages")
    assert found(project, out(project), "budget-near")
    announced = EIGHT - timedelta(hours=48)
    assert found(project, out(project), "notice-met", kind="planned", announced=announced)


def test_alarms_stand_first_then_warnings_then_notes() -> None:
    project = station(budget(4), customers={"cb": {"importance": "special"}})
    severities = [one.severity.value for one in check_plan(project, out(project))]
    assert severities == sorted(severities, key=["alarm", "warning", "note"].index)
    assert severities[0] == "alarm"


def test_the_findings_and_the_reason_are_kept_and_not_forgotten_when_it_is_carried_out() -> None:
    project = station(budget(4))
    study = out(project, hours=5)
    findings = check_plan(project, study)
    record = PlanRecord({}, checks_document(findings, "hospital asked"))
    project, _changes = SaveOutage(study, record=record).apply(project)
    (one,) = project.frame("outages")["id"]
    project, _changes = CarryOut(study, upto=1, outage=one).apply(project)
    result = json.loads(project.table("outages").row(one)["result"])
    assert result["checks"]["reason"] == "hospital asked"
    assert result["checks"]["needs_reason"]
    assert result["checks"]["findings"][0]["code"] == "budget-over"
    assert load_study(project, one).differences == ()
