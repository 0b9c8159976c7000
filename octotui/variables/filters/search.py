"""Filters that search a text, or compare it."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from octotui.variables.arithmetic import parsed
from octotui.variables.filters.arguments import Filter, Options, taking, truth
from octotui.variables.syntax.nodes import LARGEST, TooMuch

SECONDS = 1.0  # a pattern may search for so long
REFERENCE = re.compile(r"\$(?:(\$)|(&)|(\d{1,2})|\{(\w+)\})")


class BadPattern(ValueError):
    """A regular expression that is none."""


def matches(pattern: str, text: str) -> Iterator[re.Match[str]]:
    """The matches of a regular expression, which may search for a second and no longer; raises BadPattern."""
    import regex  # type: ignore[import-untyped]  # noqa: PLC0415  (re cannot be stopped)

    try:
        yield from regex.finditer(pattern, text, timeout=SECONDS)
    except regex.error as error:
        raise BadPattern(str(error)) from None
    except TimeoutError:
        raise TooMuch(f"The pattern {pattern[:80]} takes too long.") from None


def match(text: str, options: Options) -> str | None:
    """Whether a regular expression is found in the text."""
    try:
        return truth(any(True for _ in matches(options[0], text)))
    except BadPattern:
        return None


def replace(text: str, options: Options) -> str | None:
    """Every match of a regular expression replaced or removed; knows `$1`, `${name}`, `$&` and `$$`."""
    replacement = options[1] if len(options) > 1 else ""
    done: list[str] = []
    size = end = 0
    try:
        for match in matches(options[0], text):
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
    """A filter that compares two numbers; None unless both are."""

    def answer(text: str, options: Options) -> str | None:
        left, right = [None if "," in each else parsed(each) for each in (text, options[0])]
        return None if left is None or right is None else truth(test(left, right))

    return taking(answer, 1, 1)


FILTERS: dict[str, Filter] = {
    "Match": taking(match, 1, 1),
    "Replace": taking(replace, 1),
    "StartsWith": taking(lambda text, options: truth(text.startswith(options[0])), 1, 1),
    "EndsWith": taking(lambda text, options: truth(text.endswith(options[0])), 1, 1),
    "Contains": taking(lambda text, options: truth(options[0] in text), 1, 1),
    "LessThan": compared(lambda left, right: left < right),
    "LessThanOrEqual": compared(lambda left, right: left <= right),
    "GreaterThan": compared(lambda left, right: left > right),
    "GreaterThanOrEqual": compared(lambda left, right: left >= right),
}
