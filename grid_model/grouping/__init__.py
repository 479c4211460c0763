"""Mutual-aid groups of neighbouring managers, chosen at the least cost and proved.

`problem` says what is asked, `candidates` lists every group that keeps the rules, `costs` prices them,
`partition` picks those that cover every manager once at the least cost and proves it, `explain` says
which rules stand in the way where no plan exists, `solve` puts them together.
"""

from grid_model.grouping.problem import GroupingProblem, Lock, Town, Weights
from grid_model.grouping.result import Group, Grouping, Reason
from grid_model.grouping.solve import solve_grouping

__all__ = ["Group", "Grouping", "GroupingProblem", "Lock", "Reason", "Town", "Weights", "solve_grouping"]
