"""An area is covered where two qualified persons are there within the promise of its class."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis import theme
from gis.cover import Cover, cover
from gis.pages.items import Clip, Lines, Page, Rect, Text, texts
from gis.pages.measure import width
from gis.pages.options import PrintOptions
from gis.pages.templates import make_pages
from grid_model.errors import GridError
from grid_model.project import Project
from tests.test_gis.territories import line, managers, squares, station

#   three managers on a road from west to east, 10 km apart, driven at 60 km/h: 10 minutes each
ROAD = {"id": "r", "road_class": "trunk", "speed_kmh": 60.0, "geometry": line((0, 0), (30_000, 0))}
AT = {"A": 0.0, "B": 10_000.0, "C": 20_000.0}
VALID = ("safety_exam", "lv_electrician")


def row_of_areas(**more: object) -> list[dict[str, object]]:
    """One area for each of A, B, C; its transformer stands beside its manager."""
    rows = squares("ABC", 10_000)
    return [row | {"station": "S"} | more for row in rows]


def people(*unfit: str, **groups: str) -> Project:
    rows = managers("ABC", **{one: {"x": x, "y": 0.0, "station": "S"} for one, x in AT.items()})
    papers = [
        {"id": f"{one}:{kind}", "manager": one, "kind": kind}
        for one in "ABC"
        if one not in unfit
        for kind in VALID
    ]
    members = [
        {"id": f"m{one}", "scheme": "s", "manager": one, "mutual_aid_group": group}
        for one, group in groups.items()
    ]
    return station(
        stations=[{"id": "S", "name": "所"}],
        transformer_areas=row_of_areas(service_class="urban"),
        power_transformers=[
            {
                "id": f"t{one}",
                "hv_node": "n",
                "lv_node": "n",
                "transformer_area": f"{one}{n}0",
                "x": x,
                "y": 0.0,
            }
            for n, (one, x) in enumerate(AT.items())
        ],
        district_managers=rows,
        qualifications=papers,
        roads=[ROAD],
        schemes=[{"id": "s", "name": "甲"}],
        mutual_aid_groups=[{"id": one, "scheme": "s", "number": one} for one in sorted(set(groups.values()))],
        group_members=members,
    )


def with_setting(project: Project, name: str, value: float) -> Project:
    draft = project.edit()
    draft.insert("settings", [{"id": name, "value": str(value)}])
    return draft.finish()[0]


def row(found: Cover, area: str) -> tuple[object, ...]:
    one = found.areas.loc[area]
    return (
        one["first"],
        round(one["first_min"], 3),
        one["second"],
        round(one["second_min"], 3),
        one["within"],
    )


def test_the_two_who_are_there_first_count() -> None:
    found = cover(people())
    assert row(found, "A00") == ("A", 0, "B", 10, 3)
    assert row(found, "B10")[:2] == ("B", 0) and row(found, "B10")[3] == 10
    assert found.areas["covered"].all() and not found.uncovered
    assert found.travel.source == "roads" and found.known


def test_who_may_not_guard_is_no_help() -> None:
    found = cover(people("B"))
    assert row(found, "A00") == ("A", 0, "C", 20, 2)
    assert row(found, "B10") == ("A", 10, "C", 10, 2)


def test_without_any_certificate_everybody_on_duty_counts_and_it_is_said() -> None:
    found = cover(people("A", "B", "C"))
    assert not found.known and row(found, "A00")[2] == "B"


def test_only_the_own_group_helps_where_there_is_a_scheme() -> None:
    found = cover(people(A="g1", B="g2", C="g1"), "s")
    assert row(found, "A00") == ("A", 0, "C", 20, 2)
    lonely = found.areas.loc["B10"]
    assert (lonely["first"], lonely["second"], lonely["within"]) == ("B", None, 1)
    assert np.isinf(lonely["second_min"]) and lonely["band"] == -1 and found.uncovered == ("B10",)
    assert cover(people(), groups={"A": 1, "B": 2, "C": 1}).uncovered == ("B10",)


def test_an_area_is_covered_up_to_the_promise_of_its_class_and_not_beyond() -> None:
    just = cover(with_setting(people(), "response.urban_min", 10.0))
    assert just.areas["covered"].all()
    late = cover(with_setting(people(), "response.urban_min", 9.9))
    assert late.uncovered == ("A00", "B10", "C20")
    country = people()
    draft = country.edit()
    draft.update("transformer_areas", ["A00"], service_class="remote")
    found = cover(with_setting(draft.finish()[0], "response.urban_min", 9.9))
    assert found.areas.loc["A00", "promise_min"] == 120 and found.uncovered == ("B10", "C20")


def test_bands_hold_the_promises_and_finer_ones_below() -> None:
    found = cover(people("B"))
    assert found.bands == (15, 30, 45, 90, 120)
    assert found.areas["band"].tolist() == [1, 0, 1]
    assert cover(with_setting(people(), "response.urban_min", 20)).bands == (15, 20, 90, 120)


def test_areas_without_a_place_are_reached_by_nobody() -> None:
    project = people()
    draft = project.edit()
    draft.insert("transformer_areas", [{"id": "nowhere", "manager": "A", "station": "S"}])
    found = cover(draft.finish()[0])
    assert found.uncovered == ("nowhere",) and found.areas.loc["nowhere", "band"] == -1


def test_managers_of_another_station_do_not_count() -> None:
    project = people()
    draft = project.edit()
    draft.update("district_managers", ["B"], station=None)
    assert row(cover(draft.finish()[0]), "A00")[2] == "C"


def test_one_customer_with_wrong_coordinates_moves_no_area() -> None:
    project = people()
    draft = project.edit()
    near = [{"id": f"k{n}", "transformer_area": "A00", "x": 0.0, "y": 0.0} for n in range(9)]
    draft.insert("customers", [*near, {"id": "wrong", "transformer_area": "A00", "x": 9e6, "y": 9e6}])
    assert row(cover(draft.finish()[0]), "A00")[:2] == ("A", 0)


# ------------------------------------------------------------ on paper


def said(pages: list[Page]) -> str:
    return "\n".join(text.text for page in pages for text in texts(page.items))


def test_the_map_tells_minutes_bands_and_who_is_late() -> None:
    project = with_setting(people("B"), "response.urban_min", 15)
    text = said(make_pages(project, "cover-map", PrintOptions()))
    for told in (
        "Two there within 15 min",
        "Two there within 90 min",
        "Not covered within its promise",
        "Areas not covered within their promise",
        "Urban, within 15 min",
        "1 of 3 areas",
        "Along the roads",
        "A00",
        "C20",
    ):
        assert told in text, told
    assert "Two there within 120 min" not in text
    numbers = [text for text in text.split("\n") if text in ("10", "20")]
    assert sorted(numbers)[:3] == ["10", "20", "20"]


def test_where_all_are_covered_the_list_says_none() -> None:
    text = said(make_pages(people(), "cover-map", PrintOptions()))
    assert "none" in text and "Not covered within its promise" not in text


def test_bands_are_told_apart_without_colour() -> None:
    from gis.pages.cover_map import LOOKS, NEVER

    hatches = [hatch for _fill, hatch in (*LOOKS, NEVER)]
    assert len(set(hatches)) == len(hatches) == len(cover(people()).bands) + 2


def test_without_any_place_there_is_nothing_to_draw() -> None:
    with pytest.raises(GridError, match="no-areas-placed"):
        make_pages(station(transformer_areas=[{"id": "a"}]), "cover-map", PrintOptions())
    with pytest.raises(GridError, match="no-areas-placed"):
        make_pages(station(), "cover-map", PrintOptions())


def on_paper(project: Project) -> list[Page]:
    return make_pages(project, "cover-map", PrintOptions())


def lines_of(pages: list[Page], color: str = "") -> list[Lines]:
    """Every item of lines on the first sheet, of one colour, those inside the map's frame too."""
    found: list[Lines] = []
    todo = list(pages[0].items)
    while todo:
        one = todo.pop()
        if isinstance(one, Lines) and color in ("", one.pen.color):
            found.append(one)
        todo += list(one.items) if isinstance(one, Clip) else []
    return found


def gridded(count: int, name: str = "青禾") -> Project:
    """The row of areas with a scheme in force of `count` grids that lie side by side."""
    project = people(**dict(zip("ABC", "GHI", strict=True)))
    wide = 30_000 / count
    strips = [shapely.box(n * wide, 0, (n + 1) * wide, 10_000) for n in range(count)]
    draft = project.edit()
    draft.update("schemes", ["s"], in_force=True)
    draft.insert(
        "service_grids",
        [
            {"id": f"g{n}", "scheme": "s", "number": f"{n}", "name": f"{name}{n}网格", "geometry": shape}
            for n, shape in enumerate(shapely.to_wkb(strips))
        ],
    )
    return draft.finish()[0]


def test_the_borders_of_all_grids_have_the_one_colour_the_legend_shows() -> None:
    from gis.pages.cover_map import GRIDS

    pages = on_paper(gridded(3))
    lines = lines_of(pages, GRIDS)
    assert len(lines) == 3 + 1, "three borders and the sample in the legend"
    assert len({one.pen for one in lines}) == 1
    assert not {one.line for one in theme.TINTS} & {one.pen.color for one in lines_of(pages)}
    assert "Border of a service grid" in said(pages)


@pytest.mark.parametrize("count", [1, 4, 9])
def test_every_grid_bears_its_name_and_no_text_on_the_map_lies_on_another(count: int) -> None:
    pages = on_paper(gridded(count))
    clip = next(one for one in pages[0].items if isinstance(one, Clip))
    rects = [rect_of(one) for one in texts(clip.items)]
    names = [one.text for one in texts(clip.items) if one.text.endswith("网格")]
    assert sorted(names) == [f"青禾{n}网格" for n in range(count)]
    for n, one in enumerate(rects):
        assert not any(one.touches(other) for other in rects[n + 1 :])


def test_a_grid_whose_name_finds_no_room_is_named_beside_the_map() -> None:
    long = "非常非常长的一个供电服务网格名称而且没有尽头" * 3
    pages = on_paper(gridded(40, long))
    clip = next(one for one in pages[0].items if isinstance(one, Clip))
    there = {one.text for one in texts(clip.items)}
    missing = [f"{long}{n}网格" for n in range(40) if f"{long}{n}网格" not in there]
    assert missing
    told = said(pages).replace("\n", "")
    assert "No room for the name of" in told
    assert all(one in told for one in missing)


def rect_of(text: Text) -> Rect:
    """The room a text takes, a little narrower than it is set."""
    size = text.size_mm
    wide = width(text.text, size) * 0.98
    left = text.x - {"left": 0.0, "center": wide / 2, "right": wide}[text.align]
    return Rect(left, text.y - size * 0.75, wide, size * 0.75)


def test_late_neighbours_are_ringed_once_and_their_dashes_do_not_run_together() -> None:
    project = with_setting(people("B"), "response.urban_min", 1)
    red = lines_of(on_paper(project), theme.SWITCH_CLOSED)
    assert len(red) == 1 + 1, "one ring and the sample in the legend"
    assert sorted(len(one.starts) - 1 for one in red) == [1, 1], "three neighbours, one ring round all"


def test_minutes_on_the_map_are_begun_ones_so_that_nothing_late_reads_as_in_time() -> None:
    project = people()
    draft = project.edit()
    draft.update("roads", ["r"], speed_kmh=59.0)
    late = with_setting(draft.finish()[0], "response.urban_min", 10)
    found = cover(late)
    assert found.uncovered
    assert (found.areas.loc[list(found.uncovered), "second_min"] < 10.5).all()
    told = said(on_paper(late)).split("\n")
    assert "11" in told and "Two there within 10 min" not in "".join(told)


def test_the_legend_counts_the_areas_of_each_band() -> None:
    text = said(on_paper(people()))
    assert "Two there within 15 min (3)" in text
