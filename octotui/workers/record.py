"""What is written down of the attempts in a workspace, in whole lines: the memo, then what a supervisor says.

A record is only appended to, also by the next attempt in the same folder: on a busy disk, cutting or renaming
files costs more than starting a job. Whose it is says the last memo.
"""

import msgspec

SIGNALS = 128  # a shell adds this to the number of the signal that has killed a program


class Record(msgspec.Struct, frozen=True):
    """How far the last attempt has come: its name, what we have noted, its leader, and how it ended."""

    name: str = ""
    memo: str = ""
    pid: int | None = None
    code: int | None = None  # negative: the number of the signal that has killed the script


def memo_line(name: str, memo: str) -> bytes:
    """The line that begins an attempt."""
    return f"memo {name} {memo}\n".encode()


def read(body: bytes) -> Record:
    """The record of the last attempt; what stands behind the last line end is not there yet."""
    name = memo = b""
    pid = code = None
    said = False
    for line in body[: body.rfind(b"\n") + 1].splitlines():
        key, _, rest = line.partition(b" ")
        if key == b"memo":
            name, _, memo = rest.partition(b" ")
            pid = code = None
            said = False
        elif key == b"pid" and rest.isdigit():
            pid, said = int(rest), False
        elif key == b"exit" and rest.isdigit():
            code = _code(int(rest), said)
        else:
            said = True
    return Record(name.decode(errors="replace"), memo.decode(errors="replace"), pid, code)


def _code(code: int, said: bool) -> int:
    """Was it a signal? A script may exit with 137 itself, but then its shell has nothing to say."""
    return SIGNALS - code if said and code > SIGNALS else code
