"""What finds no room beside a map stands below it, else behind it; nothing twice, nothing lost."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
import shapely

from gis import theme
from gis.pages.drawing import Drawing
from gis.pages.frame import MapFrame
from gis.pages.items import Clip, Lines, Page, Rect, Text, texts
from gis.pages.labels import Crowd, Label, place_labels
from gis.pages.map_sheet import split
from gis.pages.measure import width
from gis.pages.options import PrintOptions
from gis.pages.plan import StationPlan
from gis.pages.sheet import Sheet
from gis.pages.templates import make_pages
from grid_model.project import Project
from grid_model.tracing import trace_outage
from tests.little_station import little_station

PROJECT = little_station()


def with_areas(count: int, grid: str = "g1", project: Project = PROJECT) -> tuple[Project, list[str]]:
    """The little station with so many more areas in one grid."""
    draft = project.edit()
    more = [f"1{n:09d}" for n in range(count)]
    draft.insert("transformer_areas", [{"id": one, "manager": "m1"} for one in more])
    draft.insert(
        "grid_areas",
        [{"id": "x" + one, "scheme": "sch", "service_grid": grid, "transformer_area": one} for one in more],
    )
    return draft.finish()[0], more


def said(page: Page) -> list[str]:
    return [text.text for text in texts(page.items)]


def map_of(page: Page) -> Rect:
    return next(Rect(one.x, one.y, one.width, one.height) for one in page.items if isinstance(one, Clip))


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_rows_beyond_the_panel_stand_below_the_map_and_the_panel_says_so(orientation: str) -> None:
    project, more = with_areas(60)
    pages = make_pages(project, "grid-book", PrintOptions(orientation=orientation))
    assert [page.title for page in pages] == ["Grid book of 青禾镇供电所", "G01 石桥网格", "G02 河东网格"]
    listed = said(pages[1])
    assert all(listed.count(one) == 1 for one in more)
    sheet = Sheet.of("A3", landscape=orientation == "landscape")
    panel, place = split(sheet)[1], map_of(pages[1])
    rows = [one for one in pages[1].items if isinstance(one, Text) and one.text in more]
    below = [one for one in rows if not panel.holds(Rect(one.x, one.y, 0, 0))]
    assert all(place.bottom < one.y < sheet.body.bottom for one in below)
    beyond = next(one for one in listed if one.endswith("more rows below the map"))
    assert beyond == f"{len(below)} more rows below the map"


def test_rows_that_would_take_too_much_of_the_map_stand_behind_it_on_the_page_that_is_named() -> None:
    project, more = with_areas(400)
    pages = make_pages(project, "grid-book", PrintOptions())
    whole = make_pages(PROJECT, "grid-book", PrintOptions())
    assert map_of(pages[1]) == map_of(whole[1])
    note = next(one for one in said(pages[1]) if "all areas on page" in one)
    left, number = (int(one) for one in re.findall(r"\d+", note))
    assert left == 400 - sum(one in more for one in said(pages[1]))
    assert said(pages[number - 1])[1:].count(more[0]) == 1
    behind = [text for one in pages[3:] for text in said(one)]
    assert all(behind.count(one) == 1 for one in more)
    assert "0000000006" not in behind  # the other grid's sheet holds all of its own


@pytest.mark.parametrize(("count", "whole"), [(60, True), (900, False)])
def test_a_grid_without_a_place_lists_every_area_or_says_where_they_are(count: int, whole: bool) -> None:
    draft = PROJECT.edit()
    draft.insert("service_grids", [{"id": "g3", "scheme": "sch", "number": "G03", "name": "无址网格"}])
    project, more = with_areas(count, "g3", draft.finish()[0])
    pages = make_pages(project, "grid-book", PrintOptions())
    page = said(next(one for one in pages if one.title == "G03 无址网格"))
    assert "This grid has no outline; it is listed, not drawn." in page
    assert all(page.count(one) == int(whole) for one in more)
    notes = [one for one in page if "all areas on page" in one]
    assert bool(notes) != whole
    if notes:
        number = int(re.findall(r"\d+", notes[0])[1])
        assert more[0] in said(pages[number - 1])
        behind = [text for one in pages[4:] for text in said(one)]
        assert all(behind.count(one) == 1 for one in more)


def test_a_short_outage_is_one_sheet_with_its_tables_below_the_map() -> None:
    pages = make_pages(PROJECT, "outage-sheet", PrintOptions(trace=trace_outage(PROJECT, [("open", "k1")])))
    assert len(pages) == 1
    for caption in ("Important and sensitive customers", "Back-feed: disconnect, verify dead, earth"):
        at = [one for one in pages[0].items if isinstance(one, Text) and one.text == caption]
        assert [one.y > map_of(pages[0]).bottom for one in at] == [True]


def test_tables_take_at_most_two_fifths_of_the_map() -> None:
    checks = tuple(("Note", f"finding {n}") for n in range(60))
    trace = trace_outage(PROJECT, [("open", "k1")])
    pages = make_pages(PROJECT, "outage-sheet", PrintOptions(trace=trace, checks=checks))
    assert len(pages) > 1
    listed = [text for one in pages for text in said(one)]
    assert all(listed.count(text) == 1 for _level, text in checks)
    sheet = Sheet.of("A3", landscape=pages[0].width_mm > pages[0].height_mm)
    assert map_of(pages[0]).height > 0.55 * sheet.body.height or not sheet.landscape


@pytest.mark.parametrize("template", ["public-map", "station-map", "grid-book"])
def test_an_index_of_many_grids_loses_none(template: str) -> None:
    draft = PROJECT.edit()
    grids = [f"H{n:02d}" for n in range(40)]
    draft.insert(
        "service_grids",
        [{"id": one, "scheme": "sch", "number": one, "name": f"网格{one}"} for one in grids],
    )
    pages = make_pages(draft.finish()[0], template, PrintOptions())
    index = [page for page in pages if page.title == pages[0].title]
    listed = [text for page in index for text in said(page)]
    assert all(listed.count(one) == 1 for one in grids)


def test_a_group_card_fills_its_sheet_and_has_the_key_of_its_map() -> None:
    for orientation in ("portrait", "landscape"):
        pages = make_pages(PROJECT, "group-cards", PrintOptions(paper="A4", orientation=orientation))
        assert len(pages) == 2
        sheet = Sheet.of("A4", landscape=orientation == "landscape")
        for page in pages:
            place, told = map_of(page), said(page)
            assert "Legend" in told
            assert "District manager's base" in told
            assert any(one.startswith("1:") for one in told)
            lowest = max(one.y for one in page.items if isinstance(one, Text) and one.y < sheet.foot.y)
            assert lowest < sheet.body.bottom
            assert place.height >= 0.29 * (sheet.body.bottom - place.y)
        portrait = orientation == "portrait"
        assert not portrait or map_of(pages[0]).height > 0.5 * sheet.body.height


def test_an_outage_is_not_said_to_be_approved_by_those_who_approved_a_scheme() -> None:
    draft = PROJECT.edit()
    draft.update("schemes", ["sch"], prepared_by="内勤班", approved_by="王所长", name="去年的方案")
    project = draft.finish()[0]
    trace = trace_outage(project, [("open", "k1")])
    (page,) = make_pages(project, "outage-sheet", PrintOptions(trace=trace))
    for who in ("内勤班", "王所长", "去年的方案"):
        assert not [one for one in said(page) if who in one]
    assert "王所长" in said(make_pages(project, "grid-book", PrintOptions())[0])
    cover = said(make_pages(project, "cover-map", PrintOptions())[0])
    assert "王所长" not in cover
    assert any(one.startswith("去年的方案") for one in cover)


# ------------------------------------------------------------ what the map shows, and its legend says


def drawing_of(project: Project, scale: int, middle: str = "") -> Drawing:
    """A drawing of the station, or of the place of a transformer."""
    plan = StationPlan(project)
    place = Rect(0, 0, 300, 200)
    frame = replace(MapFrame.around(plan.extent, place), scale=scale)
    if middle:
        row = project.table("power_transformers").position(middle)
        east, north = plan.points("power_transformers")[row]
        frame = replace(frame, east=float(east), north=float(north))
    return Drawing(plan, frame, 1.0)


def names_of(drawing: Drawing) -> set[str]:
    return {entry.label for entry in drawing.entries}


def test_the_dashes_of_a_border_between_two_villages_are_drawn_once() -> None:
    drawing = drawing_of(PROJECT, 40_000)
    drawing.villages(named=False)
    (clip,) = drawing.finish()
    assert isinstance(clip, Clip)
    (borders,) = [one for one in clip.items if isinstance(one, Lines) and one.pen.dash]
    starts = borders.starts
    lines = [borders.points[first:last] for first, last in pairwise(starts)]
    drawn = sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in lines)
    shapes = StationPlan(PROJECT).shapes("villages").geometry
    once = shapely.length(shapely.union_all(shapely.boundary(shapes))) / 40_000 * 1000
    assert drawn == pytest.approx(once, rel=1e-3)
    assert once < 0.95 * shapely.length(shapes).sum() / 40_000 * 1000


def test_what_is_said_to_be_left_out_is_there() -> None:
    draft = PROJECT.edit()
    draft.delete("pv_units", list(PROJECT.frame("pv_units")["id"]))
    without = draft.finish()[0]
    for project, there in ((PROJECT, True), (without, False)):
        drawing = drawing_of(project, 50_000)
        drawing.pv_units()
        assert ("Not drawn: PV, storage, generators" in names_of(drawing)) == there


def test_a_closed_fuse_never_covers_its_transformer() -> None:
    draft = PROJECT.edit()
    transformer, node = PROJECT.frame("power_transformers")[["id", "hv_node"]].iloc[0]
    draft.insert("switches", [{"id": "f1", "name": "F1", "kind": "fuse", "node_a": node, "node_b": node}])
    project = draft.finish()[0]
    told = "Not drawn at transformers: closed fuses, low-voltage switches"
    for is_open in (False, True):
        draft = project.edit()
        draft.update("switches", ["f1"], normal_open=is_open)
        changed = draft.finish()[0]
        drawing = drawing_of(changed, 5_000, transformer)
        drawing.switches(changed.frame("switches")["normal_open"])
        assert (told in names_of(drawing)) != is_open
        assert ("Drop-out fuse, open" in names_of(drawing)) == is_open
        assert "Drop-out fuse, closed" not in names_of(drawing)


def test_the_operated_switch_is_named_before_everything_else_and_beside_its_ring() -> None:
    (page,) = make_pages(PROJECT, "outage-sheet", PrintOptions(trace=trace_outage(PROJECT, [("open", "k1")])))
    name = PROJECT.table("switches").row("k1")["name"]
    (clip,) = [one for one in page.items if isinstance(one, Clip)]
    (told,) = [one for one in clip.items if isinstance(one, Text) and one.text == name]
    assert told.bold
    rings = [one for one in clip.items if isinstance(one, Lines) and one.pen.color == theme.ACCENT]
    left = told.x - {"left": 0, "center": 0.5, "right": 1}[told.align] * width(told.text, told.size_mm)
    box = Rect(left, told.y - 0.8 * told.size_mm, width(told.text, told.size_mm), 0.9 * told.size_mm)
    points = rings[0].points
    ring = Rect(*points.min(axis=0), *(points.max(axis=0) - points.min(axis=0)))
    assert not box.touches(ring)


def test_neighbouring_grids_have_one_line_and_one_entry() -> None:
    page = make_pages(PROJECT, "grid-book", PrintOptions())[1]
    told = said(page)
    assert told.count("Border of a neighbouring grid") == 1
    assert "Pale: outside the grid" in told
    assert "Service grid, each in its own colour" in said(make_pages(PROJECT, "grid-book", PrintOptions())[0])


def test_two_names_side_by_side_keep_a_space() -> None:
    crowd = Crowd(Rect(0, 0, 200, 100))
    labels = [Label(20.0 + 12 * n, 50.0, (("台区名称", 3.0, "#000000", False),), n) for n in range(8)]
    placed, _left = place_labels(labels, crowd)
    for one, other in combinations(placed, 2):
        if one.rect.y < other.rect.bottom and other.rect.y < one.rect.bottom:
            apart = max(one.rect.x, other.rect.x) - min(one.rect.right, other.rect.right)
            assert apart >= 0.4 * 3.0 - 1e-9
