"""Unmasked lists leave only where the journal can be written; masked ones in any case, and say so."""

from __future__ import annotations

from pathlib import Path

import pytest

import ui.cli
from gis.project_file import open_for_reading, opened_for_editing, save_new
from tests.drawing import draw


@pytest.fixture
def path(tmp_path: Path) -> Path:
    project = draw("s k1 a", "a l1 b", sources=["s"], points={"c1": "b"})
    found = tmp_path / "station.gpkg"
    save_new(found, project)
    return found


def journal(path: Path) -> list[str]:
    with opened_for_editing(path) as history:
        return [entry.action for entry in history.journal.entries()]


def trace(path: Path, out: Path, *more: str) -> int:
    return ui.cli.main(["trace", str(path), "--open", "k1", "--customers", str(out), *more])


def test_an_unmasked_list_is_journalled(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.xlsx"
    assert trace(path, out, "--unmasked", "--purpose", "test") == 0
    assert out.exists()
    assert journal(path) == ["note"]


def test_no_unmasked_list_where_the_journal_cannot_be_written(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "list.xlsx"
    with opened_for_editing(path):
        assert trace(path, out, "--unmasked", "--purpose", "test") == 2
    assert not out.exists()
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert journal(path) == []


def test_a_masked_list_is_made_and_says_that_it_is_not_journalled(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "list.xlsx"
    with opened_for_editing(path):
        assert trace(path, out) == 0
    assert out.exists()
    assert "journal" in capsys.readouterr().err


def test_short_table_names_serve_before_an_identifier(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ui.cli.main(["trace", str(path), "--open", "lines:l1"]) == 0
    assert ui.cli.main(["trace", str(path), "--open", "ac_line_segments:l1"]) == 0
    assert ui.cli.main(["trace", str(path), "--open", "transformers:l1"]) == 2


@pytest.mark.parametrize("place", [".", "/", ""])
def test_a_folder_or_nothing_in_the_place_of_a_file_is_said(
    place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ui.cli.main(["check", place]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_the_argument_parser_speaks_chinese(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAIQU_LANG", "zh_CN")
    assert ui.cli.main(["trace"]) == 2
    assert "缺少必要的参数" in capsys.readouterr().err
    monkeypatch.setenv("TAIQU_LANG", "en")
    assert ui.cli.main(["trace"]) == 2
    assert "required" in capsys.readouterr().err


def test_reading_leaves_the_file_as_it_is(path: Path) -> None:
    before = path.read_bytes()
    assert ui.cli.main(["rank", str(path)]) == 0
    assert path.read_bytes() == before
    assert open_for_reading(path).frame("switches")["id"].tolist() == ["k1"]
