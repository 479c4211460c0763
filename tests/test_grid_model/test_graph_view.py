"""The networkx view: attributes in CIM names, missing ones left out; the example in the docs agrees."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from grid_model.graph_view import to_networkx
from grid_model.topology import SwitchState
from tests.conftest import ROOT
from tests.drawing import draw

EXAMPLE = ROOT / "docs" / "examples" / "network_as_graph.py"


def edges(graph: Any) -> dict[str, dict[str, Any]]:
    return {key: data for *_ends, key, data in graph.edges(keys=True, data=True)}


def test_devices_and_nodes_have_their_attributes_in_the_words_of_cim() -> None:
    network = draw(
        "s q1 a", "a l1 b", "b t1 c", "a !k2 b", "b f3@l1",
        sources=["s"],
        rows={
            "switches": {"q1": {"name": "出线", "rated_a": 630.0, "feeder": "F1"}},
            "ac_line_segments": {"l1": {"length_m": 120.5, "nominal_kv": 10.0, "limit_a": 300.0}},
            "power_transformers": {"t1": {"rated_kva": 200.0, "vector_group": "Dyn11"}},
            "connectivity_nodes": {"a": {"name": "A", "nominal_kv": 10.0, "x": 113.1, "y": 28.2}},
        },
    )  # fmt: skip
    graph = to_networkx(network)
    assert graph.nodes["a"] == {"mRID": "a", "name": "A", "nominalVoltage": 10.0, "x": 113.1, "y": 28.2}
    assert graph.nodes["s"] == {"mRID": "s", "energy_sources": ("@s",)}
    found = edges(graph)
    assert found["switches:q1"] == {
        "mRID": "q1", "cim_class": "Breaker", "closed": True, "name": "出线", "normalOpen": False,
        "open": False, "ratedCurrent": 630.0, "inService": True, "feeder": "F1",
    }  # fmt: skip
    assert found["ac_line_segments:l1"] == {
        "mRID": "l1", "cim_class": "ACLineSegment", "closed": True, "length": 120.5, "nominalVoltage": 10.0,
        "ratedCurrent": 300.0, "inService": True,
    }  # fmt: skip
    (transformer,) = (data for key, data in found.items() if key.startswith("power_transformers:t1#"))
    assert (transformer["ratedS"], transformer["vectorGroup"]) == (200.0, "Dyn11")
    assert (found["switches:k2"]["closed"], found["switches:k2"]["normalOpen"]) == (False, True)
    assert "switches:k2" not in edges(to_networkx(network, only_closed=True))
    inner = [node for node in graph if not isinstance(node, str)]
    assert len(inner) == 1
    assert {data["mRID"] for _a, _b, data in graph.edges(inner, data=True)} == {"f3", "l1"}


def test_the_state_says_what_conducts_and_an_edit_is_seen_at_once() -> None:
    network = draw("s k1 a", sources=["s"], now={"k1": True})
    assert edges(to_networkx(network))["switches:k1"]["closed"]
    assert not edges(to_networkx(network, SwitchState.CURRENT))["switches:k1"]["closed"]
    draft = network.edit()
    draft.update("switches", ["k1"], name="new", kind="fuse")
    found = edges(to_networkx(draft.finish()[0]))["switches:k1"]
    assert (found["name"], found["cim_class"], found["open"]) == ("new", "Fuse", True)


@pytest.fixture(scope="module")
def example() -> Any:
    spec = spec_from_file_location("network_as_graph", EXAMPLE)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sample(example: Any) -> str:
    return str(example.sample_project())


def test_the_example_of_the_docs_agrees_with_the_ranking_and_the_trace(example: Any, sample: str) -> None:
    found = example.main(Path(sample))
    assert found["bridges"] == found["harmful"]
    assert len(found["bridges"]) > 50
    by_networkx, by_trace = found["metres"]
    assert by_networkx == pytest.approx(by_trace)
    assert by_networkx > 0


def test_the_example_runs_as_a_script_on_a_project_file(sample: str) -> None:
    run = subprocess.run(
        [sys.executable, str(EXAMPLE), sample],
        cwd=ROOT, capture_output=True, text=True, env=None, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "agree: True" in run.stdout
