"""A comparison without a screen: in lines, and as a plain object."""

from collections.abc import Iterator
from typing import Any

import msgspec

from octotui.views.comparison.differences import PARTS, Comparison
from octotui.views.labels import listed


def as_lines(compared: Comparison) -> Iterator[str]:
    """Yield what differs in lines, part by part, and what is the same."""
    yield f"{compared.left} and {compared.right}"
    for part, head in PARTS.items():
        rows = [each for each in compared.differences if each.part == part]
        if rows:
            yield f"{head}:"
            yield from (f"  {each.name}: {each.left} → {each.right}" for each in rows)
    yield same_text(compared)
    if compared.incomparable:
        yield incomparable_text(compared)


def same_text(compared: Comparison) -> str:
    """Return what is the same, in a sentence."""
    differing = {each.part for each in compared.differences}
    parts = [part for part in PARTS if part not in differing and compared.same.get(part)]
    same = f"the same: {', '.join(parts)}" if parts else "no part is all the same"
    return same if compared.differences else f"nothing differs; {same}"


def incomparable_text(compared: Comparison) -> str:
    """Return which sensitive values cannot be compared, in a sentence."""
    names = listed(compared.incomparable, most=8)
    return f"sensitive and not kept, so that nobody can say whether they differ: {names}"


def as_object(compared: Comparison) -> dict[str, Any]:
    """Return a comparison as a plain object."""
    plain: dict[str, Any] = msgspec.to_builtins(compared)
    return plain
