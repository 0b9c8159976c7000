from typing import get_args

from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from octotui.ui.theme import THEME, role_styles
from octotui.views.labels import Role


def test_every_colour_can_be_read_on_the_ground():
    """At least 4.5 to 1, as WCAG asks of text."""
    ground = Color.parse(THEME.background)
    for name in ("primary", "accent", "warning", "error", "success", "foreground"):
        colour = Color.parse(getattr(THEME, name))
        assert _contrast(colour, ground) >= 4.5, name


def _contrast(one: Color, other: Color) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_every_theme_has_a_style_for_every_role():
    for theme in (THEME, *BUILTIN_THEMES.values()):
        styles = role_styles(theme, Style(bgcolor="black"))
        assert set(styles) == {*get_args(Role), "gap"}
        assert styles["strong"].bold
        assert styles["bad"].color != styles["good"].color
