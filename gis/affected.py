"""Who belongs on the list of an outage, from a trace or from a study with times: one form for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gis.study_words import reasons_in_list, stage_sentence, when
from grid_model.project import Project
from grid_model.reasons import closed_after, reasons_of
from grid_model.study import OutageStudy
from grid_model.study_customers import BASES
from grid_model.study_reliability import reliability
from grid_model.topology import TopologyIndex
from grid_model.tracing import Outage, OutageTrace
from resources.i18n import _


@dataclass(frozen=True)
class Entries:
    """The customers of a list, column by column, in any order.

    Parameters
    ----------
    ids, status, basis
        ``out``, ``backup``, ``already_out`` or ``unknown``; basis as in `grid_model.study_customers`.
    off, on, reasons
        As they are shown; empty where there is nothing to say.
    """

    ids: tuple[str, ...]
    status: tuple[str, ...]
    basis: tuple[str, ...]
    off: tuple[str, ...]
    on: tuple[str, ...]
    reasons: tuple[str, ...]


def entries_of(project: Project, outage: OutageTrace | OutageStudy) -> Entries:
    """List who is affected, and say why."""
    return _of_study(outage) if isinstance(outage, OutageStudy) else _of_trace(project, outage)


def _of_trace(project: Project, trace: OutageTrace) -> Entries:
    ids = (*trace.customers, *trace.backup)
    status = ("out",) * len(trace.customers) + ("backup",) * len(trace.backup)
    basis = tuple(BASES[one] for one in (*trace.customers_basis, *trace.backup_basis))
    outage = Outage.of(project, trace.state)
    closed = closed_after(outage.before, trace)
    after = Outage(
        project, outage.consumers, outage.before, TopologyIndex(outage.before.wiring, trace.state, closed)
    )
    reasons = reasons_of(after, dict(zip(ids, status, strict=True)))
    said = tuple(reasons_in_list(project, [reasons[one] for one in ids]))
    nothing = ("",) * len(ids)
    return Entries(ids, status, basis, nothing, nothing, said)


def _of_study(study: OutageStudy) -> Entries:
    listed = study.customers
    traced = [one.id for one in listed if one.basis != "manual"]
    reasons = study.reasons(traced)
    told = dict(zip(traced, reasons_in_list(study.project, [reasons[one] for one in traced]), strict=True))
    said = tuple(one.reason if one.basis == "manual" else told[one.id] for one in listed)
    return Entries(
        tuple(one.id for one in listed),
        tuple(one.status for one in listed),
        tuple(one.basis for one in listed),
        tuple(_(", ").join(when(off) for off, _on in one.spells) for one in listed),
        tuple(
            _(", ").join(_("not restored") if on is None else when(on) for _off, on in one.spells)
            for one in listed
        ),
        said,
    )


def course(project: Project, study: OutageStudy) -> list[Sequence[Any]]:
    """Give the course of a study row by row: step, time, what is done, who is out, user-hours so far."""
    return [
        (
            stage.n,
            when(stage.step.time),
            stage_sentence(study, stage),
            stage.counts.mv_users,
            stage.counts.lv_customers,
            stage.counts.transformer_areas,
            len(stage.customers_back),
            round(stage.user_hours.mv_users, 3),
            round(stage.user_hours.lv_customers, 3),
        )
        for stage in study.stages
    ]


def study_facts(study: OutageStudy) -> list[tuple[str, Any]]:
    """Give what a study tells as a whole: user-hours both ways, the reliability figures, what is left out."""
    figures = reliability(study)
    hours, together = study.user_hours, study.all_hours
    most = max(study.stages, key=lambda one: (one.counts.mv_users, one.counts.lv_customers)).counts
    facts: list[tuple[str, Any]] = [
        (_("Begins"), when(study.start)),
        (_("Counted up to"), when(study.until)),
        (_("Most MV users out at once"), most.mv_users),
        (_("Most LV customers out at once"), most.lv_customers),
        (_("User-hours by MV users"), round(hours.mv_users, 3)),
        (_("User-hours by LV customers"), round(hours.lv_customers, 3)),
    ]
    if study.manual.entries:
        facts += [
            (_("LV customers entered by hand"), study.manual.counts.lv_customers),
            (_("User-hours by MV users with what was entered by hand"), round(together.mv_users, 3)),
            (_("User-hours by LV customers with what was entered by hand"), round(together.lv_customers, 3)),
        ]
    if figures.users:
        facts += [
            (_("MV users of the station (N)"), figures.users),
            (_("Share of SAIDI (h per user)"), round(figures.saidi_h or 0.0, 4)),
            (_("Share of SAIFI (times per user)"), round(figures.saifi or 0.0, 4)),
            (_("CAIDI (h)"), "—" if figures.caidi_h is None else round(figures.caidi_h, 3)),
            (
                _("Loss of supply availability (ASAI, %)"),
                round(100 * (figures.asai_loss or 0), 5),
            ),
        ]
    return [
        *facts,
        (_("Customers not restored"), len(study.not_restored)),
        (_("Customers without supply before the first step"), study.already_out),
        (_("Customers not traceable to a source"), study.unknown),
        (_("of them linked to nothing"), study.unlinked),
    ]
