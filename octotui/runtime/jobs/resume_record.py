"""What is kept beside a running script, so that a later session can go on with what it prints."""

import msgspec


class ResumeRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where in the job's log the attempt begins, what we say before it, and what must be masked (V5).

    The `secrets` by name, and what else is `sensitive`, are as private as the script beside them, and go
    when the attempt has ended. What was masked is noted beside the log where `notes_spans` says so.
    """

    log: int = 0
    warnings: tuple[str, ...] = ()
    secrets: dict[str, str] = {}
    sensitive: tuple[str, ...] = ()
    notes_spans: bool = False


def encode(resume: ResumeRecord) -> str:
    """The resume as one line."""
    return msgspec.json.encode(resume).decode()


def decode(text: str) -> ResumeRecord | None:
    """The resume of a line, or None where it is none that we understand: then nothing can be masked."""
    try:
        return msgspec.json.decode(text, type=ResumeRecord)
    except msgspec.MsgspecError:
        return None
