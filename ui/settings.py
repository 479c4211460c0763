"""What the person chose for this computer: language, recent files, folders, the window's place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from resources.i18n import LANGUAGES, preferred_language
from ui.colors import THEMES

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


@dataclass(frozen=True)
class ColumnLayout:
    """How a table's columns stand: from left to right, which are hidden, how wide (px) they are."""

    order: tuple[str, ...]
    hidden: frozenset[str]
    widths: Mapping[str, int]


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

    def columns(self, table: str) -> ColumnLayout | None:
        """Give how the person laid out the columns of `table`; None where they never did."""
        if not self._store.contains(f"columns/{table}/order"):
            return None
        widths = (one.rpartition("=") for one in self._texts(f"columns/{table}/widths"))
        return ColumnLayout(
            tuple(self._texts(f"columns/{table}/order")),
            frozenset(self._texts(f"columns/{table}/hidden")),
            {name: int(width) for name, _sign, width in widths if width.isdecimal()},
        )

    def keep_columns(self, table: str, layout: ColumnLayout) -> None:
        """Remember how the columns of `table` are laid out."""
        self._put(f"columns/{table}/order", list(layout.order))
        self._put(f"columns/{table}/hidden", sorted(layout.hidden))
        self._put(f"columns/{table}/widths", [f"{name}={width}" for name, width in layout.widths.items()])

    def forget_columns(self, table: str) -> None:
        """Lay the columns of `table` out as at first."""
        self._store.remove(f"columns/{table}")

    def base_maps(self, project: Path) -> str:
        """Give what is remembered of the base maps under a project file; empty where nothing is."""
        return self._text(_base_map_key(project))

    def keep_base_maps(self, project: Path, written: str) -> None:
        """Remember the base maps under a project file; nothing where `written` is empty."""
        if written:
            self._put(_base_map_key(project), written)
        else:
            self._store.remove(_base_map_key(project))

    @property
    def show_overview(self) -> bool:
        """Whether the small map of the whole is shown in the corner of the map."""
        return self._text("overview") != "no"

    @show_overview.setter
    def show_overview(self, show: bool) -> None:
        self._put("overview", "yes" if show else "no")

    @property
    def theme(self) -> str:
        """The colours of the window: ``light`` or ``dark``."""
        chosen = self._text("theme")
        return chosen if chosen in THEMES else "light"

    @theme.setter
    def theme(self, name: str) -> None:
        self._put("theme", name)

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


def _base_map_key(project: Path) -> str:
    import hashlib

    return f"basemaps/{hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:24]}"


def documents_folder() -> Path:
    """Give the person's documents folder, or the home folder where there is none."""
    from PySide6.QtCore import QStandardPaths

    named = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(named) if named else Path.home()
    return folder if folder.is_dir() else Path.home()
