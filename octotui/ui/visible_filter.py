"""The last door of the screen: every line of every widget, Textual's own included, goes through it."""

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from octotui.views.text.visible_text import is_visible, visible


class VisibleFilter(LineFilter):
    """Makes control and invisible characters visible, and takes hyperlinks off; a line keeps its width.

    Texts that are known to come from outside were made visible before, when there was room to be made.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, which are the same ones where there is nothing to be done."""
        if all(is_visible(text) and not (style and style.link) for text, style, _ in segments):
            return segments
        width = sum(segment.cell_length for segment in segments)
        shown = [Segment(visible(text), _without_link(style)) for text, style, _ in segments]
        return list(Strip(shown).adjust_cell_length(width))


def _without_link(style: Style | None) -> Style | None:
    return style.update_link(None) if style and style.link else style
