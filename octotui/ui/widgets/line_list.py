"""A list with a cursor, drawn line by line: the cost is that of the visible lines."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from octotui.ui.key_actions import ExplainedActions, KeyAction
from octotui.ui.styled_text import Span, cut, glyphs_of, strip_of, styles_of
from octotui.ui.theme import Styles
from octotui.ui.widgets.coalesced import Coalesced
from octotui.views.labels import Glyphs

Draw = Callable[[str, int], Sequence[Span]]
Look = tuple[bool, bool, list[Span]]


class LineList(ExplainedActions, ScrollView, can_focus=True):
    """Keys of lines, and a cursor on one of them; `draw` returns the spans of a key."""

    DEFAULT_CSS = """
    LineList { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--cursor", "lines--here"}
    KEYS_TITLE = "In a list"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("j,down", "move(1)", "down", show=False),
        KeyAction("k,up", "move(-1)", "up", show=False),
        KeyAction("g,home", "to(0)", "to the top", show=False),
        KeyAction("G,end", "to(-1)", "to the end", show=False),
        KeyAction("pagedown,ctrl+d", "page(1)", "page down", show=False),
        KeyAction("pageup,ctrl+u", "page(-1)", "page up", show=False),
        KeyAction("enter", "open", "open", tooltip="What is under the cursor"),
    ]

    LIT: ClassVar[bool] = False  # whether the cursor's line is highlighted also without the focus

    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor is on another line."""

        def __init__(self, lines: "LineList", key: str | None) -> None:
            super().__init__()
            self.lines = lines
            self.key = key

        @property
        def control(self) -> "LineList":
            """The list."""
            return self.lines

    class Opened(Moved):
        """The line under the cursor was opened."""

    def __init__(
        self,
        draw: Draw,
        *,
        empty: str = "",
        opens: bool = True,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """Create it; `opens` says whether lines can be opened."""
        super().__init__(id=id)
        self._opens = opens
        self._draw_line = draw
        self.empty = empty
        self._keys: tuple[str, ...] = ()
        self._skipped: frozenset[int] = frozenset()
        self._painted: Styles | None = None
        self._shown: dict[int, Look] = {}
        self._drawn: dict[int, tuple[Sequence[Span], int, list[Span]]] = {}  # and its width, and what fits
        self.marked: frozenset[str] = frozenset()
        self.repaint = Coalesced(self, self._repaint)

    @property
    def key(self) -> str | None:
        """The key under the cursor."""
        return self._keys[self.cursor] if self.cursor < len(self._keys) else None

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys, line by line."""
        return self._keys

    @property
    def line_width(self) -> int:
        """The cells of a line beside the marker and the margin."""
        return max(0, self.size.width - 2)

    def show(self, keys: Sequence[str], skipped: frozenset[int] = frozenset()) -> None:
        """Replace the lines; the cursor stays with its key, and is never on `skipped` lines."""
        keys = tuple(keys)
        if (keys is not self._keys and keys != self._keys) or skipped != self._skipped:
            before, index = self.key, self.cursor
            self._keys, self._skipped = keys, skipped
            self._fit()
            if not 0 <= index < len(keys) or keys[index] != before:
                index = keys.index(before) if before in keys else min(index, len(keys) - 1)
            self.cursor = self._near(index, 1)
            if (self.key is None) != (before is None):
                self.refresh_bindings()
            if self.key != before:
                self.post_message(self.Moved(self, self.key))
        self.repaint()

    def _fit(self) -> None:
        """Take the height of all lines; the screen is laid out only where a scrollbar comes or goes."""
        size = Size(0, len(self._keys))
        if self.styles.auto_dimensions or not self.container_size:
            self.virtual_size = size
        elif size != self.virtual_size:
            self.set_reactive(ScrollView.virtual_size, size)
            self._scroll_update(size)

    def _repaint(self) -> None:
        """Redraw visible lines that have changed."""
        width, height = self.size
        top, room, glyphs, shown = self.scroll_offset.y, self.line_width, glyphs_of(self), self._shown
        changed = [y for y in range(height) if shown.get(y) != self._look(y, y + top, room, glyphs)]
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def select(self, key: str) -> bool:
        """Move the cursor to a key; return False where it is absent."""
        if key not in self._keys:
            return False
        self.cursor = self._keys.index(key)
        return True

    def reveal(self) -> None:
        """Scroll the cursor into view, with as many lines above it as possible."""
        top = max(0, self.cursor + 2 - max(2, self.size.height))
        self.scroll_to(y=top, animate=False, force=True)

    def _near(self, index: int, step: int) -> int:
        """Return the nearest line in a direction, or else the other, that the cursor may be on."""
        index = max(0, min(index, len(self._keys) - 1))
        for way in (step, -step):
            at = index
            while 0 <= at < len(self._keys):
                if at not in self._skipped:
                    return at
                at += 1 if way > 0 else -1
        return index

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a line; it is 0 where there is none."""
        return max(0, min(cursor, len(self._keys) - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        """Keep the cursor in view, and post `Moved`."""
        if self._keys:
            self._keep_in_view()
            self.post_message(self.Moved(self, self.key))
        self.refresh_line(old)
        self.refresh_line(new)

    def _keep_in_view(self) -> None:
        """Scroll to the cursor; from the first possible line also to the lines above it."""
        first = self._near(0, 1)
        top = 0 if self.cursor == first else self.cursor
        if self._keys and self.size.height:
            region = Region(0, top, 1, min(self.size.height, self.cursor - top + 1))
            self.scroll_to_region(region, animate=False, force=True)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._keep_in_view()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to open where there is nothing to open."""
        if action != "open" or (self._opens and self.key is not None):
            return ""
        return "there is no more to see of it" if self.key is not None else "there is nothing to open"

    def action_move(self, step: int) -> None:
        """Move down or up."""
        self.cursor = self._near(self.cursor + step, step)

    def action_to(self, index: int) -> None:
        """Go to the first or last line."""
        self.cursor = self._near(index if index >= 0 else len(self._keys) - 1, 1 if index >= 0 else -1)

    def action_page(self, step: int) -> None:
        """Move a page down or up."""
        self.cursor = self._near(self.cursor + step * max(1, self.size.height - 1), step)

    def action_open(self) -> None:
        """Open the line under the cursor."""
        if self.key is not None:
            self.post_message(self.Opened(self, self.key))

    def spans_at(self, y: int) -> Sequence[Span]:
        """Return what was drawn in a visible line, behind the marker."""
        return self._shown[y][2] if y in self._shown else ()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the mouse; a double click opens."""
        index = event.y + self.scroll_offset.y
        if index < len(self._keys) and index not in self._skipped:
            self.cursor = index
            if event.chain == 2:
                self.action_open()

    def notify_style_update(self) -> None:
        """Drop cached styles."""
        self._painted = None
        super().notify_style_update()

    def watch_has_focus(self, focused: bool) -> None:
        """Redraw: the cursor's line looks different with the focus."""
        super().watch_has_focus(focused)
        self.refresh()

    def _look(self, y: int, index: int, width: int, glyphs: Glyphs) -> Look:
        """Return the content of a visible line, and whether the cursor and a mark are on it."""
        if index >= len(self._keys):
            text = self.empty if not self._keys and y == 0 else ""
            return False, False, [(text, "muted")]
        key = self._keys[index]
        drawn = self._draw_line(key, width)
        before = self._drawn.get(y)
        if before is None or before[0] is not drawn or before[1] != width:
            before = self._drawn[y] = drawn, width, cut(drawn, width, glyphs)
        return index == self.cursor, key in self.marked, before[2]

    def render_line(self, y: int) -> Strip:
        """Render one line: the marker, and the spans of `draw`."""
        if self._painted is None:
            self._painted = styles_of(self)
        styles, glyphs, width = self._painted, glyphs_of(self), self.size.width
        look = self._look(y, y + self.scroll_offset.y, self.line_width, glyphs)
        here, marked, spans = self._shown[y] = look
        lit = here and (self.has_focus or self.LIT)
        first: Span = (glyphs.marked, "lit") if marked else (glyphs.here if here else " ", "muted")
        if lit:
            line = [(first[0], "plain"), *spans, (" " * width, "plain")]
            strip = strip_of(line, styles, glyphs, self.get_component_rich_style("lines--cursor"))
        else:
            strip = strip_of([first, *spans], styles, glyphs)
        if here and not lit:
            strip = strip.apply_style(self.get_component_rich_style("lines--here", partial=True))
        return strip.adjust_cell_length(width, styles["plain"])
