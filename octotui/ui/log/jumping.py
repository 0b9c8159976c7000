"""A pager that goes to errors and warnings, to a line by its number, and to a time."""

from typing import ClassVar

from textual.binding import BindingType

from octotui.ui.key_actions import KeyAction
from octotui.ui.log.filtering import FilterPager
from octotui.ui.log.lines.log_places import NoPlace, line_of
from octotui.ui.log.prompt import SearchPrompt
from octotui.ui.styled_text import zone_of


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
            tooltip="Where the next errors, warnings or lines of stderr begin",
        ),
        KeyAction(
            "E",
            "problem(-1)",
            "previous error",
            show=False,
            title="Previous error or warning in the output",
            tooltip="Where the ones before begin",
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

    def action_problem(self, step: int) -> None:
        """Go to where the next errors, warnings or lines of stderr begin, or the ones before."""
        line: int | None = self._lines.line(self.line)
        while line is not None:
            line = self._lines.source.problem(line, step)
            if line is not None and self._lines.holds(line):
                self._point(self._lines.place(line), far=True)
                return
        where = "after" if step > 0 else "before"
        self.notify(f"no error, warning or line of stderr {where} this line", markup=False)

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
