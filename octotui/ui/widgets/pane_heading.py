"""The heading of a pane: a title on the left, a fact on the right, a rule between."""

from typing import ClassVar

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from octotui.ui.styled_text import Span, cut, glyphs_of, length, strip_of, styles_of
from octotui.views.labels import Role

INDENT = 2  # cells before the title


def beside(*facts: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return facts side by side, without those that are empty."""
    joined: list[Span] = []
    for fact in filter(None, facts):
        joined += [(" · ", "muted"), *fact] if joined else fact
    return tuple(joined)


class PaneHeading(Widget):
    """A line with title, rule and fact; the stylesheet marks the focused pane."""

    DEFAULT_CSS = "PaneHeading { height: 1; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"heading--rule"}

    class Pressed(Message):
        """The title is clicked, in this cell of it."""

        def __init__(self, cell: int) -> None:
            super().__init__()
            self.cell = cell

    left: reactive[tuple[Span, ...]] = reactive(())
    right: reactive[tuple[Span, ...]] = reactive(())
    zoomed: reactive[str] = reactive("")  # that the pane is alone on the screen, in a word

    def __init__(self, title: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.set_reactive(PaneHeading.left, ((title, "strong"),))

    def on_mount(self) -> None:
        """Follow the focus."""
        self.watch(self.screen, "focused", self._follow)

    def _follow(self) -> None:
        """Mark the heading where the focus is in its pane."""
        focused = self.screen.focused
        self.set_class(focused is not None and self.parent in focused.ancestors, "-focused")

    def say(self, left: str | None = None, right: tuple[Span, ...] = ()) -> None:
        """Show a title, or keep the present one, and a fact."""
        if left is not None:
            self.left = ((left, "strong"),)
        self.right = right

    def on_click(self, event: events.Click) -> None:
        """Tell which cell of the title was clicked; the pane knows what stands there."""
        cell = event.x - INDENT
        if 0 <= cell < length(self.left):
            self.post_message(self.Pressed(cell))

    def _facts(self, width: int) -> list[Span]:
        """Return what stands on the right: where there is little room, only that the pane is zoomed."""
        zoomed: tuple[Span, ...] = ((self.zoomed, "lit"),) if self.zoomed else ()
        for facts in (beside(self.right, zoomed), zoomed):
            right: list[Span] = [(" ", "plain"), *facts, (" ", "plain")]
            if facts and length(right) <= width - 16:
                return right
        return []

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        glyphs, width = glyphs_of(self), self.size.width
        styles = styles_of(self)
        rule = self.get_component_rich_style("heading--rule")
        right = self._facts(width)
        role: Role = "lit" if self.has_class("-focused") else "strong"
        title = (
            [(" ", role), *((text, role) for text, _ in self.left), (" ", role)] if length(self.left) else []
        )
        left = cut(title, max(0, width - length(right) - 2), glyphs)
        middle = max(0, width - length(left) - length(right) - 1 - (1 if right else 0))
        return Strip.join(
            [
                strip_of([(glyphs.rule, "plain")], styles, glyphs, rule),
                strip_of(left, styles, glyphs),
                strip_of([(glyphs.rule * middle, "plain")], styles, glyphs, rule),
                strip_of(right, styles, glyphs),
                strip_of([(glyphs.rule if right else "", "plain")], styles, glyphs, rule),
            ]
        ).adjust_cell_length(width, rule)
