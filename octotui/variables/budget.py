"""Work budgets of template expansion: one for all texts of a job, so that none blocks the program.

Work is counted, not timed, so that expansion is deterministic; a unit is about 5 ns. Patterns cannot be
counted, and are timed one by one.
"""

from collections.abc import Callable

from octotui.variables.syntax.nodes import TooMuch

JOB_WORK = 1 << 28  # a second or two, in a thread of its own
TEXT_WORK = 1 << 23  # some 40 ms, for a text that the engine or the app expands in the event loop
ADVANCE_WORK = 8 * TEXT_WORK  # for all such texts of a run that are expanded at once
TEXT_PATTERN_SECONDS = 0.02

PART_WORK = 256  # for each part evaluated
ITERATION_WORK = 1024  # for each iteration of a loop
PATTERN_WORK = 1 << 16  # for each search for a pattern

TOO_MUCH = "This is too much work: values that repeat values, or loops within loops."


def _never() -> bool:
    return False


class Budget:
    """The work that is left, in units, and the time limit of one pattern search, in seconds.

    `is_over` may end it early. What is spent is also deducted from `whole`, the parent budget.
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
        """Deduct units of work. Raises TooMuch when the budget is exceeded."""
        self.left -= work
        if self.left < 0:
            raise TooMuch(TOO_MUCH)
        if self._whole is not None:
            self._whole.spend(work)

    def spend_on_pattern(self) -> None:
        """Deduct the work of one pattern search. Raises TooMuch, also if `is_over`."""
        self.spend(PATTERN_WORK)
        if self._is_over():
            raise TooMuch("This takes too long: patterns that search for long.")

    def exhaust(self) -> None:
        """Deduct all that is left, after work that could not be counted."""
        if self._whole is not None:
            self._whole.left -= max(0, self.left)
        self.left = 0


def text_budget(whole: Budget | None = None) -> Budget:
    """Return a small budget for a text that blocks its caller, as a part of `whole`."""
    return Budget(TEXT_WORK, pattern_seconds=TEXT_PATTERN_SECONDS, whole=whole)
