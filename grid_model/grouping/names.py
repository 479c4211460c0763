"""How groups and grids are called: after the village most customers live in, a grid like its group.

The only grid of a group bears the name of the group: 青禾组, 青禾网格. Of several each bears the place of
the group and its own village behind it: 青禾东岭网格. Names are data: a Chinese place gives a Chinese name
whatever language the window speaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from grid_model.project import Project
from resources.i18n import _

MOST_NUMBERS = 10_000
"""So many names with a number are tried."""


def group_names(project: Project, areas: Sequence[str], n: int) -> list[str]:
    """Names a group may take, best first: its places, then numbers from `n` on."""
    named = [place_group(place) for place in places(project, areas)]
    return [*named, *(_("Group {n}").format(n=n + k) for k in range(MOST_NUMBERS))]


def grid_names(
    project: Project, areas: Sequence[str], n: int, group: str = "", alone: bool = True
) -> list[str]:
    """Names a grid may take, best first: its group's, then the place of the group with its own villages.

    Parameters
    ----------
    n
        Number that a grid without place and group begins with.
    group
        Name of its group; empty where nobody serves it.
    alone
        Whether it is the only grid of the group.
    """
    villages = places(project, areas)
    own = place_of_group(group)
    if own:
        named = [*([own] if alone else []), *(join(own, one) for one in villages if one != own)]
        named += [f"{own}{k}" if _chinese(own) else f"{own} {k}" for k in range(2, MOST_NUMBERS)]
    else:
        named = villages
    return [
        *(place_grid(one) for one in named),
        *(_("Grid {n}").format(n=n + k) for k in range(MOST_NUMBERS)),
    ]


def place_of_group(group: str) -> str:
    """Give the place in a group's name, 青禾 of 青禾组; empty where the name is made otherwise."""
    if group.endswith("组"):
        return group.removesuffix("互助组").removesuffix("组")
    for pattern in dict.fromkeys(("{place} group", _("{place} group"))):
        before, _place, after = pattern.partition("{place}")
        if group.startswith(before) and group.endswith(after) and len(group) > len(before) + len(after):
            return group[len(before) : len(group) - len(after)]
    return ""


def join(place: str, village: str) -> str:
    """Put the village of a grid behind the place of its group."""
    return f"{place}{village}" if _chinese(place) and _chinese(village) else f"{place} {village}"


def place_group(place: str) -> str:
    """Call a group after a place."""
    return f"{place}组" if _chinese(place) else _("{place} group").format(place=place)


def place_grid(place: str) -> str:
    """Call a grid after a place."""
    return f"{place}网格" if _chinese(place) else _("{place} grid").format(place=place)


def places(project: Project, areas: Sequence[str]) -> list[str]:
    """Name the villages of some areas, the one with most customers first, then the towns."""
    villages = project.frame("villages").set_index("id")
    rows = project.frame("transformer_areas")
    rows = rows.loc[rows["id"].isin(areas) & rows["village"].isin(villages.index)]
    customers = project.frame("customers")["transformer_area"].value_counts()
    weight = 1 + customers.reindex(rows["id"]).fillna(0).to_numpy(dtype=float)
    by_village = pd.Series(weight, index=rows["village"].to_numpy(dtype=object)).groupby(level=0).sum()
    ordered = sorted(by_village.items(), key=lambda one: (-one[1], one[0]))
    names = [_short(str(villages.at[one, "name"])) for one, _weight in ordered]
    towns = villages["town"].reindex([one for one, _weight in ordered]).dropna()
    return [*dict.fromkeys([*names, *(_short(str(one)) for one in towns)])]


def _short(place: str) -> str:
    """Cut 村, 镇, 乡, 街道 from the end of a place's name, as people say it."""
    for ending in ("街道", "社区", "村", "镇", "乡"):
        if place.endswith(ending) and len(place) > len(ending) + 1:
            return place.removesuffix(ending)
    return place


def _chinese(place: str) -> bool:
    return any("㐀" <= letter <= "鿿" or letter >= "\U00020000" for letter in place)


def unused(names: Iterable[str], taken: set[str]) -> str:
    """Give the first name that is free."""
    return next(name for name in names if name not in taken)
