"""The garbage collector, which only costs time where millions of values are made, and none is garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Disable the garbage collector, unless it is disabled already."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


THRESHOLDS = 5_000, 200, 20  # objects, then collections: States have no cycles, so little of it is garbage


def collect_from_now() -> None:
    """Enable the garbage collector where it is disabled, and exempt all that is loaded, which stays.

    It looks less often than usual, at few objects at a time: each look is a pause.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        gc.enable()
