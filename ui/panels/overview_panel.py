"""The station at a glance: how much there is, how old the data is, what was found wrong in it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal

from grid_model.grouping.schemes import scheme_in_force
from grid_model.project import Project
from resources.i18n import _, ngettext
from ui import formats
from ui.bench import Bench
from ui.panels.panel import Panel
from ui.widgets import badge, button, label, link, notice, row, tile, tiles

LISTED = 10
"""So many feeders are listed."""


class OverviewPanel(Panel):
    """Shown in the task Data while no object is under the hand."""

    table_wanted = Signal(str)
    import_wanted = Signal()
    check_wanted = Signal()

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        bench.session.project_changed.connect(lambda _project, _changes: self.refresh())
        self.refresh()

    def fill(self) -> None:
        project = self._bench.session.project
        if project is None:
            self.empty_state(_("No project open"), _("Open one, or drop files on the window."))
            return
        info = project.info
        sample = (
            badge(_("Invented data"), "yellow", _("A sample station; nobody in it is real."))
            if info.sample
            else None
        )
        self.headline(info.name or _("Station without a name"), sample)
        self.second(self._dates(project))
        self.column.addLayout(self._tiles(project))
        self._findings(project)
        self._feeders(project)
        self.column.addLayout(
            row(
                button(
                    _("Import…"), self.import_wanted.emit, primary=not len(project.table("transformer_areas"))
                ),
                button(_("Check data"), self.check_wanted.emit),
                1,
            )
        )

    def _feeders(self, project: Project) -> None:
        """List the feeders with their areas: the quickest way to a part of the network."""
        feeders = project.frame("feeders")
        if not len(feeders):
            return
        areas = project.frame("transformer_areas")["feeder"].value_counts()
        self.section(_("Feeders"))
        for one, name in list(zip(feeders["id"], feeders["name"], strict=True))[:LISTED]:
            count = formats.whole(int(areas.get(one, 0)))
            about = label(_("{count} areas").format(count=count), "second")
            self.column.addLayout(row(link(name, partial(self._bench.go_to, "feeders", one)), 1, about))
        if len(feeders) > LISTED:
            more = _("and {count} more").format(count=formats.whole(len(feeders) - LISTED))
            self.column.addWidget(link(more, partial(self.table_wanted.emit, "feeders")))

    def _dates(self, project: Project) -> str:
        info = project.info
        parts = []
        if info.data_date:
            parts.append(_("Data as of {date}").format(date=info.data_date))
        if info.planning_date:
            parts.append(_("planning date {date}").format(date=info.planning_date))
        return " · ".join(parts)

    def _tiles(self, project: Project):  # type: ignore[no-untyped-def]
        areas, customers = project.frame("transformer_areas"), project.frame("customers")
        public = int((areas["usage"] == "public").sum())
        in_use = (customers["status"] == "active").to_numpy()
        active = int(in_use.sum())
        mv = int(((customers["customer_class"] == "mv").to_numpy() & in_use).sum())
        closed = len(customers) - active
        usage = {"public": formats.whole(public), "dedicated": formats.whole(len(areas) - public)}
        transformers = project.frame("power_transformers")
        distribution = transformers[transformers["transformer_area"].notna()]
        managers = project.frame("district_managers")
        orphans = int(areas["manager"].isna().sum())
        return tiles(
            tile(
                _("Transformer areas"),
                formats.whole(len(areas)),
                note=_("public {public} · dedicated {dedicated}").format(**usage),
                short_note=_("dedicated {dedicated}").format(**usage),
            ),
            tile(
                _("Customers"),
                formats.whole(active),
                note=_customers_note(mv, closed),
                short_note=_("HV {mv} · closed {closed}").format(
                    mv=formats.whole(mv), closed=formats.whole(closed)
                ),
                tip=_("Accounts in use; closed ones stand in the table and are not counted here."),
            ),
            tile(
                _("Transformers"),
                formats.number(distribution["rated_kva"].sum() / 1000, 1),
                "MVA",
                ngettext("{count} unit", "{count} units", len(distribution)).format(
                    count=formats.whole(len(distribution))
                ),
            ),
            tile(
                _("District managers"),
                formats.whole(len(managers)),
                note=_("areas without one: {count}").format(count=formats.whole(orphans)),
            ),
        )

    def _findings(self, project: Project) -> None:
        issues = project.frame("issues")
        errors = int((issues["severity"] == "error").sum())
        if errors:
            self.column.addWidget(
                notice(
                    ngettext(
                        "{count} error stands in the data issues below.",
                        "{count} errors stand in the data issues below.",
                        errors,
                    ).format(count=formats.whole(errors))
                )
            )
        areas = project.frame("transformer_areas")
        without = int(areas["manager"].isna().sum())
        if without:
            self.column.addWidget(
                notice(
                    ngettext(
                        "{count} area has no district manager.",
                        "{count} areas have no district manager.",
                        without,
                    ).format(count=formats.whole(without))
                )
            )
        if len(areas) and scheme_in_force(project) is None:
            self.second(_("No grouping is in force yet; propose one under Grids."))


def _customers_note(mv: int, closed: int) -> str:
    """Say how many of the customers are on high voltage, and how many accounts are not counted."""
    if not closed:
        return _("of them high-voltage {count}").format(count=formats.whole(mv))
    told = ngettext(
        "high-voltage {mv} · {count} account closed", "high-voltage {mv} · {count} accounts closed", closed
    )
    return told.format(mv=formats.whole(mv), count=formats.whole(closed))
