"""The colours of the window, light or dark; the map is paper and stays light in both.

`THEME` always tells the colours in use. Whoever keeps a colour (an icon, a style sheet of its own) is made
anew with its window when the theme changes; whoever paints asks when painting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Colors:
    """One theme. Words keep a contrast of at least 4.5 against what they stand on (WCAG 2.2, AA)."""

    paper: str
    field: str
    hover: str
    stripe: str
    line: str
    faint_line: str
    edge: str
    ink: str
    second: str
    disabled: str
    placeholder: str
    icon: str
    icon_off: str
    primary: str
    primary_dark: str
    primary_faint: str
    primary_off: str
    on_primary: str
    handle: str
    handle_hover: str
    tip_back: str
    tip_ink: str
    warn_back: str
    warn_line: str
    warn_ink: str
    wrong: str
    desk: str
    badges: Mapping[str, tuple[str, str]]


LIGHT = Colors(
    paper="#ffffff",
    field="#f4f5f7",
    hover="#e9ecef",
    stripe="#fafbfc",
    line="#dfe3e8",
    faint_line="#eef0f2",
    edge="#c6cdd5",
    ink="#1f2328",
    second="#59636e",
    disabled="#8b949e",
    placeholder="#656d76",
    icon="#3d4650",
    icon_off="#b4bcc4",
    primary="#1f6fd1",
    primary_dark="#1a5fb4",
    primary_faint="#e4eefb",
    primary_off="#a9c4e6",
    on_primary="#ffffff",
    handle="#cdd3d9",
    handle_hover="#aab3bc",
    tip_back="#1f2328",
    tip_ink="#ffffff",
    warn_back="#fdf1dd",
    warn_line="#f0d7a8",
    warn_ink="#5c4305",
    wrong="#a1231d",
    desk="#e3e6ea",
    badges={
        "blue": ("#e2ecfb", "#174f96"),
        "green": ("#dff3e4", "#1c6a35"),
        "red": ("#fbe2e1", "#a1231d"),
        "orange": ("#fdecd2", "#84500a"),
        "yellow": ("#fbf3c8", "#6b5900"),
        "grey": ("#eceef1", "#4b545e"),
    },
)

DARK = Colors(
    paper="#1e2227",
    field="#282d33",
    hover="#323840",
    stripe="#22272c",
    line="#3a4149",
    faint_line="#2c3238",
    edge="#4a525c",
    ink="#e6e9ec",
    second="#a7b0ba",
    disabled="#76808a",
    placeholder="#8d97a1",
    icon="#c3cad1",
    icon_off="#5a636d",
    primary="#2f77d0",
    primary_dark="#7fb4f2",
    primary_faint="#25405f",
    primary_off="#34516f",
    on_primary="#ffffff",
    handle="#4c555f",
    handle_hover="#66707b",
    tip_back="#e6e9ec",
    tip_ink="#1e2227",
    warn_back="#3d321b",
    warn_line="#66532a",
    warn_ink="#f0d596",
    wrong="#ff9d96",
    desk="#15181c",
    badges={
        "blue": ("#223a5a", "#a9cdf9"),
        "green": ("#1d3d29", "#9bdcae"),
        "red": ("#4b2322", "#ffb1ab"),
        "orange": ("#472f10", "#f6c486"),
        "yellow": ("#423a10", "#ecdb83"),
        "grey": ("#343b43", "#c3cad1"),
    },
)

THEMES: Mapping[str, Colors] = {"light": LIGHT, "dark": DARK}


class Theme:
    """The colours in use: every field of `Colors`, changed as a whole by `use`."""

    def __init__(self) -> None:
        self.name = "light"
        self.badges: dict[str, tuple[str, str]] = dict(LIGHT.badges)

    def use(self, name: str) -> Colors:
        """Take the colours of another theme."""
        self.name = name
        self.badges.clear()
        self.badges.update(THEMES[name].badges)
        return THEMES[name]

    def __getattr__(self, name: str) -> str:
        if name.startswith("_") or name not in _NAMES:
            raise AttributeError(name)
        return str(getattr(THEMES[self.name], name))


_NAMES = frozenset(field.name for field in fields(Colors))

THEME = Theme()
"""The colours of this window."""


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours after WCAG 2.2: 1 (none) to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
