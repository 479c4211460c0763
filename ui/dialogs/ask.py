"""The questions the window asks: which file, yes or no, what for. One place, so that tests can answer."""

from __future__ import annotations

import re
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
    path = with_suffix(Path(name), suggestion.suffix, kinds)
    if path.name != Path(name).name and path.exists():
        question = _("“{file}” is there already. Replace it?").format(file=path.name)
        if not yes(parent, title, question, _("Replace")):
            return None
    return path


def with_suffix(path: Path, suffix: str, kinds: str) -> Path:
    """Add `suffix` to a name that bears none of the file kinds offered: ``area 1.2`` is no suffix."""
    offered = {f".{one}" for one in re.findall(r"\*\.(\w+)", kinds.lower())}
    return path if path.suffix.lower() in offered else path.with_name(path.name + suffix)


def yes(parent: QWidget | None, title: str, question: str, do_it: str) -> bool:
    """Ask whether to go on; `do_it` names the button that does it."""
    box = QMessageBox(QMessageBox.Icon.Question, title, question, parent=parent)
    button = box.addButton(do_it, QMessageBox.ButtonRole.AcceptRole)
    box.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.exec()
    return box.clickedButton() is button


def purpose(parent: QWidget | None, question: str, title: str = "") -> str:
    """Ask what personal data is needed for; empty where the person thought better of it."""
    title = title or _("Show personal data")
    text, agreed = QInputDialog.getText(parent, title, question, QLineEdit.EchoMode.Normal)
    return text.strip() if agreed else ""


def text(parent: QWidget | None, title: str, question: str, suggestion: str = "") -> str:
    """Ask for a short text; empty where the person thought better of it."""
    found, agreed = QInputDialog.getText(parent, title, question, QLineEdit.EchoMode.Normal, suggestion)
    return found.strip() if agreed else ""
