"""The pages Taiqu can print, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from gis.pages.items import Page
from gis.pages.options import BASE_MAP_TEMPLATES, PrintOptions
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from resources.i18n import N_


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of print.

    Parameters
    ----------
    title
        Marked text for menus and lists.
    function
        ``module:name`` of what makes its pages.
    public
        Whether it is made for posting: without the network.
    needs_scheme, needs_trace
        What has to be there before it can be made.
    paper
        Size it is laid out for where nobody chooses.
    """

    title: str
    function: str
    public: bool = False
    needs_scheme: bool = False
    needs_trace: bool = False
    paper: str = "A3"


TEMPLATES: Mapping[str, Template] = {
    "station-map": Template(N_("Station map (internal)"), "gis.pages.station_map:station_map"),
    "public-map": Template(
        N_("Grid map for posting"), "gis.pages.station_map:public_map", public=True, needs_scheme=True
    ),
    "notice-board": Template(
        N_("Notice boards"), "gis.pages.notice_board:notice_board", public=True, needs_scheme=True
    ),
    "outage-sheet": Template(N_("Outage extent"), "gis.pages.outage_sheet:outage_sheet", needs_trace=True),
    "cover-map": Template(N_("Response-time cover"), "gis.pages.cover_map:cover_map"),
    "group-cards": Template(
        N_("Cards of the mutual-aid groups"),
        "gis.pages.group_cards:group_cards",
        needs_scheme=True,
        paper="A4",
    ),
    "grid-book": Template(N_("Grid book"), "gis.pages.grid_book:grid_book", needs_scheme=True),
}


def make_pages(
    project: Project, template: str, options: PrintOptions, feedback: Feedback = SILENT
) -> list[Page]:
    """Make the pages of a template.

    Raises
    ------
    GridError
        ``unknown-template``, ``unknown-paper``, ``nothing-to-print``, ``no-scheme``, ``no-grids``,
        ``unknown-scheme``, ``trace-missing``, ``base-map-not-here``.
    """
    if template not in TEMPLATES:
        raise GridError("unknown-template", template=template, templates=", ".join(TEMPLATES))
    if TEMPLATES[template].needs_trace and options.trace is None and options.study is None:
        raise GridError("trace-missing")
    if options.base_map and template not in BASE_MAP_TEMPLATES:
        raise GridError("base-map-not-here", template=template, templates=", ".join(BASE_MAP_TEMPLATES))
    module, name = TEMPLATES[template].function.split(":")
    pages: list[Page] = getattr(import_module(module), name)(project, options, feedback)
    return pages
