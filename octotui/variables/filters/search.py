"""Filters that search a text, or compare numbers."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from math import prod

from octotui.variables.arithmetic import parsed
from octotui.variables.filters.arguments import Filter, FilterArguments, Options, taking, truth
from octotui.variables.syntax.nodes import LARGEST, TooMuch

SECONDS = 0.5  # the time limit of one search
MOST_REPEATS = 10_000  # of a pattern, the product of nested ones
REPEATS = re.compile(r"\\.|\[\]?(?:\\.|[^\]\\])*+\]|\{(\d+)(?:,\d*)?[}]", re.DOTALL)
REFERENCE = re.compile(r"\$(?:(\$)|(&)|(\d{1,2})|\{(\w+)\})")


class BadPattern(ValueError):
    """Raised for an invalid regular expression."""


def matches(pattern: str, text: str, seconds: float) -> Iterator[re.Match[str]]:
    """Yield the matches of a regular expression within a time limit. Raises BadPattern and TooMuch.

    The search releases the GIL. Nested repeats are limited, since their compilation would exhaust memory.
    """
    import regex  # type: ignore[import-untyped]  # noqa: PLC0415  (re cannot be stopped)

    if prod(int(each[1]) or 1 for each in REPEATS.finditer(pattern) if each[1]) > MOST_REPEATS:
        raise TooMuch(f"The pattern {pattern[:80]} repeats too much.")
    try:
        yield from regex.finditer(pattern, text, timeout=min(seconds, SECONDS), concurrent=True)
    except regex.error as error:
        raise BadPattern(str(error)) from None
    except (TimeoutError, MemoryError):
        raise TooMuch(f"The pattern {pattern[:80]} takes too long.") from None


def match(given: FilterArguments) -> str | None:
    """Return whether a regular expression is found in the text."""
    if given.text is None or len(given.options) != 1:
        return None
    try:
        return truth(any(True for _ in matches(given.options[0], given.text, given.seconds)))
    except BadPattern:
        return None


def replace(given: FilterArguments) -> str | None:
    """Replace or remove every match of a regular expression; supports `$1`, `${name}`, `$&` and `$$`."""
    text, options = given.text, given.options
    if text is None or not options:
        return None
    replacement = options[1] if len(options) > 1 else ""
    done: list[str] = []
    size = end = 0
    try:
        for match in matches(options[0], text, given.seconds):
            done += (text[end : match.start()], REFERENCE.sub(partial(_reference, match), replacement))
            size += len(done[-1]) + len(done[-2])
            if size > LARGEST:
                raise TooMuch(f"The result would be longer than {LARGEST:,} characters.")
            end = match.end()
    except BadPattern:
        return None
    return "".join((*done, text[end:]))


def _reference(match: re.Match[str], reference: re.Match[str]) -> str:
    dollar, all_of_it, number, name = reference.groups()
    if dollar:
        return "$"
    if all_of_it:
        return match.group()
    try:
        return match.group(int(number) if number else name) or ""
    except IndexError:
        return reference.group()


def compared(test: Callable[[float, float], bool]) -> Filter:
    """Return a filter that compares two numbers, with None for anything else."""

    def answer(text: str, options: Options) -> str | None:
        left, right = [None if "," in each else parsed(each) for each in (text, options[0])]
        return None if left is None or right is None else truth(test(left, right))

    return taking(answer, 1, 1)


FILTERS: dict[str, Filter] = {
    "Match": match,
    "Replace": replace,
    "StartsWith": taking(lambda text, options: truth(text.startswith(options[0])), 1, 1),
    "EndsWith": taking(lambda text, options: truth(text.endswith(options[0])), 1, 1),
    "Contains": taking(lambda text, options: truth(options[0] in text), 1, 1),
    "LessThan": compared(lambda left, right: left < right),
    "LessThanOrEqual": compared(lambda left, right: left <= right),
    "GreaterThan": compared(lambda left, right: left > right),
    "GreaterThanOrEqual": compared(lambda left, right: left >= right),
}
