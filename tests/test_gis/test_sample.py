"""The sample is invented, always the same, believable, and clean but for the mistakes planted in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

import ui.cli
from gis.checks import check_project
from gis.crs import in_metres
from gis.sample import make_sample, sample_with_faults
from gis.sample.demand import STANDARD_KVA
from gis.sample.sizes import SIZES
from gis.sample.station import Sample
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.topology import SwitchState, TopologyIndex
from tests.conftest import scaled


@pytest.fixture(scope="module")
def sample() -> Sample:
    return sample_with_faults("small", 1)


@pytest.fixture(scope="module")
def project(sample: Sample) -> Project:
    return sample.project


def digest(project: Project) -> str:
    """Checksum of every row of every table."""
    found = hashlib.sha256()
    for name, table in project.tables.items():
        found.update(name.encode())
        found.update(pd.util.hash_pandas_object(table.frame.astype("str"), index=False).to_numpy().tobytes())
    return found.hexdigest()


def metres(project: Project, frame: pd.DataFrame) -> np.ndarray:
    """Places in metres in the Gauss-Kruger zone of the sample."""
    return np.column_stack(in_metres(frame["x"].to_numpy(), frame["y"].to_numpy(), project.geographic))


@pytest.mark.parametrize("size", ["small", "typical", pytest.param("large", marks=pytest.mark.long)])
def test_the_counts_are_those_of_the_handbook(size: str) -> None:
    project = make_sample(size, 3)
    asked = SIZES[size]
    for table, count in (
        ("transformer_areas", asked.areas),
        ("customers", asked.customers),
        ("district_managers", asked.managers),
        ("feeders", asked.feeders),
        ("stations", 1),
    ):
        assert len(project.table(table)) == count, table


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(project: Project) -> None:
    assert digest(make_sample("small", 1)) == digest(project)
    assert digest(make_sample("small", 2)) != digest(project)


@pytest.mark.parametrize("seed", range(1, scaled(4, 25)))
def test_the_check_finds_every_planted_mistake_and_nothing_else(seed: int) -> None:
    made = sample_with_faults("small", seed)
    found = Counter(issue.code for issue in check_project(made.project).issues)
    planted = Counter(one.code for one in made.planted)
    planted["isolated-island"] += 1  # what hangs behind the line end that is not joined
    expired = found.pop("expired-qualification", 0)  # a few climbing papers run out of themselves
    assert expired >= planted.pop("expired-qualification")
    assert found == planted


def test_planted_mistakes_stand_at_the_rows_named(sample: Sample) -> None:
    issues = check_project(sample.project).issues
    for one in sample.planted:
        assert one.id in sample.project.table(one.table)
        named = [
            issue
            for issue in issues
            if issue.code == one.code
            and (issue.object_id == one.id or one.id in json.dumps(dict(issue.details), default=str))
        ]
        assert named, one


def test_every_part_has_supply_and_nothing_runs_in_a_loop(project: Project) -> None:
    topology = TopologyIndex.build(project, SwitchState.NORMAL)
    assert topology.loops() == ()
    graph = topology.to_networkx(only_closed=True)
    import networkx

    sources = [node for node, facts in graph.nodes(data=True) if facts.get("energy_sources")]
    reached = set().union(*(networkx.node_connected_component(graph, one) for one in sources))
    lost = set(graph) - reached
    islands = [part for part in networkx.connected_components(graph) if not part & reached]
    named = [part for part in islands if any(isinstance(node, str) for node in part)]
    assert len(lost) < 0.02 * len(graph)
    assert len(named) >= 1  # the planted one


def test_every_tie_is_open_and_joins_what_is_alive(project: Project) -> None:
    ties = project.frame("switches")[lambda frame: frame["is_tie"]]
    assert len(ties) >= 2
    assert ties["normal_open"].all()
    topology = TopologyIndex.build(project, SwitchState.NORMAL)
    alive = set(
        np.array(topology.to_networkx().nodes(), dtype=object)[
            topology.supplied[: len(topology.to_networkx())]
        ]
    )
    assert set(ties["node_a"]) | set(ties["node_b"]) <= alive


def test_spans_are_those_of_real_lines(sample: Sample, project: Project) -> None:
    lines = project.frame("ac_line_segments")
    shapes = shapely.from_wkb(lines["geometry"].to_numpy())
    points, of_line = shapely.get_coordinates(shapes, return_index=True)
    place = metres(project, pd.DataFrame(points, columns=["x", "y"]))
    same = of_line[1:] == of_line[:-1]
    spans = np.hypot(*np.diff(place, axis=0).T)[same]
    high = lines["nominal_kv"].to_numpy()[of_line[1:][same]] > 1
    assert np.sum(spans[high] > 150) == 1  # the planted one
    assert 40 <= np.median(spans[high]) <= 90
    assert spans[~high].max() <= 80


def test_customers_live_within_reach_of_their_transformer(project: Project) -> None:
    customers = project.frame("customers")
    transformers = project.frame("power_transformers")
    first = transformers.drop_duplicates("transformer_area").set_index("transformer_area")
    known = customers[customers["transformer_area"].isin(first.index) & customers["x"].between(100, 130)]
    near = metres(project, known)
    far = metres(project, first.loc[known["transformer_area"]].reset_index())
    radius = np.hypot(*(near - far).T)
    assert np.quantile(radius, 0.5) < 300
    assert np.sum(radius > 500) < 30  # the customers of the box that strayed


def test_transformers_have_standard_ratings(sample: Sample, project: Project) -> None:
    odd = project.frame("power_transformers")[lambda frame: ~frame["rated_kva"].isin(STANDARD_KVA)]
    assert odd["id"].tolist() == [one.id for one in sample.planted if one.code == "non-standard-kva"]


def test_outlines_are_coverages_without_gaps(project: Project) -> None:
    station = shapely.from_wkb(project.frame("stations")["geometry"].iloc[0])
    for table in ("transformer_areas", "villages", "service_grids"):
        shapes = shapely.from_wkb(project.frame(table)["geometry"].to_numpy())
        assert shapely.is_valid(shapes).all(), table
        assert shapely.area(shapes).sum() == pytest.approx(shapely.area(station), rel=1e-6), table
        assert shapely.area(shapely.union_all(shapes)) == pytest.approx(shapely.area(station), rel=1e-6), (
            table
        )


def test_managers_have_about_the_work_of_the_handbook(project: Project) -> None:
    areas = project.frame("transformer_areas")
    per_manager = areas.groupby("manager").size()
    assert len(per_manager) == len(project.frame("district_managers"))
    assert per_manager.between(3, 25).all()
    customers = project.frame("customers").merge(
        areas[["id", "manager"]], left_on="transformer_area", right_on="id"
    )
    assert customers.groupby("manager_y").size().between(300, 1500).all()
    assert (areas["backup_manager"] != areas["manager"]).all()


def test_names_and_numbers_follow_the_patterns(project: Project) -> None:
    def all_match(table: str, column: str, pattern: str, share: float = 1.0) -> None:
        values = project.frame(table)[column].dropna()
        assert values.str.fullmatch(pattern).mean() >= share, (table, column, values.head(3).tolist())

    all_match("customers", "id", r"\d{13}")
    all_match("customers", "old_id", r"\d{10}")
    all_match("customers", "phone", r"\d{11}", 0.99)
    all_match("transformer_areas", "id", r"00\d{8}")
    all_match("transformer_areas", "name", r".+(村|社区)#\d+(公变|专变)")
    all_match("feeders", "name", r"10kV\d{3}.+线")
    names = project.frame("customers").loc[lambda frame: frame["customer_class"] == "lv_resident", "name"]
    lengths = names.str.len()
    assert names.duplicated().any()
    assert lengths.min() <= 2 < 4 <= lengths.max()
    assert names.str.contains("[䶮㛃𬭎𬀩]").any()


def test_no_phone_can_belong_to_anybody(project: Project) -> None:
    """154 is no public prefix; a real subscriber must never be called because of a sample."""
    for table in ("customers", "district_managers"):
        phones = project.frame(table)["phone"].dropna()
        proper = phones[phones.str.fullmatch(r"\d{11}")]
        assert proper.str.startswith("154").all()
        assert len(phones) - len(proper) <= 1


def test_there_are_important_sensitive_and_producing_customers(project: Project) -> None:
    customers = project.frame("customers")
    assert {"first", "second"} <= set(customers["importance"].dropna())
    assert {"hospital", "school", "water"} <= set(customers["sensitive_kind"].dropna())
    assert 1 <= customers["life_support"].sum() <= 0.01 * len(customers)
    units = project.frame("pv_units")
    assert set(units["kind"]) == {"pv", "battery", "generator"}
    pv = units[units["kind"] == "pv"].groupby("transformer_area")["rated_kw"].sum()
    kva = project.frame("power_transformers").groupby("transformer_area")["rated_kva"].sum()
    share = pv / kva.loc[pv.index]
    assert (share > 0.25).any()
    assert share.max() > 0.8


def test_every_reference_leads_to_a_row(project: Project) -> None:
    for name, table in project.tables.items():
        for column in table.schema.columns:
            if column.references:
                values = table.frame[column.name].dropna()
                there = values.isin(project.frame(column.references)["id"])
                assert there.all(), (name, column.name, values[~there].head(2).tolist())


def test_the_command_writes_the_file_and_does_not_replace_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "示例.gpkg"
    assert ui.cli.main(["sample", str(path), "--size", "small", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["rows"]["customers"] == 4000
    before = path.read_bytes()
    assert ui.cli.main(["sample", str(path), "--size", "small"]) == 2
    assert path.read_bytes() == before
    assert str(path) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("size", "seed", "code"), [("huge", 1, "unknown-sample-size"), ("small", -1, "bad-seed")]
)
def test_what_cannot_be_made_is_refused(size: str, seed: int, code: str) -> None:
    with pytest.raises(GridError) as refusal:
        make_sample(size, seed)
    assert refusal.value.code == code


def test_the_page_on_the_sample_lists_what_is_planted(sample: Sample) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "sample.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `([a-z-]+)`", page, re.MULTILINE))
    assert listed == {one.code for one in sample.planted} | {"isolated-island"}


@pytest.mark.long
def test_a_county_is_made_whole() -> None:
    project = make_sample("county", 1)
    asked = SIZES["county"]
    assert len(project.table("customers")) == asked.customers
    assert len(project.table("transformer_areas")) == asked.areas
    assert len(project.table("district_managers")) == asked.managers
    assert len(project.table("stations")) == asked.stations
    assert len(project.table("connectivity_nodes")) == pytest.approx(600_000, rel=0.1)
    assert TopologyIndex.build(project, SwitchState.NORMAL).supplied.mean() > 0.99
