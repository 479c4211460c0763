"""Ask which coordinate system a base map is in."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QWidget

from gis import crs
from gis.basemap import WEB_MERCATOR
from grid_model.errors import GridError
from grid_model.project import LOCAL
from resources.i18n import _
from ui.messages import window_sentence
from ui.widgets import label, make_primary

WIDTH = 460


def choices(longitude: float | None, stated: str) -> list[tuple[str, str]]:
    """List the systems to choose from: code and words, the likeliest first.

    Parameters
    ----------
    longitude
        Somewhere in the project; None for a project on a local plane.
    stated
        What the file says; empty where it says nothing.
    """
    if longitude is None:
        return [(LOCAL, _("The plane of this project"))]
    meridian = crs.central_meridian(longitude)
    zone = crs.zone_epsg(longitude)
    number = meridian // 3
    found = [
        (f"EPSG:{zone}", _("CGCS2000, 3° zone {meridian}°E, metres").format(meridian=meridian)),
        (
            f"EPSG:{4513 + number - 25}",
            _("CGCS2000, 3° zone {meridian}°E, eastings beginning with {number}").format(
                meridian=meridian, number=number
            ),
        ),
        ("EPSG:4490", _("CGCS2000 or WGS 84, degrees")),
        (WEB_MERCATOR, _("Web Mercator (map tiles)")),
        (crs.GCJ02, _("GCJ-02 (phone maps)")),
        (crs.BD09, _("BD-09 (Baidu)")),
    ]
    codes = [code for code, _words in found]
    if stated and stated not in codes:
        found.insert(0, (stated, _("As the file says: {crs}").format(crs=stated[:60])))
    elif stated:
        found.insert(0, found.pop(codes.index(stated)))
    return found


class BaseMapDialog(QDialog):
    """Asks for the coordinate system of one file."""

    def __init__(
        self, path: Path, longitude: float | None, stated: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._geographic = longitude is not None
        self.setWindowTitle(_("Base map: {file}").format(file=path.name))
        self.setMinimumWidth(WIDTH)
        told = (
            _("The file says which coordinate system it is in; change it only if the map lies wrong.")
            if stated
            else _("The file does not say which coordinate system it is in. Whoever made it knows.")
        )
        form = QFormLayout(self)
        form.setVerticalSpacing(10)
        form.addRow(label(told, wrap=True))
        self.crs = QComboBox()
        self.crs.setEditable(True)
        self.crs.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.crs.setAccessibleName(_("Coordinate system"))
        self.crs.setToolTip(_("Choose, or write a number such as EPSG:4547"))
        self._choices = choices(longitude, stated)
        self.crs.addItems([words for _code, words in self._choices])
        form.addRow(_("Coordinate system"), self.crs)
        self.told = label("", "second", wrap=True)
        form.addRow("", self.told)
        form.addRow(
            label(
                _("The map stays in its file and is remembered on this computer only."), "second", wrap=True
            )
        )
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        make_primary(buttons.button(kinds.Ok))
        buttons.accepted.connect(self._take)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)

    def answer(self) -> str:
        """Give the system as `gis.crs.read_crs` takes it."""
        text = self.crs.currentText().strip()
        return next((code for code, words in self._choices if words == text), text)

    def _take(self) -> None:
        from gis.basemap import source_of

        try:
            source_of(self.answer(), self._geographic)
        except GridError as error:
            self.told.setText(window_sentence(error))
        else:
            self.accept()


def ask_crs(path: Path, longitude: float | None, stated: str, parent: QWidget | None) -> str:
    """Ask; empty where the person turns back."""
    dialog = BaseMapDialog(path, longitude, stated, parent)
    agreed = dialog.exec()
    dialog.deleteLater()
    return dialog.answer() if agreed else ""
