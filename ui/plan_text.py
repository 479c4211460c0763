"""What stands beside a plan: ways, guards, cover, the frontier, prices of rules, and who takes over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gis.change_list import TERMS
from grid_model.project import Project
from resources.i18n import N_, _, ngettext
from ui.group_text import persons, reason_document, reason_sentence

if TYPE_CHECKING:
    from gis.cover import Cover
    from gis.planning import Plan
    from gis.replanning import Replan
    from grid_model.grouping.frontier import FrontierPlan
    from grid_model.grouping.rule_prices import RulePrice

LEAST_PLANS = 3
"""Fewer plans on a frontier are explained."""

WHY_TAKEN = {
    "stand-in": N_("stand-in"),
    "group-mate": N_("of the same group"),
    "other": N_("neighbour"),
    "joined": N_("new here"),
}


def number(value: float | None) -> float | None:
    """Give a number that may stand in JSON; what is unknown or endless is null."""
    return None if value is None or not math.isfinite(value) else float(value)


def plan_details(plan: Plan, cover: Cover) -> list[dict[str, Any]]:
    """Give for each group its travel matrix, its guards and which areas are reached in time."""
    from grid_model.grouping.guarding import guarding_pairs

    minutes = plan.problem.minutes
    found = []
    for n, group in enumerate(plan.grouping.groups):
        at = plan.problem.positions(group.members)
        areas = next((grid.areas for grid in plan.grids if grid.group == n), ())
        rows = cover.areas.loc[list(areas)]
        found.append(
            {
                "terms": group.terms,
                "minutes": [[number(minutes[a, b]) for b in at] for a in at],
                "guarding": [
                    {"manager": one.manager, "guard": one.guard, "minutes": number(one.minutes)}
                    for one in guarding_pairs(plan.problem, group.members)
                ],
                "covered": int(rows["covered"].sum()),
                "uncovered": list(rows.index[~rows["covered"]]),
            }
        )
    return found


def details_lines(project: Project, plan: Plan, details: Sequence[dict[str, Any]]) -> list[str]:
    """Say who guards whom, and which areas two qualified persons do not reach in time."""
    lines = []
    for group, one in zip(plan.grouping.groups, details, strict=True):
        pairs = [
            _("{manager} by {guard}").format(
                manager=persons(project, [pair["manager"]]),
                guard=persons(project, [pair["guard"]] if pair["guard"] else []),
            )
            for pair in one["guarding"]
        ]
        lines.append(_("Guarded: {pairs}").format(pairs=_("; ").join(pairs)))
        if one["uncovered"]:
            lines.append(
                _(
                    "Areas of {members} that two qualified members do not reach in time ({count}): {areas}"
                ).format(
                    members=persons(project, group.members),
                    count=len(one["uncovered"]),
                    areas=_(", ").join(one["uncovered"][:10]),
                )
            )
    return lines


# ------------------------------------------------------------------------ frontier


def frontier_document(plans: Sequence[FrontierPlan]) -> list[dict[str, Any]]:
    """Give the plans of a frontier with every term."""
    return [
        {
            "default": one.default,
            "proved": one.proved,
            "gap": number(one.gap),
            "objective": one.grouping.objective,
            "axes": dict(one.axes),
            "weights": dict(one.weights),
            "terms": {name: float(sum(group.terms[name] for group in one.grouping.groups)) for name in TERMS},
            "groups": [
                {
                    "members": list(group.members),
                    "cost_min": group.cost_min,
                    "longest_pair_min": group.longest_pair_min,
                    "load_ratio": group.load_ratio,
                }
                for group in one.grouping.groups
            ],
        }
        for one in plans
    ]


def frontier_lines(plans: Sequence[FrontierPlan]) -> list[str]:
    """Say what each plan of a frontier gives and costs."""
    lines = [
        ngettext(
            "{n} plan between short ways, even work and little change:",
            "{n} plans between short ways, even work and little change:",
            len(plans),
        ).format(n=len(plans))
    ]
    for n, one in enumerate(plans, 1):
        text = _(
            "{n}. travel {travel} min, balance {balance} min, change {change} min; groups {groups}; {proof}"
        ).format(
            n=n,
            travel=f"{one.axes['travel']:.1f}",
            balance=f"{one.axes['balance']:.1f}",
            change=f"{one.axes['change']:.1f}",
            groups=len(one.grouping.groups),
            proof=_proof(one),
        )
        lines.append(text + (" " + _("(best by the weights asked for)") if one.default else ""))
    few = fewer_plans(len(plans))
    return [*lines, few] if few else lines


def _proof(one: FrontierPlan) -> str:
    """Say whether a plan is proved the best for its weights, else how far it may be from that."""
    if one.proved:
        return _("proved")
    return _("not proved") if one.gap is None else _("gap {gap} %").format(gap=f"{100 * one.gap:.1f}")


def fewer_plans(count: int) -> str:
    """Say why fewer than three plans stand beside each other; empty where there are enough."""
    if count >= LEAST_PLANS:
        return ""
    return ngettext(
        "No more than {count} plan came out: every weighing of ways, evenness and change that was tried leads"
        " to it. Other sizes or fewer rules may give more.",
        "No more than {count} plans came out: every weighing of ways, evenness and change that was tried"
        " leads to one of them. Other sizes or fewer rules may give more.",
        count,
    ).format(count=count)


# -------------------------------------------------------------------- prices of rules


def rule_prices_document(project: Project, prices: Sequence[RulePrice]) -> list[dict[str, Any]]:
    """Give each rule with its price."""
    return [
        {
            **reason_document(project, one.rule),
            "price_min": number(one.price),
            "objective_without": number(one.without),
            "proved": one.proved,
        }
        for one in prices
    ]


def rule_prices_lines(project: Project, prices: Sequence[RulePrice]) -> list[str]:
    """Say what each rule costs."""
    lines = [_("What each rule costs:")]
    for one in prices:
        rule = reason_sentence(project, one.rule)
        if one.price is None:
            lines.append(_("  {rule}: too large a question to answer here").format(rule=rule))
        elif one.price < 0.05:
            lines.append(_("  {rule}: nothing").format(rule=rule))
        else:
            pattern = _("  {rule}: {price} min") if one.proved else _("  {rule}: at least {price} min")
            lines.append(pattern.format(rule=rule, price=f"{one.price:.1f}"))
    return lines


# ------------------------------------------------------------------------ least change


def replan_document(project: Project, found: Replan) -> dict[str, Any]:
    """Give who takes over which area, and the plans between little change and low cost."""
    return {
        "without": list(found.absent),
        "joining": list(found.joined),
        "temporary": found.temporary,
        "takeovers": [
            {"area": one.area, "from": one.before, "to": one.after, "why": one.why} for one in found.takeovers
        ],
        "options": [
            {
                "left_mates": one.left_mates,
                "cost_min": one.cost_min,
                "status": one.plan.grouping.status,
                "groups": [list(group.members) for group in one.plan.grouping.groups],
            }
            for one in found.options
        ],
        "notes": [reason_document(project, one) for one in found.notes],
    }


def replan_lines(project: Project, found: Replan) -> list[str]:
    """Say who takes over what."""
    by_pair: dict[tuple[str | None, str, str], list[str]] = {}
    for one in found.takeovers:
        by_pair.setdefault((one.before, one.after, one.why), []).append(one.area)
    lines = []
    for (before, after, why), areas in sorted(by_pair.items(), key=lambda one: (-len(one[1]), str(one[0]))):
        lines.append(
            _("{after} ({why}) takes over from {before}, areas {count}: {areas}").format(
                after=persons(project, [after]),
                why=_(WHY_TAKEN[why]),
                before=persons(project, [before] if before else []),
                count=len(areas),
                areas=_(", ").join(areas[:10]) + (" …" if len(areas) > 10 else ""),
            )
        )
    for n, option in enumerate(found.options, 1):
        lines.append(
            _("Choice {n}: {moved} managers leave their mates; cost without change {cost} min").format(
                n=n, moved=f"{option.left_mates:.1f}", cost=f"{option.cost_min:.1f}"
            )
        )
    lines += [_("Note: {text}").format(text=reason_sentence(project, one)) for one in found.notes]
    return lines
