"""Arguments of filters, and adapters from plain functions to filters."""

from collections.abc import Callable

import msgspec

Options = tuple[str, ...]


class FilterArguments(msgspec.Struct, frozen=True):
    """A text (None for an unknown name, or without one), the arguments, and the time in seconds since 1970.

    `seconds` limits a pattern search.
    """

    text: str | None
    options: Options = ()
    now: float | None = None
    seconds: float = 1.0


Filter = Callable[[FilterArguments], str | None]


def plain(function: Callable[[str], str | None]) -> Filter:
    """Adapt a function of a text; with arguments the filter returns None."""
    return lambda given: None if given.text is None or given.options else function(given.text)


def taking(function: Callable[[str, Options], str | None], least: int = 0, most: int = 9) -> Filter:
    """Adapt a function of a text and `least` to `most` arguments."""

    def answer(given: FilterArguments) -> str | None:
        fits = given.text is not None and least <= len(given.options) <= most
        return function(given.text or "", given.options) if fits else None

    return answer


def truth(value: bool) -> str:
    """Format a boolean as filters do."""
    return "true" if value else "false"
