"""The way to a pod: `kubectl exec`, a process for each command."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress

from octotui.model.machines.endpoints import PodEndpoint
from octotui.workers.machine import Unreachable
from octotui.workers.remote.answers import one_line
from octotui.workers.remote.transport import ERRORS, CommandEnd
from octotui.workers.search_path import find

MISSING = "there is no kubectl on this machine: install it, or reach the worker another way"
LOST = "the connection to the pod was lost"
CHUNK = 1 << 16
DROPPED = 1 << 24  # bytes of output that are read after those that are kept
BUFFERED = 1 << 20  # bytes of output that are read ahead
REQUEST = "20s"  # how long the API server may take to answer

_ENDED = re.compile(r"(?:^|\n)command terminated with exit code (\d+)\s*\Z")
_AWAY = (
    (re.compile(r"NotFound"), "there is no pod {pod} in the namespace {namespace}"),
    (
        re.compile(r"[Ff]orbidden"),
        "nobody lets the account of the context {context} into pods of {namespace}",
    ),
    (re.compile(r"Unauthorized|logged in"), "the cluster does not know the account of the context {context}"),
    (re.compile(r"context .* does not exist|no context exists"), "there is no context {context}"),
    (re.compile(r"was refused|[Uu]nable to connect|no such host|timeout"), "its cluster does not answer"),
)

Errors = Callable[[bytes], None]


class PodCommand:
    """A command in a pod, and its standard streams."""

    def __init__(
        self, process: asyncio.subprocess.Process, way: "KubectlTransport", errors: Errors | None
    ) -> None:
        self._process = process
        self._way = way
        self._tell = errors
        self._errors = asyncio.ensure_future(self._last_errors())

    async def read(self, most: int) -> bytes:
        """Return up to `most` bytes of its output; b"" at its end."""
        assert self._process.stdout is not None
        return await self._process.stdout.read(most)

    async def write(self, data: bytes) -> None:
        """Write to its input, unless it has closed that."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(data)
            await self._process.stdin.drain()

    async def close_input(self) -> None:
        """End its input."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    async def wait(self) -> CommandEnd:
        """Return how it ended. Raises Unreachable where kubectl does not say that the command has."""
        code = await self._process.wait()
        errors = await self._errors
        if code == 0:
            return CommandEnd(0, errors=errors)
        ended = _ENDED.search(errors)
        if ended is None:
            raise Unreachable(self._way.why(errors))
        return CommandEnd(int(ended[1]), errors=errors[: ended.start()])

    async def close(self) -> None:
        """Drop the command and its streams; it hears that its input has ended."""
        self._way.forget(self)
        await self.close_input()
        self._errors.cancel()
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
        self._process._transport.close()  # type: ignore[attr-defined]
        await self._process.wait()

    async def _last_errors(self) -> str:
        kept, stream = b"", self._process.stderr
        while stream is not None and (data := await stream.read(ERRORS)):
            kept = (kept + data)[-ERRORS:]
            if self._tell is not None:
                self._tell(data)
        return kept.decode(errors="replace")


class KubectlTransport:
    """Commands in one pod, by a context of the kubeconfig of the account that runs octotui."""

    def __init__(self, pod: PodEndpoint, program: str | None = None) -> None:
        """Take the path of kubectl, or find it with each command."""
        self._pod = pod
        self._program = program
        self._running: set[PodCommand] = set()

    async def run(self, command: str, body: bytes = b"", *, most: int = 1 << 20) -> CommandEnd:
        """Run a command by sh with `body` as its input. Raises Unreachable."""
        running = await self.open(command)
        feeding = asyncio.ensure_future(_feed(running, body))
        try:
            output = await _read(running, most)
            end = await running.wait()
        finally:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
            await running.close()
        return CommandEnd(end.code, output, end.errors)

    async def open(self, command: str, errors: Errors | None = None) -> PodCommand:
        """Start a command by sh; `errors` gets its standard error. Raises Unreachable without kubectl."""
        pipe, program = asyncio.subprocess.PIPE, self._program or find("kubectl")
        if program is None:
            raise Unreachable(MISSING)
        where = (f"--context={self._pod.context}", f"--namespace={self._pod.namespace}")
        try:
            process = await asyncio.create_subprocess_exec(
                *(program, *where, "exec", "-i", self._pod.name, "--", "sh", "-c", command),
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                start_new_session=True,  # a key that interrupts octotui does not interrupt the way
                limit=BUFFERED,
            )
        except OSError as problem:
            raise Unreachable(f"kubectl cannot be started: {problem.strerror}") from None
        opened = PodCommand(process, self, errors)
        self._running.add(opened)
        return opened

    def watch(self, *, closely: bool) -> None:
        """Do nothing: each command has a process of its own, which ends with its way."""

    async def close(self) -> None:
        """Close the way; what runs in the pod continues."""
        await asyncio.gather(*(each.close() for each in tuple(self._running)))

    def retry_now(self) -> None:
        """Do nothing: each call tries anew."""

    def forget(self, command: PodCommand) -> None:
        """Note that a command was dropped."""
        self._running.discard(command)

    def why(self, errors: str) -> str:
        """Return why the pod cannot be reached, by what kubectl said."""
        said = one_line(errors.strip()) or LOST
        for pattern, sentence in _AWAY:
            if pattern.search(errors):
                names = {
                    "pod": self._pod.name,
                    "namespace": self._pod.namespace,
                    "context": self._pod.context,
                }
                return f"{sentence.format(**names)}: {said}"
        return said


async def _feed(running: PodCommand, body: bytes) -> None:
    if body:
        await running.write(body)
    await running.close_input()


async def _read(running: PodCommand, most: int) -> bytes:
    """Return the first `most` bytes of the output; the rest is read and dropped.

    Raises Unreachable where the rest has no end.
    """
    kept, size = bytearray(), 0
    while chunk := await running.read(CHUNK):
        kept += chunk[: most - len(kept)]
        size += len(chunk)
        if size > most + DROPPED:
            raise Unreachable("it prints without end")
    return bytes(kept)
