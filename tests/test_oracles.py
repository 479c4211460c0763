"""Measured networks with reference answers: the same customers lose supply, whichever way is taken."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from grid_model.errors import GridError
from grid_model.feedback import SILENT
from grid_model.project import Project
from grid_model.ranking import MEASURES, rank_devices
from grid_model.topology import SwitchState
from grid_model.tracing import Outage, OutageCounts, trace_outage
from tests.conftest import LONG_RUN, ROOT
from ui.cli import main

NETWORKS = ("oberrhein_schutterwald", "ausnet_SMR8_rural", "smartds_p1rhs25_rural")
PROCESSES = 10
"""Rows of each network that are traced by the program started anew."""

TABLES = {"switch": "switches", "line": "ac_line_segments", "transformer": "power_transformers"}


@dataclass(frozen=True)
class Answer:
    """One row of an oracle."""

    device: str
    lost: int
    fingerprint: str


def answers(folder: Path) -> list[Answer]:
    with (folder / "oracle_outage.csv").open(encoding="utf-8", newline="") as file:
        return [
            Answer(
                f"{TABLES[row['element_type']]}:{row['element_id']}", int(row["loads_lost"]),
                row["sha256_16_of_sorted_load_ids"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def fingerprint(customers: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(customers)).encode()).hexdigest()[:16]


def disagreeing(answer: Answer, customers: list[str]) -> str:
    """Say how the found customers differ from the answer; empty where they agree."""
    if (len(customers), fingerprint(customers)) == (answer.lost, answer.fingerprint):
        return ""
    return f"{answer.device}: {len(customers)} instead of {answer.lost}"


@dataclass(frozen=True)
class Measured:
    """One network as imported, its answers, and the program's own answers as they come in."""

    path: Path
    answers: list[Answer]
    programs: list[tuple[Answer, Future[str]]]


@pytest.fixture(scope="session")
def measured(taiqu_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Measured]]:
    """Import each network once; the program is started beside the other tests, two at a time."""
    folder = tmp_path_factory.mktemp("measured")
    with ThreadPoolExecutor(2) as beside:
        found = {}
        for name in NETWORKS:
            path = folder / f"{name}.gpkg"
            with redirect_stdout(io.StringIO()):
                assert main(["import", str(taiqu_data / name), "--into", str(path)]) == 0
            rows = answers(taiqu_data / name)
            some = sorted(rows, key=lambda one: (one.lost == 0, one.fingerprint))[:PROCESSES]
            found[name] = Measured(
                path, rows, [(one, beside.submit(run_program, path, one.device)) for one in some]
            )
        yield found
        for one in found.values():
            for _answer, future in one.programs:
                future.cancel()


def run_program(path: Path, device: str) -> str:
    command = [sys.executable, str(ROOT / "app.py"), "trace", str(path), "--open", device, "--json"]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, encoding="utf-8", cwd=path.parent
    ).stdout


def opened(measured: Measured) -> Project:
    from gis.project_file import open_for_reading

    return open_for_reading(measured.path, SILENT)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_answer_agrees_through_the_library(measured: dict[str, Measured], name: str) -> None:
    project = opened(measured[name])
    traced = [(one, trace_outage(project, [("open", one.device)])) for one in measured[name].answers]
    assert [text for one, trace in traced if (text := disagreeing(one, list(trace.customers)))] == []
    assert len(traced) >= 146
    assert sum(one.lost > 0 for one, _trace in traced) > 15


@pytest.mark.parametrize("name", NETWORKS)
def test_every_answer_agrees_through_the_command_line(measured: dict[str, Measured], name: str) -> None:
    wrong = []
    for answer in measured[name].answers:
        output = io.StringIO()
        with redirect_stdout(output):
            assert main(["trace", str(measured[name].path), "--open", answer.device, "--json"]) == 0
        wrong.append(disagreeing(answer, json.loads(output.getvalue())["customers"]))
    assert [text for text in wrong if text] == []


@pytest.mark.parametrize("name", NETWORKS)
def test_answers_agree_where_the_program_is_started_anew(measured: dict[str, Measured], name: str) -> None:
    assert len(measured[name].programs) == PROCESSES
    for answer, output in measured[name].programs:
        assert not disagreeing(answer, json.loads(output.result())["customers"])


@pytest.mark.parametrize("name", NETWORKS)
def test_the_loss_of_every_device_equals_tracing_it(measured: dict[str, Measured], name: str) -> None:
    """Every device in the full run, every thirtieth else."""
    project = opened(measured[name])
    ranking, normal = rank_devices(project), Outage.of(project, SwitchState.NORMAL)
    for number in range(0, len(ranking), 1 if LONG_RUN else 30):
        device = ranking.device(number)
        try:
            counts = normal.with_opened([device]).counts
        except GridError:
            counts = OutageCounts()
        assert ranking.loss(device) == pytest.approx({name: getattr(counts, name) for name in MEASURES}), (
            device
        )
