"""The window by keyboard alone: every command has a letter of its own in its menu."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from resources import i18n
from resources.i18n import LANGUAGES, _
from ui.actions import ACTIONS, MENUS


def letters(texts: list[str]) -> Counter[str]:
    return Counter(found.group(1).upper() for one in texts if (found := re.search(r"&(\w)", one)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_stands_for_two_commands_of_a_menu(language: str) -> None:
    i18n.use_language(language)
    menus = {"": [_(title) for title in MENUS.values()]}
    for one in ACTIONS:
        menus.setdefault(one.menu, []).append(_(one.title))
    doubled = {menu: [one for one, n in letters(texts).items() if n > 1] for menu, texts in menus.items()}
    assert {menu: found for menu, found in doubled.items() if found} == {}
