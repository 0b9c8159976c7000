"""The hash chain of events: each row's hash is that of the previous hash and its body, so that none can go.

For rows that retention removed, a later event records the hashes before and after each gap.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

import msgspec

from octotui.engine.state import Gap

START = bytes(32)  # the hash before the first event
_DIGEST = re.compile(r"[0-9a-f]{64}")
Row = tuple[int, bytes, bytes | None]


class Head(msgspec.Struct, frozen=True):
    """The seq of a chain's last event, and the hash that covers the whole chain; as text: `1205 9f86d0…`."""

    seq: int
    digest: str

    def __str__(self) -> str:
        return f"{self.seq} {self.digest}"

    @classmethod
    def read(cls, text: str) -> "Head":
        """Parse a head such as `1205 9f86d0…`; raises ValueError."""
        match = re.fullmatch(r"\s*(\d{1,18})\s+([0-9a-f]{64})\s*", text)
        if match is None:
            raise ValueError(f"“{text.strip()}” is no head: it is a number, and a hash of 64 hex digits")
        return cls(int(match[1]), match[2])


class Break(msgspec.Struct, frozen=True):
    """A break in the chain: the first and last event that are missing or changed."""

    first: int
    last: int
    text: str


def link(before: bytes, body: bytes) -> bytes:
    """Return the hash of an event's row."""
    return sha256(before + body).digest()


def seal(body: bytes) -> bytes:
    """Return sha256(body) + body, for a body that is not in the chain."""
    return sha256(body).digest() + body


def unseal(sealed: bytes) -> bytes | None:
    """Return the body of sealed bytes; None where its hash does not match."""
    body = sealed[len(START) :]
    return body if sha256(body).digest() == sealed[: len(START)] else None


class Walk:
    """Verifies rows in order, and finds where the chain is broken."""

    def __init__(self, gaps: Iterable[Gap] = (), after: tuple[int, bytes] = (0, START)) -> None:
        """Start after a trusted row (seq, hash), or at the first row."""
        self._gaps = _longest(gaps)
        self.seq, self.hash = after

    def breaks(self, rows: Iterable[Row]) -> Iterator[Break]:
        """Yield every break; after each one, the row's own hash is trusted again."""
        for seq, body, digest in rows:
            missing = self._over_gaps(seq)
            if missing is not None:
                yield missing
            elif link(self.hash, body) != digest:
                yield Break(seq, seq, f"event {seq} was changed (or event {seq - 1}, and its hash with it)")
            self.seq, self.hash = seq, digest or START

    def _over_gaps(self, seq: int) -> Break | None:
        """Advance to just before a row, across recorded gaps; return a Break where more is missing."""
        while self.seq + 1 < seq:
            gap = self._gaps.get(self.seq + 1)
            if gap is None or gap.last >= seq:
                return _missing(self.seq + 1, seq - 1)
            if bytes.fromhex(gap.before) != self.hash:
                return Break(gap.first, gap.last, f"event {gap.first - 1} was changed since retention ran")
            self.seq, self.hash = gap.last, bytes.fromhex(gap.after)
        return None


def is_sound(gap: Gap) -> bool:
    """Return whether a gap has digests, which damage may have changed."""
    return all(_DIGEST.fullmatch(each) for each in (gap.before, gap.after))


def _longest(gaps: Iterable[Gap]) -> Mapping[int, Gap]:
    """Return the gaps by their first event; of several the last recorded, which contains the others."""
    longest: dict[int, Gap] = {}
    for gap in filter(is_sound, gaps):
        known = longest.get(gap.first)
        if known is None or known.last <= gap.last:
            longest[gap.first] = gap
    return longest


def _missing(first: int, last: int) -> Break:
    return Break(first, last, f"{events_named(first, last)} {'is' if first == last else 'are'} missing")


def events_named(first: int, last: int) -> str:
    """Return a range of events in words: `event 5`, `events 5 to 9`."""
    return f"event {first}" if first == last else f"events {first} to {last}"
