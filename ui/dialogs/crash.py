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


def report(error: BaseException) -> str:
    """Write what helps to find a mistake: where it happened in the code; no values, so no personal data."""
    lines = [f"Python {platform.python_version()}, Qt {qVersion()}, {platform.system()} {platform.machine()}"]
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        lines.append(f"  {'/'.join(path.parts[-3:])}:{frame.lineno} {frame.name}")
    lines.append(type(error).__name__)
    return "\n".join(lines)


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
