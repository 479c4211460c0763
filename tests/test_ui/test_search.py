"""The search box finds by what a person knows: number, name, pole, area, switch, manager."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gis.project_file import open_for_reading
from grid_model.cell_edit import SetCell
from grid_model.project import Project, ProjectInfo
from tests.conftest import scaled
from ui import search_desk
from ui.application import Program
from ui.main_window import MainWindow
from ui.search import EACH, SearchIndex, find
from ui.search_lanes import initials_of, lane_of, plain_form
from ui.search_numerals import in_digits


@pytest.fixture(scope="module")
def project(sample_file: Path) -> Project:
    return open_for_reading(sample_file)


@pytest.mark.parametrize(
    "table",
    [
        "customers",
        "transformer_areas",
        "switches",
        "poles",
        "power_transformers",
        "feeders",
        "district_managers",
    ],
)
def test_an_identifier_finds_its_object_first(project: Project, table: str) -> None:
    one = str(project.frame(table)["id"].iloc[7 % len(project.table(table))])
    first = find(project, one)[0]
    assert (first.table, first.id) == (table, one)


def test_two_characters_of_a_name_find_it(project: Project) -> None:
    name = str(project.frame("district_managers")["name"].iloc[0])
    assert name in [one.name for one in find(project, name[:2]) if one.table == "district_managers"]


def test_customers_are_found_by_name_and_shown_masked(project: Project) -> None:
    names = project.frame("customers")["name"]
    name = next(one for one in names if isinstance(one, str) and len(one) == 3)
    found = [one for one in find(project, name) if one.table == "customers"]
    assert found
    assert all(one.name == name[0] + "**" for one in found)
    assert name in [one.name for one in find(project, name, show_personal=True)]


def test_no_kind_crowds_out_the_others(project: Project) -> None:
    found = find(project, "0")
    counts = [sum(one.table == table for one in found) for table in {one.table for one in found}]
    assert max(counts) <= EACH


def test_a_text_is_no_pattern_and_nothing_finds_nothing(project: Project) -> None:
    assert find(project, ".*") == []
    assert find(project, "   ") == []


def test_arrows_and_enter_go_to_a_find(window: MainWindow, qtbot: QtBot) -> None:
    box = window.top.search
    project = window.bench.session.project
    assert project is not None
    box.setFocus()
    qtbot.keyClicks(box, "KG")
    qtbot.waitUntil(box.popup.isVisible)
    assert box.list.count() > 2
    qtbot.keyClick(box, Qt.Key.Key_Down)
    wanted = box.list.item(1).text()
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert not box.popup.isVisible()
    chosen = window.bench.selection
    assert chosen.table == "switches"
    assert chosen.single is not None
    assert str(project.table("switches").row(chosen.single)["name"] or chosen.single) == wanted


def test_what_is_not_there_is_said(window: MainWindow, qtbot: QtBot) -> None:
    box = window.top.search
    box.setFocus()
    qtbot.keyClicks(box, "zzzz")
    qtbot.waitUntil(box.popup.isVisible)
    assert box.list.count() == 1
    assert "zzzz" in box.list.item(0).text()
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not box.popup.isVisible()


# ------------------------------------------------- what else a person types


def a_customer(project: Project) -> Any:
    people = project.frame("customers")
    return next(row for row in people.itertuples() if isinstance(row.name, str) and len(row.name) == 3)


def found_ids(project: Project, text: str, table: str = "customers") -> list[str]:
    return [one.id for one in find(project, text) if one.table == table]


def test_blanks_within_a_number_and_wide_digits_are_of_no_account(project: Project) -> None:
    one = a_customer(project).id
    assert found_ids(project, f"{one[:4]} {one[4:8]} {one[8:]}") == [one]
    assert found_ids(project, "".join(chr(ord(sign) + 0xFEE0) for sign in one)) == [one]


def test_two_words_have_to_fit_both_in_any_order(project: Project) -> None:
    poles = project.frame("poles")
    name = next(one for one in poles["name"] if isinstance(one, str) and "支线" in one)
    head, tail = name[:9], name[-4:]
    for text in (f"{head} {tail}", f"{tail} {head}"):
        found = [one for one in find(project, text) if one.table == "poles"]
        assert found
        assert all(head in one.name and tail in one.name for one in found)


def many_customers(rows: int) -> Project:
    """Surnames and towns in turn: the last row alone is 张三 in 白鹭镇."""
    number = np.arange(rows)
    names = np.array(list("王李刘陈杨黄赵吴周"))[number % 9].astype(object) + "大根"
    towns = np.array(["青禾镇", "凤冲镇", "南坪镇"])[number % 3].astype(object) + "五组6号"
    names[-1], towns[-1] = "张三", "白鹭镇三组1号"
    texts = {"name": pd.Series(names, dtype="str"), "address": pd.Series(towns, dtype="str")}
    return Project.of(ProjectInfo(), {"customers": pd.DataFrame({"id": number.astype(str), **texts})})


def test_several_words_find_the_one_row_that_holds_them_however_many_hold_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ui.search.WORDS_LOOKED_AT", 20)
    project = many_customers(30_000)
    index = SearchIndex.of(project)
    for text in ("白鹭 张三", "张三 白鹭镇", "zs 白鹭", "镇 张", "张 三 1号"):
        assert [hit.id for hit in index.find(project, text, show_personal=True)][:1] == ["29999"], text
    assert index.find(project, "青禾 凤冲") == []  # each in 10 000 rows, never in one
    found = index.find(project, "王大 青禾")
    assert len(found) == EACH
    assert all(int(hit.id) % 9 == 0 for hit in found)


def test_rows_where_something_begins_with_a_word_come_before_those_that_hold_it_within() -> None:
    texts = pd.DataFrame(
        {"id": ["1", "2"], "name": ["老张三", "张三"], "address": ["青禾镇一组", "镇上青禾街"]}, dtype="str"
    )
    project = Project.of(ProjectInfo(), {"customers": texts.assign(address=["在青禾镇", "青禾镇"])})
    assert [hit.id for hit in find(project, "张三 禾镇")] == ["2", "1"]


def test_pinyin_initials_find_a_name(project: Project) -> None:
    customer = a_customer(project)
    letters = "".join(lazy_pinyin(customer.name, style=Style.FIRST_LETTER))
    hits = [one for one in find(project, letters, show_personal=True) if one.table == "customers"]
    assert hits
    for hit in hits:
        assert letters in "".join(lazy_pinyin(hit.name, style=Style.FIRST_LETTER))


def test_a_family_name_is_found_by_both_of_its_readings() -> None:
    lane = lane_of(pd.Series(["曾大山", "单小红", None, "重阳"], dtype="str"))
    assert lane is not None
    lanes = initials_of(lane)
    for text, row in (("zds", 0), ("cds", 0), ("sxh", 1), ("dxh", 1), ("zy", 3), ("cy", 3)):
        assert row in {int(at) for one in lanes for at in one.rows(text, 9)[0]}, text


def test_address_and_meter_lead_to_the_customer_and_say_so(project: Project) -> None:
    customers, points = project.frame("customers"), project.frame("usage_points")
    row = customers[customers["address"].notna()].iloc[11]
    hits = [one for one in find(project, row["address"]) if one.id == row["id"]]
    assert [one.by for one in hits] == ["Address"]
    point = points[points["meter_number"].notna()].iloc[5]
    first = find(project, point["meter_number"])[0]
    assert (first.table, first.id, first.by) == ("customers", point["customer"], "Meter number")


@given(
    st.lists(st.text(alphabet="ab山水 1", max_size=5) | st.none(), max_size=30),
    st.text("ab山水1", min_size=1),
)
def test_a_lane_finds_the_rows_that_a_plain_look_finds(texts: list[str | None], wanted: str) -> None:
    lane = lane_of(pd.Series(texts, dtype="str"))
    have = [plain_form(one or "") for one in texts]
    expected = [row for row, one in enumerate(have) if wanted in one]
    if lane is None:
        assert not expected
        return
    assert lane.rows(wanted, 99)[0].tolist() == expected
    assert lane.every_row(wanted).tolist() == expected
    assert len(expected) <= lane.at_most(wanted)
    assert [lane.text(row) for row in range(len(texts))] == have
    assert lane.beginning(wanted, 99).tolist() == [row for row in expected if have[row].startswith(wanted)]
    assert lane.same(wanted, 99).tolist() == [row for row in expected if have[row] == wanted]


def test_the_index_follows_edits(project: Project) -> None:
    index = SearchIndex.of(project)
    one = str(project.frame("feeders")["id"].iloc[0])
    after, changes = SetCell("feeders", one, "name", "全新的名字").apply(project)
    assert index.find(after, "全新的") == []
    assert [hit.id for hit in index.updated(after, changes.tables).find(after, "全新的")] == [one]
    draft = project.edit()
    gone = str(project.frame("poles")["id"].iloc[0])
    draft.delete("poles", [gone])
    without, _changes = draft.finish()
    assert gone not in [hit.id for hit in index.find(without, gone)]


def test_half_a_million_customers_are_looked_through_within_the_time_of_a_keystroke() -> None:
    rows = scaled(100_000, 500_000)
    names = pd.Series(np.array(list("王李张刘陈杨黄赵吴周"))[np.arange(rows) % 10], dtype="str") + "大根"
    frame = pd.DataFrame({"id": (3_900_000_000_000 + np.arange(rows)).astype(str), "name": names})
    project = Project.of(ProjectInfo(), {"customers": frame})
    index = SearchIndex.of(project)
    took = []
    for text in ("3", "3900000099", "黄大", "ldg", "查无此人", "9999999999999", "大根 刘", "黄 赵", "1 2"):
        begun = time.perf_counter()
        index.find(project, text)
        took.append(time.perf_counter() - begun)
    assert max(took) < 1.0, "50 ms is the aim and measured in benchmarks; here only a runaway fails"


def test_an_answer_is_shown_when_it_comes_and_an_edit_is_found_at_once(
    window: MainWindow, qtbot: QtBot
) -> None:
    one = str(window.bench.session.project.frame("feeders")["id"].iloc[0])  # type: ignore[union-attr]
    window.bench.session.do(SetCell("feeders", one, "name", "崭新线路"))
    box = window.top.search
    box.setFocus()
    QApplication.clipboard().setText("崭新")
    qtbot.keyClick(box, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(box.popup.isVisible)
    assert box.list.item(0).text() == "崭新线路"


def test_the_search_thread_goes_with_the_window(program: Program, qtbot: QtBot) -> None:
    program.window.top.search._desk.ask("x", False)
    program.bench.jobs.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("search") and one.is_alive()]


def test_many_quick_edits_are_looked_at_together(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []
    updated = SearchIndex.updated

    def slow(self: SearchIndex, project: Project, tables: frozenset[str]) -> SearchIndex:
        looked.append(tables)
        time.sleep(0.3)
        return updated(self, project, tables)

    assert window.top.search._desk.ask_now("x", False) is not None
    monkeypatch.setattr(SearchIndex, "updated", slow)
    one = str(window.bench.session.project.frame("feeders")["id"].iloc[0])  # type: ignore[union-attr]
    for number in range(12):
        window.bench.session.do(SetCell("feeders", one, "name", f"线路{number}"))
    box = window.top.search
    box.setFocus()
    QApplication.clipboard().setText("线路11")
    qtbot.keyClick(box, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(box.popup.isVisible, timeout=10_000)
    assert box.list.item(0).text() == "线路11"
    assert 1 <= len(looked) < 12


def test_a_large_project_is_looked_at_a_moment_later_or_when_something_is_asked(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = window.bench.session.project
    assert project is not None
    monkeypatch.setattr(search_desk, "SMALL", 0)
    monkeypatch.setattr(search_desk, "BEGINS_AFTER_MS", 60_000)
    desk = search_desk.SearchDesk()
    try:
        desk.take(project, None)
        assert desk.ask_now("10kV", False) is None, "the index is not there yet"
        draft = project.edit()
        one = str(project.frame("feeders")["id"].iloc[0])
        draft.update("feeders", [one], name="崭新线路")
        desk.take(*draft.finish())
        with qtbot.waitSignal(desk.found) as answer:
            desk.ask("崭新", False)
        assert [find.id for find in answer.args[1]] == [one]
        monkeypatch.setattr(search_desk, "BEGINS_AFTER_MS", 1)
        desk.take(project, None)
        qtbot.waitUntil(lambda: desk.ask_now("10kV", False) is not None)
    finally:
        desk.close()


# ------------------------------------------------- numbers as people say them


def places(*addresses: str, names: list[str] | None = None) -> Project:
    ids = [str(7_000 + number) for number in range(len(addresses))]
    rows = {"id": ids, "name": names or ["王大根"] * len(ids), "address": list(addresses)}
    return Project.of(ProjectInfo(), {"customers": pd.DataFrame(rows, dtype="str")})


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("五组", "5组"),
        ("十组", "10组"),
        ("十二组", "12组"),
        ("二十组", "20组"),
        ("二十三号", "23号"),
        ("三组十四号", "3组14号"),
        ("一百零五号", "105号"),
        ("一百二号", "120号"),
        ("一百一十二号", "112号"),
        ("二〇六室", "206室"),
        ("十里铺", "10里铺"),
    ],
)
def test_chinese_numbers_and_digits_are_the_same_in_addresses(spoken: str, written: str) -> None:
    project = places("青禾镇" + spoken, "凤冲镇" + written, "南坪镇")
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() and sign.isascii() else sign for sign in written)
    for text in (spoken, written, wide):
        assert sorted(found_ids(project, text)) == ["7000", "7001"], text
    assert found_ids(project, f"{written} 青禾") == ["7000"]
    assert found_ids(project, f"凤冲 {spoken}") == ["7001"]


def test_every_beginning_of_a_spoken_number_still_finds_it_as_it_is_written() -> None:
    project = places("青禾镇二十三组")
    for text in ("青禾镇二", "青禾镇二十", "青禾镇二十三", "青禾镇2", "青禾镇23"):
        assert found_ids(project, text) == ["7000"], text


def test_the_number_in_a_persons_name_is_none() -> None:
    project = places("镇上", "镇上", names=["张三", "张3"])
    assert [one.name for one in find(project, "张三", show_personal=True)] == ["张三"]
    assert [one.name for one in find(project, "zs", show_personal=True)] == ["张三"]


def test_words_that_only_look_like_numbers_stay_words() -> None:
    for text in ("百货大楼", "十十", "百", "千山", "两河"):
        assert in_digits(text) == text


@given(st.integers(1, 999))
def test_every_number_below_a_thousand_is_read(number: int) -> None:
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    said = ("零一二三四五六七八九"[hundreds] + "百") if hundreds else ""
    if tens:
        said += ("" if tens == 1 and not hundreds else "零一二三四五六七八九"[tens]) + "十"
    elif hundreds and ones:
        said += "零"
    said += "零一二三四五六七八九"[ones] if ones else ""
    assert in_digits(said + "组") == f"{number}组"


def test_areas_and_devices_are_found_by_either_way_of_saying_a_number() -> None:
    names = {"id": ["1", "2", "3"], "name": ["青禾村五组公变", "青禾村5组公变", "五山村#8公变"]}
    project = Project.of(ProjectInfo(), {"transformer_areas": pd.DataFrame(names, dtype="str")})
    assert sorted(found_ids(project, "5组公", "transformer_areas")) == ["1", "2"]
    assert sorted(found_ids(project, "五组", "transformer_areas")) == ["1", "2"]
    assert found_ids(project, "wz", "transformer_areas") == ["1"]
    alone = sorted(found_ids(project, "五", "transformer_areas"))
    assert alone == ["1", "3"], "one numeral alone is a syllable"


def test_what_is_the_same_comes_first_however_many_hold_it() -> None:
    ids = pd.Series((100_000 + np.arange(3_000)).astype(str))
    names = np.where(np.arange(3_000) == 2_999, "12", "甲12乙").astype(object)
    names[2_998] = "12丙"
    frame = pd.DataFrame({"id": ids, "name": pd.Series(names, dtype="str")})
    found = find(Project.of(ProjectInfo(), {"villages": frame}), "12")
    assert [(one.name, one.rank) for one in found[:3]] == [("12", 0), ("12丙", 1), ("甲12乙", 2)]


def test_a_meter_leads_to_its_customer_after_rows_have_moved(project: Project) -> None:
    points = project.frame("usage_points")
    point = points[points["meter_number"].notna()].iloc[-1]
    index = SearchIndex.of(project)
    draft = project.edit()
    draft.delete("customers", [str(project.frame("customers")["id"].iloc[0])])
    after, _changes = draft.finish()
    assert index.find(after, point["meter_number"])[0].id == point["customer"]
