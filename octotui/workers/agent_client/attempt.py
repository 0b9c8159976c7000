"""An attempt as the session knows it whose agent runs it: what was asked, what has arrived, how it ended."""

import asyncio
import signal

from octotui.engine.state import Outcome
from octotui.workers.agent.frames import Header
from octotui.workers.executor import AttemptLocation, AttemptSpec, Output, StartError
from octotui.workers.machine import Unreachable

UNKNOWN = "its agent was killed, and it is unknown how it ended"
StartFrame = tuple[Header, tuple[bytes, ...]]

MOST_STARTS = 3  # times that an agent may end while it starts an attempt


class AgentAttempt:
    """One attempt of an agent; `received` counts the bytes of its output that have arrived."""

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
        self.received = 0
        self.is_followed = start is not None
        self.is_over = False  # it was followed to its end
        self.is_refetching = False  # a gap was found, and what arrives meanwhile comes once more
        self.grace: float | None = None  # of a stop that was asked for
        self.failure: Exception | None = None
        self._output: Output | None = None
        self._early: list[bytes] = []
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
        return {"do": "follow", "job": self.name, "from": [self.received]}

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

    def attach(self, output: Output) -> None:
        """Pass output on, first what has arrived before."""
        self._output = output
        early, self._early = self._early, []
        for chunk in early:
            self._pass_on(chunk)

    def expect(self, offset: int) -> None:
        """Have output begin at an offset for the next that is attached, as far as it does not."""
        if not self.is_followed or self.received - sum(map(len, self._early)) != offset:
            self._early.clear()
            self.is_followed = False
            self.received = offset

    def detach(self) -> None:
        """Pass on nothing more; a later follower gets all of it again."""
        self._output = None
        self.is_followed = False
        self.received = 0

    def take(self, at: object, chunk: bytes) -> bool:
        """Take a chunk of output; return False where something before it is missing."""
        if at != self.received:
            return False
        self.is_refetching = False
        self.received += len(chunk)
        if self._output is None:
            self._early.append(chunk)
        else:
            self._pass_on(chunk)
        return True

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
            told.append(f"these processes of it cannot be ended: {', '.join(map(str, survivors))}")
        warnings = tuple(map(str, told))
        if header.get("stopped"):
            return Outcome(state="cancelled", exit_code=code, warnings=warnings)
        if not isinstance(code, int):
            return Outcome(state="lost", reason=str(header.get("why", UNKNOWN)), warnings=warnings)
        if code == 0:
            return Outcome(state="succeeded", exit_code=0, warnings=warnings)
        reason = f"killed by {signal_name(-code)}" if code < 0 else f"exit code {code}"
        return Outcome(state="failed", exit_code=code, reason=reason, warnings=warnings)

    def _pass_on(self, chunk: bytes) -> None:
        if self._output is None or self.failure is not None or not chunk:
            return
        try:
            self._output(chunk)
        except Exception as error:  # raised by `follow`: here it would end all jobs' output
            self.failure = error


def signal_name(number: int) -> str:
    """Return the name of a signal."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
