"""A pager that goes to errors and warnings, to a line by its number, and to a time."""

import time
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from octotui.ui.key_actions import KeyAction
from octotui.ui.log.filtering import FilterPager
from octotui.ui.log.lines.error_lines import ErrorSearch
from octotui.ui.log.lines.job_lines import JobLines, LineSource
from octotui.ui.log.lines.log_places import NoPlace, line_of
from octotui.ui.log.lines.search import Search
from octotui.ui.log.pager import NOWHERE
from octotui.ui.log.prompt import SearchPrompt
from octotui.ui.log.searching import LEAPS
from octotui.ui.styled_text import zone_of

AT_ONCE = 0.05  # seconds in which an output is looked through before a thread goes on
NO_PROBLEM = "no error, warning or line of stderr is here; stderr is told apart by [engine] stderr"


class JumpPager(FilterPager):
    """Goes to where errors, warnings and lines of stderr begin, and to lines and times."""

    KEYS_TITLE = "In the output"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "e",
            "problem(1)",
            "next error",
            key_display="e E",
            title="Next error or warning in the output",
            tooltip="The next error, by what lines say, or warning, or line of stderr",
        ),
        KeyAction(
            "E",
            "problem(-1)",
            "previous error",
            show=False,
            title="Previous error or warning in the output",
            tooltip="The error, warning or line of stderr before",
        ),
        KeyAction(
            "number_sign",
            "place",
            "go to",
            show=False,
            title="Go to a line or time of the output",
            tooltip="A line such as 1200 or 50%, or a time such as 14:02",
        ),
    ]

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to go anywhere where there is no output."""
        if action in ("problem", "place") and not self._lines.count:
            return "there is no output"
        return super().why_not(action, parameters)

    def _forget(self, key: object, source: LineSource | None = None) -> None:
        super()._forget(key, source)
        self._errors: ErrorSearch | None = None
        self._steps = 0  # towards a problem that is gone to once all lines were looked at

    def show(
        self,
        path: Path | None,
        title: str = "",
        *,
        live: bool = True,
        end: int | None = None,
        has_failed: bool = False,
    ) -> None:
        """Show a log up to a byte, or none; one that goes on keeps the reader's position.

        The last line of a job that has failed is a problem.
        """
        lines = self._lines.source
        if path == self.key and isinstance(lines, JobLines) and not lines.reach(end):
            self.key = None
        self.show_lines(path, lambda: JobLines(path or NOWHERE, end), title, live=live)
        if isinstance(self._lines.source, JobLines):
            self._lines.source.has_failed = has_failed

    def forget_searches(self) -> None:
        """End the searches of the log that was shown."""
        super().forget_searches()
        self.workers.cancel_group(self, "errors")
        self._errors = None

    def action_problem(self, step: int) -> None:
        """Go to where the next errors, warnings or lines of stderr begin, or the ones before, or around."""
        errors = self._errors = self._errors or ErrorSearch(self._lines.source)
        if not errors.running and self._look_at_once(errors):
            self._go_to_problem(errors, step)
        else:
            self._steps = step
            self.notify("looking through the output for errors", markup=False)
            self.look_for(errors, "errors")

    def _look_at_once(self, errors: ErrorSearch) -> bool:
        """Look through what is new for a moment; return whether that was all."""
        until = time.monotonic() + AT_ONCE
        return all(time.monotonic() < until for _ in errors.run())

    def found_more(self, search: Search) -> None:
        """Go to the problem that was asked for, once all lines were looked at."""
        if search is not self._errors:
            super().found_more(search)
        elif self._steps and not search.running:
            step, self._steps = self._steps, 0
            self._go_to_problem(search, step)

    def _go_to_problem(self, errors: Search, step: int) -> None:
        """Go to the next problem, or around the end of the output to the first one."""
        source = self._lines.source
        line = self._problem(errors, self._lines.line(self.line), step)
        if line is None:
            line = self._problem(errors, -1 if step > 0 else source.count, step)
            if line is None:
                self.notify(NO_PROBLEM, markup=False)
                return
            self.notify("from the top again" if step > 0 else "from the end again", markup=False)
        self._point(self._lines.place(line), far=True)

    def _problem(self, errors: Search, line: int, step: int) -> int | None:
        """Return the next problem that is not left out; None where there is none."""
        for _ in range(LEAPS):
            beside = (self._lines.source.problem(line, step), errors.beside(line, step))
            found = [each for each in beside if each is not None]
            if not found:
                return None
            line = min(found) if step > 0 else max(found)
            if self._lines.holds(line):
                return line
        return None

    def action_place(self) -> None:
        """Ask for a line or a time."""
        asks = "go to: a line, such as 1200 or 50%, or a time, such as 14:02"
        self.app.push_screen(
            SearchPrompt("", self.region, asks), lambda text: self.go_to(text) if text else None
        )

    def go_to(self, text: str) -> None:
        """Go to a line or a time; where the line is left out, to the next."""
        try:
            line = line_of(text, self._lines.source, zone_of(self))
        except NoPlace as problem:
            self.notify(str(problem), severity="warning", markup=False)
            return
        if self._lines.count:
            self._point(min(self._lines.place(line), self._lines.count - 1), far=True)
