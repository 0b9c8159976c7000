"""Arithmetic of `#{calc …}`: numbers, names of numbers, and operators."""

import math
import re
from collections.abc import Callable

from octotui.variables.json_values import number as written
from octotui.variables.syntax.nodes import Name, Number, Operation, Path

NUMBER = re.compile(r"\s*[+-]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?\s*", re.ASCII)
WHOLE = 2**63


def result_of(
    number: Number, find: Callable[[Name | Path], str | None], note: Callable[[str], None]
) -> str | None:
    """Return the result as text, or None: for a name that is no number, or a division by zero."""
    try:
        result = _value(number, find, note)
    except (ZeroDivisionError, OverflowError):
        note("A calculation divides by zero, or its numbers are too large.")
        return None
    return None if result is None or not math.isfinite(result) else written(result)


def parsed(text: str) -> float | None:
    """Parse a number, with optional thousands separators, or return None."""
    return float(text.replace(",", "")) if len(text) < 400 and NUMBER.fullmatch(text) else None


def _value(
    number: Number, find: Callable[[Name | Path], str | None], note: Callable[[str], None]
) -> float | None:
    if isinstance(number, float):
        return number
    if isinstance(number, Operation):
        left, right = _value(number.left, find, note), _value(number.right, find, note)
        return None if left is None or right is None else _operate(left, number.sign, right, note)
    text = find(number)
    value = None if text is None else parsed(text)
    if text is not None and value is None:
        note(f"{number.path if isinstance(number, Name) else number.pieces[0]} is not a number.")
    return value


def _operate(left: float, sign: str, right: float, note: Callable[[str], None]) -> float | None:
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
    if not all(each.is_integer() and abs(each) < WHOLE for each in (left, right)):
        note("A remainder wants whole numbers.")
        return None
    return math.fmod(left, right) if right else left / right
