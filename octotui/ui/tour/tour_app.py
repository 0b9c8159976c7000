"""The app of `octotui demo`: a space that ends with it, and a tour through it."""

from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.binding import BindingType
from textual.reactive import reactive

from octotui.ui import app
from octotui.ui.app import OctotuiApp
from octotui.ui.dialogs.confirm import Confirm
from octotui.ui.dialogs.question_dialog import QuestionDialog
from octotui.ui.dialogs.start_dialog import StartDialog
from octotui.ui.dialogs.why_dialog import WhyDialog
from octotui.ui.key_actions import ExplainedActions, KeyAction, key_of, key_out
from octotui.ui.screens.board import Board
from octotui.ui.screens.model_file import ModelFile
from octotui.ui.screens.run_screen import RunScreen
from octotui.ui.settings.account_settings import AccountSettings
from octotui.ui.tour.tour_bar import TourBar
from octotui.views.text.clock_times import Zone
from octotui.views.tour.steps import Place, Press, Tour, TourLine, advance, tour_line

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess
    from octotui.store.user_config import ListSetting

LOOK = 0.1  # seconds between two looks at what is on the screen
PRESSED: dict[Press, tuple[type, str]] = {
    **{each: (Board, each) for each in ("start", "why", "answer", "log")},
    "choose": (StartDialog, "choose"),
    "take": (QuestionDialog, "take"),
    "proceed": (QuestionDialog, "answer('proceed')"),
    "yes": (Confirm, "yes"),
}
"""The actions that the tour names, and where they are declared."""


class TourApp(ExplainedActions, OctotuiApp):
    """The app on a space of its own, which it ends; a line above the keys leads through it."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [
        Path(app.__file__).parent / each for each in OctotuiApp.CSS_PATH
    ]
    KEYS_TITLE = "In the demo"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "Z",
            "leave_tour",
            "leave the tour",
            show=False,
            title="Leave the tour",
            tooltip="The demo goes on",
        ),
    ]

    line: reactive[TourLine | None] = reactive(None, repaint=False)

    def __init__(
        self,
        session: "SpaceAccess",
        *,
        glyphs: Literal["unicode", "ascii"] = "unicode",
        now: Callable[[], float] | None = None,
        zone: Zone = None,
        lists: Mapping[str, "ListSetting"] | None = None,
        account: AccountSettings = AccountSettings(),  # noqa: B008 - it is immutable
        model: ModelFile | None = None,
    ) -> None:
        super().__init__(
            session, glyphs=glyphs, now=now, zone=zone, lists=lists, account=account, model=model
        )
        self._tour: Tour | None = Tour()

    async def on_mount(self) -> None:
        """Look at what is on the screen; Textual also calls the base class's handler."""
        self._guide()
        self.set_interval(LOOK, self._guide)

    def bar(self) -> TourBar:
        """Return the line that says what to do next."""
        return TourBar(key_of(TourApp, "leave_tour"))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to leave a tour that was left."""
        return "the tour was left" if action == "leave_tour" and self._tour is None else ""

    def action_leave_tour(self) -> None:
        """Leave the tour."""
        self._tour = self.line = None

    async def action_quit(self) -> None:
        """Quit at once: what runs here is ended with the space."""
        self.exit("quit")

    def watch_state(self) -> None:
        """Look at each state: a run may be over before the next look."""
        self._guide()

    def _guide(self) -> None:
        """Go on where a step is done, and say what to do now."""
        if self._tour is None or not self.screen_stack:
            return
        place = self._present_place()
        self._tour = advance(self._tour, self.state, place)
        self.line = tour_line(self._tour, self.state, place, self.session.user, self._key_of)

    def _key_of(self, press: Press) -> str:
        if press == "back":
            return key_out(self.screen)
        return key_of(*PRESSED.get(press, (type(self), press)))

    def _present_place(self) -> Place:
        match self.screen:
            case Board():
                return "board"
            case StartDialog() as dialog:
                return "start" if dialog.asks_first else "start-where"
            case WhyDialog():
                return "why"
            case QuestionDialog():
                return "question"
            case Confirm(what="proceed"):
                return "proceeds"
            case RunScreen() as screen if screen.has_class("-log"):
                return "log"
        return "elsewhere"
