"""Calls to the shell of a machine: a program as input of one command, and its answer in parts."""

import asyncio
import re
import shlex
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from octotui.workers.machine import Unreachable
from octotui.workers.remote.answers import one_line
from octotui.workers.remote.transport import RemoteCommand, Transport

VERBS = Path(__file__).parent / "verbs"
COMMAND = 'exec sh -c \'IFS= read -r p; eval "$(printf %b "$p")"\''  # any shell's: without !, \ and line end
READ = 1 << 18
LARGEST = 1 << 16  # bytes that a login shell may print before
LONGEST = 1 << 26  # bytes of an answer that is kept as a whole
PATIENCE = 1800.0  # seconds without output: a large package may be unpacked, or a large folder removed
SILENT = (
    "it takes the connection and says nothing for {:.0f} s: see what its login shell does, and whether it is"
    " stopped"
)
SHOWN = 200  # characters of what a machine says in place of an answer
DATA, NOTICE, END, PROBLEM = b":~=!"

_ESCAPED = re.compile(r"[\\\x00-\x1f\x7f]")


class ShellProblem(Exception):
    """Raised where a verb cannot do what it was asked for; `kind` is for programs, the text for people."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


class Piece(NamedTuple):
    """Some bytes of one part of an answer: its kind, whether they are its first, and the bytes."""

    kind: int
    is_first: bool
    data: bytes


class ShellCall(NamedTuple):
    """A verb of one of the files in `verbs`, its arguments, and sh that comes before."""

    file: str
    verb: str
    arguments: Sequence[str] = ()
    before: str = ""
    patience: float = PATIENCE


class AnswerParts:
    """Divides output into parts, whose mark may come in pieces."""

    def __init__(self, mark: bytes) -> None:
        self._mark = mark
        self._rest = b""
        self._kind: int | None = None
        self._is_first = False

    def take(self, data: bytes) -> list[Piece]:
        """Return what is certain after more output. Raises Unreachable where no part begins."""
        found: list[Piece] = []
        self._rest += data
        while (at := self._rest.find(self._mark)) >= 0 and at + len(self._mark) < len(self._rest):
            self._pass(found, self._rest[:at])
            self._kind, self._is_first = self._rest[at + len(self._mark)], True
            self._rest = self._rest[at + len(self._mark) + 1 :]
            self._pass(found, b"")
        keep = len(self._rest) - at if at >= 0 else self._begun()
        self._pass(found, self._rest[: len(self._rest) - keep])
        self._rest = self._rest[len(self._rest) - keep :] if keep else b""
        if self._kind is None and len(self._rest) > LARGEST:
            raise Unreachable(
                "it answers with other than what it is asked for: see what its login shell prints"
            )
        return found

    @property
    def before(self) -> bytes:
        """What came before the first part, as long as there is none."""
        return self._rest if self._kind is None else b""

    def finish(self) -> list[Piece]:
        """Return what is left at the end of the output."""
        found: list[Piece] = []
        self._pass(found, self._rest)
        return found

    def _pass(self, found: list[Piece], data: bytes) -> None:
        if self._kind is not None and (data or self._is_first):
            found.append(Piece(self._kind, self._is_first, data))
            self._is_first = False

    def _begun(self) -> int:
        """Return how many bytes at the end may be the beginning of a mark; all before the first part."""
        if self._kind is None:
            return len(self._rest)
        most = min(len(self._mark), len(self._rest))
        return next((n for n in range(most, 0, -1) if self._rest.endswith(self._mark[:n])), 0)


class RunningCall:
    """A verb that runs over there: its input, and its answer."""

    def __init__(self, command: RemoteCommand, mark: str, patience: float) -> None:
        """Wait for each part of its output for so many seconds."""
        self._command = command
        self._parts = AnswerParts(mark.encode())
        self._patience = patience

    async def send(self, data: bytes) -> None:
        """Send input to the verb. Raises ShellProblem where it takes no more, or Unreachable."""
        try:
            await self._command.write(data)
        except Unreachable:
            with suppress(Unreachable):
                await self.data()  # it may have said why
            raise

    async def end_input(self) -> None:
        """Say that no more input follows. Raises Unreachable."""
        await self._command.close_input()

    async def pieces(self) -> AsyncGenerator[Piece, None]:
        """Yield the pieces of its answer but for the end. Raises ShellProblem or Unreachable."""
        last, said = None, bytearray()
        async with aclosing(self._output()) as output:
            async for piece in output:
                if piece.kind not in (END, PROBLEM):
                    yield piece
                elif piece.is_first:
                    last, said = piece.kind, bytearray()
                elif len(said) < LARGEST:
                    said += piece.data
        if last != END:
            await self._refuse(last, bytes(said))

    async def _output(self) -> AsyncGenerator[Piece, None]:
        while data := await self._read():
            for piece in self._parts.take(data):
                yield piece
        for piece in self._parts.finish():
            yield piece

    async def _read(self) -> bytes:
        """Return more of its output. Raises Unreachable, also where nothing comes in time."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._command.read(READ)
        except TimeoutError:
            raise Unreachable(SILENT.format(self._patience)) from None

    async def _refuse(self, last: int | None, said: bytes) -> None:
        """Say why there is no answer. Raises ShellProblem or Unreachable."""
        end = await self._command.wait()
        if last == PROBLEM:
            kind, _, why = said.decode(errors="replace").partition(" ")
            raise _problem(kind, why or _shown(end.errors))
        reason = _shown(end.errors) or _shown(self._parts.before.decode(errors="replace"))
        raise Unreachable(
            f"its shell has ended before its answer (exit code {end.code}{f': {reason}' if reason else ''})"
        )

    async def data(self) -> list[bytes]:
        """Return the parts of its answer. Raises ShellProblem or Unreachable."""
        found: list[bytearray] = []
        size = 0
        async with aclosing(self.pieces()) as pieces:
            async for piece in pieces:
                if piece.is_first:
                    found.append(bytearray())
                found[-1] += piece.data
                size += len(piece.data)
                if size > LONGEST:
                    raise Unreachable("its answer does not end")
        return [bytes(each) for each in found]

    async def close(self) -> None:
        """Drop it: what it does over there may go on until it notices."""
        await self._command.close()


class ShellCalls:
    """Calls in the directory of a worker."""

    def __init__(self, transport: Transport, directory: str) -> None:
        self._transport = transport
        self._directory = directory

    async def open(self, call: ShellCall) -> RunningCall:
        """Begin a call, whose input is still to be sent. Raises Unreachable."""
        mark = token_hex(16)
        line = _line(call, mark, self._directory)
        command = await self._transport.open(COMMAND)
        try:
            with suppress(Unreachable):  # it may say why it reads nothing
                await command.write(line)
        except BaseException:
            await command.close()
            raise
        return RunningCall(command, mark, call.patience)

    async def ask(
        self,
        file: str,
        verb: str,
        *arguments: str,
        body: bytes = b"",
        before: str = "",
        patience: float = PATIENCE,
    ) -> list[bytes]:
        """Make a call, and return the parts of its answer. Raises ShellProblem or Unreachable."""
        running = await self.open(ShellCall(file, verb, arguments, before, patience))
        try:
            if body:
                await running.send(body)
            await running.end_input()
            return await running.data()
        finally:
            await running.close()


def _line(call: ShellCall, mark: str, directory: str) -> bytes:
    """Return the program of a call in one line, as `printf %b` reads it."""
    settings = f"m={mark}\nu={token_hex(6)}\nd={shlex.quote(directory)}\n{call.before}\n"
    verb = shlex.join((call.verb, *call.arguments))
    text = f"{_source(call.file)}{settings}inside\n{verb}\nsay ="
    line = _ESCAPED.sub(lambda found: f"\\0{ord(found[0]):03o}", text)
    return line.encode(errors="surrogateescape") + b"\n"


@lru_cache(maxsize=32)
def _source(file: str) -> str:
    """Return the functions of a file and those that all share, without comments and indentation."""
    text = "".join((VERBS / name).read_text("utf-8") for name in _FILES[file])
    lines = (each.strip() for each in text.splitlines())
    return "".join(f"{each}\n" for each in lines if each and not each.startswith("#"))


_FILES = {
    "facts": ("common.sh", "facts.sh"),
    "files": ("common.sh", "files.sh"),
    "attempts": ("common.sh", "attempts.sh"),
    "stopping": ("common.sh", "attempts.sh", "stopping.sh"),
    "packages": ("common.sh", "packages.sh"),
}


def _problem(kind: str, why: str) -> Exception:
    why = one_line(why)
    if kind == "away":
        return Unreachable(why or "its directory cannot be used")
    return ShellProblem(kind, why)


def _shown(text: str) -> str:
    """Return the last line of what a machine says, short."""
    lines = text.strip().splitlines()
    last = lines[-1] if lines else ""
    return one_line(last, SHOWN)
