"""Search in a log, block by block through the file, and its prompt."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Input

from octotui.store.logs.line_levels import HIDDEN, LevelReader
from octotui.store.logs.log_reader import LogReader
from octotui.ui.key_actions import KeyAction
from octotui.ui.log.patterns import Pattern
from octotui.views.text.log_text import plains

NOTHING = r"(?!)"  # never matches


class Search:
    """A search in a log, and the lines found so far.

    With `brief`, hidden lines are skipped.
    """

    def __init__(self, text: str, path: Path, brief: bool = False) -> None:
        self._brief = brief
        self.text = text
        self.hits: list[int] = []
        self.running = False
        self._path = path
        self._seen = 0
        self.pattern = Pattern(text)
        self.gave_up = False

    def run(self) -> Iterator[None]:
        """Search what is new, and the last line again, which may have grown; yield between blocks.

        It gives up for good where one line takes too long.
        """
        try:
            if not self.gave_up:
                yield from self._search()
        except TimeoutError:
            self.gave_up = True
            self.pattern = Pattern(NOTHING)

    def _search(self) -> Iterator[None]:
        self._seen = max(0, self._seen - 1)
        del self.hits[bisect_left(self.hits, self._seen) :]
        levels = LevelReader(self._path)
        if self._brief:
            levels.refresh()
        with LogReader(self._path) as reader:
            while lines := reader.lines(self._seen, self._seen + 2000):
                matches, texts = self.pattern.found, plains(lines)
                self.hits += [
                    number
                    for number, text in enumerate(texts, self._seen)
                    if matches(text) and levels.of(number) not in HIDDEN
                ]
                self._seen += len(lines)
                yield

    def state(self, line: int) -> str:
        """Return the search and its number of matches, for a title: `/error 3/41`."""
        if self.gave_up:
            return f"/{self.text} takes too long: search for a simpler pattern"
        index = bisect_left(self.hits, line)
        here = f"{index + 1:,}/" if self.hits[index : index + 1] == [line] else ""
        count = f"{here}{len(self.hits):,}" if self.hits or self.running else "not found"
        return f"/{self.text} {count}{'…' if self.running else ''}"

    def next(self, line: int, step: int) -> int:
        """Return the next or previous matching line, wrapping around."""
        index = bisect_right(self.hits, line) if step > 0 else bisect_left(self.hits, line) - 1
        return self.hits[index % len(self.hits)]


class SearchPrompt(ModalScreen[str | None]):
    """A prompt for a search over the last line of a log."""

    KEYS_TITLE = "While a search is typed"
    BINDINGS: ClassVar[list[BindingType]] = [KeyAction("escape", "dismiss(None)", "back")]

    def __init__(self, text: str, area: Region) -> None:
        super().__init__()
        self._text = text
        self._area = area

    def compose(self) -> ComposeResult:
        """Yield the input."""
        line = Input(self._text, placeholder="search: text or a regular expression", compact=True)
        line.styles.width = self._area.width
        line.styles.offset = (self._area.x, self._area.bottom - 1)
        yield line

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return the typed text."""
        self.dismiss(event.value)
