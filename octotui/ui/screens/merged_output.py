"""Gives the output pane the logs of all jobs of a run, when they are asked for and when more jobs begin."""

from typing import TYPE_CHECKING

from textual import on, work

from octotui.ui.log.lines.merged_lines import NamedLog
from octotui.ui.log.view import LogView
from octotui.ui.panels.output_panel import OutputPanel
from octotui.ui.screens.actions.run_actions import RunActionsScreen
from octotui.ui.send_command import look_up
from octotui.views.logs.job_logs import JobLog, of_family

if TYPE_CHECKING:
    from octotui.engine.state import State
    from octotui.runtime.space_access import SpaceAccess
    from octotui.views.tree.rows import TreeRow

LOGS = "logs"  # the group of workers that find them


class MergedOutputScreen(RunActionsScreen):
    """A screen with the output of the selected run: that of one job, or of all."""

    def __init__(self, session: "SpaceAccess", run: str | None = None) -> None:
        super().__init__(session, run)
        self._given: tuple[tuple[JobLog, int | None], ...] = ()
        self._is_away = False  # a log was not found, as a toast has said

    @on(LogView.JobsWanted)
    def _give(self, event: LogView.JobsWanted) -> None:
        event.stop()
        if event.mode == "one" or self.run is None:
            self._give_one()
        else:
            self._give_logs(event.mode, self._logs(self.run))

    def _give_one(self) -> None:
        """Show the output of one job, also where that of all is on its way."""
        self.workers.cancel_group(self, LOGS)
        self._given = ()
        for panel in self.query(OutputPanel):
            panel.show_one()

    def _logs(self, run: str) -> tuple[tuple[JobLog, int | None], ...]:
        """Return the logs of a run and what it started, and how much of each belongs to the moment shown."""
        return tuple((log, self.session.log_end(log.run, log.job)) for log in of_family(self.picture, run))

    def watch_picture(self, old: "State", new: "State") -> None:
        """Add the logs of jobs that have begun since."""
        if old is not new:
            self.follow_logs()

    def follow_logs(self) -> None:
        """Show all jobs as they are at the moment that is shown, where they are shown."""
        for panel in self.query(OutputPanel):
            if panel.mode != "one" and self.run is not None and (logs := self._logs(self.run)) != self._given:
                self._give_logs(panel.mode, logs)

    def show_output(self, row: "TreeRow | None", place: str = "") -> None:
        """Show the output of a row of the tree, or of all jobs at the moment that is shown."""
        self.query_one(OutputPanel).show_row(self.session, row, place)
        self.follow_logs()

    def watch_run(self) -> None:
        """Show the output of one job of another run."""
        super().watch_run()
        self._give_one()

    @work(exclusive=True, group=LOGS)
    async def _give_logs(self, mode: str, logs: tuple[tuple[JobLog, int | None], ...]) -> None:
        """Find the files of logs, or copy them here where those of the space are not readable."""
        run, self._given = self.run or "", logs
        named = []
        for each, end in logs:
            asked = self.session.whole_log(each.run, each.job)
            path = await look_up(self, asked, quiet=self._is_away)
            self._is_away = path is None
            if path is None:
                self._given = ()  # looked up again with the next change
                return
            named.append(NamedLog(each.name, path, each.is_live, each.has_failed, end))
        if run == self.run:
            await self.query_one(OutputPanel).show_jobs(run, mode, named)
