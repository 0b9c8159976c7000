"""The service messages of scripts, and the problems of invalid ones (V7)."""

import re
from base64 import b64decode
from collections.abc import Callable
from typing import Literal

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A service message; `at` is its offset in the visible text beside it."""

    at: int


class SetVariable(Message, frozen=True, kw_only=True):
    """An output variable."""

    name: str
    value: str
    sensitive: bool = False


class CreateArtifact(Message, frozen=True, kw_only=True):
    """A file to keep after the step."""

    path: str
    name: str
    length: int = 0


class ProgressMessage(Message, frozen=True, kw_only=True):
    """The progress of a step, from 0 to 100."""

    percentage: int
    message: str = ""


class Level(Message, frozen=True, kw_only=True):
    """The level of the following lines of one of the script's two streams."""

    stream: Literal["stdout", "stderr"]
    level: str


class Fail(Message, frozen=True, kw_only=True):
    """The reason to show if the script fails; its exit code decides whether it does."""

    message: str


class Mask(Message, frozen=True, kw_only=True):
    """A value that is sensitive from now on."""

    value: str


class Other(Message, frozen=True, kw_only=True):
    """A message of Octopus that octotui ignores: new targets, accounts, manifests."""

    name: str
    values: dict[str, str]


class Problem(Message, frozen=True, kw_only=True):
    """Why a line that looks like a message is text: a sentence without the script's output."""

    text: str


SHORT = 60  # characters of a name that a sentence repeats
DIGITS = 30  # characters of a number

_EACH = re.compile(rb"([\w-]+)=['\"]([^'\"]*)")


class _Broken(Exception):
    """A message is invalid."""


class _Values(dict[str, str]):
    def __init__(self, message: str, pairs: bytes) -> None:
        self._message = shortened(message)
        for key, value in _EACH.findall(pairs):
            self[key.decode().lower()] = self._decoded(shortened(key.decode()), value)

    def need(self, key: str) -> str:
        if not self.get(key):
            raise _Broken(f"the service message {self._message} has no {key}")
        return self[key]

    def number(self, key: str) -> int:
        try:
            return int(float(self.need(key)[:DIGITS]))
        except (ValueError, OverflowError):
            raise _Broken(f"the {key} of the service message {self._message} is not a number") from None

    def _decoded(self, key: str, value: bytes) -> str:
        try:
            return b64decode(value.translate(None, b" \t"), validate=True).decode()
        except ValueError:
            raise _Broken(f"the {key} of the service message {self._message} is not text in Base64") from None


def _artifact(values: _Values, at: int) -> CreateArtifact:
    path = values.need("path")
    length = values.number("length") if values.get("length") else 0
    return CreateArtifact(at=at, path=path, name=values.get("name") or path.rpartition("/")[2], length=length)


def _variable(values: _Values, at: int) -> SetVariable:
    sensitive = values.get("sensitive", "").lower() == "true"
    # Octopus's own bash function leaves an empty value out.
    return SetVariable(at=at, name=values.need("name"), value=values.get("value", ""), sensitive=sensitive)


_KINDS: dict[str, Callable[[_Values, int], Message]] = {
    "setVariable": _variable,
    "createArtifact": _artifact,
    "progress": lambda values, at: ProgressMessage(
        at=at, percentage=min(100, max(0, values.number("percentage"))), message=values.get("message", "")
    ),
    "resultMessage": lambda values, at: Fail(at=at, message=values.need("message")),
    "mask": lambda values, at: Mask(at=at, value=values.need("value")),
}
_LEVELS = re.compile(
    r"(stdout)-(verbose|wait|highlight|warning|error|ignore|default)|(stderr)-(error|ignore|progress|default)"
)
_OTHERS = re.compile(r"createStepPackageTarget|(create|delete)-[\w-]+|k8s-[\w-]+")


def parse_message(name: str, pairs: bytes, at: int) -> Message:
    """Parse a message's name and its `key='Base64'` pairs; return the Problem of an invalid one."""
    try:
        values = _Values(name, pairs)
        if kind := _KINDS.get(name):
            return kind(values, at)
    except _Broken as error:
        return Problem(at=at, text=str(error))
    if _LEVELS.fullmatch(name):
        stream, _, level = name.partition("-")
        return Level(at=at, stream="stdout" if stream == "stdout" else "stderr", level=level)
    if _OTHERS.fullmatch(name):
        return Other(at=at, name=name, values=dict(values))
    return Problem(at=at, text=f"the service message {shortened(name)} is unknown")


def shortened(name: str) -> str:
    """Cut a name that a script has chosen, for a sentence."""
    return name if len(name) <= SHORT else f"{name[:SHORT]}…"
