"""What a filter is given, and the ways to make one from a plain function."""

from collections.abc import Callable

import msgspec

Options = tuple[str, ...]


class FilterArguments(msgspec.Struct, frozen=True):
    """A text (None for a name nobody knows, or none at all), the arguments, and the time.

    A pattern may search for so many `seconds`, or as long as any may.
    """

    text: str | None
    options: Options = ()
    now: float | None = None
    seconds: float = 1.0


Filter = Callable[[FilterArguments], str | None]


def plain(function: Callable[[str], str | None]) -> Filter:
    """A filter of a text alone; with arguments it has no answer."""
    return lambda given: None if given.text is None or given.options else function(given.text)


def taking(function: Callable[[str, Options], str | None], least: int = 0, most: int = 9) -> Filter:
    """A filter of a text and so many arguments."""

    def answer(given: FilterArguments) -> str | None:
        fits = given.text is not None and least <= len(given.options) <= most
        return function(given.text or "", given.options) if fits else None

    return answer


def truth(value: bool) -> str:
    """True or false, as filters write it."""
    return "true" if value else "false"
