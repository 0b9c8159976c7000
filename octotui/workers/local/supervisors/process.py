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
from octotui.workers.executor import Notice, Output, unheard
from octotui.workers.local.supervisors.process_group import Watch, leads, send
from octotui.workers.local.supervisors.process_table import JobSigns, lock_path
from octotui.workers.local.supervisors.spool_reader import SpoolReader
from octotui.workers.local.supervisors.termination import Look, terminate, unended
from octotui.workers.local.supervisors.workspaces import Workspace
from octotui.workers.search_path import find
from octotui.workers.shells import VALUES
from octotui.workers.workspace_record import exit_code, named_signal

GONE = 0.05  # seconds between checks whether anything of an attempt lives
CHECKS = 20  # checks whether the rest of an ended attempt is gone, before it is abandoned

SH = find("sh") or "/bin/sh"
SUPERVISOR = str(Path(__file__).parent / "supervisor.sh")
DEFAULTS = (
    *(signal.SIGHUP, signal.SIGINT, signal.SIGQUIT),
    *(signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ),
)
LONGEST = 100  # bytes of a supervisor's report
UNREPORTED = "its supervisor was killed, so its exit code is unknown; its output shows how far it got"
ORPHANED = "its supervisor was killed; it is followed until all that it started has ended"
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

    def __init__(self, workspace: Workspace, look: Look, child: Child | None = None) -> None:
        self.workspace = workspace
        self._look = look
        self._child = child
        self._leader = None if child is None else child.pid
        self._status: int | None = None
        self._report = b""
        self._unreported = False
        self._spool = SpoolReader(workspace.spool)
        self._failure: Exception | None = None
        self._deadline: float | None = None  # when KILL follows TERM, once it is stopped
        self._woken = asyncio.Event()
        self._watch = None if child is None else Watch(child.pid, self._over, self._woken.set)

    async def ended(self, output: Output, notice: Notice = unheard) -> Outcome:
        """Wait for the script's exit, read the rest of its output, and return its Outcome.

        Processes of its group that it left running are killed; if it was stopped, all that it started. Of
        those that cannot be ended the outcome warns. Reraises what `output` has raised.
        """
        await self._gone(notice)
        warnings = self._kill_rest() if self._deadline is None else await self._terminate(self._deadline)
        self._reaped()
        self._spool.finish()
        while self.read(output):
            await asyncio.sleep(0)
        if self._failure is not None:
            raise self._failure
        unread = (self._spool.warning,) if self._spool.warning else ()
        return replace(self._outcome(), warnings=unread + warnings)

    def read(self, output: Output) -> bool:
        """Pass new output to `output`; return whether there may be more."""
        if self._failure is not None:
            return False
        try:
            return self._spool.read(output)
        except Exception as error:  # raised by `ended`: in the timer it would stop all jobs' output
            self._failure = error
            self.stop(0)
            return False

    def stop(self, grace: float) -> None:
        """Have `ended` send TERM to all that the script started, and KILL after `grace` seconds."""
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + grace
            self._woken.set()

    def detach(self) -> None:
        """Stop watching the group, which continues."""
        if self._watch is not None:
            self._watch.close()
        if self._child is not None and self._child.pipe >= 0:
            os.close(self._child.pipe)
            self._child = self._child._replace(pipe=-1)

    async def _gone(self, notice: Notice) -> None:
        """Wait until the script is stopped or has ended: its supervisor, or if that was killed all of it."""
        if self._child is None:
            await self._watch_started(notice)
        else:
            await self._woken.wait()
            self._receive()
        if self._deadline is None:
            self._unreported = self._reported() == (True, None)
        if self._unreported and self._deadline is None and self.workspace.locked():
            notice(ORPHANED)
        while self._unreported and self._deadline is None and self.workspace.locked():
            await asyncio.sleep(GONE)

    async def _watch_started(self, notice: Notice) -> None:
        """Watch a group that another process started; of an ended one, wait until all of it is gone.

        The recorded pid is watched only if it is that of the leader, by the lock.
        """
        record, checks, is_told = self.workspace.read(), 0, False
        while checks < CHECKS and self._deadline is None and self.workspace.locked():
            if record.code is not None:
                checks += 1
            elif record.pid not in (None, self._leader):
                self._leader = record.pid
                if self._leader is not None and leads(self.workspace.lock, self._leader):
                    self._watch = Watch(self._leader, self._free, self._woken.set)
                    await self._woken.wait()
                    return
            elif record.pid is not None and not is_told:  # no longer its leader, and without an exit code
                notice(ORPHANED)
                is_told = True
            await asyncio.sleep(GONE)
            record = self.workspace.read()

    def _free(self) -> bool:
        return not self.workspace.locked()

    def _kill_rest(self) -> tuple[str, ...]:
        """Kill what the script left in its group, if that is certain to be its own.

        Our child's pid cannot be reused while it is unreaped; any other pid may have been, unless its group
        holds the lock.
        """
        if self._child is not None and self._status is None:
            send(self._child.pid, signal.SIGKILL)
        elif self._child is None and self.workspace.locked():
            leader = self.workspace.read().pid
            if leader is not None and leads(self.workspace.lock, leader):
                send(leader, signal.SIGKILL)
        return ()

    async def _terminate(self, deadline: float) -> tuple[str, ...]:
        """End all that the script started; return warnings about what cannot be ended."""
        locked = self.workspace.locked
        left = await terminate(self._signs, deadline, self._look, locked)
        return unended(left, locked=locked())

    def _signs(self) -> JobSigns:
        return JobSigns(
            lock=lock_path(self.workspace.lock),
            variable=os.fsencode(f"{VALUES}={self.workspace.values}"),
            leader=self.workspace.read().pid if self._child is None else self._child.pid,
            child=self._child is not None and self._status is None,
        )

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

    def _receive(self) -> None:
        """Read what the supervisor of our child has reported by now."""
        if self._child is not None:
            with suppress(OSError):
                self._report += os.read(self._child.pipe, LONGEST)

    def _outcome(self) -> Outcome:
        self._receive()
        begun, code = self._reported()
        if self._deadline is not None:
            return Outcome(state="cancelled", exit_code=code)
        if code is None:
            damaged = self._child is None and self.workspace.read().damaged
            return Outcome(state="lost", reason=UNCLEAR if damaged else UNREPORTED)
        if not begun and code >= 0:
            return Outcome(
                state="failed", reason=f"it could not start: {self.workspace.path} cannot be written to"
            )
        if code == 0:
            return Outcome(state="succeeded", exit_code=0)
        reason = f"killed by {_signal_name(-code)}" if code < 0 else f"exit code {code}"
        return Outcome(state="failed", exit_code=code, reason=reason)

    def _reported(self) -> tuple[bool, int | None]:
        """Return whether the script has begun, and its exit code, None while that is unknown.

        Our child reports both by its pipe; where it never did, its own exit status counts. Once a supervisor
        is gone, nothing new in the record is believed. Only the record shows whether a code above 128 was a
        signal.
        """
        record = self.workspace.read()
        if self._child is None:
            return True, None if record.damaged or self._unreported else record.code
        match = _REPORT.fullmatch(self._report)
        if match is None:
            return False, self._status
        code = exit_code(match[1] or b"")
        if code is None:
            return True, None
        return True, named_signal(code, reported=record.code == named_signal(code, reported=True))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
