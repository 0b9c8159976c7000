"""Multi-pattern search: many byte strings in one pass over a text."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

HEAD = 8  # bytes of a needle in the automaton; the rest is compared
NECK = 4  # bytes of a needle that are searched for at a text's end; every needle has as many
FEW = 60  # most needles for a search with vector instructions, which finds no overlaps
WORTH = 1 << 22  # bytes of text after which a table is compiled: that takes long, and is twice as fast
TABLE = 1 << 16  # most bytes of needles for a table, which is large
TRIED = 256  # most places that are compared at a text's end

Span = tuple[int, int]


class Heads:
    """The first `HEAD` bytes of byte strings, in an Aho-Corasick automaton."""

    def __init__(self, heads: Iterable[bytes]) -> None:
        self._heads = sorted(set(heads))
        self._automaton = self._compiled(Implementation.ContiguousNFA)
        few = len(self._heads) <= FEW
        self._first = BytesAhoCorasick(self._heads, matchkind=MatchKind.LeftmostFirst) if few else None
        self._unread = WORTH

    def find(self, text: bytes) -> list[tuple[bytes, int]]:
        """Return each match in a text with its place, also where they overlap."""
        if self._first is not None and not self._first.find_matches_as_indexes(text):
            return []
        self._read(len(text))
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return [(self._heads[index], start) for index, start, _ in found]

    def _read(self, length: int) -> None:
        """Compile a table (DFA) once enough text was read to pay for it."""
        before, self._unread = self._unread, self._unread - length
        if before > 0 >= self._unread and sum(map(len, self._heads)) <= TABLE:
            self._automaton = self._compiled(Implementation.DFA)

    def _compiled(self, implementation: Implementation) -> BytesAhoCorasick:
        return BytesAhoCorasick(self._heads, implementation=implementation)


class Beginnings:
    """Finds incomplete byte strings at the end of a text."""

    def __init__(self, needles: Iterable[bytes]) -> None:
        self._sorted = sorted(set(needles))
        self.longest = max(map(len, self._sorted), default=0)
        self.alphabet = frozenset(byte for each in self._sorted for byte in each)
        necks = sorted({each[:NECK] for each in self._sorted})
        self._necks = BytesAhoCorasick(necks, implementation=Implementation.ContiguousNFA)
        self._shorter = frozenset(each[:length] for each in necks for length in range(1, NECK))

    def begun(self, text: bytes) -> Iterator[int]:
        """Yield each place at which the rest of the text is a proper beginning of a needle."""
        if not text or text[-1] not in self.alphabet:
            return  # the usual case: a newline
        first = max(0, len(text) - self.longest + 1)
        found = self._necks.find_matches_as_indexes(text[first:], overlapping=True)
        for tried, (_, start, _) in enumerate(found):
            if tried > TRIED or self._goes_on(text[first + start :]):
                yield first + start
        for length in range(min(NECK - 1, len(text)), 0, -1):
            if text[-length:] in self._shorter:
                yield len(text) - length

    def _goes_on(self, beginning: bytes) -> bool:
        """Return whether a longer needle has this beginning."""
        after = bisect_right(self._sorted, beginning)
        return after < len(self._sorted) and self._sorted[after].startswith(beginning)
