"""What is kept beside a running script, so that a later session can go on with what it prints."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec.structs import replace

WARNINGS = 100  # that are said before a script begins
LONGEST = 1000  # characters of one


class ResumeRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where in the job's log the attempt begins, what we say before it, and what must be masked (V5).

    The `secrets` by name, and what else is `sensitive`, are as private as the script beside them, and go
    when the attempt has ended. What was masked is noted beside the log where `notes_spans` says so.
    """

    log: Annotated[int, msgspec.Meta(ge=0, lt=1 << 62)] = 0
    warnings: tuple[str, ...] = ()
    secrets: dict[str, str] = {}
    sensitive: tuple[str, ...] = ()
    notes_spans: bool = False


def bounded(warnings: Iterable[str]) -> tuple[str, ...]:
    """As many warnings, and as much of each, as is kept."""
    return tuple(dict.fromkeys(each[:LONGEST] for each in warnings))[:WARNINGS]


def encode(resume: ResumeRecord) -> str:
    """The resume as one line."""
    return msgspec.json.encode(resume).decode()


def decode(text: str) -> ResumeRecord | None:
    """The resume of a line, or None where it is none that we understand: then nothing can be masked."""
    try:
        resume = msgspec.json.decode(text, type=ResumeRecord)
    except (msgspec.MsgspecError, ValueError, RecursionError):  # the script may have written anything there
        return None
    return replace(resume, warnings=bounded(resume.warnings))
