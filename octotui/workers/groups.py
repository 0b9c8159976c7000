"""Process groups: signals to all of a job, knowing whether any of it still runs, and when it exits."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def send(group: int, number: int) -> bool:
    """Send a signal to a group, and say whether there was anybody to get it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def alive(group: int) -> bool:
    """Whether anything of a group runs; the dead that nobody has waited for don't count."""
    if not send(group, 0):
        return False
    return sys.platform != "linux" or any(map(_runs_in(group), Path("/proc").glob("[0-9]*/stat")))


def _runs_in(group: int) -> Callable[[Path], bool]:
    def runs(stat: Path) -> bool:
        try:
            state, _, of, *_ = stat.read_bytes().rpartition(b") ")[2].split(maxsplit=3)
        except (OSError, ValueError):  # it ended meanwhile
            return False
        return int(of) == group and state not in (b"Z", b"X")

    return runs


def watch(popen: "subprocess.Popen[bytes]", exited: Callable[[], None]) -> None:
    """Have `exited` called in the loop once the process has ended; it may still have to be waited for."""
    loop = asyncio.get_running_loop()
    try:
        descriptor = os.pidfd_open(popen.pid)
    except (AttributeError, OSError):  # not Linux, or one that is too old
        _watch_in_thread(popen, loop, exited)
        return

    def note() -> None:
        loop.remove_reader(descriptor)
        os.close(descriptor)
        exited()

    loop.add_reader(descriptor, note)


def _watch_in_thread(
    popen: "subprocess.Popen[bytes]", loop: asyncio.AbstractEventLoop, exited: Callable[[], None]
) -> None:
    def wait() -> None:
        popen.wait()
        with suppress(RuntimeError):  # the loop has ended before the process
            loop.call_soon_threadsafe(exited)

    threading.Thread(target=wait, name=f"exit of {popen.pid}", daemon=True).start()
