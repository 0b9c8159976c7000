"""Gives the output pane the logs of all jobs of a run, when they are asked for and when more jobs begin."""

from typing import TYPE_CHECKING

from textual import on, work

from octotui.ui.log.lines.merged_lines import NamedLog
from octotui.ui.log.view import LogView
from octotui.ui.panels.output_panel import OutputPanel
from octotui.ui.screens.time_actions import TimeActionsScreen
from octotui.ui.send_command import look_up
from octotui.views.logs.job_logs import JobLog, of_family

if TYPE_CHECKING:
    from octotui.engine.state import State
    from octotui.runtime.space_access import SpaceAccess


class MergedOutputScreen(TimeActionsScreen):
    """A screen with the output of the selected run: that of one job, or of all."""

    def __init__(self, session: "SpaceAccess", run: str | None = None) -> None:
        super().__init__(session, run)
        self._given: tuple[JobLog, ...] = ()

    @on(LogView.JobsWanted)
    def _give(self, event: LogView.JobsWanted) -> None:
        event.stop()
        panel = self.query_one(OutputPanel)
        if event.mode == "one" or self.run is None:
            panel.show_one()
        else:
            self._give_logs(event.mode, of_family(self.picture, self.run))

    def watch_picture(self, old: "State", new: "State") -> None:
        """Add the logs of jobs that have begun since."""
        if old is new or self.run is None:
            return
        for panel in self.query(OutputPanel):
            if panel.mode == "time" and (logs := of_family(new, self.run)) != self._given:
                self._give_logs("time", logs)

    def watch_run(self) -> None:
        """Show the output of one job of another run."""
        super().watch_run()
        for panel in self.query(OutputPanel):
            panel.show_one()

    @work(exclusive=True, group="logs")
    async def _give_logs(self, mode: str, logs: tuple[JobLog, ...]) -> None:
        """Find the files of logs, or copy them here where those of the space are not readable."""
        run, self._given = self.run or "", logs
        named = []
        for each in logs:
            path = await look_up(self, self.session.whole_log(each.run, each.job))
            if path is None:
                return
            named.append(NamedLog(each.name, path, each.is_live))
        if run == self.run:
            await self.query_one(OutputPanel).show_jobs(run, mode, named)
