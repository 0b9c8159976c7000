"""The last durations of one thing that happens again and again, and what was expected of each.

Theory of operation. `State.durations` keeps them by step and environment (`process/environment/step`; with
an empty step: acquiring packages), by machine (`worker1`) for the waits for its lock, and
by pool (`pool/hosted`) for its machines to become ready. It is bounded as a
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
    """The last durations, oldest first: seconds that each took, and those expected of it when it began."""

    last: tuple[tuple[float, float | None], ...] = ()

    def add(self, taken: float, expected: float | None) -> "Durations":
        """Return them with one more, which lasted `taken` seconds where `expected` were."""
        return Durations((*self.last[1 - MOST :], (round(taken, 3), expected)))

    @property
    def taken(self) -> tuple[float, ...]:
        """What each took."""
        return tuple([taken for taken, _ in self.last])

    @property
    def about(self) -> float | None:
        """The median; None of fewer than three."""
        half, odd = divmod(len(self.last), 2)
        if len(self.last) < FEWEST:
            return None
        each = sorted([taken for taken, _ in self.last])
        return each[half] if odd else (each[half - 1] + each[half]) / 2

    @property
    def judged(self) -> int:
        """The number of those that had an estimate."""
        return sum(expected is not None for _, expected in self.last)

    @property
    def off(self) -> float | None:
        """How far off the estimates were: the sum of all errors, as a part of the sum of what they took.

        None where nothing was estimated, or what was took no time.
        """
        known = [(taken, expected) for taken, expected in self.last if expected is not None]
        whole = sum(taken for taken, _ in known)
        return sum(abs(taken - expected) for taken, expected in known) / whole if whole else None


UNKNOWN = Durations()


def pool_key(pool: str) -> str:
    """Return the key of how long a machine of a dynamic pool takes until it is ready."""
    return f"pool/{pool}"


def step_key(process: str, environment: str | None, step: str) -> str:
    """Return the key of a step's durations; slugs have no slash, names of steps may."""
    return f"{process}/{environment or ''}/{step}"
