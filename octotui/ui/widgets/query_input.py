"""The input of a query, with completion."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from octotui.ui.key_actions import KeyAction
from octotui.ui.widgets.filter_input import FilterInput
from octotui.views.queries.completion import Completion

Complete = Callable[[str, int], Completion]
"""Returns the completion of a text at a cursor."""


class QueryInput(FilterInput):
    """Tab applies the first completion; again, the next value."""

    KEYS_TITLE = "In the filter of runs"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("tab", "complete", "complete", tooltip="Take the first of what is offered, then the next"),
    ]

    class Completed(Message):
        """Tab was pressed; `completion` are the options, `taken` is the applied one."""

        def __init__(self, completion: Completion, taken: str) -> None:
            super().__init__()
            self.completion = completion
            self.taken = taken

    def __init__(self, complete: Complete) -> None:
        super().__init__()
        self._complete = complete
        self._from = ("", Completion(0, 0))
        self._taken: str | None = None
        self._at = 0

    @property
    def completion(self) -> Completion:
        """The completion at the cursor."""
        return self._complete(self.value, self.cursor_position)

    def action_complete(self) -> None:
        """Apply a completion."""
        if self.value == self._taken:
            self._at += 1
        else:
            self._from, self._at = (self.value, self.completion), 0
        text, completion = self._from
        if not completion.options:
            self.post_message(self.Completed(completion, ""))
            return
        option = completion.options[self._at % len(completion.options)]
        self.value, self.cursor_position = completion.applied(text, option)
        goes_on = option.endswith(":") or len(completion.options) == 1
        self._taken = None if goes_on else self.value
        if not goes_on:
            self.post_message(self.Completed(completion, option))
