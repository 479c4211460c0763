"""Sizes and weights that suit a plain, hills, mountains or a town, and the weights a project has set.

A preset is nothing but values for settings: whoever takes one writes them as rows of the table
``settings`` and changes any of them afterwards. The sizes and the limit of travel are those of
`DOMAIN` §4.2; how the four differ is a default of this program: in the mountains the way decides and
groups are small, in a town the ways are short and work decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grid_model.grouping.problem import Weights
from grid_model.project import Project
from grid_model.settings import setting
from resources.i18n import N_


@dataclass(frozen=True, slots=True)
class Preset:
    """Values for settings under one name.

    Parameters
    ----------
    name
        Fixed: ``plain``, ``hill``, ``mountain``, ``town``.
    title
        Marked text.
    settings
        Value of each setting it gives.
    """

    name: str
    title: str
    settings: Mapping[str, float]


NAMES = (
    "group.min_size",
    "group.max_size",
    "group.target_size",
    "group.max_pair_minutes",
    "group.travel_weight",
    "group.imbalance_weight_min",
    "group.size_weight_min",
    "group.longest_weight",
    "group.change_weight_min",
    "group.feeder_weight_min",
    "group.village_weight_min",
)


def _preset(name: str, title: str, *values: float) -> Preset:
    return Preset(name, title, dict(zip(NAMES, values, strict=True)))


PRESETS = (
    #                              sizes    pair  travel work  size longest change feeder village
    _preset("plain", N_("Plains"), 3, 5, 4, 30.0, 1.0, 30.0, 10.0, 0.0, 0.0, 0.0, 0.0),
    _preset("hill", N_("Hills"), 3, 5, 4, 30.0, 1.2, 25.0, 10.0, 0.25, 0.0, 0.0, 5.0),
    _preset("mountain", N_("Mountains"), 2, 4, 3, 30.0, 1.5, 20.0, 8.0, 0.5, 0.0, 0.0, 10.0),
    _preset("town", N_("Built-up town"), 3, 6, 5, 30.0, 0.8, 45.0, 10.0, 0.0, 0.0, 5.0, 0.0),
)


def presets() -> Mapping[str, Preset]:
    """Give every preset by its name."""
    return {one.name: one for one in PRESETS}


def weights_of(project: Project) -> Weights:
    """Read the weights of the objective from the project's settings."""
    return Weights(
        travel=setting(project, "group.travel_weight"),
        imbalance_min=setting(project, "group.imbalance_weight_min"),
        size_min=setting(project, "group.size_weight_min"),
        longest=setting(project, "group.longest_weight"),
        change_min=setting(project, "group.change_weight_min"),
        feeder_min=setting(project, "group.feeder_weight_min"),
        village_min=setting(project, "group.village_weight_min"),
    )
