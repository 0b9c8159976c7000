"""One attempt as the agent has it: its processes, its output, and how it ends."""

from __future__ import annotations

import os
import signal
import time
from typing import Dict, List, Optional, Tuple

from octotui.workers.agent import processes
from octotui.workers.agent.processes import JobSigns, ProcessStat
from octotui.workers.agent.record import RecordedAttempt
from octotui.workers.agent.spool import Spool

NAMED = 5  # processes that are named when they cannot be ended
ABANDONED = 3.0  # seconds after which processes that cannot be killed are named and abandoned

MARKS = 1000  # most marks of two streams; of more, every other is dropped
QUIET = 1.0  # seconds without output after which an unfinished line is sent, where there are two streams

RUNNING, LINGERING, ENDED = "running", "lingering", "ended"


class AgentJob:
    """A job from its start to its end.

    It is `running` until its script has ended; `lingering` while processes of a stopped one have the rest of
    its grace; then `ended`. An adopted one was begun by an earlier agent and is no child of this one.
    """

    def __init__(
        self,
        name: str,
        path: str,
        attempt: RecordedAttempt,
        spools: List[int],
        child: int = 0,
        directory: int = -1,
    ) -> None:
        self.name = name
        self.path = path
        self.folder = attempt.folder
        self.spools = [Spool(file) for file in spools]
        self.directory = directory  # its open folder; -1 for an adopted one
        self.child = child  # 0 once it is reaped, and for an adopted one
        self.state = ENDED if attempt.has_ended else RUNNING
        self.code = attempt.code
        self.is_announced = False
        self.is_followed = False
        self.is_forgotten = False
        self.is_stopping = False
        self.survivors: List[str] = []
        self.lock = (attempt.device, attempt.inode)
        self._leader = child or attempt.pid
        self._started = attempt.started
        self._deadline: Optional[float] = None
        self._killed = 0.0  # when its processes were killed first
        self._marks: List[Tuple[int, int]] = []  # how far two streams had come, to be sent in turn
        self._held = 0.0  # since when nothing but unfinished lines can be sent

    @property
    def adopted(self) -> bool:
        """Whether it runs and is no child of this process."""
        return self.state == RUNNING and not self.child

    def is_alive(self, is_locked: bool) -> bool:
        """Return whether an adopted job goes on, by its lock or its leader."""
        return is_locked or processes.is_process(self._leader, self._started)

    def has_rest(self) -> bool:
        """Return whether one that is being stopped has processes, be its lock and its leader gone."""
        return self.is_stopping and bool(self.members())

    def stop(self, grace: float, now: float) -> None:
        """Send TERM to all its processes, and let them have a grace period in seconds."""
        if self.state != ENDED and not self.is_stopping:
            self.is_stopping = True
            self._deadline = now + grace
            self._signal(signal.SIGTERM)

    def exited(self, code: int) -> None:
        """Take the exit code of the script; what it left of its group was killed unless it is stopped."""
        self.child, self.code, self.state = 0, code, LINGERING
        if not (self.is_stopping and self.members()):
            self.end()

    def check(self, now: float) -> None:
        """Kill a stopped job whose grace is over, and end it once none of its processes is left."""
        if self._deadline is None or self.state == ENDED:
            return
        if now < self._deadline:
            if self.state == LINGERING and not self.members():
                self.end()
            return
        left = self._signal(signal.SIGKILL)
        self._killed = self._killed or now
        if not left and not self.child:
            self.end()
        elif now >= self._killed + ABANDONED:
            self.survivors = [f"{each.pid} ({each.command})" for each in left[:NAMED]]
            self.end()

    def end(self) -> None:
        """Let its output end here."""
        self.state = ENDED
        for spool in self.spools:
            spool.finish()

    def unread(self) -> int:
        """Return the bytes of output that were not sent."""
        return sum(spool.unread() for spool in self.spools)

    def note(self) -> None:
        """Note how far two streams have come, as the order in which they are sent.

        Stderr is looked at first: what a script has said on stdout before is noted with it. So a value that
        it declares sensitive there is known before it appears on stderr.
        """
        if len(self.spools) != 2:
            return
        errors = self.spools[1].sent + self.spools[1].unread()
        mark = self.spools[0].sent + self.spools[0].unread(), errors
        if not self._marks or self._marks[-1] != mark:
            self._marks.append(mark)
        if len(self._marks) > MARKS:
            del self._marks[:-1:2]

    def next_chunk(self) -> Optional[Tuple[int, int, bytes]]:
        """Return the number of a stream, an offset and the bytes there: what comes next of two streams.

        These are whole lines, so that none is broken by a line of the other stream. Unfinished lines follow
        once both streams are quiet, or at the end.
        """
        self.note()
        while self._marks:
            for stream, spool in enumerate(self.spools):
                offset, left = spool.sent, self._marks[0][stream] - spool.sent
                chunk = spool.read_lines(left) if left > 0 else b""
                if chunk:
                    self._held = 0.0
                    return stream, offset, chunk
            del self._marks[0]
        return self._unfinished()

    def _unfinished(self) -> Optional[Tuple[int, int, bytes]]:
        """Return an unfinished line, if it does not wait for its rest."""
        now = time.monotonic()
        for stream, spool in enumerate(self.spools):
            if spool.unread():
                self._held = self._held or now
                if self.state == ENDED or now - self._held >= QUIET:
                    return stream, spool.sent, spool.read()
        return None

    def follow(self, offsets: List[int]) -> None:
        """Have its output sent from these offsets on, one for each stream."""
        self.is_followed = self.is_announced = True
        for spool, offset in zip(self.spools, offsets):
            spool.again(offset)

    def report(self) -> Dict[str, object]:
        """Return the header that says how it has ended, with the length of what was sent of each stream."""
        header: Dict[str, object] = {
            "say": "ended",
            "job": self.name,
            "folder": os.path.basename(self.folder),
        }
        header["code"] = self.code
        header["sizes"] = [spool.sent for spool in self.spools]
        if self.is_stopping:
            header["stopped"] = True
        warnings = [spool.warning for spool in self.spools if spool.warning]
        if warnings:
            header["warnings"] = warnings
        if self.survivors:
            header["survivors"] = self.survivors
        return header

    def close(self) -> None:
        """Close its files."""
        for spool in self.spools:
            spool.close()
        if self.directory >= 0:
            os.close(self.directory)
        self.spools, self.directory = [], -1

    def members(self) -> Tuple[ProcessStat, ...]:
        """Return its processes."""
        return processes.members([self._signs()])[0]

    def _signal(self, number: int) -> Tuple[ProcessStat, ...]:
        """Send a signal to all its processes, and return them."""
        signs = self._signs()
        found = processes.members([signs])[0]
        processes.signal_job(signs, found, number)
        return found

    def _signs(self) -> JobSigns:
        """Return what its processes are known by; its folder has a name of its own wherever it is moved."""
        folder = os.path.realpath(self.path)
        removed = "" if os.path.lexists(f"{folder}/record") else " (deleted)"
        values = os.fsencode(f"/{os.path.basename(self.folder)}/values")
        leader = self._known_leader()
        return JobSigns(f"{folder}/record{removed}", values, leader or None, bool(leader), self._started)

    def _known_leader(self) -> int:
        """Return the session of its processes: its number is free for others once none is left in it."""
        if self.child or processes.is_process(self._leader, self._started):
            return self._leader
        is_free = processes.process_stat(self._leader) is None
        return self._leader if self.state == LINGERING and is_free else 0
