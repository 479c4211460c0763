"""Files as they come: encodings, delimiters, titles above headers, spreadsheets, pages, shapes, ruins."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from gis.readers import RawTable, read_tables
from gis.readers.sheets import number_text
from grid_model.errors import GridError


def one(path: Path) -> RawTable:
    (table,) = read_tables(path)
    return table


def write(path: Path, content: bytes | str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def workbook(path: Path, *rows: list[object], title: str = "Sheet1") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def cells(table: RawTable, heading: str) -> list[str]:
    return table.frame[heading].fillna("").tolist()


# ------------------------------------------------------------ text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_of_a_text_file_is_found_out(tmp_path: Path, encoding: str) -> None:
    table = one(write(tmp_path / "a.csv", "户号,户名\n0012,㐱䶮\n0013,张三\n", encoding))
    assert table.headings == ("户号", "户名")
    assert cells(table, "户号") == ["0012", "0013"]
    assert cells(table, "户名") == ["㐱䶮", "张三"]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(tmp_path: Path, mark: str) -> None:
    table = one(
        write(
            tmp_path / "a.txt",
            f"户号{mark}户名\n1{mark}甲,乙;丙\n2{mark}丁\n"
            if mark == "\t"
            else f"户号{mark}户名\n1{mark}甲\n2{mark}丁\n",
        )
    )
    assert table.headings == ("户号", "户名")
    assert cells(table, "户号") == ["1", "2"]


def test_cells_lose_blanks_and_the_wrapper_that_protects_digits(tmp_path: Path) -> None:
    table = one(write(tmp_path / "a.csv", '户号,户名\n"=""0012""",\u3000张 三\t\n\u00a0,\n'))
    assert cells(table, "户号") == ["0012"]
    assert cells(table, "户名") == ["张 三"]
    assert table.frame.isna().to_numpy().sum() == 0  # the blank row is no row


def test_rows_keep_their_number_in_the_file_past_blank_ones(tmp_path: Path) -> None:
    table = one(write(tmp_path / "a.csv", "户号,户名\n1,a\n\n,\n2,b\n"))
    assert table.rows.tolist() == [2, 5]


def test_a_title_above_the_header_is_no_data(tmp_path: Path) -> None:
    table = one(
        write(tmp_path / "a.csv", "某供电所用户清单,,\n制表日期：2026-11-20,,\n户号,户名,地址\n1,a,b\n")
    )
    assert table.headings == ("户号", "户名", "地址")
    assert table.rows.tolist() == [4]


def test_a_header_of_two_rows_is_joined(tmp_path: Path) -> None:
    table = one(write(tmp_path / "a.csv", "户号,户名,联系方式,\n,,移动电话,用电地址\n1,a,138,b\n"))
    assert table.headings == ("户号", "户名", "移动电话", "用电地址")
    assert table.rows.tolist() == [3]


def test_a_row_longer_than_the_header_is_reported_not_cut(tmp_path: Path) -> None:
    table = one(write(tmp_path / "a.csv", "户号,户名\n1,a\n2,甲村,3组\n3,c,,\n"))
    assert cells(table, "户号") == ["1", "3"]
    assert table.unreadable == 1
    (issue,) = table.findings
    assert (issue.code, issue.row, issue.row_kept) == ("row-too-long", 3, False)


def test_a_stray_quote_swallows_no_rows(tmp_path: Path) -> None:
    table = one(write(tmp_path / "a.csv", '户号,户名\n1,"a\n2,b\n3,c"\n4,d\n'))
    assert cells(table, "户号") == ["1", "2", "3", "4"]
    assert [issue.code for issue in table.findings] == ["stray-quote"]


def test_a_line_break_inside_quotes_stays_in_its_cell(tmp_path: Path) -> None:
    table = one(write(tmp_path / "a.csv", '户号,地址\n1,"甲村\n3组"\n2,乙村\n'))
    assert cells(table, "地址") == ["甲村\n3组", "乙村"]
    assert table.rows.tolist() == [2, 4]


def test_headings_that_repeat_are_told_apart(tmp_path: Path) -> None:
    table = one(write(tmp_path / "a.csv", "户号,电话,电话,\n1,2,3,4\n"))
    assert table.headings == ("户号", "电话", "电话 (2)", "column 4")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"\n \n", "empty-file"),
        (b"\xef\xbb\xbf", "wrong-encoding"),
        (b"id,name\n1,\xff\xfe\xff\n", "wrong-encoding"),
        (b"id,name\n1,a\x00b\n", "wrong-encoding"),
        (bytes(range(256)) * 3, "wrong-encoding"),
    ],
)
def test_what_is_no_text_gets_a_sentence(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(GridError) as caught:
        read_tables(write(tmp_path / "a.csv", content))
    assert (
        caught.value.code in {code, "empty-file"} if content == b"\xef\xbb\xbf" else caught.value.code == code
    )
    assert caught.value.values["file"] == "a.csv"


# ------------------------------------------------------------ spreadsheets


def test_text_in_a_sheet_keeps_its_zeros_and_numbers_their_digits(tmp_path: Path) -> None:
    table = one(
        workbook(
            tmp_path / "a.xlsx",
            ["户号", "容量", "日期", "在用"],
            ["0012345678901", 12.5, date(2026, 11, 20), True],
            [13, 200, None, False],
        )
    )
    assert cells(table, "户号") == ["0012345678901", "13"]
    assert cells(table, "容量") == ["12.5", "200"]
    assert cells(table, "日期") == ["2026-11-20", ""]
    assert cells(table, "在用") == ["TRUE", "FALSE"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.2e21, "1.2E+21"),
        (1e15, "1E+15"),
        (123456789012345678.0, "1.23456789012346E+17"),
        (999999999999999.0, "999999999999999"),
        (-0.5, "-0.5"),
        (0.0, "0"),
    ],
)
def test_a_number_too_long_for_a_sheet_shows_that_it_is_damaged(value: float, text: str) -> None:
    assert number_text(value) == text


def test_every_sheet_is_read_and_the_title_in_merged_cells_is_no_data(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "台区"
    first.append(["某供电所台区"])
    first.merge_cells("A1:C1")
    first.append(["台区编号", "台区名称", "容量"])
    first.append(["001", "王村#1公变", 200])
    second = book.create_sheet("用户")
    second.append(["户号", "户名"])
    second.append(["1", "a"])
    book.create_sheet("空")
    book.save(tmp_path / "a.xlsx")
    areas, customers = read_tables(tmp_path / "a.xlsx")
    assert (areas.sheet, areas.headings, areas.rows.tolist()) == (
        "台区",
        ("台区编号", "台区名称", "容量"),
        [3],
    )
    assert (customers.sheet, customers.rows.tolist()) == ("用户", [2])


def formulas(path: Path) -> list[dict[str, object]]:
    found = [issue for table in read_tables(path) for issue in table.findings]
    assert {issue.code for issue in found} <= {"formula-without-value"}
    return [dict(issue.details) | {"row": issue.row} for issue in found]


def test_formulas_whose_results_were_not_saved_are_counted_by_column(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ["某所用户"],
        ["户号", "户名", "容量"],
        ["1", '="张"&"三"', 3],
        ["2", "李四", "=C3*2"],
        ["3", "王五", "=C4+1"],
    )
    assert formulas(path) == [
        {"heading": "户名", "count": 1, "cell": "B3", "row": 3},
        {"heading": "容量", "count": 2, "cell": "C4", "row": 4},
    ]
    assert cells(one(path), "户名") == ["", "李四", "王五"]


def test_a_formula_in_another_sheet_names_its_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, cell in (("乙", 5), ("甲", "=1+1")):
        sheet = book.create_sheet(name)
        sheet.append(["户号", "容量"])
        sheet.append(["1", cell])
    book.move_sheet("甲", -1)
    book.save(tmp_path / "a.xlsx")
    assert formulas(tmp_path / "a.xlsx") == [
        {"heading": "容量", "count": 1, "cell": "B2", "sheet": "甲", "row": 2}
    ]


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ('<c r="B2"><f>1+1</f></c>', 1),
        ('<c r="B2"><f>1+1</f><v/></c>', 1),
        ('<c r="B2"><f t="shared" si="0"/></c>', 1),
        ('<c r="B2"><f>1+1</f><v>2</v></c>', 0),
        ('<c r="B2" t="str"><f>""</f><v></v></c>', 0),
        ('<c r="B2" t="str"><f t="shared" si="0"/><v>a</v></c>', 0),
    ],
)
def test_a_formula_with_a_saved_result_is_no_finding(tmp_path: Path, cell: str, count: int) -> None:
    plain = workbook(tmp_path / "plain.xlsx", ["户号", "户名"], ["1", 7], ["2", "b"])
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content, changed = re.subn(rb'<c r="B2".*?</c>', cell.encode(), content)
                assert changed == 1
            new.writestr(name, content)
    assert sum(int(str(found["count"])) for found in formulas(tmp_path / "a.xlsx")) == count


def test_a_workbook_with_a_password_says_so(tmp_path: Path) -> None:
    with pytest.raises(GridError, match="password-protected"):
        read_tables(write(tmp_path / "a.xlsx", encrypted_container()))


def encrypted_container() -> bytes:
    """An OLE file with the two streams that an encrypted workbook has; small, made here byte by byte."""
    sector = 512
    header = bytearray(b"\xff" * sector)
    header[0:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[8:24] = bytes(16)
    header[24:34] = (
        (0x3E).to_bytes(2, "little")
        + (3).to_bytes(2, "little")
        + b"\xfe\xff"
        + (9).to_bytes(2, "little")
        + (6).to_bytes(2, "little")
    )
    header[34:44] = bytes(10)
    header[44:48] = (1).to_bytes(4, "little")
    header[48:52] = (1).to_bytes(4, "little")
    header[52:56] = bytes(4)
    header[56:60] = (4096).to_bytes(4, "little")
    header[60:64] = (0xFFFFFFFE).to_bytes(4, "little")
    header[64:68] = bytes(4)
    header[68:72] = (0xFFFFFFFE).to_bytes(4, "little")
    header[72:76] = bytes(4)
    header[76:80] = bytes(4)
    table = bytearray(b"\xff" * sector)
    table[0:4] = (0xFFFFFFFD).to_bytes(4, "little")
    table[4:8] = (0xFFFFFFFE).to_bytes(4, "little")
    directory = b"".join(
        ole_entry(name, kind)
        for name, kind in (("Root Entry", 5), ("EncryptionInfo", 2), ("EncryptedPackage", 2), ("", 0))
    )
    return bytes(header) + bytes(table) + directory


def ole_entry(name: str, kind: int) -> bytes:
    encoded = name.encode("utf-16-le")
    entry = bytearray(128)
    entry[: len(encoded)] = encoded
    entry[64:66] = (len(encoded) + 2 if name else 0).to_bytes(2, "little")
    entry[66] = kind
    entry[68:80] = b"\xff" * 12
    entry[116:120] = (0xFFFFFFFE).to_bytes(4, "little")
    return bytes(entry)


def test_a_broken_workbook_says_so(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", ["户号"], ["1"]).read_bytes()
    for name, content in {"cut.xlsx": whole[: len(whole) // 2], "text.xlsx": b"no workbook at all"}.items():
        with pytest.raises(GridError, match="damaged-file"):
            read_tables(write(tmp_path / name, content))
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(GridError, match="damaged-file"):
        read_tables(tmp_path / "zip.xlsx")


def test_an_empty_workbook_says_so(tmp_path: Path) -> None:
    with pytest.raises(GridError, match="empty-file"):
        read_tables(workbook(tmp_path / "a.xlsx"))


def test_a_page_saved_as_xls_is_read_as_the_table_it_shows(tmp_path: Path) -> None:
    page = """<html><head><meta charset="gbk"><script>var x = "<td>no</td>";</script></head><body>
    <table><tr><td colspan=2>用户清单</td></tr><tr><th>户号<th>户名</tr>
    <tr><td>&#48;012</td><td>张&amp;三<br>二</td></tr></table></body></html>"""
    table = one(write(tmp_path / "a.xls", page, "gb18030"))
    assert table.headings == ("户号", "户名")
    assert cells(table, "户号") == ["0012"]
    assert cells(table, "户名") == ["张&三 二"]


def test_text_parted_by_tabs_under_the_name_xls_is_read(tmp_path: Path) -> None:
    assert cells(one(write(tmp_path / "a.xls", "户号\t户名\n01\t甲\n", "gb18030")), "户号") == ["01"]


def test_a_workbook_under_the_name_csv_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["户号"], ["01"])
    assert cells(one(write(tmp_path / "b.csv", path.read_bytes())), "户号") == ["01"]


@pytest.mark.long
@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_the_old_and_the_open_form_of_a_workbook_are_read(tmp_path: Path, ending: str) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice, which writes these forms, is not here")
    path = workbook(tmp_path / "a.xlsx", ["户号", "户名", "容量"], ["0012", "㐱三", 12.5])
    home = f"-env:UserInstallation=file://{tmp_path / 'home'}"
    command = [office, home, "--headless", "--convert-to", ending, "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    table = one(tmp_path / f"a.{ending}")
    assert table.frame.to_numpy().tolist() == [["0012", "㐱三", "12.5"]]


# ------------------------------------------------------------ shapes


SQUARE = [[(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)]]


def save_shapes(path: Path, crs: str | None = "EPSG:4490", encoding: str | None = None) -> Path:
    import geopandas
    from shapely.geometry import Polygon

    frame = geopandas.GeoDataFrame(
        {"TG_NO": ["001", "002"], "名称": ["王村#1公变", "㐱村"], "kva": [200.0, None]},
        geometry=[Polygon(SQUARE[0]), None],
        crs=crs,
    )
    more = {"encoding": encoding} if encoding else {}
    frame.to_file(path, engine="pyogrio", **more)
    return path


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson"])
def test_layers_give_text_fields_shapes_and_their_system(tmp_path: Path, name: str) -> None:
    table = one(save_shapes(tmp_path / name, "EPSG:4326"))
    assert cells(table, "TG_NO") == ["001", "002"]
    assert cells(table, "kva") == ["200", ""]
    assert table.shapes is not None and table.shapes[0].area == 1 and table.shapes[1] is None
    assert table.crs == "EPSG:4326"


@pytest.mark.parametrize(
    ("encoding", "cpg"), [("GB18030", True), ("GB18030", False), ("UTF-8", True), ("UTF-8", False)]
)
def test_a_shapefile_gives_chinese_text_with_and_without_its_cpg(
    tmp_path: Path, encoding: str, cpg: bool
) -> None:
    path = save_shapes(tmp_path / "a.shp", encoding=encoding)
    if not cpg:
        (tmp_path / "a.cpg").unlink()
    table = one(path)
    assert table.headings == ("TG_NO", "名称", "kva")
    assert cells(table, "名称") == ["王村#1公变", "㐱村"]


def test_a_heading_of_a_shapefile_that_is_cut_within_a_letter_is_read_without_it(tmp_path: Path) -> None:
    import geopandas
    import shapely

    frame = geopandas.GeoDataFrame({"aqbhXY": ["王村"]}, geometry=[shapely.Point(113, 28)], crs=4490)
    frame.to_file(tmp_path / "a.shp", encoding="UTF-8")
    dbf = tmp_path / "a.dbf"
    content = dbf.read_bytes()
    assert content[32:38] == b"aqbhXY"
    dbf.write_bytes(content[:32] + "台区编号".encode()[:10] + content[42:])
    table = one(tmp_path / "a.shp")
    assert table.headings == ("台区编",)
    assert cells(table, "台区编") == ["王村"]


def test_a_shapefile_without_its_table_says_which_part_is_missing(tmp_path: Path) -> None:
    path = save_shapes(tmp_path / "a.shp", encoding="UTF-8")
    (tmp_path / "a.dbf").unlink()
    with pytest.raises(GridError) as caught:
        read_tables(path)
    assert (caught.value.code, caught.value.values["part"]) == ("shapefile-part-missing", ".dbf")


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.gpkg", b"SQLite format 3\x00broken"), ("a.geojson", b'{"type": "Feature'), ("a.json", b"[1, 2]")],
)
def test_broken_shapes_say_so(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(GridError, match="damaged-shapes"):
        read_tables(write(tmp_path / name, content))


# ------------------------------------------------------------ files that are none


def test_missing_files_folders_and_strange_kinds_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(GridError, match="missing-file"):
        read_tables(tmp_path / "none.csv")
    with pytest.raises(GridError, match="is-a-folder"):
        read_tables(tmp_path)
    with pytest.raises(GridError, match="unknown-file-kind"):
        read_tables(write(tmp_path / "a.docx", b"PK\x03\x04"))
    with pytest.raises(GridError, match="empty-file"):
        read_tables(write(tmp_path / "a.xlsx", b""))


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path / "a.csv", "户号\n1\n")
    monkeypatch.setattr(Path, "open", refuse)  # the account of a test may read everything
    with pytest.raises(GridError, match="no-permission"):
        read_tables(path)
