"""Servers that tests started in the background: found by the spaces they hold, and ended."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.workers.agents import kill_agents


def holder(space: Path) -> int:
    """The process that holds a space's folder, 0 where none does any more."""
    try:
        process = int((space / "lock").read_bytes().split()[0])
        return process if b"\0serve\0" in Path(f"/proc/{process}/cmdline").read_bytes() else 0
    except (OSError, ValueError, IndexError):
        return 0


def end_servers(base: Path) -> None:
    """End every server of a state directory, wait until it is gone, and end what its agents run."""
    for space in base.iterdir() if base.is_dir() else ():
        process = holder(space)
        if process:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
            gone(process)
    kill_agents(base)


def gone(process: int) -> None:
    """Wait until a process is gone."""
    for _ in range(1000):
        try:
            stat = Path(f"/proc/{process}/stat").read_bytes()
        except OSError:
            return
        if stat.rpartition(b") ")[2][:1] == b"Z":
            return
        time.sleep(0.01)
    raise AssertionError(f"{process} is still there")
