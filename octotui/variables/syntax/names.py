"""Names as paths of steps: `A.B[c].D` is `A`, `.B`, `[c]`, `.D`; and the sets that indexed names form."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property

STEP = re.compile(r"\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]|\.?[^.\[\]]+|[.\[\]]")
LONGEST = 64  # steps of a name that has indexes
SPACED = re.compile(r"\s[.\[\]]|[.\[\]]\s")


class Names(dict[str, str]):
    """Values by their names in lower case, with the original spelling of the names."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__((name.lower(), value) for name, value in values.items())
        self.written = tuple(values)

    @cached_property
    def sets(self) -> dict[str, dict[str, str]]:
        """The indexes of every indexed name."""
        return sets(self.written)


def steps(path: str) -> list[str]:
    """Split a name into its steps, stripped of space."""
    return [stripped for step in STEP.findall(path) if (stripped := _stripped(step))]


def key_of(path: str) -> str:
    """Normalize a name for lookup: lower case, steps stripped of space."""
    return ("".join(steps(path)) if SPACED.search(path) else path).lower()


def inner(step: str) -> str:
    """Return a step without its dot or brackets."""
    return step[1:-1] if step[0] == "[" else step.removeprefix(".")


def sets(values: Iterable[str]) -> dict[str, dict[str, str]]:
    """Map every indexed name to its indexes: in lower case to their first spelling."""
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


def _stripped(step: str) -> str:
    if step[0] in "[.":
        bracket = "]" if step[0] == "[" else ""
        return f"{step[0]}{inner(step).strip()}{bracket}"
    return step.strip()
