"""The themes: a calm background, and one colour for each role; signs carry each meaning, too."""

from dataclasses import replace
from typing import Literal

from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from octotui.views.labels import Role

Styles = dict[Role | Literal["gap"], Style]

DARK = Theme(
    name="dark",
    primary="#6cb6ff",
    secondary="#8b949e",
    accent="#d2a8ff",
    warning="#e3b341",
    error="#ff7b72",
    success="#56d364",
    foreground="#d7dde4",
    background="#0f1419",
    surface="#161c23",
    panel="#222b35",
    dark=True,
)
# Rules and bars of lists have the colours panel-lighten-2 and -1.
LIGHT = Theme(
    name="light",
    primary="#0a4f99",
    secondary="#57606a",
    accent="#7028a8",
    warning="#6f4600",
    error="#a81c16",
    success="#14602a",
    foreground="#1c2229",
    background="#f8fafc",
    surface="#ffffff",
    panel="#e6ebf0",
    dark=False,
    variables={"panel-lighten-2": "#8c959f", "panel-lighten-1": "#b3bbc3"},
)
HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#8fd0ff",
    secondary="#d0d0d0",
    accent="#e6bfff",
    warning="#ffdf70",
    error="#ffaaa2",
    success="#8df09a",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    dark=True,
    variables={"panel-lighten-2": "#b0b0b0", "panel-lighten-1": "#8a8a8a"},
)
BLUE_ORANGE = replace(
    DARK,
    name="blue-orange",
    primary="#eef4ff",
    accent="#d15eff",
    warning="#fff3b0",
    error="#f07f2e",
    success="#86b6ff",
)
RED_CYAN = replace(
    DARK,
    name="red-cyan",
    primary="#7895cf",
    accent="#d46dd4",
    warning="#f0e2db",
    error="#ff5f4e",
    success="#4af9e4",
)
TERMINAL = replace(
    BUILTIN_THEMES["ansi-dark"],
    name="terminal",
    primary="ansi_cyan",
    secondary="ansi_blue",
    accent="ansi_magenta",
    variables=BUILTIN_THEMES["ansi-dark"].variables
    | {"panel-lighten-2": "ansi_default", "panel-lighten-1": "ansi_default"},
)
THEMES = {each.name: each for each in (DARK, LIGHT, HIGH_CONTRAST, BLUE_ORANGE, RED_CYAN, TERMINAL)}
MUTED = 0.74
"""How far muted texts are from the background to the foreground."""
COLOURS: dict[Role, str] = {
    "plain": "foreground",
    "muted": "foreground",
    "strong": "foreground",
    "lit": "primary",
    "active": "primary",
    "waits": "warning",
    "asks": "accent",
    "good": "success",
    "warned": "warning",
    "bad": "error",
}
SELECTED = Style(reverse=True, bold=True)
STATUS: frozenset[Role] = frozenset({"active", "waits", "asks", "good", "warned", "bad"})
"""Roles whose colour also the selected line keeps."""
_known: dict[tuple[str, Style], Styles] = {}


def role_styles(theme: Theme, ground: Style) -> Styles:
    """Return a style for each role in a theme's colours, on a widget's background."""
    key = (theme.name, ground)
    if key not in _known:
        styles: Styles = {role: ground + style for role, style in _of_theme(theme).items()}
        # Leading spaces have a style of their own, or exported screens lose them.
        _known[key] = styles | {"gap": Style(bgcolor=ground.bgcolor)}
    return _known[key]


def _of_theme(theme: Theme) -> Styles:
    colours = theme.to_color_system().generate()
    styles: Styles = {}
    for role, name in COLOURS.items():
        colour = Color.parse(colours[name])
        if role == "muted" and not theme.ansi:
            colour = Color.parse(colours["background"]).blend(colour, MUTED)
        strong, dim = role in ("strong", "lit") or None, (role == "muted" and theme.ansi) or None
        styles[role] = Style(color=colour.rich_color, bold=strong, dim=dim)
    return styles
