"""Tools that a step needs of its machine: a command or a Python module, and the versions that will do."""

import re
from functools import lru_cache

import msgspec

from octotui.model.versions import VERSION, precedence

NAME = r"(?:python:)?[A-Za-z0-9_][A-Za-z0-9_.+\-]*"
PATTERN = rf"{NAME}(?: ?(?:>=|<=|==|>|<) ?{VERSION}(?:, ?(?:>=|<=|==|>|<) ?{VERSION})*)?"

_BOUND = re.compile(rf"(>=|<=|==|>|<) ?({VERSION})")
_FOUND = re.compile(r"(?<![\w.])v?([0-9]{1,9}(?:\.[0-9]{1,9}){1,3})(?![0-9])")


class ToolNeed(msgspec.Struct, frozen=True):
    """A tool by its name, such as `kubectl`, and bounds of its version: pairs such as (">=", "1.28")."""

    tool: str
    bounds: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=1024)
def need_of(text: str) -> ToolNeed:
    """Parse a need: `docker`, `kubectl>=1.28`, `python3>=3.8,<3.13`, `python:boto3`. Raises ValueError."""
    if not re.fullmatch(PATTERN, text):
        raise ValueError(f'"{text}" is no tool; write one such as "docker" or "kubectl>=1.28".')
    match = re.match(NAME, text)
    return ToolNeed(match[0] if match else text, tuple(_BOUND.findall(text)))


def satisfies(version: str, need: ToolNeed) -> bool:
    """Return whether a version is within all bounds; where it is unknown (`""`), only if there are none."""
    return all(bool(version) and _within(version, *bound) for bound in need.bounds)


def _within(version: str, operator: str, bound: str) -> bool:
    found, wanted = precedence(version), precedence(bound)
    return {
        ">=": found >= wanted,
        "<=": found <= wanted,
        "==": found == wanted,
        ">": found > wanted,
        "<": found < wanted,
    }[operator]


def version_in(text: str) -> str:
    """Return the first version in what a tool prints of itself, such as `1.28.4`, or `""`."""
    match = _FOUND.search(text)
    return match[1] if match else ""
