"""Roads join where they share an end or a corner; places go to the nearest road and times follow it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from gis.measuring import MetricPlane
from gis.neighbourhood import neighbourhood
from gis.road_check import RoadCheck, check_roads
from gis.roads import RoadNetwork, road_network
from gis.travel import Places, Travel, area_times
from grid_model.project import Project
from grid_model.travel import Stops, travel_seconds
from tests.test_gis.territories import line, managers, squares, station


def road(name: str, *points: tuple[float, float], **more: object) -> dict[str, object]:
    """A road driven at 36 km/h, which is ten metres a second."""
    return {"id": name, "road_class": "village", "speed_kmh": 36.0, "geometry": line(*points)} | more


def net(*roads: dict[str, object], **settings: float) -> RoadNetwork:
    found = road_network(of(*roads, **settings), MetricPlane(None))
    assert found is not None
    return found


def of(*roads: dict[str, object], **settings: float) -> Project:
    rows = [{"id": f"travel.{name}", "value": str(value)} for name, value in settings.items()]
    return station(roads=list(roads), settings=rows)


def seconds(network: RoadNetwork, a: tuple[float, float], b: tuple[float, float]) -> float:
    stops = network.snap(np.array([a, b], dtype=float), 5.0, 3.6)
    return float(travel_seconds(network.graph, stops, stops)[0, 1])


WEST = road("w", (0, 0), (1000, 0))


def test_roads_that_share_an_end_join() -> None:
    network = net(WEST, road("n", (1000, 0), (1000, 500)))
    assert (len(network.graph), network.graph.nodes) == (2, 3)
    assert seconds(network, (0, 0), (1000, 500)) == pytest.approx(150)


def test_a_corner_two_roads_share_is_a_junction_of_both() -> None:
    network = net(road("a", (0, 0), (500, 0), (1000, 0)), road("b", (500, -300), (500, 0), (500, 300)))
    assert (len(network.graph), network.graph.nodes) == (4, 5)
    assert seconds(network, (0, 0), (500, 300)) == pytest.approx(80)


def test_roads_that_only_cross_are_no_junction_unless_the_user_asks() -> None:
    over = road("b", (500, -300), (500, 300))
    assert np.isinf(seconds(net(WEST, over), (0, 0), (500, 300)))
    joined = net(WEST, over, join_crossings=1)
    assert seconds(joined, (0, 0), (500, 300)) == pytest.approx(80)
    assert (len(joined.graph), joined.graph.nodes) == (4, 5)


@pytest.mark.parametrize(("gap", "joined"), [(0.6, True), (3.0, False)])
@pytest.mark.parametrize("x", [500.0, 1000.0, 999.5])
def test_an_end_that_comes_near_a_road_or_its_end_meets_it(gap: float, joined: bool, x: float) -> None:
    network = net(WEST, road("n", (x, gap), (x, 500)))
    assert np.isfinite(seconds(network, (0, 0), (x, 500))) == joined
    assert network.graph.nodes == (4 if x == 500 or not joined else 3)


def test_a_road_that_comes_back_on_itself_is_a_loop() -> None:
    ring = road("r", (0, 0), (100, 0), (100, 100), (0, 100), (0, 0))
    tail = road("t", (0, 0), (-100, 0))
    assert seconds(net(ring, tail), (-100, 0), (100, 100)) == pytest.approx(30)
    lasso = road("l", (-100, 0), (0, 0), (100, 0), (100, 100), (0, 100), (0, 0))
    assert seconds(net(lasso), (-100, 0), (0, 100)) == pytest.approx(20)


def test_corners_drawn_twice_and_roads_drawn_twice_do_no_harm() -> None:
    doubled = road("d", (0, 0), (0, 0), (500, 0), (500, 0), (1000, 0), (1000, 0))
    assert seconds(net(doubled, WEST), (0, 0), (1000, 0)) == pytest.approx(100)


def test_a_one_way_road_is_driven_as_drawn() -> None:
    network = net(road("o", (0, 0), (1000, 0), one_way=True), road("b", (1000, 0), (500, 800), (0, 0)))
    there, back = seconds(network, (0, 0), (1000, 0)), seconds(network, (1000, 0), (0, 0))
    assert there == pytest.approx(100) and back == pytest.approx(2 * np.hypot(500, 800) / 10)


def test_a_road_without_a_speed_has_that_of_its_class_which_is_editable() -> None:
    bare = road("t", (0, 0), (1000, 0), road_class="trunk", speed_kmh=None)
    assert seconds(net(bare), (0, 0), (1000, 0)) == pytest.approx(60)
    assert seconds(net(bare, speed_trunk_kmh=30), (0, 0), (1000, 0)) == pytest.approx(120)
    unknown = road("t", (0, 0), (1000, 0), road_class=None, speed_kmh=None)
    assert seconds(net(unknown), (0, 0), (1000, 0)) == pytest.approx(1000 / (25 / 3.6))


def test_a_stated_length_counts_where_it_can_be_true() -> None:
    assert seconds(net(WEST | {"length_m": 1200.0}), (0, 0), (1000, 0)) == pytest.approx(120)
    wrong = net(WEST | {"length_m": 1.0})
    assert seconds(wrong, (0, 0), (1000, 0)) == pytest.approx(100)
    assert wrong.odd_lengths.tolist() == [0]


def test_a_place_goes_to_the_nearest_point_of_a_road_and_walks_there() -> None:
    stops = net(WEST).snap(np.array([[400.0, 30.0], [400.0, 900.0], [np.nan, np.nan]]), 500.0, 3.6)
    assert stops.edge.tolist() == [0, -1, -1]
    assert (stops.share[0], stops.walk_s[0]) == pytest.approx((0.4, 30))


def test_nobody_joins_a_motorway_half_way() -> None:
    fast = road("g", (0, 10), (1000, 10), road_class="motorway", speed_kmh=None)
    network = net(fast, WEST)
    assert network.row_of_line[
        network.line_of_edge[network.snap(np.array([[400.0, 9.0]]), 500.0, 5).edge]
    ] == [1]


def test_a_fragment_is_left_for_a_longer_network_nearby() -> None:
    fragment = road("f", (300, 100), (400, 100))
    far = road("long", (0, 0), (2000, 0))
    network = net(far, fragment)
    assert network.fragment.tolist() == [False, True]
    near = np.array([[350.0, 90.0]])
    assert network.line_of_edge[network.snap(near, 500.0, 5).edge] == [0]
    assert network.line_of_edge[network.snap(near, 50.0, 5).edge] == [1]


def test_a_road_of_several_parts_is_several_lines() -> None:
    parts = shapely.MultiLineString([[(0, 0), (100, 0)], [(200, 0), (300, 0)]])
    network = net({"id": "m", "geometry": bytes(shapely.to_wkb(parts)), "speed_kmh": 36.0, "length_m": 240.0})
    assert network.row_of_line.tolist() == [0, 0]
    assert seconds(network, (0, 0), (100, 0)) == pytest.approx(12)


# ------------------------------------------------------------ managers and areas


def people(*roads: dict[str, object], **settings: float) -> Project:
    rows = [{"id": f"travel.{name}", "value": str(value)} for name, value in settings.items()]
    at = {"A": {"x": 100.0, "y": 10.0}, "B": {"x": 1900.0, "y": 10.0}, "C": {"x": 1500.0, "y": 900.0}}
    return station(
        transformer_areas=squares("AB"),
        district_managers=managers("ABC", **at),
        roads=list(roads),
        settings=rows,
    )


def test_managers_travel_along_the_roads_and_the_slower_direction_counts_for_a_pair() -> None:
    there = road("o", (0, 0), (2000, 0), one_way=True)
    back = road("b", (2000, 0), (1000, -3000), (0, 0))
    found = neighbourhood(people(there, back))
    assert found.travel.source == "roads"
    walk = 2 * 10 / (5 / 3.6)
    assert found.minutes[0, 1] * 60 == pytest.approx(180 + walk)
    assert found.minutes[1, 0] * 60 == pytest.approx((100 + 100 + 2 * np.hypot(1000, 3000)) / 10 + walk)
    assert found.pair_minutes[0, 1] == found.minutes[1, 0]


def test_who_is_off_the_roads_or_on_roads_apart_travels_straight_and_is_named() -> None:
    two = road("w", (0, 0), (900, 0)), road("e", (1100, 0), (2000, 0))
    found = neighbourhood(people(*two))
    assert found.travel.off_road == ("C",) and found.travel.no_way == (("A", "B"),)
    assert found.minutes[0, 1] == pytest.approx(1.8 * 1.3 / 30 * 60)
    assert found.minutes[0, 2] == pytest.approx(np.hypot(1.4, 0.89) * 1.3 / 30 * 60)


def test_a_plan_says_who_travels_by_straight_line_and_why() -> None:
    from gis.travel import travel_notes
    from ui.group_text import reason_sentence

    project = people(road("w", (0, 0), (900, 0)), road("e", (1100, 0), (2000, 0)))
    notes = travel_notes(project, neighbourhood(project).travel)
    assert [note.code for note in notes] == ["managers-off-road", "roads-apart"]
    words = [reason_sentence(project, note) for note in notes]
    assert "500 m" in words[0] and "经理C (C)" in words[0] and "经理A (A), 经理B (B)" in words[1]


def test_without_roads_or_by_choice_lines_are_straight() -> None:
    assert neighbourhood(people()).travel.source == "straight"
    found = neighbourhood(people(WEST, use_roads=0))
    assert found.travel.source == "straight" and not found.travel.off_road


def test_places_so_near_that_walking_is_quicker_are_walked() -> None:
    one_way = road("o", (0, 0), (2000, 0), (2000, -5000), (0, -5000), (0, 0), one_way=True)
    travel = Travel.of(of(one_way), MetricPlane(None))
    places = Places(np.array([[200.0, 0.0], [100.0, 0.0]]), np.array([1.0, 1.0]))
    minutes = travel.times(places, places).minutes
    assert minutes[0, 1] == pytest.approx(0.1 / 5 * 60) and minutes[1, 0] == pytest.approx(10 / 60)


def test_areas_are_reached_at_the_middle_of_their_customers() -> None:
    customers = [{"id": "1", "transformer_area": "B10", "x": 1500.0, "y": 0.0}]
    project = people(road("w", (0, 0), (2000, 0)))
    draft = project.edit()
    draft.insert("customers", customers)
    project = draft.finish()[0]
    territory = neighbourhood(project)
    times = area_times(project, territory, MetricPlane(None))
    at = project.frame("transformer_areas")["id"].tolist().index("B10")
    assert times.minutes.shape == (3, 2)
    assert times.minutes[0, at] * 60 == pytest.approx(140 + 10 / (5 / 3.6))


def test_the_sample_station_is_driven_at_believable_speeds() -> None:
    from gis.sample import make_sample

    project = make_sample("small", 42)
    found = neighbourhood(project)
    assert found.travel.source == "roads" and not found.travel.off_road and not found.travel.no_way
    draft = project.edit()
    draft.insert("settings", [{"id": "travel.use_roads", "value": "0"}])
    straight = neighbourhood(draft.finish()[0])
    pairs = np.triu_indices(len(found.managers), 1)
    ratio = found.pair_minutes[pairs] / straight.pair_minutes[pairs]
    assert ratio.min() > 0.4 and ratio.max() < 3 and 0.7 < np.median(ratio) < 1.4


# ------------------------------------------------------------ checking the roads


def checked(project: Project) -> RoadCheck:
    found = check_roads(project)
    assert found is not None
    return found


def test_a_check_names_who_is_off_the_roads_apart_or_unreached() -> None:
    two = road("w", (0, 0), (900, 0)), road("e", (1100, 0), (2000, 0), length_m=5.0)
    project = people(*two, fragment_km=0)
    draft = project.edit()
    draft.insert("customers", [{"id": "1", "transformer_area": "A00", "x": 100.0, "y": 0.0}])
    found = checked(draft.finish()[0])
    assert (found.roads, found.edges, found.junctions, found.parts) == (2, 2, 4, (0.9, 0.9))
    assert found.managers_off_road == ("C",) and found.apart == (("A", "B"),)
    assert found.areas_off_road == () and found.odd_lengths == ("e",) and not found.sound


def test_a_check_names_areas_off_the_roads_and_those_no_manager_has_a_way_to() -> None:
    #   both managers in the west; B's area has its customer in the east
    at = {"A": {"x": 100.0, "y": 0.0}, "B": {"x": 200.0, "y": 0.0}}
    project = station(
        transformer_areas=squares("ABB"),
        district_managers=managers("AB", **at),
        customers=[
            {"id": "0", "transformer_area": "A00", "x": 100.0, "y": 0.0},
            {"id": "1", "transformer_area": "B10", "x": 1500.0, "y": 0.0},
            {"id": "2", "transformer_area": "B20", "x": 2500.0, "y": 900.0},
        ],
        roads=[road("w", (0, 0), (900, 0)), road("e", (1100, 0), (1900, 0))],
        settings=[{"id": "travel.fragment_km", "value": "0"}],
    )
    found = checked(project)
    assert found.areas_off_road == ("B20",) and found.unreached == ("B10",) and not found.apart


def test_the_command_exits_1_where_somebody_is_off_the_roads_and_2_without_roads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from gis.project_file import save_new
    from ui.cli import main

    whole = people(road("w", (0, 0), (2000, 0)), road("n", (1500, 0), (1500, 900)))
    for name, project in {"all": whole, "some": people(WEST), "none": people()}.items():
        save_new(tmp_path / f"{name}.gpkg", project)
    assert main(["roads", str(tmp_path / "all.gpkg"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sound"]
    assert main(["roads", str(tmp_path / "some.gpkg")]) == 1
    out = capsys.readouterr().out
    assert "Managers too far from any road (2): B, C" in out
    assert main(["roads", str(tmp_path / "none.gpkg")]) == 2
    assert "--kind roads" in capsys.readouterr().err


# ------------------------------------------------------------ measured roads


@pytest.fixture(scope="module")
def oracle(taiqu_data: Path) -> pd.DataFrame:
    """Pairs of nodes with their place and the seconds between them."""
    from pyogrio import read_dataframe

    folder = taiqu_data / "osm_north_bayreuth"
    pairs = pd.read_csv(folder / "oracle_travel_time.csv", dtype={"from_node": "int64", "to_node": "int64"})
    nodes = read_dataframe(
        folder / "osm_north_bayreuth.gpkg", layer="road_nodes", read_geometry=False
    ).set_index("id")
    assert len(pairs) == 200
    for end in ("from", "to"):
        pairs[[f"{end}_x", f"{end}_y"]] = nodes.loc[pairs[f"{end}_node"], ["x", "y"]].to_numpy()
    return pairs


def at_nodes(network: RoadNetwork, x: pd.Series, y: pd.Series) -> Stops:
    """Stand at the nodes nearest to some places, which must be there."""
    from scipy.spatial import KDTree

    away, node = KDTree(network.node_xy).query(network.plane.points(x, y))
    assert away.max() < 0.01
    edge, share = np.full(network.graph.nodes, -1), np.ones(network.graph.nodes)
    edge[network.graph.end] = np.arange(len(network.graph))
    edge[network.graph.start] = np.arange(len(network.graph))
    share[network.graph.start] = 0.0
    return Stops(edge[node], share[node], np.zeros(len(node)))


def imported_roads(source: Path, into: Path, capsys: pytest.CaptureFixture[str]) -> RoadNetwork:
    from gis.project_file import open_for_reading
    from ui.cli import main

    assert main(["import", str(source), "--into", str(into), "--kind", "roads"]) == 0
    capsys.readouterr()
    project = open_for_reading(into)
    network = road_network(project, MetricPlane.of(project))
    assert network is not None
    return network


def test_travel_times_of_a_real_road_network_imported_by_the_command_line(
    taiqu_data: Path, oracle: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = taiqu_data / "osm_north_bayreuth" / "osm_north_bayreuth.gpkg"
    network = imported_roads(source, tmp_path / "p.gpkg", capsys)
    origins = at_nodes(network, oracle["from_x"], oracle["from_y"])
    targets = at_nodes(network, oracle["to_x"], oracle["to_y"])
    found = np.diag(travel_seconds(network.graph, origins, targets))
    assert np.abs(found - oracle["time_s"]).max() < 0.1


def test_an_extract_gives_the_same_graph_as_its_roads_cut_at_every_junction(
    taiqu_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "north-bayreuth.osm.gz"
    source.write_bytes((taiqu_data / "osm_north_bayreuth" / "north-bayreuth.osm.gz").read_bytes())
    network = imported_roads(source, tmp_path / "p.gpkg", capsys)
    #   stats.json of the data: road_edges, road_nodes, road_km (on a sphere)
    assert (len(network.graph), network.graph.nodes) == (3087, 2548)
    assert shapely.length(network.lines).sum() / 1000 == pytest.approx(526.2, rel=0.005)
