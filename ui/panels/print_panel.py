"""What goes on paper: the template, the paper, a look at the first sheet, and the PDF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap, QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QLineEdit

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from resources.i18n import N_, _, ngettext
from ui.bench import Bench
from ui.dialogs.preview_dialog import PreviewDialog
from ui.jobs import Job
from ui.messages import window_sentence
from ui.panels.layers_base_maps import KeptBaseMap, read
from ui.panels.panel import WIDTH, Panel
from ui.widgets import button, label, notice, row

if TYPE_CHECKING:
    from gis.pages.items import Page

ORIENTATIONS = {"auto": N_("Automatic"), "landscape": N_("Landscape"), "portrait": N_("Portrait")}
STATES = {"normal": N_("Normal state"), "current": N_("Current state")}
QUICK_AREAS = 600
"""A station of up to so many areas is previewed unasked."""
PREVIEW_DPI = 40.0
PREVIEW_WIDTH = WIDTH - 34


class PrintPanel(Panel):
    """Shown in the task Print."""

    print_wanted = Signal(str, object)
    """Template and options, as `ui.commands.print_` takes them."""
    web_map_wanted = Signal()

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._template = "station-map"
        self._options: dict[str, Any] = {"paper": "A3", "orientation": "auto", "state": "normal", "title": ""}
        self._with_base_maps = True
        self._picture: QImage | None = None
        self._job: Job | None = None
        self._hint = ""
        self._pages = 0
        bench.session.project_changed.connect(lambda _project, changes: self._on_project(changes is None))
        self.refresh()

    def _on_project(self, another: bool) -> None:
        self._picture, self._hint = None, ""
        if another or self.isVisible():
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw the first sheet when first seen, unless that would take long."""
        super().showEvent(event)
        project = self._bench.session.project
        if (
            project is not None
            and self._picture is None
            and len(project.table("transformer_areas")) <= QUICK_AREAS
        ):
            self.look(asked=False)

    def choose(self, template: str) -> None:
        """Choose a template."""
        self._template = template
        self._picture = None
        self.refresh()
        if self.isVisible():
            self.look()

    def fill(self) -> None:
        from gis.pages.sheet import PAPERS
        from gis.pages.templates import TEMPLATES

        if self._bench.session.project is None:
            self._template = "station-map"
            self.empty_state(_("No project open"), _("Open one to print its maps."))
            return
        self.headline(_("Print"))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        traced = self._bench.outage.result is not None
        templates = {name: one.title for name, one in TEMPLATES.items() if traced or not one.needs_trace}
        if self._template not in templates:
            self._template = "station-map"
        form.addRow(_("Template"), self._choice(templates, self._template, self.choose))
        form.addRow(
            _("Paper"), self._choice({one: one for one in PAPERS}, self._options["paper"], self._set("paper"))
        )
        form.addRow(
            _("Orientation"),
            self._choice(ORIENTATIONS, self._options["orientation"], self._set("orientation")),
        )
        form.addRow(_("Switches"), self._choice(STATES, self._options["state"], self._set("state")))
        self.title = QLineEdit(self._options["title"])
        self.title.setPlaceholderText(_("as usual"))
        self.title.textEdited.connect(lambda text: self._options.update(title=text.strip()))
        form.addRow(_("Title"), self.title)
        self.column.addLayout(form)
        self._base_maps()
        self._preview()
        self.foot.addLayout(
            row(
                button(
                    _("Print to PDF…"),
                    self._print,
                    primary=True,
                    tip=_("Vector PDF with selectable Chinese text"),
                ),
                button(_("Preview…"), self.show_all, tip=_("Look at every sheet, large")),
                1,
            )
        )
        self.column.addLayout(
            row(
                button(
                    _("Web map…"),
                    self.web_map_wanted.emit,
                    tip=_("One HTML file that opens without a network"),
                ),
                1,
            )
        )
        if TEMPLATES[self._template].public:
            self.second(_("Made for posting: villages and grids only, names and phones masked."))
        else:
            self.second(_("Internal: keep it safe. Customers' names and phones are masked."))

    def _choice(self, texts: Any, current: str, chosen: Any) -> QComboBox:
        combo = QComboBox()
        for code, text in texts.items():
            combo.addItem(_(text), code)
        combo.setCurrentIndex(max(0, combo.findData(current)))
        combo.activated.connect(lambda _at: chosen(str(combo.currentData())))
        return combo

    def _base_maps(self) -> None:
        """Let the base maps that are shown be printed below, or say that this sheet has none."""
        from gis.pages.options import BASE_MAP_TEMPLATES

        shown = self._shown_base_maps()
        if not shown:
            return
        if self._template not in BASE_MAP_TEMPLATES:
            self.second(_("Base maps are not printed on this sheet."))
            return
        self.below = QCheckBox(_("Base maps below, pale"))
        self.below.setChecked(self._with_base_maps)
        self.below.setToolTip("\n".join(one.path.name for one in shown))
        self.below.toggled.connect(self._print_base_maps)
        self.column.addWidget(self.below)

    def _shown_base_maps(self) -> list[KeptBaseMap]:
        """Give the base maps of this project that are shown and there, the lowest first."""
        path = self._bench.session.path
        kept = [] if path is None else read(self._bench.settings.base_maps(path))
        return [one for one in kept if one.visible and one.path.is_file()]

    def _print_base_maps(self, wanted: bool) -> None:
        self._with_base_maps = wanted
        self.look()

    def _set(self, name: str) -> Any:
        def keep(value: str) -> None:
            self._options[name] = value
            self.look()

        return keep

    def _preview(self) -> None:
        if self._picture is None:
            if self._hint:
                self.column.addWidget(notice(self._hint))
            return
        sheet = QLabel()
        sheet.setObjectName("preview")
        ratio = self.devicePixelRatioF()
        picture = QPixmap.fromImage(self._picture).scaledToWidth(
            round(PREVIEW_WIDTH * ratio), Qt.TransformationMode.SmoothTransformation
        )
        picture.setDevicePixelRatio(ratio)
        sheet.setPixmap(picture)
        sheet.setStyleSheet("border: 1px solid #dfe3e8;")
        sheet.setAccessibleName(_("Preview of the first sheet"))
        self.column.addWidget(sheet, 0, Qt.AlignmentFlag.AlignLeft)
        text = ngettext("{count} sheet", "{count} sheets", self._pages).format(count=self._pages)
        self.column.addWidget(label(text, "tile-note"))

    @property
    def template(self) -> str:
        """The template chosen."""
        return self._template

    @property
    def options(self) -> dict[str, Any]:
        """The options as they stand in the fields; base maps only where they are printed."""
        from gis.pages.options import BASE_MAP_TEMPLATES

        found = dict(self._options)
        if self._with_base_maps and self._template in BASE_MAP_TEMPLATES:
            shown = self._shown_base_maps()
            if shown:
                found["base_map"] = tuple(f"{one.path}@{one.crs}" for one in shown)
        return found

    def look(self, asked: bool = True) -> None:
        """Draw the first sheet beside the window; what hinders it is told aloud where it was asked for."""
        make = self._page_maker()
        if make is None:
            return
        if self._job is not None:
            self._job.cancel()

        def work(feedback: Feedback) -> tuple[QImage, int]:
            from ui.page_painter import page_image

            pages = make(feedback)
            return page_image(pages[0], PREVIEW_DPI * 2), len(pages)

        def done(found: tuple[QImage, int]) -> None:
            if self._job is job:
                self._job, self._hint = None, ""
                self._picture, self._pages = found
                self.refresh()

        def failed(error: Exception) -> None:
            if self._job is job:
                self._job, self._picture = None, None
                self._hint = window_sentence(error) if isinstance(error, GridError) else ""
                self.refresh()
                if asked or not isinstance(error, GridError):
                    self._bench.session.problem.emit(error)

        self._job = job = self._bench.jobs.run(_("Drawing the preview"), work, done, failed, asked=False)

    def show_all(self) -> None:
        """Make every sheet beside the window and show them large."""
        make = self._page_maker()
        if make is None:
            return

        def done(pages: list[Page]) -> None:
            dialog = PreviewDialog(pages, _("Preview"), self._bench.jobs, self.window())
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.setModal(True)
            dialog.show()
            dialog.draw()

        self._bench.session.run(_("Drawing the preview"), make, done)

    def _page_maker(self) -> Callable[[Feedback], list[Page]] | None:
        """Give the work that makes the pages as chosen now."""
        project, template, options = self._bench.session.project, self._template, self.options
        if project is None:
            return None
        result = self._bench.outage.result
        study = result.study if result is not None else None
        device, outage = self._bench.outage.title(project), self._bench.outage.plan.outage

        def make(feedback: Feedback) -> list[Page]:
            from gis.pages.options import PrintOptions
            from gis.pages.templates import TEMPLATES, make_pages

            chosen = PrintOptions(**options)
            if TEMPLATES[template].needs_trace:
                from ui.checks_text import check_rows

                checks = () if study is None else check_rows(project, study, outage)
                chosen = replace(chosen, study=study, device=device, checks=checks)
            return make_pages(project, template, chosen, feedback)

        return make

    def _print(self) -> None:
        self.print_wanted.emit(self._template, self.options)
