"""The screen of one run: its allocation tree, and the output of the step under the cursor."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from octotui.model.space import Model
from octotui.ui.key_actions import KeyAction, key_of
from octotui.ui.log.view import LogView
from octotui.ui.panels.output_panel import LinePlace, OutputPanel
from octotui.ui.panels.question_bar import QuestionBar
from octotui.ui.panels.status_bar import StatusBar
from octotui.ui.panels.tree_panel import TreePanel
from octotui.ui.screens.actions.run_actions import RunActionsScreen
from octotui.ui.screens.merged_output import MergedOutputScreen
from octotui.ui.screens.pane_screen import PaneDivision, PaneScreen
from octotui.ui.screens.time_actions import TimeActionsScreen
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.views.model_parts.parts import ModelPart

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess


class RunScreen(PaneScreen, MergedOutputScreen, TimeActionsScreen):
    """The tree above, the live output below; `l` gives the output the whole screen."""

    CSS_PATH = "run_screen.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-tall")]  # noqa: RUF012
    KEYS_TITLE = "On a run"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "J",
            "step(1)",
            "step",
            key_display="J K",
            id="run.next_step",
            title="Next step",
            tooltip="The output of the next one; after the last comes the first",
        ),
        KeyAction(
            "K",
            "step(-1)",
            "step",
            show=False,
            id="run.previous_step",
            title="Previous step",
            tooltip="The output of the one before",
        ),
        KeyAction("escape,backspace", "back", "back", lasting=True, tooltip="To the tree, then to the board"),
    ]

    SIZES = ("-low", "-tall")

    def __init__(
        self,
        session: "SpaceAccess",
        run: str | None,
        *,
        log: bool = False,
        job: str | None = None,
        place: LinePlace | None = None,
    ) -> None:
        """Create it for a run, at one of its jobs or at what matters; with `log`, the output alone.

        `place` is a line of the job's output to begin at.
        """
        super().__init__(session, run)
        self._log = log
        self._job = job
        self._line_place = place

    def compose(self) -> ComposeResult:
        """Yield the tree and the output."""
        yield StatusBar().data_bind(RunActionsScreen.state, RunActionsScreen.now)
        yield TreePanel(self._job).data_bind(
            RunActionsScreen.picture, RunActionsScreen.run, RunActionsScreen.now
        )
        yield OutputPanel()
        bar = QuestionBar(self.session.user)
        yield bar.data_bind(RunActionsScreen.state, RunActionsScreen.now, RunActionsScreen.run)
        yield KeyBar()

    def divisions(self) -> Sequence[PaneDivision]:
        """Return that of tree and output."""
        return (PaneDivision("run", self.query_one(TreePanel), self.query_one(OutputPanel)),)

    def on_mount(self) -> None:
        """Show the output alone if requested."""
        self.set_class(self._log, "-log")

    @on(TreePanel.Pointed)
    def _point(self, event: TreePanel.Pointed) -> None:
        before = f"{key_of(RunScreen, 'step(-1)')}: the step before"
        self.query_one(LogView).elsewhere = before if len(self.query_one(TreePanel).steps) > 1 else ""
        self.show_output(event.row, event.place)
        if self._line_place is not None and event.row is not None and event.row.job == self._job:
            self.call_after_refresh(self.query_one(OutputPanel).go_to, self._line_place)
            self._line_place = None
        self.refresh_bindings()

    @on(TreePanel.Opened)
    def _open(self, event: TreePanel.Opened) -> None:
        if event.row is not None and event.row.run != self.run:
            self.show_run(event.row.run, log=False)
        else:
            self.action_log()

    def pointed_part(self, model: Model) -> ModelPart | None:
        """Return the part of the step whose output is read."""
        return self.query_one(TreePanel).pointed_part(model) or super().pointed_part(model)

    def pointed_worker(self) -> str | None:
        """Return the worker under the tree's cursor, if its row is about one."""
        row = self.query_one(TreePanel).row
        return row.worker if row is not None and row.kind == "worker" else None

    def mode(self) -> Collection[str]:
        """Where the output is alone, what leads to that of other steps."""
        return (*super().mode(), *(("step",) if self.has_class("-log") else ()))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to go to another step where there is none."""
        if action == "step" and self.is_mounted and len(self.query_one(TreePanel).steps) < 2:
            return f"no other step of {self.run} has begun"
        return super().why_not(action, parameters)

    def action_step(self, step: int) -> None:
        """Go to the output of the next step, or of the one before."""
        self.query_one(TreePanel).go_to_step(step)

    def action_log(self) -> None:
        """Give the output the whole screen, or the half again, with the focus on the tree."""
        self.toggle_class("-log")
        self.refresh_bindings()
        if not self.has_class("-log"):
            self.call_after_refresh(self.query_one(LineList).focus)

    def action_back(self) -> None:
        """Go back to the tree, then to the board."""
        if self.has_class("-log") and not self._log:
            self.action_log()
        else:
            self.dismiss()
