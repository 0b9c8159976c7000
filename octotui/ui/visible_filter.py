"""The last filter of the screen, through which every line of every widget goes, also Textual's own."""

import re

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from octotui.views.text.ascii_text import ascii_text
from octotui.views.text.visible_text import is_visible, visible

_ADDRESS = re.compile(r"(?:https?://|mailto:)[!-~]+")


class VisibleFilter(LineFilter):
    """Makes control and invisible characters visible; lines keep their width.

    Of hyperlinks those stay that lead where their text says, to the web or a mailbox; none without `links`.

    Texts from outside were made visible before, at a place with room for it.
    """

    def __init__(self, *, ascii_only: bool = False, colourless: bool = False, links: bool = True) -> None:
        """Create it; with `ascii_only` it replaces all other glyphs, also those of Textual's own widgets.

        A `colourless` one leaves no colour, only bold, dim, underlined and reversed texts.
        """
        super().__init__()
        self._ascii_only = ascii_only
        self._colourless = colourless
        self._links = links

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments, the same objects where nothing changes."""
        if self._colourless:
            segments = [
                Segment(text, style.without_color if style else style, control)
                for text, style, control in segments
            ]
        if self._ascii_only and not all(text.isascii() for text, _, _ in segments):
            segments = [Segment(ascii_text(text), style, control) for text, style, control in segments]
        if all(is_visible(text) and self._checked(text, style) is style for text, style, _ in segments):
            return segments
        width = sum(segment.cell_length for segment in segments)
        shown = [Segment(visible(text), self._checked(text, style)) for text, style, _ in segments]
        return list(Strip(shown).adjust_cell_length(width))

    def _checked(self, text: str, style: Style | None) -> Style | None:
        """Return a style without a link that is not spelled out."""
        if style is None or not style.link:
            return style
        is_spelled_out = style.link == text and _ADDRESS.fullmatch(text) is not None
        return style if self._links and is_spelled_out else style.update_link(None)
