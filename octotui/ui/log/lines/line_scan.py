"""Finding the lines of a log that match a pattern, block by block through the file.

Lines match by their text as it is shown. Where the pattern requires a literal, most lines are ruled out by
their bytes: then only those that may match become text.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from octotui.store.logs.log_reader import LONGEST, text_of
from octotui.ui.log.lines.patterns import Pattern
from octotui.views.text.log_text import plains

BLOCK = 256 * 1024
FEW = 64  # lines of a block that are found one after the other
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]{0,64}[ -/]{0,4}[@-~]|[ -/]{1,4}[0-~]|[78=>])")


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
            raws = block[:-1].split(b"\n")
            return self._match(raws, range(len(raws)))
        stripped = _ESCAPES.sub(b"", block) if b"\x1b" in block else block
        folded = literal.fold(stripped)
        if not literal.is_usual(stripped):
            lines = stripped[:-1].split(b"\n")
            texts = folded[:-1].split(b"\n")
            unusual = [
                at
                for at, line in enumerate(lines)
                if literal.folded in texts[at] or not literal.is_usual(line)
            ]
            return self._match(block[:-1].split(b"\n"), unusual)
        candidates = _lines_with(literal.folded, folded)
        if not candidates or (literal.is_whole and not _has_long_line(block)):
            return candidates
        return self._match(_few_of(block, candidates), candidates)

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


def _lines_with(text: bytes, block: bytes) -> list[int]:
    """Return the lines that hold a text: found by it where few do, and else looked at one by one."""
    found: list[int] = []
    line = start = 0
    while (at := block.find(text, start)) >= 0:
        if len(found) == FEW:
            return [number for number, each in enumerate(block[:-1].split(b"\n")) if text in each]
        line += block.count(b"\n", start, at)
        found.append(line)
        line, start = line + 1, block.find(b"\n", at) + 1
    return found


def _few_of(block: bytes, wanted: Sequence[int]) -> Sequence[bytes] | Mapping[int, bytes]:
    """Return at least the wanted lines of a block, by number."""
    if len(wanted) > FEW:
        return block[:-1].split(b"\n")
    found: dict[int, bytes] = {}
    rest, line = block, 0
    for number in wanted:
        *_, rest = rest.split(b"\n", number - line)
        found[number], _, rest = rest.partition(b"\n")
        line = number + 1
    return found


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
