"""How well a text matches what somebody types: word by word, in time linear in both."""

from typing import NamedTuple

MOST_QUERY, MOST_TEXT = 100, 300  # characters that are looked at


class FuzzyMatch(NamedTuple):
    """A match: its score, higher is better, and the characters of the text that matched."""

    score: float
    positions: tuple[int, ...]


def fuzzy_match(query: str, text: str) -> FuzzyMatch | None:
    """Match each word of a query, in any order; None where one of them is not in the text.

    A word matches at the start of a word, within one, or as letters that follow one another in this order.
    """
    folded = text[:MOST_TEXT].lower()
    score, positions = 0.0, set[int]()
    for word in query[:MOST_QUERY].lower().split():
        found = _word(word, folded)
        if found is None:
            return None
        score += found.score
        positions.update(found.positions)
    if not positions:
        return None
    return FuzzyMatch(score + len(positions) / len(folded), tuple(sorted(positions)))


def _word(word: str, text: str) -> FuzzyMatch | None:
    at = text.find(word) if text.startswith(word) else _at_word_start(word, text)
    if at >= 0:
        return FuzzyMatch(3.0 * len(word), tuple(range(at, at + len(word))))
    at = text.find(word)
    if at >= 0:
        return FuzzyMatch(2.0 * len(word), tuple(range(at, at + len(word))))
    return _letters(word, text)


def _at_word_start(word: str, text: str) -> int:
    """Return where a word of the text starts so, or -1."""
    at = text.find(f" {word}")
    return at if at < 0 else at + 1


def _letters(word: str, text: str) -> FuzzyMatch | None:
    """Find the letters of a word one after the other, the first ones that there are."""
    positions: list[int] = []
    at = -1
    for letter in word:
        at = text.find(letter, at + 1)
        if at < 0:
            return None
        positions.append(at)
    return FuzzyMatch(0.5 * len(word), tuple(positions))
