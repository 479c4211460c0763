"""``taiqu abnormal``: what does not stand as it normally does, since when, and how to go back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_, _

if TYPE_CHECKING:
    from grid_model.abnormal import AbnormalDevice
    from grid_model.study_steps import StudyStep


@dataclass(frozen=True)
class AbnormalParameters:
    """Which file, and where the way back is written."""

    file: str = parameter(N_("Project file"), default="", metavar="PROJECT.gpkg")
    repaired: bool = parameter(
        N_("The open faults are repaired: go all the way back"), default=False, flag="--repaired"
    )
    out: str = parameter(
        N_("Write the way back to normal as a steps file"), default="", flag="--out", metavar="FILE.json"
    )


def run(_project: Project, parameters: AbnormalParameters, feedback: Feedback) -> Outcome:
    """List what is abnormal, and propose the way back; the file is only read."""
    from gis.journal_reading import entries_newest_first
    from grid_model.abnormal import abnormal_devices, return_to_normal
    from grid_model.study_faults import open_faults
    from ui.last_read import read_project

    path = Path(parameters.file)
    project = read_project(path, feedback)
    found = abnormal_devices(project, entries_newest_first(path))
    faults = open_faults(project)
    steps = return_to_normal(project, repaired=parameters.repaired) if found or faults else ()
    document = {
        "data_date": project.info.data_date,
        "devices": [_document(one) for one in found],
        "open_faults": [str(one) for one in faults],
        "return": [_step(one) for one in steps],
    }
    lines = [*_lines(project, found), *_way_back(project, steps)]
    if faults and not parameters.repaired:
        text = _(
            "The fault in {devices} must be repaired first: until then earths stay in place and nothing is "
            "closed onto it; add --repaired once it is."
        )
        lines.append(text.format(devices=", ".join(one.id for one in faults)))
    if parameters.out:
        lines.append(_write(Path(parameters.out), steps))
    return Outcome(document, tuple(lines), findings=any(one.live for one in found))


def _document(one: AbnormalDevice) -> dict[str, Any]:
    from ui.messages import title_of

    found = asdict(one)
    values = found.pop("values")
    found["title"] = title_of(one.title, values) if one.title else ""
    return found


def _step(step: StudyStep) -> dict[str, Any]:
    from grid_model.study_steps import step_document

    return step_document(step)


def _lines(project: Project, found: tuple[AbnormalDevice, ...]) -> list[str]:
    from ui.abnormal_text import abnormal_line

    if not found:
        return [_("Everything stands in its normal position; no jumper, cut or earth is in place.")]
    return [abnormal_line(one) for one in found]


def _way_back(project: Project, steps: tuple[StudyStep, ...]) -> list[str]:
    from gis.study_words import step_sentence, when

    if not steps:
        return []
    return [
        _("Proposed way back to normal:"),
        *(
            f"{n}. {when(one.time)}  {step_sentence(project, one, ids=True)}"
            for n, one in enumerate(steps, 1)
        ),
    ]


def _write(path: Path, steps: tuple[StudyStep, ...]) -> str:
    from gis.files import written_whole
    from grid_model.study_steps import steps_document
    from grid_model.wiring import SwitchState

    if path.suffix.lower() != ".json":
        raise GridError("bad-output-name", file=str(path), suffix=".json")
    with written_whole(path) as beside:
        text = json.dumps(steps_document(steps, state=SwitchState.CURRENT), ensure_ascii=False, indent=1)
        beside.write_text(text + "\n", encoding="utf-8")
    return _("Steps written: {file}").format(file=path)


OPERATION = Operation(
    "abnormal",
    N_("Abnormal positions"),
    N_("Devices not in their normal position, jumpers, cuts and earths, since when, and the way back"),
    AbnormalParameters,
    "ui.commands.abnormal:run",
    project="none",
)
