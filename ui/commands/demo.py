"""``taiqu demo``: the main job from sample to paper, in one go."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_, _

if TYPE_CHECKING:
    from grid_model.history import History

SCHEME = N_("Demonstration scheme")
SIZES = ("small", "typical", "large", "county")


@dataclass(frozen=True)
class DemoParameters:
    """Where the outputs go, and whether the window opens at the end."""

    out: str = parameter(N_("Folder for the outputs"), default="taiqu-demo", flag="--out", metavar="DIR")
    size: str = parameter(N_("Size of the station"), default="typical", flag="--size", choices=SIZES)
    no_window: bool = parameter(N_("Do not open the window at the end"), default=False, flag="--no-window")


def run(project: Project, parameters: DemoParameters, feedback: Feedback) -> Outcome:
    """Make a station, check it, group its managers, trace an outage, write every output."""
    from gis.project_file import opened_for_editing

    folder = Path(parameters.out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GridError("cannot-write", file=str(folder), reason=error.strerror or str(error)) from error
    file = folder / "station.gpkg"
    job = _Job(folder, feedback)
    job.add("sample", _run("sample", project, feedback, out=str(file), size=parameters.size, force=True))
    with opened_for_editing(file, feedback) as history:
        job.history = history
        job.step("check")
        job.step("group", scheme=_(SCHEME))
        device = telling_switch(history.project, feedback)
        job.step("trace", steps=(("open", device),), customers=str(folder / "customers.xlsx"))
        for template in ("station-map", "grid-book", "public-map"):
            job.step("print", template=template, out=str(folder / f"{template}.pdf"), scheme=_(SCHEME))
        job.step(
            "print", template="outage-sheet", out=str(folder / "outage-sheet.pdf"), steps=(("open", device),)
        )
        job.step("webmap", out=str(folder / "webmap.html"), scheme=_(SCHEME))
    window = None if parameters.no_window or not _has_screen() else lambda: _open_window(file)
    document = {"folder": str(folder), "device": device, "files": job.files(), "steps": job.documents}
    said = (*job.lines, "", _("Everything is in {folder}:").format(folder=folder), *job.listing())
    return Outcome(document, said, after=window)


class _Job:
    """What was done so far."""

    def __init__(self, folder: Path, feedback: Feedback) -> None:
        self.folder = folder
        self.feedback = feedback
        self.history: History | None = None
        self.lines: list[str] = []
        self.documents: dict[str, Any] = {}

    def step(self, name: str, **values: Any) -> None:
        """Run one operation on the project, save its edit and its line in the journal."""
        assert self.history is not None
        outcome = _run(name, self.history.project, self.feedback, **values)
        if outcome.edit is not None:
            self.history.do(outcome.edit)
        if outcome.note is not None:
            self.history.note(*outcome.note)
        self.add(name, outcome)

    def add(self, name: str, outcome: Outcome) -> None:
        """Remember what an operation said."""
        from ui.operations import operation

        heading = f"== {_(operation(name).title)}"
        if not self.lines or heading not in self.lines:
            self.lines += ["", heading] if self.lines else [heading]
        self.lines += outcome.lines
        self.documents.setdefault(name, []).append(outcome.document)

    def files(self) -> list[str]:
        """Name what stands in the folder, sorted; hidden files are none of the outputs."""
        return sorted(
            one.name for one in self.folder.iterdir() if one.is_file() and not one.name.startswith(".")
        )

    def listing(self) -> list[str]:
        """Give one line for each file."""
        return [
            f"  {name:<20} {(self.folder / name).stat().st_size / 1024:>9,.0f} KB" for name in self.files()
        ]


def _run(name: str, project: Project, feedback: Feedback, **values: Any) -> Outcome:
    from ui.operations import operation

    what = operation(name)
    return what.run(project, what.parameters(**values), feedback)


def telling_switch(project: Project, feedback: Feedback) -> str:
    """Choose the switch whose opening tells most: it parts about a third of the largest feeder's customers.

    An outgoing breaker would take the whole feeder, a fuse one area: what a planner asks about lies between.

    Raises
    ------
    GridError
        ``nothing-to-open`` where no switch parts anything.
    """
    from grid_model.ranking import rank_devices

    ranking = rank_devices(project, feedback=feedback)
    lost = ranking.losses["lv_customers"][: len(project.frame("switches"))]
    if not len(lost) or not lost.any():
        raise GridError("nothing-to-open")
    wanted = lost.max() / 3
    kinds = project.frame("switches")["kind"].to_numpy(dtype=object)
    ids = project.frame("switches")["id"].to_numpy(dtype=object)
    candidates = [n for n in range(len(ids)) if lost[n] and kinds[n] != "fuse"] or [int(lost.argmax())]
    return str(ids[min(candidates, key=lambda n: (abs(float(lost[n]) - wanted), ids[n]))])


def _has_screen() -> bool:
    if os.environ.get("CI"):
        return False
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open_window(file: Path) -> None:
    """Show the window in a process of its own: this one printed, and Qt holds one application only."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]
    environment = dict(os.environ)
    root = str(Path(__file__).parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH")]))
    subprocess.run([*program, str(file)], env=environment, check=False)


OPERATION = Operation(
    "demo",
    N_("Demonstration"),
    N_("The main job on an invented station, from data to paper, in one go"),
    DemoParameters,
    "ui.commands.demo:run",
    project="none",
)
