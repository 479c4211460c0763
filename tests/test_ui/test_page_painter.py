"""What reaches the paper: text that can be found again, the program's own font, lines and no pictures."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pypdf
import pytest

from gis.pages.items import Areas, Box, Clip, Dots, Item, Lines, Page, Pen, Symbols, Text
from gis.pages.measure import width
from gis.pages.options import PrintOptions
from gis.pages.templates import TEMPLATES, make_pages
from grid_model.errors import Cancelled, GridError
from grid_model.feedback import Feedback
from grid_model.tracing import trace_outage
from tests.little_station import little_station
from ui.cli import main
from ui.page_painter import font_of, missing_characters, page_image, print_pages

PROJECT = little_station()
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")


def tool(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def sheet(*items: Item) -> Page:
    return Page(100, 60, items, "sheet")


@pytest.fixture(scope="module", params=TEMPLATES)
def printed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Page]]:
    trace = trace_outage(PROJECT, [("open", "k1")]) if TEMPLATES[request.param].needs_trace else None
    pages = make_pages(PROJECT, request.param, PrintOptions(trace=trace))
    path = tmp_path_factory.mktemp("pdf") / "x.pdf"
    print_pages(pages, path, "青禾镇网格图")
    return path, pages


@needs_poppler
def test_chinese_text_is_found_again_exactly(printed: tuple[Path, list[Page]]) -> None:
    text = re.sub(r"\s", "", tool("pdftotext", "-layout", str(printed[0]), "-"))
    wanted = {one.text for page in printed[1] for one in page.items if isinstance(one, Text)}
    assert len(wanted) > 20
    lacking = [one for one in wanted if re.sub(r"\s", "", one) not in text]
    assert not lacking
    assert not re.search("[\u2e80-\u2fdf]", text)


@needs_poppler
def test_every_font_is_embedded_and_none_is_foreign(printed: tuple[Path, list[Page]]) -> None:
    lines = tool("pdffonts", str(printed[0])).splitlines()[2:]
    assert lines
    for line in lines:
        assert re.search(r"\byes yes yes\b|\byes no  yes\b", line), line
    assert any("WenQuanYiMicroHei" in line for line in lines)


@needs_poppler
def test_it_is_vector_with_a_title_and_the_right_sheets(printed: tuple[Path, list[Page]]) -> None:
    path, pages = printed
    assert tool("pdfimages", "-list", str(path)).splitlines()[2:] == []
    reader = pypdf.PdfReader(path)
    assert len(reader.pages) == len(pages)
    assert reader.metadata is not None
    assert reader.metadata.title == "青禾镇网格图"
    for found, page in zip(reader.pages, pages, strict=True):
        assert float(found.mediabox.width) / 72 * 25.4 == pytest.approx(page.width_mm, abs=0.3)
        assert float(found.mediabox.height) / 72 * 25.4 == pytest.approx(page.height_mm, abs=0.3)


def test_widths_known_without_a_screen_are_those_of_the_font() -> None:
    from PySide6.QtGui import QFontMetricsF

    page_image(sheet())
    metrics = QFontMetricsF(font_of(10.0))
    for text in (
        "供电服务网格",
        "10kV302云头线",
        "Data as of 2026-11-20 · km² × 3°",
        "138****5678",
        "“N”（组长）",
    ):
        assert metrics.horizontalAdvance(text) / 100 == pytest.approx(width(text, 10.0), rel=0.01), text


def test_items_are_painted_where_they_stand() -> None:
    square = np.array([[10.0, 10.0], [20.0, 10.0], [20.0, 20.0], [10.0, 20.0]])
    hole = np.array([[13.0, 13.0], [17.0, 13.0], [17.0, 17.0], [13.0, 17.0]])
    image = page_image(
        sheet(
            Areas(np.vstack([square, hole]), np.array([0, 4, 8]), np.array([0, 2]), "#FF0000"),
            Box(30, 10, 10, 10, "#00FF00"),
            Lines(np.array([[50.0, 15.0], [60.0, 15.0]]), np.array([0, 2]), Pen("#0000FF", 1.0)),
            Dots(np.array([[70.0, 15.0]]), 1.0, "#FF00FF"),
            Symbols("switch_breaker_closed", np.array([[80.0, 15.0]]), 6.0),
            Clip(10, 30, 5, 5, (Box(10, 30, 20, 20, "#000000"),)),
        ),
        254,
    )

    def at(x: float, y: float) -> str:
        return image.pixelColor(round(x * 10), round(y * 10)).name().upper()

    assert at(11, 11) == "#FF0000"
    assert at(15, 15) == "#FFFFFF"
    assert at(35, 15) == "#00FF00"
    assert at(55, 15) == "#0000FF"
    assert at(55, 17) == "#FFFFFF"
    assert at(70, 15) == "#FF00FF"
    assert at(80, 15) == "#D2232A"
    assert at(12, 32) == "#000000"
    assert at(20, 32) == "#FFFFFF"


def test_a_faint_fill_lets_what_lies_under_it_shine_through() -> None:
    from dataclasses import replace

    square = np.array([[0.0, 0.0], [50.0, 0.0], [50.0, 50.0], [0.0, 50.0]])
    veil = Areas(square, np.array([0, 4]), np.array([0, 1]), "#FFFFFF")
    half = page_image(sheet(Box(0, 0, 50, 50, "#000000"), replace(veil, opacity=0.5)))
    assert half.pixelColor(50, 50).value() == pytest.approx(128, abs=2)


def test_a_character_no_font_has_is_reported() -> None:
    lost = "\U0003134a"
    assert missing_characters([sheet(Text(10, 10, "网格" + lost, 4.0))]) == (lost,)
    assert missing_characters([sheet(Text(10, 10, "网格 Aa1", 4.0))]) == ()


def test_cancelling_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_text("old", "utf-8")
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        print_pages([sheet()], path, "x", feedback)
    assert path.read_text("utf-8") == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["x.pdf"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(GridError, match="output-folder-missing"):
        print_pages([sheet()], tmp_path / "no" / "x.pdf", "x")


def test_a_pdf_is_not_called_printed_when_the_disk_is_full(tiny_disk: Path) -> None:
    path = tiny_disk / "map.pdf"
    path.write_bytes(b"old")
    (tiny_disk / "fill").write_bytes(b"x" * 60_000)
    with pytest.raises(GridError, match="output-disk-full"):
        print_pages([sheet()] * 40, path, "full")
    assert path.read_bytes() == b"old"
    assert sorted(one.name for one in tiny_disk.iterdir()) == ["fill", "map.pdf"]


# ------------------------------------------------------------ the command


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from gis.project_file import save_new

    path = tmp_path_factory.mktemp("print") / "station.gpkg"
    save_new(path, PROJECT)
    return path


def test_print_writes_the_pdf_and_says_so(station: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = station.with_name("map.pdf")
    assert main(["print", str(station), "--template", "station-map", "--out", str(out), "--paper", "A4"]) == 0
    assert "map.pdf, 1 sheet\n" in capsys.readouterr().out
    assert out.read_bytes().startswith(b"%PDF")


def test_print_of_an_outage_needs_a_device(station: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = station.with_name("outage.pdf")
    command = ["print", str(station), "--template", "outage-sheet", "--out", str(out)]
    assert main(command) == 2
    assert "--open ID" in capsys.readouterr().err
    assert not out.exists()
    assert main([*command, "--open", "k1"]) == 0
    assert out.exists()


def test_full_names_on_paper_stand_in_the_journal(station: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from gis.project_file import opened_for_editing

    out = station.with_name("plain.pdf")
    command = ["print", str(station), "--template", "public-map", "--out", str(out), "--unmasked"]
    assert main(command) == 2
    assert "--purpose" in capsys.readouterr().err
    assert not out.exists()
    assert main([*command, "--purpose", "张贴公示"]) == 0
    with opened_for_editing(station) as history:
        last = history.journal.entries()[-1]
    assert last.action == "note"
    assert last.values["purpose"] == "张贴公示"
    assert last.values["masking"] == "Not masked"


def test_print_refuses_another_suffix_and_an_unknown_scheme(
    station: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["print", str(station), "--template", "grid-book", "--out"]
    assert main([*command, str(station.with_name("x.png"))]) == 2
    assert main([*command, str(station.with_name("x.pdf")), "--scheme", "没有"]) == 2
    said = capsys.readouterr().err
    assert ".pdf" in said
    assert "现行方案" in said
    assert not station.with_name("x.pdf").exists()
