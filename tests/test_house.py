"""The house: who imports whom, a light start, both languages whole, others' files unchanged, one wheel."""

from __future__ import annotations

import hashlib
import os
import re
import string
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import app
from tests import result_table
from tests.conftest import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = ("grid_model", "gis", "ui", "resources")
VENDOR = ROOT / "resources" / "vendor"
QT = ("PySide6", "shiboken6", "pyqtgraph")
SHAPES = ("osgeo", "pyogrio", "fiona", "geopandas", "shapely", "pyproj", "folium")
HEAVY = (*QT, *SHAPES, "networkx", "scipy.optimize", "scipy.sparse", "highspy", "numba", "xlsxwriter")


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in a fresh process that imports from the checkout."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# ------------------------------------------------------------ who knows whom


def test_the_import_contracts_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


IMPORT_ALL_WITHOUT = """
import importlib, pkgutil, sys
package, *absent = sys.argv[1:]
for name in absent:
    sys.modules[name] = None                    # importing it now fails as if it were not installed
root = importlib.import_module(package)
names = [module.name for module in pkgutil.walk_packages(root.__path__, package + ".")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""


@pytest.mark.parametrize(
    ("package", "absent"),
    [("grid_model", QT + SHAPES), ("gis", QT), ("resources", QT)],
    ids=lambda value: str(value)[:12],
)
def test_a_package_is_imported_whole_where_what_it_must_not_know_is_not_installed(
    package: str, absent: tuple[str, ...]
) -> None:
    run = python(IMPORT_ALL_WITHOUT, package, *absent)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > 0


@pytest.mark.parametrize("module", ["app", "ui.cli", "ui.operations", "ui.messages"])
def test_the_command_line_starts_without_qt_and_without_the_heavy_libraries(module: str) -> None:
    code = f"import sys, {module}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    run = python(code)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []


def test_the_overview_of_commands_is_as_light() -> None:
    loaded = f"[name for name in {HEAVY!r} if name in sys.modules]"
    code = f"import app, sys; app.main(['--help']); print(*{loaded}, file=sys.stderr)"
    run = python(code)
    assert run.returncode == 0, run.stderr
    assert run.stderr.split() == []


# -------------------------------------------------------- the first decision


@pytest.mark.parametrize("arguments", [[], ["station.gpkg"], ["数据/STATION.GPKG"]])
def test_nothing_or_a_project_file_opens_the_window(arguments: list[str]) -> None:
    assert app.opens_window(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["-h"],
        ["--version"],
        ["trace", "p.gpkg"],
        ["sample", "p.gpkg"],
        ["nonsense"],
        ["a.gpkg", "b.gpkg"],
    ],
)
def test_anything_else_goes_to_the_command_line(arguments: list[str]) -> None:
    assert not app.opens_window(arguments)


def test_the_version_is_that_of_the_distribution() -> None:
    run = subprocess.run(
        [sys.executable, "app.py", "--version"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert PYPROJECT["project"]["version"] in run.stdout.split()


# ------------------------------------------------------------ both languages


def fields(text: str) -> set[str]:
    """Names of the `{fields}` of a text."""
    return {
        name.split(".")[0].split("[")[0]
        for _, name, _, _ in string.Formatter().parse(text)
        if name is not None
    }


def unlike_fields(message_id: str | tuple[str, ...], chinese: str | tuple[str, ...]) -> bool:
    """Whether a translation's fields are not those of its English text (of a counted one: of its plural)."""
    english = message_id if isinstance(message_id, str) else message_id[-1]
    texts = (chinese,) if isinstance(chinese, str) else chinese
    return any(fields(text) != fields(english) for text in texts if text)


def test_every_text_of_the_code_has_its_chinese() -> None:
    from resources.i18n import catalogue

    assert catalogue.missing(catalogue.updated({})) == []


def test_the_catalogue_holds_no_text_that_left_the_code() -> None:
    from resources.i18n import catalogue

    inside = {message.id for message in catalogue.read() if message.id}
    in_code = {message.id for message in catalogue.extract() if message.id}
    assert inside - in_code == set()


def test_a_translation_has_the_fields_of_its_english_text() -> None:
    from resources.i18n import catalogue

    assert [m.id for m in catalogue.read() if m.id and unlike_fields(m.id, m.string)] == []


def test_a_translation_that_loses_or_renames_a_field_is_noticed() -> None:
    assert unlike_fields("Trace from {switch}", "追踪")
    assert unlike_fields("Trace from {switch}", "从{开关}追踪")
    assert unlike_fields(("{n} customer", "{n} customers"), ("用户",))
    assert not unlike_fields(("One customer", "{n} customers"), ("{n} 户",))
    assert not unlike_fields("{count:,} of {total:,}", "共 {total:,},其中 {count:,}")


# ------------------------------------------------------- files and their kin


def tracked_files() -> list[Path]:
    """Every file of the project, as git has it."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    files = [ROOT / name for name in run.stdout.decode("utf-8").split("\0") if name]
    return [file for file in files if file.is_file()]


def text_of(file: Path) -> str | None:
    """The file as text; None where it is none."""
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None


def test_vendored_files_are_those_of_the_readme_unchanged() -> None:
    lines = (VENDOR / "README.md").read_text("utf-8").splitlines()
    listed = {line[66:]: line[:64] for line in lines if re.match(r"[0-9a-f]{64}  ", line)}
    found = {
        file.relative_to(VENDOR).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in VENDOR.rglob("*")
        if file.is_file() and file.name != "README.md"
    }
    assert found == listed
    assert {"leaflet/leaflet.js", "wqy-microhei/wqy-microhei.ttc"} <= set(found)


@pytest.mark.parametrize("folder", sorted(path.name for path in VENDOR.iterdir() if path.is_dir()))
def test_every_vendored_part_has_its_licence(folder: str) -> None:
    assert (VENDOR / folder / "LICENSE").stat().st_size > 500


def test_nothing_of_one_machine_stands_in_the_files() -> None:
    signs = re.compile(r"/(?:home|root|work|Users)/\w|\b(?:pypi\.org|pythonhosted\.org|registry\.npmjs)\b")
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in tracked_files()
        if file != Path(__file__) and VENDOR not in file.parents
        for match in signs.finditer(text_of(file) or "")
    ]
    assert found == []


def test_a_module_is_short_enough_to_be_read() -> None:
    lengths = {
        file.relative_to(ROOT).as_posix(): len((text_of(file) or "").splitlines())
        for file in tracked_files()
        if file.suffix == ".py"
    }
    assert {name: length for name, length in lengths.items() if length > 650} == {}


# ------------------------------------------------------------- the lock file


def locked() -> list[Requirement]:
    """The pinned packages of the lock file, those of other Python versions too."""
    text = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ")
    lines = [line.split(" --hash=")[0] for line in text.splitlines() if line and line[0] not in "# "]
    return [Requirement(line) for line in lines]


def test_the_lock_file_pins_every_dependency_within_its_bounds() -> None:
    project = PYPROJECT["project"]
    wanted = map(Requirement, project["dependencies"] + project["optional-dependencies"]["dev"])
    pins: dict[str, list[str]] = {}
    for pin in locked():
        pins.setdefault(canonicalize_name(pin.name), []).append(next(iter(pin.specifier)).version)
    for requirement in wanted:
        versions = pins.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not in the lock file; run make lock"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_every_locked_file_is_checked_by_its_sum_and_none_names_a_place() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text.split("\n", 2)[2])
    assert len(blocks) == len(locked())
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text and "-url" not in text


# --------------------------------------------------------------- the set-up


def set_up(folder: Path, stubs: dict[str, str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up script of a copy without `.venv`, some commands replaced by `stubs`."""
    home = folder / "taiqu"
    (home / "installer").mkdir(parents=True)
    (home / "installer" / "setup.sh").write_bytes((ROOT / "installer" / "setup.sh").read_bytes())
    (folder / "bin").mkdir()
    for name, body in stubs.items():
        stub = folder / "bin" / name
        stub.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
        stub.chmod(0o755)
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", home / "installer" / "setup.sh"],
        env=os.environ | {"PATH": path} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_set_up_says_which_python_it_needs(tmp_path: Path) -> None:
    old = 'case "$1" in --version) echo Python 3.9.2 ;; *) exit 1 ;; esac'
    run = set_up(tmp_path, {"oldpython": old}, PYTHON="oldpython")
    assert run.returncode == 2
    assert "Python 3.11, 3.12 or 3.13 is needed; oldpython is Python 3.9.2" in run.stderr


def test_the_set_up_says_which_system_packages_to_install_where_it_may_not(tmp_path: Path) -> None:
    none_but_font = 'case "$*" in *fonts-wqy*) echo install ok installed ;; *) exit 1 ;; esac'
    run = set_up(tmp_path, {"dpkg-query": none_but_font, "id": "echo 1000"}, PYTHON=sys.executable)
    assert run.returncode == 2
    assert "sudo apt-get install libgl1 libegl1" in run.stderr
    assert "poppler-utils" in run.stderr
    assert "fonts-wqy" not in run.stderr


def test_a_renamed_system_library_counts_as_there(tmp_path: Path) -> None:
    new_names = 'case "$*" in *t64) echo install ok installed ;; esac; exit 1'
    failing_venv = (
        f'case "$*" in *"-m venv"*) echo no venv today >&2; exit 1 ;; *) exec {sys.executable} "$@" ;; esac'
    )
    run = set_up(
        tmp_path, {"dpkg-query": new_names, "id": "echo 1000", "mypython": failing_venv}, PYTHON="mypython"
    )
    assert "no venv today" in run.stderr
    assert "apt-get" not in run.stderr


# ----------------------------------------------------- the table of a long run


def test_the_result_table_names_the_files_by_their_docstring_and_sums_what_was_tried() -> None:
    run = """<testsuites><testsuite>
        <testcase classname="tests.test_house" name="a" time="1.4">
          <properties><property name="kills" value="150"/></properties></testcase>
        <testcase classname="tests.test_house.TestGroup" name="b" time="2.2">
          <properties><property name="kills" value="50"/></properties></testcase>
        <testcase classname="tests.test_house" name="c" time="0.1"><failure/></testcase>
        <testcase classname="tests.result_table" name="d" time="0.1"><skipped/></testcase>
    </testsuite></testsuites>"""
    lines = result_table.table(ElementTree.fromstring(run)).splitlines()
    assert f"| {(__doc__ or '').splitlines()[0].rstrip('.')} | 2 | 1 | 0 | 4 | 200 kills |" in lines
    assert lines[-1] == "| **all** | 2 | 1 | 1 | 4 |  |"


# ------------------------------------------------------------------ one wheel


@pytest.fixture(scope="module")
def installed_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder into which the built wheel was installed, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    build = [
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run([*pip, *build], check=True, timeout=300)
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", "--target", str(target), str(wheel)], check=True
    )
    return target


def started(site: Path, language: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command from another folder, in a language."""
    environment = os.environ | {"PYTHONPATH": str(site), "TAIQU_LANG": language, "PYTHONUTF8": "1"}
    command = [sys.executable, str(site / "bin" / "taiqu"), *arguments]
    return subprocess.run(
        command,
        cwd=site.parent,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_wheel_starts_and_speaks_both_languages(installed_wheel: Path) -> None:
    english, chinese = (started(installed_wheel, language, "--help") for language in ("en", "zh_CN"))
    assert english.returncode == chinese.returncode == 0, english.stderr + chinese.stderr
    for command in ("sample", "import", "check", "trace", "rank", "group", "print", "webmap", "demo"):
        assert re.search(rf"\b{command}\b", english.stdout), command
    assert not re.search(r"[\u4e00-\u9fff]", english.stdout.replace("台区", ""))
    assert re.search(r"[\u4e00-\u9fff]{4}", chinese.stdout)


def test_the_wheel_runs_its_own_files(installed_wheel: Path) -> None:
    code = "import importlib as i, sys; print(*(i.import_module(name).__file__ for name in sys.argv[1:]))"
    run = subprocess.run(
        [sys.executable, "-c", code, "app", *PACKAGES],
        cwd=installed_wheel.parent,
        env=os.environ | {"PYTHONPATH": str(installed_wheel)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(Path(name).is_relative_to(installed_wheel) for name in run.stdout.split())


def test_the_wheel_holds_the_program_its_words_and_assets_and_nothing_else(installed_wheel: Path) -> None:
    (wheel,) = installed_wheel.parent.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names}
    version = PYPROJECT["project"]["version"]
    assert tops == {"app.py", *PACKAGES, f"taiqu-{version}.dist-info"}
    assert "resources/i18n/locale/zh_CN/LC_MESSAGES/taiqu.mo" in names
    for file in tracked_files():
        name = file.relative_to(ROOT).as_posix()
        assert name in names or name.split("/")[0] not in PACKAGES, f"{name} is missing from the wheel"
