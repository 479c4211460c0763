"""What SQLite and the operating system report, as the codes whose sentences stand in `ui.messages`."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grid_model.errors import GridError

CODES = {
    "SQLITE_FULL": "disk-full",
    "SQLITE_READONLY_DBMOVED": "file-gone",
    "SQLITE_READONLY": "file-read-only",
    "SQLITE_CANTOPEN": "folder-read-only",
    "SQLITE_BUSY": "file-busy",
    "SQLITE_LOCKED": "file-busy",
    "SQLITE_CORRUPT": "file-damaged",
    "SQLITE_NOTADB": "not-a-project",
    "SQLITE_PERM": "no-permission",
    "SQLITE_AUTH": "no-permission",
    "SQLITE_IOERR": "file-unreachable",
    "SQLITE_CONSTRAINT": "changed-outside",
    "SQLITE_NOMEM": "memory-full",
    "SQLITE_TOOBIG": "value-too-large",
}
"""By the longest beginning of SQLite's extended name of the error."""

OS_CODES = {
    errno.ENOSPC: "disk-full",
    errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC: "disk-full",
    errno.EFBIG: "disk-full",
    errno.EROFS: "folder-read-only",
    errno.ENOENT: "file-missing",
    errno.ENOTDIR: "file-missing",
    errno.EISDIR: "file-is-folder",
    errno.ENAMETOOLONG: "bad-file-name",
    errno.EINVAL: "bad-file-name",
}


def grid_error(error: Exception, path: Path) -> GridError:
    """Name the known reason for `error` on the file `path`."""
    if isinstance(error, GridError):
        return error
    if isinstance(error, OSError):
        return GridError(_os_code(error), file=str(path), reason=error.strerror or str(error))
    name = getattr(error, "sqlite_errorname", "") or ""
    code = next((CODES[start] for start in sorted(CODES, key=len, reverse=True) if name.startswith(start)), "")
    if isinstance(error, sqlite3.Error) and (code or name):
        return GridError(code or "file-unreachable", file=str(path), reason=str(error))
    raise error


def _os_code(error: OSError) -> str:
    if isinstance(error, PermissionError):
        # Windows says so too where another program holds the file open.
        return "file-busy" if getattr(error, "winerror", 0) == 32 else "no-permission"
    return OS_CODES.get(error.errno or 0, "file-unreachable")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and the operating system about `path` into `GridError`."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise grid_error(error, path) from error
