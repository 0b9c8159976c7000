"""The app: it follows the session, keeps the time, and asks before it quits."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import work
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.command import Provider
from textual.events import Key
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from octotui.engine.commands import CancelRun, Refused
from octotui.engine.state import State
from octotui.model.garbage import collect_from_now
from octotui.store.errors import StoreError
from octotui.store.user_config import ListSetting
from octotui.ui.account_app import AccountApp
from octotui.ui.key_actions import KeyAction, key_of, key_out, refusal, relabel, written
from octotui.ui.key_order import SAYS_HOW
from octotui.ui.palette import commands, theme_commands
from octotui.ui.passphrases import LockedKeyNotices
from octotui.ui.screens.board import Board
from octotui.ui.screens.model_file import ModelFile
from octotui.ui.settings.account_settings import AccountSettings
from octotui.ui.space_switch import SpaceSwitch
from octotui.ui.terminal_notifications import NO_TITLES, TerminalNotifications, escapes
from octotui.ui.visible_filter import VisibleFilter
from octotui.ui.widgets.key_bar import KeyBar
from octotui.views.labels import GLYPHS
from octotui.views.runs import EndedRun
from octotui.views.text.clock_times import Zone
from octotui.views.text.visible_text import visible, visible_lines

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess
    from octotui.ui.dialogs.quit_dialog import Way
    from octotui.ui.panels.output_panel import LinePlace
    from octotui.views.lists.space_columns import SpaceRow
    from octotui.views.model_parts.parts import ModelPart

REPLACED = {
    "Quit": "ours asks what becomes of active runs",
    "Keys": "a panel that squeezes the board; the help says them",
    "Maximize": "what a pane shows can be opened on a screen of its own",
    "Minimize": "nothing is maximized",
    "Theme": "our themes are commands of their own, and kept",
    "Screenshot": "it fails where no file can be written, and says nothing",
}
"""Commands of Textual's that the palette does not offer, and why."""

FIRST_PAINT = 5.0  # seconds after which keys count, though the board was not drawn
TROUBLE = "Trouble"  # title of toasts that are removed once the problem is over
Left = Literal["quit", "wait", "cancel", "leave", "switch"]


def _start_provider() -> type[Provider]:
    from octotui.ui.finding.providers import StartProvider

    return StartProvider


def _goal_provider() -> type[Provider]:
    from octotui.ui.finding.providers import GoalProvider

    return GoalProvider


def _output_provider() -> type[Provider]:
    from octotui.ui.finding.providers import OutputProvider

    return OutputProvider


class OctotuiApp(AccountApp[Left]):
    """The app on a session; its result says how it was left."""

    COMMANDS = App.COMMANDS | {_start_provider, _goal_provider, _output_provider}
    CSS_PATH: ClassVar[list[str | PurePath]] = [  # the board's, too: read later, all would be parsed twice
        "app.tcss",
        "screens/board.tcss",
    ]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-upright")]  # noqa: RUF012 - of dialogs; others have their own
    TITLE = "octotui"
    KEYS_TITLE = "Everywhere"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("colon,ctrl+p", "command_palette", "palette", show=False, tooltip="All commands"),
        KeyAction(
            "q,ctrl+q",  # also in inputs, where q is a letter
            "quit",
            "quit",
            lasting=True,
            title="Leave octotui",
            tooltip="Runs continue in the server; with --foreground asks what becomes of active ones",
        ),
    ]

    # A repaint of the app is one of the whole screen: screens and panels repaint what has changed.
    state: reactive[State] = reactive(State(), repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    past: reactive[Sequence[EndedRun]] = reactive(tuple, repaint=False)
    leaving: reactive[Left | None] = reactive(None, repaint=False)
    switches: reactive[bool] = reactive(False, repaint=False)  # whether leaving leads to another space
    opening: reactive[str] = reactive("", repaint=False)  # the name of the space that is being opened
    trouble: reactive[str] = reactive("", repaint=False)

    def __init__(
        self,
        session: "SpaceAccess",
        *,
        glyphs: Literal["unicode", "ascii"] = "unicode",
        now: Callable[[], float] | None = None,
        zone: Zone = None,
        lists: Mapping[str, ListSetting] | None = None,
        keep: Callable[[str, ListSetting], None] | None = None,
        detaches: bool = False,
        switch: SpaceSwitch | None = None,
        account: AccountSettings = AccountSettings(),  # noqa: B008 - it is immutable
        model: ModelFile | None = None,
    ) -> None:
        """Create the app; with `detaches`, active runs go on elsewhere after it. Times are in `zone`.

        `lists` are the saved settings of lists, and `keep` saves a changed one. With the result "switch", the
        caller is to show the space that `switch` has opened. `account` is what else an account has set, and
        `model` where the space's model is read.
        """
        super().__init__(account)
        self.session = session
        self.failure: StoreError | None = None  # ended the session; the caller of the app raises it
        self.glyphs = GLYPHS[glyphs]
        self.zone = zone
        self._lists = lists or {}
        self._keep = keep
        self._clock = now or time.time
        self._detaches = detaches
        self.switch = switch
        self.model_file = model
        self._visible = VisibleFilter(
            ascii_only=glyphs == "ascii",
            colourless=self.is_colourless,
            links=os.environ.get("TERM") not in NO_TITLES,
        )
        if detaches:
            relabel(self, "quit", "detach")
        self._notices = TerminalNotifications(session.user, session.state, self._ring)
        self._locked_keys = LockedKeyNotices(
            lambda text: self.notify(text, severity="warning", timeout=15),
            lambda: key_of(Board, "unlock"),
        )
        self.set_reactive(OctotuiApp.state, session.state)
        self.set_reactive(OctotuiApp.now, self._clock())
        self.set_reactive(OctotuiApp.past, session.recent())

    def get_default_screen(self) -> Board:
        """Return the board: over another screen, both would be laid out and drawn."""
        return Board(self.session, self._lists)

    async def on_mount(self) -> None:
        """Wait for the board, as a key means what is shown there; then follow the session."""
        self.set_class(self.glyphs.name == "ascii", "-ascii")
        for problem in self.account.problems:
            self.notify(problem, severity="warning", timeout=15)
        self.set_interval(1.0, self._tick)
        self.set_timer(1.0, collect_from_now)  # after the board has drawn itself
        drawn = asyncio.Event()
        self.screen.call_after_refresh(drawn.set)
        with suppress(TimeoutError):  # where the app is ended meanwhile, nothing is drawn any more
            async with asyncio.timeout(FIRST_PAINT):
                await drawn.wait()
        self._follow()

    def _tick(self) -> None:
        self.now = self._clock()
        self.trouble = self.session.trouble

    def watch_trouble(self, trouble: str) -> None:
        """Show a problem as a toast until it is over; the status bar keeps a word of it."""
        if trouble:
            self.notify(trouble, title=TROUBLE, severity="warning", timeout=15, markup=False)
        else:
            for each in [each for each in self._notifications if each.title == TROUBLE]:
                self._unnotify(each)

    @work
    async def _follow(self) -> None:
        """Take each state together with the runs that ended with it."""
        try:
            async for state in self.session.states():
                await self.keys_handled()
                self._take(state)
        except StoreError as failure:
            self.failure = failure
            self.exit(return_code=1)

    def _take(self, state: State) -> None:
        if state.families is not self.state.families:
            self.past = self.session.recent()
        self.set_reactive(OctotuiApp.now, self._clock())  # screens take it together with the state
        self.state = state
        self._notices.check(state)
        self._locked_keys.check(state)
        if self.leaving and not len(state.families):
            self.exit("switch" if self.switches else self.leaving)

    def _ring(self, text: str) -> None:
        """Notify the terminal of a question, as far as the model wants that."""
        notify = self.state.model.notify
        if notify.bell:
            self.bell()
        driver = self._driver
        understood = os.environ.get("TERM") not in NO_TITLES
        if driver is not None and not driver.is_headless and notify.terminal and understood:
            driver.write(escapes(text))

    @property
    def has_own_time_keys(self) -> bool:
        """Whether keys that else are about panes lead through time here."""
        return False

    def on_key(self, event: Key) -> None:
        """Show in the key bar why a key does nothing, until the next key."""
        self.say(refusal(self.screen, event.key))
        if event.key == "ctrl+c" and self.screen.is_modal:
            self.action_help_quit()  # Textual asks no binding of the app in a dialog

    def say(self, sentence: str) -> None:
        """Show a sentence in the key bar until the next key; "" shows the keys again."""
        for bar in self.screen.query(KeyBar):
            bar.say(sentence)

    def list_setting(self, name: str) -> ListSetting:
        """Return the columns and the order of a list as they are kept."""
        return self._lists.get(name, ListSetting())

    async def keep_list(self, name: str, setting: ListSetting) -> None:
        """Save the columns and the order of a list; show an error where that fails."""
        self._lists = {**self._lists, name: setting}
        if self._keep is not None:
            await self.save(self._keep, name, setting)

    def show_model(self, part: "ModelPart") -> None:
        """Show a part of the model in its file."""
        from octotui.ui.screens.model_screen import UNKNOWN, ModelScreen

        if self.model_file is None:
            self.say(UNKNOWN)
        else:
            self.push_screen(ModelScreen(self.model_file, part))

    def open_run(
        self,
        session: "SpaceAccess",
        run: str,
        job: str | None = None,
        place: "LinePlace | None" = None,
        *,
        log: bool = False,
    ) -> None:
        """Open a run, at one of its jobs or at what matters; with `log`, its output alone, at a line."""
        from octotui.ui.screens.run_screen import RunScreen

        self.push_screen(RunScreen(session, run, log=log, job=job, place=place))

    def open_output(
        self, session: "SpaceAccess", job: tuple[str, str] | None, place: "LinePlace | None" = None
    ) -> None:
        """Open the output of a job of a run, if one is wanted, at a line of it."""
        if job is not None:
            self.open_run(session, *job, place, log=True)

    def bar(self) -> Widget | None:
        """Return a line above the key bar of each screen, if any."""
        return None

    def _fatal_error(self) -> None:
        """Exit after a bug with a traceback without local variables, which may be sensitive (V5).

        It is Textual's own method with `show_locals=False`, and what an exception quotes is made visible.
        """
        from rich.segment import Segment, Segments
        from rich.traceback import Traceback

        self.bell()
        traceback = Traceback(show_locals=False, width=None)
        rendered = self.console.render(traceback, self.console.options)
        visible_parts = (Segment(visible_lines(text), style, control) for text, style, control in rendered)
        self._exit_renderables.append(Segments(visible_parts))
        self._close_messages_no_wait()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Add the last filter of the screen to Textual's own."""
        return [*super().get_line_filters(), self._visible]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a toast, never with markup, with control and invisible characters made visible.

        It replaces an equal one, so that a key that is pressed again does not stack them.
        """
        text, head = visible_lines(message), visible(title)
        for each in [each for each in self._notifications if (each.message, each.title) == (text, head)]:
            self._unnotify(each)
        super().notify(text, title=head, severity=severity, timeout=timeout, markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield the palette's commands: declared ones, and those of Textual's that are not replaced."""
        yield from commands(screen)
        yield from theme_commands(self.choose_theme)
        yield from (each for each in super().get_system_commands(screen) if each.title not in REPLACED)

    def action_help_quit(self) -> None:
        """Say which key leaves, since ctrl+c does not."""
        # A dialog hides the keys of the app; that of the palette is Textual's own.
        first = f"{key_out(self.screen) or 'esc'}, then " if self.screen.is_modal else ""
        runs = "; runs continue" if self._detaches else ""
        self.notify(f"{first}{written(max(self.urgent - {SAYS_HOW}))} leaves octotui{runs}", markup=False)

    async def action_quit(self) -> None:
        """Quit, or ask what becomes of active runs."""
        from octotui.ui.dialogs.quit_dialog import QuitDialog

        if self._detaches or not len(self.state.families):
            self.exit("quit")
        elif not isinstance(self.screen, QuitDialog):
            self.push_screen(QuitDialog(self.state), self._leave)

    async def switch_space(self) -> None:
        """Have a space chosen, open it, and leave this one for it; stay where either does not work."""
        from octotui.ui.dialogs.quit_dialog import QuitDialog
        from octotui.ui.dialogs.spaces_dialog import SpacesDialog

        if self.switch is None:
            return
        rows = await asyncio.to_thread(self.switch.spaces)
        if all(row.here for row in rows):
            self.say("there is no other space")
            return
        row = await self.push_screen_wait(SpacesDialog(rows, self.switch.count))
        if row is None or not await self._opens(self.switch, row):
            return
        way: Way = "leave"
        if not self._detaches and len(self.state.families):
            way = await self.push_screen_wait(QuitDialog(self.state))
        await self._leave_by(way, switches=True)

    async def _opens(self, switch: SpaceSwitch, row: "SpaceRow") -> bool:
        """Open a space to be shown next; show an error, and return False, where that fails."""
        self.opening = row.name
        try:
            problem = await switch.open(row.slug)
        finally:
            self.opening = ""
        if problem:
            self.notify(problem, severity="error", markup=False)
        return not problem

    async def _leave(self, way: "Way | None") -> None:
        await self._leave_by(way, switches=False)

    async def _leave_by(self, way: "Way | None", *, switches: bool) -> None:
        """Leave in a way, for the space that was opened if it `switches`; who stays awaits no end of runs."""
        self.switches = switches and way != "stay"
        self.leaving = way if way in ("wait", "cancel") else None
        if way == "leave":
            self.exit("switch" if self.switches else "leave")
        elif way == "cancel":
            self._cancel_all()
        if self.switch is not None and not self.switches:
            await self.switch.close()

    @work
    async def _cancel_all(self) -> None:
        for run in sorted(self.state.runs.values(), key=lambda each: each.number):
            if not run.ended:
                with suppress(Refused, StoreError):  # a child ends with its parent
                    await self.session.send(CancelRun(run=run.id, by=self.session.user))
