"""What changes from one scheme to another as a list: who moves, which areas and customers change hands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gis.csv_table import write_csv
from gis.masking import MASKED, Disclosure
from gis.provenance import Provenance
from gis.sheets import Sheet, write_sheets
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.compare import Comparison, SchemeGroup
from grid_model.project import Project
from grid_model.table import plain
from resources.i18n import N_, _

TERMS = {
    "travel_min": N_("travel"),
    "imbalance_min": N_("uneven work"),
    "size_min": N_("size"),
    "longest_min": N_("longest way"),
    "change_min": N_("change"),
    "feeders_min": N_("feeders cut"),
    "villages_min": N_("villages cut"),
}
"""Terms of the objective, in words."""


def write_changes(
    path: Path,
    project: Project,
    found: Comparison,
    disclosure: Disclosure = MASKED,
    feedback: Feedback = SILENT,
) -> int:
    """Write the change list: ``.xlsx`` (a sheet each for managers, areas, customers, terms) or ``.csv``.

    A csv holds the areas that change hands, the longest list that can be acted on.

    Returns
    -------
    rows
        How many were written.

    Raises
    ------
    GridError
        ``bad-output-name``, ``cannot-write``, ``too-many-rows``.
    """
    sheets = change_sheets(project, found, disclosure)
    if path.suffix.lower() == ".csv":
        areas = sheets[1]
        write_csv(path, areas.headings, areas.rows)
        return len(areas.rows)
    if path.suffix.lower() != ".xlsx":
        raise GridError("bad-output-name", file=str(path), suffix=".xlsx / .csv")
    write_sheets(path, sheets, feedback)
    return sum(len(one.rows) for one in sheets)


def change_sheets(project: Project, found: Comparison, disclosure: Disclosure = MASKED) -> tuple[Sheet, ...]:
    """Give the sheets of a change list: managers, areas, customers, and the terms where they are known."""
    names = [str(project.table("schemes").row(one)["name"]) for one in (found.a, found.b)]
    foot = (
        _("From “{a}” to “{b}”").format(a=names[0], b=names[1]),
        f"{Provenance.of(project).sentence} · {_(disclosure.label)}",
    )
    sheets = [
        _managers(project, found, disclosure, foot),
        _areas(project, found, disclosure, foot),
        _customers(project, found, disclosure, foot),
    ]
    if found.scores_a is not None and found.scores_b is not None:
        sheets.append(_terms(found, names, foot))
    return tuple(sheets)


def _managers(project: Project, found: Comparison, disclosure: Disclosure, foot: tuple[str, ...]) -> Sheet:
    headings = (
        _("Staff number"),
        _("District manager"),
        _("Phone"),
        _("Group before"),
        _("Group after"),
    )
    rows = [
        (
            one.manager,
            *_person(project, one.manager, disclosure),
            _group(found.groups_a, one.before),
            _group(found.groups_b, one.after),
        )
        for one in found.movers
    ]
    return Sheet(_("Managers who change group"), headings, rows, foot)


def _areas(project: Project, found: Comparison, disclosure: Disclosure, foot: tuple[str, ...]) -> Sheet:
    headings = (
        _("Area number"),
        _("Name"),
        _("Manager before"),
        _("Manager after"),
        _("Stand-in before"),
        _("Stand-in after"),
        _("Customers with another manager"),
    )
    areas = project.table("transformer_areas")

    def name(one: str | None) -> str:
        return _person(project, one, disclosure)[0] if one else "—"

    rows = [
        (
            one.area,
            plain(areas.row(one.area)["name"]) or "",
            name(one.manager_before),
            name(one.manager_after),
            name(one.stand_in_before),
            name(one.stand_in_after),
            one.customers,
        )
        for one in found.areas
    ]
    return Sheet(_("Areas that change hands"), headings, rows, foot)


def _customers(project: Project, found: Comparison, disclosure: Disclosure, foot: tuple[str, ...]) -> Sheet:
    headings = (
        _("Customer number"),
        _("Customer name"),
        _("Area number"),
        _("Manager before"),
        _("Manager after"),
        _("Manager's phone"),
    )
    of_area = {one.area: one for one in found.areas}
    table = project.table("customers")
    rows = []
    frame = table.frame.loc[table.frame["id"].isin(found.customers)].sort_values("id")
    for number, name, area in zip(frame["id"], frame["name"], frame["transformer_area"], strict=True):
        change = of_area[area]
        after = _person(project, change.manager_after, disclosure)
        rows.append(
            (
                disclosure.customer_number(number),
                disclosure.name(plain(name) or ""),
                area,
                _person(project, change.manager_before, disclosure)[0],
                *after,
            )
        )
    return Sheet(_("Customers with another manager"), headings, rows, foot)


def _terms(found: Comparison, names: list[str], foot: tuple[str, ...]) -> Sheet:
    assert found.scores_a is not None and found.scores_b is not None
    before, after = found.scores_a.terms, found.scores_b.terms
    rows: list[tuple[str | float | None, ...]] = [
        (_(label), before.get(term), after.get(term), after.get(term, 0.0) - before.get(term, 0.0))
        for term, label in TERMS.items()
    ]
    rows.append(
        (
            _("Total"),
            found.scores_a.cost_min,
            found.scores_b.cost_min,
            found.scores_b.cost_min - found.scores_a.cost_min,
        )
    )
    return Sheet(_("Terms of the cost (min)"), (_("Term"), *names, _("Difference")), rows, foot)


def _person(project: Project, manager: str | None, disclosure: Disclosure) -> tuple[str, str]:
    """Give name and phone of a manager as far as they may be told."""
    people = project.table("district_managers")
    if manager is None or manager not in people:
        return (manager or "—", "")
    row = people.row(manager)
    return disclosure.name(row["name"] or ""), disclosure.phone(row["phone"] or "")


def _group(groups: Mapping[str, SchemeGroup], one: str | None) -> str:
    found = groups.get(one) if one else None
    return f"{found.number} {found.name}".strip() if found else "—"
