"""Refusals of `taiqu group`, `assign` and `schemes` before anything is planned name whom they are about."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gis.project_file import save_new
from gis.sample import make_sample
from grid_model.feedback import SILENT
from grid_model.project import Project
from resources.i18n import use_language
from ui.cli import main

Run = Callable[..., str]


@pytest.fixture(scope="module")
def sample() -> Project:
    """Six managers in two groups; the last one is not on duty, the first two bear the same name."""
    project = make_sample("small", 1, SILENT)
    people = project.frame("district_managers").sort_values("id")
    draft = project.edit()
    draft.update("district_managers", [people["id"].iloc[-1]], active=False)
    draft.update("district_managers", list(people["id"].iloc[:2]), name=["王强", "王强"])
    return draft.finish()[0]


@pytest.fixture(scope="module")
def made(sample: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("refusals") / "p.gpkg"
    save_new(path, sample)
    return path


@pytest.fixture
def file(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "p.gpkg"))


@pytest.fixture(params=["en", "zh_CN"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TAIQU_LANG", request.param)
    yield str(request.param)
    use_language("en")


@pytest.fixture
def refused(file: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command that must be refused in one sentence, the file as it was; gives the sentence."""

    def run(command: str, *arguments: object) -> str:
        before = file.read_bytes()
        assert main([command, str(file), *(str(one) for one in arguments)]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert file.read_bytes() == before
        sentence = told.err.strip()
        assert "\n" not in sentence
        return sentence

    return run


def who(sample: Project, at: int) -> tuple[str, str]:
    """Staff number and name of a manager, and both as a refusal writes them."""
    people = sample.frame("district_managers").sort_values("id")
    one = str(people["id"].iloc[at])
    return one, f"{people['name'].iloc[at]} ({one})"


def test_somebody_not_on_duty_is_refused_by_name_and_number(
    sample: Project, refused: Run, language: str
) -> None:
    one, called = who(sample, -1)
    other, _called = who(sample, 2)
    for arguments in (
        ("--leader", one),
        ("--must-apart", f"{one},{other}"),
        ("--without", one),
    ):
        told = refused("group", *arguments)
        assert called in told, arguments
        assert ("on duty" if language == "en" else "不在岗") in told


def test_somebody_on_duty_cannot_join(sample: Project, refused: Run, language: str) -> None:
    one, called = who(sample, 2)
    told = refused("group", "--with", one)
    assert called in told and ("already" if language == "en" else "已在岗") in told


def test_a_pair_of_one_person_names_him(sample: Project, refused: Run, language: str) -> None:
    one, called = who(sample, 2)
    for pair in (one, f"{one},{one}", f"{one}、{one}"):
        told = refused("group", "--must-together", pair)
        assert called in told
        assert ("at least two" if language == "en" else "至少要两名") in told


def test_an_unknown_person_is_refused_with_those_he_could_be(
    sample: Project, refused: Run, language: str
) -> None:
    one, called = who(sample, 2)
    told = refused("group", "--leader", one[:-1] + "x")
    assert called in told, "the number is like his"
    nobody = refused("group", "--leader", "ZZZ")
    assert all(who(sample, n)[1] in nobody for n in range(5)), "everybody on duty"
    assert who(sample, 5)[1] not in nobody


def test_a_name_that_two_bear_is_refused_with_both(sample: Project, refused: Run, language: str) -> None:
    told = refused("group", "--leader", "王强")
    assert who(sample, 0)[1] in told and who(sample, 1)[1] in told
    assert ("staff number" if language == "en" else "请写工号") in told


def test_an_unknown_group_is_refused_with_those_of_the_scheme(
    sample: Project, refused: Run, language: str
) -> None:
    groups = sample.frame("mutual_aid_groups")
    for flag in ("--lock", "--keep"):
        told = refused("group", flag, "HZ9999")
        assert all(f"{name} ({one})" in told for one, name in zip(groups["id"], groups["name"], strict=True))


def test_persons_and_groups_are_meant_by_their_names_too(
    sample: Project, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = sample.frame("district_managers").sort_values("id")
    group = sample.frame("mutual_aid_groups").iloc[0]
    one, other = people["name"].iloc[2], people["name"].iloc[3]
    by_name = ("--must-apart", f"{one}，{other}", "--lock", group["name"], "--min-size", "2")
    ids = ("--must-apart", ",".join(people["id"].iloc[2:4]), "--lock", group["id"], "--min-size", "2")
    told = []
    for arguments in (by_name, ids):
        main(["group", str(file), "--json", *arguments])
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]


def test_a_date_of_approval_that_is_no_date_is_refused(refused: Run, language: str) -> None:
    told = refused("schemes", "--put-in-force", "FA01", "--approved-on", "2026-02-30")
    assert "2026-02-30" in told and ("no date" if language == "en" else "日期") in told


@pytest.mark.parametrize("flag", ["--min", "--max", "--max-customers", "--change", "--time-limit"])
def test_a_limit_below_zero_is_refused_by_its_flag(refused: Run, flag: str) -> None:
    assert refused("assign", flag, "-1").startswith(f"{flag} ")
