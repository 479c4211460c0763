"""The outage studies that are kept: what each is about, what it costs, and which get in each other's way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.study_faults import recorded_result, refuse_forgotten
from resources.i18n import N_


@dataclass(frozen=True)
class KeptOutage:
    """One study in the table ``outages``.

    Parameters
    ----------
    off, on
        From when to when somebody is out: actual times where it was carried out, else planned ones; empty
        where not known.
    feeder
        Identifier; empty where it has none.
    mv_hours
        User-hours (时户数) by MV users; None where the record does not say.
    carried_out
        The step it was carried out to, 0: not at all.
    steps
        How many steps it has.
    withdrawn
        Whether the plan was withdrawn (撤消).
    conflicts
        Other studies under way at the same time that operate the same devices or darken the same areas.
    """

    id: str
    name: str
    off: str = ""
    on: str = ""
    feeder: str = ""
    mv_hours: float | None = None
    carried_out: int = 0
    steps: int = 0
    withdrawn: bool = False
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Span:
    start: datetime
    end: datetime
    devices: frozenset[str]
    areas: frozenset[str]

    def crosses(self, other: _Span) -> bool:
        meets = self.start <= other.end and other.start <= self.end
        return meets and bool(self.devices & other.devices or self.areas & other.areas)


def kept_outages(project: Project) -> tuple[KeptOutage, ...]:
    """List the studies that are kept with their steps, the one put in last first."""
    rows = [
        row
        for row in project.frame("outages").to_dict("records")
        if recorded_result(row["steps"]).get("steps")
    ]
    results = {str(row["id"]): recorded_result(row["result"]) for row in rows}
    spans = {one: span for one, result in results.items() if (span := _span(result)) is not None}
    found = []
    for row in reversed(rows):
        one = str(row["id"])
        others = (
            ()
            if one not in spans
            else tuple(other for other, span in spans.items() if other != one and span.crosses(spans[one]))
        )
        found.append(_described(row, results[one], others))
    return tuple(found)


def _span(result: Mapping[str, Any]) -> _Span | None:
    """Give when it is under way and what it touches; None for what is withdrawn, done, or says no times."""
    times = result.get("span") or ()
    if len(times) != 2 or result.get("withdrawn") or (result.get("carried_out") or {}).get("upto"):
        return None
    start, end = (datetime.fromisoformat(one) for one in times)
    return _Span(start, end, frozenset(result.get("devices") or ()), frozenset(result.get("areas") or ()))


def _described(row: Mapping[str, Any], result: Mapping[str, Any], conflicts: tuple[str, ...]) -> KeptOutage:
    done = int((result.get("carried_out") or {}).get("upto") or 0)
    off, on = (_text(row[f"{'actual' if done else 'planned'}_{end}"]) for end in ("off", "on"))
    return KeptOutage(
        str(row["id"]), _text(row["name"]), off, on, _text(row["feeder"]),
        (result.get("user_hours") or {}).get("mv_users"), done,
        len(recorded_result(row["steps"])["steps"]), bool(result.get("withdrawn")), conflicts,
    )  # fmt: skip


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def find_outage(project: Project, text: str) -> str:
    """Find a row of ``outages`` by its number, else by its name where only one has it.

    Raises
    ------
    GridError
        ``outage-name-ambiguous`` with the numbers; ``unknown-outage``.
    """
    if text in project.table("outages"):
        return text
    frame = project.frame("outages")
    found = frame["id"][frame["name"] == text.strip()].tolist()
    if len(found) > 1:
        raise GridError("outage-name-ambiguous", name=text, ids=", ".join(found))
    if not found:
        raise GridError("unknown-outage", name=text)
    return str(found[0])


def refuse_taken_name(project: Project, name: str, own: str = "") -> None:
    """Refuse a name that another kept outage has.

    Raises
    ------
    GridError
        ``outage-name-missing``; ``outage-name-taken`` with the number of the other one.
    """
    if not name.strip():
        raise GridError("outage-name-missing")
    frame = project.frame("outages")
    others = frame["id"][(frame["name"] == name.strip()) & (frame["id"] != own)]
    if len(others):
        raise GridError("outage-name-taken", name=name.strip(), id=str(others.iloc[0]))


@dataclass(frozen=True)
class RenameOutage:
    """Give a kept outage another name."""

    outage: str
    name: str
    title: str = N_("Call the outage {outage} “{name}”")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"outage": self.outage, "name": self.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises ``unknown-object`` and what `refuse_taken_name` raises."""
        project.table("outages").position(self.outage)
        refuse_taken_name(project, self.name, self.outage)
        draft = project.edit()
        draft.update("outages", [self.outage], name=self.name.strip())
        return draft.finish()


@dataclass(frozen=True)
class ForgetOutage:
    """Take a kept outage out of the project; earths placed for it stay and lose their reference."""

    outage: str
    name: str = field(default="")
    title: str = N_("Delete the kept outage “{name}”")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"name": self.name or self.outage}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit.

        Raises
        ------
        GridError
            ``unknown-object``, and as `refuse_forgotten`.
        """
        table = project.table("outages")
        table.position(self.outage)
        draft = project.edit()
        earths = project.frame("earths")
        own = earths["id"][earths["outage"] == self.outage].tolist()
        if own:
            draft.update("earths", own, outage=None)
        draft.delete("outages", [self.outage])
        refuse_forgotten(project, draft.project, str(table.row(self.outage)["name"] or self.outage))
        return draft.finish()
