"""Explanations, in words."""

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from octotui.ui.key_actions import KeyAction
from octotui.ui.styled_text import glyphs_of
from octotui.ui.widgets.plain_text import PlainText

Parts = Sequence[tuple[str, Sequence[str]]]
NOTHING: Parts = (("", ("There is nothing to say about it.",)),)


class WhyDialog(ModalScreen[None]):
    """Headed paragraphs about a run or a worker, which follow the State."""

    TITLE = "Why"
    KEYS_TITLE = "In the reasons of a run or a worker"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("escape,w,q,enter", "dismiss", "back"),
        KeyAction("j", "scroll(1)", "down", show=False),
        KeyAction("k", "scroll(-1)", "up", show=False),
    ]

    def __init__(self, about: str, parts: Callable[[], Parts]) -> None:
        """Create it with what returns the present paragraphs; while that is none, the last ones stay."""
        super().__init__()
        self._about = about
        self._current = parts
        self._parts = parts() or NOTHING

    def compose(self) -> ComposeResult:
        """Yield each heading with its sentences."""
        with Vertical(classes="dialog -broad"):
            yield PlainText(f"{self.TITLE}: {self._about}", classes="dialog--title")
            with VerticalScroll():
                yield from self._paragraphs()

    def _paragraphs(self) -> Iterator[PlainText]:
        told = self._sentences()
        for head, sentences in self._parts:
            yield PlainText(head, classes="dialog--head")
            for _ in sentences:
                yield PlainText(next(told), classes="dialog--text")

    def _sentences(self) -> Iterator[str]:
        glyphs = glyphs_of(self)
        return (glyphs.text(each) for _, sentences in self._parts for each in sentences)

    def on_mount(self) -> None:
        """Follow the app, after the screen below."""
        self.watch(self.app, "state", self._follow, init=False)
        self.watch(self.app, "now", self._follow, init=False)

    async def _follow(self) -> None:
        """Say how it is now; what was scrolled to stays in view."""
        parts = self._current() or self._parts
        if parts == self._parts:
            return
        before, self._parts = self._parts, parts
        if _shape(before) == _shape(parts):
            for shown, text in zip(
                self.query(".dialog--text").results(PlainText), self._sentences(), strict=True
            ):
                shown.update(text)
            return
        around = self.query_one(VerticalScroll)
        async with around.batch():
            await around.remove_children()
            await around.mount_all(self._paragraphs())

    def action_scroll(self, step: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)


def _shape(parts: Parts) -> list[tuple[str, int]]:
    """Return the headings with their numbers of sentences."""
    return [(head, len(sentences)) for head, sentences in parts]


class SchedulesDialog(WhyDialog):
    """The schedules of a space, and their times."""

    TITLE = "Schedules"
