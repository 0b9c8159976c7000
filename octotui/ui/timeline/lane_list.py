"""The lanes of a timeline with a cursor in two directions: a lane, and a moment."""

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from octotui.ui.key_actions import KeyAction
from octotui.ui.styled_text import glyphs_of, strip_of, styles_of
from octotui.ui.timeline.text_lines import with_hair
from octotui.ui.widgets.line_list import Draw, LineList

MARGIN = 1  # the cell of the marker before each line


class LaneList(LineList):
    """A list of lanes; keys to the sides move in time, and others zoom."""

    KEYS_TITLE = "On a timeline"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("left", "time(-1)", "earlier", show=False, tooltip="The cursor, by one cell"),
        KeyAction("right", "time(1)", "later", show=False, tooltip="The cursor, by one cell"),
        KeyAction(
            "shift+left",
            "time(-10)",
            "earlier",
            show=False,
            id="timeline.far_earlier",
            tooltip="The cursor, by ten cells",
        ),
        KeyAction(
            "shift+right",
            "time(10)",
            "later",
            show=False,
            id="timeline.far_later",
            tooltip="The cursor, by ten cells",
        ),
        KeyAction("n", "edge(1)", "next", key_display="n N", tooltip="What comes next in this lane"),
        KeyAction("N", "edge(-1)", "previous", show=False, tooltip="What was before in this lane"),
        KeyAction("plus,equals_sign", "zoom(1)", "zoom", key_display="+ -", tooltip="Nearer"),
        KeyAction("minus", "zoom(-1)", "zoom", show=False, id="timeline.zoom_out", tooltip="Further away"),
        KeyAction("0", "whole", "all", show=False, tooltip="All of the time that there is"),
        KeyAction("B", "group", "worker, step", tooltip="Lanes by worker, or by step"),
        KeyAction("enter", "open", "open", tooltip="The output of the job under the cursor, or of the run"),
    ]

    hair: reactive[int | None] = reactive(None, repaint=False)  # the column of the moment, of the whole line

    class TimeMoved(Message):
        """The cursor is to go some cells later or earlier; 0 to the next or last edge of the lane."""

        def __init__(self, cells: int = 0, edge: int = 0) -> None:
            super().__init__()
            self.cells = cells
            self.edge = edge

    class Zoomed(Message):
        """The scale is to be another one; 0 shows all of the time."""

        def __init__(self, steps: int) -> None:
            super().__init__()
            self.steps = steps

    class Grouped(Message):
        """The lanes are to be by the other thing."""

    def __init__(self, draw: Draw) -> None:
        super().__init__(draw, empty="Nothing has happened yet.", id="lanes")

    def watch_hair(self) -> None:
        """Redraw the cell of the moment in all lanes."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Render one lane, with the cell of the moment in reverse; of the cursor's, the name is lit."""
        index = y + self.scroll_offset.y
        if index >= len(self.keys):
            return super().render_line(y)
        lane = self._lit_name(y) if index == self.cursor and self.has_focus else super().render_line(y)
        return with_hair(lane, self.hair)

    def _lit_name(self, y: int) -> Strip:
        """Return the cursor's line: what is drawn of its time keeps its colours."""
        styles, glyphs = styles_of(self), glyphs_of(self)
        _, _, spans = self._shown[y] = self._look(y, y + self.scroll_offset.y, self.line_width, glyphs)
        cursor = self.get_component_rich_style("lines--cursor")
        name = strip_of([(glyphs.here, "plain"), *spans[:1]], styles, glyphs, cursor)
        time = strip_of(spans[1:], styles, glyphs)
        return Strip.join([name, time]).adjust_cell_length(self.size.width, styles["plain"])

    def action_time(self, cells: int) -> None:
        """Move the cursor in time."""
        self.post_message(self.TimeMoved(cells))

    def action_edge(self, way: int) -> None:
        """Move the cursor to where the lane changes."""
        self.post_message(self.TimeMoved(edge=way))

    def action_zoom(self, steps: int) -> None:
        """Zoom in or out."""
        self.post_message(self.Zoomed(steps))

    def action_whole(self) -> None:
        """Show all of the time."""
        self.post_message(self.Zoomed(0))

    def action_group(self) -> None:
        """Show the lanes by worker, or by step."""
        self.post_message(self.Grouped())
