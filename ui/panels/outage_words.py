"""The words of the task Outage that its panels share."""

from __future__ import annotations

from collections.abc import Sequence

from gis.study_words import step_sentence
from grid_model.project import Project
from grid_model.study import Stage
from grid_model.study_steps import StudyStep
from resources.i18n import N_, _, ngettext
from ui import formats, objects
from ui.outage_answer import Answer, Refusal
from ui.panels.steps_view import StepRow

STATES = {"normal": N_("Normal state"), "current": N_("Current state")}


def step_rows(
    project: Project,
    steps: Sequence[StudyStep],
    times: Sequence[str],
    answer: Answer | None,
    refusal: Refusal | None,
) -> tuple[StepRow, ...]:
    """Write the steps as they are shown: what each did, which one cannot be done, which wait for it."""
    stages = answer.study.stages if answer is not None else ()
    rows = []
    for at, step in enumerate(steps):
        text = step_sentence(project, step)
        if at < len(stages) and (refusal is None or at < refusal.at):
            rows.append(_played(text, times[at], stages[at], stages[at - 1] if at else None))
        elif refusal is not None and at == refusal.at:
            rows.append(StepRow(times[at], text, refusal=objects.problem_sentence(project, refusal.error)))
        else:
            rows.append(StepRow(times[at], text, waits=refusal is not None))
    return tuple(rows)


def _played(text: str, time: str, stage: Stage, before: Stage | None) -> StepRow:
    badge, color = "", "grey"
    if stage.customers_back:
        badge, color = _("{count} back").format(count=formats.whole(len(stage.customers_back))), "green"
    elif stage.customers_out:
        badge, color = _("{count} out").format(count=formats.whole(len(stage.customers_out))), "grey"
    return StepRow(time, text, _detail(stage, before), badge, color)


def _detail(stage: Stage, before: Stage | None) -> str:
    """Say what is out after a step and what it has cost so far; nothing where nothing changed."""
    parts = []
    if not stage.counts.mv_users and not stage.counts.lv_customers:
        if before is None or before.counts.lv_customers or before.counts.mv_users:
            parts.append(_("nobody is out"))
    elif before is None or stage.counts != before.counts:
        parts.append(
            _("out now: MV {mv}, LV {lv}").format(
                mv=formats.whole(stage.counts.mv_users), lv=formats.whole(stage.counts.lv_customers)
            )
        )
    if stage.trip is not None and (stage.opened or stage.trip.sources):
        parts.insert(0, _("trips: {devices}").format(devices=_names(stage)))
    if before is not None and stage.user_hours.mv_users > before.user_hours.mv_users:
        parts.append(_("user-hours {hours}").format(hours=formats.number(stage.user_hours.mv_users, 3)))
    return " · ".join(parts)


def _names(stage: Stage) -> str:
    project = stage.outage.project
    devices = [objects.object_name(project, one.table, one.id) for one in stage.opened]
    sources = stage.trip.sources if stage.trip is not None else ()
    return _("、").join([*devices, *sources])


def warnings_of(answer: Answer, n: int) -> list[str]:
    """Say what to mind after step `n`: back-feed, loops, what is live from behind, who is not counted."""
    study = answer.study
    stage = study.stages[n - 1] if n else study.stages[0]
    project = study.project
    found = _back_feed(answer)
    if stage.trip is not None and stage.trip.sources:
        found.append(_("No protective device stands before the fault: the source itself trips."))
    if n and stage.loops:
        found.append(
            ngettext(
                "After this step {count} loop is closed (parallel operation).",
                "After this step {count} loops are closed (parallel operation).",
                len(stage.loops),
            ).format(count=len(stage.loops))
        )
    if n and stage.live_from_behind:
        names = [objects.object_name(project, one.table, one.id) for one in stage.live_from_behind[:4]]
        found.append(
            _("Live from behind: {devices}. Treat both sides as live.").format(devices=_("、").join(names))
        )
    if n and stage.isolation is not None and stage.isolation.passed_over:
        names = [objects.object_name(project, one.table, one.id) for one in stage.isolation.passed_over[:4]]
        found.append(_("Passed over, cannot be operated: {devices}").format(devices=_("、").join(names)))
    found += _not_counted(study.unlinked, study.unknown, study.already_out)
    return found


def _back_feed(answer: Answer) -> list[str]:
    feeds = answer.study.back_feed
    units = [one for one in feeds if one.kind in ("pv", "battery")]
    own = sum(one.kind == "generator" for one in feeds)
    second = sum(one.kind == "second_supply" for one in feeds)
    parts = []
    if units:
        power = formats.number(sum(one.rated_kw or 0.0 for one in units), 0)
        parts.append(
            ngettext(
                "{count} PV or storage unit, {power} kW",
                "{count} PV or storage units, {power} kW",
                len(units),
            ).format(count=len(units), power=power)
        )
    if own:
        parts.append(ngettext("{count} own generator", "{count} own generators", own).format(count=own))
    if second:
        parts.append(
            ngettext("{count} second supply", "{count} second supplies", second).format(count=second)
        )
    if not parts:
        return []
    return [_("⚠ Back-feed: {what}. Disconnect, verify dead, earth.").format(what=_("; ").join(parts))]


def _not_counted(unlinked: int, unknown: int, already_out: int) -> list[str]:
    found = []
    if unlinked:
        found.append(
            ngettext(
                "{count} customer is linked to no area and not counted.",
                "{count} customers are linked to no area and not counted.",
                unlinked,
            ).format(count=formats.whole(unlinked))
        )
    others = unknown - unlinked
    if others > 0:
        found.append(
            ngettext(
                "{count} customer has no path to a source in the normal state: undetermined.",
                "{count} customers have no path to a source in the normal state: undetermined.",
                others,
            ).format(count=formats.whole(others))
        )
    if already_out:
        found.append(
            ngettext(
                "{count} customer was out before and is not counted.",
                "{count} customers were out before and are not counted.",
                already_out,
            ).format(count=formats.whole(already_out))
        )
    return found


def feed_name(project: Project, feed: tuple[str, str]) -> str:
    """Name what restores a part: the tie it comes over, else the feeder it normally hangs on."""
    feeder, tie = feed
    where = objects.object_name(project, "feeders", feeder)
    if feeder not in project.table("feeders") and feeder in project.table("switches"):
        where = objects.object_name(project, "switches", feeder)
    if tie:
        return _("Fed over {tie} from {feeder}").format(
            tie=objects.object_name(project, "switches", tie), feeder=where
        )
    return _("Fed again from {feeder}").format(feeder=where)
