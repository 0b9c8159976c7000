"""Limits of the agent that are not those of its jobs: open files, and what the kernel kills first."""

from __future__ import annotations

import os
import resource

ENOUGH = 1 << 16  # open files
PROTECTED = b"-900"  # the agent goes after nearly all others when memory runs out
USUAL = b"0"


class ChildLimits:
    """Raises the agent's own limits, and gives those of a job back while one is started."""

    def __init__(self) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
        self._hard = hard
        self._own = max(soft, wanted) if soft != resource.RLIM_INFINITY else soft
        self._score = _protect()
        self._limit(self._own)

    def of_a_child(self, open_files: str) -> _Lowered:
        """Have the limits of a job within a `with` block: `open_files` is as `ulimit` says it."""
        return _Lowered(self, open_files)

    def lower(self, open_files: str) -> None:
        """Take the limits of a job, as far as this account may. Raises ValueError for a strange one."""
        soft = _number(open_files)
        self._limit(soft if self._hard == resource.RLIM_INFINITY else min(soft, self._hard))
        if self._score >= 0:
            os.pwrite(self._score, USUAL, 0)

    def restore(self) -> None:
        """Take the agent's limits again."""
        self._limit(self._own)
        if self._score >= 0:
            os.pwrite(self._score, PROTECTED, 0)

    def _limit(self, soft: int) -> None:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, self._hard))
        except (OSError, ValueError):  # macOS has a lower limit that it does not report
            pass


def lowest(open_files: str) -> int:
    """Return a number that no descriptor below it exceeds the limit with. Raises ValueError."""
    soft = _number(open_files)
    return ENOUGH if soft == resource.RLIM_INFINITY else soft


def _number(open_files: str) -> int:
    return resource.RLIM_INFINITY if open_files == "unlimited" else int(open_files)


class _Lowered:
    def __init__(self, limits: ChildLimits, open_files: str) -> None:
        self._limits = limits
        self._open_files = open_files

    def __enter__(self) -> None:
        self._limits.lower(self._open_files)

    def __exit__(self, *_: object) -> None:
        self._limits.restore()


def _protect() -> int:
    """Protect this process from the out-of-memory killer, where it may be; return a descriptor, or -1."""
    try:
        file = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return -1
    try:
        os.pwrite(file, PROTECTED, 0)
    except OSError:
        os.close(file)
        return -1
    return file
