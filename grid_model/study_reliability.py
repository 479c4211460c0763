"""What an outage adds to the reliability figures of the station (DL/T 836, `DOMAIN` §5.2)."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from grid_model.customers import Consumers
from grid_model.settings import setting
from grid_model.study import OutageStudy
from grid_model.study_customers import Spell
from grid_model.study_steps import hours_between


@dataclass(frozen=True)
class Reliability:
    """The share of one outage in a year's figures, by MV users.

    Parameters
    ----------
    users
        N: MV users of the project, public areas and customers at medium voltage in use.
    interruptions, user_hours
        Sustained interruptions of users, and their hours; shorter ones (the setting
        ``outage.momentary_minutes``) are `momentary` and left out.
    saidi_h, saifi, caidi_h
        Hours per user (户均停电时间), interruptions per user, hours per interruption; None where N or the
        interruptions are 0.
    period_h
        Hours of the year the outage begins in.
    asai_loss
        What it takes off the supply availability (供电可靠率): SAIDI over the year.
    """

    users: int
    interruptions: int
    momentary: int
    user_hours: float
    saidi_h: float | None
    saifi: float | None
    caidi_h: float | None
    period_h: int
    asai_loss: float | None

    @property
    def asai(self) -> float | None:
        """Supply availability if this were the year's only outage."""
        return None if self.asai_loss is None else 1.0 - self.asai_loss


def reliability(study: OutageStudy) -> Reliability:
    """Sum up the sustained interruptions of MV users, those added by hand among them."""
    consumers = Consumers.of(study.project)
    users = int(consumers.public_areas.sum()) + int(consumers.mv_customers.sum())
    shortest = timedelta(minutes=float(setting(study.project, "outage.momentary_minutes")))
    spells = list(_spells(study, consumers))
    long = [one for one in spells if (one[1] or study.until) - one[0] > shortest]
    hours = sum(hours_between(off, on or study.until) for off, on in long)
    period = 8784 if calendar.isleap(study.start.year) else 8760
    saidi = hours / users if users else None
    return Reliability(
        users, len(long), len(spells) - len(long), hours,
        saidi, len(long) / users if users else None, hours / len(long) if long else None,
        period, None if saidi is None else saidi / period,
    )  # fmt: skip


def _spells(study: OutageStudy, consumers: Consumers) -> list[Spell]:
    """Every interruption of every MV user."""
    table = study.project.table("transformer_areas")
    names = [one.area for one in study.interruptions]
    public = consumers.public_areas[table.positions(names)] if names else np.array([], dtype=bool)
    found = [(one.off, one.on) for one, keep in zip(study.interruptions, public, strict=True) if keep]
    listed = [one for one in study.customers if one.status == "out"]
    customers = study.project.table("customers")
    rows = customers.positions([one.id for one in listed]).tolist() if listed else []
    for one, row in zip(listed, rows, strict=True):
        if consumers.mv_customers[row]:
            found += list(one.spells)
    for entry in study.manual.entries:
        added = entry.kind == "area" and entry.id not in names
        if added and consumers.public_areas[table.position(entry.id)]:
            found.append((entry.off or study.start, entry.on))
    return found
