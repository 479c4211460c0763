"""Every limit and coefficient stands in one table, and a project's rows override it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import pytest

from grid_model.errors import GridError
from grid_model.project import Project, ProjectInfo
from grid_model.settings import SETTINGS, described, in_force, setting, whole


def project(rows: Iterable[dict[str, str]] = ()) -> Project:
    return Project.of(ProjectInfo(), {"settings": pd.DataFrame(list(rows))} if rows else {})


def test_a_setting_the_project_does_not_name_has_its_default() -> None:
    assert setting(project(), "group.max_pair_minutes") == 30.0
    assert not described(project(), "group.max_pair_minutes").overridden


def test_a_project_s_row_overrides_the_default_and_brings_its_source_and_date() -> None:
    row = {"id": "group.max_pair_minutes", "value": "45", "source": "county", "as_of": "2026-01-02"}
    found = described(project([row]), "group.max_pair_minutes")
    assert (found.value, found.source, found.as_of, found.overridden) == (45.0, "county", "2026-01-02", True)


@pytest.mark.parametrize("text", ["many", "nan", "inf", "0", "-1", "2.5"])
def test_a_row_that_is_no_fitting_number_is_refused_by_name(text: str) -> None:
    with pytest.raises(GridError) as caught:
        whole(project([{"id": "group.max_size", "value": text}]), "group.max_size")
    assert caught.value.code == "bad-setting" and caught.value.values["name"] == "group.max_size"


def test_every_setting_says_what_it_means_and_where_it_comes_from() -> None:
    assert len(in_force(project())) == len(SETTINGS)
    for name, one in SETTINGS.items():
        assert name == one.name and "." in name and one.meaning and one.source and one.as_of


def test_the_defaults_are_those_of_the_field() -> None:
    #   W = terrain × (0.40·customers/1000 + 0.25·areas/15 + 0.20·LV km/20 + 0.10·10 kV km/10 + 0.05·km²/15)
    weights = [one.value for name, one in SETTINGS.items() if name.startswith("workload.weight_")]
    assert sum(weights) == pytest.approx(1)
    assert [SETTINGS[f"response.{name}_min"].value for name in ("urban", "rural", "remote")] == [45, 90, 120]
