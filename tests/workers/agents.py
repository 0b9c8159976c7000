"""Agents that tests start: found by the folders they hold, waited for, and ended where they do not end."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def living(base: Path) -> Iterator[int]:
    """The processes of the agents whose folders are somewhere in a folder."""
    for lock in _locks(base):
        with suppress(OSError), lock.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                if text := file.read().strip():
                    yield int(text)


def _locks(base: Path) -> Iterator[Path]:
    """The locks of agents; folders of jobs may go while they are looked at."""
    for folder, _, names in os.walk(base):
        parents = Path(folder).parts
        if "lock" in names and ("agent" in parents[-2:-1] or "agents" in parents[-3:-2]):
            yield Path(folder, "lock")


def kill_agents(base: Path) -> None:
    """Kill the agents whose folders are somewhere in a folder, with their jobs."""
    for agent in living(base):
        with suppress(OSError):
            jobs = Path(f"/proc/{agent}/task/{agent}/children").read_text().split()
            os.kill(agent, signal.SIGKILL)
            for job in map(int, jobs):  # each leads a group
                with suppress(ProcessLookupError):
                    os.killpg(job, signal.SIGKILL)


def end_agents(base: Path, patience: float = 3.0) -> None:
    """Wait until the agents have ended, and kill those that have jobs still."""
    end = time.monotonic() + patience
    while (left := list(living(base))) and time.monotonic() < end:
        time.sleep(0.005)
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
