"""What the commands of the window do; each function bears the name of its action in `ui.actions`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QInputDialog

from gis.provenance import Provenance
from gis.sheets import Sheet, write_sheets
from grid_model import schema
from grid_model.feedback import Feedback
from grid_model.project import Project
from grid_model.schema import Shape
from grid_model.table import plain
from resources.i18n import N_, _, ngettext
from ui import outputs
from ui.device_menu import ask_about
from ui.dialogs import ask
from ui.dialogs.operation_dialog import data_files
from ui.formats import whole
from ui.grids_doing import (  # noqa: F401 - commands of the task Grids
    assign_areas,
    check_scheme,
    clear_plan,
    compare_schemes,
    copy_scheme,
    delete_scheme,
    export_changes,
    export_changes_full,
    export_roster,
    export_roster_full,
    find_stand_ins,
    grouping_options,
    grouping_rules,
    merge_grids,
    paint_areas,
    print_group_cards,
    propose_groups,
    put_plan,
    put_plan_in_force,
    put_scheme_in_force,
    rename_scheme,
    replan,
    show_alternatives,
    split_grid,
)
from ui.settings import documents_folder
from ui.tables.pages import AttributePage, TablePage
from ui.tables.view import FrameView

if TYPE_CHECKING:
    from ui.main_window import MainWindow

PROJECT_FILES = "GeoPackage (*.gpkg)"
SHAPE_FILES = ";;GeoPackage (*.gpkg);;GeoJSON (*.geojson);;Shapefile (*.shp)"
"""Kinds of file a table with places can be written to, beside Excel and CSV."""


# ---------------------------------------------------------------------- file


def new_sample(window: MainWindow) -> None:
    """Make an invented station and open it."""
    from ui.dialogs.operation_dialog import OperationDialog
    from ui.operations import operation
    from ui.outputs import empty_project

    settings, sample = window.bench.settings, operation("sample")
    preset = {
        "out": str(free_name(settings.folder_for("project"), _("Sample station"), ".gpkg")),
        "size": "typical",
    }
    dialog = OperationDialog(sample, window, preset)
    if not dialog.exec():
        return
    chosen = dialog.parameters
    path = Path(chosen.out)
    settings.remember_folder("project", path.parent)
    window.bench.session.open_made(path, lambda feedback: sample.run(empty_project(), chosen, feedback))


def open_sample(window: MainWindow, then: Callable[[], None] | None = None) -> None:
    """Open the sample station in the documents folder; make it where it is not there yet."""
    from ui.operations import operation
    from ui.outputs import empty_project

    path = documents_folder() / f"{_('Sample station')}.gpkg"
    if path.exists():
        window.bench.session.open(path, then)
        return
    sample = operation("sample")
    parameters = sample.parameters(out=str(path))
    window.bench.session.open_made(
        path, lambda feedback: sample.run(empty_project(), parameters, feedback), then
    )


def free_name(folder: Path, stem: str, suffix: str) -> Path:
    """Give a path in `folder` where nothing stands yet."""
    path = folder / f"{stem}{suffix}"
    number = 2
    while path.exists():
        path = folder / f"{stem} {number}{suffix}"
        number += 1
    return path


def open(window: MainWindow) -> None:
    """Open a project file."""
    settings = window.bench.settings
    path = ask.file_to_open(window, _("Open a project"), settings.folder_for("project"), PROJECT_FILES)
    if path is not None:
        settings.remember_folder("project", path.parent)
        window.bench.session.open(path)


def open_reading(window: MainWindow) -> None:
    """Open a project file to look at it: another program may have it, nothing is changed."""
    settings = window.bench.settings
    title = _("Open a project for reading only")
    path = ask.file_to_open(window, title, settings.folder_for("project"), PROJECT_FILES)
    if path is not None:
        settings.remember_folder("project", path.parent)
        window.bench.session.open(path, reading=True)


def recent(_window: MainWindow) -> None:
    """The submenu does it."""


def import_data(window: MainWindow) -> None:
    """Choose files and bring them into the project."""
    settings = window.bench.settings
    found = ask.files_to_open(window, _("Import files"), settings.folder_for("import"), data_files())
    if found:
        settings.remember_folder("import", found[0].parent)
        outputs.import_sources(window, found)


def import_folder(window: MainWindow) -> None:
    """Choose a folder with a network and bring it into the project."""
    settings = window.bench.settings
    folder = ask.folder_to_open(window, _("Import a network folder"), settings.folder_for("import"))
    if folder is not None:
        settings.remember_folder("import", folder.parent)
        outputs.import_sources(window, [folder])


def check(window: MainWindow) -> None:
    """Check the data and list what was found."""
    outputs.check(window)


def save_as(window: MainWindow) -> None:
    """Write a copy and go on in it."""
    session = window.bench.session
    if session.path is not None:
        path = ask.file_to_write(window, _("Save as"), session.path, PROJECT_FILES)
        if path is not None and path.resolve() != session.path.resolve():
            session.save_as(path)


def export_table(window: MainWindow) -> None:
    """Write the table on screen into an Excel file, as it is shown."""
    page, project = window.bottom.page, window.bench.session.project
    if page is None or project is None:
        window.messages.tell(_("Open a table below the map first; then it can be exported."), "warning")
        return
    settings = window.bench.settings
    name = page.title.rsplit(" ", 1)[0].replace("/", " ")
    suggestion = settings.folder_for("export") / f"{project.info.name} {name}.xlsx".strip()
    shape = isinstance(page, AttributePage) and page.schema.shape is not Shape.NONE
    kinds = "Excel (*.xlsx);;CSV (*.csv)" + (SHAPE_FILES if shape else "")
    path = ask.file_to_write(window, _("Export table"), suggestion, kinds)
    if path is None:
        return
    settings.remember_folder("export", path.parent)
    sheet = sheet_of(page, name, project, window.bench.outage.state)
    order = [int(one) for one in page.model.order]
    session, masked = window.bench.session, not window.bench.show_personal

    def work(feedback: Feedback) -> bool:
        if not shape or path.suffix.lower() in (".xlsx", ".csv"):
            write_sheets(path, [sheet], feedback)
            return False
        from gis.shape_export import shapes_of, write_shapes

        shapes = shapes_of(project, page.name, order)
        return write_shapes(path, sheet, schema.table(page.name), shapes, project.geographic, feedback)

    def done(shortened: bool) -> None:
        session.note(
            N_("Table exported: {file}, {rows} rows, {masking}"),
            {
                "file": path.name,
                "rows": str(len(sheet.rows)),
                "masking": N_("Masked") if masked else N_("Not masked"),
            },
        )
        written = _("Table written: {file}").format(file=path)
        window.messages.tell(written if not shortened else f"{written}\n{names_told(path)}")

    def lost(_shortened: bool) -> str:
        return _(
            "Table written: {file}; its project was closed meanwhile, so its journal does not tell of it."
        ).format(file=path)

    session.run(_("Writing {file}").format(file=path.name), work, done, lost=lost)


def names_told(path: Path) -> str:
    """Say where the headings of a Shapefile stand in full."""
    from gis.shape_export import told

    return told(path)


def sheet_of(page: TablePage, title: str, project: Project, state: str) -> Sheet:
    """Make a sheet of the rows on screen, in their order, with the visible columns."""
    model, view = page.model, page.view
    visible = view.visible_columns()
    columns = [model.columns[at] for at in visible]
    values = [model.frame[column.name].array for column in columns]

    def cell(at: int, position: int) -> str | float | None:
        value = values[at][position]
        if columns[at].right:
            value = plain(value)
            return None if value is None else float(value)
        return columns[at].text(value).replace("\u00a0", " ") or None

    rows = [[cell(at, int(position)) for at in range(len(columns))] for position in model.order]
    return Sheet(
        title, [column.heading for column in columns], rows, [Provenance.of(project, state).sentence]
    )


def close_project(window: MainWindow) -> None:
    """Close the project and go back to the start page."""
    window.bench.session.close()


def exit(window: MainWindow) -> None:
    """Close the window."""
    window.close()


# ---------------------------------------------------------------------- edit


def undo(window: MainWindow) -> None:
    """Take back the last edit."""
    window.bench.session.undo()


def redo(window: MainWindow) -> None:
    """Bring back what undo took."""
    window.bench.session.redo()


def paste(window: MainWindow) -> None:
    """Paste into the table on screen, if it has the focus: nothing is changed from afar."""
    page, focus = window.bottom.page, QApplication.focusWidget()
    if page is None:
        return
    if focus is not None and page.isAncestorOf(focus):
        page.paste()
    else:
        window.messages.tell(_("Click the cell where pasting is to begin, then paste."), "warning")


def copy(window: MainWindow) -> None:
    """Copy the chosen rows of the table that has the focus, else of the one on screen."""
    focus = QApplication.focusWidget()
    view = focus if isinstance(focus, FrameView) else window.bottom.page.view if window.bottom.page else None
    if view is not None:
        view.copy()


def new_row(window: MainWindow) -> None:
    """Ask for a new row of the table on screen; then show and choose it, whatever was filtered out."""
    from ui.actions import can_make_row
    from ui.dialogs.new_row_dialog import NewRowDialog

    project, page, bench = window.bench.session.project, window.bottom.page, window.bench
    if project is None or page is None or not can_make_row(window):
        return
    dialog = NewRowDialog(bench.session, project, page.name, bench.show_personal, window)
    if not dialog.exec():
        return
    bench.select(page.name, dialog.made)
    hidden = any(page.model.row_of(one) < 0 for one in page.positions_of(bench.selection))
    if hidden:
        window.bottom.drop_filters()
    page.follow_selection()
    page.view.setFocus()
    told = (
        _("“{id}” stands in the table now; the filters hid it and were taken off.")
        if hidden
        else _("“{id}” stands in the table now.")
    )
    window.messages.tell(told.format(id=dialog.made))


def delete_chosen(window: MainWindow) -> None:
    """Say what depends on what is chosen, and delete it with that where the person agrees."""
    from grid_model.delete import DeleteObjects, deletion_of
    from ui.actions import can_delete
    from ui.dialogs.delete_dialog import ask_delete

    project, chosen = window.bench.session.project, window.bench.selection
    if project is None or not can_delete(window):
        return
    found = deletion_of(project, chosen.table, chosen.ids)
    if not ask_delete(project, chosen.table, chosen.ids, found, window.bench.show_personal, window):
        return
    if window.bench.session.do(DeleteObjects(chosen.table, chosen.ids, with_dependents=True)) is not None:
        told = ngettext("{count} row deleted.", "{count} rows deleted.", found.count)
        window.messages.tell(told.format(count=whole(found.count)))


def find(window: MainWindow) -> None:
    """Go to the search box."""
    window.top.search.setFocus()
    window.top.search.selectAll()


def journal(window: MainWindow) -> None:
    """List who did what when; its menu leads back to any point."""
    window.bottom.setVisible(True)
    window.bottom.open("journal-entries")


def choose_by_expression(window: MainWindow) -> None:
    """Choose rows of the table on screen by a condition."""
    if isinstance(window.bottom.page, AttributePage):
        window.bottom.page.ask_expression()


def show_personal(window: MainWindow) -> None:
    """Show names, phones and addresses after saying what for, or hide them again."""
    if window.bench.show_personal:
        window.bench.set_show_personal(False)
        return
    question = _(
        "What are names, phones and addresses needed for? The answer is kept in the project's journal."
    )
    purpose = ask.purpose(window, question)
    if purpose:
        window.bench.set_show_personal(True, purpose)


def settings(window: MainWindow) -> None:
    """Language, colours, folders, and the numbers of the project."""
    from ui.dialogs.settings_dialog import SettingsDialog

    dialog = SettingsDialog(window.bench, window)
    if not dialog.exec():
        return
    if dialog.theme_changed:
        window.theme_wanted.emit(dialog.theme)
    if dialog.language_changed:
        window.language_wanted.emit(dialog.language)


# ---------------------------------------------------------------------- view


def task_data(window: MainWindow) -> None:
    """Turn to the data."""
    window.bench.set_task("data")


def task_grids(window: MainWindow) -> None:
    """Turn to the grids."""
    window.bench.set_task("grids")


def task_outage(window: MainWindow) -> None:
    """Turn to outages."""
    window.bench.set_task("outage")


def task_print(window: MainWindow) -> None:
    """Turn to printing."""
    window.bench.set_task("print")


def zoom_all(window: MainWindow) -> None:
    """Show the whole station."""
    window.canvas.zoom_to_all()


def zoom_in(window: MainWindow) -> None:
    """Enlarge the map."""
    window.canvas.zoom_in()


def zoom_out(window: MainWindow) -> None:
    """Make the map smaller."""
    window.canvas.zoom_out()


def zoom_selection(window: MainWindow) -> None:
    """Show what is under the hand."""
    chosen = window.bench.selection
    if chosen.single is not None:
        window.bench.zoom_wanted.emit(chosen.table, chosen.single)


def visit_back(window: MainWindow) -> None:
    """Go back to the object visited before."""
    window.bench.visit(-1)


def visit_forward(window: MainWindow) -> None:
    """Go forward again through the objects visited."""
    window.bench.visit(1)


def keep_view(window: MainWindow) -> None:
    """Keep what the map shows under a name."""
    name, agreed = QInputDialog.getText(window, _("Keep this view"), _("Name of the view"))
    if agreed and name.strip():
        window.left.keep_view(name.strip())


def set_scale(window: MainWindow) -> None:
    """Go to the field of the scale."""
    window.status.scale.setFocus()


def add_base_map(window: MainWindow) -> None:
    """Lay a map from a file under everything."""
    window.left.layers.add_base_map()


def toggle_overview(window: MainWindow) -> None:
    """Show or hide the small map of the whole."""
    window.overview.wanted = not window.overview.wanted
    window.bench.settings.show_overview = window.overview.wanted
    if window.overview.wanted and window.overview.shows_everything:
        window.messages.tell(_("The overview map appears as soon as the map shows less than the whole."))


def toggle_tables(window: MainWindow) -> None:
    """Show or hide the tables below the map."""
    window.bottom.setVisible(not window.bottom.isVisible())


# -------------------------------------------------------------------- outage


def what_if(window: MainWindow) -> None:
    """Ask what happens when the device under the hand opens (or closes, where it is open)."""
    _ask(window, "open")


def what_if_fault(window: MainWindow) -> None:
    """Ask what happens when the device under the hand fails."""
    _ask(window, "fault")


def _ask(window: MainWindow, action: str) -> None:
    desk, chosen = window.bench.outage, window.bench.selection
    device = desk.device_chosen(chosen)
    if device is None or chosen.single is None:
        return
    if action == "open" and desk.is_open(chosen.table, chosen.single):
        action = "close"
    ask_about(window.bench, action, device)
    window.right.show_task()


def export_customers(window: MainWindow) -> None:
    """Write the list of affected customers into an Excel file."""
    outputs.export_customers(window)


def export_customers_full(window: MainWindow) -> None:
    """Write the list of affected customers with names and phones, after saying what for."""
    outputs.export_customers(window, full=True)


def rank(window: MainWindow) -> None:
    """List the loss of every single device."""
    outputs.rank(window)


def clear_outage(window: MainWindow) -> None:
    """Forget the simulation."""
    window.bench.outage.clear()


# --------------------------------------------------------------------- print


def print_station_map(window: MainWindow) -> None:
    """Turn to printing with the station map chosen."""
    window.bench.set_task("print")
    window.right.show_task()
    window.right.print.choose("station-map")


def print_outage(window: MainWindow) -> None:
    """Turn to printing with the sheet of the outage chosen."""
    window.bench.set_task("print")
    window.right.show_task()
    window.right.print.choose("outage-sheet")


def print_grid_book(window: MainWindow) -> None:
    """Turn to printing with the grid book chosen."""
    window.bench.set_task("print")
    window.right.show_task()
    window.right.print.choose("grid-book")


def web_map(window: MainWindow) -> None:
    """Write the map as one page for a browser."""
    outputs.web_map(window)


def print_full(window: MainWindow) -> None:
    """Print the template chosen on the panel with names and phones, after saying what for."""
    panel = window.right.print
    outputs.print_pages(window, panel.template, panel.options, full=True)


def web_map_full(window: MainWindow) -> None:
    """Write the web map with names and phones, after saying what for."""
    outputs.web_map(window, full=True)


# ---------------------------------------------------------------------- help


def tour(window: MainWindow) -> None:
    """Lead through the window, on the sample station where nothing is open."""
    from ui.tour import Tour

    if window.bench.session.project is not None:
        Tour(window).start()
    else:
        open_sample(window, then=lambda: Tour(window).start())


def shortcuts(window: MainWindow) -> None:
    """List the shortcuts."""
    from ui.dialogs.help_dialogs import ShortcutDialog

    ShortcutDialog(window).exec()


def about(window: MainWindow) -> None:
    """Say what this is."""
    from ui.dialogs.help_dialogs import AboutDialog

    AboutDialog(window).exec()


def open_dropped(window: MainWindow, paths: list[Path]) -> None:
    """Open a dropped project file, or import anything else."""
    projects = [path for path in paths if path.suffix.lower() == ".gpkg" and outputs.is_project(path)]
    if len(paths) == 1 and projects:
        window.bench.session.open(projects[0])
    else:
        outputs.import_sources(window, paths)
