"""Groups, assignments and schemes from the command line: what is said, written, kept and refused."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from gis.project_file import open_for_reading, opened_for_editing, save_new
from gis.sample import make_sample
from grid_model.changes import Changes
from grid_model.feedback import SILENT
from grid_model.grouping.editing import LockGroups, MoveManagers
from grid_model.project import Draft, Project
from resources.i18n import use_language
from ui.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = {size: tmp_path_factory.mktemp("plans") / f"{size}.gpkg" for size in ("small", "typical")}
    for size, path in found.items():
        save_new(path, make_sample(size, 1, SILENT))
    return found


@pytest.fixture
def file(made: dict[str, Path], tmp_path: Path) -> Path:
    """Six managers in two groups."""
    return Path(shutil.copy(made["small"], tmp_path / "p.gpkg"))


@pytest.fixture
def town(made: dict[str, Path], tmp_path: Path) -> Path:
    """Twelve managers in three groups."""
    return Path(shutil.copy(made["typical"], tmp_path / "p.gpkg"))


@pytest.fixture
def taiqu(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(one) for one in arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TAIQU_LANG", "zh_CN")
    yield
    use_language("en")


def document(told: tuple[int, str, str]) -> dict[str, Any]:
    code, out, err = told
    assert code in (0, 1), err
    found: dict[str, Any] = json.loads(out)
    return found


def test_a_plan_explains_its_groups_its_frontier_and_the_price_of_its_rules(town: Path, taiqu: Run) -> None:
    found = document(
        taiqu("group", town, "--frontier", 3, "--rule-prices", "--must-apart", "81010001,81010007", "--json")
    )
    group = found["groups"][0]
    n = len(group["members"])
    assert len(group["minutes"]) == n and all(len(row) == n for row in group["minutes"])
    assert {one["manager"] for one in group["guarding"]} == set(group["members"])
    assert all(one["guard"] in group["guards"] + [group["leader"]] for one in group["guarding"])
    assert group["covered"] + len(group["uncovered"]) == len(group["areas"])
    assert sum(found["terms"].values()) == pytest.approx(found["objective"])
    assert sum(one["default"] for one in found["frontier"]) == 1
    assert all(one["proved"] for one in found["frontier"])
    priced = {one["code"]: one["price_min"] for one in found["rule_prices"]}
    assert priced["rule-apart"] > 0 and priced["rule-min-size"] >= 0


def test_a_plan_of_the_frontier_is_kept(town: Path, taiqu: Run) -> None:
    shown = document(taiqu("group", town, "--frontier", 3, "--json"))["frontier"]
    other = next(n for n, one in enumerate(shown, 1) if not one["default"])
    kept = document(taiqu("group", town, "--frontier", 3, "--take", other, "--scheme", "备选", "--json"))
    assert [one["members"] for one in kept["groups"]] == [
        one["members"] for one in shown[other - 1]["groups"]
    ]
    row = open_for_reading(town).frame("schemes").set_index("name").loc["备选"]
    assert row["status"] == "feasible" and row["objective"] == pytest.approx(shown[other - 1]["objective"])
    for arguments, words in (
        (("--take", 1), "--frontier"),
        (("--frontier", 3, "--take", 9), "no number 9"),
        (("--frontier", 2), "choose 3 to 9"),
        (("--frontier", 3, "--without", "81010003"), "one of these at a time"),
        (("--temporary",), "--without"),
        (("--weight", "speed=3"), "is no weight"),
        (("--whole-town", "无此镇"), "No manager works mainly"),
    ):
        code, _out, err = taiqu("group", town, *arguments)
        assert code == 2 and words in err, (arguments, err)


def test_a_plan_without_somebody_is_kept_compared_put_in_force_and_listed(
    file: Path, taiqu: Run, tmp_path: Path
) -> None:
    found = document(
        taiqu("group", file, "--without", "81010003", "--least-change", "--scheme", "调整", "--json")
    )
    assert found["replan"]["takeovers"] and found["scheme"] == "调整"
    told = document(taiqu("schemes", file, "--compare", "调整", "--changes", tmp_path / "c.csv", "--json"))
    assert {one["manager"] for one in told["movers"]} >= {"81010003"}
    with (tmp_path / "c.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.reader(stream))
    assert len(rows) == 1 + len(told["areas"]) and "赵丽" not in str(rows)
    said = taiqu("schemes", file, "--compare", "调整", "--changes", tmp_path / "c.csv")[1]
    assert "A csv holds the areas that change hands only" in said
    assert len(told["customers"]) == sum(one["customers"] for one in told["areas"])
    listed = document(
        taiqu(
            "schemes",
            file,
            "--put-in-force",
            "调整",
            "--approved-by",
            "所长",
            "--approved-on",
            "2026-12-01",
            "--json",
        )
    )
    in_force = [one for one in listed["schemes"] if one["in_force"]]
    assert [(one["name"], one["approved_by"], one["approved_on"]) for one in in_force] == [
        ("调整", "所长", "2026-12-01")
    ]
    project = open_for_reading(file)
    rows_now = project.frame("transformer_areas").set_index("id")
    assert all(rows_now.at[one["area"], "manager"] == one["to"] for one in found["replan"]["takeovers"])
    code, _out, err = taiqu("schemes", file, "--delete", "调整")
    assert code == 2 and "in force" in err
    assert document(taiqu("schemes", file, "--delete", "现行方案", "--json"))["schemes"][0]["name"] == "调整"


def test_schemes_are_shown_checked_copied_renamed_and_written_as_a_roster(
    file: Path, taiqu: Run, tmp_path: Path
) -> None:
    import openpyxl

    shown = document(taiqu("schemes", file, "--show", "现行方案", "--roster", tmp_path / "r.xlsx", "--json"))
    assert shown["cost_min"] == pytest.approx(sum(one["cost_min"] for one in shown["groups"]))
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert len(book.sheetnames) == len(shown["groups"]) + 2
    sheet = book[book.sheetnames[1]]
    names = [row[1].value for row in sheet.iter_rows(min_row=2)]
    phones = [row[2].value for row in sheet.iter_rows(min_row=2)]
    assert all(str(one).endswith("**") for one in names) and all("****" in str(one) for one in phones)
    taiqu("schemes", file, "--roster", tmp_path / "f.xlsx", "--unmasked", "--purpose", "值班安排")
    full = openpyxl.load_workbook(tmp_path / "f.xlsx")
    assert "*" not in str(
        [[cell.value for cell in row] for row in full[full.sheetnames[1]].iter_rows(min_row=2)]
    )
    assert document(taiqu("schemes", file, "--check", "现行方案", "--json"))["counts"]["error"] == 0
    document(taiqu("schemes", file, "--copy", "现行方案", "--as", "草案", "--json"))
    listed = document(taiqu("schemes", file, "--rename", "草案", "--as", "冬季", "--json"))
    assert [one["name"] for one in listed["schemes"]] == ["现行方案", "冬季"]
    for arguments, words in (
        (("--show", "没有"), "There is no scheme"),
        (("--copy", "现行方案"), "name"),
        (("--show", "冬季", "--delete", "冬季"), "one of these at a time"),
        (("--changes", "x.csv"), "--compare"),
        (("--roster", tmp_path / "x.pdf"), ".xlsx"),
    ):
        code, _out, err = taiqu("schemes", file, *arguments)
        assert code == 2 and words in err, (arguments, err)


def test_areas_and_stand_ins_are_assigned_and_kept(file: Path, taiqu: Run) -> None:
    found = document(taiqu("assign", file, "--stand-ins", "--scheme", "B角", "--json"))
    assert not found["without"] and found["scheme"] == "B角"
    kept = open_for_reading(file).frame("area_assignments").set_index("transformer_area")
    assert kept["backup_manager"].to_dict() == found["stand_ins"]
    told = document(taiqu("assign", file, "--by", "customers", "--time-limit", 1, "--json"))
    assert told["measure"] == "customers" and len(told["assignments"]) == 60
    assert sum(one["customers"] for one in told["managers"]) == pytest.approx(
        sum(one["load"] for one in told["managers"])
    )
    code, out, _err = taiqu("assign", file, "--max-customers", 100)
    assert code == 1 and "more than the managers may have" in out
    code, _out, err = taiqu("assign", file, "--scheme", "现行方案")
    assert code == 2 and "in force" in err


# --------------------------------------------------------- why there is none, in words


class _Made:
    """An edit made of what is done to a draft."""

    title = "made for a test"
    values: ClassVar[dict[str, str]] = {}

    def __init__(self, what: Callable[[Draft], None]) -> None:
        self._what = what

    def apply(self, project: Project) -> tuple[Project, Changes]:
        draft = project.edit()
        self._what(draft)
        return draft.finish()


def made_so(file: Path, what: Callable[[Draft], None]) -> None:
    with opened_for_editing(file, SILENT) as history:
        history.do(_Made(what))


def said(taiqu: Run, file: Path, *arguments: object) -> str:
    code, out, err = taiqu("group", file, *arguments)
    assert code == 1, err
    return out


def seven(draft: Draft) -> None:
    draft.update("district_managers", [f"810100{n:02d}" for n in range(8, 13)], active=False)


REFUSED = {
    "--min -1": "--min must not be below zero, but -1.0 was given.",
    "--time-limit 0": "--time-limit must be above zero, not 0.0.",
    "--min 5 --max 2": "The least load (5.0) is above the most (2.0); give fitting limits.",
    "--max 3 --max-customers 900": "Give one of these at a time: --max, --max-customers.",
    "--by areas --max-customers 9": "Give one of these at a time: --by, --max-customers.",
    "--stand-ins --min 3": "--stand-ins leaves the managers of areas as they are; leave --min out.",
}


@pytest.mark.parametrize("options", REFUSED)
def test_an_assignment_refuses_what_cannot_be_or_is_said_in_vain(
    file: Path, taiqu: Run, options: str
) -> None:
    before = file.read_bytes()
    assert taiqu("assign", file, *options.split()) == (2, "", REFUSED[options] + "\n")
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--against 现行方案", "--against says nothing without --compare; add that or leave it out."),
        (
            "--approved-by 所长",
            "--approved-by says nothing without --put-in-force; add that or leave it out.",
        ),
        ("--as 新", "--as says nothing without --copy / --rename; add that or leave it out."),
        ("--compare 现行方案 --roster r.xlsx", "Give one of these at a time: --roster, --compare."),
        (
            "--show 现行方案 --unmasked --purpose 核对",
            "--unmasked says nothing without --changes / --roster; add that or leave it out.",
        ),
    ],
)
def test_what_says_nothing_about_schemes_is_refused(file: Path, taiqu: Run, options: str, told: str) -> None:
    before = file.read_bytes()
    assert taiqu("schemes", file, *options.split()) == (2, "", told + "\n")
    assert file.read_bytes() == before


def test_no_manager_has_more_customers_than_the_most_that_is_asked_for(file: Path, taiqu: Run) -> None:
    code, out, _err = taiqu("assign", file, "--max-customers", 800, "--json")
    assert code == 0 and max(one["customers"] for one in json.loads(out)["managers"]) <= 800
    code, out, _err = taiqu("assign", file, "--max-customers", 300, "--json")
    assert code == 1 and json.loads(out)["rules"][0]["code"] == "assign-work-too-much"


def test_stand_ins_are_found_for_the_managers_of_the_scheme_they_are_kept_in(file: Path, taiqu: Run) -> None:
    assert taiqu("assign", file, "--scheme", "均衡", "--change", 0)[0] == 0
    assert taiqu("assign", file, "--stand-ins", "--scheme", "均衡")[0] == 0
    rows = open_for_reading(file).frame("area_assignments")
    owner = open_for_reading(file).frame("transformer_areas").set_index("id")["manager"]
    assert (rows["manager"].to_numpy() != owner.reindex(rows["transformer_area"]).to_numpy()).any()
    assert rows["backup_manager"].notna().all() and (rows["manager"] != rows["backup_manager"]).all()
    code, _out, err = taiqu("assign", file, "--stand-ins", "--scheme", "均衡", "--base", "现行方案")
    assert (code, err) == (2, "Give one of these at a time: --base, --scheme.\n")


def test_seven_managers_for_groups_of_four_to_five(town: Path, taiqu: Run) -> None:
    made_so(town, seven)
    told = said(taiqu, town, "--min-size", 4, "--max-size", 5)
    assert "Groups of 4–5 cannot cover 7 managers" in told and "赵帆 (81010001)" in told


def test_seven_managers_for_groups_of_four_to_five_in_chinese(town: Path, taiqu: Run, chinese: None) -> None:
    made_so(town, seven)
    told = said(taiqu, town, "--min-size", 4, "--max-size", 5)
    assert "4–5" in told and "7" in told and "赵帆" in told and "cannot" not in told


def one_leader(draft: Draft) -> None:
    rows = draft.project.frame("qualifications")
    draft.delete("qualifications", list(rows.loc[rows["kind"] == "work_leader", "id"])[1:])


def test_groups_without_a_valid_work_leader(town: Path, taiqu: Run) -> None:
    made_so(town, one_leader)
    told = said(taiqu, town)
    assert "12 managers" in told and "valid work leaders" in told and "(8101" in told


def test_groups_without_a_valid_work_leader_in_chinese(town: Path, taiqu: Run, chinese: None) -> None:
    made_so(town, one_leader)
    told = said(taiqu, town)
    assert "工作负责人" in told and "8101" in told and "valid" not in told


def river_around(draft: Draft) -> None:
    """Let a river run around the land of one manager."""
    import shapely

    rows = draft.project.frame("transformer_areas")
    land = shapely.union_all(shapely.from_wkb(rows.loc[rows["manager"] == "81010001", "geometry"].to_numpy()))
    draft.insert("barriers", [{"id": "R", "kind": "river", "geometry": shapely.to_wkb(land.boundary)}])


def test_an_isolated_manager_is_named(file: Path, taiqu: Run) -> None:
    made_so(file, river_around)
    told = said(taiqu, file)
    assert "赵丽 (81010001) has no neighbour; a group needs at least 3 managers." in told


def test_an_isolated_manager_is_named_in_chinese(file: Path, taiqu: Run, chinese: None) -> None:
    made_so(file, river_around)
    told = said(taiqu, file)
    assert "赵丽" in told and "81010001" in told and "相邻" in told


def contradictory(file: Path, taiqu: Run) -> tuple[str, str]:
    """Lock a group of the scheme in force; in a copy one of its managers stands elsewhere."""
    document(taiqu("schemes", file, "--copy", "现行方案", "--as", "草案", "--json"))
    with opened_for_editing(file, SILENT) as history:
        groups = history.project.frame("mutual_aid_groups")
        first, other, third = (
            next(iter(groups.loc[groups["scheme"] == "FA01", "id"])),
            *list(groups.loc[groups["scheme"] == "S1", "id"])[:2],
        )
        members = history.project.frame("group_members")
        mover = str(members.loc[members["mutual_aid_group"] == other, "manager"].iloc[0])
        history.do(LockGroups((first,)))
        history.do(MoveManagers("S1", (mover,), third))
    return mover, third


def test_contradictory_locks_are_named(file: Path, taiqu: Run) -> None:
    mover, third = contradictory(file, taiqu)
    told = said(taiqu, file, "--lock", third)
    assert "Two locked groups" in told and f"({mover})" in told
    assert "Locked group “" in told and third not in told, "groups are called by their names"


def test_contradictory_locks_are_named_in_chinese(file: Path, taiqu: Run, chinese: None) -> None:
    mover, third = contradictory(file, taiqu)
    told = said(taiqu, file, "--lock", third)
    assert mover in told and "锁定" in told and "“" in told and third not in told
