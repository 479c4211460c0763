"""Pages of a station whose names are endless and whose phones are missing: nothing runs off the paper."""

from __future__ import annotations

import pytest

from gis.masking import Disclosure
from gis.pages.items import Page, Rect, Text, texts
from gis.pages.measure import width
from gis.pages.options import PrintOptions
from gis.pages.tables import Column, lay_table
from gis.pages.templates import TEMPLATES, make_pages
from grid_model.project import Project
from grid_model.tracing import trace_outage
from tests.little_station import little_station

LONG = "青禾镇第一百二十三号超长名称供电服务网格（含工业园区及高新技术开发区东片）"
PERSON = "阿不都热合曼·买买提依明江·吐尔逊"


def odd_station() -> Project:
    project = little_station()
    draft = project.edit()
    for table in ("service_grids", "mutual_aid_groups", "villages", "transformer_areas", "switches"):
        ids = list(project.frame(table)["id"])
        draft.update(table, ids, name=[f"{LONG}{n}" for n in range(len(ids))])
    people = list(project.frame("district_managers")["id"])
    draft.update("district_managers", people, name=PERSON, phone=None)
    return draft.finish()[0]


PROJECT = odd_station()
LIFTED = Disclosure(True, "张贴")


def printed(template: str, **more: object) -> list[Page]:
    trace = trace_outage(PROJECT, [("open", "k1")]) if TEMPLATES[template].needs_trace else None
    return make_pages(PROJECT, template, PrintOptions(trace=trace, disclosure=LIFTED, **more))  # type: ignore[arg-type]


def extent(text: Text) -> tuple[float, float]:
    wide = width(text.text, text.size_mm)
    left = text.x - {"left": 0, "center": wide / 2, "right": wide}[text.align]
    return left, left + wide


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_no_text_beside_the_map_runs_off_the_paper(template: str, paper: str, orientation: str) -> None:
    for page in printed(template, paper=paper, orientation=orientation):
        for text in [one for one in page.items if isinstance(one, Text)]:
            left, right = extent(text)
            assert left >= 0, text
            assert right <= page.width_mm, text


def test_the_name_of_a_grid_stands_whole_in_the_banner_of_its_board() -> None:
    (page, _other) = printed("notice-board")
    banner = [one for one in page.items if isinstance(one, Text) and one.align == "center" and one.bold]
    assert f"{LONG}0" in "".join(one.text for one in banner)


def test_who_has_no_phone_is_not_said_to_answer_day_and_night() -> None:
    told = [text.text for page in printed("notice-board") for text in texts(page.items)]
    assert PERSON + " (leader)" in told
    assert "Day and night" not in told
    assert "—" not in told


def test_names_of_several_managers_keep_step_with_their_phones_where_one_is_broken() -> None:
    columns = (Column("Manager", 1), Column("Phone", 1), Column("Number", 8))
    rows = [(f"{PERSON * 2}\n钱河", "139\n158", "390508101001")]
    laid = lay_table(columns, rows, Rect(0, 0, 90, 100), 2.5)
    at = {one.text: one.y for one in laid.items if isinstance(one, Text)}
    assert at["钱河"] == at["158"]
    assert at["139"] < at["158"]
    names = [
        one.text for one in laid.items if isinstance(one, Text) and one.text not in ("钱河", "139", "158")
    ]
    assert PERSON * 2 in "".join(names)


def test_a_heading_is_not_set_in_columns_of_single_characters() -> None:
    columns = (Column("名称", 1), Column("台区数", 1), Column("说明", 30))
    laid = lay_table(columns, [("青禾网格", "3", LONG)], Rect(0, 0, 90, 100), 2.5)
    told = [one.text for one in laid.items if isinstance(one, Text)]
    assert {"名称", "台区数", "青禾网格"} <= set(told)
