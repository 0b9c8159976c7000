"""The screen of one run: its allocation tree, and the output of the step under the cursor."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from octotui.ui.key_actions import KeyAction
from octotui.ui.panels.output_panel import OutputPanel
from octotui.ui.panels.question_bar import QuestionBar
from octotui.ui.panels.status_bar import StatusBar
from octotui.ui.panels.tree_panel import TreePanel
from octotui.ui.screens.run_actions import RunActionsScreen
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess


class RunScreen(RunActionsScreen):
    """The tree above, the live output below; `l` gives the output the whole screen."""

    CSS_PATH = "run_screen.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-tall")]  # noqa: RUF012
    KEYS_TITLE = "On a run"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("escape,backspace", "back", "back", lasting=True, tooltip="To the tree, then to the board")
    ]

    def __init__(self, session: "SpaceAccess", run: str | None, *, log: bool = False) -> None:
        super().__init__(session, run)
        self._log = log

    def compose(self) -> ComposeResult:
        """Yield the tree and the output."""
        yield StatusBar().data_bind(RunActionsScreen.state, RunActionsScreen.now)
        yield TreePanel().data_bind(RunActionsScreen.picture, RunActionsScreen.run, RunActionsScreen.now)
        yield OutputPanel()
        bar = QuestionBar(self.session.user)
        yield bar.data_bind(RunActionsScreen.state, RunActionsScreen.now, RunActionsScreen.run)
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the output alone if requested."""
        self.set_class(self._log, "-log")

    @on(TreePanel.Pointed)
    def _point(self, event: TreePanel.Pointed) -> None:
        row = event.row
        path = self.session.log_path(row.run, row.job) if row is not None and row.job else None
        self.query_one(OutputPanel).show(row, path)

    @on(TreePanel.Opened)
    def _open(self, event: TreePanel.Opened) -> None:
        if event.row is not None and event.row.run != self.run:
            self.app.push_screen(RunScreen(self.session, event.row.run))
        else:
            self.action_log()

    def pointed_worker(self) -> str | None:
        """Return the worker under the tree's cursor, if its row is about one."""
        row = self.query_one(TreePanel).row
        return row.worker if row is not None and row.kind == "worker" else None

    def action_log(self) -> None:
        """Give the output the whole screen, or the half again, with the focus on the tree."""
        self.toggle_class("-log")
        if not self.has_class("-log"):
            self.call_after_refresh(self.query_one(LineList).focus)

    def action_back(self) -> None:
        """Go back to the tree, then to the board."""
        if self.has_class("-log") and not self._log:
            self.action_log()
        else:
            self.dismiss()
