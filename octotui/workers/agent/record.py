"""The agent's record: an append-only file of the attempts that it has begun, that have ended, are forgotten.

Each line is a JSON array. An incomplete last line is ignored, and so is one that no agent writes: the script
of an attempt runs as the same account and could write here, too.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import Any, Dict, Iterable, List, NamedTuple, Optional

from octotui.workers.agent.regular_files import open_regular

LARGEST = 1 << 26  # bytes that are read
MANY = 20_000  # lines, after which it is rewritten

_encode = json.JSONEncoder().encode


class RecordedAttempt(NamedTuple):
    """An attempt by its record: its folder, the file it locks, its leader, and its end.

    `started` is the time since boot at which process `pid` was started. `code` is None for an unknown one.
    `is_removed`: its end is known elsewhere, and its folder is being removed, or will be at its end.
    `grace` are the seconds that its processes were given when it was to be stopped; None where it was not.
    """

    folder: str
    device: int
    inode: int
    streams: int
    pid: int = 0
    started: float = 0.0
    has_ended: bool = False
    code: Optional[int] = None
    is_removed: bool = False
    grace: Optional[float] = None


class AgentRecord:
    """Appends to a record, which is rewritten with what is left when it is opened."""

    def __init__(self, path: str, left: Dict[str, RecordedAttempt]) -> None:
        """Write a new record of the attempts that are `left`, in place of an old one. Raises OSError."""
        self._path = path
        self._left = left
        self._file = -1
        self._lines = 0
        self._is_torn = False
        self._waiting: List[Any] = []  # lines that may be appended with the next ones
        self._rewrite()

    def attempt(self, name: str) -> RecordedAttempt:
        """Return what is recorded of an attempt that is not forgotten."""
        return self._left[name]

    def begin(self, name: str, attempt: RecordedAttempt) -> None:
        """Append that an attempt is about to begin, at once. Raises OSError, and then it must not."""
        self._append([_begun(name, attempt)])
        self._left[name] = attempt

    def take(self, attempts: Dict[str, RecordedAttempt]) -> None:
        """Append attempts of another record. Raises OSError, and then none of them is taken."""
        if attempts:
            self._append(line for name, each in attempts.items() for line in _lines(name, each))
            self._left.update(attempts)

    def starts(self, name: str, pid: int, started: float) -> None:
        """Append, with the next `flush`, the process that leads an attempt."""
        self._left[name] = self._left[name]._replace(pid=pid, started=started)
        self._waiting.append(["started", name, pid, started])

    def stop(self, name: str, grace: float) -> None:
        """Append, with the next `flush`, that an attempt is being stopped; an agent that follows goes on."""
        self._left[name] = self._left[name]._replace(grace=grace)
        self._waiting.append(["stopping", name, grace])

    def end(self, name: str, code: Optional[int]) -> None:
        """Append, with the next `flush`, that an attempt has ended."""
        self._left[name] = self._left[name]._replace(has_ended=True, code=code)
        self._waiting.append(["ended", name, code])

    def remove(self, name: str) -> None:
        """Append, with the next `flush`, that an attempt is to be forgotten once its folder is removed."""
        self._left[name] = self._left[name]._replace(is_removed=True)
        self._waiting.append(["removing", name])

    def removed(self, name: str) -> None:
        """Forget an attempt whose folder was to be removed."""
        if name in self._left and self._left[name].is_removed:
            self.forget(name)

    def forget(self, name: str) -> None:
        """Append, with the next `flush`, that an end is known elsewhere and the attempt's folder gone."""
        if self._left.pop(name, None) is not None:
            self._waiting.append(["forgotten", name])
            if self._lines > MANY and self._lines > 4 * len(self._left):
                self._try_to_rewrite()

    def flush(self) -> None:
        """Append what waits, with one write; on a full disk, it waits until there is room."""
        if self._waiting:
            with suppress(OSError):
                self._append(())

    def _try_to_rewrite(self) -> None:
        """Write the record anew if possible: if not, after as many lines again."""
        try:
            self._rewrite()
        except OSError:
            self._lines = 0

    def _append(self, lines: Iterable[Any]) -> None:
        """Append what waits, and these lines after it. Raises OSError."""
        together = [*self._waiting, *lines]
        body = _body(together)
        if self._is_torn:
            body = b"\n" + body
        self._is_torn = True
        _write(self._file, body, self._path)
        self._is_torn = False
        self._lines += len(together)
        self._waiting.clear()

    def _rewrite(self) -> None:
        """Write the record anew. Raises OSError, and then the old one is kept."""
        new = self._path + ".new"
        file = open_regular(new, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.ftruncate(file, 0)
            for name, each in self._left.items():
                _write(file, _body(_lines(name, each)), new)
            os.replace(new, self._path)
        except OSError:
            os.close(file)
            with suppress(OSError):
                os.unlink(new)
            raise
        old, self._file = self._file, file
        self._lines, self._is_torn = len(self._left), False
        self._waiting.clear()
        if old >= 0:
            os.close(old)


def read_record(path: str) -> Dict[str, RecordedAttempt]:
    """Return the attempts that are not forgotten, by name; of a file that cannot be read, none."""
    left: Dict[str, RecordedAttempt] = {}
    for line in _whole_lines(path):
        try:
            _apply(left, json.loads(line))
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
    return left


def _apply(left: Dict[str, RecordedAttempt], line: Any) -> None:
    """Add one line to what is known. Raises ValueError, TypeError or KeyError for a strange one."""
    word, name, *rest = line
    if word == "begun":
        folder, device, inode, streams = rest
        left[str(name)] = RecordedAttempt(str(folder), int(device), int(inode), int(streams))
    elif word == "started":
        pid, started = rest
        left[name] = left[name]._replace(pid=int(pid), started=float(started))
    elif word == "stopping":
        left[name] = left[name]._replace(grace=float(rest[0]))
    elif word == "ended":
        code = None if rest[0] is None else int(rest[0])
        left[name] = left[name]._replace(has_ended=True, code=code)
    elif word == "removing":
        left[name] = left[name]._replace(is_removed=True)
    elif word == "forgotten":
        left.pop(name, None)


def _body(lines: Iterable[Any]) -> bytes:
    return "".join([_encode(line) + "\n" for line in lines]).encode()


def _write(file: int, body: bytes, path: str) -> None:
    """Write all of it at once. Raises OSError."""
    if os.write(file, body) != len(body):
        raise OSError(28, "No space left on device", path)


def _begun(name: str, each: RecordedAttempt) -> Any:
    return ["begun", name, each.folder, each.device, each.inode, each.streams]


def _lines(name: str, each: RecordedAttempt) -> Iterable[Any]:
    yield _begun(name, each)
    if each.pid:
        yield ["started", name, each.pid, each.started]
    if each.grace is not None:
        yield ["stopping", name, each.grace]
    if each.has_ended:
        yield ["ended", name, each.code]
    if each.is_removed:
        yield ["removing", name]


def _whole_lines(path: str) -> Iterable[bytes]:
    try:
        file = open_regular(path, os.O_RDONLY)
    except OSError:
        return ()
    try:
        body = os.pread(file, LARGEST, 0)
    except OSError:
        return ()
    finally:
        os.close(file)
    return body[: body.rfind(b"\n") + 1].splitlines()
