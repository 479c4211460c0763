"""Which tint of the theme each group and grid bears: the same on the map, on paper and in the web map."""

from __future__ import annotations

from grid_model.project import Project


def group_tints(project: Project, scheme: str) -> dict[str, int]:
    """Give the tint number of each group of a scheme: its own colour, else its turn in the table."""
    groups = project.frame("mutual_aid_groups")
    groups = groups[groups["scheme"] == scheme]
    colors = groups["color"].fillna(-1).astype(int)
    return {
        str(one): int(color) if color >= 0 else n
        for n, (one, color) in enumerate(zip(groups["id"], colors, strict=True))
    }


def grid_tints(project: Project, scheme: str) -> dict[str, int]:
    """Give the tint number of each grid of a scheme.

    A grid bears its group's tint while that tells the grids apart; where a group has several grids, or a
    grid none, every grid gets a tint of its own, in the order of the grid numbers.
    """
    grids = project.frame("service_grids")
    grids = grids[grids["scheme"] == scheme]
    of_group = group_tints(project, scheme)
    found = [of_group.get(str(one), -1) for one in grids["mutual_aid_group"].fillna("")]
    ids = [str(one) for one in grids["id"]]
    if -1 in found or len(set(found)) < len(found):
        numbers = grids["number"].fillna(grids["id"])
        ids = [one for _number, one in sorted(zip(numbers, ids, strict=True))]
        found = list(range(len(ids)))
    return dict(zip(ids, found, strict=True))
