"""The literal that every line matching a pattern holds, by which lines are found without the pattern.

A literal is searched for in the bytes of a log. That finds every line whose text as it is shown holds it,
unless the text comes about by an escape: `Literal.unusual` are the bytes of lines that must be looked at one
by one.
"""

import re
from dataclasses import dataclass
from functools import cached_property

ESCAPE = rb"\x1b(?:\[[0-?]{0,64}[ -/]{0,4}[@-~]|[ -/]{1,4}[0-~]|[78=>])"  # a sequence that is not shown
_SPECIAL = frozenset("\\.^$*+?{}[]()|")
_CLASS = re.compile(r"\[\^?[^\]\[\\^][^\]\[\\]*\]")
_TOKEN = re.compile(
    r"(?P<plain>[^\\.^$*+?{}])|\\(?P<escaped>[^a-zA-Z0-9])|(?P<times>[*?]|\{\d*,?\d*\})|[.^$+]|\\[dDwWsSbB]"
)
_ESCAPED = frozenset("\\xu0123456789abcdef")  # what escapes of control and invisible characters consist of
_CONTROLS = (*range(9), *range(11, 27), *range(28, 32), 127)  # but tabs, line breaks and escapes
_FREQUENT = "qxjkvbygfwmpculdhr9876543210snioate ."  # the later, the more frequent in logs
_OTHER_CASES = frozenset("iks")  # letters that also match others than ASCII in any case


@dataclass(frozen=True)
class Literal:
    """A text of ASCII that each match holds; in lower case where case is ignored.

    With `is_whole`, it is all that the pattern says.
    """

    text: str
    ignores_case: bool
    is_whole: bool

    @cached_property
    def folded(self) -> bytes:
        """The bytes that are searched for."""
        return self.text.encode()

    def fold(self, block: bytes) -> bytes:
        """Return the bytes in which they are searched for."""
        return block.lower() if self.ignores_case and self.text.upper() != self.text else block

    def position(self, folded: bytes, start: int) -> int:
        """Return where it is found from a place on, or -1."""
        return folded.find(self.folded, start)

    def position_between_escapes(self, folded: bytes, start: int) -> int:
        """Return where a line may hold it from a place on, or -1: with escape sequences in it, or in one."""
        found = self._between_escapes.search(folded, start)
        return found.start() if found else -1

    @cached_property
    def _between_escapes(self) -> re.Pattern[bytes]:
        """The literal, or an end of it that begins with a letter that is rarer in logs."""
        starts = range(1 + len(self.folded) // 2)
        start = min(starts, key=lambda at: _FREQUENT.find(self.text[at : at + 1]) + 1)
        letters = (re.escape(self.folded[at : at + 1]) for at in range(start, len(self.folded)))
        return re.compile((b"(?:%s)*+" % ESCAPE).join(letters))

    @cached_property
    def unusual(self) -> "tuple[bytes, ...]":
        r"""The bytes of characters whose escape may be a part of the literal: of `\x0e` for `error`."""
        found = [each for each in _CONTROLS if each == 8 or self.may_be_in(f"\\x{each:02x}")]
        return tuple(bytes((each,)) for each in found) + ((b"\t",) if " " in self.text else ())

    @cached_property
    def needs_ascii(self) -> bool:
        """Whether lines with other characters than those of ASCII must be looked at one by one."""
        letters = self.text.lower()
        others = self.ignores_case and not _OTHER_CASES.isdisjoint(letters)
        return others or letters[0] in _ESCAPED or "\\" in letters

    def is_usual(self, block: bytes) -> bool:
        """Return whether a block's lines, as they are shown, hold the literal only where its bytes do.

        Escape sequences are for the caller to look at.
        """
        return not any(each in block for each in self.unusual) and (not self.needs_ascii or block.isascii())

    def may_be_in(self, escape: str) -> bool:
        r"""Return whether the literal may overlap what is shown of a character, such as `\x0e`."""
        text = self.text.lower()
        overlaps = (escape.endswith(text[:size]) for size in range(1, min(len(escape), len(text)) + 1))
        return "\\" in text or text in escape or any(overlaps)


def required_literal(pattern: str, *, ignores_case: bool) -> Literal | None:
    """Return a text that all matches of a regular expression hold; None where none is certain."""
    if not pattern.isascii() or not pattern.isprintable():
        return None
    if _SPECIAL.isdisjoint(pattern):
        return _literal(pattern, ignores_case, is_whole=True)
    pattern = _CLASS.sub(".", pattern)
    if not {"|", "(", ")", "[", "]"}.isdisjoint(pattern):
        return None
    runs = _runs(pattern)
    best = max(runs or [""], key=_rarity)
    return _literal(best, ignores_case, is_whole=False)


def escaped_literal(text: str, *, ignores_case: bool) -> Literal | None:
    """Return a text that is searched for as it is."""
    usable = text.isascii() and text.isprintable()
    return _literal(text, ignores_case, is_whole=True) if usable else None


def _literal(text: str, ignores_case: bool, *, is_whole: bool) -> Literal | None:
    return Literal(text.lower() if ignores_case else text, ignores_case, is_whole) if text else None


def _rarity(text: str) -> tuple[int, int]:
    """Return what makes a text rare in logs, where dates and signs are in most lines."""
    return sum(map(str.isalpha, text)), len(text)


def _runs(pattern: str) -> list[str] | None:
    """Return the texts between what may be any; None where something is not understood."""
    runs, at = [""], 0
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            return None  # a group, a property, a code point
        at = token.end()
        if text := token["plain"] or token["escaped"]:
            runs[-1] += text
            continue
        if token["times"]:
            runs[-1] = runs[-1][:-1]
        runs.append("")
    return runs
