"""``taiqu sample``: make an invented station to try everything on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_, _

SIZES = ("small", "typical", "large", "county")
"""As `gis.sample.sizes.SIZES`, here so that the command line starts without the generator."""


WORKED = "worked"
"""Not a station, but the two feeders of the worked example in ``docs/outage.md``."""


@dataclass(frozen=True)
class SampleParameters:
    """How big a station, which one, and where to."""

    out: str = parameter(N_("Project file to make"), default="", metavar="OUT.gpkg")
    size: str = parameter(
        N_("Size of the station; worked: the two feeders of the worked outage example"),
        default="typical",
        flag="--size",
        choices=(*SIZES, WORKED),
    )
    seed: int = parameter(
        N_("Number that decides which station it is; the same number gives the same rows"),
        default=1,
        flag="--seed",
        metavar="N",
    )
    force: bool = parameter(N_("Replace a file that is there already"), default=False, flag="--force")


def run(project: Project, parameters: SampleParameters, feedback: Feedback) -> Outcome:
    """Make the station and write its file; a file that is there stays unless it may be replaced."""
    from gis.project_file import save_new
    from gis.sample import Sample, sample_with_faults
    from gis.sample.worked import worked_outage

    path = Path(parameters.out)
    if path.exists() and not parameters.force:
        raise GridError("sample-file-exists", file=str(path))
    if parameters.size == WORKED:
        made = Sample(worked_outage(), ())
    else:
        made = sample_with_faults(parameters.size, parameters.seed, feedback)
    save_new(path, made.project, feedback)
    rows = {name: len(table) for name, table in made.project.tables.items() if len(table)}
    document = {
        "file": str(path),
        "name": made.project.info.name,
        "size": parameters.size,
        "seed": parameters.seed,
        "rows": rows,
        "planted": [{"code": one.code, "table": one.table, "id": one.id} for one in made.planted],
    }
    lines = (
        _(
            "{file}: {name}, an invented station with {areas} transformer areas and {customers} customers."
        ).format(
            file=path,
            name=made.project.info.name,
            areas=rows["transformer_areas"],
            customers=rows["customers"],
        ),
    )
    return Outcome(document, lines)


OPERATION = Operation(
    name="sample",
    title=N_("Sample station"),
    help=N_("Make an invented supply station to try everything on"),
    parameters=SampleParameters,
    function="ui.commands.sample:run",
    project="none",
)
