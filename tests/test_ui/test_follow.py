"""`taiqu follow` on a drawn network: documents, lines, lists, saved traces, refusals."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from gis.project_file import open_for_reading, opened_for_editing, save_new
from grid_model.expression import Expression
from grid_model.feedback import SILENT
from grid_model.saved_traces import saved_names
from grid_model.trace_configuration import Condition, TraceSum
from resources.i18n import use_language
from tests.conftest import ROOT
from tests.drawing import draw
from tests.test_grid_model.test_traces import STATION
from ui.cli import main


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("follow") / "station.gpkg"
    save_new(file, STATION, SILENT)
    return str(file)


@pytest.fixture
def own(tmp_path: Path) -> str:
    save_new(tmp_path / "own.gpkg", STATION, SILENT)
    return str(tmp_path / "own.gpkg")


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["follow", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def devices(found: Any) -> str:
    return " ".join(one["id"] for one in found["devices"])


def test_the_document_has_the_keys_scripts_rely_on(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, path, "--from", "k2")
    assert found["configuration"] == {"kind": "downstream", "starts": ["k2"]}
    assert (found["kind"], found["state"], found["data_date"]) == ("downstream", "normal", "2026-11-01")
    assert found["devices"][1] == {"id": "l2", "kind": "line", "name": "", "distance_m": 0.0, "depth": 1}
    assert found["found"] == {"devices": 4, "nodes": 4, "transformer_areas": 1, "customers": 3}
    assert found["edge"] == [{"id": "tie", "kind": "switch", "reason": "open"}]
    assert (found["transformer_areas"], found["measure"], found["unknown_lengths"]) == (["A6"], "length", 0)
    assert "customers" not in found
    sums = {one["sum"]: one for one in found["sums"]}
    assert sums["rated_kva"] == {
        "sum": "rated_kva",
        "condition": "",
        "value": 100.0,
        "unit": "kVA",
        "unknown": 0,
    }
    assert sums["line_km"]["by_kv"] == [{"kv": 10.0, "km": 0.25}, {"kv": 0.4, "km": 0.06}]


def test_customer_numbers_come_when_asked_for(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, path, "--from", "k2", "--customers")["customers"] == ["c3", "c4", "c5"]


def test_every_kind_is_asked_for_by_its_name(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, path, "--from", "t3", "--to", "t6")
    assert (found["kind"], devices(found), found["length_m"]) == ("path", "t3 f3 k2 l2 t6", 250.0)
    found = document(capsys, path, "--from", "customers:c1", "--kind", "feeder")
    assert found["feeder"] == "F1"
    found = document(capsys, path, "--from", "q1", "--kind", "next", "--of", "transformers", "--count", "2")
    assert devices(found) == "t3 t6"
    up = ("--kind", "next", "--direction", "upstream", "--by", "branches")
    found = document(capsys, path, "--from", "t6", *up, "--of", "switches where is_protective")
    assert devices(found) == "q1"
    found = document(capsys, path, "--from", "l1", "--kind", "isolation", "--inoperable", "k2")
    assert (found["passed_over"], [one["id"] for one in found["edge"] if one["reason"] == "to-open"]) == (
        ["k2"],
        ["q1"],
    )
    assert document(capsys, path, "--kind", "loops")["loops"] == []
    assert devices(document(capsys, path, "--from", "k2", "--kind", "upstream")) == "k2 l1 q1"


def test_loops_say_where_they_could_be_opened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "loop.gpkg")
    save_new(Path(file), draw("s q1 a", "a k1 b", "b l1 a", sources=["s"]), SILENT)
    found = document(capsys, file, "--kind", "loops")
    assert (found["loops"][0]["openable"], found["loops"][0]["lines"]) == (["k1"], ["l1"])
    assert main(["follow", file, "--kind", "loops"]) == 0
    assert "Runs in a loop: k1; could be opened at: k1" in capsys.readouterr().out


def test_barriers_filters_stops_and_sums(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(
        capsys, path, "--from", "q1", "--barrier", "k2", "--barrier", "switches where kind == 'fuse'"
    )
    assert devices(found) == "q1 l1 k2 f3"
    found = document(capsys, path, "--from", "q1", "--barrier", "transformers", "--show", "switches")
    assert devices(found) == "q1 k2 f3"
    found = document(
        capsys, path, "--from", "q1", "--stop", "switches", "--filter", "lines where length_m > 200"
    )
    assert devices(found) == "q1 k2 f3"
    found = document(capsys, path, "--from", "q1", "--enter", "switches where not is_protective",
                     "--sum", "rated_kva where usage == 'public'", "--sum", "devices")  # fmt: skip
    assert [(one["sum"], one["value"]) for one in found["sums"]] == [("rated_kva", 100.0), ("devices", 6)]


def test_people_read_a_few_lines_in_both_languages(
    path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["follow", path, "--from", "q1"]) == 0
    text = capsys.readouterr().out
    for part in (
        "Downstream of q1: 9 devices, 2 transformer areas, 5 customers",
        "  2. Line segment l1 · 0 m",
        "Stand open at the edge: tie",
        "Length of lines: 0.45 km (10 kV 0.35; 0.4 kV 0.1)",
    ):
        assert part in text
    monkeypatch.setenv("TAIQU_LANG", "zh_CN")
    assert main(["follow", path, "--from", "q1"]) == 0
    text = capsys.readouterr().out
    use_language("en")
    assert "下游" in text
    assert "Downstream" not in text


def test_of_an_isolation_the_switches_come_first(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["follow", path, "--from", "l1", "--kind", "isolation"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:4] == [
        "To open: q1, k2",
        "Closed, with PV, storage or own generators behind them that can feed back: f3",
    ]
    assert main(["follow", path, "--from", "l6", "--kind", "isolation"]) == 0
    assert "To open: k2" in capsys.readouterr().out
    assert main(["follow", path, "--from", "q1", "--kind", "isolation", "--inoperable", "k2"]) == 0
    assert "No switch needs to open." in capsys.readouterr().out


def test_a_list_is_written(path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "list.csv"
    assert main(["follow", path, "--from", "k2", "--out", str(out)]) == 0
    assert f"List written: {out}" in capsys.readouterr().out
    rows = list(csv.reader(out.read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows] == ["Device", "k2", "l2", "t6", "l6"]
    book = tmp_path / "list.xlsx"
    assert main(["follow", path, "--from", "k2", "--out", str(book), "--customers"]) == 0
    sheets = load_workbook(book)
    assert [row[0].value for row in sheets["Customers"].iter_rows(min_row=2)] == ["c3", "c4", "c5"]
    assert main(["follow", path, "--from", "k2", "--out", str(tmp_path / "list.txt")]) == 2
    capsys.readouterr()
    assert main(["follow", path, "--from", "k2", "--out", str(tmp_path / "two.csv"), "--customers"]) == 2
    assert ".xlsx" in capsys.readouterr().err
    assert not (tmp_path / "two.csv").exists()


def test_a_trace_is_saved_listed_done_again_and_forgotten(
    own: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["follow", own, "--from", "q1", "--barrier", "k2", "--save", "前段"]) == 0
    assert "Saved as 前段" in capsys.readouterr().out
    assert saved_names(open_for_reading(Path(own), SILENT)) == ("前段",)
    found = document(capsys, own, "--list")
    assert found["traces"] == [
        {"name": "前段", "configuration": {"kind": "downstream", "starts": ["q1"], "barriers": ["k2"]}}
    ]
    assert devices(document(capsys, own, "--named", "前段")) == "q1 l1 k2 f3 t3 l3"
    assert devices(
        document(capsys, own, "--named", "前段", "--kind", "upstream", "--from", "k2", "--barrier", "q1")
    ) == ("k2 l1 q1")
    assert main(["follow", own, "--list"]) == 0
    assert "前段: Downstream of q1" in capsys.readouterr().out
    assert document(capsys, own, "--forget", "前段") == {"forgotten": "前段"}
    with opened_for_editing(Path(own), SILENT) as history:
        history.undo()
    assert document(capsys, own, "--list")["traces"] != []
    assert main(["follow", own, "--forget", "other"]) == 2


def test_a_trace_that_cannot_be_done_is_not_saved(own: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["follow", own, "--from", "nothing", "--save", "x"]) == 2
    assert document(capsys, own, "--list")["traces"] == []


@pytest.mark.parametrize(("arguments", "says"), [
    ([], "--from"),
    (["--from", "nothing"], "nothing"),
    (["--from", "q1", "--named", "x"], "none is saved"),
    (["--from", "q1", "--barrier", "switches where kynd == 'fuse'"], "“kynd”"),
    (["--from", "q1", "--sum", "horses"], "“horses”"),
    (["--from", "q1", "--show", "horses"], "“horses”"),
    (["--from", "t3", "--to", "t7"], "No closed way"),
    (["--from", "q1", "--kind", "next", "--count", "0"], "1 or more"),
])  # fmt: skip
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(
    path: str, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main(["follow", path, *arguments, "--json"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert says in output.err
    assert len(output.err.strip().splitlines()) == 1


def test_a_path_over_lines_without_a_length_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "unknown.gpkg")
    save_new(Path(file), draw("s q1 a", "a l1 b", "b t1 c", sources=["s"]), SILENT)
    assert main(["follow", file, "--from", "q1", "--to", "t1"]) == 0
    assert (
        "By number of devices, not by length: the length of 1 line is not known." in capsys.readouterr().out
    )
    assert main(["follow", file, "--from", "q1"]) == 0
    assert "The length of 1 line is not known; distances leave it out." in capsys.readouterr().out


def test_what_the_docs_show_can_be_read() -> None:
    text = (ROOT / "docs" / "tracing.md").read_text("utf-8")
    conditions = re.findall(r'--(?:stop|barrier|enter|filter|of) "([^"]+)"', text)
    sums = re.findall(r'--sum "([^"]+)"', text)
    assert (len(conditions), len(sums)) == (4, 2)
    assert [str(Condition.parse(one)) for one in conditions]
    assert [str(TraceSum.parse(one)) for one in sums]
    spoken = re.findall(r"`((?:switches|lines|开关) (?:where|其中) [^`]+)`", text)
    assert len({Condition.parse(one).table for one in spoken}) == 1
    for shown in (
        line.strip() for line in text.splitlines() if line.startswith(("    rated_kva", "    额定"))
    ):
        assert Expression.parse(shown, "power_transformers").columns == ("rated_kva", "feeder")
