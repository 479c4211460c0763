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
    "SQLITE_READONLY_DIRECTORY": "folder-read-only",
    "SQLITE_READONLY": "file-read-only",
    "SQLITE_CANTOPEN": "folder-read-only",
    "SQLITE_BUSY": "file-busy",
    "SQLITE_LOCKED": "file-busy",
    "SQLITE_CORRUPT": "file-damaged",
    "SQLITE_NOTADB": "not-a-project",
    "SQLITE_PERM": "file-read-only",
    "SQLITE_IOERR": "file-unreachable",
    "SQLITE_CONSTRAINT": "file-changed",
    "SQLITE_NOMEM": "memory-full",
    "SQLITE_TOOBIG": "value-too-large",
}
"""By the longest beginning of SQLite's extended name of the error."""

OS_CODES = {
    errno.ENOSPC: "disk-full",
    errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC: "disk-full",
    errno.EFBIG: "disk-full",
    errno.EROFS: "folder-read-only",
    errno.ENOENT: "missing-file",
    errno.ENOTDIR: "missing-file",
    errno.EISDIR: "is-a-folder",
    errno.ENAMETOOLONG: "bad-file-name",
    errno.EINVAL: "bad-file-name",
}


@contextmanager
def explained(path: Path, forbidden: str = "no-permission") -> Iterator[None]:
    """Turn errors of SQLite and the operating system about `path` into `GridError`.

    `forbidden` is the code for what the person has no right to do here: to read, or to write. An error
    of SQLite that is no matter of the file (a mistake in a statement) goes on as it is.
    """
    try:
        yield
    except OSError as error:
        code = _os_code(error, forbidden)
        raise GridError(code, file=str(path), folder=str(path.parent), reason=_reason(error)) from error
    except sqlite3.Error as error:
        code = _sqlite_code(error)
        if not code:
            raise
        raise GridError(code, file=str(path), folder=str(path.parent), reason=str(error)) from error


def _sqlite_code(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "") or ""
    return next(
        (CODES[start] for start in sorted(CODES, key=len, reverse=True) if name.startswith(start)), ""
    )


def _os_code(error: OSError, forbidden: str) -> str:
    if isinstance(error, PermissionError):
        # Windows says so too where another program holds the file open (ERROR_SHARING_VIOLATION).
        return "file-busy" if getattr(error, "winerror", 0) == 32 else forbidden
    return OS_CODES.get(error.errno or 0, "file-unreachable")


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
