"""Complaints about a model: the problem, its position, and a suggestion ("did you mean")."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import msgspec

Keys = tuple[str | int, ...]
"""A path into a TOML document: keys of tables, and indexes of lists from 0."""

Reason = str
"""Why something is refused or failed, as a sentence or the end of one; `None` instead means success."""

Report = Callable[[Keys, str], None]
"""Callback that receives a key and a sentence about its problem."""


class SourcePosition(msgspec.Struct, frozen=True):
    """A position in the text of a key, or of a `file` it names; line and column count from 1."""

    line: int
    column: int
    file: str | None = None


InsideReport = Callable[[Keys, str, SourcePosition], None]
"""Callback that receives a key, a sentence about its text, and the position in that text."""


class Complaint(msgspec.Struct, frozen=True):
    """One problem at one position; line and column count from 1, and line 0 means the whole file."""

    file: str
    line: int
    column: int
    key: str
    message: str

    def __str__(self) -> str:
        position = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return ": ".join(part for part in (position, self.key, self.message) if part)


class ModelError(Exception):
    """A model that cannot be used: all its complaints, by file, line and column."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(sorted(complaints, key=lambda each: (each.file, each.line, each.column)))
        super().__init__("\n".join(map(str, self.complaints)))


_comparisons: ContextVar[list[int] | None] = ContextVar("_comparisons", default=None)


@contextmanager
def bounded_suggestions(comparisons: int = 300_000) -> Iterator[None]:
    """Limit the comparisons of names for suggestions inside the block: a broken model may have very many."""
    token = _comparisons.set([comparisons])
    try:
        yield
    finally:
        _comparisons.reset(token)


def did_you_mean(name: str, known: Iterable[str], also: Iterable[str] = ()) -> str:
    """Return the end of a sentence about an unknown name: the nearest known name, or a list of them.

    Other names of the same things may be meant `also`, and are not listed.
    """
    import difflib  # noqa: PLC0415  (only a model with complaints pays for it)

    left = _comparisons.get()
    if left is not None and left[0] <= 0:
        return "."
    names = list(dict.fromkeys(known))
    if left is not None:
        left[0] -= len(names) + 1
    folded = {each.casefold(): each for each in reversed([*names, *also])}
    if near := difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.7):
        return f'; did you mean "{folded[near[0]]}"?'
    if not names:
        return "; none is declared."
    return f"; known: {listing(names)}."


SYNONYMS = {
    "timeout": "time_limit",
    "retry": "retries",
    "delay": "backoff",
    "image": "container",
    "when": "condition",
    "if": "condition",
    "run": "script",
    "command": "script",
    "worker": "pool",
    "machines": "workers",
    "environments": "environment",
    "env": "environment",
    "environment": "environments",
    "role": "roles",
    "params": "parameters",
    "approvers": "approvals",
    "team": "teams",
    "description": "help",
    "parallelism": "max_parallelism",
    "wait_timeout": "wait_limit",
}
"""Keys of other programs, and their names here."""


def key_meant(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown key: its synonym here, or the nearest known keys."""
    import difflib  # noqa: PLC0415  (only a model with complaints pays for it)

    keys = list(known)
    plain = name.casefold().replace("-", "_")
    if (synonym := SYNONYMS.get(plain)) in keys:
        return f'; did you mean "{synonym}"?'
    if near := difflib.get_close_matches(plain, keys, n=1, cutoff=0.7):
        return f'; did you mean "{near[0]}"?'
    nearest = difflib.get_close_matches(plain, keys, n=3, cutoff=0.0)
    return f"; nearest: {listing(nearest)}." if len(keys) > len(nearest) else f"; known: {listing(keys)}."


def listing(names: list[str], most: int = 24) -> str:
    """Return names in quotes, separated by commas, at most `most` of them."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(f'"{each}"' for each in names[:most]) + more


def key_text(at: Keys, tables: Any) -> str:
    """Return a key path for people: dotted, elements of lists by name or counted from 1."""
    text, node = "", tables
    for key in at:
        if isinstance(key, int) and not isinstance(node, list):
            continue  # a value that stands for a list of one
        node = _inside(node, key)
        if isinstance(key, int):
            name = _inside(node, "name")
            text += f'["{name}"]' if isinstance(name, str) and name else f"[{key + 1}]"
        else:
            bare = key.replace("-", "").replace("_", "").isalnum() and key.isascii()
            text += ("." if text else "") + (key if bare else f'"{key}"')
    return text


def _inside(node: Any, key: str | int) -> Any:
    """Return the value under a key, or None."""
    if isinstance(node, dict):
        return node.get(key)
    if isinstance(node, list) and isinstance(key, int) and key < len(node):
        return node[key]
    return None
