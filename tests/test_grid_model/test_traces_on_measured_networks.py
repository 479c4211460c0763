"""Measured networks with reference answers: what hangs below a device is what its loss leaves in the dark."""

from __future__ import annotations

import csv
import hashlib
import io
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from gis.project_file import open_for_reading
from grid_model.feedback import SILENT
from grid_model.topology import TopologyIndex
from grid_model.trace_configuration import TraceConfiguration, TraceKind
from grid_model.traces import run_trace
from tests.conftest import scaled
from ui.cli import main

TABLES = {"switch": "switches", "line": "ac_line_segments", "transformer": "power_transformers"}
NETWORKS = ("oberrhein_schutterwald", "ausnet_SMR8_rural", "smartds_p1rhs25_rural")


@pytest.mark.parametrize("name", NETWORKS[: scaled(1, 3)])
def test_downstream_of_a_device_are_the_loads_its_loss_takes(
    taiqu_data: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "measured.gpkg"
    with redirect_stdout(io.StringIO()):
        assert main(["import", str(taiqu_data / name), "--into", str(path)]) == 0
    project = open_for_reading(path, SILENT)
    index = TopologyIndex.build(project)
    bridges = set(index.wiring.devices(index.bridges()))
    with (taiqu_data / name / "oracle_outage.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["loads_lost"])]
    compared = 0
    for row in rows[:: scaled(3, 1)]:
        device = f"{TABLES[row['element_type']]}:{row['element_id']}"
        if index.wiring.find(device) not in bridges:
            continue
        found = run_trace(project, TraceConfiguration(TraceKind.DOWNSTREAM, (device,)))
        customers = "\n".join(sorted(found.ids("customers")))
        assert hashlib.sha256(customers.encode()).hexdigest()[:16] == row["sha256_16_of_sorted_load_ids"], (
            device
        )
        customer = found.ids("customers")[0]
        up = run_trace(project, TraceConfiguration(TraceKind.UPSTREAM, (f"customers:{customer}",)))
        assert index.wiring.find(device) in up.devices
        compared += 1
    assert compared > 5
