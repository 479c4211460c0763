"""What every test gets: no screen, fresh settings, English, and the measured networks where they are.

`scaled(short, long)` gives the count for this run: the short one in `make test`, the long one when
TAIQU_TEST_SCALE=long (`make test-long`).
"""

from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from resources import i18n

ROOT = Path(__file__).resolve().parent.parent
LONG_RUN = os.environ.get("TAIQU_TEST_SCALE") == "long"

# Before anything imports Qt. TAIQU_REAL_DISPLAY=1 shows the windows on the screen that is there.
if not os.environ.get("TAIQU_REAL_DISPLAY"):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["TAIQU_LANG"] = "en"

# Invented cases are the same in every normal run; the long run looks further, and differently each time.
settings.register_profile("normal", max_examples=50, deadline=None, derandomize=True, database=None)
settings.register_profile("long", max_examples=1000, deadline=None)
settings.load_profile("long" if LONG_RUN else "normal")

OURS = ("ui", "gis", "grid_model", "resources", "taiqu", "app")


def scaled(short: int, long: int) -> int:
    """How many cases to try: `short` in the normal run, `long` in `make test-long`."""
    return long if LONG_RUN else short


def data_folder() -> Path | None:
    """The folder of measured networks, if it is here: $TAIQU_DATA, else ../shared/data beside the repo."""
    named = os.environ.get("TAIQU_DATA")
    if named:
        folder = Path(named)
        if not folder.is_dir():
            raise pytest.UsageError(f"TAIQU_DATA={named} is not a folder")
        return folder
    beside = ROOT.parent / "shared" / "data"
    return beside if beside.is_dir() else None


@pytest.fixture(scope="session")
def taiqu_data() -> Path:
    """The measured networks; a test that needs them is skipped where they are absent."""
    folder = data_folder()
    if folder is None:
        pytest.skip("the measured networks are not here: set TAIQU_DATA to their folder")
    return folder


@pytest.fixture(scope="session", autouse=True)
def fresh_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Settings, recent files and logs go to a folder of this run, never to the person's own."""
    folder = tmp_path_factory.mktemp("config")
    before = os.environ.get("TAIQU_CONFIG_DIR")
    os.environ["TAIQU_CONFIG_DIR"] = str(folder)
    yield folder
    if before is None:
        del os.environ["TAIQU_CONFIG_DIR"]
    else:
        os.environ["TAIQU_CONFIG_DIR"] = before


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Every test begins and ends in English, whatever language the one before it spoke."""
    i18n.use_language("en")
    yield
    i18n.use_language("en")


@pytest.fixture(autouse=True)
def no_surprise_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A warning that our code logs fails the test, unless the test looks at it and does `caplog.clear()`."""
    yield
    surprises = [
        record
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING and record.name.split(".")[0] in OURS
    ]
    assert not surprises, "logged: " + "; ".join(record.getMessage() for record in surprises)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The quick ones first: the house, the model, files and shapes, the command line, then the window."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if "qtbot" in getattr(item, "fixturenames", ()) or item.get_closest_marker("qt"):
        return 5
    if item.get_closest_marker("long"):
        return 6
    parts = item.path.relative_to(ROOT).as_posix()
    turns = {"grid_model": 1, "gis": 2, "resources": 2, "cli": 3, "house": 4, "ui": 4}
    return next((turn for word, turn in turns.items() if word in parts), 1)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB that is nearly full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True
    ).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
