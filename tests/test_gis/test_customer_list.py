"""The customer list is whole, says what it leaves out, and nothing in a cell is taken for more than text."""

from __future__ import annotations

import csv
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gis.customer_list import write_customer_list
from gis.table_export import write_table
from grid_model.errors import Cancelled, GridError
from grid_model.feedback import Feedback
from grid_model.project import Project
from grid_model.tracing import OutageTrace, trace_outage
from resources.i18n import use_language
from tests.drawing import draw
from tests.little_station import NASTY, little_station

PROJECT = little_station()


def trace(device: str = "k1", project: Project = PROJECT) -> OutageTrace:
    return trace_outage(project, [("open", device)])


def written(tmp_path: Path, **more: Any) -> openpyxl.Workbook:
    path = tmp_path / "list.xlsx"
    write_customer_list(path, PROJECT, trace(), **more)
    return openpyxl.load_workbook(path)


def rows(sheet: Any) -> list[dict[str, Any]]:
    head, *others = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in others]


@pytest.fixture
def chinese() -> Iterator[None]:
    use_language("zh_CN")
    yield
    use_language("en")


def test_the_columns_stand_in_the_order_of_the_field(tmp_path: Path, chinese: None) -> None:
    head = [cell.value for cell in written(tmp_path).worksheets[0][1]]
    expected = (
        "序号 户号 户名 用电地址 联系电话 用户类别 重要等级 敏感类型 台区编号 台区名称 线路 表箱 "
        "相别 状态 判定依据 停电时间 预计/实际送电 台区经理 经理电话 通知状态 在列原因"
    )
    assert head == expected.split()


def test_everyone_out_is_listed_once_important_ones_first_then_by_area_and_number(tmp_path: Path) -> None:
    listed = rows(written(tmp_path).worksheets[0])
    found = trace()
    assert {row["Customer number"] for row in listed} == set(found.customers) | set(found.backup)
    assert len(listed) == len(found.customers) + len(found.backup)
    assert [row["No."] for row in listed] == list(range(1, len(listed) + 1))
    assert listed[0]["Customer name"] == "恒达新型建材有限公司"
    keys = [(row["Area number"], row["Customer number"]) for row in listed if not row["Sensitive kind"]][1:]
    assert keys == sorted(keys)


def test_a_customer_without_an_area_is_no_area(tmp_path: Path) -> None:
    project = draw("s k1 a", "a l1 b", sources=["s"], points={"c1": "b"})
    path = tmp_path / "list.xlsx"
    write_customer_list(path, project, trace("k1", project))
    book = openpyxl.load_workbook(path)
    assert [row["Area name"] for row in rows(book["By area"])] == ["without an area"]
    assert [row["Area count"] for row in rows(book["By village"])] == [0]


def test_identifiers_keep_their_zeros_and_names_are_no_formulas_or_links(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    write_customer_list(path, PROJECT, trace("qf1"), unmasked=True, purpose="测试")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    names = {sheet.cell(n, 2).value: sheet.cell(n, 3) for n in range(2, sheet.max_row + 1)}
    assert names["0430000003"].value == "=1+1"
    assert names["0430000003"].data_type == "s"
    assert names["0430000007"].hyperlink is None
    assert all(isinstance(number, str) and number.startswith("0") for number in names)
    with zipfile.ZipFile(path) as parts:
        assert b"<f>" not in b"".join(parts.read(name) for name in parts.namelist() if "sheet" in name)
        assert not [name for name in parts.namelist() if "_rels/sheet" in name]


def test_persons_are_masked_and_organisations_shown(tmp_path: Path) -> None:
    listed = {row["Customer number"]: row for row in rows(written(tmp_path).worksheets[0])}
    assert listed["0430000002"]["Customer name"] == "<**"
    assert listed["0430000002"]["Customer's phone"] == "138****0002"
    assert listed["0430000010"]["Customer name"] == "恒达新型建材有限公司"
    assert listed["0430000002"]["District manager"] == "赵**"
    text = str([list(row.values()) for row in listed.values()])
    assert not [name for name in NASTY.values() if len(name) <= 4 and name in text]


def test_full_names_need_a_purpose_and_say_so(tmp_path: Path) -> None:
    with pytest.raises(GridError, match="purpose-missing"):
        write_customer_list(tmp_path / "list.xlsx", PROJECT, trace(), unmasked=True)
    assert not list(tmp_path.iterdir())
    book = written(tmp_path, unmasked=True, purpose="抢修联系")
    facts = {row["Item"]: row["Content"] for row in rows(book.worksheets[1])}
    assert facts["Purpose"] == "抢修联系"
    assert facts["Personal data"] == "Not masked"


def test_the_second_sheet_says_what_is_counted_and_what_is_left_out(tmp_path: Path) -> None:
    found = trace()
    facts = {row["Item"]: row["Content"] for row in rows(written(tmp_path).worksheets[1])}
    assert facts["LV customers out (metered)"] == found.counts.lv_customers
    assert facts["MV users out (each public area and each MV customer one)"] == found.counts.mv_users
    assert facts["of them linked to nothing"] == 1
    assert facts["Data as of"] == "2026-11-15"
    assert facts["Switch state before"] == "Normal state"
    assert "石桥线102开关" in facts["Device"]


def test_the_summaries_add_up_to_the_list(tmp_path: Path) -> None:
    book = written(tmp_path)
    out = [row for row in rows(book.worksheets[0]) if row["Status"] == "Without supply"]
    for sheet in book.worksheets[2:]:
        summed = sum(row["LV customers out"] + row["MV customers out"] for row in rows(sheet))
        assert summed == len(out)
    assert [row["Area number"] for row in rows(book.worksheets[2])] == [
        "0000000002",
        "0000000003",
        "0000000006",
    ]


def test_health_and_closed_customers_stand_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    write_customer_list(path, PROJECT, trace("qf1"), unmasked=True, purpose="x")
    book = openpyxl.load_workbook(path)
    text = str([row for sheet in book for row in sheet.iter_rows(values_only=True)])
    assert "销户人" not in text
    assert "ife support" not in text


def test_it_prints_across_with_the_heading_on_every_page(tmp_path: Path) -> None:
    sheet = written(tmp_path).worksheets[0]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref.startswith("A1:U")
    foot = sheet.oddFooter.left.text
    for told in ("青禾镇供电所", "unlinked customers: 1", "Masked", "made 2026-11-20"):
        assert told in foot
    assert "&P" in sheet.oddFooter.right.text


def test_on_paper_each_customer_takes_one_line_and_the_reason_stays_on_the_screen(tmp_path: Path) -> None:
    sheet = written(tmp_path).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads[-1] == "Why on this list"
    assert sheet.print_area == f"'Customers'!$A$1:$T${sheet.max_row}"
    assert heads[19] == "Notified"
    for row in range(2, sheet.max_row + 1):
        reason = sheet.cell(row, 21)
        assert reason.value
        assert not reason.alignment.wrap_text
        short = all(len(str(cell.value or "")) < 9 for cell in sheet[row][:20] if cell.column != 2)
        assert sheet.row_dimensions[row].height is None or not short


def test_a_long_foot_is_cut_before_it_is_too_long_for_a_workbook(tmp_path: Path) -> None:
    sheet = written(tmp_path, operator="&" * 300).worksheets[0]
    assert len(sheet.oddFooter.left.text) <= 200
    assert "&&&" not in sheet.oddFooter.left.text.replace("&&", "")
    assert "青禾镇供电所" in sheet.oddFooter.left.text


def test_nobody_out_gives_an_empty_list_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    assert write_customer_list(path, PROJECT, trace_outage(PROJECT, [("close", "tie")])) == 0
    assert rows(openpyxl.load_workbook(path).worksheets[0]) == []


def test_cancelling_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_text("old", "utf-8")
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        write_customer_list(path, PROJECT, trace(), feedback=feedback)
    assert path.read_text("utf-8") == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["list.xlsx"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(GridError, match="output-folder-missing") as caught:
        write_customer_list(tmp_path / "no" / "list.xlsx", PROJECT, trace())
    assert "list.xlsx" in str(caught.value.values["file"])
    with pytest.raises(GridError, match="bad-output-name"):
        write_customer_list(tmp_path / "list.xls", PROJECT, trace())
    assert not list(tmp_path.iterdir())


def test_the_same_list_twice_is_the_same_file(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_customer_list(tmp_path / name, PROJECT, trace())
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_table_is_exported_with_its_labels_masked(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"customers.{suffix}"
    assert write_table(path, PROJECT, "customers") == 12
    if suffix == "csv":
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        text = path.read_text("utf-8-sig")
    else:
        text = str(list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)))
    assert "0430000001" in text
    assert "Low-voltage, resident" in text
    assert "张伟" not in text
    assert "13800000001" not in text
    assert "Life support" not in text


def test_a_csv_cell_that_looks_like_a_formula_is_defused(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    write_table(path, PROJECT, "customers", unmasked=True, purpose="x")
    text = path.read_text("utf-8-sig")
    assert ",'=1+1," in text
    assert ",'@SUM(A1)," in text
    assert ",=1+1" not in text


@pytest.mark.long
def test_libreoffice_opens_it_with_every_number_whole(tmp_path: Path) -> None:
    office = shutil.which("libreoffice") or shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    path = tmp_path / "list.xlsx"
    write_customer_list(path, PROJECT, trace("qf1"), unmasked=True, purpose="测试")
    subprocess.run(
        [
            office,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false",
            "--outdir",
            str(tmp_path),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    with (tmp_path / "list.csv").open(encoding="utf-8", newline="") as stream:
        listed = list(csv.DictReader(stream))
    found = trace("qf1")
    assert {row["Customer number"] for row in listed} == set(found.customers) | set(found.backup)
    assert {row["Customer name"] for row in listed} >= {"=1+1", "<script>alert(1)</script>"}
    assert {row["Area number"] for row in listed} <= {f"000000000{n}" for n in range(1, 7)}
