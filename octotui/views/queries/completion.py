"""Completion of the word at a query's cursor: keys, then the known values of a space."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from octotui.engine.queries.known_values import KnownValues
from octotui.engine.queries.query import KEYS, SHOWN, STANDINGS, STATES
from octotui.engine.queries.scanner import TypedWord, quoted, scan

MOST = 50
GAP = "  "  # between options
TIMES = ("1h", "8h", "24h", "7d", "today", "yesterday", "yesterdayT18:00")
_FIXED: Mapping[str, Iterable[str]] = {
    "state": (*STATES, *SHOWN), "is": STANDINGS, "since": TIMES, "until": TIMES,
}  # fmt: skip


class Completion(NamedTuple):
    """Replacements for the text from `start` to `end`, the likeliest first."""

    start: int
    end: int
    options: tuple[str, ...] = ()

    def applied(self, text: str, option: str) -> tuple[str, int]:
        """Return the text with an option applied, and its cursor."""
        return text[: self.start] + option + text[self.end :], self.start + len(option)


def complete(text: str, cursor: int, known: KnownValues) -> Completion:
    """Return the completion at the cursor, without options where any text is valid, or it is complete."""
    word = next((each for each in scan(text) if each.start < cursor <= each.end), None)
    if word is None:
        return Completion(cursor, cursor, tuple(f"{key}:" for key in KEYS))
    if not word.key:
        start = word.start + word.negated
        begun = text[start:cursor].lower()
        return Completion(start, cursor, tuple(f"{key}:" for key in KEYS if key.startswith(begun)))
    return _value(text, cursor, word, known)


def without_word(text: str, cursor: int) -> str:
    """Remove the word at the cursor."""
    word = next((each for each in scan(text) if each.start < cursor <= each.end), None)
    return text if word is None else text[: word.start] + text[word.end :]


def fitted(options: Sequence[str], width: int, lines: int = 2) -> str:
    """Return options in lines of at most `width` cells, and how many more there are."""
    shown: list[str] = [""]
    for index, option in enumerate(options):
        left = len(options) - index - 1
        line = f"{shown[-1]}{GAP if shown[-1] else ''}{option}"
        rest = f"{GAP}+{left} more" if left and len(shown) == lines else ""
        if len(line) + len(rest) <= width or not shown[-1]:
            shown[-1] = line
        elif len(shown) < lines:
            shown.append(option)
        else:
            shown[-1] += f"{GAP}+{left + 1} more"
            break
    return "\n".join(shown)


def _value(text: str, cursor: int, word: TypedWord, known: KnownValues) -> Completion:
    """Return the values that complete the one at the cursor."""
    value = next((each for each in reversed(word.values) if each.start <= cursor), None)
    if value is None or cursor > value.end:
        return Completion(cursor, cursor)
    begun = text[value.start : cursor].strip('"').casefold()
    others = {each.text for each in word.values if each is not value}
    options = tuple(quoted(each) for each in _options(word.key, begun, known) if each not in others)
    options = options[:MOST]
    there = text[value.start : value.end]
    return Completion(value.start, value.end, () if options == (there,) else options)


def _options(key: str, begun: str, known: KnownValues) -> Iterator[str]:
    """Yield the values of a key that begin with a text, then those that contain it."""
    names = {each: each for each in _FIXED[key]} if key in _FIXED else known.get(key, {})
    told = {slug: (slug.casefold(), name.casefold()) for slug, name in names.items()}
    starting = [slug for slug, both in told.items() if any(each.startswith(begun) for each in both)]
    yield from starting
    for slug, both in told.items():
        if slug not in starting and any(begun in each for each in both):
            yield slug
