"""The web map needs nobody, lets no markup through, and the one for posting shows no network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
import shapely

from gis import theme
from gis.masking import Disclosure
from gis.webmap import WebMapOptions, webmap, write_webmap
from grid_model.errors import GridError
from grid_model.project import Project
from tests.little_station import little_station
from ui.cli import main

PROJECT = little_station()
INTERNAL, COUNTS = webmap(PROJECT, WebMapOptions())
PUBLIC, PUBLIC_COUNTS = webmap(PROJECT, WebMapOptions(public=True))

LOADING = re.compile(r"""(?:src|href|srcset|data|action|poster)\s*=\s*["']?\s*(?!data:|#)([^"'\s>]+)""", re.I)


class References(HTMLParser):
    """Collects what the elements of a page load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.found += [
            f"{tag}.{name}={value}" for name, value in attrs if name in ("src", "href", "srcset", "action")
        ]


@pytest.mark.parametrize("page", [INTERNAL, PUBLIC], ids=["internal", "public"])
def test_nothing_is_loaded_from_anywhere(page: str) -> None:
    references = References()
    references.feed(page)
    assert references.found == []
    styles = "".join(re.findall(r"<style>(.*?)</style>", page, re.S))
    assert "@import" not in styles
    assert all(one.startswith("data:") for one in re.findall(r"url\(\s*[\"']?([^)\"']+)", styles))
    assert set(re.findall(r"https?://[^\s\"'<>)]*", page)) <= {
        "http://www.w3.org/2000/svg",
        "https://leafletjs.com",
    }
    assert "sourceMappingURL" not in page
    assert "default-src 'none'" in page


def named(name: str) -> Project:
    draft = PROJECT.edit()
    draft.update("transformer_areas", ["0000000001"], name=name)
    draft.update("service_grids", ["g1"], name=name)
    draft.update("switches", ["k1"], name=name)
    draft.update("villages", ["v1"], name=name)
    draft.set_info(name=name)
    return draft.finish()[0]


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "{{ 7 * 191 }}",
        "{% raw %}",
        "\"><b onmouseover='x'>",
        "`${alert(1)}`",
        "\\u003cscript\\u003e",
    ],
)
@pytest.mark.parametrize("public", [False, True])
def test_no_markup_gets_through_a_name(name: str, public: bool) -> None:
    plain, _counts = webmap(named("甲"), WebMapOptions(public=public))
    page, _counts = webmap(named(name), WebMapOptions(public=public))
    before, after = References(), References()
    before.feed(plain)
    after.feed(page)
    assert after.scripts == before.scripts
    assert "<img" not in page
    assert "1337" not in page
    shown = [one for one in _texts(page) if name.replace("<", "").split(">")[0][:6] in one]
    assert not [one for one in shown if "<script" in one or "<img" in one or "<b on" in one]


def _texts(page: str) -> list[str]:
    """Give every popup, tip and label as the browser sees it, the page's own table taken out."""
    found = re.findall(r'"(?:popup|tip|label)": ("(?:[^"\\]|\\.)*")', page)
    assert found
    return [re.sub(r"</?(?:b|table|tr|th|td|br)>", "", json.loads(one)) for one in found]


def test_persons_are_masked_unless_lifted_for_a_purpose() -> None:
    for page in (INTERNAL, PUBLIC):
        assert "赵青山" not in page
        assert "13911112222" not in page
        assert "\\u8d75**" in page or "赵**" in page
    lifted, _counts = webmap(PROJECT, WebMapOptions(disclosure=Disclosure(True, "张贴")))
    assert any("赵青山" in one for one in _texts(lifted))
    assert "张贴" in lifted


def test_it_says_data_date_switch_state_unlinked_customers_and_that_it_is_internal() -> None:
    box = re.search(r'<div id="taiqu-facts">.*?</div>', INTERNAL, re.S)
    assert box
    for text in ("2026-11-15", "Normal state", "<dt>Unlinked customers</dt><dd>1</dd>", "Internal material"):
        assert text in box[0]
    assert "For posting" in PUBLIC


def test_the_internal_map_shows_every_object_with_a_place() -> None:
    assert COUNTS["grids"] == 2
    assert COUNTS["areas"] == 6
    assert COUNTS["public_transformers"] + COUNTS["dedicated_transformers"] == 6
    assert sum(n for name, n in COUNTS.items() if name.startswith("switch_")) == 7
    assert COUNTS["switch_load_break_switch_open"] == 1


def test_the_map_for_posting_shows_no_network() -> None:
    assert set(PUBLIC_COUNTS) == {"grids", "villages"}
    for hidden in ("101", "公变", "kV", "\\u516c\\u53d8"):
        assert hidden not in "".join(_texts(PUBLIC))


def test_the_same_project_gives_the_same_page() -> None:
    assert webmap(PROJECT, WebMapOptions())[0] == INTERNAL


def test_a_local_plane_is_shown_on_a_plain_plane() -> None:
    page, counts = webmap(little_station(geographic=False), WebMapOptions())
    assert "L.CRS.Simple" in page
    assert counts == COUNTS


def test_what_cannot_be_shown_is_said(tmp_path: Path) -> None:
    with pytest.raises(GridError, match="nothing-to-print"):
        webmap(little_station(placed=False), WebMapOptions())
    with pytest.raises(GridError, match="no-scheme"):
        webmap(little_station(with_scheme=False), WebMapOptions(public=True))
    with pytest.raises(GridError, match="bad-output-name"):
        write_webmap(tmp_path / "map.pdf", PROJECT, WebMapOptions())
    with pytest.raises(GridError, match="output-folder-missing"):
        write_webmap(tmp_path / "no" / "map.html", PROJECT, WebMapOptions())
    assert not list(tmp_path.iterdir())


def test_the_command_writes_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from gis.project_file import save_new

    save_new(tmp_path / "p.gpkg", PROJECT)
    assert main(["webmap", str(tmp_path / "p.gpkg"), "--out", str(tmp_path / "x.html"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["bytes"] == (tmp_path / "x.html").stat().st_size < 600_000
    assert document["masked"] is True


def test_a_line_without_a_route_runs_straight_between_its_nodes() -> None:
    draft = PROJECT.edit()
    ends = {"node_a": "n1", "node_b": "n2"}
    draft.insert("ac_line_segments", [{"id": "l1", "name": "无路径导线", "nominal_kv": 35, **ends}])
    text, counts = webmap(draft.finish()[0], WebMapOptions())
    assert counts["feeders"] == 1
    assert "[113.205, 28.415], [113.215, 28.415]" in text.replace("\n", "")
    assert theme.voltage_color(35) in text, "a line of 35 kV has the colour of its voltage"


CLICKS = """<script>window.addEventListener("load", function () { setTimeout(function () {
    var told = [], page = Object.values(window).find(function (one) { return one instanceof L.Map; });
    function click(at) {
        var p = page.latLngToContainerPoint(at), canvas = document.querySelector("canvas");
        ["mousemove", "mousedown", "mouseup", "click"].forEach(function (name) {
            var where = {bubbles: true, clientX: p.x, clientY: p.y};
            canvas.dispatchEvent(new MouseEvent(name, where));
        });
        var shown = document.querySelectorAll(".leaflet-popup-content b");
        told.push(shown.length ? shown[shown.length - 1].textContent : "nothing");
    }
    click(L.latLng(AT)); page.closePopup();
    var boxes = Array.from(document.querySelectorAll(".leaflet-control-layers-overlays input"));
    boxes[0].click(); boxes[0].click(); click(L.latLng(AT));
    document.title = told.join("|");
}, 300); });</script></html>"""


@pytest.mark.long
@pytest.mark.parametrize("public", [False, True])
def test_a_click_finds_the_area_or_the_grid_also_after_layers_were_switched(
    tmp_path: Path, public: bool
) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed")
    area = PROJECT.frame("transformer_areas").iloc[0]
    at = shapely.point_on_surface(shapely.from_wkb(area["geometry"]))
    path = tmp_path / "map.html"
    write_webmap(path, PROJECT, WebMapOptions(public=public))
    page = path.read_text("utf-8").replace("</html>", CLICKS.replace("AT", f"{at.y + 1e-3}, {at.x + 1e-3}"))
    path.write_text(page, "utf-8")
    run = subprocess.run(
        [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--dump-dom",
            "--virtual-time-budget=5000",
            f"--user-data-dir={tmp_path / 'profile'}",
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    wanted = "石桥网格" if public else area["name"]
    assert f"<title>{wanted}|{wanted}</title>" in run.stdout


@pytest.mark.long
@pytest.mark.parametrize("public", [False, True])
def test_a_browser_without_a_network_draws_it(tmp_path: Path, public: bool) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed")
    path = tmp_path / "map.html"
    write_webmap(path, PROJECT, WebMapOptions(public=public))
    alone = (
        ["unshare", "-n"] if subprocess.run(["unshare", "-n", "true"], check=False).returncode == 0 else []
    )
    run = subprocess.run(
        [
            *alone,
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--dump-dom",
            "--virtual-time-budget=5000",
            f"--user-data-dir={tmp_path / 'profile'}",
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert f"source: {path.as_uri()}" not in run.stderr
    assert run.stdout.count("taiqu-grid") == 2 + 1  # two labels and the rule for them
    assert ("taiqu-symbol" in run.stdout.split("</style>")[-1]) is not public
