"""`taiqu trace`, `rank` and `study` on a drawn network: documents, lines, lists, refusals."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from gis.project_file import opened_for_editing, save_new
from grid_model.feedback import SILENT
from grid_model.reasons import why
from grid_model.tracing import trace_outage
from tests.test_grid_model.test_tracing import worked_case
from ui.cli import main
from ui.outage_text import reason_sentence


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("outage") / "worked.gpkg"
    draft = worked_case().edit()
    draft.update("switches", ["q1"], name="进线开关")
    save_new(file, draft.project, SILENT)
    return str(file)


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_trace_has_the_keys_scripts_rely_on(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "trace", path, "--fault", "l1", "--close", "q1")
    assert found.keys() >= {
        "state",
        "steps",
        "opened",
        "counts",
        "transformer_areas",
        "customers",
        "backup",
        "already_out",
        "unknown",
        "back_feed",
        "loops",
    }
    assert found["counts"].keys() >= {"mv_users", "lv_customers", "transformer_areas", "rated_kva", "pv_kw"}
    assert found["steps"][0].keys() >= {
        "n",
        "action",
        "ids",
        "counts",
        "customers_out",
        "customers_back",
        "loops",
    }
    assert [(one["n"], one["action"], one["ids"]) for one in found["steps"]] == [
        (1, "trip", ["q1"]),
        (2, "close", ["q1"]),
    ]
    assert (found["state"], found["opened"], found["customers"], found["already_out"]) == (
        "normal",
        [],
        [],
        0,
    )


def test_the_trip_of_the_worked_case(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "trace", path, "--fault", "l1")
    assert (found["opened"], found["customers"], found["backup"]) == (
        ["q1"],
        ["c1", "c2", "c4", "c5"],
        ["c3"],
    )
    assert found["transformer_areas"] == ["T1", "T2", "T4", "T5"]
    assert found["counts"]["rated_kva"] == 600
    pv = next(one for one in found["back_feed"] if one["kind"] == "pv")
    assert (pv["id"], pv["share"], pv["flag"]) == ("pv5", 0.3, "over-25")


def test_steps_happen_in_the_order_written(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "trace", path, "--open", "k2", "--close", "tie1", "--open", "k1")
    assert [one["ids"] for one in found["steps"]] == [["k2"], ["tie1"], ["k1"]]
    assert found["customers"] == ["c2", "c5"]
    found = document(capsys, "trace", path, "--close", "tie1")
    assert found["loops"][0]["sources"] == ["@s1", "@s2"]
    assert found["customers"] == []


@pytest.mark.parametrize(("arguments", "says"), [
    (["--open", "nothing"], "There is no switch, line or transformer “nothing”"),
    (["--open", "tie1"], "“tie1” is open already"),
    (["--close", "k1"], "“k1” is closed already"),
    (["--open", "k1", "--open", "k1"], "“k1” is open already"),
    ([], "Nothing is done"),
    (["--open", "k1", "--unmasked"], "--purpose"),
])  # fmt: skip
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(
    path: str, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main(["trace", path, *arguments, "--json"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert says in output.err
    assert len(output.err.strip().splitlines()) == 1


def test_people_read_counts_both_ways_and_what_to_beware_of(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", path, "--fault", "l1"]) == 0
    text = capsys.readouterr().out
    assert text.splitlines()[0] == (
        "normal switch positions · data of 2026-11-01 · customers that cannot be judged 0, of them unlinked 0"
    )
    for part in (
        "Fault at l1: q1 trips",
        "MV users 4; LV customers 4",
        "PV pv5 · 60 kW · T5 · 30",
        "keep it open",
    ):
        assert part in text


def test_the_same_in_chinese(
    path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAIQU_LANG", "zh_CN")
    assert main(["trace", path, "--fault", "l1"]) == 0
    text = capsys.readouterr().out
    assert "停电：中压用户 4 户；低压用户 4 户" in text
    assert "customers" not in text


def test_the_list_of_customers_is_written_and_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "worked.gpkg"
    save_new(project, worked_case(), SILENT)
    out = tmp_path / "list.xlsx"
    assert main(["trace", str(project), "--open", "k2", "--customers", str(out)]) == 0
    assert str(out) in capsys.readouterr().out
    from python_calamine import CalamineWorkbook

    cells = [
        str(cell)
        for row in CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()
        for cell in row
    ]
    assert "c4" in cells
    assert "c1" not in cells
    with opened_for_editing(project, SILENT) as history:
        note = history.journal.entries()[-1]
    assert (note.action, note.values["rows"]) == ("note", "1")


def test_every_device_is_ranked_worst_first(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    devices = document(capsys, "rank", path)["devices"]
    assert devices[0].keys() >= {"id", "kind", "lv_customers", "mv_users", "rated_kva", "important"}
    assert len(devices) == 6 + 1 + 6
    assert (devices[0]["id"], devices[0]["kind"], devices[0]["lv_customers"]) == ("q1", "switch", 4)
    values = [one["lv_customers"] for one in devices]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_the_ranking_is_written(path: str, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"rank{suffix}"
    assert main(["rank", path, "--out", str(out)]) == 0
    if suffix == ".csv":
        with out.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    else:
        from python_calamine import CalamineWorkbook

        rows = [
            [str(cell) for cell in row]
            for row in CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()
        ]
    assert rows[0][:3] == ["Device", "Name", "Kind"]
    assert rows[1][:3] == ["q1", "进线开关", "Switch"]
    assert main(["rank", path, "--out", str(tmp_path / "rank.pdf")]) == 2


def test_a_study_tells_stages_and_user_hours(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "steps.json"
    steps = [
        ("10:00", "fault", ["l1"]),
        ("10:40", "isolate", []),
        ("11:10", "restore", []),
        ("13:00", "repair", []),
        ("13:00", "normal", []),
    ]
    file.write_text(
        json.dumps(
            {
                "steps": [
                    {"time": time, "action": action, "devices": devices} for time, action, devices in steps
                ]
            }
        ),
        encoding="utf-8",
    )
    found = document(capsys, "study", path, "--steps", str(file))
    assert round(found["user_hours"]["mv_users"], 3) == 7.833
    assert [one["transformer_areas"] for one in found["steps"]] == [
        ["T1", "T2", "T4", "T5"],
        ["T2", "T4", "T5"],
        ["T2", "T5"],
        ["T2", "T5"],
        [],
    ]
    assert found["areas"][0] == {"id": "T1", "off": "2026-11-20T10:00", "on": "2026-11-20T10:40"}
    assert main(["study", path, "--steps", str(file)]) == 0
    assert "7.833" in capsys.readouterr().out


@pytest.mark.parametrize(("content", "says"), [
    ("{", "is no JSON file"), ("[]", "The steps file"), ('{"steps": []}', "Nothing is done"),
    ('{"steps": [{"time": "10:00", "action": "open", "device": "tie1"}]}', "is open already"),
])  # fmt: skip
def test_a_bad_steps_file_is_one_sentence(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, says: str
) -> None:
    file = tmp_path / "steps.json"
    file.write_text(content, encoding="utf-8")
    assert main(["study", path, "--steps", str(file)]) == 2
    assert says in capsys.readouterr().err
    assert main(["study", path, "--steps", str(tmp_path / "nowhere.json")]) == 2


def test_why_a_customer_is_on_the_list_is_one_sentence() -> None:
    project = worked_case()
    trace = trace_outage(project, [("fault", "l1")])
    assert reason_sentence(why(project, trace, "c5")) == (
        "c5 is without supply: its way to the source leads over t5 – r1 – l1 – k1 – q1, and q1 is open."
    )
    assert (
        reason_sentence(why(project, trace, "c3"))
        == "c3 has lost a supply, for q1 is open, and keeps another."
    )
