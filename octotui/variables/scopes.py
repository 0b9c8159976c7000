"""Which value of a variable holds in a context (V2, V3)."""

from collections.abc import Sequence

from octotui.model.scoping import most_specific
from octotui.model.space import Scope, Value


def winner(values: Sequence[Value], context: Scope) -> Value | None:
    """The value that holds where these names do, or None; of a tie, which `check` refuses, the first."""
    left = most_specific(values, context)
    return left[0] if left else None
