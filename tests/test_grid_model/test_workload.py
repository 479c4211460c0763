"""The workload index of areas and managers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pytest

from grid_model.project import Project, ProjectInfo
from grid_model.workload import workload


def station(**frames: Sequence[Mapping[str, object]]) -> Project:
    return Project.of(ProjectInfo(), {name: pd.DataFrame(list(rows)) for name, rows in frames.items()})


def customers(count: int, area: str, **more: object) -> list[dict[str, object]]:
    return [{"id": f"{area}-{more}-{n}", "transformer_area": area, **more} for n in range(count)]


MANAGERS: list[dict[str, object]] = [{"id": "m", "name": "M"}, {"id": "k", "name": "K"}]


def test_the_index_is_the_weighted_sum_of_its_parts() -> None:
    #   0.40·500/1000 + 0.25·1/15 + 0.20·10/20 + 0.10·5/10 + 0.05·3/15, mountains × 1.5
    lines = [
        {"id": "lv", "node_a": "1", "node_b": "2", "length_m": 10_000, "nominal_kv": 0.4,
         "transformer_area": "a"},
        {"id": "mv", "node_a": "1", "node_b": "2", "length_m": 5_000, "nominal_kv": 10, "feeder": "f"},
        {"id": "old", "node_a": "1", "node_b": "2", "length_m": 9_000, "nominal_kv": 0.4,
         "transformer_area": "a", "in_service": False},
    ]  # fmt: skip
    project = station(
        transformer_areas=[{"id": "a", "manager": "m", "terrain": "mountain", "feeder": "f"}],
        district_managers=MANAGERS,
        customers=customers(500, "a"),
        ac_line_segments=lines,
    )
    found = workload(project, km2=pd.Series({"a": 3.0}))
    expected = 1.5 * (0.40 * 0.5 + 0.25 / 15 + 0.20 * 0.5 + 0.10 * 0.5 + 0.05 * 0.2)
    assert found.areas.at["a", "index"] == pytest.approx(expected)
    assert found.managers.at["m", "index"] == pytest.approx(expected)
    assert found.managers.at["k", "index"] == 0


def test_closed_customers_make_no_work() -> None:
    project = station(
        transformer_areas=[{"id": "a", "manager": "m"}],
        district_managers=MANAGERS,
        customers=customers(10, "a") + customers(5, "a", status="closed"),
    )
    assert workload(project).areas.at["a", "customers"] == 10


def test_a_customer_who_is_an_exception_counts_for_his_own_manager() -> None:
    project = station(
        transformer_areas=[{"id": "a", "manager": "m", "terrain": "hill"}],
        district_managers=MANAGERS,
        customers=customers(10, "a") + customers(5, "a", manager="k") + customers(2, "a", manager="m"),
    )
    found = workload(project).managers
    assert (found.at["m", "customers"], found.at["k", "customers"]) == (12, 5)
    assert found.at["k", "index"] == pytest.approx(1.2 * 0.40 * 5 / 1000)


def test_the_kilometres_of_a_feeder_are_shared_by_its_areas() -> None:
    project = station(
        transformer_areas=[{"id": n, "manager": "m", "feeder": "f"} for n in "ab"] + [{"id": "c"}],
        district_managers=MANAGERS,
        ac_line_segments=[
            {"id": "mv", "node_a": "1", "node_b": "2", "length_m": 8_000, "nominal_kv": 10, "feeder": "f"}
        ],
    )
    found = workload(project)
    assert list(found.areas["mv_km"]) == [4, 4, 0]
    assert found.unassigned == ("c",)
    measured = workload(project, mv_km=pd.Series({"a": 7.0, "c": 1.0}))
    assert list(measured.areas["mv_km"]) == [7, 0, 1]


def test_a_manager_nobody_knows_leaves_the_area_unassigned() -> None:
    project = station(transformer_areas=[{"id": "a", "manager": "gone"}], district_managers=MANAGERS)
    assert workload(project).unassigned == ("a",)


def test_weights_and_units_are_settings() -> None:
    project = station(
        transformer_areas=[{"id": "a", "manager": "m"}],
        district_managers=MANAGERS,
        settings=[
            {"id": "workload.weight_areas", "value": "0.5"},
            {"id": "workload.unit_areas", "value": "10"},
        ],
    )
    assert workload(project).areas.at["a", "index"] == pytest.approx(0.05)


def test_an_empty_station_has_no_work() -> None:
    found = workload(Project.empty(ProjectInfo()))
    assert found.areas.empty and found.managers.empty and not found.has_surface


def weighted(**weights: float) -> list[dict[str, object]]:
    return [{"id": f"workload.{name}", "value": str(value)} for name, value in weights.items()]


EXTRAS: dict[str, list[dict[str, object]]] = {
    "transformer_areas": [
        {"id": "a", "manager": "m", "attributes": '{"低电压": "是"}'},
        {"id": "b", "manager": "k", "attributes": '{"低电压": "否", "备注": "低电压"}'},
    ],
    "district_managers": MANAGERS,
    "customers": [
        *customers(3, "a", attributes='{"充电桩": "2"}'),
        *customers(2, "a", attributes='{"充电桩": "无"}'),
        *customers(1, "b", attributes='{"EV": "yes"}'),
        *customers(1, "b", status="closed", attributes='{"EV": "yes"}'),
    ],
    "pv_units": [
        {"id": "1", "kind": "pv", "rated_kw": 30.0, "transformer_area": "a"},
        {"id": "3", "kind": "battery", "rated_kw": 99.0, "transformer_area": "a"},
    ],
}


def test_pv_chargers_and_low_voltage_are_counted_but_weigh_nothing_until_set() -> None:
    found = workload(station(**EXTRAS))
    assert found.areas[["pv_kw", "ev", "low_voltage"]].to_numpy().tolist() == [[30, 3, 1], [0, 1, 0]]
    assert found.areas.at["a", "index"] == pytest.approx(0.4 * 5 / 1000 + 0.25 / 15)


def test_pv_without_an_area_belongs_to_that_of_its_customer() -> None:
    units: list[dict[str, object]] = [{"id": "2", "kind": "pv", "rated_kw": 20.0, "customer": "c"}]
    people: list[dict[str, object]] = [{"id": "c", "transformer_area": "b"}]
    found = workload(station(**{**EXTRAS, "customers": people, "pv_units": units}))
    assert found.areas["pv_kw"].tolist() == [0, 20]


@pytest.mark.parametrize(
    ("weight", "expected"),
    [("weight_pv_kw", 2 * 30 / 500), ("weight_ev", 2 * 3 / 50), ("weight_low_voltage", 2 * 1 / 3)],
)
def test_each_of_them_can_be_given_a_weight(weight: str, expected: float) -> None:
    plain = workload(station(**EXTRAS)).managers.at["m", "index"]
    found = workload(station(**EXTRAS, settings=weighted(**{weight: 2.0}))).managers.at["m", "index"]
    assert found - plain == pytest.approx(expected)
