"""The roster of a scheme as a workbook: an overview, then one sheet for every mutual-aid group.

Names and phones of managers are masked unless that is lifted for a purpose, as in every list.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gis.masking import MASKED, Disclosure
from gis.planning import Basis
from gis.provenance import Provenance
from gis.sheets import Sheet, write_sheets
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.compare import SchemeGroup, scheme_groups
from grid_model.grouping.guarding import guarding_pairs
from grid_model.grouping.plan import GroupingOptions
from grid_model.grouping.scheme_edits import owners, stand_ins
from grid_model.project import Project
from grid_model.table import plain
from resources.i18n import _


@dataclass(frozen=True)
class Member:
    """One manager of a group as far as may be told.

    Parameters
    ----------
    roles
        Words: work leader, guardian; empty for neither.
    guard
        Name of who guards him, empty where nobody does.
    areas, customers
        What he answers for under the scheme.
    stands_in
        Areas he stands in for.
    """

    id: str
    name: str
    phone: str
    roles: str
    guard: str
    areas: tuple[str, ...]
    customers: int
    workload: float
    stands_in: int
    vehicle: str = ""


@dataclass(frozen=True)
class GroupCard:
    """One mutual-aid group on paper.

    Parameters
    ----------
    grids
        Names of its service grids.
    longest_min
        Minutes between the two members farthest apart; NaN where unknown.
    load_ratio
        Work of the group over the mean of as many managers.
    """

    group: SchemeGroup
    leader: str
    members: tuple[Member, ...]
    grids: tuple[str, ...]
    areas: int
    customers: int
    workload: float
    load_ratio: float
    longest_min: float
    color: int


def group_cards(
    project: Project, scheme: str, basis: Basis, disclosure: Disclosure = MASKED
) -> tuple[GroupCard, ...]:
    """Tell about every group of a scheme, in the order of their numbers.

    Parameters
    ----------
    scheme
        Its id; raises `GridError` ``unknown-object``.
    basis
        Of the project as the scheme says (`gis.replanning.scheme_basis`).

    Raises
    ------
    GridError
        ``no-groups`` where the scheme has none.
    """
    project.table("schemes").position(scheme)
    groups = scheme_groups(project, scheme)
    if not groups:
        raise GridError("no-groups", scheme=str(project.table("schemes").row(scheme)["name"]))
    cards = _Cards(project, scheme, basis, disclosure)
    return tuple(cards.card(group) for group in groups.values())


class _Cards:
    """What the cards of one scheme have in common."""

    def __init__(self, project: Project, scheme: str, basis: Basis, disclosure: Disclosure) -> None:
        self._project = project
        self._basis = basis
        self._disclosure = disclosure
        self._problem = basis.problem(GroupingOptions(project_rules=False))
        rows = project.frame("service_grids")
        self._grids = rows.loc[rows["scheme"] == scheme].sort_values(["number", "id"])
        self._areas: dict[str, list[str]] = {}
        for area, manager in sorted(owners(project, scheme).items()):
            if manager is not None:
                self._areas.setdefault(manager, []).append(area)
        self._stands_in: dict[str, int] = {}
        for one in stand_ins(project, scheme).values():
            if one is not None:
                self._stands_in[one] = self._stands_in.get(one, 0) + 1
        customers = project.frame("customers")
        self._customers = customers.loc[customers["status"] == "active", "transformer_area"].value_counts()

    def card(self, group: SchemeGroup) -> GroupCard:
        row = self._project.table("mutual_aid_groups").row(group.id)
        planned = [one for one in group.members if one in self._problem.members]
        guards = {one.manager: one.guard for one in guarding_pairs(self._problem, planned)}
        members = [self._member(one, row["leader"], guards.get(one)) for one in group.members]
        members.sort(key=lambda one: (one.id != row["leader"], one.id))
        at = self._problem.positions(planned)
        pairs = self._problem.pair_minutes[np.ix_(at, at)]
        work = float(self._problem.workload[at].sum())
        mean = self._problem.mean * len(at)
        return GroupCard(
            group=group,
            leader=next((one.name for one in members if one.id == row["leader"]), ""),
            members=tuple(members),
            grids=tuple(
                str(name)
                for name, own in zip(self._grids["name"], self._grids["mutual_aid_group"], strict=True)
                if own == group.id
            ),
            areas=sum(len(one.areas) for one in members),
            customers=sum(one.customers for one in members),
            workload=work,
            load_ratio=work / mean if mean > 0 else 1.0,
            longest_min=float(pairs.max()) if len(at) > 1 else float("nan"),
            color=int(row["color"] or 0),
        )

    def _member(self, manager: str, leader: str | None, guard: str | None) -> Member:
        areas = tuple(self._areas.get(manager, ()))
        people = self._project.table("district_managers")
        row = people.row(manager) if manager in people else {}
        work = self._basis.work.managers["index"]
        return Member(
            id=manager,
            name=self._name(manager),
            phone=self._disclosure.phone(row.get("phone") or ""),
            roles=self._roles(manager, leader),
            guard=self._name(guard) if guard else "",
            areas=areas,
            customers=int(self._customers.reindex(list(areas)).fillna(0).sum()),
            workload=float(work.get(manager, 0.0)),
            stands_in=self._stands_in.get(manager, 0),
            vehicle=plain(row.get("vehicle")) or "",
        )

    def _name(self, manager: str) -> str:
        people = self._project.table("district_managers")
        return self._disclosure.name(people.row(manager)["name"] or "") if manager in people else manager

    def _roles(self, manager: str, leader: str | None) -> str:
        able = self._basis.able
        if not able.known:
            return _("Leader") if manager == leader else ""
        roles = [
            *([_("Leader")] if manager == leader else []),
            *([_("Work leader")] if manager in able.leaders else []),
            *([_("Guardian")] if manager in able.guards else []),
        ]
        return _(", ").join(roles) or _("neither leads nor guards")


def write_roster(
    path: Path,
    project: Project,
    scheme: str,
    basis: Basis,
    disclosure: Disclosure = MASKED,
    feedback: Feedback = SILENT,
) -> int:
    """Write the roster; give how many groups it holds.

    Raises
    ------
    GridError
        As `group_cards`; ``bad-output-name``, ``cannot-write``.
    """
    if path.suffix.lower() != ".xlsx":
        raise GridError("bad-output-name", file=str(path), suffix=".xlsx")
    cards = group_cards(project, scheme, basis, disclosure)
    name = str(project.table("schemes").row(scheme)["name"])
    says = f"{Provenance.of(project).sentence} · {_(disclosure.label)}"
    if disclosure.unmasked:
        says += " · " + _("Purpose: {purpose}").format(purpose=disclosure.purpose)
    foot = (_("Scheme “{scheme}”").format(scheme=name), says)
    write_sheets(path, (_overview(cards, foot), *_sheets(project, cards, foot)), feedback)
    return len(cards)


def _overview(cards: tuple[GroupCard, ...], foot: tuple[str, ...]) -> Sheet:
    headings = (
        _("Group number"),
        _("Group"),
        _("Leader"),
        _("Members"),
        _("Service grids"),
        _("Area count"),
        _("Customer count"),
        _("Workload"),
        _("Load (%)"),
        _("Longest way (min)"),
    )
    rows = [
        (
            card.group.number,
            card.group.name,
            card.leader,
            "、".join(one.name for one in card.members),
            "、".join(card.grids),
            card.areas,
            card.customers,
            round(card.workload, 2),
            round(100 * card.load_ratio),
            None if np.isnan(card.longest_min) or np.isinf(card.longest_min) else round(card.longest_min),
        )
        for card in cards
    ]
    return Sheet(_("Overview"), headings, rows, foot)


def _sheets(project: Project, cards: tuple[GroupCard, ...], foot: tuple[str, ...]) -> list[Sheet]:
    headings = (
        _("Staff number"),
        _("District manager"),
        _("Phone"),
        _("Roles"),
        _("Guarded by"),
        _("Area count"),
        _("Customer count"),
        _("Workload"),
        _("Stands in for areas"),
        _("Vehicle"),
        _("Transformer areas"),
    )
    areas = project.table("transformer_areas")
    sheets: list[Sheet] = []
    taken: set[str] = {_("Overview"), _("About this list")}
    for card in cards:
        rows = [
            (
                one.id,
                one.name,
                one.phone,
                one.roles,
                one.guard or "—",
                len(one.areas),
                one.customers,
                round(one.workload, 2),
                one.stands_in,
                one.vehicle,
                "、".join(plain(areas.row(area)["name"]) or area for area in one.areas),
            )
            for one in card.members
        ]
        sheets.append(Sheet(_free_title(card, taken), headings, rows, foot))
    return sheets


def _free_title(card: GroupCard, taken: set[str]) -> str:
    """Name a sheet: at most 31 characters, no two alike."""
    full = f"{card.group.number} {card.group.name}".strip()
    title = full[:31]
    n = 2
    while title.casefold() in {one.casefold() for one in taken}:
        title = f"{full[:27]} {n}"
        n += 1
    taken.add(title)
    return title
