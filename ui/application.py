"""Start the window: language, font, crash hook, log, and the project that was asked for."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QObject, QTranslator
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from resources import i18n
from ui.bench import Bench
from ui.dialogs.crash import CrashHook, report
from ui.garbage import GarbageCollection
from ui.main_window import MainWindow
from ui.settings import Settings
from ui.style import use_style, use_theme

LOG_BYTES = 500_000


class _WithoutValues(logging.Formatter):
    """Writes of an exception only where it happened, so that no personal data gets into the log."""

    def formatException(self, ei) -> str:  # type: ignore[no-untyped-def]
        return report(ei[1]) if ei[1] is not None else ""


def start_log(folder: Path) -> Path:
    """Keep a log of problems in the settings folder."""
    path = folder / "taiqu.log"
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_WithoutValues("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    return path


class Program(QObject):
    """The windows of one run; changing the language makes a new window on the same bench."""

    def __init__(self, application: QApplication, settings: Settings) -> None:
        super().__init__()
        self._application = application
        self._garbage = GarbageCollection(self)
        self._translator = QTranslator(self)
        self.settings = settings
        self.use_language(settings.language)
        self.bench = Bench(settings, self)
        self.window = self._new_window()

    def use_language(self, code: str) -> None:
        """Speak `code` from now on, Qt's own texts too."""
        i18n.use_language(code)
        self._application.removeTranslator(self._translator)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if code != "en" and self._translator.load(f"qtbase_{code}", folder):
            self._application.installTranslator(self._translator)

    def _new_window(self) -> MainWindow:
        window = MainWindow(self.bench)
        window.language_wanted.connect(self.change_language)
        window.theme_wanted.connect(self.change_theme)
        return window

    def change_language(self, code: str) -> None:
        """Remember the language and show the window anew in it."""
        if self.window.may_close():
            self.settings.language = code
            self.use_language(code)
            self._show_anew()

    def change_theme(self, name: str) -> None:
        """Remember the theme and show the window anew in its colours."""
        if self.window.may_close():
            self.settings.theme = name
            use_theme(self._application, name)
            self._show_anew()

    def _show_anew(self) -> None:
        """Make another window on another bench; project, task and results go over to it."""
        old_window, old_bench = self.window, self.bench
        self.bench = Bench(self.settings, self)
        self.window = self._new_window()
        self.window.restoreGeometry(old_window.saveGeometry())
        self.bench.take_over(old_bench)
        self.window.show()
        old_bench.jobs.close()
        old_window.hide()
        old_window.deleteLater()
        old_bench.deleteLater()

    def end(self) -> None:
        """Close the project; every edit is in its file."""
        self.bench.jobs.close()
        self.bench.session.close()
        self.settings.save()
        self._garbage.end()


def main(arguments: Sequence[str]) -> int:
    """Show the window until it is closed.

    Parameters
    ----------
    arguments
        Nothing, or the project file to open.
    """
    if sys.platform.startswith("linux") and not _has_display():
        return _no_display()
    QGuiApplication.setDesktopFileName("taiqu")
    application = QApplication(["taiqu"])
    application.setApplicationName("Taiqu")
    settings = Settings()
    hook = CrashHook(start_log(settings.folder))
    hook.install()
    use_style(application, settings.theme)
    program = Program(application, settings)
    program.window.show()
    if arguments:
        program.bench.session.open(Path(arguments[0]))
    code = application.exec()
    program.end()
    return code


def _has_display() -> bool:
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _no_display() -> int:
    i18n.use_language(i18n.preferred_language())
    print(
        i18n._("There is no screen here to open a window on; use the commands (taiqu --help)."),
        file=sys.stderr,
    )
    return 2
