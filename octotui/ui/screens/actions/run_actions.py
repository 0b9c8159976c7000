"""The base of screens about one run, which follow the app's state, and load runs that have left it."""

from collections.abc import Collection, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import replace
from textual import work
from textual.binding import BindingType
from textual.reactive import reactive
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widget import Widget

from octotui.engine.commands import CancelRun, MoveToTop, StartRun
from octotui.engine.events import RunQueued
from octotui.engine.queries.query import Query, Term
from octotui.engine.state import State
from octotui.store.journal.run_records import run_number
from octotui.ui.compositor import LineCompositor
from octotui.ui.key_actions import KeyAction, working_keys
from octotui.ui.screens.actions.model_parts import ModelPartsScreen
from octotui.ui.screens.actions.run_refusals import OF_A_RUN, RunLookedAt, run_refusal
from octotui.ui.send_command import look_up, send
from octotui.ui.styled_text import zone_of
from octotui.ui.widgets.key_bar import KeyBar
from octotui.views import questions
from octotui.views.labels import listed
from octotui.views.questions import QuestionRow
from octotui.views.runs import EndedRun, described
from octotui.views.waits import asks

if TYPE_CHECKING:
    from octotui.engine.rules.start_prompts import RequiredPrompt
    from octotui.runtime.space_access import SpaceAccess

PAINT = 1 / 240  # seconds from one paint of the screen to the next
OFFERED = (*OF_A_RUN, "answer", "take", "schedules")


class RunActionsScreen(ModelPartsScreen):
    """The shared part of board and run screen: the selected run, its picture, and its actions."""

    KEYS_TITLE = "On the board and on a run"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "s", "start", "start", title="Start a run", tooltip="Choose a runbook, an environment, a tenant"
        ),
        KeyAction(
            "a",
            "answer",
            "answer",
            title="Answer a question",
            tooltip="Open the question to answer next",
        ),
        KeyAction(
            "t",
            "take",
            "take",
            title="Take a question",
            tooltip="Open the question to answer next, and take it",
        ),
        KeyAction("w", "why", "why", title="Why?", tooltip="Why the selected run or worker is in its state"),
        KeyAction("l", "log", "log", title="Output", tooltip="The output of the selected run"),
        KeyAction("f", "files", "files", title="Files", tooltip="The artifacts of the selected run"),
        KeyAction(
            "v",
            "variables",
            "variables",
            show=False,
            title="Variables",
            tooltip="The variables of the selected run, and why each value won",
        ),
        KeyAction(
            "c",
            "cancel",
            "cancel",
            title="Cancel the run",
            tooltip="Cancel the selected run, after a confirmation",
        ),
        KeyAction(
            "u",
            "schedules",
            "schedules",
            show=False,
            title="Schedules",
            tooltip="The schedules, and when each starts its next run",
        ),
        KeyAction(
            "T",
            "top",
            "move to top",
            show=False,
            title="Move to top",
            tooltip="Move the selected run to the top of the queue",
        ),
        KeyAction(
            "R",
            "again",
            "run again",
            show=False,
            title="Run again",
            tooltip="Start the same runbook for the same environment and tenant, after a confirmation",
        ),
        KeyAction("tab", "app.focus_next", "next pane", show=False),
        KeyAction("shift+tab", "app.focus_previous", "previous pane", show=False),
        KeyAction(
            "question_mark",
            "help",
            "help",
            lasting=True,
            title="Help",
            tooltip="About this pane, and its keys",
        ),
    ]

    state: reactive[State] = reactive(State(), repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    past: reactive[Sequence[EndedRun]] = reactive(tuple, repaint=False)
    run: reactive[str | None] = reactive(None, repaint=False)
    process: reactive[str | None] = reactive(None, repaint=False)
    picture: reactive[State] = reactive(State(), repaint=False)

    def __init__(self, session: "SpaceAccess", run: str | None = None) -> None:
        super().__init__()
        self._compositor = LineCompositor()
        self.session = session
        self.set_reactive(RunActionsScreen.run, run)
        self._ended: dict[str, State] = {}
        self._older: dict[str, EndedRun] = {}  # runs that were looked up, since they are not among the newest
        self._sought: str | None = None
        self._missed = ""  # what was looked up without an answer, as a toast says once
        self._offered: list[object] = []
        self._painting: Timer | None = None

    @property
    def _update_timer(self) -> Timer:
        """Textual's timer of paints, sooner after the last one: a key waits for it, too."""
        if self._painting is None:
            self._painting = self.set_interval(PAINT, self._on_timer_update, name="screen_update", pause=True)
        return self._painting

    def on_mount(self) -> None:
        """Follow the app."""
        app: Any = self.app
        if (bar := app.bar()) is not None:
            self.mount(bar, before=self.query_one(KeyBar))
        self.screen_layout_refresh_signal.subscribe(self, self._keep_focus)
        self.watch(self.app, "state", self._follow)
        self.watch(self.app, "now", self._follow)

    def _keep_focus(self, screen: Screen[Any]) -> None:
        """Focus the first visible pane where the focused one is hidden in this layout."""
        shown = self.focus_chain
        if self.app.app_focus and shown and self.focused not in shown:
            self.set_focus(shown[0])

    def on_screen_resume(self) -> None:
        """Catch up after the screen was covered."""
        self._follow()

    def _follow(self) -> None:
        """Take the app's state while the screen is visible."""
        if self._is_seen():
            app: Any = self.app
            self.past, self.now, self.state = app.past, app.now, app.state
            self._look()

    def _is_seen(self) -> bool:
        """Return whether only dialogs cover this screen."""
        before = takewhile(lambda screen: screen is not self, reversed(self.app.screen_stack))
        return all(isinstance(screen, ModalScreen) for screen in before)

    def watch_run(self) -> None:
        """Show another run."""
        self._look()

    def _look(self) -> None:
        """Take the picture from the state, or from the journal for a run that has left it."""
        run = self.state.runs.get(self.run or "")
        record = next((each for each in self.past if each.id == self.run), self._older.get(self.run or ""))
        if run is not None:
            self.picture = self.state
            self.process = run.request.process
        elif record is not None:
            self.process = record.process
            if record.root in self._ended:
                self.picture = self._ended[record.root]
            else:
                self._fetch(record.root)
        elif self.state.keep_ended:
            self.picture = self.state  # a replay of a time when the run was not there yet
        elif self.run is not None and self.run != self._sought:
            self._sought = self.run
            self._find(self.run)
        offered: list[object] = [self.mode(), *(self.check_action(action, ()) for action in OFFERED)]
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    @work(exclusive=True, group="family")
    async def _fetch(self, root: str) -> None:
        """Replay an ended family; the old picture stays meanwhile."""
        ended = await look_up(self, self.session.family(root), quiet=self._missed == root)
        self._missed = "" if ended is not None else root
        if ended is None:
            return  # looked up again with the next tick
        self._ended[root] = ended
        while len(self._ended) > 20:
            self._ended.pop(next(iter(self._ended)))
        self._look()

    @work(exclusive=True, group="older")
    async def _find(self, run: str) -> None:
        """Look up a run that is not among the newest, and look at it."""
        query = Query((Term("word", (run,)),))
        asked = self.session.history(query, run_number(run) + 1, 1)
        records = await look_up(self, asked, quiet=self._missed == run)
        self._missed = "" if records is not None else run
        if records is None:
            self._sought = None  # looked up again with the next tick
        elif records and records[0].id == run:
            self._older = {run: records[0]}
            self._look()
        else:
            self.notify(f"{run} is not kept any more", severity="warning", markup=False)

    def mode(self) -> Collection[str]:
        """Where the selected run asks, what leads to its question."""
        run = self.state.runs.get(self.run or "")
        return ("answer", "take") if run is not None and asks(self.state, run) else ()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Return why an action is refused for the selected run or worker."""
        if action == "why" and self.focused is not None and self.pointed_worker() is not None:
            return ""
        at = RunLookedAt(self.run or "", self.process or "", self.state, self.picture)
        return run_refusal(action, at, self.asked if action == "take" else None)

    async def _start(self, command: StartRun) -> None:
        """Ask for the values of a run, and start it."""
        from octotui.engine.decide.start_run import requested_prompts

        asked = requested_prompts(self.state, command)
        if asked:
            values = await self._ask(command, asked)
            if values is None:
                return
            command = replace(command, variables=command.variables | values)
        for event in await send(self, self.session, command):
            if isinstance(event, RunQueued) and event.parent is None:
                self.started(event.run)

    async def _ask(self, command: StartRun, asked: "tuple[RequiredPrompt, ...]") -> dict[str, str] | None:
        """Ask for values; return None where the user goes back."""
        from octotui.engine.rules.start_prompts import problems_with, sort_out
        from octotui.ui.dialogs.prompt_dialog import PromptDialog

        model = self.state.model
        process = model.process(command.process)
        dialog = PromptDialog(
            f"Start {process.name if process else command.process} with which values?",
            asked,
            command.variables,
            lambda values: problems_with(asked, sort_out(model, command.process, values)),
        )
        return await self.app.push_screen_wait(dialog)

    def started(self, run: str) -> None:
        """Select a run that was started here."""
        self.run = run

    @work
    async def action_again(self) -> None:
        """Ask for a confirmation, and start the same process in the same place."""
        from octotui.engine.decide.start_run import again
        from octotui.ui.dialogs.confirm import Confirm

        run = self.picture.runs.get(self.run or "")
        if run is None:
            return
        row = f"{run.title}{f' in {run.request.environment}' if run.request.environment else ''}"
        rerun = again(self.state, run, self.session.user)
        told = [f"Left out, since not asked for any more: {listed(rerun.dropped)}."] if rerun.dropped else []
        told += [f"Sensitive, so not kept; give again: {listed(rerun.unkept)}."] if rerun.unkept else []
        sure = Confirm(f"Run {row} again?", " ".join(told), yes="run it", no="back")
        if await self.app.push_screen_wait(sure):
            await self._start(rerun.command)

    @work
    async def action_cancel(self) -> None:
        """Ask for a confirmation, and cancel the run."""
        from octotui.ui.dialogs.confirm import Confirm

        run = self.state.runs.get(self.run or "")
        if run is None:
            return
        sentence = "Its running scripts are ended (TERM, a grace period, KILL), and no further step starts."
        sure = Confirm(f"Cancel {described(self.state, run)}?", sentence, yes="cancel it", no="keep it")
        if await self.app.push_screen_wait(sure):
            await send(self, self.session, CancelRun(run=run.id, by=self.session.user))

    def action_schedules(self) -> None:
        """Show the schedules."""
        from octotui.ui.dialogs.why_dialog import SchedulesDialog
        from octotui.views import schedules

        parts = lambda: schedules.schedule_lines(self.state, self.now, zone=zone_of(self))  # noqa: E731
        self.app.push_screen(SchedulesDialog(self.state.model.space.name, parts))

    async def action_top(self) -> None:
        """Move the queued run to the top of the queue."""
        if self.run is not None:
            await send(self, self.session, MoveToTop(run=self.run, by=self.session.user))

    async def action_answer(self) -> None:
        """Open the question to answer next."""
        await self._open_question(take=False)

    async def action_take(self) -> None:
        """Take the question to answer next, and open it."""
        await self._open_question(take=True)

    @property
    def asked(self) -> QuestionRow | None:
        """The question to answer next."""
        return questions.first(self.state, self.session.user, self.now, self.run)

    async def _open_question(self, *, take: bool) -> None:
        """Open the question; keys pressed meanwhile wait for it."""
        from octotui.ui.dialogs.question_dialog import QuestionDialog

        row = self.asked
        if row is not None:
            await self.app.push_screen(QuestionDialog(self.session, row, take=take and not row.mine))

    def action_files(self) -> None:
        """Show the artifacts of the run."""
        from octotui.ui.dialogs.files_dialog import FilesDialog

        app: Any = self.app
        if run := self.run:
            dialog = FilesDialog(run, lambda: self.picture, self.session.artifact_path)
            app.push_screen(dialog, lambda job: app.open_output(self.session, job))

    def action_variables(self) -> None:
        """Show the variables of the run, with reasons."""
        from octotui.ui.dialogs.variables_dialog import VariablesDialog
        from octotui.views.variables import of_run

        app: Any = self.app
        if rows := of_run(self.picture, self.run or ""):
            dialog = VariablesDialog(self.run or "", rows, self.process or "")
            app.push_screen(dialog, lambda job: app.open_output(self.session, job))

    def action_why(self) -> None:
        """Explain the selected worker or run."""
        from octotui.ui.dialogs.why_dialog import WhyDialog
        from octotui.views import why

        worker, run, zone = self.pointed_worker(), self.run, zone_of(self)
        if worker is not None:
            self.app.push_screen(WhyDialog(worker, lambda: why.of_worker(self.state, worker, self.now, zone)))
        elif run is not None:
            self.app.push_screen(WhyDialog(run, lambda: why.of_run(self.picture, run, self.now, zone)))

    def pointed_worker(self) -> str | None:
        """Return the worker that `w` explains, where the focus is on one."""
        return None

    def action_help(self) -> None:
        """Show the help of the focused pane, and its keys."""
        from octotui.ui.dialogs.help_dialog import HelpDialog

        self.app.push_screen(HelpDialog(_help_of(self.focused), working_keys(self)))


def _help_of(widget: Widget | None) -> str:
    """Return the help text of a widget's pane."""
    for node in widget.ancestors_with_self if widget is not None else ():
        text = getattr(node, "HELP", None)
        if isinstance(text, str) and "HELP" in vars(type(node)):
            return text
    return ""
