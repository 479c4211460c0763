"""Outlines edited by hand stay a coverage: no gaps, no overlaps, borders shared point by point."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from gis.editing.areas import DrawArea, MergeAreas, MoveCorner, ReshapeArea, SplitArea
from gis.measuring import MetricPlane
from grid_model.errors import GridError
from grid_model.history import History
from grid_model.project import LOCAL, Edit, Project, ProjectInfo
from tests.conftest import scaled
from tests.project_values import same_rows


def land(shapes: list[shapely.Polygon], crs: str = LOCAL) -> Project:
    wkb = [bytes(shapely.to_wkb(shapely.multipolygons([one]))) for one in shapes]
    frame = pd.DataFrame({"id": [f"a{n}" for n in range(len(shapes))], "geometry": wkb})
    return Project.of(ProjectInfo("Land", crs=crs), {"transformer_areas": frame})


def squares() -> Project:
    """Four squares of 100 m, two by two: a0 south-west, a1 south-east, a2 north-west, a3 north-east."""
    return land([shapely.box(100 * x, 100 * y, 100 * x + 100, 100 * y + 100) for y in (0, 1) for x in (0, 1)])


def voronoi(seed: int, count: int = 12, geographic: bool = False) -> Project:
    points = np.random.default_rng(seed).uniform(0, 1000, (count, 2))
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=shapely.box(0, 0, 1000, 1000))
    )
    cut = shapely.intersection(cells, shapely.box(0, 0, 1000, 1000))
    parts = shapely.get_parts(shapely.polygonize([shapely.union_all(shapely.boundary(cut))]))
    shapes = shapely.get_parts(parts)
    if geographic:
        shapes = shapely.transform(shapes, lambda xy: xy / 100_000 + (106.3, 29.6))
    return land(list(shapes), "EPSG:4490" if geographic else LOCAL)


def outlines(project: Project) -> dict[str, shapely.MultiPolygon]:
    frame = project.frame("transformer_areas")
    return dict(zip(frame["id"], shapely.from_wkb(frame["geometry"].to_numpy(dtype=object)), strict=True))


def done(project: Project, edit: Edit) -> Project:
    return edit.apply(project)[0]


def total(project: Project) -> float:
    return float(sum(one.area for one in outlines(project).values()))


def assert_coverage(project: Project) -> None:
    shapes = [one for one in outlines(project).values() if one is not None]
    assert shapely.coverage_is_valid(shapes)
    assert shapely.union_all(shapes).area == pytest.approx(sum(one.area for one in shapes), rel=1e-9)


# ---------------------------------------------------------------------------- single edits


def test_a_path_across_parts_an_area_in_two() -> None:
    after = done(squares(), SplitArea("a0", ((-10, 30), (110, 30)), {"id": "new", "name": "North"}))
    found = outlines(after)
    assert found["a0"].equals(shapely.box(0, 30, 100, 100))
    assert found["new"].equals(shapely.box(0, 0, 100, 30))
    assert_coverage(after)
    assert (100.0, 30.0) in map(tuple, shapely.get_coordinates(found["a1"]).tolist()), (
        "the neighbour has it too"
    )


def test_what_stands_on_the_new_area_belongs_to_it() -> None:
    draft = squares().edit()
    draft.insert(
        "customers",
        [
            {"id": "low", "x": 50.0, "y": 10.0, "transformer_area": "a0"},
            {"id": "high", "x": 50.0, "y": 60.0, "transformer_area": "a0"},
        ],
    )
    after = done(draft.finish()[0], SplitArea("a0", ((-10, 30), (110, 30)), {"id": "new"}))
    customers = after.frame("customers").set_index("id")["transformer_area"]
    assert customers.to_dict() == {"low": "new", "high": "a0"}


def test_merging_keeps_the_first_and_hands_it_everything() -> None:
    draft = squares().edit()
    draft.insert("customers", [{"id": "c", "transformer_area": "a1"}])
    after = done(draft.finish()[0], MergeAreas(("a0", "a1")))
    assert outlines(after)["a0"].equals(shapely.box(0, 0, 200, 100))
    assert list(outlines(after)) == ["a0", "a2", "a3"]
    assert after.table("customers").row("c")["transformer_area"] == "a0"
    assert_coverage(after)


def test_a_border_bulges_into_the_neighbour_who_gives_the_land() -> None:
    after = done(squares(), ReshapeArea("a0", ((100, 20), (130, 20), (130, 60), (100, 60))))
    assert outlines(after)["a0"].area == pytest.approx(10_000 + 30 * 40)
    assert outlines(after)["a1"].area == pytest.approx(10_000 - 30 * 40)
    assert_coverage(after)


def test_land_given_up_goes_to_the_neighbour() -> None:
    after = done(squares(), ReshapeArea("a0", ((100, 20), (70, 20), (70, 60), (100, 60))))
    assert outlines(after)["a0"].area == pytest.approx(10_000 - 30 * 40)
    assert outlines(after)["a1"].area == pytest.approx(10_000 + 30 * 40)
    assert_coverage(after)


def test_at_the_outer_edge_land_is_given_to_nobody() -> None:
    after = done(squares(), ReshapeArea("a0", ((0, 20), (30, 20), (30, 60), (0, 60))))
    assert total(after) == pytest.approx(40_000 - 30 * 40)
    assert_coverage(after)


def test_a_shared_corner_moves_for_all() -> None:
    after = done(squares(), MoveCorner(100, 100, 110, 95))
    assert total(after) == pytest.approx(40_000)
    assert all(
        (110.0, 95.0) in map(tuple, shapely.get_coordinates(one).tolist()) for one in outlines(after).values()
    )
    assert_coverage(after)


def test_a_new_area_takes_only_what_nobody_holds() -> None:
    after = done(squares(), DrawArea("new", ((150, 50), (300, 50), (300, 150), (150, 150))))
    assert outlines(after)["new"].equals(shapely.box(200, 50, 300, 150))
    assert_coverage(after)


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (SplitArea("a0", ((20, 20), (60, 60))), "path-does-not-cross"),
        (SplitArea("a0", ((500, 500), (600, 600))), "path-does-not-cross"),
        (SplitArea("a0", ((-10, 50),)), "path-does-not-cross"),
        (SplitArea("zz", ((0, 0), (1, 1))), "unknown-object"),
        (MergeAreas(("a0", "a3", "a3")), "areas-do-not-touch"),
        (MergeAreas(("a0",)), "merge-areas-needs-two"),
        (ReshapeArea("a0", ((10, 10), (20, 20))), "path-does-not-cross"),
        (MoveCorner(55, 55, 60, 60), "no-corner"),
        (MoveCorner(100, 100, 100, -40), "edit-breaks-outline"),
        (DrawArea("new", ((10, 10), (60, 10), (60, 60))), "area-would-vanish"),
        (DrawArea("new", ((300, 0), (400, 100), (400, 0), (300, 100))), "bad-outline"),
        (DrawArea("new", ((300, 0), (400, 100))), "bad-outline"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(edit: Edit, code: str) -> None:
    project = squares()
    with pytest.raises(GridError) as refused:
        edit.apply(project)
    assert refused.value.code == code
    assert_coverage(project)


# ---------------------------------------------------------------------------- any sequence


def random_edit(project: Project, chance: np.random.Generator, turn: int) -> Edit:
    plane, shapes = MetricPlane.of(project), outlines(project)
    ids = list(shapes)
    one = str(chance.choice(ids))
    box = np.array(shapes[one].bounds).reshape(2, 2)
    span = box[1] - box[0]
    corners = shapely.get_coordinates(list(shapes.values()))

    def anywhere() -> tuple[float, float]:
        x, y = box[0] + span * chance.uniform(-0.3, 1.3, 2)
        return float(x), float(y)

    assert plane is not None
    match chance.choice(["split", "merge", "reshape", "corner", "draw"]):
        case "split":
            return SplitArea(one, (anywhere(), anywhere(), anywhere()), {"id": f"s{turn}"})
        case "merge":
            return MergeAreas((one, str(chance.choice(ids))))
        case "reshape":
            start, end = corners[chance.integers(len(corners), size=2)]
            return ReshapeArea(one, (tuple(start), anywhere(), anywhere(), tuple(end)))
        case "corner":
            x, y = corners[chance.integers(len(corners))]
            return MoveCorner(
                float(x),
                float(y),
                float(x + span[0] * chance.normal(0, 0.1)),
                float(y + span[1] * chance.normal(0, 0.1)),
            )
    return DrawArea(f"d{turn}", tuple(anywhere() for _ in range(4)))


@pytest.mark.parametrize("geographic", [False, True])
@pytest.mark.parametrize("seed", range(scaled(3, 100)))
def test_any_sequence_of_edits_leaves_a_coverage_and_undo_the_first_state(
    seed: int, geographic: bool
) -> None:
    first = voronoi(seed, geographic=geographic)
    assert_coverage(first)
    history, chance, made = History(first), np.random.default_rng(seed), 0
    for turn in range(25):
        try:
            history.do(random_edit(history.project, chance, turn))
        except GridError:
            continue
        made += 1
        assert_coverage(history.project)
    assert made >= 4, "the edits must not all be refused"
    while history.next_undo:
        history.undo()
    same_rows(history.project, first)
