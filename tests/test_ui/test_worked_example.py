"""The worked example of `docs/outage.md` does, command by command, what the page says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from gis.project_file import open_for_reading
from grid_model.abnormal import abnormal_devices
from tests.conftest import ROOT
from ui.cli import main


def section() -> str:
    text = (ROOT / "docs" / "outage.md").read_text("utf-8")
    found = re.search(r"^## A worked example$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def commands() -> list[list[str]]:
    """The commands of the example; what stands behind two blanks is a remark."""
    lines = re.findall(r"^    taiqu (.*)$", section(), re.MULTILINE)
    return [shlex.split(re.split(r" {2,}", line)[0]) for line in lines]


def test_the_page_can_be_followed_command_by_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    told = []
    for arguments in commands():
        assert main(arguments) == 0, arguments
        told.append(capsys.readouterr().out)
    steps = json.loads((tmp_path / "steps.json").read_text("utf-8"))
    written = re.search(r"^    (\{.*?^    \})$", section(), re.MULTILINE | re.DOTALL)
    assert written is not None
    assert steps == json.loads(written[1])
    assert "user-hours so far 7.833" in told[1]
    assert all((tmp_path / name).stat().st_size for name in ("list.xlsx", "sheet.pdf", "back.json"))
    assert abnormal_devices(open_for_reading(tmp_path / "P.gpkg")) == ()


def test_the_numbers_of_the_page_are_those_of_the_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sample", "P.gpkg", "--size", "worked"]) == 0
    capsys.readouterr()
    assert main(["study", "P.gpkg", "--fault", "L12", "--time", "10:00", "--propose", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert round(found["user_hours"]["mv_users"], 3) == 7.833
    back = {one["id"]: one["on"][11:] for one in found["areas"]}
    assert back == {"T1": "10:40", "T4": "11:10", "T2": "13:00", "T5": "13:00"}
    units = {(one["kind"], one["share"], one["flag"], one["where"]) for one in found["back_feed"]}
    assert {("pv", 0.3, "over-25", "isolated"), ("second_supply", None, "", "isolated")} <= units
    assert main(["study", "P.gpkg", "--fault", "L12", "--time", "10:00", "--inoperable", "K2", "--json"]) == 0
    passed = json.loads(capsys.readouterr().out)["proposal"]["isolation"]["passed_over"]
    assert passed == ["K2"]
