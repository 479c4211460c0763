"""Whatever a file holds: a sentence or an import in which every row is accounted for, never anything else."""

from __future__ import annotations

import csv
import io
import string
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.importer import ImportOptions, import_sources
from gis.importer_columns import TABLE_KINDS
from gis.readers.raw import BLANKS
from grid_model.errors import GridError
from grid_model.project import Project, ProjectInfo
from tests.conftest import scaled
from tests.test_gis.test_importer_network import FILES
from tests.test_gis.test_readers import encrypted_container, workbook
from ui.messages import ERRORS, ISSUES, issue_sentence, sentence

EMPTY = Project.empty(ProjectInfo())
few = settings(max_examples=scaled(40, 1500))
some = settings(max_examples=scaled(60, 2000))

ENDINGS = st.sampled_from(["csv", "txt", "xls", "xlsx", "html", "geojson", "gpkg", "shp"])
HEADS = st.sampled_from(
    [
        b"",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"<html><table>",
        b"SQLite format 3\x00",
        b'{"type":"FeatureCollection","features":[',
        "户号,户名\n".encode("gb18030"),
    ]
)


def account(source: Path, **options: Any) -> None:
    """Import `source`: one sentence that names its fields, or a project and every row accounted for."""
    try:
        found = import_sources(EMPTY, [source], ImportOptions(**options))
        project, _changes = found.edit.apply(EMPTY)
    except GridError as error:
        assert error.code in ERRORS
        assert "{" not in sentence(error) or "{" in str(error.values)
        return
    assert all(found.read[file] == found.kept[file] + found.rejected[file] for file in found.read)
    assert len(project.frame("issues")) == len(found.issues)
    for issue in found.issues:
        assert issue.code in ISSUES
        issue_sentence(issue)
    rejected = sum(not issue.row_kept and issue.row > 0 for issue in found.issues)
    assert rejected >= sum(found.rejected.values()) - sum(
        int(str(issue.details["count"])) for issue in found.issues if issue.code == "unrecognised-table"
    )


@few
@given(head=HEADS, content=st.binary(max_size=400), ending=ENDINGS)
def test_random_bytes_never_do_harm(head: bytes, content: bytes, ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{ending}"
        path.write_bytes(head + content)
        account(path)


@few
@given(data=st.data(), name=st.sampled_from(sorted(FILES)))
def test_a_network_with_a_mangled_file_never_does_harm(data: st.DataObject, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for file, content in FILES.items():
            (Path(folder) / file).write_text(content, encoding="utf-8")
        (Path(folder) / name).write_bytes(mangled(data, FILES[name].encode()))
        account(Path(folder))


def mangled(data: st.DataObject, content: bytes) -> bytes:
    """Cut, swap, double and sprinkle a file."""
    for _change in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        to = data.draw(st.integers(at, min(len(content), at + 40)))
        piece = data.draw(
            st.sampled_from(
                [
                    b"",
                    content[at:to] * 2,
                    b",",
                    b'"',
                    b"\n",
                    b"\r",
                    b"\x00",
                    b"\xff",
                    b"nan",
                    b"inf",
                    b"1e999",
                    b"-1",
                    "，".encode(),
                    b";",
                    b'="',
                    b"True",
                    b"id",
                    "\u3000".encode(),
                ]
            )
        )
        content = content[:at] + piece + content[to:]
    return content


CELL = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8),
    st.text(string.digits, max_size=6),
    st.sampled_from(["", "合计", "0012", "1.2E+21", "是", "113.2,28.4", "a\nb", '"']),
)


@some
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL, CELL), max_size=12),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    mark=st.sampled_from(",;\t"),
)
def test_every_row_of_a_written_table_is_read(rows: list[tuple[str, ...]], encoding: str, mark: str) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=mark, lineterminator="\r\n")
    writer.writerows([("户号", "户名", "坐标", "用户分类"), *rows])
    try:
        content = written.getvalue().encode(encoding)
    except UnicodeEncodeError:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c.csv"
        path.write_bytes(content)
        account(path, kind="customers")
        filled = [row for row in rows if any(cell.strip(BLANKS) for cell in row)]
        if any(
            ord(sign) in range(0x7F, 0xA0) or sign in "\ufffd\ufffe\uffff"
            for row in rows
            for cell in row
            for sign in cell
        ):
            return
        if not filled or any('"' in cell or "\n" in cell for row in rows for cell in row):
            return  # quotes that do not pair are read as letters: the rows are the lines then
        found = import_sources(EMPTY, [path], ImportOptions("customers"))
        assert found.read == {"c.csv": len(filled)}


@pytest.mark.parametrize("kind", ["auto", "network-csv", "outlines", *TABLE_KINDS])
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "locked.xlsx", "a.geojson", "empty.csv", "none.csv"])
def test_every_kind_of_file_as_every_kind_of_import(tmp_path: Path, kind: str, name: str) -> None:
    path = tmp_path / name
    if name == "a.xlsx":
        workbook(path, ["编号", "名称", "x", "y"], ["1", "a", 1, 2])
    elif name != "none.csv":
        content = {
            "a.csv": b"id,name,x,y\n1,a,3,4\n",
            "locked.xlsx": encrypted_container(),
            "empty.csv": b"",
            "a.geojson": b'{"type":"Polygon","coordinates":[[[0,0],[0,1],[1,1],[0,0]]]}',
        }
        path.write_bytes(content[name])
    account(path, kind=kind)
