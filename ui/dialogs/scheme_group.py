"""One group explained: ways between members, who guards whom, what it costs, where it comes too late."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from gis.change_list import TERMS
from grid_model.project import Project
from resources.i18n import _
from ui import formats, objects
from ui.grouping_hand import InHand
from ui.price_text import LEAST_MIN
from ui.widgets import label, link, row, rule

LATE = 12
"""So many areas that are reached too late are linked."""


class GroupDialog(QDialog):
    """Figures of one group; links go to the map."""

    def __init__(
        self,
        project: Project,
        hand: InHand,
        number: int,
        name: str,
        go: Callable[[str, str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(name)
        self._project, self._hand, self._number = project, hand, number
        self._column = QVBoxLayout(self)
        self._column.setSpacing(6)
        self._ways()
        self._guards()
        self._terms()
        self._late(go)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self._column.addWidget(buttons)

    def _name(self, manager: str) -> str:
        return objects.object_name(self._project, "district_managers", manager)

    def _section(self, text: str) -> None:
        if self._column.count():
            self._column.addWidget(rule())
        self._column.addWidget(label(text, "section"))

    def _ways(self) -> None:
        """Minutes from the manager of the row to the one of the column."""
        self._section(_("Way from row to column (min); of a pair the slower one counts"))
        members = self._hand.plan.groups[self._number]
        problem = self._hand.plan.problem
        at = problem.positions(members)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for n, one in enumerate(members):
            grid.addWidget(_right(self._name(one)), 0, n + 1)
            grid.addWidget(label(self._name(one)), n + 1, 0)
        for a in range(len(members)):
            for b in range(len(members)):
                minutes = float(problem.minutes[at[a], at[b]])
                text = formats.EMPTY if a == b or not math.isfinite(minutes) else formats.number(minutes, 1)
                cell = _right(text)
                if a != b and minutes > problem.max_pair_minutes:
                    cell.setObjectName("wrong")
                grid.addWidget(cell, a + 1, b + 1)
        grid.setColumnStretch(len(members) + 1, 1)
        self._column.addLayout(grid)

    def _guards(self) -> None:
        from grid_model.grouping.guarding import guarding_pairs

        self._section(_("Who guards whom"))
        for pair in guarding_pairs(self._hand.plan.problem, self._hand.plan.groups[self._number]):
            text = (
                _("{manager} is guarded by {guard}").format(
                    manager=self._name(pair.manager), guard=self._name(pair.guard)
                )
                if pair.guard
                else _("{manager} is guarded by nobody").format(manager=self._name(pair.manager))
            )
            self._column.addWidget(label(text, "" if pair.guard else "wrong"))

    def _terms(self) -> None:
        score = self._hand.score(self._number)
        if score is None:
            return
        self._section(_("What the group costs"))
        parts = [
            f"{_(title)} {formats.number(score.terms[name], 1)}"
            for name, title in TERMS.items()
            if abs(score.terms.get(name, 0.0)) >= LEAST_MIN
        ]
        whole = _("{cost} min in all").format(cost=formats.number(score.cost_min, 1))
        self._column.addWidget(label(_(", ").join([*parts, whole])))

    def _late(self, go: Callable[[str, str], None]) -> None:
        late = self._hand.uncovered(self._number)
        self._section(
            _("Areas that two qualified members do not reach in time: {count}").format(count=len(late))
        )
        for begin in range(0, min(len(late), LATE), 3):
            line = row()
            for one in late[begin : begin + 3]:
                name = objects.object_name(self._project, "transformer_areas", one)
                line.addWidget(link(name, partial(self._leave, go, one)))
            line.addStretch()
            self._column.addLayout(line)

    def _leave(self, go: Callable[[str, str], None], area: str) -> None:
        self.accept()
        go("transformer_areas", area)


def _right(text: str) -> QLabel:
    made = label(text)
    made.setAlignment(Qt.AlignmentFlag.AlignRight)
    return made
