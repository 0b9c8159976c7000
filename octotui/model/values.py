"""Values that no file holds: where a sensitive one is read, and how people are asked for one (V5, V6)."""

from typing import Literal

import msgspec

HIDDEN = "********"
"""What stands wherever a sensitive value would be seen (V5)."""

SHORTEST = 4  # characters of a sensitive value: masking what is shorter would spoil every log (V5)


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """Where a sensitive value is read: one of these.

    `env` is an environment variable, `file` an absolute path, `command` a program and its arguments that
    prints the value, `keyring` a `service/user` of the keyring library.
    """

    env: str | None = None
    file: str | None = None
    command: tuple[str, ...] = ()
    keyring: str | None = None


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """How people are asked for a value at the start of a run; without a label by the variable's name."""

    label: str = ""
    help: str = ""
    kind: Literal["text", "multiline", "select", "checkbox", "sensitive"] = "text"
    default: str | None = None
    required: bool = True
    options: tuple[str, ...] = ()

    @property
    def otherwise(self) -> str:
        """The value where nobody gives one: the default, an unticked checkbox, or nothing."""
        return self.default or ("False" if self.kind == "checkbox" else "")

    @property
    def needs_answer(self) -> bool:
        """Whether somebody has to give a value."""
        return self.required and not self.otherwise
