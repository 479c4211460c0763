"""What is shown when we made a mistake: what happened, where the log lies, and the details to copy."""

from __future__ import annotations

import logging
import platform
import sys
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QThread, Signal, qVersion
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from resources.i18n import _

log = logging.getLogger(__name__)


HOME = Path(__file__).resolve().parents[2]
"""Where the program lies; its own places are told from there on."""

LIBRARIES = ("site-packages", "dist-packages", f"python{sys.version_info[0]}.{sys.version_info[1]}", "Lib")
"""Folders from which on the place of a library is told."""

MOST_CAUSES = 8


def report(error: BaseException) -> str:
    """Write what helps to find a mistake: where it happened in the code, and what caused it.

    No values and no messages, so no personal data; and of folders only those within the program and its
    libraries, because the others bear the name of whoever uses the computer.
    """
    lines = [f"Python {platform.python_version()}, Qt {qVersion()}, {platform.system()} {platform.machine()}"]
    found: BaseException | None = error
    for _cause in range(MOST_CAUSES):
        if found is None:
            break
        for frame in traceback.extract_tb(found.__traceback__):
            lines.append(f"  {place_in_code(frame.filename)}:{frame.lineno} {frame.name}")
        lines.append(type(found).__name__)
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return "\n".join(lines)


def place_in_code(filename: str) -> str:
    """Write where a piece of code lies, without the folders that lead to the program."""
    path = Path(filename)
    parts = path.relative_to(HOME).parts if path.is_relative_to(HOME) else path.parts
    for library in LIBRARIES:
        if library in parts[:-1]:
            return "/".join(parts[len(parts) - parts[::-1].index(library) :])
    return "/".join(parts) if path.is_relative_to(HOME) else path.name


class CrashDialog(QDialog):
    """Says that something went wrong; the edits made so far are in the file."""

    def __init__(self, error: BaseException, log_file: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Something went wrong"))
        self.resize(560, 340)
        sentence = QLabel(
            _(
                "Taiqu made a mistake and stopped what it was doing. Every edit made before is in the "
                "project file; you can go on working."
            )
        )
        sentence.setWordWrap(True)
        self.details = QPlainTextEdit(report(error))
        self.details.setReadOnly(True)
        where = QLabel(_("Log file: {path}").format(path=log_file) if log_file else "")
        where.setObjectName("second")
        where.setWordWrap(True)
        copy = QPushButton(_("Copy details"))
        copy.clicked.connect(lambda: QApplication.clipboard().setText(self.details.toPlainText()))
        close = QPushButton(_("Done"))
        close.setObjectName("primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(copy)
        buttons.addStretch()
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(sentence)
        layout.addWidget(self.details)
        layout.addWidget(where)
        layout.addLayout(buttons)


class CrashHook(QObject):
    """Catches what nobody else caught, in any thread, and shows it in the window's thread."""

    crashed = Signal(object)

    def __init__(self, log_file: Path | None = None) -> None:
        super().__init__()
        self._log_file = log_file
        self._open = False
        # Queued: a dialog must not open in the middle of painting or measuring, where Qt called us from.
        self.crashed.connect(self.show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Catch exceptions from now on."""
        sys.excepthook = self._caught

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("not caught\n%s", report(error))
        sys.__excepthook__(kind, error, trace)
        self.crashed.emit(error)

    def show(self, error: BaseException) -> None:
        """Show one dialog; further mistakes while it is open only go to the log."""
        if self._open or QThread.currentThread() is not self.thread():
            return
        self._open = True
        try:
            CrashDialog(error, self._log_file, QApplication.activeWindow()).exec()
        finally:
            self._open = False
