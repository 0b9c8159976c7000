"""Saved views: choose one by name, or save the present filter under a name."""

from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from octotui.store.saved_views import LONGEST_NAME, SavedViews
from octotui.ui.key_actions import ExplainedActions, KeyAction, key_of
from octotui.ui.widgets.choice_list import ChoiceItem, ChoiceList
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText


class ChosenView(NamedTuple):
    """A view to show, or to save under a name."""

    name: str
    text: str
    is_new: bool = False


class ViewsDialog(ExplainedActions, ModalScreen[ChosenView | None]):
    """Typing filters the list, and is the name under which ctrl+s saves the present filter."""

    KEYS_TITLE = "Where a saved view is chosen"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("enter", "choose", "show", priority=True, tooltip="The runs that this view finds"),
        KeyAction("ctrl+s", "save", "save as", priority=True, tooltip="The present filter, under this name"),
        KeyAction(
            "escape",
            "dismiss(None)",
            "back",
            priority=True,
            lasting=True,
            tooltip="The filter stays what it was",
        ),
        KeyAction("down,ctrl+n", "move(1)", "down", show=False, priority=True),
        KeyAction("up,ctrl+p", "move(-1)", "up", show=False, priority=True),
    ]
    DEFAULT_CSS = "ViewsDialog { Input { background: $panel; margin-top: 1; } #problem { color: $warning; } }"

    def __init__(self, saved: SavedViews, present: str) -> None:
        """Create it; `present` is the filter that could be saved."""
        super().__init__()
        self._saved = saved
        self._present = present

    def compose(self) -> ComposeResult:
        """Yield the present filter, a name, and the views."""
        with Vertical(classes="dialog -broad"):
            yield PlainText("Saved views", classes="dialog--title")
            if self._present:
                yield PlainText(f"The filter is now: {self._present}", classes="dialog--text")
            saves = key_of(ViewsDialog, "save")
            saving = f"; {saves} saves the filter under it" if self._present else ""
            yield Input(placeholder=f"a name{saving}", compact=True, max_length=LONGEST_NAME)
            yield ChoiceList()
            if self._saved.problem:
                yield PlainText(self._saved.problem, id="problem")
            yield KeyBar()

    def on_mount(self) -> None:
        """Show all views."""
        self.query_one(ChoiceList).can_focus = False
        self.query_one(Input).cursor_blink = False
        self._offer()

    @property
    def _typed(self) -> str:
        return self.query_one(Input).value.strip() if self.is_mounted else ""

    @property
    def _list(self) -> ChoiceList:
        return self.query_one(ChoiceList)

    @on(Input.Changed)
    def _offer(self) -> None:
        views = self._saved.views.items()
        begun = self._typed.casefold()
        self._list.offer([ChoiceItem(name, name, text) for name, text in views if begun in name.casefold()])
        self.refresh_bindings()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse without a view, or without a filter and a name to save."""
        if not self.is_mounted:
            return ""
        match action:
            case "choose":
                return "" if self._list.key else "no view has this name"
            case "save" if not self._present:
                return "there is no filter to save: type one first"
            case "save" if not self._typed:
                return "type a name for the filter first"
            case "save" if self._saved.problem:
                return "mend the file of views first"
        return ""

    def action_move(self, step: int) -> None:
        """Move in the list while the name has the focus."""
        self._list.action_move(step)

    @on(LineList.Opened)
    def action_choose(self) -> None:
        """Return the view under the cursor."""
        name = self._list.key
        if name is not None:
            self.dismiss(ChosenView(name, self._saved.views[name]))

    def action_save(self) -> None:
        """Return the name and the filter to save."""
        self.dismiss(ChosenView(self._typed, self._present, is_new=True))
