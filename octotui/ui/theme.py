"""The theme: a calm background, and one colour for each role."""

from typing import Literal

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from octotui.views.labels import Role

Styles = dict[Role | Literal["gap"], Style]

THEME = Theme(
    name="octotui",
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
            colour = Color.parse(colours["background"]).blend(colour, 0.55)
        strong, dim = role in ("strong", "lit") or None, (role == "muted" and theme.ansi) or None
        styles[role] = Style(color=colour.rich_color, bold=strong, dim=dim)
    return styles
