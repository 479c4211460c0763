"""Ask how a layer is shown: opacity, scales, filter, colour, size; the map shows it at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QWidget,
)

from grid_model.errors import GridError
from grid_model.expression import Expression
from grid_model.project import Project
from resources.i18n import _, ngettext
from ui import formats
from ui.map.layer import PLAIN_LOOK, Layer, LayerLook
from ui.messages import window_sentence
from ui.panels.layers_styles import LEAST_SIZE, MOST_SIZE
from ui.scales import SCALES, read_scale, scale_text
from ui.widgets import label, make_primary

WIDTH = 430


class LayerDialog(QDialog):
    """A form for the look of one layer.

    Parameters
    ----------
    project
        Tells how many rows a filter leaves; None where the layer is no table's.
    show
        Hears of each look tried, so that the map shows it before it is taken.
    """

    def __init__(
        self,
        layer: Layer,
        title: str,
        project: Project | None,
        show: Callable[[LayerLook], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._layer = layer
        self._project = project if "filter" in layer.knobs else None
        self._show = show
        self._color = layer.look.color
        self.setWindowTitle(_("Layer: {layer}").format(layer=title))
        self.setMinimumWidth(WIDTH)
        form = QFormLayout(self)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(10)
        self.opacity, self.percent = QSlider(Qt.Orientation.Horizontal), QLabel()
        self._add_opacity(form)
        self.far, self.near = _scale_choice(), _scale_choice()
        self._add_scales(form)
        self.color, self.width_factor = QPushButton(), QDoubleSpinBox()
        self._add_style(form)
        self.filter, self.told = QLineEdit(), label("", "second", wrap=True)
        self._add_filter(form)
        form.addRow(self._buttons())
        self.take(layer.look)
        for changed in (
            self.opacity.valueChanged,
            self.far.currentTextChanged,
            self.near.currentTextChanged,
            self.width_factor.valueChanged,
        ):
            changed.connect(lambda _value: self._tried())
        self.filter.textChanged.connect(lambda _text: self._check())

    # the fields

    def _add_opacity(self, form: QFormLayout) -> None:
        self.opacity.setRange(5, 100)
        self.opacity.setPageStep(10)
        self.opacity.setAccessibleName(_("Opacity"))
        self.percent.setMinimumWidth(44)
        self.percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line = QHBoxLayout()
        line.addWidget(self.opacity, 1)
        line.addWidget(self.percent)
        form.addRow(_("Opacity"), line)

    def _add_scales(self, form: QFormLayout) -> None:
        tip = _("A scale such as 1:10000; empty: no limit.")
        for title, field in (
            (_("Hidden when smaller than"), self.far),
            (_("Hidden when larger than"), self.near),
        ):
            field.setAccessibleName(title)
            field.setToolTip(tip)
            form.addRow(title, field)

    def _add_style(self, form: QFormLayout) -> None:
        self.color.clicked.connect(self._ask_color)
        self.color.setToolTip(_("Choose a colour for the lines of this layer"))
        plain = QPushButton(_("Theme"))
        plain.setToolTip(_("Take the colour of the theme"))
        plain.clicked.connect(lambda: self._set_color(""))
        line = QHBoxLayout()
        line.addWidget(self.color, 1)
        line.addWidget(plain)
        if "color" in self._layer.knobs:
            form.addRow(_("Colour"), line)
        self.width_factor.setRange(LEAST_SIZE, MOST_SIZE)
        self.width_factor.setSingleStep(0.25)
        self.width_factor.setPrefix("× ")
        self.width_factor.setToolTip(_("How many times as wide or large as usual"))
        if "size" in self._layer.knobs:
            form.addRow(_("Width or size"), self.width_factor)

    def _add_filter(self, form: QFormLayout) -> None:
        self.filter.setPlaceholderText(_("all rows; or for example: rated_kva > 200"))
        self.filter.setAccessibleName(_("Filter"))
        self.filter.setClearButtonEnabled(True)
        if "filter" in self._layer.knobs:
            form.addRow(_("Only rows where"), self.filter)
            form.addRow("", self.told)

    def _buttons(self) -> QDialogButtonBox:
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.ok = buttons.button(kinds.Ok)
        make_primary(self.ok)
        reset = buttons.addButton(_("As at first"), QDialogButtonBox.ButtonRole.ResetRole)
        reset.clicked.connect(lambda: self.take(PLAIN_LOOK))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    # what they say

    def take(self, look: LayerLook) -> None:
        """Put a look into the fields."""
        self._color = look.color
        self.opacity.setValue(round(look.opacity * 100))
        far = self._layer.max_denominator if look.far is None else look.far
        self.far.setCurrentText(scale_text(far))
        self.near.setCurrentText(scale_text(look.near or 0.0))
        self.width_factor.setValue(look.size)
        self.filter.setText(look.filter)
        self._check()

    def look(self) -> LayerLook:
        """Give the look the fields say; a scale that cannot be read is no limit."""
        far, near = read_scale(self.far.currentText()), read_scale(self.near.currentText())
        if far is not None and near is not None and far < near:
            far, near = near, far
        own = self._layer.max_denominator
        no_limit = NO_LIMIT if own != float("inf") else None
        return LayerLook(
            opacity=self.opacity.value() / 100,
            far=None if far == own else (no_limit if far is None else far),
            near=near,
            filter=self.filter.text().strip() if self._project is not None else self._layer.look.filter,
            color=self._color,
            size=round(self.width_factor.value(), 2),
        )

    def _tried(self) -> None:
        self.percent.setText(formats.percent(self.opacity.value() / 100))
        shown = QPixmap(36, 16)
        shown.fill(QColor(self._color or "#00000000"))
        self.color.setIcon(QIcon(shown) if self._color else QIcon())
        self.color.setText(self._color or _("As the theme has it"))
        self._show(replace(self.look(), filter=self._layer.look.filter))

    def _check(self) -> None:
        """Say what the filter leaves, or what is wrong with it."""
        text = self.filter.text().strip()
        told, right = "", True
        if text and self._project is not None:
            table = self._layer.tables[0]
            try:
                kept = int(Expression.parse(text, table).mask(self._project).sum())
            except GridError as error:
                told, right = window_sentence(error), False
            else:
                all_rows = len(self._project.frame(table))
                told = ngettext("{kept} of {all} row", "{kept} of {all} rows", all_rows).format(
                    kept=formats.whole(kept), all=formats.whole(all_rows)
                )
        self.told.setText(told)
        self.ok.setEnabled(right)
        self._tried()

    def _ask_color(self) -> None:
        start = QColor(self._color) if self._color else QColor(Qt.GlobalColor.red)
        chosen = QColorDialog.getColor(start, self, _("Colour"))
        if chosen.isValid():
            self._set_color(chosen.name().upper())

    def _set_color(self, color: str) -> None:
        self._color = color
        self._tried()


NO_LIMIT = 1_000_000_000.0
"""Stands for no limit where the layer has one of its own; the largest scale the project keeps."""


def _scale_choice() -> QComboBox:
    choice = QComboBox()
    choice.setEditable(True)
    choice.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    choice.addItem("")
    choice.addItems([scale_text(one) for one in SCALES])
    return choice
