from itertools import combinations
from typing import get_args

import pytest
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from octotui.store.user_config import THEMES as NAMES
from octotui.ui.theme import COLOURS, MUTED, STATUS, TERMINAL, THEMES, role_styles
from octotui.views.labels import GLYPHS, Role

COLOURED = [each for each in THEMES.values() if not each.ansi]
RGB = tuple[float, float, float]
BLINDNESS = {  # Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def colours(theme: Theme) -> dict[Role, Color]:
    """The colour of each role, as it is drawn."""
    styles = role_styles(theme, Style(bgcolor=theme.background))
    return {role: Color.from_rich_color(styles[role].color) for role in get_args(Role)}


def grounds(theme: Theme) -> list[Color]:
    """What texts are drawn on: screen, dialogs, bars, and the bar of a question."""
    ground = Color.parse(theme.background)
    asked = ground.blend(Color.parse(theme.accent or ""), 0.18)
    return [ground, Color.parse(theme.surface or ""), Color.parse(theme.panel or ""), asked]


@pytest.mark.parametrize("theme", COLOURED, ids=lambda each: each.name)
def test_t3_every_text_can_be_read_on_every_ground(theme: Theme) -> None:
    """At least 4.5 to 1, as WCAG asks of text; 7 to 1 in high contrast."""
    least = 7.0 if theme.name == "high-contrast" else 4.5
    for role, colour in colours(theme).items():
        for ground in grounds(theme):
            assert _contrast(colour, ground) >= least, (role, ground.hex)


def _contrast(one: Color, other: Color) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: Color) -> RGB:
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return red, green, blue


@pytest.mark.parametrize(
    ("theme", "kind"),
    [("blue-orange", "deuteranopia"), ("blue-orange", "protanopia"), ("red-cyan", "tritanopia")],
)
def test_t3_states_are_told_apart_also_by_the_colour_blind(theme: str, kind: str) -> None:
    """15 in CIE 1976 at least, where 2 is just noticed; good and bad by 40."""
    names = ("active", "waits", "asks", "good", "bad")
    seen = {role: _lab(_seen(colours(THEMES[theme])[role], kind)) for role in names}
    assert all(_far(seen[one], seen[other]) >= 15 for one, other in combinations(names, 2))
    assert _far(seen["good"], seen["bad"]) >= 40
    assert (
        _far(*(_lab(_seen(colours(THEMES["dark"])[role], "deuteranopia")) for role in ("good", "bad"))) < 15
    )


def _seen(colour: Color, kind: str) -> RGB:
    parts = _linear(colour)
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, parts, strict=True)))) for row in BLINDNESS[kind]
    )
    return red, green, blue


def _lab(rgb: RGB) -> RGB:
    red, green, blue = rgb
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    a, b, c = (
        part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116 for part in (x, y, z)
    )
    return 116 * b - 16, 500 * (a - b), 200 * (b - c)


def _far(one: RGB, other: RGB) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5)


def test_t3_each_state_has_a_sign_of_its_own_too() -> None:
    for glyphs in GLYPHS.values():
        signs = [glyphs.sign(sign) for sign in ("active", "waits", "asks", "good", "bad")]
        assert len(set(signs)) == len(signs)


def test_t3_the_theme_of_the_terminal_has_only_its_own_colours() -> None:
    for style in role_styles(TERMINAL, Style()).values():
        assert style.color is None or style.color.is_default or (style.color.number or 0) < 16


def test_the_names_of_themes_are_those_that_can_be_chosen() -> None:
    assert list(THEMES) == list(NAMES)


def test_every_theme_has_a_style_for_every_role() -> None:
    for theme in (*THEMES.values(), *BUILTIN_THEMES.values()):
        styles = role_styles(theme, Style(bgcolor="black"))
        assert set(styles) == {*get_args(Role), "gap"}
        assert styles["strong"].bold
        assert styles["bad"].color != styles["good"].color
    assert set(COLOURS) > STATUS
    assert 0 < MUTED < 1
