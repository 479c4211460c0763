"""`taiqu study` and `taiqu abnormal`: proposals, lists with times, keeping, carrying out, the way back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gis.project_file import open_for_reading, opened_for_editing, save_new
from grid_model.cell_edit import SetCell
from grid_model.feedback import SILENT
from tests.test_grid_model.test_tracing import worked_case
from ui.cli import main


@pytest.fixture
def path(tmp_path: Path) -> str:
    file = tmp_path / "worked.gpkg"
    save_new(file, worked_case(), SILENT)
    return str(file)


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def written(tmp_path: Path, *steps: dict[str, Any], **more: Any) -> str:
    file = tmp_path / "steps.json"
    file.write_text(json.dumps({"steps": steps, **more}), "utf-8")
    return str(file)


FAULT = ("--fault", "l1", "--time", "10:00", "--propose")


@pytest.mark.parametrize(("k1", "hours", "outs"), [
    ("k1", 7.833, [4, 4, 3, 2, 2]),
    ("b1", 7.167, [3, 3, 2, 2]),
])  # fmt: skip
def test_the_worked_case_by_its_proposal_and_by_the_steps_file_it_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], k1: str, hours: float, outs: list[int]
) -> None:
    file = tmp_path / "case.gpkg"
    save_new(file, worked_case(k1), SILENT)
    steps = tmp_path / "proposed.json"
    proposed = document(capsys, "study", str(file), *FAULT, "--out", str(steps))
    played = document(capsys, "study", str(file), "--steps", str(steps))
    for found in (proposed, played):
        assert round(found["user_hours"]["mv_users"], 3) == hours
        assert [one["counts"]["mv_users"] for one in found["steps"]][: len(outs)] == outs
        kinds = {(one["kind"], one["id"], one["flag"], one["where"]) for one in found["back_feed"]}
        assert {("pv", "pv5", "over-25", "isolated"), ("second_supply", "c3", "", "isolated")} <= kinds
        assert [one["id"] for one in found["customers"] if one["status"] == "backup"] == ["c3"]
        assert found["not_restored"] == []
    assert proposed["proposal"]["restoration"]["method"] == "exact"
    assert played["reliability"]["users"] == 5
    assert played["reliability"]["saidi_h"] == pytest.approx(hours / 5, abs=1e-3)


def test_a_switch_that_cannot_be_operated_changes_the_proposal(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = document(capsys, "study", path, *FAULT, "--inoperable", "k2")
    assert found["proposal"]["isolation"]["passed_over"] == ["k2"]
    assert found["steps"][1]["ids"] == ["k1"]
    assert "T4" in {one["id"] for one in found["areas"] if one["on"] == "2026-11-20T13:00"}


def test_the_list_of_a_study_has_times_and_the_reason(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "list.xlsx"
    assert main(["study", path, *FAULT, "--customers", str(out)]) == 0
    assert str(out) in capsys.readouterr().out
    book = openpyxl.load_workbook(out)
    head, *rows = book.worksheets[0].iter_rows(values_only=True)
    listed = {row[1]: dict(zip(head, row, strict=True)) for row in rows}
    assert listed["c4"]["Off since"] == "2026-11-20 10:00"
    assert listed["c4"]["Expected or actual supply"] == "2026-11-20 11:10"
    assert listed["c4"]["Why on this list"] == (
        "The way to the source leads over t4 – k2 – l1 – k1 – q1, and q1 is open."
    )
    assert listed["c3"]["Status"] == "On backup supply"
    course = list(book["Course"].iter_rows(values_only=True))
    assert [row[3] for row in course[1:6]] == [4, 4, 3, 2, 2]
    facts = dict(book.worksheets[1].iter_rows(values_only=True, max_col=2))
    assert facts["User-hours by MV users"] == 7.833
    with opened_for_editing(Path(path)) as history:
        assert [entry.action for entry in history.journal.entries()] == ["note"]


def test_what_is_entered_by_hand_is_counted_apart_and_together(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = written(
        tmp_path,
        {"time": "10:00", "action": "open", "device": "k2"},
        {"time": "12:00", "action": "close", "device": "k2"},
        manual=[
            {"customer": "c1", "reason": "phoned", "off": "10:30", "on": "11:00"},
            {"customer": "c4", "reason": "phoned too"},
            {"area": "T2", "reason": "low voltage", "on": "11:00"},
        ],
    )
    found = document(capsys, "study", path, "--steps", steps)
    assert found["user_hours"] == {"mv_users": 2.0, "lv_customers": 2.0}
    assert found["manual"]["counts"]["lv_customers"] == 1
    assert found["manual"]["counts"]["mv_users"] == 1
    assert found["manual"]["user_hours"] == {"mv_users": 1.0, "lv_customers": 0.5}
    assert found["manual"]["user_hours_together"] == {"mv_users": 3.0, "lv_customers": 2.5}
    by_hand = [one for one in found["customers"] if one["basis"] == "manual"]
    assert [(one["id"], one["reason"], one["hours"]) for one in by_hand] == [("c1", "phoned", 0.5)]


def test_a_study_is_kept_carried_out_listed_and_taken_back(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps, back = tmp_path / "proposed.json", tmp_path / "back.json"
    kept = document(capsys, "study", path, *FAULT, "--out", str(steps), "--save", "演练")
    assert kept["outage"] == "20261120-01"
    done = document(capsys, "study", path, "--steps", str(steps), "--carry-out", "--upto", "4")
    assert done["outage"] == "20261120-02"
    assert {one["kind"] for one in done["conflicts"]} == {"device", "area"}
    switches = open_for_reading(Path(path)).table("switches")
    assert [switches.row(one)["open"] for one in ("k1", "k2", "tie1", "q1")] == [True, True, False, False]
    found = document(capsys, "abnormal", path)
    assert [(one["id"], one["position"], one["step"]) for one in found["devices"]] == [
        ("k1", "open", 2), ("k2", "open", 2), ("tie1", "closed", 4),
    ]  # fmt: skip
    assert all(one["since"] and one["who"] for one in found["devices"])
    assert (found["open_faults"], found["return"]) == (["ac_line_segments:l1"], [])
    document(capsys, "abnormal", path, "--repaired", "--out", str(back))
    document(capsys, "study", path, "--steps", str(back), "--carry-out")
    assert document(capsys, "abnormal", path)["devices"] == []


def test_a_kept_study_is_played_again_and_says_whether_the_network_changed(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = document(capsys, "study", path, *FAULT, "--save", "演练")
    again = document(capsys, "study", path, "--outage", "20261120-01")
    assert again["kept"] == {
        "outage": "20261120-01", "same_network": True, "differences": [], "carried_out": None,
    }  # fmt: skip
    assert (again["user_hours"], again["conflicts"]) == (first["user_hours"], [])
    with opened_for_editing(Path(path)) as history:
        history.do(SetCell("power_transformers", "t4", "in_service", False))
    assert main(["study", path, "--outage", "20261120-01"]) == 0
    text = capsys.readouterr().out
    assert "The network has changed since this study was kept." in text
    assert "It comes out otherwise now" in text
    assert main(["study", path, "--outage", "nothing"]) == 2


def test_the_abnormal_list_reads_as_sentences(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["abnormal", path]) == 0
    assert "Everything stands in its normal position" in capsys.readouterr().out
    main(["study", path, *FAULT, "--carry-out", "--upto", "4"])
    capsys.readouterr()
    assert main(["abnormal", path]) == 0
    text = capsys.readouterr().out
    assert "k1 stands open, normally closed · outage 20261120-01, step 2 · since 2026-11-20 10:40" in text
    assert "The fault in l1 must be repaired first" in text


@pytest.mark.parametrize(("steps", "says"), [
    ([("10:00", "open", "nothing")], "There is no switch, line or transformer “nothing”"),
    ([("10:00", "open", "tie1")], "“tie1” is open already"),
    ([("10:00", "close", "k1")], "“k1” is closed already"),
    ([("10:00", "repair", "")], "There is no fault yet"),
    ([("10:00", "fault", "l1"), ("10:05", "repair", "t1")], "“t1” has not failed"),
    ([("10:00", "fault", "l1"), ("10:05", "fault", "l1")], "“l1” has failed already"),
    ([("10:00", "unearth", "l1")], "“l1” is not earthed"),
    ([("10:00", "open", "k1"), ("10:01", "earth", "l1"), ("10:02", "earth", "l1")], "is earthed already"),
    ([("10:00", "trip", "k1")], "“k1” does not protect"),
    ([("10:00", "fault", "l1"), ("09:00", "close", "q1")], "comes after"),
    ([("10:00", "fault", "l1"), ("10:05", "close", "q1")], "would put the faulted “l1” under voltage"),
    ([("10:00", "open", "k1"), ("10:01", "earth", "l1"), ("10:02", "close", "k1")], "under voltage"),
    ([("10:00", "jumper", "n2")], "A jumper joins two places"),
])  # fmt: skip
def test_a_step_that_cannot_be_is_one_sentence_and_changes_nothing(
    path: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    steps: list[tuple[str, str, str]],
    says: str,
) -> None:
    rows = [{"time": time, "action": action, "devices": ids.split()} for time, action, ids in steps]
    assert main(["study", path, "--steps", written(tmp_path, *rows), "--carry-out", "--json"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert says in output.err
    assert len(output.err.strip().splitlines()) == 1
    with opened_for_editing(Path(path)) as history:
        assert not history.journal.entries()


@pytest.mark.parametrize(("arguments", "says"), [
    ([], "Give one of these: a steps file"),
    (["--propose"], "add --fault"),
    ([*FAULT, "--upto", "2"], "add --carry-out"),
    (["--fault", "l1", "--time", "soon"], "“soon” is no time"),
    ([*FAULT, "--out", "steps.txt"], ".json"),
    ([*FAULT, "--inoperable", "nothing"], "nothing"),
    ([*FAULT, "--at-m", "10"], "neither a length nor a route"),
])  # fmt: skip
def test_arguments_that_do_not_fit_are_one_sentence(
    path: str, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main(["study", path, *arguments]) == 2
    assert says in capsys.readouterr().err


def test_opening_what_feeds_nobody_is_a_note_and_no_error(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = written(tmp_path, {"time": "10:00", "action": "close", "device": "tie1"},
                    {"time": "10:05", "action": "open", "device": "k2"})  # fmt: skip
    found = document(capsys, "study", path, "--steps", steps)
    assert found["steps"][1]["notes"] == ["nothing-downstream"]
    assert found["steps"][0]["loops"]


def test_a_study_in_chinese(
    path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAIQU_LANG", "zh_CN")
    assert main(["study", path, *FAULT]) == 0
    text = capsys.readouterr().out
    assert "SAIDI 贡献 1.5667 h/户" in text
    assert "位于隔离区段内" in text
    assert "Fault" not in text
    assert "restored" not in text.lower()


def test_a_trace_and_its_sheet_warn_of_a_fault_they_would_put_under_voltage(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from gis.pages.outage_sheet import _counts
    from grid_model.tracing import trace_outage
    from grid_model.wiring import SwitchState

    main(["study", path, *FAULT, "--carry-out", "--upto", "4"])
    capsys.readouterr()
    what_if = ("trace", path, "--state", "current", "--close", "k2")
    assert document(capsys, *what_if)["warnings"] == [{"code": "energises-fault", "id": "l1"}]
    assert document(capsys, *what_if[:2], "--close", "tie1")["warnings"] == []
    assert main([*what_if]) == 0
    assert "Beware: this would put faults that are not repaired under voltage: l1" in capsys.readouterr().out
    project = open_for_reading(Path(path))
    trace = trace_outage(project, [("close", "k2")], SwitchState.CURRENT)
    assert ("Beware, not repaired and under voltage", "l1") in _counts(trace)


def test_a_fault_that_no_switch_isolates_says_so_in_study_and_proposal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.drawing import draw

    file, said = tmp_path / "ring.gpkg", "No further switch can isolate the fault: only q bounds it"
    save_new(file, draw("s q a", "a l1 b", "b l2 c", "c l3 a", sources=["s"], points={"u": "c"}), SILENT)
    assert main(["study", str(file), "--fault", "l1", "--propose"]) == 0
    assert said in capsys.readouterr().out
    steps: list[dict[str, Any]] = [
        {"time": "10:00", "action": "fault", "devices": ["l1"]},
        {"time": "10:30", "action": "isolate"},
    ]
    assert main(["study", str(file), "--steps", written(tmp_path, *steps)]) == 0
    assert said in capsys.readouterr().out


def test_the_figures_are_headed_item_and_not_project_in_chinese() -> None:
    from resources.i18n import in_language

    assert in_language("Item", "zh_CN") == "项目"


def test_a_contradiction_names_the_step_and_its_time(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opening: list[dict[str, Any]] = [
        {"time": "10:00", "action": "open", "devices": ["k1"]},
        {"time": "10:20", "action": "open", "devices": ["k1"]},
    ]
    assert main(["study", path, "--steps", written(tmp_path, *opening)]) == 2
    assert "Step 2 (2026-11-20 10:20): " in capsys.readouterr().err
    assert main(["study", path, "--steps", written(tmp_path, *opening[:1], state="old")]) == 2
    assert "names the state “old”; it is normal or current" in capsys.readouterr().err


@pytest.mark.parametrize(("step", "more", "said"), [
    ({"devices": ["k1"]}, {"inopreable": ["k2"]}, "has what none has: inopreable"),
    ({"devices": ["k1"], "foo": 1}, {}, "Step 1 of the steps file has what no step has: foo"),
    ({"devices": ["k1", "switches:k1"]}, {}, "The step names “k1” twice"),
])  # fmt: skip
def test_a_mistyped_key_and_a_device_named_twice_are_refused(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], step: Any, more: Any, said: str
) -> None:
    file = written(tmp_path, {"time": "10:00", "action": "open", **step}, **more)
    assert main(["study", path, "--steps", file]) == 2
    assert said in capsys.readouterr().err


def test_a_tie_that_the_study_closes_stays_open_until_then(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", path, *FAULT]) == 0
    assert (
        "Open switch tie1 with a live side: keep it open until it closes in step 4" in capsys.readouterr().out
    )


def test_a_wrong_name_for_the_customer_list_is_told_as_it_was_written(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = str(tmp_path / "list.txt")
    assert main(["study", path, *FAULT, "--customers", wrong]) == 2
    assert wrong in capsys.readouterr().err


def test_keeping_a_study_without_a_name_is_refused(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", path, *FAULT, "--save", ""]) == 2
    assert "--save needs a name" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "said"), [
    (["--fault", "l1", "--fault", "k1"], "--fault: given twice"),
    (["--steps", "FILE", "--state", "current"], "--state has no effect beside --steps"),
    (["--steps", "FILE", "--time", "10:00", "--at-m", "0"], "--time, --at-m has no effect beside --steps"),
    (["--outage", "20261120-01", "--inoperable", "k1"], "--inoperable has no effect beside --outage"),
    (["--fault", "l1", "--at-m", "-5"], "-5.0 m is no distance along the line “l1”"),
    (["--fault", "l1", "--at-m", "nan"], "nan m is no distance"),
    (["--fault", "l1", "--at-m", "inf"], "inf m is no distance"),
])  # fmt: skip
def test_an_argument_that_would_be_dropped_is_refused(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["study", path, *FAULT, "--save", "演练"]) == 0
    file = written(tmp_path, {"time": "10:00", "action": "open", "device": "k2"})
    capsys.readouterr()
    assert main(["study", path, *(file if one == "FILE" else one for one in arguments)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("step", "said"), [
    ({"device": "k1", "devices": ["k2"]}, "Step 1 of the steps file says it twice: device, devices"),
    ({"device": "k1", "at_m": 3}, "“at_m” has no use for “open”"),
    ({"device": "k1", "id": "x"}, "“id” has no use for “open”"),
    ({"action": "isolate", "device": "k1"}, "“isolate” takes no device"),
    ({"action": "fault", "device": "k1", "x": 1, "y": 2}, "needs one line segment; “k1” is none"),
    ({"action": "fault", "device": "l1", "x": 1, "y": 2}, "“l1” has no place on the map"),
    ({"action": "jumper", "devices": ["s1", "s2"], "id": "l1"}, "cannot be called “l1”"),
    ({"action": "jumper", "devices": ["s1", "nowhere"]}, "Step 1 (2026-11-20 10:00): There is no node"),
    ({"action": "open", "devices": []}, "Step 1 (2026-11-20 10:00): The step “open” names no device"),
])  # fmt: skip
def test_what_a_step_says_in_vain_is_refused(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], step: dict[str, Any], said: str
) -> None:
    steps = [{"time": "10:00", "action": "open", **step}]
    if steps[0]["action"] == "isolate":
        steps.insert(0, {"time": "10:00", "action": "fault", "device": "l1"})
    assert main(["study", path, "--steps", written(tmp_path, *steps)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("entry", "said"), [
    ({"customer": "c1", "area": "T1", "reason": "x"}, "either a customer or an area"),
    ({"reason": "x"}, "either a customer or an area"),
    ({"customer": "c1"}, "(c1) gives no reason"),
    ({"area": "T1", "reason": " "}, "(T1) gives no reason"),
    ({"area": "T1", "reason": "x", "from": "10:00"}, "has what no entry has: from"),
])  # fmt: skip
def test_an_entry_by_hand_names_one_and_gives_a_reason(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], entry: dict[str, str], said: str
) -> None:
    file = written(tmp_path, {"time": "10:00", "action": "open", "device": "k2"}, manual=[entry])
    assert main(["study", path, "--steps", file]) == 2
    assert said in capsys.readouterr().err


def test_the_steps_of_a_kept_study_are_written_with_all_it_was_kept_with(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_hand = [{"customer": "c1", "reason": "phoned"}]
    step = {"time": "10:00", "action": "open", "device": "k2"}
    file = written(tmp_path, step, manual=by_hand, until="12:00", inoperable=["k1"])
    kept = document(capsys, "study", path, "--steps", file, "--save", "演练")
    out = tmp_path / "again.json"
    document(capsys, "study", path, "--outage", kept["outage"], "--out", str(out))
    again = json.loads(out.read_text("utf-8"))
    assert (again["until"], again["manual"], again["inoperable"]) == ("2026-11-20T12:00", by_hand, ["k1"])


def test_the_course_tells_what_trips_and_which_fault_is_repaired_once_each(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened_for_editing(Path(path)) as changed:
        changed.do(SetCell("switches", "k1", "name", "石桥支线开关"))
    capsys.readouterr()
    assert main(["study", path, *FAULT]) == 0
    course = [line[20:] for line in capsys.readouterr().out.splitlines() if line[:1].isdigit()]
    assert course == [
        " Fault at l1 · q1 trips",
        " Open 石桥支线开关 (k1), k2",
        " Close q1",
        " Close tie1",
        " Fault in l1 repaired",
        " Close 石桥支线开关 (k1)",
        " Open tie1",
        " Close k2",
    ]


@pytest.mark.parametrize(("content", "said"), [
    ({"until": "09:00"}, "Counting ends at 2026-11-20 09:00, before the last step at 2026-11-20 10:00"),
    ({"manual": [{"customer": "c1", "reason": "x", "off": "11:00", "on": "10:30"}]},
     "by hand for c1 is back at 2026-11-20 10:30, before it is out at 2026-11-20 11:00"),
    ({"steps": [{"time": "abc", "action": "open", "device": "k1"}]},
     "Step 1 of the steps file: “abc” is no time"),
    ({"steps": [{"time": "22:00", "action": "open", "device": "k1"},
                {"time": "02:00", "action": "close", "device": "k1"}]}, "as 2026-11-21T02:00"),
    ({"steps": {}}, "The steps file has no list of steps"),
])  # fmt: skip
def test_contradictory_times_and_what_is_no_step_say_what_is_expected(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: dict[str, Any], said: str
) -> None:
    file = tmp_path / "steps.json"
    steps = [{"time": "10:00", "action": "open", "device": "k2"}]
    file.write_text(json.dumps({"steps": steps} | content), "utf-8")
    assert main(["study", path, "--steps", str(file)]) == 2
    assert said in capsys.readouterr().err


def test_kept_studies_are_listed_and_found_by_their_name(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", path, "--list"]) == 0
    assert "No study is kept" in capsys.readouterr().out
    first = document(capsys, "study", path, *FAULT, "--save", "演练")["outage"]
    assert main(["study", path, *FAULT, "--save", "演练"]) == 2
    assert first in capsys.readouterr().err
    second = document(capsys, "study", path, *FAULT, "--save", "演练二")["outage"]
    listed = document(capsys, "study", path, "--list")["studies"]
    assert [(one["id"], one["name"], one["conflicts"]) for one in listed] == [
        (second, "演练二", [first]),
        (first, "演练", [second]),
    ]
    assert main(["study", path, "--list"]) == 0
    assert f"{first} · 演练 · 2026-11-20 10:00 – 2026-11-20 13:00 · user-hours 7.833 (MV)" in (
        capsys.readouterr().out
    )
    assert document(capsys, "study", path, "--outage", "演练二")["kept"]["outage"] == second
    assert main(["study", path, "--outage", "nowhere"]) == 2
    assert "--list shows what is kept" in capsys.readouterr().err
    assert main(["study", path, "--list", "--fault", "l1"]) == 2
    done = document(capsys, "study", path, "--outage", "演练", "--carry-out")
    assert done["outage"] == first
    assert document(capsys, "study", path, "--list")["studies"][1]["carried_out"] == 8
