"""Expansion of texts of the model: problems become warnings, and faulty tags are left as written (V1)."""

import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from octotui.variables.budget import Budget, text_budget
from octotui.variables.evaluate import SharedValues, fill
from octotui.variables.syntax.names import key_of
from octotui.variables.syntax.nodes import Parts, TooMuch, left_as_written
from octotui.variables.syntax.scanner import errors_at, read_leniently
from octotui.variables.syntax.sensitive_names import SensitiveNames
from octotui.variables.template import Filled, OverBudget, TemplateError
from octotui.variables.text_names import looked_up

MOST_WARNINGS = 100  # of one text
UNKNOWN_NAME = "there is no variable"
PLAIN_NAME = re.compile(r"[\w\s.:/~()\[\]*@-]*")
"""Matches a plausible name; other tags may be of another language, as `#{x + 1}` is Ruby."""


class Filler:
    """Expands texts with the same values (names in lower case): each value once, within one budget."""

    def __init__(
        self, values: Mapping[str, str], now: float | None = None, budget: Budget | None = None
    ) -> None:
        self.values = values
        self._now = now
        self._budget = budget or text_budget()
        self._resolved = SharedValues()

    @property
    def derived(self) -> tuple[str, ...]:
        """Results of filters on sensitive values so far."""
        return tuple(self.values.derived) if isinstance(self.values, SensitiveNames) else ()

    def fill_in(self, text: str) -> Filled:
        """Expand a text; return it with its unknown names and problems.

        Unknown names are left as written. Raises OverBudget.
        """
        if "#{" not in text:
            return Filled(text)
        try:
            parts, misread = read_leniently(text, self._budget.spend)
            filled = fill(text, parts, self.values, self._now, self._budget, self._resolved)
        except TooMuch as error:
            raise OverBudget(str(error), 1, 1) from None
        except OverBudget:
            raise
        except TemplateError as error:
            return Filled(text, (), (str(error),))
        return _placed(filled, text, parts, misread)


def _placed(filled: Filled, text: str, parts: Parts, misread: Sequence[TemplateError]) -> Filled:
    """Add the positions of syntax errors and of implausible names to the problems."""
    strange = {key_of(name): name for name in filled.unknown if not PLAIN_NAME.fullmatch(name)}
    if not strange and not misread:
        return filled
    places: dict[str, int] = {}  # characters from 0
    for path, start in looked_up(parts) if strange else ():
        places.setdefault(key_of(path), start)
    strange = {key: name for key, name in strange.items() if key in places}
    implausible = errors_at(
        text, sorted((places[key], f"{UNKNOWN_NAME} {name}.") for key, name in strange.items())
    )
    errors = sorted((*misread, *implausible), key=lambda each: (each.line, each.column))
    return replace(
        filled,
        unknown=tuple(name for name in filled.unknown if key_of(name) not in strange),
        problems=(*map(left_as_written, errors), *filled.problems),
        strange=tuple(strange.values()),
    )


def fill_in(text: str, values: Mapping[str, str], now: float | None = None) -> Filled:
    """Expand a single text; one that is over budget or faulty is left as written."""
    try:
        return Filler(values, now).fill_in(text)
    except OverBudget as error:
        return Filled(text, (), (error.reason,))


def warnings_of(filled: Filled) -> tuple[str, ...]:
    """Return warnings about an expanded text: unknown names and problems.

    At most MOST_WARNINGS, and the count of the others.
    """
    warnings = tuple(f"{UNKNOWN_NAME} {name}" for name in filled.unknown) + filled.problems
    if (more := len(warnings) - MOST_WARNINGS) > 0:
        return (*warnings[:MOST_WARNINGS], f"and there are {more:,} more warnings of this text")
    return warnings


NOTHING = '#{if ""}#{/if}'


def escape(text: str) -> str:
    """Escape a text so that its expansion gives it back: `##{` stands for `#{`.

    After an even number of hashes an empty block separates the last one, which would begin a tag.
    """
    return re.sub(r"(?<!#)#++(?=\{)", _escaped, text)


def _escaped(hashes: re.Match[str]) -> str:
    return f"{hashes[0]}#" if len(hashes[0]) % 2 else f"{hashes[0]}{NOTHING}##"
