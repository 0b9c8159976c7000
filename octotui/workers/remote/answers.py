"""What a machine answers, which may be anything: read with care, and shown in one short line."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite

import msgspec

from octotui.workers.machine import Unreachable

LONGEST = 300  # characters of a reason that a machine gives
LARGEST = (1 << 63) - 1  # what stores can keep of a size
LATEST = 253_402_300_800.0  # the year 10000, in seconds since 1970

STRANGE = (LookupError, TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError)
"""What the reading of an answer raises that is not as it should be."""


@contextmanager
def understood(what: str = "what it says") -> Iterator[None]:
    """Read an answer in this block, which waits for nothing. Raises Unreachable where that fails."""
    try:
        yield
    except STRANGE as problem:
        said = f"{type(problem).__name__}: {problem}"
        raise Unreachable(f"{what} cannot be understood: {one_line(said)}") from None


def byte_count(value: object) -> int:
    """Return a number of bytes. Raises an error of STRANGE."""
    found = int(value)  # type: ignore[call-overload]
    if not 0 <= found <= LARGEST:
        raise ValueError("a size is out of range")
    return int(found)


def clock(value: object) -> float:
    """Return seconds since 1970. Raises an error of STRANGE."""
    found = float(value)  # type: ignore[arg-type]
    if not isfinite(found) or abs(found) >= LATEST:
        raise ValueError(f"its clock is {found}")
    return found


def one_line(text: object, longest: int = LONGEST) -> str:
    """Return the beginning of what a machine says, in one line that can be shown."""
    begin = str(text)[: 4 * longest]
    plain = " ".join("".join(each if each.isprintable() else " " for each in begin).split())
    return plain if len(plain) <= longest else f"{plain[:longest]}…"
