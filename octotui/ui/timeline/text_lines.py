"""Lines of text with roles, such as an axis or a legend, cut to the width."""

from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from octotui.ui.styled_text import Span, cut, glyphs_of, strip_of, styles_of

HAIR = Style(reverse=True)  # visible without colours, too


class TextLines(Widget):
    """As many lines as there are texts; the cell of `column` is lit in all of them."""

    DEFAULT_CSS = "TextLines { height: 1; }"

    lines: reactive[tuple[tuple[Span, ...], ...]] = reactive(())
    column: reactive[int | None] = reactive(None)

    def render_line(self, y: int) -> Strip:
        """Render one line."""
        glyphs, styles, width = glyphs_of(self), styles_of(self), self.size.width
        spans = self.lines[y] if y < len(self.lines) else ()
        strip = strip_of(cut(spans, width, glyphs), styles, glyphs)
        return with_hair(strip.adjust_cell_length(width, styles["plain"]), self.column)


def with_hair(strip: Strip, column: int | None) -> Strip:
    """Return a strip with one cell in reverse."""
    if column is None or not 0 <= column < strip.cell_length:
        return strip
    before, cell, after = strip.divide([column, column + 1, strip.cell_length])
    return Strip.join([before, cell.apply_style(HAIR), after])
