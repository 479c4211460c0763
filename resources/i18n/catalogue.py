"""Keep the Chinese catalogue complete: extract the English texts, set translations, list what is missing.

Run as ``python -m resources.i18n.catalogue`` with one of

``update``
    extract the texts from the code and bring ``taiqu.po`` up to date (obsolete entries go);
``set``
    the same, then set the translations read from standard input, a JSON object ``{english: chinese}``
    (a counted text is keyed by its singular);
``missing``
    print as JSON the texts without a Chinese translation; exit status 1 where there are any.

Several runs at once wait for each other.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("grid_model", "gis", "ui", "resources")
CATALOGUE = Path(__file__).parent / "locale" / "zh_CN" / "LC_MESSAGES" / "taiqu.po"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "N_n": (1, 2)}


def extract() -> Any:
    """Collect every marked text of the program into a Babel catalogue, sorted by text."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir

    catalogue = Catalog(project="Taiqu", charset="utf-8")
    for package in PACKAGES:
        for _file, _line, message, comments, context in extract_from_dir(
            ROOT / package,
            method_map=[("**.py", "python")],
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
        ):
            catalogue.add(message, None, auto_comments=comments, context=context)
    return catalogue


def read() -> Any:
    """Read the Chinese catalogue as it stands."""
    from babel.messages.pofile import read_po

    if not CATALOGUE.exists():
        from babel.messages.catalog import Catalog

        return Catalog(locale="zh_CN", project="Taiqu", charset="utf-8")
    with CATALOGUE.open("rb") as stream:
        return read_po(stream, locale="zh_CN")


def updated(translations: dict[str, str]) -> Any:
    """Bring the catalogue up to date with the code and set `translations`; unknown keys are reported."""
    catalogue = read()
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    for english, chinese in translations.items():
        message = catalogue.get(english)
        if message is None:
            print(f"not in the code: {english!r}", file=sys.stderr)
            continue
        texts = chinese if isinstance(chinese, list) else [chinese]
        message.string = tuple(texts[:1]) if isinstance(message.id, (tuple, list)) else texts[0]
        message.flags.discard("fuzzy")
    return catalogue


def write(catalogue: Any) -> None:
    """Write the catalogue sorted, without line numbers or dates, so that changes read well."""
    import re

    from babel.messages.pofile import write_po

    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("wb", dir=CATALOGUE.parent, suffix=".tmp", delete=False) as stream:
        write_po(stream, catalogue, sort_output=True, no_location=True, omit_header=False, width=110)
    text = Path(stream.name).read_text("utf-8")
    text = re.sub(
        r'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team'
        r"|Report-Msgid-Bugs-To):[^\n]*\n",
        "",
        text,
    )
    Path(stream.name).write_text(text, "utf-8")
    os.replace(stream.name, CATALOGUE)


def missing(catalogue: Any) -> list[str]:
    """List the English texts that have no Chinese or only a fuzzy one."""
    found = []
    for message in catalogue:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if message.fuzzy or not texts or not all(texts):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return found


def compile_catalogue(source: Path, target: Path) -> None:
    """Write the compiled catalogue `target` from `source`, whole or not at all."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as text:
        catalogue = read_po(text, locale="zh_CN")
    with tempfile.NamedTemporaryFile("wb", dir=target.parent, suffix=".tmp", delete=False) as stream:
        write_mo(stream, catalogue)
    os.replace(stream.name, target)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold off other runs of this tool while one reads and writes."""
    import fcntl

    with Path(tempfile.gettempdir(), "taiqu-catalogue.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """Do what the command line asks; see the module's description."""
    if arguments not in (["update"], ["set"], ["missing"]):
        print(__doc__, file=sys.stderr)
        return 2
    translations = json.load(sys.stdin) if arguments == ["set"] else {}
    with _alone():
        catalogue = updated(translations)
        if arguments != ["missing"]:
            write(catalogue)
    without = missing(catalogue)
    if arguments == ["missing"]:
        print(json.dumps(without, ensure_ascii=False, indent=1))
    else:
        print(f"{len(without)} texts without Chinese", file=sys.stderr)
    return 1 if without and arguments == ["missing"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
