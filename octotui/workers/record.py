"""What is written down of an attempt, in whole lines: our memo, then its supervisor's pid and exit code."""

from collections.abc import Iterator

import msgspec

SIGNALS = 128  # a shell adds this to the number of the signal that has killed a program


class Record(msgspec.Struct, frozen=True):
    """How far an attempt has come, as its record says."""

    memo: str | None = None
    pid: int | None = None
    code: int | None = None  # negative: the number of the signal that has killed the script


def memo_line(memo: str) -> bytes:
    """The line before an attempt's own; the last of several holds, when none has begun."""
    return b"memo %s\n" % memo.encode()


def read(body: bytes) -> Record:
    """A record; what stands behind its last line end is not there yet."""
    memo = pid = code = None
    said = False
    for key, rest in _lines(body):
        match key:
            case b"memo":
                memo = rest.decode(errors="replace")
            case b"pid":
                pid = int(rest)
            case b"exit":
                code = _code(int(rest), said)
            case _:
                said = True
    return Record(memo, pid, code)


def _lines(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    for line in body.split(b"\n")[:-1]:
        key, _, rest = line.partition(b" ")
        yield (key, rest) if key == b"memo" or rest.isdigit() else (b"", line)


def _code(code: int, said: bool) -> int:
    """Was it a signal? A script may exit with 137 itself, but then its shell has nothing to say."""
    return SIGNALS - code if said and code > SIGNALS else code
