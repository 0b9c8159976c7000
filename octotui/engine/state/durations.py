"""The last durations of one thing that happens again and again, and what was expected of each.

Theory of operation. `State.durations` keeps them by step and environment (`process/environment/step`; with
an empty step: acquiring packages), and by machine (`worker1`) for the waits for its lock. It is bounded as a
cache of two generations: when `MOST_KEYS` are in `durations`, they become the `earlier_durations`, and those
of before are dropped. A change costs the same however many there are. Nothing is decided by them.
"""

import msgspec

MOST = 10
"""The number of durations kept of one key."""
FEWEST = 3
"""The number from which on anything is expected of the next."""
MOST_KEYS = 500
"""The number of keys of one generation."""


class Durations(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The last durations, oldest first, in seconds, and the estimate of each, made when it began."""

    taken: tuple[float, ...] = ()
    expected: tuple[float | None, ...] = ()

    def add(self, taken: float, expected: float | None) -> "Durations":
        """Return them with one more, which lasted `taken` seconds where `expected` were."""
        last = 1 - MOST
        each = None if expected is None else round(expected, 3)
        return Durations((*self.taken[last:], round(taken, 3)), (*self.expected[last:], each))

    @property
    def about(self) -> float | None:
        """The median; None of fewer than three."""
        if len(self.taken) < FEWEST:
            return None
        each, half = sorted(self.taken), len(self.taken) // 2
        return each[half] if len(each) % 2 else (each[half - 1] + each[half]) / 2

    @property
    def judged(self) -> int:
        """The number of those that had an estimate."""
        return sum(each is not None for each in self.expected)

    @property
    def off(self) -> float | None:
        """How far off the estimates were: the sum of all errors, as a part of the sum of what they took.

        None where nothing was estimated, or what was took no time.
        """
        known = [
            (taken, each) for taken, each in zip(self.taken, self.expected, strict=True) if each is not None
        ]
        whole = sum(taken for taken, _ in known)
        return sum(abs(taken - each) for taken, each in known) / whole if whole else None


UNKNOWN = Durations()


def step_key(process: str, environment: str | None, step: str) -> str:
    """Return the key of a step's durations; slugs have no slash, names of steps may."""
    return f"{process}/{environment or ''}/{step}"
