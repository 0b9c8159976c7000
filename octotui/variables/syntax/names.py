"""Names in steps: `A.B[c].D` is `A`, `.B`, `[c]`, `.D`; and the sets that indexed names make."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property

STEP = re.compile(r"\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]|\.?[^.\[\]]+|[.\[\]]")
LONGEST = 64  # steps of a name that has indexes
SPACED = re.compile(r"\s[.\[\]]|[.\[\]]\s")


class Names(dict[str, str]):
    """Values by their names in lower case, which remember how the names were written."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__((name.lower(), value) for name, value in values.items())
        self.written = tuple(values)

    @cached_property
    def sets(self) -> dict[str, dict[str, str]]:
        """For every name before an index its indexes."""
        return sets(self.written)


def steps(path: str) -> list[str]:
    """The steps of a name, without space around them."""
    return [tidy for step in STEP.findall(path) if (tidy := _tidy(step))]


def key_of(path: str) -> str:
    """A name as values are found by: in lower case, without space around its steps."""
    return ("".join(steps(path)) if SPACED.search(path) else path).lower()


def inner(step: str) -> str:
    """What a step names, without its dot or its brackets."""
    return step[1:-1] if step[0] == "[" else step.removeprefix(".")


def sets(values: Iterable[str]) -> dict[str, dict[str, str]]:
    """For every name before an index its indexes: in lower case, and as first written."""
    indexes: dict[str, dict[str, str]] = {}
    for name in values:
        if "[" not in name:
            continue
        path, taken = "", steps(name)
        for step in taken if len(taken) <= LONGEST else ():
            if step[0] == "[":
                indexes.setdefault(path.lower(), {}).setdefault(inner(step).lower(), inner(step))
            path += step
    return indexes


def _tidy(step: str) -> str:
    if step[0] in "[.":
        bracket = "]" if step[0] == "[" else ""
        return f"{step[0]}{inner(step).strip()}{bracket}"
    return step.strip()
