"""Dialogs are made from the descriptions of operations, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from resources import i18n
from ui.dialogs.help_dialogs import AboutDialog, ShortcutDialog
from ui.dialogs.operation_dialog import OperationDialog
from ui.operations import MODULES, operation


@pytest.fixture(params=["en", "zh_CN"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    i18n.use_language(request.param)
    yield request.param
    i18n.use_language("en")


@pytest.mark.parametrize("name", [name for name in MODULES if name != "demo"])
def test_every_operation_has_a_dialog(qtbot: QtBot, name: str, language: str) -> None:
    what = operation(name)
    dialog = OperationDialog(what)
    qtbot.addWidget(dialog)
    asked = {one for one, _default, about in what.described() if not about.steps}
    assert set(dialog.fields) == asked
    assert dialog.windowTitle() == i18n._(what.title)


def test_the_dialog_of_the_sample_gives_its_parameters(qtbot: QtBot) -> None:
    dialog = OperationDialog(operation("sample"), preset={"out": "x.gpkg"})
    qtbot.addWidget(dialog)
    size, seed, force = dialog.fields["size"], dialog.fields["seed"], dialog.fields["force"]
    assert isinstance(size, QComboBox)
    assert isinstance(seed, QSpinBox)
    assert isinstance(force, QCheckBox)
    size.setCurrentIndex(size.findData("small"))
    seed.setValue(4)
    found = dialog.parameters
    assert (found.out, found.size, found.seed, found.force) == ("x.gpkg", "small", 4, False)


def test_nothing_goes_on_while_a_required_field_is_empty(qtbot: QtBot) -> None:
    dialog = OperationDialog(operation("sample"))
    qtbot.addWidget(dialog)
    assert not dialog.go.isEnabled()
    out = dialog.fields["out"]
    assert isinstance(out, QLineEdit)
    out.setText("x.gpkg")
    assert dialog.go.isEnabled()


def test_help_names_every_shortcut(qtbot: QtBot, language: str) -> None:
    dialog = ShortcutDialog()
    qtbot.addWidget(dialog)
    shown = " ".join(one.text() for one in dialog.findChildren(QLabel))
    assert "Ctrl+F" in shown
    assert "Ctrl+K" in shown
    about = AboutDialog()
    qtbot.addWidget(about)
    assert i18n._("Taiqu") in [one.text() for one in about.findChildren(QLabel)]
