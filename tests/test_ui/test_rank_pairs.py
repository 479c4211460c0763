"""``taiqu rank --pair``: two devices lost at once, in a document and in a person's words."""

from __future__ import annotations

import json
from pathlib import Path

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
    assert lines[1].startswith("Line segment l1 and Line segment l3: together 3 LV customers")
    assert lines[2].strip().startswith("of these, with neither of them alone: 3 LV customers")
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


def test_a_file_can_be_written_beside_the_pairs(path: str, tmp_path: Path) -> None:
    assert main(["rank", path, "--pair", "l1,l3", "--out", str(tmp_path / "rank.csv")]) == 0
    assert (tmp_path / "rank.csv").exists()
