"""The benchmarks keep the README's other tables when one of them is written anew."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from benchmarks.__main__ import BEGIN, END, available, put
from benchmarks.opening import start_taiqu
from gis.project_file import save_new
from gis.sample import make_sample


def test_one_table_is_replaced_and_the_others_stay() -> None:
    page = f"# Title\n{BEGIN}\n{END}\ntail\n"
    page = put(page, "importing", "**Import**\n\n| a |\n")
    page = put(page, "outage", "**Outages**\n\n| b |")
    page = put(page, "importing", "**Import** anew")
    assert page.count("**Import**") == page.count("**Outages**") == 1
    assert page.index("**Outages**") < page.index("**Import** anew"), "in the order of the list"
    assert page.startswith("# Title\n")
    assert page.endswith(f"{END}\ntail\n")
    assert "| a |" not in page


def test_every_benchmark_can_be_run_by_its_name() -> None:
    assert {"outage", "importing"} <= set(available())
    for name in available():
        assert callable(import_module(f"benchmarks.{name}").section)


def test_a_start_is_measured_until_the_project_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "station.gpkg"
    save_new(path, make_sample("small", 1))
    times = start_taiqu(path)
    assert 0 < times["shown"] < times["shown"] + times["read"] <= times["usable"] < 120
