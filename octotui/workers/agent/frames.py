"""Frames of a connection: a version, two lengths, a JSON object, and a payload of bytes."""

from __future__ import annotations

import json
import struct
from typing import Any, Dict, List, Tuple

VERSION = 1
LARGEST_HEADER = 1 << 20
LARGEST_PAYLOAD = 1 << 28
SIZE = 1 << 19  # bytes of the buffer: a chunk of output and more
ROOM = 1 << 16  # free bytes for the next read

Header = Dict[str, Any]
Frame = Tuple[Header, bytes]

_HEAD = struct.Struct("!BII")
_encode = json.JSONEncoder(separators=(",", ":")).encode


class FrameError(Exception):
    """Raised for bytes that are no frame of this version, or a frame that is too large."""


def head(header: Header, size: int = 0) -> bytes:
    """Encode all of a frame but its payload of `size` bytes."""
    body = _encode(header).encode()
    return _HEAD.pack(VERSION, len(body), size) + body


class FrameReader:
    """Splits a stream of bytes into frames: fill `space()`, then ask for what is `complete`."""

    def __init__(self, largest: int = LARGEST_PAYLOAD) -> None:
        """Take frames whose payload has at most so many bytes."""
        self._largest = largest
        self._data = bytearray(SIZE)
        self._begin = 0
        self._end = 0

    def space(self) -> memoryview:
        """Return where the next bytes go, enough for the rest of an incomplete frame."""
        used = self._end - self._begin
        wanted = max(SIZE, self._wanted())
        if len(self._data) - self._end < ROOM or len(self._data) != wanted:
            data = self._data if len(self._data) == wanted else bytearray(wanted)
            memoryview(data)[:used] = memoryview(self._data)[self._begin : self._end]
            self._data, self._begin, self._end = data, 0, used
        return memoryview(self._data)[self._end :]

    def complete(self, count: int) -> List[Frame]:
        """Return the frames that `count` more bytes have completed. Raises FrameError."""
        self._end += count
        frames = []
        while self._end - self._begin >= _HEAD.size:
            header, payload = self._lengths()
            middle = self._begin + _HEAD.size + header
            if self._end < middle + payload:
                break
            frames.append(
                (
                    _decoded(self._data[self._begin + _HEAD.size : middle]),
                    bytes(memoryview(self._data)[middle : middle + payload]),
                )
            )
            self._begin = middle + payload
        if self._begin == self._end:
            self._begin = self._end = 0
        return frames

    def _wanted(self) -> int:
        """Return the bytes of the incomplete frame and room to read, as far as its lengths are known."""
        if self._end - self._begin < _HEAD.size:
            return 0
        return _HEAD.size + sum(self._lengths()) + ROOM

    def _lengths(self) -> Tuple[int, int]:
        version, header, payload = _HEAD.unpack_from(self._data, self._begin)
        if version != VERSION:
            raise FrameError(f"version {version} of frames is not known, only {VERSION}")
        if header > LARGEST_HEADER or payload > self._largest:
            raise FrameError(f"a frame of {header:,} and {payload:,} bytes is too large")
        return header, payload


def _decoded(body: bytearray) -> Header:
    try:
        header = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"the header of a frame is no JSON: {error}") from None
    if not isinstance(header, dict):
        raise FrameError("the header of a frame is no object")
    return header
