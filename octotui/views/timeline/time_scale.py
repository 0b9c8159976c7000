"""The scale of a timeline: which moment is at which cell, and the clock times of its axis."""

from math import ceil, floor

import msgspec

from octotui.views.text.clock_times import Zone, clock_time, exact_time, time_of_day

SHORTEST = 0.005  # seconds of a cell at most zoom
STEPS = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800,
    604_800, 2_592_000, 31_536_000,
)  # fmt: skip
"""Seconds between two times of an axis."""
DAY = 86_400


class TimeScale(msgspec.Struct, frozen=True):
    """A window on time: it begins at `start`, and each of its `width` cells is `cell` seconds."""

    start: float
    cell: float
    width: int

    @property
    def end(self) -> float:
        """The time after the last cell."""
        return self.start + self.cell * self.width

    def at(self, column: int) -> float:
        """Return the time at the beginning of a cell."""
        return self.start + self.cell * column

    def column(self, moment: float) -> int:
        """Return the cell of a time, which may be outside of the window."""
        return floor((moment - self.start) / self.cell + 1e-9)

    def zoomed(self, factor: float, around: float) -> "TimeScale":
        """Return a scale with other cells, at which a time stays where it is."""
        cell = max(SHORTEST, self.cell * factor)
        return TimeScale(around - (around - self.start) * cell / self.cell, cell, self.width)

    def moved(self, seconds: float) -> "TimeScale":
        """Return the window later or earlier."""
        return TimeScale(self.start + seconds, self.cell, self.width)

    def within(self, first: float, last: float) -> "TimeScale":
        """Return the window shifted into a time, or all of that where it is shorter than the window."""
        if last - first <= self.cell * self.width:
            return whole(first, last, self.width)
        start = min(max(self.start, first), last - self.cell * self.width)
        return TimeScale(start, self.cell, self.width)


def whole(first: float, last: float, width: int) -> TimeScale:
    """Return the scale that shows all of a time."""
    return TimeScale(first, max((last - first) / max(1, width), SHORTEST), max(1, width))


def axis(scale: TimeScale, zone: Zone = None) -> list[tuple[int, str]]:
    """Return the clock times of an axis, with the cells at which they begin; they do not touch.

    A date is shown where it is another one than that of the time before.
    """
    ticks: list[tuple[int, str]] = []
    free, before = 0, None
    step = _step(scale)
    number = ceil(scale.start / step)
    while number * step < scale.end:
        moment = float(number * step)
        text = _tick(moment, before, step, zone)
        column = scale.column(moment)
        if column >= free and column + len(text) <= scale.width:
            ticks.append((column, text))
            free, before = column + len(text) + 1, moment
        number += 1
    return ticks


def _step(scale: TimeScale) -> int:
    """Return the seconds from one time of the axis to the next, with room for the time."""
    for step in STEPS:
        if step / scale.cell >= (14 if step >= DAY else 10):
            return step
    return ceil(14 * scale.cell / STEPS[-1]) * STEPS[-1]


def _tick(moment: float, before: float | None, step: int, zone: Zone) -> str:
    if step >= DAY:
        return clock_time(moment, moment + 2 * DAY, zone)
    return time_of_day(moment, zone) if before is None else exact_time(moment, before, zone)
