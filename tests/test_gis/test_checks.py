"""Every rule of the check: silent on a sound station, and fired by just the fault it is about.

The sound station, near 113.2° E 28.4° N; one step is some 30 m:

    s --q1-- m1 --l1-- m2 ==t1== v1 --l2-- v2 (customer 1001, meter box B1)
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely

from gis.checks import RULES, check_project
from grid_model import checks
from grid_model.issue import Severity
from grid_model.project import GEOGRAPHIC, LOCAL, Draft, Project
from tests.drawing import draw
from ui.messages import ISSUES, issue_sentence

STEP = 0.0003
PLACES = {"s": 0, "m1": 1, "m2": 2, "v1": 2.1, "v2": 3}


def place(step: float) -> dict[str, float]:
    return {"x": 113.2 + step * STEP, "y": 28.4}


def box(left: float, right: float) -> bytes:
    bounds = (113.2 + left * STEP, 28.399, 113.2 + right * STEP, 28.401)
    return bytes(shapely.to_wkb(shapely.MultiPolygon([shapely.box(*bounds)])))


def line(left: float, right: float) -> bytes:
    return bytes(
        shapely.to_wkb(shapely.LineString([(place(one)["x"], place(one)["y"]) for one in (left, right)]))
    )


@pytest.fixture(scope="module")
def sound() -> Project:
    """A station in which everything is as it should be."""
    project = draw(
        "s q1 m1",
        "m1 l1 m2",
        "m2 t1 v1",
        "v1 l2 v2",
        sources=["s"],
        points={"1001": "v2"},
        areas={"A1": "t1"},
        rows={
            "connectivity_nodes": {
                one: {**place(at), "nominal_kv": 0.4 if one[0] == "v" else 10.0} for one, at in PLACES.items()
            },
            "ac_line_segments": {
                "l1": {"construction": "overhead", "nominal_kv": 10.0, "geometry": line(1, 2)},
                "l2": {"construction": "overhead", "nominal_kv": 0.4, "geometry": line(2.1, 3)},
            },
            "feeders": {"F1": {"name": "10kV101王线", "head_switch": "q1"}},
            "stations": {"S1": {"name": "王村供电所", "geometry": box(-10, 100)}},
            "district_managers": {
                "M1": {"name": "张伟", "phone": "13800000001", "station": "S1"},
                "M2": {"name": "李娜", "phone": "13800000002", "station": "S1"},
            },
            "transformer_areas": {
                "A1": {
                    "name": "王村#1公变",
                    "usage": "public",
                    "feeder": "F1",
                    "manager": "M1",
                    "station": "S1",
                    "geometry": box(0, 20),
                    "outline_source": "drawn",
                    "attributes": '{"manager": "张伟"}',
                }
            },
            "junctions": {"B1": {"kind": "meter_box", "node": "v2", "transformer_area": "A1"}},
            "customers": {
                "1001": {
                    "name": "王强",
                    "transformer_area": "A1",
                    "phone": "13912345678,0730-8123456",
                    "customer_class": "lv_resident",
                    "status": "active",
                    **place(3),
                }
            },
        },
    )
    return replace(project, info=replace(project.info, crs=GEOGRAPHIC))


Fault = Callable[[Draft], None]


def customer(number: str, **values: Any) -> Fault:
    values = {"transformer_area": "A1", "phone": None, **place(3), **values}
    return lambda draft: draft.insert("customers", [{"id": number, **values}])


def area(number: str, **values: Any) -> Fault:
    def add(draft: Draft) -> None:
        draft.insert(
            "transformer_areas", [{"id": number, "name": number, "manager": "M1", "feeder": "F1", **values}]
        )
        customer(f"c{number}", transformer_area=number)(draft)

    return add


def cells(table: str, one: str, **values: Any) -> Fault:
    return lambda draft: draft.update(table, [one], **values)


def row(table: str, **values: Any) -> Fault:
    return lambda draft: draft.insert(table, [values])


def both(*faults: Fault) -> Fault:
    def make(draft: Draft) -> None:
        for fault in faults:
            fault(draft)

    return make


def nodes(**steps: float) -> Fault:
    return lambda draft: draft.insert(
        "connectivity_nodes", [{"id": one, "nominal_kv": 0.4, **place(at)} for one, at in steps.items()]
    )


def shared(count: int) -> Fault:
    return both(*(customer(f"20{n}", phone="13700000000") for n in range(count)))


SECOND_FEEDER = both(
    nodes(s2=0, m9=2),
    row("energy_sources", id="@s2", node="s2"),
    row("switches", id="q2", node_a="s2", node_b="m9"),
    row("feeders", id="F2", name="10kV102王线", head_switch="q2"),
    row("power_transformers", id="t2", hv_node="m9", lv_node="v9", transformer_area="A1", rated_kva=100),
    nodes(v9=2),
)

CASES: dict[str, tuple[Fault, set[str]]] = {
    "duplicate-number": (both(customer("001001"), area("Ａ1")), {"001001", "Ａ1"}),
    "duplicate-old-number": (both(customer("1002", old_id="7"), customer("1003", old_id="7")), {"1003"}),
    "same-area-name": (area("A2", name="王村#1公变"), {"A2"}),
    "dangling-reference": (cells("transformer_areas", "A1", village="V9"), {"A1"}),
    "customer-without-area": (
        both(
            customer("1002", transformer_area=None),
            customer("1003", transformer_area=None, status="closed"),
            customer("1004", transformer_area=None, customer_class="mv"),
        ),
        {"1002"},
    ),
    "area-without-customers": (
        both(
            row("transformer_areas", id="A2", name="b", manager="M1", feeder="F1"),
            row("transformer_areas", id="A3", name="c", manager="M1", feeder="F1", usage="dedicated"),
        ),
        {"A2"},
    ),
    "area-without-manager": (cells("transformer_areas", "A1", manager=None), {"A1"}),
    "area-without-feeder": (area("A2", feeder=None), {"A2"}),
    "area-with-two-feeders": (SECOND_FEEDER, {"A1"}),
    "feeder-differs": (
        both(row("feeders", id="F2", name="b"), cells("transformer_areas", "A1", feeder="F2")),
        {"A1"},
    ),
    "dedicated-customer-on-public-area": (customer("1002", customer_class="mv"), {"1002"}),
    "closed-customer": (customer("1002", status="closed"), {"1002"}),
    "area-differs": (
        both(area("A2"), cells("customers", "1001", transformer_area="A2"), customer("1002")),
        {"1001"},
    ),
    "marketing-manager-differs": (cells("transformer_areas", "A1", manager="M2"), {"A1"}),
    "no-coordinates": (
        both(cells("connectivity_nodes", "v2", x=None, y=None), customer("1002", x=None, y=None)),
        {"v2", "B1", "1002"},
    ),
    "zero-coordinates": (customer("1002", x=0.0, y=0.0), {"1002"}),
    "swapped-coordinates": (customer("1002", x=28.4, y=113.2), {"1002"}),
    "isolated-island": (
        both(nodes(i1=5, i2=6), row("ac_line_segments", id="l9", node_a="i1", node_b="i2")),
        {"i1"},
    ),
    "dead-island": (
        both(nodes(d1=5), row("switches", id="k9", node_a="v2", node_b="d1", normal_open=True, open=True)),
        {"d1"},
    ),
    "loop-in-normal-state": (row("switches", id="k9", node_a="m1", node_b="m2"), {"k9"}),
    "tie-without-normal-state": (
        both(nodes(d1=5), row("switches", id="k9", node_a="v2", node_b="d1", is_tie=True)),
        {"k9"},
    ),
    "earth-off-its-line": (
        both(
            row("earths", id="e1", node="m1", line="l1"),
            row("earths", id="e2", node="v2", line="l1"),
            row("earths", id="e3", node="v2"),
            row("earths", id="e4", node="m2", line="l2"),
        ),
        {"e2", "e4"},
    ),
    "switch-off-its-line": (
        both(
            row("switches", id="k8", node_a="m1", line="l1"),
            row("switches", id="k9", node_a="v2", line="l1"),
        ),
        {"k9"},
    ),
    "non-standard-kva": (cells("power_transformers", "t1", rated_kva=123), {"t1"}),
    "invalid-phone": (
        both(customer("1002", phone="12345"), cells("district_managers", "M1", phone="138000x")),
        {"1002", "M1"},
    ),
    "shared-phone": (shared(6), {"200"}),
    "expired-qualification": (
        both(
            row("qualifications", id="x1", manager="M1", kind="work_leader", valid_until="2026-11-19"),
            row("qualifications", id="x2", manager="M1", kind="safety_exam", valid_until="2026-11-20"),
        ),
        {"x1"},
    ),
    "data-date-unknown": (lambda draft: draft.set_info(data_date=""), {""}),
    "old-data": (lambda draft: draft.set_info(data_date="2026-10-19"), {""}),
    "outside-station": (customer("1002", x=113.5), {"1002"}),
    "box-far-from-transformer": (
        row("junctions", id="B2", kind="meter_box", transformer_area="A1", **place(25)),
        {"B2"},
    ),
    "box-in-other-area": (
        both(
            area("A2", geometry=box(20, 40), outline_source="drawn"),
            row("junctions", id="B2", kind="meter_box", transformer_area="A2", **place(5)),
        ),
        {"B2"},
    ),
    "long-span": (
        both(
            cells("ac_line_segments", "l1", geometry=line(1, 7)),
            cells("ac_line_segments", "l2", geometry=line(1, 4)),
        ),
        {"l1", "l2"},
    ),
    "line-ends-not-joined": (
        both(
            nodes(e1=4, e2=4.01, e3=6),
            row("ac_line_segments", id="l8", node_a="v2", node_b="e1"),
            row("ac_line_segments", id="l9", node_a="e2", node_b="e3"),
        ),
        {"e1"},
    ),
}


def found(project: Project, code: str) -> set[str]:
    return {issue.object_id for issue in check_project(project).issues if issue.code == code}


def test_a_sound_station_has_no_findings(sound: Project) -> None:
    report = check_project(sound)
    assert [issue_sentence(issue) for issue in report.issues] == []
    assert all(rate.met for rate in report.rates)
    assert {rate.name: rate.value for rate in report.rates} == dict.fromkeys(
        ("customer_area", "area_feeder", "transformers", "connected", "placed"), 1.0
    )


@pytest.mark.parametrize("code", CASES)
def test_a_rule_finds_its_fault_and_nothing_else(sound: Project, code: str) -> None:
    fault, objects = CASES[code]
    draft = sound.edit()
    fault(draft)
    assert found(draft.project, code) == objects


def test_every_rule_has_a_case_and_every_finding_a_sentence() -> None:
    assert len([*checks.RULES, *RULES]) == len(CASES) - 3  # three rules have two findings each
    assert set(CASES) <= set(ISSUES)


@pytest.mark.parametrize(
    ("code", "limit", "name"),
    [
        ("shared-phone", "6", "check.max_customers_per_phone"),
        ("old-data", "40", "check.max_data_age_days"),
        ("box-far-from-transformer", "900", "check.max_box_distance_m"),
        ("line-ends-not-joined", "0.01", "check.join_distance_m"),
    ],
)
def test_the_limits_are_settings_of_the_project(sound: Project, code: str, limit: str, name: str) -> None:
    draft = sound.edit()
    CASES[code][0](draft)
    draft.insert("settings", [{"id": name, "value": limit}])
    assert found(draft.project, code) == set()


def test_a_phone_is_not_told_by_what_is_said_about_it(sound: Project) -> None:
    draft = sound.edit()
    both(shared(6), customer("1002", phone="12345"))(draft)
    said = " ".join(
        issue_sentence(issue) + str(issue.details) for issue in check_project(draft.project).issues
    )
    assert "13700000000" not in said and "12345" not in said
    assert "****0000" in said


def test_an_island_without_source_is_worse_than_one_that_a_switch_could_feed(sound: Project) -> None:
    for code, severity in (("isolated-island", Severity.ERROR), ("dead-island", Severity.WARNING)):
        draft = sound.edit()
        CASES[code][0](draft)
        (issue,) = [one for one in check_project(draft.project).issues if one.code == code]
        assert issue.severity is severity


def test_generated_outlines_are_not_taken_as_evidence(sound: Project) -> None:
    draft = sound.edit()
    CASES["box-in-other-area"][0](draft)
    draft.update("transformer_areas", ["A1", "A2"], outline_source="generated")
    assert found(draft.project, "box-in-other-area") == set()


def test_points_of_a_local_plane_are_measured_as_metres_and_never_swapped(sound: Project) -> None:
    project = draw(
        "s l1 a",
        sources=["s"],
        rows={"connectivity_nodes": {"s": {"x": 28.0, "y": 113.0}, "a": {"x": 28.0, "y": 500.0}}},
    )
    assert project.info.crs == LOCAL
    draft = project.edit()
    draft.update(
        "ac_line_segments",
        ["l1"],
        construction="overhead",
        nominal_kv=10.0,
        geometry=bytes(shapely.to_wkb(shapely.LineString([(28, 113), (28, 500)]))),
    )
    assert found(draft.project, "swapped-coordinates") == set()
    assert found(draft.project, "long-span") == {"l1"}


def test_a_span_just_over_the_limit_is_not_said_to_be_as_long_as_it(sound: Project) -> None:
    draft = sound.edit()
    draft.set_info(crs=LOCAL)
    draft.update(
        "ac_line_segments", ["l2"], geometry=shapely.to_wkb(shapely.LineString([(0, 0), (80.04, 0)]))
    )
    draft.insert("settings", [{"id": f"check.max_span_{name}_m", "value": "80"} for name in ("mv", "lv")])
    (issue,) = [
        one for one in check_project(draft.project).issues if (one.code, one.object_id) == ("long-span", "l2")
    ]
    assert (issue.details["span_m"], issue.details["limit_m"]) == (80.1, 80)


def test_a_project_without_rows_has_nothing_to_judge() -> None:
    from grid_model.project import ProjectInfo

    report = check_project(Project.empty(ProjectInfo(data_date="2026-11-20")))
    assert report.issues == ()
    assert [rate.value for rate in report.rates] == [None] * 5


def test_rates_count_what_agrees(sound: Project) -> None:
    draft = sound.edit()
    both(
        area("A2"),
        customer("1002"),
        row("usage_points", id="u2", customer="1002", node="v2"),
        cells("customers", "1001", transformer_area="A2"),
    )(draft)
    rates = {rate.name: rate for rate in check_project(draft.project).rates}
    assert (rates["customer_area"].good, rates["customer_area"].total) == (1, 3)
    assert not rates["customer_area"].met
    draft.update("switches", ["q1"], normal_open=True)
    rates = {rate.name: rate for rate in check_project(draft.project).rates}
    assert (rates["connected"].good, rates["connected"].total) == (0, 1)


# ------------------------------------------------------------ the command


def command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    from ui.cli import main

    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_import_and_check_answer_with_their_documents(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.test_gis.test_importer_network import FILES, network

    project = str(tmp_path / "p.gpkg")
    code, out, err = command(["import", str(network(tmp_path / "n")), "--into", project, "--json"], capsys)
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert list(document) == ["read", "kept", "rejected", "issues"]
    assert (
        document["read"]
        == document["kept"]
        == {
            "nodes.csv": 5,
            "lines.csv": 2,
            "switches.csv": 2,
            "transformers.csv": 1,
            "sources.csv": 1,
            "loads.csv": 3,
        }
    )
    assert document["issues"] == {"error": 0, "warning": 2, "note": 0}

    bad = network(tmp_path / "bad", lines=FILES["lines.csv"] + "x,m1,nowhere,1,1,,\n")
    code, out, err = command(["import", str(bad), "--into", project, "--json"], capsys)
    assert (code, json.loads(out)["rejected"]["lines.csv"]) == (1, 1)

    book = tmp_path / "issues.xlsx"
    code, out, err = command(["check", project, "--json", "--out", str(book)], capsys)
    document = json.loads(out)
    assert code == (1 if document["issues"]["error"] else 0)
    assert list(document) == ["issues", "rates", "findings"]
    assert sum(document["issues"].values()) == len(document["findings"])
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["Findings", "From imports", "Rates"]
    assert sheets["Findings"].max_row == len(document["findings"]) + 1
    assert any(cell.value == "x" for cell in sheets["From imports"]["D"])
    rows = {cell.value for cell in sheets["From imports"]["C"][1:]}
    assert None in rows and 4 in rows and not rows & {0, ""}  # findings about a whole file have no row


def test_an_import_says_which_columns_of_known_rows_it_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = str(tmp_path / "p.gpkg")
    for text in ("户号,户名,合同容量\n1,张三,8\n2,李四,8\n", "户号,户名,合同容量\n1,王五,8\n2,赵六,10\n"):
        (tmp_path / "c.csv").write_text(text, encoding="utf-8")
        _code, out, _err = command(["import", str(tmp_path / "c.csv"), "--into", project], capsys)
    assert "Customers: changed cells by column: Customer name 2; Contract capacity 1" in out


def test_the_command_offers_every_kind_of_import() -> None:
    from gis.importer import KINDS as known
    from gis.importer_outlines import OUTLINED
    from ui.commands.import_ import KINDS, OPERATION

    tables = next(about.choices for name, _default, about in OPERATION.described() if name == "table")
    assert (known, set(OUTLINED)) == (KINDS, set(tables))


def test_an_import_that_fails_leaves_no_file_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    code, out, err = command(
        ["import", str(tmp_path / "empty"), "--into", str(tmp_path / "p.gpkg"), "--json"], capsys
    )
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and "nodes.csv" in err
    assert not (tmp_path / "p.gpkg").exists()


def test_names_that_look_like_formulas_stay_text_in_the_workbook(tmp_path: Path) -> None:
    from gis.issue_list import Sheet, write_workbook

    write_workbook(
        tmp_path / "a.xlsx", [Sheet("a", ("x", "y"), (10, 10), [["=1+1", 3], ["0012345678901", 4]])]
    )
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["a"]
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A3"].value, sheet["B2"].value) == (
        "=1+1",
        "s",
        "0012345678901",
        3,
    )


def test_findings_print_with_all_columns_beside_each_other_and_pages_numbered(tmp_path: Path) -> None:
    from gis.issue_list import Sheet, write_workbook

    write_workbook(tmp_path / "a.xlsx", [Sheet("a", ("x", "y"), (10, 90), [["1", "long " * 60]] * 80)])
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["a"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert "&P" in sheet.oddFooter.right.text
    assert sheet["B2"].alignment.wrap_text


def test_a_workbook_that_cannot_be_written_gets_a_sentence(tmp_path: Path) -> None:
    from gis.issue_list import write_workbook
    from grid_model.errors import GridError

    with pytest.raises(GridError, match="output-folder-missing"):
        write_workbook(tmp_path / "none" / "a.xlsx", [])
    with pytest.raises(GridError, match="bad-output-name"):
        write_workbook(tmp_path / "a.csv", [])
