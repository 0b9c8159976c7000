"""The lines below the runs for a query: completions or a problem, and a count."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.message import Message

from octotui.engine.queries.known_values import KnownValues, resolve, unknown_value
from octotui.engine.queries.parse import parse
from octotui.engine.queries.query import EVERYTHING, QueryError
from octotui.ui.styled_text import glyphs_of
from octotui.ui.widgets.filter_input import FilterInput
from octotui.ui.widgets.plain_text import PlainText
from octotui.ui.widgets.query_input import QueryInput
from octotui.views.queries.completion import Completion, complete, fitted, without_word

PADDING = 2  # cells beside the hint
UNUSABLE = "nothing known completes this"


class QueryLine(Vertical):
    """Hidden until asked for; keeps the last valid query while the next one is typed."""

    DEFAULT_CSS = """
    QueryLine {
        height: auto;
        Horizontal { height: 1; }
        QueryInput { width: 1fr; }
        #count { width: auto; color: $text-muted; padding: 0 1; }
        #hint { height: auto; color: $text-muted; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #hint.-problem { color: $warning; }
    }
    """

    class Changed(Message):
        """The query has changed."""

    class Left(Message):
        """The line was left, and the list gets the focus back."""

    def __init__(self, now: Callable[[], float], known: Callable[[], KnownValues]) -> None:
        """Create it; `known` returns the known values of the space, `now` its time."""
        super().__init__()
        self._now = now
        self._known = known
        self._unresolved = self.query_asked = EVERYTHING
        self._problem = self._excess = ""
        self._is_known = False
        self._width = 0
        self.display = False

    def compose(self) -> ComposeResult:
        """Yield the hint over the input and its count."""
        yield PlainText("", id="hint")
        with Horizontal():
            yield QueryInput(lambda text, cursor: complete(text, cursor, self._known()))
            yield PlainText("", id="count")

    @property
    def input(self) -> QueryInput:
        """The input of the query."""
        return self.query_one(QueryInput)

    @property
    def text(self) -> str:
        """The typed text."""
        return self.input.value if self.is_mounted else ""

    def ask(self) -> None:
        """Show and focus the line."""
        self.display = True
        self.input.ask()
        self._hint()

    def put(self, text: str) -> None:
        """Set the query."""
        self.display = self.input.display = bool(text)
        self.input.value = text
        self.input.cursor_position = len(text)

    def drop(self) -> None:
        """Drop the query."""
        self.input.action_drop()

    def count(self, found: int, total: int) -> None:
        """Show how many runs match."""
        self.query_one("#count", PlainText).update(f"{found} of {total}" if self.text else "")

    def learn(self) -> None:
        """Resolve the query again, as more values are known."""
        self._is_known = True
        self._resolve()
        self._hint()

    @on(FilterInput.Changed)
    def _parse(self, event: FilterInput.Changed) -> None:
        event.stop()
        self._problem = ""
        try:
            self._unresolved = parse(self.text, self._now())
        except QueryError as error:
            self._problem = str(error)
            with suppress(QueryError):  # the rest does not depend on the word that is being typed
                self._unresolved = parse(without_word(self.text, self.input.cursor_position), self._now())
        self._resolve()
        self._hint()

    def _resolve(self) -> None:
        """Post the query if it has changed; keep the last one where it stands for too much."""
        self._excess = ""
        try:
            query = resolve(self._unresolved, self._known())
        except QueryError as error:
            self._excess = str(error)
            return
        if query != self.query_asked:
            self.query_asked = query
            self.post_message(self.Changed())

    def _hint(self) -> None:
        """Show completions while the query is typed; else its problem."""
        options = self.input.completion.options if self.input.has_focus else ()
        problem = self._problem or self._excess
        if not problem and self._is_known:
            problem = unknown_value(self._unresolved, self._known())
        if options:
            self._say(self._fitted(options))
        else:
            self._say(problem, is_problem=True)

    def _fitted(self, options: Sequence[str]) -> str:
        """Return options in lines of this width; of the screen's before it is laid out."""
        return fitted(options, (self._width or self.screen.size.width) - PADDING)

    def on_resize(self, event: Resize) -> None:
        """Fit the options into a new width."""
        if event.size.width != self._width:
            self._width = event.size.width
            self._hint()

    def _say(self, text: str, *, is_problem: bool = False) -> None:
        hint = self.query_one("#hint", PlainText)
        hint.set_class(is_problem, "-problem")
        hint.display = bool(text)
        hint.update(glyphs_of(self).text(text))

    @on(QueryInput.Completed)
    def _completed(self, event: QueryInput.Completed) -> None:
        """Keep the options of tab in view, the present one first."""
        event.stop()
        options = _turned(event.completion, event.taken)
        self._say(self._fitted(options) if options else UNUSABLE, is_problem=not event.taken)

    @on(FilterInput.Left)
    def _leave(self, event: FilterInput.Left) -> None:
        event.stop()
        self.display = bool(self.text)
        self.post_message(self.Left())
        self.call_after_refresh(self._hint)


def _turned(completion: Completion, taken: str) -> tuple[str, ...]:
    """Return the options, starting with the applied one."""
    options = completion.options
    at = options.index(taken) if taken in options else 0
    return *options[at:], *options[:at]
