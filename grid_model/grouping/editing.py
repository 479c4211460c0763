"""Plans changed by hand: areas painted, managers moved, grids split and merged, groups locked.

Every change is one edit that keeps a scheme in one piece: who is in which group, which area is in which
grid, and who answers for it agree afterwards; a grid or group that lost everything goes. Shapes are not
this package's business: whoever makes an edit may give a `Shape` that draws the outline of a grid from its
areas; without one a grid that changed has no outline until it is drawn anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.grouping.names import grid_names, group_names, unused
from grid_model.grouping.scheme_edits import owners, put_assignments, stand_ins
from grid_model.grouping.schemes import fresh_ids, scheme_in_force
from grid_model.project import Draft, Project
from grid_model.qualification import qualifications
from resources.i18n import N_

Shape: TypeAlias = Callable[[Sequence[str]], tuple[bytes | None, str | None]]
"""From area ids to the grid's outline (WKB in the project's coordinates) and where it comes from."""


@dataclass(frozen=True)
class PaintAreas:
    """Put areas under another manager; they go to a grid of his group.

    Where he was their stand-in, the manager before becomes it if he may stand in. In the scheme in force the
    areas themselves change, in any other only what the scheme says of them.

    Parameters
    ----------
    scheme
        Its id; None where there is no scheme at all.
    manager
        None: nobody answers for them.
    """

    scheme: str | None
    areas: tuple[str, ...]
    manager: str | None
    shape: Shape | None = field(default=None, compare=False, repr=False)
    title: str = N_("Put areas under {manager}: {areas}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"manager": self.manager or "—", "areas": _some(self.areas)}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Paint; raises ``unknown-object``, ``area-locked``."""
        if self.manager is not None:
            project.table("district_managers").position(self.manager)
        hand = _Hand(project, self.scheme, self.shape)
        hand.give(self.areas, self.manager)
        return hand.finish()


@dataclass(frozen=True)
class MoveManagers:
    """Put managers into another group of the scheme, their areas into its grids.

    Parameters
    ----------
    group
        Its id; None founds a new group of them.
    """

    scheme: str
    managers: tuple[str, ...]
    group: str | None
    shape: Shape | None = field(default=None, compare=False, repr=False)
    title: str = N_("Move managers {managers} to group {group}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"managers": _some(self.managers), "group": self.group or "—"}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Move; raises ``unknown-object``, ``group-locked``, ``group-of-another-scheme``."""
        hand = _Hand(project, self.scheme, self.shape)
        hand.move(self.managers, self.group)
        return hand.finish()


@dataclass(frozen=True)
class SplitGrid:
    """Make some areas of a grid a grid of their own, of the same group."""

    grid: str
    areas: tuple[str, ...]
    name: str = ""
    shape: Shape | None = field(default=None, compare=False, repr=False)
    title: str = N_("Split grid {grid}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"grid": self.grid}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Split; raises ``unknown-object``, ``areas-not-in-grid``, ``grid-would-be-empty``."""
        row = project.table("service_grids").row(self.grid)
        hand = _Hand(project, row["scheme"], self.shape)
        own = hand.areas_of_grid(self.grid)
        strange = [one for one in self.areas if one not in own]
        if strange:
            raise GridError("areas-not-in-grid", areas=_some(strange), grid=self.grid)
        if not self.areas or set(own) == set(self.areas):
            raise GridError("grid-would-be-empty", grid=self.grid)
        hand.put_into_grid(self.areas, hand.new_grid(row["mutual_aid_group"], self.areas, self.name))
        return hand.finish()


@dataclass(frozen=True)
class MergeGrids:
    """Make several grids of one group one; the first goes on with its name and number."""

    grids: tuple[str, ...]
    shape: Shape | None = field(default=None, compare=False, repr=False)
    title: str = N_("Merge grids {grids}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"grids": _some(self.grids)}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Merge; raises ``unknown-object``, ``merge-needs-two``, ``grids-of-different-groups``."""
        rows = [project.table("service_grids").row(one) for one in dict.fromkeys(self.grids)]
        if len(rows) < 2:
            raise GridError("merge-needs-two")
        if len({(row["scheme"], row["mutual_aid_group"]) for row in rows}) > 1:
            raise GridError("grids-of-different-groups", grids=_some(self.grids))
        hand = _Hand(project, rows[0]["scheme"], self.shape)
        for row in rows[1:]:
            hand.put_into_grid(hand.areas_of_grid(row["id"]), rows[0]["id"])
        return hand.finish()


@dataclass(frozen=True)
class LockGroups:
    """Lock groups (a new grouping keeps their members) or unlock them."""

    groups: tuple[str, ...]
    locked: bool = True

    @property
    def title(self) -> str:
        """What was done."""
        return N_("Lock groups {groups}") if self.locked else N_("Unlock groups {groups}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"groups": _some(self.groups)}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Lock; raises ``unknown-object``."""
        draft = project.edit()
        draft.update("mutual_aid_groups", list(dict.fromkeys(self.groups)), locked=self.locked)
        return draft.finish()


@dataclass(frozen=True)
class LockAreas:
    """Lock areas to their manager of the scheme (a new assignment leaves them), or unlock them."""

    scheme: str
    areas: tuple[str, ...]
    locked: bool = True

    @property
    def title(self) -> str:
        """What was done."""
        return N_("Lock areas {areas}") if self.locked else N_("Unlock areas {areas}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"areas": _some(self.areas)}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Lock; raises ``unknown-object``."""
        project.table("schemes").position(self.scheme)
        known = owners(project, self.scheme)
        backups = stand_ins(project, self.scheme)
        areas = list(dict.fromkeys(self.areas))
        for one in areas:
            project.table("transformer_areas").position(one)
        draft = project.edit()
        put_assignments(draft, self.scheme, {one: (known[one], backups[one]) for one in areas})
        rows = draft.project.frame("area_assignments")
        rows = rows.loc[(rows["scheme"] == self.scheme) & rows["transformer_area"].isin(areas)]
        draft.update("area_assignments", list(rows["id"]), locked=self.locked)
        return draft.finish()


@dataclass(frozen=True)
class PutAssignment:
    """Write who answers for areas, and who stands in, into a scheme; the areas go to their managers' grids.

    Parameters
    ----------
    managers, stand_ins
        By area id; what is not named stays, but where a stand-in takes over, the manager before becomes the
        stand-in if he may. Locks of areas stand.
    """

    scheme: str
    managers: Mapping[str, str | None] = field(default_factory=dict)
    stand_ins: Mapping[str, str | None] = field(default_factory=dict)
    shape: Shape | None = field(default=None, compare=False, repr=False)
    title: str = N_("Assign areas to managers in scheme {scheme}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"scheme": self.scheme}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Write; raises ``unknown-object``."""
        hand = _Hand(project, self.scheme, self.shape)
        hand.assign(self.managers, self.stand_ins)
        return hand.finish()


class _Hand:
    """One scheme while it is changed."""

    def __init__(self, project: Project, scheme: str | None, shape: Shape | None) -> None:
        if scheme is not None:
            project.table("schemes").position(scheme)
        self._draft: Draft = project.edit()
        self._scheme = scheme
        self._shape = shape
        self._owners = owners(project, scheme)
        self._backups = stand_ins(project, scheme)
        self._in_force = scheme is None or scheme == scheme_in_force(project)
        self._grid_of = self._column("grid_areas", "transformer_area", "service_grid")
        self._group_of = self._column("group_members", "manager", "mutual_aid_group")
        self._had_members = set(self._group_of.values())
        self._touched: dict[str, None] = {}

    def _rows(self, table: str) -> Any:
        frame = self._draft.project.frame(table)
        return frame.loc[frame["scheme"] == self._scheme]

    def _column(self, table: str, key: str, value: str) -> dict[str, str]:
        rows = self._rows(table)
        return dict(zip(rows[key], rows[value], strict=True))

    # ------------------------------------------------------------------ areas and managers

    def give(self, areas: Sequence[str], manager: str | None) -> None:
        """Put areas under a manager."""
        areas = list(dict.fromkeys(areas))
        for one in areas:
            if one not in self._owners:
                raise GridError("unknown-object", table="transformer_areas", id=one)
        locked = [one for one in areas if one in self._locked and self._owners[one] != manager]
        if locked:
            raise GridError("area-locked", areas=_some(locked))
        self.assign(dict.fromkeys(areas, manager), {})

    @cached_property
    def _locked(self) -> set[str]:
        rows = self._rows("area_assignments")
        return set(rows.loc[rows["locked"], "transformer_area"])

    def assign(self, managers: Mapping[str, str | None], stand_ins: Mapping[str, str | None]) -> None:
        """Set managers and stand-ins, and let the areas follow into the grids."""
        for one in {*managers, *stand_ins}:
            self._draft.project.table("transformer_areas").position(one)
        moved = [area for area, one in managers.items() if self._owners[area] != one]
        stand_ins = {**self._changing_places(managers, moved), **stand_ins}
        self._owners |= managers
        self._backups |= stand_ins
        named = list(dict.fromkeys([*managers, *stand_ins]))
        if self._in_force:
            self._draft.update(
                "transformer_areas",
                named,
                manager=[self._owners[one] for one in named],
                backup_manager=[self._backups[one] for one in named],
            )
        if self._scheme is not None:
            have = set(self._rows("area_assignments")["transformer_area"])
            said = [one for one in named if not self._in_force or one in have]
            rows = {one: (self._owners[one], self._backups[one]) for one in said}
            put_assignments(self._draft, self._scheme, rows)
            self._follow(moved)

    def _changing_places(
        self, managers: Mapping[str, str | None], moved: Iterable[str]
    ) -> dict[str, str | None]:
        """Let the manager before stand in where the stand-in takes over; nobody, where he may not."""
        able = self._may_stand_in
        return {
            area: self._owners[area] if self._owners[area] in able else None
            for area in moved
            if managers[area] is not None and self._backups[area] == managers[area]
        }

    @cached_property
    def _may_stand_in(self) -> set[str]:
        """Who is on duty and, where certificates are known, able to guard."""
        people = self._draft.project.frame("district_managers")
        there = set(people.loc[people["active"], "id"])
        judged = qualifications(self._draft.project)
        return there & judged.guards if judged.known else there

    def move(self, managers: Sequence[str], group: str | None) -> None:
        """Put managers into a group, their areas into its grids."""
        managers = list(dict.fromkeys(managers))
        for one in managers:
            self._draft.project.table("district_managers").position(one)
        if group is not None and self._group(group)["scheme"] != self._scheme:
            raise GridError("group-of-another-scheme", group=group)
        left = list(dict.fromkeys(self._group_of[one] for one in managers if one in self._group_of))
        for one in (*left, *([group] if group else [])):
            if self._group(one)["locked"] and any(self._group_of.get(m) != group for m in managers):
                raise GridError("group-locked", group=self._group(one)["name"])
        target = group or self._new_group(managers)
        self._put_members(managers, target)
        for one in dict.fromkeys([*left, target]):
            self._see_to_leader(one)
        self._follow([area for area, one in self._owners.items() if one in managers])

    def _group(self, group: str) -> dict[str, Any]:
        return self._draft.project.table("mutual_aid_groups").row(group)

    def _put_members(self, managers: Sequence[str], group: str) -> None:
        rows = self._rows("group_members")
        have = dict(zip(rows["manager"], rows["id"], strict=True))
        stay = [have[one] for one in managers if one in have]
        self._draft.update("group_members", stay, mutual_aid_group=group)
        fresh = fresh_ids(self._draft.project, "group_members", f"{self._scheme}-M{{n:04d}}")
        come = [
            {"id": next(fresh), "scheme": self._scheme, "mutual_aid_group": group, "manager": one}
            for one in managers
            if one not in have
        ]
        if come:
            self._draft.insert("group_members", come)
        self._group_of |= dict.fromkeys(managers, group)

    def _new_group(self, managers: Sequence[str]) -> str:
        project, rows = self._draft.project, self._rows("mutual_aid_groups")
        own = next(fresh_ids(project, "mutual_aid_groups", f"{self._scheme}-G{{n:02d}}"))
        areas = [area for area, one in self._owners.items() if one in managers]
        number = next(n for n in range(1, len(rows) + 2) if n not in _numbers(rows["number"]))
        width = max((len(str(one)) for one in rows["number"].dropna()), default=2)
        row = {
            "id": own,
            "scheme": self._scheme,
            "number": f"{number:0{width}d}",
            "name": unused(group_names(project, areas, number), set(rows["name"])),
            "color": next(n for n in range(len(rows) + 1) if n not in _numbers(rows["color"])),
        }
        self._draft.insert("mutual_aid_groups", [row])
        return own

    def _see_to_leader(self, group: str) -> None:
        """A leader who left is followed by the member who may lead, the lowest staff number first."""
        members = sorted(one for one, own in self._group_of.items() if own == group)
        if self._group(group)["leader"] in members:
            return
        able = qualifications(self._draft.project)
        self._draft.update("mutual_aid_groups", [group], leader=able.proposed_leader(members))

    # ---------------------------------------------------------------------------- grids

    def areas_of_grid(self, grid: str) -> tuple[str, ...]:
        """Give the areas of a grid, sorted."""
        return tuple(sorted(area for area, one in self._grid_of.items() if one == grid))

    def _follow(self, areas: Iterable[str]) -> None:
        """Put areas into a grid of their manager's group; those of nobody and of no group stay."""
        for group, own in self._by_group(areas).items():
            for grid, some in self._by_grid(group, own).items():
                self.put_into_grid(some, grid)

    def _by_group(self, areas: Iterable[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for area in sorted(areas):
            group = self._group_of.get(self._owners.get(area) or "")
            if group is not None:
                found.setdefault(group, []).append(area)
        return found

    def _by_grid(self, group: str, areas: Sequence[str]) -> dict[str, list[str]]:
        """Choose for each area the grid of the group where most of its manager's areas are."""
        grids = self._rows("service_grids")
        own = sorted(grids.loc[grids["mutual_aid_group"] == group, "id"])
        if not own:
            return {self.new_grid(group, areas): list(areas)}
        count: dict[str | None, Counter[str]] = {}
        for area, grid in self._grid_of.items():
            if grid in own:
                count.setdefault(self._owners.get(area), Counter())[grid] += 1
        found: dict[str, list[str]] = {}
        for area in areas:
            if self._grid_of.get(area) in own:
                continue
            his = count.get(self._owners[area], Counter())
            found.setdefault(min(own, key=lambda one: (-his[one], one)), []).append(area)
        return found

    def put_into_grid(self, areas: Sequence[str], grid: str) -> None:
        """Put areas into a grid, out of the one they are in."""
        rows = self._rows("grid_areas")
        have = dict(zip(rows["transformer_area"], rows["id"], strict=True))
        areas = [one for one in areas if self._grid_of.get(one) != grid]
        self._draft.update("grid_areas", [have[one] for one in areas if one in have], service_grid=grid)
        fresh = fresh_ids(self._draft.project, "grid_areas", f"{self._scheme}-A{{n:05d}}")
        come = [
            {"id": next(fresh), "scheme": self._scheme, "service_grid": grid, "transformer_area": one}
            for one in areas
            if one not in have
        ]
        if come:
            self._draft.insert("grid_areas", come)
        for one in areas:
            self._touched |= dict.fromkeys([grid, *([self._grid_of[one]] if one in self._grid_of else [])])
            self._grid_of[one] = grid

    def new_grid(self, group: str | None, areas: Sequence[str], name: str = "") -> str:
        """Make an empty grid of a group, named after the villages of `areas`."""
        project, rows = self._draft.project, self._rows("service_grids")
        own = next(fresh_ids(project, "service_grids", f"{self._scheme}-N{{n:02d}}"))
        taken = {str(one) for one in rows["number"].dropna()}
        known = sorted(one for one in taken if one[-3:].isdigit())
        prefix = known[0][:-3] if known else ""
        number = next(one for one in (f"{prefix}{n:03d}" for n in range(1, 10_000)) if one not in taken)
        alone = not (rows["mutual_aid_group"] == group).any()
        served_by = str(self._group(group)["name"] or "") if group else ""
        names = grid_names(project, areas, len(rows) + 1, served_by, alone)
        row = {
            "id": own,
            "scheme": self._scheme,
            "number": number,
            "name": name.strip() or unused(names, set(rows["name"])),
            "mutual_aid_group": group,
        }
        self._draft.insert("service_grids", [row])
        self._touched[own] = None
        return own

    def finish(self) -> tuple[Project, Changes]:
        """Draw the grids that changed, take away what is empty, and give the result."""
        empty = [one for one in self._touched if not self.areas_of_grid(one)]
        self._draft.delete("service_grids", empty)
        left = [one for one in self._touched if one not in empty]
        if left:
            drawn = [self._shape(self.areas_of_grid(one)) if self._shape else (None, None) for one in left]
            outlines, sources = zip(*drawn, strict=True)
            self._draft.update("service_grids", left, geometry=list(outlines), outline_source=list(sources))
        self._without_members()
        return self._draft.finish()

    def _without_members(self) -> None:
        """Take away groups of the scheme that lost their last member, and their empty grids."""
        if self._scheme is None:
            return
        groups = self._rows("mutual_aid_groups")
        held = set(self._group_of.values())
        gone = [one for one in groups["id"] if one not in held and one in self._had_members]
        grids = self._rows("service_grids")
        left = list(grids.loc[grids["mutual_aid_group"].isin(gone), "id"])
        self._draft.update("service_grids", left, mutual_aid_group=None)
        self._draft.delete("mutual_aid_groups", gone)


def _numbers(values: Iterable[Any]) -> set[int]:
    return {int(one) for one in values if one is not None and str(one).isdigit()}


def _some(ids: Sequence[str]) -> str:
    """List ids for a title, at most five of them."""
    return ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")
