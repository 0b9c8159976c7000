"""The first words with a machine: a line of sh that finds a Python, which becomes the relay of a channel.

Nothing is taken for an answer that does not begin with a marker made up for it: what a login shell prints
before is dropped. All that differs from one machine to another is sent as input, never as part of a command.
"""

import asyncio
import hashlib
import shlex
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

import msgspec

from octotui.workers import agent_program
from octotui.workers.machine import Unreachable
from octotui.workers.remote.answers import one_line
from octotui.workers.remote.transport import RemoteCommand, Transport

BOOT = Path(__file__).parents[1] / "agent" / "relay" / "boot.py"
PATIENCE = 60.0  # seconds until the relay is there, with the program sent to it
LARGEST = 1 << 16  # bytes that a login shell may print before
SHOWN = 200  # characters of what it says in place of an answer
SILENT = "it takes the connection and says nothing for {:.0f} s: see what its login shell does"
FORCED = (
    "it does something else than octotui asks for: see ForceCommand in its sshd_config, command= in"
    " ~/.ssh/authorized_keys there, and the login shell of the account"
)

PYTHONS = (
    "python3",
    *(f"python3.{minor}" for minor in range(20, 7, -1)),
    *("python", "/usr/bin/python3", "/usr/local/bin/python3", "/usr/libexec/platform-python"),
)
_VERSION = "import sys; sys.stdout.write(str(sys.version_info[0]) + chr(46) + str(sys.version_info[1]))"


def finding(pythons: Iterable[str]) -> str:
    """Return the command that becomes the first of these programs that is a Python from 3.8 on.

    Any login shell takes it: it has no quote, exclamation mark, backslash or line end within its quotes.
    """
    line = (
        "for each in m d s h v b; do IFS= read -r $each; done; f=; "
        f"for p in {' '.join(pythons)}; do "
        f'w=$("$p" -S -E -c "{_VERSION}" 2>/dev/null </dev/null) || continue; '
        'case $w in 3.[89]|3.[1-9][0-9]) exec "$p" -I -S -c "$b" "$m" "$d" "$s" "$h" "$v";; esac; '
        'f="$f $p is $w,"; done; echo "$m none $f"'
    )
    return f"exec sh -c {shlex.quote(line)}"


COMMAND = finding(PYTHONS)


class PythonMissing(Unreachable):
    """Raised where a machine has no Python that could run the agent."""


class PrecededCommand:
    """A command of whose output some was read already."""

    def __init__(self, command: RemoteCommand, rest: bytes) -> None:
        self._command = command
        self._rest = rest

    async def read(self, most: int) -> bytes:
        """Return what was read already, and then what follows."""
        if self._rest:
            data, self._rest = self._rest[:most], self._rest[most:]
            return data
        return await self._command.read(most)

    async def write(self, data: bytes) -> None:
        """Write to its input."""
        await self._command.write(data)

    async def close(self) -> None:
        """Drop it."""
        await self._command.close()


async def connected(transport: Transport, directory: str) -> PrecededCommand:
    """Return the relay of a new channel to a machine, its program in the directory of a worker.

    Raises Unreachable.
    """
    if "\n" in directory or "\0" in directory:
        raise Unreachable("its directory has a line end in its name: say another")
    command = await transport.open(COMMAND)  # in its own time, also where many wait for their turn
    try:
        async with asyncio.timeout(PATIENCE):
            return await _Greeting(command).relay(directory)
    except TimeoutError:
        await command.close()
        raise Unreachable(SILENT.format(PATIENCE)) from None
    except BaseException:
        await command.close()
        raise


class _Greeting:
    """The lines of one command until it is the relay."""

    def __init__(self, command: RemoteCommand) -> None:
        self._command = command
        self._mark = token_hex(16)
        self._seen = bytearray()

    async def relay(self, directory: str) -> PrecededCommand:
        program = agent_program.archive()
        boot = f"exec({BOOT.read_text('utf-8')!r})"
        given = (
            *(self._mark, directory, str(len(program)), hashlib.sha256(program).hexdigest()),
            *(agent_program.version(), boot),
        )
        lines = "".join(f"{each}\n" for each in given)
        word, rest = await self._answer(lines.encode(errors="surrogateescape"))
        if word == "send":
            word, rest = await self._answer(program)
        if word == "none":
            found = rest.strip().rstrip(",")
            raise PythonMissing(
                f"it has no Python from 3.8 on{f' ({_shown(found)})' if found else ''}: install one there"
            )
        if word == "failed":
            raise Unreachable(_shown(_reason(rest)))
        if not word:
            raise Unreachable(FORCED)
        if word != "ready":
            raise Unreachable(f"what answers there is no octotui: {_shown(word)}")
        return PrecededCommand(self._command, bytes(self._seen))

    async def _answer(self, data: bytes) -> tuple[str, str]:
        """Send data, and return the next word and its rest. Raises Unreachable.

        What takes no data has said why not.
        """
        with suppress(Unreachable):
            await self._command.write(data)
        return await self._word()

    async def _word(self) -> tuple[str, str]:
        """Return the word of the next line that has the marker, and the rest of it. Raises Unreachable."""
        mark = self._mark.encode()
        while True:
            begin = self._seen.find(mark)
            end = self._seen.find(b"\n", begin) if begin >= 0 else -1
            if end >= 0:
                line = bytes(self._seen[begin + len(mark) : end]).decode(errors="replace")
                del self._seen[: end + 1]
                word, _, rest = line.strip().partition(" ")
                return word, rest
            if len(self._seen) > LARGEST:
                raise Unreachable(
                    "it answers with other than what it is asked for: see what its login shell prints"
                )
            data = await self._command.read(LARGEST)
            if not data:
                await self._refuse()
            self._seen += data

    async def _refuse(self) -> None:
        """Say what has ended in place of the relay. Raises Unreachable."""
        end = await self._command.wait()
        said = _shown(end.errors.strip() or bytes(self._seen).decode(errors="replace").strip())
        raise Unreachable(
            f"its shell does not run sh as it is asked to (exit code {end.code}{f': {said}' if said else ''})"
        )


def _reason(text: str) -> str:
    try:
        more: Any = msgspec.json.decode(text.encode())
        return str(more["why"])
    except (msgspec.MsgspecError, KeyError, TypeError):
        return text


def _shown(text: str) -> str:
    """Return the last line of what a machine says, short."""
    lines = text.splitlines()
    last = lines[-1] if lines else ""
    return one_line(last, SHOWN)
