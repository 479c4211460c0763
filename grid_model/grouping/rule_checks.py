"""Which rules of grouping cannot hold together, said the moment one is written, before anything is planned.

Only what follows from the rules, the locks, the certificates and the sizes is judged: whoever is a neighbour
of whom is the planner's question (`explain`), and the sentences are the same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from grid_model.grouping.explain import contradictions
from grid_model.grouping.plan import GroupingOptions, grouping_problem, project_rules
from grid_model.grouping.result import Reason
from grid_model.project import Project
from grid_model.qualification import qualifications
from grid_model.territory import Territory
from grid_model.workload import Workload


def rule_conflicts(project: Project, options: GroupingOptions | None = None) -> tuple[Reason, ...]:
    """Find rules that hold and contradict each other, the locked groups or the certificates.

    Parameters
    ----------
    options
        Sizes, and the scheme whose locked groups count; None: the settings and the scheme in force.

    Raises
    ------
    GridError
        ``bad-group-sizes``, ``group-sizes-beyond-limits``.
    """
    people = project.frame("district_managers")
    managers = tuple(sorted(people.loc[people["active"], "id"]))
    if not managers:
        return ()
    count = len(managers)
    nowhere = np.full(count, np.nan)
    territory = Territory(managers, nowhere, nowhere, np.zeros((count, count)), ())
    work = Workload(pd.DataFrame(), pd.DataFrame({"index": np.ones(count)}, index=list(managers)), (), False)
    asked = options or GroupingOptions()
    problem = grouping_problem(project, territory, work, qualifications(project), asked)
    # Everybody a neighbour of everybody: nothing is said about who is not.
    return contradictions(replace(problem, adjacency=~np.eye(count, dtype=bool)))


def idle_rules(project: Project) -> tuple[str, ...]:
    """List the rules that hold but have nobody to apply to: too few of their managers are on duty."""
    people = project.frame("district_managers")
    return project_rules(project, tuple(sorted(people.loc[people["active"], "id"]))).idle
