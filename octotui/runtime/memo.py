"""What is kept beside a running script, so that a later session can go on with what it prints."""

import msgspec


class Memo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where in the job's log the attempt begins, what we say before it, and what must be masked (V5).

    The `secrets` by name, and what else is `sensitive`, are as private as the script beside them, and go
    when the attempt has ended.
    """

    log: int = 0
    warnings: tuple[str, ...] = ()
    secrets: dict[str, str] = {}
    sensitive: tuple[str, ...] = ()


def encode(memo: Memo) -> str:
    """The memo as one line."""
    return msgspec.json.encode(memo).decode()


def decode(text: str) -> Memo | None:
    """The memo of a line, or None where it is none that we understand: then nothing can be masked."""
    try:
        return msgspec.json.decode(text, type=Memo)
    except msgspec.MsgspecError:
        return None
