"""What the board does to several runs at once: those that are marked."""

from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType
from textual.worker import Worker

from octotui.engine.state import State
from octotui.ui.key_actions import KeyAction, key_of
from octotui.ui.panels.runs.run_lines import RunLines
from octotui.ui.panels.runs_panel import RunsPanel
from octotui.ui.screens.actions.run_refusals import OF_A_RUN, RunLookedAt, run_refusal
from octotui.ui.screens.machine_checks import MachineChecksScreen
from octotui.ui.screens.merged_output import MergedOutputScreen
from octotui.ui.send_command import look_up

if TYPE_CHECKING:
    from octotui.views.bulk.plan import BulkAction

MARKABLE = ("cancel", "again", "take")


class BoardActions(MergedOutputScreen, MachineChecksScreen):
    """Keys that go for the marked runs where there are any, and those that lead to the next run of a kind."""

    KEYS_TITLE = "On the board"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "p",
            "answer_marked('proceed')",
            "proceed",
            title="Proceed with the marked runs",
            tooltip="Take and answer what the marked runs ask, after a confirmation",
        ),
        KeyAction(
            "x",
            "answer_marked('abort')",
            "abort",
            title="Abort what the marked runs ask",
            tooltip="Take and abort what the marked runs ask, after a confirmation",
        ),
        KeyAction(
            "A",
            "next('asks')",
            "next question",
            show=False,
            title="Next question",
            tooltip="The next run of the list that asks; after the last comes the first",
        ),
        KeyAction(
            "E",
            "next('bad')",
            "next failure",
            show=False,
            title="Next failure",
            tooltip="The next run of the list that failed or timed out; after the last comes the first",
        ),
    ]

    @property
    def runs(self) -> RunsPanel:
        """The pane of runs."""
        return self.query_one(RunsPanel)

    @property
    def marked(self) -> tuple[str, ...]:
        """The marked runs, in the order they were asked for."""
        lines = self.query_one_optional(RunLines)
        marked = lines.marked if lines is not None else ()
        return tuple(sorted(marked, key=lambda name: int(name.rpartition("-")[2])))

    def compared_runs(self) -> tuple[str, ...]:
        """Return the two marked runs, or the selected one where none is marked."""
        return self.marked or super().compared_runs()

    def mode(self) -> Collection[str]:
        """With marks, what is done to them."""
        return ("answer_marked", "cancel") if self.marked else super().mode()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Offer for marked runs what makes no sense for the one looked at: a dialog says what works."""
        if action in MARKABLE and self.marked:
            return ""
        if action == "differences" and self.marked:
            return "" if len(self.marked) == 2 else "mark two runs to compare them, or none"
        if action == "answer_marked":
            return "" if self.marked else f"no run is marked: {key_of(RunLines, 'mark')} marks one"
        return super().why_not(action, parameters)

    def action_cancel(self) -> Worker[None]:
        """Cancel the marked runs, or the one looked at."""
        return self.do_to_marked("cancel") if self.marked else super().action_cancel()

    def action_again(self) -> Worker[None]:
        """Run the marked runs again, or the one looked at."""
        return self.do_to_marked("again") if self.marked else super().action_again()

    async def action_take(self) -> None:
        """Take what the marked runs ask, or the question to answer next."""
        if self.marked:
            self.do_to_marked("take")
        else:
            await super().action_take()

    def action_answer_marked(self, answer: "BulkAction") -> None:
        """Answer what the marked runs ask."""
        self.do_to_marked(answer)

    @work
    async def do_to_marked(self, action: "BulkAction") -> None:
        """Show what it is done to, and do it; runs for which it worked, or that have ended, are unmarked."""
        from octotui.ui.dialogs.bulk_dialog import BulkDialog
        from octotui.views.bulk.plan import plan

        families = await self._families() if action == "again" else {}
        if families is None:
            return
        refusals = {}
        for name in self.marked if action in OF_A_RUN else ():
            picture = families.get(name, self.state)
            row = self.runs.row_of(name)
            process = row.process if row is not None else ""
            refusals[name] = run_refusal(action, RunLookedAt(name, process, self.state, picture))
        user, ended = self.session.user, self.runs.ended
        items = plan(action, self.marked, self.state, families, user, self.now, refusals, ended)
        done = await self.app.push_screen_wait(BulkDialog(self.session, action, items))
        if done is not None and done.runs:
            lines = self.runs.lines
            still = (name for name in lines.marked - done.runs if action == "again" or self._is_open(name))
            lines.mark(frozenset(still))

    def _is_open(self, name: str) -> bool:
        run = self.state.runs.get(name)
        return run is not None and not run.ended

    async def _families(self) -> dict[str, State] | None:
        """Replay the families of marked runs that have left the State, by run.

        None where one cannot be looked up, which a toast says.
        """
        rows = {name: self.runs.row_of(name) for name in self.marked if name not in self.state.runs}
        roots = {name: row.root if row is not None else name for name, row in rows.items()}
        states = {}
        for root in dict.fromkeys(roots.values()):
            family = await look_up(self, self.session.family(root))
            if family is None:
                return None
            states[root] = family
        return {name: states[root] for name, root in roots.items()}

    def action_next(self, sign: str) -> None:
        """Put the cursor on the next run that asks, or that failed; say so where there is none."""
        kind = {"asks": "question", "bad": "failure"}[sign]
        before, found = self.runs.lines.key, self.runs.go_to_next(sign)
        self.runs.lines.focus()
        if found is None or found == before:
            self._say(f"there is no {'other ' if found else ''}{kind} in the list")

    def _say(self, sentence: str) -> None:
        self.app.say(sentence)  # type: ignore[attr-defined]
