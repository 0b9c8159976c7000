"""What was masked in the output of an attempt: it is masked alike when it is read again after a crash.

Which values are masked changes with the runs that are open; what a log has of an output must not. A row
stands for a part of what was printed, and says how long that is which stands in the log instead. No value is
kept.
"""

import os
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from octotui.store.private_files import make_folder, opened_private

_ROW = struct.Struct("<QQQ")


class MaskedSpan(NamedTuple):
    """A part of an output, in bytes of all that was printed, and how many `shown` bytes are in its place.

    One that begins before the end of the last one only makes that one longer.
    """

    start: int
    stop: int
    shown: int


class EarlierSpans(NamedTuple):
    """What an earlier session has masked of an output, and how much of it is in the log."""

    spans: tuple[MaskedSpan, ...] = ()
    printed: int = 0


def append(path: Path, spans: Iterable[MaskedSpan]) -> None:
    """Keep what is masked now, before it is in the log; raises OSError."""
    make_folder(path.parent)
    with opened_private(path, "ab") as file:
        file.write(b"".join(_ROW.pack(*each) for each in spans))


def take_up(path: Path, shown: int) -> EarlierSpans:
    """What was masked before, where `shown` bytes of an output are in its log; the file goes on there."""
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return EarlierSpans((), shown)
    whole = len(body) // _ROW.size * _ROW.size  # a crash may tear a row
    spans = tuple(MaskedSpan(*row) for row in _ROW.iter_unpack(body[:whole]))
    printed = _printed(spans, shown)
    kept = tuple(each for each in spans if each.start < printed)
    os.truncate(path, len(kept) * _ROW.size)
    return EarlierSpans(kept, printed)


def _printed(spans: Sequence[MaskedSpan], shown: int) -> int:
    """How many bytes were printed where so many are in the log."""
    at = 0
    for start, stop, instead in spans:
        before = max(0, start - at)
        if before >= shown:
            break
        shown -= before + instead
        at = max(at, stop)
        if shown <= 0:
            return at
    return at + shown
