"""Taint tracking of sensitive values, and of the results of filters on them, during expansion (V5)."""

from collections.abc import Iterable, Mapping
from typing import Any

from octotui.variables.syntax.names import Names

PLAIN = frozenset(("", "true", "false", "http", "https"))
"""Common results of filters, in lower case, which reveal nothing of a sensitive value."""


class SensitiveNames(Names):
    """Values by their names in lower case, which count lookups of `sensitive` ones.

    Values that contain a sensitive one become sensitive as well once they are expanded.
    """

    def __init__(
        self,
        values: Mapping[str, str],
        sensitive: Iterable[str],
        derived: dict[str, None] | None = None,
    ) -> None:
        """Record derived values in `derived`, which others may share."""
        super().__init__(values)
        self.sensitive = {name.lower() for name in sensitive}
        self.looked_up = 0
        self.derived = {} if derived is None else derived

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a name in lower case, or the default."""
        if key in self.sensitive:
            self.looked_up += 1
        return super().get(key, default)

    def beside(self, values: Mapping[str, str]) -> "SensitiveNames":
        """Return these values merged over others, with the same record of derived values."""
        return SensitiveNames(
            {**values, **{name: self[name.lower()] for name in self.written}}, self.sensitive, self.derived
        )

    def note(self, text: str) -> None:
        """Record the result of filters on a sensitive value."""
        if text.strip().lower() not in PLAIN:
            self.derived[text] = None
