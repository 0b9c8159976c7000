"""Templates in the `#{…}` language (V1): parsed once, expanded with any values.

It is the Octostache of Octopus Deploy: `#{Name}`, filters, `if`, `unless`, `each`, `calc`, nested
indexes and paths into JSON values; `##{` is the text `#{`. Unknown names are left as written.
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
    """A parsed text."""

    text: str
    parts: Parts

    def fill(
        self,
        values: Mapping[str, str],
        now: float | None = None,
        budget: Budget | None = None,
        resolved: SharedValues | None = None,
    ) -> Filled:
        """Expand the text. Raises TemplateError when nested too deeply, OverBudget over size or work.

        `values` has its names in lower case; a `Names` also has their spelling, in which an `each` over a set
        yields its indexes. `now`, in seconds since 1970, is the time of `NowDate` and `NowDateUtc`.
        Texts with the same values may share a budget and the cache `resolved`.
        """
        return fill(self.text, self.parts, values, now, budget, resolved)


def parse(text: str) -> Template:
    """Parse a text. Raises TemplateError on a syntax error."""
    return Template(text, read(text))
