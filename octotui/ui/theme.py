"""Colours: calm ground, and one colour for each thing a state can mean."""

from textual.theme import Theme

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
