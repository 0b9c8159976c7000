"""The best matches of many names, found in slices of work."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from heapq import nlargest
from time import monotonic
from typing import NamedTuple, TypeVar

from textual.command import Hit
from textual.content import Content
from textual.style import Style

from octotui.views.finding.fuzzy import FuzzyMatch, fuzzy_match
from octotui.views.text.visible_text import visible

T = TypeVar("T")
BEST = 20  # hits that are shown
SLICE = 0.004  # seconds of work, after which keys have their turn


class Named(NamedTuple):
    """A name that matches, and what to do where it is chosen."""

    text: str
    match: FuzzyMatch
    choose: Callable[[], None]


async def best_hits(
    query: str,
    each: Iterable[T],
    named: Callable[[T], str],
    choose: Callable[[T], Callable[[], None]],
    style: Style | None,
) -> AsyncIterator[Hit]:
    """Yield the best matches of a query as hits: their names as text, never as markup."""
    found: list[Named] = []
    slice_ends = monotonic() + SLICE
    for item in each:
        text = visible(named(item))
        match = fuzzy_match(query, text)
        if match is not None:
            found.append(Named(text, match, choose(item)))
        if len(found) > 50 * BEST:
            found = _best(found)
        if monotonic() >= slice_ends:
            await asyncio.sleep(0)
            slice_ends = monotonic() + SLICE
    for name in _best(found):
        yield Hit(name.match.score, highlighted(name, style), name.choose, text=name.text)


def _best(found: list[Named]) -> list[Named]:
    return nlargest(BEST, found, key=lambda each: each.match.score)


def highlighted(name: Named, style: Style | None) -> Content:
    """Return a name with the characters that match marked."""
    content = Content(name.text)
    for at in name.match.positions if style is not None else ():
        content = content.stylize(style or "", at, at + 1)
    return content
