"""The line at the bottom of the board when a run asks a question."""

from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from octotui.engine.state import State
from octotui.ui.key_actions import key_of
from octotui.ui.styled_text import Span, glyphs_of, spread, strip_of, styles_of
from octotui.views.questions import QuestionRow, first, refused, standing


class QuestionBar(Widget):
    """The question to answer next: that of the selected run, else the oldest."""

    DEFAULT_CSS = "QuestionBar { height: 1; display: none; } QuestionBar.-asks { display: block; }"

    state: reactive[State] = reactive(State(), repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    run: reactive[str | None] = reactive(None, repaint=False)
    question: reactive[QuestionRow | None] = reactive(None)
    asking: reactive[int] = reactive(0)

    def __init__(self, user: str) -> None:
        super().__init__()
        self._user = user

    def watch_state(self, old: State, new: State) -> None:
        """Appear and disappear with the questions."""
        if old.asking is not new.asking or old.interruptions is not new.interruptions:
            self.asking = len(new.asking)
            self.set_class(self.asking > 0, "-asks")
            self._choose()

    def watch_run(self) -> None:
        """Prefer the question of another run."""
        self._choose()

    def watch_now(self) -> None:
        """Update its age."""
        self._choose()

    def _choose(self) -> None:
        """Take the question to show."""
        self.question = first(self.state, self._user, self.now, self.run)

    async def on_click(self) -> None:
        """Answer the question, as its key does."""
        await self.app.run_action("answer", self.screen)

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        glyphs, styles, width = glyphs_of(self), styles_of(self), self.size.width
        question = self.question
        if question is None:
            return Strip.blank(width, styles["plain"])
        past = self.state.keep_ended  # a replay, where nothing can be answered
        refusal = refused(question)
        left: list[Span] = [
            (" ? ", "asks"),
            (f"{question.run} asks {question.asks}: ", "plain"),
            (question.title, "strong"),
            (
                f"  {question.time}" if past else f"  {question.time} · {refusal or standing(question)}",
                "muted",
            ),
        ]
        more = self.asking - 1
        if more:
            left.append((f" · {more} more", "muted"))
        does = " read " if refusal else " answer "
        right: list[Span] = [] if past else [(key_of(type(self.screen), "answer"), "strong"), (does, "muted")]
        return strip_of(spread(left, right, width, glyphs), styles, glyphs).adjust_cell_length(
            width, styles["plain"]
        )
