"""Write a file whole or not at all: beside its place first, then renamed over it."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grid_model.errors import GridError

FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
"""What the system says of a full disk or a used-up quota."""


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; it takes the place of `path` when all went well.

    Whatever goes wrong (no permission, a full disk, Cancel), the file that was there stays as it was and
    nothing half-written is left. The new file has the suffix of `path`, its permissions are the usual ones.

    Raises
    ------
    GridError
        In the place of every `OSError`: ``output-folder-missing``, ``output-is-a-folder``,
        ``output-forbidden``, ``output-disk-full``, else ``cannot-write``.
    """
    path = Path(path)
    beside: Path | None = None
    if path.is_dir():
        raise GridError("output-is-a-folder", file=str(path))
    try:
        number, name = tempfile.mkstemp(prefix=".taiqu-", suffix=path.suffix, dir=path.parent or None)
        os.close(number)
        beside = Path(name)
        yield beside
        os.chmod(beside, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        os.replace(beside, path)
        beside = None
    except OSError as error:
        raise output_error(path, error) from error
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)


def output_error(path: Path, error: OSError) -> GridError:
    """Say why an output cannot be written, so that a person knows what to do."""
    facts = {"file": str(path), "folder": str(path.parent)}
    if isinstance(error, FileNotFoundError) and not path.parent.is_dir():
        return GridError("output-folder-missing", **facts)
    if error.errno in FULL:
        return GridError("output-disk-full", **facts)
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return GridError("output-forbidden", **facts)
    return GridError("cannot-write", **facts, reason=error.strerror or str(error))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
