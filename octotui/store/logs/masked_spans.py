"""The masked spans of an attempt's output, so that it is masked identically when it is reread after a crash.

The masked values change with the open runs; the log of an output must not. A row holds the range that was
printed, and the length of its replacement in the log. No value is stored.
"""

import os
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from octotui.store.logs.line_streams import STDERR
from octotui.store.private_files import make_folder, opened_private

_ROW = struct.Struct("<QQQ")


class MaskedSpan(NamedTuple):
    """A byte range of the printed output, and how many `shown` bytes replace it.

    One that begins before the end of the previous one extends it.
    """

    start: int
    stop: int
    shown: int


class EarlierSpans(NamedTuple):
    """The spans that an earlier session masked, and how many printed bytes are in the log."""

    spans: tuple[MaskedSpan, ...] = ()
    printed: int = 0


def of_stream(path: Path, stream: int) -> Path:
    """Return the path of the spans of a stream, beside that of stdout."""
    return path.with_name(f"{path.name}.stderr") if stream == STDERR else path


def remove(path: Path) -> None:
    """Remove the spans of an attempt's streams."""
    path.unlink(missing_ok=True)
    of_stream(path, STDERR).unlink(missing_ok=True)


def append(path: Path, spans: Iterable[MaskedSpan]) -> None:
    """Store spans before their replacements are in the log; raises OSError."""
    make_folder(path.parent)
    with opened_private(path, "ab") as file:
        file.write(b"".join(_ROW.pack(*each) for each in spans))


def resume(path: Path, shown: int) -> EarlierSpans:
    """Return the spans of the first `shown` bytes of a log, and truncate the file to them."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return EarlierSpans((), shown)  # as of nearly every attempt
    with os.fdopen(file, "rb") as spans_file:
        body = spans_file.read()
    whole = len(body) // _ROW.size * _ROW.size  # a crash may tear a row
    spans = tuple(MaskedSpan(*row) for row in _ROW.iter_unpack(body[:whole]))
    printed = _printed(spans, shown)
    kept = tuple(each for each in spans if each.start < printed)
    os.truncate(path, len(kept) * _ROW.size)
    return EarlierSpans(kept, printed)


def _printed(spans: Sequence[MaskedSpan], shown: int) -> int:
    """Return how many printed bytes led to `shown` bytes in the log."""
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
