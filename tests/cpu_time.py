"""CPU time of a process and of all that it has started, also of what has outlived its own parent."""

import ctypes
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
TICK = os.sysconf("SC_CLK_TCK")


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, so that its CPU time is counted here."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def cpu_time() -> float:
    """Return the seconds of CPU of this process, of children that have ended, and of all that still run."""
    reaped = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in reaped) + sum(_ticks(os.getpid())) / TICK


def _ticks(parent: int) -> Iterator[int]:
    """Yield the ticks of the living descendants of a process, with those of the children they have reaped."""
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                stat = Path(f"/proc/{child}/stat").read_text().rpartition(") ")[2].split()
                yield from map(int, stat[11:15])
                yield from _ticks(int(child))
