"""What the search for groups weighs and forbids, beyond sizes and preset."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QSpinBox,
    QWidget,
)

from grid_model.grouping.plan import WEIGHTS
from grid_model.grouping.presets import presets, weights_of
from grid_model.project import Project
from grid_model.settings import setting
from resources.i18n import N_, _
from ui.grouping_plan import Request
from ui.widgets import label, make_primary

TITLES = {
    "travel": N_("Way between members (factor)"),
    "longest": N_("Longest way in a group (factor)"),
    "imbalance_min": N_("Uneven work (min)"),
    "size_min": N_("Size beside the target (min)"),
    "change_min": N_("Leaving one's group (min)"),
    "feeder_min": N_("Feeder in several groups (min)"),
    "village_min": N_("Village in several groups (min)"),
}
"""The weights, by the names of `grid_model.grouping.problem.Weights`."""


class RulesDialog(QDialog):
    """A form for weights and limits."""

    def __init__(self, project: Project, request: Request, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Weights and limits"))
        self._request = request
        self._usual = usual_weights(project, request)
        given = dict(request.weights)
        form = QFormLayout(self)
        intro = label(
            _("What a plan costs, in minutes; of all plans that keep the rules the cheapest is taken."),
            "second",
            wrap=True,
        )
        form.addRow(intro)
        self.weights: dict[str, QDoubleSpinBox] = {}
        for name, title in TITLES.items():
            self.weights[name] = box = QDoubleSpinBox()
            box.setRange(0.0, 1000.0)
            box.setDecimals(2)
            box.setValue(given.get(name, self._usual[name]))
            form.addRow(_(title), box)
        self.little = QCheckBox(_("Change as little as possible"))
        self.little.setChecked(request.little_change)
        self.across = QCheckBox(_("Groups may cross the stations' borders"))
        self.across.setChecked(request.across_stations)
        self.hard = QCheckBox(_("Forbid longer ways than (min)"))
        self.hard.setChecked(request.hard_pair_minutes is not None)
        self.minutes = QDoubleSpinBox()
        self.minutes.setRange(1.0, 240.0)
        self.minutes.setValue(request.hard_pair_minutes or setting(project, "group.max_pair_minutes"))
        self.limited = QCheckBox(_("Stop the search after (s)"))
        self.limited.setChecked(request.time_limit_s is not None)
        self.limited.setToolTip(_("Gives the best plan found by then, and how far it may be from the best."))
        self.seconds = QSpinBox()
        self.seconds.setRange(1, 3600)
        self.seconds.setValue(round(request.time_limit_s or 60))
        limits: tuple[tuple[QCheckBox, QWidget], ...] = (
            (self.hard, self.minutes),
            (self.limited, self.seconds),
        )
        for check, field in limits:
            field.setEnabled(check.isChecked())
            check.toggled.connect(field.setEnabled)
            form.addRow(check, field)
        form.addRow(self.little)
        form.addRow(self.across)
        form.addRow(self._buttons())

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        usual = buttons.addButton(_("As usual"), QDialogButtonBox.ButtonRole.ResetRole)
        usual.clicked.connect(self._reset)
        make_primary(buttons.button(QDialogButtonBox.StandardButton.Ok))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _reset(self) -> None:
        for name, box in self.weights.items():
            box.setValue(self._usual[name])
        for check in (self.little, self.across, self.hard, self.limited):
            check.setChecked(False)

    def answer(self) -> Request:
        """Give the request with what was chosen; weights that are as usual are not named."""
        weights = tuple(
            (name, box.value())
            for name, box in self.weights.items()
            if abs(box.value() - self._usual[name]) > 0.005
        )
        return replace(
            self._request,
            weights=weights,
            little_change=self.little.isChecked(),
            across_stations=self.across.isChecked(),
            hard_pair_minutes=self.minutes.value() if self.hard.isChecked() else None,
            time_limit_s=float(self.seconds.value()) if self.limited.isChecked() else None,
        )


def usual_weights(project: Project, request: Request) -> dict[str, float]:
    """Give the weights of the preset, else those of the settings."""
    if request.preset:
        values = presets()[request.preset].settings
        return {name: float(values[behind]) for name, behind in WEIGHTS.items()}
    own = weights_of(project)
    return {name: float(getattr(own, name)) for name in WEIGHTS}


def ask_rules(project: Project, request: Request, parent: QWidget) -> Request | None:
    """Ask; None where the person turns back."""
    dialog = RulesDialog(project, request, parent)
    return dialog.answer() if dialog.exec() else None
