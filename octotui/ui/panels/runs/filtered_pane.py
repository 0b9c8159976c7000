"""A pane whose runs are filtered: the keys that filter, and drop filter or marks."""

from collections.abc import Collection
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Vertical

from octotui.ui.key_actions import ExplainedActions, KeyAction, key_of, relabel
from octotui.ui.panels.run_messages import ViewsWanted
from octotui.ui.panels.runs.history_line import HistoryLine
from octotui.ui.panels.runs.run_lines import RunLines


class FilteredPane(ExplainedActions, Vertical):
    """What the pane of runs does with its filter; what it lists is its own affair."""

    KEYS_TITLE = "In the list of runs"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "slash",
            "filter",
            "filter",
            title="Filter the runs",
            tooltip="By words, state:failed, env:test, since:8h …",
        ),
        KeyAction(
            "S",
            "views",
            "views",
            show=False,
            title="Saved views",
            tooltip="Choose a filter by name, or save one",
        ),
        KeyAction(
            "escape", "drop_filter", "no filter", tooltip="Show all runs again; without a filter, unmark all"
        ),
    ]

    @property
    def lines(self) -> RunLines:
        """The list itself."""
        return self.query_one(RunLines)

    @property
    def line(self) -> HistoryLine:
        """The filter."""
        return self.query_one(HistoryLine)

    def why_empty(self) -> str:
        """Say what to do where no run is listed."""
        if not self.is_mounted or not self.line.text:
            return f"No runs yet: {key_of(type(self.screen), 'start')} starts one."
        return f"No run matches “{self.line.text}”: {key_of(FilteredPane, 'drop_filter')} drops the filter."

    def mode(self) -> Collection[str]:
        """With a filter or marks, the key that drops them."""
        return ("drop_filter",)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Offer to drop a filter or marks where there are any."""
        if action != "drop_filter" or not self.is_mounted or self.line.text or self.lines.marked:
            return ""
        return "there is no filter to drop, and no run is marked"

    def follow_drop(self) -> None:
        """Say what esc drops."""
        relabel(self, "drop_filter", "no filter" if self.line.text else "unmark")
        self.refresh_bindings()

    def action_drop_filter(self) -> None:
        """Show all runs again; without a filter unmark all."""
        if self.line.text:
            self.line.drop()
        else:
            self.lines.mark(frozenset())

    def action_filter(self) -> None:
        """Type a filter."""
        self.line.ask()

    def action_views(self) -> None:
        """Offer the saved views."""
        self.post_message(ViewsWanted(self.line.text))

    def show_view(self, text: str) -> None:
        """Filter by a view."""
        self.line.put(text)
        self.lines.focus()
