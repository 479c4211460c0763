"""``taiqu webmap``: the station as one web page that needs no network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_, _


@dataclass(frozen=True)
class WebMapParameters:
    """What the page shows and where it goes."""

    out: str = parameter(N_("HTML file to write"), default="", flag="--out", metavar="X.html", required=True)
    public: bool = parameter(N_("For posting: leave the network out"), default=False, flag="--public")
    scheme: str = parameter(
        N_("Grouping scheme; else the one in force"), default="", flag="--scheme", metavar="NAME"
    )
    state: str = parameter(
        N_("State of the switches that is drawn"),
        default="normal",
        flag="--state",
        choices=("normal", "current"),
    )
    unmasked: bool = parameter(
        N_("Write names and phones in full; needs a purpose"), default=False, flag="--unmasked"
    )
    purpose: str = parameter(
        N_("What the names in full are needed for"), default="", flag="--purpose", metavar="TEXT"
    )


def run(project: Project, parameters: WebMapParameters, feedback: Feedback) -> Outcome:
    """Write the page."""
    from gis.masking import Disclosure
    from gis.webmap import WebMapOptions, write_webmap

    path = Path(parameters.out)
    disclosure = Disclosure.asked(parameters.unmasked, parameters.purpose, posted=parameters.public)
    options = WebMapOptions(parameters.public, parameters.scheme, parameters.state, disclosure)
    layers = write_webmap(path, project, options, feedback)
    size_kb = round(path.stat().st_size / 1024)
    line = _("Web map written: {file}, {size} KB; it opens in any browser without a network.").format(
        file=path, size=size_kb
    )
    document = {
        "file": str(path),
        "bytes": path.stat().st_size,
        "layers": layers,
        "public": parameters.public,
        "masked": not disclosure.unmasked,
    }
    note = (
        N_("Web map: {file}, {masking}, {purpose}"),
        {"file": path.name, "masking": disclosure.label, "purpose": disclosure.purpose or "—"},
    )
    return Outcome(document, (line,), note=note)


OPERATION = Operation(
    "webmap",
    N_("Web map"),
    N_("Write one web page that opens in any browser without a network"),
    WebMapParameters,
    "ui.commands.webmap:run",
)
