"""The transcript of a script: service messages are extracted, sensitive values masked (V5, V7)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from octotui.engine.state import Artifact, Outcome
from octotui.runtime.jobs.job_output import Log
from octotui.runtime.jobs.masking import Masker
from octotui.runtime.jobs.progress_throttle import Tell
from octotui.runtime.jobs.service_message_parser import ServiceMessageParser
from octotui.runtime.jobs.service_message_types import (
    CreateArtifact,
    Fail,
    Level,
    Mask,
    Message,
    Problem,
    ProgressMessage,
    SetVariable,
)
from octotui.store.artifacts import LARGEST, ArtifactError, keep
from octotui.store.logs.line_levels import LevelChange
from octotui.store.logs.line_streams import STDERR, STDOUT
from octotui.workers.machine import WorkspaceFiles
from octotui.workers.reaching import until_reached

LONGEST = 1000  # bytes of a warning, a highlight or a reason that are kept beside the log
WARNINGS = 100
HIGHLIGHTS = 20
ARTIFACTS = 100
SPACE = 1 << 32  # bytes of all artifacts of an attempt
OUTPUTS = 1000  # output variables of an attempt
NAME = 1000  # characters of an output variable's name
ROOM = 1 << 24  # bytes of all output variables of an attempt
SHORT = 200  # characters of a progress message
MASKED = 256  # values that a script may mask
MASKED_ROOM = 1 << 20  # characters of all these values


_TOO_MANY = f"it has more than {MASKED} values masked, or more than {MASKED_ROOM >> 20} MiB of them"


def _nobody(percentage: int, message: str) -> None:
    """Ignore progress."""


class _VisibleText:
    """The text of one stream as it may be shown: masked, with the levels of its lines."""

    def __init__(self, write: Callable[[bytes, Sequence[LevelChange]], None], masker: Masker) -> None:
        self.level = "default"
        self._write = write
        self._masker = masker
        self._shown: list[bytes] = []  # of the present chunk
        self._length = 0
        self._changes: list[LevelChange] = []

    def add(self, text: bytes) -> None:
        """Mask a text, and hold back its end while that may be the beginning of a value."""
        self._show(self._masker.feed(text))

    def set_level(self, level: str) -> None:
        """Give the following text another level."""
        self.level = level
        self._changes.append(LevelChange(self._length, level))

    def flush(self) -> None:
        """Write what is decided, and its level changes."""
        if self._shown:
            self._write(b"".join(self._shown), self._changes)
            self._shown, self._changes, self._length = [], [], 0

    def end(self) -> None:
        """Write what was held back."""
        self._show(self._masker.end())
        self.flush()

    def _show(self, text: bytes) -> None:
        if text:
            self._shown.append(text)
            self._length += len(text)


class Transcript:
    """Stands between a job's output and its log, and collects the script's service messages.

    Each kind of message is limited; the log has the whole output. As Octopus has it, messages are read on
    stdout alone; what some of them say of stderr holds for what arrives there afterwards.
    """

    def __init__(
        self,
        log: Log,
        secrets: Iterable[str] = (),
        tell: Tell = _nobody,
        *,
        masker: Masker | None = None,
        errors: Masker | None = None,
    ) -> None:
        """Mask `secrets`, beside the values of a `masker`, and stderr by `errors`."""
        self.outputs: dict[str, str] = {}
        self.sensitive: dict[str, str] = {}
        self.artifacts: list[Artifact] = []
        self._tell = tell
        self._reader = ServiceMessageParser()
        self._masker = masker or Masker()
        self._masker.record(secrets)
        self._text = _VisibleText(log, self._masker)
        self._errors = _VisibleText(
            lambda text, changes: log(text, changes, STDERR), errors or self._masker.beside()
        )
        self._warnings: dict[str, None] = {}
        self._highlights: list[str] = []
        self._level_text = bytearray()  # text of the pending warning or highlight
        self._wanted: list[CreateArtifact] = []
        self._room = ROOM
        self._masked: dict[str, None] = {}
        self._masked_room = MASKED_ROOM
        self._silent = False
        self._space = SPACE
        self._failure = ""

    def __call__(self, chunk: bytes, stream: int = STDOUT, /) -> None:
        """Take a chunk of a stream."""
        if stream == STDOUT:
            self._take(*self._reader.feed(chunk))
        elif not self._silent:
            self._errors.add(chunk)
            self._errors.flush()

    async def keep_artifacts(self, files: WorkspaceFiles, folder: Path) -> None:
        """Copy the requested artifacts from the ended script's workspace to a local folder."""
        self._take(*self._reader.end())
        while self._wanted:
            wanted = self._wanted.pop(0)
            name = self._masker.text(wanted.name)
            if self._space <= 0:
                self.warn(f"artifacts beyond the first {SPACE >> 30} GiB were not kept")
                continue
            try:
                artifact = await self._kept(files, wanted.path, name, folder)
                self.artifacts.append(artifact)
                self._space -= artifact.size
            except ArtifactError as error:
                self.warn(f"the artifact {name} was not kept: {error}")

    async def _kept(self, files: WorkspaceFiles, path: str, name: str, folder: Path) -> Artifact:
        """Copy an artifact, from its start again where its machine could not be reached."""
        return await until_reached(lambda: keep(files.get(path, LARGEST), name, folder))

    def masked(self, text: str) -> str:
        """Return a text with sensitive values masked."""
        return self._masker.text(text)

    def ended(self, outcome: Outcome) -> Outcome:
        """Flush what was held back, and return the outcome with the script's messages."""
        self._take(*self._reader.end())
        self._text.end()
        self._errors.end()
        self._set_level("default")
        self._hide_outputs()
        if self._silent:
            self.warn(f"{_TOO_MANY}: the rest of its output is not shown")
        for wanted in self._wanted:
            self.warn(f"the artifact {wanted.name} was not kept: its machine returned no files")
        failure = self._failure if outcome.state == "failed" else ""
        return replace(
            outcome,
            reason=self._masker.text(failure or outcome.reason)[:LONGEST],
            warnings=outcome.warnings + tuple(self._warnings),
            outputs=self.outputs,
            artifacts=tuple(self.artifacts),
            highlights=tuple(self._highlights),
            secrets=tuple(self._names_to_tell()),
        )

    def _take(self, text: bytes, messages: Sequence[Message]) -> None:
        position = 0
        for message in messages:
            self._add(text[position : message.at])
            position = message.at
            if not self._silent:
                self._apply(message)
        self._add(text[position:])
        self._text.flush()

    def _add(self, text: bytes) -> None:
        if self._silent:
            return
        if self._text.level in ("warning", "highlight"):
            self._level_text += text[: LONGEST - len(self._level_text)]
        self._text.add(text)

    def _apply(self, message: Message) -> None:
        match message:
            case SetVariable():
                self._set(message)
            case Mask(value=value):
                self._silent = not self._mask(value)
            case Fail(message=reason):
                self._failure = reason
            case Problem(text=problem):
                self.warn(problem)
            case CreateArtifact():
                self._want(message)
            case ProgressMessage(percentage=percentage, message=text):
                self._tell(percentage, " ".join(self._masker.text(text).split())[:SHORT])
            case Level():
                self._change_level(message)
            case _:
                pass  # the others are ignored

    def _want(self, message: CreateArtifact) -> None:
        """Note a file to keep, up to a limit."""
        if len(self._wanted) < ARTIFACTS:
            self._wanted.append(message)
        else:
            self.warn(f"artifacts beyond the first {ARTIFACTS} were not kept")

    def _set(self, message: SetVariable) -> None:
        """Set an output variable, within the limits."""
        set_before = self.outputs.get(message.name, self.sensitive.get(message.name))
        known = set_before is not None
        room = self._room - len(message.value) + len(set_before or "") - (0 if known else len(message.name))
        if len(message.name) > NAME:
            self.warn(f"output variables with names of more than {NAME} characters were not set")
        elif room < 0:
            self.warn(f"output variables of more than {ROOM >> 20} MiB were not set")
        elif not known and len(self.outputs) + len(self.sensitive) >= OUTPUTS:
            self.warn(f"output variables beyond the first {OUTPUTS} were not set")
        elif not message.sensitive and not self._masker.holds(message.value):
            self._room = room
            self.outputs[self._masker.text(message.name)] = message.value
        else:
            self._room = room
            self._set_apart(message.name, message.value)

    def _set_apart(self, name: str, value: str) -> None:
        """Set a sensitive output variable, if it can be masked."""
        if self._mask(value):
            self.sensitive[name] = value
        else:
            self.warn(f"{_TOO_MANY}: further sensitive output variables were not set")

    def _mask(self, value: str) -> bool:
        """Mask a value from now on; return whether that is within the limits."""
        if value not in self._masked:
            if len(self._masked) == MASKED or len(value) > self._masked_room:
                return False
            self._masked[value] = None
            self._masked_room -= len(value)
            self._masker.record((value,))
        return True

    def _hide_outputs(self) -> None:
        """Move outputs that contain values which became sensitive later to the sensitive ones."""
        for name in [name for name, value in self.outputs.items() if self._masker.holds(value)]:
            self._set_apart(name, self.outputs.pop(name))

    def _names_to_tell(self) -> Iterator[str]:
        """Yield the names of sensitive outputs that are not empty, and whose names reveal nothing (V5)."""
        for name, value in self.sensitive.items():
            if value and not self._masker.holds(name):
                yield name

    def _change_level(self, message: Level) -> None:
        """Give what follows on a stream another level; Octopus has progress on stderr as verbose lines."""
        if message.stream == "stdout":
            self._set_level(message.level)
        else:
            self._errors.set_level("verbose" if message.level == "progress" else message.level)

    def _set_level(self, level: str) -> None:
        """Switch the log level; flush the pending warning or highlight."""
        if self._level_text:
            said = bytes(self._level_text)
            is_cut = len(said) == LONGEST
            shown = self._masker.beginning(said) if is_cut else self._masker.whole(said)
            text = shown.decode(errors="replace")
            lines = [line.rstrip() for line in text.splitlines() if line.strip()]
            before = len(self._highlights)
            if self._text.level == "warning":
                for line in lines:
                    self.warn(line)
            else:
                self._highlights += lines[: HIGHLIGHTS - len(self._highlights)]
                if len(lines) > HIGHLIGHTS - before:
                    self.warn(f"highlights beyond the first {HIGHLIGHTS} are in the output alone")
            self._level_text = bytearray()
        self._text.set_level(level)

    def warn(self, text: str) -> None:
        """Add a warning, once."""
        masked = self._masker.text(text)[:LONGEST]
        full = len(self._warnings) >= WARNINGS and masked not in self._warnings
        self._warnings["there are more warnings, in the output alone" if full else masked] = None
