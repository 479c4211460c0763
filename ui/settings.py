"""What the person chose for this computer: language, recent files, folders, the window's place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings

from resources.i18n import LANGUAGES, preferred_language

if TYPE_CHECKING:
    from collections.abc import Iterable

RECENT_FILES = 8
"""How many files the start page and the menu remember."""


def settings_folder() -> Path:
    """Give the folder of settings and log, made where it is missing."""
    named = os.environ.get("TAIQU_CONFIG_DIR")
    if named:
        folder = Path(named)
    else:
        from platformdirs import user_config_path

        folder = user_config_path("taiqu", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Settings:
    """The settings of one person on one computer, in an ini file; nothing in it concerns a customer."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else settings_folder()
        self._store = QSettings(str(self.folder / "taiqu.ini"), QSettings.Format.IniFormat)

    @property
    def language(self) -> str:
        """The language chosen in the settings, else the preferred one."""
        chosen = self._text("language")
        return chosen if chosen in LANGUAGES else preferred_language()

    @language.setter
    def language(self, code: str) -> None:
        self._put("language", code)

    @property
    def recent(self) -> list[Path]:
        """The files opened last that still exist, newest first."""
        return [path for path in map(Path, self._texts("recent")) if path.exists()]

    def add_recent(self, path: Path) -> None:
        """Remember `path` as the file opened last."""
        paths = [str(path), *(one for one in self._texts("recent") if one != str(path))]
        self._put("recent", paths[:RECENT_FILES])

    def forget_recent(self) -> None:
        """Forget every recent file."""
        self._put("recent", [])

    def folder_for(self, what: str) -> Path:
        """Give the folder last used for `what` (``project``, ``import``, ``export``), else the documents."""
        remembered = Path(self._text(f"folder/{what}") or documents_folder())
        return remembered if remembered.is_dir() else documents_folder()

    def remember_folder(self, what: str, folder: Path) -> None:
        """Remember the folder used for `what`."""
        self._put(f"folder/{what}", str(folder))

    def hidden_columns(self, table: str) -> frozenset[str]:
        """Name the columns of `table` that were hidden by hand."""
        return frozenset(self._texts(f"hidden/{table}"))

    def hide_columns(self, table: str, names: Iterable[str]) -> None:
        """Remember which columns of `table` are hidden."""
        self._put(f"hidden/{table}", sorted(names))

    def place(self, name: str) -> QByteArray:
        """Give the remembered place of the window or a splitter; empty where none is."""
        value = self._store.value(f"place/{name}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def remember_place(self, name: str, state: QByteArray) -> None:
        """Remember the place of the window or a splitter."""
        self._put(f"place/{name}", state)

    def save(self) -> None:
        """Write everything to disk now."""
        self._store.sync()

    def _text(self, key: str) -> str:
        value = self._store.value(key, "")
        return value if isinstance(value, str) else ""

    def _texts(self, key: str) -> list[str]:
        value = self._store.value(key, [])
        if isinstance(value, str):
            return [value] if value else []
        return [str(one) for one in value] if isinstance(value, (list, tuple)) else []

    def _put(self, key: str, value: object) -> None:
        self._store.setValue(key, value)


def documents_folder() -> Path:
    """Give the person's documents folder, or the home folder where there is none."""
    from PySide6.QtCore import QStandardPaths

    named = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(named) if named else Path.home()
    return folder if folder.is_dir() else Path.home()
