"""What planning by hand sums up from the areas is what the neighbourhood and the workload say."""

from __future__ import annotations

import numpy as np
import pytest

from gis.planning import Plan, plan_groups, planning_basis
from gis.sample import make_sample
from grid_model.feedback import SILENT
from grid_model.grouping.editing import PaintAreas
from grid_model.grouping.plan import GroupingOptions
from grid_model.grouping.price import HandPlan, MoveAreas, price_of
from grid_model.project import Project
from tests.conftest import scaled


@pytest.fixture(scope="module")
def sample() -> Project:
    """A sample in which two managers have no base point, and some customers a manager of their own."""
    project = make_sample("small", 2, SILENT)
    draft = project.edit()
    people = list(project.frame("district_managers")["id"])
    draft.update("district_managers", people[:2], x=None, y=None)
    draft.update("customers", list(project.frame("customers")["id"][:40]), manager=people[4])
    return draft.finish()[0]


@pytest.fixture(scope="module")
def plan(sample: Project) -> Plan:
    return plan_groups(sample)


def assert_alike(project: Project, plan: Plan, hand: HandPlan) -> None:
    """A plan by hand rests on the same numbers as a basis made anew of the project."""
    fresh = planning_basis(project, outlines=plan.outlines).problem(GroupingOptions())
    assert hand.problem.members == fresh.members
    assert np.allclose(hand.problem.minutes, fresh.minutes, rtol=0, atol=1e-9)
    assert (hand.problem.adjacency == fresh.adjacency).all()
    assert np.allclose(hand.problem.workload, fresh.workload, rtol=0, atol=1e-9)
    for name in ("feeders", "villages"):
        assert np.allclose(getattr(hand.problem, name), getattr(fresh, name))


def test_the_areas_sum_up_to_the_problem(sample: Project, plan: Plan) -> None:
    assert_alike(sample, plan, plan.in_hand())


@pytest.mark.parametrize("seed", range(scaled(3, 40)))
def test_painting_in_the_hand_is_painting_in_the_project(sample: Project, plan: Plan, seed: int) -> None:
    random = np.random.default_rng(seed)
    hand = plan.in_hand()
    assert hand.areas is not None
    manager = str(random.choice(hand.problem.members))
    start = str(random.choice(hand.areas.areas))
    near = hand.areas.pairs[(hand.areas.pairs == hand.areas.at[start]).any(axis=1)]
    painted = tuple(hand.areas.areas[n] for n in np.unique(near))
    priced = price_of(hand, [MoveAreas(painted, manager)])
    project, _changes = PaintAreas(None, painted, manager).apply(sample)
    assert_alike(project, plan, priced.after)
    groups = [group.members for group in plan.grouping.groups]
    fresh = planning_basis(project, outlines=plan.outlines)
    whole = HandPlan.of(fresh.problem(GroupingOptions()), groups)
    assert hand.scores.cost_min + priced.delta == pytest.approx(whole.scores.cost_min, abs=1e-6)
