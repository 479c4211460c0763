"""Turn *propose* into plain steps — open this, close that — behind what the planner wrote already."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.project import Project
from grid_model.settings import setting
from grid_model.study import Stage, study_outage
from grid_model.study_proposal import plan_fault
from grid_model.study_steps import StudyStep
from grid_model.wiring import Device, SwitchState
from ui.outage_plan import Plan


def proposed(project: Project, plan: Plan, feedback: Feedback) -> Plan:
    """Give the plan with what is proposed.

    A fault that is the first step is planned to its end: isolate, restore, repair, back to normal; what
    stood behind it is replaced. Else what is dead after the last step is isolated where something failed,
    and brought back over the best ties.

    Raises
    ------
    GridError
        ``nothing-to-propose`` where nothing is to be isolated and nobody can be brought back; as
        `study_outage` and `plan_fault`.
    """
    first = plan.steps[0]
    if first.action == "fault" and len(first.devices) == 1:
        feedback.report()
        found = plan_fault(
            project, first.devices[0], first.time, SwitchState(plan.state), plan.inoperable,
            at_m=first.at_m, xy=first.xy,
        )  # fmt: skip
        steps = (first, *found.steps[1:])
    else:
        steps = (*plan.steps, *_afterwards(project, plan, feedback))
    return replace(plan, steps=steps, proposed=steps)


def _afterwards(project: Project, plan: Plan, feedback: Feedback) -> list[StudyStep]:
    """Isolate what failed and restore the rest, as plain steps after the last one."""
    last = plan.steps[-1].time
    minutes = timedelta(minutes=float(setting(project, "outage.operation_minutes")))
    more = [StudyStep(last, "restore")]
    if _has_fault(plan.steps):
        more.insert(0, StudyStep(last, "isolate"))
    study = study_outage(
        project, (*plan.steps, *more), SwitchState(plan.state), inoperable=plan.inoperable, feedback=feedback
    )
    operations = [one for stage in study.stages[len(plan.steps) :] for one in _operations(stage)]
    if not operations:
        raise GridError("nothing-to-propose")
    return [
        StudyStep(last + minutes * n, action, devices) for n, (action, devices) in enumerate(operations, 1)
    ]


def _has_fault(steps: tuple[StudyStep, ...]) -> bool:
    actions = [step.action for step in steps]
    return "fault" in actions and "repair" not in actions[actions.index("fault") :]


def _operations(stage: Stage) -> list[tuple[str, tuple[str, ...]]]:
    """Tell what a step that decides by itself has operated."""
    if stage.restoration is not None:
        return [(one.action, (_written(one.device),)) for one in stage.restoration.operations]
    done = [("open", stage.opened), ("close", stage.closed)]
    return [(action, tuple(_written(one) for one in devices)) for action, devices in done if devices]


def _written(device: Device) -> str:
    return f"sources:{device.id}" if device.table == "energy_sources" else str(device)
