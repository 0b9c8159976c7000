import asyncio
import os
import signal
import subprocess

import pytest

from octotui.workers.local import process_group
from octotui.workers.local.process_group import Watch, alive, send


def sleeper() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(["sleep", "60"], start_new_session=True)


def test_the_dead_do_not_count() -> None:
    process = sleeper()
    assert alive(process.pid)
    assert send(process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert send(process.pid, 0)  # it is there, until somebody waits for it
    assert not alive(process.pid)
    process.wait()
    assert not alive(process.pid)
    assert not send(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("how", ["pidfd", "polling"])
async def test_an_exit_is_noticed(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    if how == "polling":
        monkeypatch.delattr(process_group.os, "pidfd_open", raising=False)
    exited, process = asyncio.Event(), sleeper()
    watch = Watch(process.pid, lambda: process.poll() is not None, exited.set)
    await asyncio.sleep(0.02)
    assert not exited.is_set()
    process.kill()
    await asyncio.wait_for(exited.wait(), 10)
    assert process.wait() == -signal.SIGKILL
    watch.close()
    exited.clear()
    Watch(process.pid, lambda: True, exited.set)  # it is gone already
    await asyncio.wait_for(exited.wait(), 10)
