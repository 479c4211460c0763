"""What every list and page says about itself: data date, switch state, and who is missing from it.

A list that is short because data was missing must say so (`DESIGN` §8): unlinked customers are those in
use that neither a node nor an area with a transformer ties to the network, so no trace can find them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grid_model.customers import Consumers
from grid_model.project import Project
from resources.i18n import N_, _

STATES: Mapping[str, str] = {"normal": N_("Normal state"), "current": N_("Current state")}


@dataclass(frozen=True)
class Provenance:
    """Where an output comes from.

    Parameters
    ----------
    station
        Name of the station; several are joined.
    planning_date, data_date
        ISO dates; empty where unknown.
    state
        ``normal`` or ``current``: the switch state shown or traced.
    unlinked
        Customers in use that no trace can find.
    sample
        Whether the data is invented.
    phone
        The station's own.
    """

    station: str
    planning_date: str
    data_date: str
    state: str
    unlinked: int
    sample: bool = False
    phone: str = ""

    @classmethod
    def of(cls, project: Project, state: str = "normal") -> Provenance:
        """Take it from a project."""
        return cls(
            station_name(project),
            project.info.planning_date,
            project.info.data_date,
            state,
            unlinked_customers(project),
            project.info.sample,
            "、".join(project.frame("stations")["phone"].dropna().tolist()[:2]),
        )

    @property
    def state_label(self) -> str:
        """The switch state in the language in use."""
        return _(STATES[self.state])

    @property
    def data_date_label(self) -> str:
        """The data date, or that it is unknown."""
        return self.data_date or _("unknown")

    @property
    def sentence(self) -> str:
        """The three things in one line, for the foot of a list or page."""
        return _("Data as of {date} · switches: {state} · unlinked customers: {n}").format(
            date=self.data_date_label, state=self.state_label, n=self.unlinked
        )


def station_name(project: Project) -> str:
    """Name the station: the project's name, else those of its stations."""
    names = project.frame("stations")["name"].dropna().tolist()
    return project.info.name or "、".join(names[:3])


def unlinked_customers(project: Project) -> int:
    """Count customers in use with neither a node nor an area with a transformer."""
    return Consumers.of(project).unlinked
