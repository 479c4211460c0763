"""Tables as offices send them: aliases, dirt, damaged numbers, links by number and name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from gis.importer import Imported, ImportOptions, Layout, import_sources
from grid_model import schema
from grid_model.errors import GridError
from grid_model.project import LOCAL, Project, ProjectInfo
from resources.i18n import in_language

EMPTY = Project.empty(ProjectInfo())
MANAGERS = "工号,姓名,联系电话\nM01,张经理,13812345678\nM02,李经理,13912345678\nM03,王强,1\nM04,王强,2\n"
AREAS = (
    "台区编号,台区名称,容量(kVA),公专变标志,台区经理,城乡类别\n0000000001,王村#1公变,200,公变,张经理,农村\n"
    '0000000002,王村#2公变,"1,000",专变,M02,01\n'
)
CUSTOMERS = "户号,户名,用电地址,联系电话,台区编号,用户分类\n0012345678,张三,甲村,13812345678,0000000001,03\n"


def save(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def imported(sources: Sequence[Path], project: Project = EMPTY, **options: Any) -> tuple[Imported, Project]:
    found = import_sources(project, sources, ImportOptions(**options))
    assert all(found.read[file] == found.kept[file] + found.rejected[file] for file in found.read)
    return found, found.edit.apply(project)[0]


def told(found: Imported, code: str) -> list[tuple[str, int, bool]]:
    return [(issue.object_id, issue.row, issue.row_kept) for issue in found.issues if issue.code == code]


@pytest.fixture
def station(tmp_path: Path) -> Project:
    """A project with four managers and two areas."""
    return imported([save(tmp_path, "m.csv", MANAGERS), save(tmp_path, "a.csv", AREAS)])[1]


def customers(
    folder: Path, text: str, project: Project, name: str = "c.csv"
) -> tuple[Imported, pd.DataFrame]:
    found, after = imported([save(folder, name, text)], project)
    return found, after.frame("customers").set_index("id")


# ------------------------------------------------------------ columns by alias


def test_files_are_told_apart_by_their_headings_and_taken_in_an_order_that_finds_references(
    tmp_path: Path,
) -> None:
    sources = [
        save(tmp_path, "c.csv", CUSTOMERS),
        save(tmp_path, "a.csv", AREAS),
        save(tmp_path, "m.csv", MANAGERS),
    ]
    found, project = imported(sources)
    assert project.table("customers").row("0012345678")["transformer_area"] == "0000000001"
    areas = project.frame("transformer_areas").set_index("id")
    assert areas["manager"].to_dict() == {"0000000001": "M01", "0000000002": "M02"}
    assert areas["stated_kva"].to_dict() == {"0000000001": 200, "0000000002": 1000}
    assert areas["usage"].to_dict() == {"0000000001": "public", "0000000002": "dedicated"}
    assert areas["service_class"].to_dict() == {"0000000001": "rural", "0000000002": "urban"}
    assert found.kept == {"m.csv": 4, "a.csv": 2, "c.csv": 1}


@pytest.mark.parametrize(
    "column",
    [
        column
        for column in schema.table("customers").columns
        if column.aliases and column.name not in ("x", "y", "manager", "village", "id")
    ],
)
def test_every_alias_of_a_customer_column_is_understood(tmp_path: Path, column: schema.Column) -> None:
    for number, alias in enumerate(column.aliases):
        cell = column.choices[0].code if column.choices else "7"
        _found, project = imported(
            [save(tmp_path, f"{number}.csv", f"户号,{alias}\n001,{cell}\n")], kind="customers"
        )
        row = project.table("customers").row("001")
        if column.references:
            assert f'"{column.name}": "7"' in row["attributes"]
        else:
            assert str(row[column.name]) in (cell, f"{cell}.0")


def test_a_feeders_monthly_budget_is_known_by_what_planners_call_it_and_a_yearly_one_is_kept_beside(
    tmp_path: Path,
) -> None:
    column = schema.table("feeders").column("outage_budget")
    for number, heading in enumerate((*column.aliases, "停电时户数预算（时户）")):
        file = save(
            tmp_path, f"{number}.csv", f"线路编号,线路名称,{heading},年度时户数预算\n1,东线,36.5,400\n"
        )
        row = imported([file], kind="feeders")[1].table("feeders").row("1")
        assert row["outage_budget"] == 36.5, heading
        assert "年度时户数预算" in row["attributes"]


EXPORTED = {"managers": "district_managers", "areas": "transformer_areas", "customers": "customers"}


def test_an_exported_table_comes_back_under_its_names_and_its_labels_in_both_languages(
    tmp_path: Path, station: Project
) -> None:
    station = imported([save(tmp_path, "c.csv", CUSTOMERS)], station)[1]
    for language in ("names", "en", "zh_CN"):
        for kind, table in EXPORTED.items():
            frame = station.frame(table).drop(columns=["fid", "geometry", "attributes"], errors="ignore")
            if language != "names":
                labels = {
                    name: in_language(schema.table(table).column(name).label, language) for name in frame
                }
                frame = frame.rename(columns=labels)
            frame.dropna(axis=1, how="all").to_excel(tmp_path / "again.xlsx", index=False)
            found, after = imported([tmp_path / "again.xlsx"], station, kind=kind)
            assert not [issue for issue in found.issues if issue.severity.value != "note"]
            pd.testing.assert_frame_equal(
                after.frame(table).drop(columns="attributes"), station.frame(table).drop(columns="attributes")
            )


def test_a_sheet_named_like_a_table_is_that_table(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        pd.DataFrame({"id": ["M1"], "name": ["张"]}).to_excel(book, sheet_name="台区经理", index=False)
        pd.DataFrame({"id": ["001"], "name": ["李"]}).to_excel(book, sheet_name="customers", index=False)
        pd.DataFrame({"a": [1, 2], "b": [3, 4]}).to_excel(book, sheet_name="说明", index=False)
    found, project = imported([tmp_path / "book.xlsx"])
    assert "M1" in project.table("district_managers") and "001" in project.table("customers")
    assert (found.read, found.rejected) == ({"book.xlsx": 4}, {"book.xlsx": 2})
    assert len(told(found, "unrecognised-table")) == 1


# ------------------------------------------------------------ dirt


def test_what_is_around_and_inside_the_cells_does_not_get_in_the_way(
    tmp_path: Path, station: Project
) -> None:
    text = (
        "某供电所用户,,,,\n户号,户名,联系电话,移动电话,台区编号\n"
        '="0012345678",\u3000张三 ,138,139,0000000001|王村#1公变\n'
        '００１２３４５６７９,李四,"138,139|140",,0000000002-王村#2公变\n合计,2,,,\n'
    )
    found, frame = customers(tmp_path, text, station)
    assert frame["name"].to_dict() == {"0012345678": "张三", "0012345679": "李四"}
    assert frame["phone"].to_dict() == {"0012345678": "138|139", "0012345679": "138,139|140"}
    assert frame["transformer_area"].to_dict() == {"0012345678": "0000000001", "0012345679": "0000000002"}
    assert told(found, "total-row") == [("合计", 5, False)]
    assert told(found, "identifier-narrowed") == [("0012345679", 4, True)]
    assert (found.read["c.csv"], found.rejected["c.csv"]) == (3, 1)


@pytest.mark.parametrize(
    ("rows", "totals"),
    [
        ("1,0012345678,张三,甲村,\n合计,9,,,\n", [3]),
        ("1,0012345678,张三,甲村,\n,9,9户,, 总 计：\n", [3]),
        ("1,0012345678,张三,甲村,\n,,,小计,5\n2,0012345679,李四,乙村,\nGrand Total,2,,,2\n", [3, 5]),
        ("1,1,张三,甲村,\n2,2,李四,甲村,\n合计,2,,,\n", [4]),
        ("1,0012345678,张三,甲村,合计\n2,0012345679,,甲村,合计\n3,0012345670,合计商店,小计,\n", []),
        ("1,12,小计,甲村,\n2,A7,,合计,\n3,13,李四,合计,\n", [2]),
    ],
)
def test_a_row_of_totals_is_told_by_its_word_in_any_cell(
    tmp_path: Path, rows: str, totals: list[int]
) -> None:
    found, frame = customers(tmp_path, f"序号,户号,户名,用电地址,备注\n{rows}", EMPTY)
    assert [row for _id, row, _kept in told(found, "total-row")] == totals
    assert len(frame) == rows.count("\n") - len(totals)
    assert not told(found, "missing-id-row")


def test_number_and_name_in_one_cell_are_parted(tmp_path: Path) -> None:
    _found, project = imported(
        [save(tmp_path, "a.csv", "台区,容量\n0000000001|王村#1公变,200\n0000000002-李村#2公变,\n")],
        kind="areas",
    )
    assert project.frame("transformer_areas")[["id", "name"]].to_numpy().tolist() == [
        ["0000000001", "王村#1公变"],
        ["0000000002", "李村#2公变"],
    ]


@pytest.mark.parametrize("cell", ["113.2,28.4", "(113.2，28.4)", "113.2 28.4", "113.2；28.4"])
def test_a_place_in_one_cell_is_read(tmp_path: Path, cell: str) -> None:
    _found, frame = customers(tmp_path, f'户号,经纬度\n001,"{cell}"\n', EMPTY)
    assert frame.loc["001", ["x", "y"]].tolist() == [113.2, 28.4]


def test_a_place_that_is_none_and_a_missing_one_are_warnings(tmp_path: Path) -> None:
    found, frame = customers(tmp_path, "户号,坐标\n001,村口\n002,\n", EMPTY)
    assert told(found, "not-a-position") == [("001", 2, True)]
    assert told(found, "no-position") == [("001", 2, True), ("002", 3, True)]
    assert frame["x"].isna().all()


STREET = "".join(f"{n:03d},114.0{n:02d},30.0{n:02d}\n" for n in range(1, 9))


@pytest.mark.parametrize("in_project", [False, True])
@pytest.mark.parametrize("crs", ["", "EPSG:4490", "GCJ-02"])
def test_a_few_odd_places_are_reported_and_change_nothing_for_the_others(
    tmp_path: Path, in_project: bool, crs: str
) -> None:
    before = imported([save(tmp_path, "n.csv", "编号,变电站,x,y\n1,a,114.1,30.1\n")])[1]
    text = f"户号,经度,纬度\n091,30.001,114.013\n{STREET}092,38512345.5,3321456\n"
    found, after = imported([save(tmp_path, "c.csv", text)], before if in_project else EMPTY, crs=crs)
    assert after.geographic
    assert told(found, "position-exchanged") == [("091", 2, True)]
    assert told(found, "position-outside") == [("092", 11, True)]
    frame = after.frame("customers").set_index("id")
    assert frame.loc["091", ["x", "y"]].tolist() == [30.001, 114.013]
    assert frame["x"].isna().to_dict() == {one: one == "092" for one in frame.index}
    assert json.loads(frame["attributes"]["092"]) == {"x": "38512345.5", "y": "3321456"}
    assert frame["x"]["008"] == pytest.approx(114.008, abs=0.01)


def test_places_beyond_the_stated_system_are_left_empty_row_by_row(tmp_path: Path) -> None:
    text = "户号,x,y\n1,500000,3210000\n2,500100,3210000\n3,1e30,1e30\n"
    found, after = imported([save(tmp_path, "c.csv", text)], crs="EPSG:4547")
    assert told(found, "position-outside") == [("3", 4, True)]
    assert after.frame("customers")["x"].isna().tolist() == [False, False, True]
    with pytest.raises(GridError, match="coordinates-outside"):
        imported([save(tmp_path, "d.csv", "户号,x,y\n3,1e30,1e30\n")], crs="EPSG:4547")


def test_a_column_of_degrees_that_mostly_holds_metres_is_refused(tmp_path: Path) -> None:
    text = "户号,x,y\n1,500000,3210000\n2,500100,3210000\n3,114.1,30.1\n"
    with pytest.raises(GridError, match="not-degrees"):
        imported([save(tmp_path, "c.csv", text)], crs="EPSG:4490")
    assert imported([save(tmp_path, "c.csv", text)])[1].info.crs == LOCAL


def test_columns_of_identity_cards_are_dropped_with_a_notice(tmp_path: Path) -> None:
    found, frame = customers(tmp_path, "户号,身份证号码,备注\n001,110101199001011234,a\n", EMPTY)
    assert len(told(found, "identity-card-dropped")) == 1
    assert frame["attributes"].tolist() == ['{"备注": "a"}']
    assert "110101199001011234" not in str(found.edit)


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        ("2026-11-20", "2026-11-20"),
        ("2026/1/5", "2026-01-05"),
        ("2026年11月20日", "2026-11-20"),
        ("20261120", "2026-11-20"),
        ("46346", "2026-11-20"),
        ("2026-11-20T00:00:00", "2026-11-20"),
        ("2026-13-20", None),
        ("soon", None),
    ],
)
def test_dates_are_read_in_their_usual_forms(
    tmp_path: Path, station: Project, cell: str, iso: str | None
) -> None:
    found, project = imported(
        [save(tmp_path, "q.csv", f"姓名,证书类型,有效期至\n张经理,工作负责人,{cell}\n")], station
    )
    row = project.frame("qualifications").iloc[0]
    assert (row["manager"], row["kind"]) == ("M01", "work_leader")
    assert (None if pd.isna(row["valid_until"]) else row["valid_until"]) == iso
    assert bool(told(found, "not-a-date")) == (iso is None)


@pytest.mark.parametrize("columns", [("a",), ("a", "b"), ("a", "b", "c")])
def test_further_columns_stay_in_their_own_row_as_json(columns: tuple[str, ...]) -> None:
    from gis.importer_intake import json_objects

    cells = [None, 'x"\\y\n', "\u3000", None, "王{}"]
    series = {name: pd.Series(cells[n:] + cells[:n], dtype="str") for n, name in enumerate(columns)}
    for row, written in enumerate(json_objects(series, 5).tolist()):
        there = {name: value[row] for name, value in series.items() if isinstance(value[row], str)}
        assert (json.loads(written) if isinstance(written, str) else {}) == there


# ------------------------------------------------------------ numbers that were damaged


def test_numbers_a_spreadsheet_damaged_are_reported_and_not_repaired(tmp_path: Path) -> None:
    pd.DataFrame({"户号": [1.2e21, 123.0], "表号": ["1", "2"]}).to_excel(tmp_path / "a.xlsx", index=False)
    found, project = imported([tmp_path / "a.xlsx"])
    assert told(found, "damaged-identifier") == [("1.2E+21", 2, True)]
    assert project.frame("customers")["id"].tolist() == ["1.2E+21", "123"]
    found, _project = imported(
        [save(tmp_path, "b.csv", "户号\n1.2E+21\n123.0\n1234567890123450000000\n1234567890123456789012\n")]
    )
    assert [one for one, _row, _kept in told(found, "damaged-identifier")] == [
        "1.2E+21",
        "123.0",
        "1234567890123450000000",
    ]


def test_numbers_shorter_than_all_others_may_have_lost_their_zeros(tmp_path: Path) -> None:
    rows = "".join(f"00{n:08d}\n" for n in range(30)) + "12345\n"
    found, frame = customers(tmp_path, "户号\n" + rows, EMPTY)
    assert told(found, "short-identifier") == [("12345", 32, True)]
    assert "12345" in frame.index


def test_of_equal_numbers_the_first_is_kept_within_a_file_and_between_files(
    tmp_path: Path, station: Project
) -> None:
    one = save(tmp_path, "c1.csv", "户号,户名\n001,a\n001,b\n002,c\n,d\n")
    other = save(tmp_path, "c2.csv", "户号,户名\n002,e\n003,f\n")
    found, project = imported([one, other], station)
    assert project.frame("customers")[["id", "name"]].to_numpy().tolist() == [
        ["001", "a"],
        ["002", "c"],
        ["003", "f"],
    ]
    assert told(found, "duplicate-row") == [("001", 3, False)]
    assert told(found, "missing-id-row") == [("", 5, False)]
    assert told(found, "duplicate-of-file") == [("002", 2, False)]
    assert found.rejected == {"c1.csv": 2, "c2.csv": 1}


# ------------------------------------------------------------ links


def test_a_customer_of_an_unknown_area_is_kept_and_linked_when_the_area_comes(
    tmp_path: Path, station: Project
) -> None:
    found, project = imported(
        [save(tmp_path, "c.csv", "户号,台区编号\n001,0000000009\n002,0000000001\n")], station
    )
    assert told(found, "unknown-area-of-customer") == [("001", 2, True)]
    assert project.table("customers").row("001")["transformer_area"] is None
    _found, project = imported([save(tmp_path, "more.csv", "台区编号,台区名称\n0000000009,新村\n")], project)
    assert project.table("customers").row("001")["transformer_area"] == "0000000009"


def test_a_manager_named_before_he_is_known_is_linked_when_he_comes(tmp_path: Path) -> None:
    found, project = imported([save(tmp_path, "a.csv", AREAS)])
    assert len(told(found, "unknown-reference")) == 2
    _found, project = imported([save(tmp_path, "m.csv", MANAGERS)], project)
    assert project.frame("transformer_areas")["manager"].tolist() == ["M01", "M02"]


def test_a_reference_that_was_found_leaves_the_attributes_and_a_differing_manager_stays(
    tmp_path: Path, station: Project
) -> None:
    def stated(project: Project) -> dict[str, Any]:
        return project.frame("transformer_areas").set_index("id")["attributes"].to_dict()

    assert pd.Series(stated(station)).isna().all()
    other = AREAS.replace("张经理", "M09|新人").replace("城乡类别", "备注")
    project = imported([save(tmp_path, "a.csv", other)], station)[1]
    assert json.loads(stated(project)["0000000001"]) == {"manager": "M09|新人", "备注": "农村"}
    project = imported([save(tmp_path, "a.csv", AREAS.replace("张经理", "李经理"))], project)[1]
    assert json.loads(stated(project)["0000000001"])["manager"] == "李经理"
    project = imported([save(tmp_path, "a.csv", AREAS)], project)[1]
    assert pd.isna(stated(project)["0000000001"])


def test_the_text_of_a_reference_goes_when_the_row_it_names_comes(tmp_path: Path) -> None:
    project = imported([save(tmp_path, "a.csv", AREAS)])[1]
    assert '"manager": "M02"' in project.table("transformer_areas").row("0000000002")["attributes"]
    _found, project = imported([save(tmp_path, "m.csv", MANAGERS)], project)
    row = project.table("transformer_areas").row("0000000002")
    assert (row["manager"], row["attributes"]) == ("M02", None)


@pytest.mark.parametrize("headings", ["经度,纬度", "lon,lat", "坐标,备注"])
def test_coordinates_of_areas_are_kept_and_said(tmp_path: Path, headings: str) -> None:
    text = f"台区编号,台区名称,{headings}\n001,王村#1公变,113.2,28.4\n"
    found, after = imported([save(tmp_path, "a.csv", text)])
    assert len(told(found, "coordinates-of-areas")) == 1
    assert "113.2" in after.table("transformer_areas").row("001")["attributes"]


def test_a_layer_without_rows_does_not_refuse_the_others(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        pd.DataFrame({"工号": ["M1"], "姓名": ["张"]}).to_excel(book, sheet_name="经理", index=False)
        pd.DataFrame({"户号": [], "户名": []}).to_excel(book, sheet_name="用户", index=False)
    found, project = imported([tmp_path / "book.xlsx"])
    assert "M1" in project.table("district_managers")
    assert [issue.details["sheet"] for issue in found.issues if issue.code == "empty-table"] == ["用户"]


def test_a_name_that_several_have_links_nobody(tmp_path: Path, station: Project) -> None:
    found, project = imported([save(tmp_path, "a2.csv", "台区编号,台区经理\n0000000005,王强\n")], station)
    assert told(found, "ambiguous-name") == [("0000000005", 2, True)]
    assert project.table("transformer_areas").row("0000000005")["manager"] is None


def test_an_area_named_only_by_its_name_is_linked_and_said(tmp_path: Path, station: Project) -> None:
    found, frame = customers(tmp_path, "户号,台区名称\n001,王村#2公变\n002,无此台区\n", station)
    assert frame["transformer_area"].fillna("").to_dict() == {"001": "0000000002", "002": ""}
    assert len(told(found, "linked-by-name")) == 1
    assert told(found, "unknown-area-of-customer") == [("002", 3, True)]


@pytest.mark.parametrize(
    ("stored", "row", "known"),
    [
        (["0123456789"], "4300123456789,", "0123456789"),  # 13 digits: province and the old number
        (["4300123456789"], "0123456789,", "4300123456789"),
        (["0123456789"], "9990000000001,0123456789", "0123456789"),  # by the old number in the file
        (["0123456789"], "4300123456780,", "4300123456780"),  # another customer
        (
            ["0123456789", "0123456780"],
            "4300123456789,\n5100123456780,",
            "4300123456789",
        ),  # two provinces: no match
    ],
)
def test_a_customer_is_known_by_his_older_number(
    tmp_path: Path, stored: list[str], row: str, known: str
) -> None:
    project = imported([save(tmp_path, "old.csv", "户号\n" + "\n".join(stored) + "\n")])[1]
    found, after = imported([save(tmp_path, "new.csv", f"户号,原户号\n{row}\n")], project)
    assert known in after.table("customers")
    assert bool(told(found, "known-by-older-number")) == (known in stored)


def test_importing_again_updates_and_keeps_manager_and_drawn_outline(
    tmp_path: Path, station: Project
) -> None:
    draft = station.edit()
    square = shapely.to_wkb(shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]))
    draft.update("transformer_areas", ["0000000001"], manager="M03", geometry=square, outline_source="drawn")
    project = draft.finish()[0]
    found, after = imported([save(tmp_path, "a.csv", AREAS.replace(",200,", ",315,"))], project)
    row = after.table("transformer_areas").row("0000000001")
    assert (row["manager"], row["stated_kva"], row["geometry"]) == ("M03", 315, square)
    difference = found.differences["transformer_areas"]
    assert (difference.new, difference.changed, difference.same, difference.decided) == (0, 1, 1, 1)
    assert difference.cells == {"stated_kva": 1, "attributes": 1}


def test_an_empty_cell_erases_nothing(tmp_path: Path, station: Project) -> None:
    _found, after = imported([save(tmp_path, "a.csv", "台区编号,台区名称,容量\n0000000001,,\n")], station)
    row = after.table("transformer_areas").row("0000000001")
    assert (row["name"], row["stated_kva"]) == ("王村#1公变", 200)


# ------------------------------------------------------------ meters and boxes


def test_meters_and_boxes_of_customers_become_usage_points_and_boxes(
    tmp_path: Path, station: Project
) -> None:
    text = "户号,台区编号,表号,表箱,相别\n001,0000000001,M1,B1,A\n002,0000000001,M2,B1,B\n003,0000000001,,,\n"
    _found, project = imported([save(tmp_path, "c.csv", text)], station)
    points = project.frame("usage_points")[["id", "customer", "meter_number", "meter_box", "phases"]]
    assert points.to_numpy().tolist() == [["001", "001", "M1", "B1", "A"], ["002", "002", "M2", "B1", "B"]]
    boxes = project.frame("junctions")[["id", "kind", "transformer_area"]]
    assert boxes.to_numpy().tolist() == [["B1", "meter_box", "0000000001"]]
    assert not imported([tmp_path / "c.csv"], project)[0].edit.apply(project)[1]


def test_a_meter_number_that_a_spreadsheet_rounded_is_reported(tmp_path: Path, station: Project) -> None:
    found, project = imported([save(tmp_path, "c.csv", "户号,表号\n001,1.2E+21\n")], station)
    assert told(found, "damaged-identifier") == [("001", 2, True)]
    assert project.table("usage_points").row("001")["meter_number"] == "1.2E+21"


# ------------------------------------------------------------ what a person says about a file


def test_a_person_may_say_what_a_table_and_its_columns_are(tmp_path: Path, station: Project) -> None:
    path = save(tmp_path, "x.csv", "甲,乙,丙\n001,王强,0000000001\n")
    layout = Layout("customers", {"id": "甲", "name": "乙", "transformer_area": "丙"})
    found = import_sources(station, [path], ImportOptions(layouts={"x.csv": layout}))
    project, _changes = found.edit.apply(station)
    row = project.table("customers").row("001")
    assert (row["name"], row["transformer_area"]) == ("王强", "0000000001")


def test_a_finding_in_a_sheet_names_the_sheet(tmp_path: Path) -> None:
    from ui.messages import issue_sentence

    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        pd.DataFrame({"户号": ["1", "1"]}).to_excel(book, sheet_name="一队", index=False)
        pd.DataFrame({"户号": ["2"]}).to_excel(book, sheet_name="二队", index=False)
    found, project = imported([tmp_path / "book.xlsx"])
    (issue,) = [one for one in found.issues if one.code == "duplicate-row"]
    assert issue_sentence(issue).startswith("book.xlsx [一队], row 3")
    assert len(project.frame("customers")) == 2


# ------------------------------------------------------------ files that say too little


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("户号,户名\n", {}, "empty-table"),
        ("甲,乙\n1,2\n", {}, "unrecognised-file"),
        ("户名,地址\n张三,甲村\n", {"kind": "customers"}, "missing-column"),
        ("户号\n1\n", {"kind": "cows"}, "unknown-import-kind"),
        ("户号\n1\n", {"data_date": "yesterday"}, "bad-data-date"),
    ],
)
def test_a_table_that_cannot_be_taken_gets_one_sentence(
    tmp_path: Path, text: str, options: dict[str, str], code: str
) -> None:
    with pytest.raises(GridError) as caught:
        imported([save(tmp_path, "a.csv", text)], EMPTY, **options)
    assert caught.value.code == code


def test_nothing_to_read_gets_a_sentence(tmp_path: Path) -> None:
    for sources, code in (
        ([], "no-source"),
        ([tmp_path / "none.csv"], "missing-file"),
        ([tmp_path], "no-nodes-file"),
    ):
        with pytest.raises(GridError, match=code):
            imported(sources)
    with pytest.raises(GridError, match="is-a-folder"):
        imported([tmp_path], kind="customers")


def test_the_date_of_the_data_is_kept(tmp_path: Path) -> None:
    _found, project = imported([save(tmp_path, "c.csv", CUSTOMERS)], data_date="2026-11-20")
    assert (project.info.data_date, project.info.planning_date, project.info.name) == (
        "2026-11-20",
        "2026-11-20",
        "c",
    )


def test_the_page_lists_the_headings_of_the_schema() -> None:
    from gis.importer_page import PAGE, page

    text = PAGE.read_text(encoding="utf-8")
    assert text == page(text), "run python -m gis.importer_page"
