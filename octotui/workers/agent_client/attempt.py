"""An attempt as the session knows it whose agent runs it: what was asked, what has arrived, how it ended."""

import asyncio
from collections.abc import Callable

from octotui.engine.state import Outcome
from octotui.store.logs.line_streams import STDERR, STDOUT
from octotui.workers.agent.frames import Header
from octotui.workers.executor import (
    BEGINNING,
    AttemptLocation,
    AttemptSpec,
    Notice,
    Offsets,
    Output,
    StartError,
    by_stream,
    unheard,
)
from octotui.workers.exit_outcome import exit_outcome
from octotui.workers.machine import Unreachable

UNKNOWN = "its agent was killed, and it is unknown how it ended"
StartFrame = tuple[Header, tuple[bytes, ...]]

MOST_STARTS = 3  # times that an agent may end while it starts an attempt


class AgentAttempt:
    """One attempt of an agent; `received` counts the bytes of each stream that have arrived."""

    def __init__(
        self,
        name: str,
        location: AttemptLocation,
        work: AttemptSpec | None = None,
        start: StartFrame | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.name = name
        self.location = location
        self._worker, self._shell = (work.worker, work.shell) if work is not None else ("", "")
        self.start = start  # until its agent says that it has begun
        self.begun: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[Header] = loop.create_future()
        self.received = [*BEGINNING]
        self.is_followed = start is not None
        self.is_over = False  # it was followed to its end
        self.is_refetching = False  # a gap was found, and what arrives meanwhile comes once more
        self.grace: float | None = None  # of a stop that was asked for
        self.failure: Exception | None = None
        self.notice: Notice = unheard
        self._outputs: tuple[Callable[[bytes], None], ...] = ()
        self._early: list[tuple[int, bytes]] = []
        self._starts = 0

    def frames(self) -> list[StartFrame]:
        """Return what an agent has to be told on a new connection: all of it is idempotent."""
        frames: list[StartFrame] = []
        if self.start is not None:
            self._starts += 1
            if self._starts > MOST_STARTS:
                self.refuse("its agent ends whenever it begins")
                return []
            header, texts = self.start
            frames.append((header | {"again": self._starts > 1}, texts))
        elif self.is_followed:
            frames.append((self.follow_frame(), ()))
        if self.grace is not None:
            frames.append((self.stop_frame(), ()))
        return frames

    def stop_frame(self) -> Header:
        """Return the wish to have it stopped."""
        return {"do": "stop", "job": self.name, "grace": self.grace}

    def follow_frame(self) -> Header:
        """Return the wish to have its output from where it has arrived."""
        return {"do": "follow", "job": self.name, "from": [*self.received]}

    def has_begun(self) -> None:
        """Note that its agent has begun it: it is never begun again."""
        self.start = None
        if not self.begun.done():
            self.begun.set_result(None)

    def refused(self, header: Header) -> None:
        """Note that its agent could not begin it."""
        why = str(header.get("why"))
        if header.get("stage") == "directory":
            self.refuse(f"{self._worker} has no work directory: {why}")
        else:
            self.refuse(f"{self._shell} cannot be started on {self._worker}: {why}")

    def refuse(self, reason: str) -> None:
        """Note that it cannot begin, for a reason."""
        self.start = None
        if not self.begun.done():
            self.begun.set_exception(StartError(reason))

    def away(self, problem: Unreachable) -> None:
        """Tell who waits for it that its machine is away: it is unknown whether it has begun."""
        self.start = None
        for waited in (self.begun, self.ended):
            if not waited.done():
                waited.set_exception(problem)
                waited.exception()  # there may be nobody who waits
        self.is_over = True

    def attach(self, output: Output, notice: Notice = unheard) -> None:
        """Pass output on, first what has arrived before, and notices."""
        self._outputs, self.notice = by_stream(output), notice
        early, self._early = self._early, []
        for stream, chunk in early:
            self._pass_on(stream, chunk)

    def expect(self, offsets: Offsets) -> None:
        """Have output begin at offsets for the next that is attached, as far as it does not."""
        early = [
            sum(len(chunk) for number, chunk in self._early if number == each) for each in (STDOUT, STDERR)
        ]
        begins = [there - waiting for there, waiting in zip(self.received, early, strict=True)]
        if not self.is_followed or begins != [*offsets]:
            self._early.clear()
            self.is_followed = False
            self.received = [*offsets]

    def detach(self) -> None:
        """Pass on nothing more; a later follower gets all of it again."""
        self._outputs, self.notice = (), unheard
        self.is_followed = False
        self.received = [*BEGINNING]

    def take(self, at: object, chunk: bytes, stream: object = STDOUT) -> bool:
        """Take a chunk of a stream; return False where something before it is missing."""
        number = STDERR if stream == STDERR else STDOUT
        if at != self.received[number]:
            return False
        self.is_refetching = False
        self.received[number] += len(chunk)
        if self._outputs:
            self._pass_on(number, chunk)
        else:
            self._early.append((number, chunk))
        return True

    def is_whole(self, sizes: object) -> bool:
        """Return whether no stream is shorter than its agent says."""
        told = sizes if isinstance(sizes, list) else ()
        return all(here >= there for here, there in zip(self.received, told, strict=False))

    def end(self, header: Header) -> None:
        """Note how it has ended."""
        self.has_begun()
        if not self.ended.done():
            self.ended.set_result(header)

    def outcome(self, header: Header) -> Outcome:
        """Return its Outcome: exit code 0 is success (S7)."""
        code = header.get("code")
        told = [*header.get("warnings", ())]
        if survivors := header.get("survivors"):
            named = ", ".join(map(str, survivors))
            told.append(f"processes that it started could not be ended, and go on: {named}")
        warnings = tuple(map(str, told))
        if header.get("stopped"):
            return Outcome(state="cancelled", exit_code=code, warnings=warnings)
        if not isinstance(code, int):
            return Outcome(state="lost", reason=str(header.get("why", UNKNOWN)), warnings=warnings)
        return exit_outcome(code, warnings)

    def _pass_on(self, stream: int, chunk: bytes) -> None:
        if not self._outputs or self.failure is not None or not chunk:
            return
        try:
            self._outputs[stream](chunk)
        except Exception as error:  # raised by `follow`: here it would end all jobs' output
            self.failure = error
