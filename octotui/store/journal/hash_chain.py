"""The chain of events: each row's hash is that of the one before and its own body, so that no row can go.

What retention removed is vouched for: a later event says where the chain stood before and after each gap.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

import msgspec

from octotui.engine.state import Gap

START = bytes(32)  # what stands before the first event
Row = tuple[int, bytes, bytes | None]


class Head(msgspec.Struct, frozen=True):
    """How far a chain goes, and the hash that stands for all of it; in words: `1205 9f86d0…`."""

    seq: int
    digest: str

    def __str__(self) -> str:
        return f"{self.seq} {self.digest}"

    @classmethod
    def read(cls, text: str) -> "Head":
        """The head in a text such as `1205 9f86d0…`; raises ValueError."""
        match = re.fullmatch(r"\s*(\d{1,18})\s+([0-9a-f]{64})\s*", text)
        if match is None:
            raise ValueError(f"“{text.strip()}” is no head: it is a number, and a hash of 64 hex digits")
        return cls(int(match[1]), match[2])


class Break(msgspec.Struct, frozen=True):
    """A place where the chain is broken, from the first event that is not what it was to the last."""

    first: int
    last: int
    text: str


def link(before: bytes, body: bytes) -> bytes:
    """The hash of an event's row."""
    return sha256(before + body).digest()


def seal(body: bytes) -> bytes:
    """A body that is no event, with its own hash before it."""
    return sha256(body).digest() + body


def unseal(sealed: bytes) -> bytes | None:
    """The body that was sealed; None where it is not what it was."""
    body = sealed[len(START) :]
    return body if sha256(body).digest() == sealed[: len(START)] else None


class Walk:
    """Goes along rows in order, and finds where they do not follow from one another."""

    def __init__(self, gaps: Iterable[Gap] = (), after: tuple[int, bytes] = (0, START)) -> None:
        """Begin after a row that is trusted, or with the first."""
        self._gaps = _longest(gaps)
        self.seq, self.hash = after

    def breaks(self, rows: Iterable[Row]) -> Iterator[Break]:
        """Every break on the way; after each one the chain is believed again."""
        for seq, body, digest in rows:
            missing = self._over_gaps(seq)
            if missing is not None:
                yield missing
            elif link(self.hash, body) != digest:
                yield Break(seq, seq, f"event {seq} was changed (or event {seq - 1}, and its hash with it)")
            self.seq, self.hash = seq, digest or START

    def _over_gaps(self, seq: int) -> Break | None:
        """Go on to just before a row, over what retention removed; whatever else is missing is a break."""
        while self.seq + 1 < seq:
            gap = self._gaps.get(self.seq + 1)
            if gap is None or gap.last >= seq:
                return _missing(self.seq + 1, seq - 1)
            if bytes.fromhex(gap.before) != self.hash:
                return Break(gap.first, gap.last, f"event {gap.first - 1} was changed since retention ran")
            self.seq, self.hash = gap.last, bytes.fromhex(gap.after)
        return None


def _longest(gaps: Iterable[Gap]) -> Mapping[int, Gap]:
    """Of gaps that begin at the same event, the one that was found last, which holds the others."""
    longest: dict[int, Gap] = {}
    for gap in gaps:
        known = longest.get(gap.first)
        if known is None or known.last <= gap.last:
            longest[gap.first] = gap
    return longest


def _missing(first: int, last: int) -> Break:
    return Break(first, last, f"{events_named(first, last)} {'is' if first == last else 'are'} missing")


def events_named(first: int, last: int) -> str:
    """So many events in words: `event 5`, `events 5 to 9`."""
    return f"event {first}" if first == last else f"events {first} to {last}"
