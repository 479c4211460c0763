"""The sample station is planned to proof: connected groups, within bounds, qualified."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import pytest

from gis.grids import check_grids
from gis.planning import Plan, plan_groups
from gis.project_file import open_for_reading, save_new
from gis.sample import make_sample
from grid_model.feedback import SILENT
from grid_model.grouping.plan import GroupingOptions
from grid_model.grouping.scheme_edits import PutInForce
from grid_model.project import Project
from ui.cli import main


@pytest.fixture(scope="module", params=["small", "typical"])
def sample(request: pytest.FixtureRequest) -> Project:
    return make_sample(request.param, 1, SILENT)


def assert_sound(plan: Plan) -> None:
    """Every manager on duty once; groups connected, within bounds, qualified; areas in one grid each."""
    graph = nx.Graph((one.a, one.b) for one in plan.territory.neighbours)
    grouped = sorted(one for group in plan.grouping.groups for one in group.members)
    assert grouped == list(plan.territory.managers)
    for group in plan.grouping.groups:
        assert nx.is_connected(graph.subgraph(group.members))
        assert plan.problem.min_size <= len(group.members) <= plan.problem.max_size
        assert plan.able.known and plan.able.valid_group(group.members)
        assert group.leader in plan.able.leaders and set(group.guards) <= plan.able.guards
    owned = {area for own in plan.territory.areas for area in own}
    assert sorted(area for grid in plan.grids for area in grid.areas) == sorted(owned)


def test_the_sample_is_planned_to_proof(sample: Project) -> None:
    plan = plan_groups(sample)
    assert plan.grouping.status == "optimal" and not plan.grouping.why
    assert plan.grouping.bound == plan.grouping.objective
    assert_sound(plan)


def test_the_same_plan_comes_out_every_time(sample: Project) -> None:
    assert plan_groups(sample).grouping == plan_groups(sample).grouping


def test_the_grids_cover_the_station(sample: Project) -> None:
    import shapely

    plan = plan_groups(sample)
    check = check_grids(sample, [grid.areas for grid in plan.grids])
    assert not check.in_several and set(check.without_grid) <= set(check.without_manager)
    land = plan.outlines.plane.shapes(sample.frame("stations")["geometry"])
    inside = sum(shape.km2 for shape in plan.shapes) * 1e6
    unowned = sum(plan.outlines.km2.get(one, 0.0) for one in check.without_manager) * 1e6
    assert inside + unowned == pytest.approx(shapely.area(shapely.union_all(land)), rel=1e-3)


def test_a_grid_goes_on_only_under_a_group_of_the_same_name(sample: Project) -> None:
    kept, _changes = plan_groups(sample).as_scheme("新方案").apply(sample)
    groups = kept.frame("mutual_aid_groups").set_index("id")
    grids = kept.frame("service_grids")
    named = grids["mutual_aid_group"].map(groups["name"])
    scheme = kept.frame("schemes").set_index("name")["id"]["新方案"]
    before_it = grids["scheme"] != scheme
    old = dict(zip(grids["name"][before_it], named[before_it], strict=True))
    for name, group in zip(
        grids["name"][grids["scheme"] == scheme], named[grids["scheme"] == scheme], strict=True
    ):
        before = old.get(name)
        assert before == group or name.removesuffix("网格") == group.removesuffix("组"), (name, group, before)


def test_plan_keep_lock_and_plan_again(sample: Project) -> None:
    kept, _changes = plan_groups(sample).as_scheme("新方案").apply(sample)
    scheme = kept.frame("schemes").set_index("name").at["新方案", "id"]
    kept, _changes = PutInForce(scheme).apply(kept)
    groups = kept.frame("mutual_aid_groups")
    first = groups.loc[groups["scheme"] == scheme, "id"].iloc[0]
    again = plan_groups(kept, GroupingOptions(locks=(first,)))
    assert_sound(again)
    assert [group.locked for group in again.grouping.groups].count(first) == 1


# ---------------------------------------------------------------- the command


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("group") / "station.gpkg"
    save_new(path, make_sample("small", 1, SILENT), SILENT)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["group", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_without_a_scheme_the_file_stays_byte_for_byte(
    station: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = station.read_bytes()
    code, out, _err = run(capsys, str(station), "--json")
    document = json.loads(out)
    assert code == 0 and station.read_bytes() == before
    assert document["status"] == "optimal" and document["gap"] == 0 and document["why"] == []
    for group in document["groups"]:
        terms = group["travel_min"] + group["imbalance_min"] + group["size_min"]
        assert terms == pytest.approx(group["cost_min"])
        assert group["workload"] == pytest.approx(sum(one["workload"] for one in group["managers"]))
        assert group["workload_parts"]["areas"] == len(group["areas"])
        assert sum(one["customers"] for one in group["managers"]) == group["workload_parts"]["customers"]
    total = sum(group["cost_min"] for group in document["groups"])
    assert total == pytest.approx(document["objective"])
    assert sorted(one for group in document["groups"] for one in group["members"]) == sorted(
        open_for_reading(station, SILENT).frame("district_managers")["id"]
    )


def test_with_a_scheme_it_stands_in_the_file_with_the_ids_printed(
    station: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.gpkg"
    own.write_bytes(station.read_bytes())
    code, out, _err = run(capsys, str(own), "--scheme", "新方案", "--json")
    document = json.loads(out)
    project = open_for_reading(own, SILENT)
    members = project.frame("group_members").groupby("mutual_aid_group")["manager"].apply(sorted).to_dict()
    assert code == 0 and document["scheme"] == "新方案"
    for group in document["groups"]:
        assert members[group["id"]] == group["members"]
        assert project.table("mutual_aid_groups").row(group["id"])["name"] == group["name"]
    code, again, _err = run(capsys, str(own), "--scheme", "新方案", "--json")
    assert code == 0 and json.loads(again) == document


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--min-size", "4", "--max-size", "5"], "Groups of 4–5 cannot cover 6 managers: "),
        (["--min-size", "2", "--max-size", "2", "--hard-pair-minutes", "0.1"], "more than 0.1 min apart"),
    ],
)
def test_an_impossible_wish_ends_with_one_and_the_reason_in_words(
    station: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    code, out, _err = run(capsys, str(station), *arguments, "--json")
    document = json.loads(out)
    assert code == 1 and document["status"] == "infeasible" and document["groups"] == []
    assert document["objective"] is None and words in " ".join(document["why"])
    code, out, _err = run(capsys, str(station), *arguments)
    assert code == 1 and words in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--min-size", "1"], "beyond the limits"),
        (["--min-size", "5", "--max-size", "4"], "--min-size and --max-size"),
        (["--min-size", "many"], "“many” is not a number"),
        (["--time-limit", "0"], "--time-limit must be above zero"),
        (["--hard-pair-minutes", "nan"], "--hard-pair-minutes must be above zero"),
        (["--must-together", "81010001"], "at least two managers and names only 赵丽 (81010001)"),
        (["--must-apart", "one,two"], "staff number or name “one”"),
        (["--lock", "nothing"], "number or name “nothing”"),
    ],
)
def test_what_cannot_be_done_ends_with_two_and_one_sentence(
    station: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    code, out, err = run(capsys, str(station), *arguments)
    assert code == 2 and not out and words in err and len(err.strip().splitlines()) == 1


def test_the_scheme_in_force_is_not_overwritten(station: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schemes = open_for_reading(station, SILENT).frame("schemes")
    name = schemes.loc[schemes["in_force"], "name"].iloc[0]
    before = station.read_bytes()
    code, _out, err = run(capsys, str(station), "--scheme", name)
    assert code == 2 and "in force" in err and station.read_bytes() == before


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    import re

    from resources.i18n import _, language, use_language
    from ui.messages import REASONS

    root = Path(__file__).parents[2]
    files = [
        *sorted(root.joinpath("grid_model", "grouping").glob("*.py")),
        *sorted(root.joinpath("gis").glob("*.py")),
    ]
    source = "".join(
        one.read_text("utf-8") for one in files if one.name not in ("assignment.py", "repair.py")
    )
    codes = set(re.findall(r'(?:Reason|_of_areas)\(\s*"([a-z-]+)"', source))
    assert len(codes) > 25 and codes <= set(REASONS)
    before = language()
    use_language("zh_CN")
    try:
        assert all(_(text) != text for text in REASONS.values() if text != "{station}:")
    finally:
        use_language(before)
