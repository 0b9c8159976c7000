"""A pager that shows all jobs of a run, merged by time or folded by step."""

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from octotui.ui.key_actions import KeyAction, key_of
from octotui.ui.log.exporting import ExportPager
from octotui.ui.log.lines.merged_lines import MergedLines
from octotui.ui.log.lines.step_lines import StepLines


class MergePager(ExportPager):
    """Asks for the logs of all jobs, and folds those of each step."""

    KEYS_TITLE = "In the output"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "M",
            "merge",
            "all jobs",
            show=False,
            title="All jobs in the output",
            tooltip="Of the run, merged by time with their names; again: the one job",
        ),
        KeyAction(
            "z",
            "fold",
            "fold",
            show=False,
            title="Fold the output by step",
            tooltip="All jobs of the run, one after the other; again: unfold or fold the one of this line",
        ),
    ]

    can_merge = False  # whether there is who answers `JobsWanted`

    class JobsWanted(Message, namespace="log_view"):
        """The logs of all jobs of the run are wanted, by step or merged; or that of the one job again."""

        def __init__(self, mode: str) -> None:
            super().__init__()
            self.mode = mode

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to merge where there is one job only, and to leave lines out of several."""
        if action in ("merge", "fold") and not self.can_merge:
            return "only the output of one job can be shown here"
        source = self._lines.source
        if action == "verbose" and isinstance(source, MergedLines | StepLines):
            merge = f"{key_of(MergePager, 'merge')}{' twice' if isinstance(source, StepLines) else ''}"
            return f"details are left out of the output of one job alone: {merge} shows it again"
        return super().why_not(action, parameters)

    def action_merge(self) -> None:
        """Merge the logs of all jobs, or show that of the one again."""
        self.post_message(self.JobsWanted("one" if isinstance(self._lines.source, MergedLines) else "time"))

    def action_fold(self) -> None:
        """Show all jobs by step; there, unfold or fold the job of the current line."""
        source = self._lines.source
        if not isinstance(source, StepLines):
            self.post_message(self.JobsWanted("step"))
        elif source.count:
            line = self._lines.line(self.line)
            self._begin_again()
            self.stand_at_heading(source.toggle(line))

    def stand_at_heading(self, number: int) -> None:
        """Show the lines anew, with a heading as the current line."""
        self._lines.forget()
        self._redraw()
        self._point(number)
        self._settle()

    def _begin_again(self) -> None:
        """Drop search and filter: lines have other numbers now."""
        self.forget_searches()
        self._lines.filter = self._search = None
        self._anchor = None

    def search(self, text: str) -> None:
        """Search all jobs, unfolded."""
        self._unfold(text)
        super().search(text)

    def filter(self, asked: str) -> None:
        """Filter all jobs, unfolded."""
        self._unfold(asked)
        super().filter(asked)

    def _unfold(self, text: str) -> None:
        source = self._lines.source
        if text and isinstance(source, StepLines):
            self._begin_again()
            source.unfold()
            self._lines.forget()
            self._top, self._pointed = (0, 0), None

    def action_rows(self, rows: int) -> None:
        """Move from heading to heading where the lines are folded."""
        if isinstance(self._lines.source, StepLines) and self._anchor is None and self._lines.count:
            self._point(max(0, min(self.line + rows, self._lines.count - 1)))
        else:
            super().action_rows(rows)
