"""One attempt at a job on this machine: started, read, stopped, and how it ended, whoever has started it."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from octotui.engine.state import Outcome
from octotui.workers.executor import Output
from octotui.workers.local.process_group import Watch, alive, send
from octotui.workers.local.workspaces import Workspace
from octotui.workers.search_path import find

CHUNK = 1 << 18  # bytes handed on at a time: what stays in the processor's cache
PATIENCE = 8  # chunks of one job before another has its turn
GONE = 0.05  # seconds between two looks at whether a group is gone
LOOKS = 20  # at whether what has ended is gone, before what is left of it is left alone

SH = find("sh") or "/bin/sh"
SUPERVISOR = str(Path(__file__).parent / "supervisor.sh")
DEFAULTS = (
    *(signal.SIGHUP, signal.SIGINT, signal.SIGQUIT),
    *(signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ),
)


def spawn(
    workspace: Workspace, command: Sequence[str], environment: Mapping[str, str], open_files: str
) -> int:
    """Start the supervisor of a command in a workspace that is filled; raises OSError or ValueError."""
    given = workspace.opened()
    try:
        return os.posix_spawn(
            SH,
            ("sh", SUPERVISOR, workspace.path, open_files, *command),
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, file, number) for number, file in enumerate(given)],
            setsid=True,
            setsigmask=(),
            setsigdef=DEFAULTS,  # Python ignores some, and who started us may ignore others
        )
    finally:
        for file in given:
            os.close(file)


class Process:
    """A process group, and how far its spool was read; `child` is its leader where we started it."""

    def __init__(self, workspace: Workspace, child: int | None = None) -> None:
        self.workspace = workspace
        self._child = child
        self._leader = child
        self._status: int | None = None
        self._read = 0
        self._failure: Exception | None = None
        self._stopped = False
        self._killed = False
        self._killing: asyncio.TimerHandle | None = None
        self._exited = asyncio.Event()
        self._watch = None if child is None else Watch(child, self._reaped, self._exited.set)

    async def ended(self, output: Output) -> Outcome:
        """Wait for the script's exit, hand on the rest of its output, and say how it went.

        What it left running is ended. What `output` raises it raises; cancelled, it lets go.
        """
        await self._gone()
        self._end_the_rest()
        while self.read(output):
            await asyncio.sleep(0)
        if self._failure is not None:
            raise self._failure
        return self._outcome()

    def read(self, output: Output) -> bool:
        """Hand on what is new in the spool, and say whether there may be more."""
        spool = self.workspace.spool
        size = os.fstat(spool).st_size
        if size < self._read:
            self._read = 0  # the script has cut it short, as `: > /dev/stdout` does
        for _ in range(PATIENCE):
            if size == self._read or self._failure is not None:
                return False
            chunk = os.pread(spool, min(CHUNK, size - self._read), self._read)
            self._read += len(chunk)
            try:
                output(chunk)
            except Exception as error:  # it would end in the loop's timer, and the job with nobody to read it
                self._failure = error
                self._kill()
        return True

    def stop(self, grace: float) -> None:
        """Ask the whole group to end, and kill it when its grace is over."""
        if self._killing is None:
            self._stopped = True
            self._send(signal.SIGTERM)
            self._killing = asyncio.get_running_loop().call_later(grace, self._kill)

    def let_go(self) -> None:
        """Watch it no longer; it goes on."""
        if self._watch is not None:
            self._watch.close()
        if self._killing is not None:
            self._killing.cancel()

    async def _gone(self) -> None:
        """Wait for the exit; what a stopped script started has the rest of the grace."""
        if self._child is None:
            await self._watch_started()
        await self._exited.wait()
        if self._stopped and self._leader is not None:
            self._reaped()
            while not self._killed and alive(self._leader):
                await asyncio.sleep(GONE)

    async def _watch_started(self) -> None:
        """Watch what another process has started; of one that has ended, wait until all of it is gone."""
        record = self.workspace.read()
        while record.pid is None and self.workspace.locked():  # it is about to write it down
            await asyncio.sleep(GONE)
            record = self.workspace.read()
        if record.pid is not None and record.code is None and self.workspace.locked():
            self._leader = record.pid
            self._watch = Watch(record.pid, self._free, self._exited.set)
            if self._stopped:
                self._send(signal.SIGTERM)
            return
        for _ in range(LOOKS):
            if not self.workspace.locked():
                break
            await asyncio.sleep(GONE)
        self._exited.set()

    def _free(self) -> bool:
        return not self.workspace.locked()

    def _end_the_rest(self) -> None:
        if self._killing is not None:
            self._killing.cancel()
        self._kill()
        self._reaped()

    def _kill(self) -> None:
        self._killed = True
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        """A signal for all: its leader's number is nobody else's while it lives, or is not waited for."""
        if self._leader is None:
            return
        if (self._child is not None and self._status is None) or self.workspace.locked():
            send(self._leader, number)

    def _reaped(self) -> bool:
        """Wait for our child, if it has ended; whether that is so."""
        if self._child is not None and self._status is None:
            pid, status = os.waitpid(self._child, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status is not None

    def _outcome(self) -> Outcome:
        record = self.workspace.read()
        code = self._status if record.code is None else record.code
        if self._stopped:
            return Outcome(state="cancelled", exit_code=code)
        if code is None:
            return Outcome(state="lost", reason="all of it was killed, and nobody knows how far it was")
        if record.pid is None and self._child is not None and code >= 0:
            return Outcome(
                state="failed", reason=f"it could not begin: {self.workspace.path} can't be written to"
            )
        if code == 0:
            return Outcome(state="succeeded", exit_code=0)
        reason = f"killed by {_signal_name(-code)}" if code < 0 else f"exit code {code}"
        return Outcome(state="failed", exit_code=code, reason=reason)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
