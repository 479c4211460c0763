"""Who may lead work and who may guard it on the planning date.

Electrical work needs at least two persons, one of them a valid work leader (工作负责人) and another able to
guard (监护); a group without them is an error (safety rules for distribution work, `DOMAIN` §4.4).

* **able to guard**: a valid yearly safety examination and a valid electrician's certificate, high or low
  voltage;
* **work leader**: the same, and a valid appointment as work leader.

A certificate is valid on the planning date where it ends on that day or later; one without an end date
is taken as valid and reported. Where a project holds no certificate at all (an import without them) the
rule cannot be judged: `Qualifications.known` is false and the planner says so instead of refusing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grid_model.project import Project

ELECTRICIAN_KINDS = frozenset({"hv_electrician", "lv_electrician"})


@dataclass(frozen=True)
class Qualifications:
    """Who may do what on one day.

    Parameters
    ----------
    on
        ISO date judged; empty where the project has no planning date (then nothing counts as expired).
    known
        Whether the project holds certificates at all.
    leaders, guards
        Staff numbers of the managers able to lead and able to guard; every leader can guard.
    expired
        ``(manager, kind)`` of certificates that ended before the day and were not renewed, sorted.
    undated
        ``(manager, kind)`` of certificates without an end date, sorted.
    """

    on: str
    known: bool
    leaders: frozenset[str] = frozenset()
    guards: frozenset[str] = frozenset()
    expired: tuple[tuple[str, str], ...] = ()
    undated: tuple[tuple[str, str], ...] = ()

    def valid_group(self, members: Iterable[str]) -> bool:
        """Whether the members may work: two persons, a leader, and another able to guard.

        Where certificates are unknown only the two persons are judged.
        """
        members = set(members)
        if len(members) < 2:
            return False
        return not self.known or (bool(members & self.leaders) and len(members & self.guards) >= 2)

    def proposed_leader(self, members: Iterable[str]) -> str | None:
        """Give the member with the lowest staff number who may lead, None where nobody may."""
        return min((one for one in members if one in self.leaders), default=None)


def qualifications(project: Project) -> Qualifications:
    """Judge every certificate of the project on its planning date."""
    rows = project.frame("qualifications")
    on = project.info.planning_date
    if rows.empty:
        return Qualifications(on, known=False)
    until = rows["valid_until"].fillna("")
    current = (until == "") | (until >= on)
    held = _by_manager(rows["manager"][current], rows["kind"][current])
    ended = set(zip(rows["manager"][~current], rows["kind"][~current], strict=True))
    guards = frozenset(one for one, kinds in held.items() if _guards(kinds))
    return Qualifications(
        on,
        known=True,
        leaders=frozenset(one for one in guards if "work_leader" in held[one]),
        guards=guards,
        expired=tuple(sorted((one, kind) for one, kind in ended if kind not in held.get(one, ()))),
        undated=tuple(sorted(set(zip(rows["manager"][until == ""], rows["kind"][until == ""], strict=True)))),
    )


def _guards(kinds: set[str]) -> bool:
    return "safety_exam" in kinds and not kinds.isdisjoint(ELECTRICIAN_KINDS)


def _by_manager(managers: Iterable[str], kinds: Iterable[str]) -> dict[str, set[str]]:
    held: dict[str, set[str]] = {}
    for manager, kind in zip(managers, kinds, strict=True):
        held.setdefault(manager, set()).add(kind)
    return held
