"""The questions the window asks: which file, yes or no, what for. One place, so that tests can answer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit, QMessageBox, QWidget

from resources.i18n import _


def file_to_open(parent: QWidget | None, title: str, folder: Path, kinds: str) -> Path | None:
    """Ask which file to open; None where the person thought better of it."""
    name, _kind = QFileDialog.getOpenFileName(parent, title, str(folder), kinds)
    return Path(name) if name else None


def files_to_open(parent: QWidget | None, title: str, folder: Path, kinds: str) -> list[Path]:
    """Ask which files to read."""
    names, _kind = QFileDialog.getOpenFileNames(parent, title, str(folder), kinds)
    return [Path(name) for name in names]


def folder_to_open(parent: QWidget | None, title: str, folder: Path) -> Path | None:
    """Ask which folder to read."""
    name = QFileDialog.getExistingDirectory(parent, title, str(folder))
    return Path(name) if name else None


def file_to_write(parent: QWidget | None, title: str, suggestion: Path, kinds: str) -> Path | None:
    """Ask where to write; the suffix of the suggestion is added where the person left it out.

    The dialog asks before an existing file is replaced.
    """
    name, _kind = QFileDialog.getSaveFileName(parent, title, str(suggestion), kinds)
    if not name:
        return None
    path = Path(name)
    return path if path.suffix else path.with_suffix(suggestion.suffix)


def yes(parent: QWidget | None, title: str, question: str, do_it: str) -> bool:
    """Ask whether to go on; `do_it` names the button that does it."""
    box = QMessageBox(QMessageBox.Icon.Question, title, question, parent=parent)
    button = box.addButton(do_it, QMessageBox.ButtonRole.AcceptRole)
    box.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.exec()
    return box.clickedButton() is button


def purpose(parent: QWidget | None, question: str) -> str:
    """Ask what personal data is needed for; empty where the person thought better of it."""
    text, agreed = QInputDialog.getText(parent, _("Show personal data"), question, QLineEdit.EchoMode.Normal)
    return text.strip() if agreed else ""
