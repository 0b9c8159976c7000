"""The `#{…}` language (V1): texts are read once and filled in with values as often as wanted.

It is Octostache, as Octopus Deploy has it: `#{Name}`, filters, `if`, `unless`, `each`, `calc`, nested
indexes and parts of values in JSON; `##{` is the text `#{`. What nobody knows stays as it was written.
"""

from collections.abc import Mapping

import msgspec

from octotui.variables.budget import Budget
from octotui.variables.evaluate import SharedValues, fill, is_truthy
from octotui.variables.syntax.names import Names
from octotui.variables.syntax.nodes import Filled, OverBudget, Parts, TemplateError
from octotui.variables.syntax.scanner import read

__all__ = ["Filled", "Names", "OverBudget", "Template", "TemplateError", "is_truthy", "parse"]


class Template(msgspec.Struct, frozen=True):
    """A text that was read."""

    text: str
    parts: Parts

    def fill(
        self,
        values: Mapping[str, str],
        now: float | None = None,
        budget: Budget | None = None,
        resolved: SharedValues | None = None,
    ) -> Filled:
        """The text with values in it; raises TemplateError where it gets too deep, too large, too much work.

        `values` has its names in lower case; a `Names` also knows how they were written, and an `each` over
        a set gives its indexes so. `now`, in seconds since 1970, is the time of `NowDate` and `NowDateUtc`.
        Texts with the same values may share a budget, and what is `resolved`.
        """
        return fill(self.text, self.parts, values, now, budget, resolved)


def parse(text: str) -> Template:
    """Reads a text; raises TemplateError where its expressions are broken."""
    return Template(text, read(text))
