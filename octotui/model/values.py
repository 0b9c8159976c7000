"""Values from outside the model: sources of sensitive values, and prompts (V5, V6)."""

from typing import Literal

import msgspec

HIDDEN = "********"
"""The mask that replaces sensitive values (V5)."""

SHORTEST = 4  # characters of a sensitive value: masking shorter ones would garble every log (V5)


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """The source of a sensitive value: exactly one of the fields is set.

    `env` is an environment variable, `file` an absolute path, `command` a program and its arguments that
    prints the value, `keyring` a `service/user` of the keyring library.
    """

    env: str | None = None
    file: str | None = None
    command: tuple[str, ...] = ()
    keyring: str | None = None


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt for a value at the start of a run; the label defaults to the variable's name."""

    label: str = ""
    help: str = ""
    kind: Literal["text", "multiline", "select", "checkbox", "sensitive"] = "text"
    default: str | None = None
    required: bool = True
    options: tuple[str, ...] = ()

    @property
    def otherwise(self) -> str:
        """The value without an answer: the default, an unticked checkbox, or the empty text."""
        return self.default or ("False" if self.kind == "checkbox" else "")

    @property
    def needs_answer(self) -> bool:
        """Whether the prompt cannot be left unanswered."""
        return self.required and not self.otherwise
