"""Who may lead and guard on the planning date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pytest

from grid_model.project import Project, ProjectInfo
from grid_model.qualification import Qualifications, qualifications

DAY = "2026-11-20"
ELECTRICIAN = ("lv_electrician", "2030-01-01")
EXAM = ("safety_exam", "2027-01-01")
LEADER = ("work_leader", "2028-01-01")


def judged(certificates: Mapping[str, Sequence[tuple[str, str | None]]], on: str = DAY) -> Qualifications:
    rows = [
        {"id": f"{manager}-{n}", "manager": manager, "kind": kind, "valid_until": until}
        for manager, own in certificates.items()
        for n, (kind, until) in enumerate(own)
    ]
    frames = {"qualifications": pd.DataFrame(rows)} if rows else {}
    return qualifications(Project.of(ProjectInfo(planning_date=on), frames))


@pytest.mark.parametrize(
    ("certificates", "guards", "leads"),
    [
        ([ELECTRICIAN, EXAM, LEADER], True, True),
        ([("hv_electrician", "2030-01-01"), EXAM], True, False),
        ([ELECTRICIAN, LEADER], False, False),  # no yearly examination
        ([EXAM, LEADER], False, False),  # no electrician
        ([ELECTRICIAN, EXAM, ("work_at_height", "2030-01-01")], True, False),
        ([ELECTRICIAN, ("safety_exam", DAY), LEADER], True, True),  # holds on its last day
        ([ELECTRICIAN, ("safety_exam", "2026-11-19"), LEADER], False, False),
        ([ELECTRICIAN, EXAM, ("work_leader", "2026-11-19")], True, False),
        ([("lv_electrician", "2026-01-01"), ("hv_electrician", "2029-01-01"), EXAM], True, False),
    ],
)
def test_guarding_needs_examination_and_electrician_leading_the_appointment_too(
    certificates: list[tuple[str, str | None]], guards: bool, leads: bool
) -> None:
    found = judged({"m": certificates})
    assert found.known and ("m" in found.guards, "m" in found.leaders) == (guards, leads)


def test_a_renewed_certificate_is_not_expired() -> None:
    found = judged({"a": [("safety_exam", "2025-01-01"), EXAM], "b": [("safety_exam", "2025-01-01")]})
    assert found.expired == (("b", "safety_exam"),)


def test_a_certificate_without_an_end_is_valid_and_reported() -> None:
    found = judged({"a": [("safety_exam", None), ELECTRICIAN]})
    assert "a" in found.guards and found.undated == (("a", "safety_exam"),)


def test_without_any_certificate_nothing_is_known() -> None:
    found = judged({})
    assert not found.known and found.valid_group(["a", "b"]) and not found.valid_group(["a"])


def test_a_group_needs_a_leader_and_another_who_can_guard() -> None:
    found = judged({"a": [ELECTRICIAN, EXAM, LEADER], "b": [ELECTRICIAN, EXAM], "c": [EXAM]})
    assert found.valid_group(["a", "b"]) and found.valid_group(["a", "b", "c"])
    assert (
        not found.valid_group(["a"])
        and not found.valid_group(["a", "c"])
        and not found.valid_group(["b", "c"])
    )
    assert found.proposed_leader(["b", "a"]) == "a" and found.proposed_leader(["b"]) is None


def test_validity_is_judged_on_the_planning_date() -> None:
    certificates = {"a": [ELECTRICIAN, EXAM, LEADER]}
    assert judged(certificates, "2027-01-01").leaders == {"a"}
    assert judged(certificates, "2027-01-02").leaders == frozenset()
