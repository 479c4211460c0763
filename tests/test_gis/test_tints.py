"""A grid looks the same on the map, on paper and in the web map."""

from __future__ import annotations

import pandas as pd

from gis.tints import grid_tints, group_tints
from grid_model.project import Project, ProjectInfo


def project(*grids: tuple[str, str | None]) -> Project:
    """Two groups with the colours 3 and 5, and grids of them."""
    return Project.of(
        ProjectInfo(),
        {
            "schemes": pd.DataFrame({"id": ["s"], "name": ["s"]}),
            "mutual_aid_groups": pd.DataFrame(
                {"id": ["g1", "g2"], "scheme": "s", "name": ["a", "b"], "color": [3, 5]}
            ),
            "service_grids": pd.DataFrame(
                {
                    "id": [one for one, _ in grids],
                    "scheme": "s",
                    "name": "n",
                    "number": [one for one, _ in grids],
                    "mutual_aid_group": [group for _, group in grids],
                }
            ),
        },
    )


def test_a_grid_bears_the_colour_of_its_only_group() -> None:
    assert grid_tints(project(("1", "g2"), ("2", "g1")), "s") == {"1": 5, "2": 3}
    assert group_tints(project(), "s") == {"g1": 3, "g2": 5}


def test_grids_of_one_group_are_told_apart() -> None:
    assert grid_tints(project(("2", "g1"), ("1", "g1")), "s") == {"1": 0, "2": 1}


def test_a_grid_without_a_group_has_a_tint_too() -> None:
    assert sorted(grid_tints(project(("1", "g1"), ("2", None)), "s").values()) == [0, 1]


def test_another_scheme_has_no_grids() -> None:
    assert grid_tints(project(("1", "g1")), "other") == {}
