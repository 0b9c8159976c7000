"""What a script prints: its service messages taken out and remembered, sensitive values masked (V5, V7)."""

from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from octotui.engine.commands import Outcome
from octotui.runtime.masking import Masker
from octotui.runtime.messages import CreateArtifact, Fail, Level, Mask, Message, Problem, SetVariable
from octotui.runtime.service_messages import Reader

LONGEST = 1000  # bytes of a warning that are kept beside the log


class Transcript:
    """Stands between a job's output and its log, and knows in the end what the script has said."""

    def __init__(self, log: Callable[[bytes], None], secrets: Iterable[str] = ()) -> None:
        self.outputs: dict[str, str] = {}
        self.sensitive: dict[str, str] = {}
        self._log = log
        self._reader = Reader()
        self._masker = Masker(secrets)
        self._warnings: dict[str, None] = {}
        self._warning: bytearray | None = None  # what is said as a warning, while it is
        self._failure = ""

    def __call__(self, chunk: bytes) -> None:
        """Take a chunk of output."""
        self._take(*self._reader.feed(chunk))

    def ended(self, outcome: Outcome) -> Outcome:
        """Let go of what was held back, and say the outcome with what the script has said."""
        self._take(*self._reader.end())
        if shown := self._masker.end():
            self._log(shown)
        self._warned()
        return replace(
            outcome,
            reason=self._masker.text(self._failure or outcome.reason)
            if outcome.state == "failed"
            else outcome.reason,
            warnings=outcome.warnings + tuple(self._warnings),
            outputs=self.outputs,
        )

    def _take(self, text: bytes, messages: Sequence[Message]) -> None:
        place = 0
        for message in messages:
            self._note(text[place : message.at])
            place = message.at
            self._understand(message)
        self._note(text[place:])
        if shown := self._masker.feed(text):
            self._log(shown)

    def _understand(self, message: Message) -> None:
        match message:
            case SetVariable(name=name, value=value, sensitive=sensitive):
                if sensitive or self._masker.holds(value):
                    self._masker.learn((value,))
                    self.sensitive[name] = value
                else:
                    self.outputs[name] = value
            case Mask(value=value):
                self._masker.learn((value,))
            case Fail(message=reason):
                self._failure = reason
            case Problem(text=problem):
                self._warnings[problem] = None
            case CreateArtifact(name=name):
                self._warnings[
                    self._masker.text(f"the artifact {name} was not kept: nothing keeps any yet")
                ] = None
            case Level(level=level):
                self._warned()
                self._warning = bytearray() if level == "warning" else None
            case _:
                pass  # nothing is done about the others yet

    def _note(self, text: bytes) -> None:
        if self._warning is not None:
            self._warning += text[: LONGEST - len(self._warning)]

    def _warned(self) -> None:
        """Keep what was said as a warning, a line a warning."""
        if self._warning is not None:
            said = self._masker.text(self._warning.decode(errors="replace"))
            self._warnings.update(dict.fromkeys(line for line in said.splitlines() if line.strip()))
        self._warning = None
