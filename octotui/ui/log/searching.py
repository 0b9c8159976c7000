"""A pager with a search."""

import time
from collections.abc import Collection
from functools import partial
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.worker import get_current_worker

from octotui.ui.key_actions import KeyAction, key_of
from octotui.ui.log.lines.search import Search
from octotui.ui.log.mouse import MousePager
from octotui.ui.log.prompt import SearchPrompt

LEAPS = 10_000  # matches that are left out by a filter, and passed over


class SearchPager(MousePager):
    """A pager with a search that goes on as the log grows."""

    KEYS_TITLE = "In the output"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "slash", "search", "search", title="Search the output", tooltip="A text or a regular expression"
        ),
        KeyAction(
            "V",
            "verbose",
            "verbose",
            show=False,
            title="Details in the output",
            tooltip="Leave out lines that are verbose, or show them again",
        ),
        KeyAction("n", "found(1)", "next", key_display="n N", tooltip="The next line that was found"),
        KeyAction("N", "found(-1)", "previous", show=False, tooltip="The line that was found before"),
        KeyAction("escape", "drop", "drop", tooltip="The selection, else the search"),
    ]

    def log_grew(self) -> None:
        """Search what was appended."""
        self._look_further()

    def mode(self) -> Collection[str]:
        """During a search, what goes on with it."""
        return super().mode() or (("found", "drop") if self._search is not None else ())

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to go to what was found without a search."""
        if action == "found" and self._search is None:
            return f"nothing is searched for: {key_of(SearchPager, 'search')} searches the output"
        return super().why_not(action, parameters)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the key to other nodes where there is nothing to drop."""
        if action == "drop":
            return self.can_drop()
        return super().check_action(action, parameters)

    def action_drop(self) -> None:
        """Drop the selection, else the search."""
        if self._anchor is not None:
            self._unselect()
        else:
            self.search("")

    def action_search(self) -> None:
        """Ask for a search."""
        prompt = SearchPrompt(self._search.text if self._search is not None else "", self.region)
        self.app.push_screen(prompt, lambda text: None if text is None else self.search(text))

    def search(self, text: str) -> None:
        """Search a text or a regular expression from the current line on; "" ends the search."""
        self.workers.cancel_group(self, "search")
        self._begin(text)
        self._jump = self._lines.line(self._top[0] if self.following else self.line)
        self._redraw()
        self._look_further()
        self._settle()

    def _begin(self, text: str) -> None:
        self._search = (
            Search(text, self._lines.source, self._brief) if text and self.key is not None else None
        )

    def action_verbose(self) -> None:
        """Toggle hidden lines, and restart the search; the reader's position stays."""
        self._anchor = self._pointed = None
        top = self._lines.line(self._top[0])
        self._brief = self._lines.brief = not self._brief
        self._top = self._lines.place(top), 0
        self._redraw()
        self._settle()
        if self._search is not None:
            self.workers.cancel_group(self, "search")
            self._begin(self._search.text)
            self._look_further()

    def forget_searches(self) -> None:
        """End the search of the log that was shown."""
        self.workers.cancel_group(self, "search")

    def _look_further(self) -> None:
        if self._search is not None:
            self.look_for(self._search, "search")

    def look_for(self, search: Search, group: str) -> None:
        """Go on with a search in a thread, the only one of its group."""
        if not search.running:
            search.running = True
            self.run_worker(partial(self._look, search), group=group, exclusive=True, thread=True)

    def _look(self, search: Search) -> None:
        worker, reported_at = get_current_worker(), time.monotonic()
        for _ in search.run():
            if worker.is_cancelled:
                return
            if time.monotonic() - reported_at > 0.1:
                reported_at = time.monotonic()
                self.post_message(events.Callback(callback=partial(self.found_more, search)))
            time.sleep(0.0005)
        search.running = False
        self.post_message(events.Callback(callback=partial(self.found_more, search)))

    def found_more(self, search: Search) -> None:
        """Go to the first match after the current line, once it is known."""
        jump = self._jump
        if search is not self._search:
            return
        if jump is not None and search.hits and (search.hits[-1] >= jump or not search.running):
            self._jump = None
            self._visit(search, jump - 1, 1)
        self._settle()

    def _visit(self, search: Search, line: int, step: int) -> None:
        """Go to the next matching line that is not left out, or to the one before, wrapping around."""
        number = search.next(line, step)
        for _ in range(LEAPS):
            if self._lines.holds(number):
                break
            beside = self._lines.line(max(0, self._lines.place(number) - (step < 0)))
            number = search.next(beside - step, step)
        else:
            return
        place = self._lines.place(number)
        text = self._lines.get(place)
        position = next((start for start, _ in search.pattern.spans(text.text)), 0)
        self._point(place, position, far=True)
        if not self._wrapped and not self._left <= text.cell(position) < self._left + self._room - 1:
            self._sideways(max(0, text.cell(position) - self._room // 2))

    def action_found(self, step: int) -> None:
        """Go to the next or previous match, wrapping around."""
        if (search := self._search) is not None and search.hits:
            self._visit(search, self._lines.line(self.line), step)
