"""The list of runs itself: families are folded and unfolded in it, and runs are marked."""

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from octotui.engine.queries.query import EVERYTHING, Query
from octotui.ui.key_actions import KeyAction
from octotui.ui.panels.runs_table import RunsTable
from octotui.ui.styled_text import Span, cells, glyphs_of
from octotui.ui.widgets.marked_lines import MarkedLines


class RunLines(MarkedLines):
    """A list that knows its families and its marks; both are by run, and outlast filters and sorting."""

    KEYS_TITLE = "In the list of runs"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("right", "unfold", "unfold", tooltip="The runs that this one started, or go into them"),
        KeyAction("left", "fold", "fold", show=False, tooltip="This family, or go to the parent"),
        KeyAction(
            "z",
            "fold_all",
            "fold all",
            show=False,
            title="Fold or unfold all families",
            tooltip="Or unfold them, where all are folded",
        ),
    ]

    class Refolded(Message):
        """Other lines are to be listed."""

    def __init__(self, table: RunsTable, *, empty: str) -> None:
        super().__init__(table.layout, table.draw, empty=empty, id="runs")
        self._table = table
        self._query = EVERYTHING
        self.matches: frozenset[str] | None = None
        self.has_more = False  # whether there are runs that the list does not show yet

    @property
    def found(self) -> int:
        """How many runs match the filter, be they listed or folded away."""
        return len(self._table.order if self.matches is None else self.matches)

    @property
    def total(self) -> int:
        """How many runs are known."""
        return len(self._table.order)

    def counts(self, *, is_filtered: bool) -> tuple[Span, ...]:
        """Return how many runs are marked, and how many are listed of how many there are."""
        found = f"{self.found}{f'/{self.total}' if is_filtered else ''}{'+' if self.has_more else ''}"
        marked: tuple[Span, ...] = ((f"{len(self.marked)} marked", "lit"), (" · ", "muted"))
        return (*(marked if self.marked else ()), (found, "muted"))

    def outline(self, query: Query, *, again: bool) -> None:
        """List what a query finds, each in its family; `again` sorts, and drops marks of runs that left."""
        if query != self._query:
            self._query = query
            self._table.filtered_folds = {}  # a new filter shows what it finds
        self.matches = None if query == EVERYTHING else frozenset(self._table.matching(query))
        self.show(self._table.outline(self.matches, again=again))
        if again:
            self.mark(self.marked.intersection(self._table.order))

    def uncover(self, run: str, query: Query) -> bool:
        """Put the cursor on a run and unfold the families it is in; False where the query hides it."""
        self.outline(query, again=False)
        self._table.folds(self.matches).update(dict.fromkeys(self._table.families.above(run), True))
        self.outline(query, again=False)
        return self.select(run)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Say where there is nothing to fold or to mark."""
        if action not in ("mark", "mark_all", "unfold", "fold", "fold_all"):
            return super().why_not(action, parameters)
        if self.key is None:
            return "no run is listed"
        families = self._table.families
        match action:
            case "mark" | "mark_all":
                return "this is a replay: nothing can be changed" if self._table.state.keep_ended else ""
            case "unfold":
                return "" if families.children.get(self.key) else f"{self.key} has started no other run"
            case "fold" if not self._table.is_unfolded(self.key):
                return "" if self.key in families.parents else f"{self.key} has nothing to fold"
            case "fold_all":
                return "" if families.children else "no run that is listed has started others"
        return ""

    def on_click(self, event: events.Click) -> None:
        """Fold or unfold a family by a click on its sign; a second one there opens nothing."""
        at = 1  # behind the marker
        for text, _ in self.spans_at(event.y):
            end = at + cells(text)
            if at <= event.x < end and text.startswith(glyphs_of(self).fold):
                self.cursor = event.y + self.scroll_offset.y
                if self._table.is_unfolded(self.key or ""):
                    self.action_fold()
                else:
                    self.action_unfold()
                event.prevent_default()  # of the list, which would open it
                return
            at = end

    def action_unfold(self) -> None:
        """Show the runs that a run has started; go into them where they are shown."""
        if self.key is not None and self._table.is_unfolded(self.key):
            self.action_move(1)
        elif self.key is not None:
            self._table.folds(self.matches)[self.key] = True
            self.post_message(self.Refolded())

    def action_fold(self) -> None:
        """Fold a family away; go to the parent from a run that has none."""
        if self.key is None:
            return
        if self._table.is_unfolded(self.key):
            self._table.folds(self.matches)[self.key] = False
            self.post_message(self.Refolded())
        else:
            self.select(self._table.families.parents[self.key])

    def action_fold_all(self) -> None:
        """Fold all families away, or unfold them where all of them are."""
        families, table = self._table.families, self._table
        unfolded = any(table.is_unfolded(name) for name in families.children)
        top = next(iter([*families.above(self.key or "")][::-1]), self.key or "")
        table.folds(self.matches).update(dict.fromkeys(families.children, not unfolded))
        if unfolded:
            self.select(top)
        self.post_message(self.Refolded())

    @property
    def markable(self) -> frozenset[str]:
        """The runs that are listed by the filter, without those that only lead to them."""
        return frozenset(name for name in self.keys if self.matches is None or name in self.matches)

    def action_mark_all(self) -> None:
        """Mark all runs that are listed by the filter, or unmark them where all of them are."""
        super().action_mark_all()
        here = self.markable
        if self.has_more and here <= self.marked:
            self.app.say(f"{len(here)} are marked; older runs are not listed yet")  # type: ignore[attr-defined]
