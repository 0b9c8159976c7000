"""Values of which some are sensitive, and what filters make of those while texts are filled in (V5)."""

from collections.abc import Iterable, Mapping
from typing import Any

from octotui.variables.syntax.names import Names

PLAIN = frozenset(("", "true", "false", "http", "https"))
"""What filters answer of many values, in lower case: it says nothing of a sensitive one."""


class SensitiveNames(Names):
    """Values by their names in lower case, which note that a `sensitive` one was looked up.

    Values that were made of one are sensitive as well once they are filled in.
    """

    def __init__(
        self,
        values: Mapping[str, str],
        sensitive: Iterable[str],
        derived: dict[str, None] | None = None,
    ) -> None:
        """With `derived`, share what is noted with others."""
        super().__init__(values)
        self.sensitive = {name.lower() for name in sensitive}
        self.looked_up = 0
        self.derived = {} if derived is None else derived

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a name in lower case, or the default."""
        if key in self.sensitive:
            self.looked_up += 1
        return super().get(key, default)

    def beside(self, values: Mapping[str, str]) -> "SensitiveNames":
        """These and other values, which share what is noted."""
        return SensitiveNames(
            {**values, **{name: self[name.lower()] for name in self.written}}, self.sensitive, self.derived
        )

    def note(self, text: str) -> None:
        """Note what filters have made of a sensitive value."""
        if text.strip().lower() not in PLAIN:
            self.derived[text] = None
