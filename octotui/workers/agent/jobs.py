"""All jobs of the agent: started, reaped, followed, stopped, reported and forgotten."""

from __future__ import annotations

import os
import signal
import time
from typing import Callable, Collection, Dict, List, Optional, Tuple

from octotui.workers.agent import processes, workspace
from octotui.workers.agent.frames import Header
from octotui.workers.agent.job import ENDED, RUNNING, AgentJob
from octotui.workers.agent.launch import Launcher, LaunchError, split
from octotui.workers.agent.record import AgentRecord, RecordedAttempt
from octotui.workers.agent.removal import WorkspaceRemoval
from octotui.workers.agent.spool import CHUNK

FIRST = 0.003  # seconds before the first read of output, when nothing else runs
TICK = 0.01  # seconds between reads
SHARE = 20  # reading takes at most 1/20 of the time
CHECKING = 4  # looking for processes takes at most a fifth of the time
AWAY = 1.0  # seconds between looks at two streams that nobody follows, for their order
GRACE = 2.0  # seconds that attempts have which nobody follows any more
PATIENT = 0.05  # seconds between checks of processes that are no children

Say = Callable[[Header, bytes], None]


class Jobs:
    """The jobs by name, and what is said of them."""

    def __init__(self, home: str, record: AgentRecord, launcher: Launcher, say: Say) -> None:
        self._home = home
        self._record = record
        self._launcher = launcher
        self._say = say
        self._jobs: Dict[str, AgentJob] = {}
        self._children: Dict[int, AgentJob] = {}
        self._open: Dict[AgentJob, None] = {}  # those that run, linger, or have something to say
        self._removal = WorkspaceRemoval()
        self._removing: Dict[str, str] = {}  # names of forgotten attempts, by the paths of their workspaces
        self._next: Optional[float] = None
        self._check_at = 0.0
        self.takes_new = True
        self.has_room: Callable[[], bool] = lambda: True

    def __bool__(self) -> bool:
        """Whether anything runs, is to be forgotten, or is being removed."""
        return bool(self._jobs or self.is_busy)

    @property
    def is_busy(self) -> bool:
        """Whether anything runs, is to be said, or is being removed."""
        return bool(self._open or self._removal.is_busy)

    @property
    def is_removing(self) -> bool:
        """Whether folders are being removed."""
        return self._removal.is_busy

    def adopt(self, left: Dict[str, RecordedAttempt]) -> None:
        """Take up what an earlier agent has begun, and stop what it was stopping."""
        now = time.monotonic()
        for name, attempt in list(left.items()):
            path = os.path.join(self._home, attempt.folder)
            try:
                spools = workspace.open_spools(path, attempt.streams)
            except OSError:
                spools = []
            job = AgentJob(name, path, attempt, spools)
            job.is_forgotten = attempt.is_removed
            if not job.is_forgotten:
                self._jobs[name] = job
            if job.state == ENDED:
                job.end()
                if job.is_forgotten:
                    self._drop(job)
            else:
                self._open[job] = None
                if attempt.grace is not None:
                    job.stop(attempt.grace, now)
        self._tick_by(now)

    def take_up(self, left: Dict[str, RecordedAttempt]) -> None:
        """Record and take up what an agent of another version has begun. Raises OSError."""
        new = {name: attempt for name, attempt in left.items() if name not in self._jobs}
        self._record.take(new)
        self.adopt(new)

    def start(self, header: Header, payload: bytes, now: float) -> None:
        """Start an attempt at most once: one that is known by its name is reported, and not begun again."""
        name = str(header["job"])
        if name in self._jobs:
            self._jobs[name].is_announced = False
            self._jobs[name].is_followed = True
            self._open[self._jobs[name]] = None
        elif not self.takes_new:
            self._refuse(name, "agent", "a newer agent takes new jobs")
        else:
            if header.get("again"):
                self._remove_stale(name, header)
            self._begin(name, header, split(header, payload))
        self._tick_by(now + (TICK if len(self._open) > 1 else FIRST))

    def look(self, name: str, directory: str) -> None:
        """Say what is known of an attempt in a worker's directory, with its resume record."""
        job = self._jobs.get(name)
        if job is None or os.path.dirname(os.path.dirname(job.folder)) != directory:
            self._say({"say": "status", "job": name, "state": "nothing"}, b"")
            return
        state = "ended" if job.state == ENDED else "running"
        folder = os.path.basename(job.folder)
        header = {"say": "status", "job": name, "state": state, "folder": folder}
        self._say(header, workspace.read_file(f"{job.path}/record"))

    def follow(self, name: str, offsets: List[int], now: float) -> None:
        """Send the output of an attempt from these offsets on, and how it ends."""
        job = self._jobs.get(name)
        if job is None:
            self._say({"say": "unknown", "job": name}, b"")
        else:
            job.follow(offsets)
            if job.adopted:
                self._say({"say": "adopted", "job": name}, b"")
            self._open[job] = None
            self._tick_by(now)

    def stop(self, name: str, grace: float, now: float) -> None:
        """Begin to stop an attempt; one that has ended is reported anyway."""
        job = self._jobs.get(name)
        if job is not None:
            self._stop(job, grace, now)
            self._tick_by(now + min(grace, PATIENT))

    def forget(self, name: str) -> None:
        """Forget an attempt and remove its workspace; one that still runs goes on unreported."""
        job = self._jobs.pop(name, None)
        if job is None:
            return
        job.is_forgotten = True
        job.is_followed = False
        if job.state == ENDED:
            self._drop(job)
        else:
            self._record.remove(name)

    def save(self) -> None:
        """Record all that has happened, before it is said."""
        for path in self._removal.gone():
            self._record.removed(self._removing.pop(path, ""))
        self._record.flush()

    def keep(self, names: Collection[str], space: str, now: float) -> None:
        """Forget all attempts but these, and stop those of a space: nobody follows them any more."""
        for name in [each for each in self._jobs if each not in names]:
            job = self._jobs[name]
            if job.state != ENDED and space and name.startswith(f"{space}/"):
                self._stop(job, GRACE, now)
                self._open[job] = None
                self._tick_by(now + PATIENT)
            self.forget(name)

    def unfollow(self) -> None:
        """Say nothing more: the connection is gone."""
        for job in list(self._open):
            job.is_followed = False
            if job.state == ENDED:
                del self._open[job]

    def reap(self) -> None:
        """Take the exit codes of the scripts that have ended."""
        child = _exited()
        while child:
            job = self._children.pop(child, None)
            if job is not None and not job.is_stopping:
                processes.send(child, signal.SIGKILL)
            status = os.waitpid(child, 0)[1]
            if job is not None:
                job.exited(-os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
                if job.state == ENDED:
                    self._ended(job)
            child = _exited()

    def wait(self, now: float) -> Optional[float]:
        """Return the seconds until `tick` is due, None where nothing is."""
        return None if self._next is None else max(0.0, self._next - now)

    def tick(self, now: float) -> None:
        """Announce, check and read what is due."""
        if self._next is None or now < self._next:
            return
        self._next = None
        self._check(now)
        more = self.pump()
        if self._open and (more or any(map(_is_watched, self._open))):
            took = time.monotonic() - now
            self._tick_by(now + max(TICK, SHARE * took))
        elif any(len(job.spools) > 1 for job in self._open):
            self._tick_by(now + AWAY)

    def pump(self) -> bool:
        """Send output in turn while there is room; return whether there may be more for who follows."""
        more = True
        while more:
            more = False
            for job in list(self._open):
                if not self.has_room():
                    return any(job.is_followed for job in self._open)
                if job.is_followed and self._send_some(job):
                    more = True
                    if job in self._open:  # the others come first next time
                        self._open[job] = self._open.pop(job)
        return more

    def _begin(self, name: str, header: Header, texts: Tuple[bytes, ...]) -> None:
        try:
            started = self._launcher.launch(name, header, texts, self._record)
        except LaunchError as problem:
            self._refuse(name, problem.stage, str(problem))
            return
        path = os.path.join(self._home, started.path)
        job = AgentJob(name, path, started.attempt, started.spools, started.pid, started.directory)
        job.is_followed = True
        self._jobs[name] = self._children[started.pid] = job
        self._open[job] = None

    def _remove_stale(self, name: str, header: Header) -> None:
        """Remove what an agent has left that was killed before it could record the attempt."""
        folder = os.path.join(self._home, str(header["directory"]), "work")
        prefix, first = f"{header['space']}-", b"memo " + os.fsencode(name.rpartition("/")[2]) + b" "
        own = {os.path.basename(job.folder) for job in self._jobs.values()}
        for each in os.listdir(folder) if os.path.isdir(folder) else ():
            path = f"{folder}/{each}"
            if each.startswith(prefix) and each not in own and "." in each:
                found = workspace.read_file(f"{path}/record")
                is_stale = found.startswith(first) or b"\n" not in found  # killed before it could write it
                if is_stale and not workspace.is_locked(path):
                    self._removal.remove(path)

    def _refuse(self, name: str, stage: str, why: str) -> None:
        self._say({"say": "refused", "job": name, "stage": stage, "why": why}, b"")

    def _check(self, now: float) -> None:
        """Announce jobs that go on, end what is gone, and kill what has had its grace."""
        patient = now >= self._check_at
        for job in list(self._open):
            if job.is_followed and not job.is_announced and job.state != ENDED:
                job.is_announced = True
                self._say({"say": "begun", "job": job.name, "folder": os.path.basename(job.folder)}, b"")
            job.note()
            if not patient or job.state == ENDED:
                continue
            if job.adopted and not job.is_alive(self._is_locked(job)) and not job.has_rest():
                job.end()
            else:
                job.check(now)
            if job.state == ENDED:
                self._children.pop(job.child, None)
                self._ended(job)
        if patient:  # looking for processes may take long where there are many
            end = time.monotonic()
            self._check_at = end + max(PATIENT, CHECKING * (end - now))

    def _stop(self, job: AgentJob, grace: float, now: float) -> None:
        """Record that a job is to be stopped, so that an agent that follows does so, and stop it."""
        if job.state != ENDED and not job.is_stopping:
            self._record.stop(job.name, grace)
            job.stop(grace, now)

    def _is_locked(self, job: AgentJob) -> bool:
        return workspace.is_locked(job.path, *job.lock)

    def _ended(self, job: AgentJob) -> None:
        """Record the end of a job, and say so once all of its output is sent."""
        if job.is_forgotten:
            self._drop(job)
            return
        workspace.remove_secrets(job.path, job.directory)
        self._record.end(job.name, job.code)
        if not job.is_followed:
            self._open.pop(job, None)
        elif self.has_room():
            self._send_some(job)
            self._tick_by(time.monotonic())

    def _send_some(self, job: AgentJob) -> bool:
        """Send a chunk, and the end with the last; return whether any was sent."""
        if len(job.spools) != 1:
            return self._send_streams(job)
        spool = job.spools[0]
        offset = spool.sent
        chunk = spool.read(CHUNK)
        if job.state == ENDED and not spool.unread():
            self._say(dict(job.report(), at=offset), chunk)
            del self._open[job]
            return True
        if chunk:
            self._say({"say": "output", "job": job.name, "stream": 0, "at": offset}, chunk)
        return bool(chunk)

    def _send_streams(self, job: AgentJob) -> bool:
        """Send a chunk of one of the streams, and the end after the last; return whether any was sent."""
        found = job.next_chunk()
        if found is not None:
            stream, offset, chunk = found
            self._say({"say": "output", "job": job.name, "stream": stream, "at": offset}, chunk)
        if job.state == ENDED and not job.unread():
            self._say(job.report(), b"")
            del self._open[job]
        return found is not None

    def _drop(self, job: AgentJob) -> None:
        """Remove the workspace of a forgotten attempt; where this agent is killed, the next one does so."""
        self._open.pop(job, None)
        if self._removal.remove(job.path, job.directory):
            self._record.forget(job.name)
        else:
            self._removing[job.path] = job.name
            self._record.remove(job.name)
        job.close()

    def _tick_by(self, at: float) -> None:
        if self._next is None or at < self._next:
            self._next = at


def _is_watched(job: AgentJob) -> bool:
    """Return whether a job needs ticks: a silent one without a follower is waited for by the kernel."""
    return job.is_followed or job.is_stopping or job.adopted or job.state not in (ENDED, RUNNING)


def _exited() -> int:
    """Return a child that has ended and was not reaped, so that its number is its own; 0 for none."""
    try:
        child = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return 0
    return child.si_pid if child else 0
