"""Finding the lines of a log that match a pattern, block by block through the file.

Lines match by their text as it is shown. Where the pattern requires a literal, most lines are ruled out by
their bytes: then only those that may match become text.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate, repeat
from pathlib import Path

from octotui.store.logs.log_reader import LONGEST, text_of
from octotui.ui.log.lines.patterns import Pattern
from octotui.ui.log.lines.required_literals import ESCAPE, Literal
from octotui.views.text.log_text import plains

BLOCK = 256 * 1024
FEW = 64  # lines of a block that are found one after the other
_LINK = b"\x1b]8;"  # by which a line is shown in another order
_SHOWN_ESCAPE = r"\x1b"
_ESCAPES = re.compile(ESCAPE)


class LineScan:
    """A scan of a growing log; each `run` goes on with what is new.

    An unfinished last line is looked at again by the next run, as it may have grown.
    """

    def __init__(self, path: Path, pattern: Pattern) -> None:
        self._path = path
        self._pattern = pattern
        self._offset = 0
        self._line = 0  # the next line to look at
        self.unfinished: int | None = None
        self.skipped: list[int] = []  # lines for which the pattern takes too long

    def run(self, most: int | None = None) -> Iterator[list[int]]:
        """Yield the numbers of matching lines, a list for each block, which may be empty.

        With `most`, only the first bytes of the log are looked at. Lines for which the pattern takes too long
        are left out, and in `skipped`; raises TimeoutError where they are too many.
        """
        self.unfinished = None
        try:
            log = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            size = os.fstat(log).st_size
            yield from self._scan(log, size if most is None else min(size, most))
        finally:
            os.close(log)

    def _scan(self, log: int, size: int) -> Iterator[list[int]]:
        while self._offset < size:
            block = os.pread(log, min(BLOCK, size - self._offset), self._offset)
            whole = block.rfind(b"\n") + 1
            if not block:
                return
            if whole:
                first, lines = self._line, block[:whole]
                matches = self._matches(lines)
                self._offset, self._line = self._offset + whole, self._line + lines.count(b"\n")
                yield [first + each for each in matches]
                continue
            is_skipped = self._line in self.skipped[-1:]  # again, that is
            found = [self._line] if not is_skipped and self._match([block[: LONGEST + 1]], [0]) else []
            end = _line_end(log, self._offset + len(block), size)
            if end is None:
                self.unfinished = self._line
                yield found
                return
            self._offset, self._line = end, self._line + 1
            yield found

    def _matches(self, block: bytes) -> list[int]:
        """Return the matching lines of whole ones, from 0."""
        literal = self._pattern.literal
        if literal is None:
            return self._matches_by_words(block)
        is_coloured = b"\x1b" in block
        if not is_coloured or (_LINK not in block and not literal.may_be_in(_SHOWN_ESCAPE)):
            # Sequences take no room, whole ones; of others the escape is shown, and no part of the literal.
            folded = literal.fold(block)
            if literal.is_usual(block):
                find = literal.position_between_escapes if is_coloured else literal.position
                found = _few_lines(partial(find, folded), block)
                if found is not None:
                    is_sure = not is_coloured and self._is_sure(block)
                    return list(found) if is_sure else self._match(found, list(found))
        return self._matches_of_many(literal, block)

    def _matches_of_many(self, literal: Literal, block: bytes) -> list[int]:
        stripped = _ESCAPES.sub(b"", block) if b"\x1b" in block else block
        folded = literal.fold(stripped)
        if literal.is_usual(stripped) and b"\x1b" not in stripped:
            candidates = _lines_with(literal.folded, folded)
            if self._is_sure(block):
                return candidates
        else:
            lines = stripped[:-1].split(b"\n")
            texts = folded[:-1].split(b"\n")
            candidates = [
                at
                for at, line in enumerate(lines)
                if literal.folded in texts[at] or b"\x1b" in line or not literal.is_usual(line)
            ]
        return self._match(block[:-1].split(b"\n"), candidates) if candidates else []

    def _is_sure(self, block: bytes) -> bool:
        """Return whether each line with the literal matches: all of it is shown, and nothing else wanted."""
        is_whole = self._pattern.literal is not None and self._pattern.literal.is_whole
        return is_whole and b"\r" not in block and not _has_long_line(block)

    def _matches_by_words(self, block: bytes) -> list[int]:
        """Return the matching lines where no literal is required: of those that hold one of some words."""
        words = [word for word in self._pattern.words if word in block]
        if self._pattern.words and not words:
            return []
        raws = block[:-1].split(b"\n")
        if not words:
            return self._match(raws, range(len(raws)))
        return self._match(
            raws, [number for number, raw in enumerate(raws) if any(word in raw for word in words)]
        )

    def _match(self, raws: Sequence[bytes] | Mapping[int, bytes], candidates: Sequence[int]) -> list[int]:
        """Return the candidates that match by their text as it is shown."""
        texts = plains([text_of(raws[number]) for number in candidates])
        found = self._pattern.found
        matches = []
        for number, text in zip(candidates, texts, strict=True):
            is_found = found(text)
            if is_found:
                matches.append(number)
            elif is_found is None and self._line + number not in self.skipped[-1:]:
                self.skipped.append(self._line + number)
        return matches


def _few_lines(position: Callable[[int], int], block: bytes) -> dict[int, bytes] | None:
    """Return the lines in which something is found from a place on, by number; None where they are many."""
    lines: dict[int, bytes] = {}
    number = start = 0
    while (at := position(start)) >= 0:
        if len(lines) == FEW:
            return None
        number += block.count(b"\n", start, at)
        end = block.index(b"\n", at)
        lines[number] = block[max(start, block.rfind(b"\n", start, at) + 1) : end]
        number, start = number + 1, end + 1
    return lines


def _lines_with(text: bytes, block: bytes) -> list[int]:
    """Return the lines that hold a text, by what is between its places; line by line where it is denser."""
    most = 2 * block.count(b"\n")
    between = block.split(text, most)
    if len(between) > most:
        return [number for number, line in enumerate(block[:-1].split(b"\n")) if text in line]
    return list(dict.fromkeys(accumulate(map(bytes.count, between[:-1], repeat(b"\n")))))


def _has_long_line(block: bytes) -> bool:
    """Return whether a line of a block may be longer than what is shown of it."""
    at = 0
    while len(block) - at > LONGEST:
        end = block.rfind(b"\n", at, at + LONGEST + 1) + 1
        if not end:
            return True
        at = end
    return False


def _line_end(log: int, offset: int, size: int) -> int | None:
    """Return where the line after one begins that goes on at an offset; None where it has no end yet."""
    while offset < size:
        block = os.pread(log, min(BLOCK, size - offset), offset)
        if not block:
            return None
        if (end := block.find(b"\n")) >= 0:
            return offset + end + 1
        offset += len(block)
    return None
