"""Explanations, in words."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from octotui.ui.key_actions import KeyAction
from octotui.ui.styled_text import glyphs_of
from octotui.ui.widgets.plain_text import PlainText

Parts = Sequence[tuple[str, Sequence[str]]]


class WhyDialog(ModalScreen[None]):
    """Headed paragraphs about a run or a worker."""

    TITLE = "Why"
    KEYS_TITLE = "In the reasons of a run or a worker"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("escape,w,q,enter", "dismiss", "back"),
        KeyAction("j", "scroll(1)", "down", show=False),
        KeyAction("k", "scroll(-1)", "up", show=False),
    ]

    def __init__(self, about: str, parts: Parts) -> None:
        super().__init__()
        self._about = about
        self._parts = parts

    def compose(self) -> ComposeResult:
        """Yield each heading with its sentences."""
        glyphs = glyphs_of(self)
        with Vertical(classes="dialog -broad"):
            yield PlainText(f"{self.TITLE}: {self._about}", classes="dialog--title")
            with VerticalScroll():
                for head, sentences in self._parts or [("", ["There is nothing to say about it."])]:
                    yield PlainText(head, classes="dialog--head")
                    for each in sentences:
                        yield PlainText(glyphs.text(each), classes="dialog--text")

    def action_scroll(self, step: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)


class SchedulesDialog(WhyDialog):
    """The schedules of a space, and their times."""

    TITLE = "Schedules"


class FilesDialog(WhyDialog):
    """The artifacts of a run and its descendants, with sizes and paths."""

    TITLE = "Files"
    KEYS_TITLE = "In the list of files"
    BINDINGS: ClassVar[list[BindingType]] = [KeyAction("f", "dismiss", "back", show=False)]
