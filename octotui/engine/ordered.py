"""A persistent sorted sequence: lines people stand in, and deadlines, cheap at any length."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import chain
from typing import Any

BLOCK = 128  # items in a block; a change copies one block and the tuple of blocks

Item = tuple[Any, ...]


class Line:
    """Immutable, sorted tuples in blocks: `add`, `discard` and `first` cost the same for 10 or 10,000."""

    __slots__ = ("_blocks", "_length")

    def __init__(self, items: tuple[Item, ...] = ()) -> None:
        ordered = sorted(items)
        self._blocks = tuple(tuple(ordered[at : at + BLOCK]) for at in range(0, len(ordered), BLOCK))
        self._length = len(ordered)

    def add(self, item: Item) -> "Line":
        """A line with this item in its place."""
        if not self._blocks:
            return _line(((item,),), 1)
        place = self._block_of(item)
        block = list(self._blocks[place])
        insort(block, item)
        half = len(block) // 2
        # A full last block is left full, since most items come at the end.
        split = len(block) - 1 if place == len(self._blocks) - 1 else half
        parts = (tuple(block),) if len(block) <= BLOCK else (tuple(block[:split]), tuple(block[split:]))
        return _line(self._blocks[:place] + parts + self._blocks[place + 1 :], self._length + 1)

    def discard(self, item: Item) -> "Line":
        """A line without this item; the same line where it holds none."""
        if not self._blocks:
            return self
        place = self._block_of(item)
        block = self._blocks[place]
        at = bisect_left(block, item)
        if at == len(block) or block[at] != item:
            return self
        rest = block[:at] + block[at + 1 :]
        parts = (rest,) if rest else ()
        return _line(self._blocks[:place] + parts + self._blocks[place + 1 :], self._length - 1)

    def first(self) -> Item | None:
        """The lowest item, or None."""
        return self._blocks[0][0] if self._blocks else None

    def until(self, item: Item) -> Iterator[Item]:
        """The items before this one, in order."""
        for each in self:
            if each >= item:
                return
            yield each

    def _block_of(self, item: Item) -> int:
        """The first block whose last item is not lower, or the last block."""
        return min(bisect_left(self._blocks, item, key=lambda block: block[-1]), len(self._blocks) - 1)

    def __iter__(self) -> Iterator[Item]:
        return chain.from_iterable(self._blocks)

    def __len__(self) -> int:
        return self._length

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Line) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Line({tuple(self)!r})"


def _line(blocks: tuple[tuple[Item, ...], ...], length: int) -> Line:
    line = Line.__new__(Line)
    line._blocks = blocks
    line._length = length
    return line
