"""The pane with the output of one job."""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from octotui.ui.log.view import LogView
from octotui.ui.widgets.pane_heading import PaneHeading
from octotui.views.tree.rows import TreeRow


class OutputPanel(Vertical):
    """The live output of a job."""

    HELP = "The output of the step under the tree's cursor, as it is written."
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self) -> None:
        super().__init__()
        self._title = "Output"
        self._place = ""
        self._suffix = ""  # position in the log
        self._attempt: tuple[str, str | None, int | None] | None = None  # the attempt last scrolled to

    def compose(self) -> ComposeResult:
        """Yield the heading and the log."""
        yield PaneHeading("Output")
        yield LogView()

    def show(self, row: TreeRow | None, path: Path | None, place: str = "") -> None:
        """Show the log of a row's job, which has this `place` among the steps."""
        job = row is not None and row.job is not None
        self._title = f"Output · {row.run} {row.text}" if row is not None and job else "Output"
        self._place = place
        self._say()
        live = row is not None and row.mark is not None and row.mark.sign in ("active", "ending", "waits")
        self.query_one(LogView).show(path, self._title, live=live)
        attempt = None if row is None else (row.run, row.job, row.attempt)
        if row is not None and row.attempt is not None and attempt != self._attempt:
            self.query_one(LogView).to_attempt(row.attempt)
        self._attempt = attempt

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
