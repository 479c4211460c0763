"""The command line keeps its contract: exit codes, one sentence, one JSON document, the order of steps."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import ui.cli
from grid_model.errors import Cancelled, GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from ui.operations import MODULES

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class TrialParameters:
    """What the trial takes."""

    open: tuple[str, ...] = parameter("Open", flag="--open", default=(), repeat=True, steps=True)
    close: tuple[str, ...] = parameter("Close", flag="--close", default=(), repeat=True, steps=True)
    number: int = parameter("Number", flag="--number", default=3)
    quiet: bool = parameter("Quiet", flag="--quiet", default=False)
    steps: tuple[tuple[str, str], ...] = ()


def trial(_project: Project, parameters: TrialParameters, _feedback: Feedback) -> Outcome:
    """Answer with what was asked, or fail as asked."""
    if "cancel" in parameters.open:
        raise Cancelled
    if "refuse" in parameters.open:
        raise GridError("unknown-object", table="switches", id="k9")
    if "break" in parameters.open:
        raise ValueError("our mistake")
    return Outcome(
        {"steps": [list(one) for one in parameters.steps], "number": parameters.number},
        ("done",),
        findings="find" in parameters.open,
    )


OPERATION = Operation("trial", "Trial", "A trial", TrialParameters, f"{__name__}:trial", project="none")


@pytest.fixture(autouse=True)
def with_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODULES, "trial", __name__)


def test_steps_come_in_the_order_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert ui.cli.main(["trial", "--open", "a", "--close", "b", "--open", "c", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["steps"] == [["open", "a"], ["close", "b"], ["open", "c"]]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 0),
        (["--open", "find"], 1),
        (["--open", "refuse"], 2),
        (["--number", "three"], 2),
        (["--frob"], 2),
        (["--op", "a"], 2),
        (["--open", "cancel"], 130),
        (["--open", "break"], 70),
    ],
)
def test_exit_codes(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert ui.cli.main(["trial", *arguments]) == code
    said = capsys.readouterr()
    assert (said.out == "") == (code not in (0, 1))
    assert (said.err == "") == (code in (0, 1))
    if code == 2:
        assert len(said.err.strip().splitlines()) == 1


def test_an_unknown_command_names_the_ones_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert ui.cli.main(["tracee"]) == 2
    assert "trace" in capsys.readouterr().err


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for name in MODULES:
        assert ui.cli.main([name, "--help"]) == 0
        assert "--json" in capsys.readouterr().out


def test_the_language_follows_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAIQU_LANG", "zh_CN")
    assert ui.cli.main(["nothing"]) == 2
    assert "命令" in capsys.readouterr().err
    monkeypatch.setenv("TAIQU_LANG", "en")
    assert ui.cli.main(["nothing"]) == 2
    assert "command" in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_mistake() -> None:
    run = subprocess.run(
        f'"{sys.executable}" app.py --help | head -1', shell=True, cwd=ROOT, capture_output=True, text=True
    )
    assert run.stderr == ""
