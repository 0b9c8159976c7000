"""Starting a script: its workspace, its place in the record, and its shell."""

from __future__ import annotations

import os
import signal
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

from octotui.workers.agent import limits, workspace
from octotui.workers.agent.frames import Header
from octotui.workers.agent.processes import since_boot
from octotui.workers.agent.record import AgentRecord, RecordedAttempt

SCRIPT = b"\1"  # the argument in whose place the path of the script is given
TEXTS = 5  # script, values, record, arguments, environment

DEFAULTS = (
    *(signal.SIGHUP, signal.SIGINT, signal.SIGQUIT),
    *(signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ),
)


class LaunchError(Exception):
    """Raised when an attempt cannot begin, for a reason in its `directory` or with its `shell`."""

    def __init__(self, stage: str, problem: Exception) -> None:
        super().__init__(_why(problem))
        self.stage = stage


class LaunchedScript(NamedTuple):
    """A script that runs: its leader, its folder, what is recorded, its open spools, and its open folder."""

    pid: int
    path: str
    attempt: RecordedAttempt
    spools: List[int]
    directory: int


def split(header: Header, payload: bytes) -> Tuple[bytes, ...]:
    """Return the texts of a start frame. Raises ValueError where they are not what its header says."""
    lengths = [int(each) for each in header["lengths"]]
    if len(lengths) != TEXTS or min(lengths) < 0 or sum(lengths) != len(payload):
        raise ValueError("the texts of a start do not have the lengths that it says")
    texts, at = [], 0
    for length in lengths:
        texts.append(payload[at : at + length])
        at += length
    return tuple(texts)


class Launcher:
    """Starts scripts in new folders; `home` is the agent's own, to which folders are relative."""

    def __init__(self, home: int) -> None:
        self._home = home
        self._token = os.urandom(4).hex()
        self._count = 0
        self._limits = limits.ChildLimits()
        self._low = [
            os.dup(home) for _ in range(3)
        ]  # below a child's limit, where later descriptors may not be

    def launch(
        self, name: str, header: Header, texts: Tuple[bytes, ...], record: AgentRecord
    ) -> LaunchedScript:
        """Start a script, once its name is in the record. Raises LaunchError, and then nothing has begun."""
        self._count += 1
        folder = f"{header['space']}-{self._token}.{self._count}"
        try:
            path = workspace.make_folder(str(header["directory"]), folder)
        except (OSError, ValueError) as problem:
            raise LaunchError("directory", problem) from None
        directory = -1
        try:
            directory = workspace.open_folder(path)
            os.fchdir(directory)
            try:
                return self._start(name, path, directory, header, texts, record)
            finally:
                os.fchdir(self._home)
        except (OSError, ValueError) as problem:
            if directory >= 0:
                os.close(directory)
            record.forget(name)
            workspace.remove(path)
            raise LaunchError("shell", problem) from None

    def _start(
        self,
        name: str,
        path: str,
        directory: int,
        header: Header,
        texts: Tuple[bytes, ...],
        record: AgentRecord,
    ) -> LaunchedScript:
        """Start a script in the current directory. Raises OSError or ValueError."""
        script, values, resume, arguments, environment = texts
        streams = 2 if header.get("streams") == 2 else 1
        opened = workspace.fill(script, values, resume, streams)
        try:
            found = os.fstat(opened.lock)
            attempt = RecordedAttempt(path, found.st_dev, found.st_ino, streams)
            record.begin(name, attempt)
            given = _environment(environment)
            given[os.fsencode(header["values_in"])] = os.fsencode(f"{opened.path}/values")
            pid = self._spawn(_arguments(arguments, opened.path), given, opened, str(header["files"]))
        except BaseException:
            for file in opened.spools:
                os.close(file)
            raise
        finally:
            os.close(opened.lock)
        record.starts(name, pid, since_boot())
        return LaunchedScript(pid, path, record.attempt(name), opened.spools, directory)

    def _spawn(
        self,
        arguments: List[bytes],
        environment: Dict[bytes, bytes],
        opened: workspace.OpenedWorkspace,
        open_files: str,
    ) -> int:
        """Start a program as the leader of a session; it inherits the lock as descriptor 3."""
        files = (opened.spools[0], opened.spools[-1], opened.lock)
        if min(files) > len(files) and max(files) < limits.lowest(open_files):
            return self._spawn_with(files, arguments, environment, open_files)
        for file, low in zip(files, self._low):
            os.dup2(file, low, inheritable=False)
        try:
            return self._spawn_with(self._low, arguments, environment, open_files)
        finally:
            for low in self._low:  # else this process would hold the lock
                os.dup2(self._home, low, inheritable=False)

    def _spawn_with(
        self,
        files: Sequence[int],
        arguments: List[bytes],
        environment: Dict[bytes, bytes],
        open_files: str,
    ) -> int:
        """Start a program with these descriptors, which are below its limit, as its output and its lock."""
        given: List[Any] = [(os.POSIX_SPAWN_DUP2, file, at) for at, file in enumerate(files, 1)]
        with self._limits.of_a_child(open_files):
            return os.posix_spawn(
                arguments[0],
                arguments,
                environment,
                file_actions=given,
                setsid=True,
                setsigmask=(),
                setsigdef=DEFAULTS,
            )


def _arguments(joined: bytes, folder: str) -> List[bytes]:
    script = os.fsencode(f"{folder}/script")
    return [script if each == SCRIPT else each for each in joined.split(b"\0")]


def _environment(joined: bytes) -> Dict[bytes, bytes]:
    """Return the variables of a text of `NAME=VALUE`, each ended by a NUL. Raises ValueError."""
    try:
        return dict([each.split(b"=", 1) for each in joined.split(b"\0")[:-1]])
    except ValueError:
        raise ValueError("illegal environment variable name") from None


def _why(problem: Exception) -> str:
    """Return the system's message as a phrase."""
    if isinstance(problem, OSError) and problem.strerror:
        if problem.filename:
            return f"{problem.strerror}: {os.fsdecode(problem.filename)}"
        return problem.strerror
    return str(problem)
