"""Lines of text with colour roles, cut to a width, from which lists and bars are drawn."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from octotui.ui.theme import SELECTED, STATUS, Styles, role_styles
from octotui.views.labels import UNICODE, Glyphs, Mark, Role
from octotui.views.text.clock_times import Zone
from octotui.views.text.visible_text import visible, visible_lines

Span = tuple[str, Role]
TINTS: dict[str, Role | None] = {
    "default": None,
    "verbose": "muted",
    "ignore": "muted",
    "highlight": "lit",
    "wait": "waits",
    "warning": "warned",
    "error": "bad",
}


def glyphs_of(widget: Widget) -> Glyphs:
    """Return the glyphs of a widget's app."""
    glyphs = getattr(widget.app, "glyphs", UNICODE)
    return glyphs if isinstance(glyphs, Glyphs) else UNICODE


def zone_of(widget: Widget) -> Zone:
    """Return the time zone of a widget's app."""
    zone = getattr(widget.app, "zone", None)
    return zone if isinstance(zone, tzinfo) else None


def styles_of(widget: Widget) -> Styles:
    """Return a style for each role on a widget's background, in the theme's colours."""
    return role_styles(widget.app.current_theme, widget.rich_style)


def tints_of(widget: Widget) -> dict[str, Style]:
    """Return the style of a log's lines by level; none for the default level."""
    styles = role_styles(widget.app.current_theme, Style.null())
    return {level: styles[role] if role else Style.null() for level, role in TINTS.items()}


def sign(mark: Mark | None, glyphs: Glyphs) -> Span:
    """Return a mark's character and a space, or two spaces."""
    return (f"{glyphs.sign(mark.sign)} ", mark.role) if mark is not None else ("  ", "plain")


def length(spans: Iterable[Span]) -> int:
    """Return the cells that the spans take."""
    return sum(cells(text) for text, _ in spans)


def cells(text: str) -> int:
    """Return the cells that a text takes once it is visible."""
    return len(text) if text.isascii() and text.isprintable() else cell_len(visible(text))


def padded(text: str, width: int) -> str:
    """Make a text visible, and pad it to a width in cells."""
    shown = visible(text)
    return shown + " " * (width - cell_len(shown))


def cut(spans: Sequence[Span], width: int, glyphs: Glyphs) -> list[Span]:
    """Return the spans, with an ellipsis where they are wider than a width."""
    spans = [(visible(text), role) for text, role in spans]
    if length(spans) <= width:
        return spans
    pieces: list[Span] = []
    left = max(0, width - 1)
    for text, role in spans:
        if cell_len(text) >= left:
            kept = set_cell_size(text, left).rstrip(" ·")
            pieces.append((kept + glyphs.text("…") if width > 0 else "", role))
            return pieces
        pieces.append((text, role))
        left -= cell_len(text)
    return pieces


def spread(left: Sequence[Span], right: Sequence[Span], width: int, glyphs: Glyphs) -> list[Span]:
    """Align left and right parts; where they do not fit, drop the right one."""
    beside = length(right)
    if beside and width - beside < 8:
        right, beside = [], 0
    kept = cut(left, width - beside - (1 if beside else 0), glyphs)
    gap = width - length(kept) - beside
    return [*kept, (" " * max(0, gap), "plain"), *right]


def strip_of(spans: Iterable[Span], styles: Styles, glyphs: Glyphs, over: Style | None = None) -> Strip:
    """Return the spans as a strip; with `over`, that of a selected line, all but the status in that style."""
    shown = styles if over is None else _selected(styles, over)
    return Strip([Segment(glyphs.text(text), shown[role]) for text, role in _with_gaps(spans)])


def _selected(styles: Styles, over: Style) -> Styles:
    """Return the styles of a selected line, in which a status is a patch of its colour."""
    shown: Styles = {role: style + SELECTED if role in STATUS else over for role, style in styles.items()}
    ground = over.color if over.reverse else over.bgcolor
    if ground is not None and not ground.is_default:
        shown["gap"] = Style(bgcolor=ground)
    return shown


def _with_gaps(spans: Iterable[Span]) -> Iterator[tuple[str, Role | Literal["gap"]]]:
    """Yield the spans made visible, leading spaces as spans of their own."""
    for written, role in spans:
        text = visible(written)
        bare = text.lstrip(" ")
        if len(bare) < len(text):
            yield text[: len(text) - len(bare)], "gap"
        if bare:
            yield bare, role


def wrapped(text: str, width: int) -> list[str]:
    """Wrap a text between words."""
    lines: list[str] = []
    line = ""
    for word in visible_lines(text).split():
        if line and cell_len(line) + 1 + cell_len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]
