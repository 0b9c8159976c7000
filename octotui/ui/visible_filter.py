"""The last filter of the screen, through which every line of every widget goes, also Textual's own."""

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from octotui.views.text.ascii_text import ascii_text
from octotui.views.text.visible_text import is_visible, visible


class VisibleFilter(LineFilter):
    """Makes control and invisible characters visible, and removes hyperlinks; lines keep their width.

    Texts from outside were made visible before, at a place with room for it.
    """

    def __init__(self, *, ascii_only: bool = False, colourless: bool = False) -> None:
        """Create it; with `ascii_only` it replaces all other glyphs, also those of Textual's own widgets.

        A `colourless` one leaves no colour, only bold, dim, underlined and reversed texts.
        """
        super().__init__()
        self._ascii_only = ascii_only
        self._colourless = colourless

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments, the same objects where nothing changes."""
        if self._colourless:
            segments = [
                Segment(text, style.without_color if style else style, control)
                for text, style, control in segments
            ]
        if self._ascii_only and not all(text.isascii() for text, _, _ in segments):
            segments = [Segment(ascii_text(text), style, control) for text, style, control in segments]
        if all(is_visible(text) and not (style and style.link) for text, style, _ in segments):
            return segments
        width = sum(segment.cell_length for segment in segments)
        shown = [Segment(visible(text), _without_link(style)) for text, style, _ in segments]
        return list(Strip(shown).adjust_cell_length(width))


def _without_link(style: Style | None) -> Style | None:
    return style.update_link(None) if style and style.link else style
