"""The resume record beside a running script, with which a later session follows its output."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec.structs import replace

WARNINGS = 100  # most warnings before a script's output
LONGEST = 1000  # characters of a warning


class ResumeRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the attempt begins in the job's log, octotui's warnings before it, and values to mask (V5).

    `secrets` by name, and other `sensitive` values, are as private as the script beside them, and are removed
    when the attempt has ended. `notes_spans` says that masked spans are stored beside the log.
    """

    log: Annotated[int, msgspec.Meta(ge=0, lt=1 << 62)] = 0
    warnings: tuple[str, ...] = ()
    secrets: dict[str, str] = {}
    sensitive: tuple[str, ...] = ()
    notes_spans: bool = False


def bounded(warnings: Iterable[str]) -> tuple[str, ...]:
    """Return unique warnings, cut to WARNINGS of LONGEST characters."""
    return tuple(dict.fromkeys(each[:LONGEST] for each in warnings))[:WARNINGS]


def encode(resume: ResumeRecord) -> str:
    """Encode a record as one line."""
    return msgspec.json.encode(resume).decode()


def decode(text: str) -> ResumeRecord | None:
    """Decode a record; None where it is invalid, and then nothing can be masked."""
    try:
        resume = msgspec.json.decode(text, type=ResumeRecord)
    except (msgspec.MsgspecError, ValueError, RecursionError):  # the script may have written anything there
        return None
    return replace(resume, warnings=bounded(resume.warnings))
