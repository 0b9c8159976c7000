"""How much work filling in may be: one budget for all the texts of a job, so that none holds anything up.

Work is counted, not timed, so that the same texts always end in the same way; a unit is about 5 ns. Patterns
cannot be counted, and are timed one by one.
"""

from collections.abc import Callable

from octotui.variables.syntax.nodes import TooMuch

JOB_WORK = 1 << 28  # a second or two, away from where others wait
TEXT_WORK = 1 << 23  # some 40 ms, for a text that the engine or the app fills in while others wait
ADVANCE_WORK = 8 * TEXT_WORK  # for all such texts of a run that are filled in at once
TEXT_PATTERN_SECONDS = 0.02

PART_WORK = 256  # for each part looked at
TURN_WORK = 1024  # for each turn of a loop, and each item of a collection
PATTERN_WORK = 1 << 16  # for each search for a pattern

TOO_MUCH = "This is too much work: values that repeat values, or loops within loops."


def _never() -> bool:
    return False


class Budget:
    """The work that is left, in units, and how long one pattern may search, in seconds.

    Where `is_over` says so, it ends before all work is done. What is spent is taken from the `whole`, too.
    """

    def __init__(
        self,
        work: int = JOB_WORK,
        *,
        pattern_seconds: float = 1.0,
        is_over: Callable[[], bool] = _never,
        whole: "Budget | None" = None,
    ) -> None:
        self.left = work
        self.pattern_seconds = pattern_seconds
        self._is_over = is_over
        self._whole = whole

    def spend(self, work: int) -> None:
        """Take off so many units; raises TooMuch where there are not so many left."""
        self.left -= work
        if self.left < 0:
            raise TooMuch(TOO_MUCH)
        if self._whole is not None:
            self._whole.spend(work)

    def spend_on_pattern(self) -> None:
        """Take off what a search for a pattern may be; raises TooMuch where it is time to end."""
        self.spend(PATTERN_WORK)
        if self._is_over():
            raise TooMuch("This takes too long: patterns that search for long.")

    def exhaust(self) -> None:
        """Take off all that is left, after something whose work was not counted."""
        if self._whole is not None:
            self._whole.left -= max(0, self.left)
        self.left = 0


def text_budget(whole: Budget | None = None) -> Budget:
    """The budget of a text that is filled in while others wait, as a part of a whole."""
    return Budget(TEXT_WORK, pattern_seconds=TEXT_PATTERN_SECONDS, whole=whole)
