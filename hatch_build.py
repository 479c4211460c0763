"""Compile the Chinese catalogue while the wheel is built, so that an installed Taiqu needs no Babel."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueBuildHook(BuildHookInterface):  # type: ignore[misc]
    """Makes every `*.mo` from the `*.po` beside it; a checkout does so itself when it is first started."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del build_data
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from resources.i18n.catalogue import compile_catalogue
        finally:
            sys.path.remove(self.root)
        for source in sorted(Path(self.root, "resources", "i18n").rglob("*.po")):
            compile_catalogue(source, source.with_suffix(".mo"))
