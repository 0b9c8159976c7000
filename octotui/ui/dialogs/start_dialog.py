"""The dialog that starts a run: process, release, environment, tenant."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec.structs import replace
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from octotui.engine.state import State
from octotui.ui.key_actions import ExplainedActions, KeyAction, relabel
from octotui.ui.plans.plan_dialog import PlanDialog
from octotui.ui.plans.plan_preview import MOST_LINES, PlanPreview
from octotui.ui.styled_text import glyphs_of
from octotui.ui.widgets.choice_list import ChoiceItem, ChoiceList
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText
from octotui.views import start_choices
from octotui.views.runs import EndedRun
from octotui.views.starting.last_used import last_used

REFRESHED = 2.0  # seconds after which a plan is made anew, where something has happened
LOW, LOWEST = 24, 16  # rows of a screen on which the plan is short, and below which there is none
FEW_LINES = 2


class StartDialog(ExplainedActions, ModalScreen[start_choices.PreparedStart | None]):
    """One list after the other, each filtered by typing; esc goes a step back.

    The key bar shows whether a failed step asks people (I7).
    """

    KEYS_TITLE = "Where a run is started"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "enter",
            "choose",
            "choose",
            priority=True,
            tooltip="What is under the cursor; after the last question the run starts",
        ),
        KeyAction("escape", "back", "back", priority=True, tooltip="To the question before", lasting=True),
        KeyAction("down,ctrl+n", "move(1)", "down", show=False, priority=True),
        KeyAction("up,ctrl+p", "move(-1)", "up", show=False, priority=True),
        KeyAction("pagedown", "page(1)", "page down", show=False, priority=True),
        KeyAction("pageup", "page(-1)", "page up", show=False, priority=True),
        KeyAction(
            "ctrl+g",
            "guide",
            "guided failure",
            priority=True,
            tooltip="Whether failed steps ask: as declared, on, off",
        ),
        KeyAction(
            "ctrl+b,f2",
            "plan",
            "plan",
            priority=True,
            tooltip="All of the plan of what is chosen, and what if pools or the task cap were different",
        ),
    ]

    def __init__(self, state: State, user: str, past: Sequence[EndedRun] = ()) -> None:
        """Offer first what the user has started last, by the State and by runs of the `past`."""
        super().__init__()
        self._state = state
        self._user = user
        self._used = last_used(state, past, user)
        self._chosen: list[str] = []
        self._guided: bool | None = None
        self._planned = state

    def compose(self) -> ComposeResult:
        """Yield the question, the filter, and the choices."""
        with Vertical(classes="dialog -broad"):
            yield PlainText("", id="path", classes="dialog--title")
            yield Input(placeholder="type to filter", compact=True)
            yield ChoiceList()
            yield PlanPreview(lambda: self.present, lambda: self.moment)
            yield KeyBar()

    def on_mount(self) -> None:
        """Ask for the process."""
        self.query_one(ChoiceList).can_focus = False
        self.query_one(Input).cursor_blink = False
        self._say_guided()
        self._ask()
        self.set_interval(REFRESHED, self._refresh_plan)

    @property
    def present(self) -> State:
        """The State as it is now."""
        state = getattr(self.app, "state", None)
        return state if isinstance(state, State) and state.model is self._state.model else self._state

    @property
    def moment(self) -> float:
        """The time."""
        now = getattr(self.app, "now", None)
        return now if isinstance(now, float) else self.present.at

    def on_resize(self) -> None:
        """Leave room for the plan where the screen is low."""
        low = self.size.height < LOW
        self.query_one(PlanPreview).display = self.size.height >= LOWEST
        self.query_one(ChoiceList).styles.max_height = max(3, self.size.height - (12 if low else 16))
        self._show_plan()

    def _refresh_plan(self) -> None:
        """Plan again where something has happened."""
        if self.present is not self._planned and self.is_current:
            self._show_plan()

    @on(LineList.Moved)
    def _show_plan(self) -> None:
        """Show the plan of what is under the cursor, completed by the first choices of later questions."""
        preview, start = self.query_one(PlanPreview), self._foreseen()
        self._planned = self.present
        if start is None or not preview.display:
            preview.show_nothing()
        else:
            preview.show(start, MOST_LINES if self.size.height >= LOW else FEW_LINES)

    def _foreseen(self) -> start_choices.PreparedStart | None:
        """Return what would be started with what is under the cursor; None where nothing is."""
        key = self.query_one(ChoiceList).key
        if key is None:
            return None
        chosen = start_choices.foreseen(self._state, (*self._chosen, key), self._used)
        start = start_choices.command(self._state.model, chosen, self._user)
        return replace(start, command=replace(start.command, guided=self._guided))

    def action_plan(self) -> None:
        """Open the whole plan of what is under the cursor."""
        start = self._foreseen()
        if start is not None:
            self.app.push_screen(PlanDialog(lambda: self.present, lambda: self.moment, start))

    def _ask(self) -> None:
        """Show the next question, or finish."""
        self._chosen = list(start_choices.next_place(self._state.model, tuple(self._chosen)))
        question = start_choices.ask(self._state, tuple(self._chosen), self._used)
        if question is None:
            self._done()
            return
        self._question = question
        self.query_one("#path", PlainText).update(glyphs_of(self).text(question.title))
        with self.prevent(Input.Changed):
            self.query_one(Input).value = ""
        self._offer()

    @on(Input.Changed)
    def _offer(self) -> None:
        words = self.query_one(Input).value.lower().split()
        matches = [
            ChoiceItem(each.key, each.text, each.note)
            for each in self._question.choices
            if all(word in f"{each.key} {each.text}".lower() for word in words)
        ]
        self.query_one(ChoiceList).offer(matches)
        self._show_plan()
        self.refresh_bindings()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse without a choice."""
        nothing = action in ("choose", "plan") and self.is_mounted and self.query_one(ChoiceList).key is None
        return "there is nothing to choose" if nothing else ""

    @on(LineList.Opened)
    def action_choose(self) -> None:
        """Choose what is under the cursor."""
        key = self.query_one(ChoiceList).key
        if key is not None:
            self._chosen.append(key)
            self._ask()

    def _done(self) -> None:
        start = start_choices.command(self._state.model, tuple(self._chosen), self._user)
        self.dismiss(replace(start, command=replace(start.command, guided=self._guided)))

    def action_guide(self) -> None:
        """Toggle guided failure: as declared, on, off."""
        self._guided = {None: True, True: False, False: None}[self._guided]
        self._say_guided()
        self._show_plan()

    @property
    def asks_first(self) -> bool:
        """Whether it asks for the process, not yet for a place."""
        return not self._chosen

    def _say_guided(self) -> None:
        """Show guided failure in the key bar."""
        text = {None: "as declared", True: "on", False: "off"}[self._guided]
        relabel(self, "guide", f"guided failure: {text}")
        self.refresh_bindings()

    def action_back(self) -> None:
        """Go to the previous question, or close."""
        while self._chosen:
            self._chosen.pop()
            if start_choices.is_asked(self._state.model, tuple(self._chosen)):
                self._ask()
                return
        self.dismiss(None)

    def action_move(self, step: int) -> None:
        """Move in the list while the filter has the focus."""
        self.query_one(ChoiceList).action_move(step)

    def action_page(self, step: int) -> None:
        """Move by pages."""
        self.query_one(ChoiceList).action_page(step)

    def on_key(self, event: events.Key) -> None:
        """Keep the list's keys out of the filter."""
        if event.key == "tab":
            event.stop()
