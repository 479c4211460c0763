"""``taiqu study``: an outage with times, step by step, and the user-hours it costs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_


@dataclass(frozen=True)
class StudyParameters:
    """Where the steps stand."""

    steps_file: str = parameter(
        N_("File of steps with times"), default="", flag="--steps", metavar="FILE.json", required=True
    )


def run(project: Project, parameters: StudyParameters, feedback: Feedback) -> Outcome:
    """Play the steps through; nothing in the project changes."""
    from gis.masking import MASKED
    from grid_model.study import read_steps, study_outage
    from ui.study_text import study_document, study_lines

    steps, more = read_steps(_content(Path(parameters.steps_file)), project.info.planning_date)
    study = study_outage(project, steps, feedback=feedback, **more)
    return Outcome(study_document(project, study, MASKED), study_lines(project, study, MASKED))


def _content(path: Path) -> Any:
    """Read the file; raises ``missing-file``, ``unreadable-file`` or ``bad-json``."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise GridError("missing-file", file=str(path)) from None
    except OSError as error:
        raise GridError("unreadable-file", file=str(path), reason=error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise GridError("bad-json", file=str(path), line=1, reason="UTF-8") from None
    except json.JSONDecodeError as error:
        raise GridError("bad-json", file=str(path), line=error.lineno, reason=error.msg) from None


OPERATION = Operation(
    "study",
    N_("Study an outage"),
    N_("Steps with times: who is out when, user-hours, back-feed"),
    StudyParameters,
    "ui.commands.study:run",
)
