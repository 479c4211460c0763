"""`taiqu study` and the outage sheet: checks of a plan, reason, class, notice, withdrawing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gis.project_file import open_for_reading, opened_for_editing, save_new
from grid_model.cell_edit import SetCell
from grid_model.feedback import SILENT
from tests.test_grid_model.test_outage_checks import budget, station
from ui.cli import main


@pytest.fixture
def path(tmp_path: Path) -> str:
    """The feeder 东线 may cost 5 user-hours a month; in B is an important customer."""
    file = tmp_path / "station.gpkg"
    save_new(file, station(budget(5), customers={"cb": {"importance": "special"}}), SILENT)
    return str(file)


def steps(tmp_path: Path, day: str, hours: int = 4, switch: str = "k1") -> str:
    file = tmp_path / f"{day}-{hours}.json"
    rows = [
        {"time": f"{day}T08:00", "action": "open", "device": switch},
        {"time": f"{day}T{8 + hours:02d}:00", "action": "close", "device": switch},
    ]
    file.write_text(json.dumps({"steps": rows}), "utf-8")
    return str(file)


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def codes(found: Any) -> dict[str, str]:
    return {one["code"]: one["severity"] for one in found["checks"]["findings"]}


def test_the_checks_are_told_with_every_study(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = steps(tmp_path, "2026-12-10")
    found = document(capsys, "study", path, "--steps", plan)
    assert codes(found) == {"important-inside": "warning", "budget-near": "warning", "notice-due": "note"}
    assert not found["checks"]["needs_reason"]
    values = {one["code"]: one["values"] for one in found["checks"]["findings"]}
    assert values["budget-near"] == {
        "feeder": "F1", "month": "2026-12", "cost": 4.0, "used": 0, "budget": 5.0,
        "remaining": 1.0, "share": 0.8,
    }  # fmt: skip
    assert values["notice-due"]["deadline"] == "2026-12-03T08:00"
    assert main(["study", path, "--steps", plan]) == 0
    text = capsys.readouterr().out
    assert "[Attention] Important customers (Special grade) who lose supply, 1: cb" in text
    assert (
        "Outage budget of 东线, 2026-12, nearly used up: this plan 4 user-hours, others 0, budget 5" in text
    )
    assert "Not announced yet: to be announced by 2026-12-03 08:00, 7 days before the outage" in text


def test_a_plan_that_reaches_the_budget_is_kept_only_with_a_reason(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = steps(tmp_path, "2026-12-10", 5)
    assert main(["study", path, "--steps", plan, "--save", "换杆"]) == 2
    said = capsys.readouterr().err
    assert "kept only with a reason" in said
    assert "Outage budget of 东线, 2026-12, at its limit" in said
    assert len(said.strip().splitlines()) == 1
    assert not len(open_for_reading(Path(path)).frame("outages"))
    assert main(["study", path, "--steps", plan, "--save", "换杆", "--reason", "  "]) == 2
    capsys.readouterr()
    found = document(capsys, "study", path, "--steps", plan, "--save", "换杆", "--reason", "危杆")
    row = open_for_reading(Path(path)).table("outages").row(found["outage"])
    checks = json.loads(row["result"])["checks"]
    assert (checks["reason"], checks["needs_reason"]) == ("危杆", True)
    assert checks["findings"][0]["code"] == "budget-reached"
    assert document(capsys, "study", path, "--outage", found["outage"])["checks"]["reason"] == "危杆"


def test_the_next_plan_of_the_month_meets_what_is_left_and_a_withdrawn_one_gives_it_back(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = document(capsys, "study", path, "--steps", steps(tmp_path, "2026-12-10", 3), "--save", "一")
    second = ("study", path, "--steps", steps(tmp_path, "2026-12-20", 2))
    assert codes(document(capsys, *second))["budget-reached"] == "alarm"
    assert codes(document(capsys, *second))["frequent-outages"] == "warning"
    withdrawn = document(capsys, "study", path, "--outage", first["outage"], "--withdraw", "--reason", "雨")
    assert withdrawn["withdrawn"]
    assert set(codes(document(capsys, *second))) == {"important-inside", "budget-within", "notice-due"}
    with opened_for_editing(Path(path)) as history:
        history.undo()
        assert "withdrawn" not in json.loads(history.project.table("outages").row(first["outage"])["result"])


def test_class_and_announcement_are_kept_in_their_columns(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = ("study", path, "--steps", steps(tmp_path, "2026-12-10"))
    late = document(capsys, *plan, "--announced", "2026-12-03T08:01")
    assert codes(late)["notice-late"] == "alarm"
    temporary = ("--class", "temporary", "--announced", "2026-12-09T08:00")
    kept = document(capsys, *plan, *temporary, "--save", "临时消缺")
    assert codes(kept)["notice-met"] == "note"
    row = open_for_reading(Path(path)).table("outages").row(kept["outage"])
    assert (row["reliability_class"], row["announced"]) == ("temporary", "2026-12-09T08:00:00")
    assert codes(document(capsys, "study", path, "--outage", kept["outage"]))["notice-met"] == "note"


@pytest.mark.parametrize(("arguments", "says"), [
    (["--reason", "because"], "--reason is kept with the plan"),
    (["--withdraw"], "--withdraw takes a kept plan back"),
    (["--withdraw", "--save", "x"], "--withdraw takes a kept plan back"),
    (["--announced", "soon"], "“soon” is no time"),
])  # fmt: skip
def test_arguments_that_do_not_fit_are_one_sentence(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main(["study", path, "--steps", steps(tmp_path, "2026-12-10"), *arguments]) == 2
    assert says in capsys.readouterr().err


def test_what_was_carried_out_is_recorded_without_asking_for_a_reason_and_cannot_be_withdrawn(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = steps(tmp_path, "2026-12-10", 6)
    done = document(capsys, "study", path, "--steps", plan, "--carry-out", "--upto", "1")
    assert codes(done)["budget-over"] == "alarm"
    assert main(["study", path, "--outage", done["outage"], "--withdraw"]) == 2
    assert "cannot be withdrawn" in capsys.readouterr().err


def test_the_checks_in_chinese(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["study", path, "--steps", steps(tmp_path, "2026-12-01"), "--save", "一"])
    with opened_for_editing(Path(path)) as history:
        history.do(SetCell("feeders", "F1", "outage_budget", 1.0))
    capsys.readouterr()
    monkeypatch.setenv("TAIQU_LANG", "zh_CN")
    assert main(["study", path, "--steps", steps(tmp_path, "2026-12-20")]) == 0
    text = capsys.readouterr().out
    assert "停电前校核（先算后停）" in text
    assert (
        "[须说明理由] 东线 2026-12 超出时户数预算 7：本次 4，其他已安排 4，预算 1（已用 800\u00a0%）" in text
    )
    assert "[注意] 频繁停电：60 天内停电 2 次（含本次）的台区 1 个：东二" in text
    assert "[注意] 重要用户（特级）1 户将停电：cb" in text
    assert "[提示] 尚未公告：最迟应于 2026-12-13 08:00 公告（提前 7 天）" in text


def test_the_printed_sheet_has_the_checks(path: str, tmp_path: Path) -> None:
    from ui.commands.print_ import PrintParameters, options_of

    plan = steps(tmp_path, "2026-12-10", 5)
    asked = PrintParameters(template="outage-sheet", out=str(tmp_path / "sheet.pdf"), steps_file=plan)
    rows = options_of(open_for_reading(Path(path)), asked, SILENT).checks
    assert [one for one, _sentence in rows] == ["Needs a reason", "Attention", "For information"]
    assert rows[0][1].startswith("Outage budget of 东线, 2026-12, at its limit: this plan 5 user-hours")
