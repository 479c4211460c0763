"""One Taiqu edits a project at a time: a lock file beside it says who.

The system releases the lock when its process ends, however it ends, so a killed program leaves a file
but no lock. Where the folder lies on a server whose locks do not reach other computers, the name of the
computer in the file tells. QGIS knows nothing of it and may read.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from gis.project_errors import explained
from grid_model.errors import GridError

FAR = 0x40000000
"""Windows locks a byte and hides it from readers: one far behind the text."""


class ProjectLock:
    """The right to edit one project, from construction until `release`.

    Raises
    ------
    GridError
        ``project-in-use``, ``project-in-use-elsewhere`` (locked from another computer), or why no lock
        file can be made beside the project.
    """

    def __init__(self, path: Path) -> None:
        self.path = lock_path(path)
        self.taken_over = False
        with explained(path, forbidden="folder-read-only"):
            self._stream = self._acquire(path)

    def _acquire(self, path: Path) -> IO[str]:
        while True:
            stream = open(self.path, "a+", encoding="utf-8")  # noqa: SIM115 - open as long as the project
            try:
                locked = _lock(stream)
                holder = _holder(stream)
                if not locked:
                    raise GridError("project-in-use", file=str(path), **_shown(holder))
                if holder and holder.get("host") not in (None, socket.gethostname()):
                    raise GridError(
                        "project-in-use-elsewhere", file=str(path), lock=str(self.path), **_shown(holder)
                    )
                if not self._still_there(stream):
                    stream.close()
                    continue
                self.taken_over = bool(holder)
                self._sign(stream)
            except BaseException:
                stream.close()
                raise
            return stream

    def _sign(self, stream: IO[str]) -> None:
        try:
            _write_holder(stream)
        except OSError:
            self.path.unlink(missing_ok=True)
            raise

    def _still_there(self, stream: IO[str]) -> bool:
        """Whether the file locked is still the one by that name (its last holder may have removed it)."""
        try:
            there = os.stat(self.path)
        except FileNotFoundError:
            return False
        mine = os.fstat(stream.fileno())
        return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)

    def release(self) -> None:
        """Give the right back and take the lock file away."""
        if self._stream.closed:
            return
        if os.name == "nt":
            self._stream.truncate(0)
            self._stream.close()
        try:
            self.path.unlink()
        except OSError:
            # Gone already, or a reader holds it: an unlocked file without a holder hinders nobody.
            pass
        self._stream.close()


def lock_path(path: Path) -> Path:
    """Give the place of the lock file of the project at `path`."""
    return path.with_name(path.name + ".lock")


def _lock(stream: IO[str]) -> bool:
    if os.name == "nt":
        return _lock_windows(stream)
    import fcntl

    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return not _alive(_holder(stream))  # a file system without locks: the text must do
    return True


def _lock_windows(stream: IO[str]) -> bool:
    import msvcrt
    from typing import cast

    windows = cast(Any, msvcrt)
    stream.seek(FAR)
    try:
        windows.locking(stream.fileno(), windows.LK_NBLCK, 1)
    except OSError:
        return False
    return True


def _alive(holder: dict[str, Any]) -> bool:
    """Whether the process named as holder runs on this computer."""
    if holder.get("host") != socket.gethostname() or not isinstance(holder.get("pid"), int):
        return False
    try:
        os.kill(holder["pid"], 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _holder(stream: IO[str]) -> dict[str, Any]:
    stream.seek(0)
    try:
        found = json.loads(stream.read() or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _write_holder(stream: IO[str]) -> None:
    stream.seek(0)
    stream.truncate()
    holder = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "who": account(),
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    json.dump(holder, stream, ensure_ascii=False)
    stream.flush()


def _shown(holder: dict[str, Any]) -> dict[str, str]:
    since = str(holder.get("since", "?")).replace("T", " ")[:16]
    return {"who": str(holder.get("who", "?")), "host": str(holder.get("host", "?")), "since": since}


def account() -> str:
    """Name the account at work, for the journal and the lock; empty where the system does not tell."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
