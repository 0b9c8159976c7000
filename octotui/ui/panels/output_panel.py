"""The pane with the output of one job, or of all jobs of a run."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from octotui.ui.log.lines.merged_lines import MergedLines, NamedLog
from octotui.ui.log.lines.step_lines import StepLines
from octotui.ui.log.view import LogView
from octotui.ui.widgets.pane_heading import PaneHeading
from octotui.views.tree.rows import TreeRow

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess


class LinePlace(NamedTuple):
    """A line of a job's output, from 0, and what is searched for there."""

    line: int
    pattern: str


class OutputPanel(Vertical):
    """The live output of a job, or of all."""

    HELP = """The output of the step under the tree's cursor, as it is written, or that of all jobs of the
run, merged by time or folded by step."""
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self) -> None:
        super().__init__()
        self._title = "Output"
        self._place = ""
        self.mode = "one"  # job; or all jobs, by "time" or by "step"
        self._one: tuple[TreeRow | None, Path | None, str, int | None] = None, None, "", None
        self._jobs: MergedLines | None = None
        self._merges = 0  # how often jobs were put together
        self._suffix = ""  # position in the log
        self._attempt: tuple[str, str | None, int | None] | None = None  # the attempt last scrolled to

    def compose(self) -> ComposeResult:
        """Yield the heading and the log."""
        yield PaneHeading("Output")
        view = LogView()
        view.can_merge = True
        yield view

    def show_row(self, session: "SpaceAccess", row: TreeRow | None, place: str = "") -> None:
        """Show the output of a row's job, up to the moment that is shown."""
        if row is None or row.job is None:
            self.show(row, None, place)
        else:
            self.show(row, session.log_path(row.run, row.job), place, session.log_end(row.run, row.job))

    def show(self, row: TreeRow | None, path: Path | None, place: str = "", end: int | None = None) -> None:
        """Show the log of a row's job, which has this `place` among the steps, unless all jobs are shown."""
        self._one = row, path, place, end
        if self.mode != "one":
            return
        job = row is not None and row.job is not None
        self._title = f"Output · {row.run} {row.text}" if row is not None and job else "Output"
        self._place = place
        self._say()
        live = row is not None and row.mark is not None and row.mark.sign in ("active", "ending", "waits")
        failed = _has_failed(row)
        self.query_one(LogView).show(path, self._title, live=live, end=end, has_failed=failed)
        attempt = None if row is None else (row.run, row.job, row.attempt)
        if row is not None and row.attempt is not None and attempt != self._attempt:
            self.query_one(LogView).to_attempt(row.attempt)
        self._attempt = attempt

    def go_to(self, place: LinePlace) -> None:
        """Go to a line, and search on from there."""
        view = self.query_one(LogView)
        view.go_to(str(place.line + 1))
        view.search(place.pattern)

    def show_one(self) -> None:
        """Show the log of one job again."""
        if self.mode != "one":
            self.mode, self._jobs = "one", None
            self.show(*self._one)

    async def show_jobs(self, run: str, mode: str, logs: Sequence[NamedLog]) -> None:
        """Show all jobs of a run, merged by `time` or folded by `step`; add those that are not shown yet.

        A thread reads the logs. Where they do not go on with what is shown, as a replay has gone back, they
        are put together anew.
        """
        jobs = self._jobs if self.mode == mode else None
        is_folded = mode == "step"
        if jobs is None or not jobs.goes_on_with(logs):
            jobs = await asyncio.to_thread(MergedLines, logs)
            self._merges += 1
        elif not is_folded:
            jobs.add(logs, await asyncio.to_thread(jobs.read, logs))
        self.mode, self._place, self._jobs = mode, "", jobs
        self._title = f"Output · {run} all jobs{' by step' if is_folded else ''}"
        self._say()
        live = not is_folded and any(log.is_live for log in logs)
        self.query_one(LogView).show_lines(
            (run, mode, self._merges),
            lambda: StepLines(jobs) if is_folded else jobs,
            self._title,
            live=live,
        )

    def on_mount(self) -> None:
        """Poll the log at the rate of frames."""
        self.set_interval(1 / 10, self.query_one(LogView).tick)

    @on(LogView.Changed)
    def _follow(self, event: LogView.Changed) -> None:
        """Show the position in the log."""
        event.stop()
        self._suffix = event.title_suffix
        self._say()

    def _say(self) -> None:
        facts = " · ".join(filter(None, (self._place, self._suffix)))
        self.query_one(PaneHeading).say(self._title, ((facts, "muted"),) if facts else ())


def _has_failed(row: TreeRow | None) -> bool:
    """Return whether a row is of a job that has failed: of its attempts, others may have followed."""
    return row is not None and row.attempt is None and row.mark is not None and row.mark.sign == "bad"
