"""A pager that obeys the mouse: wheel, scrollbar, and lines chosen by dragging."""

from textual import events, on
from textual.message import Message
from textual.scrollbar import ScrollDown, ScrollTo, ScrollUp

from octotui.ui.log.line_window import LogRow, Spot
from octotui.ui.log.lines.job_lines import LineSource
from octotui.ui.log.pager import LogPager


class MousePager(LogPager):
    """A click makes a line the current one; dragging selects whole lines, without their gutter."""

    def _forget(self, key: object, source: LineSource | None = None) -> None:
        super()._forget(key, source)
        self._held: int | None = None  # the line on which a button was pressed

    def _line_at(self, y: int) -> int | None:
        """Return the number of the line in a row; of one above or below, that beside the page."""
        rows: list[LogRow] = self._page
        if not rows:
            return None
        if y < 0:
            return max(0, rows[0].number - 1)
        return rows[y].number if y < len(rows) else min(rows[-1].number + 1, self._lines.count - 1)

    @on(events.MouseDown)
    def _press(self, event: events.MouseDown) -> None:
        line = self._line_at(event.y)
        if event.button == 1 and line is not None:
            self._unselect()
            self._held = line
            self.capture_mouse()

    @on(events.MouseMove)
    def _move(self, event: events.MouseMove) -> None:
        line = self._line_at(event.y)
        if self._held is None or line is None or (line == self._held and self._anchor is None):
            return
        if self._anchor is None:
            self._point(self._held)
        self._extend(line)

    @on(events.MouseUp)
    def _release(self) -> None:
        line, self._held = self._held, None
        if line is None:
            return
        self.release_mouse()
        if self._anchor is None:
            self._point(line)
        else:
            self.dragged()

    def dragged(self) -> None:
        """Handle that lines were selected by dragging."""

    @on(events.MouseScrollDown)
    @on(events.MouseScrollUp)
    def _wheel(self, event: events.MouseEvent) -> None:
        event.stop()
        event.prevent_default()
        step = 1 if isinstance(event, events.MouseScrollDown) else -1
        if event.shift or event.ctrl:
            self.action_columns(4 * step)
        else:
            self._scroll(3 * step)

    @on(ScrollUp)
    @on(ScrollDown)
    @on(ScrollTo)
    def _drag(self, event: Message) -> None:
        event.stop()
        event.prevent_default()
        if not isinstance(event, ScrollTo):
            self._scroll(self.scrollable_content_region.height * (1 if isinstance(event, ScrollDown) else -1))
        elif event.y is not None:
            spot: Spot = round(event.y), 0
            self._go(spot)
