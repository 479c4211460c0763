"""The network as it stands now, told as if one step had led there from the normal state."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from grid_model.customers import Consumers
from grid_model.earth_places import earths_of, nodes_of
from grid_model.project import Project
from grid_model.study import Stage, UserHours, live_from_behind
from grid_model.study_faults import open_faults
from grid_model.study_moment import Moment
from grid_model.study_steps import StudyStep
from grid_model.topology import TopologyIndex
from grid_model.tracing import Outage
from grid_model.wiring import SwitchState


def present_stage(project: Project) -> Stage:
    """Compare the present positions with the normal ones: who is out, what stands open, faulted, earthed.

    Raises
    ------
    GridError
        ``network-without-source``.
    """
    outage = present_outage(project)
    wiring = outage.before.wiring
    earthed = frozenset(one for one in earths_of(project) if nodes_of(project, wiring, one))
    faults = open_faults(project)
    moment = Moment(outage, outage.at_the_beginning, faults, earthed=earthed)
    opened, closed = outage.operated
    out = outage.judged("customers").out
    return Stage(
        n=1,
        step=StudyStep(datetime.min, "open", tuple(str(one) for one in opened)),
        opened=opened,
        closed=closed,
        trip=None,
        isolation=None,
        ties=(),
        counts=outage.counts,
        areas=outage.ids("transformer_areas", outage.judged("areas").out),
        customers_out=outage.customer_ids(out),
        customers_back=(),
        backup=outage.customer_ids(outage.judged("customers").partly),
        loops=outage.loops,
        live_from_behind=live_from_behind(outage),
        user_hours=UserHours(),
        faults=faults,
        earthed=tuple(sorted(earthed)),
        moment=moment,
    )


def present_outage(project: Project) -> Outage:
    """Give the step from the normal positions to the present ones; raises ``network-without-source``."""
    normal = TopologyIndex.build(project, SwitchState.NORMAL)
    normal.require_source()
    goal = normal.wiring.closed(project, SwitchState.CURRENT)
    now = normal.operated(
        opened=np.flatnonzero(normal.closed & ~goal).tolist(),
        closed=np.flatnonzero(~normal.closed & goal).tolist(),
    )
    return Outage(project, Consumers.of(project), normal, now)
