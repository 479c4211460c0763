"""Networks in the csv form: what becomes of every row, and the four measured networks whole."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from gis.importer import Imported, ImportOptions, import_sources
from grid_model.errors import GridError
from grid_model.project import GEOGRAPHIC, LOCAL, Project, ProjectInfo
from grid_model.topology import TopologyIndex

EMPTY = Project.empty(ProjectInfo())

#   s --k1-- m1 --l1-- m2 ==t1== v1 --l2-- v2        m2 also carries a load of its own (MV)
FILES = {
    "nodes.csv": "id,x,y,vn_kv,zone\ns,113.1,29.1,10,\nm1,113.2,29.1,10,A\nm2,113.3,29.1,10,\n"
    "v1,113.3,29.2,0.4,\nv2,,,0.4,\n",
    "lines.csv": "id,from_node,to_node,length_m,vn_kv,std_type,wkt\n"
    'l1,m1,m2,100,10,LGJ-70,"LINESTRING (113.2 29.1, 113.25 29.15, 113.3 29.1)"\nl2,v1,v2,50,0.4,,\n',
    "switches.csv": "id,node_a,node_b,line,type,closed\nk1,s,m1,,CB,True\ne1,m2,,l1,负荷开关,1\n",
    "transformers.csv": "id,hv,lv,sn_kva,name\nt1,m2,v1,200,王村#1公变\n",
    "loads.csv": "id,node,p_kw,name,meter\n0001,v2,1.5,张三,M1\n0002,v1,,,\n0003,m2,300,矿山,\n",
    "sources.csv": "id,node\nx,s\n",
}


def network(folder: Path, **changed: str | None) -> Path:
    """Write the files of a small network; ``lines="…"`` replaces lines.csv, None leaves it out."""
    folder.mkdir(exist_ok=True)
    for name, content in FILES.items():
        text = changed.get(name.removesuffix(".csv"), content)
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def imported(source: Path, project: Project = EMPTY, **options: Any) -> tuple[Imported, Project]:
    found = import_sources(project, [source], ImportOptions(**options))
    assert all(found.read[file] == found.kept[file] + found.rejected[file] for file in found.read)
    return found, found.edit.apply(project)[0]


def told(found: Imported, code: str) -> list[tuple[str, int, bool]]:
    return [(issue.object_id, issue.row, issue.row_kept) for issue in found.issues if issue.code == code]


# ------------------------------------------------------------ what becomes of the rows


def test_each_load_becomes_a_customer_with_a_usage_point_of_the_same_number(tmp_path: Path) -> None:
    _found, project = imported(network(tmp_path))
    customers = project.frame("customers")
    assert customers["id"].tolist() == ["0001", "0002", "0003"]
    points = project.frame("usage_points")
    assert points["id"].tolist() == points["customer"].tolist() == ["0001", "0002", "0003"]
    assert points["node"].tolist() == ["v2", "v1", "m2"]
    assert points["p_kw"].tolist()[::2] == [1.5, 300]
    assert customers["name"].tolist()[::2] == ["张三", "矿山"]


def test_a_load_above_1_kv_is_a_customer_with_its_own_transformer_and_no_area(tmp_path: Path) -> None:
    _found, project = imported(network(tmp_path))
    customers = project.frame("customers").set_index("id")
    assert customers["customer_class"].to_dict() == {
        "0001": "lv_resident",
        "0002": "lv_resident",
        "0003": "mv",
    }
    assert customers["transformer_area"].fillna("").to_dict() == {"0001": "t1", "0002": "t1", "0003": ""}


def test_each_transformer_becomes_an_area_of_the_same_number(tmp_path: Path) -> None:
    _found, project = imported(network(tmp_path))
    area = project.table("transformer_areas").row("t1")
    assert (area["name"], area["stated_kva"], area["usage"]) == ("王村#1公变", 200, "public")
    assert project.table("power_transformers").row("t1")["transformer_area"] == "t1"


def test_switches_get_kind_state_and_whether_they_protect(tmp_path: Path) -> None:
    switches = (
        "id,node_a,node_b,line,type,closed,norm_amps\nq,s,m1,,CB,True,630\nl,m1,m2,,LBS,False,\n"
        "f,m2,v1,,fuse,1,\ng,m1,m2,,goab_disswitch,0,\nw,m1,m2,,connector_Delete,合,\n"
    )
    found, project = imported(network(tmp_path, switches=switches))
    frame = project.frame("switches").set_index("id")
    assert frame["kind"].to_dict() == {
        "q": "breaker",
        "l": "load_break_switch",
        "f": "fuse",
        "g": "disconnector",
        "w": "unknown",
    }
    assert frame["normal_open"].to_dict() == {"q": False, "l": True, "f": False, "g": True, "w": False}
    assert frame["open"].equals(frame["normal_open"])
    assert frame["is_protective"].to_dict() == {"q": True, "l": False, "f": True, "g": False, "w": False}
    assert frame["is_operable"].all()
    assert frame["rated_a"]["q"] == 630
    assert told(found, "unknown-choice") == [("w", 6, True)]
    (warning,) = [issue for issue in found.issues if issue.code == "unknown-switch-kinds"]
    assert (warning.severity.value, warning.details["count"]) == ("warning", 1)
    assert warning.details["found"] == "connector_Delete"
    assert frame["attributes"]["w"] == '{"type": "connector_Delete"}'


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("breaker", "circuit_breaker|Circuit Breaker|CIRCUIT-BREAKER|cb|柱上断路器|真空断路器"),
        ("recloser", "Recloser|auto recloser|重合器"),
        ("load_break_switch", "load_switch|Load-Break Switch|LS|LBS|loadbreakswitch|柱上负荷开关"),
        ("disconnector", "DS|Disconnecting Switch|isolator|隔离刀闸|柱上 隔离开关"),
        ("fuse", "drop-out fuse|Dropout Fuse|fuse cutout|跌落保险|令克|01-熔断器"),
        ("unknown", "开关|switch|sectionaliser|分段开关|"),
    ],
)
def test_a_kind_of_switch_is_known_however_it_is_spelt(tmp_path: Path, kind: str, words: str) -> None:
    rows = "".join(f"k{n},s,m1,,{word},1\n" for n, word in enumerate(words.split("|")))
    found, project = imported(network(tmp_path, switches=f"id,node_a,node_b,line,type,closed\n{rows}"))
    assert project.frame("switches")["kind"].tolist() == [kind] * rows.count("\n")
    strange = [issue.details["count"] for issue in found.issues if issue.code == "unknown-switch-kinds"]
    assert strange == ([3] if kind == "unknown" else [])


def test_switches_that_say_whether_they_protect_need_no_kind(tmp_path: Path) -> None:
    switches = "id,node_a,node_b,line,type,closed,is_protective\nk1,s,m1,,?,1,1\nk2,s,m1,,?,1,\n"
    found, project = imported(network(tmp_path, switches=switches))
    assert project.frame("switches")["is_protective"].tolist() == [True, False]
    assert [issue.details["count"] for issue in found.issues if issue.code == "unknown-switch-kinds"] == [1]


def test_a_switch_without_second_node_sits_at_its_line_and_the_line_needs_it_closed(tmp_path: Path) -> None:
    _found, project = imported(network(tmp_path))
    row = project.table("switches").row("e1")
    assert (row["node_a"], row["node_b"], row["line"]) == ("m2", None, "l1")
    opened = network(tmp_path / "open", switches=FILES["switches.csv"].replace("负荷开关,1", "负荷开关,0"))
    _found, project = imported(opened)
    assert not TopologyIndex.build(project).supplied[project.table("connectivity_nodes").position("m2")]


def test_extra_columns_are_kept_as_attributes(tmp_path: Path) -> None:
    _found, project = imported(network(tmp_path))
    assert project.table("connectivity_nodes").row("m1")["attributes"] == '{"zone": "A"}'
    assert project.table("customers").row("0001")["attributes"] == '{"meter": "M1"}'
    assert project.table("ac_line_segments").row("l1")["model"] == "LGJ-70"


def test_what_is_out_of_service_does_not_conduct(tmp_path: Path) -> None:
    lines = FILES["lines.csv"].replace("std_type", "in_service").replace("LGJ-70", "False")
    _found, project = imported(network(tmp_path, lines=lines))
    assert project.frame("ac_line_segments")["in_service"].tolist() == [False, True]
    assert not TopologyIndex.build(project).supplied[project.table("connectivity_nodes").position("v1")]


def test_routes_are_kept_and_lines_without_one_are_drawn_between_placed_nodes(tmp_path: Path) -> None:
    far = '"LINESTRING (113.1 29.1, 1e999 29.1)"'
    lines = FILES["lines.csv"] + f"l3,s,m1,10,10,,\nl4,s,m1,10,10,,LINESTRING (\nl5,s,m1,10,10,,{far}\n"
    found, project = imported(network(tmp_path, lines=lines))
    shapes = [
        None if one is None else shapely.from_wkb(one).wkt
        for one in project.frame("ac_line_segments")["geometry"]
    ]
    assert shapes == [
        "LINESTRING (113.2 29.1, 113.25 29.15, 113.3 29.1)",
        None,
        *["LINESTRING (113.1 29.1, 113.2 29.1)"] * 3,
    ]
    assert told(found, "unreadable-route") == [("l4", 5, True), ("l5", 6, True)]


def test_feeders_named_in_the_files_become_feeders(tmp_path: Path) -> None:
    switches = "id,node_a,node_b,line,type,closed,feeder\nk1,s,m1,,CB,True,101线\n"
    _found, project = imported(network(tmp_path, switches=switches))
    assert project.frame("feeders")[["id", "name"]].to_numpy().tolist() == [["101线", "101线"]]
    assert project.table("switches").row("k1")["feeder"] == "101线"


# ------------------------------------------------------------ which transformer feeds


@pytest.mark.parametrize(
    ("transformers", "expected"),
    [
        ("id,hv,lv,sn_kva\nt2,m2,v1,200\nt1,m2,v1,200\n", "t1"),  # in parallel: the smallest number
        ("id,hv,lv,sn_kva\na,dead,v1,200\nb,m2,v1,200\n", "b"),  # one that has no supply feeds nobody
        ("id,hv,lv,sn_kva,in_service\na,m2,v1,200,False\nb,m2,v1,200,True\n", "b"),
        ("id,hv,lv,sn_kva\nmain,m2,mid,200\nsub,mid,v1,50\n", "sub"),  # the nearest one
    ],
)
def test_customers_belong_to_the_transformer_that_feeds_them(
    tmp_path: Path, transformers: str, expected: str
) -> None:
    nodes = FILES["nodes.csv"] + "dead,,,10,\nmid,,,0.4,\n"
    _found, project = imported(network(tmp_path, nodes=nodes, transformers=transformers))
    assert project.table("customers").row("0001")["transformer_area"] == expected


def test_an_open_switch_parts_areas(tmp_path: Path) -> None:
    nodes = FILES["nodes.csv"] + "v3,,,0.4,\n"
    files = {
        "nodes": nodes,
        "transformers": "id,hv,lv,sn_kva\nt2,m2,v3,200\nt1,m2,v1,200\n",
        "loads": "id,node\nleft,v2\nright,v3\n",
    }
    for state, areas in (("0", ["t1", "t2"]), ("1", ["t1", "t1"])):
        switches = FILES["switches.csv"] + f"tie,v2,v3,,LBS,{state}\n"
        _found, project = imported(network(tmp_path / state, switches=switches, **files))
        assert project.frame("customers")["transformer_area"].tolist() == areas


def test_a_load_that_nothing_feeds_is_kept_and_said(tmp_path: Path) -> None:
    found, project = imported(network(tmp_path, transformers="id,hv,lv,sn_kva\n"))
    assert told(found, "no-feeding-transformer") == [("0001", 2, True), ("0002", 3, True)]
    assert project.frame("customers")["transformer_area"].isna().all()
    assert told(found, "empty-table") == [("", 0, True)]


# ------------------------------------------------------------ bad rows


def test_of_duplicate_numbers_the_first_is_kept(tmp_path: Path) -> None:
    nodes = FILES["nodes.csv"] + "m1,1,1,0.4,\n"
    found, project = imported(network(tmp_path, nodes=nodes))
    assert told(found, "duplicate-row") == [("m1", 7, False)]
    assert (found.read["nodes.csv"], found.kept["nodes.csv"], found.rejected["nodes.csv"]) == (6, 5, 1)
    assert project.table("connectivity_nodes").row("m1")["nominal_kv"] == 10
    (issue,) = [one for one in found.issues if one.code == "duplicate-row"]
    assert issue.details["first"] == 3


@pytest.mark.parametrize(
    ("file", "row", "table"),
    [
        ("lines", "bad,m1,nowhere,1,10,,\n", "ac_line_segments"),
        ("switches", "bad,nowhere,m1,,CB,True\n", "switches"),
        ("switches", "bad,m1,nowhere,,CB,True\n", "switches"),
        ("transformers", "bad,m2,nowhere,100,\n", "power_transformers"),
        ("sources", "bad,nowhere\n", "energy_sources"),
    ],
)
def test_a_branch_to_an_unknown_node_is_rejected(tmp_path: Path, file: str, row: str, table: str) -> None:
    found, project = imported(network(tmp_path, **{file: FILES[f"{file}.csv"] + row}))
    assert [(one, kept) for one, _row, kept in told(found, "unknown-node")] == [("bad", False)]
    assert found.rejected[f"{file}.csv"] == 1
    assert "bad" not in project.table(table)
    assert "bad" not in project.table("transformer_areas")


def test_a_branch_without_a_node_and_a_row_without_number_are_rejected(tmp_path: Path) -> None:
    found, _project = imported(
        network(tmp_path, lines=FILES["lines.csv"] + "bad,m1,,1,10,,\n,m1,m2,1,10,,\n")
    )
    assert told(found, "missing-node") == [("bad", 4, False)]
    assert told(found, "missing-id-row") == [("", 5, False)]
    assert found.rejected["lines.csv"] == 2


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("bad,m1,,nowhere,CB,True\n", "unknown-line"),
        ("bad,m1,,,CB,True\n", "switch-without-end"),
        ("bad,s,,l1,CB,True\n", "switch-not-at-line"),
    ],
)
def test_a_switch_that_sits_nowhere_is_rejected(tmp_path: Path, row: str, code: str) -> None:
    found, project = imported(network(tmp_path, switches=FILES["switches.csv"] + row))
    assert told(found, code) == [("bad", 4, False)]
    assert "bad" not in project.table("switches")


def test_a_switch_at_a_rejected_line_is_rejected_too(tmp_path: Path) -> None:
    lines = FILES["lines.csv"] + "lost,m1,nowhere,1,10,,\n"
    found, _project = imported(
        network(tmp_path, lines=lines, switches=FILES["switches.csv"] + "bad,m1,,lost,CB,True\n")
    )
    assert told(found, "unknown-line") == [("bad", 4, False)]


def test_a_load_on_an_unknown_node_stays_a_customer_so_that_no_list_is_short(tmp_path: Path) -> None:
    found, project = imported(network(tmp_path, loads=FILES["loads.csv"] + "0009,nowhere,1,,\n"))
    assert told(found, "load-without-node") == [("0009", 5, True)]
    assert project.table("usage_points").row("0009")["node"] is None


def test_text_where_a_number_belongs_is_left_empty_and_kept_as_text(tmp_path: Path) -> None:
    lines = FILES["lines.csv"].replace(",100,10,", ",long,10,").replace(",50,0.4,", ",-5,0.4,")
    found, project = imported(network(tmp_path, lines=lines))
    assert told(found, "not-a-number") == [("l1", 2, True)]
    assert told(found, "number-outside") == [("l2", 3, True)]
    frame = project.frame("ac_line_segments")
    assert frame["length_m"].isna().all()
    assert frame["attributes"].tolist() == ['{"length_m": "long"}', '{"length_m": "-5"}']


def test_an_unknown_position_of_a_switch_is_an_error(tmp_path: Path) -> None:
    found, _project = imported(
        network(tmp_path, switches=FILES["switches.csv"].replace("CB,True", "CB,perhaps"))
    )
    assert told(found, "unknown-switch-state") == [("k1", 2, True)]


@pytest.mark.parametrize(
    ("changed", "code", "named"),
    [
        ({"nodes": None}, "no-nodes-file", "folder"),
        ({"nodes": "id,x,y,vn_kv\n"}, "empty-table", "file"),
        ({"nodes": ""}, "empty-file", "file"),
        ({"nodes": "id,x,y\n1,2,3\n"}, "missing-column", "column"),
        ({"lines": "id,from_node,length_m,vn_kv\n"}, "missing-column", "column"),
        ({"loads": "name,node\n"}, "missing-column", "column"),
    ],
)
def test_a_network_that_cannot_be_read_gets_one_sentence(
    tmp_path: Path, changed: dict[str, str | None], code: str, named: str
) -> None:
    with pytest.raises(GridError) as caught:
        imported(network(tmp_path, **changed))
    assert caught.value.code == code
    assert named in caught.value.values


@pytest.mark.parametrize("content", [None, "", "id,node\n"])
def test_files_other_than_the_nodes_may_be_missing_or_empty(tmp_path: Path, content: str | None) -> None:
    found, project = imported(network(tmp_path, sources=content))
    assert not len(project.frame("energy_sources"))
    assert {issue.code for issue in found.issues} & {"missing-network-file", "empty-table"}


def test_a_file_that_is_no_part_of_the_form_is_mentioned(tmp_path: Path) -> None:
    network(tmp_path)
    (tmp_path / "notes.csv").write_text("a\n1\n")
    found, _project = imported(tmp_path)
    assert [issue.file for issue in found.issues if issue.code == "file-not-read"] == ["notes.csv"]


def test_two_folders_keep_their_files_apart_and_the_first_of_equal_numbers(tmp_path: Path) -> None:
    one, other = network(tmp_path / "one"), network(tmp_path / "other")
    found = import_sources(EMPTY, [one, other])
    assert found.kept["one/nodes.csv"] == 5
    assert found.rejected["other/nodes.csv"] == 5
    assert all(found.read[file] == found.kept[file] + found.rejected[file] for file in found.read)
    project, _changes = found.edit.apply(EMPTY)
    assert len(project.frame("customers")) == 3


# ------------------------------------------------------------ coordinates


def test_degrees_without_a_stated_system_are_taken_as_wgs84_with_a_warning(tmp_path: Path) -> None:
    found, project = imported(network(tmp_path))
    assert project.info.crs == GEOGRAPHIC
    assert len(told(found, "crs-assumed")) == 1
    found, project = imported(tmp_path, crs="EPSG:4490")
    assert not told(found, "crs-assumed")


def test_nodes_without_position_are_warnings_and_keep_their_supply(tmp_path: Path) -> None:
    found, project = imported(network(tmp_path))
    assert told(found, "no-position") == [("v2", 6, True)]
    row = project.table("connectivity_nodes").row("v2")
    assert (row["x"], row["y"]) == (None, None)
    assert TopologyIndex.build(project).supplied[project.table("connectivity_nodes").position("v2")]


def test_rows_of_totals_are_no_part_of_a_network(tmp_path: Path) -> None:
    nodes, loads = FILES["nodes.csv"] + "合计,,,,5\n", FILES["loads.csv"] + "总计,,301.5,,\n3,,,,合计\n"
    lines = FILES["lines.csv"] + "2,,,150,,合计,\n"
    found, project = imported(network(tmp_path, nodes=nodes, loads=loads, lines=lines))
    assert [row for _id, row, _kept in told(found, "total-row")] == [7, 4, 5, 6]
    assert [len(project.frame(name)) for name in ("connectivity_nodes", "customers")] == [5, 3]
    assert found.rejected["loads.csv"] == 2 and found.rejected["lines.csv"] == 1


PLANE = (
    "id,x,y,vn_kv\ns,15139.4,25252.7,10\nm1,15239.4,25252.7,10\nm2,15339.4,25252.7,10\n"
    "v1,15339.4,25352.7,0.4\nv2,,,0.4\n"
)


def test_numbers_that_are_no_degrees_stay_a_local_plane(tmp_path: Path) -> None:
    found, project = imported(network(tmp_path, nodes=PLANE, lines=None))
    assert project.info.crs == LOCAL
    assert len(told(found, "local-plane")) == 1
    assert project.table("connectivity_nodes").row("s")["x"] == 15139.4


def test_a_stated_system_is_brought_to_cgcs2000(tmp_path: Path) -> None:
    nodes = "id,x,y,vn_kv\ns,500000,3210000,10\nm1,500100,3210000,10\n"
    files: dict[str, str | None] = {
        "nodes": nodes,
        "lines": None,
        "switches": None,
        "transformers": None,
        "loads": None,
    }
    _found, project = imported(network(tmp_path, **files), crs="EPSG:4547")
    row = project.table("connectivity_nodes").row("s")
    assert row["x"] == pytest.approx(114.0)
    assert row["y"] == pytest.approx(29.0, abs=0.02)


@pytest.mark.parametrize(
    ("crs", "code"),
    [
        ("EPSG:2343", "datum-needs-parameters"),
        ("EPSG:4214", "datum-needs-parameters"),
        ("EPSG:999999", "unknown-crs"),
        ("somewhere", "unknown-crs"),
    ],
)
def test_systems_that_need_local_parameters_are_refused(tmp_path: Path, crs: str, code: str) -> None:
    with pytest.raises(GridError, match=code):
        imported(network(tmp_path), crs=crs)


def test_a_local_plane_and_degrees_cannot_meet_in_one_project(tmp_path: Path) -> None:
    _found, project = imported(network(tmp_path))
    with pytest.raises(GridError, match="mixed-coordinates"):
        imported(network(tmp_path / "plane", nodes=PLANE, lines=None), project)


def test_one_node_and_one_route_that_are_no_degrees_do_not_turn_a_network_into_a_plane(
    tmp_path: Path,
) -> None:
    nodes = FILES["nodes.csv"].replace("113.1,29.1", "15139.4,25252.7")
    lines = FILES["lines.csv"].replace("50,0.4,,", '50,0.4,,"LINESTRING (29.2 113.3, 15139 25252)"')
    loads = FILES["loads.csv"] + "0004,s,1,,\n"
    found, project = imported(network(tmp_path, nodes=nodes, lines=lines, loads=loads))
    assert project.geographic
    assert told(found, "position-outside") == [("s", 2, True)]
    assert told(found, "shape-outside") == [("l2", 3, True)]
    node, customer = project.table("connectivity_nodes").row("s"), project.table("customers").row("0004")
    assert node["x"] is None and customer["x"] is None
    assert node["attributes"] == '{"x": "15139.4", "y": "25252.7"}'
    assert project.table("ac_line_segments").row("l2")["geometry"] is None
    assert project.table("ac_line_segments").row("l1")["geometry"] is not None


# ------------------------------------------------------------ once more


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    _found, project = imported(network(tmp_path))
    found, _again = imported(tmp_path, project)
    assert not found.edit.apply(project)[1]
    assert all((one.new, one.changed, one.absent) == (0, 0, 0) for one in found.differences.values())


def test_importing_again_updates_by_number_and_keeps_what_was_decided_here(tmp_path: Path) -> None:
    _found, project = imported(network(tmp_path))
    draft = project.edit()
    draft.insert("district_managers", [{"id": "M1", "name": "李"}, {"id": "M2", "name": "王"}])
    draft.update("transformer_areas", ["t1"], manager="M1")
    draft.update("switches", ["k1"], open=True, is_operable=False)
    project = draft.finish()[0]
    changed = network(
        tmp_path / "new",
        transformers="id,hv,lv,sn_kva,name\nt1,m2,v1,315,王村#1公变\n",
        lines=FILES["lines.csv"].replace("l2,v1,v2,50,0.4,,\n", "l5,v1,v2,50,0.4,,\n"),
    )
    found, project = imported(changed, project)
    assert project.table("power_transformers").row("t1")["rated_kva"] == 315
    assert project.table("transformer_areas").row("t1")["manager"] == "M1"
    switch = project.table("switches").row("k1")
    assert (switch["open"], switch["normal_open"], switch["is_operable"]) == (True, False, False)
    lines = found.differences["ac_line_segments"]
    assert (lines.new, lines.changed, lines.same, lines.absent) == (1, 0, 1, 1)
    assert "l2" in project.table("ac_line_segments")


def test_findings_become_rows_of_the_project_and_replace_older_ones_of_the_same_file(tmp_path: Path) -> None:
    found, project = imported(network(tmp_path))
    assert len(project.frame("issues")) == len(found.issues) > 0
    row = project.frame("issues").iloc[-1]
    assert row["file"] == "nodes.csv" and row["row_kept"]
    found, project = imported(network(tmp_path, nodes=FILES["nodes.csv"] + "m1,1,1,1,\n"), project)
    assert len(project.frame("issues")) == len(found.issues)


def test_the_import_is_one_edit_that_can_be_undone(tmp_path: Path) -> None:
    from grid_model.history import History

    history = History(EMPTY)
    history.do(import_sources(EMPTY, [network(tmp_path)]).edit)
    assert history.next_undo is not None and len(history.project.frame("customers")) == 3
    history.undo()
    assert all(not len(table) for table in history.project.tables.values())
    assert history.project.info == EMPTY.info


# ------------------------------------------------------------ the measured networks


ROWS = {
    "oberrhein_schutterwald": (3235, 3182, 700, 145, 1641, 2),
    "ausnet_SMR8_rural": (12218, 10054, 1434, 716, 3669, 1),
    "smartds_p1rhs25_rural": (1413, 1036, 66, 310, 1104, 1),
    "roseau_mv_feeders_fr": (938, 898, 20, 0, 718, 20),
}
TABLES = (
    "connectivity_nodes",
    "ac_line_segments",
    "switches",
    "power_transformers",
    "customers",
    "energy_sources",
)


@pytest.fixture(scope="module")
def measured(taiqu_data: Path) -> Callable[[str], tuple[Imported, Project]]:
    """Import a measured network once."""
    return cache(lambda name: imported(taiqu_data / name))


Measured = Callable[[str], tuple[Imported, Project]]


@pytest.mark.parametrize("name", ROWS)
def test_the_measured_networks_import_without_losing_a_row(
    taiqu_data: Path, measured: Measured, name: str
) -> None:
    found, project = measured(name)
    assert tuple(len(project.frame(table)) for table in TABLES) == ROWS[name]
    assert not any(found.rejected.values())
    assert not [issue for issue in found.issues if issue.severity.value == "error"]
    loads = pd.read_csv(taiqu_data / name / "loads.csv", dtype=str)
    assert project.frame("customers")["id"].tolist() == loads["id"].tolist()


def test_a_network_half_without_position_imports_and_says_so_for_each(measured: Measured) -> None:
    found, project = measured("ausnet_SMR8_rural")
    assert len(told(found, "no-position")) == 7338
    assert project.info.crs == LOCAL
    assert TopologyIndex.build(project).supplied.sum() >= 12205
    assert project.frame("customers")["transformer_area"].notna().all()


def test_only_loads_at_medium_voltage_have_no_area(measured: Measured) -> None:
    _found, project = measured("oberrhein_schutterwald")
    customers = project.frame("customers")
    assert ((customers["customer_class"] == "mv") == customers["transformer_area"].isna()).all()
    assert (customers["customer_class"] == "mv").sum() == 6
