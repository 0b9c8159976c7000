"""Looking for a text in a log, through the file in blocks, and the prompt that asks for it."""

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

NOTHING = r"(?!)"  # is nowhere


class Search:
    """What is looked for in a log, and the lines where it was found so far.

    Where it is `brief`, lines for those who ask for details are passed over.
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
        """Search what was not searched yet, and the last line again, since it may have grown.

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
        """What was looked for and how often it was found, for a title: `/error 3/41`."""
        if self.gave_up:
            return f"/{self.text} takes too long: search for a simpler pattern"
        index = bisect_left(self.hits, line)
        here = f"{index + 1:,}/" if self.hits[index : index + 1] == [line] else ""
        count = f"{here}{len(self.hits):,}" if self.hits or self.running else "not found"
        return f"/{self.text} {count}{'…' if self.running else ''}"

    def next(self, line: int, step: int) -> int:
        """The next line found after another, or before it; round the end."""
        index = bisect_right(self.hits, line) if step > 0 else bisect_left(self.hits, line) - 1
        return self.hits[index % len(self.hits)]


class SearchPrompt(ModalScreen[str | None]):
    """One line over the foot of a log, where a search is typed."""

    DEFAULT_CSS = "SearchPrompt { background: $background 0%; }"
    KEYS_TITLE = "While a search is typed"
    BINDINGS: ClassVar[list[BindingType]] = [KeyAction("escape", "dismiss(None)", "back")]

    def __init__(self, text: str, area: Region) -> None:
        super().__init__()
        self._text = text
        self._area = area

    def compose(self) -> ComposeResult:
        """The line."""
        line = Input(self._text, placeholder="search: text or a regular expression", compact=True)
        line.styles.width = self._area.width
        line.styles.offset = (self._area.x, self._area.bottom - 1)
        yield line

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give back what was typed."""
        self.dismiss(event.value)
