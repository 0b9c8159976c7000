"""The board: runs and pools; beside them or below the selected run's tree, and its output."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from octotui.store.errors import StoreError
from octotui.store.user_config import ListSetting
from octotui.ui.key_actions import KeyAction
from octotui.ui.key_order import SWITCHING
from octotui.ui.panels.output_panel import OutputPanel
from octotui.ui.panels.pools_panel import PoolsPanel
from octotui.ui.panels.question_bar import QuestionBar
from octotui.ui.panels.run_messages import (
    CountWanted,
    PageWanted,
    RunChosen,
    RunOpened,
    ViewsWanted,
)
from octotui.ui.panels.runs_panel import RunsPanel
from octotui.ui.panels.status_bar import StatusBar
from octotui.ui.panels.tree_panel import TreePanel
from octotui.ui.screens.actions.run_actions import RunActionsScreen
from octotui.ui.screens.board_actions import BoardActions
from octotui.ui.screens.pane_screen import PaneDivision, PaneScreen
from octotui.ui.send_command import look_up
from octotui.ui.widgets.key_bar import KeyBar
from octotui.views.pools import TARGETS
from octotui.views.summary import ASKING

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess
    from octotui.views.pages.page import PlaceKind

PAGE = 200  # runs that are fetched at a time


class Board(PaneScreen, BoardActions):
    """All of a space on one screen: side by side, one above the other, or runs alone where it is small."""

    KEYS_TITLE = "On the board"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "D",
            "dashboard",
            "dashboard",
            show=False,
            title="Dashboard",
            tooltip="What is deployed where: version, state and when",
        ),
        KeyAction(
            "P",
            "places",
            "places",
            show=False,
            title="Pools, environments, targets",
            tooltip="The pages of the space's pools, workers, environments and targets",
        ),
        KeyAction(
            "Q",
            "questions",
            "questions",
            show=False,
            title="Questions",
            tooltip="All open questions: whom they ask, who has taken them, since when",
        ),
        KeyAction(
            "o",
            "spaces",
            "other space",
            show=False,
            title="Switch to another space",
            tooltip="Choose one of the spaces of this account, and switch to it",
        ),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (110, "-wide"), (160, "-broad")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-tall"), (22, "-stacked"), (36, "-high")]  # noqa: RUF012

    SIZES = ("-tiny", "-narrow", "-wide", "-broad", "-low", "-tall", "-stacked", "-high")

    def __init__(self, session: "SpaceAccess", settings: Mapping[str, ListSetting]) -> None:
        """Create it with the saved settings of lists."""
        super().__init__(session)
        self._settings = settings

    def compose(self) -> ComposeResult:
        """Yield the panels, each bound to its part of the state."""
        yield StatusBar().data_bind(RunActionsScreen.state, RunActionsScreen.now)
        with Horizontal(id="halves"):
            with Vertical(id="left"):
                yield RunsPanel(self._settings.get("runs", ListSetting())).data_bind(
                    RunActionsScreen.state, RunActionsScreen.now, RunActionsScreen.past
                )
                yield PoolsPanel(self._settings.get("pools", ListSetting())).data_bind(
                    RunActionsScreen.state,
                    RunActionsScreen.now,
                    RunActionsScreen.past,
                    RunActionsScreen.process,
                )
            with Vertical(id="right"):
                yield TreePanel().data_bind(
                    RunActionsScreen.picture, RunActionsScreen.run, RunActionsScreen.now
                )
                yield OutputPanel()
        bar = QuestionBar(self.session.user)
        yield bar.data_bind(RunActionsScreen.state, RunActionsScreen.now, RunActionsScreen.run)
        yield KeyBar()

    def divisions(self) -> Sequence[PaneDivision]:
        """Return those within the halves, and that of the halves."""
        left, right = self.query_one("#left"), self.query_one("#right")
        side_by_side = self.has_class("-wide") or self.has_class("-broad")
        return (
            PaneDivision("left", self.query_one(RunsPanel), self.query_one(PoolsPanel)),
            PaneDivision("right", self.query_one(TreePanel), self.query_one(OutputPanel)),
            PaneDivision("halves", left, right, side_by_side),
        )

    def started(self, run: str) -> None:
        """Move the cursor to a run that was started here."""
        self.query_one(RunsPanel).select(run)

    def on_mount(self) -> None:
        """Leave the room of the tree to others until there is a run."""
        self.set_class(self.run is None, "-unselected")

    def watch_run(self) -> None:
        """Show another run; where there is none, no tree below the list."""
        self.set_class(self.run is None, "-unselected")
        super().watch_run()

    def pointed_worker(self) -> str | None:
        """Return the worker under the cursor of the pools, where they have the focus."""
        pools = self.query_one(PoolsPanel)
        return pools.worker if pools.has_focus_within else None

    @on(RunChosen)
    def _choose(self, event: RunChosen) -> None:
        if not isinstance(event, RunOpened):
            self.run = event.run

    @on(PageWanted)
    @work(exclusive=True, group="history")
    async def _look_up(self, event: PageWanted) -> None:
        """Fetch a page of ended runs."""
        records = await look_up(self, self.session.history(event.query, event.before, PAGE))
        panel = self.query_one(RunsPanel)
        if records is None:
            panel.line.fail_page(event.query)
        else:
            panel.add(event.query, records, whole=len(records) < PAGE)

    @on(CountWanted)
    @work(exclusive=True, group="summary")
    async def _summarize(self, event: CountWanted) -> None:
        """Fetch the summary of a query, after its page."""
        asked = self.session.summary(event.query)
        self.query_one(RunsPanel).learn(
            event.query, await look_up(self, asked, quiet=True)
        )  # the page says why

    @on(ViewsWanted)
    @work
    async def _choose_view(self, event: ViewsWanted) -> None:
        """Apply a saved view, or save the present filter as one."""
        from octotui.store.saved_views import save_view, saved_views, views_file
        from octotui.ui.dialogs.views_dialog import ViewsDialog

        chosen = await self.app.push_screen_wait(ViewsDialog(saved_views(), event.text))
        if chosen is None:
            return
        if not chosen.is_new:
            self.query_one(RunsPanel).show_view(chosen.text)
            return
        try:
            await asyncio.to_thread(save_view, chosen.name, chosen.text)  # another process may hold the file
        except StoreError as problem:
            self.notify(str(problem), severity="error", markup=False)
            return
        self.notify(f"“{chosen.name}” is saved in {views_file()}", markup=False)

    @on(RunOpened)
    def _open(self, event: RunOpened) -> None:
        self.show_run(event.run, log=False)

    @on(TreePanel.Opened)
    def _open_row(self, event: TreePanel.Opened) -> None:
        run = event.row.run if event.row is not None else self.run
        self.show_run(run, log=False)

    @on(TreePanel.Pointed)
    def _point(self, event: TreePanel.Pointed) -> None:
        if not isinstance(event, TreePanel.Opened):
            self.show_output(event.row)

    @on(StatusBar.Pressed)
    async def _show_counted(self, event: StatusBar.Pressed) -> None:
        """Show the questions, or the runs that were counted."""
        if event.count.filter == ASKING:
            await self.app.run_action("questions", self)
        else:
            self.runs.show_view(event.count.filter)

    @on(PoolsPanel.Opened)
    def _open_worker(self, event: PoolsPanel.Opened) -> None:
        trail: list[tuple[PlaceKind, str]] = [] if event.pool == TARGETS else [("pool", event.pool)]
        if event.worker:
            trail.append(("target" if event.pool == TARGETS else "worker", event.worker))
        self._open_place(*trail)

    def action_places(self) -> None:
        """Show what the space has."""
        self._open_place(("space", ""))

    def _open_place(self, *trail: "tuple[PlaceKind, str]") -> None:
        from octotui.ui.screens.place_screen import PlaceScreen
        from octotui.views.pages.page import PagePlace

        self.app.push_screen(PlaceScreen(self.session, tuple(PagePlace(*each) for each in trail)))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to switch where only one space can be shown, and while one is being opened."""
        app: Any = self.app
        if action != "spaces":
            return super().why_not(action, parameters)
        if app.switch is None:
            return "only this space can be shown here"
        return f"{app.opening} is being opened" if app.opening else ""

    @work(exclusive=True, group=SWITCHING)
    async def action_spaces(self) -> None:
        """Switch to another space."""
        app: Any = self.app
        await app.switch_space()

    def action_dashboard(self) -> None:
        """Show what is deployed where."""
        from octotui.ui.screens.dashboard_screen import DashboardScreen

        self.app.push_screen(DashboardScreen(self.session))

    def action_questions(self) -> None:
        """Show all open questions."""
        from octotui.ui.screens.questions_screen import QuestionsScreen

        app: Any = self.app
        app.push_screen(QuestionsScreen(self.session, app.list_setting("questions")))
