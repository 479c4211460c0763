"""``taiqu rank --pair``: two devices lost at once, in a document and in a person's words."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from gis.project_file import save_new
from grid_model.feedback import SILENT
from tests.drawing import draw
from ui.cli import main

RING = draw(
    "s k0 a",
    "a l1 b",
    "b l2 c",
    "c l3 a",
    "b l2,b d",
    sources=["s"],
    points={"ub": "b", "uc": "c", "ud": "d"},
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("pairs") / "ring.gpkg"
    save_new(file, RING, SILENT)
    return str(file)


def test_pairs_stand_in_the_document_in_the_order_asked(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rank", path, "--pair", "l1,l3", "--pair", "k0,lines:l2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["devices"]) == 5
    first, second = found["pairs"]
    assert (first["ids"], first["kinds"]) == (["l1", "l3"], ["line", "line"])
    assert (first["lv_customers"], first["beyond_single"]["lv_customers"]) == (3, 3)
    assert (second["ids"], second["kinds"]) == (["k0", "l2"], ["switch", "line"])
    assert (second["lv_customers"], second["beyond_single"]["lv_customers"]) == (3, 0)
    assert first.keys() - {"ids", "kinds", "beyond_single"} == first["beyond_single"].keys()


def test_without_a_pair_the_document_has_none(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rank", path, "--json"]) == 0
    assert "pairs" not in json.loads(capsys.readouterr().out)


def test_a_person_reads_the_pair_before_the_list(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rank", path, "--pair", "l1,l3", "--pair", "k0,l1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("Line segment l1 and Line segment l3: together LV customers 3")
    assert lines[2].strip().startswith("of these, with neither of them alone: LV customers 3")
    assert lines[4].strip() == "nobody beyond what each loses alone"


def test_an_identifier_may_have_a_comma_itself(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rank", path, "--pair", "l2,b,k0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pairs"][0]["ids"] == ["l2,b", "k0"]


@pytest.mark.parametrize("text", ["l1", "l1,", ",l1", "l1,l2,l3", "l1,l9", "l1,l1", ""])
def test_what_is_no_pair_is_refused_in_one_sentence(
    path: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rank", path, f"--pair={text}", "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1


def test_the_pairs_stand_on_a_sheet_of_their_own(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "rank.xlsx"
    assert main(["rank", path, "--pair", "l1,l3", "--pair", "k0,l1", "--out", str(out)]) == 0
    head, *rows = openpyxl.load_workbook(out)["Pairs of devices"].iter_rows(values_only=True)
    assert [row[:4] for row in rows] == [
        ("l1", "Line segment", "l3", "Line segment"),
        ("k0", "Switch", "l1", "Line segment"),
    ]
    found = [dict(zip(head, row, strict=True)) for row in rows]
    together, beyond = "LV customers", "LV customers, with neither alone"
    assert [(one[together], one[beyond]) for one in found] == [(3, 3), (3, 0)]
    capsys.readouterr()
    assert main(["rank", path, "--pair", "l1,l3", "--out", str(tmp_path / "rank.csv")]) == 2
    assert "one list only" in capsys.readouterr().err
    assert not (tmp_path / "rank.csv").exists()


def test_who_is_out_at_present_is_not_said_to_be_impossible_to_judge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ring.gpkg"
    network = draw("s k0 a", "a k1 b", "x k2 y", sources=["s"], points={"u": "b", "v": "y"}, now={"k1": True})
    save_new(file, network, SILENT)
    assert main(["rank", str(file), "--state", "current", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["unknown"], found["already_out"]) == (1, 1)
    assert main(["rank", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["unknown"], found["already_out"]) == (1, 0)
