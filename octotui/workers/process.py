"""One attempt at a job on this machine: started, read, stopped, and how it ended."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

from octotui.engine.terms import Outcome
from octotui.workers.contract import Output, Work
from octotui.workers.groups import alive, send, watch
from octotui.workers.workspaces import Workspace

CHUNK = 1 << 18  # bytes handed on at a time: what stays in the processor's cache
PATIENCE = 8  # chunks of one job before another has its turn
LAST_GRACE = 2.0  # seconds that jobs get when octotui itself ends
GONE = 0.05  # seconds between two looks at whether a group is gone


class Process:
    """A process group of its own, and how far its spool was read."""

    def __init__(
        self, work: Work, command: Sequence[str], surroundings: Mapping[bytes, bytes], workspace: Workspace
    ) -> None:
        """Start the command in a workspace that is filled; raises OSError or ValueError."""
        self._spool = workspace.spool
        self._grace = work.grace
        self._read = 0
        self._failure: Exception | None = None
        self._stopped = False
        self._killed = False
        self._killing: asyncio.TimerHandle | None = None
        own = {os.fsencode(name): os.fsencode(value) for name, value in work.environment.items()}
        written = workspace.open_spool()
        try:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                cwd=workspace.path,
                env={**surroundings, **own},
                start_new_session=True,
                close_fds=False,  # all of ours close on exec, and looking for them costs
            )
        finally:
            os.close(written)
        self._exited = asyncio.Event()
        watch(self._popen, self._exited.set)

    async def ended(self, output: Output) -> Outcome:
        """Wait for the script's exit, hand on the rest of its output, and say how it went.

        What it left running is ended. Cancelled, it ends the script first; what `output` raises it raises.
        """
        try:
            await self._gone()
        except asyncio.CancelledError:
            self.stop(LAST_GRACE)
            await self._gone()
            raise
        finally:
            self._end_the_rest()
            code = self._popen.wait()
        while self.read(output):
            await asyncio.sleep(0)
        if self._failure is not None:
            raise self._failure
        return self._outcome(code)

    def read(self, output: Output) -> bool:
        """Hand on what is new in the spool, and say whether there may be more."""
        size = os.fstat(self._spool).st_size
        if size < self._read:
            self._read = 0  # the script has cut it short, as `: > /dev/stdout` does
        for _ in range(PATIENCE):
            if size == self._read or self._failure is not None:
                return False
            chunk = os.pread(self._spool, min(CHUNK, size - self._read), self._read)
            self._read += len(chunk)
            try:
                output(chunk)
            except Exception as error:  # it would end in the loop's timer, and the job with nobody to read it
                self._failure = error
                self._kill()
        return True

    def stop(self, grace: float | None = None) -> None:
        """Ask the whole group to end, and kill it when its grace is over."""
        if self._killing is not None:
            if grace is None:
                return
            self._killing.cancel()
        self._stopped = True
        send(self._popen.pid, signal.SIGTERM)
        seconds = self._grace if grace is None else min(grace, self._grace)
        self._killing = asyncio.get_running_loop().call_later(seconds, self._kill)

    async def _gone(self) -> None:
        """Wait for the exit; what a stopped script started has the rest of the grace."""
        await self._exited.wait()
        if self._stopped:
            self._popen.wait()
            while not self._killed and alive(self._popen.pid):
                await asyncio.sleep(GONE)

    def _end_the_rest(self) -> None:
        if self._killing is not None:
            self._killing.cancel()
        # As long as nobody waited for the script, its group's number can't be somebody else's.
        if self._popen.returncode is None or alive(self._popen.pid):
            self._kill()

    def _kill(self) -> None:
        self._killed = True
        send(self._popen.pid, signal.SIGKILL)

    def _outcome(self, code: int) -> Outcome:
        if self._stopped:
            return Outcome(state="cancelled", exit_code=code)
        if code == 0:
            return Outcome(state="succeeded", exit_code=0)
        reason = f"killed by {_signal_name(-code)}" if code < 0 else f"exit code {code}"
        return Outcome(state="failed", exit_code=code, reason=reason)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
