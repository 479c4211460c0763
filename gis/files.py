"""Write a file whole or not at all: beside its place first, then renamed over it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grid_model.errors import GridError


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; it takes the place of `path` when all went well.

    Whatever goes wrong (no permission, a full disk, Cancel), the file that was there stays as it was and
    nothing half-written is left. The new file has the suffix of `path`, its permissions are the usual ones.

    Raises
    ------
    GridError
        ``cannot-write`` in the place of every `OSError`.
    """
    path = Path(path)
    beside: Path | None = None
    try:
        number, name = tempfile.mkstemp(prefix=".taiqu-", suffix=path.suffix, dir=path.parent or None)
        os.close(number)
        beside = Path(name)
        yield beside
        os.chmod(beside, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        os.replace(beside, path)
        beside = None
    except OSError as error:
        raise GridError("cannot-write", file=str(path), reason=error.strerror or str(error)) from error
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
