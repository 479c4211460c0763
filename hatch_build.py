"""Compile the Chinese catalogue while the wheel is built, so that an installed Taiqu needs no Babel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CATALOGUES = "resources/i18n"


class CatalogueBuildHook(BuildHookInterface):  # type: ignore[misc]
    """Turns every `*.po` into the `*.mo` beside it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del version, build_data
        for source in sorted(Path(self.root, CATALOGUES).rglob("*.po")):
            compile_catalogue(source)


def compile_catalogue(source: Path) -> Path:
    target = source.with_suffix(".mo")
    with source.open("rb") as po:
        catalogue = read_po(po, locale=source.parent.parent.name if source.parent.name == "LC_MESSAGES" else None)
    with target.open("wb") as mo:
        write_mo(mo, catalogue, use_fuzzy=False)
    return target
