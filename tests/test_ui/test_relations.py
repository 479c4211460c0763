"""The object panel leads from a customer to everything it hangs on and back, and through what was visited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gis.project_file import open_for_reading
from grid_model import schema
from grid_model.changes import Changes
from grid_model.project import Project
from tests.test_ui.helpers import LEFT, texts
from ui.main_window import MainWindow
from ui.relations import BY_SCHEME, relations


@pytest.fixture(scope="module")
def project(sample_file: Path) -> Project:
    return open_for_reading(sample_file)


def a_metered_customer(project: Project) -> str:
    points = project.frame("usage_points")
    return str(points.loc[points["meter_box"].notna(), "customer"].iloc[3])


def tied(project: Project, table: str, one: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for relation in relations(project, table, one):
        found.setdefault(relation.table, set()).update(relation.ids)
    return found


def test_a_customer_leads_to_meter_box_area_transformer_feeder_manager_and_group(project: Project) -> None:
    one = a_metered_customer(project)
    point = project.frame("usage_points").query("customer == @one").iloc[0]
    area = project.table("transformer_areas").row(project.table("customers").row(one)["transformer_area"])
    found = tied(project, "customers", one)
    assert point["id"] in found["usage_points"]
    assert point["meter_box"] in found["junctions"]
    assert found["transformer_areas"] == {area["id"]}
    assert area["feeder"] in found["feeders"]
    assert project.table("feeders").row(area["feeder"])["substation"] in found["substations"]
    assert area["manager"] in found["district_managers"]
    members = project.frame("group_members").query("manager == @area['manager']")
    assert set(members["mutual_aid_group"]) & found["mutual_aid_groups"]
    assert found["service_grids"]
    assert found["power_transformers"]


def test_whatever_points_at_an_object_is_counted_from_its_side(project: Project) -> None:
    """For every reference of the schema: the target's relations count the rows that point at it."""
    checked = 0
    for table in schema.tables().values():
        if table.name in BY_SCHEME:
            continue
        for column in table.columns:
            if column.references in ("", "connectivity_nodes") or column.name == "scheme":
                continue
            values = project.frame(table.name)[column.name].dropna()
            if not len(values):
                continue
            target = str(values.iloc[0])
            count = int((values == target).sum())
            counts = {r.count for r in relations(project, column.references, target) if r.table == table.name}
            assert count in counts, (table.name, column.name)
            checked += 1
    assert checked >= 15


def test_an_open_outage_of_the_area_is_tied_and_a_restored_one_is_not(project: Project) -> None:
    one = a_metered_customer(project)
    area = str(project.table("customers").row(one)["transformer_area"])
    draft = project.edit()
    result = f'{{"areas": ["{area}"], "devices": ["switches:KG1"]}}'
    draft.insert(
        "outages",
        [
            {"id": "open", "actual_off": "2026-11-20T09:00:00", "result": result},
            {"id": "restored", "actual_on": "2026-11-20T11:00:00", "result": result},
            {"id": "elsewhere", "result": '{"areas": ["another"]}'},
        ],
    )
    with_outages, _changes = draft.finish()
    for table, name in (("customers", one), ("transformer_areas", area)):
        assert tied(with_outages, table, name).get("outages") == {"open"}


def link_to(window: MainWindow, one: str) -> QPushButton:
    texts(window.right.object)
    return next(
        link
        for link in window.right.object.findChildren(QPushButton)
        if link.toolTip() == one and link.isVisibleTo(window.right.object)
    )


def test_links_lead_on_and_alt_arrows_lead_back_and_forward(window: MainWindow, qtbot: QtBot) -> None:
    project = window.bench.session.project
    assert project is not None
    one = a_metered_customer(project)
    area = project.table("transformer_areas").row(project.table("customers").row(one)["transformer_area"])
    window.bench.select("customers", one)
    qtbot.mouseClick(link_to(window, str(area["id"])), LEFT)
    assert window.bench.selection.ids == (area["id"],)
    qtbot.mouseClick(link_to(window, str(area["feeder"])), LEFT)
    assert window.bench.selection.table == "feeders"
    alt = Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(window, Qt.Key.Key_Left, alt)
    assert window.bench.selection.ids == (area["id"],)
    qtbot.keyClick(window, Qt.Key.Key_Left, alt)
    assert window.bench.selection.ids == (one,)
    assert not window.bench.can_visit(-1)
    qtbot.keyClick(window, Qt.Key.Key_Right, alt)
    assert window.bench.selection.ids == (area["id"],)
    window.bench.select("villages", str(area["village"]))
    assert not window.bench.can_visit(1), "a new way begins where one went back to"


@dataclass(frozen=True)
class Felled:
    """A pole that is taken down."""

    pole: str
    title: str = "Fell a pole"

    @property
    def values(self) -> Mapping[str, str]:
        return {}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        draft = project.edit()
        draft.delete("poles", [self.pole])
        return draft.finish()


def test_what_was_deleted_is_passed_over_on_the_way_back(window: MainWindow) -> None:
    bench = window.bench
    project = bench.session.project
    assert project is not None
    ids = project.frame("poles")["id"].tolist()[:3]
    for one in ids:
        bench.select("poles", one)

    bench.session.do(Felled(ids[1]))
    bench.visit(-1)
    assert bench.selection.ids == (ids[0],)


def test_and_more_lists_exactly_those_in_the_table_below(window: MainWindow, qtbot: QtBot) -> None:
    project = window.bench.session.project
    assert project is not None
    area = str(project.frame("customers")["transformer_area"].value_counts().index[0])
    window.bench.select("transformer_areas", area)
    texts(window.right.object)
    more = [one for one in window.right.object.findChildren(QPushButton) if one.text().startswith("and ")]
    customers = project.frame("customers")
    wanted = int((customers["transformer_area"] == area).sum())
    for one in more:
        if f"{wanted - 6}" in one.text().replace("\u00a0", ""):
            qtbot.mouseClick(one, LEFT)
    assert window.bottom.page is not None
    assert window.bottom.page.name == "customers"
    assert window.bottom.page.model.rowCount() == wanted
