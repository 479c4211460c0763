"""Ask which rows to show by one column of a table: chosen values, a range, a text, filled or empty."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from resources.i18n import _
from ui import formats
from ui.tables.conditions import Between, Condition, Containing, Filled, OneOf, common_values
from ui.tables.editors import digits
from ui.tables.frame_model import FrameModel, Shown
from ui.widgets import button, label, make_primary, row

LISTED = 500
"""So many different values are listed; the others are found by typing a part of them."""

TEXT_ROLE = int(Qt.ItemDataRole.UserRole)


class FieldFilter(QDialog):
    """Asks for the condition on one column."""

    def __init__(self, model: FrameModel, column: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._column: Shown = model.columns[column]
        self._number = model.index_of(self._column.name).is_number and self._column.right
        self.setWindowTitle(_("Filter: {field}").format(field=self._column.heading))
        self.setMinimumWidth(340)
        self.layout_ = QVBoxLayout(self)
        self.layout_.setSpacing(8)
        if self._number:
            self._ask_range()
        else:
            self._ask_values()
        self._ask_filled()
        buttons = QDialogButtonBox()
        self.go = buttons.addButton(_("Filter"), QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(self.go)
        self.go.setDefault(True)
        off = buttons.addButton(_("Filter off"), QDialogButtonBox.ButtonRole.DestructiveRole)
        off.clicked.connect(self._drop)
        cancel = buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        buttons.accepted.connect(self._put)
        self.layout_.addWidget(buttons)

    # ----------------------------------------------------------------- parts

    def _ask_range(self) -> None:
        form = QFormLayout()
        self.least, self.most = QLineEdit(), QLineEdit()
        self.least.setAccessibleName(_("At least"))
        self.most.setAccessibleName(_("At most"))
        form.addRow(_("At least"), self.least)
        form.addRow(_("At most"), self.most)
        self.layout_.addLayout(form)
        self._wrong = label("", "second", wrap=True)
        self.layout_.addWidget(self._wrong)

    def _ask_values(self) -> None:
        self.text = QLineEdit()
        self.text.setPlaceholderText(_("Part of the value"))
        self.text.setClearButtonEnabled(True)
        self.text.setAccessibleName(_("Part of the value"))
        self.text.textChanged.connect(lambda _text: self._list())
        self.values = QListWidget()
        self.values.setAccessibleName(_("Values"))
        self.values.setMinimumHeight(220)
        self.values.itemChanged.connect(self._note)
        self._more = label("", "second", wrap=True)
        self._chosen: set[str] = set(self._chosen_before())
        found = self._model.kept(but=self._column.name)
        self._all = common_values(self._model.index_of(self._column.name), found)
        self.layout_.addWidget(self.text)
        self.layout_.addWidget(self.values)
        self.layout_.addWidget(self._more)
        self._list()

    def _ask_filled(self) -> None:
        self.layout_.addLayout(
            row(
                button(_("Only empty"), lambda: self._finish(self._filled(False))),
                button(_("Only filled"), lambda: self._finish(self._filled(True))),
                1,
            )
        )

    def _chosen_before(self) -> tuple[str, ...]:
        for one in self._model.conditions:
            if isinstance(one, OneOf) and one.column == self._column.name:
                return one.texts
        return ()

    def _list(self) -> None:
        """List the values that contain what was typed, the chosen ones first."""
        part = self.text.text().strip().casefold()
        fitting = [(text, count) for text, count in self._all if part in text.casefold()]
        fitting.sort(key=lambda pair: pair[0] not in self._chosen)
        self.values.blockSignals(True)
        self.values.clear()
        for text, count in fitting[:LISTED]:
            item = QListWidgetItem(f"{text or formats.EMPTY}   {formats.whole(count)}")
            item.setData(TEXT_ROLE, text)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            on = text in self._chosen
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            self.values.addItem(item)
        self.values.blockSignals(False)
        left = len(fitting) - LISTED
        told = _("and {count} more values; type a part of the one you look for")
        self._more.setText(told.format(count=formats.whole(left)) if left > 0 else "")

    def _note(self, item: QListWidgetItem) -> None:
        text = str(item.data(TEXT_ROLE))
        if item.checkState() == Qt.CheckState.Checked:
            self._chosen.add(text)
        else:
            self._chosen.discard(text)

    # ---------------------------------------------------------------- outcome

    def _put(self) -> None:
        condition = self._range() if self._number else self._choice()
        if condition is not None:
            self._finish(condition)
        elif not self._number or not self._wrong.text():
            self._drop()

    def _choice(self) -> Condition | None:
        name, heading = self._column.name, self._column.heading
        if self._chosen:
            return OneOf(name, heading, tuple(sorted(self._chosen)))
        text = self.text.text().strip()
        return Containing(name, heading, text) if text else None

    def _range(self) -> Condition | None:
        self._wrong.setText("")
        try:
            least, most = (
                float(digits(field.text())) if field.text().strip() else None
                for field in (self.least, self.most)
            )
        except ValueError:
            self._wrong.setText(_("Write numbers, or leave a field empty."))
            return None
        if least is None and most is None:
            return None
        return Between(self._column.name, self._column.heading, least, most)

    def _filled(self, filled: bool) -> Condition:
        return Filled(self._column.name, self._column.heading, filled)

    def _finish(self, condition: Condition) -> None:
        self._model.put_condition(condition)
        self.accept()

    def _drop(self) -> None:
        self._model.drop_condition(self._column.name)
        self.accept()
