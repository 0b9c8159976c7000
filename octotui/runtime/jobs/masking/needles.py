"""Many byte strings, found in one pass over a text however many they are."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from ahocorasick_rs import BytesAhoCorasick, Implementation

HEAD = 16  # bytes of a needle that the automaton knows; the rest is compared
NECK = 4  # bytes of a needle that are looked for at a text's end; every needle has as many
WORTH = 1 << 22  # bytes of text for which a table is made: that takes long, and is twice as fast
TABLE = 1 << 16  # bytes of needles that it is made for: it is large
COMPARED = 4096  # bytes that are compared for one of the text: what is like values everywhere is masked
TRIED = 256  # places at a text's end

Span = tuple[int, int]


class Needles:
    """Byte strings to be found, and traces of others; Aho and Corasick's automaton of them."""

    def __init__(self, needles: Iterable[bytes], traces: Iterable[bytes] = ()) -> None:
        self._sorted = sorted(set(needles))
        self.longest = max(map(len, self._sorted), default=0)
        self.alphabet = frozenset(byte for each in self._sorted for byte in each)
        by_head: dict[bytes, list[bytes]] = {each[:HEAD]: [] for each in traces}
        self._traces = frozenset(by_head)
        for each in self._sorted:
            by_head.setdefault(each[:HEAD], []).append(each)
        self._heads = list(by_head.items())
        self._unread = WORTH
        self._automaton = self._compiled(Implementation.ContiguousNFA)
        necks = sorted({each[:NECK] for each in self._sorted})
        self._necks = BytesAhoCorasick(necks, implementation=Implementation.ContiguousNFA)
        self._beginnings = frozenset(each[:length] for each in necks for length in range(1, NECK))

    def find(self, text: bytes) -> tuple[list[Span], list[int]]:
        """Where needles are in a text, also where they overlap, and where traces begin."""
        self._read(len(text))
        spans: list[Span] = []
        hits: list[int] = []
        budget = COMPARED * len(text)
        for index, start, stop in self._automaton.find_matches_as_indexes(text, overlapping=True):
            head, needles = self._heads[index]
            if head in self._traces:
                hits.append(start)
            for needle in needles:
                budget -= len(needle)
                if budget < 0 or text.startswith(needle, start):
                    spans.append((start, max(stop, min(start + len(needle), len(text)))))
        return spans, hits

    def begun(self, text: bytes) -> Iterator[int]:
        """Each place from which on a text is the beginning of a needle that goes on behind it."""
        if not text or text[-1] not in self.alphabet:
            return  # as most texts end: with a line's end
        first = max(0, len(text) - self.longest + 1)
        found = self._necks.find_matches_as_indexes(text[first:], overlapping=True)
        for tried, (_, start, _) in enumerate(found):
            if tried > TRIED or self._goes_on(text[first + start :]):
                yield first + start
        for length in range(min(NECK - 1, len(text)), 0, -1):
            if text[-length:] in self._beginnings:
                yield len(text) - length

    def _goes_on(self, beginning: bytes) -> bool:
        """Whether there is a longer needle with a beginning."""
        after = bisect_right(self._sorted, beginning)
        return after < len(self._sorted) and self._sorted[after].startswith(beginning)

    def _read(self, length: int) -> None:
        """Make a table once there is so much to read that it pays."""
        before, self._unread = self._unread, self._unread - length
        if before > 0 >= self._unread and sum(len(head) for head, _ in self._heads) <= TABLE:
            self._automaton = self._compiled(Implementation.DFA)

    def _compiled(self, implementation: Implementation) -> BytesAhoCorasick:
        return BytesAhoCorasick([head for head, _ in self._heads], implementation=implementation)
