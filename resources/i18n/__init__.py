"""The words people read, in the language they chose.

English stands in the code, Chinese in ``locale/zh_CN/LC_MESSAGES/taiqu.po``. Call `use_language` once
at the start (and again when the settings change); `_` and `ngettext` then answer in that language.
Texts kept in constants are marked with `N_` and translated when shown. In a checkout the compiled
catalogue is made from the ``.po`` file when it is missing or older; a wheel brings it along.
"""

from __future__ import annotations

import gettext as _gettext
import locale
import os
from pathlib import Path

DOMAIN = "taiqu"
LANGUAGES = {"zh_CN": "简体中文", "en": "English"}
LOCALE_DIR = Path(__file__).parent / "locale"

_translations: _gettext.NullTranslations = _gettext.NullTranslations()
_language = "en"


def N_(text: str) -> str:
    """Mark `text` for translation where it stands; it is translated when shown."""
    return text


def _(text: str) -> str:
    """Give `text` in the language in use."""
    return _translations.gettext(text) if text else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    """Give the form of a counted text that fits `n`, in the language in use."""
    return _translations.ngettext(singular, plural, n)


def language() -> str:
    """Name the language in use: ``en`` or ``zh_CN``."""
    return _language


def preferred_language() -> str:
    """Choose a language where the user has not: ``$TAIQU_LANG``, then the system's, else Chinese.

    A system set to English gets English, any other gets Chinese: the planner's first language.
    """
    wanted = os.environ.get("TAIQU_LANG", "")
    if wanted in LANGUAGES:
        return wanted
    system = next((os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), "")
    if not system:
        system = locale.getlocale()[0] or ""
    return "en" if system.lower().startswith(("en", "c.", "c", "posix")) and "_CN" not in system else "zh_CN"


def use_language(code: str) -> None:
    """Speak `code` (one of `LANGUAGES`) from now on; an unknown code raises `KeyError`."""
    global _translations, _language
    if code not in LANGUAGES:
        raise KeyError(code)
    _translations = _gettext.NullTranslations() if code == "en" else _load(code)
    _language = code
    # The standard library's own texts (argument parser) come from the same catalogue.
    _gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    _gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = code


def in_language(text: str, code: str) -> str:
    """Give `text` in the language `code`, whatever the language in use: source files may be in either."""
    if code not in _loaded:
        _loaded[code] = _gettext.NullTranslations() if code == "en" else _load(code)
    return _loaded[code].gettext(text) if text else ""


_loaded: dict[str, _gettext.NullTranslations] = {}


def _load(code: str) -> _gettext.NullTranslations:
    folder = LOCALE_DIR / code / "LC_MESSAGES"
    source, compiled = folder / f"{DOMAIN}.po", folder / f"{DOMAIN}.mo"
    if source.exists() and (not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime):
        from resources.i18n.catalogue import compile_catalogue

        compile_catalogue(source, compiled)
    with compiled.open("rb") as stream:
        return _gettext.GNUTranslations(stream)
