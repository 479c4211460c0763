"""The invented station: its numbers, its wiring, its outlines, and that nothing but the planted is wrong."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.checks import check_project
from gis.sample import Sample, make_sample, sample_with_faults
from gis.sample.demand import STANDARD_KVA
from gis.sample.plane import to_metres
from gis.sample.sizes import SIZES
from grid_model.errors import Cancelled, GridError
from grid_model.feedback import Feedback
from grid_model.project import Project
from tests.conftest import scaled
from ui.cli import main


@pytest.fixture(scope="module")
def made() -> Sample:
    return sample_with_faults("small", 1)


@pytest.fixture(scope="module")
def station(made: Sample) -> Project:
    return made.project


def digest(project: Project) -> str:
    """Sum up every cell of every table."""
    total = hashlib.sha256(repr(project.info).encode())
    for name in sorted(project.tables):
        frame = project.frame(name)
        total.update(f"{name}{list(frame.columns)}{len(frame)}".encode())
        for column in frame.columns:
            cells = frame[column]
            for cell in cells.tolist():
                total.update(cell if isinstance(cell, bytes) else repr(cell).encode())
    return total.hexdigest()


def network(project: Project, state: str) -> nx.Graph:
    """The conducting branches as a graph."""
    graph = nx.Graph()
    graph.add_nodes_from(project.frame("connectivity_nodes")["id"])
    switches = project.frame("switches")
    switches = switches[~switches[state]]
    lines, transformers = project.frame("ac_line_segments"), project.frame("power_transformers")
    graph.add_edges_from(zip(switches["node_a"], switches["node_b"], strict=True))
    graph.add_edges_from(zip(lines["node_a"], lines["node_b"], strict=True))
    graph.add_edges_from(zip(transformers["hv_node"], transformers["lv_node"], strict=True))
    return graph


def outlines(project: Project, table: str) -> np.ndarray:
    shapes: np.ndarray = shapely.from_wkb(project.frame(table)["geometry"].to_numpy())
    return shapes


def metres(frame: pd.DataFrame) -> np.ndarray:
    return to_metres(frame[["x", "y"]].to_numpy(dtype=float))


def spans_m(project: Project, nominal_kv: float) -> tuple[np.ndarray, np.ndarray]:
    """Every span of the lines of one voltage, and the number of its line."""
    lines = project.frame("ac_line_segments")
    lines = lines[lines["nominal_kv"] == nominal_kv]
    points, line = shapely.get_coordinates(shapely.from_wkb(lines["geometry"].to_numpy()), return_index=True)
    lengths = np.hypot(*np.diff(to_metres(points), axis=0).T)
    same = line[1:] == line[:-1]
    return lengths[same], lines["id"].to_numpy()[line[1:][same]]


def is_planted(made: Sample, table: str) -> set[str]:
    return {one.id for one in made.planted if one.table == table}


# -- counts and determinism -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["small", "typical"])
def test_areas_customers_managers_and_feeders_are_exactly_as_many_as_the_size_says(name: str) -> None:
    project, size = make_sample(name, 3), SIZES[name]
    counts = {table: len(project.frame(table)) for table in project.tables}
    assert counts["transformer_areas"] == size.areas
    assert counts["customers"] == size.customers
    assert counts["district_managers"] == size.managers
    assert counts["feeders"] == size.feeders
    assert counts["stations"] == size.stations


def test_feeders_have_budgets_of_user_hours_from_the_typical_size_on(station: Project) -> None:
    assert station.frame("feeders")["outage_budget"].isna().all(), "the small one shows what is said without"
    typical = make_sample("typical", 1)
    areas = typical.frame("transformer_areas")["feeder"].value_counts()
    for feeder in typical.frame("feeders").itertuples():
        assert feeder.outage_budget % 5 == 0
        assert 1.5 <= feeder.outage_budget / areas[feeder.id] <= 2.5


def test_the_same_seed_gives_the_same_rows_in_every_table(station: Project) -> None:
    again = make_sample("small", 1)
    for name in station.tables:
        pd.testing.assert_frame_equal(station.frame(name), again.frame(name))
    assert digest(again) == digest(station)


def test_the_sample_does_not_depend_on_the_hash_seed_of_the_process(station: Project) -> None:
    program = "from tests.test_gis.test_sample import *; print(digest(make_sample('small', 1)))"
    root = Path(__file__).resolve().parents[2]
    for hash_seed in ("1", "77"):
        run = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        )
        assert run.stdout.strip() == digest(station)


def test_another_seed_gives_another_station(station: Project) -> None:
    assert digest(make_sample("small", 2)) != digest(station)


def test_the_dates_are_fixed(station: Project) -> None:
    assert station.info.planning_date == station.info.data_date == "2026-11-20"
    assert station.info.sample


# -- the check ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(1, scaled(3, 12)))
def test_the_check_finds_what_was_planted_and_nothing_else(seed: int) -> None:
    made = sample_with_faults("small", seed)
    found = [(one.code, one.table, one.object_id) for one in check_project(made.project).issues]
    planted = [(one.code, one.table, one.id) for one in made.planted]
    # The line that ends beside its pole also cuts off an island; either of its two ends may be named.
    loose = {"line-ends-not-joined", "isolated-island"}
    assert sorted(one for one in found if one[0] not in loose) == sorted(
        one for one in planted if one[0] not in loose
    )
    assert sorted(one[0] for one in found if one[0] in loose) == sorted(loose)


def test_the_documentation_lists_what_is_planted() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "sample.md").read_text(encoding="utf-8")
    for one in sample_with_faults("typical", 1).planted:
        assert f"| `{one.code}` | {one.table} | `{one.id}` |" in text


# -- wiring ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["normal_open", "open"])
def test_every_node_hangs_on_exactly_one_source_without_loops(made: Sample, state: str) -> None:
    graph = network(made.project, state)
    assert nx.is_forest(graph)
    sources = set(made.project.frame("energy_sources")["node"])
    dark = [part for part in nx.connected_components(graph) if not part & sources]
    lit = [part for part in nx.connected_components(graph) if part & sources]
    assert all(len(part & sources) == 1 for part in lit)
    assert len(dark) == 1  # the planted island


def test_the_present_state_differs_from_the_normal_one_by_one_transfer(station: Project) -> None:
    switches = station.frame("switches")
    moved = switches[switches["open"] != switches["normal_open"]]
    assert sorted(moved["is_tie"]) == [False, True]


def test_open_ties_join_two_feeders(station: Project) -> None:
    switches = station.frame("switches")
    ties = switches[switches["is_tie"]]
    assert len(ties) >= 2
    assert ties["normal_open"].all()
    feeder: dict[str, str] = {}
    lines = station.frame("ac_line_segments")
    for end in ("node_a", "node_b"):
        feeder.update(zip(lines[end], lines["feeder"], strict=True))
    assert all(feeder[a] != feeder[b] for a, b in zip(ties["node_a"], ties["node_b"], strict=True))


def test_only_transformers_join_nodes_of_different_voltage(station: Project) -> None:
    nodes = station.frame("connectivity_nodes")
    kv = dict(zip(nodes["id"], nodes["nominal_kv"], strict=True))
    for table in ("switches", "ac_line_segments"):
        frame = station.frame(table)
        assert all(kv[a] == kv[b] for a, b in zip(frame["node_a"], frame["node_b"], strict=True))
    transformers = station.frame("power_transformers")
    assert {kv[one] for one in transformers["hv_node"]} == {10.0}
    assert {kv[one] for one in transformers["lv_node"]} == {0.4}


def test_every_feeder_begins_with_its_breaker_at_a_busbar(station: Project) -> None:
    switches = station.frame("switches").set_index("id")
    busbars = set(station.frame("energy_sources")["node"])
    heads = switches.loc[station.frame("feeders")["head_switch"]]
    assert (heads["kind"] == "breaker").all()
    assert set(heads["node_a"]) <= busbars


def test_a_customer_with_two_supplies_has_them_on_two_feeders() -> None:
    project = make_sample("typical", 1)
    points = project.frame("usage_points")
    twice = points[points["customer"].duplicated(keep=False)]
    assert len(twice) >= 4
    graph = network(project, "normal_open")
    heads = project.frame("switches").set_index("id").loc[project.frame("feeders")["head_switch"], "node_b"]
    graph.remove_nodes_from(project.frame("energy_sources")["node"])
    for _, supplies in twice.groupby("customer"):
        fed = [
            {head for head in heads if nx.has_path(graph, node, head)} for node in supplies["node"].tolist()
        ]
        assert all(len(one) == 1 for one in fed)
        assert len(set.union(*fed)) == len(fed)


# -- statistics of DOMAIN -------------------------------------------------------------------------


def test_spans_are_those_of_pole_lines(made: Sample) -> None:
    high, lines = spans_m(made.project, 10.0)
    long = high[high > 20]  # without jumpers and drops to transformers
    assert 40 <= np.median(long) <= 90
    assert ((long > 35) & (long < 95)).mean() > 0.95
    assert set(lines[high > 150]) == {one.id for one in made.planted if one.code == "long-span"}
    low, _ = spans_m(made.project, 0.4)
    assert low.max() <= 80


def test_boxes_lie_in_their_own_area_and_within_the_supply_radius(made: Sample) -> None:
    project = made.project
    boxes = project.frame("junctions")
    boxes = boxes[~boxes["id"].isin(is_planted(made, "junctions"))]
    areas = dict(
        zip(project.frame("transformer_areas")["id"], outlines(project, "transformer_areas"), strict=True)
    )
    own = np.array([areas[one] for one in boxes["transformer_area"]])
    assert shapely.contains_xy(own, boxes["x"], boxes["y"]).all()
    transformers = project.frame("power_transformers").drop_duplicates("transformer_area")
    at = transformers.set_index("transformer_area").loc[boxes["transformer_area"]]
    assert np.hypot(*(metres(boxes) - metres(at)).T).max() <= 500


def test_boxes_hold_one_to_twelve_customers(station: Project) -> None:
    held = station.frame("usage_points").groupby("meter_box").size()
    assert held.min() == 1
    assert held.max() <= 12


def test_public_areas_have_customers_and_dedicated_ones_have_one(made: Sample) -> None:
    customers, areas = made.project.frame("customers"), made.project.frame("transformer_areas")
    counts = customers.groupby("transformer_area").size().reindex(areas["id"]).to_numpy()
    public = (areas["usage"] == "public").to_numpy()
    assert (counts[~public] == 1).all()
    assert 30 <= np.median(counts[public]) <= 150
    assert 0.1 <= 1 - public.mean() <= 0.3


def test_ratings_are_standard_sizes_and_fit_the_customers(made: Sample) -> None:
    transformers = made.project.frame("power_transformers")
    odd = transformers[~transformers["rated_kva"].isin(STANDARD_KVA)]
    assert set(odd["id"]) == is_planted(made, "power_transformers")
    areas = made.project.frame("transformer_areas").set_index("id")
    sums = transformers.groupby("transformer_area")["rated_kva"].sum()
    assert (sums == areas["stated_kva"].reindex(sums.index)).all()


def test_pv_stands_in_a_share_of_the_areas_and_exceeds_the_limits_in_a_few(station: Project) -> None:
    units = station.frame("pv_units")
    power = units[units["kind"] == "pv"].groupby("transformer_area")["rated_kw"].sum()
    kva = station.frame("power_transformers").groupby("transformer_area")["rated_kva"].sum()
    share = (power / kva.reindex(power.index)).to_numpy()
    assert 0.15 <= len(share) / len(kva) <= 0.5
    assert (share > 0.8).sum() >= 1
    assert (share > 0.25).sum() < len(share) / 2


def test_managers_have_areas_and_customers_in_the_range_of_the_handbook() -> None:
    project = make_sample("typical", 1)
    areas, customers = project.frame("transformer_areas"), project.frame("customers")
    per_manager = areas.groupby("manager").size()
    assert 8 <= per_manager.min() <= per_manager.max() <= 20
    manager = areas.set_index("id")["manager"]
    counts = customers["transformer_area"].map(manager).value_counts()
    assert counts.max() / counts.mean() <= 1.35
    assert (areas["manager"] != areas["backup_manager"]).all()


def test_every_row_refers_to_rows_that_are_there(station: Project) -> None:
    for name, table in station.tables.items():
        for column in table.schema.columns:
            if column.references:
                values = set(station.frame(name)[column.name].dropna())
                assert values <= set(station.frame(column.references)["id"]), (name, column.name)


# -- outlines -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(1, scaled(4, 40)))
def test_areas_cover_villages_and_station_without_gap_or_overlap(seed: int) -> None:
    project = make_sample("small", seed)
    areas = outlines(project, "transformer_areas")
    assert shapely.is_valid(areas).all()
    assert shapely.coverage_is_valid(areas)
    for table in ("villages", "stations", "service_grids"):
        assert shapely.area(outlines(project, table)).sum() == pytest.approx(
            shapely.area(areas).sum(), rel=1e-9
        )
    assert shapely.coverage_is_valid(outlines(project, "villages"))
    village = dict(zip(project.frame("villages")["id"], outlines(project, "villages"), strict=True))
    for area, name in zip(areas, project.frame("transformer_areas")["village"], strict=True):
        assert shapely.area(shapely.difference(area, village[name])) < 1e-12


def test_an_area_is_one_piece_around_its_transformer(station: Project) -> None:
    areas = station.frame("transformer_areas")
    shapes = outlines(station, "transformer_areas")
    assert (shapely.get_num_geometries(shapes) == 1).all()
    at = station.frame("power_transformers").drop_duplicates("transformer_area").set_index("transformer_area")
    places = at.loc[areas["id"]]
    assert shapely.contains_xy(shapes, places["x"], places["y"]).all()


def test_the_river_parts_the_station_except_at_its_bridges(station: Project) -> None:
    barriers = outlines(station, "barriers")
    assert len(barriers) >= 2
    roads = station.frame("roads")
    main = outlines(station, "roads")[roads["road_class"] != "track"]
    assert not shapely.intersects(shapely.union_all(main), shapely.union_all(barriers))


def test_roads_form_one_net_by_their_end_points(station: Project) -> None:
    graph = nx.Graph()
    for shape in outlines(station, "roads"):
        points = shapely.get_coordinates(shape)
        graph.add_edge(tuple(points[0]), tuple(points[-1]))
    assert nx.number_connected_components(graph) == 1


# -- names ----------------------------------------------------------------------------------------


def test_names_and_numbers_follow_the_patterns_of_the_field(made: Sample) -> None:
    project = made.project
    poles = project.frame("poles")
    patterns = {
        "feeders": r"10kV\d{3}\w+线",
        "transformer_areas": r"\w+(村|社区)#\d+(公|专)变",
        "villages": r"\w+(村|社区)",
    }
    for table, pattern in patterns.items():
        assert project.frame(table)["name"].str.fullmatch(pattern).all(), table
    assert (
        poles.loc[poles["nominal_kv"] == 10, "name"].str.fullmatch(r"10kV\d{3}\w+线(\w+支线)?#\d{3}杆").all()
    )
    assert project.frame("transformer_areas")["id"].str.fullmatch(r"00\d{8}").all()
    assert project.frame("customers")["id"].str.fullmatch(r"390\d{10}").all()
    switches = project.frame("switches")
    lined = switches[switches["id"].str.startswith("KG") & (switches["kind"] != "fuse")]
    assert lined["name"].str.fullmatch(r"10kV\d{3}\w+线\d{3}开关").all()
    for table in ("feeders", "switches", "transformer_areas", "villages"):
        assert project.frame(table)["name"].is_unique, table


def test_phones_are_of_a_block_that_nobody_uses_and_no_identity_numbers_stand_anywhere(made: Sample) -> None:
    project = made.project
    customers = project.frame("customers")
    phones = customers.loc[~customers["id"].isin(is_planted(made, "customers")), "phone"].dropna()
    assert phones.str.fullmatch(r"154\d{8}").all()
    assert project.frame("district_managers")["phone"].str.fullmatch(r"154\d{8}").all()
    identity = re.compile(r"(?<!\d)[1-6]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx](?!\d)")
    for table in ("customers", "district_managers", "qualifications", "pv_units"):
        for column in project.frame(table).select_dtypes(include="str"):
            assert not project.frame(table)[column].dropna().str.contains(identity.pattern, regex=True).any()


def test_names_are_varied_as_in_a_township() -> None:
    names = make_sample("typical", 1).frame("customers")["name"]
    people = names[names.str.len() <= 4]
    assert (people.str.len() == 1).any()
    assert (people.str.len() == 4).any()
    assert people.str.contains("[䶮㛃𬭎]").any()
    assert people.duplicated().any()


# -- the command ----------------------------------------------------------------------------------


def test_the_command_writes_a_file_and_leaves_one_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "s.gpkg"
    assert main(["sample", str(out), "--size", "small", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["rows"]["transformer_areas"] == 60
    assert {"code", "table", "id"} == set(document["planted"][0])
    before = out.read_bytes()
    assert main(["sample", str(out), "--size", "small"]) == 2
    assert "--force" in capsys.readouterr().err
    assert out.read_bytes() == before
    assert main(["sample", str(out), "--size", "small", "--seed", "2", "--force"]) == 0
    assert out.read_bytes() != before


def test_what_is_written_is_read_back(tmp_path: Path, station: Project) -> None:
    from gis.project_file import open_for_reading, save_new

    save_new(tmp_path / "s.gpkg", station)
    assert digest(open_for_reading(tmp_path / "s.gpkg")) == digest(station)


def test_an_unknown_size_and_a_negative_seed_are_refused() -> None:
    with pytest.raises(GridError, match="unknown-sample-size"):
        make_sample("huge", 1)
    with pytest.raises(GridError, match="bad-seed"):
        make_sample("small", -1)


def test_making_a_sample_can_be_cancelled() -> None:
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        make_sample("small", 1, feedback)


@pytest.mark.long
def test_the_county_has_its_numbers_and_is_radial() -> None:
    project, size = make_sample("county", 1), SIZES["county"]
    assert len(project.frame("transformer_areas")) == size.areas
    assert len(project.frame("customers")) == size.customers
    assert len(project.frame("district_managers")) == size.managers
    assert len(project.frame("feeders")) == size.feeders
    assert len(project.frame("stations")) == 12
    assert len(project.frame("connectivity_nodes")) == pytest.approx(600_000, rel=0.02)
    assert nx.is_forest(network(project, "normal_open"))
    assert shapely.coverage_is_valid(outlines(project, "transformer_areas"))


@pytest.mark.long
def test_the_large_station_has_about_fifteen_thousand_poles() -> None:
    project = make_sample("large", 1)
    assert len(project.frame("poles")) == pytest.approx(15_000, rel=0.15)
    assert len(project.frame("feeders")) == 15
