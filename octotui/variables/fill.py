"""Filling in a text of the model: what is wrong with it is told, and it stays as it was written (V1)."""

import re
from collections.abc import Mapping

from octotui.variables.template import Filled, TemplateError, parse


def fill_in(text: str, values: Mapping[str, str], now: float | None = None) -> Filled:
    """The text with the values in it, what nobody knew, and what could not be done; it never raises.

    `values` has its names in lower case; unknown names stay as they were written.
    """
    if "#{" not in text:
        return Filled(text)
    try:
        return parse(text).fill(values, now)
    except TemplateError as error:
        return Filled(text, (), (str(error),))


def warnings_of(filled: Filled) -> tuple[str, ...]:
    """What people are to be told of a text that was filled in: unknown names, and what went wrong."""
    return tuple(f"nobody knows the variable {name}" for name in filled.unknown) + filled.problems


def escape(text: str) -> str:
    """The text so written that filling it in gives it back: `##{` stands for `#{`."""
    return re.sub(r"#(?=\{)", "##", text)
