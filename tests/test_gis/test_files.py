"""An output is written whole or not at all, and a full disk is met with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from gis.files import written_whole
from gis.sheets import Sheet, write_sheets
from grid_model.errors import GridError


def test_what_was_there_stays_when_the_disk_is_full(tiny_disk: Path) -> None:
    path = tiny_disk / "list.xlsx"
    path.write_bytes(b"old")
    (tiny_disk / "fill").write_bytes(b"x" * 56_000)
    with pytest.raises(GridError, match="output-disk-full"):
        write_sheets(path, [Sheet("s", ["a"], [(f"row {n} {n * 7919}",) for n in range(4000)])])
    assert path.read_bytes() == b"old"
    assert sorted(one.name for one in tiny_disk.iterdir()) == ["fill", "list.xlsx"]


@pytest.mark.parametrize(
    ("place", "code"), [("no/such/x.txt", "output-folder-missing"), ("", "output-is-a-folder")]
)
def test_a_place_that_takes_no_file_is_named(tmp_path: Path, place: str, code: str) -> None:
    with pytest.raises(GridError, match=code), written_whole(tmp_path / place):
        pass
    assert not list(tmp_path.iterdir())
