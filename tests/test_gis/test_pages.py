"""Pages say what they show, keep what they must not show, and no name lies on another."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from gis import theme
from gis.masking import Disclosure
from gis.pages.drawing import GRID_OPACITY, Drawing
from gis.pages.frame import SCALES, MapFrame, scale_for
from gis.pages.furniture import round_parts
from gis.pages.hatching import hatch_dots, hatch_lines
from gis.pages.items import Areas, Box, Clip, Item, Lines, Page, Rect, Symbols, Text, texts
from gis.pages.labels import Crowd, Label, place_labels
from gis.pages.measure import fitted, width, wrapped
from gis.pages.options import PrintOptions
from gis.pages.plan import StationPlan
from gis.pages.sheet import PAPERS
from gis.pages.tables import Column, column_widths, lay_pairs, lay_table
from gis.pages.templates import TEMPLATES, make_pages
from grid_model.errors import GridError
from grid_model.tracing import trace_outage
from tests.little_station import little_station

PROJECT = little_station()


def said(pages: list[Page]) -> str:
    return "\n".join(text.text for page in pages for text in texts(page.items))


def options(template: str, **more: object) -> PrintOptions:
    trace = trace_outage(PROJECT, [("open", "k1")]) if TEMPLATES[template].needs_trace else None
    return replace(PrintOptions(trace=trace), **more)  # type: ignore[arg-type]


def flat(items: tuple[Item, ...]) -> list[Item]:
    return [one for item in items for one in (flat(item.items) if isinstance(item, Clip) else [item])]


# ------------------------------------------------------------ what every page says


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_page_states_data_date_switch_state_unlinked_customers_and_its_number(template: str) -> None:
    pages = make_pages(PROJECT, template, options(template))
    for n, page in enumerate(pages, 1):
        text = said([page])
        assert "Data as of 2026-11-15 · switches: Normal state · unlinked customers: 1" in text
        assert f"Page {n} of {len(pages)}" in text


MAPS = [name for name in TEMPLATES if name not in ("notice-board", "group-cards")]


@pytest.mark.parametrize("template", MAPS)
def test_the_first_page_has_the_furniture_of_a_map(template: str) -> None:
    text = said(make_pages(PROJECT, template, options(template))[:1])
    for field in (
        "Legend",
        "N",
        "Made by unit",
        "青禾镇供电所",
        "Map date",
        "2026-11-20",
        "Drawn by",
        "Verified by",
    ):
        assert field in text
    assert "1:" in text
    assert "Map approval number" in text


@pytest.mark.parametrize("template", [name for name, one in TEMPLATES.items() if not one.public])
def test_internal_pages_are_marked_and_name_the_projection(template: str) -> None:
    text = said(make_pages(PROJECT, template, options(template)))
    assert "Internal material · keep safe" in text
    assert "CGCS2000, 3° Gauss-Kruger, central meridian 114° E" in text


def test_a_page_for_posting_shows_villages_and_managers_but_no_network_and_no_coordinates() -> None:
    pages = make_pages(PROJECT, "public-map", options("public-map"))
    text = said(pages)
    assert "石桥村" in text
    assert "95598" in text
    assert "12398" in text
    for hidden in ("CGCS2000", "石桥线", "35kV青禾变", "公变", "kV", "switch", "Transformer"):
        assert hidden not in text.replace("switches: Normal state", "")
    assert not [one for page in pages for one in flat(page.items) if isinstance(one, Symbols)]


@pytest.mark.parametrize("template", TEMPLATES)
def test_names_and_phones_are_masked_unless_lifted_for_a_purpose(template: str) -> None:
    masked = said(make_pages(PROJECT, template, options(template)))
    assert "赵青山" not in masked
    assert "13911112222" not in masked
    assert "Masked" in masked
    lifted = said(make_pages(PROJECT, template, options(template, disclosure=Disclosure(True, "张贴"))))
    assert "Not masked" in lifted
    assert "Purpose: 张贴" in lifted
    if template != "outage-sheet":
        assert "赵青山" in lifted
        assert "13911112222" in lifted or template == "cover-map"  # which names people only


def test_a_notice_board_names_managers_hotlines_and_promises_of_each_grid() -> None:
    pages = make_pages(
        PROJECT, "notice-board", options("notice-board", disclosure=Disclosure(True, "张贴", True))
    )
    assert [page.title.split(": ")[1] for page in pages] == ["石桥网格", "河东网格"]
    text = said(pages[:1])
    for told in ("赵青山 (leader)", "13911112222", "95598", "12398", "45 minutes", "石桥村"):
        assert told in text
    assert "钱河" not in text


def test_the_grid_book_has_a_sheet_for_each_grid_and_an_index_that_finds_it() -> None:
    pages = make_pages(PROJECT, "grid-book", options("grid-book"))
    assert [page.title for page in pages] == ["Grid book of 青禾镇供电所", "G01 石桥网格", "G02 河东网格"]
    index = [text.text for text in texts(pages[0].items)]
    assert index[index.index("G02") :].count("3")
    assert "0000000006" in said(pages[2:])
    assert "0000000006" not in said(pages[1:2])


def test_an_area_table_too_long_for_its_sheet_goes_on_and_loses_no_row() -> None:
    columns = (Column("a", 1), Column("b", 1))
    rows = [(str(n), "x" * (n % 7)) for n in range(100)]
    first, seen = 0, []
    while first < len(rows):
        laid = lay_table(columns, rows, Rect(0, 0, 80, 60), 2.5, first)
        assert laid.height <= 60.01
        seen += [text.text for text in texts(laid.items) if text.text.isdigit()]
        first = laid.next_row
    assert seen == [row[0] for row in rows]


def test_the_legend_names_what_is_drawn_and_nothing_else() -> None:
    drawn = said(make_pages(PROJECT, "station-map", options("station-map")))
    assert "Load switch, open" in drawn
    assert "Disconnector, closed" in drawn
    assert "Disconnector, open" not in drawn
    assert "Road" not in drawn
    assert "Not drawn: closed fuses, low-voltage switches" not in drawn or "Drop-out fuse" not in drawn


def test_the_current_state_is_drawn_where_asked_for() -> None:
    draft = PROJECT.edit()
    draft.update("switches", ["k2"], open=True)
    project, _changes = draft.finish()
    both = [
        said(make_pages(project, "station-map", PrintOptions(state=state))) for state in ("normal", "current")
    ]
    assert "switches: Current state" in both[1]
    plan = StationPlan(project)
    frame = MapFrame.around(plan.extent, Rect(0, 0, 200, 200))
    for state, count in (("normal_open", 1), ("open", 2)):
        drawing = Drawing(plan, frame, 1.0)
        drawing.switches(project.frame("switches")[state])
        open_ones = [
            one
            for one in flat(tuple(drawing.finish()))
            if isinstance(one, Symbols) and one.name.endswith("_open")
        ]
        assert sum(len(one.points) for one in open_ones) == count


def test_the_outage_sheet_greys_exactly_what_is_dead() -> None:
    from gis.pages.outage_sheet import dead_nodes

    trace = trace_outage(PROJECT, [("open", "k1")])
    dead = dead_nodes(PROJECT, trace)
    nodes = PROJECT.frame("connectivity_nodes")["id"]
    assert set(nodes[dead]) == {"n2", "n3", "n6", "lv2", "lv3", "lv6"}
    text = said(make_pages(PROJECT, "outage-sheet", options("outage-sheet")))
    assert "Public transformer, without supply" in text
    assert "Outage extent: 石桥线102开关（k1）" in text
    assert "恒达新型建材有限公司" in text


def test_the_sheet_of_a_study_has_what_was_found_before_it_is_kept() -> None:
    from datetime import datetime

    from grid_model.study import StudyStep, study_outage

    study = study_outage(PROJECT, [StudyStep(datetime(2026, 11, 20, 9), "open", ("k1",))])
    chosen = replace(options("outage-sheet"), trace=None, study=study)
    assert "Checks before the outage" not in said(make_pages(PROJECT, "outage-sheet", chosen))
    found = (("Attention", "Frequent outages: 2 within 60 days"),)
    text = said(make_pages(PROJECT, "outage-sheet", replace(chosen, checks=found)))
    assert "Checks before the outage" in text
    assert "Frequent outages: 2 within 60 days" in text


def test_the_sheet_of_a_study_has_its_course_and_the_areas_with_their_times() -> None:
    from datetime import datetime

    from grid_model.study import StudyStep, study_outage

    at = [datetime(2026, 11, 20, hour) for hour in (9, 11)]
    study = study_outage(PROJECT, [StudyStep(at[0], "open", ("k1",)), StudyStep(at[1], "close", ("k1",))])
    text = said(
        make_pages(PROJECT, "outage-sheet", replace(options("outage-sheet"), trace=None, study=study))
    )
    for part in (
        "Course",
        "Open 石桥线102开关",
        "2026-11-20 11:00",
        "Shown: after step 1",
        "User-hours by MV users",
    ):
        assert part in text
    assert "Public transformer, without supply" in text


def test_a_tie_stays_open_until_the_step_of_the_study_that_closes_it() -> None:
    from datetime import datetime

    from gis.pages.outage_sheet import _back_feed
    from grid_model.study import study_outage
    from grid_model.study_proposal import propose
    from tests.test_grid_model.test_tracing import worked_case

    project = worked_case()
    steps = propose(project, "l1", datetime(2026, 11, 20, 10))
    n = next(n for n, step in enumerate(steps, 1) if step.action == "close" and "tie1" in step.devices[0])
    for upto, remark in ((len(steps), f"keep it open until step {n} closes it"), (n - 1, "keep it open")):
        rows = _back_feed(project, study_outage(project, steps[:upto])).rows
        [tie] = [row for row in rows if row[1] == "tie1"]
        assert tie[-1].split("; ")[-1] == remark


# ------------------------------------------------------------ bad input


def test_what_cannot_be_printed_is_said() -> None:
    for project, template, more, code in (
        (PROJECT, "poster", {}, "unknown-template"),
        (PROJECT, "station-map", {"paper": "B5"}, "unknown-paper"),
        (PROJECT, "station-map", {"scheme": "没有"}, "unknown-scheme"),
        (little_station(placed=False), "station-map", {}, "nothing-to-print"),
        (little_station(with_scheme=False), "grid-book", {}, "no-scheme"),
        (PROJECT, "outage-sheet", {}, "trace-missing"),
    ):
        with pytest.raises(GridError, match=code):
            make_pages(project, template, PrintOptions(**more))  # type: ignore[arg-type]


def test_a_station_without_a_scheme_is_still_drawn() -> None:
    text = said(make_pages(little_station(with_scheme=False), "station-map", PrintOptions()))
    assert "石桥村#2公变" in text


def test_a_local_plane_is_drawn_and_said_to_be_one() -> None:
    text = said(make_pages(little_station(geographic=False), "station-map", PrintOptions()))
    assert "Local plane without a place on earth" in text
    assert "Gauss-Kruger" not in text


# ------------------------------------------------------------ sheets, scales, texts


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_stands_outside_the_sheet(template: str, paper: str, orientation: str) -> None:
    for page in make_pages(PROJECT, template, options(template, paper=paper, orientation=orientation)):
        assert (page.width_mm > page.height_mm) == (orientation == "landscape")
        for text in texts(page.items):
            wide = width(text.text, text.size_mm)
            left = text.x - {"left": 0, "center": wide / 2, "right": wide}[text.align]
            assert left >= 0, text
            assert left + wide <= page.width_mm + 0.1, text
            assert 0 < text.y <= page.height_mm, text


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_no_text_lies_on_another(template: str, paper: str, orientation: str) -> None:
    for page in make_pages(PROJECT, template, options(template, paper=paper, orientation=orientation)):
        boxes = [_box(text) for text in texts(page.items)]
        for (one, first), (other, second) in combinations(boxes, 2):
            assert not one.touches(other), (page.title, first.text, second.text)


def _box(text: Text) -> tuple[Rect, Text]:
    wide = width(text.text, text.size_mm)
    left = text.x - {"left": 0, "center": wide / 2, "right": wide}[text.align]
    return Rect(left, text.y - 0.72 * text.size_mm, wide, 0.74 * text.size_mm), text


def test_the_scale_is_round_and_the_box_fits() -> None:
    place = Rect(0, 0, 300, 200)
    box = (0.0, 0.0, 4321.0, 1000.0)
    scale = scale_for(box, place)
    assert scale in SCALES
    frame = MapFrame.around(box, place)
    corners = frame.to_page(np.array([[0.0, 0.0], [4321.0, 1000.0]]))
    assert (corners >= 0).all()
    assert (corners <= [300, 200]).all()
    smaller = SCALES[SCALES.index(scale) - 1]
    assert 4321.0 * 1000 / smaller > 300 - 8


def test_a_millimetre_on_the_sheet_is_the_scale_on_the_ground() -> None:
    plan = StationPlan(PROJECT)
    frame = MapFrame.around(plan.extent, Rect(10, 10, 200, 150))
    metres = plan.points("switches")
    on_page = frame.to_page(metres)
    apart_m = np.hypot(*(metres[0] - metres[2]))
    apart_mm = np.hypot(*(on_page[0] - on_page[2]))
    assert apart_mm * frame.scale / 1000 == pytest.approx(apart_m)


@pytest.mark.parametrize("room", [1.0, 37.0, 480.0, 5200.0, 99_000.0])
def test_the_scale_bar_has_round_parts_that_fit(room: float) -> None:
    part, parts = round_parts(room)
    assert part * parts <= room
    assert part * parts >= room * 0.45
    assert f"{part:e}"[0] in "125"


@pytest.mark.parametrize("template", ["station-map", "grid-book", "outage-sheet", "group-cards"])
def test_the_scale_bar_is_as_long_on_paper_as_it_says(template: str) -> None:
    for page in make_pages(PROJECT, template, options(template)):
        told = [text for text in page.items if isinstance(text, Text)]
        scale = next(int(text.text[2:].replace("\u00a0", "")) for text in told if text.text.startswith("1:"))
        last = next(text for text in told if re.fullmatch(r"[\d.]+ k?m", text.text))
        number, unit = last.text.split()
        boxes = [one for one in page.items if isinstance(one, Box)]
        top = next(one.y for one in boxes if one.fill == theme.INK)
        bar = [one for one in boxes if one.y == top]
        metres = float(number) * (1000 if unit == "km" else 1)
        long = max(one.x + one.width for one in bar) - min(one.x for one in bar)
        assert long == pytest.approx(metres * 1000 / scale)


def test_a_chinese_character_is_as_wide_as_the_em_and_lines_break_between_them() -> None:
    assert width("网格", 4.0) == 8.0
    lines = wrapped("青禾镇石桥村委会、河东村", 2.0, 9.0)
    assert "".join(lines) == "青禾镇石桥村委会、河东村"
    assert all(width(line, 2.0) <= 9.0 for line in lines)
    assert not any(line.startswith("、") for line in lines)
    assert fitted("青禾镇石桥村", 2.0, 7.0) == "青禾…"
    assert wrapped("a" * 30, 2.0, 10.0) != ["a" * 30]
    assert wrapped("容量（kVA）", 2.0, 8.5) == ["容量", "（kVA）"]
    assert wrapped("", 2.0, 9.0) == [""]


def test_a_title_block_grows_with_its_values() -> None:
    short = lay_pairs([("a", "b")], Rect(0, 0, 60, 0), 2.5)
    tall = lay_pairs([("a", "青禾镇" * 30)], Rect(0, 0, 60, 0), 2.5)
    assert tall.height > short.height


# ------------------------------------------------------------ names and hatches


def test_names_never_overlap_and_the_important_one_wins() -> None:
    crowd = Crowd(Rect(0, 0, 100, 100))
    rng = np.random.default_rng(1)
    labels = [
        Label(x, y, ((f"台区{n}", 3.0, "#000000", False),), n, gap_mm=1.0)
        for n, (x, y) in enumerate(rng.uniform(10, 90, (200, 2)))
    ]
    placed, left_out = place_labels(labels, crowd)
    assert len(placed) + len(left_out) == 200
    assert placed[0].label.priority == 0
    assert not [1 for one, other in combinations(placed, 2) if one.rect.touches(other.rect)]
    assert all(Rect(0, 0, 100, 100).holds(one.rect) for one in placed)


def test_a_name_that_must_stand_stands() -> None:
    crowd = Crowd(Rect(0, 0, 20, 20))
    crowd.add(Rect(0, 0, 20, 20))
    label = Label(10, 10, (("网格", 3.0, "#000000", True),), 0, must=True)
    assert len(place_labels([label], crowd)[0]) == 1
    assert place_labels([replace(label, must=False)], crowd)[1]


@pytest.mark.parametrize(
    "hatch", ["diagonal", "back_diagonal", "horizontal", "vertical", "cross", "diagonal_cross"]
)
def test_a_hatch_fills_its_area_evenly_and_stays_inside(hatch: str) -> None:
    import shapely

    area = shapely.Polygon([(0, 0), (50, 5), (40, 50), (3, 30)], [[(15, 15), (25, 15), (20, 25)]])
    lines = hatch_lines(area, hatch, 2.0)
    directions = 2 if "cross" in hatch else 1
    assert shapely.length(lines).sum() == pytest.approx(area.area / 2.0 * directions, rel=0.1)
    assert shapely.covers(area.buffer(1e-6), lines).all()


def test_dots_fill_their_area() -> None:
    import shapely

    area = shapely.box(0, 0, 40, 40)
    assert len(hatch_dots(area, 2.0)) == pytest.approx(400, rel=0.1)


def test_grids_differ_by_more_than_colour() -> None:
    page = make_pages(PROJECT, "public-map", options("public-map"))[0]
    drawn = flat(page.items)
    fills = {one.fill for one in drawn if isinstance(one, Areas) and one.opacity == GRID_OPACITY}
    assert len(fills) == 2
    hatched = [
        one for one in drawn if isinstance(one, Lines) and one.pen.width_mm < 0.14 and len(one.points) > 20
    ]
    assert hatched


def test_a_column_gets_the_room_its_longest_word_needs() -> None:
    columns = (Column("Grid number", 1), Column("Name", 9))
    one, other = column_widths(columns, [("390508101001", "石桥网格")], 60.0, 2.3)
    assert one + other == pytest.approx(60.0)
    assert one >= width("390508101001", 2.3)
    laid = lay_table(columns, [("390508101001", "石桥网格")], Rect(0, 0, 60, 40), 2.3)
    assert "390508101001" in [text.text for text in texts(laid.items)]
    assert column_widths(columns, [("x" * 99, "y" * 99)], 60.0, 2.3) == [6.0, 54.0]


def test_short_tables_share_a_sheet_and_long_ones_go_on_with_every_row() -> None:
    from gis.pages.items import Text
    from gis.pages.panel import Listing
    from gis.pages.sheet import Sheet
    from gis.pages.station_map import stacked_sheets
    from gis.pages.tables import Column

    sheet = Sheet.of("A4", landscape=True)

    def listing(name: str, count: int) -> Listing:
        return Listing(name, (Column("n", 1),), [(f"{name}{n}",) for n in range(count)])

    drafts = stacked_sheets(sheet, "", [listing("a", 3), listing("none", 0), listing("b", 3)])
    assert len(drafts) == 1
    long = stacked_sheets(sheet, "", [listing("a", 3), listing("c", 200)])
    texts = [item.text for one in long for item in one.items if isinstance(item, Text)]
    assert [one for one in texts if one[0] == "c" and one != "c"] == [f"c{n}" for n in range(200)]
    lowest = max(item.y for one in long for item in one.items if isinstance(item, Text))
    assert len(long) > 1 and lowest <= sheet.body.bottom
