"""The process group of one attempt, started by this process or an earlier one: output, stop, outcome."""

import asyncio
import os
import re
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from octotui.engine.state import Outcome
from octotui.workers.executor import Output
from octotui.workers.local.process_group import Watch, alive, holding, send
from octotui.workers.local.spool_reader import SpoolReader
from octotui.workers.local.workspace_record import exit_code, named_signal
from octotui.workers.local.workspaces import Workspace
from octotui.workers.search_path import find

GONE = 0.05  # seconds between checks whether a group is gone
CHECKS = 20  # checks whether the rest of an ended attempt is gone, before it is abandoned

SH = find("sh") or "/bin/sh"
SUPERVISOR = str(Path(__file__).parent / "supervisor.sh")
DEFAULTS = (
    *(signal.SIGHUP, signal.SIGINT, signal.SIGQUIT),
    *(signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ),
)
LONGEST = 100  # bytes of a supervisor's report
ALL_KILLED = "all its processes were killed, and it is unknown how far it got"
UNCLEAR = "the record in its workspace is damaged, and it is unknown how it ended"

_REPORT = re.compile(rb"begun\n(?:exit (\d{1,3})\n)?")


class Child(NamedTuple):
    """A supervisor that this process started, and the pipe from it, which the script does not inherit."""

    pid: int
    pipe: int


def spawn(
    workspace: Workspace, command: Sequence[str], environment: Mapping[str, str], open_files: str
) -> Child:
    """Start the supervisor of a command in a filled workspace. Raises OSError or ValueError."""
    given = list(workspace.opened())
    read_end, write_end = os.pipe()
    given.append(write_end)
    try:
        os.set_blocking(read_end, False)
        pid = os.posix_spawn(
            SH,
            ("sh", SUPERVISOR, workspace.path, open_files, *command),
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, file, number) for number, file in enumerate(given)],
            setsid=True,
            setsigmask=(),
            setsigdef=DEFAULTS,  # Python ignores some, and our parent may ignore others
        )
    except BaseException:
        os.close(read_end)
        raise
    finally:
        for file in given:
            os.close(file)
    return Child(pid, read_end)


class Process:
    """A process group, and its spool; `child` is its leader if this process started it."""

    def __init__(self, workspace: Workspace, child: Child | None = None) -> None:
        self.workspace = workspace
        self._child = child
        self._leader = None if child is None else child.pid
        self._status: int | None = None
        self._spool = SpoolReader(workspace.spool)
        self._failure: Exception | None = None
        self._stopped = False
        self._killed = False
        self._signalled: set[int] = set()
        self._killing: asyncio.TimerHandle | None = None
        self._exited = asyncio.Event()
        self._watch = None if child is None else Watch(child.pid, self._over, self._exited.set)

    async def ended(self, output: Output) -> Outcome:
        """Wait for the script's exit, read the rest of its output, and return its Outcome.

        Processes it left running are killed. Reraises what `output` has raised.
        """
        await self._gone()
        self._kill_rest()
        self._spool.finish()
        while self.read(output):
            await asyncio.sleep(0)
        if self._failure is not None:
            raise self._failure
        warnings = (self._spool.warning,) if self._spool.warning else ()
        return replace(self._outcome(), warnings=warnings)

    def read(self, output: Output) -> bool:
        """Pass new output to `output`; return whether there may be more."""
        if self._failure is not None:
            return False
        try:
            return self._spool.read(output)
        except Exception as error:  # raised by `ended`: in the timer it would stop all jobs' output
            self._failure = error
            self._kill()
            return False

    def stop(self, grace: float) -> None:
        """Send TERM to the whole group, and KILL after `grace` seconds."""
        if self._killing is None:
            self._stopped = True
            self._send(signal.SIGTERM)
            self._killing = asyncio.get_running_loop().call_later(grace, self._kill)

    def detach(self) -> None:
        """Stop watching the group, which continues."""
        if self._watch is not None:
            self._watch.close()
        if self._killing is not None:
            self._killing.cancel()
        if self._child is not None and self._child.pipe >= 0:
            os.close(self._child.pipe)
            self._child = self._child._replace(pipe=-1)

    async def _gone(self) -> None:
        """Wait for the exit; processes that a stopped script started have the rest of its grace."""
        if self._child is None:
            await self._watch_started()
        await self._exited.wait()
        while self._stopped and not self._killed and any(map(alive, self._signalled)):
            await asyncio.sleep(GONE)

    async def _watch_started(self) -> None:
        """Watch a group that another process started; of an ended one, wait until all of it is gone.

        The recorded pid is watched only if it is that of the leader, by the lock.
        """
        record, checks = self.workspace.read(), 0
        while checks < CHECKS and self.workspace.locked():
            if record.code is not None:
                checks += 1
            elif record.pid not in (None, self._leader):
                self._leader = record.pid
                if self._leader is not None and self._leader in self._groups():
                    self._watch = Watch(self._leader, self._free, self._exited.set)
                    return
            await asyncio.sleep(GONE)
            record = self.workspace.read()
        self._exited.set()

    def _free(self) -> bool:
        return not self.workspace.locked()

    def _kill_rest(self) -> None:
        if self._killing is not None:
            self._killing.cancel()
        self._kill()
        self._reaped()

    def _kill(self) -> None:
        self._killed = True
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        """Send a signal to every group of the attempt."""
        groups = self._groups()
        self._signalled.update(groups)
        for group in groups:
            send(group, number)

    def _groups(self) -> tuple[int, ...]:
        """Return the process groups that are certain to be of this attempt.

        Our child's pid cannot be reused while it is unreaped; any other pid may have been, unless its group
        holds the lock.
        """
        if self._child is not None and self._status is None:
            return (self._child.pid,)
        return holding(self.workspace.lock, self._leader) if self.workspace.locked() else ()

    def _over(self) -> bool:
        """Return whether our child has ended, without reaping it if possible."""
        if self._child is None or not hasattr(os, "waitid"):
            return self._reaped()
        return os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _reaped(self) -> bool:
        """Reap our child if it has ended; return whether it has."""
        if self._child is not None and self._status is None:
            pid, status = os.waitpid(self._child.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status is not None

    def _outcome(self) -> Outcome:
        record = self.workspace.read()
        if self._child is None:
            begun, code = True, None if record.damaged else record.code
        else:
            begun, code = self._reported(self._child, record.code)
        if self._stopped:
            return Outcome(state="cancelled", exit_code=code)
        if code is None:
            return Outcome(state="lost", reason=UNCLEAR if record.damaged else ALL_KILLED)
        if not begun and code >= 0:
            return Outcome(
                state="failed", reason=f"it could not start: {self.workspace.path} cannot be written to"
            )
        if code == 0:
            return Outcome(state="succeeded", exit_code=0)
        reason = f"killed by {_signal_name(-code)}" if code < 0 else f"exit code {code}"
        return Outcome(state="failed", exit_code=code, reason=reason)

    def _reported(self, child: Child, recorded: int | None) -> tuple[bool, int | None]:
        """Return whether the script has begun, and its exit code, by its supervisor's report or exit status.

        Only the record shows whether a code above 128 was a signal; its code is not trusted.
        """
        report = b""
        with suppress(OSError):
            report = os.read(child.pipe, LONGEST)
        match = _REPORT.fullmatch(report)
        code = exit_code(match[1] or b"") if match else None
        if code is None:
            return match is not None, self._status
        return True, named_signal(code, reported=recorded == named_signal(code, reported=True))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
